"""Registers that departments keep and send in monthly: components, care, services, economy.

One table says everything about a register; a further one is one more row of it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from etl.city.mesh import Points
from etl.city.world import World, midnight

_STREAM = 74
_PUBLISHED = 3 * 3600
_START = dt.date(2025, 1, 1)


@dataclass(frozen=True)
class Register:
    """One register.

    Attributes:
        name: what the file calls it.
        kind: class within the register.
        places: what it is kept for.
        total: of the whole district at the beginning of 2025.
        growth: share by which it grows a month.
        spread: how unevenly it lies over the places.
        digits: decimals.
        of: name and kind of the register it is a share of, as one text; its total is the share.
        is_year_to_date: whether it counts from January on.
    """

    name: str
    kind: str
    places: Literal["community", "street", "district"]
    total: float
    growth: float = 0.0
    spread: float = 0.15
    digits: int = 0
    of: str = ""
    is_year_to_date: bool = False


REGISTERS = (
    Register("城市部件", "在册", "community", 586_000, 0.002, 0.3),
    Register("城市部件", "完好", "community", 0.987, of="城市部件在册"),
    Register("重点服务人群", "九类", "community", 61_000, 0.001, 0.25),
    Register("六十岁以上人口", "常住", "community", 352_000, 0.002, 0.12),
    Register("独居老人", "在册", "street", 9_800, 0.003, 0.2),
    Register("低保对象", "在保", "street", 7_600, -0.002, 0.25),
    Register("登记失业人员", "期末", "street", 11_400, -0.001, 0.2),
    Register("就业困难人员", "认定", "street", 2_900, 0.0, 0.2),
    Register("就业困难人员", "已帮扶", "street", 0.955, of="就业困难人员认定"),
    Register("人才", "在库", "street", 386_000, 0.006, 0.3),
    Register("标准地址", "有效", "street", 912_000, 0.002, 0.1),
    Register("危险房屋", "CD级未处置", "street", 34, -0.02, 0.5),
    Register("智慧社区", "建成", "street", 212, 0.012, 0.3),
    Register("下沉窗口", "镇街", "street", 268, 0.004, 0.2),
    Register("政务事项", "依申请", "street", 26 * 610, 0.0, 0.02),
    Register("政务事项", "全程网办", "street", 0.986, of="政务事项依申请"),
    Register("不见面事项", "零跑腿", "street", 26 * 335, 0.004, 0.05),
    Register("充电桩", "接入", "street", 18_600, 0.012, 0.3),
    Register("充电桩", "在线", "street", 0.968, of="充电桩接入"),
    Register("停车泊位", "联网", "street", 148_000, 0.006, 0.25),
    Register("路灯", "应亮", "street", 96_400, 0.001, 0.15),
    Register("路灯", "亮灯", "street", 0.993, of="路灯应亮"),
    Register("燃气用户", "应安检", "street", 512_000, 0.002, 0.15),
    Register("燃气用户", "已安检", "street", 0.962, of="燃气用户应安检"),
    Register("应急物资", "定额种类", "street", 26 * 42, 0.0, 0.0),
    Register("应急物资", "达标种类", "street", 1.0, of="应急物资定额种类"),
    Register("河道断面", "监测", "street", 104, 0.0, 0.1),
    Register("河道断面", "达标", "street", 1.0, of="河道断面监测"),
    Register("居住用地", "总面积", "street", 8_460, 0.001, 0.15),
    Register("居住用地", "公园覆盖", "street", 0.921, of="居住用地总面积"),
    Register("信用预警企业", "预警", "street", 186, 0.0, 0.3),
    Register("部件普查面积", "平方公里", "street", 214, 0.004, 0.2, digits=2),
    Register("信号灯故障", "未修复", "street", 5, 0.0, 0.6),
    Register("地区生产总值", "本期可比价", "district", 2_385, 0.0042, 0.0, 2),
    Register("地区生产总值", "上年同期可比价", "district", 2_262, 0.0042, 0.0, 2),
    Register("规上工业增加值", "本期", "district", 612, 0.004, 0.0, 2),
    Register("规上工业增加值", "上年同期", "district", 580, 0.004, 0.0, 2),
    Register("固定资产投资", "本年累计", "district", 748, 0.003, 0.0, 2),
    Register("固定资产投资", "上年累计", "district", 718, 0.003, 0.0, 2),
    Register("社会消费品零售", "本期", "district", 1_032, 0.004, 0.0, 2),
    Register("社会消费品零售", "上年同期", "district", 976, 0.004, 0.0, 2),
    Register("一般公共预算收入", "本年累计", "district", 26.5, 0.003, 0.0, 2, is_year_to_date=True),
    Register("重点项目投资", "时序计划", "district", 38, 0.0, 0.0, 2, is_year_to_date=True),
    Register("重点项目投资", "累计完成", "district", 38.6, 0.0, 0.0, 2, is_year_to_date=True),
    Register("城镇新增就业", "本年累计", "district", 5_150, 0.002, 0.0, is_year_to_date=True),
    Register("菜篮子价格指数", "基期100", "district", 100.8, 0.0008, 0.0, 1),
    Register("医院床位", "开放", "district", 11_200, 0.001, 0.0),
    Register("医院床位", "占用", "district", 0.872, of="医院床位开放"),
    Register("建成区", "总面积", "district", 276, 0.0, 0.0, 2),
    Register("建成区", "绿化覆盖", "district", 0.428, digits=2, of="建成区总面积"),
    Register("基础数据面积", "平方公里", "district", 931, 0.0, 0.0, 1),
    Register("三维数据面积", "平方公里", "district", 186, 0.006, 0.0, 1),
    Register("实景影像", "公里", "district", 2_140, 0.008, 0.0),
)


def ledgers_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return the registers as they stood on the first of a month; nothing on other days."""
    rows: list[tuple[str, str, str, float]] = []
    known: dict[str, Points] = {}
    for number, one in enumerate(REGISTERS if day.day == 1 else ()):
        values = _values(world, day, number, known)
        known[one.name + one.kind] = values
        rows += [
            (one.name, one.kind, code, round(float(value), one.digits))
            for code, value in zip(_codes(world, one), values, strict=True)
        ]
    frame = pl.DataFrame(rows, orient="row", schema={
        "register": pl.String, "kind": pl.String, "code": pl.String, "count": pl.Float64,
    })  # fmt: skip
    return frame.with_columns(
        day=pl.lit(day.isoformat()), published=pl.lit(midnight(day) + _PUBLISHED, dtype=pl.Int64)
    )


