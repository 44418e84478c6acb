"""The demo city's territory: one district, its streets, communities and grids, nested exactly."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import Polygon

from etl.city.area_files import AreaShape, write_areas
from etl.city.mesh import Labels, Mesh, Points, build_mesh, connect, dissolve, even_out, grow
from etl.city.names import community_names
from etl.city.outline import district_outline

LEVELS = ("district", "street", "community", "grid")
GRIDS_PER_COMMUNITY = 4.65
POPULATION = 2_000_000

_CANDIDATES = 60_000
_KM_A_DEGREE = 111.2


@dataclass(frozen=True)
class Street:
    """A street or town as the profile lists it.

    Attributes:
        code: nine digits.
        name: official name.
        lon: rough centre, WGS-84 degrees.
        lat: rough centre, WGS-84 degrees.
        reach_km: head start of this centre over others when the land is shared out.
        communities: how many it has.
        urban: share of its communities that are 社区, not 村.
    """

    code: str
    name: str
    lon: float
    lat: float
    reach_km: float
    communities: int
    urban: float


def read_streets(path: Path) -> list[Street]:
    """Return the streets of a profile's ``streets.csv``."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Street(row["code"], row["name"], float(row["lon"]), float(row["lat"]),
                   float(row["reach_km"]), int(row["communities"]), float(row["urban"]))
            for row in csv.DictReader(file)
        ]  # fmt: skip


def write_territory(
    folder: Path, *, seed: int, streets: Path, root: str = "330109", name: str = "萧山区"
) -> None:
    """Write ``district|street|community|grid.geojson`` and ``areas.csv`` into a folder.

    Args:
        folder: made when it is not there.
        seed: same seed, same bytes.
        streets: the profile's table of streets.
        root: six-digit code of the district.
        name: its name.
    """
    rng = np.random.default_rng([seed, 1])
    listed, outline = read_streets(streets), district_outline(root)
    stretch = float(np.cos(np.radians(outline.centroid.y)))
    seeds, owners = _seeds(listed, outline, stretch, rng)
    mesh = build_mesh(even_out(seeds, outline, stretch), outline, stretch, rng)
    street_of = _streets_of_cells(mesh, seeds, owners, listed, stretch)
    community_of, counts = _communities_of_cells(mesh, street_of, listed, stretch, rng)
    _write(folder, mesh, community_of, counts, listed, (root, name), rng)


def _seeds(
    listed: list[Street], outline: Polygon, stretch: float, rng: np.random.Generator
) -> tuple[Points, Labels]:
    west, south, east, north = outline.bounds
    points = rng.uniform([west, south], [east, north], (_CANDIDATES, 2))
    points = points[shapely.contains_xy(outline, points)]
    far = _kilometres(points, listed, stretch)
    nearest = np.argmin(far - np.array([street.reach_km for street in listed]), axis=1)
    chosen, owners = [], []
    for number, street in enumerate(listed):
        mine = np.flatnonzero(nearest == number)
        weight = np.exp(-far[mine, number] / 2.5) + 0.25
        wanted = min(len(mine), round(street.communities * GRIDS_PER_COMMUNITY))
        chosen.append(rng.choice(mine, wanted, replace=False, p=weight / weight.sum()))
        owners.append(np.full(wanted, number))
    return points[np.concatenate(chosen)], np.concatenate(owners)


def _kilometres(points: Points, listed: list[Street], stretch: float) -> Points:
    centres = np.array([(street.lon, street.lat) for street in listed])
    apart = (points[:, None] - centres[None]) * np.array([stretch, 1.0]) * _KM_A_DEGREE
    return np.asarray(np.hypot(apart[..., 0], apart[..., 1]))


def _streets_of_cells(
    mesh: Mesh, seeds: Points, owners: Labels, listed: list[Street], stretch: float
) -> Labels:
    tree = shapely.STRtree(list(np.asarray(shapely.points(seeds))))
    labels = owners[tree.nearest(shapely.points(mesh.middles))]
    far = _kilometres(mesh.middles, listed, stretch)
    anchors = [
        int(np.argmin(np.where(labels == number, far[:, number], np.inf)))
        for number in range(len(listed))
    ]
    return connect(mesh, labels, anchors)


