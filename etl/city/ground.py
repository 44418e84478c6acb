"""A written territory as the source writers see it: who lies in whom, and addresses."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from etl.city.mesh import Labels, Points

ADDRESSES_PER_GRID = 12
"""Cases happen at a few addresses of a grid again and again, never at points of their own."""


@dataclass(frozen=True)
class Ground:
    """The places of a demo city; every number is an index into another tuple or array.

    Attributes:
        streets: (code, name).
        communities: (code, name).
        grids: code of every grid.
        street_of_community: number of the street, shape (communities,).
        community_of_grid: number of the community, shape (grids,).
        street_of_grid: number of the street, shape (grids,).
        population: residents, shape (communities,).
        addresses: WGS-84 degrees, shape (grids, ADDRESSES_PER_GRID, 2).
        weight: share of what happens, by grid, shape (grids,), sums to 1.
        root: code of the whole city.
    """

    streets: tuple[tuple[str, str], ...]
    communities: tuple[tuple[str, str], ...]
    grids: tuple[str, ...]
    street_of_community: Labels
    community_of_grid: Labels
    street_of_grid: Labels
    population: Labels
    addresses: Points
    weight: Points
    root: str = ""

    def street(self, name: str) -> int:
        """Return the number of a street."""
        return [known for _, known in self.streets].index(name)


def read_ground(territory: Path, *, seed: int) -> Ground:
    """Return the ground of a territory folder written by ``write_territory``.

    Args:
        territory: folder with ``areas.csv`` and ``grid.geojson``.
        seed: places the addresses.
    """
    rng = np.random.default_rng([seed, 2])
    with (territory / "areas.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    by_level = {level: [row for row in rows if row["level"] == level] for level in
                ("street", "community", "grid")}  # fmt: skip
    streets, communities, grids = by_level["street"], by_level["community"], by_level["grid"]
    street_no = {row["code"]: number for number, row in enumerate(streets)}
    community_no = {row["code"]: number for number, row in enumerate(communities)}
    street_of = np.array([street_no[row["parent"]] for row in communities])
    community_of = np.array([community_no[row["parent"]] for row in grids])
    population = np.array([int(row["population"]) for row in communities])
    spread = np.bincount(community_of, minlength=len(communities))
    weight = (population / spread)[community_of] * rng.lognormal(0, 0.45, len(grids))
    return Ground(
        tuple((row["code"], row["name"]) for row in streets),
        tuple((row["code"], row["name"]) for row in communities),
        tuple(row["code"] for row in grids),
        street_of, community_of, street_of[community_of], population,
        _addresses(_cells(territory, [row["code"] for row in grids]), rng),
        weight / weight.sum(),
        next(row["code"] for row in rows if not row["parent"]),
    )  # fmt: skip


def _cells(territory: Path, codes: list[str]) -> npt.NDArray[np.object_]:
    features = json.loads((territory / "grid.geojson").read_text("utf-8"))["features"]
    known = {feature["properties"]["code"]: json.dumps(feature["geometry"]) for feature in features}
    return np.asarray(shapely.from_geojson([known[code] for code in codes]))


def _addresses(cells: npt.NDArray[np.object_], rng: np.random.Generator) -> Points:
    middle = shapely.get_coordinates(shapely.point_on_surface(cells))
    low, high = np.split(shapely.bounds(cells), 2, axis=1)
    shapely.prepare(cells)
    points = np.repeat(middle[:, None], ADDRESSES_PER_GRID, axis=1)
    missing = np.ones(points.shape[:2], dtype=bool)
    for _ in range(8):
        trial = rng.uniform(low[:, None], high[:, None], points.shape)
        inside = shapely.contains_xy(cells[:, None], trial[..., 0], trial[..., 1]) & missing
        points[inside] = trial[inside]
        missing &= ~inside
    return np.round(points, 6)
