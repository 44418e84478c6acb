"""The territory of a city: its areas as a tree, and the shape of each."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import shapely
from shapely.geometry.base import BaseGeometry

from etl.cityfile import City
from etl.territory_files import AreaRow, Feature, read_area_rows, read_features
from metrics.errors import ConfigProblems, Problem, near
from metrics.territory import FIRST_DAY, LAST_DAY, Area, Territory, build_territory


@dataclass(frozen=True)
class Finding:
    """Something odd about the boundaries that does not stop them from being used.

    Attributes:
        kind: invalid_ring, overlap, gap, outside_parent, no_shape or orphan.
        areas: ids of the areas concerned.
        square_metres: how large it is; 0 where size has no meaning.
        sentence: the finding in words, with names and size.
    """

    kind: str
    areas: tuple[str, ...]
    square_metres: float
    sentence: str


@dataclass(frozen=True)
class Boundaries:
    """The tree, the shapes by area id in WGS-84 degrees, and what was odd while reading."""

    territory: Territory
    shapes: dict[str, BaseGeometry]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Entry:
    """One area for one stretch of time, put together from its feature and its csv line."""

    where: str
    code: str
    name: str
    depth: int
    parent: str
    valid_from: dt.date
    valid_to: dt.date
    feature: Feature | None
    row: AreaRow | None


def load_territory(city: City) -> Boundaries:
    """Return the areas of a city with their shapes.

    Areas come from the GeoJSON files and areas.csv together, joined by code; where both speak,
    areas.csv wins. An area without a shape gets the union of its children's.

    Raises:
        ConfigProblems: everything wrong in the files, each with file and feature or line.
    """
    problems: list[Problem] = []
    features = read_features(city, problems)
    rows = read_area_rows(city, problems)
    entries = _entries(city, features, rows, problems)
    ids = _ids(entries, problems)
    _check_root(city, entries, problems)
    areas = [_area(city, entry, ids, problems) for entry in entries]
    if problems:
        raise ConfigProblems(problems)
    territory = build_territory(city.levels, areas)
    shapes = {
        area.id: entry.feature.shape
        for area, entry in zip(areas, entries, strict=True)
        if entry.feature is not None
    }
    _fill_shapes(territory, shapes)
    return Boundaries(territory, shapes, tuple(_invalid_rings(areas, entries)))


def _entries(
    city: City, features: list[Feature], rows: list[AreaRow], problems: list[Problem]
) -> list[_Entry]:
    by_code: dict[str, list[Feature]] = defaultdict(list)
    for feature in features:
        by_code[feature.code].append(feature)
    entries, used = [], set()
    for row in rows:
        drawn = _feature_of(row, by_code.get(row.code, []))
        used.add(id(drawn))
        depth = row.depth if row.depth is not None or drawn is None else drawn.depth
        if depth is None:
            hint = "Fill the level column, or add the area to a GeoJSON file"
            problems.append(Problem(row.where, f"the level of '{row.code}' is not known", hint))
            continue
        if drawn is not None and drawn.depth != depth:
            here, there = city.levels[depth].id, city.levels[drawn.depth].id
            what = f"'{row.code}' is a {here} here and a {there} in {drawn.where}"
            problems.append(Problem(row.where, what))
        entries.append(
            _Entry(
                row.where, row.code, row.name or (drawn.name if drawn is not None else row.code),
                depth, row.parent or (drawn.parent if drawn is not None else ""),
                row.valid_from, row.valid_to, drawn, row,
            )
        )  # fmt: skip
    entries.extend(
        _Entry(
            one.where, one.code, one.name or one.code, one.depth, one.parent,
            one.valid_from or FIRST_DAY, one.valid_to or LAST_DAY, one, None,
        )
        for one in features
        if id(one) not in used
    )  # fmt: skip
    return entries


def _feature_of(row: AreaRow, features: list[Feature]) -> Feature | None:
    """Return the shape a line of areas.csv speaks of: the dated one, else the undated one."""
    for feature in features:
        if feature.valid_from == row.valid_from:
            return feature
    undated = [feature for feature in features if feature.valid_from is None]
    return undated[0] if undated else None


def _ids(entries: list[_Entry], problems: list[Problem]) -> dict[str, list[tuple[str, _Entry]]]:
    """Return the area id of every entry, by code, oldest first."""
    by_code: dict[str, list[_Entry]] = defaultdict(list)
    for entry in entries:
        by_code[entry.code].append(entry)
    ids: dict[str, list[tuple[str, _Entry]]] = {}
    for code, same in by_code.items():
        same.sort(key=lambda entry: entry.valid_from)
        for entry in same:
            if entry.valid_from >= entry.valid_to:
                what = f"'{code}' ends ({entry.valid_to}) before it begins ({entry.valid_from})"
                problems.append(Problem(entry.where, what))
        for before, after in pairwise(same):
            if after.valid_from < before.valid_to:
                what = f"the code '{code}' is used twice at the same time, also by {before.where}"
                hint = "Give each its own code, or valid_from and valid_to that do not overlap"
                problems.append(Problem(after.where, what, hint))
        ids[code] = [
            (code if len(same) == 1 else f"{code}@{entry.valid_from}", entry) for entry in same
        ]
    return ids


def _check_root(city: City, entries: list[_Entry], problems: list[Problem]) -> None:
    top = [entry for entry in entries if entry.depth == 0]
    if not any(entry.code == city.root for entry in top):
        codes = [entry.code for entry in top] or [entry.code for entry in entries]
        guess = near(city.root, codes)
        hint = f"Did you mean '{guess}'?" if guess else f"The top level has: {_some(codes)}"
        what = f"the root '{city.root}' is no area of level {city.levels[0].id}"
        problems.append(Problem(city.where("root"), what, hint))
    for entry in top:
        if entry.code != city.root:
            what = f"'{entry.code}' is of level {city.levels[0].id}, which holds the root only"
            problems.append(Problem(entry.where, what))


def _some(codes: Iterable[str]) -> str:
    listed = sorted(codes)
    return ", ".join(listed[:5]) + (" …" if len(listed) > 5 else "")


def _area(
    city: City,
    entry: _Entry,
    ids: dict[str, list[tuple[str, _Entry]]],
    problems: list[Problem],
) -> Area:
    own = next(area_id for area_id, one in ids[entry.code] if one is entry)
    return Area(
        id=own,
        code=entry.code,
        name=entry.name,
        level=city.levels[entry.depth].id,
        depth=entry.depth,
        parent=_parent(city, entry, ids, problems),
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        population=entry.row.population if entry.row else None,
        aliases=entry.row.aliases if entry.row else (),
    )


def _parent(
    city: City,
    entry: _Entry,
    ids: dict[str, list[tuple[str, _Entry]]],
    problems: list[Problem],
) -> str:
    if entry.depth == 0:
        return ""
    code = entry.parent or (city.root if entry.depth == 1 else "")
    named = f"{entry.name} ({entry.code})"
    if not code:
        hint = "Give its parent's code in areas.csv or in the property 'parent'"
        problems.append(Problem(entry.where, f"{named} is an orphan: it has no parent", hint))
        return ""
    versions = ids.get(code) or [
        (area_id, one) for area_id, one in ids.get(code.split("@")[0], []) if area_id == code
    ]
    if not versions:
        guess = near(code, ids)
        hint = f"Did you mean '{guess}'?" if guess else ""
        what = f"{named} is an orphan: its parent '{code}' is no area"
        problems.append(Problem(entry.where, what, hint))
        return ""
    area_id, parent = next(
        (one for one in versions if one[1].valid_from <= entry.valid_from < one[1].valid_to),
        versions[-1],
    )
    if parent.depth >= entry.depth:
        levels = f"{city.levels[entry.depth].id} below {city.levels[parent.depth].id}"
        what = f"{named} hangs below {parent.name} ({code}), which is not above it ({levels})"
        problems.append(Problem(entry.where, what))
    return area_id


def _fill_shapes(territory: Territory, shapes: dict[str, BaseGeometry]) -> None:
    for area in sorted(territory.areas.values(), key=lambda area: -area.depth):
        if area.id not in shapes:
            below = [shapes[one.id] for one in territory.children(area.id) if one.id in shapes]
            if below:
                shapes[area.id] = shapely.union_all(below)


def _invalid_rings(areas: list[Area], entries: list[_Entry]) -> Iterable[Finding]:
    for area, entry in zip(areas, entries, strict=True):
        if entry.feature is not None and entry.feature.invalid:
            sentence = (
                f"{entry.feature.where}: the ring of {area.name} ({area.code}) is invalid "
                f"({entry.feature.invalid}). It was repaired for use."
            )
            yield Finding("invalid_ring", (area.id,), 0.0, sentence)
