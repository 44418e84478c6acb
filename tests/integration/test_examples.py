"""Three public data sets by configuration alone: calls without a number, air, traffic."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.support.demo_home import ROOT, Cockpit

SHARED = ROOT.parent / "shared" / "data"
pytestmark = [pytest.mark.shared, pytest.mark.slow]

NOW = {
    "ottawa_311": "2014-08-31T23:59",
    "beijing_air_quality": "2017-02-28T23:30",
    "la_traffic_metr": "2012-03-07T23:59",
}
ALL_TIME = {
    "ottawa_311": "2014-01-01..2014-08-31",
    "beijing_air_quality": "2013-03-01..2017-02-28",
    "la_traffic_metr": "2012-03-01..2012-03-07",
}
POLLUTANTS = {
    "PM2.5": "pm25",
    "PM10": "pm10",
    "SO2": "so2",
    "NO2": "no2",
    "CO": "co",
    "O3": "o3_1h",
}
_QUERY = """
import json, sys
from cockpit.settings import load_settings
from cockpit.wiring import build
with build(load_settings()) as services:
    print(json.dumps(services.store.rows(sys.stdin.read(), {}, tag="test"), default=str))
"""


class Loaded:
    """A data set, loaded: its file, and what the commands and tables say of it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.data = name, SHARED / name
        settings = {
            "CITY": ROOT / "examples" / name, "DATA": self.data, "HOME": folder / "home",
            "NOW": NOW[name],
        }  # fmt: skip
        variables = {f"COCKPIT_{key}": str(value) for key, value in settings.items()}
        self.cockpit = Cockpit(folder, variables)
        assert self.cockpit.json("check")["ok"]
        assert self.cockpit.json("etl", "run")["ok"]

    def ask(self, *indicators: str, level: str = "", by: str = "") -> dict[str, Any]:
        """Return the answers for the whole time of the data, by indicator."""
        more = [*(("--level", level) if level else ()), *(("--by", by) if by else ())]
        calls = [
            ["ask", one, "--period", ALL_TIME[self.name], *more, "--json"] for one in indicators
        ]
        said = self.cockpit.each(calls)
        assert [one.returncode for one in said] == [0] * len(said), [one.stderr for one in said]
        return dict(zip(indicators, (json.loads(one.stdout) for one in said), strict=True))

    def rows(self, sql: str) -> list[dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-c", _QUERY], input=sql, env=self.cockpit.environment(),
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    def ledger(self) -> dict[str, tuple[int, ...]]:
        """Return rows read, accepted, quarantined and duplicates by source."""
        names = ("rows_read", "accepted", "quarantined", "duplicates")
        status = self.cockpit.json("etl", "status")
        return {one["source"]: tuple(one[name] for name in names) for one in status}

    def defects(self) -> dict[tuple[str, str, str], int]:
        """Return rows by kind, code and metric, as the books counted again tell them."""
        told = self.cockpit.json("etl", "reconcile")["defects"]
        return {(one["kind"], one["code"], one["metric"]): one["rows"] for one in told}

    def file(self, pattern: str) -> Path:
        return next(self.data.glob(pattern))


def loaded(name: str, factory: pytest.TempPathFactory) -> Loaded:
    if not (SHARED / name).is_dir():
        pytest.skip(f"no data in {SHARED / name}")
    return Loaded(name, factory.mktemp(name))


@pytest.fixture(scope="module")
def ottawa(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return loaded("ottawa_311", tmp_path_factory)


@pytest.fixture(scope="module")
def beijing(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return loaded("beijing_air_quality", tmp_path_factory)


@pytest.fixture(scope="module")
def la(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return loaded("la_traffic_metr", tmp_path_factory)


def by_area(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {one["area"]: one["value"] for one in answer["children"]}


# Ottawa: calls without number, end or point


@pytest.fixture(scope="module")
def calls(ottawa: Loaded) -> pl.DataFrame:
    """The different calls of the file with moment and ward, read without the loader."""
    rows = pl.read_parquet(ottawa.file("*.parquet"))
    assert rows.height == 127_188
    dashed = pl.col("creation_date").str.to_datetime("%Y-%b-%d %H:%M:%S", strict=False)
    slashed = pl.col("creation_date").str.to_datetime("%m/%d/%Y %H:%M", strict=False)
    plain = pl.col("ward").str.extract(r"(?i)^[`\s]*[a-z]?ward (\d+)$|^12$", 1)
    ward = pl.when(pl.col("ward") == "12").then(pl.lit("12")).otherwise(plain)
    return rows.with_columns(
        at=pl.coalesce(dashed, slashed), is_dashed=dashed.is_not_null(),
        number=pl.when(ward.is_not_null()).then("W" + ward.str.zfill(2)).otherwise(pl.lit("")),
    )  # fmt: skip


def different(calls: pl.DataFrame) -> pl.DataFrame:
    """A call is the same whichever monthly file it was joined from."""
    return calls.unique([c for c in calls.columns if c != "provenance"])


def test_calls_told_twice_count_once(ottawa: Loaded, calls: pl.DataFrame) -> None:
    kept = different(calls).height
    told_twice, january_again = 454, 2_284
    assert calls.height - calls.unique().height == told_twice
    assert calls.height - kept == told_twice + january_again
    assert ottawa.ledger() == {"ottawa_311": (127_188, kept, 0, 127_188 - kept)}
    again = calls.filter(
        pl.col("provenance").str.starts_with("Aug") & (pl.col("at").dt.month() == 1)
    )
    assert again.height == 2_286
    assert ottawa.defects()["repeated", "", ""] == told_twice


def test_both_ways_of_writing_a_moment_are_read(ottawa: Loaded, calls: pl.DataFrame) -> None:
    assert (calls["is_dashed"].sum(), (~calls["is_dashed"]).sum()) == (82_700, 44_488)
    found = ottawa.rows(
        "SELECT toString(toDate(at)) AS day, sum(sign) AS n FROM fact_case GROUP BY day"
    )
    counted = different(calls).group_by(pl.col("at").dt.date().cast(pl.String)).len()
    assert {row["day"]: int(row["n"]) for row in found} == dict(counted.iter_rows())


def test_sixty_spellings_are_twenty_three_wards(ottawa: Loaded, calls: pl.DataFrame) -> None:
    assert calls["ward"].n_unique() == 60
    answer = ottawa.ask("appeals_accepted", level="ward")["appeals_accepted"]
    expected = dict(different(calls)["number"].value_counts().iter_rows())
    assert by_area(answer) == expected
    assert len(expected) == 23 + 1
    assert answer["children"][-1]["name"] == "未归属"
    assert sum(expected.values()) == answer["value"] == different(calls).height
    strange = different(calls).filter(
        (pl.col("number") == "") & (pl.col("ward").str.strip_chars() != "")
    )
    flagged = ottawa.rows("SELECT sum(sign) AS n FROM fact_case WHERE has(flags, 'unknown_place')")
    assert int(flagged[0]["n"]) == strange.height > 0
    assert ottawa.defects()["flag", "unknown_place", ""] == strange.height


def test_kinds_of_calls_are_those_of_the_file(ottawa: Loaded, calls: pl.DataFrame) -> None:
    answer = ottawa.ask("appeals_accepted", by="category")["appeals_accepted"]
    shown = {one["key"]: one["value"] for one in answer["breakdown"]}
    counted = Counter(different(calls)["call_type"].to_list())
    assert len(counted) == 34
    assert shown.items() <= counted.items()


def test_what_is_never_told_is_not_nought(ottawa: Loaded) -> None:
    unknown = ("appeals_open", "appeals_closed", "appeals_close_rate", "appeals_ontime_rate",
               "appeal_handle_hours_p50")  # fmt: skip
    answers = ottawa.ask(*unknown, "channel_nonphone_share")
    assert {name: answers[name]["value"] for name in unknown} == dict.fromkeys(unknown)
    assert answers["channel_nonphone_share"]["value"] == 0


# Beijing: a column a pollutant, the time in four columns


@pytest.fixture(scope="module")
def hours(beijing: Loaded) -> pl.DataFrame:
    """The readings as numbers, read without the loader."""
    rows = pl.read_parquet(beijing.file("*.parquet"))
    assert rows.height == 420_768
    blank = (rows["SO2"] == "NA").sum(), (rows["SO2"].str.strip_chars() == "").sum()
    assert blank == (9_020, 1)
    return rows.select("station", *(
        pl.col(name).str.strip_chars().replace({"NA": None, "": None}).cast(pl.Float64)
        for name in POLLUTANTS
    ))  # fmt: skip


def test_every_hour_is_read(beijing: Loaded) -> None:
    assert beijing.ledger() == {"prsa": (420_768, 420_768, 0, 0)}
    days = beijing.rows("SELECT count(DISTINCT at) AS n, min(at) AS a, max(at) AS b"
                        " FROM fact_reading")[0]  # fmt: skip
    assert int(days["n"]) == 420_768 / 12
    assert (days["a"][:16], days["b"][:16]) == ("2013-03-01 00:00", "2017-02-28 23:00")


def missing_in(hours: pl.DataFrame) -> dict[str, int]:
    return {metric: hours[name].null_count() for name, metric in POLLUTANTS.items()}


def test_missing_and_impossible_values_are_marked(beijing: Loaded, hours: pl.DataFrame) -> None:
    found = beijing.rows(
        "SELECT metric, quality, sum(sign) AS n FROM fact_reading GROUP BY metric, quality"
    )
    counted = {(row["metric"], row["quality"]): int(row["n"]) for row in found}
    missing = {name: counted[metric, "missing"] for name, metric in POLLUTANTS.items()}
    assert missing == {name: hours[name].null_count() for name in POLLUTANTS}
    assert (missing["PM2.5"], missing["CO"], missing["SO2"]) == (8_739, 20_701, 9_021)
    beyond = {key[0]: n for key, n in counted.items() if key[1] == "range"}
    assert beyond == {"pm25": 1, "pm10": 3, "o3_1h": 16}
    assert beyond["pm25"] == (hours["PM2.5"] == 999).sum()
    assert beyond["o3_1h"] == (hours["O3"] > 1_000).sum()
    assert hours["O3"].max() == 1_071
    assert sum(counted.values()) == 6 * hours.height
    told = beijing.defects()
    assert {one: told["reading", "missing", one] for one in POLLUTANTS.values()} == missing_in(
        hours
    )


def test_means_are_those_of_the_file(beijing: Loaded, hours: pl.DataFrame) -> None:
    answer = beijing.ask("pm25_avg", level="county")["pm25_avg"]
    valid = hours.filter(pl.col("PM2.5") <= 998)
    assert answer["value"] == pytest.approx(valid["PM2.5"].mean())
    assert answer["denominator"] == valid.height
    changping = valid.filter(pl.col("station").is_in(["Changping", "Dingling"]))
    assert by_area(answer)["110114"] == pytest.approx(changping["PM2.5"].mean())


def test_every_level_adds_up_to_the_city(beijing: Loaded, hours: pl.DataFrame) -> None:
    missing = hours.group_by("station").agg(pl.col("PM2.5").null_count())
    for level, number in (("station", 12), ("county", 8)):
        answer = beijing.ask("pm25_hours_missing", level=level)["pm25_hours_missing"]
        assert len(answer["children"]) == number + 1
        assert sum(by_area(answer).values()) == answer["value"] == 8_739
        if level == "station":
            expected = dict(missing.iter_rows())
            assert {area: n for area, n in by_area(answer).items() if area} == expected


def test_eight_hour_ozone_is_not_made_up(beijing: Loaded) -> None:
    unknown = ("o3_8h_avg", "aqi_daily", "appeals_accepted")
    assert {name: one["value"] for name, one in beijing.ask(*unknown).items()} == dict.fromkeys(
        unknown
    )


# Los Angeles: miles become kilometres


@pytest.fixture(scope="module")
def speeds(la: Loaded) -> pl.DataFrame:
    """The readings with the square their detector stands in, read without the loader."""
    places = pl.read_csv(la.file("*.csv"), schema_overrides={"sensor_id": pl.String})
    south = (pl.col("latitude") * 10).floor().cast(pl.Int64).cast(pl.String)
    west = (-(pl.col("longitude") * 10).floor().cast(pl.Int64)).cast(pl.String)
    square = pl.format("N{}W{}", south, west).alias("square")
    rows = pl.read_parquet(la.file("*.parquet"))
    assert rows.height == 417_312
    joined = rows.join(places.select("sensor_id", square), on="sensor_id", how="left")
    assert joined["square"].null_count() == 0
    return joined.with_columns(kmh=pl.col("speed_mph") * 1.609344)


def test_every_reading_and_detector_is_read(la: Loaded, speeds: pl.DataFrame) -> None:
    assert la.ledger() == {"detectors": (207, 207, 0, 0), "loops": (417_312, 417_312, 0, 0)}
    assert speeds["sensor_id"].n_unique() == 207


def test_a_zero_would_be_no_reading(la: Loaded, speeds: pl.DataFrame) -> None:
    found = la.rows("SELECT quality, sum(sign) AS n FROM fact_reading GROUP BY quality")
    zeros = (speeds["speed_mph"] == 0).sum()
    assert zeros == 0  # the makers of this copy filled them in
    assert {row["quality"]: int(row["n"]) for row in found} == {"": speeds.height - zeros}


def test_speed_is_harmonic_and_in_kilometres(la: Loaded, speeds: pl.DataFrame) -> None:
    answer = la.ask("traffic_speed_mean", level="square")["traffic_speed_mean"]

    def harmonic(rows: pl.DataFrame) -> float:
        return float(rows.height / (1 / rows["kmh"]).sum())

    assert answer["value"] == pytest.approx(harmonic(speeds), rel=1e-6)
    squares = {str(key[0]): rows for key, rows in speeds.group_by("square")}
    answered = {area: value for area, value in by_area(answer).items() if area}
    expected = {square: pytest.approx(harmonic(rows), rel=1e-6) for square, rows in squares.items()}
    assert answered == expected
    assert len(expected) == 11


def test_squares_and_detectors_add_up(la: Loaded, speeds: pl.DataFrame) -> None:
    for level, column in (("square", "square"), ("detector", "sensor_id")):
        answer = la.ask("traffic_speed_readings", level=level)["traffic_speed_readings"]
        expected = dict(speeds[column].value_counts().iter_rows())
        assert by_area(answer) == {**expected, "": 0}
        assert sum(expected.values()) == answer["value"]
    devices = la.ask("devices_total", level="square")["devices_total"]
    standing = speeds.group_by("square").agg(pl.col("sensor_id").n_unique())
    assert by_area(devices) == {**dict(standing.iter_rows()), "": None}
    assert devices["value"] == 207


def test_free_flow_is_not_known(la: Loaded) -> None:
    answers = la.ask("traffic_congestion_index", "device_online_rate")
    assert [one["value"] for one in answers.values()] == [None, None]


@pytest.mark.parametrize("name", ["ottawa", "beijing", "la"])
def test_loading_twice_changes_nothing(name: str, request: pytest.FixtureRequest) -> None:
    city: Loaded = request.getfixturevalue(name)
    again = city.cockpit.json("etl", "run")
    assert (again["ok"], again["files"]) == (True, [])
    assert city.cockpit.json("etl", "reconcile")["ok"]
    if name == "la":  # its makers left nothing to find
        assert city.defects() == {}
