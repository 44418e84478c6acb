"""Trend, ranking, events and feeds of the wall, as the script paints them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence

from layouts.format import (
    age_text,
    date_text,
    moment_text,
    number,
    unit_text,
    value_text,
    value_with_unit,
)
from layouts.texts import Lang, t
from layouts.wall.cards import Payload, Setting, links, scaled
from layouts.wall.panel import Order, RankingPanel, TrendPanel
from metrics.answer import Answer, Child, Freshness
from metrics.territory import UNASSIGNED

TREND_SCALE = 1000
_AMOUNTS = ("count", "sum", "distinct", "stock")
LEVELS = ("red", "amber", "info")


def is_unassigned(child: Child) -> bool:
    """Tell whether a child is the bucket for what no area holds."""
    return not child.key or child.name == UNASSIGNED


def nice_ceiling(value: float) -> float:
    """Return the next number above whose half is round as well.

    Example:
        >>> nice_ceiling(1204), nice_ceiling(0.31)
        (1600.0, 0.4)
    """
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    steps = (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10)
    return float(round(next(step for step in steps if value <= step * power) * power, 10))


def trend_payload(panel: TrendPanel, answer: Answer | None, setting: Setting) -> Payload:
    """Return the newest days and as many before, on one scale from 0.

    Returns:
        ``a`` and ``b`` the newer and older days from 0 to 1000, ``y`` the numbers at the grid
        lines from the top, ``x`` the first, middle and last day, ``la`` and ``lb`` their names;
        empty where fewer than two days are known.
    """
    series = answer.series if answer else ()
    newer, older = series[-panel.days :], series[: -panel.days][-panel.days :]
    known = [value for _, value in (*newer, *older) if value is not None]
    if answer is None or len(known) < 2:
        return {}
    low, high = _scale_of(answer, known)
    steps = [high - (high - low) * k / 2 for k in range(3)]
    days = [day for day, _ in newer]
    return {
        "a": scaled([value for _, value in newer], low, high, TREND_SCALE),
        "b": scaled([value for _, value in older], low, high, TREND_SCALE),
        "y": [_axis_text(step, answer, setting.lang) for step in steps],
        "x": [date_text(days[k], setting.lang) for k in (0, len(days) // 2, -1)],
        "la": _named("wall.trend_now", newer, answer, setting.lang),
        "lb": _named("wall.trend_before", older, answer, setting.lang) if older else "",
        "u": unit_text(answer.indicator, setting.lang),
        **links(answer.indicator.id, answer, setting),
    }


def _scale_of(answer: Answer, known: Sequence[float]) -> tuple[float, float]:
    """Counts stand on zero; what is no amount is shown where it moves."""
    if answer.indicator.kind in _AMOUNTS:
        return min(0.0, min(known)), nice_ceiling(max(known))
    pad = (max(known) - min(known)) * 0.15 or 1.0
    high = max(known) + pad
    return min(known) - pad, min(high, 100.0) if answer.indicator.unit == "%" else high


def _axis_text(value: float, answer: Answer, lang: Lang) -> str:
    amount = answer.indicator.kind in _AMOUNTS
    return number(value, 0, lang) if amount else value_text(value, answer.indicator, lang)


def _named(
    key: str, series: Sequence[tuple[dt.date, float | None]], answer: Answer, lang: Lang
) -> str:
    """Name a span; with its daily mean where days add up and none is missing."""
    name = t(key, lang).format(n=len(series))
    known = [value for _, value in series if value is not None]
    if answer.indicator.kind not in ("count", "sum") or len(known) < len(series):
        return name
    mean = number(sum(known) / len(known), 0, lang)
    return f"{name} {t('wall.daily_mean', lang).format(value=mean)}"


def ranking_payload(panel: RankingPanel, answer: Answer | None, setting: Setting) -> Payload:
    """Return the areas in order.

    Returns:
        ``r`` rows of name, value text, place from 0 to 100, light, whether small, link;
        ``m`` how the place is drawn: ``bar`` stands on zero, ``dot`` lies between the extremes;
        ``un`` how many areas have no data and what lies in none, in words.
    """
    if answer is None:
        return {"r": [], "m": "bar", "un": []}
    areas = [child for child in answer.children if not is_unassigned(child)]
    known = [child for child in areas if child.figure.value is not None]
    known.sort(key=_value, reverse=descends(panel.order, answer))
    values = [_value(child) for child in known]
    is_amount = answer.indicator.kind in _AMOUNTS
    low = min(0.0, *values, 0.0) if is_amount else min(values, default=0.0)
    places = scaled(values, low, max(values, default=1.0), 100)
    silent = len(areas) - len(known)
    return {
        "r": [
            _row(child, place, answer, setting) for child, place in zip(known, places, strict=True)
        ],
        "m": "bar" if is_amount else "dot",
        "u": unit_text(answer.indicator, setting.lang),
        "un": [
            *([t("wall.without_data", setting.lang).format(n=silent)] if silent else []),
            *filter(None, [unassigned_text(answer, setting.lang)]),
        ],
    }


def _value(child: Child) -> float:
    return child.figure.value if child.figure.value is not None else math.nan


def descends(order: Order, answer: Answer) -> bool:
    """Tell whether the largest value comes first in this order."""
    if order in ("largest", "smallest"):
        return order == "largest"
    lower_is_better = answer.indicator.direction == "down"
    return lower_is_better if order == "worst" else not lower_is_better


def _row(child: Child, place: int | None, answer: Answer, setting: Setting) -> list[object]:
    here = Setting(setting.now, child.key, setting.lang)
    text = value_text(child.figure.value, answer.indicator, setting.lang)
    link = links(answer.indicator.id, answer, here)["h"]
    return [child.name, text, place, child.light, int(child.is_small), link]


def unassigned_text(answer: Answer, lang: Lang) -> str:
    """Return how much lies in no area, in words; empty where there is none."""
    if answer.indicator.kind not in _AMOUNTS:
        return ""
    for child in answer.children:
        if is_unassigned(child) and child.figure.value:
            return t("wall.unassigned", lang).format(
                value=value_with_unit(child.figure.value, answer.indicator, lang)
            )
    return ""


def events_payload(
    events: Sequence[Mapping[str, object]], limit: int, setting: Setting
) -> list[list[str]]:
    """Return rows of time, title, area, level and the level's word, newest first."""
    rows = []
    for event in events[:limit]:
        level = str(event.get("level", "info"))
        level = level if level in LEVELS else "info"
        title = str(event.get("title") or event.get("kind") or "")
        word = t(f"wall.level_{level}", setting.lang)
        at = moment_text(_moment(event.get("at"), setting.now), setting.now, setting.lang)
        rows.append([at, title, str(event.get("area_name") or ""), level, word])
    return rows


def _moment(value: object, now: dt.datetime) -> dt.datetime | None:
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, dt.datetime):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def feeds_payload(freshness: Sequence[Freshness], setting: Setting) -> list[list[object]]:
    """Return rows of name, age, whether late, and the moment; late feeds first."""
    late_first = sorted(freshness, key=lambda feed: not feed.is_stale)
    return [
        [
            feed.name,
            age_text(feed.as_of, setting.now, setting.lang),
            int(feed.is_stale),
            moment_text(feed.as_of, setting.now, setting.lang),
        ]
        for feed in late_first
    ]
