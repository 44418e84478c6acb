"""A city's own plane: against points of another library, and against an arc added up."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from etl.findings import Findings
from etl.plane import Plane
from etl.raw_place import raw_place
from etl.spec import PlaceRule

# reckoned by PROJ: +proj=tmerc on the ellipsoid of CGCS2000
POINTS = [
    ((117.0, 500_000, 0, 1.0), 117.31, 31.79, 529359.5060, 3518608.4316),
    ((117.0, 500_000, 0, 1.0), 115.60, 23.01, 356469.0383, 2546330.5652),
    ((117.0, 500_000, 0, 1.0), 118.50, 46.81, 614486.9843, 5187217.6567),
    ((120.0, 40_500_000, 0, 1.0), 120.31, 31.79, 40529359.5060, 3518608.4316),
    ((120.25, 60_000, -3_000_000, 1.000012), 120.56, 31.79, 89359.8583, 518650.6549),
    ((120.25, 60_000, -3_000_000, 1.000012), 118.85, 23.01, -83532.6841, -453638.8788),
    ((120.25, 60_000, -3_000_000, 1.000012), 121.75, 46.81, 174488.3581, 2187279.9033),
]


@pytest.mark.parametrize(("plane", "lon", "lat", "easting", "northing"), POINTS)
def test_a_plane_point_is_where_another_library_has_it(
    plane: tuple[float, ...], lon: float, lat: float, easting: float, northing: float
) -> None:
    found = Plane(*plane).degrees(np.array([easting]), np.array([northing]))
    assert found[0][0] == pytest.approx(lon, abs=2e-9)  # a fifth of a millimetre
    assert found[1][0] == pytest.approx(lat, abs=2e-9)


def test_the_northing_on_the_meridian_is_the_arc_from_the_equator() -> None:
    """The arc is added up from half a million straight pieces of the ellipse."""
    squared = (2 - 1 / 298.257222101) / 298.257222101
    steps = np.radians(np.linspace(0, 50, 500_001))
    middle = (steps[1:] + steps[:-1]) / 2
    radius = 6_378_137 * (1 - squared) / (1 - squared * np.sin(middle) ** 2) ** 1.5
    arc = np.concatenate([[0], np.cumsum(radius * np.diff(steps))])[::50_000]
    lon, lat = Plane(117).degrees(np.full(11, 500_000.0), arc)
    assert np.abs(lat - np.linspace(0, 50, 11)).max() < 1e-8
    assert (lon == 117).all()


def test_points_of_a_file_are_turned_round_refused_or_taken_as_none() -> None:
    rule = PlaceRule.model_validate(
        {
            "lon": "y",
            "lat": "x",
            "default_points": ["529000, 3518000"],
            "plane": {"central_meridian": 117},
        }
    )
    cells = [
        ("529359.506", "3518608.432"), ("3518608.432", "529359.506"), ("0", "0"),
        ("529000.0", "3518000.0"), ("9e9", "1"), ("", "3518608"),
    ]  # fmt: skip
    frame = pl.DataFrame({"y": [a or None for a, _ in cells], "x": [b for _, b in cells]})
    findings = Findings(len(cells))
    found = raw_place(frame, rule, findings)
    assert [one and round(one, 6) for one in found.lon] == [117.31, 117.31, *[None] * 4]
    assert [one and round(one, 6) for one in found.lat] == [31.79, 31.79, *[None] * 4]
    assert findings.flags().to_list() == [
        [], ["swapped_point"], ["default_point"], ["default_point"],
        ["bad_coordinates"], ["bad_coordinates"],
    ]  # fmt: skip
