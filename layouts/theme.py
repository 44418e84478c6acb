"""Colours, faces and sizes, written once: CSS variables and the template of staff charts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SANS = '"Cockpit Sans", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", sans-serif'
DIGITS = '"Cockpit Digits", "Cockpit Sans", "Noto Sans CJK SC", sans-serif'

TOKENS: Mapping[str, str] = MappingProxyType({
    "bg": "#050b16",
    "bg-2": "#081630",
    "surface": "#0b1d38",
    "surface-2": "#0f2747",
    "line": "#1d3d63",
    "line-soft": "rgba(120, 160, 205, 0.16)",
    "ink": "#f0f7ff",
    "ink-2": "#b9cfe8",
    "ink-3": "#8aa7c7",
    "accent": "#43b9ff",
    "accent-soft": "rgba(67, 185, 255, 0.15)",
    "good": "#3ddc97",
    "bad": "#ff6b61",
    "flat": "#9cc4ea",
    "amber": "#ffb52e",
    "amber-soft": "rgba(255, 181, 46, 0.15)",
    "red": "#ff4d4d",
    "red-soft": "rgba(255, 77, 77, 0.16)",
    "green": "#3ddc97",
    "none": "#5f7792",
    "class-0": "#123357",
    "class-1": "#164a7d",
    "class-2": "#1a66a8",
    "class-3": "#1f80ca",
    "class-4": "#3fa3ec",
    "class-none": "#1a2638",
    "border": "#7cc7ff",
    "plate": "#0a2c52",
    "plate-edge": "#2c80c2",
    "font": SANS,
    "digits": DIGITS,
})  # fmt: skip
"""Name -> value of every custom property; ``assets/10_tokens.css`` is made of it."""

SERIES = ("#43b9ff", "#ffb52e", "#3ddc97", "#b79bff", "#ff8f6b", "#6ee0e6", "#f084b8", "#c6d45a")
"""Colours of the series of staff charts, in order."""


def css_variables() -> str:
    """Return the text of ``assets/10_tokens.css``."""
    lines = "\n".join(f"  --{name}: {value};" for name, value in TOKENS.items())
    head = "/* Written from layouts/theme.py, which a test compares. */"
    return f"{head}\n:root {{\n  color-scheme: dark;\n{lines}\n}}\n"


def class_colours(count: int) -> tuple[str, ...]:
    """Return the map colours of ``count`` classes (1 to 5), low to high, spread over the ramp."""
    ramp = [TOKENS[f"class-{number}"] for number in range(5)]
    if count == 1:
        return (ramp[2],)
    return tuple(ramp[round(k * 4 / (count - 1))] for k in range(count))


def plotly_template() -> dict[str, object]:
    """Return the template of every staff chart, as the JSON of a plotly ``Template``."""
    axis = {
        "gridcolor": TOKENS["line-soft"],
        "linecolor": TOKENS["line"],
        "zerolinecolor": TOKENS["line"],
        "tickcolor": TOKENS["line"],
        "tickfont": {"color": TOKENS["ink-3"], "size": 13},
        "automargin": True,
    }
    return {
        "layout": {
            "font": {"family": SANS, "color": TOKENS["ink-2"], "size": 14},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(SERIES),
            "margin": {"l": 48, "r": 16, "t": 24, "b": 40},
            "xaxis": axis,
            "yaxis": axis,
            "hoverlabel": {
                "bgcolor": TOKENS["surface-2"],
                "bordercolor": TOKENS["line"],
                "font": {"family": SANS, "color": TOKENS["ink"], "size": 14},
            },
            "legend": {"orientation": "h", "y": 1.08, "x": 0, "font": {"color": TOKENS["ink-2"]}},
            "separators": ".,",
        }
    }
