"""The look all figures share, and how one is put on a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from layouts import shell
from layouts import staff_texts as texts
from layouts.theme import plotly_template, token
from metrics.indicator import Light

_CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "displaylogo": False,
    "responsive": True,
    "showSendToCloud": False,
}


def light_ink(colour: Light) -> str:
    """Return the colour a bar has under this light."""
    return token("accent" if colour == "none" else colour)


def blank(height: int) -> go.Figure:
    """Return an empty figure in the staff look, ``height`` in px."""
    figure = go.Figure()
    figure.update_layout(
        template=plotly_template(),
        height=height,
        margin={"l": 8, "r": 12, "t": 30, "b": 8},
        dragmode=False,
        barcornerradius=3,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 13}},
    )
    figure.update_xaxes(fixedrange=True, automargin=True)
    figure.update_yaxes(fixedrange=True, automargin=True)
    return figure


def graph(figure: go.Figure, *, label: str, graph_id: dict[str, object] | None = None) -> html.Div:
    """Return the figure as a component that says in words what it shows."""
    identity: dict[str, Any] = {} if graph_id is None else {"id": graph_id}
    drawn = dcc.Graph(
        figure=figure,
        config=_CONFIG,  # type: ignore[arg-type] # a plain dict is what it takes
        responsive=True,
        style={"height": f"{figure.layout.height}px"},
        **identity,
    )
    return html.Div(drawn, className="st-graph", role="img", **shell.aria(label=label))


def as_table(rows: Component) -> html.Details:
    """Return the numbers behind a figure, folded away."""
    return html.Details([html.Summary(texts.AS_TABLE), rows], className="st-fold")


def beside(labels: Sequence[str], ends: Sequence[float] = ()) -> list[dict[str, Any]]:
    """Return texts beside horizontal bars, one each from the top.

    Args:
        labels: the texts.
        ends: where each bar ends; without it they stand at the right edge of the figure.
    """
    at = [{"x": end, "xref": "x", "xshift": 6} for end in ends]
    edge = [{"x": 1, "xref": "paper", "xshift": 8}] * len(labels)
    return [
        {
            **where, "xanchor": "left", "y": place, "text": label,
            "showarrow": False, "font": {"color": token("ink"), "size": 13},
        }
        for place, (label, where) in enumerate(zip(labels, at or edge, strict=True))
    ]  # fmt: skip
