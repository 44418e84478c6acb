"""Where cases recur and grow, and whose they are.

Plain values that pages draw; ``metrics.hotspots`` reads them from the store.
"""

from __future__ import annotations

from dataclasses import dataclass

from metrics.insight.cells import Surge

RECURS = 3
"""Cases of one class at one place within the period that make it a recurrent place."""


@dataclass(frozen=True)
class Place:
    """A place where cases of one class keep coming.

    Attributes:
        address: as the source writes it, masked.
        area: id of the deepest area known to hold it.
        cases: in the period.
        open: of them not closed.
        bad: of them rated as dissatisfied.
    """

    address: str
    area: str
    subcategory: str
    cases: int
    open: int
    bad: int


@dataclass(frozen=True)
class Cluster:
    """Cases of one class in one square of the city that are more than its past explains.

    Attributes:
        area: id of the area most of them lie in.
        lon: middle of the square, degrees.
        lat: middle of the square, degrees.
        surge: how many there are and how many were expected.
    """

    area: str
    lon: float
    lat: float
    surge: Surge


@dataclass(frozen=True)
class Unit:
    """What a department had to do with.

    Attributes:
        cases: in the period.
        closed: of them closed.
        late: closed after the deadline.
        returned: sent back at least once.
        rated: judged by the caller.
        bad: judged dissatisfied.
        repeated: linked to an earlier demand.
        causes: (minor class, cases), the most frequent first.
    """

    name: str
    cases: int
    closed: int
    late: int
    returned: int
    rated: int
    bad: int
    repeated: int
    causes: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class HotSpots:
    """All of it for one period."""

    places: tuple[Place, ...]
    clusters: tuple[Cluster, ...]
    units: tuple[Unit, ...]
