"""Police incidents and petitions: fewer every year, and how their systems print them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from etl.city.cases import numbers
from etl.city.dirt import Soil
from etl.city.mesh import Labels
from etl.city.rhythm import EVENING, OFFICE, day_factor, times_of_day
from etl.city.world import World, midnight

_INCIDENTS, _PETITIONS = 52, 53
_A_DAY = {_INCIDENTS: 110.0, _PETITIONS: 14.0}
_YEARLY_DECLINE = 0.84
_REFERENCE = dt.date(2026, 1, 1)
_DASHED, _SLASHED = "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M"
_HOUR, _DAY = 3600, 86_400

_CLASSES = (
    # class, detail, share, share that is filed as a case
    ("刑事", "盗窃", 0.05, 0.62), ("刑事", "电信网络诈骗", 0.035, 0.8), ("刑事", "伤害", 0.01, 0.7),
    ("治安", "殴打他人", 0.07, 0.35), ("治安", "赌博", 0.02, 0.6), ("治安", "扰乱秩序", 0.045, 0.3),
    ("交通", "交通事故", 0.26, 0.0), ("纠纷", "纠纷调解", 0.14, 0.0),
    ("求助", "群众求助", 0.12, 0.0),
    ("非警务", "城市管理", 0.11, 0.0), ("非警务", "咨询投诉", 0.1, 0.0),
    ("无效", "误拨骚扰", 0.04, 0.0),
)  # fmt: skip
_MATTERS = ("城乡建设", "劳动社保", "征地拆迁", "涉法涉诉", "教育医疗", "其他")
_FORMS = ("网信", "来信", "来访")


def _rhythm(world: World, stream: int, day: dt.date, rng: np.random.Generator) -> int:
    decline = _YEARLY_DECLINE ** ((day - _REFERENCE).days / 365)
    restless = stream == _INCIDENTS
    return int(rng.poisson(_A_DAY[stream] * world.scale * decline
                           * day_factor(day, restless=restless)))  # fmt: skip


def _clock(name: str, form: str) -> pl.Expr:
    return pl.from_epoch(pl.col(name), time_unit="s").dt.strftime(form).fill_null("")


def incidents_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return the calls the police took on a day."""
    rng = world.chance(_INCIDENTS, day)
    size = _rhythm(world, _INCIDENTS, day, rng)
    at = midnight(day) + times_of_day(size, EVENING, rng)
    share = np.array([one for *_, one, _ in _CLASSES])
    kind = rng.choice(len(_CLASSES), size, p=share / share.sum())
    minutes = np.clip(6.5 * rng.lognormal(0, 0.5, size), 1, 90).round(1)
    ground = world.ground
    grids = rng.choice(len(ground.grids), size, p=ground.weight)
    loss = np.where(kind == 1, 2.4 * rng.lognormal(0, 0.9, size), 0).round(2)
    return pl.DataFrame(
        {
            "number": numbers("JQ", day, size), "at": at, "kind": kind, "minutes": minutes,
            "ended": at + (minutes * 60 + rng.uniform(15, 120, size) * 60).astype(np.int64),
            "filed": rng.random(size) < np.array([one for *_, one in _CLASSES])[kind],
            "loss": loss, "community": ground.community_of_grid[grids],
        }
    )  # fmt: skip


def incident_rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Return the incidents that were over by a moment."""
    frame = truth.filter(pl.col("ended") <= as_of)
    words = [pl.Series([one[part] for one in _CLASSES], dtype=pl.String).gather(frame["kind"])
             for part in (0, 1)]  # fmt: skip
    ground = world.ground
    code = pl.Series([code for code, _ in ground.communities]).gather(frame["community"])
    street = pl.Series(ground.street_of_community).gather(frame["community"])
    station = pl.Series([name.removesuffix("街道").removesuffix("镇") + "派出所"
                         for _, name in ground.streets]).gather(street)  # fmt: skip
    result = pl.when("filed").then(pl.lit("立案")).otherwise(pl.lit("当场处置"))
    return frame.select(
        pl.col("number").alias("接警编号"), _clock("at", _DASHED).alias("接警时间"),
        _clock("ended", _DASHED).alias("处警结束时间"), words[0].alias("警情类别"),
        words[1].alias("警情细类"), result.alias("处理结果"), station.alias("出警单位"),
        pl.col("minutes").cast(pl.String).alias("到场分钟"),
        pl.col("loss").cast(pl.String).alias("损失万元"), code.alias("村社编码"),
        (words[1] + "警情").alias("警情简述"),
    )  # fmt: skip


def petitions_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return the petitions registered on a day and when each was replied to."""
    rng = world.chance(_PETITIONS, day)
    size = _rhythm(world, _PETITIONS, day, rng)
    at = midnight(day) + times_of_day(size, OFFICE, rng)
    days = np.clip(22 * rng.lognormal(0, 0.45, size), 1, 85)
    weight: Labels = np.asarray(
        np.bincount(world.ground.street_of_grid, world.ground.weight, len(world.ground.streets))
    )
    return pl.DataFrame(
        {
            "number": numbers("XF", day, size), "at": at,
            "replied": at + (days * _DAY).astype(np.int64),
            "street": rng.choice(len(weight), size, p=weight / weight.sum()),
            "matter": rng.integers(0, len(_MATTERS), size),
            "form": rng.choice(3, size, p=[0.62, 0.13, 0.25]), "again": rng.random(size) < 0.17,
        }
    )  # fmt: skip


def petition_rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Return the petitions known at a moment, with the reply where there is one."""
    replied = pl.when(pl.col("replied") <= as_of).then(pl.col("replied"))
    frame = truth.filter(pl.col("at") <= as_of).with_columns(
        replied=replied, limit=pl.col("at") + 60 * _DAY
    )
    matter = pl.Series(_MATTERS, dtype=pl.String).gather(frame["matter"])
    done = pl.col("replied").is_not_null()
    code = pl.Series([code for code, _ in world.ground.streets]).gather(frame["street"])
    return frame.with_columns(updated=pl.max_horizontal("at", "replied")).select(
        pl.col("number").alias("登记编号"), _clock("at", _SLASHED).alias("登记时间"),
        _clock("replied", _SLASHED).alias("答复时间"), _clock("limit", _SLASHED).alias("答复期限"),
        _clock("updated", _SLASHED).alias("更新时间"),
        pl.Series(_FORMS, dtype=pl.String).gather(frame["form"]).alias("信访形式"),
        matter.alias("事项类别"),
        pl.when(done).then(pl.lit("已答复")).otherwise(pl.lit("办理中")).alias("办理状态"),
        pl.when("again").then(pl.lit("是")).otherwise(pl.lit("否")).alias("是否重复"),
        code.alias("镇街编码"), (matter + "类信访事项").alias("内容摘要"),
    )  # fmt: skip


SOILS = {
    "police_incidents": Soil("接警编号", "接警时间", code="村社编码", count=("到场分钟", "-5")),
    "petitions": Soil("登记编号", "登记时间", code="镇街编码"),
}
LONGEST_PETITION_DAYS = 90
