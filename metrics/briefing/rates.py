"""Sentences on the on-time rate: why it moved, who misses the target, who lags for weeks."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.answer import Answer, Child
from metrics.briefing.content import Evidence, Fact, Part, Slot
from metrics.briefing.draft import LEAST_CASES, LEAST_HISTORY, RARE, Draft
from metrics.briefing.evidence import amount, change, constant, effect, listed, tally, words
from metrics.briefing.inquiry import ONTIME, named
from metrics.insight.movers import RateEffect, RateSplit, rate_mix
from metrics.insight.significance import (
    HISTORY_WEEKS,
    TOTAL_GATE,
    many_gate,
    rate_dispersion,
    two_proportion_z,
    wilson,
)  # fmt: skip
from metrics.threshold import parse_rule

LEAST_POOLED = 200
MOST_AREAS = 5
MOST_EFFECTS = 2
ELEMENT_Z = 2.5

Pair = tuple[float, float]


def _pair(child: Child) -> Pair:
    return child.figure.numerator or 0.0, child.figure.denominator or 0.0


def _answer_pair(answer: Answer) -> Pair:
    return answer.figure.numerator or 0.0, answer.figure.denominator or 0.0


def _pooled(pairs: Sequence[Pair]) -> Pair:
    return sum(above for above, _ in pairs), sum(below for _, below in pairs)


def rate_change(draft: Draft, section: str) -> Fact | None:
    """Return the sentence that splits a change of the on-time rate into handling and mix.

    Without a significant change of the total, categories that moved for certain are named alone.
    """
    answer = draft.answers.categories.get(ONTIME)
    before, prior = draft.answers.ontime_before[:HISTORY_WEEKS], draft.answers.ontime_prior
    if answer is None or prior is None or len(before) < LEAST_HISTORY or answer.change is None:
        return None
    now = {child.key: child for child in answer.breakdown}
    then = {child.key: child for child in prior.breakdown}
    split = rate_mix(
        {key: _pair(child) for key, child in now.items()},
        {key: _pair(child) for key, child in then.items()},
    )
    # A breakdown that does not add up to the total must not explain it.
    if split is None or abs(split.change * 100 - answer.change) > 1e-6:
        return None
    weeks = [_answer_pair(week) for week in before]
    z = two_proportion_z(*_answer_pair(answer), *_pooled(weeks), rate_dispersion(weeks))
    if abs(z) >= TOTAL_GATE and z * split.change > 0:
        return _split_sentence(draft, section, answer, prior, split, before)
    gate = many_gate(len(now), RARE)
    sure = [one for one in split.effects if abs(_own_z(one, before)) >= gate]
    named_ = _effect_items(draft, answer, prior, sure)
    if not named_:
        return None
    parts = (words(answer.indicator.name), "总体变化不显著，但", *listed(named_), "。")
    return Fact(id=f"{section}.rate.elements", section=section, parts=parts, score=50)


def _own_z(one: RateEffect, before: Sequence[Answer]) -> float:
    """Return the test of a category's rate against its own last weeks, with the step's sign."""
    weeks = [_pair(child) for week in before for child in week.breakdown if child.key == one.key]
    z = two_proportion_z(*one.now, *_pooled(weeks), rate_dispersion(weeks))
    return z if z * one.rate > 0 else 0.0


def _split_sentence(
    draft: Draft,
    section: str,
    answer: Answer,
    prior: Answer,
    split: RateSplit,
    before: Sequence[Answer],
) -> Fact:
    proof = _proof(draft, answer, prior)
    total = draft.book.of(answer)
    parts: tuple[Part, ...] = (
        words(answer.indicator.name), change(total), "，其中办理效率变化影响",
        effect("rate_effect", split.rate, proof), "、诉求结构变化影响",
        effect("mix_effect", split.mix, proof),
    )  # fmt: skip
    sure = [
        one
        for one in split.effects
        if one.rate * split.change > 0 and abs(_own_z(one, before)) >= ELEMENT_Z
    ]
    items = _effect_items(draft, answer, prior, sure)
    if items:
        parts += ("；", *listed(items), "，为主要", "带动" if split.change > 0 else "拖累", "因素")
    if split.is_reversed:
        parts += ("；剔除结构因素后，办理效率变化方向与总体相反",)
    return Fact(id=f"{section}.rate.split", section=section, parts=(*parts, "。"), score=65)


def _proof(draft: Draft, answer: Answer, before: Answer) -> list[Evidence]:
    return [
        draft.book.category(week, child)
        for week in (answer, before)
        for child in sorted(week.breakdown, key=lambda child: child.key)
    ]


def _effect_items(
    draft: Draft, answer: Answer, before: Answer, chosen: Sequence[RateEffect]
) -> list[tuple[Part, ...]]:
    wholes = [draft.book.of(answer), draft.book.of(before)]
    now = {child.key: child for child in answer.breakdown}
    then = {child.key: child for child in before.breakdown}
    ranked = sorted(chosen, key=lambda one: (-abs(one.rate), one.key))
    items: list[tuple[Part, ...]] = []
    for one in ranked[:MOST_EFFECTS]:
        if one.key not in now or one.key not in then:
            continue
        new = draft.book.category(answer, now[one.key])
        old = draft.book.category(before, then[one.key])
        verb = "升至" if one.rate > 0 else "降至"
        single = effect("element_effect", one.rate, [new, old, *wholes])
        items.append((words(now[one.key].name), "由", amount(old), verb, amount(new),
            "（影响", single, "）"))  # fmt: skip
    return items


def target_breaches(draft: Draft, section: str) -> Fact | None:
    """Return which areas miss the target of the on-time rate beyond the error of sampling."""
    answer = draft.answers.areas.get(ONTIME)
    rules = parse_rule(answer.indicator.target) if answer is not None else ()
    if answer is None or not rules or not rules[0].sign.startswith(">"):
        return None
    bound, children = rules[0].bound, list(named(answer.children).values())
    gate = many_gate(len(children), RARE)  # one area in twenty-six is low every other week
    short = [
        child
        for child in children
        if _pair(child)[1] >= LEAST_CASES and wilson(*_pair(child), gate)[1] * 100 < bound
    ]
    short.sort(key=lambda child: (child.figure.value or 0.0, child.key))
    if not short:
        return None
    proof = [draft.book.area(answer, child) for child in short]
    goal = Slot(kind="amount", origin="constant", number=bound, unit="%", decimals=0)
    parts = (words(answer.indicator.name), "明显低于", goal, "目标的", draft.level,
        tally(len(short), proof), "个：", *_areas(short, proof))  # fmt: skip
    return Fact(id=f"{section}.breach", section=section, parts=parts, score=58)


def laggards(draft: Draft, section: str) -> Fact | None:
    """Return which areas have stayed below the rest of the city, over pooled weeks."""
    answer = draft.answers.ontime_pooled
    if answer is None:
        return None
    children = list(named(answer.children).values())
    above, below = _pooled([_pair(child) for child in children])
    gate = many_gate(len(children), RARE)
    behind = []
    for child in children:
        mine = _pair(child)
        z = two_proportion_z(*mine, above - mine[0], below - mine[1])
        if mine[1] >= LEAST_POOLED and z <= -gate:
            behind.append((z, child.key, child))
    if not behind:
        return None
    ranked = [child for _, _, child in sorted(behind, key=lambda item: item[:2])]
    proof = [draft.book.area(answer, child) for child in ranked]
    # A day is pooled by weeks, all other periods by their like.
    is_day = draft.answers.period.kind == "day"
    many = HISTORY_WEEKS if is_day else draft.answers.held(0, HISTORY_WEEKS - 1)
    parts = ("近", constant(many), f"{draft.answers.edition.pooled}合并计算，",
        words(answer.indicator.name),
        "持续低于", draft.whole, "其他", draft.level, "的有", tally(len(ranked), proof), "个：",
        *_areas(ranked, proof))  # fmt: skip
    return Fact(id=f"{section}.laggards", section=section, parts=parts, score=57)


def _areas(children: Sequence[Child], proof: Sequence[Evidence]) -> tuple[Part, ...]:
    pairs = list(zip(children, proof, strict=True))[:MOST_AREAS]
    items = [(words(child.name), "（", amount(piece), "）") for child, piece in pairs]
    return (*listed(items), "等。" if len(children) > MOST_AREAS else "。")
