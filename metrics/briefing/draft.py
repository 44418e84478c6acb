"""What the section writers share: the answers, the evidence, and the few forms of a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from metrics.answer import Child
from metrics.briefing.content import Evidence, Fact, Part, Ring, Slot
from metrics.briefing.evidence import (
    EvidenceBook,
    amount,
    change,
    constant,
    listed,
    steady,
    tally,
    words,
)  # fmt: skip
from metrics.briefing.inquiry import Answers, named
from metrics.briefing.normal import Count
from metrics.insight.cells import Surge
from metrics.insight.significance import (
    HISTORY_WEEKS,
    STREAK_WEEKS,
    TOTAL_GATE,
    Record,
    dispersion,
    level_z,
    record,
    streak,
)  # fmt: skip

LEAST_HISTORY = 4
RARE = 0.01
"""Chance of a false alarm in a sentence that speaks of single elements. A briefing has several such
sentences, and at the usual 5 % every fifth quiet week would name somebody for nothing."""
LEAST_CASES = 30
"""Below it a rate is given without its change, and not held against a target."""


@dataclass(frozen=True)
class Draft:
    """The material of one briefing while it is written.

    Attributes:
        outlines: rings of the areas on the map.
        surges: classes that stand out in single areas, by indicator.
    """

    answers: Answers
    book: EvidenceBook
    outlines: Mapping[str, Sequence[Ring]] = field(default_factory=dict)
    surges: Mapping[str, Sequence[Surge]] = field(default_factory=dict)

    @property
    def whole(self) -> Slot:
        """The whole city as readers call it, for example 全区."""
        return words(f"全{self.answers.territory.levels[0].name}")

    @property
    def history(self) -> Slot:
        """How many periods before are looked at for what is usual."""
        return constant(self.answers.held(1, HISTORY_WEEKS) or HISTORY_WEEKS)

    @property
    def level(self) -> Slot:
        """The name of the level below the root, for example 街道."""
        levels = self.answers.territory.levels
        return words(levels[1].name if len(levels) > 1 else levels[0].name)

    def figure(self, indicator: str) -> Evidence | None:
        """Return the week's figure of the whole city, or None where the city lacks it."""
        answer = self.answers.headline.get(indicator)
        return self.book.of(answer) if answer is not None else None

    def figures(self, indicators: Sequence[str]) -> list[Evidence]:
        """Return the figures the city has, in order, also those without data."""
        found = (self.figure(indicator) for indicator in indicators)
        return [piece for piece in found if piece is not None]

    def category(self, indicator: str, child: Child) -> Evidence:
        """Return the week's figure of a category."""
        return self.book.category(self.answers.categories[indicator], child)

    def area(self, indicator: str, child: Child) -> Evidence:
        """Return the week's figure of an area."""
        return self.book.area(self.answers.areas[indicator], child)

    def area_children(self, indicator: str) -> dict[str, Child]:
        """Return the areas of the first level by key, without the bucket for none."""
        answer = self.answers.areas.get(indicator)
        return named(answer.children) if answer is not None else {}


def is_told(piece: Evidence | None) -> bool:
    """Tell whether there is a value to speak of."""
    return piece is not None and piece.value is not None


def with_changes(piece: Evidence, versus: Sequence[str] = ("prev",)) -> tuple[Part, ...]:
    """Return an amount followed by its known changes, set off by commas."""
    parts: list[Part] = [amount(piece)]
    for one in versus:
        slot = change(piece, one)
        if slot.number is not None:
            parts += ["，", slot]
    return tuple(parts)


def enumeration(
    draft: Draft, fact_id: str, section: str, indicators: Sequence[str], score: float
) -> Fact | None:
    """Return one sentence that lists indicators with values and weekly changes."""
    items: list[tuple[Part, ...]] = []
    for piece in draft.figures(indicators):
        if piece.value is None:
            continue
        slot = change(piece)
        tail: tuple[Part, ...] = ("（", slot, "）") if _is_sure(piece, slot) else ()
        # A name that ends in Latin letters or digits would run into the number.
        gap: tuple[Part, ...] = ("为",) if piece.name[-1:].isascii() else ()
        items.append((words(piece.name), *gap, amount(piece), *tail))
    if not items:
        return None
    return Fact(id=fact_id, section=section, parts=(*listed(items), "。"), score=score)


def _is_sure(piece: Evidence, slot: Slot) -> bool:
    """Tell whether a change is worth a word: the points of a rate over a handful of cases jump."""
    is_rate = piece.unit == "%" and piece.denominator is not None
    return slot.number is not None and not (is_rate and piece.pair[1] < LEAST_CASES)


def gaps(draft: Draft, section: str, indicators: Sequence[str]) -> Fact | None:
    """Return the sentence that names what has no data, so that silence is not read as zero."""
    missing = [piece for piece in draft.figures(indicators) if piece.value is None]
    if not missing:
        return None
    names = listed([(words(piece.name),) for piece in missing])
    parts = ("本期暂无数据的指标", tally(len(missing), missing), "项：", *names, "。")
    return Fact(id=f"{section}.gaps", section=section, parts=parts, score=-1)


def level_test(counts: Sequence[Count | None]) -> float:
    """Return the z of the last period against those before it; 0 where history is short."""
    if not counts or counts[-1] is None:
        return 0.0
    history = [count.level for count in counts[-1 - HISTORY_WEEKS : -1] if count is not None]
    if len(history) < LEAST_HISTORY:
        return 0.0
    return level_z(counts[-1].level, history, dispersion([history]))


def steady_record(counts: Sequence[Count | None], least: int) -> Record | None:
    """Return the record the last period sets by its count as well as by its working days."""
    best, fair = (record(values, least) for values in _both(counts))
    if best is None or fair is None or best.side != fair.side:
        return None
    return min(best, fair, key=lambda one: one.weeks)


def steady_streak(counts: Sequence[Count | None]) -> int:
    """Return for how many periods both the count and the count by working days went one way."""
    run, fair = (streak(values) for values in _both(counts))
    return 0 if run * fair <= 0 else min(run, fair, key=abs)


def _both(counts: Sequence[Count | None]) -> tuple[list[float | None], list[float | None]]:
    raw = [None if count is None else count.value for count in counts]
    return raw, [None if count is None else steady(count.level) for count in counts]


def unusual(draft: Draft, section: str, indicator: str, score: float) -> Fact | None:
    """Return the sentence on a record, a level out of the ordinary, or a streak; else None."""
    piece = draft.figure(indicator)
    counts, kind = draft.answers.counts(indicator), draft.answers.edition
    if piece is None or piece.value is None or not draft.answers.is_whole:
        return None
    parts: tuple[Part, ...] = ()
    best = steady_record(counts, kind.record)
    z, run = level_test(counts), steady_streak(counts)
    if best is not None:
        parts = (
            "创近",
            tally(best.weeks, [piece]),
            f"{kind.span}新{'高' if best.side == 'high' else '低'}。",
        )
    elif abs(z) >= TOTAL_GATE:
        side = "高" if z > 0 else "低"
        parts = (f"明显{side}于近", draft.history, f"{kind.span}平均水平。")
    elif abs(run) >= STREAK_WEEKS:
        way = "上升" if run > 0 else "下降"
        parts = ("已连续", tally(abs(run), [piece]), f"{kind.span}{way}。")
    if not parts:
        return None
    whole = (words(piece.name), amount(piece), "，", *parts)
    return Fact(id=f"{section}.unusual.{indicator}", section=section, parts=whole, score=score)
