"""Deadlines in working time, each derived by hand from the published schedule of its year.

2026: off 1-3 January, 15-23 February, 4-6 April, 1-5 May, 19-21 June, 25-27 September,
1-7 October; worked on the weekends of 4 January, 14 and 28 February, 9 May, 20 September and
10 October.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.errors import BadQuestion
from metrics.worktime import Schedule, Unit, WorkCalendar

ROOT = Path(__file__).parents[2]
DAY_TYPES = ROOT.parent / "shared" / "data" / "cn_calendar" / "cn_workdays_2004_2026.csv"
WORK = WorkCalendar()


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        # the eight of the field: make-up days, a holiday in between, lunch, end of work, Saturday
        ("2026-09-18 16:30", 8, "工作时", "2026-09-20 16:30"),
        ("2026-09-30 17:00", 4, "工作时", "2026-10-08 11:00"),
        ("2026-02-13 17:00", 8, "工作时", "2026-02-14 17:00"),
        ("2026-03-04 12:30", 1, "工作时", "2026-03-04 15:00"),
        ("2026-03-04 18:00", 1, "工作时", "2026-03-05 09:00"),
        ("2026-03-07 09:00", 1, "工作时", "2026-03-09 09:00"),
        ("2026-09-30 09:00", 5, "工作日", "2026-10-13 18:00"),
        ("2026-09-24 15:00", 3, "工作日", "2026-09-30 18:00"),
        # before work begins the clock waits for 08:00
        ("2026-03-04 06:15", 2, "工作时", "2026-03-04 10:00"),
        # due at the end of a stretch, not at the beginning of the next: 4 h end at 12:00
        ("2026-03-04 08:00", 4, "工作时", "2026-03-04 12:00"),
        # a whole day ends at 18:00 of the same day
        ("2026-03-04 08:00", 8, "工作时", "2026-03-04 18:00"),
        # 4 h on Tue 3 March (14-18), 8 h on Wed, 4 h on Thu morning
        ("2026-03-03 13:00", 16, "工作时", "2026-03-05 12:00"),
        # half an hour over the lunch break: 15 min to 12:00, 15 min from 14:00
        ("2026-03-04 11:45", 0.5, "工作时", "2026-03-04 14:15"),
        # Spring Festival: Sat 14 February is worked (8 h), then off to Mon 23; Tue 24 from 08:00
        ("2026-02-14 08:00", 9, "工作时", "2026-02-24 09:00"),
        # n-th working day after: Sat 14 Feb, Tue 24 Feb ... Fri 27, Sat 28 (make-up) = 1, 2 ... 6
        ("2026-02-13 09:00", 6, "工作日", "2026-02-28 18:00"),
        # begun on a day off: Mon 12 Oct is the second after Sat 10 Oct? No: Sun 11 starts, Mon = 1
        ("2026-10-11 09:00", 1, "工作日", "2026-10-12 18:00"),
        # begun on a make-up Saturday, whose rest does not count: Mon 12 Oct = 1
        ("2026-10-10 09:00", 1, "工作日", "2026-10-12 18:00"),
        # begun after work: the day of the start never counts, whatever the hour
        ("2026-03-04 23:59", 1, "工作日", "2026-03-05 18:00"),
        # May Day: Thu 30 April, off to Tue 5 May, Wed 6, Thu 7, Fri 8, Sat 9 (make-up) = 4
        ("2026-04-30 10:00", 4, "工作日", "2026-05-09 18:00"),
        # New Year: Thu 31 Dec 2025, off 1-3 January, Sun 4 January worked
        ("2025-12-31 17:00", 2, "工作时", "2026-01-04 09:00"),
        # natural time runs through nights and holidays
        ("2026-09-30 17:00", 30, "自然时", "2026-10-01 23:00"),
        ("2026-02-14 09:30", 5, "自然日", "2026-02-19 09:30"),
        # urgent hours run round the clock: two hours from Friday 23:00
        ("2026-02-13 23:00", 2, "紧急工作时", "2026-02-14 01:00"),
        # nothing allowed is due at once, even at night
        ("2026-03-04 23:00", 0, "工作时", "2026-03-04 23:00"),
        ("2026-03-04 09:00", 0, "工作日", "2026-03-04 09:00"),
    ],
)
def test_due(start: str, amount: float, unit: Unit, due: str) -> None:
    found = WORK.due(at(start), amount, unit)
    assert found.at == found.original == at(due)
    assert not found.is_provisional


def test_urgent_hours_may_be_working_hours() -> None:
    """One hour on Friday evening, one on the make-up Saturday."""
    office = WorkCalendar(urgent_round_the_clock=False)
    assert office.due(at("2026-02-13 17:00"), 2, "紧急工作时").at == at("2026-02-14 09:00")


def test_summer_and_winter_hours() -> None:
    """30 September ends at 18:30 with the summer hours; 8 October has the winter ones again."""
    summer = Schedule(
        ((dt.time(8, 30), dt.time(12)), (dt.time(15), dt.time(18, 30))), (5, 1), (9, 30)
    )
    both = WorkCalendar((Schedule(), summer))
    assert both.due(at("2026-09-30 17:00"), 4, "工作时").at == at("2026-10-08 10:30")
    assert both.due(at("2026-09-29 09:00"), 1, "工作日").at == at("2026-09-30 18:30")
    winter = Schedule(((dt.time(9), dt.time(17)),), (10, 1), (4, 30))
    over_new_year = WorkCalendar((summer, winter))
    assert over_new_year.due(at("2026-01-05 08:00"), 9, "工作时").at == at("2026-01-06 10:00")
    with pytest.raises(BadQuestion, match="no work schedule holds on 2026-10-08"):
        WorkCalendar((summer,)).due(at("2026-09-30 17:00"), 4, "工作时")


@pytest.mark.parametrize(
    "shifts",
    [(), ((dt.time(12), dt.time(8)),), ((dt.time(8), dt.time(12)), (dt.time(11), dt.time(18)))],
)
def test_shifts_that_are_none(shifts: tuple[tuple[dt.time, dt.time], ...]) -> None:
    with pytest.raises(BadQuestion, match="overlap, run backwards or are none"):
        Schedule(shifts)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "stopped", "due"),
    [
        # 8 h from Mon 09:00 are Tue 09:00; 10:00-16:00 stops 2 h before and 2 h after lunch
        ("2026-03-09 09:00", 8, "工作时", [("2026-03-09 10:00", "2026-03-09 16:00")],
         "2026-03-10 15:00"),
        # stopped at night costs nothing
        ("2026-03-09 17:00", 2, "工作时", [("2026-03-09 18:00", "2026-03-10 08:00")],
         "2026-03-10 09:00"),
        # overlapping and touching spans count once: Tue is gone, Mon 17-18 and Wed 08-09 remain
        ("2026-03-09 17:00", 2, "工作时",
         [("2026-03-10 00:00", "2026-03-10 15:00"), ("2026-03-10 12:00", "2026-03-10 20:00")],
         "2026-03-11 09:00"),
        # stopped when it begins: the clock starts on Wed 09:00
        ("2026-03-09 09:00", 3, "工作时", [("2026-03-01 00:00", "2026-03-11 09:00")],
         "2026-03-11 12:00"),
        # over before it begins: no matter
        ("2026-03-09 09:00", 3, "工作时", [("2026-03-02 00:00", "2026-03-06 09:00")],
         "2026-03-09 12:00"),
        # begins after it was due: no matter
        ("2026-03-09 09:00", 3, "工作时", [("2026-03-09 12:00", "2026-03-13 00:00")],
         "2026-03-09 12:00"),
        # 3 working days from Mon: Thu; Tue and Wed stopped whole: Fri, and Mon 16
        ("2026-03-09 09:00", 3, "工作日", [("2026-03-10 00:00", "2026-03-12 00:00")],
         "2026-03-16 18:00"),
        # a stopped morning (4 h) moves the end of Thu to noon of Fri
        ("2026-03-09 09:00", 3, "工作日", [("2026-03-10 08:00", "2026-03-10 12:00")],
         "2026-03-13 12:00"),
        # the day of the start does not count, so stopping on it costs nothing
        ("2026-03-09 09:00", 3, "工作日", [("2026-03-09 10:00", "2026-03-09 17:00")],
         "2026-03-12 18:00"),
        # natural time: 10 h from 20:00 are 06:00; two of them stopped
        ("2026-03-09 20:00", 10, "自然时", [("2026-03-09 23:00", "2026-03-10 01:00")],
         "2026-03-10 08:00"),
        ("2026-03-09 20:00", 2, "自然日", [("2026-03-08 00:00", "2026-03-10 20:00")],
         "2026-03-12 20:00"),
    ],
)  # fmt: skip
def test_a_suspension_stops_the_clock(
    start: str, amount: float, unit: Unit, stopped: list[tuple[str, str]], due: str
) -> None:
    spans = [(at(a), at(b)) for a, b in stopped]
    found = WORK.due(at(start), amount, unit, suspended=spans)
    assert found.at == at(due)
    assert found.original == WORK.due(at(start), amount, unit).at


def test_an_extension_keeps_the_original() -> None:
    found = WORK.due(at("2026-09-24 15:00"), 3, "工作日", extended=2)
    assert (found.at, found.original) == (at("2026-10-09 18:00"), at("2026-09-30 18:00"))
    hours = WORK.due(at("2026-03-04 08:00"), 4, "工作时", extended=1)
    assert (hours.at, hours.original) == (at("2026-03-04 15:00"), at("2026-03-04 12:00"))


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due", "is_provisional"),
    [
        # the year 2027 is not published: Fri 1 January is a fixed holiday, Mon 4 is worked
        ("2026-12-31 17:00", 1, "工作时", "2026-12-31 18:00", False),
        ("2026-12-31 17:00", 2, "工作时", "2027-01-04 09:00", True),
        ("2026-12-30 09:00", 1, "工作日", "2026-12-31 18:00", False),
        ("2026-12-30 09:00", 2, "工作日", "2027-01-04 18:00", True),
        # 1 and 2 May 2028 are Monday and Tuesday, 29 April a Saturday
        ("2028-04-28 17:00", 2, "工作时", "2028-05-03 09:00", True),
        # before the first schedule that is known: Mon 1 December 2003
        ("2003-12-01 08:00", 8, "工作时", "2003-12-01 18:00", True),
        # natural time needs no schedule
        ("2028-01-01 09:00", 48, "自然时", "2028-01-03 09:00", False),
        ("2028-01-01 09:00", 1, "紧急工作时", "2028-01-01 10:00", False),
    ],
)
def test_an_unpublished_year_is_provisional(
    start: str, amount: float, unit: Unit, due: str, *, is_provisional: bool
) -> None:
    found = WORK.due(at(start), amount, unit)
    assert (found.at, found.is_provisional) == (at(due), is_provisional)


def test_days_of_an_unpublished_year_are_never_all_worked() -> None:
    year = [dt.date(2028, 1, 1) + dt.timedelta(days=n) for n in range(366)]
    off = {day for day in year if not WORK.is_working_day(day)}
    assert {day for day in year if day.weekday() > 4} <= off
    assert {(d.month, d.day) for d in off if d.weekday() < 5} == {(5, 1), (5, 2), (10, 2), (10, 3)}
    assert all(WORK.is_provisional(day) for day in year)
    assert not WORK.is_provisional(dt.date(2026, 12, 31))


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-03-04 08:00", "2026-03-04 18:00", 480),
        ("2026-03-04 11:00", "2026-03-04 15:00", 120),
        ("2026-03-04 12:00", "2026-03-04 14:00", 0),
        ("2026-02-14 17:00", "2026-02-24 08:30", 90),  # 1 h, ten days off, half an hour
        ("2026-09-30 17:00", "2026-10-08 11:00", 240),
        ("2026-03-05 09:00", "2026-03-04 17:00", -120),
        ("2026-03-04 08:00:30", "2026-03-04 08:02", 1.5),
    ],
)
def test_between(start: str, end: str, minutes: float) -> None:
    assert WORK.between(at(start), at(end)) == minutes


def test_between_leaves_out_what_was_stopped() -> None:
    spans = [(at("2026-03-04 10:00"), at("2026-03-04 16:00"))]
    assert WORK.between(at("2026-03-04 08:00"), at("2026-03-05 08:00"), suspended=spans) == 240


MOMENTS = st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2026, 11, 1)).map(  # noqa: DTZ001
    lambda one: one.replace(microsecond=0)
)


@given(
    MOMENTS, st.integers(1, 4000), st.lists(st.tuples(MOMENTS, st.integers(0, 9000)), max_size=3)
)
def test_due_is_when_so_much_working_time_has_run(
    start: dt.datetime, minutes: int, stopped: list[tuple[dt.datetime, int]]
) -> None:
    spans = [(begin, begin + dt.timedelta(minutes=length)) for begin, length in stopped]
    due = WORK.due(start, minutes / 60, "工作时", suspended=spans).at
    assert WORK.between(start, due, suspended=spans) == pytest.approx(minutes)
    earlier = due - dt.timedelta(seconds=1)
    assert WORK.between(start, earlier, suspended=spans) < minutes


def test_aware_times_come_back_in_the_city_s_zone() -> None:
    utc = dt.datetime(2026, 3, 4, 4, 30, tzinfo=dt.UTC)  # 12:30 in Shanghai
    found = WORK.due(utc, 1, "工作时").at
    assert found == dt.datetime(2026, 3, 4, 15, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert found.utcoffset() == dt.timedelta(hours=8)
    assert WORK.between(utc, found) == 60


@pytest.mark.parametrize(
    ("amount", "unit", "more", "sentence"),
    [
        (1, "工作周", {}, "unknown unit '工作周'. Allowed: 紧急工作时"),
        (-1, "工作时", {}, "no time that can be allowed"),
        (1, "工作时", {"extended": -2}, "no time that can be allowed"),
        (1.5, "工作日", {}, "working days are whole"),
        (1, "工作时", {"suspended": [("2026-03-05", "2026-03-04")]}, "ends before it begins. Swap"),
        (1e6, "工作时", {}, "does not come within 30 years"),
    ],
)
def test_what_is_no_deadline(
    amount: float, unit: Unit, more: dict[str, object], sentence: str
) -> None:
    if "suspended" in more:
        more = {"suspended": [(at("2026-03-05"), at("2026-03-04"))]}
    with pytest.raises(BadQuestion) as refusal:
        WORK.due(at("2026-03-04 09:00"), amount, unit, **more)  # type: ignore[arg-type]
    assert sentence in refusal.value.sentence


def test_2026_has_248_working_days() -> None:
    year = [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(365)]
    assert sum(WORK.is_working_day(day) for day in year) == 248


@pytest.mark.shared
def test_day_types_of_23_years() -> None:
    if not DAY_TYPES.is_file():
        pytest.skip("the table of day types lies outside the checkout and is not there")
    with DAY_TYPES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8401
    wrong = [
        row["date"]
        for row in rows
        if WORK.is_working_day(dt.date.fromisoformat(row["date"]))
        != (row["is_workday"].lower() in ("1", "true"))
    ]
    assert not wrong
    assert not any(WORK.is_provisional(dt.date.fromisoformat(row["date"])) for row in rows)
