"""Why a number moved, in one plain paragraph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layouts import format as fmt
from layouts import reason_texts as words
from layouts import staff_texts as texts
from metrics.answer import Answer
from metrics.calendar import previous
from metrics.indicator import Indicator
from metrics.insight.cut import AREA, Pair, has_line
from metrics.insight.explanation import Explanation, Share, number

MOST_CUTS = 2
MOST_SURGES = 3
_LEAST_BASE = 20
"""Below it a growth in per cent says little."""


def reason(why: Explanation, answer: Answer, level: str, areas: Mapping[str, str]) -> str:
    """Return the paragraph.

    Args:
        why: the explanation.
        answer: whose number moved, asked with the window before.
        level: what the areas below are called; empty where there are none.
        areas: their names by id.
    """
    told = _head(why, answer) + _judgement(why, level, answer.indicator)
    return told + _surges(why, answer.indicator, areas)


def cut_name(cut: str, level: str) -> str:
    """Return what a cut is called: 镇街, 类别."""
    return (level or words.LEVEL) if cut == AREA else texts.DIMENSIONS.get(cut, cut)


def effect_text(effect: float, why: Explanation, indicator: Indicator) -> str:
    """Return what a part adds to the change, with its sign."""
    if has_line(why.nature):
        scaled = effect * indicator.factor
        places = 2 if abs(scaled) < 1 else 1
    else:
        scaled, places = effect, indicator.shown_decimals
    sign = "+" if fmt.rounded(scaled, places) > 0 else ""
    return f"{sign}{fmt.number(scaled, places)}"


def sums_text(sums: Pair, why: Explanation, indicator: Indicator) -> str:
    """Return the number that sums make, with its unit."""
    value = number(sums, why.nature)
    scaled = value * indicator.factor if value is not None and has_line(why.nature) else value
    return fmt.value_with_unit(scaled, indicator)


def _head(why: Explanation, answer: Answer) -> str:
    one = answer.indicator
    before = previous(answer.period, answer.question.period)
    head = words.HEAD.format(
        area=answer.area_name, name=one.name, value=sums_text(why.now, why, one),
        dates=fmt.span_text(before), before=sums_text(why.before, why, one),
    )  # fmt: skip
    return head + _moved(why, one)


def _moved(why: Explanation, indicator: Indicator) -> str:
    if has_line(why.nature):
        change = why.change * indicator.factor
        if not fmt.rounded(change, 2):
            return words.SAME
        verb = words.ROSE if change > 0 else words.FELL
        return verb.format(amount=_size(change, indicator))
    if not why.change:
        return words.SAME
    verb = words.MORE if why.change > 0 else words.FEWER
    told = verb.format(amount=fmt.value_with_unit(abs(why.change), indicator))
    if why.growth is None or abs(why.before[0]) < _LEAST_BASE:
        return told
    return told + words.GROWTH.format(growth=fmt.change_text(why.growth, indicator))


def _size(change: float, indicator: Indicator) -> str:
    size = abs(change)
    text = fmt.number(size, 2 if size < 1 else 1)
    return words.POINTS.format(points=text) if indicator.unit == "%" else text + indicator.unit


def _judgement(why: Explanation, level: str, indicator: Indicator) -> str:
    if not why.is_judged:
        return words.SHORT
    about = {"windows": why.windows, "level": level or words.LEVEL}
    read = _rate_cuts if has_line(why.nature) else _count_cuts
    said = read(why, level, indicator)
    if not why.is_unusual:
        told = words.WITHIN_USUAL.format(**about)
        if said:
            return told + words.BUT + said
        return told + (words.STOP if why.surges else words.NOTHING.format(**about))
    usual = words.ABOVE_USUAL if why.z > 0 else words.BELOW_USUAL
    return usual.format(**about) + (said or words.BROAD.format(**about))


def _count_cuts(why: Explanation, level: str, _indicator: Indicator) -> str:
    told = []
    for cut in [one for one in why.cuts if one.named or one.against][:MOST_CUTS]:
        name = cut_name(cut.id, level)
        if not why.is_unusual:
            parts = _items((*cut.named, *cut.against), why)
            told.append(words.ITSELF.format(cut=name, items=parts) + words.STOP)
            continue
        noun = words.INCREASE if why.change > 0 else words.DECREASE
        line = words.CARRIED.format(cut=name, noun=noun, items=_items(cut.named, why))
        if not cut.named:
            line = words.ITSELF.format(cut=name, items=_items(cut.against, why))
        elif cut.against:
            line += words.OFFSET.format(items=_items(cut.against, why))
        told.append(line + words.STOP)
    return "".join(told)


def _items(shares: Sequence[Share], why: Explanation) -> str:
    return "、".join(_item(one, why) for one in shares)


def _item(one: Share, why: Explanation) -> str:
    moved = words.MORE if one.effect > 0 else words.FEWER
    push = ""
    if why.before[0] and why.is_unusual:
        points = fmt.number(abs(100 * one.effect / why.before[0]), 1)
        push = (words.PUSHED if one.effect > 0 else words.PULLED).format(points=points)
    return words.ITEM.format(
        name=part_name(one.name), now=fmt.number(one.now[0]),
        moved=moved.format(amount=fmt.number(abs(one.effect))), push=push,
    )  # fmt: skip


def part_name(name: str) -> str:
    """Return what a part is called; a value that is not filled in has a name too."""
    return name or texts.UNNAMED_VALUE


def _rate_cuts(why: Explanation, level: str, indicator: Indicator) -> str:
    told = []
    for cut in [one for one in why.cuts if one.named or one.against or one.is_reversed][:MOST_CUTS]:
        name = cut_name(cut.id, level)
        said = words.REVERSED.format(cut=name) if cut.is_reversed else ""
        if why.is_unusual:
            effects = {"rate": _signed(cut.rate, indicator), "mix": _signed(cut.mix, indicator)}
            said = words.SPLIT.format(cut=name, **effects) + said
        if cut.named or cut.against:
            items = "、".join(_rate_item(one, why, indicator) for one in (*cut.named, *cut.against))
            form = words.CARRIED_RATE if why.is_unusual else words.ITSELF
            said += form.format(cut=name, items=items) + words.STOP
        told.append(said)
    return "".join(told)


def _signed(effect: float, indicator: Indicator) -> str:
    size = _size(effect * indicator.factor, indicator)
    return ("-" if effect < 0 else "+") + size


def _rate_item(one: Share, why: Explanation, indicator: Indicator) -> str:
    return words.RATE_ITEM.format(
        name=part_name(one.name), before=sums_text(one.before, why, indicator),
        verb=words.ROSE_TO if one.rate > 0 else words.FELL_TO,
        now=sums_text(one.now, why, indicator), effect=_signed(one.rate, indicator),
    )  # fmt: skip


def _surges(why: Explanation, indicator: Indicator, areas: Mapping[str, str]) -> str:
    if not why.surges:
        return ""
    items = [
        words.SURGE.format(
            area=areas.get(one.area, one.area), value=part_name(one.value),
            now=fmt.value_with_unit(one.now, indicator),
            times=fmt.number(one.now / one.expected, 1),
        )
        for one in why.surges[:MOST_SURGES]
    ]  # fmt: skip
    told = ";".join(items)
    if len(why.surges) > MOST_SURGES:
        told += words.AND_MORE.format(count=len(why.surges))
    return words.SURGES.format(items=told)
