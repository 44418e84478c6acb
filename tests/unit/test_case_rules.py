"""``cases:`` of city.yaml: what is wrong is told with its line; limits hold to the metre."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from cockpit.wiring import open_specs
from etl.cityfile import load_city
from etl.derive.links import Case, is_same_place
from etl.derive.rules import NO_RULES, CaseRules
from metrics.errors import ConfigProblems
from tests.support.linked_city import linked_city


def said(folder: Path, rules: str) -> list[str]:
    """Return what is wrong with a city under these rules."""
    with pytest.raises(ConfigProblems) as caught:
        open_specs(load_city(linked_city(folder, rules)))
    return [one.sentence for one in caught.value.problems]


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ("cases: {repeat: {rule: [text]}}\n",
         "unknown key 'cases.repeat.rule'. Did you mean 'rules'"),
        ("cases: {merged: {}}\n", "unknown key 'cases.merged'. Did you mean 'merge'"),
        ("cases: {merge: {hours: 0}}\n", "'cases.merge.hours' is wrong"),
        ("cases:\n  repeat:\n    rules: [similar]\n", "'cases.repeat.rules.0' is wrong"),
        ("cases:\n  steps:\n  - {source: steps, of: [demands], counts: {n_steps: [a]}}\n",
         "n_steps"),
        ("cases:\n  steps:\n  - {source: stepz, of: [demands], counts: {n_urge: [a]}}\n",
         "city.yaml:14: there is no source 'stepz'. Sources with fact: event: steps"),
        ("cases:\n  steps:\n  - {source: steps, of: [steps], counts: {n_urge: [a]}}\n",
         "the source 'steps' has fact: event, not case. Sources with fact: case: demands"),
        ("cases:\n  steps:\n  - {source: steps, of: [demands], counts: {n_urge: [a]}}\n"
         "  - {source: steps, of: [demands], counts: {n_urge: [b]}}\n",
         "city.yaml:15: n_urge of 'demands' is counted from two logs"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, rules: str, words: str) -> None:
    sentences = said(tmp_path / "city", rules)
    assert any(words in one for one in sentences), sentences
    assert all("city.yaml:1" in one for one in sentences)


def test_nothing_is_derived_where_nothing_is_written(tmp_path: Path) -> None:
    rules = load_city(linked_city(tmp_path / "city", "")).cases
    assert not rules.is_on
    assert rules.mark == NO_RULES != CaseRules.model_validate({"merge": {}}).mark


@pytest.mark.parametrize(("metres", "is_same"), [(99.9, True), (100.1, False)])
def test_a_hundred_metres_are_a_hundred_metres(metres: float, *, is_same: bool) -> None:
    here = Case("a", 0, "", "", "", "", "g1", 120.0, 30.0)
    degree = 2 * math.pi * 6_371_008.8 / 360
    north = Case("b", 0, "", "", "", "", "g2", 120.0, 30.0 + metres / degree)
    east = metres / degree / math.cos(math.radians(30.0))
    beside = Case("c", 0, "", "", "", "", "g2", 120.0 + east, 30.0)
    assert is_same_place(here, north, 100) is is_same
    assert is_same_place(here, beside, 100) is is_same


def test_without_points_the_lowest_area_decides() -> None:
    one, same, other, nowhere = (
        Case("a", 0, "", "", "", "", area, None, None) for area in ("g1", "g1", "g2", "")
    )
    pointed = Case("e", 0, "", "", "", "", "g1", 120.0, 30.0)
    assert is_same_place(one, same, 100)
    assert is_same_place(one, pointed, 100)
    assert not is_same_place(one, other, 100)
    assert not is_same_place(nowhere, nowhere, 100)
