"""The days of the last weeks as a calendar: a column a week, a row a weekday."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import plotly.graph_objects as go

from layouts import explore_texts as words
from layouts import format as fmt
from layouts.figures.style import blank
from layouts.theme import class_names, token
from metrics.answer import Answer

Point = tuple[dt.date, float | None]
CELL = 22
"""Height of a day in px."""


def weeks_of(series: Sequence[Point]) -> tuple[list[dt.date], list[list[float | None]]]:
    """Return the Mondays, and for each weekday the values of all weeks.

    Days before the series begins or without data are None.

    Example:
        >>> monday = dt.date(2026, 11, 16)
        >>> weeks_of([(monday - dt.timedelta(days=1), 1.0), (monday, 2.0)])[1][0]
        [None, 2.0]
    """
    known = dict(series)
    if not known:
        return [], [[] for _ in range(7)]
    first, last = min(known), max(known)
    monday = first - dt.timedelta(days=first.weekday())
    count = (last - monday).days // 7 + 1
    mondays = [monday + dt.timedelta(days=7 * k) for k in range(count)]
    return mondays, [
        [known.get(one + dt.timedelta(days=weekday)) for one in mondays] for weekday in range(7)
    ]


def calendar_heat(answer: Answer) -> go.Figure:
    """Return the calendar of an answer's series; a day without data stays empty."""
    mondays, values = weeks_of(answer.series)
    figure = blank(7 * CELL + 62)
    days = [[monday + dt.timedelta(days=k) for monday in mondays] for k in range(7)]
    said = [
        [
            f"{day} {fmt.value_with_unit(value, answer.indicator)}"
            for day, value in zip(*row, strict=True)
        ]
        for row in zip(days, values, strict=True)
    ]
    names = class_names(5)
    scale = [[k / (len(names) - 1), token(name)] for k, name in enumerate(names)]
    figure.add_heatmap(
        x=list(range(len(mondays))),
        y=list(range(7)),
        z=values,
        customdata=said,
        colorscale=scale,
        xgap=2,
        ygap=2,
        colorbar={"thickness": 10, "outlinewidth": 0, "nticks": 4, "len": 1},
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
    )
    starts = [k for k, monday in enumerate(mondays) if monday.day <= 7]
    figure.update_xaxes(
        tickvals=starts, ticktext=[f"{mondays[k]:%Y-%m}" for k in starts], showgrid=False
    )
    figure.update_yaxes(
        tickvals=list(range(7)), ticktext=list(words.WEEKDAYS), range=[6.5, -0.5], showgrid=False
    )
    figure.update_layout(margin={"t": 10, "r": 8})
    return figure
