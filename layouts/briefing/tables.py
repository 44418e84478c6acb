"""Tables of the document: a repeated heading, rows that stay whole, widths that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.table import CT_Tc
from docx.shared import Mm
from docx.table import Table
from docx.text.paragraph import Paragraph

from layouts.briefing import ink
from layouts.briefing.page import element, set_borders, set_margins
from layouts.briefing.template import EVIDENCE, TABLE_HEAD, TEXT_WIDTH

SHADE = ink.SHADE.lstrip("#")
THICK, THIN = (8, "000000"), (4, "7F7F7F")


@dataclass(frozen=True)
class Grid:
    """A table as text.

    Attributes:
        weights: relative column widths.
        style: paragraph style of the body.
        numbers_from: first column that is set to the right.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    weights: Sequence[float]
    style: str
    numbers_from: int = 1


def place_table(document: Document, paragraph: Paragraph | None, grid: Grid) -> None:
    """Put a table in the place of a paragraph; a template without the mark goes without."""
    if paragraph is None:
        return
    table = document.add_table(rows=len(grid.rows) + 1, cols=len(grid.head))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    set_borders(table, top=THICK, bottom=THICK, insideH=THIN)
    set_margins(table, 57)
    _set_widths(table, grid)
    cells = list(table._tbl.iter(qn("w:tc")))
    columns = len(grid.head)
    small = grid.style == EVIDENCE
    # Looking a style up walks through all of them, and an appendix has thousands of cells.
    plain = document.styles[grid.style].style_id
    heading = plain if small else document.styles[TABLE_HEAD].style_id
    for position, text in enumerate(text for row in (grid.head, *grid.rows) for text in row):
        row, column = divmod(position, columns)
        _write(cells[position], text, plain if row else heading)
        if row == 0:
            cells[position].get_or_add_tcPr().append(
                element("w:shd", val="clear", color="auto", fill=SHADE)
            )
        elif column >= grid.numbers_from:
            _align(cells[position])
    for number, row in enumerate(table._tbl.tr_lst):
        properties = row.get_or_add_trPr()
        properties.append(element("w:cantSplit"))
        if number == 0:
            properties.append(element("w:tblHeader"))
    paragraph._p.addprevious(table._tbl)
    _empty(paragraph)


def _set_widths(table: Table, grid: Grid) -> None:
    total = sum(grid.weights)
    widths = [Mm(TEXT_WIDTH * weight / total) for weight in grid.weights]
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.w = width
    for row in table._tbl.tr_lst:
        for cell, width in zip(row.tc_lst, widths, strict=True):
            cell.width = width


def _write(cell: CT_Tc, text: str, style_id: str) -> None:
    paragraph = cell.p_lst[0]
    paragraph.style = style_id
    run = paragraph.add_r()
    run.text = text


def _align(cell: CT_Tc) -> None:
    cell.p_lst[0].get_or_add_pPr().jc_val = WD_ALIGN_PARAGRAPH.RIGHT


def _empty(paragraph: Paragraph) -> None:
    """Keep the paragraph, empty: two tables in a row would run into one."""
    for run in list(paragraph.runs):
        run._r.getparent().remove(run._r)
