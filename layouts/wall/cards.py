"""Numbers of the wall as the script paints them: texts, tone, light, state and a short history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from layouts.format import (
    change_text,
    change_tone,
    date_text,
    moment_text,
    period_text,
    unit_text,
    value_text,
    value_with_unit,
)
from layouts.states import oldest_feed, state_note, state_of
from layouts.texts import Lang, t
from layouts.wall.panel import Card
from metrics.answer import Answer
from metrics.indicator import Indicator

Payload = dict[str, object]
_ADDING = ("count", "sum", "distinct")


@dataclass(frozen=True)
class Setting:
    """What all numbers of one payload share.

    Attributes:
        now: aware instant of the city's clock.
        area: code of the area the scene is about; part of every link.
        lang: language of the words.
    """

    now: dt.datetime
    area: str
    lang: Lang = "zh"

    @property
    def today(self) -> dt.date:
        """The city's day."""
        return self.now.date()


def is_running(answer: Answer, today: dt.date) -> bool:
    """Tell whether the period is not over, so that nothing whole can be compared with it."""
    return answer.period.end >= today and answer.indicator.kind != "stock"


def shown_light(answer: Answer, today: dt.date) -> str:
    """Return the light; none while a count is still growing."""
    growing = is_running(answer, today) and answer.indicator.kind in _ADDING
    return "none" if growing else answer.light


def sparkline(answer: Answer, today: dt.date) -> list[int | None]:
    """Return the daily series on a scale from 0 to 100, whole days only."""
    whole = [value for day, value in answer.series if day < today or not is_running(answer, today)]
    known = [value for value in whole if value is not None]
    if len(known) < 2:
        return []
    return scaled(whole, min(known), max(known), 100)


def scaled(values: Sequence[float | None], low: float, high: float, size: int) -> list[int | None]:
    """Return values as whole numbers between 0 and ``size``; the middle where all are equal."""
    if high <= low:
        return [None if value is None else size // 2 for value in values]
    return [None if v is None else round((v - low) / (high - low) * size) for v in values]


def name_of(indicator: Indicator, lang: Lang) -> str:
    """Return an indicator's name."""
    return indicator.name_en if lang == "en" else indicator.name


def card_payload(
    card: Card, answer: Answer | None, indicator: Indicator | None, setting: Setting
) -> Payload:
    """Return one card.

    Returns:
        ``n`` name, ``u`` unit, ``v`` value, ``t`` state, ``o`` note on the state, ``h`` and ``w``
        links to the drill and to the reason; where there is an answer also ``c`` change, ``g``
        its tone, ``l`` light, ``s`` history from 0 to 100 and ``p`` period if the card has its own.
    """
    label = card.label_en if setting.lang == "en" else card.label
    if indicator is None:
        note = t("state.unknown", setting.lang)
        unknown = label or card.indicator
        return {"n": unknown, "u": "", "v": "—", "t": "failed", "o": note, "h": "", "w": ""}
    name, unit = label or name_of(indicator, setting.lang), unit_text(indicator, setting.lang)
    written: Payload = {
        "n": name,
        "u": "" if len(unit) > 1 and name.endswith(unit) else unit,
        "v": value_text(answer.figure.value if answer else None, indicator, setting.lang),
        "t": state_of(answer),
        "o": state_note(answer, setting.now, setting.lang),
        **links(indicator.id, answer, setting),
    }
    if answer is None:
        return written
    return written | {
        **_change(answer, setting),
        "l": shown_light(answer, setting.today),
        "s": sparkline(answer, setting.today),
        "p": _own_period(answer, setting) if card.period else "",
    }


def is_current(answer: Answer, today: dt.date) -> bool:
    """Tell whether the number is a stock as it stands now."""
    return answer.period.end >= today and answer.indicator.kind == "stock"


def _own_period(answer: Answer, setting: Setting) -> str:
    if is_current(answer, setting.today):
        return t("period.current", setting.lang)
    return period_text(answer.period, setting.today, setting.lang)


def links(indicator: str, answer: Answer | None, setting: Setting) -> Payload:
    """Return ``h``, where a click leads one level down, and ``w``, where it says why."""
    period = {"period": answer.period.text} if answer else {}
    place = {"area": setting.area} if setting.area else {}
    down = urlencode({"indicator": indicator, **place, **period})
    why = urlencode({**place, **period})
    return {"h": f"drill?{down}", "w": f"indicator/{indicator}" + (f"?{why}" if why else "")}


def _change(answer: Answer, setting: Setting) -> Payload:
    if answer.figure.value is None or answer.change is None or is_running(answer, setting.today):
        return {"c": "", "g": "flat"}
    text = change_text(answer.change, answer.indicator, setting.lang)
    return {"c": text, "g": change_tone(answer.change, answer.indicator)}


def headline_payload(
    card: Card, answer: Answer | None, indicator: Indicator | None, setting: Setting
) -> Payload:
    """Return one number over the map: a card with ``a``, its period and as-of in words."""
    written = card_payload(card, answer, indicator, setting)
    if answer is None:
        return written | {"c": written["o"], "a": ""}
    if answer.figure.value is None:
        feed = oldest_feed(answer)
        at = moment_text(feed.as_of if feed else None, setting.now, setting.lang)
        gone = t("state.missing", setting.lang)
        return written | {"c": gone, "a": t("state.as_of", setting.lang).format(at=at)}
    if is_running(answer, setting.today):
        written["c"] = _day_before(answer, setting)
        written["g"] = "flat"
    return written | {"a": _period_words(answer, setting)}


def _day_before(answer: Answer, setting: Setting) -> str:
    if answer.period.days != 1 or answer.previous.value is None:
        return ""
    value = value_with_unit(answer.previous.value, answer.indicator, setting.lang)
    return t("wall.day_before", setting.lang).format(value=value)


def _period_words(answer: Answer, setting: Setting) -> str:
    lang, period = setting.lang, period_text(answer.period, setting.today, setting.lang)
    feed = oldest_feed(answer)
    at = moment_text(feed.as_of if feed and feed.as_of else setting.now, setting.now, lang)
    is_older = feed and feed.as_of and feed.as_of.date() < answer.period.start
    if is_older or is_current(answer, setting.today):  # a yearbook's number is not yesterday's
        return t("state.as_of", lang).format(at=at)
    date = date_text(answer.period.end, lang)
    if answer.indicator.kind == "stock":
        return t("state.as_of", lang).format(at=date)
    if is_running(answer, setting.today):
        key = "wall.so_far" if answer.period.days == 1 else "wall.running"
        return t(key, lang).format(period=period, at=at)
    if answer.period.days > 1:
        return period
    return t("wall.whole_day", lang).format(period=period, date=date)
