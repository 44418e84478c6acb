"""Weeks of a city in which nothing happens, drawn as cells of street, minor class and channel.

The whole, every street and every class have weeks of their own beside pure chance, so that sums
vary more than a Poisson count, as real ones do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.insight.cells import Cell
from metrics.insight.cut import AREA, Cut, Element, Nature, Pair
from metrics.insight.explanation import Explanation, explain

STREETS, MINORS, MAJORS, CHANNELS = 26, 60, 15, 8
WINDOWS = 9
"""The week, the one before, and seven further back: the week before is history too."""
WHOLE, STREET, MINOR = 0.05, 0.04, 0.06
ON_TIME = 0.95


@dataclass(frozen=True)
class Week:
    """Cases by window (0 the week itself), street, minor class and channel, and those on time."""

    cases: NDArray[np.int64]
    on_time: NDArray[np.int64]

    def why(self, nature: Nature) -> Explanation:
        """Return why the week's number, or its rate, differs from the week before."""
        whole = self._element("", self.cases.sum((1, 2, 3)), self.on_time.sum((1, 2, 3)), nature)
        cuts = [self._cut(name, axis, nature) for name, axis in AXES.items()]
        cells = [
            Cell(f"s{street}", f"m{minor}", float(counts[0]), tuple(map(float, counts[1:])))
            for street in range(STREETS)
            for minor in range(MINORS)
            if nature == "count" and (counts := self.cases[:, street, minor].sum(1)).any()
        ]
        return explain(nature, whole, cuts, cells=cells, crossed="subcategory")

    def _cut(self, name: str, axis: int, nature: Nature) -> Cut:
        cases, on_time = self.cases, self.on_time
        if name == "category":
            shape = (WINDOWS, STREETS, MAJORS, MINORS // MAJORS, CHANNELS)
            cases, on_time = cases.reshape(shape).sum(3), on_time.reshape(shape).sum(3)
        others = tuple(one for one in (1, 2, 3) if one != axis)
        counts, good = cases.sum(others), on_time.sum(others)
        parts = (
            self._element(f"{name[0]}{k}", counts[:, k], good[:, k], nature)
            for k in range(counts.shape[1])
        )
        return Cut(name, tuple(parts))

    @staticmethod
    def _element(
        key: str, cases: NDArray[np.int64], good: NDArray[np.int64], nature: Nature
    ) -> Element:
        def pair(k: int) -> Pair:
            return (float(good[k]), float(cases[k])) if nature == "rate" else (float(cases[k]), 0.0)

        return Element(key, key, pair(0), pair(1), tuple(pair(k) for k in range(1, WINDOWS)))


AXES: Mapping[str, int] = {AREA: 1, "subcategory": 2, "category": 2, "channel": 3}


def quiet_week(seed: int, *, cases: float = 4200.0) -> Week:
    """Return a week without any event, with the eight before it."""
    draw = np.random.default_rng([seed, 60])
    sizes = [draw.dirichlet(np.full(n, 2.0)) for n in (STREETS, MINORS, CHANNELS)]
    level = cases * np.einsum("s,m,c->smc", *sizes)

    def own(spread: float, count: int) -> NDArray[np.float64]:
        return draw.gamma(1 / spread**2, spread**2, (WINDOWS, count))

    swing = np.einsum("w,ws,wm->wsm", own(WHOLE, 1)[:, 0], own(STREET, STREETS), own(MINOR, MINORS))
    counts = draw.poisson(level[None] * swing[..., None])
    return Week(counts, draw.binomial(counts, ON_TIME))
