"""The city of random rows, loaded once, with the rows it was made of."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest

from metrics.store import Store
from tests.soundness.recompute import Rows
from tests.support.facts import current, territory
from tests.support.facts_store import Loaded, loaded

_PARENTS = {area.id: area.parent for area in territory().areas.values()}


def lies_in(area: str, root: str) -> bool:
    """Tell by walking up, step by step; an area nobody knows lies in the city only."""
    while area and area != root:
        area = _PARENTS.get(area, "990100")
    return area == root


def subtree(rows: Rows, root: str) -> Rows:
    """Return the rows below an area."""
    return rows.cut(
        lambda frame: frame.filter(
            pl.col("area").map_elements(lambda one: lies_in(one, root), pl.Boolean)
        )
    )


@pytest.fixture(scope="module")
def city(store: Store) -> Loaded:
    return loaded(store)


@pytest.fixture(scope="module")
def rows(city: Loaded) -> Rows:
    frames: Mapping[str, pl.DataFrame] = dict(current(city.deliveries))
    return Rows(frames, frames)


@pytest.fixture(scope="module")
def below(rows: Rows) -> Mapping[str, Rows]:
    """The rows below every area, by area id."""
    return {area: subtree(rows, area) for area in _PARENTS}
