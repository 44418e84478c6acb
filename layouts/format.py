"""The one rule book of how values are written: numbers, units, changes, dates, ages.

Rounding is half-up on the decimal value a person sees; None is always written as a dash.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from layouts.texts import UNITS_EN, Lang, t
from layouts.theme import asked_look
from metrics.calendar import Period
from metrics.indicator import Direction, Indicator

Tone = Literal["good", "bad", "flat"]

NONE = "—"
UP, DOWN = "▲", "▼"
TEN_THOUSAND, HUNDRED_MILLION = Decimal(10_000), Decimal(100_000_000)
LARGE = Decimal(100_000)
"""From here on a Chinese number is written in 万."""
_MOST_CHANGE = Decimal("999.9")
_DAY = dt.timedelta(days=1)
_MIDNIGHT = dt.time()


def rounded(value: float, decimals: int) -> Decimal:
    """Return the value rounded half-up at a decimal place.

    Example:
        >>> rounded(2.675, 2), rounded(-0.04, 1)
        (Decimal('2.68'), Decimal('0.0'))
    """
    result = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return abs(result) if result == 0 else result


def number(value: float | None, decimals: int = 0, lang: Lang = "zh") -> str:
    """Return a number with thousands separators, in 万 or 亿 where it is long.

    Example:
        >>> number(99999), number(123456), number(1234567), number(97.45, 1), number(None)
        ('99,999', '12.35万', '123.5万', '97.5', '—')
    """
    if value is None:
        return NONE
    plain = rounded(value, decimals)
    if lang != "zh" or abs(plain) < LARGE:
        return f"{plain:,}"
    word, unit = ("亿", HUNDRED_MILLION) if abs(plain) >= HUNDRED_MILLION else ("万", TEN_THOUSAND)
    scaled = Decimal(repr(float(value))) / unit
    places = 2 if abs(scaled) < 100 else 1
    return f"{scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,}{word}"


def value_text(value: float | None, indicator: Indicator, lang: Lang = "zh") -> str:
    """Return a value without its unit."""
    return number(value, indicator.shown_decimals, lang)


def value_with_unit(value: float | None, indicator: Indicator, lang: Lang = "zh") -> str:
    """Return a value followed by its unit; a dash alone where there is no value."""
    text = value_text(value, indicator, lang)
    unit = unit_text(indicator, lang)
    return (
        text
        if value is None
        else f"{text} {unit}"
        if lang != "zh" and unit[:1].isalpha()
        else text + unit
    )


def unit_text(indicator: Indicator, lang: Lang = "zh") -> str:
    """Return the unit; in English where it is known there, else as the catalogue writes it."""
    return UNITS_EN.get(indicator.unit, indicator.unit) if lang == "en" else indicator.unit


def percent(share: float | None, decimals: int = 1) -> str:
    """Return a share as per cent.

    Example:
        >>> percent(0.0325), percent(None)
        ('3.3%', '—')
    """
    if share is None:
        return NONE
    scaled = Decimal(repr(float(share))) * 100
    return f"{rounded(float(scaled), decimals):,}%"


def change_size(change: float, indicator: Indicator) -> Decimal:
    """Return a change as it is written: per cent, or points for % indicators; 1 decimal."""
    points = indicator.unit == "%"
    scaled = Decimal(repr(float(change))) * (1 if points else 100)
    size = scaled.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return abs(size) if size == 0 else size


def change_text(change: float | None, indicator: Indicator, lang: Lang = "zh") -> str:
    """Return a change with its arrow: per cent, or points for % indicators.

    Args:
        change: relative (0.05 = +5 %); for % indicators in points.
        indicator: decides between the two.
        lang: language of the words.
    """
    if change is None:
        return NONE
    size = change_size(change, indicator)
    if size == 0:
        return t("change.none", lang)
    arrow = UP if size > 0 else DOWN
    if indicator.unit == "%":
        return f"{arrow}{abs(size):,}{t('change.points', lang)}"
    if abs(size) > _MOST_CHANGE:
        return f"{arrow}>999%"
    return f"{arrow}{abs(size)}%"


def change_tone(change: float | None, indicator: Indicator) -> Tone:
    """Return the colour of an arrow: good or bad news; what is written as no change is neither.

    Under the habit of red for more and green for less, the direction alone decides.
    """
    direction: Direction = indicator.direction
    if change is not None and asked_look().arrows == "red-up":
        size = change_size(change, indicator)
        return "flat" if size == 0 else "bad" if size > 0 else "good"
    if change is None or direction in ("neutral", "band") or change_size(change, indicator) == 0:
        return "flat"
    return "good" if (change > 0) == (direction == "up") else "bad"


def maturity_text(maturity: float, days: int, lang: Lang = "zh") -> str:
    """Return that a number still changes; empty where all days of its period are old enough.

    Example:
        >>> maturity_text(0.5, 15), maturity_text(1.0, 15)
        ('未满15天,尚在变动', '')
    """
    return t("maturity", lang).format(n=days) if maturity < 1 else ""


def recut_text(days: Sequence[dt.date], lang: Lang = "zh") -> str:
    """Return that a comparison reaches across a new cut of the areas; empty where none does.

    Example:
        >>> recut_text([dt.date(2026, 3, 20)]), recut_text([])
        ('2026-03-20起区划重新划分,前后不可直接比较', '')
    """
    return t("recut", lang).format(days=", ".join(map(str, days))) if days else ""


def duration_text(seconds: float | None, lang: Lang = "zh") -> str:
    """Return a length of time in its two largest units.

    Example:
        >>> duration_text(45), duration_text(754), duration_text(12600), duration_text(190000)
        ('45秒', '12分钟34秒', '3小时30分钟', '2天4小时')
    """
    if seconds is None:
        return NONE
    rest = int(rounded(abs(seconds), 0))
    parts: list[tuple[int, str]] = []
    for key, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, rest = divmod(rest, size)
        if parts or count:
            parts.append((count, t(f"duration.{key}", lang)))
    shown = [f"{count}{word}" for count, word in parts[:2] if count]
    sign = "-" if seconds < 0 and shown else ""
    return sign + "".join(shown) if shown else f"0{t('duration.second', lang)}"


def date_text(day: dt.date, lang: Lang = "zh") -> str:
    """Return month and day.

    Example:
        >>> date_text(dt.date(2026, 11, 2))
        '11月2日'
    """
    return f"{day.month}月{day.day}日" if lang == "zh" else f"{day.day:02d} {day:%b}"


def long_date_text(day: dt.date, lang: Lang = "zh") -> str:
    """Return year, month, day and weekday.

    Example:
        >>> long_date_text(dt.date(2026, 11, 22))
        '2026年11月22日 星期日'
    """
    if lang != "zh":
        return f"{day:%a %d %b %Y}"
    return f"{day.year}年{day.month}月{day.day}日 星期{'一二三四五六日'[day.weekday()]}"


def moment_text(moment: dt.datetime | None, now: dt.datetime, lang: Lang = "zh") -> str:
    """Return the clock time, with the day where it is not today; midnight is a day, not a time."""
    if moment is None:
        return NONE
    local = moment.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"{local:%H:%M}"
    if local.date() == now.date() - _DAY:
        return f"{t('period.yesterday', lang)} {local:%H:%M}"
    if local.year == now.year:
        return f"{local:%m-%d}" if local.time() == _MIDNIGHT else f"{local:%m-%d %H:%M}"
    return f"{local:%Y-%m-%d}"


def age_text(moment: dt.datetime | None, now: dt.datetime, lang: Lang = "zh") -> str:
    """Return how long ago something was.

    Example:
        >>> now = dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)
        >>> age_text(now - dt.timedelta(minutes=3), now), age_text(None, now)
        ('3分钟前', '从未')
    """
    if moment is None:
        return t("age.never", lang)
    seconds = (now - moment).total_seconds()
    for key, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= size:
            return t(f"age.{key}", lang).format(n=int(seconds // size))
    return t("age.now", lang)


def period_text(period: Period, today: dt.date, lang: Lang = "zh") -> str:
    """Return the period in words: 今日, 昨日, 11月20日, 2026年第46周, 近7天, 11月1日—11月7日."""
    if period.kind == "day":
        return _day_text(period.start, today, lang)
    if period.kind == "week":
        iso = period.start.isocalendar()
        return t("period.week", lang).format(year=iso.year, n=iso.week)
    if period.kind == "month":
        return t("period.month", lang).format(year=period.start.year, n=period.start.month)
    if period.kind == "quarter":
        quarter = (period.start.month + 2) // 3
        return t("period.quarter", lang).format(year=period.start.year, n=quarter)
    if period.kind == "year":
        return t("period.year", lang).format(year=period.start.year)
    if period.kind == "reporting_year":
        return t("period.reporting_year", lang).format(year=period.start.year)
    if period.end == today:
        return t("period.last_days", lang).format(n=period.days)
    return f"{date_text(period.start, lang)}—{date_text(period.end, lang)}"


def span_text(period: Period, *, with_year: bool = False) -> str:
    """Return the days of a period, short: 11-09, 11-09—11-15, 2025-12-30—2026-01-05.

    Example:
        >>> span_text(Period(dt.date(2026, 11, 9), dt.date(2026, 11, 15), "week", "2026-W46"))
        '11-09—11-15'
    """
    if period.start.year != period.end.year:
        return f"{period.start}—{period.end}"
    first, last = (f"{day:%m-%d}" for day in (period.start, period.end))
    if with_year:
        first = f"{period.start}"
    return first if period.days == 1 else f"{first}—{last}"


def _day_text(day: dt.date, today: dt.date, lang: Lang) -> str:
    if day == today:
        return t("period.today", lang)
    if day == today - _DAY:
        return t("period.yesterday", lang)
    text = date_text(day, lang)
    return text if day.year == today.year else f"{day.year}年{text}" if lang == "zh" else str(day)
