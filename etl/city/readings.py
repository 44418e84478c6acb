"""Readings of the sensors, hour by hour."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from etl.city.devices import READING_KINDS, Devices, devices
from etl.city.happenings import happenings
from etl.city.mesh import Points
from etl.city.rhythm import day_factor
from etl.city.world import World, midnight

_STREAM = 21
_HOURS: dict[str, tuple[int, ...]] = {
    "air": tuple(range(24)),
    "fume": (10, 11, 12, 13, 16, 17, 18, 19, 20),
    "water": tuple(range(24)),
    "road": tuple(range(7, 21)),
    "noise": tuple(range(24)),
}
_RUSH = (0.75, 1.0, 0.6, 0.35, 0.3, 0.3, 0.3, 0.3, 0.35, 0.45, 0.95, 1.05, 0.5, 0.3)
"""How full the roads are at each of the road hours."""

_KITCHEN = {10: 0.7, 11: 1.3, 12: 1.2, 13: 0.8, 16: 0.6, 17: 1.2, 18: 1.4, 19: 1.1, 20: 0.8}
_FUME_BURST, _RAIN_RISE = 2.6, (1.3, 0.7, 0.25)
_SENTINELS = (-999.0, 9999.0)
_OUT_OF_RANGE = 5000.0
_SHARE = 0.0006


def readings_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return device, metric, value, time, time received and place of every reading of a day."""
    rng, frames = world.chance(_STREAM, day), []
    for kind in READING_KINDS:
        hours = _HOURS[kind]
        group = devices(world, kind)
        values = _values(world, group, day, hours, rng)
        _freeze(world, day, group, values)
        frames += _tables(group, day, hours, values)
    frame = pl.concat(frames)
    delay = rng.integers(5, 90, frame.height)
    return frame.with_columns(received=pl.col("at") + pl.Series(delay)).sort("at", "device")


def _values(
    world: World, group: Devices, day: dt.date, hours: tuple[int, ...], rng: np.random.Generator
) -> Points:
    """Return the main value of each device and hour, shape (devices, hours)."""
    shape, hour = (len(group.ids), len(hours)), np.array(hours)
    base = group.base[:, None]
    match group.kind:
        case "air":
            daily = _drift(world, day, hour, 0.35)
            values = base * _winter(day) * daily * rng.lognormal(0, 0.08, shape)
        case "fume":
            bursts = [one for one in happenings(world, day) if "油烟扰民" in one.minors]
            bad = {world.ground.street(name) for one in bursts for name in one.streets}
            rise = np.where(np.isin(group.streets, list(bad)), _FUME_BURST, 1.0)[:, None]
            meal = np.array([_KITCHEN[h] for h in hours])
            values = base * rise * meal * rng.lognormal(0, 0.22, shape)
        case "water":
            tide = 0.12 * np.sin(hour / 24 * 4 * np.pi + day.toordinal() * 0.85)
            values = base + tide + _rain(world, day) + rng.normal(0, 0.02, shape)
        case "road":
            rush = np.array(_RUSH) * min(1.1, day_factor(day))
            values = base / (1 + 0.75 * rush * rng.lognormal(0, 0.2, shape))
        case _:
            quiet = np.where((hour >= 22) | (hour < 6), -8.5, 0.0)
            values = base + quiet + rng.normal(0, 1.8, shape)
    return np.asarray(values, dtype=np.float64)


def air_factor(world: World, day: dt.date) -> float:
    """Return how bad the air is on a day, as a factor on what is normal for a station."""
    return _winter(day) * float(_drift(world, day, np.arange(24.0), 0.35).mean())


def _winter(day: dt.date) -> float:
    return float(1 + 0.55 * np.cos((day.timetuple().tm_yday - 15) / 365 * 2 * np.pi))


def _drift(world: World, day: dt.date, hour: Points, sigma: float) -> Points:
    """Return a factor that wanders from day to day without a step at midnight."""
    ends = [
        world.chance(_STREAM + 1, day + dt.timedelta(days=move)).normal(0, sigma) for move in (0, 1)
    ]
    return np.asarray(np.exp(np.interp(hour, [0, 24], ends)))


def _rain(world: World, day: dt.date) -> float:
    return sum(
        rise
        for ago, rise in enumerate(_RAIN_RISE)
        if any(one.kind == "rain" for one in happenings(world, day - dt.timedelta(days=ago)))
    )


def _freeze(world: World, day: dt.date, group: Devices, values: Points) -> None:
    """Let the device of the day's ``stuck_device`` say its first value all day."""
    for one in happenings(world, day):
        if one.kind == "stuck_device" and one.device in group.ids:
            row = group.ids.index(one.device)
            values[row] = values[row, 0]


def _tables(
    group: Devices, day: dt.date, hours: tuple[int, ...], values: Points
) -> list[pl.DataFrame]:
    metric, digits = {
        "air": ("pm25", 1), "fume": ("fume", 2), "water": ("water_level", 2),
        "road": ("speed", 1), "noise": ("noise", 1),
    }[group.kind]  # fmt: skip
    values = np.round(values, digits)
    tables = [_table(group, day, hours, metric, values)]
    if group.kind == "road":
        length, free = group.length_km[:, None], np.broadcast_to(group.base[:, None], values.shape)
        tables += [
            _table(group, day, hours, "free_speed", free),
            _table(group, day, hours[:1], "length", length),
        ]
    return tables


def _table(
    group: Devices, day: dt.date, hours: tuple[int, ...], metric: str, values: Points
) -> pl.DataFrame:
    count, width = len(group.ids), len(hours)
    return pl.DataFrame(
        {
            "device": np.repeat(np.array(group.ids), width),
            "metric": np.full(count * width, metric),
            "value": values.ravel(),
            "at": np.tile(midnight(day) + np.array(hours) * 3600, count),
            "lon": np.repeat(group.points[:, 0], width),
            "lat": np.repeat(group.points[:, 1], width),
        }
    )


def reading_rows(truth: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Return the Parquet export of what had arrived by a moment."""
    return truth.filter(pl.col("received") <= as_of).select(
        pl.col("device").alias("device_id"), "metric", "value",
        pl.from_epoch("at", time_unit="s").alias("collect_time"),
        pl.from_epoch("received", time_unit="s").alias("receive_time"), "lon", "lat",
    )  # fmt: skip


def soil_readings(
    frame: pl.DataFrame, rng: np.random.Generator
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the readings with sentinels, impossible values and repeated rows in some places."""
    size = frame.height
    each = round(size * _SHARE)
    if each == 0:
        return frame, {}
    free, values = rng.permutation(size), frame["value"].to_numpy().copy()
    values[free[:each]] = rng.choice(_SENTINELS, each)
    values[free[each : 2 * each]] = _OUT_OF_RANGE
    twice = free[2 * each : 3 * each]
    at = np.sort(np.concatenate([np.arange(size), twice]))
    done = frame.with_columns(value=pl.Series(values))[at]
    return done, {"sentinel": each, "out_of_range": each, "duplicate_row": each}
