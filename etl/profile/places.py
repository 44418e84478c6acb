"""Where the rows are: points and their coordinate system, codes and names of a city's areas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from etl.coordinates import CoordinateSystem, to_wgs84
from etl.parse import clean
from etl.profile.columns import POINT, ColumnLook
from metrics.errors import near

if TYPE_CHECKING:
    from etl.boundaries import Boundaries

_LON = re.compile(r"经度|(^|[_. ])(lon|lng|long|longitude|gpsx)$|lng|longitude", re.IGNORECASE)
_LAT = re.compile(r"纬度|(^|[_. ])(lat|latitude|gpsy)$|latitude", re.IGNORECASE)
_PLANE_X = re.compile(r"^x$|^x[_ ]?坐标|横坐标|东坐标|easting", re.IGNORECASE)
_PLANE_Y = re.compile(r"^y$|^y[_ ]?坐标|纵坐标|北坐标|northing", re.IGNORECASE)
_SOUTH, _NORTH, _WEST, _EAST = 18, 54, 73, 136
_SAMPLE = 4000
_SYSTEMS: tuple[CoordinateSystem, ...] = ("wgs84", "gcj02", "bd09")
_CLEARLY = 0.02
_MOST = 0.5
_OFTEN = 20

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PointLook:
    """The points of a file.

    Attributes:
        columns: longitude and latitude, or the one column with both.
        order: of the two numbers in one column.
        system: coordinate system, empty where they are no degrees.
        filled: rows with a point.
        swapped: rows whose two numbers stand the other way round; the loader turns them.
        default: rows at 0, 0 or at whole degrees; the loader does not believe them.
        outside: of the others, share outside the city, None without a city.
        doubts: what a person has to decide, and how the system was found.
    """

    columns: tuple[str, ...]
    order: str
    system: str
    filled: int
    swapped: int
    default: int
    outside: float | None
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class AreaLook:
    """A column with codes or names of the city's areas.

    Attributes:
        column: its name.
        by: code or name.
        level: of most of the areas.
        matched: rows that lead to an area.
        rows: rows that say anything.
        unknown: most frequent values that lead nowhere, with their counts.
        doubts: near names, digits that are missing.
    """

    column: str
    by: str
    level: str
    matched: int
    rows: int
    unknown: tuple[tuple[str, int], ...]
    doubts: tuple[str, ...]


def look_for_points(
    frame: pl.DataFrame, columns: Sequence[ColumnLook], city: Boundaries | None
) -> PointLook | None:
    """Return where the points of a file stand and in which system, or None without points."""
    one = next((c.name for c in columns if c.kind == "point"), "")
    if one:
        parts = clean(frame[one]).str.extract_groups(POINT).struct.unnest()
        first, second = (_numbers(parts[name]) for name in parts.columns[:2])
        is_lat_lon = _is_lat_lon(first, second, city)
        lon, lat = (second, first) if is_lat_lon else (first, second)
        return _point_look((one,), "lat_lon" if is_lat_lon else "lon_lat", lon, lat, city)
    x, y = _pair(columns, _LON, _LAT)
    if not x:
        x, y = _pair(columns, _PLANE_X, _PLANE_Y)
    if not x:
        return None
    return _point_look((x, y), "", _numbers(frame[x]), _numbers(frame[y]), city)


def _pair(
    columns: Sequence[ColumnLook], one: re.Pattern[str], other: re.Pattern[str]
) -> tuple[str, str]:
    numbers = [c.name for c in columns if c.is_number]
    x = next((name for name in numbers if one.search(name)), "")
    y = next((name for name in numbers if other.search(name) and name != x), "")
    return (x, y) if x and y else ("", "")


def _numbers(text: pl.Series) -> Floats:
    number = clean(text).cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    return np.asarray(number, dtype=np.float64)


def _is_lat_lon(first: Floats, second: Floats, city: Boundaries | None) -> bool:
    known = np.isfinite(first) & np.isfinite(second)
    first, second = first[known], second[known]
    if not first.size:
        return True
    if city is not None:
        return bool(_inside(city, second, first).sum() >= _inside(city, first, second).sum())
    beyond_first, beyond_second = (np.abs(n) > 90 for n in (first, second))
    return bool(beyond_second.sum() >= beyond_first.sum())


def _inside(city: Boundaries, lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
    shape = city.shapes.get(city.territory.root)
    if shape is None or not lon.size:
        return np.zeros(lon.size, dtype=bool)
    shapely.prepare(shape)
    return shapely.contains_xy(shape, lon, lat)


def _point_look(
    names: tuple[str, ...], order: str, lon: Floats, lat: Floats, city: Boundaries | None
) -> PointLook:
    given = np.isfinite(lon) & np.isfinite(lat)
    filled = int(given.sum())
    lon, lat = lon[given], lat[given]
    doubts: list[str] = []
    if filled and np.median(np.maximum(np.abs(lon), np.abs(lat))) > 360:
        doubts.append(_plane(lon, lat))
        return PointLook(names, order, "", filled, 0, 0, None, tuple(doubts))
    chinese = (lon >= _SOUTH) & (lon <= _NORTH) & (lat >= _WEST) & (lat <= _EAST)
    swapped = ((np.abs(lat) > 90) & (np.abs(lon) <= 90)) | chinese
    lon, lat = np.where(swapped, lat, lon), np.where(swapped, lon, lat)
    default = (lon == np.round(lon)) & (lat == np.round(lat))
    if int(swapped.sum()) * 2 > filled and len(names) == 2:
        doubts.append("longitude and latitude stand the wrong way round in most rows: exchanged")
        names = (names[1], names[0])
    elif swapped.any():
        doubts.append(f"{int(swapped.sum()):,} points are the wrong way round; they are turned")
    if default.any():
        doubts.append(f"{int(default.sum()):,} points are 0, 0 or whole degrees: not believed")
    lon, lat = lon[~default], lat[~default]
    doubts += _repeated(lon, lat)
    system, outside, said = _system(lon, lat, city)
    doubts += said
    return PointLook(
        names, order, system, filled, int(swapped.sum()), int(default.sum()), outside,
        tuple(doubts),
    )  # fmt: skip


def _plane(lon: Floats, lat: Floats) -> str:
    zone = int(np.median(np.maximum(lon, lat)) // 1_000_000)
    named = f", perhaps zone {zone} of CGCS2000" if 13 <= zone <= 45 else ""
    return f"these are plane metres{named}: have the export made in degrees; nothing is placed"


def _repeated(lon: Floats, lat: Floats) -> list[str]:
    if not lon.size:
        return []
    pairs = pl.DataFrame({"lon": lon, "lat": lat}).group_by("lon", "lat").len().sort("len")
    x, y, often = pairs.row(-1)
    if often < max(_OFTEN, 0.05 * lon.size):
        return []
    return [f"{often:,} rows stand at the same point ({x:g}, {y:g}): a default?"]


def _system(
    lon: Floats, lat: Floats, city: Boundaries | None
) -> tuple[CoordinateSystem, float | None, list[str]]:
    """Return the system, the share outside the city, and how far that can be known."""
    step = max(1, lon.size // _SAMPLE)
    lon, lat = lon[::step], lat[::step]
    abroad = not lon.size or bool(
        np.mean((lon < 72) | (lon > 138) | (lat < 0) | (lat > 56)) > _MOST
    )
    if city is None or city.shapes.get(city.territory.root) is None:
        if abroad:
            return "wgs84", None, ["outside China only WGS-84 is in use; say --city to be sure"]
        return "wgs84", None, [
            "WGS-84, GCJ-02 and BD-09 differ by 500 m and cannot be told apart without --city"
        ]  # fmt: skip
    shares = {}
    for system in _SYSTEMS:
        x, y = to_wgs84(lon, lat, system)
        shares[system] = float(_inside(city, x, y).mean()) if lon.size else 0.0
    if abroad:
        share = shares["wgs84"]
        return "wgs84", 1 - share, [f"{share:.1%} of the points lie in the city"]
    best = max(_SYSTEMS, key=lambda one: shares[one])
    told = ", ".join(f"{one} {share:.1%}" for one, share in shares.items())
    second = sorted(shares.values())[-2]
    if shares[best] - second < _CLEARLY:
        doubt = f"in the city by system: {told}; too near to each other, ask who made the export"
        best = "wgs84" if shares["wgs84"] >= shares[best] - _CLEARLY else best
        return best, 1 - shares[best], [doubt]
    return best, 1 - shares[best], [f"in the city by system: {told}"]


def look_for_areas(
    frame: pl.DataFrame, columns: Sequence[ColumnLook], city: Boundaries
) -> tuple[AreaLook, ...]:
    """Return the columns that hold codes or names of a city's areas, the best first."""
    found = []
    areas = [area for area in city.territory.areas.values() if area.depth > 0]
    codes = {area.code: area.level for area in areas}
    names: dict[str, str] = {}
    for area in areas:
        names |= dict.fromkeys((area.name, *area.aliases), area.level)
    for one in columns:
        if one.kind not in ("text", "code", "whole"):
            continue
        counted = (
            clean(frame[one.name].alias("word")).drop_nulls().value_counts(name="n", sort=True)
        )
        for by, known in (("code", codes), ("name", names)):
            if look := _area_look(one.name, by, counted, known):
                found.append(look)
                break
    return tuple(sorted(found, key=lambda look: -look.matched))


