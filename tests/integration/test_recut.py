"""Grids cut anew in mid-series: each case stays with the grid of its day, and all add up."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from metrics.calendar import Clock
from metrics.catalogue import Catalogue
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


@pytest.fixture
def bench(fresh_store: Store, tmp_path: Path) -> Bench:
    """The square city; the grids of its two southern streets are cut in two on a day: 64 → 96."""
    folder = write_city(tmp_path / "city", WIDTH)
    write_specs(folder)
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
    made = make_bench(fresh_store, folder)
    made.prepare()
    return made


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
    service = Service(
        bench.store, Catalogue({one.id: one for one in bench.loader.indicators}), territory,
        Clock(fixed=NOW), [Feed("hotline", "热线", dt.timedelta(days=1), dt.timedelta(), "case")],
    )  # fmt: skip

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
