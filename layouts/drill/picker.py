"""Where, what and when: breadcrumb, indicator and period, each of them an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html

from layouts import ids, shell
from layouts import staff_texts as texts
from layouts.shell import PageName, View
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


def filter_chips(view: View, *, page: PageName = "drill") -> html.Div | None:
    """Return the chosen values, each a link that takes its own limit away; None without any."""
    if not view.filters:
        return None
    chips = [
        shell.go(
            f"{texts.DIMENSIONS.get(column, column)}:{value} ✕",
            view.with_filter(column, value).href(page),
            className="st-chip",
            label=f"{texts.REMOVE_FILTER} {value}",
        )
        for column, values in view.filters
        for value in values
    ]
    return html.Div([html.Span(texts.FILTERED), *chips], className="st-chips")
