"""The demo city's numbers against its own source files, read and added up a second time."""

from __future__ import annotations

import datetime as dt
import functools
import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from cockpit.commands.demo import write_city
from cockpit.jobs import load_inbox
from cockpit.settings import load_settings
from cockpit.wiring import Services, build
from metrics.answer import Answer, Figure
from metrics.answer_json import as_json
from metrics.store import Store
from metrics.tables import all_tables
from tests.support.raw_city import ASIDE, LEVELS, RawCity, read_city
from tests.support.raw_exports import EXPORTS

pytestmark = pytest.mark.slow

NOW, DAYS, SCALE, SEED = "2026-11-12T10:00", 27, 0.15, 41
PERIODS = {
    "yesterday": (dt.date(2026, 11, 11), dt.date(2026, 11, 11)),
    "last-week": (dt.date(2026, 11, 2), dt.date(2026, 11, 8)),
    "last-month": (dt.date(2026, 10, 1), dt.date(2026, 10, 31)),
}
col = pl.col


@dataclass(frozen=True)
class Meaning:
    """What an indicator adds up: a value of the rows it is about, over their number in a ratio."""

    shape: str
    time: str
    about: pl.Expr
    value: pl.Expr
    is_ratio: bool = False
    factor: float = 1
    lowest: str = "grid"

    @property
    def levels(self) -> tuple[str, ...]:
        return LEVELS[: LEVELS.index(self.lowest) + 1]


VALID = ~col("void")
APPEAL, ORDER = (col("kind") == "诉求") & VALID, (col("channel") == "智慧城管") & VALID
FOUND, DISPUTE = col("channel") == "网格巡查", (col("kind") == "矛盾纠纷") & VALID
CALL, PATROL = col("kind") == "call", col("kind") == "patrol"
ALARM, EMERGENCY = col("kind").is_in(["alarm", "报警"]), col("kind") == "emergency"
AIR, FUME = (col("metric") == "pm25") & col("good"), (col("metric") == "fume") & col("good")
SPEED, FREE = (
    (col("metric") == name) & col("good") & (col("value") > 0) for name in ("speed", "free_speed")
)
IN_TIME = col("closed") <= col("due")
RATED = col("rating").is_in(["非常满意", "满意", "基本满意"])
SIGNED = col("signed") >= col("dispatched")
SIGNING = (col("signed") - col("dispatched")).dt.total_seconds()
ARRIVAL = col("arrive_s").cast(pl.Float64, strict=False)
SLOWNESS = 3600 / col("value")


def count(shape: str, time: str, about: pl.Expr, lowest: str = "grid") -> Meaning:
    return Meaning(shape, time, about, pl.lit(value=True), lowest=lowest)


def share(shape: str, time: str, about: pl.Expr, hit: pl.Expr, lowest: str = "grid") -> Meaning:
    return Meaning(shape, time, about, hit, is_ratio=True, factor=100, lowest=lowest)


