"""A made-up city of squares: one district, streets, communities and grids, all by arithmetic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WEST, SOUTH = 120.0, 30.0
SIDE = 0.004
"""Side of a grid in degrees, about 400 m."""

CITY_YAML = """\
id: squares
name: 方格区
timezone: Asia/Shanghai
demo: true
root: "990100"
levels:
  - {id: district,  name: 区,   role: district,  geojson: district.geojson}
  - {id: street,    name: 街道, role: street,    geojson: street.geojson}
  - {id: community, name: 社区, role: community, geojson: community.geojson}
  - {id: grid,      name: 网格, role: grid,      geojson: grid.geojson}
areas: areas.csv
"""


def square(column: int, row: int, span: int) -> list[list[list[float]]]:
    """Return the ring of a square ``span`` grids wide; vertices at every grid corner."""
    corners = [(column + i, row) for i in range(span)]
    corners += [(column + span, row + i) for i in range(span)]
    corners += [(column + span - i, row + span) for i in range(span)]
    corners += [(column, row + span - i) for i in range(span)]
    ring = [[round(WEST + x * SIDE, 6), round(SOUTH + y * SIDE, 6)] for x, y in corners]
    return [[*ring, ring[0]]]


def feature(code: str, name: str, rings: list[Any], **more: object) -> dict[str, Any]:
    """Return a GeoJSON feature."""
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name, **more},
        "geometry": {"type": "Polygon", "coordinates": rings},
    }


def write_geojson(path: Path, features: list[dict[str, Any]]) -> None:
    """Write a feature collection."""
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


def squares(width: int = 8) -> dict[str, list[dict[str, Any]]]:
    """Return the features of every level; the district is ``width`` grids wide."""
    found: dict[str, list[dict[str, Any]]] = {
        "district": [feature("990100", "方格区", square(0, 0, width))],
        "street": [], "community": [], "grid": [],
    }  # fmt: skip
    half, quarter = width // 2, width // 4
    for n in range(4):
        at = (n % 2 * half, n // 2 * half)
        code = f"99010000{n + 1}"
        found["street"].append(feature(code, f"街道{n + 1}", square(*at, half), parent="990100"))
        for m in range(4):
            spot = (at[0] + m % 2 * quarter, at[1] + m // 2 * quarter)
            below = f"{code}{m + 1:03d}"
            found["community"].append(
                feature(below, f"社区{n + 1}-{m + 1}", square(*spot, quarter), parent=code)
            )
            for k in range(quarter * quarter):
                place = (spot[0] + k % quarter, spot[1] + k // quarter)
                found["grid"].append(
                    feature(f"{below}{k + 1:03d}", f"网格{k + 1}", square(*place, 1), parent=below)
                )
    return found


def write_city(folder: Path, width: int = 8) -> Path:
    """Write city.yaml and the territory of a square city and return its folder."""
    (folder / "territory").mkdir(parents=True)
    (folder / "sources").mkdir()
    (folder / "city.yaml").write_text(CITY_YAML, encoding="utf-8")
    for level, features in squares(width).items():
        write_geojson(folder / "territory" / f"{level}.geojson", features)
    (folder / "territory" / "areas.csv").write_text(
        "code,name,level,parent,valid_from,valid_to,population\n990100,方格区,district,,,,400000\n",
        encoding="utf-8",
    )
    return folder


def centre(column: int, row: int) -> tuple[float, float]:
    """Return longitude and latitude of the middle of a grid."""
    return round(WEST + (column + 0.5) * SIDE, 6), round(SOUTH + (row + 0.5) * SIDE, 6)
