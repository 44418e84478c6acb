"""Windows a year earlier that lie the same way to a holiday which moves.

The Spring Festival moves by three to four weeks from year to year, the Dragon Boat and Mid-Autumn
Festivals with it; a comparison by the same dates then sets a holiday against working days. Here a
window that holds part of such a holiday is compared with the days that lie as far from the same
festival of the year before. Tomb Sweeping Day moves by a day. The National Day week does not
move by date, but ISO weeks cut it differently; it is compared by its dates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import chinese_calendar

from metrics import calendar
from metrics.calendar import Period

_DAY = dt.timedelta(days=1)
_FIRST_YEAR = 2003

_SPRING, _TOMB, _DRAGON, _AUTUMN, _NATIONAL = (
    "Spring Festival", "Tomb-sweeping Day", "Dragon Boat Festival", "Mid-autumn Festival",
    "National Day",
)  # fmt: skip
_FESTIVALS: Mapping[str, tuple[str, ...]] = {
    # from 2003: 正月初一, 清明, 五月初五, 八月十五; the lunar calendar cannot be had by arithmetic
    _SPRING: (
        "02-01", "01-22", "02-09", "01-29", "02-18", "02-07", "01-26", "02-14", "02-03", "01-23",
        "02-10", "01-31", "02-19", "02-08", "01-28", "02-16", "02-05", "01-25", "02-12", "02-01",
        "01-22", "02-10", "01-29", "02-17", "02-06", "01-26", "02-13", "02-03",
    ),
    _TOMB: (
        "04-05", "04-04", "04-05", "04-05", "04-05", "04-04", "04-04", "04-05", "04-05", "04-04",
        "04-04", "04-05", "04-05", "04-04", "04-04", "04-05", "04-05", "04-04", "04-04", "04-05",
        "04-05", "04-04", "04-04", "04-05", "04-05", "04-04", "04-04", "04-05",
    ),
    _DRAGON: (
        "06-04", "06-22", "06-11", "05-31", "06-19", "06-08", "05-28", "06-16", "06-06", "06-23",
        "06-12", "06-02", "06-20", "06-09", "05-30", "06-18", "06-07", "06-25", "06-14", "06-03",
        "06-22", "06-10", "05-31", "06-19", "06-09", "05-28", "06-16", "06-05",
    ),
    _AUTUMN: (
        "09-11", "09-28", "09-18", "10-06", "09-25", "09-14", "10-03", "09-22", "09-12", "09-30",
        "09-19", "09-08", "09-27", "09-15", "10-04", "09-24", "09-13", "10-01", "09-21", "09-10",
        "09-29", "09-17", "10-06", "09-25", "09-15", "10-03", "09-22", "09-12",
    ),
    _NATIONAL: ("10-01",) * 28,
}  # fmt: skip
_STATUTORY: Mapping[str, tuple[int, int]] = {
    _SPRING: (-1, 2), _TOMB: (0, 0), _DRAGON: (0, 0), _AUTUMN: (0, 0), _NATIONAL: (0, 2),
}  # fmt: skip
"""First and last statutory day off, counted from the festival."""


@dataclass(frozen=True)
class Holiday:
    """One holiday of one year: the festival itself, and the days off around it."""

    name: str
    festival: dt.date
    first: dt.date
    last: dt.date

    def days_in(self, period: Period) -> int:
        """Return how many of its days off lie in a period."""
        held = min(self.last, period.end) - max(self.first, period.start)
        return max(0, held.days + 1)

    def is_within(self, period: Period) -> bool:
        """Tell whether all its days off lie in a period."""
        return period.start <= self.first and self.last <= period.end


def aligned_year_before(period: Period) -> Period:
    """Return the window for 同比 that lies the same way to a holiday of the year before.

    A window that holds part of a moving holiday maps to the same days relative to its festival;
    the holiday with most days off in the window counts. It is ``calendar.year_before`` where there
    is no such holiday, where both windows hold the whole of it anyway, as quarters and years do,
    and where that window is more alike in days off: a September with the Mid-Autumn Festival is
    not set against one that a year earlier met the National Day week.

    Example:
        >>> aligned_year_before(calendar.span(dt.date(2026, 2, 16), dt.date(2026, 2, 22))).text
        '2025-01-28..2025-02-03'
    """
    plain = calendar.year_before(period)
    pairs = [
        pair
        for year in range(period.start.year, period.end.year + 1)
        for pair in _pairs(year)
        if pair[0].days_in(period)
    ]
    if not pairs:
        return plain
    now, before = max(pairs, key=lambda pair: pair[0].days_in(period))
    if now.is_within(period) and before.is_within(plain):
        return plain
    aligned = period.shifted((before.festival - now.festival).days)
    wanted = _days_off(period)
    if abs(_days_off(plain) - wanted) < abs(_days_off(aligned) - wanted):
        return plain
    return aligned


def _days_off(period: Period) -> int:
    off = {
        one.first + n * _DAY
        for year in range(period.start.year, period.end.year + 1)
        for one in (holiday(name, year) for name in _FESTIVALS)
        if one is not None
        for n in range((one.last - one.first).days + 1)
    }
    return sum(period.start <= day <= period.end for day in off)


def _pairs(year: int) -> Iterator[tuple[Holiday, Holiday]]:
    for name in _FESTIVALS:
        now, before = holiday(name, year), holiday(name, year - 1)
        if now is not None and before is not None:
            yield now, before


@cache
def holiday(name: str, year: int) -> Holiday | None:
    """Return a holiday of a year by its English name; None where no day off is known.

    The days off are those published, days in lieu and the weekends between them included; for a
    year not yet published they are the statutory ones.
    """
    day = festival(name, year)
    if day is None:
        return None
    off = _published().get((name, year))
    if off:
        return Holiday(name, day, off[0], off[-1])
    if min(chinese_calendar.holidays) <= day <= max(chinese_calendar.holidays):
        is_off = day in chinese_calendar.holidays  # it may fall into the National Day week
        return Holiday(name, day, day, day) if is_off else None
    begin, end = _STATUTORY[name]
    return Holiday(name, day, day + begin * _DAY, day + end * _DAY)


def festival(name: str, year: int) -> dt.date | None:
    """Return the day of a festival by its English name; None beyond the years that are known."""
    known = _FESTIVALS[name]
    if not 0 <= year - _FIRST_YEAR < len(known):
        return None
    return dt.date(year, *calendar.read_month_day(known[year - _FIRST_YEAR]))


@cache
def _published() -> dict[tuple[str, int], list[dt.date]]:
    found: dict[tuple[str, int], list[dt.date]] = {}
    for day, name in sorted(chinese_calendar.holidays.items()):
        found.setdefault((name, day.year), []).append(day)
    return found
