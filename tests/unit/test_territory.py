"""The tree: ragged, with skipped levels and areas that come and go."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from metrics.errors import ConfigError, UnknownName
from metrics.territory import Area, build_territory
from tests.support.facts import LEVELS, REFORM, territory

CITY = territory()
BEFORE, AFTER = REFORM - dt.timedelta(days=1), REFORM
NEW_SOUTH = "990100003@2026-11-01"


@pytest.mark.parametrize(
    ("area", "path"),
    [
        ("990100", ("990100", "", "", "")),
        ("990100001", ("990100", "990100001", "", "")),
        (
            "990100001001001",
            ("990100", "990100001", "990100001001", "990100001001001"),
        ),
        ("990100002900001", ("990100", "990100002", "990100002", "990100002900001")),
        ("990100900000001", ("990100", "990100", "990100", "990100900000001")),
    ],
)
def test_the_path_names_who_stands_at_every_depth(area: str, path: tuple[str, ...]) -> None:
    assert CITY.path(area) == path
    assert CITY.path(area) is CITY.path(area)


def test_every_path_is_as_long_as_the_city_is_deep() -> None:
    for area in CITY.areas.values():
        path = CITY.path(area.id)
        assert len(path) == len(LEVELS)
        assert path[area.depth] == area.id
        assert not any(path[area.depth + 1 :])
        assert all(path[: area.depth])


def test_lineage_and_within() -> None:
    assert [area.id for area in CITY.lineage("990100002900001")] == [
        "990100", "990100002", "990100002900001"
    ]  # fmt: skip
    assert CITY.is_within("990100002900001", ["990100001", "990100002"])
    assert CITY.is_within("990100002", ["990100002"])
    assert not CITY.is_within("990100", ["990100002"])
    assert not CITY.is_within("990100002", [])
    assert not CITY.is_within("gone", ["990100"])


def test_a_code_means_the_area_of_the_day() -> None:
    assert CITY.area("990100003", BEFORE).id == "990100003"
    assert CITY.area("990100003", AFTER).id == NEW_SOUTH
    assert CITY.area("990100003").id == "990100003", "an id comes before a code"
    assert CITY.area(NEW_SOUTH, BEFORE).id == NEW_SOUTH
    assert CITY.area("").id == CITY.root
    assert not CITY.areas["990100003"].is_valid(AFTER)
    assert CITY.areas["990100003"].is_valid(BEFORE)


def test_children_of_the_day() -> None:
    assert [area.id for area in CITY.children("990100", BEFORE)] == [
        "990100001", "990100002", "990100003", "990100004", "990100900000001"
    ]  # fmt: skip
    assert NEW_SOUTH in {area.id for area in CITY.children("990100", AFTER)}
    assert len(CITY.children("990100")) == 6
    assert CITY.children("990100900000001") == []


@pytest.mark.parametrize(
    ("area", "level", "expected"),
    [
        ("990100", "street", ["990100001", "990100002", NEW_SOUTH, "990100004"]),
        ("990100002", "community", ["990100002001"]),
        ("990100002", "grid", ["990100002001001", "990100002900001"]),
        ("990100900000001", "grid", []),
    ],
)
def test_descendants_at_a_level(area: str, level: str, expected: list[str]) -> None:
    found = CITY.descendants(area, CITY.level(level), AFTER)
    assert [one.id for one in found] == expected


def test_an_area_that_stands_in_is_named_once() -> None:
    found = [one.id for one in CITY.descendants("990100", CITY.level("community"), AFTER)]
    assert found.count("990100002") == 1
    assert len(found) == len(set(found))


def test_levels_by_id_and_by_role() -> None:
    assert CITY.level("street").depth == 1
    other = dataclasses.replace(LEVELS[1], id="zhen")
    town = build_territory((LEVELS[0], other, *LEVELS[2:]), [CITY.areas["990100"]])
    assert town.level("street") is town.level("zhen") is other
    assert CITY.next_level(CITY.areas["990100"]) is LEVELS[1]
    assert CITY.next_level(CITY.areas["990100900000001"]) is None
    with pytest.raises(
        UnknownName, match=r"--level: unknown level 'stret'\. Did you mean 'street'"
    ):
        CITY.level("stret")


def test_an_unknown_area_is_met_with_the_near_one() -> None:
    with pytest.raises(UnknownName, match=r"--area: unknown area '99010001'\. Did you mean '9901"):
        CITY.area("99010001")


ROOT = Area("1", "1", "市", "district", 0, "")


@pytest.mark.parametrize(
    ("areas", "sentence"),
    [
        ([], "0 areas have no parent: none"),
        ([ROOT, Area("2", "2", "乙", "district", 0, "")], "2 areas have no parent: 市 (1), 乙 (2)"),
        ([ROOT, Area("2", "2", "街", "street", 1, "9")], "街 (2) has parent '9', which is no area"),
        (
            [ROOT, Area("2", "2", "甲", "street", 1, "3"), Area("3", "3", "乙", "street", 1, "1")],
            "甲 (2, street) hangs below 乙 (3, street), which is not above it",
        ),
        (
            [ROOT, Area("2", "2", "甲", "street", 1, "3"), Area("3", "3", "乙", "grid", 3, "2")],
            "which is not above it",
        ),
    ],
)
def test_what_is_no_tree(areas: list[Area], sentence: str) -> None:
    with pytest.raises(ConfigError) as found:
        build_territory(LEVELS, areas)
    assert sentence in found.value.sentence
