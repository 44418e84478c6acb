"""city.yaml: which city this is, its levels, and where its files lie."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from etl.coordinates import CoordinateSystem
from etl.derive.rules import NOTHING, CaseRules, MergeRule, RepeatRules, StepLog
from metrics.calendar import NEW_YEAR, MonthDay, read_month_day
from metrics.errors import ConfigError, ConfigProblems, Problem, near
from metrics.governed import Governed
from metrics.indicator import Role
from metrics.territory import Level
from metrics.yaml_file import LineOf, read_yaml

FEWEST_LEVELS, MOST_LEVELS = 2, 6
DATA_VARIABLE = "COCKPIT_DATA"


class LevelFile(BaseModel):
    """One level of the territory and the GeoJSON file that draws it, as written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    role: Role | None = None
    geojson: str | None = None
    code: str | None = None
    name_property: str | None = None
    parent: str | None = None
    prefix: str = ""
    parent_prefix: str = ""


class AreasFile(BaseModel):
    """The table of area attributes: its file and what its columns are called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = "areas.csv"
    code: str = "code"
    name: str = "name"
    level: str = "level"
    parent: str = "parent"
    valid_from: str = "valid_from"
    valid_to: str = "valid_to"
    population: str = "population"
    aliases: str = "aliases"
    levels: dict[str, str] = Field(default_factory=dict)


class Properties(BaseModel):
    """What the properties of the GeoJSON features are called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = "code"
    name: str = "name"
    parent: str = "parent"
    valid_from: str = "valid_from"
    valid_to: str = "valid_to"
    crs: CoordinateSystem = "wgs84"


def _month_day(value: object) -> MonthDay:
    return read_month_day(str(value))


def _areas_file(value: object) -> object:
    return {"file": value} if isinstance(value, str) else value


class CityFile(BaseModel):
    """city.yaml as written; see ``City`` for what it means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    title: str = ""
    timezone: str = "Asia/Shanghai"
    reporting_year: Annotated[MonthDay, BeforeValidator(_month_day)] = NEW_YEAR
    now: dt.datetime | None = None
    demo: bool = False
    boundaries: str = ""
    notes: str = ""
    root: str
    levels: tuple[LevelFile, ...] = Field(min_length=FEWEST_LEVELS, max_length=MOST_LEVELS)
    geojson: Properties = Properties()
    areas: Annotated[AreasFile, BeforeValidator(_areas_file)] = AreasFile()
    data: str | None = None
    territory: str | None = None
    inbox: str | None = None
    cases: CaseRules = NOTHING
    governed: tuple[Governed, ...] = ()


@dataclass(frozen=True)
class City:
    """A city's folder, read and checked.

    Attributes:
        id: short name, also of the built-in profile.
        name: name on screens.
        title: heading of the wall.
        timezone: IANA name of the city's clock.
        year_begins: month and day on which its reporting year begins.
        levels: from the root down.
        root: code of the root area.
        now: moment at which the city's clock stands; None where it runs.
        demo: whether the data are made up and must be labelled so.
        boundaries_note: shown at the map; empty when the borders are the official ones.
        notes: free text.
        folder: where city.yaml lies.
        territory: folder of GeoJSON and areas.csv.
        inbox: folder of source files, or None for the one under COCKPIT_HOME.
        cases: what is derived of cases from other rows.
        governed: problems that were taken in hand, to be looked at before and after.
        written: city.yaml as written.
        line_of: line of a key path in city.yaml.
    """

    id: str
    name: str
    title: str
    timezone: str
    year_begins: MonthDay
    levels: tuple[Level, ...]
    root: str
    now: dt.datetime | None
    demo: bool
    boundaries_note: str
    notes: str
    folder: Path
    territory: Path
    inbox: Path | None
    cases: CaseRules
    governed: tuple[Governed, ...]
    written: CityFile
    line_of: LineOf

    @property
    def specs(self) -> Path:
        """Folder of the source specs."""
        return self.folder / "sources"

    @property
    def catalogue(self) -> Path:
        """Folder of the city's own indicators; need not exist."""
        return self.folder / "catalogue"

    def where(self, *path: str | int) -> str:
        """Return ``city.yaml:line`` of a key path."""
        return f"{self.folder / 'city.yaml'}:{self.line_of(path)}"


def load_city(folder: Path, away: list[Problem] | None = None) -> City:
    """Return the city described in a folder.

    Args:
        folder: with city.yaml.
        away: a missing data folder is noted here, for who wants to see the other files too; it
            is an error without.

    Raises:
        ConfigProblems: something in city.yaml is wrong; every problem with its line.
        ConfigError: there is no city.yaml, it is not YAML, or its data folder is missing.
    """
    path = folder / "city.yaml"
    data, line_of = read_yaml(path)
    if not isinstance(data, dict):
        msg = "the file does not hold a city"
        raise ConfigError(msg, where=f"{path}:1", next_step="Begin it with id: and name:")
    try:
        written = CityFile.model_validate(data)
    except ValidationError as error:
        raise ConfigProblems(_problems(error, path, line_of)) from error
    problems = [*_level_problems(written, path, line_of), *_zone_problems(written, path, line_of)]
    if problems:
        raise ConfigProblems(problems)
    territory, inbox, missing = _folders(written, folder, path, line_of)
    if missing is not None and away is None:
        raise ConfigProblems([missing])
    if missing is not None and away is not None:
        away.append(missing)
    return City(
        id=written.id,
        name=written.name,
        title=written.title or f"{written.name}城市运行驾驶舱",
        timezone=written.timezone,
        year_begins=written.reporting_year,
        levels=tuple(
            Level(level.id, level.name, depth, level.role or "")
            for depth, level in enumerate(written.levels)
        ),
        root=written.root,
        now=written.now,
        demo=written.demo,
        boundaries_note=written.boundaries,
        notes=written.notes,
        folder=folder,
        territory=territory,
        inbox=inbox,
        cases=written.cases,
        governed=written.governed,
        written=written,
        line_of=line_of,
    )


