"""Whether something fell by more than everything else did: before and after a turning day."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from metrics.insight.significance import TOTAL_GATE, dispersion

LEAST_CASES = 10
"""Before and after together; of fewer nothing is said."""


@dataclass(frozen=True)
class Net:
    """How much a number changed against the rest.

    Attributes:
        change: of the number over that of the rest, minus 1: -0.5 is half of what it would be.
        low: lower end of the interval that holds it in 19 of 20 cases.
        high: upper end.
        z: distance from no effect, in standard errors.
        is_told: there are enough cases, and z lies beyond the gate of every other test.
    """

    change: float
    low: float
    high: float
    z: float
    is_told: bool


def net_effect(
    before: Sequence[float],
    after: Sequence[float],
    rest_before: Sequence[float],
    rest_after: Sequence[float],
) -> Net | None:
    """Return the change of weekly counts beyond that of the rest; None without either.

    The band is that of the logarithm of a ratio of ratios of counts, widened by how much the weeks
    on either side vary beyond chance; half a case stands for none.

    Example:
        >>> found = net_effect([50, 50], [9, 9], [400, 400], [400, 400])
        >>> round(found.change, 2), found.is_told
        (-0.82, True)
    """
    if sum(before) + sum(after) <= 0 or sum(rest_before) <= 0 or sum(rest_after) <= 0:
        return None
    told, variance = 0.0, 0.0
    for earlier, later, side in ((before, after, 1), (rest_before, rest_after, -1)):
        one, other = max(sum(earlier), 0.5), max(sum(later), 0.5)
        told += side * math.log(other / one)
        variance += dispersion([earlier, later]) * (1 / one + 1 / other)
    error = math.sqrt(variance)
    is_enough = sum(before) + sum(after) >= LEAST_CASES
    return Net(
        math.exp(told) - 1,
        math.exp(told - TOTAL_GATE * error) - 1,
        math.exp(told + TOTAL_GATE * error) - 1,
        told / error,
        is_enough and abs(told / error) > TOTAL_GATE,
    )
