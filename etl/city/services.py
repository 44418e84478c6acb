"""What departments log one by one: alarms, outages, rescues, inspections, daily takings.

One table says everything about a kind of event; a further kind is one more row of it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.city.dirt import Soil
from etl.city.mesh import Labels, Points
from etl.city.rhythm import EVENING, FLAT, OFFICE, SHIFT, day_factor, times_of_day
from etl.city.world import World, midnight

_STREAM = 71
_DASHED = "%Y-%m-%d %H:%M:%S"
_CLOSING = 23 * 3600 + 1800


@dataclass(frozen=True)
class Kind:
    """One kind of logged event.

    Attributes:
        word: what the log calls it.
        category: class within the kind.
        unit: who logs it.
        a_day: events on a plain day at scale 1.
        hours: weight of every hour.
        value: median, spread of the logarithm, decimals; a zero median logs no value.
        results: outcome and its share; the last one takes the rest.
        minutes: median time until it is over; 0 for what is over at once.
        is_restless: whether it does not rest on weekends.
        is_open: whether the value is known from the beginning.
        subjects: how many different shops, devices or firms it happens to; 0 for none.
    """

    word: str
    category: str
    unit: str
    a_day: float
    hours: tuple[int, ...]
    value: tuple[float, float, int] = (0.0, 0.0, 0)
    results: tuple[tuple[str, float], ...] = (("完成", 1.0),)
    minutes: float = 0.0
    is_restless: bool = True
    is_open: bool = False
    subjects: int = 0


_TRUE = (("属实", 0.85), ("误报", 1.0))
KINDS = (
    Kind("报警", "燃气泄漏", "区燃气公司", 0.05, FLAT, (12, 0.3, 1), _TRUE, 25, subjects=60),
    Kind("报警", "养老设备", "区民政局", 6, FLAT, (55, 0.35, 0), _TRUE, 18, subjects=900),
    Kind("报警", "一键报警", "区公安分局", 3, EVENING, (40, 0.4, 0), _TRUE, 22, subjects=300),
    Kind("报警", "排水井液位", "区水务集团", 1.5, FLAT, (1.4, 0.2, 2), _TRUE, 45, subjects=80),
    Kind("报警", "排口异常", "市生态环境局萧山分局", 0.5, FLAT, (2, 0.4, 2), _TRUE, 70,
         subjects=30),
    Kind("报警", "桥梁监测", "区城市管理局", 0.03, FLAT, (1.2, 0.2, 2), _TRUE, 60, subjects=20),
    Kind("停电", "故障停电", "区供电公司", 0.9, FLAT, (120, 0.7, 0), minutes=95, is_open=True),
    Kind("停水", "故障停水", "区水务集团", 0.12, FLAT, (260, 0.6, 0), minutes=190, is_open=True),
    Kind("电梯困人", "住宅电梯", "区市场监督管理局", 2, EVENING, (14, 0.35, 1), minutes=35,
         subjects=500),
    Kind("火警", "119火警", "区消防救援大队", 1.5, EVENING, (3.5, 0.26, 1), minutes=55),
    Kind("急救", "120急救", "区卫生健康局", 8, FLAT, (9.5, 0.3, 1), minutes=60),
    Kind("交通事故", "道路交通事故", "区公安交警大队", 12, EVENING, (1, 0, 0),
         (("简易", 0.88), ("一般", 1.0)), 40),
    Kind("人员摸排", "专项摸排", "区委社会工作部", 6, SHIFT, (38, 0.5, 0), minutes=70),
    Kind("网格代办", "代办事项", "区委社会工作部", 14, SHIFT, (1.4, 0.5, 0), minutes=60),
    Kind("信息核查", "人房核查", "区公安分局", 15, SHIFT, (26, 0.5, 0), minutes=50),
    Kind("关爱走访", "心理关爱", "区民政局", 9, SHIFT, minutes=30),
    Kind("油烟整治复查", "餐饮油烟", "区综合行政执法局", 3, SHIFT, (0, 0, 0),
         (("达标", 0.988), ("反弹", 1.0)), 20, subjects=40),
    Kind("尾气遥测", "机动车尾气", "市生态环境局萧山分局", 9, SHIFT, (0, 0, 0),
         (("合格", 0.985), ("不合格", 1.0))),
    Kind("政策推送", "惠企政策", "区市场监管局", 12, OFFICE, is_restless=False, subjects=2500),
    Kind("渣土违规", "渣土运输", "区综合行政执法局", 0.8, EVENING, minutes=200),
)  # fmt: skip
"""Everything that happens at random."""

_STREETS = (  # logged once a working day for every street: word, category, unit, usual number a day
    ("新设经营主体", "企业与个体", "区市场监管局", 92.0),
    ("注销经营主体", "企业与个体", "区市场监管局", 38.0),
)
_TAKINGS = (  # logged once a day for the district: word, category, unit, usual, at weekends
    ("公交客运", "常规公交", "区交通运输局", 168_000.0, 0.8),
    ("轨道客运", "区内站点", "区交通运输局", 214_000.0, 0.86),
    ("旅游接待", "湘湖景区", "区文化和旅游局", 15_500.0, 2.3),
    ("旅游接待", "乡村旅游", "区文化和旅游局", 5_200.0, 2.0),
    ("工业用电", "规上工业", "区供电公司", 2_450.0, 0.9),
)
_SHIFTS, _ABSENT = 6, 0.002


def services_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return everything logged on a day, in order of time."""
    frames = [_of_kind(world, day, number) for number in range(len(KINDS))]
    frames += [_street_books(world, day), _takings(world, day), _duty(world, day)]
    frame = pl.concat(frames).sort("at", "order")
    head = f"FW{day:%Y%m%d}"
    places = range(1, frame.height + 1)
    return frame.with_columns(
        number=pl.Series([f"{head}{place:05d}" for place in places], dtype=pl.String)
    )


