"""A cockpit in a process of its own over a home, and the system's Chromium, to look at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
NOW = "2026-11-20T10:05"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass(frozen=True)
class Served:
    """A running server: its address and its process."""

    base: str
    pid: int


def cockpit(home: Path, *arguments: str, now: str = NOW) -> str:
    """Run a command over the home and return what it printed."""
    command = [sys.executable, "-m", "cockpit", *arguments]
    done = subprocess.run(
        command, env=environment(home, now), check=True, text=True, stdout=subprocess.PIPE
    )
    return done.stdout.strip()


def environment(home: Path, now: str = NOW, **settings: str) -> dict[str, str]:
    """Return the environment of a command: nothing of the caller's own cockpit."""
    said = {f"COCKPIT_{name.upper()}": value for name, value in settings.items()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COCKPIT_")}
    return {**kept, "COCKPIT_HOME": str(home), "COCKPIT_NOW": now, "PYTHONPATH": str(ROOT), **said}


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(home: Path, now: str = NOW, **settings: str) -> Iterator[Served]:
    """Serve the home at a free port for as long as the block runs, with these settings."""
    port = free_port()
    command = [sys.executable, "-m", "cockpit", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=environment(home, now, **settings))
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{base}/healthz", server)
        yield Served(base, server.pid)
    finally:
        server.terminate()
        server.wait()


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers; end with a sentence when it has ended."""
    while True:
        try:
            urllib.request.urlopen(address, timeout=10).close()
            return
        except OSError:
            if server.poll() is not None:
                sys.exit("the server ended before it answered")
            time.sleep(0.3)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open the system's Chromium."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        sys.exit(f"none of {', '.join(BROWSERS)} is installed. Run make setup.")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield opened
        opened.close()
