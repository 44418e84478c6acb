"""What was wrong in every file, counted from the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from etl.rules import FLAGS, QUALITIES, REASONS, REPEATED
from metrics.store import Store
from metrics.tables import SHAPES, fact_tables

Kind = Literal["set_aside", "flag", "reading", "repeated"]
_SENTENCES: Mapping[Kind, Mapping[str, str]] = {
    "set_aside": REASONS, "flag": FLAGS, "reading": QUALITIES, "repeated": {"": REPEATED},
}  # fmt: skip


@dataclass(frozen=True)
class Defect:
    """One kind of defect in one file.

    Attributes:
        batch: of the file.
        source: id of the source spec.
        file: its name.
        kind: rows set aside; rows kept with a flag; readings that take part in no mean; lines
            that stood in the file before.
        code: reason, flag or quality; empty for repeated lines.
        metric: of readings; else empty.
        rows: lines of the file it was found in.
    """

    batch: int
    source: str
    file: str
    kind: Kind
    code: str
    metric: str
    rows: int

    @property
    def sentence(self) -> str:
        """What is wrong, in words."""
        told = _SENTENCES[self.kind].get(self.code, self.code)
        return f"{self.metric} {told}".strip()


def defects(store: Store) -> tuple[Defect, ...]:
    """Return every defect of every visible batch, by batch, the most frequent first."""
    files = {
        line["batch"]: (line["source"], line["file"])
        for line in _rows(
            store, "SELECT batch, source, file FROM batch WHERE shape != '' AND {seen}"
        )
    }
    found = [
        Defect(row["batch"], *files[row["batch"]], kind, row["code"], row["metric"], row["n"])
        for kind, row in _found(store)
        if row["batch"] in files
    ]
    return tuple(sorted(found, key=lambda one: (one.batch, -one.rows, one.metric, one.code)))


def _found(store: Store) -> Iterator[tuple[Kind, dict[str, Any]]]:
    """Yield batch, code, metric and n of every defect; rows are those that the file itself told."""
    yield from (("repeated", row) for row in _rows(store,
        "SELECT batch, '' AS code, '' AS metric, repeated AS n FROM batch"
        " WHERE repeated > 0 AND {seen}"))  # fmt: skip
    yield from (("set_aside", row) for row in _rows(store,
        "SELECT batch, reason AS code, '' AS metric, uniqExact(row_no) AS n FROM quarantine"
        " WHERE {seen} GROUP BY batch, code"))  # fmt: skip
    own = "batch = version AND sign = 1 AND {seen}"
    for shape in SHAPES:
        columns = {column.name for column in fact_tables()[shape].columns}
        if "flags" in columns:
            yield from (("flag", row) for row in _rows(store,
                f"SELECT batch, code, '' AS metric, uniqExact(row_no) AS n FROM fact_{shape}"
                f" ARRAY JOIN flags AS code WHERE {own} GROUP BY batch, code"))  # fmt: skip
        if "quality" in columns:
            yield from (("reading", row) for row in _rows(store,
                "SELECT batch, toString(quality) AS code, toString(metric) AS metric,"
                f" uniqExact(row_no) AS n FROM fact_{shape}"
                f" WHERE quality != '' AND {own} GROUP BY batch, code, metric"))  # fmt: skip


def _rows(store: Store, statement: str) -> list[dict[str, Any]]:
    seen = statement.replace("{seen}", "batch <= {version:UInt32}")
    return store.rows(seen, {"version": store.version}, tag="reconcile.defects")
