"""Freezing at the cut-off, and sending what is signed: tried again, but nowhere twice."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cockpit.briefings import kept
from cockpit.secret_variables import secret
from cockpit.weekly.archive import archived_files, put_away
from cockpit.weekly.cutoff import AsOf
from cockpit.weekly.desk import stands
from cockpit.weekly.ledger import Delivery
from cockpit.weekly.mail import Letter, NotSent, Unsure, send
from cockpit.weekly.webhook import message, post, read_webhook, signed
from metrics.calendar import Period, week_of

if TYPE_CHECKING:
    from cockpit.wiring import Services
    from metrics.briefing import BriefingContent

LOG = logging.getLogger("cockpit.weekly")
MOST_TRIES = 10
LONGEST_WAIT = dt.timedelta(hours=2)
BY = "schedule"
MOST_SAID = 4
"""Sentences in a message."""


@dataclass(frozen=True)
class _Packet:
    """What is sent."""

    content: BriefingContent
    files: tuple[Path, ...]
    subject: str
    text: str


def attend(services: Services) -> None:
    """Do what is due for the last whole week: freeze it, then send it where it has to go."""
    settings, now = services.settings, services.clock.now().replace(tzinfo=None)
    week = week_of(now.date() - dt.timedelta(days=7))
    cutoff, at = settings.briefing_cutoff, settings.briefing_at
    if cutoff is not None and now >= cutoff.after(week.end):
        freeze(services, week, cutoff.after(week.end))
    if at is not None and now >= at.after(week.end):
        deliver(services, week, now)


def freeze(services: Services, week: Period, at: dt.datetime) -> None:
    """Compose a week as of its cut-off, unless somebody has done so; a late start loses nothing."""
    instant = at.replace(tzinfo=services.clock.now().tzinfo)
    batch = services.service.batch_at(instant)
    kept(services, week, asks=AsOf(services.service, batch) if batch else None)


def deliver(services: Services, week: Period, now: dt.datetime) -> None:
    """Send a week's briefing to every place that has not got it yet."""
    ways = _ways(services)
    due = [target for target in ways if _is_due(services, week.text, target, now)]
    if not due:
        return
    standing = stands(services, week.text)
    is_signed = standing.state in ("signed", "archived")
    if standing.content is None or not (is_signed or services.settings.briefing_unsigned == "send"):
        return
    packet = _packet(services, standing.content)
    for target in due:
        _try(services, packet, target, now, ways[target])


def _is_due(services: Services, week: str, target: str, now: dt.datetime) -> bool:
    """Tell whether a place was never tried, or may be tried again by now."""
    for one in services.weekly.deliveries(week):
        if one.target == target:
            wait = min(dt.timedelta(minutes=2**one.tries), LONGEST_WAIT)
            is_over = now >= dt.datetime.fromisoformat(one.at) + wait
            return one.state == "failed" and one.tries < MOST_TRIES and is_over
    return True


def _try(
    services: Services, packet: _Packet, target: str, now: dt.datetime,
    way: Callable[[_Packet], None],
) -> None:  # fmt: skip
    week, ledger = packet.content.week, services.weekly
    at = now.isoformat(timespec="seconds")
    begun = Delivery(week, target, packet.content.content_hash, "sending", 1, at, "")
    if not ledger.begin(begun):
        return
    try:
        way(packet)
    except NotSent as error:
        ledger.end(week, target, state="failed", note=str(error))
        LOG.warning("%s could not be sent to %s (%s)", week, target, error)
    except Unsure as error:
        ledger.end(week, target, state="sending", note=f"unsure: {error}")
        LOG.error("%s may have reached %s (%s); not sent again", week, target, error)
    else:
        ledger.end(week, target, state="sent", note="")
        LOG.info("%s was sent to %s", week, target)


def _ways(services: Services) -> dict[str, Callable[[_Packet], None]]:
    """Return how each place is reached, by its name in the ledger."""
    settings = services.settings
    found: dict[str, Callable[[_Packet], None]] = {}
    if settings.smtp and settings.mail_from:
        for receiver in settings.briefing_mail:
            found[f"mail:{receiver}"] = _mail(services, receiver)
    hook = secret("COCKPIT_BRIEFING_WEBHOOK")
    if hook:
        try:
            form, address = read_webhook(hook)
        except ValueError as error:
            LOG.error("%s", error)
            return found
        mark = hashlib.sha256(address.encode()).hexdigest()[:8]  # the address is a secret itself
        found[f"{form}:{urlsplit(address).hostname}:{mark}"] = _chat(services, form, address)
    return found


def _mail(services: Services, receiver: str) -> Callable[[_Packet], None]:
    settings = services.settings

    def way(packet: _Packet) -> None:
        mark = hashlib.sha256(f"{packet.content.content_hash}/{receiver}".encode()).hexdigest()
        letter = Letter(
            settings.mail_from[0], receiver, packet.subject, packet.text, packet.files,
            services.clock.now(), mark[:32],
        )  # fmt: skip
        send(letter, settings.smtp, secret("COCKPIT_SMTP_PASSWORD"))

    return way


def _chat(services: Services, form: str, address: str) -> Callable[[_Packet], None]:
    def way(packet: _Packet) -> None:
        key = secret("COCKPIT_DINGTALK_SECRET") if form == "dingtalk" else ""
        milliseconds = int(services.clock.now().timestamp() * 1000)
        post(signed(address, key, milliseconds), message(form, packet.subject, packet.text))

    return way


def _packet(services: Services, content: BriefingContent) -> _Packet:
    """Return what is sent, kept in the archive first: what went out can be looked up for good."""
    from layouts.briefing.manuscript import manuscript  # noqa: PLC0415 - loads the writers

    folder = put_away(services, content, services.weekly.steps(content.week), BY)
    said = manuscript(content)
    told = [text for chapter in said.chapters for _, text in chapter.sentences][:MOST_SAID]
    lines = [*filter(None, (said.demo_label,)), *told, said.version_line]
    subject = f"{content.masthead}{said.issue} {content.title}{said.span}"
    return _Packet(content, archived_files(services, folder), subject, "\n\n".join(lines))
