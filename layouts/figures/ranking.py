"""Areas side by side as bars, worst or largest on top, 未归属 apart at the bottom."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from layouts import format as fmt
from layouts.figures.style import blank, light_ink
from layouts.theme import token
from metrics.answer import Answer, Child
from metrics.territory import UNASSIGNED

ROW = 26
"""Height of one bar in px."""


def ranked(children: Sequence[Child]) -> list[Child]:
    """Return the children by value, largest first, those without a value next, 未归属 last."""
    return sorted(
        children,
        key=lambda child: (
            child.name == UNASSIGNED,
            child.figure.value is None,
            -(child.figure.value or 0.0),
        ),
    )


def ranking(answer: Answer, *, most: int = 15) -> go.Figure:
    """Return a bar for each of the largest ``most`` children of the answer."""
    rows = ranked(answer.children)
    shown = rows[:most]
    if len(rows) > most and rows[-1].name == UNASSIGNED:
        shown = [*rows[: most - 1], rows[-1]]
    figure = blank(ROW * len(shown) + 40)
    names, places = [child.name for child in shown], list(range(len(shown)))
    figure.add_bar(
        orientation="h",
        y=places,
        hovertext=names,
        x=[child.figure.value for child in shown],
        text=[fmt.value_with_unit(child.figure.value, answer.indicator) for child in shown],
        textposition="outside",
        cliponaxis=False,
        textfont={"color": token("ink-2")},
        marker={
            "color": [
                token("none")
                if child.is_small or child.name == UNASSIGNED
                else light_ink(child.light)
                for child in shown
            ]
        },
        hovertemplate="%{hovertext}: %{text}<extra></extra>",
    )
    figure.update_layout(bargap=0.35, margin={"t": 8, "r": 70}, showlegend=False)
    figure.update_yaxes(
        range=[len(shown) - 0.5, -0.5], showgrid=False, tickvals=places, ticktext=names
    )
    figure.update_xaxes(rangemode="tozero", nticks=4)
    return figure
