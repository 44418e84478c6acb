"""What the further kinds of panels have in common: they turn answers into their own payload."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

from layouts.format import unit_text, value_text
from layouts.states import state_note, state_of
from layouts.wall.cards import Payload, Setting, links, name_of, shown_light
from layouts.wall.panel import Card, PanelBase
from metrics.answer import Answer

Answers = Mapping[str, Answer]


class DrawnPanel(PanelBase):
    """A kind of panel whose painter is found under its name in ``window.wallPanels``."""

    @abstractmethod
    def payload(self, answers: Answers, setting: Setting) -> Payload:
        """Return what the painter draws; empty where there is nothing to draw."""

    def first_answer(self, answers: Answers) -> Answer | None:
        """Return an answer that stands for the panel: its period, or why it is empty."""
        own = (key for key in answers if key == self.id or key.startswith(f"{self.id}-"))
        return next((answers[key] for key in own), None)


def figure_payload(card: Card, answer: Answer | None, setting: Setting) -> Payload:
    """Return one number without its history.

    Returns:
        ``n`` name, ``u`` unit, ``v`` value, ``l`` light, ``t`` state, ``o`` note on the state,
        ``h`` and ``w`` links as a card has them.
    """
    label = card.label_en if setting.lang == "en" else card.label
    note = state_note(answer, setting.now, setting.lang)
    if answer is None:
        return {"n": label or card.indicator, "u": "", "v": "—", "l": "none", "t": "failed",
                "o": note, "h": "", "w": ""}  # fmt: skip
    indicator = answer.indicator
    return {
        "n": label or name_of(indicator, setting.lang),
        "u": unit_text(indicator, setting.lang),
        "v": value_text(answer.figure.value, indicator, setting.lang),
        "l": shown_light(answer, setting.today),
        "t": state_of(answer),
        "o": note,
        **links(indicator.id, answer, setting),
    }
