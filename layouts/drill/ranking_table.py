"""The areas below as a table that sorts, 未归属 always last; a row leads one level down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash.development.base_component import Component

from layouts import format as fmt
from layouts import grid, ids
from layouts import staff_texts as texts
from layouts.drill.headline import light_words, quotient
from layouts.figures.ranking import ranked
from metrics.answer import Answer, Child

MOST_ROWS = 10
"""Rows seen before the table scrolls."""


def ranking_rows(answer: Answer, href: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return a row for each child, largest value first, 未归属 last.

    Args:
        answer: with children.
        href: area id -> address; an area that cannot be opened gives an empty text.
    """
    values = [child.figure.value for child in answer.children if child.figure.value is not None]
    longest = max((abs(value) for value in values), default=0.0) or 1.0
    return [
        _row(rank_of(child, answer), child, answer, longest, href(child.key) if child.key else "")
        for child in ranked(answer.children)
    ]


def rank_of(child: Child, answer: Answer) -> int | None:
    """Return the place of a child by its value, the largest first; equal values share one.

    None for what is no area, or has no value.
    """
    own = child.figure.value
    if own is None or not child.key:
        return None
    others = (one.figure.value for one in answer.children if one.key)
    return 1 + sum(value > own for value in others if value is not None)


def _row(
    rank: int | None, child: Child, answer: Answer, longest: float, href: str
) -> dict[str, Any]:
    indicator = answer.indicator
    figure = child.figure
    return {
        "rank": rank,
        "name": child.name,
        "href": href,
        "value": figure.value,
        "value_text": fmt.value_text(figure.value, indicator),
        "share": 0.0 if figure.value is None else round(100 * abs(figure.value) / longest, 1),
        "change": child.change,
        "change_text": fmt.change_text(child.change, indicator),
        "change_tone": fmt.change_tone(child.change, indicator),
        "year_change": child.year_change,
        "year_change_text": fmt.change_text(child.year_change, indicator),
        "year_change_tone": fmt.change_tone(child.year_change, indicator),
        "parts": quotient(figure, indicator),
        "light": child.light if child.key else "",
        "light_text": light_words(
            child.light, figure, is_small=child.is_small, is_immature=answer.maturity < 1
        )
        if child.key
        else "",
        "small": child.is_small,
    }


def ranking_table(answer: Answer, href: Callable[[str], str], *, page: str = "drill") -> Component:
    """Return the table of the answer's children."""
    rows = ranking_rows(answer, href)
    areas = [row for row in rows if row["name"] != texts.UNASSIGNED]
    unassigned = [row for row in rows if row["name"] == texts.UNASSIGNED]
    value = f"{texts.VALUE} ({answer.indicator.unit})" if answer.indicator.unit else texts.VALUE
    columns = [
        grid.plain_column(texts.RANK, "rank", width=50, minWidth=50, type="rightAligned"),
        grid.link_column(texts.NAME, "name", minWidth=104, flex=2),
        grid.number_column(value, "value", minWidth=88, flex=1),
    ]
    if not answer.indicator.has_denominator:
        columns.append(
            grid.plain_column(
                "",
                "share",
                cellRenderer="StaffBar",
                sortable=False,
                minWidth=48,
                flex=1,
                **grid.WIDE,
            )
        )
    least = 122 if answer.indicator.unit == "%" else 96
    for name, key in ((texts.CHANGE, "change"), (texts.YEAR_CHANGE, "year_change")):
        if any(row[key] is not None for row in rows):
            rules = tones(key)
            columns.append(
                grid.number_column(name, key, minWidth=least, flex=1, cellClassRules=rules)
            )
    if answer.indicator.has_denominator:
        name = f"{texts.NUMERATOR}/{texts.DENOMINATOR}"
        columns.append(grid.plain_column(name, "parts", type="rightAligned", minWidth=104, flex=1))
    if any(child.light != "none" for child in answer.children):
        columns.append(grid.light_column(texts.LIGHT, minWidth=88, flex=1))
    return grid.grid(ids.part(page, "ranking"), columns, areas, last=unassigned, most=MOST_ROWS)


def tones(key: str) -> dict[str, str]:
    """Return the classes of a column's cells where the row says ``<key>_tone``."""
    return {
        "st-good": f"params.data.{key}_tone === 'good'",
        "st-bad": f"params.data.{key}_tone === 'bad'",
    }
