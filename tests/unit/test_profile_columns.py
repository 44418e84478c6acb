"""What the columns of a file are: types, times, keys, places, persons; and the draft made of it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.boundaries import Boundaries
from etl.coordinates import gcj02_to_bd09, wgs84_to_gcj02
from etl.profile import ColumnLook, Profile, profile_file
from etl.profile.columns import look_at_column
from etl.profile.draft import draft_spec
from etl.source import SourceSpec, load_spec
from metrics.territory import FIRST_DAY, LAST_DAY, Area, Level, build_territory

ZONE = "Asia/Shanghai"


def column(cells: list[str | None], name: str = "列") -> ColumnLook:
    return look_at_column(name, pl.Series(name, cells, dtype=pl.String), ZONE)


def profiled(
    folder: Path, columns: dict[str, list[str]], city: Boundaries | None = None
) -> Profile:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    path = folder / "rows.csv"
    path.write_text(out.getvalue(), "utf-8")
    return profile_file(path, city=city)


def drafted(folder: Path, found: Profile) -> SourceSpec:
    out = folder / "draft.yaml"
    out.write_text(draft_spec(found), "utf-8")
    return load_spec(out)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "20", "300"], "whole"),
        (["1.5", "-2", "3"], "decimal"),
        (["1,234", "12.5%", "约5万"], "decimal"),
        (["0071", "0072", "1000"], "code"),
        (["330109001001234567", "330109001001234568"], "code"),
        (["是", "否", "是"], "truth"),
        (["(37.8, -122.4)", "(37.7, -122.5)"], "point"),
        (["路灯", "井盖", "3号楼"], "text"),
        (["", None, " "], "empty"),
        (["NA", "", "--"], "empty"),
        (["2026-03-01", "2026-03-02"], "time"),
        (["20260301080500", "20260302080500"], "time"),
    ],
)
def test_types_are_those_of_the_cells(cells: list[str | None], kind: str) -> None:
    assert column(cells).kind == kind


@pytest.mark.parametrize(
    ("name", "kind"), [("CaseID", "code"), ("工单编号", "code"), ("件数", "whole")]
)
def test_a_number_may_be_a_name(name: str, kind: str) -> None:
    assert column(["1757188", "1834805"], name).kind == kind


def test_gaps_are_counted_by_how_they_are_written() -> None:
    one = column(["1", "NA", "", None, " ", "NA", "2"])
    assert (one.filled, one.empty, one.markers) == (2, 3, {"NA": 2})


def test_a_value_for_none_and_a_lost_number_are_doubted() -> None:
    assert "-9999" in column(["1.5", "2.5", "-9999"]).doubts[0]
    assert "3.3E+17" in column(["3.30109E+17", "0071", "0072"]).doubts[0]


def test_words_are_counted_and_spellings_folded() -> None:
    one = column(["Ward 1", "WARD 1", " ward 1", "Ward 2"])
    assert (one.distinct, one.spellings) == (4, 2)
    assert column(["a"] * 3 + ["b"]).words == (("a", 3), ("b", 1))


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        (["2026-03-04 08:05:00"], "%Y-%m-%d %H:%M:%S"),
        (["2026/3/4 8:05"], "%Y/%m/%d %H:%M"),
        (["2026年3月4日"], "%Y年%m月%d日"),
        (["2026-03-04T08:05:00+08:00"], "with offset"),
        (["2014-Jan-14 13:48:01"], "%Y-%b-%d %H:%M:%S"),
        (["12/25/2013 03:16:51 PM"], "%m/%d/%Y %I:%M:%S %p"),
        (["25/12/2013 15:16"], "%d/%m/%Y %H:%M"),
        (["25.12.2013"], "%d.%m.%Y"),
        (["20260304"], "%Y%m%d"),
        (["2013-3-1-0"], "%Y-%m-%d-%H"),
    ],
)
def test_forms_of_moments(cells: list[str | None], form: str) -> None:
    look = column(cells).time
    assert look is not None
    assert look.forms == {form: 1}
    assert look.bad == 0


def test_the_day_is_told_by_a_number_above_twelve() -> None:
    told = {
        "ambiguous": ["03/04/2026", "05/06/2026"],
        "day first": ["03/04/2026", "25/06/2026"],
        "month first": ["03/04/2026", "05/26/2026"],
        "mixed": ["25/04/2026", "05/26/2026"],
    }
    for order, cells in told.items():
        look = column(list(cells))
        assert look.time is not None
        assert look.time.day_order == order
        assert bool(look.doubts) == (order in ("ambiguous", "mixed"))
    ambiguous = column(["03/04/2026"])
    assert "3 April or 4 March" in ambiguous.doubts[0]
    day_first = column(["03/04/2026", "25/06/2026"]).time
    assert day_first is not None
    assert day_first.formats == ("%d/%m/%Y",)
    assert day_first.low.startswith("2026-04-03")


def moments(shift: int) -> list[str | None]:
    """Calls by day: none from 0 to 6 o'clock on a local clock, moved by some hours."""
    begin = dt.datetime(2026, 3, 2)  # noqa: DTZ001 - as a file writes it
    hours = [7 + n % 16 for n in range(800)]
    times = [begin + dt.timedelta(days=n // 16, hours=h + shift, minutes=n % 60)
             for n, h in enumerate(hours)]  # fmt: skip
    return [f"{one:%Y-%m-%d %H:%M:%S}" for one in times]


def test_a_clock_eight_hours_behind_looks_like_utc() -> None:
    local, universal = column(moments(0)), column(moments(-8))
    assert local.time is not None
    assert universal.time is not None
    assert (local.time.shift, local.doubts) == (0, ())
    assert universal.time.shift in (-7, -8, -9)
    assert "timezone: UTC" in universal.doubts[0]


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("来电号码", ["1" + f"38{n:08d}" for n in range(20)], "phone"),
        ("证件", [f"33010919900101{n:04d}" for n in range(20)], "identity number"),
        ("邮箱", [f"a{n}@example.org" for n in range(20)], "e-mail"),
        ("联系人", ["赵某", "钱某", "孙某"], "name"),
        ("工单编号", ["1" + f"38{n:08d}" for n in range(20)], ""),
        ("类别", ["路灯", "井盖", "噪声"], ""),
        (
            "内容",
            [f"请回电138{n:08d},小区停水已三天" for n in range(20)],
            "numbers in text",
        ),
    ],
)
def test_personal_columns(name: str, cells: list[str], kind: str) -> None:
    assert column(list(cells), name).personal == kind


