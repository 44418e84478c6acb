"""Daily reports, activities and small registers: what units fill in by hand at the end of a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from etl.city.cases import numbers
from etl.city.dirt import Soil
from etl.city.rhythm import OFFICE, day_factor, times_of_day
from etl.city.world import World, midnight

_Numbers = npt.NDArray[np.number[Any]]
_REPORTS, _ACTIVITIES, _PLATFORM = 54, 55, 56
_PUBLISHED = 26 * 3600
_ACTIVITIES_A_DAY = 46.0
_SYSTEMS = (
    ("12345热线平台", 430), ("110警综平台", 230), ("智慧城管系统", 270), ("网格工作平台", 520),
    ("综治调解系统", 60), ("物联感知平台", 1900), ("雪亮视频平台", 130), ("120急救系统", 80),
)  # fmt: skip
REPORT_EXTRAS = ("网格数", "到位网格", "应在岗", "在岗", "走访户数", "意见条数", "宣传份数",
                 "重复行数", "拒收行数", "应到批次", "按时批次", "延迟分钟")  # fmt: skip

_ACTIVITY_KINDS = (
    # kind, share, outcomes, share of the first outcome
    ("党员服务", 0.5, ("已完成", "已取消"), 0.98), ("党员报到", 0.14, ("已报到", "已报到"), 1.0),
    ("居民议事", 0.1, ("已召开", "已召开"), 1.0),
    ("书记领办", 0.1, ("按期办结", "逾期办结"), 0.962),
    ("创文考察", 0.16, ("达标", "未达标"), 0.957),
)  # fmt: skip
_SUBJECTS = ("环境整治", "助老助困", "政策宣讲", "停车治理", "加装电梯", "垃圾分类")

_OF_THE_CITY = (
    # register, count at the beginning, growth a month
    ("接入诉求渠道", 9, 0.0), ("在线体征指标", 204, 0.5), ("功能模块", 19, 0.15),
    ("应用场景", 7, 0.1), ("启用账号", 6120, 14.0), ("对接系统", 23, 0.3), ("共享表单", 105, 0.8),
    ("共享数据项", 1620, 9.0), ("接入部门", 38, 0.0), ("网格事项清单", 334, 0.0),
    ("创文标准化事项", 1367, 0.0), ("周活账号", 4550, 11.0),
)  # fmt: skip
_START = dt.date(2025, 1, 1)


def reports_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return the reports about a day: waste and duty by street, deliveries by system."""
    rng, ground = world.chance(_REPORTS, day), world.ground
    size = len(ground.streets)
    grids = np.bincount(ground.street_of_grid, minlength=size)
    people = np.bincount(ground.street_of_community, ground.population, size)
    codes, names = zip(*ground.streets, strict=True)
    waste = people * 0.92 / 1000 * day_factor(day, restless=True) * rng.normal(1, 0.04, size)
    due = np.round(grids * 1.05).astype(np.int64)
    visits = rng.poisson(grids * 2.4 * day_factor(day))
    duty = {
        "网格数": grids, "到位网格": rng.binomial(grids, 0.9965), "应在岗": due,
        "在岗": rng.binomial(due, 0.968), "走访户数": visits,
        "意见条数": rng.binomial(visits, 0.09), "宣传份数": rng.poisson(grids * 3.1),
    }  # fmt: skip
    frame = pl.concat(
        [
            _report("垃圾清运", [name + "环卫所" for name in names], codes, waste.round(2)),
            _report("网格在岗", [name + "网格办" for name in names], codes, duty["在岗"], **duty),
            _deliveries(world, rng),
        ],
        how="diagonal",
    )
    missing = [name for name in REPORT_EXTRAS if name not in frame.columns]
    return frame.with_columns(
        *(pl.lit("").alias(name) for name in missing),
        day=pl.lit(day.isoformat()), published=pl.lit(midnight(day) + _PUBLISHED, dtype=pl.Int64),
    )  # fmt: skip


def _report(
    kind: str, units: list[str], codes: tuple[str, ...], value: _Numbers, **more: _Numbers
) -> pl.DataFrame:
    columns = {name: pl.Series(values).cast(pl.String) for name, values in more.items()}
    return pl.DataFrame({"kind": [kind] * len(units), "unit": units, "code": list(codes),
                         "value": pl.Series(value).cast(pl.String), **columns})  # fmt: skip


def _deliveries(world: World, rng: np.random.Generator) -> pl.DataFrame:
    units = [name for name, _ in _SYSTEMS]
    rows = rng.poisson([usual * world.scale + 1 for _, usual in _SYSTEMS])
    batches = np.full(len(units), 96)
    return _report(
        "数据接入", units, (world.ground.root,) * len(units), rows,
        重复行数=rng.binomial(rows, 0.011), 拒收行数=rng.binomial(rows, 0.002), 应到批次=batches,
        按时批次=rng.binomial(batches, 0.9945),
        延迟分钟=np.clip(5 * rng.lognormal(0, 0.5, len(units)), 1, 55).round(1),
    )  # fmt: skip


