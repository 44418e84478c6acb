"""Bins of a quantile, and sums that do not care how the rows were split."""

from __future__ import annotations

import math
import random
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from metrics.indicator import Indicator
from metrics.measures import (
    QUANTILE_ERROR,
    ZERO_BIN,
    Measure,
    bin_value,
    feed_rows_sql,
    measures,
    parts_sql,
)
from metrics.sql import Need, _read_off
from metrics.store import Store

GAMMA = (1 + QUANTILE_ERROR) / (1 - QUANTILE_ERROR)


@given(st.floats(1e-5, 1e7))
@example(1.0)
@example(5.0)
def test_a_bin_stands_for_its_values_within_the_promised_error(value: float) -> None:
    item = math.ceil(math.log(value) / math.log(GAMMA))
    assert math.isclose(bin_value(item), value, rel_tol=QUANTILE_ERROR * (1 + 1e-6))


def test_a_value_of_nothing_has_its_own_bin() -> None:
    assert bin_value(ZERO_BIN) == 0.0


def test_clickhouse_puts_values_into_the_same_bins(store: Store) -> None:
    values = [0.0, 1e-7, 1e-6, 2e-6, 0.5, 1.0, 9.995, 10.0, 123456.789, 1e9]
    bin_of = measures(indicator("quantile", value="v"))[0].item
    rows = store.rows(f"SELECT {bin_of} AS bin FROM (SELECT arrayJoin({values}) AS v)", tag="test")
    logarithms = [math.ceil(math.log(one) / math.log(GAMMA)) for one in values[3:]]
    assert [row["bin"] for row in rows] == [ZERO_BIN] * 3 + logarithms


def test_clickhouse_ranks_items_as_the_definition_says(store: Store) -> None:
    """The value of rank ceil(q * n), whatever was taken back before."""
    rng = random.Random(5)
    shares = (0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
    ranked = [indicator("quantile", value="v", quantile=share) for share in shares]
    for size in (1, 2, 3, 10, 20, 60, 100):
        items = Counter(rng.randrange(-5, 30) for _ in range(size))
        wrong = Counter(rng.randrange(-5, 30) for _ in range(9))
        lines = [*items.items(), *wrong.items(), *((item, -n) for item, n in wrong.items())]
        rng.shuffle(lines)
        read_off = _read_off(Need(tuple(ranked), (), 1))
        found = store.rows(
            f"SELECT sum(num) AS n{read_off} FROM (SELECT 'a' AS indicator, one.1 AS item,"
            f" sum(toDecimal128(one.2, 6)) AS num FROM (SELECT arrayJoin({lines}) AS one)"
            " GROUP BY item)",
            {"ranked": ["a"]},
            tag="test",
        )[0]
        every = sorted(items.elements())
        exact = [every[math.ceil(Fraction(str(share)) * size) - 1] for share in shares]
        assert [found["n"], *(item for _, item in found["q"])] == [size, *exact]


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
