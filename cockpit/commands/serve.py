"""``cockpit serve``: the application."""

from __future__ import annotations

import logging
import signal
import sys
from typing import TYPE_CHECKING

import click

from cockpit.commands.options import say, with_settings
from metrics.errors import ConfigError

if TYPE_CHECKING:
    from types import FrameType

    from cockpit.settings import Settings
    from cockpit.wiring import Services


@click.command()
@click.option("--get", "address", metavar="/PATH", help="Answer one request, print it and leave.")
@with_settings("host", "port", "inbox")
def serve(settings: Settings, address: str | None) -> None:
    """Serve the wall, the pages and the API, and take in what is put into the inbox."""
    from cockpit.live import start_live
    from cockpit.wiring import build

    if address is not None:
        with build(settings) as services:
            get_once(services, address)
        return
    log_to_file(settings)
    with start_live(build(settings)) as services:
        run_server(services)


def get_once(services: Services, address: str) -> None:
    """Print the body of one answer; a status from 400 up is a problem found."""
    from cockpit.app import create_app

    if not address.startswith("/"):
        raise ConfigError(
            f"'{address}' is no address",
            where="--get",
            hint="Begin it with a slash: /api/v1/version",
        )
    response = create_app(services).flask.test_client().get(address)
    click.echo(response.data)
    say(f"{response.status} {address}")
    if response.status_code >= 400:
        sys.exit(1)


def run_server(services: Services) -> None:
    """Serve until the process is asked to end (Ctrl+C or SIGTERM).

    Raises:
        ConfigError: the address cannot be served at, most often because it is taken.
    """
    from waitress.server import create_server

    from cockpit.app import create_app

    settings = services.settings
    signal.signal(signal.SIGTERM, _leave)
    application = create_app(services).flask
    try:
        server = create_server(
            application,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            ident="cockpit",
            clear_untrusted_proxy_headers=True,
        )
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{settings.host}:{settings.port} cannot be served at ({error})",
            where=settings.origins.get("port", "--port"),
            next_step=f"Stop what is there, or take another: --port {settings.port + 1}",
        ) from error
    port = getattr(server, "effective_port", settings.port)
    say(f"{services.city.title}: http://{_shown(settings.host)}:{port}/  (Ctrl+C ends it)")
    try:
        server.run()
    finally:
        server.close()
        say("cockpit has ended")


def log_to_file(settings: Settings) -> None:
    """Write what goes wrong while serving to ``logs/cockpit.log`` in the home."""
    from logging.handlers import RotatingFileHandler

    settings.logs.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        settings.logs / "cockpit.log", maxBytes=5_000_000, backupCount=3, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _shown(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - only for show