def test_personal_columns_are_hashed_or_left_out_of_the_draft(tmp_path: Path) -> None:
    spec = drafted(tmp_path, profiled(tmp_path, {
        "工单编号": [f"A{n}" for n in range(20)],
        "受理时间": [f"2026-03-01 08:{n:02d}:00" for n in range(20)],
        "来电号码": [f"138{n:08d}" for n in range(20)],
        "联系人": ["赵某", "钱某"] * 10,
    }))  # fmt: skip
    assert spec.reporter == "来电号码"
    assert spec.ignore == ("联系人",)


def test_keys_and_rows_that_are_alike(tmp_path: Path) -> None:
    single = profiled(tmp_path, {"id": ["1", "2", "3", *map(str, range(4, 20)), "3"],
                                 "t": ["x"] * 19 + ["y"], "f": ["a.csv"] * 20})  # fmt: skip
    key = single.sameness.keys[0]
    assert (key.columns, key.distinct, key.duplicates) == (("id",), 19, 1)
    assert single.sameness.differing == {"t": 1}
    both = profiled(tmp_path, {"d": ["a", "a", "b", "b"], "h": ["0", "1", "0", "1"]})
    assert [one.columns for one in both.sameness.keys] == [("d", "h")]
    alike = profiled(
        tmp_path, {"t": ["x", "x", "y", "y"], "f": ["1.csv", "1.csv", "1.csv", "2.csv"]}
    )
    same = alike.sameness
    assert (same.exact, same.origin, same.but_origin, same.keys) == (1, "f", 2, ())
    assert drafted(tmp_path, profiled(tmp_path, {
        "时间": ["2026-03-01", "2026-03-02"] * 2, "类别": ["路灯"] * 4,
    })).columns["case_no"].digest  # fmt: skip


def test_moments_in_the_wrong_order_are_counted(tmp_path: Path) -> None:
    opened = [f"2026-03-{n % 28 + 1:02d} 08:00:00" for n in range(30)]
    closed = [f"2026-03-{n % 28 + 1:02d} 09:00:00" for n in range(29)] + ["2026-01-01 00:00:00"]
    (order,) = profiled(tmp_path, {"受理时间": opened, "办结时间": closed}).orders
    assert (order.first, order.then, order.rows, order.against) == ("受理时间", "办结时间", 30, 1)


@pytest.fixture(scope="module")
def city() -> Boundaries:
    """One district of two streets, each four hundred metres wide."""
    levels = (Level("district", "区", 0, "district"), Level("street", "街道", 1, "street"))
    named = {"R": (120.1, 120.108), "S1": (120.1, 120.104), "S2": (120.104, 120.108)}
    areas = [
        Area(id=code, code=code, name={"R": "区", "S1": "东街道", "S2": "西街道"}[code],
             level=levels[depth].id, depth=depth, parent="R" if depth else "",
             valid_from=FIRST_DAY, valid_to=LAST_DAY, population=None, aliases=())
        for code, depth in (("R", 0), ("S1", 1), ("S2", 1))
    ]  # fmt: skip
    shapes = {code: shapely.box(west, 30.2, east, 30.204) for code, (west, east) in named.items()}
    return Boundaries(build_territory(levels, areas), shapes, ())


