"""Targets and lights: the small grammar in which a rule is written, and the light it gives.

A rule is ``<x``, ``<=x``, ``>x``, ``>=x`` on the unrounded value in its unit; ``b4w>+20%`` on the
deviation from the mean of the same weekdays of the last four weeks; ``yoy>+10%`` on the change to
the year before; ``a|b`` when either is enough; ``none``. Red is looked at before amber.

A deviation of a count must also be larger than chance: five cases instead of three are +67 % and
mean nothing. So it needs two standard deviations of a Poisson count beside the percentage.
"""

from __future__ import annotations

import functools
import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from metrics.indicator import Direction, Indicator, Light

Basis = Literal["value", "b4w", "yoy"]
CHANCE = 2.0
"""Standard deviations a count must be away from its baseline before a light speaks of it."""

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FORM = re.compile(r"(b4w|yoy)?(<=|>=|<|>)([+-]?\d+(?:\.\d+)?)(%?)")


@dataclass(frozen=True)
class Condition:
    """One comparison: what is looked at, how, and with which bound (in unit, or in per cent)."""

    basis: Basis
    sign: str
    bound: float

    def holds(self, value: float | None) -> bool:
        """Tell whether a value meets the condition; an unknown value meets none."""
        return value is not None and _OPERATORS[self.sign](value, self.bound)


@functools.cache
def parse_rule(text: str) -> tuple[Condition, ...]:
    """Return the alternatives of a rule; none for ``none``.

    Raises:
        ValueError: the text is not of the grammar.

    Example:
        >>> parse_rule("<97|b4w>+20%")[1]
        Condition(basis='b4w', sign='>', bound=20.0)
    """
    if text.strip() in ("none", ""):
        return ()
    found = []
    for part in text.split("|"):
        match = _FORM.fullmatch(part.strip())
        if match is None or bool(match[1]) != bool(match[4]):
            raise ValueError(
                f"rule '{part.strip()}' is not <x, <=x, >x, >=x, b4w>+x%, yoy>+x% or none"
            )
        basis: Basis = "value" if not match[1] else "b4w" if match[1] == "b4w" else "yoy"
        found.append(Condition(basis, match[2], float(match[3])))
    return tuple(found)


def needs_baseline(indicator: Indicator) -> bool:
    """Tell whether a light of the indicator looks at the last four weeks."""
    rules = (*parse_rule(indicator.amber), *parse_rule(indicator.red))
    return any(rule.basis == "b4w" for rule in rules)


def light(
    indicator: Indicator,
    value: float | None,
    *,
    baseline: float | None = None,
    year_ago: float | None = None,
) -> Light:
    """Return the light of an unrounded value; ``none`` where no rule is written or no data is.

    Args:
        indicator: whose rules apply.
        value: in the indicator's unit.
        baseline: mean of the same weekdays of the last four weeks.
        year_ago: value of the year before.
    """
    red, amber = parse_rule(indicator.red), parse_rule(indicator.amber)
    if value is None or not (red or amber):
        return "none"
    seen: dict[Basis, float | None] = {
        "value": value,
        "b4w": _deviation(indicator, value, baseline),
        "yoy": _deviation(indicator, value, year_ago),
    }
    if any(rule.holds(seen[rule.basis]) for rule in red):
        return "red"
    if any(rule.holds(seen[rule.basis]) for rule in amber):
        return "amber"
    return "green"


def _deviation(indicator: Indicator, value: float, base: float | None) -> float | None:
    if not base:
        return None
    is_count = indicator.kind == "count" or indicator.is_flow_stock
    if is_count and abs(value - base) < CHANCE * math.sqrt(base):
        return 0.0
    return (value - base) / abs(base) * 100


def against_direction(indicator: Indicator) -> str:
    """Return why the thresholds contradict the direction, or an empty string."""
    worse = {"up": "<", "down": ">"}.get(indicator.direction)
    if worse is None:
        return ""
    for name, text in (("amber", indicator.amber), ("red", indicator.red)):
        for rule in parse_rule(text):
            if rule.basis == "value" and not rule.sign.startswith(worse):
                return f"{name} '{text}' warns of the good side: direction is {indicator.direction}"
    values = {
        name: [rule.bound for rule in parse_rule(text) if rule.basis == "value"]
        for name, text in (("amber", indicator.amber), ("red", indicator.red))
    }
    if values["amber"] and values["red"] and _is_milder(indicator.direction, values):
        return f"red '{indicator.red}' is reached before amber '{indicator.amber}'"
    return ""


def _is_milder(direction: Direction, bounds: dict[str, list[float]]) -> bool:
    if direction == "up":
        return max(bounds["red"]) > max(bounds["amber"])
    return min(bounds["red"]) < min(bounds["amber"])
