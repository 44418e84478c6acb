"""A city whose people complain twice, through several entrances, with a log of what units did."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.support.feeds import write_rows
from tests.support.small_city import SIDE, SOUTH, WEST, write_city

CASES_YAML = """\
source: demands
name: 诉求
fact: case
files: "demands_*.csv"
format: csv
rhythm: 1d
place: {lon: 经度, lat: 纬度, code: 网格, order: [point, code]}
reporter: 来电
columns:
  case_no: 编号
  received_at: 受理
  updated_at: 更新
  channel: 渠道
  category: {constant: 噪声}
  subcategory: 小类
  title: 内容
  is_void: 作废
  is_repeat: 重复
  n_returns: 退单
  n_urge: 催办
"""
STEPS_YAML = """\
source: steps
name: 过程
fact: event
files: "steps_*.csv"
format: csv
rhythm: 1d
place: {code: 网格}
columns:
  event_no: 编号
  at: 时间
  updated_at: 更新
  kind: 环节
  subject: 工单
"""
RULES = """\
cases:
  merge: {hours: 72, metres: 100}
  repeat: {rules: [reporter, text, keyword], days: 30, metres: 100}
  steps:
    - {source: steps, of: [demands], counts: {n_returns: [退单], n_supervise: [督办, 领导督办]}}
"""
HEADER = ("编号", "受理", "更新", "渠道", "小类", "内容", "作废", "重复", "退单", "催办", "来电",
          "经度", "纬度", "网格")  # fmt: skip
STEP_HEADER = ("编号", "时间", "更新", "环节", "工单", "网格")
START = dt.datetime(2026, 3, 1, 8)  # noqa: DTZ001 - written into files as local text
METRE = 1 / 111_195


@dataclass(frozen=True)
class Demand:
    """One version of a demand; ``spot`` is metres east and north of a grid's corner, or none."""

    no: str
    at: dt.datetime
    reporter: str
    channel: str = "12345"
    about: str = "夜间施工"
    text: str = ""
    void: bool = False
    repeat: bool = False
    returns: int = 0
    grid: tuple[int, int] = (0, 0)
    spot: tuple[float, float] | None = (100.0, 100.0)
    updated: dt.datetime | None = None

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude as written; none where it only has a grid."""
        if self.spot is None:
            return None
        (column, row), (east, north) = self.grid, self.spot
        lat = SOUTH + row * SIDE + north * METRE
        across = METRE / math.cos(math.radians(SOUTH))
        return round(WEST + column * SIDE + east * across, 6), round(lat, 6)

    @property
    def code(self) -> str:
        """Code of its grid in a city four grids wide."""
        column, row = self.grid
        street = row // 2 * 2 + column // 2 + 1
        return f"99010000{street}{row % 2 * 2 + column % 2 + 1:03d}001"

    def row(self) -> list[str]:
        """Return its line in a file."""
        lon, lat = map(str, self.point) if self.point else ("", "")
        return [
            self.no, str(self.at), str(self.updated or self.at), self.channel, self.about,
            self.text or f"内容{self.no}", "是" if self.void else "", "是" if self.repeat else "",
            str(self.returns), "0", self.reporter, lon, lat, self.code,
        ]  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One line of the log; ``day`` after the start."""

    no: str
    of: str
    kind: str = "退单"
    day: float = 0.0
    updated: float = 0.0

    def row(self) -> list[str]:
        """Return its line in a file."""
        at, updated = (START + dt.timedelta(days=day) for day in (self.day, self.updated))
        return [self.no, str(at), str(updated), self.kind, self.of, "990100001001001"]


def linked_city(folder: Path, rules: str = RULES) -> Path:
    """Write a city four grids wide with its two sources and return its folder."""
    if not folder.exists():
        write_city(folder, 4)
        (folder / "sources" / "demands.yaml").write_text(CASES_YAML, encoding="utf-8")
        (folder / "sources" / "steps.yaml").write_text(STEPS_YAML, encoding="utf-8")
        (folder / "plain.yaml").write_bytes((folder / "city.yaml").read_bytes())
    plain = (folder / "plain.yaml").read_text("utf-8")
    (folder / "city.yaml").write_text(plain + rules, encoding="utf-8")
    return folder


def write_demands(path: Path, demands: Iterable[Demand]) -> Path:
    """Write demands into a file."""
    return write_rows(path, HEADER, [one.row() for one in demands])


def write_steps(path: Path, steps: Iterable[Step]) -> Path:
    """Write a log into a file."""
    return write_rows(path, STEP_HEADER, [one.row() for one in steps])


