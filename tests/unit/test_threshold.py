"""Rules for lights, and the light of an unrounded value."""

import pytest

from metrics.answer import Figure
from metrics.figures import is_small
from metrics.indicator import Indicator
from metrics.threshold import Condition, against_direction, light, needs_baseline, parse_rule


def indicator(**said: object) -> Indicator:
    plain = {
        "id": "a", "name": "甲", "name_en": "a", "domain": "d", "unit": "%", "kind": "ratio",
        "fact": "case", "note": "n", "numerator": "is_void = 0",
    }  # fmt: skip
    return Indicator.model_validate({**plain, **said})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("none", ()),
        ("", ()),
        ("<97", (Condition("value", "<", 97.0),)),
        ("<=97.5", (Condition("value", "<=", 97.5),)),
        (">-3", (Condition("value", ">", -3.0),)),
        (">=0", (Condition("value", ">=", 0.0),)),
        ("b4w>+20%", (Condition("b4w", ">", 20.0),)),
        ("yoy<-10%", (Condition("yoy", "<", -10.0),)),
        ("<97 | b4w>+20%", (Condition("value", "<", 97.0), Condition("b4w", ">", 20.0))),
    ],
)
def test_the_grammar(text: str, expected: tuple[Condition, ...]) -> None:
    assert parse_rule(text) == expected


@pytest.mark.parametrize("text", ["97", "< 97", "<97%", "b4w>20", "mom>+5%", "<97||>3", "<x", "=5"])
def test_what_is_not_of_the_grammar(text: str) -> None:
    with pytest.raises(ValueError, match="is not <x, <=x"):
        parse_rule(text)


def test_the_light_looks_at_the_unrounded_value() -> None:
    one = indicator(amber="<98", red="<95")
    assert light(one, 97.96) == "amber"  # shown as 98.0
    assert light(one, 98.0) == "green"
    assert light(one, 95.0) == "amber"
    assert light(one, 94.999_999_999) == "red"


def test_no_data_and_no_rule_give_no_light() -> None:
    assert light(indicator(amber="<98"), None) == "none"
    assert light(indicator(), 3.0) == "none"
    assert light(indicator(red="<5"), 3.0) == "red"


def test_deviations_need_a_base() -> None:
    one = indicator(amber="b4w>+20%", red="yoy>+50%")
    assert light(one, 121.0, baseline=100.0) == "amber"
    assert light(one, 120.0, baseline=100.0) == "green"
    assert light(one, 151.0, baseline=100.0, year_ago=100.0) == "red"
    assert light(one, 500.0) == "green"
    assert light(one, 500.0, baseline=0.0) == "green"
    assert light(one, -5.0, baseline=-10.0) == "amber"  # half its size above a negative base
    assert needs_baseline(one)
    assert not needs_baseline(indicator(red="yoy>+50%"))


@pytest.mark.parametrize(
    ("below", "small"), [(0.0, True), (9.0, True), (10.0, False), (None, False)]
)
def test_a_small_denominator(below: float | None, small: bool) -> None:  # noqa: FBT001
    assert is_small(indicator(), Figure(50.0, 1.0, below)) is small


def test_only_quotients_are_small() -> None:
    assert not is_small(indicator(kind="count"), Figure(3.0, 3.0, 1.0))


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"direction": "up", "amber": ">5"}, "amber '>5' warns of the good side"),
        ({"direction": "down", "red": "<5"}, "red '<5' warns of the good side"),
        ({"direction": "up", "amber": "<90", "red": "<95"}, "is reached before amber"),
        ({"direction": "down", "amber": ">9", "red": ">5"}, "is reached before amber"),
        ({"direction": "up", "amber": "<95", "red": "<90"}, ""),
        ({"direction": "up", "amber": "b4w>+20%"}, ""),
        ({"direction": "neutral", "amber": ">5"}, ""),
    ],
)
def test_thresholds_warn_of_the_bad_side(said: dict[str, object], complaint: str) -> None:
    found = against_direction(indicator(**said))
    assert complaint in found
    assert bool(found) is bool(complaint)


def test_a_count_must_be_further_from_its_weeks_than_chance() -> None:
    rules = {"unit": "件", "kind": "count", "amber": "b4w>+20%", "red": "yoy>+50%"}
    one = indicator(**rules)
    assert light(one, 5.0, baseline=3.0) == "green"  # +67 %, two cases
    assert light(one, 119.0, baseline=100.0) == "green"
    assert light(one, 121.0, baseline=100.0) == "amber"
    assert light(one, 4.0, year_ago=2.0) == "green"
    assert light(indicator(**{**rules, "unit": "%", "kind": "ratio"}), 5.0, baseline=3.0) == "amber"
