"""Whether a workbook may be opened: it is small text packed small, and may grow without end."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from etl.readers import packed
from metrics.errors import SourceError

MOST_EMPTY_CELLS = 8_000_000
"""A sheet is read into one rectangle; one cell at its far end makes it 17 thousand million."""

_EXCEL_97 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CELL = re.compile(rb'<(?:\w+:)?c\s[^<>]*?\br="([A-Za-z]+)([0-9]+)"')
_CHUNK = 1 << 22
_LONGEST_TAG = 4096


def refuse_bomb(path: Path, data: bytes) -> None:
    """Let a workbook pass unless it is none, or grows too large when it is opened.

    The archive is unpacked once and thrown away: what its directory says of sizes may be wrong.

    Raises:
        SourceError: it is no workbook, damaged, or too large.
    """
    if data.startswith(_EXCEL_97):
        return  # its sheets have at most 65,536 rows and 256 columns
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if not any(name.lower() == "xl/workbook.xml" for name in archive.namelist()):
                raise no_workbook(path)
            _measure(path, archive)
    except (*packed.DAMAGED, RuntimeError) as error:
        raise no_workbook(path) from error


def no_workbook(path: Path) -> SourceError:
    """Return what to say of a file that is no workbook or cannot be opened."""
    msg = "this is no readable Excel file"
    return SourceError(
        msg,
        where=str(path),
        hint="Protected and half-copied files cannot be read",
        next_step="Save it as .xlsx without a password",
    )


@dataclass
class _Extent:
    """The rectangle that the cells of a sheet span."""

    cells: int = 0
    rows: int = 0
    columns: set[bytes] = field(default_factory=set)

    def add(self, text: bytes) -> None:
        found = _CELL.findall(text)
        if found:
            self.cells += len(found)
            self.columns.update(column for column, _ in found)
            self.rows = max(self.rows, *(int(row[:9]) for _, row in found))

    @property
    def empty(self) -> int:
        width = max((_number(column) for column in self.columns), default=0)
        return self.rows * width - self.cells


def _number(column: bytes) -> int:
    found = 0
    for letter in column[:7].upper():
        found = found * 26 + letter - 64
    return found


def _measure(path: Path, archive: zipfile.ZipFile) -> None:
    size = 0
    for entry in archive.infolist():
        is_sheet = entry.filename.lower().startswith("xl/worksheets/")
        extent, rest = _Extent(), b""
        with archive.open(entry) as file:
            while chunk := file.read(_CHUNK):
                size += len(chunk)
                if size > packed.MOST_UNPACKED:
                    raise packed.too_large(path)
                if is_sheet:
                    text = rest + chunk
                    at = max(text.rfind(b"<"), len(text) - _LONGEST_TAG, 0)
                    extent.add(text[:at])
                    rest = text[at:]
        extent.add(rest)
        if extent.empty > MOST_EMPTY_CELLS:
            raise SourceError(
                f"a sheet spans {extent.rows:,} rows but hardly any cell in it is filled",
                where=str(path),
                hint=f"Only {extent.cells:,} cells are",
                next_step="Delete the empty rows and columns behind the data and save it again",
            )
