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
import pyarrow as pa

from etl.aggregate import add_parts
from etl.batch import (
    BatchReport,
    Reading,
    file_sha256,
    kernel_table,
    last_reading,
    ledger_line,
    readings,
)
from etl.columns import INSERT_ROWS, conform, to_arrow
from etl.derive.restate import Derivation
from etl.derive.rules import NOTHING, CaseRules
from etl.intake import Intake, Piece, Prepared
from etl.journal import Change, Known, versions_said, weigh, write_change
from etl.place import Gazetteer
from etl.readers import USUAL, Bound
from etl.spec import SourceSpec
from etl.today import Today, write_new
from metrics.indicator import Indicator
from metrics.store import Store
from metrics.tables import CASE_TIMES

_WATERMARKS = ("at", "ended_at", "updated_at", *(name for name in CASE_TIMES if name != "due_at"))


@dataclass(frozen=True)
class Loader:
    """Everything a load needs beside the file and its spec.

    Attributes:
        store: where the rows go.
        gazetteer: turns places into areas.
        indicators: the catalogue whose parts are kept.
        timezone: the city's.
        secret: key of the reporters' HMAC.
        bound: how much of a file is in memory at once.
        rules: what is derived of cases from other rows.
    """

    store: Store
    gazetteer: Gazetteer
    indicators: Sequence[Indicator]
    timezone: str
    secret: bytes
    bound: Bound = USUAL
    rules: CaseRules = NOTHING

    @property
    def derivation(self) -> Derivation:
        """What finds out about cases from other rows."""
        return Derivation(self.store, self.rules, self.gazetteer.territory)

    def today(self, now: dt.datetime) -> Today:
        """Return the territory as it is now."""
        return Today(self.gazetteer, now.astimezone(ZoneInfo(self.timezone)).date())

    @property
    def intake(self) -> Intake:
        """What reads files; the store is no part of it."""
        return Intake(self.gazetteer, self.timezone, self.secret, self.bound)

    def load(
        self, spec: SourceSpec, path: Path, now: dt.datetime, prepared: Prepared | None = None
    ) -> BatchReport:
        """Load one file, prepared ahead or now, and return what became of its rows.

        A file whose bytes were read before by the same spec is skipped and nothing is written.
        If the spec has changed since, what its older reading made current gives way to the new.

        Raises:
            SourceError: the file cannot be taken in as a whole; nothing of it was loaded.
            StoreError: the store failed; nothing of the file is visible and it can be loaded
                again.
        """
        with self.store.publishing:
            alone = Round(self, now)
            report = alone.write(spec, path, prepared)
            published = alone.publish()
        return published[0] if published else report


@dataclass(frozen=True)
class _Written:
    """A file whose rows are in the journal under a number that is not yet visible."""

    report: BatchReport
    spec: SourceSpec
    sha256: str
    size: int


