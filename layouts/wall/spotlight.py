"""One indicator on a large card over the scene."""

from __future__ import annotations

from layouts.format import change_text, change_tone, date_text, number
from layouts.texts import t
from layouts.wall.cards import Payload, Setting, headline_payload
from layouts.wall.panel import Card
from metrics.answer import Answer
from metrics.indicator import Indicator

DAYS = 30
PERIOD = "yesterday"


def spotlight_payload(
    key: str, answer: Answer | None, indicator: Indicator | None, setting: Setting, *, note: str
) -> Payload:
    """Return the large card.

    Args:
        key: what was wanted, so that the script knows its answer again.
        answer: with a daily series; None where it could not be asked.
        indicator: from the catalogue; None where it does not know it.
        setting: what all numbers of the payload share.
        note: why there is no answer.

    Returns:
        What ``headline_payload`` says, with ``key``, ``b`` where, ``y`` the year before with its
        tone ``yg``, and for the curve its lowest and highest value ``r`` and its first and last
        day ``x``.
    """
    written = headline_payload(Card(indicator=key), answer, indicator, setting)
    name = {"n": indicator.name_en if setting.lang == "en" else indicator.name} if indicator else {}
    if answer is None:
        return {**written, **name, "key": key, "b": "", "o": note or written["o"]}
    year = answer.year_change
    known = [value for _, value in answer.series if value is not None]
    decimals = answer.indicator.shown_decimals
    days = [day for day, _ in answer.series]
    return {
        **written,
        **name,
        "key": key,
        "b": answer.area_name,
        "y": "" if year is None else _year(answer, year, setting),
        "yg": "flat" if year is None else change_tone(year, answer.indicator),
        "r": [number(edge(known), decimals, setting.lang) for edge in (min, max)] if known else [],
        "x": [date_text(day, setting.lang) for day in (days[0], days[-1])] if days else [],
    }


def _year(answer: Answer, change: float, setting: Setting) -> str:
    text = change_text(change, answer.indicator, setting.lang)
    return t("spot.year", setting.lang).format(change=text)
