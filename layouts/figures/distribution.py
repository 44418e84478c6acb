"""How the values behind an average or a quantile are spread."""

from __future__ import annotations

from itertools import pairwise

import plotly.graph_objects as go

from layouts import explore_texts as words
from layouts import format as fmt
from layouts.figures.style import blank
from layouts.theme import token
from metrics.answer import Distribution
from metrics.indicator import Indicator


def histogram(found: Distribution, indicator: Indicator, *, height: int = 260) -> go.Figure:
    """Return a bar for every range of values; the last one holds all that is larger."""
    figure = blank(height)
    edges = found.edges
    said = [
        f"{fmt.number(low, 1)}–{fmt.number(high, 1)}{indicator.unit}"
        for low, high in pairwise(edges)
    ]
    if found.over:
        said.append(words.OVER.format(value=fmt.number(edges[-1], 1), unit=indicator.unit))
    counts = [*found.counts, *([found.over] if found.over else [])]
    step = edges[1] - edges[0]
    figure.add_bar(
        x=[edges[0] + step * (k + 0.5) for k in range(len(counts))],
        y=counts,
        width=[step] * len(counts),
        customdata=said,
        marker={
            "color": [token("class-3")] * len(found.counts)
            + ([token("none")] if found.over else []),
        },
        hovertemplate="%{customdata}: %{y}<extra></extra>",
    )
    for share, value in found.quantiles:
        if value is None or value > edges[-1] + step:
            continue
        name = f"P{round(100 * share)} {fmt.number(value, 1)}"
        figure.add_vline(
            x=value,
            line={"color": token("amber"), "width": 1.5, "dash": "dot"},
            annotation={"text": name, "font": {"color": token("amber"), "size": 12}, "y": 1.0,
                        "yanchor": "bottom", "xanchor": "center"},
        )  # fmt: skip
    figure.update_layout(bargap=0.06, showlegend=False, margin={"t": 28})
    figure.update_xaxes(title=indicator.unit, nticks=8, showgrid=False)
    figure.update_yaxes(nticks=5)
    return figure
