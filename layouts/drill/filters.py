"""Limits by column that every panel obeys, each a list of the values there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import explore_texts as words
from layouts import format as fmt
from layouts import ids, shell
from layouts import staff_texts as texts
from layouts.shell import PageName, View
from metrics.answer import Answer

COLUMNS = ("category", "subcategory", "channel", "department", "urgency")
MOST_VALUES = 80


@dataclass(frozen=True)
class Facet:
    """The values of one column to choose from.

    Attributes:
        column: of the fact.
        values: (value, how much there is of it), largest first.
        letters: what each value sounds like, for the search.
    """

    column: str
    values: Sequence[tuple[str, str]]
    letters: Mapping[str, str]


def values_of(answer: Answer) -> list[tuple[str, str]]:
    """Return the values of an answer's breakdown with their numbers as text."""
    return [
        (part.key, fmt.value_with_unit(part.figure.value, answer.indicator))
        for part in answer.breakdown[:MOST_VALUES]
        if part.key and (part.figure.value or part.figure.denominator)
    ]


def filter_bar(
    view: View, facets: Sequence[Facet], *, page: PageName = "drill"
) -> Component | None:
    """Return a list for every column with more than one value, and the chosen values as chips."""
    chosen = dict(view.filters)
    shown = [one for one in facets if len(one.values) > 1 or one.column in chosen]
    if not shown and not chosen:
        return None
    lists = [_list(view, one, chosen.get(one.column, ()), page) for one in shown]
    return html.Div(
        [
            html.Div(
                lists, className="st-filters", role="group", **shell.aria(label=words.FILTERS)
            ),
            _chips(view, page),
        ]
    )


def _list(view: View, facet: Facet, chosen: Sequence[str], page: PageName) -> html.Div:
    name = texts.DIMENSIONS.get(facet.column, facet.column)
    nothing = view.with_only(facet.column, "").href(page)
    options: list[dict[str, Any]] = [
        {"label": words.ALL_OF.format(name=name), "value": nothing, "search": name}
    ]
    for value, amount in facet.values:
        label = f"{value}  {amount}"
        search = f"{value} {facet.letters.get(value, '')}"
        href = view.with_only(facet.column, value).href(page)
        options.append({"label": label, "value": href, "search": search})
    current = view.with_only(facet.column, chosen[0]).href(page) if chosen else nothing
    if current not in {one["value"] for one in options}:
        options.append({"label": chosen[0], "value": current, "search": chosen[0]})
    return html.Div(
        dcc.Dropdown(
            id=ids.goes(page, f"filter-{facet.column}"),
            options=options,
            value=current,
            clearable=False,
            searchable=len(options) > 8,
            optionHeight=34,
            maxHeight=380,
            labels={
                "search": words.SEARCH_VALUES,
                "clear_search": texts.CLOSE,
                "no_options_found": words.NO_VALUE_FOUND,
            },
        ),
        className="st-pick st-pick--small is-chosen" if chosen else "st-pick st-pick--small",
        role="group",
        **shell.aria(label=name),
    )


def _chips(view: View, page: PageName) -> html.Div | None:
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
    if len(chips) > 1:
        chips.append(shell.go(words.CLEAR, view.with_changes(filters=()).href(page)))
    return html.Div([html.Span(texts.FILTERED), *chips], className="st-chips")
