"""Cells that share their borders exactly, and connected groups of them."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import MultiPoint, Polygon

Points = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

PRECISION = 1e-6
"""Every vertex lies on this raster of degrees, so neighbours repeat the very same numbers."""

_BENDS = (0.25, 0.5, 0.75)
_BEND_SIZE = 0.07


@dataclass(frozen=True)
class Mesh:
    """A district cut into cells.

    Attributes:
        cells: polygons in degrees; together they fill the outline without gap or overlap.
        edges: pairs of neighbouring cells, shape (n, 2).
        middles: one inner point of every cell, degrees, shape (cells, 2).
    """

    cells: npt.NDArray[np.object_]
    edges: npt.NDArray[np.int64]
    middles: Points

    @cached_property
    def around(self) -> list[list[tuple[int, float]]]:
        """Neighbours of every cell, with the distance of the middles in degrees."""
        return _around(self)


def even_out(seeds: Points, outline: Polygon, stretch: float, rounds: int = 2) -> Points:
    """Return seeds moved to the middle of their Voronoi cells a few times over.

    Args:
        seeds: degrees, shape (n, 2).
        outline: the district.
        stretch: length of a degree of longitude in degrees of latitude.
        rounds: how often.
    """
    scale = np.array([stretch, 1.0])
    area = shapely.transform(outline, lambda points: points * scale)
    points = seeds * scale
    for _ in range(rounds):
        diagram = shapely.voronoi_polygons(MultiPoint(points), extend_to=area, ordered=True)
        inside = shapely.intersection(np.array(shapely.get_parts(diagram)), area)
        middles = shapely.get_coordinates(shapely.centroid(inside))
        keep = shapely.contains_xy(area, middles)
        points = np.where(keep[:, None], middles, points)
    return np.asarray(points / scale, dtype=np.float64)


def build_mesh(seeds: Points, outline: Polygon, stretch: float, rng: np.random.Generator) -> Mesh:
    """Return one cell per seed, with slightly bent borders.

    The bent Voronoi edges and the outline are noded on one raster and polygonised, so that
    two neighbours are made of the same line pieces. Pieces without a seed join a neighbour.
    """
    scale = np.array([stretch, 1.0])
    diagram = shapely.voronoi_polygons(
        MultiPoint(seeds * scale), extend_to=shapely.transform(outline, lambda p: p * scale),
        only_edges=True,
    )  # fmt: skip
    lines = _bent(_segments(diagram) / scale, rng)
    noded = shapely.union_all([*lines, outline.boundary], grid_size=PRECISION)
    faces = np.array(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))
    faces = faces[shapely.contains(outline, shapely.point_on_surface(faces))]
    cells = _one_per_seed(faces, seeds)
    middles = shapely.get_coordinates(shapely.point_on_surface(cells))
    return Mesh(cells, neighbours(cells)[:, :2].astype(np.int64), middles)


def _segments(diagram: shapely.Geometry) -> Points:
    pieces = []
    for line in shapely.get_parts(diagram):
        points = shapely.get_coordinates(line)
        pieces.append(np.stack([points[:-1], points[1:]], axis=1))
    return np.concatenate(pieces)


def _bent(segments: Points, rng: np.random.Generator) -> list[shapely.Geometry]:
    start, end = segments[:, 0], segments[:, 1]
    along = end - start
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    inner = [
        start + share * along + across * rng.uniform(-_BEND_SIZE, _BEND_SIZE, (len(start), 1))
        for share in _BENDS
    ]
    lines = np.asarray(shapely.linestrings(np.stack([start, *inner, end], axis=1)))
    return list(lines)


def _one_per_seed(faces: npt.NDArray[np.object_], seeds: Points) -> npt.NDArray[np.object_]:
    owner = np.full(len(faces), -1)
    seed_no, face_no = shapely.STRtree(faces).query(shapely.points(seeds), predicate="within")
    owner[face_no] = seed_no
    pairs = neighbours(faces)
    order = np.argsort(-pairs[:, 2], kind="stable")
    while (owner < 0).any():
        before = int((owner < 0).sum())
        for a, b in pairs[order, :2].astype(np.int64):
            if owner[a] < 0 <= owner[b]:
                owner[a] = owner[b]
            elif owner[b] < 0 <= owner[a]:
                owner[b] = owner[a]
        if int((owner < 0).sum()) == before:
            break
    kept = np.unique(owner[owner >= 0])
    return np.array([dissolve(faces[owner == seed]) for seed in kept], dtype=object)


def dissolve(cells: npt.NDArray[np.object_] | Sequence[Polygon]) -> shapely.Geometry:
    """Return the union of cells that share their borders exactly; no vertex is moved."""
    if len(cells) == 1:
        return cells[0]
    return shapely.coverage_union_all(np.asarray(cells, dtype=object))


def neighbours(cells: npt.NDArray[np.object_]) -> Points:
    """Return (cell, cell, shared length in degrees) for every pair with a common border."""
    points, part = shapely.get_coordinates(cells, return_index=True)
    raster = np.round(points / PRECISION).astype(np.int64)
    same = part[1:] == part[:-1]
    first, second = raster[:-1][same], raster[1:][same]
    owner = part[:-1][same]
    swap = (first[:, 0] > second[:, 0]) | (
        (first[:, 0] == second[:, 0]) & (first[:, 1] > second[:, 1])
    )
    low = np.where(swap[:, None], second, first)
    high = np.where(swap[:, None], first, second)
    keys = np.concatenate([low, high], axis=1)
    order = np.lexsort((owner, keys[:, 3], keys[:, 2], keys[:, 1], keys[:, 0]))
    keys, owner = keys[order], owner[order]
    twin = np.flatnonzero((keys[1:] == keys[:-1]).all(axis=1))
    length = np.hypot(*(keys[twin, :2] - keys[twin, 2:]).T) * PRECISION
    pairs = np.sort(np.stack([owner[twin], owner[twin + 1]], axis=1), axis=1)
    unique, inverse = np.unique(pairs, axis=0, return_inverse=True)
    return np.column_stack([unique, np.bincount(inverse.ravel(), weights=length)])


def grow(mesh: Mesh, sources: Sequence[int], members: npt.NDArray[np.bool_]) -> Labels:
    """Return for every cell the source it is nearest to, walking from cell to cell.

    Every group is connected, because a cell joins through a neighbour that already belongs.

    Args:
        mesh: the cells.
        sources: cell numbers; the n-th source gives the label n.
        members: cells that take part; all others get -1.
    """
    around = mesh.around
    labels = np.full(len(mesh.cells), -1, dtype=np.int64)
    queue = [(0.0, cell, label) for label, cell in enumerate(sources)]
    heapq.heapify(queue)
    while queue:
        far, cell, label = heapq.heappop(queue)
        if labels[cell] >= 0:
            continue
        labels[cell] = label
        for other, step in around[cell]:
            if labels[other] < 0 and members[other]:
                heapq.heappush(queue, (far + step, other, label))
    return labels


def connect(mesh: Mesh, labels: Labels, anchors: Sequence[int]) -> Labels:
    """Return the labels with every stray piece given to a neighbouring group.

    Args:
        mesh: the cells.
        labels: group of every cell, 0 .. groups - 1.
        anchors: a cell of each group that stays.
    """
    around = mesh.around
    result = np.full(len(labels), -1, dtype=np.int64)
    for label, anchor in enumerate(anchors):
        stack = [int(anchor)]
        result[anchor] = label
        while stack:
            for other, _ in around[stack.pop()]:
                if result[other] < 0 and labels[other] == label:
                    result[other] = label
                    stack.append(other)
    while (result < 0).any():
        for cell in np.flatnonzero(result < 0):
            known = [int(result[other]) for other, _ in around[cell] if result[other] >= 0]
            if known:
                result[cell] = known[0]
    return result


def _around(mesh: Mesh) -> list[list[tuple[int, float]]]:
    around: list[list[tuple[int, float]]] = [[] for _ in mesh.cells]
    far = np.hypot(*(mesh.middles[mesh.edges[:, 0]] - mesh.middles[mesh.edges[:, 1]]).T)
    for (a, b), step in zip(mesh.edges.tolist(), far.tolist(), strict=True):
        around[a].append((b, step))
        around[b].append((a, step))
    return around
