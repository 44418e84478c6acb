"""Grids cut anew in mid-series: each case stays with the grid of its day, and all add up."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Point, shape

from etl.reconcile import reconcile
from metrics.answer import Answer
from metrics.calendar import Clock
from metrics.catalogue import Catalogue
from metrics.errors import BadQuestion
from metrics.freshness import Feed
from metrics.service import Service
from metrics.store import Store
from tests.support.feeds import CASE_HEADER, case_rows, write_rows, write_specs
from tests.support.loading import NOW, Bench, make_bench
from tests.support.small_city import SIDE, SOUTH, WEST, feature, write_city, write_geojson

RECUT = dt.date(2026, 3, 20)
WIDTH = 8
PERIOD = "2026-03-01..2026-04-09"


def strip(ring: list[list[float]], west: float, east: float) -> list[list[list[float]]]:
    """Return the part of a square between two shares of its width."""
    x, y = min(point[0] for point in ring), min(point[1] for point in ring)
    a, b = round(x + west * SIDE, 6), round(x + east * SIDE, 6)
    top = round(y + SIDE, 6)
    return [[[a, y], [b, y], [b, top], [a, top], [a, y]]]


def cut_in_two(folder: Path) -> None:
    """Cut the grids of the two southern streets in two: 64 → 96."""
    path = folder / "territory" / "grid.geojson"
    features: list[dict[str, Any]] = []
    for one in json.loads(path.read_text("utf-8"))["features"]:
        said = one["properties"]
        if not said["code"].startswith(("990100001", "990100002")):
            features.append(one)
            continue
        ring = one["geometry"]["coordinates"][0]
        parent, code = said["parent"], said["code"]
        features += [
            feature(code, "旧网格", [ring], parent=parent, valid_to=str(RECUT)),
            feature(f"{code}W", "西", strip(ring, 0, 0.25), parent=parent, valid_from=str(RECUT)),
            feature(f"{code}E", "东", strip(ring, 0.25, 1), parent=parent, valid_from=str(RECUT)),
        ]
    write_geojson(path, features)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The square city before its grids are cut anew."""
    made = write_city(tmp_path / "city", WIDTH)
    write_specs(made)
    return made


def bench_of(store: Store, folder: Path) -> Bench:
    made = make_bench(store, folder)
    made.prepare()
    return made


@pytest.fixture
def bench(fresh_store: Store, folder: Path) -> Bench:
    """The square city; the grids of its two southern streets are cut in two on a day."""
    cut_in_two(folder)
    return bench_of(fresh_store, folder)


def asking(bench: Bench) -> Service:
    feed = Feed("hotline", "热线", dt.timedelta(days=1), dt.timedelta(), "case")
    known = Catalogue({one.id: one for one in bench.loader.indicators})
    return Service(bench.store, known, bench.boundaries.territory, Clock(fixed=NOW), [feed])


def grid_of(row: list[str]) -> str:
    """Return the grid of a case by arithmetic alone; empty where it has no point."""
    if not row[7]:
        return ""
    x, y = (float(row[7]) - WEST) / SIDE, (float(row[8]) - SOUTH) / SIDE
    column, line = int(x), int(y)
    half, quarter = WIDTH // 2, WIDTH // 4
    street = line // half * 2 + column // half + 1
    community = line % half // quarter * 2 + column % half // quarter + 1
    grid = line % quarter * quarter + column % quarter + 1
    code = f"99010000{street}{community:03d}{grid:03d}"
    if street > 2 or row[1][:10] < str(RECUT):
        return code
    return code + ("W" if x - column < 0.25 else "E")


def test_a_recut_in_mid_series_adds_up_on_both_sides(bench: Bench, tmp_path: Path) -> None:
    rng = random.Random(8)
    cases = case_rows(3_000, seed=4)
    for row in cases:
        if row[7]:
            row[7] = f"{float(row[7]) + rng.choice([-0.4, -0.1, 0.3]) * SIDE:.6f}"
    bench.load(write_rows(tmp_path / "cases_1.csv", CASE_HEADER, cases))
    territory = bench.boundaries.territory
    alive = [sum(a.level == "grid" and a.is_valid(day) for a in territory.areas.values())
             for day in (RECUT - dt.timedelta(days=1), RECUT)]  # fmt: skip
    assert alive == [64, 96]
    service = asking(bench)

    def ask(period: str, area: str, level: str) -> tuple[float, dict[str, float]]:
        question = service.question("n_in", period=period, area=area, level=level)
        answer = service.answer(question)
        found = {one.key: one.figure.value or 0.0 for one in answer.children}
        return answer.figure.value or 0.0, {key: n for key, n in found.items() if n}

    expected = Counter(map(grid_of, cases))
    total, grids = ask(PERIOD, "", "grid")
    assert (total, grids) == (len(cases), dict(expected))
    assert any(key.endswith("E") for key in grids)
    assert any(key == "990100001001001" for key in grids), "the grid that is gone keeps its rows"

    for street in ("990100001", "990100003"):
        mine = Counter(one for one in map(grid_of, cases) if one.startswith(street))
        total, below = ask(PERIOD, street, "grid")
        assert (total, below) == (sum(mine.values()), dict(mine))
    _, streets = ask(PERIOD, "", "street")
    assert streets == Counter(key[:9] for key in map(grid_of, cases))

    after = [row for row in cases if row[1][:10] >= str(RECUT)]
    _, new = ask(f"{RECUT}..2026-04-09", "990100001", "grid")
    assert new == Counter(one for one in map(grid_of, after) if one.startswith("990100001"))
    assert all(key[-1] in "WE" for key in new)


