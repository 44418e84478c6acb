"""One file into the journal: exactly once, visible whole or not at all.

Everything a batch writes carries its number and stays invisible until its ledger line is
written, which is the last thing done. A process that dies before leaves rows of a batch without
a line; the next load sweeps them and starts over.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from etl.aggregate import add_parts
from etl.batch import (
    BatchReport,
    file_sha256,
    kernel_table,
    last_reading,
    ledger_line,
    readings,
)
from etl.columns import INSERT_ROWS, conform, to_arrow
from etl.contract import Checked, check
from etl.journal import known_versions, weigh, write_change
from etl.place import Gazetteer
from etl.readers import read_file
from etl.spec import SourceSpec
from metrics.errors import SourceError
from metrics.indicator import Indicator
from metrics.store import Store
from metrics.tables import CASE_TIMES, Shape

_WATERMARKS = ("at", "ended_at", "updated_at", *(name for name in CASE_TIMES if name != "due_at"))


@dataclass(frozen=True)
class Prepared:
    """A file read, checked and placed, not yet compared with what is known.

    Attributes:
        sha256: of the file's bytes.
        size: of the file in bytes.
        checked: what the contract says of its rows.
        rows: the accepted rows with their areas.
        seconds: time taken.
    """

    sha256: str
    size: int
    checked: Checked
    rows: pl.DataFrame
    seconds: float


@dataclass(frozen=True)
class Loader:
    """Everything a load needs beside the file and its spec.

    Attributes:
        store: where the rows go.
        gazetteer: turns places into areas.
        indicators: the catalogue whose parts are kept.
        timezone: the city's.
        secret: key of the reporters' HMAC.
    """

    store: Store
    gazetteer: Gazetteer
    indicators: Sequence[Indicator]
    timezone: str
    secret: bytes

    def prepare(self, spec: SourceSpec, path: Path, now: dt.datetime) -> Prepared:
        """Return what a file says, read, checked and placed; the store is not touched.

        Raises:
            SourceError: the file cannot be taken in as a whole.
        """
        begin = time.perf_counter()
        try:
            sha256 = file_sha256(path)
        except OSError as error:
            raise SourceError(
                f"the file cannot be read ({error.strerror})",
                where=str(path),
                next_step="Put it back, or plan again",
            ) from error
        raw = read_file(spec, path)
        checked = check(raw, spec, timezone=self.timezone, secret=self.secret, now=now)
        rows = self.gazetteer.place(_with_last_change(checked.rows, spec.fact), spec.place)
        return Prepared(sha256, raw.size, checked, rows, time.perf_counter() - begin)

    def load(
        self, spec: SourceSpec, path: Path, now: dt.datetime, prepared: Prepared | None = None
    ) -> BatchReport:
        """Load one file, prepared ahead or now; see ``load_file``."""
        begin = time.perf_counter()
        with self.store.publishing:
            known = readings(self.store, spec.source)
            sha256 = prepared.sha256 if prepared else _sha256_or_nothing(path)
            last = last_reading(known, sha256)
            if last is not None and last.spec_sha256 == (spec.sha256 or "0" * 64):
                return BatchReport(spec.source, path.name, "skipped", last.batch)
            ready = prepared or self.prepare(spec, path, now)
            misread = {one.batch for one in known if one.sha256 == ready.sha256}
            batch = self.store.next_batch()
            report = self._write(batch, spec, path.name, ready, misread, now)
            report.check_balance()
            spent = time.perf_counter() - begin + (prepared.seconds if prepared else 0.0)
            report = replace(report, seconds=spent)
            self.store.publish(
                ledger_line(
                    report,
                    timezone=self.timezone,
                    shape=spec.fact,
                    sha256=ready.sha256,
                    spec_sha256=spec.sha256,
                    size=ready.size,
                    published_at=now,
                )
            )
            return report

    def _write(
        self,
        batch: int,
        spec: SourceSpec,
        file: str,
        ready: Prepared,
        misread: Collection[int],
        now: dt.datetime,
    ) -> BatchReport:
        rows, checked = ready.rows, ready.checked
        known = known_versions(self.store, spec.source, spec.fact, rows)
        change = weigh(rows, known, misread=misread)
        write_change(self.store, spec.fact, change, batch)
        _write_quarantine(self.store, checked.quarantined, batch, spec, file, self.timezone)
        days = add_parts(self.store, self.indicators, spec.fact, batch)
        took = change.accepted["row_no"].unique()
        aside = checked.quarantined["row_no"].n_unique()
        flagged = change.accepted.filter(pl.col("flags").list.len() > 0)
        return BatchReport(
            source=spec.source,
            file=file,
            batch=batch,
            rows_read=checked.read,
            accepted=took.len(),
            quarantined=aside,
            duplicates=rows["row_no"].n_unique() - took.len(),
            flagged=flagged["row_no"].n_unique(),
            restated=change.retracted.height,
            watermark=_watermark(rows, now.astimezone(ZoneInfo(self.timezone))),
            days=tuple(days),
        )


def load_file(
    store: Store,
    spec: SourceSpec,
    path: Path,
    *,
    gazetteer: Gazetteer,
    catalogue_indicators: Sequence[Indicator],
    timezone: str,
    secret: bytes,
    now: dt.datetime,
) -> BatchReport:
    """Load one file and return what became of its rows.

    A file whose bytes were read before by the same spec is skipped and nothing is written. If
    the spec has changed since, what its older reading made current gives way to the new one.

    Raises:
        SourceError: the file cannot be taken in as a whole; nothing of it was loaded.
        StoreError: the store failed; nothing of the file is visible and it can be loaded again.
    """
    loader = Loader(store, gazetteer, catalogue_indicators, timezone, secret)
    return loader.load(spec, path, now)


def _sha256_or_nothing(path: Path) -> str:
    """Return the hash, or nothing for a file that cannot be read: ``prepare`` says why."""
    try:
        return file_sha256(path)
    except OSError:
        return ""


def _with_last_change(rows: pl.DataFrame, shape: Shape) -> pl.DataFrame:
    """Fill a missing updated_at with the newest time the row itself tells.

    A source without a change stamp sends a work order again when it is closed; by its own
    times the closed version is then newer than the open one, whichever file comes first.
    """
    own = {"case": [n for n in CASE_TIMES if n != "due_at"], "event": ["at", "ended_at"]}
    times = [name for name in own.get(shape, []) if name in rows.columns]
    if not times:
        return rows
    newest = pl.max_horizontal(times)
    return rows.with_columns(pl.coalesce("updated_at", newest).alias("updated_at"))


def _write_quarantine(
    store: Store,
    quarantined: pl.DataFrame,
    batch: int,
    spec: SourceSpec,
    file: str,
    timezone: str,
) -> None:
    if quarantined.is_empty():
        return
    table = kernel_table("quarantine", timezone)
    rows = quarantined.with_columns(
        batch=pl.lit(batch), source=pl.lit(spec.source), file=pl.lit(file)
    )
    for start in range(0, rows.height, INSERT_ROWS):
        block = conform(rows.slice(start, INSERT_ROWS), table)
        store.insert("quarantine", to_arrow(block, table), tag="load.quarantine")


def _watermark(rows: pl.DataFrame, now: dt.datetime) -> dt.datetime | None:
    """Return the newest time in the rows that is not in the future."""
    times = [name for name in _WATERMARKS if name in rows.columns]
    limit = pl.lit(now, pl.Datetime("ms", str(now.tzinfo)))
    past = (pl.col(name).filter(pl.col(name) <= limit).max() for name in times)
    found = [time for time in rows.select(past).row(0) if time is not None] if times else []
    return max(found, default=None)
