"""What the desk of a briefing shows, and what its buttons do."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from cockpit.briefings import composed, kept
from cockpit.weekly.desk import WAYS, Change, edit, go, stands
from layouts import staff_texts as texts
from layouts.briefing.editing import added, dropped, moved, restored, reworded
from layouts.briefing.manuscript import manuscript, proof_line
from layouts.briefing.returned import Returned, returned, taken_over
from layouts.briefing.sentences import figure, sentence
from layouts.briefing_desk import DeskSection, DeskSentence, DeskView, Proof
from metrics.briefing.restated import restated
from metrics.calendar import parse_period
from metrics.errors import CockpitError

if TYPE_CHECKING:
    from cockpit.wiring import Services
    from metrics.briefing import BriefingContent
    from metrics.briefing.content import Evidence, Fact, Section

Fields = Mapping[tuple[str, str], str]
"""What is typed on the page, by name of the field and sentence."""


def desk_of(
    services: Services,
    week: str,
    *,
    fields: Fields | None = None,
    is_compared: bool = False,
) -> DeskView:
    """Return what the desk of a week shows.

    Args:
        services: the opened services.
        week: of the briefing.
        fields: what was typed and not saved yet is shown again.
        is_compared: also tell what was restated since; this composes the week once more.

    Raises:
        CockpitError: no such week, or its briefing cannot be composed.
    """
    now, fields = stands(services, week), fields or {}
    content = now.content
    assert content is not None  # noqa: S101 - what stands has content
    period = parse_period(now.week, services.clock.today())
    base = kept(services, period)
    pieces = {piece.id: piece for piece in content.evidence}
    return DeskView(
        week=now.week,
        href=f"/briefing/{now.week}",
        title=f"{content.masthead}〔{content.issue_year}〕第{content.issue_number}期",
        state=now.state,
        revision=now.revision,
        number=content.issue_number,
        who=fields.get(("who", ""), ""),
        sections=tuple(_section(one, base, pieces, fields) for one in content.sections),
        ways=tuple(way for way, (start, _) in WAYS.items() if start == now.state),
        steps=tuple(
            (step.at.replace("T", " "), step.who, _deed(step.what), step.note)
            for step in services.weekly.steps(now.week)
        ),
        changes=_changes(content, composed(services, period)) if is_compared else None,
        sent=_sent(services, now.week),
        file=fields.get(("file", ""), ""),
        returned=_returned_rows(services, now.week, fields.get(("file", ""), "")),
    )


def act_on(services: Services, week: str, act: str, of: str, fields: Fields) -> DeskView:
    """Do what a button says and return the desk after it, with why where it was refused."""
    who = fields.get(("who", ""), "")
    revision = int(fields.get(("revision", ""), "0") or 0)
    left = dict(fields)
    try:
        if act == "way":
            number = fields.get(("number", ""), "").strip()
            go(services, week, revision, who, of, note=fields.get(("note", ""), ""),
               number=_number(number))  # fmt: skip
            said = texts.BRIEFING_DONE.format(what=texts.BRIEFING_STEPS[of])
        else:
            what, change = _change(services, week, act, of, fields)
            left = _unsaved(services, week, left)
            edit(services, week, revision, who, what, change)
            said = texts.BRIEFING_SAVED
            left.pop(("file", ""), None)
            for name in ("text", "why", "new"):
                left.pop((name, of), None)
    except CockpitError as error:
        return replace(desk_of(services, week, fields=fields), said=error.sentence, is_wrong=True)
    return replace(desk_of(services, week, fields=left), said=said)


def _unsaved(services: Services, week: str, fields: Fields) -> dict[tuple[str, str], str]:
    """Return the fields without those that only say what stands there already."""
    content = stands(services, week).content
    old = {("text", fact.id): sentence(fact) for fact in content.facts} if content else {}
    return {key: text for key, text in fields.items() if old.get(key) != text}


def look_into(services: Services, week: str, name: str, told: str, fields: Fields) -> DeskView:
    """Return the desk with what was changed in an edited document that is handed in.

    Args:
        services: the opened services.
        week: of the briefing.
        name: of the file.
        told: the file as the browser hands it over: a kind, a comma, base64.
        fields: what is typed on the page.
    """
    file = f"{name}/{told.rpartition(',')[2]}"
    try:
        changes = _returned(services, week, file)
    except CockpitError as error:
        return replace(desk_of(services, week, fields=fields), said=error.sentence, is_wrong=True)
    said = "" if changes else texts.BRIEFING_RETURN_SAME.format(name=name)
    view = desk_of(services, week, fields={**fields, ("file", ""): file})
    return replace(view, said=said)


def _returned_rows(services: Services, week: str, file: str) -> tuple[tuple[str, ...], ...]:
    """Return what was changed in a document that waits; nothing where it no longer fits."""
    try:
        changes = _returned(services, week, file) if file else ()
    except CockpitError:
        return ()
    return tuple(
        (texts.BRIEFING_RETURN_KINDS[one.kind], one.at, one.shown_numbers, one.shown_words)
        for one in changes
    )


def _returned(services: Services, week: str, file: str) -> tuple[Returned, ...]:
    name, _, coded = file.partition("/")
    content = stands(services, week).content
    assert content is not None  # noqa: S101 - what stands has content
    try:
        data = base64.b64decode(coded, validate=True)
    except ValueError:
        data = b""
    return returned(manuscript(content), data, name=name)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else -1 if text else None


def _change(services: Services, week: str, act: str, of: str, fields: Fields) -> tuple[str, Change]:
    """Return a deed in words, and what it makes of a content."""
    who = " ".join(fields.get(("who", ""), "").split())
    why = fields.get(("why", of), "")
    words = f"{texts.BRIEFING_ACTS[act]} {of}"
    if act == "save":
        text = fields.get(("text", of), "")
        return words, lambda content: reworded(content, of, text, who=who, reason=why)
    if act == "import":
        file, reason = fields.get(("file", ""), ""), fields.get(("note", ""), "")
        changes = _returned(services, week, file)
        words = f"{texts.BRIEFING_ACTS[act]} {file.partition('/')[0]}"
        return words, lambda content: taken_over(content, changes, who=who, reason=reason)
    if act == "add":
        text = fields.get(("new", of), "")
        return words, lambda content: added(content, of, text, who=who, reason=why)
    if act == "restore":
        period = parse_period(week, services.clock.today())
        return words, lambda content: restored(content, kept(services, period), of)
    if act == "drop":
        return words, lambda content: dropped(content, of)
    return words, lambda content: moved(content, of, 1 if act == "down" else -1)


def _deed(what: str) -> str:
    return texts.BRIEFING_STEPS.get(what, what)


def _section(
    section: Section, base: BriefingContent, pieces: Mapping[str, Evidence], fields: Fields
) -> DeskSection:
    here = {fact.id for fact in section.sentences}
    old = next((one for one in base.sections if one.id == section.id), section)
    gone = [fact for fact in old.sentences if fact.id not in here]
    shown = [_sentence(fact, pieces, fields) for fact in section.sentences]
    shown += [replace(_sentence(fact, pieces, fields), is_dropped=True) for fact in gone]
    return DeskSection(section.id, section.title, tuple(shown))


def _sentence(fact: Fact, pieces: Mapping[str, Evidence], fields: Fields) -> DeskSentence:
    text = sentence(fact)
    found = [pieces[id_] for id_ in fact.evidence if id_ in pieces]
    return DeskSentence(
        id=fact.id,
        text=text,
        typed=fields.get(("text", fact.id), text) or text,
        proofs=tuple(Proof(proof_line(piece), _href(piece)) for piece in found),
        author=fact.author,
        edited=tuple((one.text, one.reason) for one in fact.slots if one.kind == "edited"),
    )


def _href(piece: Evidence) -> str:
    return f"/indicator/{piece.indicator}?period={piece.period}&area={piece.area}"


def _sent(services: Services, week: str) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (one.at.replace("T", " "), one.target, texts.BRIEFING_SENT_STATES[one.state],
         str(one.tries), one.note)
        for one in services.weekly.deliveries(week)
    )  # fmt: skip


def _changes(content: BriefingContent, now: BriefingContent) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            one.frozen.name, one.frozen.area_name, one.frozen.where,
            one.frozen.period.replace("..", "至"),
            figure(one.frozen.value, one.frozen.unit, one.frozen.decimals),
            figure(one.now.value if one.now else None, one.frozen.unit, one.frozen.decimals),
        )
        for one in restated(content, now)
    )  # fmt: skip
