"""Why this number: definition, value, statement, tables, batches, feeds, history and ranking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from layouts import explore_texts as words
from layouts import format as fmt
from layouts import shell
from layouts import staff_texts as texts
from layouts.drill.breakdown_panel import breakdown_panel
from layouts.drill.headline import headline
from layouts.drill.page import trend_panel
from layouts.drill.picker import (
    Domains,
    breadcrumb,
    indicator_picker,
    period_picker,
    windows_line,
)
from layouts.drill.ranking_table import ranking_table
from layouts.figures.calendar_heat import calendar_heat
from layouts.figures.distribution import histogram
from layouts.figures.ranking import ranking
from layouts.figures.style import graph
from layouts.find_box import find_box
from layouts.indicator.definition import definition_panel
from layouts.indicator.provenance import batches_panel, feeds_panel, statements_panel, tables_panel
from layouts.indicator.related import related_panel
from layouts.shell import View
from metrics.answer import Answer, Distribution
from metrics.indicator import Indicator
from metrics.territory import Area

TREND_DAYS = 60
CALENDAR_DAYS = 26 * 7
LEAST_DAYS = 14


@dataclass(frozen=True)
class IndicatorContent:
    """Everything the page draws.

    Attributes:
        view: what the address says, its area given as a code.
        now: the city's time.
        domains: the indicators by domain.
        lineage: areas from the whole city down to the one shown.
        answer: with its trace, children, and a series of twice ``TREND_DAYS``.
        parts: the indicators a formula is made of, by letter; empty for others.
        level_name: name of the level of the children.
        codes: area id -> code, of the children.
        breakdowns: answers with a breakdown, one a column.
        distribution: of the values behind an average or a quantile; None for others.
    """

    view: View
    now: dt.datetime
    domains: Domains
    lineage: Sequence[Area]
    answer: Answer
    parts: Mapping[str, Indicator]
    level_name: str
    codes: Mapping[str, str]
    breakdowns: Sequence[Answer] = ()
    distribution: Distribution | None = None


def draw_indicator(content: IndicatorContent) -> list[Component | None]:
    """Return the body of the page."""
    view, answer = content.view, content.answer
    drill = shell.go(texts.SEE_IN_DRILL, view.href("drill"), className="st-button")
    trace = answer.trace
    return [
        html.Div(
            [
                breadcrumb(view, content.lineage, page="indicator"),
                shell.status(answer.data_version, answer.freshness),
            ],
            className="st-bar",
        ),
        html.Div(
            [
                indicator_picker(view, content.domains, page="indicator"),
                find_box(),
                period_picker(view, page="indicator"),
            ],
            className="st-bar",
        ),
        windows_line(
            view, answer.period, answer.question.period, content.now.date(), page="indicator"
        ),
        html.Div(
            [
                html.Div(
                    [
                        definition_panel(answer.indicator, content.parts, view),
                        _distribution(content),
                        related_panel(answer.indicator, content.domains, view),
                    ],
                    className="st-stack",
                ),
                html.Div(
                    [
                        headline(answer, view, content.now, links=[drill]),
                        trend_panel(answer, TREND_DAYS),
                        _calendar(answer),
                    ],
                    className="st-stack",
                ),
            ],
            className="st-split",
        ),
        _ranking(content),
        _breakdowns(content),
        *(
            [
                statements_panel(trace),
                html.Div([tables_panel(trace), feeds_panel(answer, content.now)],
                         className="st-cards"),
                batches_panel(trace),
            ]
            if trace
            else [shell.panel(texts.TITLE_WHY, shell.sentence(texts.NO_TRACE))]
        ),
    ]  # fmt: skip


def _calendar(answer: Answer) -> html.Section | None:
    known = [value for _, value in answer.series if value is not None]
    if len(known) < LEAST_DAYS:
        return None
    title = words.CALENDAR.format(weeks=round(len(answer.series) / 7))
    label = f"{answer.area_name} {answer.indicator.name} {title}"
    return shell.panel(title, graph(calendar_heat(answer), label=label))


def _distribution(content: IndicatorContent) -> html.Section | None:
    found, one = content.distribution, content.answer.indicator
    if found is None:
        return None
    label = f"{content.answer.area_name} {one.name} {words.DISTRIBUTION}"
    note = words.DISTRIBUTION_NOTE.format(count=fmt.number(found.total))
    return shell.panel(words.DISTRIBUTION, graph(histogram(found, one), label=label), note=note)


def _breakdowns(content: IndicatorContent) -> Component | None:
    told = [
        one
        for one in content.breakdowns
        if sum(part.figure.value is not None for part in one.breakdown) > 1
    ]
    if not told:
        return None
    panels = [breakdown_panel(one, content.view, page="indicator") for one in told]
    return html.Div(panels, className="st-cards st-cards--four")


def _ranking(content: IndicatorContent) -> Component | None:
    if all(child.figure.value is None for child in content.answer.children):
        return None
    answer, title = content.answer, f"{content.level_name}{texts.RANKING}"
    table = ranking_table(answer, _area_href(content), page="indicator")
    bars = graph(ranking(answer), label=f"{answer.indicator.name} {title}")
    return html.Div(
        [
            shell.panel(title, table, className="st-span-2"),
            shell.panel(texts.SIDE_BY_SIDE, bars, className="st-span-2"),
        ],
        className="st-cards",
    )


def _area_href(content: IndicatorContent) -> Callable[[str], str]:
    codes, view = content.codes, content.view
    return lambda key: view.href("indicator", area=codes[key]) if key in codes else ""


def draw_list(domains: Domains, view: View) -> list[Component]:
    """Return all indicators by domain, each a link to its page."""
    panels = []
    for domain, indicators in domains.items():
        items = [
            html.Li(
                [
                    shell.go(one.name, view.href("indicator", indicator=one.id)),
                    html.Span(one.id, className="st-origin st-mono"),
                    html.P(one.note),
                ]
            )
            for one in indicators
        ]
        title = f"{domain} · {len(indicators)}"
        panels.append(shell.panel(title, html.Ul(items, className="st-index")))
    count = sum(len(indicators) for indicators in domains.values())
    heading = html.H1(f"{texts.INDICATORS} · {count}", className="st-page-title")
    return [html.Div(heading, className="st-bar"), html.Div(panels, className="st-columns")]
