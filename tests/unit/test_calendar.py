"""Periods: every form a person may write, and the windows they are compared with."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.cityfile import load_city
from metrics import calendar
from metrics.calendar import Clock, Period, parse_period, previous, year_before
from metrics.errors import BadQuestion, ConfigProblems
from tests.support.small_city import write_city

TODAY = dt.date(2026, 11, 22)  # a Sunday


def days(period: Period) -> str:
    return f"{period.start}..{period.end}"


@pytest.mark.parametrize(
    ("text", "expected", "kind"),
    [
        ("2026-11-20", "2026-11-20..2026-11-20", "day"),
        ("2024-02-29", "2024-02-29..2024-02-29", "day"),
        ("2026-W46", "2026-11-09..2026-11-15", "week"),
        ("2026-W01", "2025-12-29..2026-01-04", "week"),
        ("2020-W53", "2020-12-28..2021-01-03", "week"),
        ("2026-02", "2026-02-01..2026-02-28", "month"),
        ("2024-02", "2024-02-01..2024-02-29", "month"),
        ("2025-12", "2025-12-01..2025-12-31", "month"),
        ("2026-Q4", "2026-10-01..2026-12-31", "quarter"),
        ("2026-Q1", "2026-01-01..2026-03-31", "quarter"),
        ("2026", "2026-01-01..2026-12-31", "year"),
        ("2026-01-01..2026-03-31", "2026-01-01..2026-03-31", "range"),
        ("today", "2026-11-22..2026-11-22", "day"),
        ("yesterday", "2026-11-21..2026-11-21", "day"),
        ("this-week", "2026-11-16..2026-11-22", "week"),
        ("last-week", "2026-11-09..2026-11-15", "week"),
        ("this-month", "2026-11-01..2026-11-30", "month"),
        ("last-month", "2026-10-01..2026-10-31", "month"),
        ("2026-H1", "2026-01-01..2026-06-30", "range"),
        ("2025-H2", "2025-07-01..2025-12-31", "range"),
        ("2025-RY", "2025-01-01..2025-12-31", "reporting_year"),
        ("ry", "2026-01-01..2026-12-31", "reporting_year"),
        ("ytd", "2026-01-01..2026-11-22", "range"),
        ("this-quarter", "2026-10-01..2026-12-31", "quarter"),
        ("last-quarter", "2026-07-01..2026-09-30", "quarter"),
        ("this-year", "2026-01-01..2026-12-31", "year"),
        ("last-year", "2025-01-01..2025-12-31", "year"),
        ("last-7d", "2026-11-16..2026-11-22", "range"),
        ("last-1d", "2026-11-22..2026-11-22", "range"),
    ],
)
def test_every_form(text: str, expected: str, kind: str) -> None:
    period = parse_period(text, TODAY)
    assert (days(period), period.kind) == (expected, kind)
    assert days(parse_period(period.text, TODAY)) == expected, "the canonical text means the same"


def test_last_month_of_january_is_december() -> None:
    assert parse_period("last-month", dt.date(2026, 1, 3)).text == "2025-12"


def test_the_quarter_before_the_first_is_the_last() -> None:
    assert parse_period("last-quarter", dt.date(2026, 2, 28)).text == "2025-Q4"
    assert parse_period("this-quarter", dt.date(2026, 3, 31)).text == "2026-Q1"


@pytest.mark.parametrize(
    ("today", "text", "expected"),
    [  # the reporting year begins on 28 March
        ("2026-11-22", "ry", "2026-03-28..2027-03-27"),
        ("2026-03-28", "ry", "2026-03-28..2027-03-27"),
        ("2026-03-27", "ry", "2025-03-28..2026-03-27"),
        ("2026-03-27", "last-ry", "2024-03-28..2025-03-27"),
        ("2026-11-22", "last-ry", "2025-03-28..2026-03-27"),
        ("2026-11-22", "2026-RY", "2026-03-28..2027-03-27"),
        ("2026-11-22", "2024-RY", "2024-03-28..2025-03-27"),
        ("2026-11-22", "ytd", "2026-01-01..2026-11-22"),
    ],
)
def test_a_reporting_year(today: str, text: str, expected: str) -> None:
    date = dt.date.fromisoformat(today)
    period = parse_period(text, date, (3, 28))
    assert days(period) == expected
    assert days(parse_period(period.text, date, (3, 28))) == expected


def test_a_running_reporting_year_compares_with_as_many_days() -> None:
    whole = Clock(fixed=dt.datetime(2026, 5, 6, tzinfo=dt.UTC), year_begins=(3, 28)).period("ry")
    current = whole.until(dt.date(2026, 5, 6))
    assert days(current) == "2026-03-28..2026-05-06"
    assert days(previous(current, whole)) == "2025-03-28..2025-05-06"
    assert days(year_before(current)) == "2025-03-28..2025-05-06"


@pytest.mark.parametrize("text", ["", "3-28", "02-29", "02-30", "13-01", "2026-03-28", "28.03."])
def test_a_day_that_not_every_year_has(text: str) -> None:
    with pytest.raises(ValueError, match="day"):
        calendar.read_month_day(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-H3",
        "2026-RX",
        "next-ry",
        "this-decade",
        "2026-W60",
        "2025-W53",
        "2026-13",
        "2026-02-30",
        "2026-Q5",
        "last-0d",
        "morning",
    ],
)
def test_what_is_no_period_is_met_with_the_forms(text: str) -> None:
    with pytest.raises(BadQuestion, match=r"^--period: .*Allowed: 2026-11-20, 2026-W46"):
        parse_period(text, TODAY)


@pytest.mark.parametrize(
    "text", ["2026-11-23", "2027", "2026-12", "2026-W48", "2026-12-01..2027-01-01"]
)
def test_the_future_is_refused(text: str) -> None:
    with pytest.raises(BadQuestion, match=r"after today \(2026-11-22\).*--now"):
        parse_period(text, TODAY)


def test_a_range_backwards_is_refused() -> None:
    with pytest.raises(BadQuestion, match=r"ends before it begins\. Swap the dates"):
        parse_period("2026-03-31..2026-01-01", TODAY)


@pytest.mark.parametrize("text", ["0001-01-01", "1979", "0999-W01"])
def test_a_time_before_any_record_is_refused(text: str) -> None:
    with pytest.raises(BadQuestion, match="begins before 1980-01-01"):
        parse_period(text, TODAY)


def test_the_earliest_and_longest_period_has_all_its_windows() -> None:
    period = parse_period("1980-01-01..2026-11-22", TODAY)
    windows = [previous(period), year_before(period), *calendar.same_weekdays(period)]
    assert len(windows) == 6


@pytest.mark.parametrize(
    ("text", "before", "year_ago"),
    [
        ("2026-11-18", "2026-11-17..2026-11-17", "2025-11-18..2025-11-18"),
        ("2024-02-29", "2024-02-28..2024-02-28", "2023-02-28..2023-02-28"),
        ("2025-02-28", "2025-02-27..2025-02-27", "2024-02-28..2024-02-28"),
        ("2025-02", "2025-01-04..2025-01-31", "2024-02-01..2024-02-29"),
        ("2024-02", "2024-01-03..2024-01-31", "2023-02-01..2023-02-28"),
        ("2025-02-28..2025-03-05", "2025-02-22..2025-02-27", "2024-02-28..2024-03-05"),
        ("2026-W46", "2026-11-02..2026-11-08", "2025-11-10..2025-11-16"),
        ("2020-W53", "2020-12-21..2020-12-27", "2019-12-30..2020-01-05"),
        ("2026-10", "2026-08-31..2026-09-30", "2025-10-01..2025-10-31"),
        ("2025", "2024-01-02..2024-12-31", "2024-01-01..2024-12-31"),
    ],
)
def test_windows_compared_with(text: str, before: str, year_ago: str) -> None:
    period = parse_period(text, TODAY)
    assert days(previous(period)) == before
    assert days(year_before(period)) == year_ago


def test_a_running_week_compares_with_the_same_days() -> None:
    whole = parse_period("2026-W47", dt.date(2026, 11, 18))
    current = whole.until(dt.date(2026, 11, 18))
    assert days(current) == "2026-11-16..2026-11-18"
    assert days(previous(current, whole)) == "2026-11-09..2026-11-11"
    assert days(year_before(current)) == "2025-11-17..2025-11-19"


def test_four_weeks_of_the_same_weekdays() -> None:
    day = [days(one) for one in calendar.same_weekdays(parse_period("2026-11-20", TODAY))]
    assert [one[:10] for one in day] == ["2026-11-13", "2026-11-06", "2026-10-30", "2026-10-23"]
    ten = calendar.same_weekdays(parse_period("last-10d", TODAY), weeks=2)
    assert [one.start.weekday() for one in ten] == [(TODAY - dt.timedelta(days=9)).weekday()] * 2
    assert [one.days for one in ten] == [10, 10]


@given(st.dates(dt.date(1981, 1, 1), dt.date(2026, 11, 22)))
def test_comparisons_keep_length_and_weekday(date: dt.date) -> None:
    week = calendar.week_of(date)
    assert week.start <= date <= week.end
    for other in (previous(week), year_before(week)):
        assert (other.days, other.start.weekday()) == (7, 0)
    assert previous(calendar.day(date)).end == date - dt.timedelta(days=1)
    assert abs((date - year_before(calendar.day(date)).start).days - 365) <= 1


def test_the_clock_is_the_city_s() -> None:
    utc = dt.datetime(2026, 11, 21, 17, 30, tzinfo=dt.UTC)
    assert Clock(fixed=utc).today() == dt.date(2026, 11, 22)
    assert Clock("Asia/Urumqi", utc).today() == dt.date(2026, 11, 21)
    naive = Clock(fixed=dt.datetime(2026, 11, 22, 1, 0)).now()  # noqa: DTZ001 - meant as local
    assert naive.utcoffset() == dt.timedelta(hours=8)
    assert Clock().now().tzinfo is not None


def test_city_yaml_declares_the_reporting_year(tmp_path: Path) -> None:
    folder = write_city(tmp_path / "city")
    assert load_city(folder).year_begins == (1, 1)
    path = folder / "city.yaml"
    text = path.read_text("utf-8")
    path.write_text(f'{text}\nreporting_year: "03-28"\n', "utf-8")
    assert load_city(folder).year_begins == (3, 28)
    path.write_text(f'{text}\nreporting_year: "02-29"\n', "utf-8")
    with pytest.raises(ConfigProblems, match=r"city\.yaml:\d+: 'reporting_year' is wrong"):
        load_city(folder)
