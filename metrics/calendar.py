"""Periods of the city's clock and the windows they are compared with.

Days are closed intervals ``start..end`` in the city's own time zone. Weeks begin on Monday.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from metrics.errors import BadQuestion

PeriodKind = Literal["day", "week", "month", "quarter", "year", "reporting_year", "range"]
MonthDay = tuple[int, int]

_FORMS = (
    "2026-11-20, 2026-W46, 2026-11, 2026-Q4, 2026-H1, 2026, 2026-RY, 2026-01-01..2026-03-31, "
    "today, yesterday, last-7d, ytd, ry, last-ry, and this- or last- before week, month, quarter "
    "or year"
)
_DAY = dt.timedelta(days=1)
EARLIEST = dt.date(1980, 1, 1)
"""Nothing before it is asked for, so that every comparison window is a date too."""

NEW_YEAR: MonthDay = (1, 1)
"""Where a city declares no reporting year, it is the calendar year."""


@dataclass(frozen=True)
class Period:
    """A closed interval of days.

    Attributes:
        start: first day.
        end: last day, included.
        kind: how it was named; decides the comparison windows.
        text: canonical text, accepted again by ``parse_period``.
    """

    start: dt.date
    end: dt.date
    kind: PeriodKind
    text: str

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days + 1

    def until(self, today: dt.date) -> Period:
        """Return the part that has happened by ``today``; kind and text stay."""
        return Period(self.start, min(self.end, today), self.kind, self.text)

    def shifted(self, days: int) -> Period:
        """Return the same number of days moved by ``days``, as a range."""
        move = dt.timedelta(days=days)
        return span(self.start + move, self.end + move)


def span(start: dt.date, end: dt.date) -> Period:
    """Return a free range of days.

    Example:
        >>> span(dt.date(2026, 1, 1), dt.date(2026, 1, 7)).text
        '2026-01-01..2026-01-07'
    """
    return Period(start, end, "range", f"{start}..{end}")


def day(date: dt.date) -> Period:
    """Return one day as a period."""
    return Period(date, date, "day", date.isoformat())


def week(year: int, number: int) -> Period:
    """Return an ISO week, Monday to Sunday."""
    start = dt.date.fromisocalendar(year, number, 1)
    return Period(start, start + 6 * _DAY, "week", f"{year}-W{number:02d}")


def week_of(date: dt.date) -> Period:
    """Return the ISO week that holds a day."""
    iso = date.isocalendar()
    return week(iso.year, iso.week)


def month(year: int, number: int) -> Period:
    """Return a calendar month."""
    return Period(
        dt.date(year, number, 1), _month_end(year, number), "month", f"{year}-{number:02d}"
    )


def quarter(year: int, number: int) -> Period:
    """Return a quarter, 1 to 4."""
    start = dt.date(year, 3 * number - 2, 1)
    return Period(start, _month_end(year, 3 * number), "quarter", f"{year}-Q{number}")


def year(number: int) -> Period:
    """Return a calendar year."""
    return Period(dt.date(number, 1, 1), dt.date(number, 12, 31), "year", f"{number:04d}")


def reporting_year(number: int, begins: MonthDay = NEW_YEAR) -> Period:
    """Return the reporting year that begins in a calendar year.

    Example:
        >>> reporting_year(2026, (3, 28)).end
        datetime.date(2027, 3, 27)
    """
    start, following = (dt.date(one, *begins) for one in (number, number + 1))
    return Period(start, following - _DAY, "reporting_year", f"{number:04d}-RY")


def read_month_day(text: str) -> MonthDay:
    """Return month and day of a date that every year has.

    Raises:
        ValueError: the text is not MM-DD, or names 29 February or no date at all.

    Example:
        >>> read_month_day("03-28")
        (3, 28)
    """
    match = re.fullmatch(r"(\d{2})-(\d{2})", text)
    if match is None:
        raise ValueError(f"'{text}' is no day of the year such as '03-28'")
    try:
        date = dt.date(2001, int(match[1]), int(match[2]))
    except ValueError as error:
        raise ValueError(f"'{text}' is no day that every year has") from error
    return date.month, date.day


def _month_end(year: int, number: int) -> dt.date:
    following = dt.date(year + number // 12, number % 12 + 1, 1)
    return following - _DAY


def previous(period: Period, whole: Period | None = None) -> Period:
    """Return the window for 环比: as many days, just before.

    Args:
        period: the window to compare, cut at today where it still runs.
        whole: the uncut period; a running week compares with the same days of the week before.

    Example:
        >>> previous(week(2026, 46)).text
        '2026-11-02..2026-11-08'
    """
    return period.shifted(-(whole or period).days)


def neighbour(period: Period, step: int) -> Period:
    """Return the period of the same kind so many steps later: the next week, the month before.

    Example:
        >>> neighbour(week(2026, 46), 1).text, neighbour(month(2026, 1), -1).text
        ('2026-W47', '2025-12')
    """
    if period.kind == "day":
        return day(period.start + step * _DAY)
    if period.kind == "week":
        return week_of(period.start + 7 * step * _DAY)
    months = {"month": 1, "quarter": 3, "year": 12}.get(period.kind)
    if months is None:
        return period.shifted(step * period.days)
    count = 12 * period.start.year + period.start.month - 1 + months * step
    number, first = divmod(count, 12)
    if period.kind == "month":
        return month(number, first + 1)
    return quarter(number, first // 3 + 1) if period.kind == "quarter" else year(number)


def year_before(period: Period) -> Period:
    """Return the window for 同比: the same ISO week, or the same dates a year earlier.

    Example:
        >>> year_before(week(2026, 46)).start
        datetime.date(2025, 11, 10)
    """
    if period.kind == "week":
        iso = period.start.isocalendar()
        try:
            start = dt.date.fromisocalendar(iso.year - 1, iso.week, 1)
        except ValueError:  # a 53rd week has no namesake: take the one 52 weeks before
            start = period.start - 364 * _DAY
        return span(start, start + (period.days - 1) * _DAY)
    start, end = _year_earlier(period.start), _year_earlier(period.end)
    if period.days > 1 and period.end == _month_end(period.end.year, 2):
        end = _month_end(end.year, 2)  # a February ends with its last day, whichever that is
    return span(start, end)


def _year_earlier(date: dt.date) -> dt.date:
    if (date.month, date.day) == (2, 29):
        return dt.date(date.year - 1, 2, 28)
    return date.replace(year=date.year - 1)


def same_weekdays(period: Period, weeks: int = 4) -> list[Period]:
    """Return the windows a whole number of weeks earlier, nearest first."""
    stride = 7 * max(1, -(-period.days // 7))
    return [period.shifted(-stride * k) for k in range(1, weeks + 1)]


def parse_period(text: str, today: dt.date, begins: MonthDay = NEW_YEAR) -> Period:
    """Return the period a person wrote.

    Args:
        text: one of the forms of the command line.
        today: the city's day, for the relative forms.
        begins: month and day on which the city's reporting year begins.

    Raises:
        BadQuestion: the form is unknown, the date does not exist, or it lies in the future.

    Example:
        >>> parse_period("2026-W46", dt.date(2026, 11, 22)).start
        datetime.date(2026, 11, 9)
    """
    try:
        period = _relative(text, today, begins) or _absolute(text, begins)
    except ValueError as error:
        raise BadQuestion(
            f"'{text}' is not a date of the calendar ({error})",
            where="--period",
            hint=f"Allowed: {_FORMS}",
        ) from error
    if period is None:
        raise BadQuestion(
            f"period '{text}' is not understood", where="--period", hint=f"Allowed: {_FORMS}"
        )
    if period.start > today:
        raise BadQuestion(
            f"period '{text}' begins on {period.start}, after today ({today})",
            where="--period",
            hint="There is nothing to report from the future",
            next_step="Ask for a period that has begun, or set --now",
        )
    if period.start < EARLIEST:
        raise BadQuestion(
            f"period '{text}' begins before {EARLIEST}",
            where="--period",
            next_step="Ask for a later period",
        )
    if period.end < period.start:
        raise BadQuestion(
            f"period '{text}' ends before it begins", where="--period", next_step="Swap the dates"
        )
    return period


def _relative(text: str, today: dt.date, begins: MonthDay) -> Period | None:
    if text == "today":
        return day(today)
    if text == "yesterday":
        return day(today - _DAY)
    if text == "ytd":
        return span(today.replace(month=1, day=1), today)
    if text in ("ry", "last-ry"):
        number = today.year - ((today.month, today.day) < begins)
        return reporting_year(number - (text == "last-ry"), begins)
    if named := re.fullmatch(r"(this|last)-(week|month|quarter|year)", text):
        return _named(named[2], today, is_last=named[1] == "last")
    rolling = re.fullmatch(r"last-(\d{1,4})d", text)
    if rolling and int(rolling[1]) > 0:
        return span(today - (int(rolling[1]) - 1) * _DAY, today)
    return None


def _named(unit: str, today: dt.date, *, is_last: bool) -> Period:
    if unit == "week":
        return week_of(today - 7 * _DAY if is_last else today)
    if unit == "year":
        return year(today.year - is_last)
    first = today.replace(day=1)
    if unit == "quarter":
        first = first.replace(month=today.month - (today.month - 1) % 3)
    at = first - _DAY if is_last else first
    return month(at.year, at.month) if unit == "month" else quarter(at.year, (at.month + 2) // 3)


def _absolute(text: str, begins: MonthDay) -> Period | None:
    if match := re.fullmatch(r"(\d{4})-W(\d{2})", text):
        return week(int(match[1]), int(match[2]))
    if match := re.fullmatch(r"(\d{4})-Q([1-4])", text):
        return quarter(int(match[1]), int(match[2]))
    if match := re.fullmatch(r"(\d{4})-H([12])", text):
        first = 6 * int(match[2]) - 5
        ends = _month_end(int(match[1]), first + 5)
        return Period(dt.date(int(match[1]), first, 1), ends, "range", text)
    if match := re.fullmatch(r"(\d{4})-RY", text):
        return reporting_year(int(match[1]), begins)
    if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
        return month(int(match[1]), int(match[2]))
    if re.fullmatch(r"\d{4}", text):
        return year(int(text))
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return day(dt.date.fromisoformat(text))
    if match := re.fullmatch(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", text):
        return span(dt.date.fromisoformat(match[1]), dt.date.fromisoformat(match[2]))
    return None


@dataclass(frozen=True)
class Clock:
    """The city's time.

    Attributes:
        timezone: IANA name of its zone.
        fixed: the instant it stands at, where tests or replays ask for one.
        year_begins: month and day on which its reporting year begins.
    """

    timezone: str = "Asia/Shanghai"
    fixed: dt.datetime | None = None
    year_begins: MonthDay = NEW_YEAR

    def now(self) -> dt.datetime:
        """Return the aware instant in the city's zone."""
        zone = ZoneInfo(self.timezone)
        if self.fixed is None:
            return dt.datetime.now(zone)
        return self.fixed.astimezone(zone) if self.fixed.tzinfo else self.fixed.replace(tzinfo=zone)

    def today(self) -> dt.date:
        """Return the city's day."""
        return self.now().date()

    def period(self, text: str) -> Period:
        """Return the period a person wrote, as of today and with the city's reporting year.

        Raises:
            BadQuestion: the form is unknown, the date does not exist, or it lies in the future.
        """
        return parse_period(text, self.today(), self.year_begins)
