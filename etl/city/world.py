"""What every source writer shares: the ground, the taxonomy, the seed and the scale."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from etl.city.ground import Ground
from etl.city.mesh import Labels, Points

CASE_SOURCES = ("hotline", "police", "urban", "patrol", "mediation")
"""Columns of ``taxonomy.csv`` with the weights of a minor class in a case source."""

ZONE = ZoneInfo("Asia/Shanghai")
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - wall clock of the city, as exports print it


@dataclass(frozen=True)
class Taxonomy:
    """The classes of cases; arrays have one entry per minor class.

    Attributes:
        majors: major class.
        minors: minor class, all different.
        departments: unit in charge, or 镇街 / 村社 for the place's own.
        titles: what callers say.
        limit_h: time allowed, hours.
        median_h: usual time from receipt to close, hours.
        shares: case source -> share of each minor class, sums to 1.
    """

    majors: tuple[str, ...]
    minors: tuple[str, ...]
    departments: tuple[str, ...]
    titles: tuple[str, ...]
    limit_h: Points
    median_h: Points
    shares: dict[str, Points]

    def minor(self, name: str) -> int:
        """Return the number of a minor class."""
        return self.minors.index(name)


def read_taxonomy(path: Path, sources: Sequence[str] = CASE_SOURCES) -> Taxonomy:
    """Return a table of classes; ``sources`` are the columns with weights."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    shares = {}
    for source in sources:
        weight = np.array([float(row[source]) for row in rows])
        shares[source] = weight / weight.sum()
    if "hotline" in shares:
        shares["public"] = shares["hotline"]  # people write about what they telephone about
    return Taxonomy(
        tuple(row["major"] for row in rows),
        tuple(row["minor"] for row in rows),
        tuple(row["department"] for row in rows),
        tuple(row["title"] for row in rows),
        np.array([float(row["limit_h"]) for row in rows]),
        np.array([float(row["median_h"]) for row in rows]),
        shares,
    )


@dataclass(frozen=True)
class World:
    """A demo city that can be simulated, day by day.

    Attributes:
        ground: the places.
        taxonomy: the classes.
        seed: same seed, same city.
        scale: factor on the daily numbers of cases and events.
        street_share: P(street | minor class), shape (minor classes, streets).
    """

    ground: Ground
    taxonomy: Taxonomy
    seed: int
    scale: float
    street_share: Points

    def chance(self, stream: int, day: dt.date) -> np.random.Generator:
        """Return the source of chance of one stream on one day; nothing else moves it."""
        return np.random.default_rng([self.seed, stream, day.toordinal()])

    def pick_grids(self, streets: Labels, rng: np.random.Generator) -> Labels:
        """Return a grid in each of the given streets, by weight."""
        ground = self.ground
        order = np.argsort(ground.street_of_grid, kind="stable")
        total = np.cumsum(ground.weight[order])
        by_street = np.bincount(ground.street_of_grid, ground.weight, len(ground.streets))
        start = np.concatenate([[0.0], np.cumsum(by_street)[:-1]])
        at = start[streets] + rng.random(len(streets)) * by_street[streets] * (1 - 1e-9)
        return np.asarray(order[np.searchsorted(total, at, side="right")])


def make_world(ground: Ground, taxonomy: Taxonomy, *, seed: int, scale: float) -> World:
    """Return the world of a seed; streets differ in what troubles them."""
    rng = np.random.default_rng([seed, 3])
    weight = np.bincount(ground.street_of_grid, ground.weight, len(ground.streets))
    leaning = rng.lognormal(0, 0.3, (len(taxonomy.minors), len(weight)))
    share = weight[None] * leaning
    return World(ground, taxonomy, seed, scale, share / share.sum(axis=1, keepdims=True))


def wall_clock(moment: dt.datetime) -> dt.datetime:
    """Return a moment as the city's clocks show it, to the second; naive times are taken so."""
    shown = moment.astimezone(ZONE) if moment.tzinfo else moment
    return shown.replace(tzinfo=None, microsecond=0)


def seconds(moment: dt.datetime) -> int:
    """Return the seconds of a wall-clock time since 1970, as the simulation counts them."""
    return int((wall_clock(moment) - EPOCH).total_seconds())


def midnight(day: dt.date) -> int:
    """Return the second a day begins."""
    return (day - EPOCH.date()).days * 86_400
