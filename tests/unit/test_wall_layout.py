"""The wall: ids, what it asks, and what is painted of answers made by hand."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dash.development.base_component import Component

from layouts.format import change_text, value_text
from layouts.wall.choropleth import breaks
from layouts.wall.page import wall_layout
from layouts.wall.payload import failed_payload, wall_payload
from layouts.wall.scene import Scene, find_scenes, load_scene, pick_scene, scene_questions
from metrics.answer import Answer, Child, Figure, Freshness
from metrics.calendar import parse_period
from metrics.catalogue import BUILT_IN, load_catalogue
from metrics.errors import ConfigProblems, UnknownName
from metrics.indicator import Indicator
from metrics.question import Question
from metrics.territory import UNASSIGNED

NOW = dt.datetime(2026, 11, 22, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()
FRESH = Freshness("hotline", "热线", NOW - dt.timedelta(minutes=3), is_stale=False)
LATE = Freshness("water", "水位监测", NOW - dt.timedelta(days=2), is_stale=True)
NEVER = Freshness("air", "空气监测", None, is_stale=True)
CARD = "appeals-hotline_connect_rate"


@pytest.fixture(scope="module")
def scene() -> Scene:
    return pick_scene("", find_scenes())


@pytest.fixture(scope="module")
def indicators() -> dict[str, Indicator]:
    return dict(load_catalogue(BUILT_IN).indicators)


def answer(indicator: Indicator, period: str = "yesterday", **changes: object) -> Answer:
    question = Question(indicator.id, parse_period(period, TODAY), "330109")
    start = TODAY - dt.timedelta(days=14)
    series = tuple((start + dt.timedelta(days=k), 90.0 + k % 5) for k in range(15))
    made = Answer(
        question=question, indicator=indicator, area="330109", area_name="萧山区",
        level="district", period=question.period, figure=Figure(1234.5), previous=Figure(1200.0),
        change=0.02875, series=series, freshness=(FRESH,), data_version=7,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def answers(scene: Scene, indicators: dict[str, Indicator]) -> dict[str, Answer]:
    made = {}
    for ask in scene_questions(scene):
        children = tuple(
            Child(f"S{k}", f"第{k}街道", Figure(float(10 * k)), change=0.1) for k in range(1, 11)
        )
        bucket = Child("", UNASSIGNED, Figure(6.0))
        made[ask.key] = answer(
            indicators[ask.indicator],
            ask.period,
            children=(*children, bucket) if ask.level else (),
        )
    return made


def paint(scene: Scene, answers: dict[str, Answer], **changes: object) -> dict:
    catalogue = load_catalogue(BUILT_IN).indicators
    said = {"now": NOW, "indicators": catalogue, "data_version": 7, **changes}
    return wall_payload(scene, answers, [], [FRESH, LATE], **said)  # type: ignore[arg-type]


def components(root: Component) -> Iterator[Component]:
    yield root
    children = getattr(root, "children", None)
    for child in children if isinstance(children, list | tuple) else [children]:
        if isinstance(child, Component):
            yield from components(child)


def drawn(scene: Scene) -> list[str]:
    page = wall_layout(
        [scene], scene, place="萧山区", city_title="萧山区城市运行驾驶舱", is_demo=True,
        boundaries_note="示意", root_area="330109",
    )  # fmt: skip
    places = json.loads(getattr(page, "data-places"))
    built = [name for part in places.values() for one in part for name in ids_of(one)]
    return [*(one.id for one in components(page) if getattr(one, "id", None)), *built]


def ids_of(element: Any) -> Iterator[str]:
    _, attributes, *children = element
    yield from filter(None, [attributes.get("id")])
    for child in children:
        yield from ids_of(child) if isinstance(child, list) else ()


def test_every_id_is_there_once(scene: Scene) -> None:
    twice = [name for name, count in Counter(drawn(scene)).items() if count > 1]
    assert twice == []


def test_every_painted_place_is_on_the_page(scene: Scene, answers: dict[str, Answer]) -> None:
    ids, payload = set(drawn(scene)), paint(scene, answers)
    assert {f"wall-card-overview-{key}" for key in payload["cards"]} <= ids
    assert {f"wall-panel-overview-{key}" for key in payload["panels"]} <= ids
    assert {f"wall-note-overview-{key}" for key in payload["notes"]} <= ids


def test_every_scene_asks_what_the_catalogue_knows(indicators: dict[str, Indicator]) -> None:
    for path in find_scenes().values():
        asks = scene_questions(load_scene(path), "330109")
        assert {ask.indicator for ask in asks} <= set(indicators)
        assert max(Counter(ask.key for ask in asks).values()) == 1
        assert {ask.area for ask in asks} == {"330109"}


def test_the_payload_is_plain_json(scene: Scene, answers: dict[str, Answer]) -> None:
    payload = paint(scene, answers)
    assert json.loads(json.dumps(payload, allow_nan=False)) == payload
    assert (payload["version"], payload["offset"]) == (7, 480)
    assert payload["now"] == int(NOW.timestamp() * 1000)


def test_a_card_says_what_the_rule_book_says(scene: Scene, answers: dict[str, Answer]) -> None:
    answers[CARD] = replace(answers[CARD], figure=Figure(97.35), change=0.65)
    card, asked = paint(scene, answers)["cards"][CARD], answers[CARD].indicator
    assert card["v"] == value_text(97.35, asked) == "97.4"
    assert card["c"] == change_text(0.65, asked) == "▲0.7个百分点"
    assert (card["t"], card["g"], card["o"]) == ("fresh", "good", "")
    assert card["h"] == "drill?indicator=hotline_connect_rate&period=2026-11-21"
    assert card["w"] == "indicator/hotline_connect_rate?period=2026-11-21"
    assert all(value is None or 0 <= value <= 100 for value in card["s"])


def test_no_data_is_a_dash_with_its_feed_and_never_zero(
    scene: Scene, answers: dict[str, Answer]
) -> None:
    answers[CARD] = replace(answers[CARD], figure=Figure(), change=None, freshness=(LATE,))
    card = paint(scene, answers)["cards"][CARD]
    assert (card["v"], card["t"], card["c"]) == ("—", "missing", "")
    assert card["o"] == "截至11-20 10:00 水位监测"
    answers[CARD] = replace(answers[CARD], freshness=(FRESH, NEVER))
    assert paint(scene, answers)["cards"][CARD]["o"] == "空气监测 尚无数据"


def test_a_late_feed_keeps_the_value_and_says_so(scene: Scene, answers: dict[str, Answer]) -> None:
    answers[CARD] = replace(answers[CARD], figure=Figure(97.0), freshness=(FRESH, LATE))
    card = paint(scene, answers)["cards"][CARD]
    assert (card["v"], card["t"], card["o"]) == ("97.0", "stale", "截至11-20 10:00 水位监测")


def test_a_feed_that_fell_behind_later_does_not_taint_a_finished_day(
    scene: Scene, answers: dict[str, Answer]
) -> None:
    behind = replace(FRESH, is_stale=True)  # heard of today, after the day asked about
    answers[CARD] = replace(answers[CARD], freshness=(behind,))
    tile = "headline-appeals_accepted-today"
    answers[tile] = replace(answers[tile], freshness=(behind,))
    cards = paint(scene, answers)["cards"]
    assert (cards[CARD]["t"], cards[tile]["t"]) == ("fresh", "stale")


def test_a_small_denominator_is_marked(scene: Scene, answers: dict[str, Answer]) -> None:
    answers[CARD] = replace(answers[CARD], figure=Figure(50.0, 2, 4), is_small=True)
    card = paint(scene, answers)["cards"][CARD]
    assert (card["t"], card["o"], card["l"]) == ("small", "样本少", "none")


def test_what_could_not_be_asked_fails_alone(scene: Scene, answers: dict[str, Answer]) -> None:
    del answers[CARD], answers["map"], answers["ranking"], answers["trend_appeals"]
    payload = paint(scene, answers)
    assert (payload["cards"][CARD]["v"], payload["cards"][CARD]["t"]) == ("—", "failed")
    assert (
        payload["panels"]["ranking"] == payload["panels"]["trend_appeals"] == {"o": "本级无此指标"}
    )
    assert payload["map"] == {"v": {}, "o": "本级无此指标"}
    assert payload["cards"]["appeals-appeals_closed"]["t"] == "fresh"
    unknown = paint(scene, {}, indicators={})["cards"][CARD]
    assert (unknown["n"], unknown["o"]) == ("热线接通率", "指标未定义")


def test_a_growing_count_is_not_compared(scene: Scene, answers: dict[str, Answer]) -> None:
    key = "headline-appeals_accepted-today"
    answers[key] = replace(answers[key], light="red", change=-0.6)
    tile = paint(scene, answers)["cards"][key]
    assert (tile["c"], tile["g"], tile["l"]) == ("昨日全天 1,200件", "flat", "none")
    assert tile["a"] == "今日累计 截至09:57"
    assert len(tile["s"]) == 14  # of fifteen days: the running one is left out


def test_a_stock_of_now_is_compared(scene: Scene, answers: dict[str, Answer]) -> None:
    tile = paint(scene, answers)["cards"]["headline-appeals_open-today"]
    assert (tile["a"], tile["p"]) == ("截至09:57", "当前")
    assert tile["c"] == "▲2.9%"


def test_whole_days_say_their_date(scene: Scene, answers: dict[str, Answer]) -> None:
    payload = paint(scene, answers)
    assert payload["cards"]["headline-appeals_ontime_rate"]["a"] == "昨日全天 11月21日"
    assert payload["notes"]["appeals"] == "昨日 11月21日"


def test_the_map_shows_every_area_and_what_lies_in_none(
    scene: Scene, answers: dict[str, Answer]
) -> None:
    children = list(answers["map"].children)
    children[0] = replace(children[0], figure=Figure())
    answers["map"] = replace(answers["map"], children=tuple(children))
    drawn_map = paint(scene, answers)["map"]
    assert set(drawn_map["v"]) == {f"S{k}" for k in range(1, 11)}
    assert drawn_map["v"]["S1"][:2] == [-1, "—"]
    assert drawn_map["un"] == "未归属 6件"
    classes = [drawn_map["v"][f"S{k}"][0] for k in range(2, 11)]
    assert classes == sorted(classes)
    assert max(classes) == len(drawn_map["k"]) - 1 == len(drawn_map["b"]) - 2
    assert drawn_map["v"]["S2"][5] == "drill?indicator=appeals_accepted&area=S2&period=2026-11-21"


@pytest.mark.parametrize(
    ("values", "count"),
    [([], 5), ([4.0], 5), ([4.0, 4.0], 5), ([1.0, 2.0], 5), ([0.0, 0.0, 0.0, 9.0], 5)],
)
def test_few_or_equal_values_give_fewer_classes(values: list[float], count: int) -> None:
    found = breaks(values, count)
    assert found == sorted(set(found))
    assert len(found) < count
    assert all(min(values) < bound <= max(values) for bound in found)


def test_a_map_of_mostly_zeros_still_shows_the_others() -> None:
    assert breaks([0.0] * 30 + [1.0, 1.0, 2.0], 5) == [1.0, 2.0]


def test_the_ranking_follows_the_direction(scene: Scene, answers: dict[str, Answer]) -> None:
    rows = paint(scene, answers)["panels"]["ranking"]["r"]
    assert [row[0] for row in rows][:2] == ["第10街道", "第9街道"]
    assert UNASSIGNED not in {row[0] for row in rows}
    silent = replace(answers["ranking"].children[0], figure=Figure())
    answers["ranking"] = replace(
        answers["ranking"], children=(silent, *answers["ranking"].children[1:])
    )
    panel = paint(scene, answers)["panels"]["ranking"]
    assert (len(panel["r"]), panel["un"]) == (9, ["1个无数据"])
    asked = answers["ranking"].indicator.model_copy(update={"direction": "down"})
    answers["ranking"] = replace(answers["ranking"], indicator=asked)
    assert paint(scene, answers)["panels"]["ranking"]["r"][0][0] == "第2街道"


def test_the_trend_stands_on_zero_beside_the_days_before(
    scene: Scene, indicators: dict[str, Indicator]
) -> None:
    start = TODAY - dt.timedelta(days=56)
    series = [(start + dt.timedelta(days=k), 100.0 if k < 28 else 150.0) for k in range(56)]
    series[40] = (series[40][0], None)
    made = answer(indicators["appeals_accepted"], series=tuple(series))
    trend = paint(scene, {"trend_appeals": made})["panels"]["trend_appeals"]
    assert (len(trend["a"]), len(trend["b"])) == (28, 28)
    assert trend["y"] == ["160", "80", "0"]
    assert trend["a"][12] is None
    assert (trend["a"][0], trend["b"][0]) == (938, 625)
    assert trend["lb"] == "前28天 日均 100"
    assert trend["la"] == "近28天"  # a day is missing: no mean is claimed


def test_late_feeds_come_first_and_are_told(scene: Scene, answers: dict[str, Answer]) -> None:
    payload = paint(scene, answers)
    assert [row[:3] for row in payload["feeds"]] == [
        ["水位监测", "2天前", 1],
        ["热线", "3分钟前", 0],
    ]
    assert ["amber", "【数据】水位监测 更新延迟,截至11-20 10:00"] in payload["ticker"]


def test_lights_are_told_red_first(scene: Scene, answers: dict[str, Answer]) -> None:
    answers[CARD] = replace(answers[CARD], figure=Figure(80.0), light="amber")
    key = "city_management-um_ontime_rate"
    answers[key] = replace(answers[key], figure=Figure(70.0), light="red")
    tones = [tone for tone, _ in paint(scene, answers)["ticker"]]
    assert tones[:3] == ["red", "amber", "amber"]


def test_events_take_datetimes_and_texts(scene: Scene, answers: dict[str, Answer]) -> None:
    events = [
        {"at": NOW, "title": "火情", "area_name": "瓜沥镇", "level": "red"},
        {"at": "2026-11-21T08:05:00", "kind": "告警", "level": "?"},
        {"at": None, "title": "无时间"},
    ]
    payload = wall_payload(scene, answers, events, [], now=NOW, indicators={})
    assert payload["panels"]["events"]["e"] == [
        ["10:00", "火情", "瓜沥镇", "red", "紧急"],
        ["昨日 08:05", "告警", "", "info", "一般"],
        ["—", "无时间", "", "info", "一般"],
    ]


def test_failure_is_a_sentence_the_screen_keeps_its_values_beside() -> None:
    assert failed_payload(NOW, "store: away.") == {
        "error": "store: away.",
        "now": int(NOW.timestamp() * 1000),
    }


def test_the_demo_is_labelled(scene: Scene) -> None:
    said = {"place": "甲区", "city_title": "甲区", "boundaries_note": "", "root_area": "1"}
    for is_demo in (True, False):
        page = wall_layout([scene], scene, is_demo=is_demo, **said)  # type: ignore[arg-type]
        texts = [getattr(one, "children", None) for one in components(page)]
        assert ("演示数据" in texts) is is_demo


def test_a_wrong_scene_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(
        "id: bad\nheadline:\n  - {indicator: a}\nmap: {indicator: a, colour: red}\n"
        "left: []\nright: []\n",
        "utf-8",
    )
    with pytest.raises(ConfigProblems, match=r"bad\.yaml:4: 'map\.colour' is wrong"):
        load_scene(path)
    with pytest.raises(UnknownName, match="Did you mean 'overview'"):
        pick_scene("overwiew", find_scenes())
    assert find_scenes(tmp_path)["bad"] == path


def test_the_same_panel_twice_is_refused(scene: Scene) -> None:
    written = scene.model_dump()
    written["right"] = [*written["right"], written["right"][0]]
    with pytest.raises(ValueError, match="said twice"):
        Scene.model_validate(written)
