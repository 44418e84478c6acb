"""What stands out in one area and drowns in the numbers of the city: one class of cases there."""

from __future__ import annotations

from statistics import fmean

from metrics.answer import Answer
from metrics.briefing.content import Fact
from metrics.briefing.draft import LEAST_HISTORY, Draft
from metrics.briefing.evidence import amount, listed, words
from metrics.insight.cells import Cell, Surge, surges

MOST = 4


def local_surge(draft: Draft, section: str, indicator: str, score: float) -> Fact | None:
    """Return the sentence on the classes that surge in single areas, or None."""
    answer = draft.answers.crossed.get(indicator)
    if answer is None or not draft.answers.is_whole:
        return None
    found = _found(answer)[:MOST]
    if not found:
        return None
    areas = draft.answers.territory.areas
    items = []
    for one in found:
        name = areas[one.area].name if one.area in areas else one.area
        piece = draft.book.cell(answer, one.area, name, answer.cells[one.area, one.value])
        items.append((words(name), words(one.value), "（", amount(piece), "）"))
    tail = ("，明显高于近", draft.history, f"{draft.answers.edition.span}水平。")
    parts = (words(answer.indicator.name), "局部突增：", *listed(items), *tail)
    return Fact(id=f"{section}.surge.{indicator}", section=section, parts=parts, score=score)


def _found(answer: Answer) -> tuple[Surge, ...]:
    spoken = [figure.value is not None for figure in answer.history]
    whole = [figure.value for figure in answer.history if figure.value is not None]
    if len(whole) < LEAST_HISTORY or not fmean(whole):
        return ()
    cells = [
        Cell(
            area,
            value,
            one.figure.value or 0.0,
            tuple(f.value or 0.0 for f, told in zip(one.history, spoken, strict=True) if told),
        )
        for (area, value), one in answer.cells.items()
        if area
    ]
    return surges(cells, (answer.figure.value or 0.0) / fmean(whole))
