"""``python -m benchmarks [--rows N]``: prints ratios as a table, writes them as JSON.

Every figure is the median of several runs divided by that of a bare equivalent in the same run,
so a slow or busy machine does not change it much.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.made_up import DAYS, FIRST, fill, territory
from etl.aggregate import rebuild_parts
from metrics.calendar import Clock
from metrics.catalogue import Catalogue, load_catalogue
from metrics.measures import measures
from metrics.service import Service
from metrics.store import Store

REPEATS = 5


def median_of(run: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median seconds of a call, after one call to warm up."""
    run()
    spent = []
    for _ in range(repeats):
        begin = time.perf_counter()
        run()
        spent.append(time.perf_counter() - begin)
    return statistics.median(spent)


def building(store: Store, catalogue: Catalogue) -> dict[str, float]:
    """Compare a rebuild of all that is kept with one bare pass of as many conditional counts.

    The bare pass looks at the very conditions, by grid and day of receipt; it writes nothing.
    """
    kept = [one for one in catalogue.indicators.values() if one.is_kept]
    added = [one for indicator in kept if indicator.fact == "case" for one in measures(indicator)]
    sums = [(one.where, side) for one in added for side in (one.num, one.den) if side != "0"]
    conditions = ", ".join(f"countIf({where} AND ({side}) != 0)" for where, side in sums)
    bare = (
        "SELECT sum(cityHash64(*)) FROM ("
        f"SELECT area, toDate(at) AS day, {conditions} FROM fact_case GROUP BY area, day)"
    )
    mine = median_of(lambda: rebuild_parts(store, kept), 1)
    theirs = median_of(lambda: store.rows(bare, tag="bench"), 3)
    return {
        "sums": len(sums), "seconds": mine, "bare_seconds": theirs, "ratio": mine / theirs,
    }  # fmt: skip


def asking(service: Service, store: Store) -> dict[str, float]:
    """Compare one question at every level with a hand-written query on the cases."""
    worst = 0.0
    for level, depth in (("", 0), ("street", 2), ("community", 3), ("grid", 4)):
        question = service.question("appeals_ontime_rate", level=level, period="last-month")
        start, end = question.period.start, question.period.end
        key = f"place.path[{depth}]" if depth else "''"
        join = "INNER JOIN (SELECT area AS a, path FROM area) AS place ON area = a" if depth else ""
        by_hand = (
            f"SELECT {key} AS k, countIf(closed_at <= due_at), count() FROM fact_case {join}"
            f" WHERE kind = '诉求' AND toDate(due_at) BETWEEN '{start}' AND '{end}' GROUP BY k"
        )
        mine = median_of(lambda q=question: service.answer_many([q]))  # type: ignore[misc]
        theirs = median_of(lambda sql=by_hand: store.rows(sql, tag="bench"))  # type: ignore[misc]
        worst = max(worst, mine / theirs)
    return {"worst_ratio": worst}


def scene(service: Service, store: Store) -> dict[str, float]:
    """Compare a screen of 150 answers with 150 single questions."""
    names = [one.id for one in service.catalogue.indicators.values() if one.tier == "core"][:150]
    questions = [service.question(name, period="last-week", series=14) for name in names]
    service.answer_many(questions)  # the feeds are looked at once a data version
    store.journal.clear()
    service.answer_many(questions)
    statements = len(store.journal)
    together = median_of(lambda: service.answer_many(questions), 3)
    begin = time.perf_counter()
    for question in questions:
        service.answer_many([question])
    single = time.perf_counter() - begin
    return {
        "answers": len(questions), "statements": statements, "seconds": together,
        "single_seconds": single, "times_faster": single / together,
    }  # fmt: skip


def main() -> None:
    """Run all and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path, default=Path("var/bench.json"))
    options = parser.parse_args()
    import datetime as dt  # noqa: PLC0415 - only for the fixed clock

    catalogue, city = load_catalogue(), territory()
    with tempfile.TemporaryDirectory() as folder:
        store = fill(Path(folder), catalogue, city, options.rows)
        clock = Clock(fixed=FIRST + dt.timedelta(days=DAYS - 3, hours=10))
        service = Service(store, catalogue, city, clock)
        results = {
            "rows": {"cases": options.rows},
            "all kept sums anew / one bare pass": building(store, catalogue),
            "one question / a query by hand": asking(service, store),
            "a scene at once / one by one": scene(service, store),
        }
        store.close()
    for name, figures in results.items():
        told = ", ".join(f"{key} {value:,.3g}" for key, value in figures.items())
        print(f"{name:48} {told}")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(results, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
