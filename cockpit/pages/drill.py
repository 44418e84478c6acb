"""The drill explorer: one indicator, one area, down to the cases. The address is its only state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dash import Dash

from cockpit.drawn_by_address import draw_by_address, go_where_chosen
from cockpit.finder import letters
from cockpit.page_spec import PageSpec
from cockpit.pages.area import reaches
from cockpit.view_state import ViewState
from layouts import ids, shell
from layouts import staff_texts as texts
from layouts.drill.cases import CaseRows
from layouts.drill.filters import COLUMNS, Facet, values_of
from layouts.drill.page import TREND_DAYS, DrillContent, draw_drill
from layouts.drill.reason_panel import Reason
from metrics.errors import BadQuestion
from metrics.insight.cut import nature_of
from metrics.insight.inquiry import COMPARED, explained, questions_why

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from cockpit.wiring import Services
    from metrics.answer import Answer, Places
    from metrics.indicator import Indicator
    from metrics.question import Question
    from metrics.territory import Area

PERIOD = "yesterday"
PAGE_ROWS = 20
MOST_PLACES = 2000
BREAKDOWNS = ("category", "channel", "subcategory", "department", "kind", "urgency")
"""The usual columns, the most telling first; two of them are drawn."""
ASKED: Mapping[str, Any] = {"series": 2 * TREND_DAYS, "compare": COMPARED}


def layout(services: Services, _query: Mapping[str, str]) -> Component:
    """Return the frame; the body is drawn from the address."""
    city = services.city
    return shell.frame(ids.DRILL, active="drill", city=city.name, is_demo=city.demo)


def register(app: Dash, services: Services) -> None:
    """Put the page's callbacks on the app: the address draws it, its pickers set the address."""
    draw_by_address(app, "drill", lambda view: draw(view, services))
    go_where_chosen(app, "drill")


def draw(view: ViewState, services: Services) -> list[Component | None]:
    """Return the body of the page.

    Raises:
        CockpitError: indicator, area, level or period cannot be asked for.
    """
    return draw_drill(content_of(complete(view, services), services))


def complete(view: ViewState, services: Services) -> ViewState:
    """Return the view with the page's own choices where the address leaves them open."""
    first = next(iter(services.catalogue.indicators))
    return replace(view, indicator=view.indicator or first, period=view.period or PERIOD)


def content_of(view: ViewState, services: Services) -> DrillContent:
    """Return everything the page draws, asked for together.

    Raises:
        CockpitError: indicator, area, level or period cannot be asked for.
    """
    service, territory = services.service, services.territory
    main = main_question(view, services)
    here = territory.areas[main.area]
    is_lowest = not territory.children(here.id, main.period.end) and bool(here.parent)
    beside = question_beside(view, here, services) if is_lowest else None
    parts = part_questions(main, services)
    freed = freed_questions(view, parts, services)
    case = opened_case(view, services)
    questions = [main, *parts, *freed, *([beside] if beside else [])]
    answer, *others = services.answer_many(questions)
    answer = told_apart(answer, services)
    drawn = others.pop() if beside else answer if main.level else None
    others, free = others[: len(parts)], others[len(parts) :]
    level_name = territory.level(main.level).name if main.level else ""
    shown = (*answer.children, *(drawn.children if drawn else ()))
    return DrillContent(
        view=replace(view, area=here.code if here.parent else ""),
        now=service.clock.now(),
        domains=services.catalogue.domains,
        lineage=territory.lineage(here.id),
        answer=answer,
        on_map=drawn,
        is_lowest=is_lowest,
        levels=levels_below(here, answer.indicator, services),
        breakdowns=shown_breakdowns(others),
        facets=facets_of(others, free),
        places=places_of(main, here, services),
        level_name=level_name,
        codes={child.key: territory.areas[child.key].code for child in shown if child.key},
        cases=case_rows(main, view, services),
        case=case,
        case_parent=parent_of(case, services),
        map_level=skipped_to(main, here, services),
        boundaries_note=services.city.boundaries_note,
        reason=reason_of([answer, *others], level_name, services),
    )


def main_question(view: ViewState, services: Services) -> Question:
    """Return the question of the number itself, with the level below where it has one.

    Raises:
        CockpitError: indicator, area, level or period cannot be asked for.
    """
    try:
        return _ask(view, services, level=view.level or "children", **ASKED)
    except BadQuestion as error:
        if error.where != "--level" or view.level:
            raise
        return _ask(view, services, **ASKED)  # not counted any deeper


def part_questions(main: Question, services: Services) -> list[Question]:
    """Return the questions by which the number is broken down and its change explained."""
    indicator = services.catalogue.get(main.indicator)
    columns = services.service.dimensions(main.indicator)
    plain = replace(main, level="", series=0)
    asked = questions_why(main, indicator.fact, columns)
    if nature_of(indicator) is None:  # its change cannot be split
        asked, plain = [], replace(plain, compare=("prev", "yoy"))
    known = {question.by for question in asked}
    asked += [replace(plain, by=one) for one in BREAKDOWNS if one in columns and one not in known]
    try:
        services.service.check(asked)
    except BadQuestion:  # a register's stock has no rows to break down
        return []
    return asked


