"""Things that happen once: calls, patrols, alarms, emergencies; and how they are printed."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from etl.city.cases import numbers
from etl.city.devices import devices
from etl.city.dirt import Soil
from etl.city.mesh import Labels, Points
from etl.city.rhythm import FLAT, KITCHEN, OFFICE, SHIFT, day_factor, times_of_day
from etl.city.world import World, midnight

_DASHED, _ISO = "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"
_CALLS, _PATROLS, _ALARMS, _EMERGENCIES = 31, 32, 33, 34
_A_DAY = {_CALLS: 600, _PATROLS: 300, _ALARMS: 60, _EMERGENCIES: 8}

_ALARM_KINDS = (
    # device kind, alarm, unit in charge, usual peak
    ("fume", "油烟超标", "区综合行政执法局", 2.6),
    ("power", "用电异常", "区消防救援大队", 320.0),
    ("water", "水位超警", "区农业农村局", 4.2),
)
_ALARM_SHARE = (0.5, 0.42, 0.08)
_EMERGENCY_KINDS = ("群体聚集", "道路险情", "火情", "人员救助", "治安纠纷", "管网泄漏")
_EMERGENCY_UNITS = ("区公安分局", "区公安交警大队", "区消防救援大队", "区应急管理局",
                    "区公安分局", "区水务集团")  # fmt: skip


def _moments(
    world: World, stream: int, day: dt.date, hours: tuple[int, ...], *, restless: bool = False
) -> tuple[Labels, np.random.Generator]:
    rng = world.chance(stream, day)
    usual = _A_DAY[stream] * world.scale * day_factor(day, restless=restless)
    return midnight(day) + times_of_day(int(rng.poisson(usual)), hours, rng), rng


def _clock(name: str, form: str) -> pl.Expr:
    return pl.from_epoch(pl.col(name), time_unit="s").dt.strftime(form).fill_null("")


def calls_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return the hotline's calls of a day."""
    at, rng = _moments(world, _CALLS, day, OFFICE)
    size = len(at)
    answered = rng.random(size) < 0.972
    wait = np.where(answered, 7 * rng.lognormal(0, 0.75, size), 45 * rng.lognormal(0, 0.6, size))
    wait = np.clip(wait, 1, 900).astype(np.int64)
    talk = np.where(answered, 140 * rng.lognormal(0, 0.6, size), 0).astype(np.int64)
    outcome = np.searchsorted([0.6, 0.92], rng.random(size), side="right")
    return pl.DataFrame(
        {
            "number": numbers("TH", day, size), "at": at, "ended": at + wait + talk, "wait": wait,
            "answered": answered, "outcome": np.where(answered, outcome, 3),
            "caller": 11_000_000 + np.where(rng.random(size) < 0.06, rng.integers(0, 400, size),
                                            rng.integers(400, 400_000, size)),
            "seat": rng.integers(1, 7, size),
        }
    )  # fmt: skip


def call_rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:  # noqa: ARG001
    """Return the call log: calls that had ended by a moment."""
    words = pl.Series(["直接答复", "转派工单", "无效来电", "放弃"])
    frame = truth.filter(pl.col("ended") <= as_of)
    return frame.select(
        pl.col("number").alias("通话编号"), _clock("at", _DASHED).alias("呼入时间"),
        _clock("ended", _DASHED).alias("结束时间"),
        ("T" + pl.col("caller").cast(pl.String).str.zfill(9)).alias("主叫标识"),
        pl.col("wait").cast(pl.String).alias("等待秒数"),
        pl.when("answered").then(pl.lit("接通")).otherwise(pl.lit("未接通")).alias("接通结果"),
        words.gather(frame["outcome"]).alias("处理方式"),
        ("坐席" + pl.col("seat").cast(pl.String) + "组").alias("坐席组"),
    )  # fmt: skip


