"""Polars frames in the exact form of a ClickHouse table, ready to be inserted as Arrow."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl
import pyarrow as pa

from metrics.tables import Column, Table

_WRAPPED = re.compile(r"(?:LowCardinality|Nullable)\((.*)\)")
_POLARS: dict[str, pl.DataType] = {
    "String": pl.String(),
    "Int8": pl.Int8(),
    "UInt8": pl.UInt8(),
    "UInt16": pl.UInt16(),
    "UInt32": pl.UInt32(),
    "UInt64": pl.UInt64(),
    "Int64": pl.Int64(),
    "Float64": pl.Float64(),
    "Date": pl.Date(),
    "Decimal(38, 6)": pl.Decimal(38, 6),
    "Array(String)": pl.List(pl.String()),
    "Array(Date)": pl.List(pl.Date()),
    "Map(String, String)": pl.List(pl.Struct({"key": pl.String(), "value": pl.String()})),
}
INSERT_ROWS = 200_000
INSERT_MONTHS = 90
"""A block may touch 100 monthly partitions at most."""


def conform(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return the frame with exactly the table's columns and types.

    A column the frame lacks, and an empty cell of one that cannot be empty, gets the type's
    own nothing: an empty text, list or map, or zero.
    """
    return frame.select(_expression(frame, column) for column in table.written)


def _bare(type_text: str) -> str:
    while match := _WRAPPED.fullmatch(type_text):
        type_text = match[1]
    return type_text


def _polars_type(type_text: str) -> pl.DataType:
    bare = _bare(type_text)
    if bare.startswith("DateTime64"):
        return pl.Datetime("ms", bare.split("'")[1])
    return pl.String() if bare.startswith("FixedString") else _POLARS[bare]


def _expression(frame: pl.DataFrame, column: Column) -> pl.Expr:
    wanted = _polars_type(column.type)
    if column.name not in frame.columns:
        cell = pl.lit(None, wanted)
    elif isinstance(wanted, pl.Datetime) and isinstance(frame.schema[column.name], pl.Datetime):
        zone = getattr(frame.schema[column.name], "time_zone", None)
        moment = pl.col(column.name)
        moment = moment.dt.convert_time_zone(str(wanted.time_zone)) if zone else (
            moment.dt.replace_time_zone(wanted.time_zone, ambiguous="earliest", non_existent="null")
        )  # fmt: skip
        cell = moment.cast(wanted)
    else:
        cell = pl.col(column.name).cast(wanted)
    if "Nullable" not in column.type:
        nothing = _nothing(wanted)
        cell = cell.fill_null(nothing) if nothing is not None else cell
    return cell.alias(column.name)


def _nothing(wanted: pl.DataType) -> pl.Expr | None:
    if isinstance(wanted, pl.List):
        return pl.lit([], wanted)
    if isinstance(wanted, pl.String):
        return pl.lit("")
    return pl.lit(0, wanted) if wanted.is_integer() else None


def to_arrow(frame: pl.DataFrame, table: Table) -> pa.Table:
    """Return a conformed frame as Arrow; lists of key and value become maps."""
    arrow = frame.to_arrow()
    for position, column in enumerate(table.written):
        if column.type.startswith("Map"):
            lists = arrow.column(column.name).combine_chunks()
            if isinstance(lists, pa.ChunkedArray):
                lists = lists.chunk(0) if lists.num_chunks else pa.array([], lists.type)
            pairs = lists.flatten()
            offsets = lists.offsets.cast(pa.int32())
            offsets = pa.compute.subtract(offsets, offsets[0])
            cell = pa.MapArray.from_arrays(offsets, pairs.field("key"), pairs.field("value"))
            arrow = arrow.set_column(position, column.name, cell)
        elif column.type == "Array(String)" or "String" in column.type:
            continue
    return arrow


def blocks(frame: pl.DataFrame, *, time: str = "at") -> Iterator[pl.DataFrame]:
    """Yield the rows by time in blocks small enough for one insert."""
    if frame.is_empty():
        return
    if not frame[time].is_sorted():
        frame = frame.sort(time)
    month = frame[time].dt.year().cast(pl.Int32) * 12 + frame[time].dt.month()
    group = (month.rle_id().cast(pl.Int64) // INSERT_MONTHS).alias("_group")
    is_one = group[-1] == 0
    split = (
        [frame] if is_one else frame.with_columns(group).partition_by("_group", include_key=False)
    )
    for part in split:
        for start in range(0, part.height, INSERT_ROWS):
            yield part.slice(start, INSERT_ROWS)
