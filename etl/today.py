"""Where rows of areas that are gone lie today: history on the territory as it is now.

A row stays with the area of its day (*as-was*). For a trend by today's areas it is also found where
it would lie today (*as-is*): by its point, within the nearest area above its own that still stands;
without a point, or where no area of today holds it, in that area itself. The same is done for areas
that stand but were divided further since. What is found is kept in ``moved``, once for every area
and point, so that a question only joins.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from etl.batch import kernel_table
from etl.columns import INSERT_ROWS, conform, to_arrow
from etl.place import Gazetteer
from metrics.store import Store
from metrics.tables import SHAPES, Shape
from metrics.territory import FIRST_DAY, Area, Territory

_NOWHERE = 0.0
"""Longitude and latitude of a row without a point."""


@dataclass(frozen=True)
class Today:
    """The territory of one day, and what became of the areas of other days."""

    gazetteer: Gazetteer
    day: dt.date

    @property
    def territory(self) -> Territory:
        """The areas of all days."""
        return self.gazetteer.territory

    @cached_property
    def standing(self) -> dict[str, str]:
        """The nearest area of today above each area whose rows may lie elsewhere by now."""
        divided = {
            above.id
            for area in self.territory.areas.values()
            if area.valid_from > FIRST_DAY and area.is_valid(self.day)
            for above in self.territory.lineage(area.id)[:-1]
            if above.is_valid(self.day)
        }
        return {
            area.id: self._standing(area).id
            for area in self.territory.areas.values()
            if area.id in divided or not area.is_valid(self.day)
        }

    def _standing(self, area: Area) -> Area:
        chain = reversed(self.territory.lineage(area.id))
        root = self.territory.areas[self.territory.root]
        return next((one for one in chain if one.is_valid(self.day)), root)

    def areas(self) -> pl.DataFrame:
        """Return where rows without a point lie: ``area``, ``lon``, ``lat``, ``now``."""
        return pl.DataFrame(
            {"area": list(self.standing), "now": list(self.standing.values())},
            schema={"area": pl.String, "now": pl.String},
        ).with_columns(lon=pl.lit(_NOWHERE), lat=pl.lit(_NOWHERE))

    def points(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return rows of ``area``, ``lon``, ``lat`` with the area of today that holds each."""
        above = rows["area"].replace_strict(self.standing, return_dtype=pl.String)
        held = self.gazetteer.holders(rows["lon"], rows["lat"], self.day)
        pairs = pl.DataFrame({"above": above, "held": held}).unique()
        inside = [
            held if held and self.territory.is_within(held, [above]) else above
            for above, held in pairs.iter_rows()
        ]
        known = pairs.with_columns(pl.Series("now", inside, dtype=pl.String))
        found = pl.DataFrame({"above": above, "held": held}).join(
            known, on=["above", "held"], how="left", maintain_order="left"
        )
        return rows.with_columns(found["now"])


def write_all(store: Store, today: Today, territory: int) -> None:
    """Write where all rows lie today, under the batch of the territory being published."""
    if not today.standing:
        return
    _insert(store, today.areas(), territory, territory)
    for shape in SHAPES:
        _write(store, today, shape, territory, into=territory, rows="batch <= {into:UInt32}")


def write_new(store: Store, today: Today, shapes: Iterable[Shape], batches: Iterable[int]) -> None:
    """Write where rows just loaded lie today, under the last of their batches."""
    written = sorted(batches)
    if not today.standing or not written:
        return
    territory = store.rows(
        "SELECT max(batch) AS t FROM area WHERE batch < {first:UInt32}",
        {"first": written[0]},
        tag="today.territory",
    )[0]["t"]
    for shape in shapes if territory else ():
        rows = "batch IN {batches:Array(UInt32)}"
        _write(store, today, shape, territory, into=written[-1], rows=rows, batches=written)


def _write(
    store: Store,
    today: Today,
    shape: Shape,
    territory: int,
    *,
    into: int,
    rows: str,
    batches: Iterable[int] = (),
) -> None:
    projected = "FROM moved WHERE territory = {territory:UInt32}"
    found = store.arrow(
        "SELECT DISTINCT toString(area) AS area, assumeNotNull(lon) AS lon,"
        f" assumeNotNull(lat) AS lat FROM fact_{shape} WHERE {rows} AND isNotNull(lon)"
        f" AND isNotNull(lat) AND area IN (SELECT area {projected} AND lon = 0 AND lat = 0)"
        f" AND (area, assumeNotNull(lon), assumeNotNull(lat)) NOT IN (SELECT area, lon, lat"
        f" {projected})",
        {"territory": territory, "into": into, "batches": list(batches)},
        tag="today.points",
    )
    if not found.num_rows:
        return
    points = pl.DataFrame(pl.from_arrow(found)).with_columns(pl.col("area").cast(pl.String))
    for some in _slices(points):
        _insert(store, today.points(some), territory, into)


def _slices(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    for start in range(0, rows.height, INSERT_ROWS):
        yield rows.slice(start, INSERT_ROWS)


def _insert(store: Store, rows: pl.DataFrame, territory: int, batch: int) -> None:
    table = kernel_table("moved", store.timezone)
    full = rows.with_columns(territory=pl.lit(territory), batch=pl.lit(batch))
    store.insert("moved", to_arrow(conform(full, table), table), tag="today.write")
