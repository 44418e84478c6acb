"""A foreign city from its folder alone: 14,984 requests in two ways of writing, three levels."""

import csv
import gzip
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest
import shapely

from tests.support.demo_home import ROOT, Cockpit

DATA = ROOT.parent / "shared" / "data" / "san_francisco"
CITY = ROOT / "examples" / "san_francisco"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no San Francisco data in {DATA}"),
]

ALL_TIME = ("--period", "2008-01-01..2016-01-31")
ROWS, CASES, BACKWARDS, PEOPLE = 14_984, 14_312, 184, 829_072
ASKED = {
    "neighborhoods": ("appeals_accepted", "--level", "neighborhood"),
    "tracts": ("appeals_accepted", "--level", "tract"),
    "closed": ("appeals_closed", "--level", "tract"),
    "open": ("appeals_open", "--level", "tract"),
    "hours": ("appeal_handle_hours_p50", "--level", "neighborhood"),
    "people": ("population_resident", "--level", "tract"),
    "people_by_neighborhood": ("population_resident", "--level", "neighborhood"),
    "channels": ("appeals_accepted", "--by", "channel"),
}


def everything_said(cockpit: Cockpit) -> dict[str, Any]:
    """Return the answers, the state of the feeds and the quarantine, as the commands print them."""
    calls = [["ask", *one, *ALL_TIME, "--json"] for one in ASKED.values()]
    calls += [["etl", "status", "--json"], ["etl", "quarantine", "--limit", "1000", "--json"]]
    said = cockpit.each(calls)
    assert [one.returncode for one in said] == [0] * len(said), [one.stderr for one in said]
    names = [*ASKED, "status", "quarantine"]
    return {name: json.loads(one.stdout) for name, one in zip(names, said, strict=True)}


@pytest.fixture(scope="module")
def cockpit(tmp_path_factory: pytest.TempPathFactory) -> Cockpit:
    folder = tmp_path_factory.mktemp("san_francisco")
    settings = {"CITY": CITY, "DATA": DATA, "HOME": folder / "home", "NOW": "2016-02-01T10:00"}
    cockpit = Cockpit(folder, {f"COCKPIT_{name}": str(one) for name, one in settings.items()})
    assert cockpit.json("check")["ok"]
    assert cockpit.json("etl", "run")["ok"]
    return cockpit


@pytest.fixture(scope="module")
def said(cockpit: Cockpit) -> dict[str, Any]:
    return everything_said(cockpit)


@pytest.fixture(scope="module")
def cases() -> pl.DataFrame:
    """The cases of the file, one row each, read without the loader."""
    packed = next((DATA / "cases").glob("*.csv.gz"))
    rows = pl.read_csv(gzip.decompress(packed.read_bytes()), infer_schema=False)
    assert rows.height == ROWS

    def moment(name: str) -> pl.Expr:
        dashed = pl.col(name).str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
        slashed = pl.col(name).str.to_datetime("%m/%d/%Y %I:%M:%S %p", strict=False)
        return pl.coalesce(dashed, slashed).alias(name.lower())

    point = pl.col("Point").str.extract_groups(r"\((-?[\d.]+), (-?[\d.]+)\)")
    lat, lon = (point.struct.field(n).cast(pl.Float64) for n in ("1", "2"))
    parsed = rows.select(
        "CaseID", "Source", moment("Opened"), moment("Closed"), lat.alias("lat"), lon.alias("lon")
    )
    return parsed.unique(["CaseID", "opened", "closed"]).sort("CaseID")


def values(answer: Mapping[str, Any]) -> dict[str, int]:
    return {one["area"]: one["value"] for one in answer["children"]}


def test_every_row_is_accounted_for(said: dict[str, Any], cases: pl.DataFrame) -> None:
    feeds = {one["source"]: one for one in said["status"]}
    ledger = [
        feeds["sf311"][name] for name in ("rows_read", "accepted", "quarantined", "duplicates")
    ]
    assert ledger == [ROWS, CASES, 0, ROWS - CASES]
    assert cases.height == cases["CaseID"].n_unique() == CASES
    assert said["tracts"]["value"] == CASES


def test_the_books_tell_what_is_dirty(cockpit: Cockpit, cases: pl.DataFrame) -> None:
    books = cockpit.json("etl", "reconcile")
    wrong = {(one["source"], one["code"]): one["rows"] for one in books["defects"]}
    early = cases.filter(pl.col("closed") < pl.col("opened")).height
    assert wrong["sf311", "closed_before_received"] == early == 184
    assert wrong["acs_population", "skipped_by_spec"] == 42
    assert ("sf311", "") not in wrong  # what stands twice is written in two ways


