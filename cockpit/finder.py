"""Finds areas and indicators by name, code, or pinyin, in full or by initials."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal

from pypinyin import Style, pinyin

if TYPE_CHECKING:
    from metrics.catalogue import Catalogue
    from metrics.territory import Area, Territory

Kind = Literal["area", "indicator"]
MOST = 12
LONGEST = 40
_NEVER = 99


@dataclass(frozen=True)
class Found:
    """Something that can be gone to.

    Attributes:
        kind: area or indicator.
        key: code of the area, id of the indicator.
        name: its name.
        detail: where it lies, or its domain.
    """

    kind: Kind
    key: str
    name: str
    detail: str


@dataclass(frozen=True)
class _Entry:
    found: Found
    depth: int
    further: tuple[str, ...]
    """Other names: aliases, the English name."""


class Finder:
    """Finds areas and indicators of one city. What names sound like is worked out once."""

    def __init__(self, territory: Territory, catalogue: Catalogue, today: dt.date) -> None:
        """Bind what can be found; areas that are no more are left out."""
        self._territory = territory
        self._catalogue = catalogue
        self._today = today

    def find(self, text: str, *, most: int = MOST) -> tuple[Found, ...]:
        """Return what a text means, the likeliest first.

        Exact codes and names come before beginnings, beginnings before the middle of a name, and
        what is written before what only sounds so; among equals the larger area is first.
        """
        wanted = "".join(text.split()).casefold()[:LONGEST]
        if not wanted:
            return ()
        ranked = []
        for entry in self._entries:
            rank = _rank(wanted, entry)
            if rank < _NEVER:
                one = entry.found
                order = (rank, one.kind != "area", entry.depth, len(one.name), one.name, one.key)
                ranked.append((order, one))
        ranked.sort(key=lambda pair: pair[0])
        return tuple(one for _, one in ranked[:most])

    @cached_property
    def _entries(self) -> tuple[_Entry, ...]:
        return (*self._areas(), *self._indicators())

    def _areas(self) -> Iterator[_Entry]:
        for area in self._territory.areas.values():
            if area.is_valid(self._today):
                above = self._territory.lineage(area.id)[1:-1]
                detail = " › ".join(one.name for one in above) or self._level(area)
                found = Found("area", area.code, area.name, detail)
                yield _Entry(found, area.depth, area.aliases)

    def _level(self, area: Area) -> str:
        return self._territory.level(area.level).name

    def _indicators(self) -> Iterator[_Entry]:
        for one in self._catalogue.indicators.values():
            found = Found("indicator", one.id, one.name, one.domain)
            yield _Entry(found, 0 if one.tier == "core" else 1, (one.name_en,))


def _rank(wanted: str, entry: _Entry) -> int:
    """Return how well an entry fits, 0 best; ``_NEVER`` where it does not."""
    one = entry.found
    name, key = one.name.casefold(), one.key.casefold()
    if wanted in (key, name):
        return 0
    if name.startswith(wanted):
        return 1
    if wanted in name or any(wanted in other.casefold() for other in entry.further):
        return 2
    if wanted.isascii():
        if key.startswith(wanted):
            return 3
        if sounds_like(wanted, one.name):
            return 4
        if len(wanted) > 1 and any(
            sounds_like(wanted, one.name[start:]) for start in range(1, len(one.name))
        ):
            return 5
        if len(wanted) > 2 and wanted in key:
            return 6
    return _NEVER


def sounds_like(wanted: str, name: str) -> bool:
    """Tell whether letters are the beginning of a name's pinyin: each character in full or by part.

    Example:
        >>> [sounds_like(text, "瓜沥镇") for text in ("guali", "glz", "gual", "gl", "li")]
        [True, True, True, True, False]
    """
    return _goes_on(wanted, _readings(name), 0)


def _goes_on(rest: str, readings: tuple[tuple[str, ...], ...], at: int) -> bool:
    if not rest:
        return True
    if at == len(readings):
        return False
    for reading in readings[at]:
        for length in range(min(len(reading), len(rest)), 0, -1):
            if rest.startswith(reading[:length]) and _goes_on(rest[length:], readings, at + 1):
                return True
    return False


@lru_cache(maxsize=65_536)
def _readings(name: str) -> tuple[tuple[str, ...], ...]:
    """Return every character's readings without tones; what is no character stands for itself."""
    told = pinyin(name, style=Style.NORMAL, heteronym=True)
    return tuple(tuple(reading.casefold() for reading in one) for one in told)


def letters(name: str) -> str:
    """Return the initials of a name's pinyin, as a picker of a browser can search it.

    Example:
        >>> letters("瓜沥镇")
        'glz'
    """
    return "".join(readings[0][:1] for readings in _readings(name))
