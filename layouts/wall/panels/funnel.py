"""The life of a case: how many of the same cases have come as far as each stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from layouts.format import percent, unit_text, value_text
from layouts.texts import t
from layouts.wall.cards import Payload, Setting, links
from layouts.wall.panel import Ask, Common, Written
from layouts.wall.panels.drawn import Answers, DrawnPanel
from metrics.answer import Answer

STATUS = "status"


class Stage(Written):
    """One step, and the values by which a case that stands there is known.

    A stage by status holds the cases now standing in it and those that stand in a later one. A
    stage by another dimension (a visit by its satisfaction) holds the cases with these values,
    or with any where none is named.
    """

    label: str
    label_en: str = ""
    by: str = STATUS
    values: tuple[str, ...] = ()


class FunnelPanel(DrawnPanel):
    """Cases of one period by the stage they have reached, as their source tells it."""

    kind: Literal["funnel"]
    indicator: str
    period: str = ""
    stages: tuple[Stage, ...] = Field(min_length=3, max_length=7)

    def asks(self, common: Common) -> Iterator[Ask]:
        """Yield one question for every dimension by which a stage is known."""
        period = self.period or common.period
        for by in dict.fromkeys(stage.by for stage in self.stages):
            key = f"{self.id}-{by}"
            yield Ask(key, self.indicator, common.area, "", period, 0, (), by)

    def payload(self, answers: Answers, setting: Setting) -> Payload:
        """Return the stages.

        Returns:
            ``f`` rows of name, value text, share of the first stage in per mille and as text, and
            how many stand there now; ``x`` the cases whose status no stage names, in words.
        """
        answer = answers.get(f"{self.id}-{STATUS}")
        whole = answer.figure.value if answer else None
        if answer is None or not whole:
            return {}
        standing = [self._count(answers, stage) for stage in self.stages]
        reached = self._reached(standing, whole)
        unnamed = whole - sum(
            count for stage, count in zip(self.stages, standing, strict=True) if stage.by == STATUS
        )
        rows = []
        for stage, count, here in zip(self.stages, reached, standing, strict=True):
            is_last = stage is self._last_by_status() or stage.by != STATUS
            waits = "" if is_last or not here else self._waiting(here, answer, setting)
            name = (stage.label_en or stage.label) if setting.lang == "en" else stage.label
            text = value_text(count, answer.indicator, setting.lang)
            rows.append([name, text, round(count / whole * 1000), percent(count / whole), waits])
        return {
            "f": rows,
            "u": unit_text(answer.indicator, setting.lang),
            "x": t("wall.stage_unnamed", setting.lang).format(n=round(unnamed)) if unnamed else "",
            "h": links(answer.indicator.id, answer, setting)["h"],
        }

    def _last_by_status(self) -> Stage:
        return [stage for stage in self.stages if stage.by == STATUS][-1]

    def _count(self, answers: Answers, stage: Stage) -> float:
        answer = answers.get(f"{self.id}-{stage.by}")
        return sum(
            child.figure.value or 0.0
            for child in (answer.breakdown if answer else ())
            if (child.key in stage.values if stage.values else bool(child.key))
        )

    def _reached(self, standing: list[float], whole: float) -> list[float]:
        counts = []
        for place, stage in enumerate(self.stages):
            later = [
                count
                for count, other in zip(standing[place:], self.stages[place:], strict=True)
                if other.by == STATUS
            ]
            counts.append(sum(later) if stage.by == STATUS else standing[place])
        return [whole, *counts[1:]]

    def _waiting(self, here: float, answer: Answer, setting: Setting) -> str:
        text = value_text(here, answer.indicator, setting.lang)
        return t("wall.stage_waiting", setting.lang).format(n=text)
