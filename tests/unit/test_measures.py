"""Bins of a quantile, and sums that do not care how the rows were split."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from metrics.indicator import Indicator
from metrics.measures import (
    QUANTILE_ERROR,
    ZERO_BIN,
    Measure,
    feed_rows_sql,
    measures,
    parts_sql,
    quantile_of_bins,
)
from metrics.store import Store

GAMMA = (1 + QUANTILE_ERROR) / (1 - QUANTILE_ERROR)
VALUES = st.lists(st.floats(1e-5, 1e7), min_size=1, max_size=60)
SHARES = st.sampled_from([0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99])


def binned(values: Iterable[float]) -> Counter[int]:
    """Put values into bins as the statement does."""
    return Counter(
        ZERO_BIN if one <= 1e-6 else math.ceil(math.log(one) / math.log(GAMMA)) for one in values
    )


@given(VALUES, SHARES)
@example([5.0], 0.5)
@example([1.0, 2.0], 0.5)
def test_within_the_promised_error_of_the_order_statistic(
    values: list[float], share: float
) -> None:
    exact = sorted(values)[math.ceil(Fraction(str(share)) * len(values)) - 1]
    found = quantile_of_bins(binned(values), share)
    assert found is not None
    assert math.isclose(found, exact, rel_tol=QUANTILE_ERROR * (1 + 1e-6))


@given(VALUES, VALUES, VALUES, SHARES)
def test_split_and_merged_and_taken_back(
    first: list[float], second: list[float], wrong: list[float], share: float
) -> None:
    whole = quantile_of_bins(binned([*first, *second]), share)
    merged = binned([*first, *wrong])
    merged.update(binned(second))
    merged.subtract(binned(wrong))
    assert quantile_of_bins(merged, share) == whole


def test_no_values_and_values_of_nothing() -> None:
    assert quantile_of_bins({}, 0.5) is None
    assert quantile_of_bins({7: 0.0}, 0.5) is None
    assert quantile_of_bins(binned([0.0, 0.0, 9.0]), 0.5) == 0.0


def test_clickhouse_puts_values_into_the_same_bins(store: Store) -> None:
    values = [0.0, 1e-7, 1e-6, 2e-6, 0.5, 1.0, 9.995, 10.0, 123456.789, 1e9]
    bin_of = measures(indicator("quantile", value="v"))[0].item
    rows = store.rows(f"SELECT {bin_of} AS bin FROM (SELECT arrayJoin({values}) AS v)", tag="test")
    assert Counter(row["bin"] for row in rows) == binned(values)


def indicator(kind: str, **said: object) -> Indicator:
    plain = {
        "id": "a", "name": "甲", "name_en": "a", "domain": "d", "unit": "件", "fact": "case",
        "kind": kind, "time": "closed_at", "where": "is_void = 0", "note": "n",
    }  # fmt: skip
    return Indicator.model_validate({**plain, **said})


def one(kind: str, **said: object) -> Measure:
    (found,) = measures(indicator(kind, **said))
    return found


def test_what_a_row_adds() -> None:
    assert (one("count").num, one("count").den, one("count").day) == (
        "toInt64(1)", "0", "toDate(closed_at)"
    )  # fmt: skip
    ratio = one("ratio", numerator="closed_at <= due_at", denominator="isNotNull(due_at)")
    assert ratio.num == f"toInt64(ifNull(closed_at <= due_at, 0)) * {ratio.den}"
    assert one("average", value="n_urge").den == ("toInt64(ifNull(isNotNull(n_urge) AND (1), 0))")
    assert "if(1, (n_urge), 0)" in one("sum", value="n_urge").num
    assert "sipHash64(reporter_key)" in one("distinct", key="reporter_key").item
    assert "1000000" in one("extreme", roll_up="max", value="n_urge").item


def test_an_open_case_enters_once_and_leaves_once() -> None:
    enter, leave = measures(indicator("stock", time="accepted_at", leave="closed_at"))
    assert (enter.time, enter.num) == ("accepted_at", "toInt64(1)")
    assert leave.time == "greatest(accepted_at, closed_at)"
    assert leave.num.startswith("-(")
    assert "isNotNull(accepted_at)" in leave.num
    assert "isNotNull(closed_at)" in leave.num


def test_what_lasts_may_stand_for_many() -> None:
    begun, over = measures(
        indicator("stock", fact="event", time="at", leave="ended_at", where="1", value="value")
    )
    assert "if(1, (value), 0)" in begun.num
    assert over.num.startswith("-(")
    assert "isNotNull(ended_at)" in over.num
    assert "(value)" in over.num
    assert (begun.time, over.time) == ("at", "greatest(at, ended_at)")


def test_a_register_is_a_sum_and_a_formula_is_nothing() -> None:
    register = one("stock", fact="snapshot", time="at", where="1", value="value")
    assert (register.time, register.den, register.item) == ("at", "0", "0")
    assert "if(1, (value), 0)" in register.num
    assert measures(indicator("index", fact=None, parts={"a": "b"}, formula="a")) == ()


def test_plain_measures_of_one_time_share_a_statement() -> None:
    several = [
        indicator("count", id="a"), indicator("sum", id="b", value="n_urge"),
        indicator("count", id="c", time="due_at"), indicator("distinct", id="d", key="channel"),
        indicator("count", id="e", fact="event", time="at", where="1"),
    ]  # fmt: skip
    statements = parts_sql(several, "case")
    assert len(statements) == 3
    assert not any("'e'" in statement for statement in statements)
    assert all("dimension" not in statement for statement in statements)
    assert all("dimension" in one for one in parts_sql(several, "case", dimension="channel"))


def test_days_a_feed_spoke_are_counted_by_source() -> None:
    assert "concat('rows:', source)" in feed_rows_sql("event", rows="batch = 3")
    assert "WHERE batch = 3" in feed_rows_sql("event", rows="batch = 3")


@pytest.mark.parametrize("kind", ["quantile", "extreme", "average"])
def test_a_missing_value_counts_nowhere(kind: str) -> None:
    measure = one(kind, value="n_urge", **({"roll_up": "max"} if kind == "extreme" else {}))
    assert "isNotNull(n_urge)" in (measure.den if kind == "average" else measure.num)
