"""What stands out in one area and drowns in the numbers of the city: one class of cases there.

Each source is looked at alone, and all of them together: a kitchen that smokes is a few calls and
a few reports, and neither alone is more than chance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean

from metrics.answer import Answer
from metrics.briefing.content import Fact, Part
from metrics.briefing.draft import LEAST_HISTORY, Draft
from metrics.briefing.evidence import amount, listed, words
from metrics.briefing.inquiry import Answers
from metrics.insight.cells import Cell, Surge, surges_among

MOST = 4
FALSE_SHARE = 0.03
"""Half of what a screen lets through: a page that is signed cannot be asked again."""
TOGETHER = "together"

Key = tuple[str, str]


def local_surges(answers: Answers) -> Mapping[str, Sequence[Surge]]:
    """Return the classes that surge in single areas, by indicator; ``TOGETHER`` those of the sum.

    What an indicator names by itself is left out of the sum's.
    """
    judged = {key: one for key, one in answers.crossed.items() if _whole(one)}
    if not answers.is_whole or not judged:
        return {}
    families = {key: (_cells(one), _growth(one)) for key, one in judged.items()}
    if len(families) > 1:
        families[TOGETHER] = (_summed(list(judged.values())), 1.0)
    found = dict(zip(families, surges_among(list(families.values()), FALSE_SHARE), strict=True))
    alone = {(one.area, one.value) for key in judged for one in found[key]}
    together = [one for one in found.get(TOGETHER, ()) if (one.area, one.value) not in alone]
    return {**found, TOGETHER: together}


def local_surge(draft: Draft, section: str, indicator: str, score: float) -> Fact | None:
    """Return the sentence on the classes that surge in single areas, or None."""
    found = draft.surges.get(indicator, ())[:MOST]
    if not found:
        return None
    answer = draft.answers.crossed[indicator]
    items = [(*_name(draft, one), "（", _amount(draft, answer, one), "）") for one in found]
    tail = ("，明显高于近", draft.history, f"{draft.answers.edition.span}水平。")
    parts = (words(answer.indicator.name), "局部突增：", *listed(items), *tail)
    return Fact(id=f"{section}.surge.{indicator}", section=section, parts=parts, score=score)


def joint_surge(draft: Draft, section: str, score: float) -> Fact | None:
    """Return the sentence on what surges only when all sources are taken together, or None."""
    found = draft.surges.get(TOGETHER, ())[:MOST]
    if not found:
        return None
    items: list[tuple[Part, ...]] = []
    for one in found:
        sources = [
            (words(answer.indicator.name), _amount(draft, answer, one))
            for answer in draft.answers.crossed.values()
            if (one.area, one.value) in answer.cells
        ]
        items.append((*_name(draft, one), "（", *listed(sources), "）"))
    tail = ("，合计明显高于近", draft.history, f"{draft.answers.edition.span}水平。")
    parts = ("多个来源合计，局部突增：", *listed(items), *tail)
    return Fact(id=f"{section}.surge.{TOGETHER}", section=section, parts=parts, score=score)


def _area(draft: Draft, one: Surge) -> str:
    area = draft.answers.territory.areas.get(one.area)
    return area.name if area else one.area


def _name(draft: Draft, one: Surge) -> tuple[Part, ...]:
    return words(_area(draft, one)), words(one.value)


def _amount(draft: Draft, answer: Answer, one: Surge) -> Part:
    child = answer.cells[one.area, one.value]
    return amount(draft.book.cell(answer, one.area, _area(draft, one), child))


def _spoken(answer: Answer) -> list[float]:
    return [figure.value for figure in answer.history if figure.value is not None]


def _whole(answer: Answer) -> bool:
    """Tell whether enough is known of an indicator's weeks to say what is usual."""
    spoken = _spoken(answer)
    return len(spoken) >= LEAST_HISTORY and fmean(spoken) > 0


def _growth(answer: Answer) -> float:
    return (answer.figure.value or 0.0) / fmean(_spoken(answer))


def _cells(answer: Answer) -> list[Cell]:
    told = [place for place, figure in enumerate(answer.history) if figure.value is not None]
    return [Cell(*key, now, history) for key, now, history in _counts(answer, told)]


def _summed(answers: Sequence[Answer]) -> list[Cell]:
    """Return the cells of all answers added up, over the weeks in which all have spoken."""
    told = [
        place
        for place, figures in enumerate(zip(*(one.history for one in answers), strict=True))
        if all(figure.value is not None for figure in figures)
    ]
    now: dict[Key, float] = defaultdict(float)
    past: dict[Key, list[float]] = defaultdict(lambda: [0.0] * len(told))
    for answer in answers:
        growth = _growth(answer)
        for key, count, history in _counts(answer, told):
            now[key] += count
            past[key] = [sum_ + k * growth for sum_, k in zip(past[key], history, strict=True)]
    return [Cell(*key, count, tuple(past[key])) for key, count in now.items()]


def _counts(answer: Answer, told: Sequence[int]) -> list[tuple[Key, float, tuple[float, ...]]]:
    return [
        (key, one.figure.value or 0.0, tuple(one.history[place].value or 0.0 for place in told))
        for key, one in answer.cells.items()
        if key[0]
    ]
