"""A file taken in: read, checked and placed, before anything is compared with the store."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from etl.batch import file_sha256
from etl.contract import Checked, check
from etl.place import Gazetteer
from etl.readers import read_file
from etl.spec import SourceSpec
from metrics.errors import SourceError
from metrics.tables import CASE_TIMES, Shape


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
class Intake:
    """What reading a file needs beside its spec.

    Attributes:
        gazetteer: turns places into areas.
        timezone: the city's.
        secret: key of the reporters' HMAC.
    """

    gazetteer: Gazetteer
    timezone: str
    secret: bytes

    def take(self, spec: SourceSpec, path: Path, now: dt.datetime) -> Prepared:
        """Return what a file says.

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
