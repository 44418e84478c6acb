"""Parquet: typed values turned into the shortest text that says the same."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from etl.readers.frame import ROW_NO, Sheet
from etl.spec import SourceSpec
from metrics.errors import SourceError


def read_parquet(spec: SourceSpec, path: Path, data: bytes) -> Sheet:
    """Return the table of a Parquet file; row numbers count from 1.

    Raises:
        SourceError: the file is no Parquet file, or a column that is read cannot be text.
    """
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (PolarsError, OSError) as error:
        raise _unreadable(path, error) from error
    return _sheet(frame, spec, path)


def read_slice(spec: SourceSpec, path: Path, begin: int, rows: int) -> Sheet:
    """Return the table of some rows of a Parquet file, numbered as in the whole.

    Raises:
        SourceError: they are damaged, or a column that is read cannot be text.
    """
    try:
        frame = pl.scan_parquet(path).slice(begin, rows).collect()
    except (PolarsError, OSError) as error:
        raise _unreadable(path, error) from error
    return _sheet(frame, spec, path, begin)


def _unreadable(path: Path, error: Exception) -> SourceError:
    msg = f"this is no readable Parquet file ({' '.join(str(error).split())[:120]})"
    return SourceError(
        msg,
        where=str(path),
        next_step="Fetch it again, or correct format in the source spec",
    )


def _sheet(frame: pl.DataFrame, spec: SourceSpec, path: Path, begin: int = 0) -> Sheet:
    columns = {}
    for number, column in enumerate(frame.iter_columns()):
        columns[str(number)] = _text(column, spec, path)
    numbers = pl.int_range(begin + 1, begin + frame.height + 1, dtype=pl.UInt64, eager=True)
    return Sheet(frame.columns, pl.DataFrame({**columns, ROW_NO: numbers}))


def _text(column: pl.Series, spec: SourceSpec, path: Path) -> pl.Series:
    kind = column.dtype
    if isinstance(kind, pl.Datetime):
        return column.dt.to_string("iso").str.replace(r"\.0+([+-]|$)", "$1")
    if kind.is_float():
        return _float_text(column.cast(pl.Float64) if kind == pl.Float32 else column)
    if kind.is_nested() or kind == pl.Binary:
        if column.name not in spec.used_columns:
            return pl.Series([None] * column.len(), dtype=pl.String)
        msg = f"the column '{column.name}' holds {kind}, not single values"
        raise SourceError(msg, where=str(path))
    return column.cast(pl.String)


def _float_text(column: pl.Series) -> pl.Series:
    """Return whole numbers without a fraction: codes are often stored as floats."""
    text = column.fill_nan(None).cast(pl.String)
    whole = column.is_finite() & (column == column.round(0)) & (column.abs() < 1e15)
    digits = column.fill_nan(None).cast(pl.Int64, strict=False).cast(pl.String)
    return pl.select(pl.when(whole).then(digits).otherwise(text)).to_series()
