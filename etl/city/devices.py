"""The sensors of the demo city: where each stands and what is normal for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from etl.city.mesh import Labels, Points
from etl.city.world import World

COUNTS = {"air": 6, "fume": 40, "water": 12, "road": 30, "noise": 10, "power": 60}
_PREFIX = {"air": "KQ", "fume": "YY", "water": "SW", "road": "LD", "noise": "ZS", "power": "YD"}


READING_KINDS = ("air", "fume", "water", "road", "noise")


def nth_device(number: int) -> str:
    """Return the id of a device that sends readings, counting round and round."""
    kind = READING_KINDS[number % len(READING_KINDS)]
    return _id(kind, number // len(READING_KINDS) % COUNTS[kind])


def _id(kind: str, place: int) -> str:
    return f"{_PREFIX[kind]}-{place + 1:03d}"


@dataclass(frozen=True)
class Devices:
    """All devices of one kind.

    Attributes:
        kind: key of ``COUNTS``.
        ids: device ids.
        streets: number of the street, by device.
        points: WGS-84 degrees, shape (devices, 2).
        base: what is normal: µg/m³, mg/m³, m, km/h without traffic, dB(A).
        length_km: length of a road section; zeros for other kinds.
    """

    kind: str
    ids: tuple[str, ...]
    streets: Labels
    points: Points
    base: Points
    length_km: Points


@lru_cache(maxsize=64)
def _place(seed: int, kind: str, count: int, streets: int) -> tuple[Points, Points, Labels]:
    rng = np.random.default_rng([seed, 5, list(COUNTS).index(kind)])
    base: Points = {
        "air": 30 * rng.lognormal(0, 0.08, count),
        "fume": 0.62 * rng.lognormal(0, 0.5, count),
        "water": rng.uniform(1.4, 2.4, count),
        "road": rng.choice([40.0, 50.0, 60.0, 70.0], count),
        "noise": rng.uniform(50, 60, count),
        "power": rng.uniform(30, 90, count),
    }[kind]
    return np.round(rng.uniform(0.6, 2.8, count), 2), base, rng.permutation(np.arange(streets))


def devices(world: World, kind: str) -> Devices:
    """Return the devices of a kind; stations of few stand in different streets."""
    count, ground = COUNTS[kind], world.ground
    length, base, order = _place(world.seed, kind, count, len(ground.streets))
    rng = np.random.default_rng([world.seed, 6, list(COUNTS).index(kind)])
    share = np.bincount(ground.street_of_grid, ground.weight, len(ground.streets))
    if count <= len(ground.streets):
        streets = np.asarray(order[:count], dtype=np.int64)
    else:
        streets = rng.choice(len(share), count, p=share / share.sum())
    grids = world.pick_grids(streets, rng)
    points = ground.addresses[grids, rng.integers(0, ground.addresses.shape[1], count)]
    ids = tuple(_id(kind, place) for place in range(count))
    zero = np.zeros(count)
    return Devices(kind, ids, streets, points, base, length if kind == "road" else zero)
