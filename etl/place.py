"""Where a row happened: its point, code or name turned into the deepest area of that day."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from etl.boundaries import Boundaries
from etl.coordinates import CoordinateSystem, to_wgs84
from etl.spec import PlaceRule
from metrics.territory import Area, Territory

PLACE_COLUMNS = ("_lon", "_lat", "_code", "_next_code", "_place_name")

UNKNOWN_CODE = "unknown_code"
RETIRED_CODE = "retired_code"
UNKNOWN_NAME = "unknown_place"
OUTSIDE = "outside"
BAD_POINT = "bad_point"
SWAPPED_POINT = "swapped_point"

_MOST_SOUTH, _MOST_NORTH, _MOST_WEST, _MOST_EAST = 18, 54, 73, 136
"""A longitude in 18..54 beside a latitude in 73..136 is a Chinese point written the other way."""

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Layer:
    """The shapes of one depth on one stretch of days."""

    tree: shapely.STRtree
    shapes: npt.NDArray[np.object_]
    ids: npt.NDArray[np.object_]

    def holder(self, lon: Floats, lat: Floats) -> npt.NDArray[np.object_]:
        """Return the area id each point lies in, '' for none; the smallest id on a border."""
        found = np.full(len(lon), "", dtype=object)
        points, shapes = self.tree.query(shapely.points(lon, lat))
        holds = shapely.intersects_xy(self.shapes[shapes], lon[points], lat[points])
        points, shapes = points[holds], shapes[holds]
        # ids are sorted, so writing the largest index first leaves the smallest id in place
        order = np.argsort(-shapes, kind="stable")
        found[points[order]] = self.ids[shapes[order]]
        return found


class Epoch:
    """The territory as it is between two changes of its areas."""

    def __init__(self, boundaries: Boundaries, day: dt.date) -> None:
        territory = boundaries.territory
        alive = [area for area in territory.areas.values() if area.is_valid(day)]
        self.codes = {area.code: area.id for area in alive}
        self.layers = [
            layer
            for depth in range(len(territory.levels) - 1, 0, -1)
            if (layer := _layer(boundaries, [area for area in alive if area.depth == depth]))
        ]
        self.inside = _layer(boundaries, [area for area in alive if area.depth == 0])
        self._alive = alive
        self._names: dict[str, dict[str, str]] = {}

    def holder(self, lon: Floats, lat: Floats) -> npt.NDArray[np.object_]:
        """Return the deepest area each point lies in, '' for none."""
        found = np.full(len(lon), "", dtype=object)
        for layer in (*self.layers, *([self.inside] if self.inside else [])):
            left = np.flatnonzero(found == "")
            found[left] = layer.holder(lon[left], lat[left])
        return found

    def names(self, level: str) -> dict[str, str]:
        """Return area ids by name or alias within a level, '' for all; no names borne twice."""
        if level not in self._names:
            words = [
                (word, area.id)
                for area in self._alive
                if level in ("", area.level)
                for word in {area.name, *area.aliases}
            ]
            count = Counter(word for word, _ in words)
            self._names[level] = {word: area_id for word, area_id in words if count[word] == 1}
        return self._names[level]


def _layer(boundaries: Boundaries, areas: Iterable[Area]) -> Layer | None:
    drawn = sorted(
        (area for area in areas if area.id in boundaries.shapes), key=lambda area: area.id
    )
    if not drawn:
        return None
    shapes = np.array([boundaries.shapes[area.id] for area in drawn], dtype=object)
    shapely.prepare(shapes)
    ids = np.array([area.id for area in drawn], dtype=object)
    return Layer(shapely.STRtree(shapes), shapes, ids)


class Gazetteer:
    """Looks places up in the territory as it was on each row's day."""

    def __init__(self, boundaries: Boundaries) -> None:
        self.territory: Territory = boundaries.territory
        self._boundaries = boundaries
        days = {
            day
            for area in boundaries.territory.areas.values()
            for day in (area.valid_from, area.valid_to)
        }
        self._starts = sorted(days)
        self._epochs: dict[dt.date, Epoch] = {}
        self._all_codes = {area.code for area in boundaries.territory.areas.values()}

    def place(self, frame: pl.DataFrame, rule: PlaceRule) -> pl.DataFrame:
        """Return the rows with area, placed_by, lon, lat and the flags of placing.

        Args:
            frame: rows with ``at``, ``flags`` and the raw place columns ``_lon``, ``_lat``
                (degrees in the rule's system), ``_code`` and ``_place_name`` (empty = none).
            rule: the place part of the source spec.

        Returns:
            The same rows in the same order without the raw columns. ``area`` is the root and
            ``placed_by`` is 'none' where nothing led anywhere.
        """
        places = _Places(frame, rule.crs)
        for day, rows in self._rows_by_epoch(frame):
            epoch = self._epoch(day)
            for way in rule.order:
                if way == "point":
                    places.by_point(epoch, rows)
                elif way == "code":
                    places.by_code(epoch, rows, self._all_codes, places.codes)
                elif rule.name is not None:
                    places.by_name(epoch.names(self._level_id(rule.name.level)), rows)
            if "code" in rule.order:
                places.by_code(epoch, rows, self._all_codes, places.next_codes)
        return places.onto(frame, self.territory.root)

    def holders(self, lon: pl.Series, lat: pl.Series, day: dt.date) -> pl.Series:
        """Return the deepest area of a day that each point lies in, '' for none."""
        found = self._epoch(day).holder(lon.to_numpy(), lat.to_numpy())
        return pl.Series("held", found, dtype=pl.String)

    def _level_id(self, name: str) -> str:
        return self.territory.level(name).id if name else ""

    def _epoch(self, day: dt.date) -> Epoch:
        if day not in self._epochs:
            self._epochs[day] = Epoch(self._boundaries, day)
        return self._epochs[day]

    def _rows_by_epoch(self, frame: pl.DataFrame) -> list[tuple[dt.date, npt.NDArray[np.int64]]]:
        if frame.is_empty():
            return []
        days = frame.select(pl.col("at").dt.date().fill_null(self._starts[0]))["at"]
        unique = days.unique().to_list()
        last = len(self._starts) - 1
        place_of = {day: min(max(bisect_right(self._starts, day) - 1, 0), last) for day in unique}
        if len(set(place_of.values())) == 1:
            return [(self._starts[place_of[unique[0]]], np.arange(frame.height))]
        epoch = days.replace_strict(place_of, return_dtype=pl.Int64).to_numpy()
        return [
            (self._starts[number], np.flatnonzero(epoch == number)) for number in np.unique(epoch)
        ]


