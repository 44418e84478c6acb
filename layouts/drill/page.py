"""The drill page: one indicator of one area, from the whole city down to the cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from layouts import explore_texts as words
from layouts import format as fmt
from layouts import grid, ids, shell
from layouts import staff_texts as texts
from layouts.drill.breakdown_panel import breakdown_panel
from layouts.drill.case import case_drawer
from layouts.drill.cases import CaseRows, cases_panel, cell
from layouts.drill.choropleth import MapView, draw_map
from layouts.drill.filters import Facet, filter_bar
from layouts.drill.headline import headline
from layouts.drill.picker import (
    Domains,
    breadcrumb,
    indicator_picker,
    period_picker,
    windows_line,
)
from layouts.drill.ranking_table import ranking_table
from layouts.drill.reason_panel import Reason, reason_panel
from layouts.figures.style import as_table, graph
from layouts.figures.trend import split_series, trend
from layouts.find_box import find_box
from layouts.shell import View
from metrics.answer import Answer, Places
from metrics.calendar import Period
from metrics.territory import Area

TREND_DAYS = 30


@dataclass(frozen=True)
class DrillContent:
    """Everything the drill page draws.

    Attributes:
        view: what the address says, its area given as a code.
        now: the city's time.
        domains: the indicators by domain.
        lineage: areas from the whole city down to the one shown.
        answer: of the area, with children and a series of twice ``TREND_DAYS``.
        on_map: with the children the map draws; None where the indicator is not counted there.
        is_lowest: whether there are no areas below, so that the map draws those beside it.
        levels: id and name of the levels that can be ranked.
        breakdowns: answers with a breakdown, one a column.
        level_name: name of the level of the children; empty where there are none.
        codes: area id -> code, of all children shown.
        cases: rows behind the number; None where it has none of its own.
        case: the opened case: current state and its versions; None for none.
        boundaries_note: what is to be said about the borders on the map.
        reason: why the number moved; None draws nothing about it.
        facets: the values of columns to choose from.
        places: where the rows lie, on the lower levels; None elsewhere.
        map_level: level of the areas on the map where levels are skipped; else empty.
        case_parent: the area whose parts are drawn around the opened case; empty for none.
    """

    view: View
    now: dt.datetime
    domains: Domains
    lineage: Sequence[Area]
    answer: Answer
    on_map: Answer | None
    is_lowest: bool
    levels: Sequence[tuple[str, str]]
    breakdowns: Sequence[Answer]
    level_name: str
    codes: Mapping[str, str]
    cases: CaseRows | None
    case: tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]] | None
    boundaries_note: str = ""
    reason: Reason | None = None
    facets: Sequence[Facet] = ()
    places: Places | None = None
    case_parent: str = ""
    map_level: str = ""


def draw_drill(content: DrillContent) -> list[Component | None]:
    """Return the body of the drill page."""
    view, answer = content.view, content.answer
    return [
        html.Div(
            [
                breadcrumb(view, content.lineage),
                shell.status(answer.data_version, answer.freshness),
            ],
            className="st-bar",
        ),
        html.Div(
            [indicator_picker(view, content.domains), find_box(), period_picker(view)],
            className="st-bar",
        ),
        _gone(content),
        windows_line(view, answer.period, answer.question.period, content.now.date()),
        filter_bar(view, content.facets),
        html.Div(
            [
                shell.panel(texts.MAP, _map(content), note=_map_note(content)),
                html.Div([headline(answer, view, content.now), trend_panel(answer, TREND_DAYS)],
                         className="st-stack"),
            ],
            className="st-split",
        ),
        html.Div([_reason(content), _ranking(content), *_breakdowns(content)],
                 className="st-cards"),
        _cases(content),
        _case(content),
    ]  # fmt: skip


def gone_note(area: Area, period: Period) -> str:
    """Return that an area did not exist in a period; empty where it did."""
    if area.valid_to <= period.start:
        return words.DISSOLVED.format(name=area.name, day=area.valid_to)
    if area.valid_from > period.end:
        return words.NOT_YET.format(name=area.name, day=area.valid_from)
    return ""


def _gone(content: DrillContent) -> Component | None:
    note = gone_note(content.lineage[-1], content.answer.period)
    if not note:
        return None
    above = content.lineage[-2:-1]
    way = [
        shell.go(area.name, content.view.href("drill", area=area.code if area.parent else ""))
        for area in above
    ]
    return shell.sentence([note, " ", *way], className="st-warn")


def trend_panel(answer: Answer, days: int) -> html.Section:
    """Return the panel with the newest ``days`` of the answer's series."""
    title = texts.TREND.format(days=days)
    newest, before = split_series(answer.series, days)
    if all(value is None for _, value in newest):
        return shell.panel(title, shell.sentence(texts.NO_TREND.format(days=days)))
    earlier = dict(before)
    rows = [
        [
            str(day),
            fmt.value_with_unit(value, answer.indicator),
            fmt.value_with_unit(earlier.get(day), answer.indicator),
        ]
        for day, value in reversed(newest)
    ]
    head = [texts.DAY, texts.VALUE, texts.DAYS_BEFORE.format(days=days)]
    table = shell.table(head, rows, caption=title, numeric=(1, 2))
    label = f"{answer.area_name} {answer.indicator.name} {title}"
    return shell.panel(title, [graph(trend(answer, days=days), label=label), as_table(table)])


