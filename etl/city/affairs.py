"""Matters with a promised time: government services, enterprise appeals, visits, relief."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.city.cases import NEVER, numbers
from etl.city.dirt import Soil
from etl.city.rhythm import OFFICE, SHIFT, day_factor, times_of_day
from etl.city.world import World, midnight

_STREAM = 72
_HOUR = 3600
_FORM = "%Y-%m-%d %H:%M:%S"
MOMENTS = ("received", "closed", "visited")


@dataclass(frozen=True)
class Matter:
    """One class of matters.

    Attributes:
        kind: what it is.
        minor: class within the kind.
        channel: entrance.
        unit: who handles it.
        a_day: matters on a plain day at scale 1.
        hours: weight of every hour.
        limit_h: time promised, hours.
        median_h: usual time taken, hours.
        on_time: share done within the time promised.
        rated: share that is rated afterwards.
        pleased: share of ratings that are good.
    """

    kind: str
    minor: str
    channel: str
    unit: str
    a_day: float
    hours: tuple[int, ...]
    limit_h: float
    median_h: float
    on_time: float
    rated: float = 0.0
    pleased: float = 1.0


_HALL = "区行政审批服务局"
MATTERS = (
    Matter("政务办件", "不动产登记", "窗口", _HALL, 12, OFFICE, 72, 6, 0.998, 0.5, 0.995),
    Matter("政务办件", "社会保险", "网上", _HALL, 18, OFFICE, 48, 3, 0.998, 0.5, 0.996),
    Matter("政务办件", "营业执照", "网上", _HALL, 9, OFFICE, 24, 2.6, 0.999, 0.5, 0.996),
    Matter("政务办件", "户籍办理", "窗口", _HALL, 10, OFFICE, 24, 1, 0.999, 0.5, 0.996),
    Matter("企业诉求", "政策兑现", "企业网格", "区经济和信息化局", 3, OFFICE, 120, 46, 0.988),
    Matter("企业诉求", "用工用地", "营商专线", "区经济和信息化局", 3, OFFICE, 168, 60, 0.984),
    Matter("走访任务", "重点人群走访", "走访系统", "区民政局", 24, SHIFT, 168, 50, 0.996),
    Matter("临时救助", "临时救助", "镇街受理", "区民政局", 2, OFFICE, 240, 90, 0.998),
)


def affairs_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return the matters taken in on a day, with everything that becomes of them."""
    frames = [_of_matter(world, day, number) for number in range(len(MATTERS))]
    frame = pl.concat(frames).sort("received", "matter")
    return frame.with_columns(case_no=numbers("ZW", day, frame.height))


def _of_matter(world: World, day: dt.date, number: int) -> pl.DataFrame:
    one, ground = MATTERS[number], world.ground
    rng = np.random.default_rng([world.seed, _STREAM, day.toordinal(), number])
    size = int(rng.poisson(one.a_day * world.scale * day_factor(day)))
    received = midnight(day) + times_of_day(size, one.hours, rng)
    limit = one.limit_h * _HOUR
    took = np.minimum(one.median_h * _HOUR * rng.lognormal(0, 0.6, size), 0.95 * limit)
    late = rng.random(size) >= one.on_time
    took = np.where(late, limit * (1.05 + rng.exponential(0.3, size)), took)
    closed = received + took.astype(np.int64)
    visited = closed + rng.integers(600, 20 * _HOUR, size)
    grids = rng.choice(len(ground.grids), size, p=ground.weight)
    return pl.DataFrame(
        {
            "matter": np.full(size, number, dtype=np.int64), "received": received,
            "closed": closed, "due": received + int(limit),
            "visited": np.where(rng.random(size) < one.rated, visited, NEVER),
            "community": ground.community_of_grid[grids].astype(np.int64),
            "mood": rng.random(size),
            "minutes": np.clip(14 * rng.lognormal(0, 0.6, size), 2, 240).astype(np.int64),
        }
    )  # fmt: skip


def affair_rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Return the matters as the platform knew them at a moment."""
    frame = truth.filter(pl.col("received") <= as_of).with_columns(
        pl.when(pl.col(name) <= as_of).then(pl.col(name)).alias(name) for name in MOMENTS
    )
    frame = frame.with_columns(updated=pl.max_horizontal(MOMENTS))
    codes = pl.Series([code for code, _ in world.ground.communities], dtype=pl.String)
    pleased = pl.Series([one.pleased for one in MATTERS]).gather(frame["matter"])
    rating = (
        pl.when(pl.col("visited").is_null()).then(pl.lit(""))
        .when(pl.col("mood") < 0.8 * pleased).then(pl.lit("非常满意"))
        .when(pl.col("mood") < 0.96 * pleased).then(pl.lit("满意"))
        .when(pl.col("mood") < pleased).then(pl.lit("基本满意"))
        .otherwise(pl.lit("不满意"))
    )  # fmt: skip
    done = pl.col("closed").is_not_null()
    return frame.select(
        pl.col("case_no").alias("办件编号"),
        *(_clock(name).alias(column) for column, name in (
            ("申请时间", "received"), ("办结时间", "closed"), ("评价时间", "visited"),
            ("承诺时限", "due"), ("更新时间", "updated"),
        )),
        *(pl.Series(column, [getattr(one, name) for one in MATTERS], dtype=pl.String)
          .gather(frame["matter"]) for column, name in (
            ("事项类型", "kind"), ("业务类别", "minor"), ("渠道", "channel"), ("承办单位", "unit"),
        )),
        pl.when(done).then(pl.lit("已办结")).otherwise(pl.lit("办理中")).alias("办理状态"),
        rating.alias("评价"),
        pl.when(done).then(pl.col("minutes").cast(pl.String)).otherwise(pl.lit(""))
        .alias("handle_min"),
        codes.gather(frame["community"]).alias("村社编码"),
    )  # fmt: skip


def _clock(name: str) -> pl.Expr:
    return pl.from_epoch(pl.col(name), time_unit="s").dt.strftime(_FORM).fill_null("")


SOIL = Soil("办件编号", "申请时间", code="村社编码")
