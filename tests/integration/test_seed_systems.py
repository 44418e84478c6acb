"""Four published cities, made at their full size: the figures they printed come out of the service.

The files hold every case; only the indicators asked about are summed, which is what makes it fast.
"""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections import Counter
from pathlib import Path

import pytest

from etl.boundaries import load_territory
from etl.city.nested import allot
from etl.city.profile import CityFolder, build_city, load_profile
from etl.city.record_ground import shared_out
from etl.cityfile import load_city
from etl.load import Loader
from etl.place import Gazetteer
from etl.plan import plan
from etl.run import run
from etl.source import load_specs
from layouts.format import change_text, value_text
from metrics.calendar import Clock
from metrics.catalogue import BUILT_IN, load_catalogue
from metrics.planner import leaves_of
from metrics.service import Service
from metrics.store import Store

SEED = 7
RECORDS = ("baohe", "chancheng", "jiamusi", "jimo")


def made(folder: Path, city: str) -> CityFolder:
    until = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)  # means nothing to a city of record
    return build_city(folder, city, seed=SEED, until=until)


def service_of(store: Store, made_city: CityFolder, asked: list[str]) -> Service:
    """Load a city's files for a few indicators and return the service over them."""
    city = load_city(made_city.folder)
    boundaries = load_territory(city)
    catalogue = load_catalogue(BUILT_IN, city.catalogue)
    leaves = {leaf.id: leaf for one in asked for leaf in leaves_of(catalogue.get(one), catalogue)}
    specs = load_specs(city.specs)
    chosen = list(leaves.values())
    loader = Loader(store, Gazetteer(boundaries), chosen, city.timezone, b"secret")
    clock = Clock(city.timezone, city.now, city.year_begins)
    todo = plan(store, specs, made_city.inbox, boundaries=boundaries, indicators=chosen)
    report = run(todo, loader, specs, now=clock.now(), boundaries=boundaries)
    assert report.problem is None
    assert not report.failed
    return Service(store, catalogue, boundaries.territory, clock)


def shown(service: Service, indicator: str, period: str, area: str = "") -> str:
    answer = service.answer(service.question(indicator, period=period, area=area))
    return value_text(answer.figure.value, answer.indicator, "en")


def counts(service: Service, day: dt.date) -> dict[str, int]:
    """Return the number of areas of each level on a day."""
    valid = [area for area in service.territory.areas.values() if area.is_valid(day)]
    return dict(Counter(area.level for area in valid))


@pytest.mark.slow
def test_jiamusi(fresh_store: Store, tmp_path: Path) -> None:
    asked = ["appeals_accepted", "appeals_closed", "appeals_open", "appeals_close_rate",
             "hotline_close_rate", "hotline_satisfaction_rate", "other_channels_close_rate",
             "command_nodes_total", "grid_workers_total", "terminals_dispatchable",
             "um_noise_complaints", "um_noise_venue_complaint_rate"]  # fmt: skip
    city = made(tmp_path, "jiamusi")
    shutil.rmtree(city.inbox / "services")  # two hundred thousand calls nobody asks about here
    service = service_of(fresh_store, city, asked)
    said = [shown(service, one, "2020-RY") for one in asked]
    assert said == [
        "320,944", "312,651", "8,293", "97.4", "95.0", "98.0", "99.29", "1,322", "8,529", "9,851",
        "118", "25.0",
    ]  # fmt: skip
    assert counts(service, dt.date(2021, 3, 27)) == {
        "city": 1, "county": 10, "town": 106, "village": 1206,
    }  # fmt: skip
    question = service.question("um_noise_complaints", period="2020-08-01..2020-09-30")
    answer = service.answer(question)
    assert (answer.figure.value, answer.previous.value) == (18, 100)
    assert change_text(answer.change, answer.indicator).endswith("82.0%")
    by_county = service.answer(
        service.question("appeals_accepted", period="2020-RY", level="county")
    )
    assert sum(one.figure.value or 0 for one in by_county.children) == 320_944
    assert sum((one.figure.value or 0) > 0 for one in by_county.children) == 10