def scattered(system: str) -> tuple[list[str], list[str]]:
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(120.1005, 120.1075, 400), rng.uniform(30.2005, 30.2035, 400)
    if system != "wgs84":
        lon, lat = wgs84_to_gcj02(lon, lat)
    if system == "bd09":
        lon, lat = gcj02_to_bd09(lon, lat)
    return [f"{x:.6f}" for x in lon], [f"{y:.6f}" for y in lat]


@pytest.mark.parametrize("system", ["wgs84", "gcj02", "bd09"])
def test_the_boundaries_tell_the_coordinate_system(
    tmp_path: Path, city: Boundaries, system: str
) -> None:
    lon, lat = scattered(system)
    found = profiled(tmp_path, {"经度": lon, "纬度": lat}, city).points
    assert found is not None
    assert found.system == system
    alone = profiled(tmp_path, {"经度": lon, "纬度": lat}).points
    assert alone is not None
    assert "cannot be told apart without --city" in alone.doubts[-1]


def test_points_the_wrong_way_round_and_default_ones(tmp_path: Path, city: Boundaries) -> None:
    lon, lat = scattered("wgs84")
    some = profiled(
        tmp_path, {"经度": [lat[0], "0", *lon[2:]], "纬度": [lon[0], "0", *lat[2:]]}, city
    )
    assert some.points is not None
    assert (some.points.swapped, some.points.default) == (1, 1)
    assert some.points.columns == ("经度", "纬度")
    turned = profiled(tmp_path, {"经度": lat, "纬度": lon}, city).points
    assert turned is not None
    assert turned.columns == ("纬度", "经度")
    assert "wrong way round in most rows" in turned.doubts[0]


def test_plane_metres_are_no_place(tmp_path: Path) -> None:
    rows = {
        "X坐标": [f"40{500000 + n}.5" for n in range(9)],
        "Y坐标": [f"33{n:05d}.2" for n in range(9)],
    }
    found = profiled(tmp_path, {**rows, "名": [f"a {n}" for n in range(9)]})
    assert found.points is not None
    assert found.points.system == ""
    assert "zone 40" in found.points.doubts[0]
    assert not drafted(tmp_path, found).place.sources


def test_codes_and_names_of_the_city(tmp_path: Path, city: Boundaries) -> None:
    found = profiled(tmp_path, {
        "街道": ["东街道", "西街道", "东街", "东街道"] * 5, "代码": ["S1", "S2", "S9", "S1"] * 5,
    }, city)  # fmt: skip
    looks = {look.column: look for look in found.areas}
    assert (looks["代码"].by, looks["代码"].matched) == ("code", 15)
    assert (looks["街道"].by, looks["街道"].level, looks["街道"].matched) == ("name", "street", 15)
    assert looks["街道"].unknown == (("东街", 5),)
    assert "perhaps '东街道'" in looks["街道"].doubts[0]
    assert drafted(tmp_path, found).place.code == ("代码",)


def test_time_in_four_columns_is_joined(tmp_path: Path) -> None:
    found = profiled(tmp_path, {
        "year": ["2026"] * 24, "month": ["3"] * 24, "day": ["1"] * 24,
        "hour": [str(n) for n in range(24)], "PM2.5": [f"{n}.5" for n in range(24)],
        "station": ["A"] * 24,
    })  # fmt: skip
    spec = drafted(tmp_path, found)
    assert spec.fact == "reading"
    assert spec.columns["at"].columns == ("year", "month", "day", "hour")
    assert (spec.columns["metric"].constant, spec.columns["value"].column) == ("pm25", "PM2.5")


WORDS = st.sampled_from(
    ["路灯", "井盖", "噪声", "a b", 'x "y"', "=1+1", "# no", "a: b", "yes", "- x"]
)
MAKERS = {
    "whole": st.integers(-10_000, 10_000).map(str),
    "decimal": st.integers(-9_999, 9_999).map(lambda n: f"{n}.25"),
    "code": st.integers(0, 9_999).map(lambda n: f"0{n:05d}"),
    "text": WORDS.map(lambda word: f"{word}的"),
    "time": st.datetimes(dt.datetime(2001, 1, 1), dt.datetime(2037, 1, 1)).map(  # noqa: DTZ001
        lambda at: f"{at:%Y-%m-%d %H:%M:%S}"
    ),
}
NAMES = st.lists(WORDS, min_size=5, max_size=5, unique=True)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), kinds=st.permutations(sorted(MAKERS)), names=NAMES)
def test_a_file_is_profiled_to_the_types_it_was_written_with(
    tmp_path: Path, data: st.DataObject, kinds: list[str], names: list[str]
) -> None:
    height = data.draw(st.integers(5, 30))
    columns = {
        name: data.draw(st.lists(MAKERS[kind], min_size=height, max_size=height))
        for name, kind in zip(names, kinds, strict=True)
    }
    found = profiled(tmp_path, columns)
    assert [one.name for one in found.columns] == names
    assert [one.kind for one in found.columns] == kinds
    assert found.rows == height
    for one in found.columns:
        assert one.distinct == len(set(columns[one.name]))
    drafted(tmp_path, found)
