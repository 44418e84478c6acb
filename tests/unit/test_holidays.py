"""Windows a year earlier that lie the same way to a holiday that moves."""

from __future__ import annotations

import datetime as dt

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import calendar
from metrics.calendar import Period, parse_period
from metrics.holidays import aligned_year_before, festival, holiday

TODAY = dt.date(2026, 11, 22)


def window(text: str) -> Period:
    return parse_period(text, TODAY)


def days(period: Period) -> str:
    return f"{period.start}..{period.end}"


@pytest.mark.parametrize(
    ("text", "aligned"),
    [
        # 正月初一: 17 February 2026, 29 January 2025, 10 February 2024
        ("2026-02-16..2026-02-22", "2025-01-28..2025-02-03"),  # from 除夕 to 初六 in both
        ("2026-W08", "2025-01-28..2025-02-03"),  # the same week by its name
        ("2026-02-17", "2025-01-29..2025-01-29"),  # 初一 by 初一
        ("2026-02-23", "2025-02-04..2025-02-04"),  # 初七, the last day off of both years
        ("2025-01-29", "2024-02-10..2024-02-10"),
        ("2026-02", "2025-01-13..2025-02-09"),  # a February without it would be set against one
        ("2025-02", "2024-02-13..2024-03-11"),  # holds only 初四 to 初七
        # 清明: 5 April 2026, 4 April 2025
        ("2026-04-05", "2025-04-04..2025-04-04"),
        # 端午: 19 June 2026, 31 May 2025
        ("2026-06-19..2026-06-21", "2025-05-31..2025-06-02"),
        # 中秋: 25 September 2026, 6 October 2025, in the National Day week of that year
        ("2026-09-25", "2025-10-06..2025-10-06"),
        # National Day: the dates, where the ISO weeks of two years cut it differently
        ("2026-W40", "2025-09-28..2025-10-04"),
        ("2026-10-01..2026-10-07", "2025-10-01..2025-10-07"),
    ],
)
def test_the_same_days_of_the_holiday(text: str, aligned: str) -> None:
    assert days(aligned_year_before(window(text))) == aligned


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-03", "2026-W46", "2026-11", "2026-02-14", "2026-10-10",  # no day off in it
        "2026-05-01..2026-05-05", "2026-01-01",  # holidays that do not move
        "2026-Q1", "2026", "2025-Q4", "2025-10",  # hold the whole of it in both years
        "2026-09",  # 中秋 alone against 中秋 with National Day would be less alike
        "2026-04-06..2026-04-08",  # one day off, as many as on these dates a year before
        "2026-04-04..2026-04-06",  # the three days off of both years
        "2007-06-19", "2008-06-09",  # 端午 has been a day off since 2008 only
    ],
)  # fmt: skip
def test_everything_else_is_the_year_before(text: str) -> None:
    period = window(text)
    assert aligned_year_before(period) == calendar.year_before(period)


def test_a_year_not_yet_published_has_its_statutory_days() -> None:
    spring = holiday("Spring Festival", 2028)
    assert spring is not None
    assert (spring.festival, spring.first, spring.last) == (
        dt.date(2028, 1, 26), dt.date(2028, 1, 25), dt.date(2028, 1, 28)
    )  # fmt: skip
    day = calendar.day(dt.date(2027, 2, 6))  # 正月初一 of 2027
    assert days(aligned_year_before(day)) == "2026-02-17..2026-02-17"
    merged = holiday("Mid-autumn Festival", 2020)  # on 1 October
    assert merged is not None
    assert (merged.first, merged.last) == (dt.date(2020, 10, 1),) * 2
    assert holiday("Spring Festival", 2031) is None
    far = calendar.day(dt.date(2031, 1, 23))
    assert aligned_year_before(far) == calendar.year_before(far)


@pytest.mark.parametrize(
    ("name", "day_of_month"),
    [("Spring Festival", 1), ("Dragon Boat Festival", 5), ("Mid-autumn Festival", 15)],
)
def test_lunar_dates_agree_with_the_moon(name: str, day_of_month: int) -> None:
    """A lunar month begins on the day of the new moon, never far from the mean one."""
    new_moon = dt.datetime(2000, 1, 6, 18, 14) + dt.timedelta(hours=8)  # noqa: DTZ001 - Beijing
    month = dt.timedelta(days=29.530588)
    for year in range(2003, 2031):
        day = festival(name, year)
        assert day is not None
        first = day - dt.timedelta(days=day_of_month - 1)
        since = dt.datetime.combine(first, dt.time(12)) - new_moon
        off = (since + month / 2) % month - month / 2
        assert abs(off) < dt.timedelta(days=1.2), (name, year)


def test_dates_agree_with_the_published_days_off() -> None:
    for year in range(2008, 2027):
        (tomb,) = [
            day
            for day, term in chinese_calendar.get_solar_terms(
                dt.date(year, 4, 3), dt.date(year, 4, 6)
            )
            if term == "清明"
        ]
        names = ["Spring Festival", "Tomb-sweeping Day", "Dragon Boat Festival", "National Day"]
        for name in (*names, "Mid-autumn Festival"):
            found = holiday(name, year)
            assert found is not None
            assert found.first <= found.festival <= found.last, (name, year)
            if name == "Tomb-sweeping Day":
                assert found.festival == tomb


@given(st.dates(dt.date(2005, 1, 1), dt.date(2030, 12, 31)), st.integers(1, 120))
def test_the_window_keeps_its_length(start: dt.date, length: int) -> None:
    period = calendar.span(start, start + dt.timedelta(days=length - 1))
    aligned, plain = aligned_year_before(period), calendar.year_before(period)
    if aligned != plain:
        assert aligned.days == period.days
    assert 330 <= (period.start - aligned.start).days <= 400
