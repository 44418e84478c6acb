"""All indicators of one area, by domain, with their lights and beside the area above."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from layouts import explore_texts as words
from layouts import format as fmt
from layouts import grid, ids, shell
from layouts import staff_texts as texts
from layouts.area.standing import StandingCases, standing_panel
from layouts.drill.headline import light_words, quotient
from layouts.drill.page import gone_note
from layouts.drill.picker import breadcrumb, period_picker
from layouts.drill.ranking_table import rank_of, tones
from layouts.figures.breakdown import adds_up
from layouts.shell import View
from metrics.answer import Answer, Freshness
from metrics.indicator import Indicator, Light
from metrics.territory import Area

MOST_ROWS = 18
"""Rows seen before the table scrolls."""
_PARTS = f"{texts.NUMERATOR}/{texts.DENOMINATOR}"


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
        above: of the area above with those below it as children; empty at the top.
        version: data version.
        feeds: the feeds of all these numbers.
        standing: its cases that are open now; None where none is counted at its level.
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
    standing: StandingCases | None = None


def _tiers(view: View) -> html.Div:
    links = [
        shell.go(name, view.href("area", tier=tier), current=view.tier == tier)
        for tier, name in texts.TIERS
    ]
    return html.Div(
        links, className="st-segments", role="group", **shell.aria(label=texts.TIERS_LABEL)
    )


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
                _tiers(view),
                period_picker(view, page="area"),
            ],
            className="st-bar",
        ),
        _gone(content),
        _lights(content),
        _table(content),
        _standing(content),
        _children(content),
    ]  # fmt: skip


def _gone(content: AreaContent) -> Component | None:
    """Return that the area did not exist in the period, with the way to the one above."""
    answer = next(iter(content.answers.values()), None)
    note = gone_note(content.lineage[-1], answer.period) if answer else ""
    if not note:
        return None
    above = [
        shell.go(area.name, content.view.href("area", area=area.code if area.parent else ""))
        for area in content.lineage[-2:-1]
    ]
    return shell.sentence([note, " ", *above], className="st-warn")


def _lights(content: AreaContent) -> html.Section:
    """Return how many indicators show each light, in all and in every domain."""
    every = html.Div(_counted(list(content.answers.values())), className="st-chips")
    domains = [
        html.Li([html.Strong(domain), *_counted(answers)])
        for domain, indicators in content.domains.items()
        if (answers := [content.answers[one.id] for one in indicators if one.id in content.answers])
    ]
    listed = html.Ul(domains, className="st-domains")
    return shell.panel(words.LIGHTS_BY_DOMAIN, listed, note=every)


def _counted(answers: Sequence[Answer]) -> list[html.Span]:
    """Return the lights that are shown, with their numbers."""
    colours: tuple[Light, ...] = ("red", "amber", "green", "none")
    counts = [(colour, sum(one.light == colour for one in answers)) for colour in colours]
    return [
        shell.light(colour, word=f"{texts.LIGHTS[colour]} {count}")
        for colour, count in counts
        if count
    ]


def _table(content: AreaContent) -> html.Section:
    """Return one table of all indicators: there are hundreds, and a table draws what is in sight.

    Elements of their own for every cell would keep a browser busy for minutes.
    """
    rows = [
        _row(one, domain, content)
        for domain, indicators in content.domains.items()
        for one in indicators
    ]
    columns = [
        grid.column(texts.DOMAIN, "domain", minWidth=120, flex=2, **grid.WIDE),
        grid.link_column(texts.INDICATOR, "name", minWidth=150, flex=4),
        grid.number_column(texts.VALUE, "value", minWidth=130, flex=2),
        grid.plain_column(
            _PARTS, "parts", type="rightAligned", minWidth=130, flex=2, sortable=False
        ),
        grid.number_column(
            texts.CHANGE, "change", minWidth=136, flex=2, cellClassRules=tones("change")
        ),
    ]
    if content.above:
        rules = tones("beside")
        columns += [
            grid.number_column(
                words.RANK_AMONG, "rank", minWidth=106, flex=1, headerTooltip=words.RANK_NOTE
            ),
            grid.number_column(content.lineage[-2].name, "above", minWidth=120, flex=2),
            grid.number_column(texts.BESIDE, "beside", minWidth=136, flex=2, cellClassRules=rules),
        ]
    columns.append(grid.light_column(texts.LIGHT, minWidth=116, flex=1))
    name = ids.part(ids.AREA, "indicators")
    table = grid.grid(name, columns, rows, most=MOST_ROWS)
    tools = grid.exports(name, texts.AREA_TITLE.format(name=content.lineage[-1].name))
    return shell.panel(f"{texts.INDICATORS} · {len(rows)}", table, note=tools)


def _row(indicator: Indicator, domain: str, content: AreaContent) -> dict[str, Any]:
    answer = content.answers.get(indicator.id)
    row: dict[str, Any] = {"domain": domain, "name": indicator.name}
    if answer is None:
        level = texts.ROLES[indicator.lowest_level]
        return row | {"value": None, "value_text": texts.ONLY_TO.format(level=level)}
    return row | {
        "href": content.view.href("drill", indicator=indicator.id),
        "value": answer.figure.value,
        "value_text": fmt.value_with_unit(answer.figure.value, indicator),
        "parts": quotient(answer.figure, indicator),
        "change": answer.change,
        "change_text": fmt.change_text(answer.change, indicator),
        "change_tone": fmt.change_tone(answer.change, indicator),
        **_beside(answer, content.above.get(indicator.id)),
        **_rank(answer, content.above.get(indicator.id)),
        "light": answer.light,
        "light_text": light_words(
            answer.light,
            answer.figure,
            is_small=answer.is_small,
            is_immature=answer.maturity < 1,
        ),
    }


def _rank(answer: Answer, above: Answer | None) -> dict[str, Any]:
    """Return the place among those of the same level below the area above, largest first."""
    beside = above.children if above else ()
    own = next((one for one in beside if one.key == answer.area), None)
    rank = rank_of(own, above) if own and above else None
    if rank is None:
        return {"rank": None, "rank_text": fmt.NONE}
    count = sum(one.figure.value is not None for one in beside if one.key)
    return {"rank": rank, "rank_text": words.RANK_OF.format(rank=rank, count=count)}


def _beside(answer: Answer, above: Answer | None) -> dict[str, Any]:
    """Return the value of the area above, and the share in it or the distance from it."""
    indicator, own = answer.indicator, answer.figure.value
    whole = above.figure.value if above else None
    said: dict[str, Any] = {
        "above": whole,
        "above_text": fmt.value_with_unit(whole, indicator),
        "beside": None,
        "beside_text": fmt.NONE,
    }
    if whole is None or own is None or indicator.kind == "distinct":
        return said
    if adds_up(answer):
        share = own / whole if whole else None
        shown = texts.SHARE_OF.format(share=fmt.percent(share))
        return said | {"beside": share, "beside_text": shown}
    distance = own - whole if indicator.unit == "%" else (own / whole - 1 if whole else None)
    return said | {
        "beside": distance,
        "beside_text": fmt.change_text(distance, indicator),
        "beside_tone": fmt.change_tone(distance, indicator),
    }


def _standing(content: AreaContent) -> html.Section | None:
    if content.standing is None:
        return None
    return standing_panel(content.standing, content.view, content.now)


def _children(content: AreaContent) -> html.Section | None:
    if not content.children:
        return None
    links = [
        shell.go(area.name, content.view.href("area", area=area.code), className="st-chip")
        for area in content.children
    ]
    return shell.panel(texts.AREA_CHILDREN, html.Div(links, className="st-chips"))
