"""What happens around a case: whistles, supervision, holds, joint enforcement; and its log."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from etl.city.cases import NEVER, STREAMS, cases_of_day, numbers
from etl.city.dirt import Soil
from etl.city.mesh import Labels
from etl.city.world import World, midnight

_STEPS = 51
LONGEST_STEP_DAYS = 130
"""After so many days nothing of a step changes any more."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_LONGEST_HOLD = 80
_REPORT_IN = 120
_WHISTLED, _SUPERVISED_EARLY, _HELD, _JOINT_A_DAY = 0.15, 0.02, 0.012, 1.6
_UNITS = ("区综合行政执法局", "区公安分局", "区住房和城乡建设局", "区市场监督管理局",
          "区消防救援大队", "区城市管理局", "区交通运输局", "区应急管理局")  # fmt: skip
_CLOCKS = (("at", "startTime"), ("ended", "endTime"), ("updated", "updateTime"))
_REASONS = {
    "吹哨": ("权责交叉", "力量不足", "历史遗留", "需专业处置"),
    "督办": ("超期督办", "重复督办", "不满意督办", "领导批示督办"),
    "挂账": ("等待资金", "等待审批", "权属争议", "施工周期"),
    "联合执法": ("占道整治", "违建拆除", "消防检查", "噪声整治"),
}


def steps_of_day(world: World, day: dt.date) -> pl.DataFrame:
    """Return the steps begun for the cases of a day, with everything that becomes of them.

    Times are seconds of the wall clock; ``NEVER`` where a step did not end that way.
    """
    rng = world.chance(_STEPS, day)
    patrol = cases_of_day(world, STREAMS["patrol"], day)
    urban = cases_of_day(world, STREAMS["urban"], day)
    rows = pl.concat(
        [
            _whistles(patrol, rng), _supervised(urban, rng), _held(urban, rng),
            _joint(world, day, rng),
        ]
    )  # fmt: skip
    return rows.with_columns(number=numbers("GC", day, rows.height))


def _frame(
    kind: str, cases: pl.DataFrame, at: Labels, reported: Labels, ended: Labels,
    unit_no: Labels, rng: np.random.Generator,
) -> pl.DataFrame:  # fmt: skip
    size = cases.height
    return pl.DataFrame(
        {
            "kind": pl.Series([kind], dtype=pl.String).new_from_index(0, size),
            "case_no": cases["case_no"], "grid": cases["grid"], "at": at, "reported": reported,
            "ended": ended, "unit_no": unit_no, "unit": rng.integers(0, len(_UNITS), size),
            "reason": rng.integers(0, len(_REASONS[kind]), size),
        }
    )  # fmt: skip


