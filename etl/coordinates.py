"""Longitudes and latitudes of the coordinate systems in use, turned into WGS-84.

CGCS2000 lies within a metre of WGS-84 and is taken as equal. GCJ-02 and BD-09 are published
shifts of it; their inverses are found by iterating the forward formulas.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
CoordinateSystem = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]

_SEMI_MAJOR = 6_378_245.0
_ECCENTRICITY_2 = 0.00669342162296594323
_BD_TURN = np.pi * 3000 / 180
_CHINA = (72.004, 137.8347, 0.8293, 55.8271)
"""West, east, south, north of the box in which GCJ-02 is shifted at all."""

_CLOSE_DEGREES = 1e-10
_DECIMALS = 9
_MOST_ROUNDS = 30


def to_wgs84(lon: Floats, lat: Floats, crs: CoordinateSystem) -> tuple[Floats, Floats]:
    """Return WGS-84 degrees, within 0.1 m of the true inverse; missing stays NaN.

    Args:
        lon: degrees, one a point.
        lat: degrees, as many.
        crs: the system they are in.
    """
    if crs == "gcj02":
        return _inverse(wgs84_to_gcj02, lon, lat)
    if crs == "bd09":
        return _inverse(wgs84_to_gcj02, *_inverse(gcj02_to_bd09, lon, lat))
    return lon, lat


def wgs84_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return the GCJ-02 degrees of WGS-84 points; unchanged outside China's box.

    Example:
        >>> lon, lat = wgs84_to_gcj02(np.array([120.0]), np.array([40.0]))
        >>> f"{lon[0]:.9f} {lat[0]:.9f}"
        '120.005675684 40.001304790'
    """
    x, y = lon - 105.0, lat - 35.0
    waves = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    north = (
        -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
        + (waves + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
        + (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    )  # fmt: skip
    east = (
        300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
        + (waves + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
        + (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    )  # fmt: skip
    angle = np.radians(lat)
    curve = 1 - _ECCENTRICITY_2 * np.sin(angle) ** 2
    meridian = _SEMI_MAJOR * (1 - _ECCENTRICITY_2) / curve**1.5
    parallel = _SEMI_MAJOR / np.sqrt(curve) * np.cos(angle)
    west_edge, east_edge, south_edge, north_edge = _CHINA
    inside = (lon >= west_edge) & (lon <= east_edge) & (lat >= south_edge) & (lat <= north_edge)
    return (
        np.where(inside, lon + np.degrees(east / parallel), lon),
        np.where(inside, lat + np.degrees(north / meridian), lat),
    )


def gcj02_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return the BD-09 degrees of GCJ-02 points."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _inverse(
    forward: Callable[[Floats, Floats], tuple[Floats, Floats]], lon: Floats, lat: Floats
) -> tuple[Floats, Floats]:
    """Return the points that ``forward`` sends to the given ones, to a tenth of a millimetre.

    Each point stops by itself and is rounded: which others stand in the same file is no matter.
    """
    x, y = lon, lat
    with np.errstate(invalid="ignore"):
        for _ in range(_MOST_ROUNDS):
            there_x, there_y = forward(x, y)
            off_x, off_y = there_x - lon, there_y - lat
            is_off = np.maximum(np.abs(off_x), np.abs(off_y)) >= _CLOSE_DEGREES
            if not is_off.any():
                break
            x, y = np.where(is_off, x - off_x, x), np.where(is_off, y - off_y, y)
    return x.round(_DECIMALS), y.round(_DECIMALS)
