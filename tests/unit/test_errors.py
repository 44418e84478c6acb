"""What a person is told: where, what, what is allowed or meant, and what to do next."""

import pytest

from metrics.errors import (
    BadQuestion,
    CockpitError,
    ConfigProblems,
    Problem,
    StoreError,
    UnknownName,
    near,
)


def test_the_sentence_has_its_parts_in_order() -> None:
    error = CockpitError("the file is empty", where="a.csv:1", hint="Rows follow", next_step="Look")
    assert error.sentence == str(error) == "a.csv:1: the file is empty. Rows follow. Look."
    assert CockpitError("it is odd").sentence == "it is odd."
    assert CockpitError("it is odd.", next_step="Look.").sentence == "it is odd. Look."


def test_a_question_mark_is_enough() -> None:
    error = UnknownName("area", "nroth", ["north", "south"], where="--area")
    assert error.sentence == "--area: unknown area 'nroth'. Did you mean 'north'?"


@pytest.mark.parametrize(
    ("known", "hint"),
    [
        ([], "None is defined."),
        (["b", "a"], "Allowed: a, b."),
        ([f"n{k:02d}" for k in range(20)], "20 are known, for example n00, n01, n02."),
    ],
)
def test_without_a_near_name_some_are_listed(known: list[str], hint: str) -> None:
    assert UnknownName("level", "zzzzzz", known).sentence == f"unknown level 'zzzzzz'. {hint}"


def test_near_names() -> None:
    assert near("appeals_acepted", ["um_filed", "appeals_accepted"]) == "appeals_accepted"
    assert near("xyz", ["um_filed"]) == ""


def test_the_shape_for_machines() -> None:
    error = BadQuestion("no such period", where="--period", hint="Allowed: 2026", next_step="Ask")
    assert error.as_json() == {
        "ok": False, "error": "no such period", "where": "--period", "hint": "Allowed: 2026. Ask"
    }  # fmt: skip
    assert [one("x").status for one in (CockpitError, BadQuestion, StoreError)] == [400, 400, 503]
    assert UnknownName("area", "x", []).status == 404


def test_several_problems_are_said_as_the_first_and_how_many_more() -> None:
    found = [
        Problem("a.yaml:1", "one", "Hint"),
        Problem("a.yaml:2", "two"),
        Problem("b:1", "three"),
    ]
    error = ConfigProblems(found, next_step="See the guide")
    assert error.sentence == "a.yaml:1: one. Hint. 2 more problems after this one. See the guide."
    assert error.problems == tuple(found)
    assert error.as_json()["problems"] == [
        {"where": "a.yaml:1", "error": "one", "hint": "Hint"},
        {"where": "a.yaml:2", "error": "two", "hint": ""},
        {"where": "b:1", "error": "three", "hint": ""},
    ]
    assert found[1].sentence == "a.yaml:2: two."
    assert "more problem" not in ConfigProblems(found[:1]).sentence
    assert "1 more problem after" in ConfigProblems(found[:2]).sentence