COUNTS = {
    "appeals_accepted": count("case", "accepted", APPEAL),
    "appeals_closed": count("case", "closed", APPEAL),
    "hotline_accepted": count("case", "accepted", VALID & (col("channel") == "12345")),
    "police110_nonpolice_transferred": count(
        "case", "accepted", VALID & (col("channel") == "110非警务")
    ),
    "um_reported": count("case", "received", col("channel") == "智慧城管"),
    "um_filed": count("case", "accepted", ORDER),
    "um_closed": count("case", "closed", ORDER),
    "grid_reports": count("case", "received", FOUND),
    "dispute_cases": count("case", "received", DISPUTE, "community"),
    "hotline_calls": count("event", "at", CALL, "district"),
    "grid_patrol_km": Meaning("event", "at", PATROL, col("value")),
    "emergency_events": count("event", "at", EMERGENCY),
    "iot_alarm_total": count("event", "at", ALARM),
    "traffic_speed_readings": count("reading", "at", SPEED),
    "traffic_travel_time": Meaning("reading", "at", SPEED, SLOWNESS),
    "traffic_free_time": Meaning("reading", "at", FREE, SLOWNESS),
}
RATIOS = {
    "appeals_close_rate": share("case", "accepted", APPEAL, col("closed").is_not_null()),
    "appeals_ontime_rate": share("case", "due", APPEAL, IN_TIME),
    "appeals_satisfaction_rate": share("case", "visited", APPEAL & (col("rating") != ""), RATED),
    "appeal_repeat_rate": share("case", "accepted", APPEAL, col("repeat") == "是"),
    "appeal_return_rate": share("case", "dispatched", APPEAL, col("returns") >= 1),
    "appeal_sign_minutes_avg": Meaning(
        "case", "dispatched", APPEAL & SIGNED, SIGNING, is_ratio=True, factor=1 / 60
    ),
    "hotline_connect_rate": share(
        "event", "at", CALL, col("result") == "接通", lowest="district"
    ),
    "um_ontime_rate": share("case", "due", ORDER, IN_TIME),
    "um_rework_rate": share("case", "closed", ORDER, col("rework") >= 1),
    "grid_self_handled_rate": share("case", "received", FOUND & VALID, col("on_spot") == "1"),
    "dispute_resolved_rate": share(
        "case", "closed", DISPUTE & (col("resolved") != ""), col("resolved") == "是", "community"
    ),
    "sla_30s_response_rate": share(
        "event", "at", EMERGENCY & col("value").is_not_null(), col("value") <= 30
    ),
    "sla_9min_arrival_rate": share(
        "event", "at", EMERGENCY & ARRIVAL.is_not_null(), ARRIVAL <= 540
    ),
    "iot_alarm_timely_rate": share(
        "event", "at", ALARM & (col("result") != "误报"),
        (col("ended") - col("at")).dt.total_seconds() <= 4 * 3600,
    ),
    "pm25_avg": Meaning("reading", "at", AIR, col("value"), is_ratio=True, lowest="street"),
    "fume_exceed_rate": share("reading", "at", FUME, col("value") > 2),
}  # fmt: skip
DIFFERENT = {
    "appeal_reporters": (count("case", "accepted", APPEAL & (col("person") != "")), "person"),
    "grid_patrolled_grids": (count("event", "at", PATROL), "area"),
    "grid_workers_active": (count("event", "at", PATROL), "who"),
}
STOCKS = {"appeals_open": APPEAL, "um_open": ORDER}
QUOTIENTS = ("traffic_travel_time", "traffic_free_time")
"""Every quotient is kept to six decimals, so their sum is exact to a millionth a reading."""


