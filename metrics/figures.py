"""From fetched sums to figures: the one place where a value is made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from metrics.answer import Figure
from metrics.catalogue import Catalogue
from metrics.formula import evaluate
from metrics.indicator import SMALL_DENOMINATOR, Indicator
from metrics.measures import SCALE, bin_value

Row = Mapping[str, Any]
Lookup = Callable[[str], Figure]


@dataclass(frozen=True)
class Sums:
    """What one statement fetched for one indicator and key in one window.

    Attributes:
        num: sum above the line.
        den: sum below it.
        count: different items.
        often: how many items were found at least so many times.
        ranked: item at a share of all.
        lowest: item.
        highest: item.
    """

    num: float
    den: float = 0.0
    count: int = 0
    often: Mapping[int, int] = field(default_factory=dict)
    ranked: Mapping[float, int] = field(default_factory=dict)
    lowest: int = 0
    highest: int = 0


def read_sums(row: Row) -> Sums:
    """Return the sums in a row of the statement."""
    return Sums(
        row["n"], row.get("d", 0.0), row.get("c", 0), dict(row.get("o", ())),
        dict(row.get("q", ())), row.get("lo", 0), row.get("hi", 0),
    )  # fmt: skip


def figure(indicator: Indicator, sums: Sums | None, *, is_covered: bool) -> Figure:
    """Return the figure of an indicator with a fact.

    Args:
        indicator: its definition.
        sums: None when no row at all was found.
        is_covered: whether a feed spoke in the window, so that nothing found means zero.
    """
    if sums is None:
        sums = Sums(0.0)
        if indicator.kind == "stock" and not indicator.is_flow_stock:
            return Figure()
    empty = None if not is_covered else 0.0
    match indicator.kind:
        case "count" | "sum":
            return _plain(sums.num if sums.num or is_covered else empty)
        case "ratio" | "average":
            if sums.den <= 0:
                return Figure(None, sums.num if is_covered else None, empty)
            return Figure(sums.num / sums.den * indicator.factor, sums.num, sums.den)
        case "distinct":
            often = indicator.at_least
            count = sums.count if often == 1 else sums.often.get(often, 0)
            return _plain(float(count) if count or is_covered else empty)
        case "quantile" if sums.num > 0:
            return Figure(bin_value(sums.ranked[indicator.quantile]), sums.num)
        case "extreme" if sums.num > 0:
            item = sums.highest if indicator.roll_up == "max" else sums.lowest
            return Figure(item / SCALE)
        case "quantile" | "extreme":
            return Figure()
        case _:
            return _plain(sums.num if sums.num or is_covered else empty)


def _plain(value: float | None) -> Figure:
    return Figure(value, value, None)


def resolve(indicator: Indicator, catalogue: Catalogue, lookup: Lookup) -> Figure:
    """Return the figure of any indicator; a formula is computed from its parts at this place.

    Args:
        indicator: its definition.
        catalogue: where the parts are.
        lookup: figure of an indicator with a fact, for this place and window.
    """
    if not indicator.is_formula:
        return lookup(indicator.id)
    parts = {
        letter: resolve(catalogue.get(part), catalogue, lookup)
        for letter, part in indicator.parts.items()
    }
    value = evaluate(indicator.formula, {letter: one.value for letter, one in parts.items()})
    if len(parts) == 2 and indicator.kind == "index" and "/" in indicator.formula:
        above, below = (parts[letter].value for letter in sorted(parts))
        return Figure(value, above, below)
    return Figure(value)


def change(indicator: Indicator, now: float | None, before: float | None) -> float | None:
    """Return the change: points for % indicators, otherwise relative to the size before."""
    if now is None or before is None:
        return None
    if indicator.unit == "%":
        return now - before
    return (now - before) / abs(before) if before else None


def mean(found: Iterable[Figure]) -> float | None:
    """Return the mean of the values that are there; None where none is."""
    values = [one.value for one in found if one.value is not None]
    return sum(values) / len(values) if values else None


def is_small(indicator: Indicator, one: Figure) -> bool:
    """Tell whether the denominator is too small for a light."""
    return (
        indicator.has_denominator
        and one.denominator is not None
        and one.denominator < SMALL_DENOMINATOR
    )


def carried_forward(
    found: Mapping[dt.date, float], start: dt.date, end: dt.date, *, adds_up: bool
) -> dict[dt.date, float]:
    """Return a stock for every day of a window from its changes or its deliveries.

    Args:
        found: change or delivered stock by day; changes before the window sit on the day before.
        start: first day wanted.
        end: last day wanted.
        adds_up: changes that add up, rather than deliveries that replace each other; a delivery
            of nothing leaves no stock to tell.
    """
    earlier = [day for day in sorted(found) if day < start]
    level: float | None = None
    if earlier:
        level = sum(found[day] for day in earlier) if adds_up else found[earlier[-1]] or None
    filled: dict[dt.date, float] = {}
    for offset in range((end - start).days + 1):
        day = start + dt.timedelta(days=offset)
        if day in found:
            level = (level or 0.0) + found[day] if adds_up else found[day] or None
        if level is not None:
            filled[day] = level
    return filled
