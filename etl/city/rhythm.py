"""How much happens when: working days, holidays, seasons, growth and the hours of a day."""

from __future__ import annotations

import datetime as dt

import chinese_calendar
import numpy as np

from etl.city.mesh import Labels, Points

_WEEK = (1.12, 1.05, 1.02, 1.0, 1.0, 0.86, 0.78)
_MAKE_UP_DAY = 0.98
_HOLIDAY = 0.66
_SPRING_FESTIVAL = 0.38
_YEARLY_GROWTH = 1.08
_REFERENCE = dt.date(2026, 1, 1)

OFFICE = (1, 1, 1, 1, 1, 2, 5, 14, 34, 44, 42, 34, 24, 28, 38, 38, 34, 26, 20, 17, 14, 9, 5, 2)
"""Calls and visits: two humps with a dip at noon."""

EVENING = (9, 6, 4, 3, 3, 4, 6, 10, 16, 18, 18, 16, 15, 15, 16, 17, 19, 22, 27, 33, 35, 31, 22, 14)
"""Police calls: busiest after dinner."""

SHIFT = (0, 0, 0, 0, 0, 0, 3, 22, 40, 44, 40, 24, 10, 30, 42, 42, 36, 18, 8, 6, 4, 2, 0, 0)
"""People who walk their rounds."""

KITCHEN = (1, 0, 0, 0, 0, 1, 3, 4, 3, 4, 20, 42, 34, 10, 5, 6, 20, 44, 46, 28, 14, 8, 4, 2)
"""Restaurants at work."""

FLAT = (1,) * 24


def day_factor(day: dt.date, *, restless: bool = False) -> float:
    """Return how busy a day is, about 1 on a plain Wednesday at the beginning of 2026.

    Args:
        day: the day.
        restless: true for what does not rest on weekends and holidays (emergencies, alarms).
    """
    grown = _YEARLY_GROWTH ** ((day - _REFERENCE).days / 365)
    season = 1 + 0.06 * np.cos((day.timetuple().tm_yday - 205) / 365 * 2 * np.pi)
    rest = 1.0 if restless else _rest(day)
    return float(grown * season * rest)


def _rest(day: dt.date) -> float:
    try:
        working = chinese_calendar.is_workday(day)
        _, holiday = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:  # the published calendar ends; later years have plain weeks
        return _WEEK[day.weekday()]
    if working:
        return _MAKE_UP_DAY if day.weekday() >= 5 else _WEEK[day.weekday()]
    if holiday == "Spring Festival":
        return _SPRING_FESTIVAL
    return _HOLIDAY if holiday else _WEEK[day.weekday()]


def times_of_day(count: int, hours: tuple[int, ...], rng: np.random.Generator) -> Labels:
    """Return seconds after midnight, ascending, spread over the hours by weight."""
    weight: Points = np.array(hours, dtype=np.float64)
    hour = rng.choice(24, count, p=weight / weight.sum())
    return np.sort(hour * 3600 + rng.integers(0, 3600, count))
