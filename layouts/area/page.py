"""All indicators of one area, by domain, with their lights and beside the area above."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from layouts import format as fmt
from layouts import shell
from layouts import staff_texts as texts
from layouts.drill.headline import quotient
from layouts.drill.picker import breadcrumb, period_picker
from layouts.figures.breakdown import adds_up
from layouts.shell import Children, View
from metrics.answer import Answer, Freshness
from metrics.indicator import Indicator, Light
from metrics.territory import Area


@dataclass(frozen=True)
class AreaContent:
    """Everything the page draws.

    Attributes:
        view: what the address says, its area given as a code.
        now: the city's time.
        lineage: areas from the whole city down to the one shown.
        level_name: what the area is: 街道, 社区 ...
        children: areas one level down.
        domains: the indicators by domain.
        answers: of the area, by indicator; those not counted at its level are left out.
        above: of the area above, by indicator; empty at the top.
        version: data version.
        feeds: the feeds of all these numbers.
    """

    view: View
    now: dt.datetime
    lineage: Sequence[Area]
    level_name: str
    children: Sequence[Area]
    domains: Mapping[str, Sequence[Indicator]]
    answers: Mapping[str, Answer]
    above: Mapping[str, Answer]
    version: int
    feeds: Sequence[Freshness]


def draw_area(content: AreaContent) -> list[Component | None]:
    """Return the body of the page."""
    view, here = content.view, content.lineage[-1]
    title = texts.AREA_TITLE.format(name=here.name)
    return [
        html.Div(
            [
                breadcrumb(view, content.lineage, page="area"),
                shell.status(content.version, content.feeds),
            ],
            className="st-bar",
        ),
        html.Div(
            [
                html.H1([html.Span(content.level_name, className="st-hero__area"), title],
                        className="st-page-title"),
                period_picker(view, page="area"),
            ],
            className="st-bar",
        ),
        _lights(content),
        html.Div(
            [_domain(name, indicators, content) for name, indicators in content.domains.items()],
            className="st-columns",
        ),
        _children(content),
    ]  # fmt: skip


def _lights(content: AreaContent) -> html.Div:
    """Return how many indicators show each light, and which are red."""
    colours: tuple[Light, ...] = ("red", "amber", "green")
    counts = [
        shell.light(
            colour,
            word=f"{texts.LIGHTS[colour]} "
            f"{sum(one.light == colour for one in content.answers.values())}",
        )
        for colour in colours
    ]
    return html.Div(counts, className="st-chips")


def _domain(name: str, indicators: Sequence[Indicator], content: AreaContent) -> html.Section:
    head = [texts.INDICATOR, texts.VALUE, texts.CHANGE]
    above = content.lineage[-2].name if len(content.lineage) > 1 else ""
    if above:
        head += [above, texts.BESIDE]
    head.append(texts.LIGHT)
    rows = [_row(one, content, has_above=bool(above)) for one in indicators]
    numeric = (1, 2, 3, 4) if above else (1, 2)
    return shell.panel(name, shell.table(head, rows, caption=name, numeric=numeric))


def _row(indicator: Indicator, content: AreaContent, *, has_above: bool) -> list[Children]:
    answer = content.answers.get(indicator.id)
    view = content.view
    if answer is None:
        level = texts.ROLES[indicator.lowest_level]
        said = html.Span(texts.ONLY_TO.format(level=level), className="st-origin")
        return [indicator.name, said, "", *(["", ""] if has_above else []), ""]
    link = shell.go(indicator.name, view.href("drill", indicator=indicator.id))
    parts = quotient(answer.figure, indicator)
    value = html.Span(
        [
            html.Span(fmt.value_with_unit(answer.figure.value, indicator),
                      className="st-cell-value is-small" if answer.is_small else "st-cell-value"),
            html.Span(parts, className="st-origin") if parts else None,
        ]
    )  # fmt: skip
    tone = fmt.change_tone(answer.change, indicator)
    moved = html.Span(fmt.change_text(answer.change, indicator), className=f"st-change is-{tone}")
    cells: list[Children] = [link, value, moved]
    if has_above:
        cells += _beside(answer, content.above.get(indicator.id))
    return [*cells, shell.light(answer.light) if answer.light != "none" else fmt.NONE]


def _beside(answer: Answer, above: Answer | None) -> list[Children]:
    """Return the value of the area above, and the share in it or the distance from it."""
    if above is None:
        return [fmt.NONE, fmt.NONE]
    indicator = answer.indicator
    whole, own = above.figure.value, answer.figure.value
    text = fmt.value_with_unit(whole, indicator)
    if whole is None or own is None or indicator.kind == "distinct":
        return [text, fmt.NONE]
    if adds_up(answer):
        share = fmt.percent(own / whole) if whole else fmt.NONE
        return [text, texts.SHARE_OF.format(share=share)]
    distance = own - whole if indicator.unit == "%" else (own / whole - 1 if whole else None)
    tone = fmt.change_tone(distance, indicator)
    said = fmt.change_text(distance, indicator)
    return [text, html.Span(said, className=f"st-change is-{tone}")]


def _children(content: AreaContent) -> html.Section | None:
    if not content.children:
        return None
    links = [
        shell.go(area.name, content.view.href("area", area=area.code), className="st-chip")
        for area in content.children
    ]
    return shell.panel(texts.AREA_CHILDREN, html.Div(links, className="st-chips"))
