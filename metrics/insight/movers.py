"""What moved a total, and what moved a rate: exact splits without a remainder."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

COVER = 0.6
MOST = 3
LEAST_AMOUNT = 20
"""An element smaller than this in both weeks is not worth a word, whatever its z."""
SIMPSON_POINTS = 0.002


@dataclass(frozen=True)
class Mover:
    """What one element did to a total.

    Attributes:
        contribution: difference over the total before; over all elements they sum to its growth.
        z: distance from the element's own level of the last weeks.
    """

    key: str
    current: float
    previous: float
    contribution: float
    z: float = 0.0

    @property
    def difference(self) -> float:
        """Current minus previous."""
        return self.current - self.previous

    @property
    def is_confirmed(self) -> bool:
        """Tell whether the step from last week points the way the level test points.

        An element that merely returns from an odd week moves, but away from nothing.
        """
        return self.difference * self.z > 0


def contributions(
    current: Mapping[str, float], previous: Mapping[str, float], z: Mapping[str, float]
) -> tuple[Mover, ...]:
    """Return every element's part in the growth of the total, by key.

    Args:
        current: amounts of the week.
        previous: amounts of the week before; a total of 0 gives contributions of 0.
        z: level tests.
    """
    base = math.fsum(previous.values())
    movers = []
    for key in sorted({*current, *previous}):
        now, before = current.get(key, 0.0), previous.get(key, 0.0)
        part = (now - before) / base if base else 0.0
        movers.append(Mover(key, now, before, part, z.get(key, 0.0)))
    return tuple(movers)


def main_movers(movers: Sequence[Mover], gate: float) -> tuple[list[Mover], list[Mover]]:
    """Return who carried the change of the total, and at most one who held against it.

    Largest first, until they cover most of the movement in the direction of the total.

    Args:
        movers: all elements.
        gate: smallest |z| worth a word.
    """
    total = math.fsum(mover.difference for mover in movers)
    side = 1 if total >= 0 else -1
    ranked = sorted(movers, key=lambda mover: (-abs(mover.difference), mover.key))
    along = [mover for mover in ranked if mover.difference * side > 0]
    against = [mover for mover in ranked if mover.difference * side < 0]
    gross = math.fsum(abs(mover.difference) for mover in along)
    chosen: list[Mover] = []
    covered = 0.0
    for mover in along:
        if len(chosen) == MOST or covered >= COVER * gross:
            break
        if _is_worth(mover, gate):
            chosen.append(mover)
            covered += abs(mover.difference)
    return chosen, [mover for mover in against if _is_worth(mover, gate)][:1]


def outstanding(movers: Sequence[Mover], gate: float, most: int = 4) -> list[Mover]:
    """Return elements that moved by themselves while the total stood still, largest first."""
    ranked = sorted(movers, key=lambda mover: (-abs(mover.difference), mover.key))
    return [mover for mover in ranked if _is_worth(mover, gate)][:most]


def _is_worth(mover: Mover, gate: float) -> bool:
    is_large = max(mover.current, mover.previous) >= LEAST_AMOUNT
    return is_large and mover.is_confirmed and abs(mover.z) >= gate


@dataclass(frozen=True)
class RateEffect:
    """What one element did to a rate, as proportions.

    Attributes:
        rate: through its own rate.
        mix: through its share of the cases.
    """

    key: str
    rate: float
    mix: float
    now: tuple[float, float]
    before: tuple[float, float]


@dataclass(frozen=True)
class RateSplit:
    """A change of a rate, split: ``rate + mix`` is the change exactly."""

    change: float
    rate: float
    mix: float
    effects: tuple[RateEffect, ...]

    @property
    def is_reversed(self) -> bool:
        """Tell whether the rates moved against the total, which then moved by the mix alone."""
        return self.rate * self.change < 0 and abs(self.rate) > SIMPSON_POINTS


Pairs = Mapping[str, tuple[float, float]]


def rate_mix(current: Pairs, previous: Pairs) -> RateSplit | None:
    """Return the split of Σ numerator / Σ denominator between two periods, or None without cases.

    Weights and rates are averaged over both periods, so nothing is left over; an element absent
    in one of them counts as mix.
    """
    cases, cases_before = (math.fsum(d for _, d in side.values()) for side in (current, previous))
    if cases <= 0 or cases_before <= 0:
        return None
    overall = math.fsum(n for n, _ in current.values()) / cases
    overall_before = math.fsum(n for n, _ in previous.values()) / cases_before
    centre = (overall + overall_before) / 2
    effects = []
    for key in sorted({*current, *previous}):
        now, before = current.get(key, (0.0, 0.0)), previous.get(key, (0.0, 0.0))
        if now[1] <= 0 and before[1] <= 0:
            continue
        weight, weight_before = now[1] / cases, before[1] / cases_before
        here = now[0] / now[1] if now[1] > 0 else before[0] / before[1]
        there = before[0] / before[1] if before[1] > 0 else here
        rate = (weight + weight_before) / 2 * (here - there)
        mix = (weight - weight_before) * ((here + there) / 2 - centre)
        effects.append(RateEffect(key, rate, mix, now, before))
    return RateSplit(
        change=overall - overall_before,
        rate=math.fsum(effect.rate for effect in effects),
        mix=math.fsum(effect.mix for effect in effects),
        effects=tuple(effects),
    )
