"""Section two: citizens' appeals, what moved them, and where they are handled late."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from metrics.answer import Answer, Child
from metrics.briefing.cells import joint_surge, local_surge
from metrics.briefing.content import Evidence, Fact, Part, Section, Slot
from metrics.briefing.draft import LEAST_HISTORY, RARE, Draft, enumeration, gaps, level_test
from metrics.briefing.evidence import amount, difference, listed, push, words
from metrics.briefing.inquiry import ACCEPTED
from metrics.briefing.pictures import calendar, category_chart, trend_chart
from metrics.briefing.rates import laggards, rate_change, target_breaches
from metrics.insight.movers import Mover, contributions, main_movers, outstanding
from metrics.insight.significance import (
    HISTORY_WEEKS,
    TOTAL_GATE,
    dispersion,
    level_z,
    many_gate,
)  # fmt: skip

ID = "appeals"
FLOW = ("appeals_closed", "appeals_open", "appeal_handle_hours_p50", "appeal_handle_hours_p90")
QUALITY = ("hotline_accepted", "hotline_connect_rate", "appeal_repeat_rate", "appeal_return_rate")


def appeals(draft: Draft) -> Section:
    """Return the section on appeals."""
    facts: list[Fact | None] = [
        enumeration(draft, f"{ID}.flow", ID, FLOW, 100),
        enumeration(draft, f"{ID}.quality", ID, QUALITY, 95),
        gaps(draft, ID, (*FLOW, *QUALITY)),
    ]
    if draft.answers.is_whole:
        facts += [
            _moved(draft, _by_category(draft)),
            _moved(draft, _by_area(draft)),
            rate_change(draft, ID),
            target_breaches(draft, ID),
            laggards(draft, ID),
            local_surge(draft, ID, ACCEPTED, 62),
            joint_surge(draft, ID, 61),
        ]
    charts = (trend_chart(draft), category_chart(draft))
    return Section(
        id=ID,
        title="二、群众诉求",
        sentences=tuple(fact for fact in facts if fact is not None),
        charts=tuple(chart for chart in charts if chart is not None),
        pictures=tuple(picture for picture in (calendar(draft),) if picture is not None),
    )


@dataclass(frozen=True)
class _Split:
    """Accepted appeals cut one way, with the same cut of the periods before, nearest first.

    Attributes:
        before: what makes a period's counts comparable, and its cut.
        history: how many periods are looked at for what is usual.
        span: after a number of periods looked back.
    """

    id: str
    label: Slot
    children: Mapping[str, Child]
    before: Sequence[tuple[float, Mapping[str, Child]]]
    prove: Callable[[Child], Evidence]
    score: float
    history: Slot
    span: str


def _by_category(draft: Draft) -> _Split:
    answer = draft.answers.categories.get(ACCEPTED)
    children = {child.key: child for child in answer.breakdown} if answer else {}
    before = [(scale, {c.key: c for c in one.breakdown}) for scale, one in _history(draft)]
    return _Split("category", words("类别"), children, before,
        lambda child: draft.category(ACCEPTED, child), 60, draft.history,
        draft.answers.edition.span)  # fmt: skip


def _by_area(draft: Draft) -> _Split:
    """Return the cut by area; what no area holds is an element too, or the parts do not add up."""
    answer = draft.answers.areas.get(ACCEPTED)
    children = {child.key: child for child in answer.children} if answer else {}
    before = [(scale, {c.key: c for c in one.children}) for scale, one in _history(draft)]
    return _Split("area", draft.level, children, before,
        lambda child: draft.area(ACCEPTED, child), 55, draft.history,
        draft.answers.edition.span)  # fmt: skip


def _history(draft: Draft) -> list[tuple[float, Answer]]:
    """Return the periods without gaps, nearest first, each with what makes it comparable."""
    known = draft.answers.counts(ACCEPTED)[-2::-1]
    pairs = zip(known, draft.answers.accepted_before[:HISTORY_WEEKS], strict=False)
    return [(count.scale, one) for count, one in pairs if count is not None]


def _moved(draft: Draft, split: _Split) -> Fact | None:
    """Return the sentence on who moved the total, or moved while it stood still."""
    total = draft.figure(ACCEPTED)
    if total is None or total.change is None or len(split.before) < LEAST_HISTORY:
        return None
    movers = _movers(split)
    z = level_test(draft.answers.counts(ACCEPTED))
    if abs(z) >= TOTAL_GATE and z * total.change > 0:
        return _carried(split, movers, total)
    return _shifted(split, movers)


def _movers(split: _Split) -> tuple[Mover, ...]:
    keys = {*split.children, *(key for _, cut in split.before for key in cut)}
    histories = {key: [scale * _count(cut.get(key)) for scale, cut in split.before] for key in keys}
    spread = dispersion(list(histories.values()))
    current = {key: _count(child) for key, child in split.children.items()}
    previous = {key: _count_before(child) for key, child in split.children.items()}
    z = {key: level_z(current.get(key, 0.0), histories[key], spread) for key in keys}
    return contributions(current, previous, z)


def _count(child: Child | None) -> float:
    return (child.figure.value or 0.0) if child is not None else 0.0


def _count_before(child: Child) -> float:
    return child.previous.value or 0.0


def _carried(split: _Split, movers: Sequence[Mover], total: Evidence) -> Fact | None:
    chosen, against = main_movers(movers, many_gate(len(movers), RARE))
    if not chosen:
        return None
    items: list[tuple[Part, ...]] = []
    for mover in chosen:
        child = split.children[mover.key]
        piece = split.prove(child)
        items.append((words(child.name), "（", amount(piece), "，",
            difference(piece, mover.difference), "，",
            push(piece, total, mover.contribution), "）"))  # fmt: skip
    noun = "增量" if chosen[0].difference > 0 else "减量"
    parts: tuple[Part, ...] = ("从", split.label, f"看，{noun}主要来自", *listed(items))
    for mover in against:
        child = split.children[mover.key]
        piece = split.prove(child)
        parts += ("；", words(child.name), difference(piece, mover.difference), "，形成部分对冲")
    return Fact(id=f"{ID}.moved.{split.id}", section=ID, parts=(*parts, "。"), score=split.score)


def _shifted(split: _Split, movers: Sequence[Mover]) -> Fact | None:
    chosen = outstanding(movers, many_gate(len(movers), RARE))
    if not chosen:
        return None
    items: list[tuple[Part, ...]] = []
    for mover in chosen:
        child = split.children[mover.key]
        piece = split.prove(child)
        items.append((words(child.name), amount(piece), "（",
            difference(piece, mover.difference), "）"))  # fmt: skip
    several: tuple[Part, ...] = (split.label, "间有明显消长：")
    what = several if len(chosen) > 1 else ("个别", split.label, "变化明显：")
    parts = (
        "受理总量处于近", split.history, f"{split.span}正常波动范围，但", *what,
        *listed(items), "。",
    )  # fmt: skip
    return Fact(id=f"{ID}.shifted.{split.id}", section=ID, parts=parts, score=split.score)