def area_href(content: DrillContent) -> Callable[[str], str]:
    """Return area id -> address of the drill page of that area."""
    codes = content.codes
    return lambda key: content.view.href("drill", area=codes[key]) if key in codes else ""


def _map(content: DrillContent) -> Component:
    here, shown = content.lineage[-1], content.on_map
    if shown is None or not shown.children:
        level = texts.ROLES[content.answer.indicator.lowest_level]
        return shell.sentence(texts.NOT_BELOW.format(level=level))
    opens = content.cases is not None and content.cases.shape == "case"
    points = [
        {"lon": row["lon"], "lat": row["lat"], "text": cell(row.get("title") or row["id"]),
         "href": content.view.href("drill", page=content.view.page, case=str(row["id"]))
         if opens else ""}
        for row in (content.places.rows if content.places else ())
    ]  # fmt: skip
    return draw_map(
        MapView(
            parent=here.parent if content.is_lowest else here.id,
            children=shown.children,
            href=area_href(content),
            selected=here.id if content.is_lowest else "",
            points=points,
            is_heat=content.view.layer == "heat",
            level=content.map_level,
            note=content.boundaries_note,
        ),
        shown,
    )


def _map_note(content: DrillContent) -> Component:
    levels = None if content.is_lowest else _level_links(content)
    said = html.Span(texts.MAP_LOWEST if content.is_lowest else _map_hint(content))
    places, view = content.places, content.view
    if places is None or not places.rows:
        return html.Div([said, levels], className="st-tools")
    count = words.PLACED.format(count=fmt.number(len(places.rows)))
    if places.total > len(places.rows):
        count = words.PLACED_OF.format(
            count=fmt.number(len(places.rows)), total=fmt.number(places.total)
        )
    links = [
        shell.go(name, view.href("drill", page=view.page, layer=key), current=view.layer == key)
        for key, name in words.LAYERS
    ]
    group = shell.aria(label=words.LAYER)
    small = "st-segments st-segments--small"
    switch = html.Div(links, className=small, role="group", **group)
    return html.Div([html.Span(count), switch, levels], className="st-tools")


def _map_hint(content: DrillContent) -> str:
    return texts.MAP_SKIPS.format(level=content.level_name) if content.map_level else texts.MAP_HINT


def _reason(content: DrillContent) -> html.Section | None:
    if content.reason is None:
        return None
    return reason_panel(content.reason, content.answer, content.view, area_href(content))


def _ranking(content: DrillContent) -> html.Section | None:
    title = f"{content.level_name}{texts.RANKING}"
    if not content.answer.children:
        return None  # the map's place says why
    table = ranking_table(content.answer, area_href(content))
    name = f"{content.answer.indicator.name} {content.answer.area_name} {title}"
    tools = [_level_links(content), grid.exports(ids.part(ids.DRILL, "ranking"), name)]
    note = html.Div(tools, className="st-tools")
    wide = "st-span-2 st-ranking"
    if content.answer.indicator.has_denominator:
        wide += " st-ranking--wide"
    return shell.panel(title, table, note=note, className=wide)


def _level_links(content: DrillContent) -> Component | None:
    """Return the levels that can be ranked, each a link; None where there is no choice."""
    if len(content.levels) < 2:
        return None
    shown = content.answer.question.level
    links = [
        shell.go(name, content.view.href("drill", level=key), current=key == shown)
        for key, name in content.levels
    ]
    group = shell.aria(label=texts.LEVEL)
    return html.Div(links, className="st-segments st-segments--small", role="group", **group)


def _breakdowns(content: DrillContent) -> list[Component]:
    return [breakdown_panel(answer, content.view) for answer in content.breakdowns]


def _cases(content: DrillContent) -> Component | None:
    if content.cases is None:
        return None
    return cases_panel(content.cases, content.answer, content.view, content.now.tzinfo)


def _case(content: DrillContent) -> Component | None:
    if content.case is None or content.now.tzinfo is None:
        return None
    current, versions = content.case
    close = content.view.href("drill", case="")
    return case_drawer(current, versions, close, content.now, parent=content.case_parent)
