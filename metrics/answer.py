"""Answers: plain values a card, a map, a table, a sentence and the command line all draw from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from metrics.calendar import Period
from metrics.indicator import Indicator, Light
from metrics.question import Question


@dataclass(frozen=True)
class Figure:
    """One number with what it is made of.

    Attributes:
        value: unrounded, in the indicator's unit; None means no data, never zero.
        numerator: Σ above the line (the count or sum itself where there is no line).
        denominator: Σ below the line; None where there is none.
    """

    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None


@dataclass(frozen=True)
class Child:
    """One row of a ranking, map or breakdown: an area, or a value of a dimension.

    Attributes:
        history: of the windows before, nearest first; only when asked for.
    """

    key: str
    name: str
    figure: Figure
    previous: Figure = Figure()
    year_ago: Figure = Figure()
    light: Light = "none"
    is_small: bool = False
    change: float | None = None
    year_change: float | None = None
    history: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Freshness:
    """How old one feed is."""

    source: str
    name: str
    as_of: dt.datetime | None
    is_stale: bool
    rhythm: str = ""


@dataclass(frozen=True)
class Rejection:
    """A table that could not answer, and why."""

    table: str
    reason: str


@dataclass(frozen=True)
class Trace:
    """Everything behind a number."""

    definition: str
    table: str
    rejected: tuple[Rejection, ...]
    statements: tuple[str, ...]
    batches: tuple[dict[str, object], ...] = ()


@dataclass(frozen=True)
class Answer:
    """The answer to one question.

    Attributes:
        change: to the window before: relative (0.05 = +5 %), for % indicators in points.
        year_change: to the year before, likewise.
        year_ago_aligned: the year before, aligned to a moving holiday; only when asked for.
        year_change_aligned: the change to it.
        aligned: the days it was read from; None unless asked for.
        baseline: mean of the same weekdays of the last four weeks; only when asked for.
        baseline_change: the deviation from it.
        maturity: share of the period's days whose number hardly changes any more, for they are
            older than ``matures_days``; below 1 there is no light.
        series: (day, value) pairs, oldest first; None where there is no data.
        children: areas at the asked level, 未归属 last.
        breakdown: values of the asked dimension, largest first; with a history also those of
            which nothing is left.
        history: of the windows before, nearest first; only when asked for.
        cells: values of the dimension within areas, by (area, value); only when crossed.
        recuts: days on which the areas shown were cut anew between the days compared; what is
            before such a day and after it is not about the same areas.
    """

    question: Question
    indicator: Indicator
    area: str
    area_name: str
    level: str
    period: Period
    figure: Figure
    previous: Figure = Figure()
    year_ago: Figure = Figure()
    change: float | None = None
    year_change: float | None = None
    light: Light = "none"
    is_small: bool = False
    series: tuple[tuple[dt.date, float | None], ...] = ()
    children: tuple[Child, ...] = ()
    breakdown: tuple[Child, ...] = ()
    freshness: tuple[Freshness, ...] = ()
    data_version: int = 0
    trace: Trace | None = None
    missing: str = field(default="", compare=False)
    year_ago_aligned: Figure = Figure()
    year_change_aligned: float | None = None
    aligned: Period | None = None
    baseline: Figure = Figure()
    baseline_change: float | None = None
    maturity: float = 1.0
    matures_days: int = 0
    history: tuple[Figure, ...] = ()
    cells: Mapping[tuple[str, str], Child] = field(default_factory=dict, hash=False)
    recuts: tuple[dt.date, ...] = ()

    @property
    def is_stale(self) -> bool:
        """Tell whether a feed behind the number is late."""
        return any(feed.is_stale for feed in self.freshness)


@dataclass(frozen=True)
class Distribution:
    """Values counted by range.

    Attributes:
        edges: of the ranges, one more than there are counts, in the indicator's unit.
        counts: values from one edge, included, to the next.
        over: values beyond the last edge.
        quantiles: (share, value) of the median and the ninth decile.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    over: int
    quantiles: tuple[tuple[float, float | None], ...]

    @property
    def total(self) -> int:
        """Number of values."""
        return sum(self.counts) + self.over


@dataclass(frozen=True)
class Places:
    """Where the rows behind a number lie.

    Attributes:
        total: rows with a place, also those beyond ``rows``.
        rows: id, title, lon and lat, newest first.
    """

    total: int
    rows: tuple[dict[str, Any], ...]
