"""When two numbers count as the same: exactly, to rounding, or within the sketch's promise."""

from __future__ import annotations

import math

from tests.soundness.recompute import RECIPES, Outcome, Rank

SKETCHED = {indicator for indicator, recipe in RECIPES.items() if isinstance(recipe, Rank)}
"""Answered from bins; the catalogue promises half a per cent."""
SKETCH_ERROR = 0.005

FIXED_POINT = {"traffic_travel_time", "traffic_free_time", "road_peak_slowness", "noise_energy"}
"""Sums of quotients and powers, each kept to a millionth."""
FROM_FIXED_POINT = {
    "traffic_speed_mean", "traffic_congestion_index", "road_speed_peak", "noise_leq",
}  # fmt: skip


def same(indicator: str, answered: float | None, expected: float | None) -> bool:
    """Tell whether the answer is the number made again by hand."""
    if answered is None or expected is None:
        return answered is None and expected is None
    if indicator in SKETCHED:
        return math.isclose(answered, expected, rel_tol=SKETCH_ERROR + 1e-9, abs_tol=1e-6)
    if indicator in FIXED_POINT or indicator in FROM_FIXED_POINT:
        return math.isclose(answered, expected, rel_tol=1e-7, abs_tol=1e-4)
    return math.isclose(answered, expected, rel_tol=1e-12)


def agrees(indicator: str, answered: tuple[float | None, ...], expected: Outcome) -> bool:
    """Tell whether value and, where they are made again, both sides of the line are the same."""
    value, above, below = answered
    if not same(indicator, value, expected.value):
        return False
    if expected.below is None:
        return True
    line = indicator if indicator in FIXED_POINT else ""
    return same(line, above, expected.above) and below == expected.below
