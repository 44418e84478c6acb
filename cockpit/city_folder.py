"""Which folder ``--city`` means, and which city a home belongs to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.settings import CITY_RECORD, PREFIX, Settings
from metrics.errors import ConfigError, near

if TYPE_CHECKING:
    from etl.cityfile import City
    from metrics.errors import Problem

CITY_FILE = "city.yaml"
BUILT_IN = Path(__file__).parent.parent / "etl" / "city" / "profiles"


def built_in_cities() -> list[str]:
    """Return the names of the profiles that come with the program."""
    return sorted(path.parent.name for path in BUILT_IN.glob(f"*/{CITY_FILE}"))


def is_built_in(name: str) -> bool:
    """Tell whether ``--city`` names a profile; a folder of that name in sight wins."""
    return not (Path(name) / CITY_FILE).is_file() and name in built_in_cities()


def city_folder(settings: Settings) -> Path:
    """Return the folder with city.yaml that the setting means.

    A built-in profile lives in the home once it was built, with its generated territory.

    Raises:
        ConfigError: neither a profile nor a folder with city.yaml.
    """
    name = settings.city
    if is_built_in(name):
        built = settings.home / "city" / name
        return built if (built / CITY_FILE).is_file() else BUILT_IN / name
    folder = Path(name).expanduser()
    if (folder / CITY_FILE).is_file():
        return folder
    where = settings.origins.get("city", "--city")
    if folder.is_dir():
        raise ConfigError(
            f"the folder {folder} has no {CITY_FILE}",
            where=where,
            next_step=f"Make one with: cockpit init {folder}",
        )
    known = built_in_cities()
    guess = near(name, known)
    raise ConfigError(
        f"'{name}' is neither a built-in city nor a folder",
        where=where,
        hint=f"Did you mean '{guess}'?" if guess else f"Built in: {', '.join(known)}",
        next_step=f"Make a new city with: cockpit init {name}",
    )


def open_city(settings: Settings, away: list[Problem] | None = None) -> City:
    """Return the city, read and checked.

    Args:
        settings: the settings in force.
        away: see ``load_city``.

    Raises:
        ConfigError: no such city, or its city.yaml is wrong.
    """
    from etl.cityfile import load_city  # noqa: PLC0415 - only commands that need a city pay for it

    if settings.data is not None:  # etl reads this one from the environment only
        os.environ[PREFIX + "DATA"] = str(settings.data)
    return load_city(city_folder(settings), away)


def claim_home(settings: Settings) -> None:
    """Write down that the home belongs to this city.

    Raises:
        ConfigError: it belongs to another one; their tables must not mix.
    """
    record = settings.home / CITY_RECORD
    name = settings.city if is_built_in(settings.city) else str(Path(settings.city).resolve())
    if record.is_file():
        owner = record.read_text("utf-8").strip()
        if owner != name:
            raise ConfigError(
                f"the home {settings.home} holds the city '{owner}', not '{name}'",
                where=settings.origins.get("city", "--city"),
                hint="Two cities never share a home",
                next_step=f"Give it its own: --home {settings.home}-{Path(name).name}",
            )
        return
    settings.home.mkdir(parents=True, exist_ok=True)
    record.write_text(name + "\n", "utf-8")


def inbox_folder(settings: Settings, city: City) -> Path:
    """Return where source files are looked for: the setting, else what city.yaml says."""
    if city.inbox is not None and settings.origins.get("inbox", "default") == "default":
        return city.inbox
    return settings.inbox
