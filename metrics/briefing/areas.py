"""Section five: every area of the first level on one line, the whole city last."""

from __future__ import annotations

from metrics.answer import Child
from metrics.briefing.content import Evidence, Fact, Section, Slot, TableSpec
from metrics.briefing.draft import Draft, gaps
from metrics.briefing.evidence import amount, change, listed, words
from metrics.briefing.inquiry import ACCEPTED, STREET_COLUMNS
from metrics.briefing.pictures import area_map
from metrics.territory import UNASSIGNED

ID = "areas"
LEADERS = 3


def areas(draft: Draft) -> Section:
    """Return the section on the areas."""
    answer = draft.answers.areas.get(ACCEPTED)
    if answer is None or not answer.children:
        return Section(id=ID, title="五、街镇情况")
    written = (_leaders(draft), gaps(draft, ID, (ACCEPTED,)))
    facts = [fact for fact in written if fact is not None]
    picture = area_map(draft)
    return Section(
        id=ID,
        title="五、街镇情况",
        sentences=tuple(facts),
        tables=(_table(draft),),
        pictures=(picture,) if picture is not None else (),
    )


def _leaders(draft: Draft) -> Fact | None:
    known = [c for c in draft.area_children(ACCEPTED).values() if c.figure.value]
    known.sort(key=lambda child: (-(child.figure.value or 0.0), child.key))
    if len(known) <= LEADERS:
        return None
    items = [(words(child.name), amount(draft.area(ACCEPTED, child))) for child in known[:LEADERS]]
    parts = ("诉求受理量居前的", draft.level, "为", *listed(items), "。")
    return Fact(id=f"{ID}.leaders", section=ID, parts=parts, score=50)


def _table(draft: Draft) -> TableSpec:
    columns = [one for one in STREET_COLUMNS if one in draft.answers.areas]
    head = [draft.level.text]
    for indicator in columns:
        what = draft.answers.areas[indicator].indicator
        head.append(what.name if what.unit in ("%", "") else f"{what.name}（{what.unit}）")
        if indicator == ACCEPTED:
            head.append("环比")
    rows = [(words(child.name), *_cells(draft, columns, child.key)) for child in _ordered(draft)]
    rows.append((words("合计"), *_total_cells(draft, columns)))
    return TableSpec(
        id="areas",
        caption=f"各{draft.level.text}主要指标",
        head=tuple(head),
        weights=(38, *(20 for _ in head[1:])),
        rows=tuple(rows),
    )


def _ordered(draft: Draft) -> list[Child]:
    """Return the areas, most appeals first; what no area holds comes last, if there is any."""
    children = draft.answers.areas[ACCEPTED].children
    return sorted(
        (child for child in children if child.name != UNASSIGNED or child.figure.value),
        key=lambda child: (child.name == UNASSIGNED, -(child.figure.value or 0.0), child.key),
    )


def _cells(draft: Draft, columns: list[str], key: str) -> list[Slot]:
    cells: list[Slot] = []
    for indicator in columns:
        answer = draft.answers.areas[indicator]
        child = next((one for one in answer.children if one.key == key), None)
        if child is None:
            cells.append(Slot(kind="amount", origin="value"))
            continue
        piece = draft.book.area(answer, child)
        cells.append(_bare(piece))
        if indicator == ACCEPTED:
            cells.append(change(piece))
    return cells


def _bare(piece: Evidence) -> Slot:
    """Return an amount whose unit stands in the heading."""
    slot = amount(piece)
    return slot if slot.unit == "%" else slot.model_copy(update={"unit": ""})


def _total_cells(draft: Draft, columns: list[str]) -> list[Slot]:
    cells: list[Slot] = []
    for indicator in columns:
        piece = draft.book.of(draft.answers.areas[indicator])
        cells.append(_bare(piece))
        if indicator == ACCEPTED:
            cells.append(change(piece))
    return cells
