"""Areas: a versioned tree of any depth, and the bucket for what no area holds.

The tree is ragged: an area may hang below any shallower level, and levels may be skipped. An
area's ``path`` names the area that stands for it at every depth; where a level is skipped the
nearest area above stands in, and below its own depth the path is empty. A fact keeps the deepest
area known, so an empty place in the path at some level *is* 未归属 at that level.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from metrics.errors import ConfigError, UnknownName

UNASSIGNED = "未归属"
FIRST_DAY = dt.date(1970, 1, 1)
LAST_DAY = dt.date(2100, 1, 1)


@dataclass(frozen=True)
class Level:
    """One level of the tree: its id, screen name and the catalogue's word for it, if any."""

    id: str
    name: str
    depth: int
    role: str = ""


@dataclass(frozen=True)
class Area:
    """One area while it is valid: ``valid_from <= day < valid_to``."""

    id: str
    code: str
    name: str
    level: str
    depth: int
    parent: str
    valid_from: dt.date = FIRST_DAY
    valid_to: dt.date = LAST_DAY
    population: float | None = None
    aliases: tuple[str, ...] = ()

    def is_valid(self, day: dt.date) -> bool:
        """Tell whether the area exists on a day."""
        return self.valid_from <= day < self.valid_to


@dataclass(frozen=True)
class Territory:
    """All areas of a city, over all time.

    Attributes:
        levels: from the root down.
        areas: by area id.
        root: id of the root area.
    """

    levels: tuple[Level, ...]
    areas: Mapping[str, Area]
    root: str
    _paths: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def _children(self) -> dict[str, list[Area]]:
        found: dict[str, list[Area]] = {}
        for area in sorted(self.areas.values(), key=lambda area: (area.code, area.valid_from)):
            found.setdefault(area.parent, []).append(area)
        return found

    @cached_property
    def _by_code(self) -> dict[str, list[Area]]:
        found: dict[str, list[Area]] = {}
        for area in self.areas.values():
            found.setdefault(area.code, []).append(area)
        return found

    @cached_property
    def changes(self) -> dict[dt.date, list[Area]]:
        """The areas that began or ended on each day on which any did."""
        found: dict[dt.date, list[Area]] = {}
        for area in self.areas.values():
            for day in {area.valid_from, area.valid_to} - {FIRST_DAY, LAST_DAY}:
                found.setdefault(day, []).append(area)
        return found

    def level(self, name: str) -> Level:
        """Return a level by its id or by the catalogue's word for it.

        Raises:
            UnknownName: no such level.
        """
        for level in self.levels:
            if name in (level.id, level.role):
                return level
        raise UnknownName("level", name, [level.id for level in self.levels], where="--level")

    def next_level(self, area: Area) -> Level | None:
        """Return the level below an area, or None at the bottom."""
        below = area.depth + 1
        return self.levels[below] if below < len(self.levels) else None

    def area(self, code: str, day: dt.date | None = None) -> Area:
        """Return the area with an id or a code, the one valid on ``day`` or the latest.

        Raises:
            UnknownName: no area has this code.
        """
        if not code:
            return self.areas[self.root]
        if code in self.areas and day is None:
            return self.areas[code]
        versions = self._by_code.get(code) or ([self.areas[code]] if code in self.areas else [])
        if not versions:
            raise UnknownName("area", code, self._by_code, where="--area")
        alive = [area for area in versions if day is None or area.is_valid(day)]
        return max(alive or versions, key=lambda area: area.valid_from)

    def children(self, area_id: str, day: dt.date | None = None) -> list[Area]:
        """Return the direct children, all of them or those valid on a day, by code."""
        below = self._children.get(area_id, [])
        return [area for area in below if day is None or area.is_valid(day)]

    def path(self, area_id: str) -> tuple[str, ...]:
        """Return the area id that stands for an area at every depth, empty below its own."""
        cached = self._paths.get(area_id)
        if cached is not None:
            return cached
        area = self.areas[area_id]
        above = self.path(area.parent) if area.parent else ("",) * len(self.levels)
        path = list(above)
        for depth in range(self.areas[area.parent].depth + 1 if area.parent else 0, area.depth):
            path[depth] = area.parent  # a skipped level: the area above stands in
        path[area.depth] = area_id
        self._paths[area_id] = tuple(path)
        return self._paths[area_id]

    def lineage(self, area_id: str) -> list[Area]:
        """Return the areas from the root down to and including this one."""
        chain: list[Area] = []
        area: Area | None = self.areas[area_id]
        while area is not None:
            chain.append(area)
            area = self.areas[area.parent] if area.parent else None
        return chain[::-1]

    def descendants(self, area_id: str, level: Level, day: dt.date | None = None) -> Iterator[Area]:
        """Yield what stands for the subtree at a level, the valid areas only, by code."""
        seen: set[str] = set()
        for area in self._walk(area_id, day):
            stand_in = self.path(area.id)[level.depth]
            if stand_in and stand_in != area_id and stand_in not in seen:
                seen.add(stand_in)
                yield self.areas[stand_in]

    def _walk(self, area_id: str, day: dt.date | None) -> Iterator[Area]:
        for child in self.children(area_id, day):
            yield child
            yield from self._walk(child.id, day)

    def is_within(self, area_id: str, roots: Iterable[str]) -> bool:
        """Tell whether an area lies in one of the given subtrees; one that is gone lies in none."""
        if area_id not in self.areas:
            return False
        lineage = {area.id for area in self.lineage(area_id)}
        return any(root in lineage for root in roots)


def build_territory(levels: tuple[Level, ...], areas: Iterable[Area]) -> Territory:
    """Return the tree of the areas.

    Raises:
        ConfigError: no root or several, a parent that does not exist or is not above, a loop.
    """
    by_id = {area.id: area for area in areas}
    roots = [area for area in by_id.values() if not area.parent]
    if len(roots) != 1:
        named = ", ".join(f"{area.name} ({area.code})" for area in roots[:5]) or "none"
        raise ConfigError(
            f"{len(roots)} areas have no parent: {named}",
            where="territory",
            hint="Exactly one area, the whole city, has none",
            next_step="Give every other area its parent's code in areas.csv",
        )
    for area in by_id.values():
        parent = by_id.get(area.parent)
        if area.parent and parent is None:
            raise ConfigError(
                f"{area.name} ({area.code}) has parent '{area.parent}', which is no area",
                where="territory",
                next_step="Correct the parent in areas.csv or add the missing area",
            )
        if parent is not None and parent.depth >= area.depth:
            raise ConfigError(
                f"{area.name} ({area.code}, {area.level}) hangs below "
                f"{parent.name} ({parent.code}, {parent.level}), which is not above it",
                where="territory",
                next_step="Correct the parent or the level in areas.csv",
            )
    return Territory(levels, by_id, roots[0].id)
