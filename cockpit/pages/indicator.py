"""Why this number: everything behind one indicator of one area in one period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dash import Dash

from cockpit.drawn_by_address import draw_by_address, go_where_chosen
from cockpit.page_spec import PageSpec
from cockpit.view_state import ViewState
from layouts import ids, shell
from layouts import staff_texts as texts
from layouts.indicator.page import CALENDAR_DAYS, IndicatorContent, draw_indicator, draw_list
from metrics.errors import BadQuestion

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from cockpit.wiring import Services
    from metrics.answer import Answer, Distribution
    from metrics.question import Question

PERIOD = "yesterday"


def layout(services: Services, _query: Mapping[str, str]) -> Component:
    """Return the frame; the body is drawn from the address."""
    city = services.city
    return shell.frame(ids.INDICATOR, active="indicator", city=city.name, is_demo=city.demo)


def register(app: Dash, services: Services) -> None:
    """Put the page's callbacks on the app: the address draws it, its picker sets the address."""
    draw_by_address(app, "indicator", lambda view: draw(view, services))
    go_where_chosen(app, "indicator")


def draw(view: ViewState, services: Services) -> list[Component | None]:
    """Return the page of the indicator, or the list of all where the address names none.

    Raises:
        CockpitError: indicator, area or period cannot be asked for.
    """
    if not view.indicator:
        return [*draw_list(services.catalogue.domains, view)]
    view = replace(view, period=view.period or PERIOD)
    return draw_indicator(content_of(view, services))


def content_of(view: ViewState, services: Services) -> IndicatorContent:
    """Return everything the page of an indicator draws.

    Raises:
        CockpitError: indicator, area or period cannot be asked for.
    """
    service, territory = services.service, services.territory
    question = question_of(view, services)
    answer = service.answer(question)  # not from the cache: only a fresh answer has its trace
    here = territory.areas[question.area]
    keys = [child.key for child in answer.children if child.key]
    catalogue = services.catalogue
    return IndicatorContent(
        view=replace(view, area=here.code if here.parent else ""),
        now=service.clock.now(),
        domains=catalogue.domains,
        lineage=territory.lineage(here.id),
        answer=answer,
        parts={letter: catalogue.get(one) for letter, one in answer.indicator.parts.items()},
        level_name=territory.level(question.level).name if question.level else "",
        codes={key: territory.areas[key].code for key in keys},
        breakdowns=breakdowns_of(view, services),
        distribution=distribution_of(question, services),
    )


def breakdowns_of(view: ViewState, services: Services) -> Sequence[Answer]:
    """Return the answers broken down by every column the indicator may be broken down by."""
    service = services.service
    asked = []
    for column in service.dimensions(view.indicator):
        try:
            asked.append(
                service.question(
                    view.indicator, area=view.area, period=view.period, by=column,
                    compare=("prev",), filters=view.filter_map,
                )
            )  # fmt: skip
        except BadQuestion:  # a register's stock has no rows to break down
            return ()
    return services.answer_many(asked)


def distribution_of(question: Question, services: Services) -> Distribution | None:
    """Return how the values behind an average, a quantile or an extreme are spread."""
    kind = services.catalogue.get(question.indicator).kind
    if kind not in ("average", "quantile", "extreme"):
        return None
    return services.service.distribution(question)


def question_of(view: ViewState, services: Services) -> Question:
    """Return the question, with the level below where the indicator is counted there.

    Raises:
        CockpitError: indicator, area or period cannot be asked for.
    """
    asked: dict[str, Any] = {
        "area": view.area,
        "period": view.period,
        "filters": view.filter_map,
        "series": CALENDAR_DAYS,
    }
    try:
        return services.service.question(view.indicator, level=view.level or "children", **asked)
    except BadQuestion as error:
        if error.where != "--level" or view.level:
            raise
        return services.service.question(view.indicator, **asked)


PAGE = PageSpec(path="/indicator/<key>", title=texts.INDICATORS, layout=layout, register=register)
