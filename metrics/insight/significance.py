"""Whether a number is worth a sentence: tests against the last weeks, not against one week.

City counts vary more than chance alone would have it (weather, campaigns, holidays), so every test
widens its band by the dispersion seen in the history.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev
from typing import Literal

HISTORY_WEEKS = 8
RECORD_WEEKS = 26
STREAK_WEEKS = 3
TOTAL_GATE = 2.36
"""Two-sided 5 % with the seven degrees of freedom of eight weeks."""
LEAST_EXPECTED = 5.0
ELEMENT_GATE = 2.5
"""For the elements of a total that has itself moved."""


def dispersion(histories: Sequence[Sequence[float]]) -> float:
    """Return variance over mean of weekly counts, pooled over elements; at least 1.

    Args:
        histories: weekly counts of each element; elements that never occurred say nothing.
    """
    excess, freedom = 0.0, 0
    for history in histories:
        level = fmean(history) if history else 0.0
        if level > 0 and len(history) > 1:
            excess += sum((count - level) ** 2 / level for count in history)
            freedom += len(history) - 1
    return max(1.0, excess / freedom) if freedom else 1.0


def level_z(count: float, history: Sequence[float], spread: float) -> float:
    """Return how far a weekly count lies from the level of its history, in standard errors.

    Args:
        count: of the week.
        history: counts of the weeks before; the uncertainty of their mean is part of the band.
        spread: dispersion, from ``dispersion``.
    """
    if not history:
        return 0.0
    level = fmean(history)
    # An element unseen so far has level 0; half a case keeps its band open.
    return (count - level) / math.sqrt(spread * max(level, 0.5) * (1 + 1 / len(history)))


def history_z(value: float, history: Sequence[float]) -> float:
    """Return how far a value lies from the values before it, by their own spread.

    For what is neither counted nor a share: Student's t, turned into the z of the same chance
    (Wallace's approximation), so that the same gates apply however short the history is.

    Example:
        >>> round(history_z(12.0, [10.0, 11.0, 9.0, 10.0, 10.5, 9.5, 10.0, 10.0]), 2)
        2.4
    """
    free = len(history) - 1
    if free < 1:
        return 0.0
    spread = stdev(history) * math.sqrt(1 + 1 / len(history))
    if spread == 0:
        return 0.0
    t = (value - fmean(history)) / spread
    size = (8 * free + 1) / (8 * free + 3) * math.sqrt(free * math.log1p(t * t / free))
    return math.copysign(size, t)


def rate_dispersion(weeks: Sequence[tuple[float, float]]) -> float:
    """Return how much weekly (above, below) pairs vary beyond the binomial; at least 1."""
    total = sum(below for _, below in weeks)
    pooled = sum(above for above, _ in weeks) / total if total else 0.0
    used = [(above, below) for above, below in weeks if below > 0]
    if len(used) < 2 or not 0 < pooled < 1:
        return 1.0
    excess = sum((a - b * pooled) ** 2 / (b * pooled * (1 - pooled)) for a, b in used)
    return max(1.0, excess / (len(used) - 1))


def two_proportion_z(
    above: float, below: float, other_above: float, other_below: float, spread: float = 1.0
) -> float:
    """Return the z of the difference of two rates; 0 where it cannot be told.

    Where fewer than five hits or misses are expected the normal curve promises too much, and
    Fisher's exact test takes its place.
    """
    if below <= 0 or other_below <= 0:
        return 0.0
    pooled = (above + other_above) / (below + other_below)
    if min(pooled, 1 - pooled) * min(below, other_below) < LEAST_EXPECTED:
        return _exact_z(above, below, other_above, other_below) / math.sqrt(spread)
    variance = spread * pooled * (1 - pooled) * (1 / below + 1 / other_below)
    if variance <= 0:
        return 0.0
    return (above / below - other_above / other_below) / math.sqrt(variance)


def _exact_z(above: float, below: float, other_above: float, other_below: float) -> float:
    """Return Fisher's one-sided chance as z; the half of equal cases belongs to neither side."""
    cases, others = round(below), round(other_below)
    hits = round(above + other_above)

    def chance(mine: int) -> float:
        return math.exp(
            _log_choose(cases, mine) + _log_choose(others, hits - mine)
            - _log_choose(cases + others, hits)
        )  # fmt: skip

    mine = round(above)
    least, most = max(0, hits - others), min(cases, hits)
    equal = chance(mine) / 2
    fewer = equal + sum(chance(one) for one in range(least, mine))
    more = equal + sum(chance(one) for one in range(mine + 1, most + 1))
    rare = min(max(min(fewer, more), 1e-300), 0.5)
    return math.copysign(-NormalDist().inv_cdf(rare), fewer - more)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def wilson(above: float, below: float, z: float = 1.96) -> tuple[float, float]:
    """Return the Wilson interval of a rate, as proportions; (0, 1) without cases.

    Example:
        >>> tuple(round(bound, 4) for bound in wilson(90, 100))
        (0.8256, 0.9448)
    """
    if below <= 0:
        return 0.0, 1.0
    rate = above / below
    centre = rate + z * z / (2 * below)
    half = z * math.sqrt(rate * (1 - rate) / below + z * z / (4 * below * below))
    scale = 1 + z * z / below
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def many_gate(tests: int, error: float = 0.05) -> float:
    """Return the |z| that keeps the chance of any false alarm among ``tests`` below ``error``.

    Example:
        >>> round(many_gate(26), 2)
        3.1
    """
    return NormalDist().inv_cdf(1 - error / 2 / max(1, tests))


@dataclass(frozen=True)
class Record:
    """The latest week is the highest or lowest of this many weeks, itself included."""

    side: Literal["high", "low"]
    weeks: int


def record(weeks: Sequence[float | None], least: int = RECORD_WEEKS) -> Record | None:
    """Return the record the last week sets, or None; a gap in the data ends the look back."""
    if not weeks or weeks[-1] is None:
        return None
    latest = weeks[-1]
    higher = lower = 0
    for value in reversed(weeks[:-1]):
        if value is None or value >= latest:
            break
        higher += 1
    for value in reversed(weeks[:-1]):
        if value is None or value <= latest:
            break
        lower += 1
    if max(higher, lower) < least:
        return None
    return Record("high", higher + 1) if higher > lower else Record("low", lower + 1)


def streak(weeks: Sequence[float | None]) -> int:
    """Return for how many weeks the values have risen in a row; negative when they fell."""
    run = 0
    for later, earlier in zip(reversed(weeks), reversed(weeks[:-1]), strict=False):
        if later is None or earlier is None or later == earlier:
            break
        step = 1 if later > earlier else -1
        if run * step < 0:
            break
        run += step
    return run
