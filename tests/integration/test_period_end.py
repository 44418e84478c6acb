"""What is judged at the period's end, what is not yet ripe, and comparisons asked for by name."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from metrics.answer_json import as_json
from metrics.calendar import Clock
from metrics.service import Service
from metrics.store import Store
from tests.support.facts import NOW, STREETS, ZONE, Delivery, sealed
from tests.support.facts_store import FEEDS, Loaded, catalogue, load, loaded, territory

WEEK = "2026-W46"  # 9 to 15 November
VARIANTS = {  # Figure: numerator and denominator of the worked example
    "um_ontime_rate_a": (80, 91),
    "um_ontime_rate_b": (80, 100),
    "um_ontime_rate_c": (80, 96),
}
Times = tuple[str, str, str]  # filed, due, closed ("" while open)

pytestmark = pytest.mark.slow


def moment(text: str) -> dt.datetime | None:
    return dt.datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=ZONE) if text else None


def order(number: int, times: Times, *, hang: str = "", **more: Any) -> dict[str, Any]:
    filed, due, closed = (moment(one) for one in times)
    extra = [{"key": "hang", "value": hang}] if hang else []
    return {
        "id": f"urban:{number:04d}", "case_no": f"{number:04d}", "at": filed,
        "received_at": filed, "accepted_at": filed, "due_at": due, "closed_at": closed,
        "disposed_at": None, "updated_at": filed, "channel": "智慧城管", "kind": "管理事项",
        "category": "占道", "department": "城管局", "is_void": 0, "area": STREETS[number % 2],
        "extra": extra, "flags": [], **more,
    }  # fmt: skip


def worked_example() -> list[dict[str, Any]]:
    """100 filed: 80 closed in time, 5 late, 6 overdue and open, 9 not yet due, 4 of these hung."""
    said: list[tuple[int, Times, str]] = [
        (79, ("10 09:00", "13 18:00", "12 10:00"), ""),
        (1, ("10 09:00", "13 18:00", "13 18:00"), ""),  # at the very deadline: in time
        (5, ("09 08:00", "11 18:00", "14 09:00"), ""),
        (3, ("09 08:00", "12 18:00", ""), ""),
        (3, ("11 08:00", "15 23:59", "18 09:00"), ""),  # closed after the week: open at its end
        (2, ("15 23:59", "16 00:00", "17 09:00"), ""),  # due at midnight: not past it at the end
        (3, ("13 08:00", "20 18:00", "16 08:00"), ""),
        (3, ("14 08:00", "20 18:00", ""), "1"),
        (1, ("14 08:00", "20 18:00", "19 08:00"), "是"),
    ]
    kinds = [(times, hang) for number, times, hang in said for _ in range(number)]
    rows = [order(n, times, hang=hang) for n, (times, hang) in enumerate(kinds)]
    return [
        *rows,
        order(900, ("08 23:59", "10 18:00", "")),  # filed before
        order(901, ("16 00:00", "17 18:00", "")),  # and after the week
        order(902, ("10 09:00", "12 18:00", ""), is_void=1),
        order(903, ("10 09:00", "", "")),  # without a deadline
        order(904, ("10 09:00", "12 18:00", ""), channel="网格巡查"),
    ]


@pytest.fixture
def filed(store: Store) -> Service:
    load(store, [Delivery("urban", "case", tuple(sealed(worked_example())))])
    return Service(store, catalogue(), territory(), Clock(fixed=NOW), FEEDS)


@pytest.mark.parametrize("indicator", VARIANTS)
def test_the_three_readings_of_cases_due(filed: Service, indicator: str) -> None:
    above, below = VARIANTS[indicator]
    question = filed.question(indicator, period=WEEK, level="street", series=7)
    answer = filed.answer(question)
    figure = answer.figure
    assert (figure.numerator, figure.denominator) == (above, below)
    assert figure.value == pytest.approx(100 * above / below)
    assert answer.indicator.denominator_variant
    assert sum(one.figure.denominator or 0 for one in answer.children) == below
    assert sum(one.figure.numerator or 0 for one in answer.children) == above
    assert filed.cases(question).total == below
    assert filed.cases(question, side="numerator").total == above
    by = filed.answer(filed.question(indicator, period=WEEK, by="department"))
    assert [one.figure for one in by.breakdown] == [figure]
    assert answer.trace is not None
    assert answer.trace.table == "fact_case"
    assert answer.trace.rejected[0].reason.startswith("judged_at_period_end")


def test_every_window_is_judged_at_its_own_end(filed: Service) -> None:
    """A week later the 9 that were not yet due are: 4 closed in time, 2 late, 3 open and late.

    The case filed on Monday the 16th was due on the 17th; the one filed on the 8th was due on the
    10th, which is late now but was not at the end of the 8th, where the window before ends.
    """
    later = filed.answer(filed.question("um_ontime_rate_a", period="2026-11-09..2026-11-22"))
    assert (later.figure.numerator, later.figure.denominator) == (80 + 4, 91 + 9 + 1)
    assert (later.previous.numerator, later.previous.denominator) == (0, 0)


def test_a_running_period_ends_now(store: Store) -> None:
    """On 22 November at 10:00 a case due at 18:00 is not yet late; at 18:01 it is."""
    rows = [order(n, ("22 08:00", "22 18:00", "")) for n in range(3)]
    rows.append(order(9, ("22 08:00", "22 09:00", "")))
    load(store, [Delivery("urban", "case", tuple(sealed(rows)))])
    for hour, minute, below in ((10, 0, 1), (18, 0, 1), (18, 1, 4)):
        clock = Clock(fixed=NOW.replace(hour=hour, minute=minute))
        ask = Service(store, catalogue(), territory(), clock, FEEDS)
        question = ask.question("um_ontime_rate_a", period="today")
        assert ask.answer(question).figure.denominator == below
        assert ask.cases(question).total == below


@pytest.fixture
def city(store: Store) -> Loaded:
    return loaded(store)


@pytest.mark.parametrize(
    ("period", "maturity"),
    [  # 15 days and more on 22 November: up to the 6th
        ("2026-11-06", 1.0), ("2026-11-07", 0.0), ("2026-10", 1.0), ("2026-W45", 5 / 7),
        ("2026-11", 6 / 22), ("2026-W46", 0.0),
    ],
)  # fmt: skip
def test_a_rate_that_is_not_ripe_has_no_light(city: Loaded, period: str, maturity: float) -> None:
    ask = city.service
    answer = ask.answer(ask.question("appeals_close_rate", period=period, level="street"))
    assert answer.maturity == pytest.approx(maturity)
    assert as_json(answer)["maturity"] == answer.maturity
    lights = {answer.light, *(one.light for one in answer.children)}
    if maturity < 1:
        assert lights == {"none"}
    elif not answer.is_small:
        assert answer.light != "none"
    other = ask.answer(ask.question("appeals_ontime_rate", period=period))
    assert (other.maturity, other.matures_days) == (1.0, 0)


def test_a_formula_is_as_ripe_as_its_slowest_part(city: Loaded) -> None:
    index = catalogue().get("governance_index")
    parts = {**index.parts, "a": "appeals_close_rate"}
    slow = replace(
        catalogue(),
        indicators={**catalogue().indicators, index.id: index.model_copy(update={"parts": parts})},
    )
    ask = Service(city.store, slow, territory(), Clock(fixed=NOW), FEEDS)
    answer = ask.answer(ask.question(index.id, period="2026-11"))
    assert answer.maturity == pytest.approx(6 / 22)
    assert answer.matures_days == 15


def test_comparisons_are_told_only_when_asked_for(city: Loaded) -> None:
    ask = city.service
    plain = as_json(ask.answer(ask.question("um_filed", period=WEEK)))
    wanted = {"year_ago_aligned", "year_change_aligned", "baseline", "baseline_change"}
    assert not wanted & plain.keys()
    asked = ask.question("um_filed", period="2026-11-18", compare=("yoy_aligned", "b4w"))
    told = as_json(ask.answer(asked))
    assert wanted <= told.keys()
    assert (told["previous"], told["year_ago"]) == (None, None)


@pytest.mark.parametrize(
    "indicator", ["um_filed", "appeals_ontime_rate", "um_open", "um_ontime_rate_b"]
)
def test_the_last_four_weeks_are_a_mean(city: Loaded, indicator: str) -> None:
    ask = city.service
    answer = ask.answer(ask.question(indicator, period="2026-11-18", compare=("b4w",)))
    before = ["2026-11-11", "2026-11-04", "2026-10-28", "2026-10-21"]
    alone = [ask.answer(ask.question(indicator, period=day)).figure.value for day in before]
    known = [value for value in alone if value is not None]
    expected = sum(known) / len(known)
    now = answer.figure.value
    assert now is not None
    assert answer.baseline.value == pytest.approx(expected)
    by_points = answer.indicator.unit == "%"
    moved = now - expected if by_points else (now - expected) / expected
    assert answer.baseline_change == pytest.approx(moved)


def test_a_golden_week_is_set_against_its_dates(city: Loaded) -> None:
    """1 to 7 October 2026 by name of the ISO week would be 29 September to 5 October 2025."""
    ask = city.service
    question = ask.question("um_filed", period="2026-W40", compare=("yoy", "yoy_aligned"))
    answer = ask.answer(question)
    aligned = ask.answer(ask.question("um_filed", period="2025-09-28..2025-10-04"))
    assert answer.aligned is not None
    assert answer.aligned.text == "2025-09-28..2025-10-04"
    assert answer.year_ago_aligned == aligned.figure
    plain = ask.answer(ask.question("um_filed", period=WEEK, compare=("yoy", "yoy_aligned")))
    assert plain.year_ago_aligned == plain.year_ago
    assert plain.year_change_aligned == plain.year_change
