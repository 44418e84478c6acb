"""The clocks of a response: within how long, how many kept it, and how long it took."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from layouts.format import duration_text, value_with_unit
from layouts.texts import t
from layouts.wall.cards import Payload, Setting
from layouts.wall.panel import Ask, Card, Common, Written
from layouts.wall.panels.drawn import Answers, DrawnPanel, figure_payload
from metrics.answer import Answer


class Clock(Written):
    """One promise: so many seconds, the rate that keeps it, and the time it takes."""

    label: str
    label_en: str = ""
    seconds: int = Field(ge=1, description="the time that was promised")
    rate: str = Field(description="indicator: share that kept it, in %")
    time: str = Field(default="", description="indicator: how long it took")


class ClocksPanel(DrawnPanel):
    """Up to four dials beside each other, each filled by the share that came in time."""

    kind: Literal["clocks"]
    period: str = ""
    clocks: tuple[Clock, ...] = Field(min_length=1, max_length=4)

    def asks(self, common: Common) -> Iterator[Ask]:
        """Yield a question for every rate and every time."""
        period = self.period or common.period
        for name in self._indicators():
            yield Ask(f"{self.id}-{name}", name, common.area, "", period, 0)

    def _indicators(self) -> list[str]:
        named = (name for clock in self.clocks for name in (clock.rate, clock.time) if name)
        return list(dict.fromkeys(named))

    def payload(self, answers: Answers, setting: Setting) -> Payload:
        """Return the dials.

        Returns:
            ``ck`` numbers as ``figure_payload`` has them, each with ``s`` the promised time in
            words, ``r`` the share from 0 to 1000 or None, and ``m`` the time it took in words.
        """
        drawn = []
        for clock in self.clocks:
            rate = answers.get(f"{self.id}-{clock.rate}")
            time = answers.get(f"{self.id}-{clock.time}") if clock.time else None
            card = Card(indicator=clock.rate, label=clock.label, label_en=clock.label_en)
            value = rate.figure.value if rate else None
            drawn.append(
                figure_payload(card, rate, setting)
                | {
                    "s": duration_text(clock.seconds, setting.lang),
                    "r": None if value is None else min(1000, max(0, round(value * 10))),
                    "m": _took(time, setting),
                }
            )
        return {"ck": drawn}


def _took(answer: Answer | None, setting: Setting) -> str:
    if answer is None or answer.figure.value is None:
        return ""
    text = value_with_unit(answer.figure.value, answer.indicator, setting.lang)
    if answer.indicator.kind != "quantile":
        return text
    share = round(answer.indicator.quantile * 100)
    return t("wall.took", setting.lang).format(q=share, value=text)
