"""A batch: one file read, what became of its rows, and its line in the ledger."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl
import pyarrow as pa

from etl.columns import conform, to_arrow
from metrics.errors import CockpitError, StoreError
from metrics.store import Store
from metrics.tables import Table, all_tables

State = Literal["loaded", "skipped", "failed", "not_run"]
TERRITORY, CATALOGUE, CASE_RULES = "territory", "catalogue", "case_rules"
"""Sources of batches that no file of a feed stands behind."""

_CHUNK = 1 << 20


@dataclass(frozen=True)
class BatchReport:
    """What became of one file.

    Attributes:
        source: id of the source spec.
        file: name of the file.
        state: loaded; skipped because it was loaded before; failed; not_run because an earlier
            file of the source failed or the store was lost.
        batch: number in the ledger, 0 when there is none.
        rows_read: always accepted + quarantined + duplicates.
        accepted: rows that became versions.
        quarantined: rows set aside with a reason.
        duplicates: rows that said nothing new.
        repeated: of the duplicates those that stood before in the same file, letter for letter.
        flagged: accepted rows that carry a flag.
        restated: accepted rows that replaced an earlier version.
        watermark: newest time in the rows.
        days: days whose parts changed.
        seconds: time taken.
        problem: why it failed or was not run.
    """

    source: str
    file: str
    state: State = "loaded"
    batch: int = 0
    rows_read: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    repeated: int = 0
    flagged: int = 0
    restated: int = 0
    watermark: dt.datetime | None = None
    days: tuple[dt.date, ...] = ()
    seconds: float = 0.0
    problem: CockpitError | None = None

    def check_balance(self) -> None:
        """Make sure that every row read is in exactly one heap.

        Raises:
            StoreError: the heaps do not add up; nothing may be published then.
        """
        heaps = self.accepted + self.quarantined + self.duplicates
        if heaps != self.rows_read:
            raise StoreError(
                f"{self.rows_read} rows were read but {heaps} accounted for ({self.accepted} "
                f"accepted, {self.quarantined} quarantined, {self.duplicates} duplicates)",
                where=self.file,
                hint="Nothing of this file was published",
                next_step="Report this with the file and its source spec",
            )


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def kernel_table(name: str, timezone: str) -> Table:
    """Return one of the store's tables by name."""
    return next(table for table in all_tables(timezone) if table.name == name)


def ledger_line(
    report: BatchReport,
    *,
    timezone: str,
    shape: str = "",
    sha256: str,
    spec_sha256: str = "",
    size: int = 0,
    published_at: dt.datetime,
) -> pa.Table:
    """Return the ledger line of a batch."""
    table = kernel_table("batch", timezone)
    line = {
        "batch": report.batch,
        "source": report.source,
        "shape": shape,
        "file": report.file,
        "sha256": sha256,
        "spec_sha256": spec_sha256 or "0" * 64,
        "bytes": size,
        "rows_read": report.rows_read,
        "accepted": report.accepted,
        "quarantined": report.quarantined,
        "duplicates": report.duplicates,
        "repeated": report.repeated,
        "flagged": report.flagged,
        "restated": report.restated,
        "watermark": report.watermark,
        "days": list(report.days),
        "published_at": published_at,
        "seconds": report.seconds,
    }
    series = [pl.Series(name, [value], _DTYPES.get(name)) for name, value in line.items()]
    return to_arrow(conform(pl.DataFrame(series), table), table)


_DTYPES: dict[str, pl.DataType] = {
    "days": pl.List(pl.Date()),
    "watermark": pl.Datetime("ms", "UTC"),
    "published_at": pl.Datetime("ms", "UTC"),
}


@dataclass(frozen=True)
class Reading:
    """One earlier reading of a file, as the ledger has it."""

    batch: int
    file: str
    sha256: str
    spec_sha256: str


def readings(store: Store, source: str) -> list[Reading]:
    """Return every file of a source the ledger knows, oldest first."""
    rows = store.rows(
        "SELECT batch, file, toString(sha256) AS sha, toString(spec_sha256) AS spec FROM batch"
        " WHERE source = {source:String} ORDER BY batch",
        {"source": source},
        tag="ledger.readings",
    )
    return [Reading(row["batch"], row["file"], row["sha"], row["spec"]) for row in rows]


def last_reading(known: list[Reading], sha256: str) -> Reading | None:
    """Return the newest reading of a file with these bytes."""
    same = [one for one in known if one.sha256 == sha256]
    return same[-1] if same else None