def _area_look(
    column: str, by: str, counted: pl.DataFrame, known: dict[str, str]
) -> AreaLook | None:
    words = counted["word"]
    fits = words.is_in(list(known))
    rows, matched = int(counted["n"].sum()), int(counted.filter(fits)["n"].sum())
    doubts: list[str] = []
    if by == "code" and not matched:
        for width in {len(code) for code in known}:
            padded = int(counted.filter(words.str.zfill(width).is_in(list(known)))["n"].sum())
            if padded >= _MOST * rows:
                doubts.append(f"{padded:,} codes match once zeros are put before them: export text")
    if matched < _MOST * rows and not doubts:
        return None
    unknown = counted.filter(~fits).head(8).rows()
    for word, rows_of_it in unknown:
        if guess := near(word, list(known)):
            doubts.append(f"'{word}' ({rows_of_it:,} rows) is perhaps '{guess}': give it an alias")
    levels = counted.filter(fits).with_columns(
        level=words.filter(fits).replace_strict(known, return_dtype=pl.String)
    )
    level = "" if levels.is_empty() else str(
        levels.group_by("level").agg(pl.col("n").sum()).sort("n")["level"][-1]
    )  # fmt: skip
    return AreaLook(column, by, level, matched, rows, tuple(unknown), tuple(doubts))
