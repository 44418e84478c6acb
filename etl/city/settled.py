"""Cases of a closed period: as many received, closed and rated as were published."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from etl.city.mesh import Labels, Points
from etl.city.record_ground import RecordGround, shared_out
from etl.city.rhythm import OFFICE, day_factor, times_of_day
from etl.city.volumes import CaseBlock
from etl.city.world import Taxonomy, midnight

WEIGHT = "weight"
"""Column of a record's taxonomy with the weights of the minor classes."""

LEVELS = ("网格", "村社", "镇街", "区级")
_LEVEL_SHARE = (0.46, 0.3, 0.19, 0.05)
_GOOD, _BAD = ("非常满意", "满意", "基本满意"), ("一般", "不满意", "非常不满意")
Mask = npt.NDArray[np.bool_]

_NEVER = np.iinfo(np.int64).max // 4
_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True)
class Setting:
    """What all blocks of a record share.

    Attributes:
        ground: the places.
        taxonomy: the classes.
        prefix: of the case numbers.
        units: word that units of the root begin with.
    """

    ground: RecordGround
    taxonomy: Taxonomy
    prefix: str
    units: str


def settled_cases(setting: Setting, block: CaseBlock, number: int) -> pl.DataFrame:
    """Return the cases of one block as the source prints them, in the order of receipt.

    Args:
        setting: places and classes.
        block: the totals.
        number: of the block; gives it its own chance and its own case numbers.
    """
    rng = np.random.default_rng([setting.ground.seed, 500 + number])
    size, end = block.received, midnight(block.last + dt.timedelta(days=1)) - 1
    received = _received(block, rng)
    minors = _minors(setting.taxonomy, block, rng)
    moments, late = _course(setting.taxonomy, block, (received, minors), end, rng)
    codes, spots = _places(setting.ground, block, rng)
    channels = np.repeat(np.arange(len(block.channels)), list(block.channels.values()))
    due = moments["accepted"] + (setting.taxonomy.limit_h[minors] * _HOUR).astype(np.int64)
    last = np.max([np.where(one < _NEVER, one, 0) for one in moments.values()], axis=0)
    return pl.DataFrame(
        {
            "事项编号": _numbers(setting.prefix, number, received),
            "来源渠道": _words(tuple(block.channels), rng.permutation(channels)),
            "事项类型": _same(block.kind, size),
            **{
                name: _printed(moments[moment]) if moment in moments else _same("", size)
                for name, moment in _COLUMNS.items()
            },
            "截止时间": _printed(due),
            "更新时间": _printed(last),
            **_classes(setting, minors),
            "满意度": _ratings(moments["rated"] < _NEVER, late, block.satisfied, rng),
            **_remarks(block, moments["closed"] < _NEVER, rng),
            "点位": spots,
            "区划编码": codes,
        }
    )


def _same(word: str, size: int) -> pl.Series:
    return pl.repeat(word, size, dtype=pl.String, eager=True)


def _classes(setting: Setting, minors: Labels) -> dict[str, pl.Series]:
    taxonomy = setting.taxonomy
    units = tuple(_unit(name, setting.units) for name in taxonomy.departments)
    return {
        "大类": _words(taxonomy.majors, minors),
        "小类": _words(taxonomy.minors, minors),
        "承办单位": _words(units, minors),
        "标题": _words(taxonomy.titles, minors),
    }


def _remarks(block: CaseBlock, is_closed: Mask, rng: np.random.Generator) -> dict[str, pl.Series]:
    """Return the small facts of a case: level, status, urgency, repeats, the caller's token."""
    size = len(is_closed)
    level = np.where(block.self_handled, 0, rng.choice(4, size, p=_LEVEL_SHARE))
    no_yes = ("否", "是")
    return {
        "紧急程度": _words(("一般", "紧急", "特急"), rng.choice(3, size, p=[0.93, 0.06, 0.01])),
        "办结层级": _words((*LEVELS, ""), np.where(is_closed, level, 4)),
        "状态": _words(("办理中", "已办结"), is_closed.astype(np.int64)),
        "自行处置": _same(no_yes[block.self_handled], size),
        "是否重复": _words(no_yes, (rng.random(size) < 0.035).astype(np.int64)),
        "退回次数": _words(("0", "1"), (rng.random(size) < 0.031).astype(np.int64)),
        "反映人标识": "T" + pl.Series(rng.integers(0, 400_000, size)).cast(pl.String),
    }


_COLUMNS = {
    "上报时间": "received", "受理时间": "accepted", "转办时间": "dispatched",
    "签收时间": "signed", "跟踪时间": "tracked", "督办时间": "urged", "反馈时间": "disposed",
    "办结时间": "closed", "评价时间": "rated", "公示时间": "shown", "销号时间": "archived",
}  # fmt: skip


def _received(block: CaseBlock, rng: np.random.Generator) -> Labels:
    days = [block.first + dt.timedelta(days=n) for n in range((block.last - block.first).days + 1)]
    counts = shared_out(block.received, np.array([day_factor(day) for day in days]))
    return np.concatenate(
        [midnight(day) + times_of_day(count, OFFICE, rng)
         for day, count in zip(days, counts.tolist(), strict=True)]
    )  # fmt: skip


