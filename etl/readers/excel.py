"""Excel: every cell as the text a person would type for it."""

from __future__ import annotations

from pathlib import Path

import fastexcel
import polars as pl

from etl.readers.frame import ROW_NO, Sheet, named_by
from etl.readers.workbook import no_workbook, refuse_bomb
from etl.spec import SourceSpec
from metrics.errors import SourceError, near

_EXACT_DIGITS = 15
"""Excel keeps no more digits of a number than these."""


def read_excel(spec: SourceSpec, path: Path, data: bytes) -> Sheet:
    """Return the table of one sheet; row numbers are the sheet's.

    Raises:
        SourceError: no Excel file, no such sheet, no visible sheet, or no header.
    """
    refuse_bomb(path, data)
    try:
        return _table(fastexcel.read_excel(data), spec, path)
    except fastexcel.FastExcelError as error:
        raise no_workbook(path) from error


def _table(book: fastexcel.ExcelReader, spec: SourceSpec, path: Path) -> Sheet:
    loaded = _sheet(book, spec, path)
    cells = loaded.to_polars()
    header, begin = _header(cells, spec, path)
    body = cells.slice(begin)
    body = body.rename({old: str(n) for n, old in enumerate(body.columns)})
    body = _mark_lost_digits(body, book, loaded, begin)
    numbers = pl.Series(range(begin + 1, begin + 1 + body.height), dtype=pl.UInt64)
    return Sheet(header, body.with_columns(numbers.alias(ROW_NO)))


def _sheet(book: fastexcel.ExcelReader, spec: SourceSpec, path: Path) -> fastexcel.ExcelSheet:
    """Return the sheet the spec names, or the first visible one, all cells as text."""
    if spec.sheet and spec.sheet not in book.sheet_names:
        guess = near(spec.sheet, book.sheet_names)
        listed = ", ".join(book.sheet_names)
        msg = f"there is no sheet '{spec.sheet}'"
        raise SourceError(
            msg,
            where=str(path),
            hint=f"Did you mean '{guess}'? It has {listed}" if guess else f"It has {listed}",
            next_step=f"Correct sheet in {spec.defined_at or spec.source}",
        )
    for name in [spec.sheet] if spec.sheet else book.sheet_names:
        loaded = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        if spec.sheet or loaded.visible == "visible":
            return loaded
    msg = "no sheet is visible"
    raise SourceError(msg, where=str(path), next_step="Name one under sheet")


def _header(cells: pl.DataFrame, spec: SourceSpec, path: Path) -> tuple[list[str], int]:
    """Return the header's cells and the number of the row after it, from 0."""
    for number in range(spec.title_rows, min(cells.height, spec.title_rows + 10)):
        begin = number + spec.header_rows
        rows = [["" if c is None else str(c) for c in row] for row in cells[number:begin].rows()]
        if any(cell.strip() for cell in rows[0]):
            return named_by(rows), begin
    msg = "there is no header"
    raise SourceError(
        msg,
        where=str(path),
        hint=f"{spec.title_rows} title rows were passed over",
        next_step=f"Check title_rows and sheet in {spec.defined_at or spec.source}",
    )


def _mark_lost_digits(
    body: pl.DataFrame, book: fastexcel.ExcelReader, sheet: fastexcel.ExcelSheet, begin: int
) -> pl.DataFrame:
    """Return the cells with numbers too long for Excel written as 3.3E+17.

    As text such a cell looks like a number in which the last digits are right; they are not. A
    cell holds a number, not text, where it can also be read as a truth value.
    """
    long = pl.col(pl.String).str.contains(rf"^-?\d{{{_EXACT_DIGITS + 1},}}$").any()
    for number in [int(c) for c, found in body.select(long).row(0, named=True).items() if found]:
        position = sheet.available_columns()[number].absolute_index
        truth = book.load_sheet(
            sheet.name, header_row=None, skip_rows=0, dtypes="boolean", use_columns=[position]
        ).to_polars()
        is_number = truth.to_series().slice(begin).is_not_null()
        column = body[str(number)]
        lost = is_number & (column.str.len_chars() > _EXACT_DIGITS)
        short = column.cast(pl.Float64, strict=False).map_elements(
            lambda value: f"{value:.6E}", return_dtype=pl.String
        )
        body = body.with_columns(
            pl.select(pl.when(lost).then(short).otherwise(column)).to_series().alias(str(number))
        )
    return body
