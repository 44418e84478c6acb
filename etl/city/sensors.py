"""Further networks of sensors: air by the day, pipes, gas, rain, ponding, power, parking.

One table says everything about a network; a further one is one more row of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from etl.city.devices import devices
from etl.city.happenings import happenings
from etl.city.mesh import Labels, Points
from etl.city.readings import air_factor
from etl.city.rhythm import day_factor
from etl.city.world import World, midnight

_STREAM = 73
_WET = 0.22
Shaper = Callable[[World, dt.date, Points, "Moment"], Points]


@dataclass(frozen=True)
class Moment:
    """The hours of a day's readings and the source of chance: what a shaper works with."""

    hours: Labels
    rng: np.random.Generator

    def noise(self, base: Points, sigma: float) -> Points:
        """Return lognormal factors, shape (devices, hours)."""
        return self.rng.lognormal(0, sigma, (len(base), len(self.hours)))


@dataclass(frozen=True)
class Network:
    """One metric of a group of sensors.

    Attributes:
        metric: name of the metric.
        prefix: of the device ids; networks of one prefix share places.
        count: number of devices.
        hours: hours of a plain day with a reading.
        wet_hours: hours of a rainy day.
        base: what is normal, and its spread from device to device.
        digits: decimals.
        shape: from the bases, shape (devices,), to values, shape (devices, hours).
    """

    metric: str
    prefix: str
    count: int
    hours: tuple[int, ...]
    wet_hours: tuple[int, ...]
    base: tuple[float, float]
    digits: int
    shape: Shaper


def rain_mm(world: World, day: dt.date) -> float:
    """Return the heaviest hour of rain of a day, 0 on a dry one."""
    if any(one.kind == "rain" for one in happenings(world, day)):
        return 44.0
    rng = np.random.default_rng([world.seed, _STREAM, day.toordinal(), 999])
    return float(rng.exponential(5.0)) + 0.5 if rng.random() < _WET else 0.0


def _plain(sigma: float) -> Shaper:
    return lambda _world, _day, base, at: base[:, None] * at.noise(base, sigma)


def _air(sigma: float) -> Shaper:
    return lambda world, day, base, at: (
        base[:, None] * air_factor(world, day) * at.noise(base, sigma)
    )


def _ozone(_: World, day: dt.date, base: Points, at: Moment) -> Points:
    summer = 1 + 0.38 * np.cos((day.timetuple().tm_yday - 200) / 365 * 2 * np.pi)
    wander = np.random.default_rng([day.toordinal(), 31]).lognormal(0, 0.2)
    return np.asarray(base[:, None] * summer * wander * at.noise(base, 0.07))


def _purifier(_: World, __: dt.date, base: Points, at: Moment) -> Points:
    return np.minimum(100.0, base[:, None] * at.noise(base, 0.006))


def _rain(world: World, day: dt.date, base: Points, at: Moment) -> Points:
    mm, peak = rain_mm(world, day), np.exp(-(((at.hours - 15) / 3.0) ** 2))
    return np.asarray(mm * base[:, None] * peak * at.noise(base, 0.25))


def _ponding(world: World, day: dt.date, base: Points, at: Moment) -> Points:
    depth = max(0.0, rain_mm(world, day) - 18) * base[:, None]
    after = np.exp(-(((at.hours - 17) / 4.0) ** 2))
    return np.asarray(depth * after * at.noise(base, 0.3))


def _parked(world: World, day: dt.date, base: Points, at: Moment) -> Points:
    spaces = _spaces(world.seed, len(base))[:, None]
    busy = np.clip(0.74 * min(1.15, day_factor(day)) * at.noise(base, 0.12), 0.2, 0.98)
    return np.asarray(np.floor(spaces * busy))


def _all_spaces(world: World, day: dt.date, base: Points, at: Moment) -> Points:  # noqa: ARG001
    return np.repeat(_spaces(world.seed, len(base))[:, None], len(at.hours), axis=1)


@lru_cache(maxsize=8)
def _spaces(seed: int, count: int) -> Points:
    return np.random.default_rng([seed, _STREAM, 7]).integers(80, 520, count).astype(np.float64)


