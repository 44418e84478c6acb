"""From page to page: which one is asked for next, and how it is known that it was the last."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from etl.fetch.client import Client, Passing, Reply
from etl.fetch.spec import HttpRule
from etl.fetch.templates import fill
from etl.readers import Sheet, read_sheet
from etl.spec import SourceSpec
from metrics.errors import SourceError

MOST_PAGES = 100_000


class Incomplete(SourceError):
    """Pages that cannot be used as they are: the fetch begins anew."""


@dataclass(frozen=True)
class Progress:
    """How far a fetch has come.

    Attributes:
        began: when, in the city's time; {now} and {today} are of this moment on every page.
        rule: fingerprint of what the spec says of asking.
        name: of the file that it becomes.
        begin: the watermark asked from; empty for everything.
        number: of the page asked for next, from 1.
        at: what the interface calls that page: its number, offset, cursor or address.
        rows: rows of the pages that are here.
        last: SHA-256 of the page before.
        is_done: every page is here.
    """

    began: str
    rule: str
    name: str
    begin: str
    number: int = 1
    at: str = ""
    rows: int = 0
    last: str = ""
    is_done: bool = False


@dataclass(frozen=True)
class Page:
    """A page that was understood: its bytes, its rows, and how the fetch stands after it."""

    body: bytes
    rows: int
    after: Progress


def begin_progress(spec: SourceSpec, now: dt.datetime, begin: str, name: str) -> Progress:
    """Return a fetch before its first page."""
    assert spec.http is not None  # noqa: S101 - only such feeds are fetched this way
    paging = spec.http.paging
    first = {"page": str(paging.first), "offset": "0"}.get(paging.by, "") if paging else ""
    return Progress(now.isoformat(), fingerprint(spec), name, begin, at=first)


def fingerprint(spec: SourceSpec) -> str:
    """Return a text that changes with what the spec says of asking and of the pages' form."""
    assert spec.http is not None  # noqa: S101
    said = f"{spec.http.model_dump_json()} {spec.format} {spec.records} {spec.title_rows}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def address(rule: HttpRule, progress: Progress) -> str:
    """Return what is asked next, without the token."""
    by = rule.paging.by if rule.paging else ""
    if by == "link" and progress.at:
        return progress.at
    values = _values(rule, progress)
    now = dt.datetime.fromisoformat(progress.began)
    quoted = {name: quote(value, safe="") for name, value in values.items()}
    url = fill(rule.url, quoted, now)
    filled = {name: fill(text, values, now) for name, text in rule.parameters.items()}
    query = urlencode({name: value for name, value in filled.items() if value})
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def headers_of(rule: HttpRule, progress: Progress) -> dict[str, str]:
    """Return the headers of the spec, filled in."""
    values, now = _values(rule, progress), dt.datetime.fromisoformat(progress.began)
    return {name: fill(text, values, now) for name, text in rule.headers.items()}


def _values(rule: HttpRule, progress: Progress) -> dict[str, str]:
    by = rule.paging.by if rule.paging else ""
    size = str(rule.paging.size) if rule.paging and rule.paging.size else ""
    return {"watermark": progress.begin, "size": size, by: progress.at}


def no_page(progress: Progress) -> Page:
    """Return what an interface means that knows no page of this number: the end."""
    return Page(b"", 0, replace(progress, is_done=True))


def understand(spec: SourceSpec, progress: Progress, reply: Reply, client: Client) -> Page:
    """Return a page as it counts.

    Raises:
        Passing: it is cut off, no page at all, or the same as the one before.
        Incomplete: there are fewer rows than the interface said, or there is no end.
    """
    assert spec.http is not None  # noqa: S101
    body, rule = reply.body, spec.http
    sha256 = hashlib.sha256(body).hexdigest()
    rows = _count(spec, progress, body)
    if rows and sha256 == progress.last:
        raise Passing(
            f"page {progress.number} is the same as the one before",
            where=spec.source,
            hint="Whether that was the last page cannot be known",
            next_step="Let http.paging say total or next",
        )
    counted = progress.rows + rows
    envelope = _envelope(spec, body)
    total = _whole(_found(envelope, rule.paging.total)) if rule.paging else None
    at = _next(rule, progress, reply, envelope, rows, client)
    by = rule.paging.by if rule.paging else ""
    is_done = at is None or (by in ("page", "offset") and total is not None and counted >= total)
    if is_done and total is not None and counted < total:
        raise Incomplete(
            f"the interface said {total:,} rows and gave {counted:,}",
            where=spec.source,
            next_step="The fetch begins anew the next time; compare http.paging with the interface",
        )
    if progress.number >= MOST_PAGES and not is_done:
        msg = f"there is no end after {MOST_PAGES:,} pages"
        raise Incomplete(msg, where=spec.source, next_step="Correct http.paging")
    number = progress.number + 1
    after = replace(
        progress, number=number, at=at or "", rows=counted, last=sha256, is_done=is_done
    )
    return Page(body, rows, after)


def _next(
    rule: HttpRule,
    progress: Progress,
    reply: Reply,
    envelope: Any,  # noqa: ANN401 - what JSON holds
    rows: int,
    client: Client,
) -> str | None:
    """Return what the interface calls the next page, None where there is none."""
    if rule.paging is None:
        return None
    if rule.paging.by in ("page", "offset"):
        step = 1 if rule.paging.by == "page" else rows
        return str(int(progress.at) + step) if rows else None
    told = _found(envelope, rule.paging.next) if rule.paging.next else reply.link
    if told in (None, "", False):
        return None
    at = str(told)
    if rule.paging.by == "link":
        at = client.followed(address(rule, progress), at)
    if at == progress.at:
        raise Passing(
            f"after page {progress.number} comes page {progress.number} again",
            where=rule.url,
            next_step="Correct http.paging.next",
        )
    return at


def page_sheet(spec: SourceSpec, name: str, body: bytes) -> Sheet | None:
    """Return a page as a table, or None for one without any text.

    Raises:
        SourceError: it has not the form that the spec says.
    """
    return read_sheet(spec, Path(name), body) if body.strip() else None


def _count(spec: SourceSpec, progress: Progress, body: bytes) -> int:
    try:
        sheet = page_sheet(spec, f"{spec.source}, page {progress.number}", body)
    except SourceError as error:
        raise Passing(
            error.what, where=error.where, hint=error.hint, next_step=error.next_step
        ) from error
    return sheet.frame.height + sheet.broken.height if sheet else 0


def _envelope(spec: SourceSpec, body: bytes) -> Any:  # noqa: ANN401 - what JSON holds
    paging = spec.http.paging if spec.http else None
    if paging is None or not (paging.next or paging.total) or not body.strip():
        return None
    return json.JSONDecoder(parse_float=str, parse_int=str).decode(body.decode("utf-8-sig"))


def _found(document: Any, keys: str) -> Any:  # noqa: ANN401 - what JSON holds
    if not keys:
        return None
    for key in keys.split("."):
        document = document.get(key) if isinstance(document, Mapping) else None
    return document


def _whole(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else None
