"""``cockpit wall``: the links that open a wall without a login."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from cockpit.commands.options import json_option, print_json, print_table, say, with_settings

if TYPE_CHECKING:
    from cockpit.settings import Settings
    from cockpit.walls.kiosk import Kiosk


@click.group()
def wall() -> None:
    """Make, list and take back the links that open a wall without a login."""


@wall.command()
@click.option("--name", required=True, metavar="NAME", help="What people call the screen: 大厅.")
@click.option("--area", default="", metavar="CODE", help="It sees this area only; else the city.")
@click.option(
    "--days", default=365, show_default=True, type=click.IntRange(0, 3650), metavar="DAYS",
    help="It ends after so many days; 0 never.",
)  # fmt: skip
@click.option("--url", default="", metavar="URL", help="Where the wall finds the server.")
@with_settings("port")
@json_option
def link(settings: Settings, *, name: str, area: str, days: int, url: str, as_json: bool) -> None:
    """Make a signed link that opens a wall: read only, no login. The server may be running."""
    from cockpit.city_folder import open_city
    from cockpit.wiring import open_territory

    roots = [open_territory(settings, open_city(settings)).area(area).id] if area else []
    with _kiosk(settings) as kiosk:
        made, token = kiosk.make(name, roots, days=days)
    address = f"{(url or f'http://127.0.0.1:{settings.port}').rstrip('/')}/?kiosk={token}"
    if as_json:
        print_json({"id": made.id, "name": made.name, "roots": made.roots, "link": address})
    else:
        click.echo(address)
        say(f"{made.name}: {made.id}. Take it back with: cockpit wall revoke {made.id}")


@wall.command()
@with_settings()
@json_option
def links(settings: Settings, *, as_json: bool) -> None:
    """List the links that were given out."""
    with _kiosk(settings) as kiosk:
        found = kiosk.links()
    rows = [
        (one.id, one.name, ",".join(one.roots), _day(one.made), _day(one.expires),
         _day(one.revoked))
        for one in found
    ]  # fmt: skip
    columns = ("id", "name", "roots", "made", "ends", "taken back")
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table(columns, rows)


@wall.command()
@click.argument("link_id", metavar="ID")
@with_settings()
def revoke(settings: Settings, link_id: str) -> None:
    """Take a link back: its wall goes dark within seconds."""
    with _kiosk(settings) as kiosk:
        kiosk.revoke(link_id)
    say(f"{link_id} was taken back")


@contextmanager
def _kiosk(settings: Settings) -> Iterator[Kiosk]:
    from cockpit.walls.kiosk import Kiosk
    from cockpit.walls.ledger import Ledger

    ledger = Ledger(settings.home)
    try:
        yield Kiosk(settings.secret_key(), ledger)
    finally:
        ledger.close()


def _day(seconds: int) -> str:
    if not seconds:
        return ""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).astimezone().strftime("%Y-%m-%d %H:%M")
