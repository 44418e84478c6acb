"""``cockpit check``: everything a person wrote, validated at once."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal, TypeVar

import click

from cockpit.commands.options import json_option, print_json, say, with_settings
from metrics.errors import CockpitError, ConfigProblems, Problem, near

if TYPE_CHECKING:
    from cockpit.settings import Settings
    from etl.cityfile import City
    from etl.spec import SourceSpec
    from metrics.catalogue import Catalogue

Grade = Literal["error", "warning"]
Opened = TypeVar("Opened")

_SHOWN = 3
"""Of problems of one kind in one file; the cause of two hundred is mostly one."""


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
        for line in _folded(remarks):
            click.echo(line)
        say(f"{errors} errors, {len(remarks) - errors} warnings")
    sys.exit(1 if errors else 0)


def _folded(remarks: list[Remark]) -> Iterator[str]:
    """Yield the remarks as lines; of many that differ in a name only, the first ones."""
    alike: dict[tuple[str, str], int] = {}
    for remark in remarks:
        kind = _kind(remark)
        alike[kind] = alike.get(kind, 0) + 1
        if alike[kind] <= _SHOWN:
            yield remark.sentence
    for (file, what), count in alike.items():
        if count > _SHOWN:
            yield f"… and {count - _SHOWN} more in {file}: {what} (all of them with --json)"


def _kind(remark: Remark) -> tuple[str, str]:
    file = re.split(r":(?= feature \d|\d+$)", remark.where)[0]
    what = re.sub(r"'[^']*'", "'…'", remark.error)
    return file, re.sub(r"^.*\([^)]*\) is", "… is", what)


def inspect(settings: Settings) -> Iterator[Remark]:
    """Yield everything wrong with the city's files and the built-in ones.

    What is wrong in one file keeps none of the others from being read.
    """
    from cockpit.city_folder import city_folder, open_city
    from etl.source import load_specs

    folder, remarks = _tried(lambda: city_folder(settings))
    yield from remarks
    if folder is None:
        return
    away: list[Problem] = []
    city, remarks = _tried(lambda: open_city(settings, away))
    yield from remarks
    yield from (Remark("error", one.where, one.what, one.hint) for one in away)
    catalogue, remarks = _tried(lambda: _proved_catalogue(folder / "catalogue", city))
    yield from remarks
    specs, remarks = _tried(lambda: load_specs(folder / "sources"))
    yield from remarks
    if specs == {}:
        hint = "Look at a file with: cockpit etl profile FILE --out sources/NAME.yaml"
        yield Remark("warning", str(folder / "sources"), "there are no sources", hint)
    if city is not None:
        yield from _places(city)
        yield from _case_rules(city, specs)
        yield from _governed(city, catalogue)
        yield from _boundaries(city) if city.territory.is_dir() or not away else ()
    yield from _scenes(folder, city, catalogue)
    yield from _alarms(folder, specs)


def _tried(open_it: Callable[[], Opened]) -> tuple[Opened | None, list[Remark]]:
    try:
        return open_it(), []
    except ConfigProblems as error:
        return None, [Remark("error", one.where, one.what, one.hint) for one in error.problems]
    except CockpitError as error:
        hint = ". ".join(part for part in (error.hint, error.next_step) if part)
        return None, [Remark("error", error.where, error.what, hint)]


def _proved_catalogue(own: Path, city: City | None) -> Catalogue:
    """Return the catalogue, its expressions parsed by the engine itself."""
    from metrics.catalogue import BUILT_IN, load_catalogue
    from metrics.store import Store

    with TemporaryDirectory() as folder:
        zone = city.timezone if city else "Asia/Shanghai"
        store = Store(f"chdb://{folder}/store", timezone=zone)
        try:
            return load_catalogue(BUILT_IN, own, syntax_error=store.syntax_error)
        finally:
            store.close()


def _places(city: City) -> Iterator[Remark]:
    """Yield the sources that look for names at a level the city does not have."""
    from metrics.yaml_file import read_yaml

    known = [word for level in city.levels for word in (level.id, level.role, level.name) if word]
    for path in sorted(city.specs.glob("*.yaml")):
        read, _ = _tried(lambda path=path: read_yaml(path))  # type: ignore[misc]
        data, line_of = read or ({}, None)
        level: object = data if line_of else None
        for key in ("place", "name", "level"):
            level = level.get(key) if isinstance(level, dict) else None
        if line_of is None or not isinstance(level, str) or level in ("", *known):
            continue
        guess = near(level, known)
        listed = f"Allowed: {', '.join(one.id for one in city.levels)}"
        hint = f"Did you mean '{guess}'?" if guess else listed
        where = f"{path}:{line_of(('place', 'name', 'level'))}"
        yield Remark("error", where, f"unknown level '{level}'", hint)


def _case_rules(city: City, specs: Mapping[str, SourceSpec] | None) -> Iterator[Remark]:
    from etl.cityfile import case_problems

    facts = {one.source: one.fact for one in (specs or {}).values()}
    for one in case_problems(city, facts) if specs is not None else ():
        yield Remark("error", one.where, one.what, one.hint)


def _governed(city: City, catalogue: Catalogue | None) -> Iterator[Remark]:
    from etl.cityfile import governed_problems

    if catalogue is None:
        return
    counted = [one.id for one in catalogue.indicators.values() if one.counts_cases]
    for one in governed_problems(city, counted):
        yield Remark("error", one.where, one.what, one.hint)


def _boundaries(city: City) -> Iterator[Remark]:
    from etl.boundaries import load_territory
    from etl.boundary_check import check_boundaries

    boundaries, remarks = _tried(lambda: load_territory(city))
    yield from remarks
    if boundaries is not None:
        for finding in check_boundaries(boundaries):
            yield Remark("warning", str(city.territory), finding.sentence.rstrip("."))


def _scenes(folder: Path, city: City | None, catalogue: Catalogue | None) -> Iterator[Remark]:
    from layouts.wall.scene import find_scenes, read_scene
    from layouts.wall.scene_rules import Known, scene_problems
    from metrics.calendar import Clock

    for path in find_scenes(folder / "wall").values():
        read, remarks = _tried(lambda path=path: read_scene(path))  # type: ignore[misc]
        yield from remarks
        if read is None or catalogue is None or city is None:
            continue
        today = Clock(city.timezone, city.now, city.year_begins).today()
        known = Known(catalogue.indicators, city.levels, today)
        for one in scene_problems(read[0], path, read[1], known):
            yield Remark("error", one.where, one.what, one.hint)


def _alarms(folder: Path, specs: Mapping[str, object] | None) -> Iterator[Remark]:
    from layouts.wall.alarms import alarm_problems, alarms_of, read_alarms

    path = alarms_of(folder)
    read, remarks = _tried(lambda: read_alarms(path))
    yield from remarks
    if read is not None and specs is not None:
        for one in alarm_problems(read[0], path, read[1], list(specs)):
            yield Remark("error", one.where, one.what, one.hint)


def _file_and_line(remark: Remark) -> tuple[str, int, str]:
    name, _, line = remark.where.rpartition(":")
    number = int(line) if line.isdigit() else 0
    return (name if number else remark.where, number, remark.error)
