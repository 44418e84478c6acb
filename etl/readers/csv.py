"""CSV: through polars where every row fits, row by row where one does not."""

from __future__ import annotations

import csv
from itertools import islice, pairwise
from pathlib import Path

import polars as pl

from etl.readers.frame import ROW_NO, Sheet, named_by
from etl.readers.packed import MOST_UNPACKED
from etl.readers.text import decode
from etl.spec import SourceSpec
from metrics.errors import SourceError

LONGEST_RECORD = 200
"""Lines; a longer one is a quote left open, not a value."""

csv.field_size_limit(MOST_UNPACKED)  # a long field is a value like any other


def read_csv(spec: SourceSpec, path: Path, data: bytes) -> Sheet:
    """Return the table of a delimited text file; rows of another width are set apart.

    Raises:
        SourceError: wrong encoding, or no header.
    """
    text = decode(spec, path, data).rstrip("\n")
    lines = pl.Series(text.split("\n"))
    starts = _record_starts(lines)
    header_line, header = _header(spec, path, text)
    if starts is not None:
        sheet = _quick(text, header, header_line, lines, starts, spec.delimiter)
        if sheet is not None:
            return sheet
    return _row_by_row(text, header, header_line, spec.delimiter)


def read_header(spec: SourceSpec, path: Path, head: bytes) -> tuple[int, list[str]]:
    """Return the number of lines down to the header's last, and the header's cells.

    Args:
        spec: of the source.
        path: named in an error.
        head: whole lines from the begin of the file.

    Raises:
        SourceError: there is no header in them.
    """
    return _header(spec, path, decode(spec, path, head))


def _header(spec: SourceSpec, path: Path, text: str) -> tuple[int, list[str]]:
    """Return the number of the line after the header, from 0, and the header's cells."""
    lines = text.split("\n", spec.title_rows + LONGEST_RECORD)
    below = (line + "\n" for line in lines[spec.title_rows :])
    reader = csv.reader(below, delimiter=spec.delimiter)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            rows = [cells, *islice(reader, spec.header_rows - 1)]
            return spec.title_rows + reader.line_num, named_by(rows)
    msg = "there is no header"
    raise SourceError(
        msg,
        where=str(path),
        hint=f"{spec.title_rows} title rows were passed over",
        next_step=f"Check title_rows in {spec.defined_at or spec.source}",
    )


def _record_starts(lines: pl.Series) -> pl.Series | None:
    """Return the line each record starts on, from 0, or None where quotes do not pair up."""
    quotes = lines.str.count_matches('"', literal=True)
    closed = quotes.cum_sum() % 2 == 0
    if not closed[-1]:
        return None
    starts = closed.shift(1, fill_value=True).arg_true()
    longest = starts.diff().max()
    if isinstance(longest, int) and longest > LONGEST_RECORD:
        return None
    return starts


def _quick(
    text: str, header: list[str], begin: int, lines: pl.Series, starts: pl.Series, delimiter: str
) -> Sheet | None:
    """Return the table polars reads, or None when a row has another width than the header."""
    starts = starts.filter(starts >= begin)
    blank = lines.gather(starts).str.strip_chars().str.len_bytes() == 0
    if starts.len() == 0 or (starts[0] != begin and begin < lines.len()):
        return None
    widths = _separators(lines, starts, delimiter).filter(~blank)
    if (widths != len(header) - 1).any():
        return None
    kept = starts.filter(~blank)
    schema: dict[str, pl.DataType] = {str(n): pl.String() for n in range(len(header))}
    if kept.len() == 0:
        return Sheet(header, pl.DataFrame(schema={**schema, ROW_NO: pl.UInt64}))
    body = _joined(lines, starts, blank) if blank.any() else text.split("\n", begin)[begin]
    frame = pl.read_csv(
        body.encode(),
        has_header=False,
        schema=schema,
        separator=delimiter,
        infer_schema=False,
        raise_if_empty=False,
    )
    if frame.height != kept.len():
        return None
    return Sheet(header, frame.with_columns((kept.cast(pl.UInt64) + 1).alias(ROW_NO)))


def _separators(lines: pl.Series, starts: pl.Series, delimiter: str) -> pl.Series:
    """Return the number of delimiters outside quotes, per record."""
    if starts.len() == lines.len() - starts[0]:
        records = lines.slice(starts[0])
    else:
        records = pl.Series(_records(lines, starts), dtype=pl.String)
    counts = records.str.count_matches(delimiter, literal=True)
    quoted = records.str.contains('"', literal=True)
    bare = records.filter(quoted).str.replace_all(r'"[^"]*"', "")
    return counts.scatter(quoted.arg_true(), bare.str.count_matches(delimiter, literal=True))


def _records(lines: pl.Series, starts: pl.Series) -> list[str]:
    listed, edges = lines.to_list(), [*starts.to_list(), lines.len()]
    return ["\n".join(listed[a:b]) if b - a > 1 else listed[a] for a, b in pairwise(edges)]


def _joined(lines: pl.Series, starts: pl.Series, blank: pl.Series) -> str:
    records = _records(lines, starts)
    return "\n".join(r for r, empty in zip(records, blank.to_list(), strict=True) if not empty)


def _row_by_row(text: str, header: list[str], begin: int, delimiter: str) -> Sheet:
    """Return the table with rows of another width set apart."""
    width, rows, numbers = len(header), [], []
    broken: list[tuple[int, str, str]] = []
    lines = text.split("\n")[begin:]
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter)
    start = begin + 1
    for cells in reader:
        if len(cells) == width:
            rows.append(cells)
            numbers.append(start)
        elif any(cell.strip() for cell in cells):
            broken.append((start, "ragged_row", delimiter.join(cells)))
        start = begin + reader.line_num + 1
    columns = {str(n): [row[n] or None for row in rows] for n in range(width)}
    schema: dict[str, pl.DataType] = {str(n): pl.String() for n in range(width)}
    frame = pl.DataFrame(columns, schema=schema)
    apart = pl.DataFrame(
        broken,
        schema={ROW_NO: pl.UInt64, "reason": pl.String, "text": pl.String},
        orient="row",
    )
    return Sheet(header, frame.with_columns(pl.Series(ROW_NO, numbers, dtype=pl.UInt64)), apart)
