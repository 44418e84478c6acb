"""Nothing is lost on the way up: children and 未归属 make the parent, at every level."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable

import polars as pl
import pytest

from metrics.answer import Answer, Child
from metrics.errors import BadQuestion
from metrics.territory import UNASSIGNED
from tests.soundness import recipes_ledgers, recipes_places
from tests.soundness.agreement import agrees
from tests.soundness.recompute import RECIPES, Rows
from tests.support.facts import territory
from tests.support.facts_store import Loaded, catalogue

pytestmark = pytest.mark.slow

ADDED = ("count", "sum", "stock")
QUOTIENTS = ("ratio", "average")
WEEK = (dt.date(2026, 11, 9), dt.date(2026, 11, 15))
LEVELS = {"street": 1, "community": 2, "grid": 3}
_AREAS = territory().areas


def stand_in(area: str, depth: int) -> str:
    """Name what stands for an area at a depth: itself or the nearest above; '' if it is higher."""
    if area not in _AREAS or _AREAS[area].depth < depth:
        return ""
    while _AREAS[area].depth > depth:
        area = _AREAS[area].parent
    return area


def standing_for(rows: Rows, key: str, depth: int) -> Rows:
    standing = pl.col("area").map_elements(lambda one: stand_in(one, depth), pl.String)
    return rows.cut(lambda frame: frame.filter(standing == key))


LOWEST = {  # said again here; everything else has figures down to the grid
    "district": {"hotline_calls", "hotline_connect_rate", "hotline_wait_seconds_p90"},
    "street": {
        "grid_workers_total", "pm25_avg", "devices_total", "devices_online", "device_online_rate",
        "governance_index",
    },
    "community": {
        "appeals_per_10k", "dispute_cases", "dispute_resolved_rate", "population_resident",
        "population_floating", "houses_total", "enterprises_total",
    },
}  # fmt: skip
for _level in LOWEST:
    LOWEST[_level] |= recipes_ledgers.LOWEST.get(_level, set())
    LOWEST[_level] |= recipes_places.LOWEST[_level]
TOO_LOW = {
    "street": LOWEST["district"],
    "community": LOWEST["district"] | LOWEST["street"],
    "grid": LOWEST["district"] | LOWEST["street"] | LOWEST["community"],
}


def asked(city: Loaded, level: str, areas: Iterable[str]) -> list[Answer]:
    ask = city.service
    for one in TOO_LOW[level]:
        with pytest.raises(BadQuestion, match="has no figures by"):
            ask.question(one, level=level, period="2026-W46")
    questions = [
        ask.question(one, area=area, level=level, period="2026-W46")
        for one in RECIPES
        if one not in TOO_LOW[level]
        for area in areas
    ]
    return list(ask.answer_many(questions))


@pytest.mark.parametrize("level", LEVELS)
def test_children_are_made_of_their_own_rows(city: Loaded, rows: Rows, level: str) -> None:
    depth = LEVELS[level]
    answers = asked(city, level, ["990100"])
    keys = {child.key for answer in answers for child in answer.children}
    cuts = {key: standing_for(rows, key, depth) for key in keys}
    wrong = [
        (answer.indicator.id, child.key, child.figure)
        for answer in answers
        for child in answer.children
        if not agrees(
            answer.indicator.id,
            (child.figure.value, child.figure.numerator, child.figure.denominator),
            RECIPES[answer.indicator.id].at(cuts[child.key], *WEEK),
        )
    ]
    assert not wrong
    assert len(answers) > 20


def sums(children: Iterable[Child], part: str) -> float:
    return math.fsum(getattr(child.figure, part) or 0 for child in children)


@pytest.mark.parametrize("level", LEVELS)
def test_children_and_unassigned_make_the_parent(city: Loaded, level: str) -> None:
    areas = ["990100"] if level == "street" else ["990100", "990100001", "990100002"]
    wrong, checked = [], 0
    for answer in asked(city, level, areas):
        assert answer.children[-1].name == UNASSIGNED
        kind = answer.indicator.kind
        parts = {"value": answer.figure.value} if kind in ADDED else {}
        if kind in QUOTIENTS:
            parts = {
                "numerator": answer.figure.numerator, "denominator": answer.figure.denominator
            }  # fmt: skip
        for part, whole in parts.items():
            checked += 1
            if not math.isclose(sums(answer.children, part), whole or 0, rel_tol=1e-12):
                wrong.append((answer.indicator.id, answer.area, part, whole))
    assert not wrong
    assert checked > 20


def test_rows_of_an_area_that_is_gone_are_unassigned(city: Loaded, rows: Rows) -> None:
    question = city.service.question("grid_patrol_km", level="grid", period="2026-10")
    answer = city.service.answer(question)
    assert "990100009900001" not in {child.key for child in answer.children}
    assert math.isclose(sums(answer.children, "value"), answer.figure.value or 0, rel_tol=1e-12)


def test_a_street_without_rows_shows_zero_where_the_feed_spoke(city: Loaded) -> None:
    question = city.service.question("appeals_accepted", level="street", period="2026-W46")
    empty = {child.key: child for child in city.service.answer(question).children}["990100004"]
    assert empty.figure.value == 0
    assert empty.name == "空街"


def test_additive_kinds_are_all_covered() -> None:
    kinds = {one.kind for one in catalogue().indicators.values()}
    assert kinds - {*ADDED, *QUOTIENTS} == {
        "quantile", "distinct", "extreme", "index", "composite"
    }  # fmt: skip
