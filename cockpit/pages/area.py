"""One area with all its indicators, beside those of the area above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dash import Dash

from cockpit.drawn_by_address import draw_by_address
from cockpit.page_spec import PageSpec
from cockpit.view_state import ViewState
from layouts import ids, shell
from layouts import staff_texts as texts
from layouts.area.page import AreaContent, draw_area
from layouts.area.standing import StandingCases

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from cockpit.wiring import Services
    from metrics.answer import Answer, Freshness
    from metrics.indicator import Indicator
    from metrics.territory import Area

PERIOD, NOW = "yesterday", "today"
STANDING_ROWS = 12
_ROLES = ("district", "street", "community", "grid")


def layout(services: Services, _query: Mapping[str, str]) -> Component:
    """Return the frame; the body is drawn from the address."""
    city = services.city
    return shell.frame(ids.AREA, active="area", city=city.name, is_demo=city.demo)


def register(app: Dash, services: Services) -> None:
    """Put the page's callback on the app: the address draws it."""
    draw_by_address(app, "area", lambda view: draw(view, services))


def draw(view: ViewState, services: Services) -> list[Component | None]:
    """Return the body of the page.

    Raises:
        CockpitError: area or period cannot be asked for.
    """
    return draw_area(content_of(replace(view, period=view.period or PERIOD), services))


def content_of(view: ViewState, services: Services) -> AreaContent:
    """Return everything the page draws, asked for together.

    Raises:
        CockpitError: area or period cannot be asked for.
    """
    service, territory = services.service, services.territory
    here = territory.area(view.area)
    lineage = territory.lineage(here.id)
    role = territory.level(here.level).role
    answers = ask_all(view, here, role, services)
    beside = {"level": here.level, "compare": ()}
    above = ask_all(view, lineage[-2], role, services, **beside) if len(lineage) > 1 else {}
    return AreaContent(
        view=replace(view, area=here.code),
        now=service.clock.now(),
        lineage=lineage,
        level_name=territory.level(here.level).name,
        children=territory.children(here.id, service.clock.today()),
        domains={
            domain: shown
            for domain, listed in services.catalogue.domains.items()
            if (shown := [one for one in listed if is_shown(one, view)])
        },
        answers=answers,
        above=above,
        version=service.version,
        feeds=feeds_of(answers),
        standing=standing_cases(here, services),
    )


def ask_all(
    view: ViewState,
    area: Area,
    role: str,
    services: Services,
    **more: Any,  # noqa: ANN401
) -> dict[str, Answer]:
    """Return an area's answers, by id, of the indicators that are counted at the level of a role.

    They are the core ones unless the address asks for all: the further ones are summed anew.

    Raises:
        CockpitError: the period cannot be asked for.
    """
    counted = [
        one
        for one in services.catalogue.indicators.values()
        if reaches(one, role) and is_shown(one, view)
    ]
    questions = [
        services.service.question(one.id, area=area.id, period=view.period, **more)
        for one in counted
    ]
    answers = services.answer_many(questions)
    return {one.id: answer for one, answer in zip(counted, answers, strict=True)}


def standing_cases(here: Area, services: Services) -> StandingCases | None:
    """Return the area's cases that are open now; None where none is counted at its level."""
    role, service = services.territory.level(here.level).role, services.service
    questions = [
        service.question(one.id, area=here.id, period=NOW, compare=())
        for one in services.catalogue.indicators.values()
        if (one.kind, one.fact, one.tier) == ("stock", "case", "core") and reaches(one, role)
    ]
    if not questions:
        return None
    answers = services.answer_many(questions)
    most = max(answers, key=lambda one: one.figure.value or 0.0)
    rows = service.cases(most.question, limit=STANDING_ROWS).rows
    return StandingCases(answers, most, rows)


def is_shown(indicator: Indicator, view: ViewState) -> bool:
    """Tell whether the address asks for an indicator: for the core, or for all."""
    return view.tier == "all" or indicator.tier == "core"


def reaches(indicator: Indicator, role: str) -> bool:
    """Tell whether an indicator is counted at a level; levels of no known role count all."""
    return role not in _ROLES or _ROLES.index(role) <= _ROLES.index(indicator.lowest_level)


def feeds_of(answers: Mapping[str, Answer]) -> tuple[Freshness, ...]:
    """Return the feeds behind the answers, each once."""
    feeds = {feed.source: feed for one in answers.values() for feed in one.freshness}
    return tuple(feeds[source] for source in sorted(feeds))


PAGE = PageSpec(path="/area/<key>", title=texts.AREA, layout=layout, register=register)
