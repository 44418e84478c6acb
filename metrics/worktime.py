"""Statutory working time: deadlines in working hours and days, with make-up days and suspensions.

Which days are worked comes from the published holiday schedule, as the ``chinesecalendar`` package
carries it. The schedule of a year appears late in the year before; until then a deadline that
needs it is *provisional*: reckoned by Monday to Friday and the holidays that have a fixed date,
flagged, and to be reckoned again once the package is updated.

Times are the city's wall clock. A naive time is taken as that; an aware one is given back aware.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import chinese_calendar

from metrics.calendar import MonthDay
from metrics.errors import BadQuestion

Unit = Literal["紧急工作时", "工作时", "工作日", "自然时", "自然日"]
Span = tuple[dt.datetime, dt.datetime]
Shift = tuple[dt.time, dt.time]

FIXED_HOLIDAYS: frozenset[MonthDay] = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Statutory holidays with a fixed date, which hold before a schedule is published."""

_DAY = dt.timedelta(days=1)
_MIDNIGHT = dt.time()
_PUBLISHED = range(min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year + 1)
_LONGEST = 366 * 30
"""Days looked through for a deadline before it is refused."""


@dataclass(frozen=True)
class Schedule:
    """The hours of a working day, and the days of every year on which they hold.

    Attributes:
        shifts: begin and end of each stretch of work, in order, without overlap.
        first: first (month, day).
        last: last (month, day), included; before ``first`` where it runs over the new year.
    """

    shifts: tuple[Shift, ...] = (
        (dt.time(8), dt.time(12)),
        (dt.time(14), dt.time(18)),
    )
    first: MonthDay = (1, 1)
    last: MonthDay = (12, 31)

    def __post_init__(self) -> None:
        ends = [time for shift in self.shifts for time in shift]
        if not ends or any(later <= earlier for earlier, later in pairwise(ends)):
            raise BadQuestion(
                f"the shifts {', '.join(f'{a:%H:%M}-{b:%H:%M}' for a, b in self.shifts)} overlap,"
                " run backwards or are none",
                where="work schedule",
                hint="Write them in the order of the day, for example 08:00-12:00, 14:00-18:00",
            )

    def holds(self, day: dt.date) -> bool:
        """Tell whether the hours hold on a day."""
        date = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= date <= self.last
        return date >= self.first or date <= self.last


@dataclass(frozen=True)
class Due:
    """A deadline.

    Attributes:
        at: when it is due; closing at that very instant is in time.
        is_provisional: it rests on a year whose holidays are not published yet.
        original: what it would be without suspension and extension.
    """

    at: dt.datetime
    is_provisional: bool
    original: dt.datetime


