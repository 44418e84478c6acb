"""Slots in words: the only place where a briefing's number becomes text.

Official prose writes plain digits without separators, a real minus sign, and a direction as a
word; in tables the direction is a sign.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from layouts.format import NONE, date_text, number, rounded
from layouts.texts import t
from metrics.briefing.content import Fact, Slot, SlotKind
from metrics.briefing.edition import WEEK_BEFORE
from metrics.briefing.notes import SMALL_BASE

FLAT = 0.005
"""Relative changes below it are called flat."""
DOUBLED = 1.0
SMALL_MARK = "＊"
EDITED_MARK = "※"
"""Behind a number that a person wrote."""
_TEXTS = ("words", "period", "moment", "quoted", "edited")
"""Slots that carry their text themselves."""
POINTS = "个百分点"
MINUS = "−"
_VERSUS = {"prev": "环比", "yoy": "同比"}


def sentence(fact: Fact) -> str:
    """Return the text of a fact.

    Args:
        fact: words and slots in reading order.
    """
    return "".join(part if isinstance(part, str) else phrase(part) for part in fact.parts)


def phrase(slot: Slot) -> str:
    """Return a slot as it is written within a sentence; no data is said, never left blank."""
    if slot.number is None and slot.kind not in _TEXTS:
        return t("state.missing")
    return _PHRASES[slot.kind](slot)


def cell(slot: Slot) -> str:
    """Return a slot as it is written in a table; no data is a dash."""
    if slot.kind in _TEXTS:
        return _PHRASES[slot.kind](slot)
    if slot.number is None:
        return NONE
    if slot.kind == "points":
        return signed(slot.number) + POINTS
    if slot.kind == "change":
        if _is_small_base(slot):
            return NONE
        return signed(slot.number * 100) + "%"
    return _PHRASES[slot.kind](slot)


def digits(value: float, decimals: int) -> str:
    """Return a number as prose writes it.

    Example:
        >>> digits(5768, 0), digits(123456, 0), digits(-3.25, 1)
        ('5768', '12.35万', '−3.3')
    """
    return number(value, decimals).replace(",", "").replace("-", MINUS)


def signed(value: float) -> str:
    """Return a number with one decimal and its sign, also where it is positive.

    Example:
        >>> signed(8.34), signed(-0.7), signed(0.04)
        ('+8.3', '−0.7', '0.0')
    """
    size = rounded(value, 1)
    return f"{'+' if size > 0 else ''}{digits(float(size), 1)}"


def figure(value: float | None, unit: str, decimals: int | None) -> str:
    """Return a value with its unit, a dash where there is none."""
    return NONE if value is None else digits(value, decimals or 0) + unit


def per_cent(share: float) -> Decimal:
    """Return a share in per cent as it is written: absolute, one decimal, half-up."""
    scaled = abs(Decimal(repr(share))) * 100
    return scaled.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _words(slot: Slot) -> str:
    return slot.text


def _edited(slot: Slot) -> str:
    return slot.text + EDITED_MARK


def _period(slot: Slot) -> str:
    start, end = (dt.date.fromisoformat(text) for text in slot.text.split(".."))
    return date_text(start) if start == end else f"{date_text(start)}至{date_text(end)}"


def _moment(slot: Slot) -> str:
    at = dt.datetime.fromisoformat(slot.text)
    is_day = "T" not in slot.text
    return date_text(at.date()) if is_day else f"{date_text(at.date())}{at.hour}时{at.minute:02d}分"


def _amount(slot: Slot) -> str:
    mark = SMALL_MARK if slot.is_small else ""
    return figure(slot.number, slot.unit, slot.decimals) + mark


def _number(slot: Slot) -> str:
    return digits(slot.number or 0.0, 0)


def _is_small_base(slot: Slot) -> bool:
    return (
        slot.base is not None
        and abs(slot.base) < SMALL_BASE
        and slot.unit != "%"
        and (slot.decimals == 0)
    )


def _change(slot: Slot) -> str:
    value = slot.number or 0.0
    versus = _VERSUS[slot.versus]
    if _is_small_base(slot):
        before = "去年同期" if slot.versus == "yoy" else slot.text or WEEK_BEFORE
        return f"{before}为" + figure(slot.base, slot.unit, slot.decimals)
    if abs(value) < FLAT:
        return f"{versus}基本持平"
    if value >= DOUBLED:
        return f"{versus}增长{digits(value, 1)}倍"
    return f"{versus}{'上升' if value > 0 else '下降'}{per_cent(value)}%"


def _points(slot: Slot) -> str:
    size = rounded(slot.number or 0.0, 1)
    versus = _VERSUS[slot.versus]
    if size == 0:
        return f"{versus}持平"
    return f"{versus}{'提高' if size > 0 else '下降'}{abs(size)}{POINTS}"


def _difference(slot: Slot) -> str:
    value = slot.number or 0.0
    return f"{'增加' if value > 0 else '减少'}{digits(abs(value), 0)}{slot.unit}"


def _push(slot: Slot) -> str:
    value = slot.number or 0.0
    return f"{'拉动' if value > 0 else '下拉'}{abs(rounded(value, 1))}{POINTS}"


def _effect(slot: Slot) -> str:
    return signed(slot.number or 0.0) + POINTS


_PHRASES: dict[SlotKind, Callable[[Slot], str]] = {
    "words": _words,
    "period": _period,
    "moment": _moment,
    "amount": _amount,
    "number": _number,
    "change": _change,
    "points": _points,
    "difference": _difference,
    "push": _push,
    "effect": _effect,
    "quoted": _words,
    "edited": _edited,
}
