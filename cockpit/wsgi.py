"""The application for a WSGI server: ``waitress-serve --call cockpit.wsgi:create``.

With an embedded store there is one process, many threads; anything else is refused here, before
a second worker would hang on the store's lock.
"""

from __future__ import annotations

import atexit
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cockpit.settings import load_settings
from metrics.errors import ConfigError

if TYPE_CHECKING:
    from flask import Flask

    from cockpit.settings import Settings

_WORKERS = re.compile(r"(?:^|\s)(?:-w\s*|--workers[=\s]\s*)(\d+)")
_PRELOAD = re.compile(r"(?:^|\s)--preload(?:\s|$)")


def create() -> Flask:
    """Return the WSGI application, built from the environment and cockpit.toml.

    Raises:
        ConfigError: several workers were asked for over an embedded store.
        CockpitError: the city's files are wrong, or the store does not open.
    """
    from cockpit.app import create_app  # noqa: PLC0415 - refuse before anything heavy is loaded
    from cockpit.live import start_live  # noqa: PLC0415
    from cockpit.wiring import build  # noqa: PLC0415

    settings = load_settings()
    refuse_several_workers(settings, sys.argv, os.environ)
    services = start_live(build(settings))
    atexit.register(services.close)
    return create_app(services).flask


def refuse_several_workers(
    settings: Settings, arguments: Sequence[str], environment: Mapping[str, str]
) -> None:
    """Stop where more than one process would open an embedded store.

    Raises:
        ConfigError: with the way out.
    """
    if not settings.store.startswith("chdb://"):
        return
    said = f"{environment.get('GUNICORN_CMD_ARGS', '')} {' '.join(arguments)}"
    counts = [int(count) for count in _WORKERS.findall(said)]
    counts.append(int(environment.get("WEB_CONCURRENCY") or 1))
    if max(counts) > 1 or _PRELOAD.search(said):
        raise ConfigError(
            f"{max(counts)} workers were asked for, but the store is embedded"
            if max(counts) > 1
            else "--preload was asked for, but the store is embedded",
            where=settings.origins.get("store", "COCKPIT_STORE"),
            hint="An embedded store belongs to one process; threads are fine",
            next_step="Use one worker with threads (-w 1 -k gthread --threads 16), "
            "or a server: COCKPIT_STORE=clickhouse://…",
        )
