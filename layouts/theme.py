"""Colours, faces and sizes, written once: CSS variables and the template of staff charts."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

SANS = '"Cockpit Sans", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", sans-serif'
DIGITS = '"Cockpit Digits", "Cockpit Sans", "Noto Sans CJK SC", sans-serif'

Theme = Literal["dark", "light"]
THEMES: tuple[Theme, ...] = ("dark", "light")
Arrows = Literal["judged", "red-up"]
ARROWS: tuple[Arrows, ...] = ("judged", "red-up")

_DARK = {
    "bg": "#050b16",
    "bg-2": "#081630",
    "stage": "#0d2a52",
    "stage-2": "#081a36",
    "surface": "#0b1d38",
    "surface-2": "#0f2747",
    "panel": "rgba(21, 52, 92, 0.62)",
    "panel-2": "rgba(10, 27, 52, 0.62)",
    "line": "#1d3d63",
    "line-soft": "rgba(120, 160, 205, 0.16)",
    "track": "rgba(130, 165, 205, 0.22)",
    "ink": "#f0f7ff",
    "ink-2": "#b9cfe8",
    "ink-3": "#8aa7c7",
    "accent": "#43b9ff",
    "accent-soft": "rgba(67, 185, 255, 0.15)",
    "on-accent": "#04142a",
    "bar": "#1c62a6",
    "good": "#3ddc97",
    "bad": "#ff6b61",
    "flat": "#9cc4ea",
    "amber": "#ffb52e",
    "amber-soft": "rgba(255, 181, 46, 0.15)",
    "amber-fill": "#ffb52e",
    "on-amber": "#1f1400",
    "red": "#ff5c5c",
    "red-soft": "rgba(255, 77, 77, 0.16)",
    "red-fill": "#d62f2f",
    "green": "#3ddc97",
    "none": "#839cb8",
    "band-good": "rgba(61, 220, 151, 0.42)",
    "band-amber": "rgba(255, 181, 46, 0.5)",
    "band-red": "rgba(255, 77, 77, 0.62)",
    "class-0": "#123357",
    "class-1": "#164a7d",
    "class-2": "#1a66a8",
    "class-3": "#1f80ca",
    "class-4": "#3fa3ec",
    "class-none": "#1a2638",
    "piece-0": "#6cc9ff",
    "piece-1": "#3fa3ec",
    "piece-2": "#1f80ca",
    "piece-3": "#1d68a8",
    "piece-4": "#2b5784",
    "piece-5": "#4a5f7c",
    "piece-6": "#5d6b80",
    "piece-7": "#737d8c",
    "border": "#7cc7ff",
    "plate": "#0a2c52",
    "plate-base": "#061a35",
    "plate-edge": "#2c80c2",
    "plate-glow": "#2f9bff",
    "marked": "#ffffff",
    "halo": "#041024",
    "glow": "0 0 2rem rgba(67, 185, 255, 0.45)",
    "font": SANS,
    "digits": DIGITS,
}

_LIGHT = {
    **_DARK,
    "bg": "#e6edf6",
    "bg-2": "#f6f9fd",
    "stage": "#fbfdff",
    "stage-2": "#f0f5fb",
    "surface": "#ffffff",
    "surface-2": "#edf3fa",
    "panel": "rgba(255, 255, 255, 0.94)",
    "panel-2": "rgba(248, 251, 255, 0.94)",
    "line": "#b4c8de",
    "line-soft": "rgba(40, 80, 130, 0.16)",
    "track": "rgba(60, 100, 150, 0.16)",
    "ink": "#0a1d36",
    "ink-2": "#2b4563",
    "ink-3": "#47617f",
    "accent": "#0a5fb0",
    "accent-soft": "rgba(10, 95, 176, 0.1)",
    "on-accent": "#ffffff",
    "bar": "#6aa8de",
    "good": "#06693f",
    "bad": "#b3241b",
    "flat": "#335374",
    "amber": "#7d4e00",
    "amber-soft": "rgba(224, 142, 0, 0.16)",
    "amber-fill": "#f0a21c",
    "red": "#b71c1c",
    "red-soft": "rgba(200, 30, 30, 0.1)",
    "red-fill": "#c62828",
    "green": "#06693f",
    "none": "#55677c",
    "band-good": "rgba(10, 130, 80, 0.45)",
    "band-amber": "rgba(224, 142, 0, 0.6)",
    "band-red": "rgba(200, 30, 30, 0.62)",
    "class-0": "#e0eefb",
    "class-1": "#bddaf4",
    "class-2": "#98c4eb",
    "class-3": "#72ade0",
    "class-4": "#4a92d4",
    "class-none": "#e3e6eb",
    "piece-0": "#0a5fb0",
    "piece-1": "#2d82cc",
    "piece-2": "#5ba0dc",
    "piece-3": "#8dbde8",
    "piece-4": "#8299b3",
    "piece-5": "#9aa9bb",
    "piece-6": "#b0bac7",
    "piece-7": "#c4cbd4",
    "border": "#2f6aa6",
    "plate": "#a9c8e8",
    "plate-base": "#8fb4da",
    "plate-edge": "#5f95ca",
    "plate-glow": "#5f9bd8",
    "marked": "#0a1d36",
    "halo": "#ffffff",
    "glow": "none",
}  # fmt: skip

TOKENS: Mapping[Theme, Mapping[str, str]] = MappingProxyType(
    {"dark": MappingProxyType(_DARK), "light": MappingProxyType(_LIGHT)}
)
"""Theme -> name -> value of every custom property; ``assets/10_tokens.css`` is made of it."""

_SERIES: Mapping[Theme, tuple[str, ...]] = MappingProxyType({
    "dark": (
        "#43b9ff", "#ffb52e", "#3ddc97", "#b79bff", "#ff8f6b", "#6ee0e6", "#f084b8", "#c6d45a",
    ),
    "light": (
        "#0a5fb0", "#b06a00", "#06794a", "#6a45c4", "#c2491c", "#0b7f88", "#b0337a", "#6b7a10",
    ),
})  # fmt: skip


@dataclass(frozen=True)
class Look:
    """How one request is drawn.

    Attributes:
        theme: which of the tokens' values count.
        arrows: judged: an arrow is green for good news; red-up: red for more, green for less.
    """

    theme: Theme = "dark"
    arrows: Arrows = "judged"


_ASKED: ContextVar[Look] = ContextVar("look", default=Look())  # noqa: B039 - it is frozen


def use_look(look: Look) -> None:
    """Draw what the present request draws in this look."""
    _ASKED.set(look)


def asked_look() -> Look:
    """Return the look of the present request."""
    return _ASKED.get()


def token(name: str) -> str:
    """Return a value in the theme of the present request, for what takes no CSS variables."""
    return TOKENS[_ASKED.get().theme][name]


def css_variables() -> str:
    """Return the text of ``assets/10_tokens.css``."""
    head = "/* Written from layouts/theme.py, which a test compares. */"
    light = {name: value for name, value in _LIGHT.items() if _DARK[name] != value}
    dark_block = _block(":root", "dark", _DARK)
    return f"{head}\n{dark_block}{_block(':root[data-theme=light]', 'light', light)}"


def _block(selector: str, scheme: Theme, values: Mapping[str, str]) -> str:
    lines = "\n".join(f"  --{name}: {value};" for name, value in values.items())
    return f"{selector} {{\n  color-scheme: {scheme};\n{lines}\n}}\n"


def class_names(count: int) -> tuple[str, ...]:
    """Return the tokens of ``count`` classes (1 to 5), low to high, spread over the ramp."""
    if count == 1:
        return ("class-2",)
    return tuple(f"class-{round(k * 4 / (count - 1))}" for k in range(count))


def plotly_template() -> dict[str, object]:
    """Return the template of every staff chart, as the JSON of a plotly ``Template``."""
    axis = {
        "gridcolor": token("line-soft"),
        "linecolor": token("line"),
        "zerolinecolor": token("line"),
        "tickcolor": token("line"),
        "tickfont": {"color": token("ink-3"), "size": 13},
        "automargin": True,
    }
    return {
        "layout": {
            "font": {"family": SANS, "color": token("ink-2"), "size": 14},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(_SERIES[_ASKED.get().theme]),
            "margin": {"l": 48, "r": 16, "t": 24, "b": 40},
            "xaxis": axis,
            "yaxis": axis,
            "hoverlabel": {
                "bgcolor": token("surface-2"),
                "bordercolor": token("line"),
                "font": {"family": SANS, "color": token("ink"), "size": 14},
            },
            "legend": {"orientation": "h", "y": 1.08, "x": 0, "font": {"color": token("ink-2")}},
            "separators": ".,",
        }
    }