def _communities_of_cells(
    mesh: Mesh, street_of: Labels, listed: list[Street], stretch: float, rng: np.random.Generator
) -> tuple[Labels, list[int]]:
    result = np.full(len(mesh.cells), -1, dtype=np.int64)
    scaled, start = mesh.middles * np.array([stretch, 1.0]), 0
    for number, street in enumerate(listed):
        members = street_of == number
        cells = np.flatnonzero(members)
        sources = cells[spread_out(scaled[cells], street.communities, rng)]
        labels = grow(mesh, [int(cell) for cell in sources], members)
        result[cells] = labels[cells] + start
        start += street.communities
    return result, [street.communities for street in listed]


def spread_out(points: Points, count: int, rng: np.random.Generator) -> Labels:
    """Return ``count`` different points that lie well apart (k-means, then the nearest point)."""
    centres = points[rng.choice(len(points), count, replace=False)]
    for _ in range(6):
        group = np.argmin(((points[:, None] - centres[None]) ** 2).sum(axis=2), axis=1)
        size = np.bincount(group, minlength=count)
        for axis in (0, 1):
            total = np.bincount(group, weights=points[:, axis], minlength=count)
            centres[:, axis] = np.where(size > 0, total / np.maximum(size, 1), centres[:, axis])
    taken: list[int] = []
    for centre in centres:
        far = ((points - centre) ** 2).sum(axis=1)
        far[taken] = np.inf
        taken.append(int(np.argmin(far)))
    return np.array(taken)


def _write(
    folder: Path,
    mesh: Mesh,
    community_of: Labels,
    counts: list[int],
    listed: list[Street],
    root: tuple[str, str],
    rng: np.random.Generator,
) -> None:
    street_of_community = np.repeat(np.arange(len(listed)), counts)
    community_cells = [np.flatnonzero(community_of == k) for k in range(len(street_of_community))]
    middles = np.array([mesh.middles[cells].mean(axis=0) for cells in community_cells])
    codes, names = _community_labels(listed, middles, street_of_community, rng)
    people = _population(listed, street_of_community, rng)
    areas: list[AreaShape] = [
        AreaShape(root[0], root[1], "district", "", None, dissolve(mesh.cells))
    ]
    for number, street in enumerate(listed):
        cells = mesh.cells[street_of_community[community_of] == number]
        areas.append(AreaShape(street.code, street.name, "street", root[0], None, dissolve(cells)))
    for k in np.argsort(codes):
        parent, cells = listed[street_of_community[k]].code, mesh.cells[community_cells[k]]
        areas.append(
            AreaShape(codes[k], names[k], "community", parent, int(people[k]), dissolve(cells))
        )
    for k in np.argsort(codes):
        order = west_to_east(mesh.middles[community_cells[k]])
        for place, cell in enumerate(community_cells[k][order], 1):
            code, label = f"{codes[k]}{place:03d}", f"第{place}网格"
            areas.append(AreaShape(code, label, "grid", codes[k], None, mesh.cells[cell]))
    write_areas(folder, LEVELS, areas)


def west_to_east(middles: Points) -> Labels:
    """Return the order in which areas are numbered: west to east, then north to south."""
    return np.lexsort((-middles[:, 1], np.round(middles[:, 0], 3)))


def _community_labels(
    listed: list[Street], middles: Points, street_of: Labels, rng: np.random.Generator
) -> tuple[list[str], list[str]]:
    """Return codes and names; the innermost communities of a street are its urban ones."""
    urban = np.zeros(len(street_of), dtype=bool)
    codes = [""] * len(street_of)
    for number, street in enumerate(listed):
        mine = np.flatnonzero(street_of == number)
        far = np.hypot(*(middles[mine] - [street.lon, street.lat]).T)
        urban[mine[np.argsort(far)[: round(street.urban * len(mine))]]] = True
        placed = {True: 1, False: 201}
        for k in mine[west_to_east(middles[mine])]:
            codes[k] = f"{street.code}{placed[bool(urban[k])]:03d}"
            placed[bool(urban[k])] += 1
    return codes, community_names(rng, [bool(town) for town in urban])


def _population(
    listed: list[Street], street_of: Labels, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    urban = np.array([street.urban for street in listed])[street_of]
    weight = (0.6 + 1.6 * urban) * rng.lognormal(0, 0.35, len(street_of))
    return np.asarray(np.round(weight / weight.sum() * POPULATION), dtype=np.int64)
