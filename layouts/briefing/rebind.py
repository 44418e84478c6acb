"""An edited sentence tied to its numbers again: what is still there stays bound, the rest is told.

Staff edit plain text. Every number of the old sentence that the new text still holds keeps its
evidence; a number that was not there before is a person's own and needs a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from layouts.briefing.sentences import phrase
from metrics.briefing.content import Part, Slot
from metrics.errors import BadQuestion

NUMBER = re.compile(r"[−+-]?\d+(?:\.\d+)*(?:万|亿)?(?:%|个百分点|倍)?＊?")
UP = ("上升", "增长", "提高", "增加", "拉动", "升至", "多")
DOWN = ("下降", "减少", "降低", "下拉", "降至", "回落", "少")
DIRECTED = ("change", "points", "difference", "push")
_NAMES = ("words", "period", "moment")
_LOOK_BACK = 6


@dataclass(frozen=True)
class Rebound:
    """The parts of an edited sentence.

    Attributes:
        edited: numbers in it that no evidence stands behind.
    """

    parts: tuple[Part, ...]
    edited: tuple[str, ...]


@dataclass(frozen=True)
class _Place:
    start: int
    end: int
    slot: Slot


def rebound(slots: Sequence[Slot], text: str, *, reason: str = "") -> Rebound:
    """Return the parts of a text that was made from a sentence.

    Args:
        slots: of the sentence as it was.
        text: as it is now.
        reason: why numbers were changed; kept with every one of them.

    Raises:
        BadQuestion: a word of direction contradicts the number that follows it.
    """
    taken: list[_Place] = []
    left = _whole(slots, text, taken)
    left = _numbers(left, text, taken)
    edited = _edited(left, text, taken, reason)
    taken.sort(key=lambda place: place.start)
    parts: list[Part] = []
    at = 0
    for place in taken:
        if place.start > at:
            parts.append(text[at : place.start])
        parts.append(place.slot)
        at = place.end
    if at < len(text):
        parts.append(text[at:])
    return Rebound(tuple(parts), edited)


def _whole(slots: Sequence[Slot], text: str, taken: list[_Place]) -> list[Slot]:
    """Bind the slots whose wording is still there, longest first; return the others."""
    left = []
    for slot in sorted(slots, key=lambda one: -len(phrase(one))):
        words = phrase(slot)
        start = next(_free(words, text, taken), -1) if words else -1
        if start < 0:
            left.append(slot)
        else:
            taken.append(_Place(start, start + len(words), slot))
    return [slot for slot in slots if slot in left]


def _numbers(slots: Sequence[Slot], text: str, taken: list[_Place]) -> list[Slot]:
    """Bind numbers that stand in other words now; return the slots whose number is gone."""
    left = []
    for slot in slots:
        is_found = False
        for token in NUMBER.findall(phrase(slot)):
            start = next(_free(token, text, taken), -1)
            if start < 0:
                continue
            is_found = True
            _check_direction(slot, token, text, start)
            kind = "words" if slot.kind in _NAMES else "quoted"
            bound = slot.model_copy(update={"kind": kind, "text": token})
            taken.append(_Place(start, start + len(token), bound))
        if not is_found and slot.kind not in _NAMES:
            left.append(slot)
    return left


def _edited(left: Sequence[Slot], text: str, taken: list[_Place], reason: str) -> tuple[str, ...]:
    """Mark the numbers nobody computed, each with the evidence of the number it replaces."""
    gone = list(left)
    found = []
    for match in NUMBER.finditer(text):
        if any(place.start < match.end() and match.start() < place.end for place in taken):
            continue
        before = gone.pop(0) if gone else None
        slot = Slot(
            kind="edited", origin="edited", text=match[0], reason=reason,
            evidence=before.evidence if before else (),
        )  # fmt: skip
        end = match.end() + text[match.end() :].startswith("※")
        taken.append(_Place(match.start(), end, slot))
        found.append(match[0])
    return tuple(found)


def _free(words: str, text: str, taken: Sequence[_Place]) -> Iterator[int]:
    """Yield where words stand whole: not inside a longer number, and not bound already."""
    start = text.find(words)
    while start >= 0:
        end = start + len(words)
        is_taken = any(place.start < end and start < place.end for place in taken)
        if not is_taken and not _cuts_number(text, start, end):
            yield start
        start = text.find(words, start + 1)


def _cuts_number(text: str, start: int, end: int) -> bool:
    before, after = text[:start], text[end:]
    starts = text[start].isdigit() and bool(re.search(r"[\d.]$|[−+-]$", before))
    ends = text[end - 1].isdigit() and bool(re.match(r"\.?\d|[%万亿]|个百分点|倍", after))
    return starts or ends


def _check_direction(slot: Slot, token: str, text: str, start: int) -> None:
    if slot.kind not in DIRECTED or not slot.number:
        return
    before = text[max(0, start - _LOOK_BACK) : start]
    wrong = DOWN if slot.number > 0 else UP
    word = next((one for one in wrong if before.endswith(one)), "")
    if word:
        raise BadQuestion(
            f"'{word}{token}' contradicts the number, which reads '{phrase(slot)}'",
            where="sentence",
            next_step="Change the word, or write another number and give the reason",
        )
