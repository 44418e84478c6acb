"""``cockpit demo``: a city that does not exist, from its source files to the wall."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cockpit.commands.options import json_option, say, with_settings
from metrics.errors import ConfigError

if TYPE_CHECKING:
    from cockpit.settings import Settings
    from etl.city.live import LiveFeed
    from metrics.calendar import Clock

RECORD = "demo.json"
SEED = 20260101


@dataclass(frozen=True)
class DemoRecord:
    """How the demo city of a home was made, and up to when its files are written."""

    city: str
    seed: int
    scale: float
    days: int
    until: str

    @property
    def instant(self) -> dt.datetime:
        """Wall-clock time up to which everything is written."""
        return dt.datetime.fromisoformat(self.until)


@click.command()
@click.option("--days", type=click.IntRange(1, 1200), metavar="N",
              help="Length of the history; fourteen months if absent.")  # fmt: skip
@click.option("--seed", type=int, metavar="N", help="Same seed, same city.")
@click.option("--scale", type=click.FloatRange(0.01, 20), metavar="X",
              help="Factor on the daily numbers of cases and events.")  # fmt: skip
@click.option("--no-serve", is_flag=True, help="Make and load the city, then leave.")
@with_settings("host", "port")
@json_option
def demo(
    settings: Settings,
    days: int | None,
    seed: int | None,
    scale: float | None,
    *,
    no_serve: bool,
    as_json: bool,
) -> None:
    """Make a demo city's source files, load them, and serve the wall."""
    from cockpit.commands.etl import show_run
    from cockpit.commands.serve import log_to_file, run_server
    from cockpit.jobs import load_inbox
    from cockpit.live import DemoFeed, start_live
    from cockpit.wiring import build

    wanted = {"days": days, "seed": seed, "scale": scale}
    record, feed = write_city(settings, {k: v for k, v in wanted.items() if v is not None})
    services = build(settings, keeps_parts=False)
    try:
        planned, report = load_inbox(services)
        show_run(planned, report, as_json=as_json)
        if no_serve:
            return
        log_to_file(settings)
        thread = DemoFeed(
            feed, services.clock, on_tick=lambda now: keep(settings.home, record, now)
        )
        services = start_live(services, thread)
        run_server(services)
    finally:
        services.close()


def write_city(settings: Settings, wanted: dict[str, float | int]) -> tuple[DemoRecord, LiveFeed]:
    """Write the city's files: all of them the first time, later only what happened since.

    Raises:
        ConfigError: not a built-in city, or this home has the city made in another way.
    """
    from cockpit.city_folder import claim_home, is_built_in, open_city
    from etl.city.history import DAYS
    from etl.city.live import LiveFeed
    from etl.city.profile import build_city, city_world, install_city
    from metrics.calendar import Clock

    if not is_built_in(settings.city):
        raise ConfigError(
            f"'{settings.city}' is no built-in city",
            where=settings.origins.get("city", "--city"),
            hint="cockpit demo makes up the data of built-in cities only",
            next_step="For a city of your own: cockpit etl run, then cockpit serve",
        )
    claim_home(settings)
    city = open_city(settings)
    clock = Clock(city.timezone, settings.now or city.now)
    now = wall_clock(clock)
    found = read_record(settings.home)
    if found is None:
        record = DemoRecord(
            settings.city,
            int(wanted.get("seed", SEED)),
            float(wanted.get("scale", 1.0)),
            int(wanted.get("days", DAYS)),
            now.isoformat(),
        )
        if city.now is not None:
            refuse_length(settings.city, wanted)
        length = "the record" if city.now is not None else f"{record.days} days"
        say(f"Writing {length} of {record.city} into {settings.inbox} …")
        made = build_city(
            settings.home, record.city, seed=record.seed, until=now, days=record.days,
            scale=record.scale, inbox=settings.inbox,
        )  # fmt: skip
        made.ground_truth.replace(made.folder / made.ground_truth.name)  # no source file
        keep(settings.home, record, now)
        return record, LiveFeed(settings.inbox, made.world, since=now)
    refuse_other_making(found, wanted, settings.home)
    folder = install_city(settings.home, found.city, seed=found.seed)
    world = city_world(folder, found.city, seed=found.seed, scale=found.scale)
    feed = LiveFeed(settings.inbox, world, since=found.instant)
    written = feed.tick(now)
    say(f"{found.city} was made before; {len(written)} files for what happened since")
    keep(settings.home, found, max(now, found.instant))
    return found, feed


def wall_clock(clock: Clock) -> dt.datetime:
    """Return the city's time to the second, without its zone, as sources write it."""
    return clock.now().replace(tzinfo=None, microsecond=0)


def read_record(home: Path) -> DemoRecord | None:
    """Return how the home's demo city was made; None where there is none.

    Raises:
        ConfigError: the record is damaged.
    """
    path = home / RECORD
    if not path.is_file():
        return None
    try:
        return DemoRecord(**json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise ConfigError(
            "the record of the demo city is damaged",
            where=str(path),
            next_step="Start over in another home: --home DIR",
        ) from error


def keep(home: Path, record: DemoRecord, until: dt.datetime) -> None:
    """Write down up to when the city's files are written."""
    draft = home / f"{RECORD}.draft"
    text = json.dumps(asdict(replace(record, until=until.isoformat())), indent=1)
    draft.write_text(text + "\n", "utf-8")
    draft.replace(home / RECORD)


def refuse_other_making(found: DemoRecord, wanted: dict[str, float | int], home: Path) -> None:
    """Stop where the options ask for another city than the one the home has.

    Raises:
        ConfigError: with the way out.
    """
    for name, value in wanted.items():
        if getattr(found, name) != value:
            raise ConfigError(
                f"the demo city in {home} was made with --{name} {getattr(found, name)}",
                where=f"--{name} {value}",
                hint="It goes on as it was made",
                next_step=f"Make another beside it: --home {home}-2",
            )


def refuse_length(name: str, wanted: dict[str, float | int]) -> None:
    """Stop where a city of record is wanted longer or larger than it was.

    Raises:
        ConfigError: its period is over and its totals are published.
    """
    for option in ("days", "scale"):
        if option in wanted:
            raise ConfigError(
                f"the record of {name} has a period and totals of its own",
                where=f"--{option} {wanted[option]}",
                hint="They are the published ones",
                next_step=f"Leave --{option} out, or take --city xiaoshan",
            )