def test_every_level_adds_up_to_the_city(said: dict[str, Any]) -> None:
    assert len(said["tracts"]["children"]) == 195 + 1
    assert len(said["neighborhoods"]["children"]) == 41 + 1
    for name in ("tracts", "neighborhoods"):
        assert [one["name"] for one in said[name]["children"]][-1] == "未归属"
        assert sum(values(said[name]).values()) == CASES
    for name in ("closed", "open"):
        assert sum(values(said[name]).values()) == said[name]["value"]


def test_every_tract_has_the_cases_that_lie_in_it(
    said: dict[str, Any], cases: pl.DataFrame
) -> None:
    features = json.loads((DATA / "geo" / "tracts_2010.geojson").read_text("utf-8"))["features"]
    shapes = [shapely.from_geojson(json.dumps(one["geometry"])) for one in features]
    placed = cases.drop_nulls(["lon", "lat"])
    points = shapely.points(placed["lon"].to_numpy(), placed["lat"].to_numpy())
    hits = shapely.STRtree(shapes).query(points, predicate="intersects")
    tract_of: dict[int, str] = {}
    for point, shape in hits.T.tolist():
        code = "T" + features[shape]["properties"]["geoid"]
        tract_of[point] = min(code, tract_of.get(point, code))
    counted = Counter(tract_of.values())
    answered = values(said["tracts"])
    nowhere = answered.pop("")
    assert {area: number for area, number in answered.items() if number} == counted
    assert nowhere == CASES - counted.total() > 0
    parents = {"T" + one["properties"]["geoid"]: "N:" + one["properties"]["nhood"]
               for one in features}  # fmt: skip
    by_parent: Counter[str] = Counter()
    for code, number in counted.items():
        by_parent[parents[code]] += number
    assert {k: v for k, v in values(said["neighborhoods"]).items() if v and k} == by_parent


FLAGS = """
import json
from cockpit.settings import load_settings
from cockpit.wiring import build
with build(load_settings()) as services:
    print(json.dumps(services.store.rows(
        "SELECT arrayJoin(flags) AS flag, sum(sign) AS n FROM fact_case"
        " GROUP BY flag HAVING n > 0", {}, tag="test")))
"""


def test_what_closed_before_it_opened_is_flagged_and_has_no_duration(
    cockpit: Cockpit, said: dict[str, Any], cases: pl.DataFrame
) -> None:
    closed = cases.drop_nulls("closed")
    backwards = closed.filter(pl.col("closed") < pl.col("opened"))
    assert backwards.height == BACKWARDS
    assert said["closed"]["value"] == closed.height
    assert said["hours"]["numerator"] == closed.height - BACKWARDS
    hours = sorted(
        (end - begin).total_seconds() / 3600
        for begin, end in closed.select("opened", "closed").iter_rows()
        if end >= begin
    )
    assert said["hours"]["value"] == pytest.approx(hours[(len(hours) - 1) // 2], rel=0.005)
    assert said["open"]["value"] == cases["closed"].null_count()

    done = subprocess.run(
        [sys.executable, "-c", FLAGS], env=cockpit.environment(), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    flags = {row["flag"]: row["n"] for row in json.loads(done.stdout)}
    assert flags["closed_before_received"] == BACKWARDS


def test_people_are_counted_once(said: dict[str, Any]) -> None:
    with (DATA / "geo" / "areas.csv").open(encoding="utf-8", newline="") as file:
        areas = list(csv.DictReader(file))
    for level, name in (("tract", "people"), ("analysis_neighborhood", "people_by_neighborhood")):
        expected = {
            one["code"]: int(one["population_acs2014"]) for one in areas if one["level"] == level
        }
        answered = {area: number or 0 for area, number in values(said[name]).items() if area}
        assert answered == expected
        assert said[name]["value"] == sum(expected.values()) == PEOPLE


def test_channels_are_those_of_the_file(said: dict[str, Any], cases: pl.DataFrame) -> None:
    counted = Counter(cases["Source"].to_list())
    answered = {one["key"]: one["value"] for one in said["channels"]["breakdown"]}
    assert sorted(answered.values()) == sorted(counted.values())
    assert answered["电话"] == counted["Voice In"]


def test_every_row_set_aside_can_be_seen(said: dict[str, Any]) -> None:
    aside = sum(one["quarantined"] for one in said["status"])
    assert len(said["quarantine"]) == aside == 42
    with (DATA / "geo" / "areas.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    for one in said["quarantine"]:
        line = lines[one["row_no"] - 2]
        assert (one["source"], one["column"], one["value"]) == (
            "acs_population", "level", line["level"],
        )  # fmt: skip
        assert one["reason"] == "skipped_by_spec"
        assert json.loads(one["row"])["code"] == line["code"]


def test_loading_twice_changes_nothing(cockpit: Cockpit, said: dict[str, Any]) -> None:
    again = cockpit.json("etl", "run")
    assert (again["ok"], again["files"]) == (True, [])
    assert everything_said(cockpit) == said
    assert cockpit.json("etl", "reconcile")["ok"]
