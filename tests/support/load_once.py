"""A process that loads an inbox: ``python -m tests.support.load_once STORE CITY INBOX …``.

After these come ``BYTES`` and ``ROWS``, if wanted.

With ``BYTES``, files that are more than this together are read by a process of their own. With
``ROWS``, every file is loaded in pieces of so many, and ``rows N`` is said after every insert.

It says ``open DIGEST`` when the store is open and ``done DIGEST`` when everything is loaded; the
digests are of the visible content of all tables. A problem is said as ``failed SENTENCE``.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from etl.ahead import BACKLOG_BYTES
from etl.plan import plan
from etl.readers import USUAL, Bound
from etl.run import run
from metrics.errors import CockpitError
from metrics.store import Store
from metrics.tables import all_tables
from tests.support.loading import NOW, make_bench


def say(*words: str) -> None:
    """Write one line to stdout at once."""
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def digest(store: Store) -> str:
    """Return a hash of everything visible but the times of loading; rows in any order."""
    said = []
    for table in all_tables(store.timezone):
        skipped = " EXCEPT (published_at, seconds)" if table.name == "batch" else ""
        (row,) = store.rows(
            f"SELECT count() AS n, sum(sipHash64(toString(tuple(*{skipped})))) AS hash"
            f" FROM {table.name} WHERE batch <= {{version:UInt32}}",
            {"version": store.version},
            tag="test",
        )
        said.append(f"{table.name}={row['n']}:{row['hash']}")
    return ",".join(said)


class Telling(Store):
    """Says ``rows`` after every insert of facts."""

    def insert(self, table: str, data: pa.Table, *, tag: str) -> None:
        """Append rows."""
        super().insert(table, data, tag=tag)
        if table.startswith("fact_"):
            say("rows", str(data.num_rows))


def main(
    store_folder: str,
    city: str,
    inbox: str,
    backlog: str = str(BACKLOG_BYTES),
    rows: str = "",
) -> None:
    """Load what is in the inbox, in pieces of some rows if asked to, and say so."""
    try:
        store = (Telling if rows else Store)(f"chdb://{store_folder}")
    except CockpitError as error:
        say("failed", error.sentence)
        return
    bench = make_bench(store, Path(city))
    bound = Bound(large=0, rows=int(rows), step=1000) if rows else USUAL
    loader = replace(bench.loader, bound=bound)
    say("open", digest(store))
    todo = plan(
        store, bench.specs, Path(inbox), boundaries=bench.boundaries,
        indicators=bench.loader.indicators,
    )  # fmt: skip
    report = run(
        todo, loader, bench.specs, now=NOW, boundaries=bench.boundaries,
        backlog_bytes=int(backlog),
    )  # fmt: skip
    problem = report.problem or next((one.problem for one in report.failed), None)
    if problem is not None:
        say("failed", type(problem).__name__, problem.sentence)
    say("done", digest(store))
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
