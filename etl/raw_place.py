"""What a row says about where it is, before any map is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.findings import Findings
from etl.parse import clean
from etl.plane import Plane
from etl.spec import PlaceRule, PlaneRule

FLOAT_KEY = r"^\d(?:\.\d+)?[Ee]\+?\d{2}$"
"""A long number after a spreadsheet has been at it: 3.30109E+17."""
_PAIR = r"(-?\d+(?:\.\d+)?)[,\s]+(-?\d+(?:\.\d+)?)"
_SAME = 1e-6
"""Degrees; a tenth of a metre."""
_SOUTH, _NORTH, _WEST, _EAST = 18, 54, 73, 136
"""China with a margin, in whole degrees: tells which of two numbers is the latitude."""


@dataclass(frozen=True)
class RawPlace:
    """Place columns of a file, one entry a row.

    Attributes:
        lon: degrees in the source's system, null where unknown or not to be believed.
        lat: the same.
        code: area code with the spec's prefix, empty where there is none.
        next_code: the code of the next column that is filled, empty where there is none.
        name: area name, empty where there is none.
        said: everything the source said, for the content hash.
    """

    lon: pl.Series
    lat: pl.Series
    code: pl.Series
    next_code: pl.Series
    name: pl.Series
    said: dict[str, pl.Series]


def raw_place(frame: pl.DataFrame, place: PlaceRule, findings: Findings) -> RawPlace:
    """Return the place columns; what is wrong with them is flagged, never a reason to reject."""
    none = pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
    lon_text, lat_text = _point_texts(frame, place, none)
    lon, lat = _degrees(lon_text, lat_text, place, findings)
    code, next_code = _codes(frame, place, none, findings)
    name = clean(frame[place.name.column]) if place.name else none
    said = {"_lon": lon_text, "_lat": lat_text}
    if place.point:
        said = {"_point": clean(frame[place.point])}
    return RawPlace(lon, lat, code, next_code, name.fill_null(""), said)


def _point_texts(
    frame: pl.DataFrame, place: PlaceRule, none: pl.Series
) -> tuple[pl.Series, pl.Series]:
    if place.lon and place.lat:
        return clean(frame[place.lon]), clean(frame[place.lat])
    if not place.point:
        return none, none
    point = clean(frame[place.point])
    parts = point.str.extract_groups(_PAIR).struct.unnest()
    first, second = (parts[name] for name in parts.columns[:2])
    broken = point.is_not_null() & first.is_null()
    first = first.set(broken, "?")  # said, but not understood
    return (second, first) if place.point_order == "lat_lon" else (first, second)


def _degrees(
    lon_text: pl.Series, lat_text: pl.Series, place: PlaceRule, findings: Findings
) -> tuple[pl.Series, pl.Series]:
    lon = lon_text.cast(pl.Float64, strict=False)
    lat = lat_text.cast(pl.Float64, strict=False)
    said = lon_text.is_not_null() | lat_text.is_not_null()
    if not said.any():
        return lon, lat
    default = _is_default(lon, lat, place)
    if place.plane:
        lon, lat, swapped = _from_plane(lon, lat, place.plane)
    else:
        beyond = (lat.abs() > 90) & (lon.abs() <= 90)
        chinese = lon.is_between(_SOUTH, _NORTH) & lat.is_between(_WEST, _EAST)
        swapped = (beyond | chinese).fill_null(value=False)
        lon, lat = _swapped_where(swapped, lon, lat)
    possible = (lon.abs() <= 180) & (lat.abs() <= 90) & lon.is_finite() & lat.is_finite()
    possible = possible.fill_null(value=False)
    default |= (possible & (lon == lon.round(0)) & (lat == lat.round(0))).fill_null(value=False)
    findings.flag(said & ~possible & ~default, "bad_coordinates")
    findings.flag(default, "default_point")
    usable = possible & ~default
    findings.flag(swapped & usable, "swapped_point")
    return lon.set(~usable, None), lat.set(~usable, None)


def _is_default(x: pl.Series, y: pl.Series, place: PlaceRule) -> pl.Series:
    """Tell where a point stands that the source writes when it knows none."""
    points = [(0.0, 0.0)] if place.plane else []
    for point in place.default_points:
        first, second = (float(part) for part in point.split(","))
        points.append((first, second))
    found = pl.Series([False]).new_from_index(0, x.len())
    for first, second in points:
        found = found | (((x - first).abs() < _SAME) & ((y - second).abs() < _SAME))
    return found.fill_null(value=False)


def _swapped_where(
    swapped: pl.Series, one: pl.Series, other: pl.Series
) -> tuple[pl.Series, pl.Series]:
    return (
        pl.select(pl.when(swapped).then(other).otherwise(one)).to_series(),
        pl.select(pl.when(swapped).then(one).otherwise(other)).to_series(),
    )


def _from_plane(
    easting: pl.Series, northing: pl.Series, rule: PlaneRule
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Return degrees, and where easting and northing stood in each other's column."""
    plane = Plane(rule.central_meridian, rule.false_easting, rule.false_northing, rule.scale)

    def degrees(x: pl.Series, y: pl.Series) -> tuple[pl.Series, pl.Series]:
        found = plane.degrees(x.fill_null(np.nan).to_numpy(), y.fill_null(np.nan).to_numpy())
        lon, lat = (pl.Series(one).fill_nan(None) for one in found)
        return lon, lat

    def is_chinese(lon: pl.Series, lat: pl.Series) -> pl.Series:
        inside = lat.is_between(_SOUTH, _NORTH) & lon.is_between(_WEST, _EAST)
        return inside.fill_null(value=False)

    lon, lat = degrees(easting, northing)
    turned_lon, turned_lat = degrees(northing, easting)
    swapped = ~is_chinese(lon, lat) & is_chinese(turned_lon, turned_lat)
    lon = lon.set(swapped, None)
    lat = lat.set(swapped, None)
    return (
        pl.select(pl.coalesce(lon, pl.when(swapped).then(turned_lon))).to_series(),
        pl.select(pl.coalesce(lat, pl.when(swapped).then(turned_lat))).to_series(),
        swapped,
    )


def _codes(
    frame: pl.DataFrame, place: PlaceRule, none: pl.Series, findings: Findings
) -> tuple[pl.Series, pl.Series]:
    first = second = none
    for column in place.code:
        text = clean(frame[column])
        lost = text.str.contains(FLOAT_KEY).fill_null(value=False)
        findings.flag(lost, "float_code")
        text = text.set(lost, None)
        second = pl.select(pl.coalesce(second, pl.when(first.is_not_null()).then(text))).to_series()
        first = pl.select(pl.coalesce(first, text)).to_series()
    if place.prefix:
        first, second = (
            pl.select(pl.lit(place.prefix) + one).to_series() for one in (first, second)
        )
    return first.fill_null(""), second.fill_null("")
