"""How a feed is asked, as its source spec says it: ``http:`` or ``sql:``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field
from urllib3.util import parse_url

from etl.fetch.templates import fields_of
from etl.fetch.watermark import Unreadable, read_mark, read_step
from etl.spec_values import Duration, Part, Text, TextMap, named

Found = tuple[tuple[str | int, ...], str, str]
"""Keys that lead to a problem, what is wrong, and a hint."""

PLACEHOLDERS = ("watermark", "now", "today", "yesterday", "page", "offset", "size", "cursor")
DATABASES = {"postgresql": 5432, "postgres": 5432, "mysql": 3306, "mariadb": 3306}

_VARIABLE = re.compile(r"(?!COCKPIT_)[A-Z][A-Z0-9_]*")
_SECRET_NAMES = frozenset({
    "token", "accesstoken", "authtoken", "apikey", "key", "appkey", "secret", "appsecret",
    "clientsecret", "password", "passwd", "pwd", "authorization", "auth", "cookie", "xapikey",
    "xauthtoken", "xtoken", "accesskey", "signature",
})  # fmt: skip


class Token(Part):
    """Which variable holds the token, and where the interface wants it."""

    variable: Text = Field(description="environment variable that holds it; never the token itself")
    header: Text = Field(default="Authorization", description="header it is sent in")
    scheme: Text = Field(default="Bearer", description="word before it in Authorization")
    parameter: Text = Field(default="", description="query parameter it is sent in, not a header")


class Paging(Part):
    """How the interface is asked for the next page, and how the last one is known."""

    by: Literal["page", "offset", "cursor", "link"]
    first: int = Field(default=1, ge=0, description="number of the first page")
    size: int = Field(default=0, ge=0, description="rows asked for, written as {size}")
    next: Text = Field(
        default="", description="keys that lead to the next cursor or link; else the Link header"
    )
    total: Text = Field(default="", description="keys that lead to the number of all rows")


class Watermark(Part):
    """The column by which only what is new is asked for."""

    column: Text = Field(description="source column: a time, or a number that only grows")
    begin: Text = Field(default="", description="where the first fetch begins")
    overlap: Text = Field(
        default="", description="how far each fetch goes back; 10m for times, 1000 for numbers"
    )
    format: Text = Field(default="", description="form of the times, for example %Y%m%d%H%M%S")


class HttpRule(Part):
    """A paged HTTP interface."""

    url: Text = Field(description="address; {…} is filled in, see parameters")
    parameters: TextMap = Field(
        default_factory=dict, description="query; a value that comes out empty is left out"
    )
    headers: TextMap = Field(default_factory=dict)
    token: Annotated[Token | None, named("variable")] = None
    paging: Annotated[Paging | None, named("by")] = Field(
        default=None, description="one page holds everything when absent"
    )
    watermark: Annotated[Watermark | None, named("column")] = None
    per_second: float = Field(default=5, gt=0, le=100, description="requests a second at most")
    timeout: Duration = Field(default=dt.timedelta(seconds=30), description="for one page")
    tries: int = Field(default=5, ge=1, le=20, description="how often a page is asked for")

    @property
    def origin(self) -> str:
        """Scheme and host, the only ones the token is ever sent to."""
        return origin_of(self.url)


class SqlRule(Part):
    """A query to a database, read by its watermark."""

    database: Text = Field(description="postgresql://user@host:port/name, or mysql://…")
    password: Text = Field(default="", description="environment variable that holds it")
    query: Text = Field(description="SELECT …; only the columns the spec uses are fetched")
    watermark: Annotated[Watermark | None, named("column")] = None
    rows: int = Field(default=50_000, ge=1, le=1_000_000, description="rows in one file at most")
    timeout: Duration = Field(default=dt.timedelta(seconds=60), description="for one statement")


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address, read as by the client that connects to it.

    Raises:
        ValueError: it is no address.

    Example:
        >>> origin_of("https://City.example/v1?a=1"), origin_of("http://city.example:80/")
        ('https://city.example:443', 'http://city.example:80')
    """
    parts = parse_url(url)
    scheme = parts.scheme or ""
    port = parts.port or {"http": 80, "https": 443}.get(scheme, 0)
    return f"{scheme}://{(parts.host or '').lower()}:{port}"