@pytest.fixture(scope="module")
def city(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Services:
    """The demo city, made and loaded by what the command line calls; the sources known here."""
    for table in all_tables(store.timezone):
        store.command(f"TRUNCATE TABLE {table.name}", tag="test.fresh")
    store.refresh_version()
    home = tmp_path_factory.mktemp("demo")
    settings = load_settings({"home": home, "now": NOW}, {}, folder=home)
    write_city(settings, {"days": DAYS, "scale": SCALE, "seed": SEED})
    services = build(settings, store=store)
    files = [path for source in EXPORTS for path in sorted((services.inbox / source).iterdir())]
    _, report = load_inbox(services, only=files)
    assert not report.failed
    return services


@pytest.fixture(scope="module")
def raw(city: Services) -> RawCity:
    return read_city(city.inbox, city.city.territory)


@pytest.fixture(scope="module")
def truth(city: Services) -> dict[str, Any]:
    path = city.city.folder / "ground_truth.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def within(time: str, period: str) -> pl.Expr:
    start, end = PERIODS[period]
    return col(time).dt.date().is_between(start, end)


def added(
    raw: RawCity, meaning: Meaning, period: str, level: str, area: str
) -> dict[str, tuple[float, int]]:
    """Return value and number of rows of the areas of a level within an area; "" is 未归属."""
    rows = raw.facts.filter(
        (col("shape") == meaning.shape) & meaning.about & within(meaning.time, period)
    ).filter(col(raw.atlas.level[area]) == area)
    value = meaning.value.cast(pl.Float64).fill_null(0)
    found = (
        rows.with_columns(value.alias("_value")).group_by(level).agg(col("_value").sum(), pl.len())
    )
    return {area: (total, number) for area, total, number in found.iter_rows()}


def spoke(raw: RawCity, meaning: Meaning, period: str) -> bool:
    """Tell whether a source of such rows has any row in the period."""
    mine = raw.facts.filter((col("shape") == meaning.shape) & meaning.about)["source"].unique()
    at = pl.coalesce("received", "at").dt.date().is_between(*PERIODS[period])
    return not raw.facts.filter(col("source").is_in(mine.to_list()) & at).is_empty()


def differs(name: str, meaning: Meaning, one: Figure, total: float, number: int) -> bool:
    """Tell whether a figure is another than the rows of the files add up to."""
    slack = 1e-6 * number if name in QUOTIENTS else 1e-9 * abs(total)
    if not meaning.is_ratio:
        return one.value is None or abs(one.value - total) > slack
    if not number:
        return (one.value, one.denominator) != (None, 0)
    if one.value is None or one.numerator is None or one.denominator != number:
        return True
    return abs(one.numerator - total) > slack or not math.isclose(
        one.value, total / number * meaning.factor, rel_tol=1e-12
    )


Asked = Callable[[str, str], list[tuple[str, Answer]]]


@pytest.fixture(scope="module")
def asked(city: Services, raw: RawCity) -> Asked:
    """Ask once for everything there is at a level: of the whole city, or of three streets.

    All grids of the city are looked at in one of the periods only, as there are thousands.
    """
    streets = sorted(area for area, level in raw.atlas.level.items() if level == "street")[::9]
    assert len(streets) == 3

    @functools.cache
    def ask(level: str, period: str) -> list[tuple[str, Answer]]:
        names = [name for name, one in {**COUNTS, **RATIOS}.items() if level in one.levels]
        names += [*DIFFERENT, *STOCKS] if level != "grid" else STOCKS
        areas = streets if level == "grid" and period != "last-week" else [raw.atlas.root]
        wanted = [(name, area) for area in areas for name in names]
        below = "" if level == "district" else level
        questions = [
            city.service.question(name, area=area, period=period, level=below, compare=())
            for name, area in wanted
        ]
        answers = city.service.answer_many(questions)
        return [(name, one) for (name, _), one in zip(wanted, answers, strict=True)]

    return ask


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("level", LEVELS)
def test_every_count_and_ratio(asked: Asked, raw: RawCity, period: str, level: str) -> None:
    compared, wrong = 0, []
    for name, answer in asked(level, period):
        meaning = {**COUNTS, **RATIOS}.get(name)
        if meaning is None:
            continue
        if not spoke(raw, meaning, period):
            assert answer.figure.value is None, name
            continue
        expected = added(raw, meaning, period, level, answer.area)
        figures = {one.key: one.figure for one in answer.children} or {answer.area: answer.figure}
        assert expected.keys() <= figures.keys(), name
        compared += len(figures)
        wrong += [
            (name, area, one, expected.get(area))
            for area, one in figures.items()
            if differs(name, meaning, one, *expected.get(area, (0.0, 0)))
        ]
    assert not wrong
    assert compared >= 28


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("level", LEVELS[1:])
def test_children_and_nowhere_add_up(asked: Asked, period: str, level: str) -> None:
    for name, answer in asked(level, period):
        if name not in COUNTS and name not in STOCKS:
            continue
        said: dict[str, Any] = as_json(answer)
        assert [one["name"] for one in said["children"]].count("未归属") == 1, name
        values = [one["value"] for one in said["children"]]
        if said["value"] is None:
            assert not any(values), name
        else:
            assert math.isclose(math.fsum(values), said["value"], rel_tol=1e-12), name


def test_what_is_open_on_every_day(city: Services, raw: RawCity) -> None:
    last = dt.date.fromisoformat(NOW[:10])
    for name, about in STOCKS.items():
        question = city.service.question(name, period="today", series=DAYS)
        series = dict(city.service.answer(question).series)
        rows = raw.facts.filter((col("shape") == "case") & about).select("accepted", "closed")
        for day in (last - dt.timedelta(days=ago) for ago in range(DAYS)):
            left = (col("closed").dt.date() <= day).fill_null(value=False)
            open_then = rows.filter((col("accepted").dt.date() <= day) & ~left).height
            assert series[day] == open_then, (name, day)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("level", LEVELS[:2])
def test_nobody_counts_twice(asked: Asked, raw: RawCity, period: str, level: str) -> None:
    for name, answer in asked(level, period):
        if name not in DIFFERENT:
            continue
        meaning, key = DIFFERENT[name]
        rows = raw.facts.filter(
            (col("shape") == meaning.shape) & meaning.about & within(meaning.time, period)
        )
        found = dict(rows.group_by(level).agg(col(key).n_unique()).iter_rows())
        figures = {one.key: one.figure.value for one in answer.children}
        figures = figures or {answer.area: answer.figure.value}
        assert found.keys() <= figures.keys(), name
        assert figures == {area: found.get(area, 0) for area in figures}, name


def test_no_line_of_a_file_is_lost(city: Services, raw: RawCity) -> None:
    ledger = city.store.rows(
        "SELECT source, file, rows_read, accepted, quarantined, duplicates FROM batch"
        " WHERE source IN {sources:Array(String)}", {"sources": list(EXPORTS)}, tag="test",
    )  # fmt: skip
    said = {f"{row.pop('source')}/{row.pop('file')}": tuple(row.values()) for row in ledger}
    assert said == {
        file: (one.lines, one.kept, one.aside.total(), one.again)
        for file, one in raw.accounts.items()
    }
    for one in raw.accounts.values():
        assert one.lines == one.rows == one.kept + one.aside.total() + one.again


def test_the_defects_are_those_that_were_put_in(raw: RawCity, truth: dict[str, Any]) -> None:
    assert {file for file in truth["files"] if file.partition("/")[0] in EXPORTS} == set(
        raw.accounts
    )
    for file, one in raw.accounts.items():
        put_in = Counter(truth["files"][file]["defects"])
        assert truth["files"][file]["rows"] == one.lines
        assert put_in == one.aside + one.odd + Counter(duplicate_row=one.again), file


def test_defects_are_told_where_the_rows_are(city: Services, raw: RawCity) -> None:
    reasons = {"missing_key": "missing_number", "bad_time": "unparsable_time"}
    aside: dict[str, Counter[str]] = defaultdict(Counter)
    noted: dict[str, Counter[str]] = defaultdict(Counter)
    for row in city.store.rows("SELECT source, reason FROM quarantine", {}, tag="test"):
        aside[row["source"]][reasons.get(row["reason"], row["reason"])] += 1
    flags = {"default_point": "zero_point"}
    for shape in ("case", "event", "reading", "snapshot"):
        rows = city.store.rows(
            f"SELECT source, arrayJoin(flags) AS flag, sum(sign = 1) AS n FROM fact_{shape}"
            " GROUP BY source, flag", {}, tag="test",
        )  # fmt: skip
        for row in rows:
            noted[row["source"]][flags.get(row["flag"], row["flag"])] += row["n"]
    for source in {one.source for one in raw.accounts.values()}:
        mine = [one for one in raw.accounts.values() if one.source == source]
        assert aside[source] == sum((one.aside for one in mine), Counter()), source
        assert set(aside[source]) <= set(ASIDE)
        odd: Counter[str] = sum((one.odd for one in mine), Counter())
        told = noted[source]
        for defect in ("closed_before_received", "swapped_point", "zero_point", "unknown_code",
                       "sentinel"):  # fmt: skip
            assert told[defect] == odd[defect], (source, defect)
