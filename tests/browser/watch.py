"""What a page must never do: complain, fail, or ask another host for anything."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Page, Request


@dataclass
class Watch:
    """Everything a page did that it should not have.

    Attributes:
        forgiven: patterns of console messages that the test itself brings about.
        loads: how often the page was loaded anew.
    """

    base: str
    forgiven: list[str] = field(default_factory=list)
    loads: int = 0
    _seen: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Begin to watch a page."""
        page.on("console", self._console)
        page.on("pageerror", self._failed)
        page.on("request", self._asked)
        page.on("load", self._loaded)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self._seen.append(f"console {message.type}: {message.text} {message.location}")

    def _failed(self, error: Error) -> None:
        self._seen.append(f"page error: {error}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        at_home = f"{parts.scheme}://{parts.netloc}" == self.base
        if not at_home and parts.scheme not in ("data", "blob", "about"):
            self._seen.append(f"asked another host: {request.url}")

    def _loaded(self, _page: Page) -> None:
        self.loads += 1

    @property
    def problems(self) -> list[str]:
        """What was seen and is not forgiven."""
        return [
            one for one in self._seen if not any(re.search(known, one) for known in self.forgiven)
        ]
