"""Why a number moved: splits without a remainder, and words only where something happened."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.insight.cut import AREA, Cut, Element
from metrics.insight.explanation import Explanation, explain
from metrics.insight.significance import many_gate, two_proportion_z
from metrics.insight.surprise import divergence, surprise
from tests.support.quiet_weeks import CHANNELS, Week, quiet_week

counts = st.dictionaries(
    st.sampled_from("abcdefgh"), st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), min_size=2
)
cases = st.integers(0, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
rates = st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(cases, cases), min_size=2)
SEEDS = range(60)


def counted(parts: dict[str, tuple[int, int]]) -> Explanation:
    cut = Cut(AREA, tuple(
        Element(key, key, (float(now), 0.0), (float(before), 0.0))
        for key, (now, before) in parts.items()
    ))  # fmt: skip
    return explain("count", cut.total, [cut])


def rated(parts: dict[str, tuple[tuple[int, int], tuple[int, int]]]) -> Explanation:
    cut = Cut(AREA, tuple(Element(key, key, *pairs) for key, pairs in parts.items()))
    return explain("rate", cut.total, [cut])


@given(counts)
def test_the_parts_of_a_count_are_its_change_exactly(parts: dict[str, tuple[int, int]]) -> None:
    found = counted(parts)
    change = sum(now for now, _ in parts.values()) - sum(before for _, before in parts.values())
    assert found.change == change
    assert math.fsum(one.effect for one in found.cuts[0].shares) == change
    if found.growth is not None:
        points = [one.effect / found.before[0] for one in found.cuts[0].shares]
        assert math.fsum(points) == pytest.approx(found.growth, abs=1e-12, rel=1e-12)


@given(rates)
def test_rate_and_mix_are_the_change_of_a_rate(parts: dict) -> None:
    now, before = ([sum(pair[k][i] for pair in parts.values()) for i in (0, 1)] for k in (0, 1))
    found = rated(parts)
    if not (now[1] and before[1]):
        assert found.cuts[0].shares == ()
        return
    change = now[0] / now[1] - before[0] / before[1]
    cut = found.cuts[0]
    assert abs(cut.rate + cut.mix - change) < 1e-12
    assert abs(math.fsum(one.effect for one in cut.shares) - change) < 1e-12
    assert all(abs(one.rate + one.mix - one.effect) < 1e-15 for one in cut.shares)


def test_a_reversal_is_named() -> None:
    """Both streets handle better, the slow one has most of the cases now: the whole is worse."""
    parts = {
        "快": ((190, 200), (900, 1000), ((900, 1000),) * 8),
        "慢": ((500, 1000), (90, 200), ((90, 200),) * 8),
    }
    cut = Cut(AREA, tuple(Element(key, key, *rest) for key, rest in parts.items()))
    found = explain("rate", cut.total, [cut])
    assert found.is_unusual
    assert found.change < 0 < found.cuts[0].rate
    assert found.cuts[0].is_reversed


def test_a_column_of_many_values_is_not_more_surprising_for_that() -> None:
    assert divergence([0.25] * 4, [0.25] * 4) == 0
    draw = np.random.default_rng(5)
    for size in (3, 60):
        odds = draw.dirichlet(np.full(size, 3.0))
        found = [
            surprise(draw.multinomial(4000, odds), draw.multinomial(4000, odds)) for _ in range(200)
        ]
        assert abs(np.mean(found)) < 0.25
        assert 0.7 < np.std(found) < 1.4


@pytest.fixture(scope="module")
def quiet() -> list[Week]:
    return [quiet_week(seed) for seed in SEEDS]


def test_at_most_one_quiet_week_in_ten_names_anything(quiet: list[Week]) -> None:
    for nature in ("count", "rate"):
        found = [week.why(nature) for week in quiet]
        assert all(one.is_judged for one in found)
        assert sum(one.names_something for one in found) <= len(found) / 10, nature


def test_a_surge_of_one_class_in_one_street_is_named(quiet: list[Week]) -> None:
    """It triples, by every channel: some thirty more cases, less than one in a hundred of all."""
    named = []
    for week in quiet[:20]:
        weekly = week.cases[1:].sum(3).mean(0)
        street, minor = np.argwhere((weekly > 10) & (weekly < 20))[0]
        planted = week.cases.copy()
        planted[0, street, minor] += np.random.default_rng(1).poisson(
            2 * weekly[street, minor] / CHANNELS, CHANNELS
        )
        found = Week(planted, week.on_time).why("count")
        surged = {(one.area, one.value) for one in found.surges}
        named.append((f"s{street}", f"m{minor}") in surged)
    assert sum(named) >= 16


def test_a_class_that_surges_everywhere_is_named(quiet: list[Week]) -> None:
    named = 0
    for week in quiet[:20]:
        planted = week.cases.copy()
        minor = int(planted.sum((0, 1, 3)).argmax())
        planted[0, :, minor] = np.random.default_rng(2).poisson(1.8 * planted[0, :, minor])
        found = Week(planted, week.on_time).why("count")
        cut = next(one for one in found.cuts if one.id == "subcategory")
        named += f"s{minor}" in {one.key for one in (*cut.named, *cut.against)}
    assert named >= 18


def test_short_history_is_not_judged() -> None:
    found = counted({"甲": (900, 300), "乙": (100, 100)})
    assert not found.is_judged
    assert not found.names_something
    assert found.cuts[0].shares[0].key == "甲"


def test_rates_of_few_cases_are_judged_exactly() -> None:
    # Fisher's lady: 3 of 4 against 1 of 4. Of 70 ways 16 give three hits and one gives four.
    chance = (16 / 2 + 1) / 70
    found = two_proportion_z(3, 4, 1, 4)
    assert found == pytest.approx(-NormalDist().inv_cdf(chance))
    assert two_proportion_z(1, 4, 3, 4) == pytest.approx(-found)
    # 4 late of 21 where 4 of 170 were: the normal curve would call it one in three thousand
    assert two_proportion_z(17, 21, 166, 170) > -many_gate(14, 0.01)
    # where many are expected both agree
    assert two_proportion_z(900, 1000, 8200, 8800) == pytest.approx(-3.70, abs=0.01)
