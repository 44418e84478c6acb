"""The same rows, split over any batches in any order, give the same answers."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.store import Store
from tests.support.facts import Delivery, sealed
from tests.support.facts_store import everything, load, numbers, service, small

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def straight(store: Store) -> list[object]:
    load(store, small())
    return numbers(everything(service(store)))


def redelivered(seed: int, pieces: int) -> list[Delivery]:
    """Return the rows of every source shuffled and cut into pieces, the pieces mixed."""
    rng = random.Random(seed)
    mixed: list[Delivery] = []
    for source in sorted({one.source for one in small()}):
        mine = [one for one in small() if one.source == source]
        rows = [dict(row) for one in mine for row in one.rows]
        rng.shuffle(rows)
        bounds = sorted(rng.sample(range(1, len(rows)), pieces - 1))
        for start, end in zip([0, *bounds], [*bounds, len(rows)], strict=True):
            fresh = [
                {name: cell for name, cell in row.items() if name not in ("row_no", "content")}
                for row in rows[start:end]
            ]
            mixed.append(Delivery(source, mine[0].shape, tuple(sealed(fresh))))
    rng.shuffle(mixed)
    return mixed


@given(seed=st.integers(0, 2**16), pieces=st.integers(1, 2))
@settings(
    max_examples=2, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_any_split_in_any_order(
    store: Store, straight: list[object], seed: int, pieces: int
) -> None:
    load(store, redelivered(seed, pieces))
    assert numbers(everything(service(store))) == straight
