"""Everything that changes on the wall, as one small object of plain JSON values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from layouts.format import (
    change_text,
    date_text,
    long_date_text,
    period_text,
    unit_text,
    value_with_unit,
)
from layouts.states import state_note
from layouts.texts import Lang, t
from layouts.wall.alarms import Alarms, alarms_payload
from layouts.wall.cards import (
    Payload,
    Setting,
    card_payload,
    headline_payload,
    is_running,
    name_of,
    shown_light,
)
from layouts.wall.charts import events_payload, feeds_payload, ranking_payload, trend_payload
from layouts.wall.choropleth import map_payload
from layouts.wall.panel import CardsPanel, EventsPanel, RankingPanel, TrendPanel, card_key
from layouts.wall.panels.calendar import CalendarPanel
from layouts.wall.panels.drawn import DrawnPanel
from layouts.wall.scene import Scene
from metrics.answer import Answer, Freshness
from metrics.calendar import parse_period
from metrics.indicator import Indicator

MOST_NEWS = 12
NO_ALARMS = Alarms()


def wall_payload(
    scene: Scene,
    answers_by_key: Mapping[str, Answer],
    events: Sequence[Mapping[str, object]],
    freshness: Sequence[Freshness],
    *,
    now: dt.datetime,
    indicators: Mapping[str, Indicator],
    area: str = "",
    data_version: int = 0,
    is_clock_fixed: bool = False,
    lang: Lang = "zh",
    alarms: Alarms = NO_ALARMS,
) -> dict[str, object]:
    """Return what the wall's script paints.

    Args:
        scene: what stands where.
        answers_by_key: answers under the keys of ``scene_questions``; a key may be missing.
        events: newest first, as ``Service.latest_events`` gives them.
        freshness: every feed.
        now: aware instant in the city's zone.
        indicators: the catalogue by id, for names of numbers that could not be asked.
        area: code of the area shown, for the links.
        data_version: of the answers.
        is_clock_fixed: the city's clock stands still, so the wall's does too.
        lang: language of the words.
        alarms: which of the events take the screen.
    """
    setting = Setting(now, area, lang)
    offset = now.utcoffset() or dt.timedelta()
    return {
        "scene": scene.id,
        "version": data_version,
        "now": milliseconds(now),
        "offset": int(offset.total_seconds() // 60),
        "fixed": int(is_clock_fixed),
        "date": long_date_text(now.date(), lang),
        "cards": dict(_cards(scene, answers_by_key, indicators, setting)),
        "panels": dict(_panels(scene, answers_by_key, events, setting)),
        "notes": dict(_notes(scene, answers_by_key, setting)),
        "rule": _rule(scene, setting),
        "map": map_payload(answers_by_key.get("map"), scene.map.classes, setting),
        "feeds": feeds_payload(freshness, setting),
        "ticker": list(_news(scene, answers_by_key, freshness, setting))[:MOST_NEWS],
        "alarms": alarms_payload(events, alarms, now, lang),
        "stay": alarms.stay_seconds,
    }


def failed_payload(now: dt.datetime, sentence: str) -> dict[str, object]:
    """Return what is sent when nothing could be asked: the screen keeps its values."""
    return {"error": sentence, "now": milliseconds(now)}


def milliseconds(now: dt.datetime) -> int:
    """Return an instant as the browser counts it."""
    return int(now.timestamp() * 1000)


def _cards(
    scene: Scene,
    answers: Mapping[str, Answer],
    indicators: Mapping[str, Indicator],
    setting: Setting,
) -> Iterator[tuple[str, Payload]]:
    for card in scene.headline:
        key = card_key("headline", card)
        indicator = indicators.get(card.indicator)
        yield key, headline_payload(card, answers.get(key), indicator, setting)
    for panel in scene.panels:
        for card in panel.cards if isinstance(panel, CardsPanel) else ():
            key = card_key(panel.id, card)
            indicator = indicators.get(card.indicator)
            yield key, card_payload(card, answers.get(key), indicator, setting)


def _panels(
    scene: Scene,
    answers: Mapping[str, Answer],
    events: Sequence[Mapping[str, object]],
    setting: Setting,
) -> Iterator[tuple[str, object]]:
    for panel in scene.panels:
        answer = answers.get(panel.id)
        if isinstance(panel, TrendPanel):
            yield panel.id, trend_payload(panel, answer, setting) or _nothing(answer, setting)
        elif isinstance(panel, RankingPanel):
            drawn = ranking_payload(panel, answer, setting)
            yield panel.id, drawn if drawn["r"] else _nothing(answer, setting)
        elif isinstance(panel, EventsPanel):
            yield panel.id, {"e": events_payload(events, panel.limit, setting)}
        elif isinstance(panel, DrawnPanel):
            drawn = panel.payload(answers, setting)
            nothing = _nothing(panel.first_answer(answers), setting)
            yield panel.id, {"kind": panel.kind, **drawn} if drawn else nothing


def _rule(scene: Scene, setting: Setting) -> str:
    if scene.period == "yesterday":
        return t("wall.rule", setting.lang)
    words = period_text(parse_period(scene.period, setting.today), setting.today, setting.lang)
    return t("wall.rule_period", setting.lang).format(period=words)


def _nothing(answer: Answer | None, setting: Setting) -> Payload:
    note = state_note(answer, setting.now, setting.lang)
    return {"o": note or t("state.missing", setting.lang)}


def _notes(
    scene: Scene, answers: Mapping[str, Answer], setting: Setting
) -> Iterator[tuple[str, str]]:
    for panel in scene.panels:
        if isinstance(panel, EventsPanel):
            continue  # how many fit is known on the screen only
        if isinstance(panel, TrendPanel | CalendarPanel):
            yield panel.id, _measured(answers.get(panel.id), setting.lang)
        else:
            asks = panel.asks(scene.common())
            own = {card_key(panel.id, card) for card in getattr(panel, "cards", ()) if card.period}
            keys = [ask.key for ask in asks if ask.key not in own]
            answer = next((answers[key] for key in keys if key in answers), None)
            is_short = isinstance(panel, RankingPanel)  # pages and 未归属 stand there too
            yield panel.id, _period_note(answer, setting, with_date=not is_short)


def _measured(answer: Answer | None, lang: Lang) -> str:
    if answer is None:
        return ""
    return f"{name_of(answer.indicator, lang)} {unit_text(answer.indicator, lang)}"


def _period_note(answer: Answer | None, setting: Setting, *, with_date: bool) -> str:
    if answer is None:
        return ""
    words = period_text(answer.period, setting.today, setting.lang)
    if answer.period.kind != "day" or not with_date:
        return words
    date = date_text(answer.period.end, setting.lang)
    return words if date in words else f"{words} {date}"


def _news(
    scene: Scene,
    answers: Mapping[str, Answer],
    freshness: Sequence[Freshness],
    setting: Setting,
) -> Iterator[list[str]]:
    """Yield tone and sentence: red lights, amber ones, late feeds, then the headline's changes."""
    told: set[str] = set()
    shown = [answers[key] for key in _card_keys(scene) if key in answers]
    for light in ("red", "amber"):
        for answer in shown:
            lit = shown_light(answer, setting.today) == light
            if lit and answer.figure.value is not None and answer.indicator.id not in told:
                told.add(answer.indicator.id)
                yield [light, _sentence("wall.ticker_light", answer, setting, light=light)]
    for row in feeds_payload(freshness, setting):
        if row[2]:
            text = t("wall.ticker_feed", setting.lang)
            yield ["amber", text.format(feed=row[0], at=row[3])]
    for answer in shown:
        whole = answer.change is not None and not is_running(answer, setting.today)
        if whole and answer.figure.value is not None and answer.indicator.id not in told:
            told.add(answer.indicator.id)
            yield ["info", _sentence("wall.ticker_change", answer, setting)]


def _card_keys(scene: Scene) -> Iterator[str]:
    yield from (card_key("headline", card) for card in scene.headline)
    for panel in scene.panels:
        if isinstance(panel, CardsPanel):
            yield from (card_key(panel.id, card) for card in panel.cards)


def _sentence(key: str, answer: Answer, setting: Setting, *, light: str = "") -> str:
    lang = setting.lang
    return t(key, lang).format(
        domain=answer.indicator.domain,
        name=name_of(answer.indicator, lang),
        period=period_text(answer.period, setting.today, lang),
        value=value_with_unit(answer.figure.value, answer.indicator, lang),
        change=change_text(answer.change, answer.indicator, lang),
        level=t(f"wall.ticker_{light}", lang) if light else "",
    )