def report_rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:  # noqa: ARG001
    """Return the reports handed in by a moment."""
    return truth.filter(pl.col("published") <= as_of).select(
        pl.col("day").alias("日期"), pl.col("kind").alias("报表"), pl.col("unit").alias("填报单位"),
        pl.col("code").alias("区划编码"), pl.col("value").alias("主数"),
        *(pl.col(name).fill_null("") for name in REPORT_EXTRAS),
    )  # fmt: skip


def activities_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return what party members, residents and inspectors did together on a day."""
    rng = world.chance(_ACTIVITIES, day)
    size = int(rng.poisson(_ACTIVITIES_A_DAY * world.scale))
    at = midnight(day) + times_of_day(size, OFFICE, rng)
    share = np.array([one for _, one, _, _ in _ACTIVITY_KINDS])
    kind = rng.choice(len(_ACTIVITY_KINDS), size, p=share / share.sum())
    good = rng.random(size) < np.array([one for *_, one in _ACTIVITY_KINDS])[kind]
    return pl.DataFrame(
        {
            "number": numbers("HD", day, size), "at": at,
            "ended": at + rng.integers(1800, 9000, size), "kind": kind, "good": good,
            "grid": rng.choice(len(world.ground.grids), size, p=world.ground.weight),
            "subject": rng.integers(0, len(_SUBJECTS), size),
            "person": rng.integers(1, 3000, size),
        }
    )  # fmt: skip


def activity_rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Return the activities that were over by a moment."""
    frame = truth.filter(pl.col("ended") <= as_of)
    kinds = pl.Series([one[0] for one in _ACTIVITY_KINDS]).gather(frame["kind"])
    outcomes = [pl.Series([one[2][part] for one in _ACTIVITY_KINDS]).gather(frame["kind"])
                for part in (0, 1)]  # fmt: skip
    iso = "%Y-%m-%dT%H:%M:%S"
    return frame.select(
        pl.col("number").alias("activityNo"), kinds.alias("activityType"),
        pl.from_epoch(pl.col("at"), time_unit="s").dt.strftime(iso).alias("startTime"),
        pl.from_epoch(pl.col("ended"), time_unit="s").dt.strftime(iso).alias("endTime"),
        pl.Series(_SUBJECTS, dtype=pl.String).gather(frame["subject"]).alias("subject"),
        pl.when("good").then(outcomes[0]).otherwise(outcomes[1]).alias("result"),
        ("DY" + pl.col("person").cast(pl.String).str.zfill(5)).alias("person"),
        pl.Series(world.ground.grids, dtype=pl.String).gather(frame["grid"]).alias("gridCode"),
    )  # fmt: skip


def platform_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return the small registers: those of the city every day, those of streets on Mondays."""
    ground = world.ground
    months = (day - _START).days / 30.4
    rows = [
        (register, ground.root, "", int(start + growth * months))
        for register, start, growth in _OF_THE_CITY
    ]
    if day.weekday() == 0:
        rows += _of_streets(world, months)
    schema = {"register": pl.String, "code": pl.String, "name": pl.String, "count": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(
        day=pl.lit(day.isoformat()), published=pl.lit(midnight(day) + 6 * 3600, dtype=pl.Int64)
    )


def _of_streets(world: World, months: float) -> list[tuple[str, str, str, int]]:
    ground = world.ground
    fixed = np.random.default_rng([world.seed, _PLATFORM])
    size = len(ground.streets)
    grids = np.bincount(ground.street_of_grid, minlength=size)
    communities = np.bincount(ground.street_of_community, minlength=size)
    people = np.bincount(ground.street_of_community, ground.population, size)
    land = fixed.uniform(0.6, 1.6, size)
    columns = {
        "基础网格": grids, "建有党组织网格": grids - fixed.binomial(grids, 0.004),
        "指挥中心与服务站": communities + 1, "组织架构节点": grids + communities + 22,
        "部门网格": fixed.integers(12, 31, size), "可调度终端": np.round(grids * 1.3 + months),
        "兼职网格员": np.round(grids * 3.4), "联合执法队员": fixed.integers(40, 130, size),
        "下沉干部": np.round(communities * 2.6), "广场舞点位": np.round(people / 1500) + 12,
        "辖区面积公顷": np.round(99_900 * land / land.sum()),
    }  # fmt: skip
    rows = [
        (register, code, name, int(count))
        for register, counts in columns.items()
        for (code, name), count in zip(ground.streets, counts, strict=True)
    ]
    return [*rows, ("指挥中心与服务站", ground.root, "", 1)]


def platform_rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:  # noqa: ARG001
    """Return the small registers published by a moment."""
    return truth.filter(pl.col("published") <= as_of).select(
        pl.col("day").alias("统计日期"), pl.col("register").alias("台账"),
        pl.col("code").alias("区划编码"), pl.col("name").alias("区划名称"),
        pl.col("count").cast(pl.String).alias("数量"),
    )  # fmt: skip


SOILS = {
    "daily_reports": Soil(code="区划编码", count=("主数", "-1")),
    "community_activities": Soil("activityNo", "startTime", code="gridCode"),
    "platform_registers": Soil(),
}