def _of_kind(world: World, day: dt.date, number: int) -> pl.DataFrame:
    kind, rng = KINDS[number], np.random.default_rng([world.seed, _STREAM, day.toordinal(), number])
    usual = kind.a_day * world.scale * day_factor(day, restless=kind.is_restless)
    at = midnight(day) + times_of_day(int(rng.poisson(usual)), kind.hours, rng)
    size, ground = len(at), world.ground
    grids = rng.choice(len(ground.grids), size, p=ground.weight)
    took = kind.minutes * 60 * rng.lognormal(0, 0.6, size) + (60 if kind.minutes else 0)
    median, sigma, digits = kind.value
    values = np.maximum(1.0, np.round(median * rng.lognormal(0, sigma, size), digits))
    drawn, edges = rng.random(size), np.array([share for _, share in kind.results])
    words = np.array([word for word, _ in kind.results])[np.searchsorted(edges, drawn, "right")]
    who = rng.integers(0, max(1, kind.subjects), size)
    return _frame(
        number, at, at + took.astype(np.int64),
        [ground.grids[grid] for grid in grids], values if median else None, words.tolist(),
        [f"{number:02d}-{one:04d}" if kind.subjects else "" for one in who],
    )  # fmt: skip


def _street_books(world: World, day: dt.date) -> pl.DataFrame:
    rng, ground = np.random.default_rng([world.seed, _STREAM, day.toordinal(), 900]), world.ground
    share = np.bincount(ground.street_of_grid, ground.weight, len(ground.streets))
    codes, frames = [code for code, _ in ground.streets], []
    for place, (*_, usual) in enumerate(_STREETS):
        counts = rng.poisson(usual * 1.4 * share * max(0.0, day_factor(day) - 0.1))
        if day.weekday() < 5:
            at = np.full(len(codes), midnight(day) + _CLOSING - 5 * 3600)
            frames.append(_frame(900 + place, at, at, codes, counts.astype(np.float64),
                                 ["完成"] * len(codes), [""] * len(codes)))  # fmt: skip
    return pl.concat(frames) if frames else _empty()


