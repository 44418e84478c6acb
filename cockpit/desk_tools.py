"""What staff pages ask beside their callbacks: the search, and a table as a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import xlsxwriter
from flask import Blueprint, Response, jsonify, request

from cockpit.corrected_sheet import sheet_of
from cockpit.finder import Finder, Found
from cockpit.pages.drill import complete, main_question
from cockpit.view_state import ViewState, parse_address
from layouts import explore_texts as texts
from layouts import staff_texts
from layouts.drill.cases import COLUMNS, MOST_EXPORTED, cell
from metrics.cases import MAX_PAGE
from metrics.errors import BadQuestion

if TYPE_CHECKING:
    from cockpit.wiring import Services

MOST_CELLS = 400_000
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def build_desk_tools(services: Services) -> Blueprint:
    """Return the blueprint with ``/find`` and ``/export``."""
    tools = Blueprint("desk_tools", __name__)
    finder = Finder(services.territory, services.catalogue, services.clock.today())

    @tools.get("/find")
    def find() -> Response:
        path, _, search = request.args.get("at", "").partition("?")
        found = finder.find(request.args.get("q", ""))
        told = [_told(one, parse_address(path, search), path) for one in found]
        return jsonify({"found": told, "none": texts.NOTHING_FOUND})

    @tools.post("/export/xlsx")
    def export() -> Response:
        sheet = request.get_json(silent=True)
        return Response(workbook(sheet), mimetype=_SHEET)

    @tools.get("/export/cases.csv")
    def cases() -> Response:
        view = complete(parse_address("/drill", request.query_string.decode()), services)
        lines = case_lines(view, services)
        return Response(lines, mimetype="text/csv; charset=utf-8")

    @tools.get("/export/quarantine/<source>.csv")
    def aside(source: str) -> Response:
        return Response(sheet_of(source, services), mimetype="text/csv; charset=utf-8")

    return tools


def case_lines(view: ViewState, services: Services) -> Iterator[str]:
    """Return the rows behind a view's number as lines of CSV, page by page.

    Raises:
        CockpitError: the number cannot be asked for, or has no rows of its own.
    """
    question = main_question(view, services)
    first = services.service.cases(question, limit=1)
    keys = [key for key, _ in COLUMNS[first.shape]]
    zone = services.clock.now().tzinfo

    def lines() -> Iterator[str]:
        yield "\ufeff" + _line(texts_of(keys))
        for offset in range(0, min(first.total, MOST_EXPORTED), MAX_PAGE):
            page = services.service.cases(question, limit=MAX_PAGE, offset=offset)
            for row in page.rows:
                yield _line([cell(row.get(key), zone=zone) for key in keys])

    return lines()


def texts_of(keys: Sequence[str]) -> list[str]:
    """Return the names of a fact's columns."""
    return [staff_texts.CASE_FIELDS.get(key, key) for key in keys]


def _line(cells: Sequence[str]) -> str:
    memory = io.StringIO()
    csv.writer(memory).writerow([harmless(one) for one in cells])
    return memory.getvalue()


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Example:
        >>> harmless("=1+1"), harmless("-5"), harmless("道路")
        ("'=1+1", '-5', '道路')
    """
    if not text.startswith(("=", "+", "-", "@", "\t", "\r")):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def _told(one: Found, view: ViewState, path: str) -> dict[str, str]:
    """Return a thing found with its address: on the page one is on, where that is about it."""
    on_indicator = path.startswith("/indicator")
    on_area = path.startswith("/area")
    if one.kind == "area":
        to = "area" if on_area else "indicator" if on_indicator and view.indicator else "drill"
        href = view.href(to, area=one.key)  # type: ignore[arg-type]
    else:
        href = view.href("indicator" if on_indicator else "drill", indicator=one.key)
    return {"kind": texts.KINDS[one.kind], "name": one.name, "detail": one.detail, "href": href}


def workbook(sheet: Any) -> bytes:  # noqa: ANN401 - whatever JSON came in
    """Return a table as an xlsx file; texts stay texts, also those that look like a formula.

    Args:
        sheet: ``head``, a list of names, and ``rows``, lists of texts and numbers.

    Raises:
        BadQuestion: it is no such table, or too large.
    """
    head, rows = _read(sheet)
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True}) as book:
        page = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for column, name in enumerate(head):
            page.write_string(0, column, str(name), bold)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                is_number = isinstance(value, int | float) and not isinstance(value, bool)
                write = page.write_number if is_number else partial(_text, page)
                write(number, column, value)
        page.freeze_panes(1, 0)
        page.autofit()
    return memory.getvalue()


def _text(page: Any, row: int, column: int, value: object) -> None:  # noqa: ANN401
    page.write_string(row, column, str(value))


def _read(sheet: Any) -> tuple[list[Any], list[list[Any]]]:  # noqa: ANN401
    head = sheet.get("head") if isinstance(sheet, dict) else None
    rows = sheet.get("rows") if isinstance(sheet, dict) else None
    is_table = (
        isinstance(head, list)
        and isinstance(rows, list)
        and all(isinstance(row, list) for row in rows)
    )
    if not is_table or len(head or ()) * len(rows or ()) > MOST_CELLS:
        raise BadQuestion(
            "this is no table that can be exported",
            where="/export/xlsx",
            hint=f"Allowed: head and rows, at most {MOST_CELLS} cells",
        )
    return head or [], rows or []
