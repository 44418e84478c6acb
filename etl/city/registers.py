"""Stocks at a date: people, houses, enterprises, grid workers, devices."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from etl.city.dirt import Soil
from etl.city.world import World, midnight

_REGISTERS, _STATUS = 41, 42
_PUBLISHED = 2 * 3600
_START = dt.date(2025, 1, 1)
_HOUSEHOLD, _OTHERS = 2.55, 0.34
_DEVICE_CLASSES = (
    ("视频监控", 520.0, 0.967),
    ("物联感知", 46.0, 0.972),
    ("移动终端", 105.0, 0.958),
)


def registers_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return the registers as they stood on the first of a month; nothing on other days."""
    if day.day != 1:
        return _register_frame(day, [])
    ground = world.ground
    fixed = np.random.default_rng([world.seed, _REGISTERS])
    floating_share = fixed.uniform(0.15, 0.6, len(ground.communities))
    rented_share = fixed.uniform(0.1, 0.4, len(ground.communities))
    firms_share = fixed.lognormal(-2.6, 0.5, len(ground.communities))
    months = (day.year - _START.year) * 12 + day.month - _START.month
    people = ground.population * 1.0012**months
    houses = people / _HOUSEHOLD * (1 + _OTHERS)
    columns = (
        ("常住人口", "常住", people),
        ("流动人口", "流动", people * floating_share * (1 - 0.12 * (day.month == 2))),
        ("房屋", "自住", houses * (1 - rented_share)),
        ("房屋", "出租", houses * rented_share),
        ("企业", "在册", people * firms_share * 1.004**months),
    )
    rows = [
        (register, kind, code, name, round(float(value)))
        for register, kind, values in columns
        for (code, name), value in zip(ground.communities, values, strict=True)
    ]
    grids = np.bincount(ground.street_of_grid, minlength=len(ground.streets))
    workers = np.round(grids * 1.08 + months // 4)
    rows += [
        ("专职网格员", "在岗", code, name, int(count))
        for (code, name), count in zip(ground.streets, workers, strict=True)
    ]
    return _register_frame(day, rows)


def _register_frame(day: dt.date, rows: list[tuple[str, str, str, str, int]]) -> pl.DataFrame:
    schema = {"register": pl.String, "kind": pl.String, "code": pl.String, "name": pl.String,
              "count": pl.Int64}  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(
        day=pl.lit(day.isoformat()), published=pl.lit(midnight(day) + _PUBLISHED, dtype=pl.Int64)
    )


def register_rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:  # noqa: ARG001
    """Return the registers published by a moment."""
    return truth.filter(pl.col("published") <= as_of).select(
        pl.col("day").alias("统计日期"), pl.col("register").alias("台账"),
        pl.col("kind").alias("类别"), pl.col("code").alias("区划编码"),
        pl.col("name").alias("区划名称"), pl.col("count").cast(pl.String).alias("数量"),
    )  # fmt: skip


def with_total(
    frame: pl.DataFrame,
    rng: np.random.Generator,  # noqa: ARG001 - the shape of a soiler
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the register with the totals row that people put under it."""
    if frame.is_empty():
        return frame, {}
    total = round(frame["数量"].cast(pl.Float64).sum())
    last = dict.fromkeys(frame.columns, "") | {frame.columns[0]: "合计", "数量": str(total)}
    return pl.concat([frame, pl.DataFrame([last])]), {"totals_row": 1}


def device_status_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return devices connected and online by street and class at the start of a day."""
    rng, ground = world.chance(_STATUS, day), world.ground
    weight = np.bincount(ground.street_of_grid, ground.weight, len(ground.streets))
    weight = weight * len(weight)
    rows: list[tuple[str, str, str, str, int]] = []
    for kind, usual, share in _DEVICE_CLASSES:
        total = np.maximum(3, np.round(usual * weight)).astype(np.int64)
        online = rng.binomial(total, np.clip(share + rng.normal(0, 0.008), 0.9, 0.995))
        for item, counts in (("接入", total), ("在线", online)):
            rows += [
                (item, kind, code, name, int(count))
                for (code, name), count in zip(ground.streets, counts, strict=True)
            ]
    return _register_frame(day, rows)


def device_status_rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:  # noqa: ARG001
    """Return the device counts published by a moment."""
    return truth.filter(pl.col("published") <= as_of).select(
        pl.col("day").alias("日期"), pl.col("register").alias("项目"),
        pl.col("kind").alias("设备类别"), pl.col("code").alias("镇街编码"),
        pl.col("name").alias("镇街名称"), pl.col("count").cast(pl.String).alias("数量"),
    )  # fmt: skip


STATUS_SOIL = Soil(code="镇街编码", count=("数量", "-1"))
