"""Numbers against their bands: where the value lies between red, amber and good."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from layouts.format import number
from layouts.texts import t
from layouts.wall.cards import Payload, Setting
from layouts.wall.panel import Ask, Card, Common, card_ask, card_key
from layouts.wall.panels.drawn import Answers, DrawnPanel, figure_payload
from metrics.answer import Answer
from metrics.indicator import Indicator
from metrics.threshold import parse_rule

ROOM = 0.6
"""How far the scale goes beyond the red line, in distances between the red line and the goal."""


class GaugePanel(DrawnPanel):
    """Rates and durations with fixed lights, each on its own scale."""

    kind: Literal["gauge"]
    cards: tuple[Card, ...] = Field(min_length=1, max_length=6)

    def asks(self, common: Common) -> Iterator[Ask]:
        """Yield one question a gauge."""
        for card in self.cards:
            yield card_ask(self.id, card, common)

    def payload(self, answers: Answers, setting: Setting) -> Payload:
        """Return the gauges.

        Returns:
            ``g`` numbers as ``figure_payload`` has them, each with ``b`` the bands as pairs of end
            (0 to 1000) and tone, ``x`` the value's place or None, ``a`` the goal in words and
            ``ax`` its place or None.
        """
        drawn = []
        for card in self.cards:
            answer = answers.get(card_key(self.id, card))
            drawn.append(figure_payload(card, answer, setting) | _scale(answer, setting))
        return {"g": drawn}


def lines_of(indicator: Indicator) -> tuple[float, float] | None:
    """Return the red and the amber line of an indicator with one fixed bound each, else None."""
    red, amber = parse_rule(indicator.red), parse_rule(indicator.amber)
    if len(red) != 1 or len(amber) != 1 or {red[0].basis, amber[0].basis} != {"value"}:
        return None
    rises = red[0].sign.startswith("<")
    if rises != amber[0].sign.startswith("<") or (red[0].bound <= amber[0].bound) != rises:
        return None
    return red[0].bound, amber[0].bound


def _goal(indicator: Indicator) -> float | None:
    rule = parse_rule(indicator.target)
    return rule[0].bound if len(rule) == 1 and rule[0].basis == "value" else None


def _scale(answer: Answer | None, setting: Setting) -> Payload:
    lines = lines_of(answer.indicator) if answer else None
    if answer is None or lines is None:
        return {"b": [], "x": None, "a": "", "ax": None}
    indicator, (red, amber) = answer.indicator, lines
    goal, value = _goal(indicator), answer.figure.value
    far = [amber, *(one for one in (goal, value) if one is not None)]
    rises = red <= amber
    if rises:
        high = 100.0 if indicator.unit == "%" and max(far) <= 100 else max(far) * 1.02
        low = max(0.0, min([red - (high - red) * ROOM, *far]))
    else:
        low, high = 0.0, max([red + red * ROOM, *far])

    def place(one: float | None) -> int | None:
        if one is None:
            return None
        return min(1000, max(0, round((one - low) / ((high - low) or 1.0) * 1000)))

    first, second = sorted((red, amber))
    tones = ("red", "amber", "good") if rises else ("good", "amber", "red")
    ends = (place(first), place(second), 1000)
    return {
        "b": [[end, tone] for end, tone in zip(ends, tones, strict=True)],
        "x": place(value),
        "a": "" if goal is None else _goal_words(indicator, goal, setting),
        "ax": place(goal),
    }


def _goal_words(indicator: Indicator, goal: float, setting: Setting) -> str:
    sign = "≥" if indicator.target.strip().startswith(">") else "≤"
    decimals = 0 if goal == int(goal) else 2
    text = f"{sign}{number(goal, decimals, setting.lang)}"
    return t("wall.goal", setting.lang).format(goal=text)