def freed_questions(
    view: ViewState, parts: Sequence[Question], services: Services
) -> list[Question]:
    """Return for every limited column the question without its own limit: what else there is."""
    asked = {one.by for one in parts} & set(view.filter_map) & set(COLUMNS)
    freed = []
    for column in sorted(asked):
        others = replace(view, filters=view.with_only(column, "").filters)
        question = _ask(others, services, by=column, compare=())
        freed.append(replace(question, only_parts=True))
    return freed


def facets_of(parts: Sequence[Answer], freed: Sequence[Answer]) -> list[Facet]:
    """Return the values to choose from, by column."""
    told = {one.question.by: values_of(one) for one in (*parts, *freed)}
    return [
        Facet(column, told[column], {value: letters(value) for value, _ in told[column]})
        for column in COLUMNS
        if column in told
    ]


def shown_breakdowns(parts: Sequence[Answer]) -> list[Answer]:
    """Return the breakdowns that tell most: of the usual columns those with several values."""
    known = {one.question.by: one for one in parts}
    usual = [known[column] for column in BREAKDOWNS if column in known]
    told = [one for one in usual if sum(bool(part.figure.value) for part in one.breakdown) > 1]
    return (told or usual)[:2]


def reason_of(answers: Sequence[Answer], level: str, services: Services) -> Reason:
    """Return why the number of the first answer moved."""
    areas = {one.id: one.name for one in services.territory.areas.values()}
    return Reason(explained(answers), level, areas)


def question_beside(view: ViewState, here: Area, services: Services) -> Question | None:
    """Return the question of an area and those beside it, which the map draws at the bottom.

    None where the indicator is not counted at their level.
    """
    try:
        asked = _ask(replace(view, area=here.parent), services, level=here.level, compare=())
    except BadQuestion:
        return None
    return replace(asked, only_parts=True)


def skipped_to(question: Question, here: Area, services: Services) -> str:
    """Return the level of the children where others lie between; empty where none does."""
    below = services.territory.next_level(here)
    return question.level if below is not None and question.level != below.id else ""


def told_apart(answer: Answer, services: Services) -> Answer:
    """Return the answer with the area above in the names of children that share theirs.

    Every community has its first grid; where levels are skipped they stand side by side.
    """
    areas = services.territory.areas
    names = Counter(child.name for child in answer.children)
    children = [
        replace(child, name=areas[areas[child.key].parent].name + child.name)
        if names[child.name] > 1 and child.key in areas
        else child
        for child in answer.children
    ]
    return replace(answer, children=tuple(children))


def levels_below(
    here: Area, indicator: Indicator, services: Services
) -> tuple[tuple[str, str], ...]:
    """Return id and name of the levels below an area at which the indicator is counted."""
    below = (one for one in services.territory.levels if one.depth > here.depth)
    return tuple((one.id, one.name) for one in below if reaches(indicator, one.role))


def case_rows(question: Question, view: ViewState, services: Services) -> CaseRows | None:
    """Return the asked page of rows behind the number; None where it has none of its own."""
    try:
        page = services.service.cases(question, limit=PAGE_ROWS, offset=(view.page - 1) * PAGE_ROWS)
    except BadQuestion:
        return None
    return CaseRows(page.shape, page.total, page.rows, PAGE_ROWS)


def places_of(question: Question, here: Area, services: Services) -> Places | None:
    """Return where the rows lie, on the two lowest levels; None above or where there are none."""
    deepest = services.territory.levels[-1].depth
    if not here.parent or here.depth < deepest - 1:
        return None
    try:
        return services.service.places(question, limit=MOST_PLACES)
    except BadQuestion:
        return None


def opened_case(view: ViewState, services: Services) -> Any:  # noqa: ANN401
    """Return the opened case as its current state and its versions; None for none.

    Raises:
        UnknownName: there is no such case.
    """
    if not view.case:
        return None
    record = services.service.case(view.case)
    return record.current, record.versions


def parent_of(case: Any, services: Services) -> str:  # noqa: ANN401
    """Return the area above the one a case lies in; empty without a case or an area."""
    area = services.territory.areas.get(case[0].get("area") or "") if case else None
    return area.parent if area else ""


def _ask(view: ViewState, services: Services, **more: Any) -> Question:  # noqa: ANN401
    asked = {"area": view.area, "period": view.period, "filters": view.filter_map, **more}
    return services.service.question(view.indicator, **asked)


PAGE = PageSpec(path="/drill", title=texts.DRILL, layout=layout, register=register)
