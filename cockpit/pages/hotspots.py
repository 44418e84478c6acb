"""Hot spots: places that recur, clusters that grow, departments and their causes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dash import Dash

from cockpit.drawn_by_address import draw_by_address, go_where_chosen
from cockpit.page_spec import PageSpec
from cockpit.view_state import ViewState
from layouts import hotspot_texts as texts
from layouts import ids, shell
from layouts.hotspots import HotspotContent, draw_hotspots
from metrics.before_after import before_after
from metrics.errors import BadQuestion, CockpitError
from metrics.governed import MOST_WEEKS, Governed
from metrics.question import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dash.development.base_component import Component

    from cockpit.wiring import Services
    from layouts.drill.picker import Domains
    from metrics.governed import BeforeAfter

INDICATOR, PERIOD = "appeals_accepted", "last-30d"


def layout(services: Services, _query: Mapping[str, str]) -> Component:
    """Return the frame; the body is drawn from the address."""
    city = services.city
    return shell.frame(ids.HOTSPOTS, active="hotspots", city=city.name, is_demo=city.demo)


def register(app: Dash, services: Services) -> None:
    """Put the page's callbacks on the app."""

    def draw(view: ViewState) -> Any:  # noqa: ANN401 - components
        return draw_hotspots(content_of(complete(view, services), services))

    draw_by_address(app, "hotspots", draw)
    go_where_chosen(app, "hotspots", with_figures=False)


def complete(view: ViewState, services: Services) -> ViewState:
    """Return the view with the page's own choices where the address leaves them open."""
    counted = [one.id for listed in of_cases(services).values() for one in listed]
    first = INDICATOR if INDICATOR in counted else next(iter(counted), INDICATOR)
    return replace(view, indicator=view.indicator or first, period=view.period or PERIOD)


def of_cases(services: Services) -> Domains:
    """Return the core indicators that count cases, by domain."""
    found = {
        domain: [
            one
            for one in listed
            if one.fact == "case" and one.kind in ("count", "ratio") and one.tier == "core"
        ]
        for domain, listed in services.catalogue.domains.items()
    }
    return {domain: listed for domain, listed in found.items() if listed}


def content_of(view: ViewState, services: Services) -> HotspotContent:
    """Return everything the page draws.

    Raises:
        CockpitError: indicator, area or period cannot be asked for.
    """
    service, territory = services.service, services.territory
    question = service.question(
        view.indicator, area=view.area, period=view.period, filters=view.filter_map,
        compare=("history",),
    )  # fmt: skip
    here = territory.areas[question.area]
    chosen, effect, said = effect_of(view, services)
    return HotspotContent(
        view=replace(view, area=here.code if here.parent else ""),
        now=service.clock.now(),
        domains=of_cases(services),
        lineage=territory.lineage(here.id),
        period=question.period.until(service.clock.today()),
        whole=question.period,
        found=service.hot_spots(question),
        areas=territory.areas,
        version=service.version,
        problems=services.city.governed,
        chosen=chosen,
        effect=effect,
        trouble=said,
    )


def effect_of(
    view: ViewState, services: Services
) -> tuple[Governed | None, BeforeAfter | None, str]:
    """Return the problem looked at, what became of it, and why that cannot be told."""
    chosen = None
    try:
        chosen = problem_of(view, services.city.governed)
        if chosen is None:
            return None, None, ""
        return chosen, before_after(services.service, chosen, area=view.area), ""
    except CockpitError as error:
        return chosen, None, error.sentence


def problem_of(view: ViewState, known: Sequence[Governed]) -> Governed | None:
    """Return the problem the address describes or names, else the city's first; None without.

    Raises:
        BadQuestion: its day or its number of weeks is none.
    """
    if not view.since:
        return next((one for one in known if one.id == view.governed), next(iter(known), None))
    only = {name: values for name, values in view.filters if name in DIMENSIONS["case"]}
    told = " ".join(filter(None, (*(one for few in only.values() for one in few), view.keyword)))
    try:
        return Governed(
            id="chosen", name=texts.CHOSEN.format(what=told or texts.EVERYTHING),
            since=dt.date.fromisoformat(view.since), weeks=int(view.weeks or 8),
            indicator=view.indicator, only=only, keyword=view.keyword,
        )  # fmt: skip
    except ValueError as error:
        raise BadQuestion(
            f"'{view.since}' and '{view.weeks}' are no day and number of weeks",
            where="since, weeks",
            hint=f"Allowed: a day such as 2026-09-01, and 2 to {MOST_WEEKS} weeks",
        ) from error


PAGE = PageSpec(path="/hotspots", title=texts.HOTSPOTS, layout=layout, register=register)
"""Hot spots: places that recur, clusters that grow, departments and their causes."""