def some_demands(number: int, seed: int, *, days: int = 60) -> list[Demand]:
    """Return demands of few people at few places, many of which belong together."""
    rng = random.Random(seed)
    found = []
    for n in range(number):
        spots = ((100.0, 100.0), (150.0, 130.0), (190.0, 100.0), (300.0, 300.0), None)
        found.append(
            Demand(
                f"A{n:04d}",
                START + dt.timedelta(minutes=rng.randrange(days * 48) * 30),
                rng.choice(["", *(f"P{k}" for k in range(8))]),
                rng.choice(["12345", "小程序", "110非警务"]),
                rng.choice(["夜间施工", "广场舞"]),
                rng.choice(["", "", "", "楼下很吵", "路灯不亮", f"上次的事至今未处理{n}"]),
                void=rng.random() < 0.05,
                repeat=rng.random() < 0.05,
                returns=rng.randrange(3),
                grid=rng.choice([(0, 0), (0, 0), (3, 2)]),
                spot=rng.choice(spots),
            )
        )
    return found


def later_versions(demands: Sequence[Demand], seed: int, share: float = 0.2) -> list[Demand]:
    """Return corrections of some: withdrawn, of another class, or at another place."""
    rng = random.Random(seed)
    changes: list[dict[str, object]] = [
        {"void": True}, {"about": "广场舞"}, {"spot": (300.0, 300.0)}, {"spot": None},
    ]  # fmt: skip
    return [
        replace(one, updated=one.at + dt.timedelta(hours=9), **rng.choice(changes))  # type: ignore[arg-type]
        for one in demands
        if rng.random() < share
    ]


def newest(versions: Iterable[Demand]) -> list[Demand]:
    """Return the last version of each demand."""
    ordered = sorted(versions, key=lambda one: one.updated or one.at)
    return list({one.no: one for one in ordered}.values())


def is_near(one: Demand, other: Demand) -> bool:
    """Tell whether two demands are at one place, by the haversine formula."""
    if one.point is None or other.point is None:
        return one.code == other.code
    (x, y), (u, v) = (tuple(map(math.radians, each)) for each in (one.point, other.point))
    half = math.sin((v - y) / 2) ** 2 + math.cos(y) * math.cos(v) * math.sin((u - x) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(half)) <= 100


Expected = dict[str, tuple[str, tuple[str, ...], str, str]]


def expected_links(demands: Iterable[Demand]) -> Expected:
    """Return merged_into, channels, repeat_of and repeat_rule of each demand by definition."""
    valid = sorted((d for d in demands if not d.void), key=lambda d: (d.at, d.no))
    merged: dict[str, str] = {}
    entrances: dict[str, list[str]] = {}
    found: Expected = {}
    for k, one in enumerate(valid):
        before = [d for d in valid[:k] if d.no not in merged]
        of_person = [
            d for d in before if one.reporter and (d.reporter, d.about) == (one.reporter, one.about)
        ]
        for d in of_person:
            is_soon = one.at - d.at <= dt.timedelta(hours=72)
            if is_soon and is_near(one, d) and one.channel not in entrances[d.no]:
                merged[one.no] = d.no
                entrances[d.no].append(one.channel)
                break
        if one.no in merged:
            continue
        entrances[one.no] = [one.channel]
        month = dt.timedelta(days=30)
        by_person = [d for d in of_person if one.at - d.at <= month]
        by_text = [
            d for d in valid[:k]
            if one.text and (d.text, d.code) == (one.text, one.code) and one.at - d.at <= month
        ]  # fmt: skip
        same = [d for d in by_person if is_near(one, d)]
        if same:
            found[one.no] = ("", (), same[-1].no, "reporter")
        elif by_text:
            found[one.no] = ("", (), by_text[-1].no, "text")
        elif "上次" in one.text:
            found[one.no] = ("", (), by_person[-1].no if by_person else "", "keyword")
    for one in valid:
        link = found.get(one.no, ("", (), "", ""))
        channels = entrances.get(one.no, [])
        together = tuple(channels) if len(channels) > 1 else ()
        found[one.no] = (merged.get(one.no, ""), together, *link[2:])
    return {no: link for no, link in found.items() if any(link)}


def expected_counts(steps: Iterable[Step]) -> Mapping[str, Counter[str]]:
    """Return how often each demand was returned and put under supervision."""
    last = {one.no: one for one in sorted(steps, key=lambda one: one.updated)}
    return {
        "n_returns": Counter(one.of for one in last.values() if one.kind == "退单"),
        "n_supervise": Counter(one.of for one in last.values() if "督办" in one.kind),
    }