def wrong_http(rule: HttpRule) -> Iterator[Found]:
    """Yield what each key allows by itself but not together with the others."""
    yield from _wrong_address(("http", "url"), rule.url, ("http", "https"))
    if "{" in rule.url.partition("://")[2].partition("/")[0]:
        yield ("http", "url"), "the host is not fixed", "Fill in only what follows it"
    named_here = {*rule.parameters, *rule.headers}
    for group, values in (("parameters", rule.parameters), ("headers", rule.headers)):
        for name, value in values.items():
            if re.sub(r"[^a-z]", "", name.lower()) in _SECRET_NAMES and not fields_of(value):
                hint = "Keep it in an environment variable and name that under http.token"
                yield ("http", group, name), f"'{name}' looks like a secret", hint
    if rule.token is not None:
        yield from _wrong_variable(("http", "token", "variable"), rule.token.variable)
        if {rule.token.header, rule.token.parameter} & named_here:
            yield ("http", "token"), "the token's place is filled already", "Take it out there"
    used = fields_of(rule.url, *rule.parameters.values(), *rule.headers.values())
    for field in sorted(used - set(PLACEHOLDERS)):
        hint = f"Allowed: {', '.join(PLACEHOLDERS)}"
        yield ("http",), f"nothing fills {{{field}}}", hint
    yield from _wrong_paging(rule, used)
    if rule.watermark is not None:
        if "watermark" not in used:
            hint = 'For example parameters: {updated_since: "{watermark}"}'
            yield ("http", "watermark"), "no parameter asks for {watermark}", hint
        yield from _wrong_watermark(("http", "watermark"), rule.watermark)
    elif "watermark" in used:
        yield ("http",), "{watermark} is asked for, but there is none", "Add http.watermark"


def wrong_sql(rule: SqlRule) -> Iterator[Found]:
    """Yield what each key allows by itself but not together with the others."""
    yield from _wrong_address(("sql", "database"), rule.database, tuple(DATABASES))
    if not urlsplit(rule.database).path.strip("/"):
        yield ("sql", "database"), "no database is named", "End it with /name"
    if rule.password:
        yield from _wrong_variable(("sql", "password"), rule.password)
    if not re.match(r"\s*(select|with)\b", rule.query, re.IGNORECASE):
        yield ("sql", "query"), "this is no query", "Begin it with SELECT or WITH"
    if rule.watermark is not None:
        yield from _wrong_watermark(("sql", "watermark"), rule.watermark)


def _wrong_address(keys: tuple[str, ...], url: str, schemes: tuple[str, ...]) -> Iterator[Found]:
    allowed = ", ".join(f"{scheme}://" for scheme in schemes)
    try:
        parts = urlsplit(url)
        origin_of(url)
    except ValueError:
        yield keys, "this is no address", f"Begin it with one of {allowed}"
        return
    if parts.scheme not in schemes or not parts.hostname:
        yield keys, "this is no address", f"Begin it with one of {allowed}"
    if parts.password or (parts.username and "http" in schemes):
        hint = "Keep it in an environment variable and name that"
        yield keys, "the address holds a password", hint


def _wrong_variable(keys: tuple[str, ...], name: str) -> Iterator[Found]:
    if not _VARIABLE.fullmatch(name):
        hint = "Write its name in capitals, for example HOTLINE_TOKEN; COCKPIT_… are settings"
        yield keys, "this names no environment variable", hint


def _wrong_paging(rule: HttpRule, used: set[str]) -> Iterator[Found]:
    by = rule.paging.by if rule.paging else ""
    for way in ("page", "offset", "cursor"):
        if way in used and by != way:
            yield ("http", "paging"), f"{{{way}}} is asked for", f"Write paging: {{by: {way}}}"
    if by in ("page", "offset", "cursor") and by not in used:
        hint = f'For example parameters: {{{by}: "{{{by}}}"}}'
        yield ("http", "paging"), f"no parameter asks for {{{by}}}", hint
    if rule.paging and by == "cursor" and not rule.paging.next:
        yield ("http", "paging"), "nothing says where the next cursor stands", "Add next"
    if "size" in used and not (rule.paging and rule.paging.size):
        yield ("http", "paging"), "{size} is asked for, but there is none", "Add paging.size"


def _wrong_watermark(keys: tuple[str, ...], mark: Watermark) -> Iterator[Found]:
    if mark.begin:
        try:
            read_mark(mark.begin, mark.format)
        except Unreadable:
            hint = "A time such as 2026-01-01 00:00:00, or a whole number"
            yield (*keys, "begin"), f"'{mark.begin}' is no beginning", hint
    try:
        read_step(mark.overlap)
    except ValueError as error:
        yield (*keys, "overlap"), f"overlap: {error}", ""
