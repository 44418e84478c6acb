"""What every reader hands over, and the comparison of its header with the spec."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from etl.spec import SourceSpec
from metrics.errors import SourceError, near

ROW_NO = "row_no"
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\u00ad"
"""Characters nobody sees: byte order mark, zero-width ones, soft hyphen."""


def _nothing_broken() -> pl.DataFrame:
    return pl.DataFrame(schema={ROW_NO: pl.UInt64, "reason": pl.String, "text": pl.String})


@dataclass(frozen=True)
class Sheet:
    """A table as a reader found it.

    Attributes:
        header: names of the columns as written, in the order of the file.
        frame: columns ``0``, ``1``, ... as String and ``row_no``.
        broken: rows that do not fit the table: row_no, reason, text.
    """

    header: list[str]
    frame: pl.DataFrame
    broken: pl.DataFrame = field(default_factory=_nothing_broken)


@dataclass(frozen=True)
class RawFile:
    """A file's rows as text.

    Attributes:
        frame: every source column as String, null where nothing stands, under the names of the
            spec, and ``row_no`` (UInt64): the line in a text file (the first one of a row that
            spans several), the sheet's row number in Excel, else 1, 2, 3 ...
        path: where it was read.
        sha256: of its bytes.
        size: in bytes.
        broken: rows that do not fit the table: row_no, reason (ragged_row or bad_json), text.
    """

    frame: pl.DataFrame
    path: Path
    sha256: str
    size: int
    broken: pl.DataFrame = field(default_factory=_nothing_broken)

    @property
    def rows(self) -> int:
        """Number of rows in the file, broken ones included."""
        return self.frame.height + self.broken.height


def finish(sheet: Sheet, spec: SourceSpec, path: Path, sha256: str, size: int) -> RawFile:
    """Return the file under the spec's names, without rows in which nothing stands.

    Raises:
        SourceError: the columns are not those of the spec.
    """
    names = _match_header(sheet, spec, path)
    frame = sheet.frame.select(
        ROW_NO, *(pl.col(str(n)).alias(name) for n, name in enumerate(names) if name)
    )
    return RawFile(_without_blank(frame), path, sha256, size, sheet.broken)


def _without_blank(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in which something stands; mostly the first column settles it."""
    filled = pl.Series([frame.width == 1]).new_from_index(0, frame.height)
    for column in frame.drop(ROW_NO).iter_columns():
        filled |= (column.str.strip_chars().str.len_bytes() > 0).fill_null(value=False)
        if filled.all():
            return frame
    return frame.filter(filled)


def plain(cell: str) -> str:
    """Return a header cell in the form in which two spellings of it are equal.

    Example:
        >>> plain("\ufeff 受理时间(分) ") == plain("受理时间(分)")
        True
    """
    text = "".join(ch for ch in unicodedata.normalize("NFKC", cell) if ch not in INVISIBLE)
    return " ".join(text.split())


def named_by(rows: list[list[str]]) -> list[str]:
    """Return one name a column of one header row, or of a row of groups above the names.

    A group is written once and means every column to its right that has a name of its own.

    Example:
        >>> named_by([["编号", "位置", ""], ["", "经度", "纬度"]])
        ['编号', '位置/经度', '位置/纬度']
    """
    if len(rows) == 1:
        return rows[0]
    upper, lower = ([plain(cell) for cell in row] for row in rows)
    width, names, group = max(len(upper), len(lower)), [], ""
    for number in range(width):
        above = upper[number] if number < len(upper) else ""
        below = lower[number] if number < len(lower) else ""
        group = above or (group if below else "")
        names.append("/".join(part for part in (group, below) if part))
        group = group if below else ""
    return names


def _match_header(sheet: Sheet, spec: SourceSpec, path: Path) -> list[str]:
    """Return the spec's name for each column; empty for a column without name or content."""
    used, known = spec.used_columns, {plain(c): c for c in (*spec.ignore, *spec.used_columns)}
    found = [plain(cell) for cell in sheet.header]
    names = [known.get(cell, cell) for cell in found]
    where = str(path)
    for missing in (column for column in used if plain(column) not in found):
        guess = near(missing, [cell for cell in found if cell not in known])
        hint = f"The file has '{guess}' instead" if guess else f"It has {_listed(found)}"
        msg = f"the column '{missing}' is missing"
        raise SourceError(
            msg,
            where=where,
            hint=hint,
            next_step=f"Correct {spec.defined_at or spec.source}, or the export",
        )
    for number, name in enumerate(names):
        if not name and sheet.frame[str(number)].is_not_null().any():
            msg = f"column {number + 1} has values but no name"
            raise SourceError(
                msg,
                where=where,
                next_step="Check title_rows, or name the column in the export",
            )
        if name and names.index(name) != number:
            if name in used:
                what = f"the column '{name}' is there twice"
                raise SourceError(what, where=where, next_step="Take one out of the export")
            names[number] = f"{name}#{number + 1}"
    unknown = [cell for cell in found if cell and cell not in known]
    empty = [
        name
        for number, name in enumerate(names)
        if name in used and sheet.frame[str(number)].null_count() == sheet.frame.height
    ]
    _refuse_unknown(unknown, empty, spec, where)
    return names


def _refuse_unknown(unknown: list[str], empty: list[str], spec: SourceSpec, where: str) -> None:
    if not unknown:
        return
    guess = near(unknown[0], empty)
    listed = ", ".join(f"'{cell}'" for cell in unknown[:8])
    many = "s" if len(unknown) > 1 else ""
    msg = f"unknown column{many} {listed}: the export has changed"
    raise SourceError(
        msg,
        where=where,
        hint=f"Did you mean '{guess}', which no row has?" if guess else "",
        next_step=f"Add to `ignore` or to `keep` in {spec.defined_at or spec.source}",
    )


def _listed(found: list[str]) -> str:
    named = [cell for cell in found if cell]
    return ", ".join(named[:12]) + (f" and {len(named) - 12} more" if len(named) > 12 else "")