def _minors(taxonomy: Taxonomy, block: CaseBlock, rng: np.random.Generator) -> Labels:
    weight = taxonomy.shares[WEIGHT]
    if block.minor:
        return np.full(block.received, taxonomy.minor(block.minor))
    if not block.majors:
        return np.asarray(rng.choice(len(weight), block.received, p=weight))
    drawn = []
    for major, count in block.majors.items():
        mine = np.where(np.array(taxonomy.majors) == major, weight, 0.0)
        drawn.append(rng.choice(len(weight), count, p=mine / mine.sum()))
    return np.asarray(rng.permutation(np.concatenate(drawn)))


def _course(
    taxonomy: Taxonomy,
    block: CaseBlock,
    cases: tuple[Labels, Labels],
    end: int,
    rng: np.random.Generator,
) -> tuple[dict[str, Labels], Mask]:
    """Return the moments of every step, and which cases were closed late."""
    received, minors = cases
    size = len(received)
    accepted = np.minimum(received + _wait(size, 4 * _MINUTE, rng), end)
    took = taxonomy.median_h[minors] * _HOUR * rng.lognormal(0, 0.6, size)
    took = np.where(block.self_handled, rng.uniform(5, 55, size) * _MINUTE, took)
    closed = accepted + took.astype(np.int64) + _MINUTE
    is_open = np.zeros(size, dtype=bool)
    is_open[np.argsort(closed, kind="stable")[block.closed :]] = True
    closed = np.minimum(closed, end)
    span = closed - accepted
    steps = {"dispatched": 0.04, "signed": 0.08}
    steps |= {"tracked": 0.3, "urged": 0.55} if block.steps else {}
    course = {"received": received, "accepted": accepted}
    if not block.self_handled:
        course |= {
            name: accepted + (share * span).astype(np.int64) for name, share in steps.items()
        }
    course["disposed"] = accepted + (0.9 * span).astype(np.int64)
    course["closed"] = closed
    is_rated = np.zeros(size, dtype=bool)
    settled = np.flatnonzero(~is_open)
    wanted = round(block.rated * block.closed)
    is_rated[rng.choice(settled, wanted, replace=False)] = True
    course["rated"] = np.where(is_rated, _later(closed, 40, end, rng), _NEVER)
    if block.steps:
        course["shown"] = _later(closed, 60, end, rng)
        course["archived"] = np.maximum(course["shown"], _later(closed, 70, end, rng))
    for name in ("disposed", "closed", "shown", "archived"):
        if name in course:
            course[name] = np.where(is_open, _NEVER, course[name])
    return course, (took > taxonomy.limit_h[minors] * _HOUR) & ~is_open


def _wait(size: int, median: float, rng: np.random.Generator) -> Labels:
    return np.asarray((median * rng.lognormal(0, 0.8, size)).astype(np.int64) + 1)


def _later(moment: Labels, hours: float, end: int, rng: np.random.Generator) -> Labels:
    later = moment + rng.integers(1, int(hours * _HOUR), len(moment))
    return np.asarray(np.minimum(later, end))


def _ratings(is_rated: Mask, late: Mask, satisfied: float, rng: np.random.Generator) -> pl.Series:
    rated = np.flatnonzero(is_rated)
    order = rated[np.argsort(rng.random(len(rated)) - 0.2 * late[rated], kind="stable")]
    bad = len(rated) - round(satisfied * len(rated))
    words = np.full(len(is_rated), 6)
    words[order[:bad]] = 3 + rng.choice(3, bad, p=[0.4, 0.5, 0.1])
    words[order[bad:]] = rng.choice(3, len(order) - bad, p=[0.45, 0.45, 0.1])
    return _words((*_GOOD, *_BAD, ""), words)


def _places(
    ground: RecordGround, block: CaseBlock, rng: np.random.Generator
) -> tuple[pl.Series, pl.Series]:
    """Return area codes and, where the block names known places, the places' numbers."""
    size = block.received
    spots = _same("", size)
    places = ground.at(ground.lowest, block.first)
    codes = [place.code for place in places]
    at = rng.choice(len(codes), size, p=ground.weights(ground.lowest, len(codes)))
    if block.spots:
        spot = rng.permutation(np.arange(size) % block.spots)
        spots = "D" + pl.Series(spot + 1).cast(pl.String).str.zfill(3)
        at = spot % len(codes)
    return _words(tuple(codes), at), spots


def _unit(name: str, units: str) -> str:
    return units + name[1:] if name.startswith("区") else name


def _numbers(prefix: str, block: int, received: Labels) -> pl.Series:
    day = pl.from_epoch(pl.Series(received), time_unit="s").dt.strftime("%Y%m%d")
    place = pl.int_range(1, len(received) + 1, eager=True).cast(pl.String).str.zfill(6)
    return (f"{prefix}{block:02d}" + day + place).alias("")


def _words(words: tuple[str, ...], numbers: Labels | Points) -> pl.Series:
    return pl.Series(words, dtype=pl.String).gather(pl.Series(numbers))


def _printed(seconds: Labels) -> pl.Series:
    moments = pl.Series(np.where(seconds < _NEVER, seconds, 0))
    text = pl.from_epoch(moments, time_unit="s").dt.strftime("%Y-%m-%d %H:%M:%S")
    return text.set(pl.Series(seconds >= _NEVER), "")
