"""The areas of a written territory as a city of record needs them: codes, names and weights."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from etl.city.mesh import Labels, Points


@dataclass(frozen=True)
class Place:
    """One area and while it holds: ``since <= day < until`` as ISO dates, empty for always."""

    code: str
    name: str
    since: str
    until: str

    def holds(self, day: dt.date) -> bool:
        """Tell whether the area exists on a day."""
        text = day.isoformat()
        return self.since <= text and (not self.until or text < self.until)


@dataclass(frozen=True)
class RecordGround:
    """The areas of every level, in the order of areas.csv.

    Attributes:
        places: level -> areas.
        lowest: id of the lowest level, where things happen.
        seed: of the weights.
    """

    places: dict[str, tuple[Place, ...]]
    lowest: str
    seed: int

    def at(self, level: str, day: dt.date) -> tuple[Place, ...]:
        """Return the areas of a level that exist on a day."""
        return tuple(place for place in self.places[level] if place.holds(day))

    def weights(self, level: str, count: int) -> Points:
        """Return how much of what happens falls to each of ``count`` areas; sums to 1."""
        rng = np.random.default_rng([self.seed, 2, len(level), count])
        weight = rng.lognormal(0, 0.45, count)
        return np.asarray(weight / weight.sum())


def read_record_ground(areas: Path, *, seed: int) -> RecordGround:
    """Return the ground of an ``areas.csv``."""
    places: dict[str, list[Place]] = {}
    with areas.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = Place(row["code"], row["name"], row["valid_from"], row["valid_to"])
            places.setdefault(row["level"], []).append(place)
    return RecordGround({k: tuple(v) for k, v in places.items()}, list(places)[-1], seed)


def shared_out(total: int, weights: Points) -> Labels:
    """Return whole numbers in proportion to the weights that add up to ``total`` exactly.

    Example:
        >>> shared_out(10, np.array([0.5, 0.3, 0.2])).tolist()
        [5, 3, 2]
    """
    exact = total * weights / weights.sum()
    parts = np.floor(exact).astype(np.int64)
    rest = np.argsort(parts - exact, kind="stable")[: total - int(parts.sum())]
    parts[rest] += 1
    return np.asarray(parts)
