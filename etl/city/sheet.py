"""Excel files of text cells, written straight as XML.

A year of cases is two million cells. Handing them over one by one takes most of the time of the
whole history; joined as text by polars the same sheet takes a tenth of it.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import polars as pl

_SAME_TIME = (2026, 1, 1, 0, 0, 0)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_CONTENT_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
    "</Types>"
)


def _relations(kind: str, target: str) -> str:
    return (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/{kind}" Target="{target}"/></Relationships>'
    )


def write_sheet(path: Path, frame: pl.DataFrame, sheet: str, title: str) -> None:
    """Write one sheet: a title merged across the table, the header, the rows, a totals row.

    Args:
        path: file to write.
        frame: text columns; empty texts become empty cells.
        sheet: name of the sheet.
        title: first row.
    """
    letters = [_letters(place) for place in range(frame.width)]
    escaped = frame.with_columns(
        pl.all().str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"])
    )
    rows = _rows(escaped, letters)
    last = frame.height + 3
    total = {letters[0]: "合计", letters[1]: f"{frame.height}件"}
    body = [
        _row(1, {letters[0]: title}),
        _row(2, dict(zip(letters, escaped.columns, strict=True))),
        *rows.to_list(),
        _row(last, total),
    ]
    page = (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><dimension ref="A1:{letters[-1]}{last}"/><sheetData>'
        f'{"".join(body)}</sheetData><mergeCells count="1">'
        f'<mergeCell ref="A1:{letters[-1]}1"/></mergeCells></worksheet>'
    )
    book = (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        f'<sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _relations("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": _relations("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": page,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, _SAME_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)


def _rows(frame: pl.DataFrame, letters: list[str]) -> pl.Series:
    line = pl.int_range(3, frame.height + 3).cast(pl.String)
    cells: list[pl.Expr] = []
    for letter, name in zip(letters, frame.columns, strict=True):
        filled = pl.format(f'<c r="{letter}{{}}" t="inlineStr"><is><t>{{}}</t></is></c>',
                           line, pl.col(name))  # fmt: skip
        cells.append(pl.when(pl.col(name) != "").then(filled).otherwise(pl.lit("")))
    whole = pl.format('<row r="{}">{}</row>', line, pl.concat_str(cells))
    return frame.select(whole.alias("xml"))["xml"]


def _row(number: int, cells: dict[str, str]) -> str:
    inner = "".join(
        f'<c r="{letter}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
        for letter, text in cells.items()
    )
    return f'<row r="{number}">{inner}</row>'


def _letters(place: int) -> str:
    """Return the column letters of a place counted from zero.

    Example:
        >>> _letters(0), _letters(25), _letters(26)
        ('A', 'Z', 'AA')
    """
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name