@dataclass(frozen=True)
class WorkCalendar:
    """The working time of a city.

    Attributes:
        schedules: of those that hold on a day the last one counts, so the first may be general.
        urgent_round_the_clock: whether 紧急工作时 run at night and on holidays too.
        timezone: IANA name of the city's clock.
    """

    schedules: tuple[Schedule, ...] = (Schedule(),)
    urgent_round_the_clock: bool = True
    timezone: str = "Asia/Shanghai"

    def due(
        self,
        start: dt.datetime,
        amount: float,
        unit: Unit,
        *,
        suspended: Sequence[Span] = (),
        extended: float = 0,
    ) -> Due:
        """Return when something is due.

        Hours are due at the first instant at which so much time has run. 工作日 are due at the end
        of work of the n-th working day after the day of the start; 自然日 are 24 hours each. A
        suspension stops the clock: the deadline moves by exactly the time that would have run.

        Args:
            start: when the clock starts.
            amount: how much time is allowed; whole for 工作日.
            unit: what is counted.
            suspended: closed spans in which the clock stands still; they may overlap.
            extended: further time granted, in the same unit.

        Raises:
            BadQuestion: unknown unit, negative or broken amount, a span that ends before it begins.

        Example:
            >>> WorkCalendar().due(dt.datetime(2026, 9, 30, 17), 4, "工作时").at
            datetime.datetime(2026, 10, 8, 11, 0)
        """
        self._check(amount, unit, extended)
        local = self._local(start)
        still = _merged((self._local(a), self._local(b)) for a, b in suspended)
        plain, provisional = self._reckon(local, amount, unit, [])
        moved = plain
        if still or extended:
            moved, provisional = self._reckon(local, amount + extended, unit, still)
        return Due(self._like(moved, start), provisional, self._like(plain, start))

    def between(
        self, start: dt.datetime, end: dt.datetime, *, suspended: Sequence[Span] = ()
    ) -> float:
        """Return the working minutes from ``start`` to ``end``; negative when it lies before.

        Args:
            start: when the clock starts.
            end: when it stops.
            suspended: closed spans in which it stood still.
        """
        begin, stop = self._local(start), self._local(end)
        if stop < begin:
            return -self.between(end, start, suspended=suspended)
        still = _merged((self._local(a), self._local(b)) for a, b in suspended)
        total = dt.timedelta()
        for day in _days(begin.date(), (stop.date() - begin.date()).days + 1):
            for low, high in _without(self._work(day), still):
                total += max(dt.timedelta(), min(high, stop) - max(low, begin))
        return total / dt.timedelta(minutes=1)

    def is_working_day(self, day: dt.date) -> bool:
        """Tell whether a day is worked; by the provisional rule where no schedule is published."""
        if self.is_provisional(day):
            return day.weekday() < 5 and (day.month, day.day) not in FIXED_HOLIDAYS
        return bool(chinese_calendar.is_workday(day))

    def is_provisional(self, day: dt.date) -> bool:
        """Tell whether the holidays of the day's year are not known."""
        return day.year not in _PUBLISHED

    def shifts(self, day: dt.date) -> tuple[Shift, ...]:
        """Return the hours of a day, worked or not.

        Raises:
            BadQuestion: no schedule holds on the day.
        """
        for schedule in reversed(self.schedules):
            if schedule.holds(day):
                return schedule.shifts
        raise BadQuestion(
            f"no work schedule holds on {day}",
            where="work schedule",
            next_step="Add one without first and last day as the general one",
        )

    def _reckon(
        self, start: dt.datetime, amount: float, unit: Unit, still: list[Span]
    ) -> tuple[dt.datetime, bool]:
        if unit == "工作日":
            return self._working_days(start, int(amount), still)
        time = dt.timedelta(days=amount) if unit == "自然日" else dt.timedelta(hours=amount)
        always = unit in ("自然时", "自然日")
        if always or (unit == "紧急工作时" and self.urgent_round_the_clock):
            return _run_on(start, time, still), False
        return self._run(start, time, still)

    def _working_days(
        self, start: dt.datetime, amount: int, still: list[Span]
    ) -> tuple[dt.datetime, bool]:
        day, left, time = start.date(), amount, dt.timedelta()
        while left:
            day += _DAY
            if self.is_working_day(day):
                left -= 1
                time += sum((b - a for a, b in self._work(day)), dt.timedelta())
        if not amount:
            return start, False
        return self._run(dt.datetime.combine(start.date() + _DAY, _MIDNIGHT), time, still)

    def _run(
        self, start: dt.datetime, time: dt.timedelta, still: list[Span]
    ) -> tuple[dt.datetime, bool]:
        """Return the first instant at which so much working time has run."""
        provisional = False
        for day in _days(start.date(), _LONGEST):
            if not time:
                break
            provisional |= self.is_provisional(day)
            for low, high in _without(self._work(day), still):
                begin = max(low, start)
                if begin < high and time <= high - begin:
                    return begin + time, provisional
                time -= max(dt.timedelta(), high - begin)
        else:
            raise BadQuestion(
                f"a deadline from {start:%Y-%m-%d} does not come within 30 years", where="due"
            )
        return start, provisional

    def _work(self, day: dt.date) -> list[Span]:
        if not self.is_working_day(day):
            return []
        combine = dt.datetime.combine
        return [(combine(day, begin), combine(day, end)) for begin, end in self.shifts(day)]

    def _check(self, amount: float, unit: Unit, extended: float) -> None:
        if unit not in get_args(Unit):
            raise BadQuestion(
                f"unknown unit '{unit}'", where="due", hint=f"Allowed: {', '.join(get_args(Unit))}"
            )
        total = amount + extended
        if min(amount, total) < 0 or (unit == "工作日" and (amount % 1 or total % 1)):
            raise BadQuestion(
                f"{amount:g} and {extended:g} {unit} are no time that can be allowed",
                where="due",
                hint="Not below zero, and working days are whole",
            )

    def _local(self, moment: dt.datetime) -> dt.datetime:
        if moment.tzinfo is None:
            return moment
        return moment.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None)

    def _like(self, moment: dt.datetime, model: dt.datetime) -> dt.datetime:
        return moment if model.tzinfo is None else moment.replace(tzinfo=ZoneInfo(self.timezone))


def _run_on(start: dt.datetime, time: dt.timedelta, still: list[Span]) -> dt.datetime:
    """Return the instant at which so much time has run, day and night."""
    at = start
    for low, high in still:
        if high <= at:
            continue
        if at + time <= low:
            break
        time -= max(dt.timedelta(), low - at)
        at = high
    return at + time


def _days(first: dt.date, number: int) -> Iterator[dt.date]:
    return (first + n * _DAY for n in range(number))


def _merged(spans: Iterator[Span]) -> list[Span]:
    """Return the spans in order, those that touch joined."""
    joined: list[Span] = []
    for low, high in sorted(spans):
        if high < low:
            raise BadQuestion(
                f"a suspension from {low:%Y-%m-%d %H:%M} ends before it begins",
                where="suspended",
                next_step="Swap its ends",
            )
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined


def _without(work: list[Span], still: list[Span]) -> Iterator[Span]:
    """Yield what is left of the stretches of work outside the suspensions."""
    for low, high in work:
        at = low
        for stop, go in still:
            if go <= at or stop >= high:
                continue
            if at < stop:
                yield at, stop
            at = go
        if at < high:
            yield at, high
