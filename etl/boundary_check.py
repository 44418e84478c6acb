"""What is odd about the boundaries: overlaps, gaps, children outside, each with its size."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from etl.boundaries import Boundaries, Finding
from metrics.territory import LAST_DAY, Area

SMALLEST_M2 = 1.0
"""Slivers up to this size come from rounding and are not reported."""

SMALLEST_SHARE = 1e-9
"""Nor are slivers below this share of the area."""

_METRES_PER_DEGREE = 111_195.0


def check_boundaries(boundaries: Boundaries) -> list[Finding]:
    """Return everything odd about the boundaries, by kind and area.

    Overlaps are looked for among areas of the same level that are valid at the same time, gaps
    between each parent and the union of its children on every day on which these change.
    """
    found = [
        *boundaries.findings,
        *_orphans(boundaries),
        *_shapeless(boundaries),
        *_overlaps(boundaries),
        *_gaps(boundaries),
        *_outside(boundaries),
    ]
    return sorted(found, key=lambda one: (one.kind, one.areas))


def square_metres(shape: BaseGeometry) -> float:
    """Return the size of a shape given in degrees; within 1 % for anything up to a province."""
    if shape.is_empty:
        return 0.0
    south, north = shape.bounds[1], shape.bounds[3]
    shrink = float(np.cos(np.radians((south + north) / 2)))
    return float(shape.area) * _METRES_PER_DEGREE**2 * shrink


def _counts(part: BaseGeometry, whole: BaseGeometry) -> float:
    """Return the size of a sliver in m², or 0 when it is too small to matter."""
    size = square_metres(part)
    return size if size > SMALLEST_M2 and part.area > SMALLEST_SHARE * whole.area else 0.0


def _named(area: Area) -> str:
    return f"{area.name} ({area.code})"


def _meet(one: Area, other: Area) -> bool:
    return max(one.valid_from, other.valid_from) < min(one.valid_to, other.valid_to)


def _orphans(boundaries: Boundaries) -> Iterator[Finding]:
    areas = boundaries.territory.areas
    for area in areas.values():
        parent = areas[area.parent] if area.parent else area
        if parent.valid_from > area.valid_from or parent.valid_to < area.valid_to:
            yield Finding(
                "orphan",
                (area.id, parent.id),
                0.0,
                f"{_named(area)} is valid {area.valid_from} to {area.valid_to}, its parent "
                f"{_named(parent)} only {parent.valid_from} to {parent.valid_to}.",
            )


def _shapeless(boundaries: Boundaries) -> Iterator[Finding]:
    if not boundaries.shapes:
        sentence = "No area has a shape: there is no map, and points are never placed."
        yield Finding("no_shape", (boundaries.territory.root,), 0.0, sentence)
        return
    for area in boundaries.territory.areas.values():
        if area.id not in boundaries.shapes:
            sentence = f"{_named(area)} has no shape: points are never placed in it."
            yield Finding("no_shape", (area.id,), 0.0, sentence)


def _overlaps(boundaries: Boundaries) -> Iterator[Finding]:
    territory, shapes = boundaries.territory, boundaries.shapes
    for level in territory.levels[1:]:
        areas = [
            area
            for area in territory.areas.values()
            if area.depth == level.depth and area.id in shapes
        ]
        drawn = np.array([shapes[area.id] for area in areas], dtype=object)
        first, second = shapely.STRtree(drawn).query(drawn, predicate="intersects")
        once = first < second
        first, second = first[once], second[once]
        common = shapely.intersection(drawn[first], drawn[second])
        large = shapely.area(common) > 0
        for i, j, part in zip(first[large], second[large], common[large], strict=True):
            one, other = areas[i], areas[j]
            size = _counts(part, min(drawn[i], drawn[j], key=lambda shape: shape.area))
            if size and _meet(one, other):
                sentence = f"{_named(one)} and {_named(other)} overlap by {size:,.0f} m²."
                yield Finding("overlap", (one.id, other.id), size, sentence)


def _gaps(boundaries: Boundaries) -> Iterator[Finding]:
    territory, shapes = boundaries.territory, boundaries.shapes
    for parent in territory.areas.values():
        children = [one for one in territory.children(parent.id) if one.id in shapes]
        if not children or parent.id not in shapes:
            continue
        for day in _days_of_change(parent, children):
            alive = [shapes[one.id] for one in children if one.is_valid(day)]
            missing = shapely.difference(shapes[parent.id], shapely.union_all(alive))
            size = _counts(missing, shapes[parent.id])
            if size:
                since = "" if day == parent.valid_from else f" from {day}"
                sentence = (
                    f"The children of {_named(parent)} leave {size:,.0f} m² of it open{since}."
                )
                yield Finding("gap", (parent.id,), size, sentence)


def _days_of_change(parent: Area, children: list[Area]) -> list[dt.date]:
    """Return the first day of every stretch in which the set of children stays the same."""
    days = {parent.valid_from, parent.valid_to}
    days |= {day for one in children for day in (one.valid_from, one.valid_to)}
    inside = sorted(
        day for day in days if parent.valid_from <= day <= min(parent.valid_to, LAST_DAY)
    )
    return [begin for begin, _ in pairwise(inside) if any(one.is_valid(begin) for one in children)]


def _outside(boundaries: Boundaries) -> Iterator[Finding]:
    territory, shapes = boundaries.territory, boundaries.shapes
    pairs = [
        (area, territory.areas[area.parent])
        for area in territory.areas.values()
        if area.id in shapes and area.parent in shapes
    ]
    inner = np.array([shapes[area.id] for area, _ in pairs], dtype=object)
    outer = np.array([shapes[parent.id] for _, parent in pairs], dtype=object)
    for (area, parent), rest in zip(pairs, shapely.difference(inner, outer), strict=True):
        size = _counts(rest, shapes[area.id])
        if size:
            sentence = f"{_named(area)} reaches {size:,.0f} m² beyond its parent {_named(parent)}."
            yield Finding("outside_parent", (area.id, parent.id), size, sentence)
