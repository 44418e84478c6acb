"""Tables with sorting and keyboard movement (AG Grid), in the staff look and in Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import dash_ag_grid as dag
from dash import html
from dash.development.base_component import Component

from layouts import explore_texts as words
from layouts.theme import SANS

ROW, HEAD = 36, 38
"""Heights in px."""

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
_WORDS: Mapping[str, str] = MappingProxyType({
    "noRowsToShow": "没有记录",
    "loadingOoo": "正在读取…",
    "sortAscending": "升序",
    "sortDescending": "降序",
    "sortUnSort": "取消排序",
    "pinColumn": "固定列",
    "pinLeft": "固定在左",
    "pinRight": "固定在右",
    "noPin": "不固定",
    "autosizeThisColumn": "本列自动列宽",
    "autosizeAllColumns": "各列自动列宽",
    "chooseColumns": "选择列",
    "resetColumns": "恢复列",
    "copy": "复制",
    "ariaSortableColumn": "按回车排序",
    "ariaFilterInput": "查找",
    "filterOoo": "查找…",
})  # fmt: skip


def column(name: str, key: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - AG Grid's own
    """Return a column of plain text."""
    return {"headerName": name, "field": key, "sortable": True, **options}


def link_column(name: str, key: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a column of real links; the address is the row's ``href``."""
    return column(name, key, cellRenderer="StaffLink", **options)


def number_column(name: str, key: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a column that sorts by the number ``key`` and shows the row's ``<key>_text``."""
    shown = {"function": f"params.data.{key}_text"}
    return column(name, key, type="rightAligned", valueFormatter=shown, **options)


def exports(grid_id: str, name: str) -> html.Span:
    """Return the buttons that save what a table shows, as it is sorted and filtered.

    Args:
        grid_id: id of the table.
        name: of the file, without its ending.
    """
    buttons = [_export(grid_id, name, form) for form in ("csv", "xlsx")]
    return html.Span([f"{words.EXPORT} ", *buttons], className="st-tools")


def _export(grid_id: str, name: str, form: str) -> html.Button:
    said: dict[str, Any] = {
        "data-table": grid_id,
        "data-name": name,
        "data-form": form,
        "aria-label": f"{words.EXPORT} {form}: {name}",
    }
    shown = "CSV" if form == "csv" else form
    return html.Button(shown, type="button", className="st-export", **said)


def grid(
    grid_id: Any,  # noqa: ANN401 - a string or a pattern
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
    height = HEAD + ROW * (min(len(rows), most) + len(last)) + 4
    scrolls = bool(most) and len(rows) > most
    table: Component = dag.AgGrid(
        id=grid_id,
        columnDefs=list(columns),
        rowData=list(rows),
        defaultColDef={"resizable": True, "suppressHeaderMenuButton": True, "minWidth": 56},
        dashGridOptions={
            "theme": {"function": _THEME},
            "localeText": dict(_WORDS),
            "rowHeight": ROW,
            "headerHeight": HEAD,
            "domLayout": "normal" if scrolls else "autoHeight",
            "pinnedBottomRowData": list(last),
            "suppressCellFocus": False,
            "animateRows": False,
            "enableCellTextSelection": True,
        },
        className="st-grid",
        style={"height": f"{height}px" if scrolls else None, "width": "100%"},
    )
    return table
