"""An interface on this host that pages through cases, and misbehaves when it is told to."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

TOKEN = "Kq7-secret+of/the=city"


@dataclass
class Interface:
    """The cases it has, the faults that come next, and what it was asked.

    Attributes:
        rows: each with id, at and updated.
        faults: number of the request, from 1 -> what goes wrong with it.
        asked: path and query of every request, in order.
        headers: those of every request.
        served: every page it gave without a fault.
        most: rows it gives on a page, whatever is asked for.
    """

    rows: list[dict[str, Any]]
    faults: dict[int, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    served: list[bytes] = field(default_factory=list)
    most: int = 10
    port: int = 0

    @property
    def url(self) -> str:
        """Address of the host."""
        return f"http://127.0.0.1:{self.port}"

    def pages_asked(self) -> list[str]:
        """Return the page, offset or cursor of every request."""
        queries = [parse_qs(urlsplit(one).query) for one in self.asked]
        return [(q.get("page") or q.get("offset") or q.get("cursor") or [""])[0] for q in queries]

    def body(self, path: str, query: dict[str, str]) -> tuple[bytes, dict[str, str]]:
        """Return the page asked for and the headers that go with it."""
        since = query.get("since", "")
        found = sorted(
            (row for row in self.rows if str(row["updated"]) >= since),
            key=lambda row: (str(row["updated"]), str(row["id"])),
        )
        begin = int(query.get("offset") or query.get("cursor") or 0)
        begin = begin or (int(query.get("page", 1)) - 1) * self.most
        page = found[begin : begin + self.most]
        following = begin + self.most if begin + self.most < len(found) else None
        if path.endswith(".csv"):
            lines = [",".join(str(row[name]) for name in ("id", "at", "updated")) for row in page]
            return "\n".join(["id,at,updated", *lines]).encode(), {}
        kept = {name: value for name, value in query.items() if name != "cursor"}
        link = f"{path}?{urlencode({**kept, 'cursor': following})}" if following else ""
        told = {"items": page, "total": len(found), "next": following, "link": link or None}
        headers = {"Link": f'<{link}>; rel="next"'} if link else {}
        return json.dumps({"data": told}, ensure_ascii=False).encode(), headers


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on the terminal."""

    def do_GET(self) -> None:
        server = cast("_Server", self.server)
        one = server.interface
        with server.lock:
            one.asked.append(self.path)
            one.headers.append(dict(self.headers.items()))
            fault = one.faults.get(len(one.asked), "")
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        given = self.headers.get("Authorization", query.get("key", ""))
        if given not in (f"Bearer {TOKEN}", TOKEN):
            self._answer(401, b"who is " + given.encode())
            return
        if fault == "duplicate":
            query["page"] = str(int(query["page"]) - 1)
        body, headers = one.body(parts.path, query)
        self._misbehave(fault, body, headers)

    def _misbehave(self, fault: str, body: bytes, headers: dict[str, str]) -> None:
        kind, _, value = fault.partition(" ")
        if kind == "status":
            self._answer(int(value), b"<html>not now</html>")
        elif kind == "later":
            self._answer(429, b"", {"Retry-After": value})
        elif kind == "date":
            self._answer(503, b"", {"Retry-After": formatdate(time.time() + 1, usegmt=True)})
        elif kind == "moved":
            self._answer(302, b"", {"Location": value})
        elif kind == "cut":
            self._answer(200, body, {"Content-Length": str(len(body) + 100)}, close=True)
        elif kind == "half":
            self._answer(200, body[: len(body) // 2])
        elif kind == "slow":
            time.sleep(float(value))
            self._answer(200, body)
        elif kind == "packed":
            self._answer(200, gzip.compress(body), {"Content-Encoding": "gzip"})
        else:
            cast("_Server", self.server).interface.served.append(body)
            self._answer(200, body, headers)

    def _answer(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str] | None = None,
        *,
        close: bool = False,
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            return
        self.close_connection = close


class _Server(ThreadingHTTPServer):
    """Says nothing when whoever asked has gone."""

    daemon_threads = True
    lock = threading.Lock()
    interface: Interface

    def handle_error(self, request: object, client_address: object) -> None:
        """Leave it at that."""


@contextmanager
def serving(interface: Interface) -> Iterator[Interface]:
    """Serve an interface at a free port of this host for as long as it is needed."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.interface = interface
    interface.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield interface
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def cases(number: int, first: int = 0) -> list[dict[str, Any]]:
    """Return cases, three of which always share the moment of their last change."""
    return [
        {
            "id": f"A{n:04d}",
            "at": f"2026-03-01 {n // 60 % 24:02d}:{n % 60:02d}:00",
            "updated": f"2026-03-{2 + n // 300:02d} {n // 15 % 20:02d}:{n // 3 % 5:02d}:00",
        }
        for n in range(first, first + number)
    ]
