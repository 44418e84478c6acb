"""A file taken in: read, checked and placed, before anything is compared with the store."""

from __future__ import annotations

import datetime as dt
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import polars as pl

from etl.batch import file_sha256
from etl.contract import Checked, check
from etl.place import Gazetteer
from etl.readers import USUAL, Bound, RawFile, read_file, read_pieces
from etl.readers.frame import ROW_NO
from etl.spec import SourceSpec
from metrics.errors import SourceError
from metrics.tables import CASE_TIMES, Shape

_AT_WORK = 2
"""Pieces of a large file that are checked side by side."""


@dataclass(frozen=True)
class Piece:
    """Rows of a file, checked and placed.

    Attributes:
        rows: the accepted ones with their areas.
        quarantined: the others, as the contract tells of them.
        read: number of rows in the file.
        lines: hashes of the rows that were not set aside, to tell which stand there twice.
    """

    rows: pl.DataFrame
    quarantined: pl.DataFrame
    read: int
    lines: pl.Series


@dataclass(frozen=True)
class Prepared:
    """A file read, checked and placed, not yet compared with what is known.

    Attributes:
        sha256: of the file's bytes.
        size: of the file in bytes.
        pieces: its rows; a tuple of one, or for a large file an iterator that reads on.
        seconds: time taken.
    """

    sha256: str
    size: int
    pieces: tuple[Piece] | Iterator[Piece]
    seconds: float

    @property
    def is_whole(self) -> bool:
        """Tell whether all rows are there, so that nothing has to be read on."""
        return isinstance(self.pieces, tuple)


@dataclass(frozen=True)
class Intake:
    """What reading a file needs beside its spec.

    Attributes:
        gazetteer: turns places into areas.
        timezone: the city's.
        secret: key of the reporters' HMAC.
        bound: how much of a file is in memory at once.
    """

    gazetteer: Gazetteer
    timezone: str
    secret: bytes
    bound: Bound = USUAL

    def take(self, spec: SourceSpec, path: Path, now: dt.datetime) -> Prepared:
        """Return what a file says, the first piece read.

        Raises:
            SourceError: the file cannot be taken in as a whole; a large one may also tell so
                while its pieces are read.
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
        raws = read_pieces(spec, path, self.bound, sha256)
        if raws is None:
            raw = read_file(spec, path)
            whole = (self._piece(raw, spec=spec, now=now),)
            return Prepared(sha256, raw.size, whole, time.perf_counter() - begin)
        pieces = _side_by_side(partial(self._piece, spec=spec, now=now), raws)
        first = next(pieces)
        spent = time.perf_counter() - begin
        return Prepared(sha256, path.stat().st_size, chain((first,), pieces), spent)

    def _piece(self, raw: RawFile, *, spec: SourceSpec, now: dt.datetime) -> Piece:
        checked = check(raw, spec, timezone=self.timezone, secret=self.secret, now=now)
        rows = self.gazetteer.place(_with_last_change(checked.rows, spec.fact), spec.place)
        return Piece(rows, checked.quarantined, checked.read, _lines(raw, checked))


def _side_by_side(
    checked: Callable[[RawFile], Piece], raws: Iterator[RawFile]
) -> Generator[Piece, None, None]:
    """Yield the pieces of a large file in order, one being read while others are checked.

    Checking works on one column after the other, most of it outside Python: each piece keeps one
    core busy, and no more than the pieces at work are in memory.
    """
    with ThreadPoolExecutor(_AT_WORK, "check") as checkers:
        at_work = deque[Future[Piece]]()
        for raw in raws:
            at_work.append(checkers.submit(checked, raw))
            if len(at_work) == _AT_WORK:
                yield at_work.popleft().result()
        while at_work:
            yield at_work.popleft().result()


def _lines(raw: RawFile, checked: Checked) -> pl.Series:
    """Return a hash of every line that was not set aside, all columns of the file in it."""
    kept = raw.frame.join(checked.quarantined, on=ROW_NO, how="anti")
    return kept.drop(ROW_NO).hash_rows()


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
