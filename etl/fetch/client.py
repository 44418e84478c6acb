"""One page asked of an interface: patiently, politely, and never telling the token to others."""

from __future__ import annotations

import datetime as dt
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import quote, quote_plus, urlencode, urljoin, urlsplit, urlunsplit

import urllib3
from urllib3.exceptions import HTTPError

from etl.fetch.desk import Errand
from etl.fetch.spec import HttpRule, origin_of
from metrics.errors import SourceError

Said = TypeVar("Said")

MOST_PAGE = 128 << 20
"""Bytes of one page, unpacked."""

_CHUNK = 1 << 16
_REPEATED = frozenset({408, 425, 429, 500, 502, 503, 504})
_MOVED = frozenset({301, 302, 303, 307, 308})
_MOST_MOVES = 5
_LONGEST_PAUSE, _LONGEST_ASKED = 60.0, 120.0
_SHORTEST_SECRET = 6


class Refused(SourceError):
    """An answer that repeating will not change.

    Attributes:
        code: HTTP status; 0 where there was none.
    """

    code = 0


class Passing(SourceError):
    """A fault that may be over when asked again.

    Attributes:
        wait: seconds the interface asks to be left alone.
    """

    wait = 0.0


class Stopped(SourceError):
    """The process ends; the fetch goes on with the next one."""


@dataclass(frozen=True)
class Reply:
    """One page as received.

    Attributes:
        body: its bytes, unpacked.
        link: address of the next page that the Link header names, else empty.
    """

    body: bytes
    link: str


