"""What all documents draw with: colours, sizes and the names of faces, decided once."""

from __future__ import annotations

from metrics.briefing.content import ChartSeries

RED = "#D7000F"
INK = ("#1F5FA8", "#9DB4CE")
"""Of columns and bars: this week, the week before."""
LINE = "#C8102E"
GRID = "#E3E6EB"
FAINT = "#6B7684"
SHADE = "#EAF0F8"
STEPS = ("#DCE8F5", "#AFCBE8", "#79A8D8", "#3F7FBF", "#1B4F8A")
"""Of a map or calendar, from little to much."""
NO_DATA = "#F1F1F1"
LIGHTS = {"green": "#1E8E4E", "amber": "#C77700", "red": "#C8102E"}
LIGHT_WORDS = {"green": "绿", "amber": "黄", "red": "红"}

BODY, KAI, HEI, TITLE, SONG = "仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体", "宋体"
"""Faces the standard names. They belong to their makers: documents name them, nobody ships them."""
SLIDES = "微软雅黑"

MEASURE = 156
"""Millimetres between the margins of the page."""
CHART_HEIGHT = 70.0
BAR_HEIGHT, BAR_EXTRA = 8.5, 14.0
"""Millimetres: of a chart, of one category of a bar chart, and of what stands around its bars."""


def step_of(value: float | None, known: list[float]) -> str:
    """Return the colour of a value among the others: fifths of the span from least to most."""
    if value is None or not known:
        return NO_DATA
    low, high = min(known), max(known)
    place = (value - low) / (high - low) if high > low else 1.0
    return STEPS[min(len(STEPS) - 1, int(place * len(STEPS)))]


def ink_of(series: ChartSeries, position: int) -> str:
    """Return the colour of a series."""
    return LINE if series.shape == "line" else INK[position % len(INK)]