class Round:
    """Files written one after the other, each a batch, that become visible together.

    Their parts are summed by one statement: for a small file the engine takes longer to plan
    that statement than to run it. Hold ``store.publishing`` from the first file to ``publish``.
    """

    def __init__(self, loader: Loader, now: dt.datetime) -> None:
        self._loader = loader
        self._now = now
        self._first = 0
        self._is_whole = True
        self._written: list[_Written] = []

    def write(self, spec: SourceSpec, path: Path, prepared: Prepared | None = None) -> BatchReport:
        """Write a file's rows into the journal, or skip it; nothing is visible yet.

        Raises:
            SourceError: the file cannot be taken in as a whole; the earlier ones are not touched.
            StoreError: the store failed.
        """
        begin, loader = time.perf_counter(), self._loader
        known = readings(loader.store, spec.source)
        sha256 = prepared.sha256 if prepared else _sha256_or_nothing(path)
        last = self._last_reading(known, sha256, spec)
        if last:
            return BatchReport(spec.source, path.name, "skipped", last)
        ready = prepared or loader.intake.take(spec, path, self._now)
        misread = {one.batch for one in known if one.sha256 == ready.sha256}
        if not self._written:
            self._first = loader.store.next_batch()
        batch = self._first + len(self._written)
        self._is_whole = False
        said = self._said(spec, path) if misread and not ready.is_whole else None
        report = self._journal(batch, spec, path.name, ready, _Misread(misread, said))
        report.check_balance()
        self._is_whole = True
        spent = time.perf_counter() - begin + (prepared.seconds if prepared else 0.0)
        report = replace(report, seconds=spent)
        self._written.append(_Written(report, spec, ready.sha256, ready.size))
        return report

    def publish(self) -> tuple[BatchReport, ...]:
        """Sum the parts of the files written and make them visible; return their reports.

        Raises:
            StoreError: the store failed; nothing of these files is visible.
        """
        if not self._written:
            return ()
        store = self._loader.store
        written = {one.report.batch: (one.spec.fact, one.spec.source) for one in self._written}
        shapes = {(batch, shape) for batch, (shape, _) in written.items()}
        if self._loader.derivation.after(written):
            shapes.add((max(written), "case"))
        write_new(store, self._loader.today(self._now), {shape for _, shape in shapes}, written)
        days = add_parts(store, self._loader.indicators, shapes)
        done = [
            replace(one, report=replace(one.report, days=tuple(days.get(one.report.batch, ()))))
            for one in self._written
        ]
        lines = pa.concat_tables([self._line(one) for one in done])
        store.publish(lines, is_whole=self._is_whole)
        self._written = []
        return tuple(one.report for one in done)

    def _line(self, one: _Written) -> pa.Table:
        return ledger_line(
            one.report,
            timezone=self._loader.timezone,
            shape=one.spec.fact,
            sha256=one.sha256,
            spec_sha256=one.spec.sha256,
            size=one.size,
            published_at=self._now,
        )

    def _last_reading(self, known: list[Reading], sha256: str, spec: SourceSpec) -> int:
        """Return the batch that read these very bytes by this very spec, or 0."""
        for one in self._written:
            if (one.sha256, one.spec.source) == (sha256, spec.source):
                return one.report.batch
        last = last_reading(known, sha256)
        return last.batch if last and last.spec_sha256 == (spec.sha256 or "0" * 64) else 0

    def _said(self, spec: SourceSpec, path: Path) -> pl.DataFrame:
        """Return every version a large file tells, reading it once more."""
        pieces = self._loader.intake.take(spec, path, self._now).pieces
        return pl.concat([versions_said(piece.rows) for piece in pieces]).unique()

    def _journal(
        self, batch: int, spec: SourceSpec, file: str, ready: Prepared, misread: _Misread
    ) -> BatchReport:
        store, timezone = self._loader.store, self._loader.timezone
        # rows of the same system may have come from another source
        before = spec.system or any(one.spec.source == spec.source for one in self._written)
        known = Known(store, spec.source, spec.fact, is_first=not before)
        report = BatchReport(spec.source, file, batch=batch)
        now = self._now.astimezone(ZoneInfo(timezone))
        lines: list[pl.Series] = []
        for piece in ready.pieces:
            lines.append(piece.lines)
            change = weigh(
                piece.rows,
                known.versions(piece.rows),
                misread=misread.batches,
                batch=batch,
                said=misread.said,
            )
            write_change(store, spec.fact, change, batch)
            _write_quarantine(store, piece.quarantined, batch, spec, file, timezone)
            report = _with_piece(report, piece, change, now)
        told = pl.concat(lines)
        return replace(report, repeated=told.len() - told.n_unique())


@dataclass(frozen=True)
class _Misread:
    """Batches that read this very file by an older spec, and what it tells, if that is known."""

    batches: Collection[int]
    said: pl.DataFrame | None


def _with_piece(report: BatchReport, piece: Piece, change: Change, now: dt.datetime) -> BatchReport:
    took = change.accepted["row_no"].n_unique()
    flagged = change.accepted.filter(pl.col("flags").list.len() > 0)
    times = [time for time in (report.watermark, _watermark(piece.rows, now)) if time]
    return replace(
        report,
        rows_read=report.rows_read + piece.read,
        accepted=report.accepted + took,
        quarantined=report.quarantined + piece.quarantined["row_no"].n_unique(),
        duplicates=report.duplicates + piece.rows["row_no"].n_unique() - took,
        flagged=report.flagged + flagged["row_no"].n_unique(),
        restated=report.restated + change.restated,
        watermark=max(times, default=None),
    )


def _sha256_or_nothing(path: Path) -> str:
    """Return the hash, or nothing for a file that cannot be read: ``prepare`` says why."""
    try:
        return file_sha256(path)
    except OSError:
        return ""


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
