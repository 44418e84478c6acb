"""What has to be asked to explain a change, and the explanation of the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from metrics.answer import Answer, Child
from metrics.catalogue import Catalogue
from metrics.errors import BadQuestion
from metrics.insight.cells import Cell
from metrics.insight.cut import AREA, Cut, Element, Nature, cut_of, has_line, nature_of, pair
from metrics.insight.explanation import Explanation, explain
from metrics.question import Comparison, Question
from metrics.territory import Territory

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "case": ("category", "subcategory", "channel", "department", "urgency"),
    "event": ("category", "kind", "channel", "department"),
}
"""Columns of each fact that can be a reason; an outcome such as the satisfaction cannot."""
CROSSED = ("subcategory", "category")
"""Columns looked at within every area, the finest first."""
COMPARED: tuple[Comparison, ...] = ("prev", "yoy", "history")
_EXACT = 1e-9


class Asks(Protocol):
    """The part of the metrics service an explanation needs."""

    @property
    def territory(self) -> Territory:
        """The city's areas."""

    @property
    def catalogue(self) -> Catalogue:
        """The definitions."""

    def dimensions(self, indicator_id: str) -> tuple[str, ...]:
        """Return the columns an indicator may be broken down by."""

    def answer_many(self, questions: Sequence[Question]) -> tuple[Answer, ...]:
        """Return the answers in the order of the questions."""


def questions_why(question: Question, fact: str | None, columns: Sequence[str]) -> list[Question]:
    """Return what to ask beside a question so that its answer can be explained.

    Args:
        question: with a level where the number is to be cut by area; asked with ``COMPARED``.
        fact: of the indicator.
        columns: it may be broken down by.
    """
    wanted = [one for one in COLUMNS.get(fact or "", ()) if one in columns]
    crossed = next((one for one in CROSSED if one in wanted), "")
    plain = replace(question, compare=COMPARED, series=0)
    return [
        replace(plain, by=one, crossed=one == crossed and bool(question.level))
        if one == crossed
        else replace(plain, by=one, level="")
        for one in wanted
    ]


def explained(answers: Sequence[Answer]) -> Explanation | None:
    """Return why the number of the first answer moved; None where its change cannot be split.

    Args:
        answers: to a question asked with ``COMPARED``, and to those of ``questions_why``.
    """
    main = answers[0]
    nature = nature_of(main.indicator)
    if nature is None or main.figure.value is None or main.previous.value is None:
        return None
    spoken = [figure.value is not None for figure in main.history]
    whole = Element(
        main.area,
        main.area_name,
        pair(main.figure, nature),
        pair(main.previous, nature),
        tuple(pair(one, nature) for one, told in zip(main.history, spoken, strict=True) if told),
    )
    cuts = [cut_of(AREA, main.children, nature, spoken)]
    cuts += [cut_of(one.question.by, one.breakdown, nature, spoken) for one in answers[1:]]
    crossed = next((one for one in answers[1:] if one.question.crossed), None)
    return explain(
        nature,
        whole,
        [cut for cut in cuts if is_whole(cut, whole, nature)],
        cells=_cells(crossed, spoken) if crossed else (),
        crossed=crossed.question.by if crossed else "",
    )


def is_whole(cut: Cut, whole: Element, nature: Nature) -> bool:
    """Tell whether the parts of a cut make up the number, now and before."""
    total = cut.total
    pairs = ((total.now, whole.now), (total.before, whole.before))
    return all(
        abs(one - other) <= _EXACT * max(1.0, abs(other))
        for found, wanted in pairs
        for one, other in list(zip(found, wanted, strict=True))[: 2 if has_line(nature) else 1]
    )


def _cells(answer: Answer, spoken: Sequence[bool]) -> list[Cell]:
    return [
        Cell(area, value, _count(one), _history(one, spoken))
        for (area, value), one in answer.cells.items()
        if area
    ]


def _count(one: Child) -> float:
    return one.figure.value or 0.0


def _history(one: Child, spoken: Sequence[bool]) -> tuple[float, ...]:
    return tuple(
        figure.value or 0.0 for figure, told in zip(one.history, spoken, strict=True) if told
    )


def ask_why(asks: Asks, question: Question) -> tuple[Answer, Explanation | None]:
    """Return the answer to a question and why its number moved.

    Without a level the number is cut by the areas of the next level, where it is counted there.

    Raises:
        BadQuestion: it cannot be answered.
    """
    main = replace(question, compare=COMPARED)
    below = asks.territory.next_level(asks.territory.area(question.area))
    deeper = [replace(main, level=below.id)] if below and not main.level else []
    for one in (*deeper, main):
        fact = asks.catalogue.get(one.indicator).fact
        parts = questions_why(one, fact, asks.dimensions(one.indicator))
        for asked in ([one, *parts], [one]):  # a register's stock has no rows to break down
            try:
                answers = asks.answer_many(asked)
            except BadQuestion:
                continue
            return answers[0], explained(answers)
    answer = asks.answer_many([main])[0]
    return answer, None
