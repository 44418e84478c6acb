"""A small ragged city and random rows of all four shapes: new, corrected, late and odd ones."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from metrics.tables import Shape
from metrics.territory import FIRST_DAY, LAST_DAY, Area, Level, Territory, build_territory

ZONE = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 22, 10, 0, tzinfo=ZONE)
REFORM = dt.date(2026, 11, 1)
"""Day on which the third street is drawn anew under its old code."""

LEVELS = (
    Level("district", "区", 0, "district"),
    Level("street", "街道", 1, "street"),
    Level("community", "社区", 2, "community"),
    Level("grid", "网格", 3, "grid"),
)
GONE = "990100009900001"
"""A grid of an older territory: facts still name it, the newest copy of the areas does not."""

_AREAS = (  # id, name, depth, parent
    ("990100", "测试区", 0, ""),
    ("990100001", "东街", 1, "990100"),
    ("990100001001", "东一社区", 2, "990100001"),
    ("990100001001001", "东一网格1", 3, "990100001001"),
    ("990100001001002", "东一网格2", 3, "990100001001"),
    ("990100001002", "东二社区", 2, "990100001"),
    ("990100002", "西街", 1, "990100"),
    ("990100002001", "西一社区", 2, "990100002"),
    ("990100002001001", "西一网格1", 3, "990100002001"),
    ("990100002900001", "西街直管网格", 3, "990100002"),
    ("990100003", "南街", 1, "990100"),
    ("990100003001", "南一社区", 2, "990100003"),
    ("990100003@2026-11-01", "南街", 1, "990100"),
    ("990100003001@2026-11-01", "南一社区", 2, "990100003@2026-11-01"),
    ("990100004", "空街", 1, "990100"),
    ("990100900000001", "区直管网格", 3, "990100"),
)
STREETS = ("990100001", "990100002", "990100003", "990100003@2026-11-01")
COMMUNITIES = ("990100001001", "990100001002", "990100002001", "990100003001@2026-11-01")
PLACES = tuple(area for area, *_ in _AREAS if area != "990100004")


def territory() -> Territory:
    """Return the city: skipped levels, an empty street, and one that changed on a day."""
    areas = []
    for area, name, depth, parent in _AREAS:
        begin = REFORM if "@" in area else FIRST_DAY
        end = REFORM if area in ("990100003", "990100003001") else LAST_DAY
        code, level = area.partition("@")[0], LEVELS[depth].id
        areas.append(Area(area, code, name, level, depth, parent, begin, end))
    return build_territory(LEVELS, areas)


@dataclass(frozen=True)
class Delivery:
    """The rows of one file: what a loader would get after reading and placing them."""

    source: str
    shape: Shape
    rows: tuple[Mapping[str, Any], ...]


class Maker:
    """Makes rows; the same seed gives the same rows."""

    def __init__(self, seed: int, *, days: int = 60, year_ago_share: float = 0.15) -> None:
        self.rng = random.Random(seed)
        self.days = days
        self.year_ago_share = year_ago_share
        self._numbers: dict[str, int] = {}

    def deliveries(self, size: int = 150, rounds: int = 3) -> list[Delivery]:
        """Return the files of all sources over several rounds, mixed, corrections included."""
        feeds = {
            "hotline": ("case", self.appeal), "urban": ("case", self.order),
            "calls": ("event", self.call), "field": ("event", self.field),
            "sensors": ("reading", self.reading),
        }  # fmt: skip
        found: list[Delivery] = []
        known: dict[str, list[dict[str, Any]]] = {source: [] for source in feeds}
        for _ in range(rounds):
            batch = []
            for source, (shape, make) in feeds.items():
                fresh = [make(source) for _ in range(size)]
                corrected = [
                    self.corrected(row, shape) for row in known[source] if self.chance(0.3)
                ]
                rows = [*fresh, *corrected]
                if shape == "case":  # a first version that arrives after its correction
                    late = [self.earlier(row) for row in fresh if self.chance(0.1)]
                    rows += late
                known[source] += fresh
                self.rng.shuffle(rows)
                batch.append(Delivery(source, shape, tuple(sealed(rows))))  # type: ignore[arg-type]
            batch.append(Delivery("registers", "snapshot", tuple(sealed(self.registers()))))
            self.rng.shuffle(batch)
            found += batch
        return found

    def chance(self, share: float) -> bool:
        """Return True in this share of the calls."""
        return self.rng.random() < share

    def moment(self) -> dt.datetime:
        """Return an instant of the last weeks or of the same weeks a year ago."""
        day = NOW.date() - dt.timedelta(days=self.rng.randrange(self.days))
        if self.chance(self.year_ago_share):
            day -= dt.timedelta(days=364)
        second = self.rng.choice([0, 86_399, *[self.rng.randrange(86_400) for _ in range(6)]])
        begin = dt.datetime.combine(day, dt.time(), ZONE)
        return begin + dt.timedelta(seconds=second, milliseconds=self.rng.choice([0, 0, 250, 999]))

    def place(self, at: dt.datetime) -> str:
        """Return the deepest area known, valid on the day; now and then one that is gone."""
        if self.chance(0.03):
            return GONE
        area = self.rng.choice(PLACES)
        if area.startswith("990100003"):
            code = area.partition("@")[0]
            area = f"{code}@2026-11-01" if at.date() >= REFORM else code
        return area

    def number(self, source: str) -> str:
        """Return the next number of a source."""
        self._numbers[source] = self._numbers.get(source, 0) + 1
        return f"{self._numbers[source]:06d}"

    def _later(self, start: dt.datetime | None, minutes: int, share: float) -> dt.datetime | None:
        if start is None or not self.chance(share):
            return None
        return start + dt.timedelta(seconds=self.rng.randrange(minutes * 60))

    def appeal(self, source: str) -> dict[str, Any]:
        """Return a work order of the hotline, the police or the mediators."""
        channel, kind = self.rng.choice(
            [("12345", "诉求")] * 4 + [("110非警务", "诉求"), ("司法", "矛盾纠纷")]
        )
        return self._case(source, channel, kind)

    def order(self, source: str) -> dict[str, Any]:
        """Return a work order of urban management or of a grid worker."""
        channel = self.rng.choice(["智慧城管", "智慧城管", "网格巡查"])
        return self._case(source, channel, "管理事项")

    def _case(self, source: str, channel: str, kind: str) -> dict[str, Any]:
        at, number = self.moment(), self.number(source)
        accepted = self._later(at, 90, 0.95)
        closed = self._later(accepted or at, 9000, 0.75)
        due = at + dt.timedelta(days=3) if self.chance(0.95) else None
        flags: list[str] = []
        if closed and self.chance(0.05):
            closed, flags = (
                at - dt.timedelta(hours=self.rng.randrange(60)),
                ["closed_before_received"],
            )
        elif closed and due and self.chance(0.1):
            closed = due
        dispatched = self._later(accepted, 60, 0.9)
        pick = self.rng.choice
        return {
            "id": f"{source}:{number}", "case_no": number, "at": at, "received_at": at,
            "accepted_at": accepted, "dispatched_at": dispatched,
            "signed_at": self._later(dispatched, 300, 0.9), "closed_at": closed,
            "visited_at": self._later(closed, 3000, 0.7), "due_at": due,
            "updated_at": at + dt.timedelta(days=1) if self.chance(0.9) else None,
            "channel": channel, "kind": kind, "category": pick(["噪声", "占道", "路灯", ""]),
            "subcategory": pick(["甲", "乙"]), "urgency": pick(["一般", "一般", "紧急", "特急"]),
            "department": pick(["城管局", "交警"]), "status": "已办结" if closed else "办理中",
            "satisfaction": pick(["非常满意", "满意", "基本满意", "一般", "不满意", ""]),
            "resolved": pick([None, 0, 1, 1]), "n_returns": pick([0, 0, 0, 1, 2]),
            "n_rework": pick([0, 0, 1]), "is_void": int(self.chance(0.06)),
            "is_self_handled": int(self.chance(0.4)), "is_repeat": int(self.chance(0.1)),
            "reporter_key": pick(["", *[f"k{n}" for n in range(40)]]), "title": f"事项{number}",
            "flags": flags, "area": self.place(at),
        }  # fmt: skip

    def call(self, source: str) -> dict[str, Any]:
        """Return a telephone call."""
        at, number = self.moment(), self.number(source)
        result = self.rng.choice(["接通", "接通", "接通", "放弃"])
        return {
            "id": f"{source}:{number}", "at": at, "kind": "call", "channel": "12345",
            "result": result, "value": self.rng.choice([0.0, 1.0, float(self.rng.randrange(60))]),
            "title": f"来电{number}", "area": "990100", "extra": [],
        }  # fmt: skip

    def field(self, source: str) -> dict[str, Any]:
        """Return a patrol, an alarm or an emergency."""
        at, number = self.moment(), self.number(source)
        kind = self.rng.choice(["patrol", "alarm", "emergency"])
        arrive = self.rng.choice(["", "abc", str(self.rng.randrange(300, 800)), "540"])
        end = at + dt.timedelta(
            seconds=self.rng.choice([14_400, 14_459, self.rng.randrange(20_000)])
        )
        value = self.rng.randrange(9000) / 1000 if kind == "patrol" else self.rng.randrange(60)
        return {
            "id": f"{source}:{number}", "at": at, "kind": kind, "category": f"{kind}类",
            "ended_at": end if self.chance(0.8) else None, "title": f"事件{number}",
            "result": self.rng.choice(["误报", "已处置", ""]), "area": self.place(at),
            "subject": f"w{self.rng.randrange(12)}",
            "value": float(value) if self.chance(0.9) else None,
            "extra": [{"key": "arrive_s", "value": arrive}] if arrive else [],
        }  # fmt: skip

    def reading(self, source: str) -> dict[str, Any]:
        """Return a reading of a device."""
        at = self.moment()
        metric, top = self.rng.choice(
            [("pm25", 90_000), ("fume", 3_000), ("water_level", 6_000),
             ("speed", 70_000), ("free_speed", 80_000)]
        )  # fmt: skip
        device = f"{metric}-{self.rng.randrange(4)}"
        value = self.rng.randrange(top) / 1000 if self.chance(0.95) else None
        return {
            "id": f"{source}:{device}:{metric}:{at.isoformat()}", "at": at, "device": device,
            "metric": metric, "value": value, "quality": "range" if self.chance(0.05) else "",
            "area": self.place(at),
        }  # fmt: skip

    def registers(self) -> list[dict[str, Any]]:
        """Return a delivery of the registers; now and then an area is missing from it."""
        rows = []
        monthly = [dt.date(2025, 11, 1), *(dt.date(2026, month, 1) for month in (9, 10, 11))]
        daily = [NOW.date() - dt.timedelta(days=n) for n in range(0, 40, 3)]
        for register, areas, days in (
            ("population", COMMUNITIES, monthly), ("population_floating", COMMUNITIES, monthly),
            ("houses", COMMUNITIES, monthly), ("enterprises", COMMUNITIES, monthly),
            ("grid_workers", STREETS, monthly), ("devices_total", STREETS, daily),
            ("devices_online", STREETS, daily),
        ):  # fmt: skip
            for day in days:
                if self.chance(0.5):
                    rows += [self._stock(register, area, day) for area in areas if self.chance(0.9)]
        return rows

    def _stock(self, register: str, area: str, day: dt.date) -> dict[str, Any]:
        at = dt.datetime.combine(day, dt.time(), ZONE)
        return {
            "id": f"registers:{register}:{day}:{area}:", "at": at, "register": register,
            "updated_at": at + dt.timedelta(minutes=self.rng.randrange(10_000)),
            "value": float(self.rng.randrange(1, 9000)), "area": area,
        }  # fmt: skip

    def corrected(self, row: Mapping[str, Any], shape: str) -> dict[str, Any]:
        """Return a later version of a row: closed, moved, voided or with another value."""
        new = dict(row)
        new["updated_at"] = (row.get("updated_at") or row["at"]) + dt.timedelta(hours=30)
        if shape == "case":
            new["closed_at"] = self._later(row["accepted_at"], 12_000, 0.8)
            new["flags"] = []
            new["is_void"] = int(self.chance(0.1))
            new["satisfaction"] = self.rng.choice(["满意", "不满意", ""])
        elif new["value"] is not None:
            new["value"] = round(new["value"] * self.rng.choice([0.5, 1.0, 2.0]), 3)
        if shape in ("case", "event") and self.chance(0.2) and new["area"] != "990100":
            new["area"] = self.place(row["at"])
        return new

    def earlier(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the version before a row, still open."""
        old = dict(row)
        old.update(closed_at=None, updated_at=row["at"] + dt.timedelta(minutes=5), status="办理中")
        return old


