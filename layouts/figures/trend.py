"""A daily series with the days before it, the target and the period asked about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import plotly.graph_objects as go

from layouts import format as fmt
from layouts import staff_texts as texts
from layouts.figures.style import blank
from layouts.theme import token
from metrics.answer import Answer
from metrics.calendar import previous
from metrics.threshold import parse_rule

Point = tuple[dt.date, float | None]


def split_series(series: Sequence[Point], days: int) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """Return the newest days, and the days before them moved onto the same dates.

    Example:
        >>> one, two = dt.date(2026, 11, 1), dt.date(2026, 11, 2)
        >>> split_series([(one, 5.0), (two, 7.0)], 1)
        (((datetime.date(2026, 11, 2), 7.0),), ((datetime.date(2026, 11, 2), 5.0),))
    """
    newest = tuple(series[-days:])
    before = tuple(series[:-days])[-len(newest) :] if newest else ()
    move = dt.timedelta(days=len(newest))
    return newest, tuple((day + move, value) for day, value in before)


def trend(answer: Answer, *, days: int, height: int = 260) -> go.Figure:
    """Return the newest ``days`` of the answer's series, with as many days before as there are."""
    indicator = answer.indicator
    newest, before = split_series(answer.series, days)
    from_zero = indicator.kind in ("count", "sum", "distinct", "stock")
    figure = blank(height)
    if any(value is not None for _, value in before):
        figure.add_scatter(
            x=[day for day, _ in before],
            y=[value for _, value in before],
            name=texts.DAYS_BEFORE.format(days=len(newest)),
            mode="lines",
            line={"color": token("ink-3"), "width": 1.5, "dash": "dot"},
            customdata=[fmt.value_with_unit(value, indicator) for _, value in before],
            hovertemplate="%{customdata}<extra>" + texts.PREVIOUS_PERIOD + "</extra>",
        )
    known = sum(value is not None for _, value in newest)
    figure.add_scatter(
        x=[day for day, _ in newest],
        y=[value for _, value in newest],
        name=texts.LAST_DAYS.format(days=len(newest)),
        mode="lines+markers" if known < 12 else "lines",
        line={"color": token("accent"), "width": 2.5},
        marker={"size": 7},
        fill="tozeroy" if from_zero else "none",
        fillcolor=token("accent-soft"),
        customdata=[fmt.value_with_unit(value, indicator) for _, value in newest],
        hovertemplate="%{customdata}<extra></extra>",
    )
    _mark(figure, answer, newest)
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(tickformat="%m-%d", hoverformat="%Y-%m-%d", nticks=8, showgrid=False)
    figure.update_yaxes(rangemode="tozero" if from_zero else "normal", nticks=5)
    return figure


def _mark(figure: go.Figure, answer: Answer, newest: Sequence[Point]) -> None:
    """Shade the asked period where it is shorter than the series, and draw the target."""
    if newest and answer.period.start > newest[0][0] and answer.period.days < len(newest):
        half = dt.timedelta(hours=12)
        start = dt.datetime.combine(answer.period.start, dt.time()) - half
        end = dt.datetime.combine(answer.period.end, dt.time()) + half
        figure.add_vrect(
            x0=start, x1=end, fillcolor=token("line-soft"), line_width=0, layer="below"
        )
        before = previous(answer.period, answer.question.period)
        if before.start >= newest[0][0]:
            figure.add_vrect(
                x0=dt.datetime.combine(before.start, dt.time()) - half,
                x1=dt.datetime.combine(before.end, dt.time()) + half,
                line={"color": token("ink-3"), "width": 1, "dash": "dot"},
                layer="below",
                annotation={
                    "text": texts.PREVIOUS_PERIOD,
                    "font": {"color": token("ink-3"), "size": 12},
                },
                annotation_position="top left",
            )
    target = target_value(answer.indicator.target)
    values = [value for _, value in newest if value is not None]
    if target is None or not values:
        return
    reach = (max(values) - min(values)) or abs(max(values)) or 1.0
    if min(values) - 3 * reach <= target <= max(values) + 3 * reach:
        figure.add_hline(
            y=target,
            line={"color": token("green"), "width": 1, "dash": "dash"},
            annotation={
                "text": f"{texts.TARGET} {fmt.value_text(target, answer.indicator)}",
                "font": {"color": token("green"), "size": 12},
                "x": 1,
                "xanchor": "left",
                "yanchor": "middle",
                "xshift": 4,
            },
        )
        figure.update_layout(margin={"r": 78})


def target_value(target: str) -> float | None:
    """Return the one bound of a target on the value; None where there is none or several.

    Example:
        >>> target_value(">=95"), target_value("none"), target_value(">=10|<=2")
        (95.0, None, None)
    """
    bounds = [rule.bound for rule in parse_rule(target) if rule.basis == "value"]
    return bounds[0] if len(bounds) == 1 else None
