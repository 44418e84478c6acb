"""The built-in cities, and making one of them into a folder that the product can run."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from etl.city.history import DAYS, GROUND_TRUTH, read_world, write_history
from etl.city.nested import write_nested_territory
from etl.city.record import write_record
from etl.city.territory import write_territory
from etl.city.volumes import PROFILE_FILE, Volumes, read_volumes
from etl.city.world import World
from metrics.errors import UnknownName

PROFILES = ("baohe", "chancheng", "jiamusi", "jimo", "xiaoshan")
"""Names of the built-in cities."""

_SHARED = "record"
"""Folder beside the profiles with what all cities of record have in common."""

_STAMP = ".stamp"
_TERRITORY_FORM = 1


@dataclass(frozen=True)
class Profile:
    """A built-in city.

    A city of record has a profile.yaml with what its files add up to; any other goes on living.

    Attributes:
        name: its name.
        folder: city.yaml, sources/, streets.csv and taxonomy.csv as shipped.
    """

    name: str
    folder: Path

    @property
    def is_record(self) -> bool:
        """Tell whether its period is over and its totals are fixed."""
        return (self.folder / PROFILE_FILE).is_file()

    @property
    def volumes(self) -> Volumes:
        """What the files of a city of record add up to.

        Raises:
            ConfigError: the profile.yaml is wrong.
        """
        return read_volumes(self.folder / PROFILE_FILE)

    @property
    def sources(self) -> Path:
        """Folder of the source specs."""
        return (self.folder.parent / _SHARED if self.is_record else self.folder) / "sources"

    @property
    def land_files(self) -> list[Path]:
        """Files the territory is made from."""
        if not self.is_record:
            return [self.streets]
        return [self.folder / PROFILE_FILE, *sorted(self.folder.glob("*.csv"))]

    @property
    def streets(self) -> Path:
        """Table of the streets the territory is grown from."""
        return self.folder / "streets.csv"

    @property
    def taxonomy(self) -> Path:
        """Table of the classes of cases."""
        return self.folder / (self.volumes.taxonomy if self.is_record else "taxonomy.csv")


@dataclass(frozen=True)
class CityFolder:
    """A demo city on disk.

    Attributes:
        folder: holds city.yaml; what ``--city`` may be given.
        territory: GeoJSON files and areas.csv.
        sources: the source specs.
        inbox: the source files, one folder a source.
        files: the source files written now.
        ground_truth: what was put into them on purpose.
        world: goes on in ``etl.city.live.LiveFeed``; None for a city of record.
    """

    folder: Path
    territory: Path
    sources: Path
    inbox: Path
    files: tuple[Path, ...]
    ground_truth: Path
    world: World | None


def load_profile(name: str) -> Profile:
    """Return a built-in city.

    Raises:
        UnknownName: there is none of that name.
    """
    if name not in PROFILES:
        raise UnknownName("city", name, PROFILES)
    return Profile(name, Path(str(resources.files("etl.city").joinpath("profiles", name))))


def install_city(home: Path, name: str, *, seed: int) -> Path:
    """Return ``<home>/city/<name>`` after writing city.yaml, sources/ and territory/ there.

    The territory is made once for a seed; a later call with the same seed leaves it alone.
    """
    profile, folder = load_profile(name), home / "city" / name
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(profile.folder / "city.yaml", folder / "city.yaml")
    shutil.copytree(profile.sources, folder / "sources", dirs_exist_ok=True)
    if (profile.folder / "catalogue").is_dir():
        shutil.copytree(profile.folder / "catalogue", folder / "catalogue", dirs_exist_ok=True)
    read = b"".join(path.read_bytes() for path in profile.land_files)
    digest = hashlib.sha256(read).hexdigest()[:16]
    stamp, wanted = folder / "territory" / _STAMP, f"{_TERRITORY_FORM} {seed} {digest}\n"
    if not stamp.is_file() or stamp.read_text("utf-8") != wanted:
        if profile.is_record:
            land = profile.volumes.land
            write_nested_territory(folder / "territory", land, profile.folder, seed=seed)
        else:
            write_territory(folder / "territory", seed=seed, streets=profile.streets)
        stamp.write_text(wanted, encoding="utf-8")
    return folder


def city_world(folder: Path, name: str, *, seed: int, scale: float = 1.0) -> World | None:
    """Return the world of an installed city, for ``LiveFeed``; None for a city of record."""
    profile = load_profile(name)
    if profile.is_record:
        return None
    return read_world(folder / "territory", seed=seed, scale=scale, taxonomy=profile.taxonomy)


def build_city(
    home: Path,
    name: str,
    *,
    seed: int,
    until: dt.datetime,
    days: int = DAYS,
    scale: float = 1.0,
    inbox: Path | None = None,
) -> CityFolder:
    """Install a built-in city below ``home`` and write its history into the inbox.

    A city of record has its own period and totals, whatever ``until``, ``days`` and ``scale`` say.

    Args:
        home: the installation's folder.
        name: one of ``PROFILES``.
        seed: same seed, same city.
        until: the newest moment known; a naive time is the city's wall clock.
        days: length of the history.
        scale: factor on the daily numbers of cases and events.
        inbox: where source files go; ``<home>/inbox`` when None.


    Raises:
        UnknownName: there is no such profile.
    """
    folder = install_city(home, name, seed=seed)
    place = inbox or home / "inbox"
    world = city_world(folder, name, seed=seed, scale=scale)
    if world is None:
        files = write_record(place, folder / "territory", load_profile(name).volumes,
                             load_profile(name).taxonomy, seed=seed)  # fmt: skip
    else:
        files = write_history(place, world, until=until, days=days)
    return CityFolder(
        folder, folder / "territory", folder / "sources", place, tuple(files),
        place / GROUND_TRUTH, world,
    )  # fmt: skip
