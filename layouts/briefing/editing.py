"""Changes a person may make to a composed briefing; each gives a new content with its own hash."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from layouts.briefing.rebind import rebound
from layouts.briefing.sentences import EDITED_MARK, sentence
from metrics.briefing.content import BriefingContent, Fact, Section
from metrics.errors import BadQuestion, UnknownName

LONGEST = 600
NOTE = "notes.edited"
_NOTES = "notes"


def reworded(
    content: BriefingContent, fact: str, text: str, *, who: str, reason: str = ""
) -> BriefingContent:
    """Return the content with a sentence in other words; its numbers stay bound.

    Raises:
        BadQuestion: empty, too long, a number without a reason, or a word against its number.
        UnknownName: there is no such sentence.
    """
    section, old = _find(content, fact)
    text = _plain(text)
    if text == sentence(old):
        return content
    made = rebound(old.slots, text, reason=reason.strip())
    _need_reason(made.edited, reason)
    new = old.model_copy(update={"parts": made.parts, "author": who})
    return _with(content, section, [new if one.id == fact else one for one in section.sentences])


def dropped(content: BriefingContent, fact: str) -> BriefingContent:
    """Return the content without a sentence.

    Raises:
        BadQuestion: it is the last of its section.
        UnknownName: there is no such sentence.
    """
    section, old = _find(content, fact)
    if len(section.sentences) == 1:
        raise BadQuestion(f"'{section.title}' would be empty", where=old.id)
    return _with(content, section, [one for one in section.sentences if one.id != fact])


def restored(content: BriefingContent, base: BriefingContent, fact: str) -> BriefingContent:
    """Return the content with a sentence as it was composed, at its old place or where it is now.

    Raises:
        UnknownName: there was no such sentence.
    """
    section, old = _find(base, fact)
    here = next(one for one in content.sections if one.id == section.id)
    if any(one.id == fact for one in here.sentences):
        return _with(content, here, [old if one.id == fact else one for one in here.sentences])
    order = [one.id for one in section.sentences]
    before = {*order[: order.index(fact)]}
    at = max((k + 1 for k, one in enumerate(here.sentences) if one.id in before), default=0)
    return _with(content, here, [*here.sentences[:at], old, *here.sentences[at:]])


def moved(content: BriefingContent, fact: str, step: int) -> BriefingContent:
    """Return the content with a sentence that many places further down its section, or up.

    Raises:
        UnknownName: there is no such sentence.
    """
    section, old = _find(content, fact)
    rest = [one for one in section.sentences if one.id != fact]
    at = section.sentences.index(old) + step
    at = min(max(at, 0), len(rest))
    return _with(content, section, [*rest[:at], old, *rest[at:]])


def added(
    content: BriefingContent, section: str, text: str, *, who: str, reason: str = ""
) -> BriefingContent:
    """Return the content with a person's own sentence at the end of a section.

    Raises:
        BadQuestion: empty, too long, or with a number and no reason.
        UnknownName: there is no such section.
    """
    known = {one.id: one for one in content.sections}
    if section not in known:
        raise UnknownName("section", section, known)
    text = _plain(text)
    # Numbers that the briefing says elsewhere in this section keep their evidence here too.
    slots = [slot for one in known[section].sentences for slot in one.slots]
    made = rebound(slots, text, reason=reason.strip())
    _need_reason(made.edited, reason)
    used = {one.id for one in content.facts}
    number = next(k for k in range(1, len(used) + 2) if f"{section}.added.{k}" not in used)
    new = Fact(id=f"{section}.added.{number}", section=section, parts=made.parts, score=0,
        author=who)  # fmt: skip
    return _with(content, known[section], [*known[section].sentences, new])


def edited_numbers(content: BriefingContent) -> tuple[tuple[str, str, str], ...]:
    """Return sentence, number and reason of every number a person wrote."""
    return tuple(
        (fact.id, slot.text, slot.reason)
        for fact in content.facts
        for slot in fact.slots
        if slot.kind == "edited"
    )


def _find(content: BriefingContent, fact: str) -> tuple[Section, Fact]:
    for section in content.sections:
        for one in section.sentences:
            if one.id == fact:
                return section, one
    raise UnknownName("sentence", fact, [one.id for one in content.facts])


def _plain(text: str) -> str:
    plain = "".join(text.split("\n")).strip()
    if not plain:
        raise BadQuestion("the sentence is empty", where="sentence", next_step="Drop it instead")
    if len(plain) > LONGEST:
        raise BadQuestion(
            f"the sentence has {len(plain)} characters", where="sentence",
            hint=f"Allowed: up to {LONGEST}",
        )  # fmt: skip
    return plain if plain[-1] in "。！？；" else plain + "。"


def _need_reason(numbers: Sequence[str], reason: str) -> None:
    if numbers and not reason.strip():
        raise BadQuestion(
            f"no evidence stands behind {'、'.join(numbers)}",
            where="sentence",
            next_step="Give the reason for the number, or put the old one back",
        )


def _with(content: BriefingContent, section: Section, sentences: Sequence[Fact]) -> BriefingContent:
    new = section.model_copy(update={"sentences": tuple(sentences)})
    return _noted(_replaced(content, section.id, lambda _: new)).sealed()


def _noted(content: BriefingContent) -> BriefingContent:
    """Say below what the mark behind a person's number means, as long as there is one."""
    note = Fact(
        id=NOTE, section=_NOTES, score=0,
        parts=(f"标“{EDITED_MARK}”的数字由编辑人员核改，未经系统计算，原因见审阅稿。",),
    )  # fmt: skip

    def told(section: Section) -> Section:
        rest = tuple(one for one in section.sentences if one.id != NOTE)
        more = (note,) if edited_numbers(content) else ()
        return section.model_copy(update={"sentences": (*rest, *more)})

    return _replaced(content, _NOTES, told)


def _replaced(
    content: BriefingContent, section: str, change: Callable[[Section], Section]
) -> BriefingContent:
    sections = tuple(change(one) if one.id == section else one for one in content.sections)
    return content.model_copy(update={"sections": sections})