def patrols_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return the rounds of grid workers on a day."""
    at, rng = _moments(world, _PATROLS, day, SHIFT)
    size, grids = len(at), len(world.ground.grids)
    return pl.DataFrame(
        {
            "number": numbers("XC", day, size), "at": at,
            "ended": at + (rng.uniform(25, 110, size) * 60).astype(np.int64),
            "grid": rng.integers(0, grids, size),
            "km": np.round(np.clip(2.3 * rng.lognormal(0, 0.4, size), 0.3, 12), 2),
            "kind": np.searchsorted([0.7, 0.88], rng.random(size), side="right"),
            "found": rng.random(size) < 0.13,
        }
    )  # fmt: skip


def patrol_log_rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Return the log of rounds that had ended by a moment."""
    frame = truth.filter(pl.col("ended") <= as_of)
    code = pl.Series(world.ground.grids, dtype=pl.String).gather(frame["grid"])
    kinds = pl.Series(["日常巡查", "专项巡查", "夜间巡查"])
    return frame.select(
        pl.col("number").alias("patrolNo"), _clock("at", _ISO).alias("startTime"),
        _clock("ended", _ISO).alias("endTime"), code.alias("gridCode"),
        ("W" + code.str.slice(6)).alias("workerId"),
        pl.col("km").cast(pl.String).alias("distanceKm"),
        kinds.gather(frame["kind"]).alias("patrolType"),
        pl.when("found").then(pl.lit("发现问题")).otherwise(pl.lit("正常")).alias("result"),
    )  # fmt: skip


def alarms_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return the alarms of a day, with their handling."""
    at, rng = _moments(world, _ALARMS, day, KITCHEN, restless=True)
    size = len(at)
    kind = rng.choice(len(_ALARM_KINDS), size, p=_ALARM_SHARE)
    number, point = np.zeros(size, dtype=np.int64), np.zeros((size, 2))
    for place, (group, *_) in enumerate(_ALARM_KINDS):
        mine = kind == place
        one = devices(world, group)
        picked = rng.integers(0, len(one.ids), int(mine.sum()))
        number[mine], point[mine] = picked, one.points[picked]
    handled = at + (26 * 60 * rng.lognormal(0, 0.75, size)).astype(np.int64)
    peak = np.array([usual for *_, usual in _ALARM_KINDS])[kind] * rng.lognormal(0, 0.2, size)
    return pl.DataFrame(
        {
            "number": numbers("BJ", day, size), "at": at, "handled": handled, "kind": kind,
            "device": number, "lon": point[:, 0], "lat": point[:, 1], "peak": np.round(peak, 2),
            "real": rng.random(size) < 0.84,
        }
    )  # fmt: skip


def alarm_rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Return the alarms raised by a moment, with their handling where it is done."""
    handled = pl.when(pl.col("handled") <= as_of).then(pl.col("handled"))
    frame = truth.filter(pl.col("at") <= as_of).with_columns(handled=handled)
    names = [devices(world, group).ids for group, *_ in _ALARM_KINDS]
    ids = [names[kind][device] for kind, device in frame.select("kind", "device").iter_rows()]
    verdict = pl.when("real").then(pl.lit("属实")).otherwise(pl.lit("误报"))
    kinds = pl.Series([kind for _, kind, *_ in _ALARM_KINDS]).gather(frame["kind"])
    return frame.with_columns(updated=pl.max_horizontal("at", "handled")).select(
        pl.col("number").alias("alarmNo"), _clock("at", _ISO).alias("alarmTime"),
        _clock("handled", _ISO).alias("handleTime"), _clock("updated", _ISO).alias("updateTime"),
        pl.Series("deviceId", ids, dtype=pl.String), kinds.alias("alarmType"),
        pl.Series([unit for *_, unit, _ in _ALARM_KINDS]).gather(frame["kind"])
        .alias("handleUnit"),
        pl.when(pl.col("handled").is_not_null()).then(verdict).otherwise(pl.lit(""))
        .alias("verdict"),
        pl.col("peak").cast(pl.String).alias("peakValue"),
        pl.col("lon").cast(pl.String), pl.col("lat").cast(pl.String),
        (kinds + "报警").alias("description"),
    )  # fmt: skip


