"""Why this number: definition, value, statement, tables, batches, feeds, history and ranking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from layouts import shell
from layouts import staff_texts as texts
from layouts.drill.headline import headline
from layouts.drill.page import trend_panel
from layouts.drill.picker import Domains, breadcrumb, indicator_picker, period_picker
from layouts.drill.ranking_table import ranking_table
from layouts.figures.ranking import ranking
from layouts.figures.style import graph
from layouts.indicator.definition import definition_panel
from layouts.indicator.provenance import batches_panel, feeds_panel, statements_panel, tables_panel
from layouts.shell import View
from metrics.answer import Answer
from metrics.indicator import Indicator
from metrics.territory import Area

TREND_DAYS = 60


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
    """

    view: View
    now: dt.datetime
    domains: Domains
    lineage: Sequence[Area]
    answer: Answer
    parts: Mapping[str, Indicator]
    level_name: str
    codes: Mapping[str, str]


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
                period_picker(view, page="indicator"),
            ],
            className="st-bar",
        ),
        html.Div(
            [
                definition_panel(answer.indicator, content.parts, view),
                html.Div(
                    [
                        headline(answer, view, content.now, links=[drill]),
                        trend_panel(answer, TREND_DAYS),
                    ],
                    className="st-stack",
                ),
            ],
            className="st-split",
        ),
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
        _ranking(content),
    ]  # fmt: skip


def _ranking(content: IndicatorContent) -> Component | None:
    if not content.answer.children:
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
