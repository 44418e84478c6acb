"""Why a number moved between two periods: every part's share in it, and what is worth a word.

The shares add up to the change exactly, whatever else is said. Whether a part is *named* is
another matter and decided against the last eight windows of the same weekdays: city counts vary
from week to week, and a report that explains noise is soon not read any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from metrics.insight.cells import Cell, Surge, surges
from metrics.insight.cut import Cut, Element, Nature, Pair, has_line
from metrics.insight.movers import (
    SIMPSON_POINTS,
    Mover,
    RateSplit,
    contributions,
    main_movers,
    outstanding,
    rate_mix,
)
from metrics.insight.significance import (
    ELEMENT_GATE,
    TOTAL_GATE,
    dispersion,
    history_z,
    level_z,
    many_gate,
    rate_dispersion,
    two_proportion_z,
)
from metrics.insight.surprise import excess, surprise

LEAST_HISTORY = 4
LEAST_CASES = 30
"""A rate over fewer cases is not worth a word."""
ELEMENT_ERROR = 0.03
"""Chance that any part at all is named while nothing happened and the whole stood still."""
BROAD = 2.0
"""Below this surprise a change is shared by all parts, and naming the largest would mislead."""
MOST_NAMED = 3


@dataclass(frozen=True)
class Share:
    """What one part did to the number.

    Attributes:
        now: sums above and below the line in the period.
        before: in the window before.
        effect: what it adds to the change; over a cut these sum to the change exactly.
        rate: of it, through its own rate; 0 for what is counted.
        mix: of it, through its weight among the parts; 0 for what is counted.
        z: distance from its own last windows, in standard errors.
    """

    key: str
    name: str
    now: Pair
    before: Pair
    effect: float
    rate: float
    mix: float
    z: float


@dataclass(frozen=True)
class Findings:
    """What one cut says.

    Attributes:
        id: ``area``, or the column.
        shares: the largest effect first.
        named: those worth a word that moved with the number.
        against: those worth a word that held against it.
        surprise: how far the shares moved beyond chance; see ``metrics.insight.surprise``.
        rate: sum of the rate effects.
        mix: sum of the mix effects.
        is_reversed: the parts moved one way and the number the other.
    """

    id: str
    shares: tuple[Share, ...]
    named: tuple[Share, ...]
    against: tuple[Share, ...]
    surprise: float
    rate: float = 0.0
    mix: float = 0.0
    is_reversed: bool = False


@dataclass(frozen=True)
class Explanation:
    """Why a number moved.

    Attributes:
        nature: how the number comes about.
        now: sums in the period.
        before: sums in the window before.
        change: difference of the two numbers; of a rate as a proportion.
        z: distance of the number from its last windows.
        windows: how many windows of history there were.
        cuts: the most surprising first.
        surges: values of ``crossed`` that stand out within single areas.
        crossed: the column the surges are of.
    """

    nature: Nature
    now: Pair
    before: Pair
    change: float
    z: float
    windows: int
    cuts: tuple[Findings, ...]
    surges: tuple[Surge, ...] = ()
    crossed: str = ""

    @property
    def is_judged(self) -> bool:
        """Tell whether there is history enough to judge by."""
        return self.windows >= LEAST_HISTORY

    @property
    def is_unusual(self) -> bool:
        """Tell whether the number left its usual range the way it moved since the window before."""
        return self.is_judged and abs(self.z) >= TOTAL_GATE and self.z * self.change > 0

    @property
    def names_something(self) -> bool:
        """Tell whether any part at all is worth a word."""
        return bool(self.surges) or any(one.named or one.against for one in self.cuts)

    @property
    def growth(self) -> float | None:
        """The change over the number before, for what is counted."""
        return None if has_line(self.nature) or not self.before[0] else self.change / self.before[0]


def explain(
    nature: Nature,
    whole: Element,
    cuts: Sequence[Cut],
    *,
    cells: Sequence[Cell] = (),
    crossed: str = "",
) -> Explanation:
    """Return why a number moved.

    Args:
        nature: how it comes about.
        whole: the number itself.
        cuts: each with parts that sum to the whole; those of a single part say nothing.
        cells: counts by area and value of one column, where there are any.
        crossed: that column.
    """
    telling = [cut for cut in cuts if len(cut.elements) > 1]
    tests = sum(len(cut.elements) for cut in telling)
    now, before = number(whole.now, nature) or 0.0, number(whole.before, nature) or 0.0
    plain = Explanation(
        nature, whole.now, whole.before, now - before, whole_z(whole, nature),
        len(whole.history), (),
    )  # fmt: skip
    gate = many_gate(tests, ELEMENT_ERROR)
    read = _rate_findings if has_line(nature) else _count_findings
    found = [read(cut, plain, gate) for cut in telling]
    found.sort(key=lambda one: (-one.surprise, one.id))
    level = fmean(one[0] for one in whole.history) if whole.history else 0.0
    if nature != "count" or not plain.is_judged or level <= 0:
        cells = ()
    surged = surges(cells, whole.now[0] / level) if cells else ()
    return Explanation(
        nature, whole.now, whole.before, plain.change, plain.z, plain.windows, tuple(found),
        surged, crossed if cells else "",
    )  # fmt: skip


def number(sums: Pair, nature: Nature) -> float | None:
    """Return the number that sums make; None for a quotient over nothing."""
    if not has_line(nature):
        return sums[0]
    return sums[0] / sums[1] if sums[1] else None


def whole_z(one: Element, nature: Nature, spread: float | None = None) -> float:
    """Return how far a number lies from its last windows, in standard errors.

    Args:
        one: the number, or a part of it.
        nature: how it comes about.
        spread: dispersion of the counts; the number's own when left out.
    """
    if len(one.history) < LEAST_HISTORY:
        return 0.0
    if nature == "count":
        counts = [above for above, _ in one.history]
        own = dispersion([counts])
        wide = own if spread is None else max(spread, (spread + own) / 2)
        return level_z(one.now[0], counts, wide)
    if nature == "rate":
        pooled = tuple(map(sum, zip(*one.history, strict=True)))
        return two_proportion_z(*one.now, pooled[0], pooled[1], rate_dispersion(one.history))
    now = number(one.now, nature)
    values = [value for sums in one.history if (value := number(sums, nature)) is not None]
    return 0.0 if now is None or len(values) < LEAST_HISTORY else history_z(now, values)


def _count_findings(cut: Cut, whole: Explanation, gate: float) -> Findings:
    counted = whole.nature == "count"
    spread = dispersion([[above for above, _ in one.history] for one in cut.elements])
    z = {one.key: whole_z(one, whole.nature, spread if counted else None) for one in cut.elements}
    now = {one.key: one.now[0] for one in cut.elements}
    before = {one.key: one.before[0] for one in cut.elements}
    movers = contributions(now, before, z)
    if counted:
        moved = surprise([now[k] for k in now], [before[k] for k in now], spread)
    else:
        moved = excess([one * one for one in z.values()])
    named: list[Mover] = []
    against: list[Mover] = []
    if whole.is_unusual and moved >= BROAD:
        named, against = main_movers(movers, ELEMENT_GATE)
    elif whole.is_judged and not whole.is_unusual:
        for one in outstanding(movers, gate):
            (named if one.difference * whole.change >= 0 else against).append(one)
    elements = {one.key: one for one in cut.elements}

    def share(one: Mover) -> Share:
        part = elements[one.key]
        return Share(one.key, part.name, part.now, part.before, one.difference, 0.0, 0.0, one.z)

    return Findings(
        cut.id, _ordered([share(one) for one in movers]), tuple(map(share, named)),
        tuple(map(share, against)), moved,
    )  # fmt: skip


def _rate_findings(cut: Cut, whole: Explanation, gate: float) -> Findings:
    elements = {one.key: one for one in cut.elements}
    split = rate_mix(
        {key: one.now for key, one in elements.items()},
        {key: one.before for key, one in elements.items()},
    )
    if split is None:
        return Findings(cut.id, (), (), (), 0.0)
    shares = [
        Share(one.key, elements[one.key].name, one.now, one.before, one.rate + one.mix, one.rate,
              one.mix, whole_z(elements[one.key], whole.nature))
        for one in split.effects
    ]  # fmt: skip
    wanted = ELEMENT_GATE if whole.is_unusual else gate

    def is_worth(one: Share) -> bool:
        large = min(one.now[1], one.before[1]) >= LEAST_CASES
        return whole.is_judged and large and abs(one.z) >= wanted and one.z * one.rate > 0

    worth = sorted((one for one in shares if is_worth(one)), key=lambda one: -abs(one.rate))
    return Findings(
        cut.id,
        _ordered(shares),
        tuple(one for one in worth if one.rate * whole.change >= 0)[:MOST_NAMED],
        tuple(one for one in worth if one.rate * whole.change < 0)[:1],
        excess([one.z * one.z for one in shares]),
        split.rate,
        split.mix,
        whole.is_unusual and _is_reversed(split, whole),
    )


def _is_reversed(split: RateSplit, whole: Explanation) -> bool:
    before = number(whole.before, whole.nature) or 0.0
    least = SIMPSON_POINTS if whole.nature == "rate" else 0.01 * abs(before)
    return split.rate * split.change < 0 and abs(split.rate) > least


def _ordered(shares: Sequence[Share]) -> tuple[Share, ...]:
    by_size: Callable[[Share], tuple[float, str]] = lambda one: (-abs(one.effect), one.key)  # noqa: E731
    return tuple(sorted(shares, key=by_size))
