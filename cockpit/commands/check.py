"""``cockpit check``: everything a person wrote, validated at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal, TypeVar

import click

from cockpit.commands.options import json_option, print_json, say, with_settings
from metrics.errors import CockpitError, ConfigProblems, Problem

if TYPE_CHECKING:
    from cockpit.settings import Settings
    from etl.cityfile import City
    from metrics.catalogue import Catalogue

Grade = Literal["error", "warning"]
Opened = TypeVar("Opened")


@dataclass(frozen=True)
class Remark:
    """One thing wrong or odd, and where."""

    grade: Grade
    where: str
    error: str
    hint: str = ""

    @property
    def sentence(self) -> str:
        """The remark on one line."""
        return f"{self.grade.upper()} {Problem(self.where, self.error, self.hint).sentence}"


@click.command()
@with_settings()
@json_option
def check(settings: Settings, *, as_json: bool) -> None:
    """Validate catalogue, territory, sources and scenes: every problem with file:line."""
    remarks = sorted(inspect(settings), key=_file_and_line)
    errors = sum(remark.grade == "error" for remark in remarks)
    if as_json:
        print_json({"ok": errors == 0, "problems": [asdict(remark) for remark in remarks]})
    else:
        for remark in remarks:
            click.echo(remark.sentence)
        say(f"{errors} errors, {len(remarks) - errors} warnings")
    sys.exit(1 if errors else 0)


def inspect(settings: Settings) -> Iterator[Remark]:
    """Yield everything wrong with the city's files and the built-in ones."""
    from cockpit.city_folder import open_city
    from cockpit.wiring import open_specs

    city, remarks = _tried(lambda: open_city(settings))
    yield from remarks
    if city is None:
        return
    catalogue, remarks = _tried(lambda: _proved_catalogue(city))
    yield from remarks
    yield from _tried(lambda: open_specs(city))[1]
    yield from _boundaries(city)
    yield from _scenes(city, catalogue)


def _tried(open_it: Callable[[], Opened]) -> tuple[Opened | None, list[Remark]]:
    try:
        return open_it(), []
    except ConfigProblems as error:
        return None, [Remark("error", one.where, one.what, one.hint) for one in error.problems]
    except CockpitError as error:
        hint = ". ".join(part for part in (error.hint, error.next_step) if part)
        return None, [Remark("error", error.where, error.what, hint)]


def _proved_catalogue(city: City) -> Catalogue:
    """Return the catalogue, its expressions parsed by the engine itself."""
    from metrics.catalogue import BUILT_IN, load_catalogue
    from metrics.store import Store

    with TemporaryDirectory() as folder:
        store = Store(f"chdb://{folder}/store", timezone=city.timezone)
        try:
            return load_catalogue(BUILT_IN, city.catalogue, syntax_error=store.syntax_error)
        finally:
            store.close()


def _boundaries(city: City) -> Iterator[Remark]:
    from etl.boundaries import load_territory
    from etl.boundary_check import check_boundaries

    boundaries, remarks = _tried(lambda: load_territory(city))
    yield from remarks
    if boundaries is not None:
        for finding in check_boundaries(boundaries):
            yield Remark("warning", str(city.territory), finding.sentence.rstrip("."))


def _scenes(city: City, catalogue: Catalogue | None) -> Iterator[Remark]:
    from layouts.wall.scene import find_scenes, read_scene
    from layouts.wall.scene_rules import Known, scene_problems
    from metrics.calendar import Clock

    for path in find_scenes(city.folder / "wall").values():
        read, remarks = _tried(lambda path=path: read_scene(path))  # type: ignore[misc]
        yield from remarks
        if read is None or catalogue is None:
            continue
        today = Clock(city.timezone, city.now, city.year_begins).today()
        known = Known(catalogue.indicators, city.levels, today)
        for one in scene_problems(read[0], path, read[1], known):
            yield Remark("error", one.where, one.what, one.hint)


def _file_and_line(remark: Remark) -> tuple[str, int, str]:
    name, _, line = remark.where.rpartition(":")
    number = int(line) if line.isdigit() else 0
    return (name if number else remark.where, number, remark.error)
