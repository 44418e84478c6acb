"""Daily, weekly, monthly and quarterly briefings: what each is called and is held against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from metrics.calendar import (
    Period,
    PeriodKind,
    day,
    neighbour,
    previous,
    same_weekdays,
)
from metrics.errors import BadQuestion

WEEK_BEFORE = "上周"
"""What a change is held against where nothing else is said."""


@dataclass(frozen=True)
class Edition:
    """One rhythm of the briefing.

    Attributes:
        this: the period in words.
        prior: the window of 环比 in words.
        each: before a noun, in captions.
        span: after a number of periods looked back.
        charted: periods in charts and trends, the briefing's own included.
        looked: periods looked back for records and streaks.
        record: periods that make a record worth a word.
        flag: the option of the command that names it.
    """

    masthead: str
    this: str
    prior: str
    each: str
    span: str
    charted: int
    looked: int
    record: int
    flag: str

    @property
    def pooled(self) -> str:
        """After a number of periods thrown together."""
        return self.span.removesuffix("同日")


EDITIONS: Mapping[PeriodKind, Edition] = {
    "day": Edition("城市运行日报", "当日", "前一日", "每周同日", "周同日", 12, 53, 26, "--day"),
    "week": Edition("城市运行周报", "本周", "上周", "每周", "周", 12, 53, 26, "--week"),
    "month": Edition("城市运行月报", "本月", "上期", "每月", "个月", 12, 13, 12, "--month"),
    "quarter": Edition(
        "城市运行季报", "本季度", "上期", "每季度", "个季度", 8, 9, 8, "--quarter"
    ),
}  # fmt: skip


def edition(period: Period) -> Edition:
    """Return the rhythm of a period.

    Raises:
        BadQuestion: briefings are not written of such a period.
    """
    if period.kind not in EDITIONS:
        raise BadQuestion(
            f"'{period.text}' is not a day, week, month or quarter",
            where="briefing",
            hint="Allowed: 2026-11-20, 2026-W46, 2026-11, 2026-Q4",
        )
    return EDITIONS[period.kind]


def edition_of(text: str) -> Edition:
    """Return the rhythm that the canonical text of a period belongs to.

    Example:
        >>> edition_of("2026-W46").this, edition_of("2026-10").this
        ('本周', '本月')
    """
    if "W" in text:
        return EDITIONS["week"]
    if "Q" in text:
        return EDITIONS["quarter"]
    return EDITIONS["month" if text.count("-") == 1 else "day"]


def earlier(period: Period, back: int) -> Period:
    """Return the period so many before it; of a day, the same weekday so many weeks before.

    Example:
        >>> earlier(day(dt.date(2026, 11, 20)), 2).text
        '2026-11-06'
    """
    if back == 0:
        return period
    if period.kind == "day":
        return day(same_weekdays(period, back)[-1].start)
    return neighbour(period, -back)


def prior(period: Period) -> Period:
    """Return the window of 环比, which is as long as the period, as one of its kind if it is."""
    window, near = previous(period), earlier(period, 1)
    return near if (near.start, near.end) == (window.start, window.end) else window


def pooled_start(period: Period, periods: int) -> dt.date:
    """Return where so many periods begin, the one given last; of a day, so many weeks."""
    if period.kind == "day":
        return period.start - dt.timedelta(days=7 * periods - 1)
    return earlier(period, periods - 1).start


def prior_word(days: int) -> str:
    """Return the window of 环比 in words, by how long it is."""
    return {1: "前一日", 7: WEEK_BEFORE}.get(days, "上期")


def label(period: Period) -> str:
    """Return a period as it stands under a column of a chart.

    Example:
        >>> label(day(dt.date(2026, 11, 9)))
        '11月9日'
    """
    start = period.start
    if period.kind == "day":
        return f"{start.month}月{start.day}日"
    if period.kind == "month":
        return f"{start.month}月"
    if period.kind == "quarter":
        return f"{start.year}年{(start.month + 2) // 3}季度"
    return f"{start.isocalendar().week}周"


def number_of(period: Period) -> tuple[int, int]:
    """Return the year and the number within it that an issue has by itself."""
    iso, start = period.start.isocalendar(), period.start
    if period.kind == "week":
        return iso.year, iso.week
    if period.kind == "day":
        return start.year, start.timetuple().tm_yday
    return start.year, start.month if period.kind == "month" else (start.month + 2) // 3