def _values(world: World, day: dt.date, number: int, known: dict[str, Points]) -> Points:
    one, ground = REGISTERS[number], world.ground
    rng = np.random.default_rng([world.seed, _STREAM, number, day.toordinal()])
    if one.of:
        whole = known[one.of]
        part = whole * np.clip(rng.normal(one.total, 0.006 * (one.total < 1), len(whole)), 0, 1)
        return np.asarray(np.round(part, one.digits))
    months = (day.year - _START.year) * 12 + day.month - _START.month
    total = one.total * (1 + one.growth) ** months
    if one.is_year_to_date:
        total *= (day.month - 1) or 12  # on 1 January the year that ended is reported
    if one.places == "district":
        return np.array([round(total * rng.lognormal(0, 0.002), one.digits)])
    streets = np.bincount(ground.street_of_grid, ground.weight, len(ground.streets))
    people = ground.population / ground.population.sum()
    share = streets if one.places == "street" else people
    if one.spread < 0.01:
        share = np.full(len(share), 1 / len(share))
    fixed = np.random.default_rng([world.seed, _STREAM, number])
    uneven = share * fixed.lognormal(0, one.spread, len(share))
    borders = np.round(np.cumsum(total * uneven / uneven.sum()), one.digits)
    return np.asarray(np.diff(borders, prepend=0.0))  # so small totals are not rounded away


def _codes(world: World, one: Register) -> list[str]:
    ground = world.ground
    match one.places:
        case "community":
            return [code for code, _ in ground.communities]
        case "street":
            return [code for code, _ in ground.streets]
        case _:
            return [ground.streets[0][0][:6]]


def ledger_rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:  # noqa: ARG001
    """Return the registers published by a moment."""
    return truth.filter(pl.col("published") <= as_of).select(
        pl.col("day").alias("统计日期"), pl.col("register").alias("台账"),
        pl.col("kind").alias("类别"), pl.col("code").alias("区划编码"),
        pl.col("count").cast(pl.String).alias("数量"),
    )  # fmt: skip
