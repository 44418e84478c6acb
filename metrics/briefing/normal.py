"""Counts of periods made comparable: as if all had as many working days, and no silent ones."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from metrics.calendar import Period
from metrics.worktime import WorkCalendar

KNOWN = 0.9
"""Share of days with data that a period needs: all seven of a week, 28 of a month's 31."""
LEAST_REST = 8
"""Days off needed to tell how much less happens on one."""
LEAST_WEIGHT = 0.05


@dataclass(frozen=True)
class Count:
    """What was counted in one period.

    Attributes:
        scale: turns it into what it had been with the working days of the briefing's period.
    """

    value: float
    scale: float = 1.0

    @property
    def level(self) -> float:
        """The count made comparable."""
        return self.value * self.scale


@functools.cache
def is_worked(day: dt.date) -> bool:
    """Tell whether a day is worked, make-up days included."""
    return WorkCalendar().is_working_day(day)


def counts(
    days: Mapping[dt.date, float | None], periods: Sequence[Period]
) -> tuple[Count | None, ...]:
    """Return the counts of periods from those of days; None where too many days are missing.

    Args:
        days: the series.
        periods: oldest first; the last one is what the others are made comparable with.
    """
    rest = rest_weight({day: n for day, n in days.items() if day < periods[-1].start})
    known = [[day for day in _days(one) if days.get(day) is not None] for one in periods]
    whole = _weight(known[-1], rest)
    found: list[Count | None] = []
    for one, spoken in zip(periods, known, strict=True):
        if not spoken or len(spoken) < KNOWN * one.days:
            found.append(None)
            continue
        total = sum(days[day] or 0.0 for day in spoken)
        found.append(Count(total, whole / _weight(spoken, rest)))
    return tuple(found)


def rest_weight(days: Mapping[dt.date, float | None]) -> float:
    """Return how much happens on a day off, relative to a working day; 1 where that is not known.

    Example:
        >>> first = dt.date(2026, 6, 29)
        >>> week = (10.0, 10.0, 10.0, 10.0, 10.0, 4.0, 6.0)
        >>> rest_weight({first + dt.timedelta(days=k): week[k % 7] for k in range(70)})
        0.5
    """
    known = {day: count for day, count in days.items() if count is not None}
    work = [count for day, count in known.items() if is_worked(day)]
    rest = [count for day, count in known.items() if not is_worked(day)]
    if len(rest) < LEAST_REST or len(work) < LEAST_REST or fmean(work) <= 0:
        return 1.0
    return max(LEAST_WEIGHT, fmean(rest) / fmean(work))


def _weight(days: Sequence[dt.date], rest: float) -> float:
    return sum(1.0 if is_worked(day) else rest for day in days)


def _days(period: Period) -> list[dt.date]:
    return [period.start + dt.timedelta(days=k) for k in range(period.days)]
