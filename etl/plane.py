"""A city's own plane coordinates: a transverse Mercator grid of CGCS2000, turned into degrees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_SEMI_MAJOR = 6_378_137.0
_FLATTENING = 1 / 298.257222101
_N = _FLATTENING / (2 - _FLATTENING)
_RADIUS = _SEMI_MAJOR / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
"""Of the circle as long as a meridian."""
_BETA = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96 - _N**4 / 360,
    _N**2 / 48 + _N**3 / 15 - 437 * _N**4 / 1440,
    17 * _N**3 / 480 - 37 * _N**4 / 840,
    4397 * _N**4 / 161280,
)
"""Krüger's series back from the plane to the conformal sphere."""
_DELTA = (
    2 * _N - 2 * _N**2 / 3 - 2 * _N**3 + 116 * _N**4 / 45,
    7 * _N**2 / 3 - 8 * _N**3 / 5 - 227 * _N**4 / 45,
    56 * _N**3 / 15 - 136 * _N**4 / 35,
    4279 * _N**4 / 630,
)
"""From the conformal latitude to that of the ellipsoid."""
_DECIMALS = 9
_MOST_DEGREES = 6
"""From the central meridian: nobody's plane reaches further."""


@dataclass(frozen=True)
class Plane:
    """A transverse Mercator grid.

    Attributes:
        central_meridian: degrees east.
        false_easting: metres added to every easting, a zone number before it included.
        false_northing: metres added to every northing.
        scale: on the central meridian; another than 1 where a city counts at its own height.
    """

    central_meridian: float
    false_easting: float = 500_000.0
    false_northing: float = 0.0
    scale: float = 1.0

    def degrees(self, easting: Floats, northing: Floats) -> tuple[Floats, Floats]:
        """Return longitudes and latitudes, NaN where a point is far outside the grid.

        Args:
            easting: metres, one a point.
            northing: metres, as many.

        Example:
            >>> lon, lat = Plane(117).degrees(np.array([500000.0]), np.array([0.0]))
            >>> float(lon[0]), float(lat[0])
            (117.0, 0.0)
        """
        xi = (northing - self.false_northing) / (self.scale * _RADIUS)
        eta = (easting - self.false_easting) / (self.scale * _RADIUS)
        with np.errstate(invalid="ignore", over="ignore"):
            far = (np.abs(eta) > np.radians(_MOST_DEGREES)) | (np.abs(xi) > np.pi / 2)
            xi, eta = np.where(far, np.nan, xi), np.where(far, np.nan, eta)
            north, east = xi, eta
            for order, beta in enumerate(_BETA, 1):
                north = north - beta * np.sin(2 * order * xi) * np.cosh(2 * order * eta)
                east = east - beta * np.cos(2 * order * xi) * np.sinh(2 * order * eta)
            conformal = np.arcsin(np.sin(north) / np.cosh(east))
            lat = conformal
            for order, delta in enumerate(_DELTA, 1):
                lat = lat + delta * np.sin(2 * order * conformal)
            lon = np.arctan2(np.sinh(east), np.cos(north))
        degrees = self.central_meridian + np.degrees(lon)
        return degrees.round(_DECIMALS), np.degrees(lat).round(_DECIMALS)
