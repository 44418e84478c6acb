"""Scenes as files: the twelve that come along, what check refuses, and the further panels."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from layouts.wall.cards import Setting
from layouts.wall.panel import Common
from layouts.wall.panels.calendar import CalendarPanel
from layouts.wall.panels.clocks import ClocksPanel
from layouts.wall.panels.composition import CompositionPanel
from layouts.wall.panels.funnel import FunnelPanel
from layouts.wall.panels.gauge import GaugePanel, lines_of
from layouts.wall.panels.league import LeaguePanel
from layouts.wall.scene import (
    find_scenes,
    load_scene,
    ordered_scenes,
    pick_scene,
    read_scene,
    scene_questions,
)
from layouts.wall.scene_rules import Known, scene_problems
from layouts.wall.switcher import Tour
from metrics.answer import Child, Figure
from metrics.catalogue import BUILT_IN, load_catalogue
from metrics.errors import ConfigProblems, Problem
from metrics.indicator import Indicator
from metrics.territory import UNASSIGNED, Level
from tests.unit.test_wall_layout import NOW, TODAY, answer

LEVELS = tuple(
    Level(name, name, depth, name)
    for depth, name in enumerate(("district", "street", "community", "grid"))
)
COMMON = Common("", "yesterday", 14)
SETTING = Setting(NOW, "330109")
TWELVE = (
    "总览", "群众诉求", "城市管理", "平安法治", "矛盾调处", "应急防汛", "交通运行", "生态环境",
    "民生服务", "网格工作", "经济运行", "部门绩效",
)  # fmt: skip
HEAD = "id: own\nheadline:\n  - {indicator: appeals_accepted}\nmap: {indicator: appeals_accepted}\n"


@pytest.fixture(scope="module")
def indicators() -> dict[str, Indicator]:
    return dict(load_catalogue(BUILT_IN).indicators)


@pytest.fixture(scope="module")
def known(indicators: dict[str, Indicator]) -> Known:
    return Known(indicators, LEVELS, TODAY)


def problems(text: str, known: Known, folder: Path) -> Iterator[str]:
    """Yield what check says of a scene, as line and sentence."""
    path = folder / "own.yaml"
    path.write_text(text, "utf-8")
    try:
        scene, line_of = read_scene(path)
        found = list(scene_problems(scene, path, line_of, known))
    except ConfigProblems as error:
        found = list(error.problems)
    for one in found:
        yield Problem(one.where.rpartition(":")[2], one.what, one.hint).sentence


def test_the_twelve_scenes_come_in_order_and_ask_only_what_can_be_answered(known: Known) -> None:
    scenes = ordered_scenes(find_scenes(), pick_scene("", find_scenes()))
    assert tuple(scene.short("zh") for scene in scenes) == TWELVE
    for scene in scenes:
        read, line_of = read_scene(find_scenes()[scene.id])
        assert list(scene_problems(read, Path("x.yaml"), line_of, known)) == []
        assert len(scene.headline) == 5
        kinds = {panel.kind for panel in scene.panels}
        assert kinds >= {"cards", "trend"} or scene.id == "performance"
        assert kinds & {"ranking", "league", "events"}
        core = {known.indicators[ask.indicator].tier for ask in scene_questions(scene)}
        assert core == {"core"}


def test_every_scene_fits_its_columns_on_both_walls() -> None:
    for path in find_scenes().values():
        scene = load_scene(path)
        for side in (scene.left, scene.right):
            normal = sum(panel.grow for panel in side if panel.show != "wide")
            assert 5.5 <= normal <= 7.2, (scene.id, normal)
            for column in (1, 2):
                on = [one for one in side if one.show != "normal" and one.column == column]
                assert on, (scene.id, column)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "left:\n  - {kind: trand, id: a, title: A, indicator: um_reported}\nright: []\n",
            "6: unknown panel kind 'trand'. Did you mean 'trend'?",
        ),
        ("left:\n  - {id: a, title: A}\nright: []\n", "6: a panel without a kind."),
        (
            "left:\n  - kind: trend\n    id: a\n    title: A\n    indicator: um_reportd\n"
            "right: []\n",
            "9: unknown indicator 'um_reportd'. Did you mean 'um_reported'?",
        ),
        (
            "left: []\nright:\n  - {kind: trend, id: a, title: A, indicator: appeal_reporters}\n",
            "7: indicator 'appeal_reporters' is not core.",
        ),
        (
            "left:\n  - {kind: ranking, id: a, title: A, indicator: um_reported, level: stret}\n"
            "right: []\n",
            "6: unknown level 'stret'. Did you mean 'street'?",
        ),
        (
            "left:\n  - {kind: ranking, id: a, title: A, indicator: gdp_growth}\nright: []\n",
            "6: 'gdp_growth' is not known below level 'district'.",
        ),
        (
            "left:\n  - {kind: composition, id: a, title: A, indicator: um_reported, by: chanel}\n"
            "right: []\n",
            "6: 'um_reported' has no dimension 'chanel'. Did you mean 'channel'?",
        ),
        (
            "left:\n  - {kind: gauge, id: a, title: A, cards: [{indicator: um_reported}]}\n"
            "right: []\n",
            "6: indicator 'um_reported' has no fixed red and amber line.",
        ),
        (
            "left:\n  - {kind: ranking, id: a, title: A, indicator: um_reported, period: lst-7d}\n"
            "right: []\n",
            "6: period 'lst-7d'",
        ),
    ],
)
def test_check_names_the_line_and_the_near_name(
    text: str, said: str, known: Known, tmp_path: Path
) -> None:
    (found,) = problems(HEAD + text, known, tmp_path)
    assert found.startswith(said)


def test_the_map_shows_only_the_areas_below(known: Known, tmp_path: Path) -> None:
    text = HEAD.replace("appeals_accepted}\nmap", "appeals_accepted}\nmap").replace(
        "map: {indicator: appeals_accepted}", "map: {indicator: appeals_accepted, level: grid}"
    )
    (found,) = problems(text + "left: []\nright: []\n", known, tmp_path)
    assert found.startswith("4: the map cannot show level 'grid'")


def test_a_file_holds_the_scene_it_is_named_after(known: Known, tmp_path: Path) -> None:
    text = HEAD.replace("id: own", "id: other") + "left: []\nright: []\n"
    (found,) = problems(text, known, tmp_path)
    assert found == "1: the scene calls itself 'other' in a file called 'own'. Write id: own."


def test_a_city_adds_and_replaces_scenes_by_files(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(HEAD + "left: []\nright: []\n", "utf-8")
    (tmp_path / "traffic.yaml").write_text(
        HEAD.replace("id: own", "id: traffic\ntitle: 水上交通\norder: 15")
        + "left: []\nright: []\n",
        "utf-8",
    )
    (tmp_path / "broken.yaml").write_text("id: broken\n", "utf-8")
    files = find_scenes(tmp_path)
    names = [scene.short("zh") for scene in ordered_scenes(files, pick_scene("own", files))]
    assert names[:2] == ["总览", "水上交通"]
    assert names[-1] == "own"
    assert len(names) == 13  # one added, one replaced, the broken one left out


def test_the_link_of_a_scene_keeps_the_rest_of_the_address() -> None:
    scene = load_scene(find_scenes()["appeals"])
    tour = Tour(60, "330109001", "en", is_lite=True, presents=False, place="", city_title="")
    assert tour.address(scene) == "?scene=appeals&area=330109001&lang=en&lite=1&tour=60"
    assert scene.heading("zh", "萧山区", "总标题") == "萧山区 · 群众诉求 12345"
    overview = load_scene(find_scenes()["overview"])
    assert overview.heading("zh", "萧山区", "总标题") == "总标题"


def parts(**counts: float) -> tuple[Child, ...]:
    return tuple(Child(name, name, Figure(count, count)) for name, count in counts.items())


def test_a_composition_adds_up_and_puts_the_small_ones_together(
    indicators: dict[str, Indicator],
) -> None:
    panel = CompositionPanel(
        kind="composition", id="c", title="C", indicator="um_reported", by="channel", most=3,
        names={"b": "乙"},
    )  # fmt: skip
    (ask,) = panel.asks(COMMON)
    assert (ask.key, ask.by, ask.compare) == ("c", "channel", ())
    made = answer(indicators["um_reported"], breakdown=parts(a=10, b=60, c=20, d=6, e=4, f=0))
    drawn = panel.payload({"c": made}, SETTING)
    assert drawn["s"] == [
        ["乙", "60", "60%", 600],
        ["c", "20", "20%", 200],
        ["其他", "20", "20%", 200],
    ]
    assert drawn["v"] == "100"
    assert panel.payload({}, SETTING) == {}


def test_a_funnel_holds_the_same_cases_at_every_stage(indicators: dict[str, Indicator]) -> None:
    panel = FunnelPanel.model_validate(
        {
            "kind": "funnel", "id": "f", "title": "F", "indicator": "appeals_accepted",
            "stages": [
                {"label": "受理", "values": ["待派单"]},
                {"label": "处置", "values": ["办理中", "待审核"]},
                {"label": "办结", "values": ["已办结"]},
                {"label": "回访", "by": "satisfaction"},
            ],
        }
    )  # fmt: skip
    assert [(ask.key, ask.by) for ask in panel.asks(COMMON)] == [
        ("f-status", "status"),
        ("f-satisfaction", "satisfaction"),
    ]
    whole = answer(indicators["appeals_accepted"], figure=Figure(100.0, 100.0))
    status = parts(待派单=5, 办理中=20, 待审核=10, 已办结=62, 挂起=3)
    visits = (*parts(满意=30, 不满意=8), Child("", "(空)", Figure(62.0)))
    answers = {
        "f-status": replace(whole, breakdown=status),
        "f-satisfaction": replace(whole, breakdown=visits),
    }
    drawn = panel.payload(answers, SETTING)
    assert [row[:3] for row in drawn["f"]] == [  # type: ignore[attr-defined]
        ["受理", "100", 1000],
        ["处置", "92", 920],
        ["办结", "62", 620],
        ["回访", "38", 380],
    ]
    assert [row[4] for row in drawn["f"]] == ["停留 5", "停留 30", "", ""]  # type: ignore[attr-defined]
    assert drawn["x"] == "另有 3 件状态未列"
    assert panel.payload({}, SETTING) == {}


def test_a_league_follows_its_first_column_and_leaves_small_rows_out(
    indicators: dict[str, Indicator],
) -> None:
    panel = LeaguePanel.model_validate(
        {
            "kind": "league", "id": "l", "title": "L", "by": "department", "least": 10,
            "columns": [{"indicator": "dept_ontime_rate"}, {"indicator": "dept_overdue_open"}],
        }
    )  # fmt: skip
    assert {(ask.by, ask.level) for ask in panel.asks(COMMON)} == {("department", "")}
    rates = tuple(
        Child(name, name, Figure(value, 1, base), light="red" if value < 90 else "none")
        for name, value, base in (("甲局", 91.0, 50), ("乙局", 99.0, 20), ("丙局", 100.0, 3))
    )
    answers = {
        "l-dept_ontime_rate": answer(indicators["dept_ontime_rate"], breakdown=rates),
        "l-dept_overdue_open": answer(indicators["dept_overdue_open"], breakdown=parts(甲局=2)),
    }
    drawn = panel.payload(answers, SETTING)
    assert [row[:2] for row in drawn["lr"]] == [  # type: ignore[attr-defined]
        ["乙局", [["99.0", "none", 0], ["—", "none", 0]]],
        ["甲局", [["91.0", "none", 0], ["2", "none", 0]]],
    ]
    assert panel.payload({"l-dept_ontime_rate": answers["l-dept_ontime_rate"]}, SETTING) == {}


def test_a_league_of_areas_has_no_row_for_what_lies_in_none(
    indicators: dict[str, Indicator],
) -> None:
    panel = LeaguePanel.model_validate(
        {
            "kind": "league", "id": "l", "title": "L", "order": "largest",
            "columns": [{"indicator": "um_reported"}, {"indicator": "um_closed"}],
        }
    )  # fmt: skip
    rows = (*parts(S1=4, S2=9), Child("", UNASSIGNED, Figure(30.0)))
    answers = {
        f"l-{name}": answer(indicators[name], children=rows)
        for name in ("um_reported", "um_closed")
    }
    drawn = panel.payload(answers, SETTING)
    assert [row[0] for row in drawn["lr"]] == ["S2", "S1"]  # type: ignore[attr-defined]
    assert "area=S2" in drawn["lr"][0][2]  # type: ignore[index]


def test_a_gauge_puts_red_where_it_is_bad(indicators: dict[str, Indicator]) -> None:
    rising, falling = indicators["um_close_rate"], indicators["um_rework_rate"]
    assert lines_of(rising) == (80.0, 90.0)
    assert lines_of(falling) == (8.0, 5.0)
    assert lines_of(indicators["um_reported"]) is None
    assert lines_of(indicators["hospital_bed_occupancy"]) is None  # a band has two red ends
    panel = GaugePanel.model_validate(
        {
            "kind": "gauge", "id": "g", "title": "G",
            "cards": [{"indicator": rising.id}, {"indicator": falling.id}],
        }
    )  # fmt: skip
    answers = {
        f"g-{rising.id}": answer(rising, figure=Figure(95.0, 95, 100)),
        f"g-{falling.id}": answer(falling, figure=Figure(None)),
    }
    up, down = panel.payload(answers, SETTING)["g"]  # type: ignore[misc]
    assert [tone for _, tone in up["b"]] == ["red", "amber", "good"]
    assert [tone for _, tone in down["b"]] == ["good", "amber", "red"]
    for one in (up, down):
        ends = [end for end, _ in one["b"]]
        assert ends == sorted(ends)
        assert ends[-1] == 1000
    assert up["b"][1][0] < up["x"] < 1000
    assert (up["a"], up["ax"]) == ("目标≥90", up["b"][1][0])
    assert (down["x"], down["v"], down["t"]) == (None, "—", "missing")


def test_a_calendar_has_whole_weeks_and_no_running_day(indicators: dict[str, Indicator]) -> None:
    panel = CalendarPanel(kind="calendar", id="d", title="D", indicator="um_reported", weeks=2)
    (ask,) = panel.asks(COMMON)
    assert ask.series == 14
    first = TODAY - dt.timedelta(days=14)  # a Sunday, like today
    series = tuple((first + dt.timedelta(days=k), None if k == 3 else float(k)) for k in range(15))
    drawn = panel.payload({"d": answer(indicators["um_reported"], "today", series=series)}, SETTING)
    mondays = [row[0] for row in drawn["wr"]]  # type: ignore[attr-defined]
    assert mondays == ["11月9日", "11月16日"]
    (before, newest) = (row[1] for row in drawn["wr"])  # type: ignore[attr-defined]
    assert newest[-1] is None  # today is still running
    assert before[2] == [-1, "—"]
    bands = [cell[0] for cell in (*before, *newest) if cell and cell[0] >= 0]
    assert bands == sorted(bands)
    assert max(bands) == len(drawn["k"]) - 1  # type: ignore[arg-type]


def test_a_clock_says_what_was_promised_and_what_it_took(indicators: dict[str, Indicator]) -> None:
    panel = ClocksPanel.model_validate(
        {
            "kind": "clocks", "id": "k", "title": "K",
            "clocks": [
                {"label": "到场率", "seconds": 540, "rate": "sla_9min_arrival_rate",
                 "time": "emergency_arrival_min_p90"},
                {"label": "增援率", "seconds": 900, "rate": "sla_15min_reinforce_rate"},
            ],
        }
    )  # fmt: skip
    answers = {
        "k-sla_9min_arrival_rate": answer(indicators["sla_9min_arrival_rate"], figure=Figure(95.2)),
        "k-emergency_arrival_min_p90": answer(
            indicators["emergency_arrival_min_p90"], figure=Figure(7.65)
        ),
    }
    kept, unasked = panel.payload(answers, SETTING)["ck"]  # type: ignore[misc]
    assert (kept["s"], kept["v"], kept["r"], kept["m"]) == ("9分钟", "95.2", 952, "P90 7.7分钟")
    assert (unasked["s"], unasked["v"], unasked["r"], unasked["t"]) == (
        "15分钟",
        "—",
        None,
        "failed",
    )
    assert json.loads(json.dumps([kept, unasked], allow_nan=False)) == [kept, unasked]
