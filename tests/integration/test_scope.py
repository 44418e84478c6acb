"""A viewer with one street sees that street, whatever is asked and wherever it is shown."""

from __future__ import annotations

import pytest

from metrics.errors import BadQuestion, UnknownName
from metrics.question import Viewer
from metrics.store import Store
from tests.support.facts import GONE, territory
from tests.support.facts_store import Loaded, catalogue, loaded

STREET = "990100002"
VIEWER = Viewer("west", (STREET,))
INSIDE = {area.id for area in territory().areas.values() if area.id.startswith(STREET)}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def city(store: Store) -> Loaded:
    return loaded(store)


def test_the_whole_city_is_their_street(city: Loaded) -> None:
    ask = city.service
    both = {
        name: ask.answer_many([
            ask.question(one, period="2026-W46", series=7, **asked)
            for one in catalogue().indicators
        ])
        for name, asked in {"scoped": {"viewer": VIEWER}, "street": {"area": STREET}}.items()
    }  # fmt: skip
    for scoped, street in zip(both["scoped"], both["street"], strict=True):
        assert (scoped.figure, scoped.previous) == (street.figure, street.previous)
        assert scoped.series == street.series


def test_children_and_breakdown(city: Loaded) -> None:
    ask = city.service
    grids = ask.answer(
        ask.question("grid_patrol_km", period="2026-11", level="grid", viewer=VIEWER)
    )
    assert {child.key for child in grids.children} <= {*INSIDE, ""}
    assert sum(child.figure.value or 0 for child in grids.children) == pytest.approx(
        grids.figure.value, rel=1e-12
    )
    mine = ask.answer(ask.question("um_reported", period="2026-11", by="department", viewer=VIEWER))
    theirs = ask.answer(ask.question("um_reported", period="2026-11", by="department", area=STREET))
    assert mine.breakdown == theirs.breakdown


def test_cases(city: Loaded) -> None:
    ask = city.service
    question = ask.question("um_reported", period="2026-11", viewer=VIEWER)
    page = ask.cases(question, limit=1000)
    assert page.total == ask.answer(question).figure.value
    assert {row["area"] for row in page.rows} <= INSIDE
    everyone = ask.cases(ask.question("um_reported", period="2026-10-01..2026-11-22"), limit=1000)
    hidden = {row["area"]: row["id"] for row in everyone.rows if row["area"] not in INSIDE}
    assert {"990100", "990100001", GONE} <= set(hidden)
    for case_id in hidden.values():
        with pytest.raises(UnknownName):
            ask.case(case_id, viewer=VIEWER)
    assert ask.case(page.rows[0]["id"], viewer=VIEWER).current["area"] in INSIDE


def test_latest_events(city: Loaded) -> None:
    found = city.service.latest_events(viewer=VIEWER, limit=100)
    every = city.service.latest_events(limit=100)
    assert found == tuple(one for one in every if one["area"] in INSIDE)
    assert 0 < len(found) < len(every)


@pytest.mark.parametrize("area", ["990100001", "990100001001", "990100900000001"])
def test_asking_outside_is_refused(city: Loaded, area: str) -> None:
    with pytest.raises(BadQuestion, match="lies outside what west may see") as refusal:
        city.service.question("um_reported", area=area, viewer=VIEWER)
    assert refusal.value.status == 403


def test_the_scope_is_in_the_statement(city: Loaded) -> None:
    ask = city.service
    for question in (
        ask.question("um_reported", period="2026-11", viewer=VIEWER),
        ask.question("um_reported", period="2026-11", viewer=VIEWER, by="department"),
        ask.question("um_reported", period="2026-11", viewer=VIEWER, level="grid", series=3),
    ):
        answer = ask.answer(question)
        assert answer.trace is not None
        assert all(f"'{STREET}'" in text for text in answer.trace.statements)
        assert f"'{STREET}'" in ask.cases(question).statement


def test_a_viewer_of_a_place_that_is_gone_sees_nothing(city: Loaded) -> None:
    nowhere = Viewer("old", ("990100777",))
    ask = city.service
    with pytest.raises(BadQuestion) as refusal:
        ask.question("um_reported", area=STREET, viewer=nowhere)
    assert refusal.value.status == 403
    with pytest.raises(BadQuestion) as refusal:
        ask.question("um_reported", viewer=nowhere)
    assert refusal.value.status == 403
