"""What is out of the ordinary in the demo city, and is known: the ground truth for detectors.

Every week of the calendar has its own happening, decided by the seed and the week alone, so a
longer or later history holds the same ones. Some things last: a slow street, a noisy square.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from functools import lru_cache

import numpy as np

from etl.city.devices import nth_device
from etl.city.ground import Ground
from etl.city.world import World

SLOW_STREET = "瓜沥镇"
SLOW_FACTOR = 1.6
SLOW_ON_TIME = 0.83

NOISY_STREET = "盈丰街道"
NOISY_PER_WEEK = 4.0


_SPECS = {"hotline": "hotline_12345", "police": "police_110", "urban": "urban_management",
          "patrol": "grid_patrol"}  # fmt: skip


@dataclass(frozen=True)
class Happening:
    """Something unusual that was put into the data.

    Attributes:
        kind: burst, rain, campaign, stuck_device, missing_feed.
        start: first day.
        end: last day, included.
        minors: minor classes with more cases than usual.
        streets: names of the streets where.
        factor: how many times the usual number.
        sources: case sources (taxonomy columns) or source ids it shows in.
        device: id of the device that is stuck.
    """

    kind: str
    start: dt.date
    end: dt.date
    minors: tuple[str, ...] = ()
    streets: tuple[str, ...] = ()
    factor: float = 1.0
    sources: tuple[str, ...] = ()
    device: str = ""

    def covers(self, day: dt.date) -> bool:
        """Tell whether the day lies within."""
        return self.start <= day <= self.end

    def as_json(self) -> dict[str, object]:
        """Return it with days as text and the ids of the source specs."""
        return {
            **asdict(self),
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "sources": [_SPECS.get(source, source) for source in self.sources],
        }


_COMPLAINTS = ("hotline", "police")
_STREETWORK = ("hotline", "urban", "patrol")
_PLANS: tuple[tuple[str, int, int, tuple[str, ...], int, float, tuple[str, ...]], ...] = (
    # kind, first weekday, days, minor classes, streets, factor, sources
    ("burst", 0, 7, ("占道经营",), 2, 4.0, _STREETWORK),
    ("burst", 1, 5, ("油烟扰民",), 1, 8.0, ("hotline", "urban")),
    ("rain", 2, 1, ("积水内涝",), 4, 30.0, _STREETWORK),
    ("burst", 0, 7, ("非机动车乱停放",), 2, 4.0, _STREETWORK),
    ("burst", 3, 4, ("施工噪声",), 1, 8.0, _COMPLAINTS),
    ("campaign", 0, 5, ("飞线充电", "用电隐患"), 3, 5.0, ("patrol",)),
    ("burst", 0, 7, ("拖欠工资",), 2, 5.0, ("hotline",)),
)


def happenings(world: World, day: dt.date) -> tuple[Happening, ...]:
    """Return what is going on on a day, standing matters left aside."""
    monday = day - dt.timedelta(days=day.weekday())
    return tuple(one for one in _of_week(world.seed, monday, _sizes(world.ground))
                 if one.covers(day))  # fmt: skip


def _sizes(ground: Ground) -> tuple[tuple[str, float], ...]:
    people = np.bincount(ground.street_of_community, ground.population, len(ground.streets))
    names = [name for _, name in ground.streets]
    return tuple(zip(names, people.tolist(), strict=True))


@lru_cache(maxsize=4096)
def _of_week(
    seed: int, monday: dt.date, streets: tuple[tuple[str, float], ...]
) -> tuple[Happening, ...]:
    week = monday.toordinal() // 7
    people = np.array([size for _, size in streets])
    rng = np.random.default_rng([seed, 4, week])
    kind, first, days, minors, count, factor, sources = _PLANS[week % len(_PLANS)]
    start = monday + dt.timedelta(days=first)
    # where few people live, a burst would be a handful of cases that nobody could tell from chance
    large = np.argsort(-people, kind="stable")[: max(count, len(people) // 2)]
    odds = people[large] / people[large].sum()
    chosen = large[rng.choice(len(large), count, replace=False, p=odds)]
    where = tuple(streets[int(number)][0] for number in chosen)
    found = [Happening(kind, start, start + dt.timedelta(days=days - 1), minors, where, factor,
                       sources)]  # fmt: skip
    stuck = monday + dt.timedelta(days=int(rng.integers(0, 6)))
    found.append(Happening("stuck_device", stuck, stuck, sources=("iot_readings",),
                           device=nth_device(int(rng.integers(0, 1000)))))  # fmt: skip
    if week % 6 == 2:
        lost = monday + dt.timedelta(days=int(rng.integers(0, 7)))
        source = ("patrols", "hotline_calls", "device_status")[week // 6 % 3]
        found.append(Happening("missing_feed", lost, lost, sources=(source,)))
    return tuple(found)


def is_missing(world: World, source: str, day: dt.date) -> bool:
    """Tell whether a source sent nothing for a day."""
    return any(one.kind == "missing_feed" and source in one.sources
               for one in happenings(world, day))  # fmt: skip


def noisy_place(world: World) -> tuple[int, int]:
    """Return (grid, address) of the square that people complain about week after week."""
    mine = np.flatnonzero(world.ground.street_of_grid == world.ground.street(NOISY_STREET))
    return int(mine[np.argmax(world.ground.weight[mine])]), 0


def ground_truth(world: World, first: dt.date, last: dt.date) -> dict[str, object]:
    """Return all that is out of the ordinary between two days, for ``ground_truth.json``."""
    found: dict[Happening, None] = {}
    for number in range((last - first).days + 1):
        found.update(dict.fromkeys(happenings(world, first + dt.timedelta(days=number))))
    grid, address = noisy_place(world)
    lon, lat = world.ground.addresses[grid, address].tolist()
    return {
        "happenings": [one.as_json() for one in found],
        "standing": [
            {"kind": "slow_street", "street": SLOW_STREET, "factor": SLOW_FACTOR,
             "on_time": SLOW_ON_TIME},
            {"kind": "noisy_place", "street": NOISY_STREET, "minor": "广场舞噪声",
             "grid": world.ground.grids[grid], "lon": lon, "lat": lat,
             "per_week": NOISY_PER_WEEK * world.scale},
        ],
    }  # fmt: skip
