"""Coordinate systems: the published shifts of five places, and inverses that come back."""

import numpy as np
import pytest

from etl.coordinates import gcj02_to_bd09, to_wgs84, wgs84_to_gcj02

PLACES = [
    (117.31, 31.79, 117.315572, 31.788058, 569, 1222),
    (120.45, 36.39, 120.455077, 36.390326, 456, 1257),
    (113.12, 23.01, 113.125483, 23.007443, 629, 1282),
    (120.26, 30.18, 120.264463, 30.177543, 508, 1127),
    (130.36, 46.81, 130.367901, 46.812301, 653, 1416),
]


def metres(lon_a, lat_a, lon_b, lat_b):
    """Haversine on a sphere: good to half a percent, and shares nothing with the formula."""
    lon_a, lat_a, lon_b, lat_b = map(np.radians, (lon_a, lat_a, lon_b, lat_b))
    half = np.sin((lat_b - lat_a) / 2) ** 2
    half += np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6_371_000 * np.arcsin(np.sqrt(half))


@pytest.mark.parametrize(("lon", "lat", "gcj_lon", "gcj_lat", "gcj_shift", "bd_shift"), PLACES)
def test_shift_of_a_known_place(lon, lat, gcj_lon, gcj_lat, gcj_shift, bd_shift):
    gcj = wgs84_to_gcj02(np.array([lon]), np.array([lat]))
    assert gcj[0][0] == pytest.approx(gcj_lon, abs=1e-6)
    assert gcj[1][0] == pytest.approx(gcj_lat, abs=1e-6)
    assert metres(lon, lat, gcj[0][0], gcj[1][0]) == pytest.approx(gcj_shift, rel=0.005)
    bd = gcj02_to_bd09(*gcj)
    assert metres(lon, lat, bd[0][0], bd[1][0]) == pytest.approx(bd_shift, rel=0.005)


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_inverse_comes_back_within_a_tenth_of_a_metre(crs):
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(75, 134, 20_000), rng.uniform(19, 53, 20_000)
    shifted = wgs84_to_gcj02(lon, lat)
    if crs == "bd09":
        shifted = gcj02_to_bd09(*shifted)
    back = to_wgs84(*shifted, crs)
    assert metres(lon, lat, *back).max() < 0.1


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_a_point_alone_is_where_it_is_among_others(crs):
    rng = np.random.default_rng(4)
    lon, lat = rng.uniform(75, 134, 500), rng.uniform(19, 53, 500)
    together = to_wgs84(lon, lat, crs)
    alone = [to_wgs84(lon[n : n + 1], lat[n : n + 1], crs) for n in range(500)]
    assert (together[0] == [x[0] for x, _ in alone]).all()
    assert (together[1] == [y[0] for _, y in alone]).all()


def test_a_naive_inverse_would_not_do():
    lon, lat = np.array([120.26]), np.array([30.18])
    gcj = wgs84_to_gcj02(lon, lat)
    twice = wgs84_to_gcj02(*gcj)
    naive = 2 * gcj[0] - twice[0], 2 * gcj[1] - twice[1]
    assert metres(lon, lat, *naive)[0] > 0.1 > metres(lon, lat, *to_wgs84(*gcj, "gcj02"))[0]


def test_cgcs2000_is_taken_as_wgs84_and_missing_stays_missing():
    lon, lat = np.array([120.0, np.nan]), np.array([30.0, np.nan])
    assert to_wgs84(lon, lat, "cgcs2000")[0][0] == 120.0
    assert np.isnan(to_wgs84(lon, lat, "bd09")[1][1])


def test_outside_china_nothing_is_shifted():
    lon, lat = np.array([-122.42]), np.array([37.77])
    assert to_wgs84(lon, lat, "gcj02")[0][0] == -122.42
