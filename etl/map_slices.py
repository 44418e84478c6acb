"""The boundaries cut into small files for the map, one a parent."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from etl.boundaries import Boundaries
from metrics.territory import LAST_DAY, Area, Territory

DECIMALS = 5
"""Of a degree: about a metre."""

_FEWEST_POINTS = 4
"""Of a ring, the last of which is the first."""

_DOTS_ACROSS = 1500
"""A parent fills the map; detail finer than this share of its width cannot be seen."""


def slice_file(folder: Path, area_id: str) -> Path:
    """Return the file that holds the children of an area; odd characters are percent-coded."""
    return folder / "children_of" / f"{quote(area_id, safe='@')}.json"


def write_map_slices(
    boundaries: Boundaries, folder: Path, *, day: dt.date | None = None
) -> list[Path]:
    """Write ``children_of/<area id>.json`` for every parent and ``outline.json`` of the root.

    Each is a GeoJSON FeatureCollection whose features carry id, code, name, level and
    has_children; children without shapes are left out, all of them where there is no map. Shared
    borders stay shared: a whole level is simplified as one coverage.

    Args:
        boundaries: the territory and its shapes.
        folder: made when it does not exist.
        day: areas valid on it are drawn; the last known ones when left out.

    Returns:
        The files written.
    """
    territory = boundaries.territory
    day = day or LAST_DAY - dt.timedelta(days=1)
    drawn = _simplified(boundaries, day)
    (folder / "children_of").mkdir(parents=True, exist_ok=True)
    written = []
    for area in territory.areas.values():
        if children := territory.children(area.id, day):
            path = slice_file(folder, area.id)
            _write(path, territory, [one for one in children if one.id in drawn], drawn, day)
            written.append(path)
    root = territory.areas[territory.root]
    outline = folder / "outline.json"
    _write(outline, territory, [root] if root.id in drawn else [], drawn, day)
    return [*written, outline]


def _simplified(boundaries: Boundaries, day: dt.date) -> dict[str, BaseGeometry]:
    """Return the shapes to draw, each level simplified as far as its parents' size allows."""
    territory, shapes = boundaries.territory, boundaries.shapes
    drawn: dict[str, BaseGeometry] = {}
    for level in territory.levels:
        areas = [
            area
            for area in territory.areas.values()
            if area.depth == level.depth and area.is_valid(day) and area.id in shapes
        ]
        if not areas:
            continue
        before = np.array([shapes[area.id] for area in areas], dtype=object)
        after = shapely.coverage_simplify(before, _tolerance(areas, shapes))
        for area, old, new in zip(areas, before, after, strict=True):
            drawn[area.id] = _rounded(old if new.is_empty else new)
    return drawn


def _tolerance(areas: Iterable[Area], shapes: dict[str, BaseGeometry]) -> float:
    widths = [
        math.sqrt(max(shapes[key].area, 0.0))
        for key in {area.parent or area.id for area in areas}
        if key in shapes
    ]
    return float(np.median(widths)) / _DOTS_ACROSS if widths else 0.0


def _rounded(shape: BaseGeometry) -> BaseGeometry:
    """Return the shape on the grid of the decimals; rings that fall together there are left away.

    Every vertex goes to the same place wherever it occurs, so shared borders stay shared.
    """
    polygons = []
    for part in shapely.get_parts(shape):
        outer, *holes = (_rounded_ring(ring) for ring in (part.exterior, *part.interiors))
        if outer is not None:
            polygons.append(shapely.Polygon(outer, [hole for hole in holes if hole is not None]))
    if not polygons:
        return shape
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _rounded_ring(ring: shapely.LinearRing) -> npt.NDArray[np.float64] | None:
    points = np.round(shapely.get_coordinates(ring), DECIMALS)
    moves = np.any(points[1:] != points[:-1], axis=1)
    points = points[np.concatenate(([True], moves))]
    return points if len(points) >= _FEWEST_POINTS else None


def _write(
    path: Path,
    territory: Territory,
    areas: list[Area],
    drawn: dict[str, BaseGeometry],
    day: dt.date,
) -> None:
    features = []
    for area in areas:
        properties = {
            "id": area.id,
            "code": area.code,
            "name": area.name,
            "level": area.level,
            "has_children": any(one.id in drawn for one in territory.children(area.id, day)),
        }
        features.append(
            '{"type":"Feature","properties":'
            + json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
            + f',"geometry":{shapely.to_geojson(drawn[area.id])}}}'
        )
    text = '{"type":"FeatureCollection","features":[' + ",".join(features) + "]}"
    path.write_text(text, encoding="utf-8")
