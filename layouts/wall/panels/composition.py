"""What a number is made of: the values of one dimension as a ring and a list with their shares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from layouts.format import percent, unit_text, value_text
from layouts.texts import t
from layouts.wall.cards import Payload, Setting, links
from layouts.wall.panel import Ask, Common
from layouts.wall.panels.drawn import Answers, DrawnPanel
from metrics.answer import Child

RING = 1000


class CompositionPanel(DrawnPanel):
    """A count by channel, category or another dimension; the small ones together at the end."""

    kind: Literal["composition"]
    indicator: str
    by: str = Field(description="dimension of the fact: channel, category, subcategory …")
    period: str = ""
    most: int = Field(default=6, ge=2, le=8, description="rows, the one of all others included")
    names: dict[str, str] = Field(default_factory=dict, description="value -> name on the screen")

    def asks(self, common: Common) -> Iterator[Ask]:
        """Yield one question, broken down by the dimension."""
        period = self.period or common.period
        yield Ask(self.id, self.indicator, common.area, "", period, 0, (), self.by)

    def payload(self, answers: Answers, setting: Setting) -> Payload:
        """Return the ring.

        Returns:
            ``s`` rows of name, value text, share text and share in thousandths, largest first;
            ``v`` and ``u`` the whole; ``h`` where a click leads.
        """
        answer = answers.get(self.id)
        values = [child for child in answer.breakdown if child.figure.value] if answer else []
        whole = sum(child.figure.value or 0.0 for child in values)
        if answer is None or whole <= 0:
            return {}
        rows = [(self._name(child), child.figure.value or 0.0) for child in values]
        rows.sort(key=lambda row: -row[1])
        if len(rows) > self.most:
            rest = sum(value for _, value in rows[self.most - 1 :])
            rows = [*rows[: self.most - 1], (t("wall.others", setting.lang), rest)]
        return {
            "s": [
                [
                    name,
                    value_text(value, answer.indicator, setting.lang),
                    percent(value / whole, 0),
                    round(value / whole * RING),
                ]
                for name, value in rows
            ],
            "v": value_text(whole, answer.indicator, setting.lang),
            "u": unit_text(answer.indicator, setting.lang),
            "h": links(answer.indicator.id, answer, setting)["h"],
        }

    def _name(self, child: Child) -> str:
        return self.names.get(child.key, child.name)
