"""The shapes of areas for the maps: cut by parent in files, put together here by level."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import shapely
from flask import Blueprint, Response, abort, request, send_from_directory
from shapely.geometry import mapping

from etl.map_slices import DECIMALS, slice_file
from metrics.errors import UnknownName

if TYPE_CHECKING:
    from cockpit.wiring import Services

_DOTS_ACROSS = 1200
"""Detail finer than this share of the width of what is drawn cannot be seen."""

Feature = dict[str, Any]


def build_geo(services: Services) -> Blueprint:
    """Return the blueprint with ``/geo/<file>`` and ``/geo/at_level/<level>/<area>.json``."""
    geo = Blueprint("geo", __name__, url_prefix="/geo")

    @lru_cache(maxsize=64)
    def drawn(level: str, area: str) -> str:
        return shapes_at(level, area, services)

    @geo.get("/<path:name>")
    def file(name: str) -> Response:
        found = send_from_directory(services.map_folder.resolve(), name, conditional=True)
        found.headers["Cache-Control"] = "no-cache"  # asked again, answered with 304
        return found

    @geo.get("/at_level/<level>/<area>.json")
    def at_level(level: str, area: str) -> Response:
        try:
            found = Response(drawn(level, area), mimetype="application/json")
        except UnknownName:
            abort(404)
        found.headers["Cache-Control"] = "no-cache"
        found.add_etag()
        found.make_conditional(request)
        return found

    return geo


def shapes_at(level: str, area: str, services: Services) -> str:
    """Return the areas of a level within an area as GeoJSON, also when levels lie between.

    Raises:
        UnknownName: there is no such level or area.
    """
    territory = services.territory
    if area not in territory.areas:
        raise UnknownName("area", area, territory.areas, where="/geo")
    wanted = {one.id: one.parent for one in territory.descendants(area, territory.level(level))}
    features = [
        feature
        for parent in dict.fromkeys(wanted.values())
        for feature in _slice(parent, services)
        if feature["properties"]["id"] in wanted
    ]
    text = {"type": "FeatureCollection", "features": _thinned(features)}
    return json.dumps(text, ensure_ascii=False, separators=(",", ":"))


def _slice(parent: str, services: Services) -> list[Feature]:
    """Return what is drawn below an area; nothing where no area below it has a shape."""
    try:
        text = slice_file(services.map_folder, parent).read_text("utf-8")
    except FileNotFoundError:
        return []
    features: list[Feature] = json.loads(text)["features"]
    return features


def _thinned(features: list[Feature]) -> list[Feature]:
    """Return the features as fine as all of them together can be seen; borders stay shared."""
    shapes = shapely.from_geojson([json.dumps(one["geometry"]) for one in features])
    whole = sum(one.area for one in shapes)
    thin = shapely.coverage_simplify(shapes, math.sqrt(whole) / _DOTS_ACROSS)
    return [
        one | {"geometry": mapping(shapely.set_precision(new, 10**-DECIMALS, mode="pointwise"))}
        for one, new in zip(features, thin, strict=True)
    ]
