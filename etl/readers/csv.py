"""CSV: through polars where every row fits, row by row where one does not."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
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
    header_line, header = _header(spec, path, text)
    body = text.split("\n", header_line)[header_line:]
    sheet = _quick(body[0].encode(), header, header_line, spec.delimiter) if body else None
    return sheet if sheet is not None else _row_by_row(text, header, header_line, spec.delimiter)


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


def _quick(body: bytes, header: list[str], begin: int, delimiter: str) -> Sheet | None:
    """Return the table polars reads, or None when a row has another width than the header.

    In UTF-8 no byte of a longer character is a quote, a delimiter or a line end, so the bytes tell
    where records end and how many fields they have.
    """
    if not delimiter.isascii():
        return None
    codes = np.frombuffer(body, dtype=np.uint8)
    quotes, newlines, marks = (np.flatnonzero(codes == ord(one)) for one in f'"\n{delimiter}')
    if len(quotes) % 2:
        return None
    ends = np.append(_outside(newlines, quotes), len(codes))
    starts = np.concatenate([[0], ends[:-1] + 1])
    lines = np.searchsorted(newlines, starts)
    if np.diff(lines, append=len(newlines) + 1).max() > LONGEST_RECORD:
        return None
    widths = np.diff(np.searchsorted(_outside(marks, quotes), ends), prepend=0)
    is_blank = widths == 0
    for number in np.flatnonzero(is_blank):
        is_blank[number] = not body[starts[number] : ends[number]].decode().strip()
    if (widths[~is_blank] != len(header) - 1).any():
        return None
    if is_blank.any():
        kept = zip(starts[~is_blank].tolist(), ends[~is_blank].tolist(), strict=True)
        body = b"\n".join([body[start:end] for start, end in kept])
    frame = pl.read_csv(
        body,
        has_header=False,
        schema={str(number): pl.String() for number in range(len(header))},
        separator=delimiter,
        quote_char='"' if quotes.size else None,
        infer_schema=False,
        raise_if_empty=False,
    )
    if frame.height != np.count_nonzero(~is_blank):
        return None
    numbers = pl.Series(ROW_NO, lines[~is_blank] + begin + 1, dtype=pl.UInt64)
    return Sheet(header, frame.with_columns(numbers))


def _outside(places: npt.NDArray[np.intp], quotes: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return the places that lie in no pair of quotes."""
    return places[np.searchsorted(quotes, places) % 2 == 0] if quotes.size else places


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
