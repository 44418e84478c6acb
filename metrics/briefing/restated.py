"""What the data say now that a frozen briefing did not: numbers restated since it was composed."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.briefing.content import BriefingContent, Evidence

TOLERANCE = 1e-9
"""Relative; parallel sums differ between runs in the last digits."""


@dataclass(frozen=True)
class Restated:
    """A piece of evidence whose value has changed.

    Attributes:
        frozen: as the briefing says it.
        now: as it is answered today; None where it is not asked for any more.
    """

    frozen: Evidence
    now: Evidence | None


def restated(frozen: BriefingContent, now: BriefingContent) -> tuple[Restated, ...]:
    """Return the told numbers that have changed since, in the order a reader meets them."""
    today = {piece.id: piece for piece in now.evidence}
    found = []
    for piece in frozen.told:
        other = today.get(piece.id)
        if other is None or not _is_same(piece.value, other.value):
            found.append(Restated(piece, other))
    return tuple(found)


def _is_same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= TOLERANCE * max(abs(one), abs(other))
