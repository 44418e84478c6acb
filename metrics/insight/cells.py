"""Values of a column within single areas that stand out against their own last weeks.

A surge in two streets drowns in the numbers of the whole city; in its own cell it does not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from metrics.insight.significance import dispersion

LEAST_CASES = 10
LEAST_FACTOR = 1.5
LEAST_MEAN = 3.0
"""Over all windows, this one included: a smaller cell could hardly stand out, only spoil the odds
of the others; the mean of all says nothing about the last, so leaving cells out is not choosing."""
LEAST_HISTORY = 4
FALSE_SHARE = 0.06
"""Share of false alarms that Benjamini and Hochberg's rule lets through."""


@dataclass(frozen=True)
class Cell:
    """Counts of one value in one area.

    Attributes:
        area: area id.
        value: of the column.
        now: cases in the period.
        history: cases in the windows before, nearest first.
    """

    area: str
    value: str
    now: float
    history: tuple[float, ...]


@dataclass(frozen=True)
class Surge:
    """A cell that holds more cases than its past explains.

    Attributes:
        expected: cases its past and the growth of the whole would give.
        chance: probability of as many cases or more.
    """

    area: str
    value: str
    now: float
    expected: float
    chance: float


def surges(cells: Sequence[Cell], growth: float) -> tuple[Surge, ...]:
    """Return the cells that stand out, the least likely first.

    Args:
        cells: all cells, also the quiet ones, for they say how much is usual.
        growth: number of the whole over its mean in the history.
    """
    return surges_among([(cells, growth)])[0]


def surges_among(
    families: Sequence[tuple[Sequence[Cell], float]], false_share: float = FALSE_SHARE
) -> tuple[tuple[Surge, ...], ...]:
    """Return the cells that stand out in each of several families, told apart by one rule for all.

    The more families are looked at, the more would stand out by chance: all their cells share the
    odds, or a briefing of five sources would name five times as much for nothing.

    Args:
        families: cells and growth of each, as ``surges`` takes them.
        false_share: of the cells named, how many may be there by chance.
    """
    tested = [_tested(cells, growth) for cells, growth in families]
    ranked = sorted(one.chance for family in tested for one in family)
    gate = 0.0
    for rank, chance in enumerate(ranked, 1):
        if chance <= false_share * rank / len(ranked):
            gate = chance
    return tuple(
        tuple(
            one
            for one in sorted(family, key=lambda one: (one.chance, one.area, one.value))
            if one.chance <= gate
            and one.now >= LEAST_CASES
            and one.now >= LEAST_FACTOR * one.expected
        )
        for family in tested
    )


def _tested(cells: Sequence[Cell], growth: float) -> list[Surge]:
    """Return every cell that is large enough, with the chance of as many cases."""
    histories = [[count * growth for count in one.history] for one in cells]
    pooled = dispersion(histories)
    tested = []
    for one, history in zip(cells, histories, strict=True):
        if len(history) < LEAST_HISTORY or fmean((one.now, *history)) < LEAST_MEAN:
            continue
        expected = max(fmean(history), 0.5)
        own = dispersion([sorted(history)[:-1]])  # an earlier surge must not hide this one
        spread = max(pooled, (3 * pooled + own) / 4) * (1 + 1 / len(history))
        chance = tail(one.now, expected, spread)
        tested.append(Surge(one.area, one.value, one.now, expected, chance))
    return tested


def tail(count: float, expected: float, spread: float) -> float:
    """Return the probability of at least ``count`` cases, negative binomial, Poisson at spread 1.

    Example:
        >>> round(tail(3, 1.0, 1.0), 4), tail(0, 5.0, 2.0)
        (0.0803, 1.0)
    """
    wanted = math.ceil(count)
    if wanted <= 0:
        return 1.0
    excess = spread - 1
    below = 0.0
    for n in range(wanted):
        if excess < 1e-9:
            log_p = n * math.log(expected) - expected - math.lgamma(n + 1)
        else:
            size = expected / excess
            log_p = (
                math.lgamma(n + size) - math.lgamma(size) - math.lgamma(n + 1)
                - size * math.log(spread) + n * math.log(excess / spread)
            )  # fmt: skip
        below += math.exp(log_p)
    return max(0.0, 1.0 - below)
