"""One case against the eight steps and its deadline; the search of an indicator's relatives."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from layouts import case_texts as words
from layouts import explore_texts
from layouts.drill.steps import deadline_text, steps_of
from layouts.indicator.related import related
from metrics.catalogue import load_catalogue

NOW = dt.datetime(2026, 11, 22, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def hours(count: float) -> dt.datetime:
    return NOW + dt.timedelta(hours=count)


def test_a_case_on_its_way() -> None:
    steps = steps_of({"accepted_at": hours(-9), "dispatched_at": hours(-8), "department": "城管局",
                      "n_urge": 2, "n_returns": 1, "disposed_at": hours(-1)})  # fmt: skip
    assert [step.name for step in steps] == list(words.STEPS)
    assert [step.state for step in steps] == [
        "done", "done", "skipped", "done", "done", "waits", "untold", "waits",
    ]  # fmt: skip
    assert steps[1].remark == "转城管局"
    assert steps[3].remark == "催办2次、退单1次"


def test_an_unrated_case_is_not_a_dissatisfied_one() -> None:
    steps = steps_of({"closed_at": hours(-1), "visit_state": "未接通", "satisfaction": ""})
    assert (steps[5].state, steps[5].remark) == ("done", "未接通")
    assert steps_of({"closed_at": hours(-1)})[5].state == "skipped"


@pytest.mark.parametrize(
    ("row", "said", "late"),
    [
        ({}, words.NO_DEADLINE, False),
        ({"due_at": hours(3)}, "距应办结时间还有3小时。", False),
        ({"due_at": hours(-26)}, "已超过应办结时间1天2小时,仍未办结。", True),
        ({"due_at": hours(3), "closed_at": hours(1)}, "比应办结时间提前2小时办结。", False),
        ({"due_at": hours(-3), "closed_at": hours(-1)}, "超过应办结时间2小时后办结。", True),
    ],
)
def test_the_deadline(row: dict[str, dt.datetime], said: str, *, late: bool) -> None:
    assert deadline_text(row, NOW) == (said, late)


def test_relatives_are_named_once_and_parts_before_neighbours() -> None:
    catalogue = load_catalogue()
    groups = dict(related(catalogue.get("appeals_accepted"), catalogue.domains))
    assert "appeals_per_10k" in {one.id for one in groups[explore_texts.PART_OF]}
    found = [one.id for members in groups.values() for one in members]
    assert len(found) == len(set(found))
    assert "appeals_accepted" not in found
    parts = dict(related(catalogue.get("appeals_per_10k"), catalogue.domains))
    assert "appeals_accepted" in {one.id for one in parts[explore_texts.MADE_OF]}
