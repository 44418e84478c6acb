"""From a question to a plan: windows, table chosen, and what is refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from metrics import calendar
from metrics.errors import BadQuestion, CockpitError, UnknownName
from metrics.planner import Plan, leaves_of, plan
from metrics.question import Question, Viewer
from tests.support.facts import NOW, territory
from tests.support.facts_store import catalogue

TODAY = calendar.day(NOW.date())


def planned(indicator: str, period: str = "2026-W46", **more: Any) -> Plan:
    when = calendar.parse_period(period, TODAY.end)
    return plan(Question(indicator, when, **more), catalogue(), territory(), TODAY)


def test_windows_are_now_before_and_a_year_ago() -> None:
    found = planned("um_filed")
    assert found.windows == (
        (dt.date(2026, 11, 9), dt.date(2026, 11, 15)),
        (dt.date(2026, 11, 2), dt.date(2026, 11, 8)),
        (dt.date(2025, 11, 10), dt.date(2025, 11, 16)),
    )
    assert not found.has_baseline


def test_a_light_that_looks_at_four_weeks_gets_them() -> None:
    found = planned("appeals_accepted", "2026-11-18")
    assert found.has_baseline
    assert [start for start, _ in found.windows[3:]] == [
        dt.date(2026, 11, 11), dt.date(2026, 11, 4), dt.date(2026, 10, 28), dt.date(2026, 10, 21)
    ]  # fmt: skip


def test_a_running_period_is_cut_at_today() -> None:
    found = planned("um_filed", "2026-11")
    assert found.windows[0] == (dt.date(2026, 11, 1), dt.date(2026, 11, 22))
    assert found.windows[1] == (dt.date(2026, 10, 2), dt.date(2026, 10, 23))
    assert found.current.text == "2026-11"


def test_parts_answer_unless_a_dimension_is_asked_for() -> None:
    plain = planned("um_filed")
    assert (plain.table, [one.table for one in plain.rejected]) == (
        "part_city", ["part", "fact_case"]
    )  # fmt: skip
    assert plain.rejected[0].reason.startswith("coarser_table_suffices")
    broken = planned("um_filed", by="department", filters=(("category", ("占道",)),))
    assert (broken.table, [one.table for one in broken.rejected]) == ("fact_case", ["part"])
    assert "not by department, category" in broken.rejected[0].reason


def test_a_formula_is_read_through_its_leaves() -> None:
    found = planned("governance_index")
    assert [leaf.id for leaf in found.leaves] == [
        "appeals_ontime_rate", "appeals_satisfaction_rate", "um_ontime_rate", "appeal_return_rate"
    ]  # fmt: skip
    assert [one.id for one in leaves_of(catalogue().get("um_filed"), catalogue())] == ["um_filed"]


def test_an_area_is_the_one_of_the_period() -> None:
    assert planned("um_filed", "2026-10", area="990100003").area.id == "990100003"
    assert planned("um_filed", "2026-W47", area="990100003").area.id == "990100003@2026-11-01"


@pytest.mark.parametrize(
    ("indicator", "more", "sentence"),
    [
        (
            "hotline_calls",
            {"level": "street"},
            "has no figures by 街道. Its lowest level is district",
        ),
        ("governance_index", {"level": "grid"}, "Its lowest level is street"),
        ("appeals_per_10k", {"level": "grid"}, "Its lowest level is community"),
        ("um_filed", {"area": "990100002", "level": "street"}, "'street' is not below 西街"),
        ("population_resident", {"by": "category"}, "is a register's stock and cannot be broken"),
        (
            "um_filed",
            {"area": "990100001", "viewer": Viewer("west", ("990100002",))},
            "东街 lies outside what west may see",
        ),
    ],
)
def test_what_cannot_be_answered(indicator: str, more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadQuestion) as refusal:
        planned(indicator, **more)
    assert sentence in refusal.value.sentence
    assert refusal.value.status == (403 if "viewer" in more else 400)


@pytest.mark.parametrize(
    ("indicator", "more"),
    [
        ("nothing", {}),
        ("um_filed", {"area": "nowhere"}),
        ("um_filed", {"level": "nowhere"}),
        ("um_filed", {"by": "device"}),
        ("um_filed", {"filters": (("1) OR (1", ("x",)),)}),
        ("pm25_avg", {"by": "department"}),
    ],
)
def test_unknown_names(indicator: str, more: dict[str, Any]) -> None:
    with pytest.raises(UnknownName):
        planned(indicator, **more)


def test_a_viewer_may_ask_above_and_below_their_place() -> None:
    west = Viewer("west", ("990100002",))
    for area in ("", "990100", "990100002", "990100002001001"):
        assert planned("um_filed", area=area, viewer=west).question.viewer is west
    with pytest.raises(CockpitError):
        planned("um_filed", area="990100900000001", viewer=west)
