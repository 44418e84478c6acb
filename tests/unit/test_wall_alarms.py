"""Which events take the screen: the rules, what is wrong in them, and what the wall is sent."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from layouts.wall.alarms import (
    BUILT_IN,
    AlarmRule,
    Alarms,
    alarm_problems,
    alarms_of,
    alarms_payload,
    read_alarms,
)
from metrics.errors import ConfigProblems

NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def event(minutes=5, **changes):
    said = {
        "id": "e1",
        "kind": "emergency",
        "level": "red",
        "source": "emergency",
        "title": "储罐泄漏",
        "at": NOW - dt.timedelta(minutes=minutes),
        "path": "城厢街道 · 育才社区",
        "on": "330109001",
    }
    return {**said, **changes}  # fmt: skip


def shown(*events, **rules):
    alarms = Alarms(**rules) if rules else read_alarms(BUILT_IN)[0]
    return [one["i"] for one in alarms_payload(list(events), alarms, NOW, "zh")]


def test_an_alarm_says_what_where_when_and_why():
    [told] = alarms_payload([event()], read_alarms(BUILT_IN)[0], NOW, "zh")
    assert told == {
        "i": "e1", "n": "储罐泄漏", "k": "突发事件", "l": "red", "w": "紧急",
        "p": "城厢街道 · 育才社区", "on": "330109001", "at": "09:55", "y": "突发事件，须立即响应",
    }  # fmt: skip
    [english] = alarms_payload([event()], read_alarms(BUILT_IN)[0], NOW, "en")
    assert (english["k"], english["w"]) == ("Emergency", "urgent")
    assert english["y"].startswith("an emergency")


def test_only_what_is_fresh_and_of_the_rules():
    assert shown(event(), event(id="old", minutes=121), event(id="later", minutes=-1)) == ["e1"]
    assert shown(event(kind="alarm", level="amber")) == []
    assert shown(event(kind="噪声扰民", level="red")) == ["e1"]
    assert shown(event(at=None)) == []
    assert shown(event(id="b"), event(id="a", minutes=9)) == ["a", "b"]  # oldest first


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ({"event": "emergency"}, True), ({"event": "case"}, False), ({"level": "amber"}, False),
        ({"source": "emergency", "title": "泄漏"}, True), ({"title": "火灾"}, False), ({}, True),
    ],
)  # fmt: skip
def test_a_rule_holds_where_all_it_says_holds(rule, holds):
    assert AlarmRule(why="x", **rule).holds(event()) is holds


def test_a_city_has_its_own(tmp_path):
    assert alarms_of(tmp_path) == BUILT_IN
    (tmp_path / "alarms.yaml").write_text("take_over: []\n")
    assert alarms_of(tmp_path) == tmp_path / "alarms.yaml"
    assert read_alarms(alarms_of(tmp_path))[0].take_over == ()


WRONG = """stay_secnds: 30
fresh_minutes: 0
take_over:
  - {event: emergncy, why: a}
  - {level: rd, why: a}
  - {levl: red, why: a}
  - {level: red}
"""


def test_every_mistake_has_its_line_and_a_guess(tmp_path):
    path = tmp_path / "alarms.yaml"
    path.write_text(WRONG)
    with pytest.raises(ConfigProblems) as found:
        read_alarms(path)
    told = {one.where.rpartition(":")[2]: one for one in found.value.problems}
    assert told.keys() == {"1", "2", "4", "5", "6", "7"}
    assert told["1"].hint == "Did you mean 'stay_seconds'?"
    assert told["4"].hint == "Did you mean 'emergency'?"
    assert told["5"].hint == "Did you mean 'red'?"
    assert told["6"].hint == "Did you mean 'level'?"
    assert "why" in told["7"].what


def test_a_feed_the_city_does_not_have(tmp_path):
    path = tmp_path / "alarms.yaml"
    path.write_text("take_over:\n  - {source: emergncy, why: a}\n")
    alarms, line_of = read_alarms(path)
    [problem] = alarm_problems(alarms, path, line_of, ["emergency", "hotline"])
    assert problem.where.endswith(":2")
    assert problem.hint == "Did you mean 'emergency'?"
