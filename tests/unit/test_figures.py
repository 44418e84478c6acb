"""From sums to figures: nothing found is not zero, and zero is not one hundred per cent."""

from __future__ import annotations

import datetime as dt

import pytest

from metrics.answer import Figure
from metrics.catalogue import load_catalogue
from metrics.figures import Sums, carried_forward, change, figure, read_sums, resolve
from metrics.indicator import Indicator

CATALOGUE = load_catalogue()
NOTHING = Sums(0.0)


def get(indicator: str) -> Indicator:
    return CATALOGUE.get(indicator)


@pytest.mark.parametrize(
    "indicator", ["appeals_accepted", "grid_patrol_km", "appeal_reporters", "appeals_open"]
)
@pytest.mark.parametrize("sums", [None, NOTHING])
def test_nothing_found_is_zero_only_where_a_feed_spoke(indicator: str, sums: Sums | None) -> None:
    assert figure(get(indicator), sums, is_covered=True) == Figure(0.0, 0.0, None)
    assert figure(get(indicator), sums, is_covered=False) == Figure(None, None, None)


def test_a_zero_denominator_is_no_rate() -> None:
    rate = get("appeals_close_rate")
    assert figure(rate, NOTHING, is_covered=True) == Figure(None, 0.0, 0.0)
    assert figure(rate, NOTHING, is_covered=False) == Figure(None, None, None)
    assert figure(rate, Sums(30.0, 40.0), is_covered=True) == Figure(75.0, 30.0, 40.0)


def test_every_kind() -> None:
    sums = Sums(12.0, 0.0, 5, ranked={0.5: 100}, lowest=100, highest=300)
    assert figure(get("appeals_accepted"), sums, is_covered=False).value == 12.0
    assert figure(get("appeal_reporters"), sums, is_covered=False).value == 5.0
    assert figure(get("water_level_max"), sums, is_covered=True) == Figure(0.0003)
    assert figure(get("water_level_max"), NOTHING, is_covered=True) == Figure()
    median = figure(get("appeal_handle_hours_p50"), sums, is_covered=True)
    assert median.numerator == 12.0
    assert median.value == pytest.approx(2.711, rel=0.005)
    assert figure(get("appeal_handle_hours_p50"), None, is_covered=True) == Figure()
    average = figure(get("appeal_sign_minutes_avg"), Sums(600.0, 4.0), is_covered=True)
    assert average.value == pytest.approx(2.5, rel=1e-12)


def test_a_register_without_a_delivery_has_no_stock() -> None:
    assert figure(get("population_resident"), None, is_covered=True) == Figure()
    assert figure(get("population_resident"), Sums(9.0), is_covered=False).value == 9.0


def test_formulas_are_made_of_figures() -> None:
    known = {"devices_online": Figure(90.0, 90.0), "devices_total": Figure(120.0, 120.0)}
    found = resolve(get("device_online_rate"), CATALOGUE, known.__getitem__)
    assert found == Figure(75.0, 90.0, 120.0)
    known["devices_total"] = Figure()
    assert resolve(get("device_online_rate"), CATALOGUE, known.__getitem__).value is None
    rates = dict.fromkeys(
        ("appeals_ontime_rate", "appeals_satisfaction_rate", "um_ontime_rate"), Figure(100.0)
    )
    rates["appeal_return_rate"] = Figure(0.0)
    assert resolve(get("governance_index"), CATALOGUE, rates.__getitem__) == Figure(100.0)


def test_change_is_in_points_for_per_cent_and_relative_otherwise() -> None:
    assert change(get("appeals_close_rate"), 97.5, 95.0) == 2.5
    assert change(get("appeals_accepted"), 110.0, 100.0) == pytest.approx(0.1)
    assert change(get("appeals_accepted"), 110.0, 0.0) is None
    assert change(get("appeals_accepted"), None, 5.0) is None
    assert change(get("appeals_accepted"), 5.0, None) is None


def test_sums_are_read_from_a_row() -> None:
    place = {"indicator": "a", "key": "", "w": 1}
    assert read_sums({**place, "n": 4.0, "d": 5.0}) == Sums(4.0, 5.0)
    items = {"c": 3, "o": [(2, 1)], "q": [(0.9, 7)], "lo": 2, "hi": 9}
    assert read_sums({**place, "n": 1.0, **items}) == Sums(1.0, 0.0, 3, {2: 1}, {0.9: 7}, 2, 9)


def day(number: int) -> dt.date:
    return dt.date(2026, 11, number)


def test_changes_add_up_from_before_the_window() -> None:
    found = {day(1): 5.0, day(3): 2.0, day(5): -4.0}
    filled = carried_forward(found, day(3), day(6), adds_up=True)
    assert list(filled.values()) == [7.0, 7.0, 3.0, 3.0]
    assert carried_forward({day(5): 1.0}, day(4), day(6), adds_up=True) == {
        day(5): 1.0, day(6): 1.0
    }  # fmt: skip


def test_deliveries_replace_each_other() -> None:
    found = {day(1): 5.0, day(3): 8.0, day(5): 0.0}
    filled = carried_forward(found, day(2), day(6), adds_up=False)
    assert filled == {day(2): 5.0, day(3): 8.0, day(4): 8.0}, "left out of the delivery of day 5"
    assert carried_forward({}, day(2), day(3), adds_up=False) == {}
