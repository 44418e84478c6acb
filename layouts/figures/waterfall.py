"""How the parts of a change add up to it, from nothing to the whole, largest part first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import plotly.graph_objects as go

from layouts import reason_texts as words
from layouts.figures.style import beside, blank
from layouts.theme import token
from metrics.insight.explanation import Share

ROW = 28
"""Height of one bar in px."""


def steps(shares: Sequence[Share], most: int) -> list[tuple[str, str, float]]:
    """Return (key, name, effect) of the largest parts, the others as one, and the whole.

    The effects of all but the last add up to the last.
    """
    moved = [one for one in shares if one.effect]
    shown = [(one.key, one.name, one.effect) for one in moved[:most]]
    whole = sum(one.effect for one in shares)
    if len(moved) > most:
        rest = whole - sum(effect for _, _, effect in shown)
        shown.append(("", words.OTHERS.format(count=len(moved) - most), rest))
    return [*shown, ("", words.WHOLE_CHANGE, whole)]


def waterfall(
    shares: Sequence[Share],
    *,
    say: Callable[[float], str],
    href: Callable[[str], str],
    tone: Callable[[float], str],
    scale: float = 1.0,
    most: int = 8,
) -> go.Figure:
    """Return a floating bar for each part, and the whole at the bottom.

    Args:
        shares: of one cut, the largest effect first.
        say: an effect as text with its sign.
        href: address a part's bar opens; empty for none.
        tone: colour of an effect.
        scale: what an effect is multiplied with for the axis: 100 where it is a share.
        most: parts shown by themselves.
    """
    shown = steps(shares, most)
    figure = blank(ROW * len(shown) + 36)
    starts, reached = [], 0.0
    for _, _, effect in shown[:-1]:
        starts.append(reached * scale)
        reached += effect
    starts.append(0.0)
    places = list(range(len(shown)))
    figure.add_bar(
        orientation="h",
        y=places,
        base=starts,
        x=[effect * scale for _, _, effect in shown],
        customdata=[href(key) if key else "" for key, _, _ in shown],
        hovertext=[name for _, name, _ in shown],
        text=[say(effect) for _, _, effect in shown],
        textposition="none",
        marker={"color": [tone(effect) for _, _, effect in shown]},
        hovertemplate="%{hovertext}: %{text}<extra></extra>",
    )
    figure.add_hline(y=len(shown) - 1.5, line={"color": token("line"), "width": 1}, layer="below")
    said = [say(effect) for _, _, effect in shown]
    ends = [start + max(0.0, one[2] * scale) for start, one in zip(starts, shown, strict=True)]
    figure.update_layout(
        bargap=0.35, showlegend=False, margin={"t": 8, "r": 84}, annotations=beside(said, ends)
    )
    figure.update_yaxes(
        range=[len(shown) - 0.5, -0.5], showgrid=False, tickvals=places,
        ticktext=[_short(name) for _, name, _ in shown],
    )  # fmt: skip
    figure.update_xaxes(nticks=5, zeroline=True, zerolinecolor=token("ink-3"))
    return figure


def _short(name: str, most: int = 12) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
