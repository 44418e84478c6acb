"""An indicator: what its words mean, and what is refused when it is read."""

import pytest
from pydantic import ValidationError

from metrics.indicator import ROLL_UPS, Indicator
from metrics.threshold import light


def indicator(**said: object) -> Indicator:
    plain = {
        "id": "a", "name": "甲", "name_en": "a", "domain": "d", "unit": "件", "kind": "count",
        "fact": "case", "note": "n",
    }  # fmt: skip
    return Indicator.model_validate({**plain, **said})


@pytest.mark.parametrize(("kind", "allowed"), ROLL_UPS.items())
def test_a_kind_rolls_up_in_its_own_way(kind: str, allowed: tuple[str, ...]) -> None:
    assert indicator(kind=kind).roll_up == allowed[0]


def test_a_written_roll_up_stays() -> None:
    assert indicator(kind="extreme", roll_up="min").roll_up == "min"


@pytest.mark.parametrize(
    ("said", "factor"), [({"unit": "%"}, 100.0), ({}, 1.0), ({"unit": "%", "scale": 1.0}, 1.0)]
)
def test_the_factor_follows_the_unit(said: dict[str, object], factor: float) -> None:
    assert indicator(**said).factor == factor


def test_what_a_kind_has() -> None:
    assert [kind for kind in ROLL_UPS if indicator(kind=kind).has_denominator] == [
        "ratio", "average"
    ]  # fmt: skip
    assert [kind for kind in ROLL_UPS if indicator(kind=kind).is_formula] == ["index", "composite"]
    assert indicator(kind="stock", leave="closed_at").is_flow_stock
    assert not indicator(kind="stock", value="value").is_flow_stock
    assert not indicator(leave="closed_at").is_flow_stock


@pytest.mark.parametrize(
    "said", [{"quantile": 1.0}, {"quantile": 0}, {"decimals": 7}, {"colour": "red"}, {"kind": "x"}]
)
def test_what_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        indicator(**said)


def test_it_does_not_change() -> None:
    one = indicator()
    with pytest.raises(ValidationError):
        one.id = "b"  # type: ignore[misc]
    assert light(one, 3.0) == "none"
