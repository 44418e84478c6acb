"""How far the shares of a number have moved among its parts, beyond what chance moves them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def divergence(shares: Sequence[float], before: Sequence[float]) -> float:
    """Return the Jensen-Shannon divergence of two distributions, in nats: 0 for equal ones.

    Example:
        >>> divergence([0.5, 0.5], [0.5, 0.5]), round(divergence([1.0, 0.0], [0.0, 1.0]), 4)
        (0.0, 0.6931)
    """
    total = 0.0
    for p, q in zip(shares, before, strict=True):
        middle = (p + q) / 2
        total += sum(one * math.log(one / middle) / 2 for one in (p, q) if one > 0)
    return max(0.0, total)


def surprise(now: Sequence[float], before: Sequence[float], spread: float = 1.0) -> float:
    """Return how many standard errors the shares have moved more than chance alone moves them.

    A column with many values always moves more than one with few. Under chance alone eight times
    the divergence is a chi-square over the sample sizes, with one degree of freedom less than there
    are values; what is returned is its distance from that.

    Args:
        now: counts by value.
        before: counts by value, in the same order.
        spread: dispersion of the counts, 1 for pure chance.
    """
    total, total_before = math.fsum(now), math.fsum(before)
    free = sum(1 for a, b in zip(now, before, strict=True) if a > 0 or b > 0) - 1
    if total <= 0 or total_before <= 0 or free < 1 or min(*now, *before) < 0:
        return 0.0
    moved = divergence([n / total for n in now], [n / total_before for n in before])
    chance = spread * (1 / total + 1 / total_before) / 8
    return (moved / chance - free) / math.sqrt(2 * free)


def excess(squares: Sequence[float]) -> float:
    """Return the same for parts tested one by one: the sum of their z², against their number."""
    return (math.fsum(squares) - len(squares)) / math.sqrt(2 * len(squares)) if squares else 0.0
