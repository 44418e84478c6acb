"""A league table: areas or departments, several numbers each, in the order of the first."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from layouts.format import unit_text, value_text
from layouts.wall.cards import Payload, Setting, links, name_of
from layouts.wall.charts import descends, is_unassigned
from layouts.wall.panel import Ask, Card, Common, Order, card_key
from layouts.wall.panels.drawn import Answers, DrawnPanel
from metrics.answer import Answer, Child


class LeaguePanel(DrawnPanel):
    """The areas below, or the values of a dimension, by up to four numbers."""

    kind: Literal["league"]
    columns: tuple[Card, ...] = Field(min_length=2, max_length=4)
    level: str = "children"
    by: str = Field(default="", description="dimension instead of areas: department")
    period: str = ""
    order: Order = "best"
    limit: int = Field(default=40, ge=3, le=200)
    least: int = Field(default=0, ge=0, description="denominator below which a row is left out")

    def asks(self, common: Common) -> Iterator[Ask]:
        """Yield one question a column, with the areas below or broken down."""
        level = "" if self.by else self.level
        for card in self.columns:
            period = card.period or self.period or common.period
            key = card_key(self.id, card)
            yield Ask(key, card.indicator, common.area, level, period, 0, (), self.by)

    def payload(self, answers: Answers, setting: Setting) -> Payload:
        """Return the table.

        Returns:
            ``c`` headings of name and unit; ``lr`` rows of name, cells (text, light, whether
            small) and link, the first column's order deciding.
        """
        asked = [answers.get(card_key(self.id, card)) for card in self.columns]
        first = asked[0]
        if first is None:
            return {}
        ranked = [child for child in self._rows(first) if self._counts(child)]
        ranked.sort(
            key=lambda child: child.figure.value or 0.0, reverse=descends(self.order, first)
        )
        known = [{row.key: row for row in self._rows(answer)} for answer in asked if answer]
        if not ranked or len(known) < len(asked):
            return {}
        columns = [answer for answer in asked if answer]
        return {
            "c": [
                self._heading(card, answer, setting)
                for card, answer in zip(self.columns, columns, strict=True)
            ],
            "lr": [
                [
                    child.name,
                    [
                        _cell(rows.get(child.key), answer, setting)
                        for rows, answer in zip(known, columns, strict=True)
                    ],
                    self._link(child, first, setting),
                ]
                for child in ranked[: self.limit]
            ],
        }

    def _rows(self, answer: Answer) -> tuple[Child, ...]:
        if self.by:
            return tuple(child for child in answer.breakdown if child.key)
        return tuple(child for child in answer.children if not is_unassigned(child))

    def _counts(self, child: Child) -> bool:
        figure = child.figure
        base = math.inf if figure.denominator is None else figure.denominator
        return figure.value is not None and base >= self.least

    def _heading(self, card: Card, answer: Answer, setting: Setting) -> list[str]:
        label = card.label_en if setting.lang == "en" else card.label
        unit = unit_text(answer.indicator, setting.lang)
        return [label or name_of(answer.indicator, setting.lang), unit]

    def _link(self, child: Child, answer: Answer, setting: Setting) -> str:
        area = setting.area if self.by else child.key
        here = Setting(setting.now, area, setting.lang)
        return str(links(answer.indicator.id, answer, here)["h"])


def _value(child: Child) -> float:
    return child.figure.value or 0.0


def _cell(child: Child | None, answer: Answer, setting: Setting) -> list[object]:
    value = child.figure.value if child else None
    light = child.light if child else "none"
    text = value_text(value, answer.indicator, setting.lang)
    return [text, light, int(bool(child and child.is_small))]