def sealed(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with their numbers in the file and a hash of what they say."""
    found = []
    for number, row in enumerate(rows, start=2):
        said = repr(sorted((key, str(value)) for key, value in row.items()))
        digest = hashlib.blake2b(said.encode(), digest_size=8).digest()
        found.append({**row, "row_no": number, "content": int.from_bytes(digest, "big")})
    return found


_TIMES = (
    "at", "ended_at", "updated_at", "received_at", "accepted_at", "dispatched_at", "signed_at",
    "disposed_at", "closed_at", "visited_at", "due_at",
)  # fmt: skip
_PAIRS = pl.List(pl.Struct({"key": pl.String(), "value": pl.String()}))


def frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows of one shape as a frame with zoned times and exact values."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    types: dict[str, Any] = dict.fromkeys(_TIMES, pl.Datetime("ms", str(ZONE)))
    types |= {"content": pl.UInt64(), "extra": _PAIRS, "flags": pl.List(pl.String())}
    types |= {"value": pl.Float64(), "resolved": pl.UInt8()}
    columns = {name: [row.get(name) for row in rows] for name in [*names, "updated_at"]}
    made = pl.DataFrame(
        [pl.Series(name, cells, types.get(name)) for name, cells in columns.items()]
    )
    return made.with_columns(pl.col("value").cast(pl.Decimal(38, 6))) if "value" in names else made


def current(deliveries: Iterable[Delivery]) -> dict[Shape, pl.DataFrame]:
    """Return the newest version of every row, found without the store."""
    newest: dict[Shape, dict[str, Mapping[str, Any]]] = {}
    for one in deliveries:
        kept = newest.setdefault(one.shape, {})
        for row in one.rows:
            row = {**row, "source": one.source}
            if row["id"] not in kept or _age(row) > _age(kept[row["id"]]):
                kept[row["id"]] = row
    return {shape: frame(list(rows.values())) for shape, rows in newest.items()}


def _age(row: Mapping[str, Any]) -> tuple[dt.datetime, int]:
    never = dt.datetime(1900, 1, 1, tzinfo=ZONE)
    return row.get("updated_at") or never, row["content"]
