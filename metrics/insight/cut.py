"""A number cut one way: its parts by area or by the values of a column, now, before and earlier."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from metrics.answer import Child, Figure
from metrics.indicator import Indicator

Pair = tuple[float, float]
"""Sums above and below the line; below is 0 where there is no line."""

Nature = Literal["count", "sum", "rate", "mean"]
"""How a number comes about: counted, summed or a stock, a share of cases, an average."""

AREA = "area"
_NATURES: dict[str, Nature] = {
    "count": "count", "sum": "sum", "stock": "sum", "ratio": "rate", "average": "mean",
}  # fmt: skip


@dataclass(frozen=True)
class Element:
    """One part of a number.

    Attributes:
        key: area id or value.
        name: what it is called.
        now: in the period.
        before: in the window just before.
        history: in the windows of the same weekdays before, nearest first.
    """

    key: str
    name: str
    now: Pair
    before: Pair
    history: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Cut:
    """The parts of a number that together are the number.

    Attributes:
        id: ``area``, or the column.
        elements: all of them, in no order that means anything.
    """

    id: str
    elements: tuple[Element, ...]

    @property
    def total(self) -> Element:
        """The number itself, summed from its parts."""
        depth = min((len(one.history) for one in self.elements), default=0)
        return Element(
            "", "",
            _sum(one.now for one in self.elements),
            _sum(one.before for one in self.elements),
            tuple(_sum(one.history[k] for one in self.elements) for k in range(depth)),
        )  # fmt: skip


def _sum(pairs: Iterable[Pair]) -> Pair:
    listed = list(pairs)
    return math.fsum(above for above, _ in listed), math.fsum(below for _, below in listed)


def nature_of(indicator: Indicator) -> Nature | None:
    """Return how an indicator's change can be split; None where its parts do not make it up."""
    return None if indicator.is_formula else _NATURES.get(indicator.kind)


def has_line(nature: Nature) -> bool:
    """Tell whether a number is a quotient."""
    return nature in ("rate", "mean")


def pair(figure: Figure, nature: Nature) -> Pair:
    """Return a figure as sums above and below the line; nothing told is nothing."""
    if has_line(nature):
        return figure.numerator or 0.0, figure.denominator or 0.0
    return figure.value or 0.0, 0.0


def cut_of(name: str, children: Sequence[Child], nature: Nature, spoken: Sequence[bool]) -> Cut:
    """Return a cut from the children or the breakdown of an answer.

    Args:
        name: ``area`` or the column.
        children: asked with a history.
        nature: of the number.
        spoken: for every window of the history whether the whole has a number there; the others
            say nothing about any part.
    """
    elements = (
        Element(
            child.key,
            child.name,
            pair(child.figure, nature),
            pair(child.previous, nature),
            tuple(
                pair(one, nature)
                for one, is_told in zip(child.history, spoken, strict=True)
                if is_told
            ),
        )
        for child in children
    )
    return Cut(name, tuple(one for one in elements if _ever(one)))


def _ever(one: Element) -> bool:
    return any(sums != (0.0, 0.0) for sums in (one.now, one.before, *one.history))
