"""Tables that are sorted, filtered, copied and saved (AG Grid), in the staff look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid as dag
from dash import html
from dash.development.base_component import Component

from layouts import explore_texts as words
from layouts import shell
from layouts.grid_texts import LOCALE
from layouts.theme import SANS

ROW, HEAD, FIELDS = 36, 38, 42
"""Heights in px; the fields are those that filter the columns."""

_THEME = (
    "themeQuartz.withParams({"
    "backgroundColor:'var(--surface)',foregroundColor:'var(--ink-2)',"
    "textColor:'var(--ink-2)',headerTextColor:'var(--ink-3)',"
    "headerBackgroundColor:'var(--surface-2)',borderColor:'var(--line)',"
    "rowHoverColor:'var(--surface-2)',accentColor:'var(--accent)',"
    "oddRowBackgroundColor:'var(--surface)',chromeBackgroundColor:'var(--surface-2)',"
    "browserColorScheme:'inherit',fontSize:14,headerFontWeight:500,wrapperBorder:false,cellHorizontalPadding:11,"
    f"fontFamily:{SANS.replace(chr(34), chr(39)).join(chr(34) * 2)}"
    "})"
)
_COMPARED = ("greaterThanOrEqual", "lessThanOrEqual", "inRange", "equals")
WIDE: Mapping[str, Any] = {"context": {"isWide": True}}
"""Option of a column that is left out where the screen is narrow."""
FEW = 8
"""Up to so many rows a table is seen at once and needs no fields to search it."""


def column(name: str, key: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - AG Grid's own
    """Return a column of plain text, with a field that finds a part of it."""
    search: dict[str, Any] = {
        "filter": "agTextColumnFilter",
        "floatingFilter": True,
        "suppressFloatingFilterButton": True,
        "suppressHeaderFilterButton": True,
    }
    return {"headerName": name, "field": key, "sortable": True, **search, **options}


def plain_column(name: str, key: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a column that is not searched: a rank, a bar."""
    return column(name, key, filter=False, floatingFilter=False, **options)


def link_column(name: str, key: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a column of real links; the address is the row's ``href``."""
    return column(name, key, cellRenderer="StaffLink", **options)


def light_column(name: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the column of the row's ``light`` with the words of its ``light_text``."""
    said = {"function": "params.data.light_text"}
    return column(name, "light", cellRenderer="StaffLight", filterValueGetter=said, **options)


def count_column(name: str, key: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a column of numbers that are shown as they are, and filtered as numbers."""
    compared: dict[str, Any] = {
        "filter": "agNumberColumnFilter",
        "filterParams": {"filterOptions": list(_COMPARED), "maxNumConditions": 1},
        "suppressFloatingFilterButton": False,
    }
    return column(name, key, type="rightAligned", **(compared | options))


def number_column(name: str, key: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a column that sorts by the number ``key`` and shows the row's ``<key>_text``.

    It is filtered by the number that is shown.
    """
    shown: dict[str, Any] = {
        "valueFormatter": {"function": f"params.data.{key}_text"},
        "filterValueGetter": {"function": f"StaffShown(params.data, '{key}')"},
    }
    return count_column(name, key, **(shown | options))


def exports(grid_id: str, name: str) -> html.Span:
    """Return the buttons that copy or save what a table shows, as it is sorted and filtered.

    Args:
        grid_id: id of the table.
        name: of the file, without its ending.
    """
    forms = (("copy", words.COPY_TABLE), ("csv", "CSV"), ("xlsx", "xlsx"))
    buttons = [_export(grid_id, name, form, shown) for form, shown in forms]
    return html.Span([f"{words.EXPORT} ", *buttons], className="st-tools")


def _export(grid_id: str, name: str, form: str, shown: str) -> html.Button:
    what = shown if form == "copy" else f"{words.EXPORT} {form}"
    said: dict[str, Any] = {
        "data-table": grid_id,
        "data-name": name,
        "data-form": form,
        "data-done": words.COPIED,
        "aria-label": f"{what}: {name}",
    }
    return html.Button(shown, type="button", className="st-export", **said)


def grid(
    grid_id: str,
    columns: Sequence[Mapping[str, Any]],
    rows: Sequence[Mapping[str, Any]],
    *,
    last: Sequence[Mapping[str, Any]] = (),
    most: int = 0,
) -> Component:
    """Return the table.

    Args:
        grid_id: id of the component.
        columns: made by the functions above.
        rows: one mapping a row; a row with ``href`` is opened by a click.
        last: rows that stay at the bottom however the table is sorted.
        most: rows shown before the table scrolls inside; 0 for all.
    """
    searched = [one if len(rows) > FEW else {**one, "floatingFilter": False} for one in columns]
    fields = FIELDS if any(one.get("floatingFilter") for one in searched) else 0
    height = HEAD + fields + ROW * (min(len(rows), most) + len(last)) + 4
    scrolls = bool(most) and len(rows) > most
    table = dag.AgGrid(
        id=grid_id,
        columnDefs=searched,
        rowData=list(rows),
        defaultColDef={"resizable": True, "suppressHeaderMenuButton": True, "minWidth": 56},
        dashGridOptions={
            "theme": {"function": _THEME},
            "localeText": dict(LOCALE),
            "rowHeight": ROW,
            "headerHeight": HEAD,
            "floatingFiltersHeight": FIELDS,
            "domLayout": "normal" if scrolls else "autoHeight",
            "pinnedBottomRowData": list(last),
            "suppressCellFocus": False,
            "animateRows": False,
            "enableCellTextSelection": True,
            "ensureDomOrder": True,
        },
        className="st-grid",
        style={"height": f"{height}px" if scrolls else None, "width": "100%"},
    )
    hint = html.P(words.SWIPE, className="st-swipe", **shell.aria(hidden="true"))
    return html.Div([table, hint])
