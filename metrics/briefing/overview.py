"""Section one: what the period was, in three sentences and one table."""

from __future__ import annotations

from metrics.briefing.content import Evidence, Fact, Part, Section, Slot, TableSpec
from metrics.briefing.draft import Draft, is_told, unusual, with_changes
from metrics.briefing.evidence import amount, change, listed, moment, period, tally, words
from metrics.briefing.inquiry import ACCEPTED, ONTIME, SATISFIED, TABLE

ID = "overview"
BUDGET = 5
MOST_REDS = 5


def overview(draft: Draft) -> Section:
    """Return the section of the whole period."""
    facts = [
        _appeals(draft), _city(draft), _reds(draft), _running(draft),
        unusual(draft, ID, ACCEPTED, 70),
    ]  # fmt: skip
    return Section(
        id=ID,
        title="一、总体情况",
        sentences=tuple(fact for fact in facts if fact is not None),
        tables=(_table(draft),),
    )


def _appeals(draft: Draft) -> Fact | None:
    accepted = draft.figure(ACCEPTED)
    if accepted is None:
        return None
    window = draft.answers.headline[ACCEPTED].period
    head: tuple[Part, ...] = (period(window), "，", draft.whole)
    if accepted.value is None:
        parts = (*head, "群众诉求受理量", amount(accepted), "。")
        return Fact(id=f"{ID}.appeals", section=ID, parts=parts, score=100)
    changes = with_changes(accepted, ("prev", "yoy"))
    parts = (*head, "共受理群众诉求", changes[0])
    if window.days > 1:
        daily = amount(accepted, "per_day", accepted.value / window.days, decimals=0)
        parts += ("，日均", daily)
    parts += changes[1:]
    for label, indicator in (("按期办结率", ONTIME), ("满意率", SATISFIED)):
        piece = draft.figure(indicator)
        if piece is not None:
            parts += (f"；{label}", *with_changes(piece))
    return Fact(id=f"{ID}.appeals", section=ID, parts=(*parts, "。"), score=100)


def _city(draft: Draft) -> Fact | None:
    pieces = draft.figures(("um_reported", "grid_reports", "emergency_events", "pm25_avg"))
    told = [piece for piece in pieces if is_told(piece)]
    if not told:
        return None
    items = [(words(piece.name), *with_changes(piece)) for piece in told]
    parts = (*listed(items, "；"), "。")
    return Fact(id=f"{ID}.city", section=ID, parts=parts, score=90)


def _reds(draft: Draft) -> Fact | None:
    red: list[Evidence] = [
        draft.book.of(answer)
        for answer in draft.answers.headline.values()
        if answer.light == "red" and not answer.is_small and answer.figure.value is not None
    ]
    if not red:
        return None
    items = [(words(piece.name), "（", amount(piece), "）") for piece in red[:MOST_REDS]]
    tail = "等。" if len(red) > MOST_REDS else "。"
    parts = ("触及红色预警线的指标", tally(len(red), red), "项：", *listed(items), tail)
    return Fact(id=f"{ID}.reds", section=ID, parts=parts, score=80)


def _running(draft: Draft) -> Fact | None:
    """Say that the period is not over, so nobody reads its counts as a whole one's."""
    if draft.answers.is_whole:
        return None
    last = min(answer.period.end for answer in draft.answers.headline.values())
    kind = draft.answers.edition
    parts = (f"{kind.this}尚未结束，以上数据截至", moment(last.isoformat()),
        f"，环比为{kind.prior}同期。")  # fmt: skip
    return Fact(id=f"{ID}.running", section=ID, parts=parts, score=95)


def _table(draft: Draft) -> TableSpec:
    rows: list[tuple[Slot, ...]] = [
        (words(piece.name), amount(piece), change(piece), change(piece, "yoy"))
        for piece in draft.figures(TABLE)
    ]
    return TableSpec(
        id="headlines",
        caption="主要运行指标",
        head=("指标", draft.answers.edition.this, "环比", "同比"),
        weights=(58, 36, 31, 31),
        rows=tuple(rows),
    )
