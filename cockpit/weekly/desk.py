"""The desk of the briefings: who changes what, and the way from draft to archive."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cockpit.briefings import kept, read_period
from cockpit.weekly.archive import put_away
from cockpit.weekly.ledger import Standing, State, Step
from metrics.errors import BadQuestion

if TYPE_CHECKING:
    from cockpit.wiring import Services
    from metrics.briefing import BriefingContent

WAYS: dict[str, tuple[State, State]] = {
    "review": ("draft", "reviewed"),
    "sign": ("reviewed", "signed"),
    "archive": ("signed", "archived"),
    "return": ("reviewed", "draft"),
    "recall": ("signed", "draft"),
}
"""What may be done, from which state, to which."""
NEED_NOTE = ("return", "recall")
LONGEST_NAME = 40
Change = Callable[["BriefingContent"], "BriefingContent"]


def stands(services: Services, week: str) -> Standing:
    """Return a period's briefing as it stands now, composing it where there is none.

    Raises:
        BadQuestion: no day, ISO week, month or quarter that has begun.
    """
    period = read_period(services, week)
    found = services.weekly.standing(period.text)
    if found.content is not None:
        return found
    return Standing(period.text, found.state, found.revision, kept(services, period))


def edit(
    services: Services, week: str, revision: int, who: str, what: str, change: Change
) -> Standing:
    """Change a draft and write down who did it.

    Args:
        services: the opened services.
        week: of the briefing.
        revision: what the person was looking at.
        who: the person's name.
        what: the change in words.
        change: content to content; the same content is no change.

    Raises:
        BadQuestion: no name, not a draft any more, changed by somebody else, or a change that the
            content refuses.
    """
    who, now = _name(who), _current(stands(services, week), revision)
    if now.state != "draft":
        raise BadQuestion(
            f"the briefing is {now.state}, and only a draft is edited",
            where=now.week,
            next_step="Return it to draft first",
        )
    assert now.content is not None  # noqa: S101 - what stands has content
    made = change(now.content)
    if made.content_hash == now.content.content_hash:
        return now
    return services.weekly.put(
        Standing(now.week, now.state, now.revision, made), _step(services, made, who, what, "")
    )


def go(
    services: Services,
    week: str,
    revision: int,
    who: str,
    way: str,
    *,
    note: str = "",
    number: int | None = None,
) -> Standing:
    """Take a briefing one step further, or back to draft.

    Args:
        services: the opened services.
        week: of the briefing.
        revision: what the person was looking at.
        who: the person's name.
        way: of ``WAYS``.
        note: why it goes back; may be empty on the way forward.
        number: the issue's number of the year, on signing; by default that of the period.

    Raises:
        BadQuestion: no name, the step does not lead on from here, no reason for the way back, or
            a number that another briefing was signed under.
    """
    who, now = _name(who), _current(stands(services, week), revision)
    content = now.content
    assert content is not None  # noqa: S101 - what stands has content
    if way not in WAYS or WAYS[way][0] != now.state:
        allowed = [one for one, (start, _) in WAYS.items() if start == now.state]
        raise BadQuestion(
            f"'{way}' is no step from {now.state}",
            where=now.week,
            hint=f"Allowed: {', '.join(allowed) or 'none'}",
        )
    if way in NEED_NOTE and not note.strip():
        raise BadQuestion("a way back needs its reason", where=now.week)
    if way == "sign":
        content = _numbered(services, content, number)
    if way == "archive":
        note = put_away(services, content, services.weekly.steps(now.week), who)
    return services.weekly.put(
        Standing(now.week, WAYS[way][1], now.revision, content),
        _step(services, content, who, way, note.strip()),
    )


def compose_anew(services: Services, week: str, who: str) -> None:
    """Compose a draft again from today's data; changes made to it are taken back.

    Raises:
        BadQuestion: it is reviewed or signed already.
    """
    period = read_period(services, week)
    now = services.weekly.standing(period.text)
    if now.state != "draft":
        raise BadQuestion(
            f"the briefing is {now.state} and stays as it is",
            where=period.text,
            next_step="Return it to draft first",
        )
    content = kept(services, period, is_anew=True)
    if now.content is not None:
        services.weekly.forget(period.text, _step(services, content, who, "anew", ""))


def _name(who: str) -> str:
    name = " ".join(who.split())
    if not name:
        raise BadQuestion("who does this is not said", where="name", next_step="Type your name")
    if len(name) > LONGEST_NAME:
        raise BadQuestion("the name is too long", where="name", hint=f"Up to {LONGEST_NAME}")
    return name


def _current(now: Standing, revision: int) -> Standing:
    if now.revision != revision:
        raise BadQuestion(
            "somebody else has changed this briefing meanwhile",
            where=now.week,
            next_step="Look at it again, then repeat what you wanted",
        )
    return now


def _numbered(services: Services, content: BriefingContent, number: int | None) -> BriefingContent:
    wanted = content.issue_number if number is None else number
    if not 1 <= wanted <= 9999:
        raise BadQuestion(f"'{wanted}' is no number of an issue", where=content.week)
    other = services.weekly.number_taken(content, wanted)
    if other:
        raise BadQuestion(
            f"number {wanted} of {content.issue_year} is signed already", where=content.week,
            hint=f"It is that of {other}",
        )  # fmt: skip
    return content.model_copy(update={"issue_number": wanted}).sealed()


def _step(services: Services, content: BriefingContent, who: str, what: str, note: str) -> Step:
    at = services.clock.now().replace(tzinfo=None).isoformat(timespec="seconds")
    return Step(at, who, what, note, content.content_hash)
