"""Where, what and when: breadcrumb, indicator and period, each of them an address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html

from layouts import explore_texts as words
from layouts import format as fmt
from layouts import ids, shell
from layouts import staff_texts as texts
from layouts.shell import PageName, View
from metrics.calendar import Period, neighbour, previous, year_before
from metrics.indicator import Indicator
from metrics.territory import Area

Domains = Mapping[str, Sequence[Indicator]]


def breadcrumb(view: View, lineage: Sequence[Area], *, page: PageName = "drill") -> html.Nav:
    """Return the areas from the whole city down to the one shown."""
    steps = [
        (area.name, view.href(page, area=area.code if area.parent else "")) for area in lineage
    ]
    return shell.breadcrumb(steps)


def indicator_picker(view: View, domains: Domains, *, page: PageName = "drill") -> html.Div:
    """Return the list of indicators by domain; the value of each is the address that shows it."""
    options: list[dict[str, Any]] = []
    for domain, indicators in domains.items():
        heading = html.Span(domain, className="st-option__domain")
        options.append({"label": heading, "value": f"#{domain}", "disabled": True, "search": ""})
        options += [
            {
                "label": html.Span(one.name, className="st-option"),
                "value": view.href(page, indicator=one.id),
                "search": f"{one.name} {one.name_en} {one.id} {domain}",
            }
            for one in indicators
        ]
    return html.Div(
        dcc.Dropdown(
            id=ids.goes(page, "indicator"),
            options=options,
            value=view.href(page, indicator=view.indicator),
            clearable=False,
            searchable=True,
            optionHeight=36,
            maxHeight=420,
            placeholder=texts.CHOOSE_INDICATOR,
            labels={
                "search": texts.CHOOSE_INDICATOR,
                "clear_search": texts.CLOSE,
                "no_options_found": texts.NO_MATCH,
            },
        ),
        className="st-pick",
        role="group",
        **shell.aria(label=texts.INDICATOR),
    )


def period_picker(view: View, *, page: PageName = "drill") -> html.Div:
    """Return the usual periods as links, and a field for any other."""
    links = [
        shell.go(name, view.href(page, period=text), current=view.period == text)
        for text, name in texts.PERIODS
    ]
    hidden = [
        dcc.Input(type="hidden", name=name, value=value)
        for name, value in view.with_changes(page=1, case="", period="").pairs(page)
    ]
    usual = {text for text, _ in texts.PERIODS}
    field = dcc.Input(
        id=ids.part(page, f"period-{view.period}"),
        type="text",
        name="period",
        value="" if view.period in usual else view.period,
        placeholder=texts.PERIOD_EXAMPLE,
        maxLength=40,
        className="st-input",
        autoComplete="off",
    )
    form = html.Form(
        [
            *hidden,
            html.Label([html.Span(texts.PERIOD, className="st-hidden"), field]),
            html.Button(texts.SHOW, type="submit", className="st-button"),
        ],
        action=view.path(page),
        method="get",
        className="st-form",
    )
    return html.Div(
        [
            html.Div(
                links, className="st-segments", role="group", **shell.aria(label=texts.PERIOD)
            ),
            form,
        ],
        className="st-periods",
    )


def windows_line(
    view: View, period: Period, whole: Period, today: dt.date, *, page: PageName = "drill"
) -> html.Div:
    """Return the days asked about and those compared with, and the ways one period on or back.

    Args:
        view: makes the addresses.
        period: the days asked about, cut at today.
        whole: the uncut period.
        today: the city's day; no period that begins later is offered.
        page: the page one is on.
    """
    said = words.WINDOWS.format(
        now=fmt.span_text(period), before=fmt.span_text(previous(period, whole)),
        year=fmt.span_text(year_before(period), with_year=True),
    )  # fmt: skip
    earlier, later = (neighbour(whole, step) for step in (-1, 1))
    links = [shell.go(words.EARLIER, view.href(page, period=earlier.text))]
    if later.start <= today:
        links.append(shell.go(words.LATER, view.href(page, period=later.text)))
    return html.Div([html.Span(said), *links], className="st-windows")
