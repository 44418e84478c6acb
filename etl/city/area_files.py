"""A generated territory as files: one GeoJSON a level, and areas.csv."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely

from etl.city.mesh import Points

_COLUMNS = ("code", "name", "level", "parent", "valid_from", "valid_to", "population")


@dataclass(frozen=True)
class AreaShape:
    """One generated area.

    Attributes:
        code: official form of code.
        name: name on screens.
        level: id of the level.
        parent: code of the area above; empty for the root.
        population: residents, or None where nobody counts them.
        geometry: polygon in degrees.
        valid_from: first day as ISO date; empty for always.
        valid_to: first day it no longer holds; empty for ever.
    """

    code: str
    name: str
    level: str
    parent: str
    population: int | None
    geometry: shapely.Geometry
    valid_from: str = ""
    valid_to: str = ""


def write_areas(folder: Path, levels: Sequence[str], areas: Sequence[AreaShape]) -> None:
    """Write ``<level>.geojson`` for every level and ``areas.csv`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for level in levels:
        features = [
            {
                "type": "Feature",
                "properties": _properties(area),
                "geometry": _rounded(area.geometry),
            }
            for area in areas
            if area.level == level
        ]
        document = {"type": "FeatureCollection", "features": features}
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        (folder / f"{level}.geojson").write_text(text + "\n", encoding="utf-8")
    with (folder / "areas.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(_COLUMNS)
        for area in areas:
            people = "" if area.population is None else area.population
            dates = (area.valid_from, area.valid_to)
            table.writerow((area.code, area.name, area.level, area.parent, *dates, people))


def _properties(area: AreaShape) -> dict[str, str]:
    named = {"code": area.code, "name": area.name, "parent": area.parent}
    dates = {"valid_from": area.valid_from, "valid_to": area.valid_to}
    return named | {key: day for key, day in dates.items() if day}


def _rounded(geometry: shapely.Geometry) -> dict[str, object]:
    def ring(points: Points) -> list[list[float]]:
        return [[round(x, 6), round(y, 6)] for x, y in points.tolist()]

    parts = [
        [ring(shapely.get_coordinates(line)) for line in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(geometry)
    ]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}