def _folders(
    written: CityFile, folder: Path, path: Path, line_of: LineOf
) -> tuple[Path, Path | None, Problem | None]:
    """Return the folder of the territory files, the inbox if the city names one, what is away."""
    elsewhere = os.environ.get(DATA_VARIABLE) if written.data is not None else None
    if written.data is None:
        inbox = folder / written.inbox if written.inbox else None
        return folder / (written.territory or "territory"), inbox, None
    data = Path(elsewhere) if elsewhere else folder / written.data
    missing = None
    if not data.is_dir():
        missing = Problem(
            f"{path}:{line_of(('data',))}",
            f"the data folder {data} does not exist",
            f"It is named by data: and overridden by {DATA_VARIABLE}. Create it, or correct "
            "the name",
        )
    territory = folder / written.territory if written.territory else data
    return territory, data / (written.inbox or "inbox"), missing


def _problems(error: ValidationError, path: Path, line_of: LineOf) -> list[Problem]:
    found = []
    for one in error.errors():
        keys = tuple(part for part in one["loc"] if part != "function-before[_areas_file()]")
        name = ".".join(str(key) for key in keys)
        hint = ""
        if one["type"] == "extra_forbidden":
            allowed = _allowed(keys)
            guess = near(str(keys[-1]), allowed)
            what = f"unknown key '{name}'"
            hint = f"Did you mean '{guess}'?" if guess else f"Allowed: {', '.join(allowed)}"
        elif one["type"] == "missing":
            what = f"'{name}' is missing"
        else:
            what = f"'{name}' is wrong ({_lower(one['msg'])})"
            hint = "Put it in quotes" if one["type"] == "string_type" else ""
        found.append(Problem(f"{path}:{line_of(keys)}", what, hint))
    return sorted(found, key=lambda problem: int(problem.where.rsplit(":", 1)[1]))


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _allowed(keys: Sequence[Any]) -> list[str]:
    homes: dict[str, type[BaseModel]] = {
        "levels": LevelFile, "areas": AreasFile, "geojson": Properties, "cases": CaseRules,
        "cases.merge": MergeRule, "cases.repeat": RepeatRules, "cases.steps": StepLog,
        "governed": Governed,
    }  # fmt: skip
    below = homes.get(".".join(map(str, keys[:2]))) if len(keys) > 2 else None
    home = below or homes.get(str(keys[0])) if len(keys) > 1 else None
    return list((home or CityFile).model_fields)


def case_problems(city: City, facts: Mapping[str, str]) -> Iterator[Problem]:
    """Yield what the rules for cases say that the sources do not bear out.

    Args:
        city: its city.yaml.
        facts: fact shape by source id.
    """
    for keys, what, hint in city.cases.problems(facts):
        yield Problem(city.where("cases", *keys), what, hint)


def governed_problems(city: City, counted: Sequence[str]) -> Iterator[Problem]:
    """Yield the problems taken in hand that are told twice, or whose number does not count cases.

    Args:
        city: its city.yaml.
        counted: ids of the indicators that count cases.
    """
    seen: set[str] = set()
    for number, one in enumerate(city.governed):
        if one.id in seen:
            where = city.where("governed", number, "id")
            yield Problem(where, f"the problem '{one.id}' is there twice")
        seen.add(one.id)
        if one.indicator not in counted:
            guess = near(one.indicator, counted)
            hint = f"Did you mean '{guess}'?" if guess else "For example appeals_accepted"
            where = city.where("governed", number, "indicator")
            yield Problem(where, f"'{one.indicator}' is no indicator that counts cases", hint)


def _level_problems(written: CityFile, path: Path, line_of: LineOf) -> list[Problem]:
    problems = []
    seen: dict[str, int] = {}
    for number, level in enumerate(written.levels):
        for word in {level.id, level.role or level.id}:
            if word in seen and seen[word] != number:
                where = f"{path}:{line_of(('levels', number))}"
                problems.append(Problem(where, f"level or role '{word}' is there twice"))
            seen.setdefault(word, number)
    is_drawn = any(level.geojson for level in written.levels)
    if not is_drawn and "areas" not in written.model_fields_set:
        where = f"{path}:{line_of(('levels',))}"
        hint = "Give the lowest level geojson:, or list areas without shapes under areas:"
        problems.append(Problem(where, "no level has a GeoJSON file", hint))
    return problems


def _zone_problems(written: CityFile, path: Path, line_of: LineOf) -> list[Problem]:
    try:
        ZoneInfo(written.timezone)
    except (KeyError, ValueError, OSError):
        guess = near(written.timezone, available_timezones())
        where = f"{path}:{line_of(('timezone',))}"
        hint = f"Did you mean '{guess}'?" if guess else "Write an IANA name such as Asia/Shanghai"
        return [Problem(where, f"unknown time zone '{written.timezone}'", hint)]
    return []
