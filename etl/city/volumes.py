"""profile.yaml of a city of record: its land, and how much of everything its sources hold.

A city of record shows a period that was published and is over. Its files come out with exactly
the totals written here, whatever the seed; only places, times and classes are left to chance.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from metrics.errors import ConfigError
from metrics.yaml_file import read_yaml

PROFILE_FILE = "profile.yaml"
COMMUNITY_NAMES = "community"
"""Instead of a pattern: made-up names of communities and villages."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LevelPlan(_Part):
    """One level below the root.

    Attributes:
        id: as in city.yaml.
        table: CSV of the units with their official codes; else they are made up.
        count: how many there are in the whole city.
        code: what is put behind the code of the area ``under`` which it is numbered.
        under: level whose areas number it; the level above when empty.
        names: pattern with ``{n}``, or ``community``.
        recut_on: day on which the areas are cut anew, if ever.
        recut_count: how many there are from then on.
    """

    id: str
    table: str = ""
    count: int = Field(default=0, ge=0)
    code: str = "{n:03d}"
    under: str = ""
    names: str = "第{n}网格"
    recut_on: dt.date | None = None
    recut_count: int = Field(default=0, ge=0)


class Land(_Part):
    """The territory: district outlines of the map data, cut into cells and grouped again."""

    level: str = "district"
    code: str
    name: str
    outlines: tuple[str, ...]
    cells: int = Field(gt=0)
    levels: tuple[LevelPlan, ...]


class CaseBlock(_Part):
    """Cases of one kind received in one period; every number comes out exactly.

    Attributes:
        channels: cases received by entrance.
        closed: of them, closed by the end of the period.
        self_handled: whether they were solved on the spot.
        rated: share of the closed ones that were rated.
        satisfied: share of the ratings that are satisfied.
        majors: cases by major class; by the weights of the taxonomy when empty.
        minor: the one minor class of them all; empty for several.
        spots: number of different known places they concern; 0 for none.
        steps: whether the source writes down all eight steps of the work method.
    """

    kind: str
    first: dt.date
    last: dt.date
    channels: dict[str, int]
    closed: int = Field(ge=0)
    self_handled: bool = False
    rated: float = Field(default=0.0, ge=0, le=1)
    satisfied: float = Field(default=0.95, ge=0, le=1)
    majors: dict[str, int] = Field(default_factory=dict)
    minor: str = ""
    spots: int = Field(default=0, ge=0)
    steps: bool = False

    @property
    def received(self) -> int:
        """Number of cases."""
        return sum(self.channels.values())


class EventBlock(_Part):
    """Events of one class: ``count`` rows of value 1, or daily tallies that add up to ``total``."""

    word: str
    category: str = ""
    first: dt.date
    last: dt.date
    count: int = Field(default=0, ge=0)
    total: int = Field(default=0, ge=0)


class RegisterBlock(_Part):
    """One class of a register at a date.

    Attributes:
        word: name of the register, as the source writes it.
        category: class within it.
        at: the date it stands for.
        level: level of the areas it is kept by.
        total: sum over the areas.
        each: instead, the same number in every area.
        urban: only the first areas of the level, so many; 0 for all.
    """

    word: str
    category: str
    at: dt.date
    level: str
    total: float = 0
    each: int = 0
    urban: int = Field(default=0, ge=0)


class Volumes(_Part):
    """profile.yaml as written.

    Attributes:
        until: moment at which the record ends; the city's clock stands there.
        prefix: of the case numbers.
        units: word that units of the root begin with, 区 or 市.
        taxonomy: file of the classes, in the profile or beside it.
    """

    until: dt.datetime
    prefix: str
    units: str = "区"
    taxonomy: str
    land: Land
    cases: tuple[CaseBlock, ...] = ()
    events: tuple[EventBlock, ...] = ()
    registers: tuple[RegisterBlock, ...] = ()


def read_volumes(path: Path) -> Volumes:
    """Return a profile.yaml.

    Raises:
        ConfigError: it is not as it must be; the first problem with its line.
    """
    data, line_of = read_yaml(path)
    try:
        return Volumes.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = f"{path}:{line_of(first['loc'])}"
        what = f"'{'.'.join(map(str, first['loc']))}' is wrong ({first['msg']})"
        raise ConfigError(what, where=where) from error