def _whistles(cases: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return one row for every unit called to a case."""
    able = cases.filter((pl.col("void") == 0) & (pl.col("on_spot") == 0))
    some = able.filter(pl.Series(rng.random(able.height) < _WHISTLED, dtype=pl.Boolean))
    times = rng.choice([1, 2, 3], some.height, p=[0.6, 0.3, 0.1])
    begin = some["dispatched"].to_numpy() + (rng.uniform(10, 90, some.height) * 60).astype(np.int64)
    done = begin + (20 * _HOUR * rng.lognormal(0, 0.6, some.height)).astype(np.int64)
    order = np.repeat(np.arange(some.height), times)
    first = np.concatenate([[0], np.cumsum(times)[:-1]]) if some.height else np.zeros(0, np.int64)
    unit_no = np.arange(len(order)) - np.repeat(first, times) + 1
    wait = np.clip(28 * rng.lognormal(0, 0.6, len(order)), 2, 600)
    at = begin[order]
    reported = at + (wait * _MINUTE).astype(np.int64)
    return _frame("吹哨", some[order], at, reported, np.maximum(done[order], reported + _HOUR),
                  unit_no.astype(np.int64), rng)  # fmt: skip


def _supervised(cases: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return one row for every late case, and for a few that somebody had an eye on before."""
    able = cases.filter((pl.col("void") == 0) & (pl.col("on_spot") == 0))
    early = pl.Series(rng.random(able.height) < _SUPERVISED_EARLY, dtype=pl.Boolean)
    some = able.filter((pl.col("late") == 1) | early)
    late = some["late"].to_numpy() == 1
    at = np.where(late, some["due"].to_numpy(), some["signed"].to_numpy()) + _HOUR
    ended = np.maximum(some["closed"].to_numpy(), at + 2 * _HOUR)
    never = np.full(some.height, NEVER)
    return _frame("督办", some, at, never, ended, np.ones(some.height, np.int64), rng)


def _held(cases: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    able = cases.filter((pl.col("void") == 0) & (pl.col("on_spot") == 0))
    some = able.filter(pl.Series(rng.random(able.height) < _HELD, dtype=pl.Boolean))
    at = some["signed"].to_numpy() + 4 * _HOUR
    days = np.minimum(11 * rng.lognormal(0, 0.85, some.height), _LONGEST_HOLD)
    never = np.full(some.height, NEVER)
    ended = at + (days * _DAY).astype(np.int64)
    return _frame("挂账", some, at, never, ended, np.ones(some.height, np.int64), rng)


def _joint(world: World, day: dt.date, rng: np.random.Generator) -> pl.DataFrame:
    size = int(rng.poisson(_JOINT_A_DAY * world.scale)) if day.weekday() < 5 else 0
    at = midnight(day) + rng.integers(9 * _HOUR, 17 * _HOUR, size)
    ended = at + rng.integers(_HOUR, 4 * _HOUR, size)
    reported = np.where(rng.random(size) < 0.97, ended + 20 * _HOUR, NEVER)
    places = pl.DataFrame(
        {
            "case_no": numbers("LHZF", day, size),
            "grid": rng.integers(0, len(world.ground.grids), size),
        }
    )
    return _frame("联合执法", places, at, reported, ended, np.ones(size, np.int64), rng)


def step_rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Return the steps known at a moment; an end stays empty until it has come."""
    done = {
        name: pl.when(pl.col(name) <= as_of).then(pl.col(name)) for name in ("reported", "ended")
    }
    frame = truth.filter(pl.col("at") <= as_of).with_columns(**done)
    code = pl.Series(world.ground.grids, dtype=pl.String).gather(frame["grid"])
    reasons = [_REASONS[kind][one] for kind, one in frame.select("kind", "reason").iter_rows()]
    minutes = ((pl.col("reported") - pl.col("at")) // _MINUTE).cast(pl.String).fill_null("")
    called, joint = pl.col("kind") == "吹哨", pl.col("kind") == "联合执法"
    result = (
        pl.when(joint & pl.col("reported").is_not_null()).then(pl.lit("已反馈"))
        .when(joint).then(pl.lit("待反馈"))
        .when(pl.col("ended").is_not_null()).then(pl.lit("已办结"))
        .when(pl.col("reported").is_not_null()).then(pl.lit("已报到"))
        .otherwise(pl.lit("进行中"))
    )  # fmt: skip
    return frame.with_columns(updated=pl.max_horizontal("at", "reported", "ended")).select(
        pl.col("number").alias("stepNo"), pl.col("kind").alias("stepType"),
        pl.col("case_no").alias("caseNo"),
        *(
            pl.from_epoch(pl.col(name), time_unit="s").dt.strftime("%Y-%m-%dT%H:%M:%S")
            .fill_null("").alias(shown)
            for name, shown in _CLOCKS
        ),
        pl.Series("reason", reasons, dtype=pl.String),
        pl.Series(_UNITS, dtype=pl.String).gather(frame["unit"]).alias("unit"),
        pl.col("unit_no").cast(pl.String).alias("unitNo"), result.alias("result"),
        pl.when(called).then(minutes).otherwise(pl.lit("")).alias("reportMinutes"),
        code.alias("gridCode"), (pl.col("kind") + "事项").alias("description"),
    )  # fmt: skip


STEP_MOMENTS = ("at", "reported", "ended")
STEP_SOIL = Soil("stepNo", "startTime", code="gridCode")