class _Places:
    """What has been found out about the place of each row of one frame."""

    def __init__(self, frame: pl.DataFrame, crs: CoordinateSystem) -> None:
        height = frame.height
        self.area = np.full(height, "", dtype=object)
        self.placed_by = np.full(height, "none", dtype=object)
        self.flags: dict[str, Mask] = {}
        lon, lat = (_numbers(frame, name) for name in ("_lon", "_lat"))
        self.lon, self.lat = self._points(lon, lat, crs)
        self.codes, self.next_codes = _words(frame, "_code"), _words(frame, "_next_code")
        self.names = _words(frame, "_place_name")

    def _points(self, lon: Floats, lat: Floats, crs: CoordinateSystem) -> tuple[Floats, Floats]:
        """Return usable WGS-84 degrees, NaN elsewhere; turned-round pairs are turned back."""
        given = ~(np.isnan(lon) & np.isnan(lat))
        with np.errstate(invalid="ignore"):
            swapped = (lon >= _MOST_SOUTH) & (lon <= _MOST_NORTH)
            swapped &= (lat >= _MOST_WEST) & (lat <= _MOST_EAST)
            lon, lat = np.where(swapped, lat, lon), np.where(swapped, lon, lat)
            usable = (np.abs(lon) <= 180) & (np.abs(lat) <= 90) & ~((lon == 0) & (lat == 0))
        self._flag(SWAPPED_POINT, swapped)
        self._flag(BAD_POINT, given & ~usable)
        lon, lat = np.where(usable, lon, np.nan), np.where(usable, lat, np.nan)
        return to_wgs84(lon, lat, crs) if usable.any() else (lon, lat)

    def _flag(self, name: str, rows: Mask) -> None:
        if rows.any():
            self.flags[name] = self.flags.get(name, np.zeros_like(rows)) | rows

    def _settle(
        self, rows: npt.NDArray[np.int64], areas: npt.NDArray[np.object_], way: str
    ) -> None:
        hit = areas != ""
        self.area[rows[hit]] = areas[hit]
        self.placed_by[rows[hit]] = way

    def _open(self, rows: npt.NDArray[np.int64], known: Mask) -> npt.NDArray[np.int64]:
        open_rows: npt.NDArray[np.int64] = rows[(self.area[rows] == "") & known[rows]]
        return open_rows

    def by_point(self, epoch: Epoch, rows: npt.NDArray[np.int64]) -> None:
        """Place what has a point: the deepest shape that holds it."""
        rows = self._open(rows, ~np.isnan(self.lon))
        if not rows.size:
            return
        pairs = pl.DataFrame({"x": self.lon[rows], "y": self.lat[rows]})
        unique = pairs.unique()
        found = epoch.holder(unique["x"].to_numpy(), unique["y"].to_numpy())
        unique = unique.with_columns(pl.Series("area", found, dtype=pl.String))
        areas = pairs.join(unique, on=["x", "y"], how="left", maintain_order="left")["area"]
        self._settle(rows, areas.to_numpy().astype(object), "point")
        outside = np.zeros(len(self.area), dtype=bool)
        outside[rows[(areas == "").to_numpy()]] = True
        self._flag(OUTSIDE, outside)

    def by_code(
        self, epoch: Epoch, rows: npt.NDArray[np.int64], ever: set[str], said: pl.Series
    ) -> None:
        """Place what has a code that is valid on the day."""
        rows = self._open(rows, (said != "").to_numpy())
        if not rows.size:
            return
        codes = said.gather(rows)
        areas = _looked_up(codes, epoch.codes)
        self._settle(rows, areas, "code")
        missed, was_known = areas == "", codes.is_in(list(ever)).to_numpy()
        for flag, which in (
            (RETIRED_CODE, missed & was_known),
            (UNKNOWN_CODE, missed & ~was_known),
        ):
            marked = np.zeros(len(self.area), dtype=bool)
            marked[rows[which]] = True
            self._flag(flag, marked)

    def by_name(self, names: dict[str, str], rows: npt.NDArray[np.int64]) -> None:
        """Place what has a name that one area of the level bears."""
        rows = self._open(rows, (self.names != "").to_numpy())
        if not rows.size:
            return
        areas = _looked_up(self.names.gather(rows), names)
        self._settle(rows, areas, "name")
        marked = np.zeros(len(self.area), dtype=bool)
        marked[rows[areas == ""]] = True
        self._flag(UNKNOWN_NAME, marked)

    def onto(self, frame: pl.DataFrame, root: str) -> pl.DataFrame:
        """Return the frame with what was found, the root standing in for nothing found."""
        self.area[self.area == ""] = root
        flags = pl.concat_list(
            pl.col("flags"),
            *(
                pl.when(pl.Series(mask))
                .then(pl.lit([name]))
                .otherwise(pl.lit([], pl.List(pl.String)))
                for name, mask in sorted(self.flags.items())
            ),
        )
        return frame.with_columns(
            pl.Series("area", self.area, dtype=pl.String),
            pl.Series("placed_by", self.placed_by, dtype=pl.String),
            pl.Series("lon", self.lon, dtype=pl.Float64).fill_nan(None),
            pl.Series("lat", self.lat, dtype=pl.Float64).fill_nan(None),
            flags.alias("flags") if self.flags else pl.col("flags"),
        ).drop(PLACE_COLUMNS, strict=False)


def _numbers(frame: pl.DataFrame, name: str) -> Floats:
    if name not in frame.columns:
        return np.full(frame.height, np.nan)
    return frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _words(frame: pl.DataFrame, name: str) -> pl.Series:
    if name not in frame.columns:
        return pl.Series(name, [""] * frame.height, dtype=pl.String)
    return frame[name].cast(pl.String).fill_null("")


def _looked_up(words: pl.Series, known: dict[str, str]) -> npt.NDArray[np.object_]:
    if not known:
        return np.full(len(words), "", dtype=object)
    found = words.replace_strict(known, default="", return_dtype=pl.String)
    return found.to_numpy().astype(object)
