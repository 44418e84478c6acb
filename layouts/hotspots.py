"""The page of hot spots: places that recur, clusters that grow, departments with their causes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from layouts import format as fmt
from layouts import grid, ids, shell
from layouts import hotspot_texts as words
from layouts.drill.picker import Domains, breadcrumb, indicator_picker, period_picker, windows_line
from layouts.governed import GovernedContent, governed_panel
from layouts.shell import Children, View
from metrics.calendar import Period
from metrics.findings import RECURS, Cluster, HotSpots, Place, Unit
from metrics.governed import BeforeAfter, Governed
from metrics.territory import Area

MOST_ROWS = 12
LEAST_CAUSE = 0.01
MOST_CAUSES = 3
LEAST_RATED = 10


@dataclass(frozen=True)
class HotspotContent:
    """Everything the page draws.

    Attributes:
        view: what the address says, its area given as a code.
        now: the city's time.
        domains: the indicators of cases, by domain.
        lineage: areas from the whole city down to the one shown.
        period: the days asked about.
        whole: the uncut period.
        found: the hot spots.
        areas: all areas by id.
        version: data version.
        problems: those the city has taken in hand.
        chosen: the one looked at before and after; None for none.
        effect: what became of it; None where it cannot be told.
        trouble: why not.
    """

    view: View
    now: dt.datetime
    domains: Domains
    lineage: Sequence[Area]
    period: Period
    whole: Period
    found: HotSpots
    areas: Mapping[str, Area]
    version: int
    problems: Sequence[Governed] = ()
    chosen: Governed | None = None
    effect: BeforeAfter | None = None
    trouble: str = ""


def draw_hotspots(content: HotspotContent) -> list[Component | None]:
    """Return the body of the page."""
    view, found = content.view, content.found
    return [
        html.Div(
            [
                breadcrumb(view, content.lineage, page="hotspots"),
                shell.status(content.version, ()),
            ],
            className="st-bar",
        ),
        html.Div(
            [
                indicator_picker(view, content.domains, page="hotspots"),
                period_picker(view, page="hotspots"),
            ],
            className="st-bar",
        ),
        windows_line(view, content.period, content.whole, content.now.date(), page="hotspots"),
        _panel(words.PLACES, words.PLACES_NOTE.format(least=RECURS), words.NO_PLACES,
               [_place_row(one, content) for one in found.places], _PLACE),
        _panel(words.CLUSTERS, words.CLUSTERS_NOTE, words.NO_CLUSTERS,
               [_cluster_row(one, content) for one in found.clusters], _CLUSTER),
        _panel(words.UNITS, words.UNITS_NOTE, words.NO_UNITS,
               [_unit_row(one, content) for one in found.units], _UNIT),
        governed_panel(_governed(content)),
    ]  # fmt: skip


def _governed(content: HotspotContent) -> GovernedContent:
    causes = (cause for unit in content.found.units for cause, _ in unit.causes if cause)
    return GovernedContent(
        content.view, content.problems, content.chosen, content.effect, content.trouble,
        sorted(set(causes)), lambda area: _named(area, content)[0],
    )  # fmt: skip


def _number(name: str, key: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    return grid.count_column(name, key, minWidth=92, flex=1, **options)


_PLACE = (
    grid.link_column(words.ADDRESS, "name", minWidth=200, flex=4),
    grid.column(words.AREA, "area", minWidth=120, flex=2),
    grid.column(words.CLASS, "value", minWidth=110, flex=2),
    _number(words.CASES, "cases"), _number(words.OPEN, "open"), _number(words.BAD, "bad"),
)  # fmt: skip
_CLUSTER = (
    grid.link_column(words.AREA, "name", minWidth=200, flex=4),
    grid.column(words.CLASS, "value", minWidth=110, flex=2),
    _number(words.CASES, "cases"), _number(words.EXPECTED, "expected"),
    _number(words.TIMES, "times"),
)  # fmt: skip
_UNIT = (
    grid.link_column(words.UNIT, "name", minWidth=180, flex=3),
    _number(words.CASES, "cases"), _number(words.CLOSED, "closed"),
    grid.number_column(words.ON_TIME, "ontime", minWidth=104, flex=1),
    _number(words.RETURNED, "returned"), _number(words.REPEATED, "repeated"),
    grid.number_column(words.DISSATISFIED, "bad", minWidth=104, flex=1),
    grid.column(words.CAUSES, "causes", minWidth=300, flex=5, tooltipField="causes"),
)  # fmt: skip


def _panel(
    title: str, note: str, nothing: str, rows: Sequence[Mapping[str, Any]],
    columns: Sequence[Mapping[str, Any]],
) -> html.Section:  # fmt: skip
    if not rows:
        return shell.panel(title, shell.sentence(nothing), note=note)
    name = ids.part("hotspots", title)
    tools: Children = [html.Span(note), grid.exports(name, title)]
    table = grid.grid(name, columns, rows, most=MOST_ROWS)
    return shell.panel(title, table, note=html.Div(tools, className="st-tools"))


def _named(area_id: str, content: HotspotContent) -> tuple[str, str]:
    """Return what an area is called with the one above it, and its code."""
    area = content.areas.get(area_id)
    if area is None or not area.parent:
        return fmt.NONE, ""
    above = content.areas[area.parent]
    return (f"{above.name} {area.name}" if above.parent else area.name), area.code


def _first_below(area_id: str, content: HotspotContent) -> str:
    """Return the area of the first level that holds an area: a square is larger than a grid."""
    area = content.areas.get(area_id)
    while area is not None and area.parent and content.areas[area.parent].parent:
        area = content.areas[area.parent]
    return area.id if area else area_id


def _to_drill(content: HotspotContent, area: str, column: str, value: str) -> str:
    view = content.view.with_only(column, value) if value else content.view
    return view.href("drill", area=area) if area else view.href("drill")


def _place_row(one: Place, content: HotspotContent) -> dict[str, Any]:
    area, code = _named(one.area, content)
    return {
        "name": one.address, "area": area, "value": one.subcategory, "cases": one.cases,
        "open": one.open, "bad": one.bad,
        "href": _to_drill(content, code, "subcategory", one.subcategory),
    }  # fmt: skip


def _cluster_row(one: Cluster, content: HotspotContent) -> dict[str, Any]:
    area, code = _named(_first_below(one.area, content), content)
    surge = one.surge
    return {
        "name": area, "value": surge.value, "cases": int(surge.now),
        "expected": round(surge.expected, 1), "times": round(surge.now / surge.expected, 1),
        "href": _to_drill(content, code, "subcategory", surge.value),
    }  # fmt: skip


def _unit_row(one: Unit, content: HotspotContent) -> dict[str, Any]:
    ontime = 1 - one.late / one.closed if one.closed else None
    bad = one.bad / one.rated if one.rated >= LEAST_RATED else None
    causes = "、".join(
        f"{value} {fmt.percent(count / one.cases, 0)}"
        for value, count in one.causes[:MOST_CAUSES]
        if count / one.cases >= LEAST_CAUSE
    )
    return {
        "name": one.name, "cases": one.cases, "closed": one.closed, "returned": one.returned,
        "repeated": one.repeated, "ontime": ontime, "ontime_text": fmt.percent(ontime),
        "bad": bad, "bad_text": fmt.percent(bad), "causes": causes,
        "href": _to_drill(content, content.view.area, "department", one.name),
    }  # fmt: skip