_DAILY, _THRICE, _TWICE = (23,), (7, 12, 20), (10, 16)
_ALL = tuple(range(6, 23))
NETWORKS = (
    Network("pm10", "KQ", 6, _DAILY, _DAILY, (48, 0.08), 1, _air(0.07)),
    Network("no2", "KQ", 6, _DAILY, _DAILY, (27, 0.1), 1, _air(0.09)),
    Network("o3_8h", "KQ", 6, _DAILY, _DAILY, (88, 0.05), 1, _ozone),
    Network("pipe_pressure", "GW", 16, _THRICE, _THRICE, (0.27, 0.13), 3, _plain(0.07)),
    Network("turbidity", "SZ", 6, _DAILY, _DAILY, (0.28, 0.2), 2, _plain(0.22)),
    Network("chlorine", "SZ", 6, _DAILY, _DAILY, (0.31, 0.15), 3, _plain(0.2)),
    Network("gas_lel", "RQ", 12, _TWICE, _TWICE, (0.6, 0.4), 2, _plain(0.45)),
    Network("rain_1h", "YL", 8, (8, 20), _ALL, (1, 0.18), 1, _rain),
    Network("ponding_cm", "JS", 14, _DAILY, (12, 15, 17, 19, 22), (0.5, 0.45), 1, _ponding),
    Network("leak_ma", "YD", 20, _TWICE, _TWICE, (105, 0.35), 0, _plain(0.25)),
    Network("parking_occupied", "TC", 18, _TWICE, _TWICE, (1, 0), 0, _parked),
    Network("parking_spaces", "TC", 18, _TWICE, _TWICE, (1, 0), 0, _all_spaces),
    Network("dissolved_oxygen", "SY", 8, _DAILY, _DAILY, (8.1, 0.08), 2, _plain(0.07)),
    Network("dust_pm10", "GD", 12, _DAILY, _DAILY, (78, 0.15), 0, _plain(0.2)),
    Network("purifier_on", "YJ", 12, _DAILY, _DAILY, (97.4, 0.004), 1, _purifier),
)
_PLANTS = (  # daily totals of a works, 10,000 m3: metric, device, usual
    ("water_supply", "SC-001", 41.0), ("water_supply", "SC-002", 27.0),
    ("sewage", "WS-001", 38.0), ("sewage", "WS-002", 21.0),
)  # fmt: skip


def sensors_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return every reading of a day: device, metric, value, time, time received, place."""
    frames = [_network(world, day, number) for number in range(len(NETWORKS))]
    frame = pl.concat([*frames, _plants(world, day), _published_aqi(world, day, frames)])
    return frame.with_columns(received=pl.col("at") + 240).sort("at", "device", "metric")


def _network(world: World, day: dt.date, number: int) -> pl.DataFrame:
    one = NETWORKS[number]
    hours = np.array(one.wet_hours if rain_mm(world, day) else one.hours)
    points, base = _places(world, one)
    rng = np.random.default_rng([world.seed, _STREAM, day.toordinal(), number])
    values = np.maximum(0.0, np.round(one.shape(world, day, base, Moment(hours, rng)), one.digits))
    ids = [f"{one.prefix}-{place + 1:03d}" for place in range(one.count)]
    return _table(ids, one.metric, values, midnight(day) + hours * 3600, points)


def _places(world: World, one: Network) -> tuple[Points, Points]:
    """Return where the devices stand and what is normal for each."""
    spread = np.random.default_rng([world.seed, _STREAM, 1, NETWORKS.index(one)])
    median, sigma = one.base
    base = median * spread.lognormal(0, sigma, one.count)
    if one.prefix == "KQ":  # the very stations that measure PM2.5
        return devices(world, "air").points, base
    letters = [ord(letter) for letter in one.prefix]
    rng, ground = np.random.default_rng([world.seed, _STREAM, 2, *letters]), world.ground
    grids = rng.choice(len(ground.grids), one.count, p=ground.weight, replace=False)
    return ground.addresses[grids, 0], base


def _plants(world: World, day: dt.date) -> pl.DataFrame:
    rng = np.random.default_rng([world.seed, _STREAM, day.toordinal(), 900])
    season = 1 + 0.07 * np.cos((day.timetuple().tm_yday - 205) / 365 * 2 * np.pi)
    at, point = np.array([midnight(day) + 23 * 3600]), np.full((1, 2), np.nan)
    return pl.concat(
        _table(
            [device], metric, np.round([[usual * season * rng.lognormal(0, 0.03)]], 2), at, point
        )
        for metric, device, usual in _PLANTS
    )


def _published_aqi(world: World, day: dt.date, frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Return the day's index of the district as the monitoring centre publishes it."""
    means = {one["metric"][0]: one["value"].mean() for one in frames[:3]}
    fine = float(devices(world, "air").base.mean()) * air_factor(world, day)
    index = max(aqi_of(name, float(value)) for name, value in
                [("pm25", fine), *((name, value) for name, value in means.items()
                                   if isinstance(value, float))])  # fmt: skip
    at = np.array([midnight(day) + 23 * 3600])
    return _table(["KQ-QU"], "aqi_day", np.array([[np.ceil(index)]]), at, np.full((1, 2), np.nan))


_BREAKS = {
    "pm25": (0, 35, 60, 115, 150, 250),
    "pm10": (0, 50, 150, 250, 350, 420),
    "no2": (0, 40, 80, 180, 280, 565),
    "o3_8h": (0, 100, 160, 215, 265, 800),
}
_INDEX = (0, 50, 100, 150, 200, 300)


def aqi_of(pollutant: str, concentration: float) -> float:
    """Return the partial index of a pollutant's concentration in µg/m³."""
    return float(np.interp(concentration, _BREAKS[pollutant], _INDEX))


def _table(ids: list[str], metric: str, values: Points, at: Labels, points: Points) -> pl.DataFrame:
    count, width = len(ids), len(at)
    places = np.broadcast_to(points, (count, 2))
    return pl.DataFrame(
        {
            "device": np.repeat(np.array(ids), width), "metric": np.full(count * width, metric),
            "value": np.asarray(values, dtype=np.float64).ravel(), "at": np.tile(at, count),
            "lon": np.repeat(places[:, 0], width), "lat": np.repeat(places[:, 1], width),
        }
    ).with_columns(pl.col("lon", "lat").fill_nan(None))  # fmt: skip