def emergencies_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return the emergencies of a day with three clocks: start, arrival, reinforcement."""
    at, rng = _moments(world, _EMERGENCIES, day, FLAT, restless=True)
    size = len(at)
    share = np.bincount(world.ground.street_of_grid, world.ground.weight, len(world.ground.streets))
    grids = world.pick_grids(rng.choice(len(share), size, p=share / share.sum()), rng)
    points = world.ground.addresses[grids, rng.integers(0, 4, size)]
    frame = pl.DataFrame(
        {
            "number": numbers("YJ", day, size), "at": at,
            "ended": at + (rng.uniform(20, 150, size) * 60).astype(np.int64),
            "kind": rng.integers(0, len(_EMERGENCY_KINDS), size),
            "start": _clipped(17, 0.33, 600, size, rng),
            "arrive": _clipped(360, 0.27, 3600, size, rng),
            "reinforce": np.where(rng.random(size) < 0.4, _clipped(620, 0.25, 5400, size, rng), 0),
            "lon": points[:, 0], "lat": points[:, 1],
        }
    )  # fmt: skip
    return frame.with_columns(
        (pl.col("at") + pl.col(name)).alias(f"{name}_at")
        for name in ("start", "arrive", "reinforce")
    )


def _clipped(
    median: float, sigma: float, longest: int, size: int, rng: np.random.Generator
) -> Labels:
    values: Points = median * rng.lognormal(0, sigma, size)
    return np.asarray(np.clip(values, 1, longest).astype(np.int64))


def emergency_rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:  # noqa: ARG001
    """Return the emergencies known at a moment; a clock stays empty until it has stopped."""
    ended = pl.when(pl.col("ended") <= as_of).then(pl.col("ended"))
    frame = truth.filter(pl.col("at") + pl.col("start") <= as_of).with_columns(ended=ended)

    def stopped(name: str) -> pl.Expr:
        done = (pl.col(name) > 0) & (pl.col("at") + pl.col(name) <= as_of)
        return pl.when(done).then(pl.col(name).cast(pl.String)).otherwise(pl.lit(""))

    kinds = pl.Series(_EMERGENCY_KINDS).gather(frame["kind"])
    over = pl.col("ended").is_not_null()
    last = pl.max_horizontal(
        pl.col("at"), "ended",
        *(pl.when(pl.col(name) <= as_of).then(pl.col(name))
          for name in ("start_at", "arrive_at", "reinforce_at")),
    )  # fmt: skip
    return frame.with_columns(updated=last).select(
        pl.col("number").alias("事件编号"), _clock("at", _DASHED).alias("接报时间"),
        _clock("ended", _DASHED).alias("处置结束时间"),
        _clock("updated", _DASHED).alias("更新时间"), kinds.alias("事件类别"),
        pl.Series(_EMERGENCY_UNITS).gather(frame["kind"]).alias("处置单位"),
        pl.when(over).then(pl.lit("已处置")).otherwise(pl.lit("处置中")).alias("处置结果"),
        stopped("start").alias("响应秒数"), stopped("arrive").alias("arrive_s"),
        stopped("reinforce").alias("reinforce_s"),
        pl.col("lon").cast(pl.String).alias("经度"), pl.col("lat").cast(pl.String).alias("纬度"),
        (kinds + "事件处置").alias("事件简述"),
    )  # fmt: skip


SOILS = {
    "hotline_calls": Soil("通话编号", "呼入时间", count=("等待秒数", "86400")),
    "patrols": Soil("patrolNo", "startTime", code="gridCode", count=("distanceKm", "880.5")),
    "iot_alarms": Soil("alarmNo", "alarmTime", point=("lon", "lat")),
    "emergency": Soil("事件编号", "接报时间", point=("经度", "纬度")),
}