@pytest.mark.slow
def test_chancheng(fresh_store: Store, tmp_path: Path) -> None:
    asked = ["um_handled_cases", "um_minor_cases", "um_transferred_cases", "um_self_handled_rate",
             "um_transferred_close_rate", "um_all_close_rate", "civ_case_share", "civ_stall_share",
             "civ_sanitation_share", "civ_poster_share"]  # fmt: skip
    stocks = ["grids_total", "grid_density", "grid_workers_per_grid", "video_channels_connected"]
    service = service_of(fresh_store, made(tmp_path, "chancheng"), asked + stocks)
    assert [shown(service, one, "2016") for one in asked] == [
        "137,187", "48,701", "88,486", "35.5", "93.3", "95.68", "77.0", "41.0", "20.0", "16.0",
    ]  # fmt: skip
    assert [shown(service, one, "2016-12-31") for one in stocks] == ["921", "5.98", "0.76", "5,165"]
    by_zone = service.answer(service.question("um_handled_cases", period="2016", level="zone"))
    assert sum(one.figure.value or 0 for one in by_zone.children) == 137_187
    assert counts(service, dt.date(2016, 12, 31))["zone"] == 17


@pytest.mark.slow
def test_baohe(fresh_store: Store, tmp_path: Path) -> None:
    asked = ["appeals_accepted", "grid_reports", "grid_report_share", "appeals_close_rate",
             "appeal_channels"]  # fmt: skip
    city = made(tmp_path, "baohe")
    service = service_of(fresh_store, city, [*asked, "grids_total"])
    assert [shown(service, one, "2020") for one in asked] == [
        "499,800", "228,500", "45.7", "99.9", "12",
    ]  # fmt: skip
    assert shown(service, "grids_total", "2022-12-31") == "460"
    assert shown(service, "grids_total", "2023-08-30") == "779"
    assert counts(service, dt.date(2022, 12, 31))["grid"] == 460
    assert counts(service, dt.date(2023, 1, 1))["grid"] == 779
    later = service.answer(
        service.question("appeals_accepted", period="2023-06-01..2023-08-30", level="grid")
    )
    assert sum(one.figure.value or 0 for one in later.children) == 9_000


@pytest.mark.slow
def test_jimo(fresh_store: Store, tmp_path: Path) -> None:
    asked = ["org_nodes_streets_and_departments", "org_nodes_centers", "org_nodes_stations",
             "grids_total", "dept_grids_total", "org_nodes_total", "org_nodes_published",
             "events_stated_1", "events_stated_2"]  # fmt: skip
    service = service_of(fresh_store, made(tmp_path, "jimo"), asked)
    assert [shown(service, one, "2021-10-31") for one in asked] == [
        "53", "133", "1,101", "2,698", "563", "4,548", "3,998", "272,000", "500,000",
    ]  # fmt: skip
    assert counts(service, dt.date(2021, 10, 31)) == {
        "district": 1, "street": 15, "center": 133, "station": 1101, "grid": 2698,
    }  # fmt: skip


@pytest.mark.slow
def test_a_city_of_record_is_the_same_again(tmp_path: Path) -> None:
    first, again = made(tmp_path / "a", "jimo"), made(tmp_path / "b", "jimo")
    assert first.world is None
    for one, other in zip(first.files, again.files, strict=True):
        assert one.read_bytes() == other.read_bytes()
    for level in ("street", "grid"):
        name = f"{level}.geojson"
        assert (first.territory / name).read_bytes() == (again.territory / name).read_bytes()


@pytest.mark.parametrize("city", RECORDS)
def test_the_totals_are_whole(city: str) -> None:
    for block in load_profile(city).volumes.cases:
        assert block.closed <= block.received
        assert not block.majors or sum(block.majors.values()) == block.received


def test_jiamusi_counts_towns_of_the_official_list() -> None:
    folder = load_profile("jiamusi").folder
    towns = list(csv.DictReader((folder / "towns.csv").read_text("utf-8").splitlines()))
    assert len(towns) == len({town["code"] for town in towns}) == 106
    assert all(town["code"].startswith(town["parent"]) for town in towns)


def test_shares_add_up() -> None:
    import numpy as np

    rng = np.random.default_rng(SEED)
    for total in (0, 1, 17, 100_003):
        assert shared_out(total, rng.random(13)).sum() == total
    sizes = rng.integers(1, 30, 40)
    for total in (40, 200, int(sizes.sum())):
        parts = allot(total, sizes)
        assert parts.sum() == total
        assert ((parts >= 1) & (parts <= sizes)).all()
    with pytest.raises(ValueError, match="do not fit"):
        allot(3, sizes)
