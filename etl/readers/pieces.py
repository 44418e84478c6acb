"""A large file read some rows at a time, as if each piece were a file with the same header.

Before anything is read, one pass over the bytes finds out whether the file can be cut: its
encoding fits all through and its quotes pair up. Any other file is read whole, which is where
what is wrong with it is told.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from gzip import GzipFile
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import numpy.typing as npt
import polars as pl
from polars.exceptions import PolarsError

from etl.readers.csv import LONGEST_RECORD, read_header
from etl.readers.frame import ROW_NO, Sheet
from etl.readers.packed import DAMAGED, MOST_UNPACKED, is_packed
from etl.readers.pages import Reader
from etl.readers.parquet import read_slice
from etl.readers.text import BadByte, encodings, is_utf16, wrong_encoding
from etl.spec import SourceSpec
from metrics.errors import SourceError

_HEAD = 1 << 20
_LEAST_PACKED = 100
"""A packed file may grow beyond ``MOST_UNPACKED``, but no bomb packs so badly."""
_PARQUET_PACKS = 8
"""Times that a Parquet file grows when its values become text, at least."""
_LINE_END = re.compile(rb"\r\n|\n|\r")
_QUOTE, _NEWLINE = ord('"'), ord("\n")


@dataclass(frozen=True)
class Bound:
    """How much of a file is in memory at once.

    Attributes:
        large: bytes, unpacked; a file up to this is read whole.
        rows: in a piece, roughly; a little below what goes into the store in one insert.
        size: bytes in a piece, roughly, where its rows are long.
        step: bytes looked at in one go when cuts are sought.
    """

    large: int = 32 << 20
    rows: int = 190_000
    size: int = 96 << 20
    step: int = 1 << 20


USUAL = Bound()


@dataclass(frozen=True)
class _Cut:
    """A stretch of the file that ends where a record does.

    Attributes:
        size: in bytes.
        lines: in it.
    """

    size: int
    lines: int


def sheets(spec: SourceSpec, path: Path, bound: Bound, read: Reader) -> Iterator[Sheet] | None:
    """Return the tables of a file's pieces, row numbers counted on, or None to read it whole.

    Raises:
        SourceError: wrong encoding.
    """
    if spec.cumulative:  # a running total is told by the row of the day before
        return None
    if spec.http is not None or path.suffix.lower() == ".zip" or is_packed(path.stem):
        return None
    if spec.format == "parquet":
        return _slices(spec, path, bound)
    if spec.format not in ("csv", "jsonl"):
        return None
    try:
        return _of_text(spec, path, bound, read)
    except DAMAGED:
        return None


def _of_text(spec: SourceSpec, path: Path, bound: Bound, read: Reader) -> Iterator[Sheet] | None:
    with _opened(path) as file:
        head = file.read(max(_HEAD, bound.large + 1))
    if len(head) <= bound.large or is_utf16(head) or b"\n" not in head[:_HEAD]:
        return None
    encoding = _encoding(spec, path, bound)
    known = spec.model_copy(update={"encoding": encoding})
    prefix = _prefix(known, path, head[:_HEAD])
    cuts = _cuts(path, len(prefix), bound, has_quotes=spec.format == "csv")
    return _pieces(known, path, prefix, cuts, read) if len(cuts) > 1 else None


def _opened(path: Path) -> BinaryIO:
    return cast("BinaryIO", GzipFile(path)) if is_packed(path.name) else path.open("rb")


def _chunks(path: Path, step: int, begin: int = 0) -> Iterator[bytes]:
    """Yield the unpacked bytes; a line end of two characters is never cut apart.

    A packed file that grows without measure ends the reading as a damaged one.
    """
    most = max(MOST_UNPACKED, _LEAST_PACKED * path.stat().st_size)
    is_limited, size = is_packed(path.name), begin
    with _opened(path) as file:
        file.read(begin)
        while chunk := file.read(step):
            while chunk.endswith(b"\r") and (more := file.read(1)):
                chunk += more
            size += len(chunk)
            if is_limited and size > most:
                raise EOFError
            yield chunk


def _encoding(spec: SourceSpec, path: Path, bound: Bound) -> str:
    """Return the first encoding that fits all through."""
    failed: dict[str, BadByte] = {}
    for encoding in encodings(spec):
        bad = _first_bad(path, encoding, bound.step)
        if bad is None:
            return encoding
        failed[encoding] = bad
    others = [name for name in ("utf-8", "gb18030") if name not in failed]
    fits = [name for name in others if _first_bad(path, name, bound.step) is None]
    raise wrong_encoding(spec, path, failed, fits)


def _first_bad(path: Path, encoding: str, step: int) -> BadByte | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    seen = line = 0
    chunk = b""
    try:
        for chunk in _chunks(path, step):
            decoder.decode(chunk)
            seen += len(chunk)
            line += chunk.count(b"\n")
        chunk = b""
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        held = len(error.object) - len(chunk)  # below 0 by a byte order mark that was taken off
        line += error.object.count(b"\n", max(held, 0), error.start) + 1
        return BadByte(seen - held + error.start, line, error.object[error.start])
    return None


def _prefix(spec: SourceSpec, path: Path, head: bytes) -> bytes:
    """Return the bytes above the first row."""
    if spec.format != "csv":
        return b""
    whole_lines = head[: head.rfind(b"\n") + 1]
    lines, _ = read_header(spec, path, whole_lines)
    ends = [found.end() for found, _ in zip(_LINE_END.finditer(head), range(lines), strict=False)]
    return head[: ends[-1]]


def _cuts(path: Path, begin: int, bound: Bound, *, has_quotes: bool) -> list[_Cut]:
    """Return the pieces of the bytes behind the header, or none where quotes do not pair up."""
    cuts: list[_Cut] = []
    size = lines = 0  # since the last cut
    quotes = _Quotes()
    for chunk in _chunks(path, bound.step, begin):
        last = quotes.last_end(chunk) if has_quotes else chunk.rfind(b"\n") + 1
        if quotes.is_stray:
            return []
        ended, begun = _lines(chunk[:last]), _lines(chunk[last:])
        size, lines = size + last, lines + ended
        if last and (lines >= bound.rows or size >= bound.size):
            cuts.append(_Cut(size, lines))
            size = lines = 0
        size, lines = size + len(chunk) - last, lines + begun
    if size:
        cuts.append(_Cut(size, lines))
    return [] if quotes.is_open else cuts


def _lines(data: bytes) -> int:
    codes = np.frombuffer(data, dtype=np.uint8)
    count = int(np.count_nonzero(codes == _NEWLINE))
    if b"\r" in data:
        count += data.count(b"\r") - data.count(b"\r\n")
    return count


class _Quotes:
    """Follows the quotes of a delimited text through its bytes.

    In UTF-8 and in GB18030 no byte of a longer character is a quote or a line end.

    Attributes:
        is_open: a quote is open.
        is_stray: one was open for longer than a value is.
    """

    def __init__(self) -> None:
        self.is_open = self.is_stray = False
        self._lines = 0

    def last_end(self, chunk: bytes) -> int:
        """Return where the last record that ends in a chunk ends in it, 0 for none."""
        if not self.is_open and _QUOTE not in chunk:
            end = chunk.rfind(b"\n") + 1
            self._lines = 0 if end else self._lines
            return end
        codes = np.frombuffer(chunk, dtype=np.uint8)
        quotes, newlines = (np.flatnonzero(codes == mark) for mark in (_QUOTE, _NEWLINE))
        inside = (np.searchsorted(quotes, newlines) + self.is_open) % 2
        self.is_open = bool((len(quotes) + self.is_open) % 2)
        ends: npt.NDArray[np.int64] = np.flatnonzero(inside == 0)
        if not ends.size:
            self._lines += len(newlines)
            longest = self._lines
        else:
            longest = max(self._lines + int(ends[0]) + 1, int(np.diff(ends).max(initial=0)))
            self._lines = len(newlines) - 1 - int(ends[-1])
        self.is_stray = self.is_stray or longest > LONGEST_RECORD
        return int(newlines[ends[-1]]) + 1 if ends.size else 0


def _pieces(
    spec: SourceSpec, path: Path, prefix: bytes, cuts: list[_Cut], read: Reader
) -> Iterator[Sheet]:
    names: dict[str, None] = {}
    passed = 0

    def piece(data: bytes, cut: _Cut) -> Sheet:
        if len(data) < cut.size:
            raise _changed(path)
        sheet = read(spec, path, prefix + data)
        return _counted_on(_with_names(sheet, names) if spec.format == "jsonl" else sheet, passed)

    with _opened(path) as file:
        file.read(len(prefix))
        for cut in cuts:
            yield piece(file.read(cut.size), cut)
            passed += cut.lines
        if file.read(1):
            raise _changed(path)


def _changed(path: Path) -> SourceError:
    what = "the file was written to while it was read"
    return SourceError(what, where=str(path), next_step="Load it again when it is finished")


def _counted_on(sheet: Sheet, passed: int) -> Sheet:
    number = pl.col(ROW_NO) + pl.lit(passed, pl.UInt64)
    return replace(
        sheet, frame=sheet.frame.with_columns(number), broken=sheet.broken.with_columns(number)
    )


def _with_names(sheet: Sheet, names: dict[str, None]) -> Sheet:
    """Return a piece's objects under the names of the earlier pieces, too."""
    place = {name: str(number) for number, name in enumerate(sheet.header)}
    names.update(dict.fromkeys(sheet.header))
    columns = [
        (pl.col(place[name]) if name in place else pl.lit(None, pl.String)).alias(str(number))
        for number, name in enumerate(names)
    ]
    return replace(sheet, header=list(names), frame=sheet.frame.select(*columns, ROW_NO))


def _slices(spec: SourceSpec, path: Path, bound: Bound) -> Iterator[Sheet] | None:
    try:
        rows = pl.scan_parquet(path).select(pl.len()).collect().item()
    except (PolarsError, OSError):
        return None
    if rows <= bound.rows or path.stat().st_size <= bound.large // _PARQUET_PACKS:
        return None
    return (read_slice(spec, path, begin, bound.rows) for begin in range(0, rows, bound.rows))
