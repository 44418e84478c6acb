"""A cockpit in a process of its own, and what it says over HTTP."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.demo_home import Cockpit

START_SECONDS = 90


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Site:
    """``cockpit serve`` over the home of a command line; it can be killed and started again."""

    cockpit: Cockpit
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def home(self) -> Path:
        return Path(self.cockpit.settings["COCKPIT_HOME"])

    def start(self, **environment: str) -> None:
        """Start the server and wait until it is well."""
        with (self.cockpit.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cockpit", "serve", "--port", str(self.port)],
                cwd=self.cockpit.folder,
                env=self.cockpit.environment(**environment),
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_well():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.2)

    def _is_well(self) -> bool:
        try:
            return bool(self.json("/healthz")["ok"])
        except (OSError, urllib.error.URLError):
            return False

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server and wait for it."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=60)
            self.process = None

    def log(self) -> str:
        return (self.cockpit.folder / "server.log").read_text("utf-8", "replace")

    def json(self, path: str, **query: object) -> Any:
        """Return what the server answers, read as JSON."""
        address = f"{self.url}{path}" + (f"?{urlencode(query)}" if query else "")
        with urllib.request.urlopen(address, timeout=60) as response:
            return json.load(response)

    def ask(self, indicator: str, **query: object) -> dict[str, Any]:
        """Return the answer of ``/api/v1/ask``."""
        answer: dict[str, Any] = self.json("/api/v1/ask", indicator=indicator, **query)
        return answer