def scattered_cases() -> list[list[str]]:
    """Return cases all over the city; those without a point before the cut have an old grid."""
    rng = random.Random(8)
    cases = case_rows(1_500, seed=4)
    for row in cases:
        if row[7]:
            row[7] = f"{float(row[7]) + rng.choice([-0.4, -0.1, 0.3]) * SIDE:.6f}"
        elif row[1][:10] < str(RECUT) and rng.random() < 0.7:
            row[9] = f"99010000{rng.choice([1, 2, 3])}00{rng.randint(1, 4)}00{rng.randint(1, 4)}"
    return cases


def held_today(folder: Path, cases: list[list[str]]) -> Counter[str]:
    """Return how many cases each of today's areas holds, by their points in its polygons."""
    shapes = {}
    for one in json.loads((folder / "territory" / "grid.geojson").read_text("utf-8"))["features"]:
        if "valid_to" not in one["properties"]:
            shapes[one["properties"]["code"]] = shape(one["geometry"])
    found: Counter[str] = Counter()
    for row in cases:
        code = row[9] if not row[9].startswith(("990100001", "990100002")) else row[9][:12]
        if row[7]:
            point = Point(float(row[7]), float(row[8]))
            code = next((code for code, area in sorted(shapes.items()) if area.covers(point)), "")
        found[code] += 1
    return found


def as_is(service: Service, level: str, area: str = "", **more: Any) -> Answer:
    question = service.question(
        "n_in", period=PERIOD, area=area, level=level, territory="as_is", **more
    )
    return service.answer(question)


def told(answer: Answer) -> dict[str, float]:
    return {one.key: one.figure.value for one in answer.children if one.figure.value}


def check_as_is(service: Service, held: Counter[str]) -> None:
    """Compare every level with the points in polygons; what has no grid is 未归属."""
    grids = {code: n for code, n in held.items() if len(code) > 12}
    whole = as_is(service, "grid")
    assert whole.figure.value == sum(held.values())
    assert told(whole) == {**grids, "": sum(held.values()) - sum(grids.values())}
    assert all(key == "" or key[8] in "34" or key[-1] in "WE" for key in told(whole))
    for street in ("990100001", "990100003"):
        mine = {code: n for code, n in held.items() if code.startswith(street)}
        answer = as_is(service, "grid", street)
        assert answer.figure.value == sum(mine.values())
        below = Counter({code if len(code) > 12 else "": 0 for code in mine})
        for code, n in mine.items():
            below[code if len(code) > 12 else ""] += n
        assert told(answer) == dict(below)


def test_as_is_lays_history_on_the_areas_of_today(
    bench: Bench, folder: Path, tmp_path: Path
) -> None:
    cases = scattered_cases()
    bench.load(write_rows(tmp_path / "cases_1.csv", CASE_HEADER, cases[::2]))
    bench.load(write_rows(tmp_path / "cases_2.csv", CASE_HEADER, cases[1::2]))
    service, held = asking(bench), held_today(folder, cases)
    check_as_is(service, held)
    was = service.answer(service.question("n_in", period=PERIOD, level="street"))
    now = as_is(service, "street")
    assert (now.figure, told(now)) == (was.figure, told(was)), "no street was cut anew"
    assert now.trace
    assert (now.trace.table, [one.table for one in now.trace.rejected]) == ("fact_case", ["part"])

    grid = next(code for code in held if code.endswith("E"))
    question = service.question("n_in", period=PERIOD, area=grid, territory="as_is")
    page = service.cases(question, limit=1000)
    assert page.total == len(page.rows) == held[grid]
    assert {row["area"] for row in page.rows} == {grid}
    with pytest.raises(BadQuestion, match="is no area of today"):
        as_is(service, "", "990100001001001")
    assert reconcile(bench.store, bench.loader.indicators).is_clean


def test_a_cut_told_afterwards_moves_what_is_there_and_what_comes(
    fresh_store: Store, folder: Path, tmp_path: Path
) -> None:
    cases = scattered_cases()
    old = bench_of(fresh_store, folder)
    old.load(write_rows(tmp_path / "cases_1.csv", CASE_HEADER, cases[:1000]))
    before = fresh_store.version
    then = told(as_is(asking(old), "grid"))
    cut_in_two(folder)
    new = bench_of(fresh_store, folder)
    new.load(write_rows(tmp_path / "cases_2.csv", CASE_HEADER, cases[1000:]))
    service = asking(new)
    check_as_is(service, held_today(folder, cases))
    assert told(as_is(asking(old), "grid", as_of=before)) == then, "as of the load before"
    version = fresh_store.version
    new.prepare()
    assert fresh_store.version == version, "nothing has changed since"


def test_a_comparison_across_the_cut_says_so(bench: Bench) -> None:
    service = asking(bench)
    later, after = "2026-03-20..2026-03-25", "2026-03-26..2026-03-30"
    for period, area, level, territory, days in (
        (PERIOD, "", "grid", "as_was", (RECUT,)),
        (later, "990100001", "grid", "as_was", (RECUT,)),
        (after, "990100001", "grid", "as_was", ()),
        (later, "990100003", "grid", "as_was", ()),
        (PERIOD, "", "street", "as_was", ()),
        (later, "990100001001001W", "", "as_was", (RECUT,)),
        (PERIOD, "", "grid", "as_is", ()),
    ):
        question = service.question(
            "n_in", period=period, area=area, level=level, compare=("prev",),
            territory="as_is" if territory == "as_is" else "as_was",
        )  # fmt: skip
        assert service.answer(question).recuts == days, (period, area, level)
