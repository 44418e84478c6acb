"""The outlines of the areas of the first level, thinned for a map on paper."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shapely import GEOSException, simplify
from shapely.geometry import mapping, shape

from layouts.briefing.drawing import rings_of

if TYPE_CHECKING:
    from cockpit.wiring import Services
    from metrics.briefing.content import Ring

ACROSS = 400
"""A line is kept as fine as a part in so many of the city's width: finer is not seen on a page."""


def outlines(services: Services) -> dict[str, Sequence[Ring]]:
    """Return the rings of the areas below the root by id; none where the city has no shapes."""
    root = services.service.territory.root
    path = services.map_folder / "children_of" / f"{root}.json"
    try:
        features = json.loads(path.read_text("utf-8"))["features"]
        shapes = {one["properties"]["id"]: shape(one["geometry"]) for one in features}
    except (OSError, ValueError, KeyError, TypeError, GEOSException):
        return {}
    if not shapes:
        return {}
    bounds = [one.bounds for one in shapes.values()]
    width = max(bound[2] for bound in bounds) - min(bound[0] for bound in bounds)
    thin = {key: simplify(one, width / ACROSS) for key, one in shapes.items()}
    return {key: _rounded(rings_of(mapping(one))) for key, one in thin.items()}


def _rounded(rings: Sequence[Ring]) -> tuple[Ring, ...]:
    return tuple(tuple((round(x, 5), round(y, 5)) for x, y in ring) for ring in rings)
