"""Rows to areas: points, codes and names, on the day they belong to."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from etl.boundaries import load_territory
from etl.cityfile import load_city
from etl.coordinates import gcj02_to_bd09, wgs84_to_gcj02
from etl.place import Gazetteer
from etl.spec import PlaceRule
from tests.support.small_city import SIDE, SOUTH, WEST, centre, write_city

GRID = "990100001001001"
ROOT = "990100"


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory):
    folder = write_city(tmp_path_factory.mktemp("place") / "city")
    with (folder / "territory" / "areas.csv").open("a", encoding="utf-8") as file:
        file.write("990100002001001,旧网格,grid,990100002001,,2026-01-01,\n")
        file.write("990100002001001,新网格,grid,990100002001,2026-01-01,,\n")
        file.write("990100001002,南岸社区,community,990100001,,,\n")
        file.write("990100001003001,早撤网格,grid,990100001003,,2025-01-01,\n")
    return Gazetteer(load_territory(load_city(folder)))


def frame(rows):
    """Rows of (day, lon, lat, code, name)."""
    columns = list(zip(*rows, strict=True))
    return pl.DataFrame(
        {
            "at": pl.Series([dt.datetime.fromisoformat(f"{d} 23:30") for d in columns[0]])
            .dt.replace_time_zone("Asia/Shanghai"),
            "flags": pl.Series([["kept"]] * len(rows), dtype=pl.List(pl.String)),
            "_lon": pl.Series(columns[1], dtype=pl.Float64),
            "_lat": pl.Series(columns[2], dtype=pl.Float64),
            "_code": pl.Series(columns[3], dtype=pl.String),
            "_place_name": pl.Series(columns[4], dtype=pl.String),
        }
    )  # fmt: skip


def placed(gazetteer, row, **rule):
    found = gazetteer.place(frame([row]), PlaceRule(**rule)).row(0, named=True)
    return found["area"], found["placed_by"], [one for one in found["flags"] if one != "kept"]


IN_GRID = centre(0, 0)
POINT_FIRST = {"order": ("point", "code")}
BY_COMMUNITY = {"name": {"column": "x", "level": "community"}}
BY_GRID = {"name": {"column": "x", "level": "grid"}}


@pytest.mark.parametrize(
    ("row", "rule", "expected"),
    [
        (("2026-03-01", *IN_GRID, "", ""), {}, (GRID, "point", [])),
        (("2026-03-01", None, None, GRID, ""), {}, (GRID, "code", [])),
        (("2026-03-01", None, None, "990100001", ""), {}, ("990100001", "code", [])),
        (("2026-03-01", None, None, "", ""), {}, (ROOT, "none", [])),
        (("2026-03-01", 0.0, 0.0, "", ""), {}, (ROOT, "none", ["bad_point"])),
        (("2026-03-01", 121.0, 30.0, "", ""), {}, (ROOT, "none", ["outside"])),
        (("2026-03-01", IN_GRID[1], IN_GRID[0], "", ""), {}, (GRID, "point", ["swapped_point"])),
        (("2026-03-01", None, None, "990100777", ""), {}, (ROOT, "none", ["unknown_code"])),
        (("2026-03-01", *IN_GRID, "990100777", ""), {}, (GRID, "point", ["unknown_code"])),
        (("2026-03-01", *IN_GRID, "990100001003001", ""), {}, (GRID, "point", ["retired_code"])),
        (("2024-03-01", *IN_GRID, "990100001003001", ""), {}, ("990100001003001", "code", [])),
        (("2026-03-01", *IN_GRID, "990100002", ""), POINT_FIRST, (GRID, "point", [])),
        (("2026-03-01", 121.0, 30.0, "990100002", ""), POINT_FIRST,
         ("990100002", "code", ["outside"])),
        (("2026-03-01", None, None, "", "南岸社区"), BY_COMMUNITY,
         ("990100001002", "name", [])),
        (("2026-03-01", None, None, "", "北岸社区"), BY_COMMUNITY,
         (ROOT, "none", ["unknown_place"])),
        (("2026-03-01", None, None, "", "网格2"), BY_GRID,
         (ROOT, "none", ["unknown_place"])),  # borne by many grids
    ],
)  # fmt: skip
def test_one_row(gazetteer, row, rule, expected):
    assert placed(gazetteer, row, **rule) == expected


def test_the_day_decides_between_two_areas_with_one_code(gazetteer):
    rows = frame([("2025-12-31", None, None, "990100002001001", ""),
                  ("2026-01-01", None, None, "990100002001001", ""),
                  ("2026-01-01", *centre(4, 0), "", "")])  # fmt: skip
    found = gazetteer.place(rows, PlaceRule())["area"].to_list()
    assert found == [
        "990100002001001@1970-01-01", "990100002001001@2026-01-01", "990100002001001@2026-01-01",
    ]  # fmt: skip


def test_a_point_where_no_grid_is_falls_to_the_community(gazetteer):
    rows = frame([("2026-03-01", *centre(0, 2), "", "")])  # its grid ended in 2025
    assert gazetteer.place(rows, PlaceRule())["area"].to_list() == ["990100001003"]


def test_a_shared_border_goes_to_the_smallest_id(gazetteer):
    corner = (WEST + SIDE, SOUTH + SIDE)
    assert placed(gazetteer, ("2026-03-01", *corner, "", ""))[0] == GRID


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_shifted_points_come_to_their_own_grid(gazetteer, crs):
    cells = [(c, r) for c in range(8) for r in range(8)]
    points = np.array([centre(*cell) for cell in cells])
    shifted = wgs84_to_gcj02(points[:, 0], points[:, 1])
    if crs == "bd09":
        shifted = gcj02_to_bd09(*shifted)
    day = "2024-03-01"
    here = gazetteer.place(frame([(day, *p, "", "") for p in points]), PlaceRule())
    moved = frame([(day, x, y, "", "") for x, y in zip(*shifted, strict=True)])
    there = gazetteer.place(moved, PlaceRule(crs=crs))
    assert there["area"].to_list() == here["area"].to_list()
    assert here["area"].n_unique() == 64
    wrong = gazetteer.place(moved, PlaceRule())["area"]
    assert (wrong != here["area"]).mean() > 0.9  # unconverted: almost always another grid


def test_columns_and_order_of_the_rows_stay(gazetteer):
    rows = frame([("2026-03-01", *centre(n % 8, n // 8), "", "") for n in range(64)])
    found = gazetteer.place(rows, PlaceRule())
    assert found.columns == ["at", "flags", "area", "placed_by", "lon", "lat"]
    assert found["lon"].to_list() == pytest.approx([centre(n % 8, 0)[0] for n in range(64)])
    assert gazetteer.place(rows.clear(), PlaceRule()).height == 0
