"""The rows behind the number, a page at a time, and one of them opened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from layouts import explore_texts as words
from layouts import format as fmt
from layouts import grid, ids, shell
from layouts import staff_texts as texts
from layouts.shell import View
from metrics.answer import Answer
from metrics.tables import Shape

Row = Mapping[str, Any]
MOST_EXPORTED = 10_000
"""Rows in the file of all pages."""

COLUMNS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "case": (
        ("at", 156), ("case_no", 200), ("category", 110), ("subcategory", 120), ("title", 240),
        ("channel", 100), ("department", 130), ("status", 88), ("due_at", 156),
        ("closed_at", 156), ("satisfaction", 88), ("area_name", 130),
    ),
    "event": (
        ("at", 156), ("kind", 100), ("category", 120), ("title", 240), ("result", 110),
        ("value", 88), ("ended_at", 156), ("channel", 100), ("department", 130),
        ("area_name", 130),
    ),
    "reading": (
        ("at", 156), ("device", 150), ("metric", 110), ("value", 100), ("quality", 100),
        ("area_name", 130),
    ),
}  # fmt: skip
"""Column and least width in px, by fact shape."""
SPARED = ("category", "due_at", "closed_at", "satisfaction", "ended_at")
"""Columns left out where the screen is narrow; the opened case has them."""


@dataclass(frozen=True)
class CaseRows:
    """One page of the rows behind a number.

    Attributes:
        shape: which fact they are of.
        total: rows on all pages.
        rows: those of this page.
        size: rows a page holds.
    """

    shape: Shape
    total: int
    rows: Sequence[Row]
    size: int


def cell(value: object, *, zone: dt.tzinfo | None = None) -> str:
    """Return a value of a row as text: times to the minute, lists joined, nothing as a dash.

    Example:
        >>> cell(None), cell(["a", "b"]), cell(0.5), cell(3.0)
        ('—', 'a、b', '0.5', '3')
    """
    if value is None or value == "":
        return fmt.NONE
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(zone) if value.tzinfo and zone else value:%Y-%m-%d %H:%M}"
    if isinstance(value, list | tuple):
        return "、".join(str(one) for one in value) or fmt.NONE
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def cases_panel(
    cases: CaseRows, answer: Answer, view: View, zone: dt.tzinfo | None
) -> html.Section:
    """Return the table of rows with links to the pages before and after."""
    title = f"{texts.CASES} · {texts.CASES_COUNT.format(total=fmt.number(cases.total))}"
    if not cases.total:
        return shell.panel(title, shell.sentence(texts.NO_CASES), className="st-wide")
    if not cases.rows:
        first = shell.go(texts.FIRST_PAGE, view.href("drill", page=1))
        said = shell.sentence([texts.PAGE_BEYOND_END, " ", first])
        return shell.panel(title, said, className="st-wide")
    opens = cases.shape == "case"
    rows = [
        {key: cell(value, zone=zone) for key, value in row.items()}
        | {"href": view.href("drill", page=view.page, case=str(row["id"])) if opens else ""}
        for row in cases.rows
    ]
    shown = [
        (key, width)
        for key, width in COLUMNS[cases.shape]
        if any(row.get(key, fmt.NONE) != fmt.NONE for row in rows)
    ]
    make = grid.link_column if opens else grid.column
    columns = [
        (make if key == "case_no" else grid.column)(
            texts.CASE_FIELDS[key],
            key,
            minWidth=width,
            flex=width,
            tooltipField=key,
            **(grid.WIDE if key in SPARED else {}),
        )
        for key, width in shown
    ]
    table = grid.grid(ids.part(ids.DRILL, "cases"), columns, rows)
    agrees = html.Span(texts.CASES_ARE_THE_NUMBER if _is_the_number(cases, answer) else "")
    name = f"{answer.indicator.name} {answer.area_name} {texts.CASES}"
    tools = [grid.exports(ids.part(ids.DRILL, "cases"), name), _whole_list(cases, view)]
    note = html.Div([agrees, *tools], className="st-tools")
    return shell.panel(
        title, [table, pager(cases.total, cases.size, view)], note=note, className="st-wide"
    )


def _whole_list(cases: CaseRows, view: View) -> html.A | None:
    """Return the link to all pages as one file, where there is more than the one shown."""
    if cases.total <= cases.size:
        return None
    most = min(cases.total, MOST_EXPORTED)
    query = urlencode(view.with_changes(page=1, case="", why="").pairs("drill"))
    words_ = words.WHOLE_LIST.format(count=fmt.number(most))
    return html.A(words_, href=f"/export/cases.csv?{query}", download="", className="st-export")


def _is_the_number(cases: CaseRows, answer: Answer) -> bool:
    figure = answer.figure
    stated = figure.denominator if answer.indicator.kind == "ratio" else figure.value
    return (
        stated is not None
        and answer.indicator.kind in ("count", "ratio", "stock")
        and (cases.total == stated)
    )


def pager(total: int, size: int, view: View, *, page: shell.PageName = "drill") -> html.Nav:
    """Return links to the pages before and after, and which rows are shown."""
    last_page = max(1, -(-total // size))
    number = view.page
    shown = texts.CASES_RANGE.format(
        first=fmt.number((number - 1) * size + 1), last=fmt.number(min(number * size, total))
    )

    def step(name: str, to: int) -> Component:
        if not 1 <= to <= last_page:
            return html.Span(name, className="st-button is-off", **shell.aria(disabled="true"))
        return shell.go(name, view.href(page, page=to), className="st-button st-button--quiet")

    return html.Nav(
        [
            step(texts.EARLIER_PAGE, number - 1),
            html.Span(f"{shown} · {number} / {last_page}", className="st-mono"),
            step(texts.LATER_PAGE, number + 1),
        ],
        className="st-pager",
        **shell.aria(label=texts.CASES),
    )
