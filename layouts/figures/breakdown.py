"""What a number is made of: the values of one column, largest first, and their growing share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import plotly.graph_objects as go

from layouts import format as fmt
from layouts import staff_texts as texts
from layouts.figures.style import beside, blank
from layouts.theme import token
from metrics.answer import Answer, Child

ROW = 28
"""Height of one bar in px."""


def adds_up(answer: Answer) -> bool:
    """Tell whether the parts of the answer sum to it, so that shares mean something."""
    return answer.indicator.kind in ("count", "sum", "stock")


def shares(parts: Sequence[Child]) -> list[float | None]:
    """Return the cumulative share of each part in percent, in their order.

    A part without a value adds nothing; where all is nothing there are no shares.
    """
    total = sum(part.figure.value or 0.0 for part in parts)
    if total <= 0 or any((part.figure.value or 0.0) < 0 for part in parts):
        return [None] * len(parts)
    reached, cumulative = 0.0, []
    for part in parts:
        reached += part.figure.value or 0.0
        cumulative.append(100.0 * reached / total)
    return list(cumulative)


def pareto(answer: Answer, *, href: Callable[[Child], str], most: int = 12) -> go.Figure:
    """Return bars of the breakdown with the cumulative share as a line, where parts add up.

    Args:
        answer: with a breakdown, largest first.
        href: address to open when a bar is clicked.
        most: bars shown; the share still refers to all of them.
    """
    known = [part for part in answer.breakdown if part.figure.value is not None]
    told = [part for part in known if part.figure.value or not adds_up(answer)]
    parts = told[:most]
    names = [part.name or texts.UNNAMED_VALUE for part in parts]
    places = list(range(len(parts)))  # names such as 12345 would be taken for numbers
    figure = blank(ROW * len(parts) + 64)
    labels = [fmt.value_with_unit(part.figure.value, answer.indicator) for part in parts]
    figure.add_bar(
        orientation="h",
        y=places,
        x=[part.figure.value for part in parts],
        name=answer.indicator.name,
        customdata=[href(part) for part in parts],
        text=labels,
        hovertext=names,
        textposition="none",
        marker={"color": token("class-2"), "line": {"color": token("accent"), "width": 1}},
        hovertemplate="%{hovertext}: %{text}<extra></extra>",
    )
    if adds_up(answer):
        growing = shares(told)[:most]
        figure.add_scatter(
            y=places,
            x=growing,
            xaxis="x2",
            name=texts.SHARE,
            mode="lines+markers",
            line={"color": token("amber"), "width": 1.5},
            marker={"size": 5},
            hovertemplate="%{x:.1f}%<extra>" + texts.SHARE + "</extra>",
        )
        figure.update_layout(
            xaxis2={
                "overlaying": "x", "side": "top", "range": [0, 104], "showgrid": False,
                "tickvals": [50, 100], "ticktext": ["50%", "100%"], "tickangle": 0,
                "fixedrange": True,
                "tickfont": {"color": token("amber"), "size": 11},
            },
        )  # fmt: skip
    figure.update_layout(
        bargap=0.35, showlegend=False, margin={"t": 30, "r": 76}, annotations=beside(labels)
    )
    figure.update_yaxes(
        range=[len(parts) - 0.5, -0.5], showgrid=False, tickvals=places, ticktext=names
    )
    figure.update_xaxes(rangemode="tozero", nticks=4)
    return figure