class Client:
    """Asks one interface; not to be shared between threads."""

    def __init__(self, rule: HttpRule, errand: Errand, source: str) -> None:
        """Prepare; nothing is asked yet.

        Raises:
            SourceError: the variable that should hold the token is not set.
        """
        self._rule, self._errand, self._source = rule, errand, source
        self._token = open_secret(errand, rule.token.variable, source) if rule.token else ""
        self._pool = urllib3.PoolManager(num_pools=1, maxsize=1, retries=False)
        self._earliest = 0.0

    def get(
        self, url: str, headers: Mapping[str, str], understand: Callable[[Reply], Said]
    ) -> Said:
        """Return what ``understand`` makes of a page, asking again while the fault may pass.

        Args:
            url: without the token.
            headers: further ones.
            understand: raises Passing for a page that is cut off or repeated.

        Raises:
            SourceError: it was asked for often enough, or asking again will not help.
        """
        for number in range(1, self._rule.tries + 1):
            try:
                return understand(self._ask(url, headers))
            except Passing as problem:
                wait = self._pause(number, problem.wait)
                if number == self._rule.tries or problem.wait > _LONGEST_ASKED:
                    raise
                self._wait(wait)
        raise AssertionError  # the last try returns or raises

    def shown(self, url: str) -> str:
        """Return an address as it may be told."""
        return without_secret(url, self._token)

    def _pause(self, number: int, asked: float) -> float:
        """Return seconds: doubled with every try, spread so that many do not come at once."""
        longest = min(_LONGEST_PAUSE, self._errand.pause * 2.0 ** (number - 1))
        return max(asked, longest * random.uniform(0.5, 1.0))  # noqa: S311 - no secret

    def _wait(self, seconds: float) -> None:
        if self._errand.stopping.wait(max(0.0, seconds)):
            raise Stopped("the program ends; the fetch goes on later", where=self._source)

    def _ask(self, url: str, headers: Mapping[str, str]) -> Reply:
        """Return one answer; a redirection is followed to the same host only."""
        for _ in range(_MOST_MOVES):
            self._wait(self._earliest - time.monotonic())
            self._earliest = time.monotonic() + 1.0 / self._rule.per_second
            answer = self._sent(url, headers)
            try:
                if answer.status not in _MOVED:
                    return self._taken(url, answer)
                url = self.followed(url, answer.headers.get("Location", ""))
            finally:
                answer.close()  # first: what was not read must not be met by the next page
                answer.release_conn()
        raise self._refused(url, "it is redirected in circles", "Correct http.url")

    def followed(self, url: str, target: str) -> str:
        """Return the address that another one leads to, without the token.

        Raises:
            Refused: it is on another host or less safe; the token stays here.
        """
        found = self.bare(urljoin(url, target))
        try:
            same = origin_of(found) == self._rule.origin
        except ValueError:
            same = False
        if not same:
            raise self._refused(
                url,
                f"it leads to another host, {_host(found)}",
                "Write that one in http.url if it is right",
            )
        return found

    def bare(self, url: str) -> str:
        """Return an address without the parameter that carries the token."""
        name = self._rule.token.parameter if self._rule.token else ""
        if not name:
            return url
        parts = urlsplit(url)
        head = re.escape(quote(name, safe=""))
        query = re.sub(rf"(?:^|&){head}=[^&]*", "", parts.query).lstrip("&")
        return urlunsplit(parts._replace(query=query))

    def _sent(self, url: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        token, seconds = self._rule.token, self._rule.timeout.total_seconds()
        sent = {"Accept-Encoding": "gzip, deflate", "User-Agent": "city-cockpit", **headers}
        address = url
        if token and token.parameter:
            joint = "&" if urlsplit(url).query else "?"
            address = f"{url}{joint}{urlencode({token.parameter: self._token})}"
        elif token:
            scheme = f"{token.scheme} " if token.scheme and token.header == "Authorization" else ""
            sent[token.header] = f"{scheme}{self._token}"
        try:
            return self._pool.request(
                "GET", address, headers=sent, redirect=False, preload_content=False,
                timeout=urllib3.Timeout(connect=min(10.0, seconds), read=seconds),
            )  # fmt: skip
        except (HTTPError, OSError, ValueError) as error:
            raise self._passing(url, _fault(error)) from None

    def _taken(self, url: str, answer: urllib3.BaseHTTPResponse) -> Reply:
        if answer.status in _REPEATED:
            wait = asked_wait(answer.headers.get("Retry-After", ""), dt.datetime.now(dt.UTC))
            problem = self._passing(url, f"it answers with status {answer.status}")
            problem.wait = wait
            raise problem
        if answer.status in (401, 403):
            variable = self._rule.token.variable if self._rule.token else ""
            step = f"Renew what {variable} holds" if variable else "Name a token under http.token"
            what = f"the interface refuses the token (status {answer.status})"
            raise self._refused(url, what, step, answer.status)
        if answer.status != 200 and answer.status != 204:
            what = f"it answers with status {answer.status}"
            raise self._refused(url, what, "Correct url and parameters", answer.status)
        return Reply(self._body(url, answer), next_link(answer.headers.get("Link", "")))

    def _body(self, url: str, answer: urllib3.BaseHTTPResponse) -> bytes:
        """Return the whole body, within the time and size that one page may take."""
        until = time.monotonic() + self._rule.timeout.total_seconds()
        parts, size = [], 0
        try:
            while part := answer.read1(_CHUNK, decode_content=True):
                parts.append(part)
                size += len(part)
                if size > MOST_PAGE:
                    what = f"a page is larger than {MOST_PAGE >> 20} MB"
                    raise self._refused(url, what, "Ask for fewer rows a page")
                if time.monotonic() > until:
                    raise self._passing(url, "the page took too long")
        except (HTTPError, OSError) as error:
            raise self._passing(url, _fault(error)) from None
        body = b"".join(parts)
        for form in _forms(self._token) if len(self._token) >= _SHORTEST_SECRET else ():
            body = body.replace(form.encode(), b"***")  # as in the links it gives
        return body

    def _passing(self, url: str, what: str) -> Passing:
        return Passing(
            f"{what} ({self.shown(url)})",
            where=self._source,
            next_step="It is asked again by itself; the pages that came are kept",
        )

    def _refused(self, url: str, what: str, step: str, code: int = 0) -> Refused:
        problem = Refused(f"{what} ({self.shown(url)})", where=self._source, next_step=step)
        problem.code = code
        return problem


def open_secret(errand: Errand, variable: str, source: str) -> str:
    """Return what an environment variable holds.

    Raises:
        SourceError: it is not set.
    """
    value = errand.secret(variable)
    if not value:
        raise SourceError(
            f"the environment variable {variable} is not set",
            where=source,
            next_step=f"Set it, or {variable}_FILE with the path of a file that holds it",
        )
    if not value.isprintable() or not value.isascii():
        raise SourceError(f"{variable} holds more than one line of plain text", where=source)
    return value


def without_secret(text: str, secret: str) -> str:
    """Return a text in which a secret does not stand, plain or quoted."""
    for form in _forms(secret):
        text = text.replace(form, "***")
    return text


def _forms(secret: str) -> list[str]:
    """Return every way in which a secret is written in texts and addresses, the longest first."""
    quoted = [quote(secret, safe=""), quote(secret), quote_plus(secret)]
    lower = [re.sub("%..", lambda found: found[0].lower(), text) for text in quoted]
    forms = {secret, *quoted, *lower, secret.replace("/", r"\/")}
    return sorted(forms - {""}, key=len, reverse=True)


def asked_wait(header: str, now: dt.datetime) -> float:
    """Return the seconds of a Retry-After header, a number or a date; 0 for any other text.

    Example:
        >>> asked_wait("120", dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
        120.0
    """
    header = header.strip()
    if header.isascii() and header.isdigit():
        return float(min(int(header), 86_400))
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return 0.0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return min(max(0.0, (moment - now).total_seconds()), 86_400.0)


def next_link(header: str) -> str:
    """Return the address of rel=next in a Link header, else an empty text.

    Example:
        >>> next_link('</v1?p=1>; rel="prev", </v1?p=3>; rel="next"')
        '/v1?p=3'
    """
    for address, rest in re.findall(r"<([^>]*)>([^<]*)", header):
        if re.search(r'rel\s*=\s*"?(?:[^";]*\s)?next(?=[\s";,]|$)', rest):
            return str(address)
    return ""


def _host(url: str) -> str:
    try:
        return origin_of(url)
    except ValueError:
        return "which cannot be read"


def _fault(error: Exception) -> str:
    """Return what went wrong, in words of our own: a library's tell addresses with tokens."""
    name = type(error).__name__
    known = {
        "ConnectTimeoutError": "there is no answer",
        "ReadTimeoutError": "the answer takes too long",
        "NewConnectionError": "nothing answers there",
        "NameResolutionError": "the host's name is not known",
        "SSLError": "the certificate of the host is not accepted",
        "IncompleteRead": "the answer is cut off",
        "InvalidChunkLength": "the answer is cut off",
        "ProtocolError": "the connection breaks off",
        "DecodeError": "the packed answer is damaged",
    }
    return known.get(name, f"the connection fails ({name})")