def _takings(world: World, day: dt.date) -> pl.DataFrame:
    rng = np.random.default_rng([world.seed, _STREAM, day.toordinal(), 910])
    values = np.array([
        usual * (weekend if day.weekday() >= 5 else 1.0) for *_, usual, weekend in _TAKINGS
    ]) * day_factor(day, restless=True) * rng.lognormal(0, 0.06, len(_TAKINGS))  # fmt: skip
    at, size = np.full(len(_TAKINGS), midnight(day) + _CLOSING), len(_TAKINGS)
    frame = _frame(910, at, at, [_district(world)] * size, np.round(values), ["完成"] * size,
                   [""] * size)  # fmt: skip
    return frame.with_columns(order=pl.col("order") + pl.int_range(pl.len(), dtype=pl.Int64))


def _duty(world: World, day: dt.date) -> pl.DataFrame:
    """Return the watches of the command centres: three a day at two posts."""
    rng = np.random.default_rng([world.seed, _STREAM, day.toordinal(), 920])
    at: Labels = midnight(day) + np.repeat(np.array([0, 8, 16]) * 3600, 2)
    words = np.where(rng.random(_SHIFTS) < _ABSENT, "缺岗", "在岗").tolist()
    return _frame(920, at, at + 8 * 3600 - 1, [_district(world)] * _SHIFTS, None, words,
                  [""] * _SHIFTS)  # fmt: skip


def _district(world: World) -> str:
    return world.ground.streets[0][0][:6]


_SCHEMA = {"order": pl.Int64, "at": pl.Int64, "ended": pl.Int64, "code": pl.String,
           "value": pl.Float64, "result": pl.String, "subject": pl.String}  # fmt: skip


def _empty() -> pl.DataFrame:
    return pl.DataFrame(schema=_SCHEMA)


def _frame(
    order: int, at: Labels, ended: Labels, codes: list[str], values: Points | None,
    results: list[str], subjects: list[str],
) -> pl.DataFrame:  # fmt: skip
    return pl.DataFrame(
        {
            "order": np.full(len(at), order, dtype=np.int64), "at": at, "ended": ended,
            "code": codes, "value": [None] * len(at) if values is None else values,
            "result": results, "subject": subjects,
        },
        schema=_SCHEMA,
    )  # fmt: skip


_WORDS: dict[int, tuple[str, str, str, bool]] = {
    **{n: (one.word, one.category, one.unit, one.is_open) for n, one in enumerate(KINDS)},
    **{900 + n: (word, kind, unit, False) for n, (word, kind, unit, _) in enumerate(_STREETS)},
    **{910 + n: (word, kind, unit, False) for n, (word, kind, unit, *_) in enumerate(_TAKINGS)},
    920: ("指挥值守", "7×24值守", "区数据局", False),
}


def service_rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:  # noqa: ARG001
    """Return the log as it stood at a moment: outcome and measure stay empty until it is over."""
    frame = truth.filter(pl.col("at") <= as_of)
    over = pl.col("ended") <= as_of
    text = [frame["order"].replace_strict({n: words[k] for n, words in _WORDS.items()},
                                          return_dtype=pl.String) for k in range(3)]  # fmt: skip
    is_open = frame["order"].replace_strict(
        {n: words[3] for n, words in _WORDS.items()}, return_dtype=pl.Boolean
    )
    frame = frame.with_columns(
        word=text[0], category=text[1], unit=text[2], is_open=is_open,
        ended=pl.when(over).then(pl.col("ended")),
        result=pl.when(over).then(pl.col("result")).otherwise(pl.lit("")),
        value=pl.when(over | is_open).then(pl.col("value")),
    ).with_columns(updated=pl.max_horizontal("at", "ended"))  # fmt: skip
    return frame.select(
        pl.col("number").alias("编号"), _clock("at").alias("发生时间"),
        _clock("ended").alias("结束时间"), _clock("updated").alias("更新时间"),
        pl.col("word").alias("事项"), pl.col("category").alias("类别"),
        pl.col("unit").alias("承办单位"), pl.col("result").alias("结果"),
        pl.col("subject").alias("对象编号"),
        pl.col("value").cast(pl.String).fill_null("").alias("数值"),
        pl.col("code").alias("区划编码"), (pl.col("category") + pl.col("word")).alias("摘要"),
    )  # fmt: skip


def _clock(name: str) -> pl.Expr:
    return pl.from_epoch(pl.col(name), time_unit="s").dt.strftime(_DASHED).fill_null("")


SOIL = Soil("编号", "发生时间", code="区划编码")
