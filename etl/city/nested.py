"""A territory of any number of levels: cells of a mesh, grouped from the top down."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import Polygon

from etl.city.area_files import AreaShape, write_areas
from etl.city.mesh import Labels, Mesh, Points, build_mesh, connect, dissolve, even_out, grow
from etl.city.names import community_names
from etl.city.outline import district_outline
from etl.city.territory import spread_out, west_to_east
from etl.city.volumes import COMMUNITY_NAMES, Land, LevelPlan

_CANDIDATES_A_CELL = 25
_TOWN_KM = 3.0
_KM_A_DEGREE = 111.2


@dataclass(frozen=True)
class _Group:
    """An area in the making: its cells of one mesh, and the codes of the areas above it."""

    mesh: Mesh
    cells: Labels
    codes: dict[str, str]
    area: AreaShape

    def middle(self) -> Points:
        return np.asarray(self.mesh.middles[self.cells].mean(axis=0))


def write_nested_territory(folder: Path, land: Land, tables: Path, *, seed: int) -> None:
    """Write one GeoJSON a level and ``areas.csv`` of a land.

    Args:
        folder: made when it is not there.
        land: levels and counts.
        tables: folder of the tables the levels name.
        seed: same seed, same bytes.
    """
    rng = np.random.default_rng([seed, 1])
    top = _table(tables / land.levels[0].table)
    groups = _first_level(land, top, rng)
    cells = shapely.union_all([dissolve(group.mesh.cells) for group in _meshes(groups)])
    areas = [AreaShape(land.code, land.name, land.level, "", None, cells)]
    areas += [group.area for group in groups]
    for plan in land.levels[1:]:
        listed = _table(tables / plan.table) if plan.table else []
        above, groups = groups, _level_below(groups, plan, listed, rng)
        areas += [group.area for group in groups]
        if plan.recut_on is not None:
            later = plan.model_copy(update={"count": plan.recut_count})
            areas += [group.area for group in _level_below(above, later, [], rng, is_recut=True)]
    write_areas(folder, [land.level, *(plan.id for plan in land.levels)], areas)


def allot(total: int, sizes: Labels) -> Labels:
    """Return whole shares in proportion to the sizes: each at least 1, at most its size.

    Example:
        >>> allot(7, np.array([1, 2, 6])).tolist()
        [1, 2, 4]
    """
    room = np.asarray(sizes) - 1
    left = total - len(room)
    if left < 0 or left > room.sum():
        msg = f"{total} areas do not fit into {len(room)} with {int(room.sum()) + len(room)} cells"
        raise ValueError(msg)
    exact = left * room / max(1, room.sum())
    more = np.floor(exact).astype(np.int64)
    rest = np.argsort(more - exact, kind="stable")[: left - int(more.sum())]
    more[rest] += 1
    return np.asarray(more + 1)


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _meshes(groups: list[_Group]) -> list[_Group]:
    return list({id(group.mesh): group for group in groups}.values())


def _first_level(land: Land, top: list[dict[str, str]], rng: np.random.Generator) -> list[_Group]:
    plan = land.levels[0]
    if len(land.outlines) == 1:
        outline = district_outline(land.outlines[0])
        stretch = float(np.cos(np.radians(outline.centroid.y)))
        centres = np.array([(float(row["lon"]), float(row["lat"])) for row in top])
        mesh = _mesh(outline, land.cells, centres, rng)
        far = _kilometres(mesh.middles, centres, stretch)
        labels = np.argmin(far, axis=1)
        anchors = [int(np.argmin(np.where(labels == k, far[:, k], np.inf)))
                   for k in range(len(top))]  # fmt: skip
        labels = connect(mesh, labels, anchors)
        parts = [(mesh, np.flatnonzero(labels == k)) for k in range(len(top))]
    else:
        share = np.array([float(row["share"]) for row in top])
        counts = np.maximum(20, np.round(land.cells * share / share.sum())).astype(int)
        parts = []
        for row, count in zip(top, counts.tolist(), strict=True):
            mesh = _mesh(district_outline(row["code"]), count, None, rng)
            parts.append((mesh, np.arange(len(mesh.cells))))
    return [
        _Group(mesh, cells, {plan.id: row["code"]}, _drawn(mesh, cells, plan, row, land.code))
        for row, (mesh, cells) in zip(top, parts, strict=True)
    ]


def _drawn(
    mesh: Mesh, cells: Labels, plan: LevelPlan, row: dict[str, str], parent: str
) -> AreaShape:
    return AreaShape(row["code"], row["name"], plan.id, parent, None, dissolve(mesh.cells[cells]))


def _mesh(outline: Polygon, count: int, centres: Points | None, rng: np.random.Generator) -> Mesh:
    """Return exactly ``count`` cells, smaller near the centres where there are any."""
    stretch = float(np.cos(np.radians(outline.centroid.y)))
    west, south, east, north = outline.bounds
    while True:
        points = rng.uniform([west, south], [east, north], (count * _CANDIDATES_A_CELL, 2))
        points = points[shapely.contains_xy(outline, points)]
        weight = np.ones(len(points))
        if centres is not None:
            weight = np.exp(-_kilometres(points, centres, stretch).min(axis=1) / _TOWN_KM) + 0.2
        chosen = rng.choice(len(points), count, replace=False, p=weight / weight.sum())
        mesh = build_mesh(even_out(points[chosen], outline, stretch), outline, stretch, rng)
        if len(mesh.cells) == count:
            return mesh


def _kilometres(points: Points, centres: Points, stretch: float) -> Points:
    apart = (points[:, None] - centres[None]) * np.array([stretch, 1.0]) * _KM_A_DEGREE
    return np.asarray(np.hypot(apart[..., 0], apart[..., 1]))


def _level_below(
    above: list[_Group],
    plan: LevelPlan,
    listed: list[dict[str, str]],
    rng: np.random.Generator,
    *,
    is_recut: bool = False,
) -> list[_Group]:
    if listed:
        counts = np.array(
            [sum(row["parent"] == group.area.code for row in listed) for group in above]
        )
    else:
        counts = allot(plan.count, np.array([len(group.cells) for group in above]))
    below: list[_Group] = []
    placed: dict[str, int] = {}
    names: dict[str, list[str]] = {}
    for group, count in zip(above, counts.tolist(), strict=True):
        rows = [row for row in listed if row["parent"] == group.area.code]
        parts = _split(group, count, rng)
        middles = np.array([group.mesh.middles[cells].mean(axis=0) for cells in parts])
        for place, part in enumerate(west_to_east(middles)):
            root = group.codes[plan.under] if plan.under else group.area.code
            number = placed[root] = placed.get(root, 0) + 1
            if rows:
                code, name = rows[place]["code"], rows[place]["name"]
            else:
                code = root + plan.code.format(n=number)
                name = _name(plan, root, number, names, rng)
            if is_recut:
                code, name = root + plan.code.format(n=number + 500), plan.names.format(n=number)
            cells = parts[part]
            dates = _dates(plan, is_recut=is_recut)
            area = AreaShape(
                code, name, plan.id, group.area.code, None, dissolve(group.mesh.cells[cells]),
                *dates,
            )  # fmt: skip
            below.append(_Group(group.mesh, cells, group.codes | {plan.id: code}, area))
    return below


def _dates(plan: LevelPlan, *, is_recut: bool) -> tuple[str, str]:
    if plan.recut_on is None:
        return "", ""
    day = plan.recut_on.isoformat()
    return (day, "") if is_recut else ("", day)


def _name(
    plan: LevelPlan, root: str, number: int, names: dict[str, list[str]], rng: np.random.Generator
) -> str:
    if plan.names != COMMUNITY_NAMES:
        return plan.names.format(n=number)
    if root not in names:
        names[root] = community_names(rng, [True] * 20 + [False] * 300)
    return names[root][number - 1]


def _split(group: _Group, count: int, rng: np.random.Generator) -> list[Labels]:
    """Return the cells of ``count`` connected parts."""
    if count == 1:
        return [group.cells]
    middles = group.mesh.middles[group.cells]
    stretch = float(np.cos(np.radians(middles[0, 1])))
    near = spread_out(middles * np.array([stretch, 1.0]), count, rng)
    members = np.zeros(len(group.mesh.cells), dtype=bool)
    members[group.cells] = True
    labels = grow(group.mesh, [int(cell) for cell in group.cells[near]], members)
    return [np.flatnonzero(labels == number) for number in range(count)]
