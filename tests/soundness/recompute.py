"""Every indicator of the catalogue computed a second time, from plain rows, by hand.

Nothing here is read from the catalogue and nothing of ``metrics`` is imported: the conditions
are written again in polars from the Chinese definition of each indicator.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from zoneinfo import ZoneInfo

import polars as pl

col = pl.col
NOW = dt.datetime(2026, 11, 22, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass(frozen=True)
class Outcome:
    """A number made again, with what is above and below the line where there is such a thing."""

    value: float | None
    above: float | None = None
    below: float | None = None


@dataclass(frozen=True)
class Rows:
    """Rows asked about, and those of the whole city, which tell whether a feed spoke."""

    some: Mapping[str, pl.DataFrame]
    city: Mapping[str, pl.DataFrame]
    heard: dict[tuple[str, int], tuple[pl.Expr, pl.Series]] = field(default_factory=dict)

    def cut(self, keep: Callable[[pl.DataFrame], pl.DataFrame]) -> Rows:
        cut = {shape: keep(rows) for shape, rows in self.some.items()}
        return Rows(cut, self.city, self.heard)

    def spoke(self, shape: str, about: pl.Expr, start: dt.date, end: dt.date) -> bool:
        if (shape, id(about)) not in self.heard:
            rows = self.city[shape]
            sources = rows.filter(about)["source"].unique()
            days = rows.filter(col("source").is_in(sources.to_list()))["at"].dt.date()
            self.heard[shape, id(about)] = (about, days.unique())
        _, days = self.heard[shape, id(about)]
        return bool(days.is_between(start, end).any())


def within(time: str, start: dt.date, end: dt.date) -> pl.Expr:
    return col(time).dt.date().is_between(start, end)


@dataclass(frozen=True)
class Count:
    shape: str
    time: str
    about: pl.Expr

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        n = rows.some[self.shape].filter(self.about & within(self.time, start, end)).height
        if not n and not rows.spoke(self.shape, self.about, start, end):
            return Outcome(None)
        return Outcome(n, n)


@dataclass(frozen=True)
class Total:
    shape: str
    time: str
    about: pl.Expr
    value: pl.Expr

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        found = rows.some[self.shape].filter(self.about & within(self.time, start, end))
        n = float(found.select(self.value.sum()).item() or 0)
        if not n and not rows.spoke(self.shape, self.about, start, end):
            return Outcome(None)
        return Outcome(n, n)


@dataclass(frozen=True)
class Rate:
    shape: str
    time: str
    about: pl.Expr
    above: pl.Expr
    below: pl.Expr

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        found = rows.some[self.shape].filter(
            self.about & within(self.time, start, end) & self.below
        )
        n, hits = found.height, found.filter(self.above).height
        if n:
            return Outcome(float(Fraction(100 * hits, n)), hits, n)
        spoke = rows.spoke(self.shape, self.about, start, end)
        return Outcome(None, 0 if spoke else None, 0 if spoke else None)


@dataclass(frozen=True)
class AtEnd:
    """A share of the cases filed in a window, judged at its end, or now while it still runs."""

    about: pl.Expr
    above: Callable[[pl.Expr], pl.Expr]
    below: Callable[[pl.Expr], pl.Expr]
    shape: str = "case"

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        midnight = dt.datetime.combine(end + dt.timedelta(days=1), dt.time(), NOW.tzinfo)
        moment = pl.lit(min(midnight, NOW)).dt.cast_time_unit("ms")
        rate = Rate(self.shape, "accepted_at", self.about, self.above(moment), self.below(moment))
        return rate.at(rows, start, end)


@dataclass(frozen=True)
class Mean:
    shape: str
    time: str
    about: pl.Expr
    value: pl.Expr
    per: int = 1

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        found = rows.some[self.shape].filter(self.about & within(self.time, start, end))
        values = found.select(self.value.alias("v"))["v"].drop_nulls().to_list()
        if values:
            total = sum(map(Fraction, values))
            return Outcome(float(total / len(values) / self.per), float(total), len(values))
        spoke = rows.spoke(self.shape, self.about, start, end)
        return Outcome(None, 0 if spoke else None, 0 if spoke else None)


@dataclass(frozen=True)
class Rank:
    shape: str
    time: str
    about: pl.Expr
    value: pl.Expr
    share: str

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        found = rows.some[self.shape].filter(self.about & within(self.time, start, end))
        values = sorted(found.select(self.value.alias("v"))["v"].drop_nulls().to_list())
        if not values:
            return Outcome(None)
        return Outcome(
            float(values[math.ceil(Fraction(self.share) * len(values)) - 1]), len(values)
        )


@dataclass(frozen=True)
class Different:
    shape: str
    time: str
    about: pl.Expr
    key: str

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        found = rows.some[self.shape].filter(self.about & within(self.time, start, end))
        n = found[self.key].n_unique()
        if not n and not rows.spoke(self.shape, self.about, start, end):
            return Outcome(None)
        return Outcome(n, n)


@dataclass(frozen=True)
class Highest:
    shape: str
    time: str
    about: pl.Expr

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        found = rows.some[self.shape].filter(self.about & within(self.time, start, end))
        top = found["value"].max()
        return Outcome(None if top is None else float(top))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Open:
    shape: str
    about: pl.Expr

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        entered = col("accepted_at").dt.date() <= end
        left = (col("closed_at").dt.date() <= end).fill_null(value=False)
        n = rows.some[self.shape].filter(self.about & entered & ~left).height
        if not n and not rows.spoke(self.shape, self.about, start, end):
            return Outcome(None)
        return Outcome(n, n)


@dataclass(frozen=True)
class Register:
    name: str

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        mine = (col("register") == self.name) & (col("at").dt.date() <= end)
        last = rows.city["snapshot"].filter(mine)["at"].dt.date().max()
        if last is None:
            return Outcome(None)
        found = rows.some["snapshot"].filter(mine).filter(col("at").dt.date() == last)
        n = float(found["value"].sum()) if found.height else None
        return Outcome(n, n)


@dataclass(frozen=True)
class Made:
    parts: tuple[str, ...]
    of: Callable[..., float]

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        values = [RECIPES[part].at(rows, start, end).value for part in self.parts]
        if any(value is None for value in values):
            return Outcome(None)
        try:
            return Outcome(self.of(*values))
        except ZeroDivisionError:
            return Outcome(None)


Recipe = Count | Total | Rate | Mean | Rank | Different | Highest | Open | Register | Made

ALL = pl.lit(value=True)
VALID = col("is_void") == 0
APPEAL = (col("kind") == "诉求") & VALID
ORDER = (col("channel") == "智慧城管") & VALID
FOUND = col("channel") == "网格巡查"
DISPUTE = (col("kind") == "矛盾纠纷") & VALID
CALL, PATROL = col("kind") == "call", col("kind") == "patrol"
ALARM, EMERGENCY = col("kind") == "alarm", col("kind") == "emergency"
IN_TIME = (col("closed_at") <= col("due_at")).fill_null(value=False)
ARRIVE = (
    col("extra").list.eval(
        pl.element().struct.field("value").filter(pl.element().struct.field("key") == "arrive_s")
    ).list.first().cast(pl.Float64, strict=False)
)  # fmt: skip
SECONDS = {
    name: col(name).dt.epoch("ms") // 1000
    for name in ("accepted_at", "closed_at", "dispatched_at", "signed_at", "at", "ended_at")
}
HANDLING = pl.when(col("closed_at") >= col("accepted_at")).then(
    (SECONDS["closed_at"] - SECONDS["accepted_at"]) / 3600
)
HANDLED = APPEAL & ~col("flags").list.contains("closed_before_received")
SIGNING = pl.when(col("signed_at") >= col("dispatched_at")).then(
    SECONDS["signed_at"] - SECONDS["dispatched_at"]
)
FOUR_HOURS = (SECONDS["ended_at"] - SECONDS["at"] <= 14_400).fill_null(value=False)
GOOD = col("quality") == ""
AIR, FUME = (col("metric") == "pm25") & GOOD, (col("metric") == "fume") & GOOD
SPEED = (col("metric") == "speed") & GOOD & (col("value") > 0)
FREE = (col("metric") == "free_speed") & GOOD & (col("value") > 0)
SLOWNESS = 3600 / col("value").cast(pl.Float64)


TIMED = ORDER & col("due_at").is_not_null()
HUNG = col("extra").list.eval(
    pl.element().struct.field("value").filter(pl.element().struct.field("key") == "缓办次数")
).list.first().fill_null("").is_in(["1", "2"])  # fmt: skip


def before(time: str, end: pl.Expr) -> pl.Expr:
    return (col(time) < end).fill_null(value=False)


def closed_in_time(end: pl.Expr) -> pl.Expr:
    return IN_TIME & before("closed_at", end)


def _rated(*grades: str) -> pl.Expr:
    return col("satisfaction").is_in(grades)


RECIPES: dict[str, Recipe] = {
    "appeals_accepted": Count("case", "accepted_at", APPEAL),
    "appeals_closed": Count("case", "closed_at", APPEAL),
    "appeals_open": Open("case", APPEAL),
    "appeals_close_rate": Rate("case", "accepted_at", APPEAL, col("closed_at").is_not_null(), ALL),
    "appeals_ontime_rate": Rate("case", "due_at", APPEAL, IN_TIME, ALL),
    "appeals_satisfaction_rate": Rate(
        "case", "visited_at", APPEAL, _rated("非常满意", "满意", "基本满意"), ~_rated("")
    ),
    "appeal_repeat_rate": Rate("case", "accepted_at", APPEAL, col("is_repeat") == 1, ALL),
    "appeal_return_rate": Rate("case", "dispatched_at", APPEAL, col("n_returns") > 0, ALL),
    "appeal_handle_hours_p50": Rank("case", "closed_at", HANDLED, HANDLING, "0.5"),
    "appeal_handle_hours_p90": Rank("case", "closed_at", HANDLED, HANDLING, "0.9"),
    "appeal_reporters": Different(
        "case", "accepted_at", APPEAL & (col("reporter_key") != ""), "reporter_key"
    ),
    "appeal_sign_minutes_avg": Mean("case", "dispatched_at", APPEAL, SIGNING, per=60),
    "hotline_accepted": Count("case", "accepted_at", VALID & (col("channel") == "12345")),
    "police110_nonpolice_transferred": Count(
        "case", "accepted_at", VALID & (col("channel") == "110非警务")
    ),
    "hotline_calls": Count("event", "at", CALL),
    "hotline_connect_rate": Rate("event", "at", CALL, col("result") == "接通", ALL),
    "hotline_wait_seconds_p90": Rank(
        "event", "at", CALL & (col("result") == "接通"), col("value"), "0.9"
    ),
    "appeals_per_10k": Made(
        ("appeals_accepted", "population_resident"), lambda n, people: n * 10_000 / people
    ),
    "um_reported": Count("case", "received_at", col("channel") == "智慧城管"),
    "um_filed": Count("case", "accepted_at", ORDER),
    "um_closed": Count("case", "closed_at", ORDER),
    "um_open": Open("case", ORDER),
    "um_ontime_rate": Rate("case", "due_at", ORDER, IN_TIME, ALL),
    "um_ontime_rate_a": AtEnd(
        TIMED, closed_in_time,
        lambda end: before("closed_at", end) | before("due_at", end) | before("disposed_at", end),
    ),
    "um_ontime_rate_b": AtEnd(TIMED, closed_in_time, lambda _: ALL),
    "um_ontime_rate_c": AtEnd(
        TIMED, closed_in_time, lambda end: before("closed_at", end) | ~HUNG
    ),
    "um_rework_rate": Rate("case", "closed_at", ORDER, col("n_rework") > 0, ALL),
    "grid_reports": Count("case", "received_at", FOUND),
    "grid_self_handled_rate": Rate(
        "case", "received_at", FOUND & VALID, col("is_self_handled") == 1, ALL
    ),
    "grid_patrol_km": Total("event", "at", PATROL, col("value")),
    "grid_patrolled_grids": Different("event", "at", PATROL, "area"),
    "grid_workers_active": Different("event", "at", PATROL, "subject"),
    "grid_workers_total": Register("grid_workers"),
    "dispute_cases": Count("case", "received_at", DISPUTE),
    "dispute_resolved_rate": Rate(
        "case", "closed_at", DISPUTE, col("resolved") == 1, col("resolved").is_not_null()
    ),
    "emergency_events": Count("event", "at", EMERGENCY),
    "sla_30s_response_rate": Rate(
        "event", "at", EMERGENCY, col("value") <= 30, col("value").is_not_null()
    ),
    "sla_9min_arrival_rate": Rate("event", "at", EMERGENCY, ARRIVE <= 540, ARRIVE.is_not_null()),
    "emergency_response_s_p90": Rank("event", "at", EMERGENCY, col("value"), "0.9"),
    "iot_alarm_total": Count("event", "at", ALARM),
    "iot_alarm_timely_rate": Rate(
        "event", "at", ALARM & (col("result") != "误报"), FOUR_HOURS, ALL
    ),
    "pm25_avg": Mean("reading", "at", AIR, col("value")),
    "fume_concentration_p95": Rank("reading", "at", FUME, col("value"), "0.95"),
    "fume_exceed_rate": Rate(
        "reading", "at", FUME, col("value") > 2, col("value").is_not_null()
    ),
    "water_level_max": Highest("reading", "at", (col("metric") == "water_level") & GOOD),
    "traffic_travel_time": Total("reading", "at", SPEED, SLOWNESS),
    "traffic_speed_readings": Count("reading", "at", SPEED),
    "traffic_free_time": Total("reading", "at", FREE, SLOWNESS),
    "traffic_speed_mean": Made(
        ("traffic_speed_readings", "traffic_travel_time"), lambda n, time: 3600 * n / time
    ),
    "traffic_congestion_index": Made(
        ("traffic_travel_time", "traffic_free_time"), lambda time, free: time / free
    ),
    "population_resident": Register("population"),
    "population_floating": Register("population_floating"),
    "houses_total": Register("houses"),
    "enterprises_total": Register("enterprises"),
    "devices_total": Register("devices_total"),
    "devices_online": Register("devices_online"),
    "device_online_rate": Made(
        ("devices_online", "devices_total"), lambda online, total: 100 * online / total
    ),
    "governance_index": Made(
        (
            "appeals_ontime_rate", "appeals_satisfaction_rate", "um_ontime_rate",
            "appeal_return_rate",
        ),
        lambda a, b, c, d: (35 * a + 30 * b + 25 * c + 10 * (100 - d)) / 100,
    ),
}  # fmt: skip

from tests.soundness.recipes_governance import GOVERNANCE  # noqa: E402 - they use what is above
from tests.soundness.recipes_ledgers import LEDGERS  # noqa: E402
from tests.soundness.recipes_places import PLACES  # noqa: E402
from tests.soundness.recipes_services import SERVICES  # noqa: E402

RECIPES.update(SERVICES)
RECIPES.update(LEDGERS)
RECIPES.update(GOVERNANCE)
RECIPES.update(PLACES)
