"""The same rows in one go, part by part, shuffled or twice: the same facts, the same indicators."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cockpit.commands.demo import write_city
from cockpit.jobs import make_loader
from cockpit.settings import load_settings
from cockpit.wiring import Services, build, open_boundaries
from etl.load import Loader
from etl.plan import Plan, Step, claims, plan
from etl.publish import publish_catalogue, publish_territory
from etl.reconcile import reconcile
from etl.run import run
from etl.spec import SourceSpec
from metrics.store import Store
from metrics.tables import SHAPES, all_tables

pytestmark = pytest.mark.slow

NOW = "2026-11-12T10:00"
PARTS = 3
Slices = list[tuple[SourceSpec, list[Path]]]


def state(store: Store) -> dict[str, Any]:
    """Return the current facts and every indicator's sums as counts and hashes."""
    found: dict[str, Any] = {}
    for shape in SHAPES:
        (found[shape],) = store.rows(
            "SELECT count() AS n, sum(sipHash64(toString(tuple(* EXCEPT n)))) AS hash FROM (SELECT"
            f" * EXCEPT (batch, version, row_no, sign), sum(sign) AS n FROM fact_{shape}"
            " WHERE batch <= {version:UInt32} GROUP BY ALL HAVING n != 0)",
            {"version": store.version}, tag="test",
        )  # fmt: skip
    rows = store.rows(
        "SELECT indicator, count() AS n, sum(sipHash64(toString((day, area, item, num, den)))) AS"
        " hash FROM (SELECT indicator, day, area, item, sum(part.num) AS num, sum(part.den) AS den"
        " FROM part WHERE batch <= {version:UInt32} AND NOT startsWith(indicator, 'rows:')"
        " GROUP BY ALL HAVING num != 0 OR den != 0) GROUP BY indicator ORDER BY indicator",
        {"version": store.version}, tag="test",
    )  # fmt: skip
    return found | {row["indicator"]: (row["n"], row["hash"]) for row in rows}


def rows_of(spec: SourceSpec, path: Path) -> tuple[bytes, list[bytes]]:
    """Return what stands above the rows of a text file, and the rows."""
    lines = path.read_bytes().splitlines(keepends=True)
    begin = spec.title_rows + 1 if spec.format == "csv" else 0
    body = [line if line.endswith(b"\n") else line + b"\n" for line in lines[begin:]]
    return b"".join(lines[:begin]), body


def cut(
    spec: SourceSpec, path: Path, folder: Path, parts: int, rng: random.Random | None = None
) -> list[Path]:
    """Write a file's rows into as many files, shuffled if there is a ``rng``."""
    out = [folder / spec.source / f"{n}_{path.name}" for n in range(parts)]
    out = [one if claims(spec, folder, one) else one.with_name(_within(path.name, n))
           for n, one in enumerate(out)]  # fmt: skip
    folder.joinpath(spec.source).mkdir(parents=True, exist_ok=True)
    if spec.format == "parquet":
        frame = pl.read_parquet(path)
        order = list(range(frame.height))
        if rng:
            rng.shuffle(order)
        for n, one in enumerate(out):
            buffer = io.BytesIO()
            frame[order[n * len(order) // parts : (n + 1) * len(order) // parts]].write_parquet(
                buffer
            )
            one.write_bytes(buffer.getvalue())
        return out
    if spec.format == "xlsx":
        out[0].write_bytes(path.read_bytes())
        return out[:1]
    head, body = rows_of(spec, path)
    if rng:
        rng.shuffle(body)
    for n, one in enumerate(out):
        rows = body[n * len(body) // parts : (n + 1) * len(body) // parts]
        one.write_bytes(head + b"".join(rows))
    return [one for one in out if one.stat().st_size]


def _within(name: str, n: int) -> str:
    stem, dot, ending = name.rpartition(".")
    return f"{stem}_{n}{dot}{ending}"


@pytest.fixture(scope="module")
def city(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Services:
    home = tmp_path_factory.mktemp("demo")
    settings = load_settings({"home": home, "now": NOW}, {}, folder=home)
    write_city(settings, {"days": 3, "scale": 0.02, "seed": 3})
    return build(settings, store=store, keeps_parts=False)


def emptied(city: Services) -> Loader:
    """Return a loader for the store with nothing in it but territory and catalogue."""
    for table in all_tables(city.store.timezone):
        city.store.command(f"TRUNCATE TABLE {table.name}", tag="test.fresh")
    city.store.refresh_version()
    boundaries = open_boundaries(city.settings, city.city)
    loader = make_loader(city, boundaries)
    publish_territory(city.store, boundaries, now=city.clock.now())
    publish_catalogue(city.store, loader.indicators, now=city.clock.now())
    return loader


def load(city: Services, loader: Loader, files: list[tuple[SourceSpec, Path]]) -> None:
    """Load files in exactly this order."""
    steps = [Step("file", "new", "", s.source, path, path.stat().st_size) for s, path in files]
    report = run(Plan(tuple(steps)), loader, city.specs, now=city.clock.now())
    assert not report.failed, report.failed[0]


def test_the_order_of_the_files_and_their_rows_changes_nothing(
    city: Services, tmp_path: Path
) -> None:
    steps = plan(city.store, city.specs, city.inbox).steps
    whole = [(city.specs[step.source], step.path) for step in steps if step.path]
    loader = emptied(city)
    load(city, loader, whole)
    expected = state(city.store)
    assert sum(name not in SHAPES for name in expected) > 100, "many indicators have something"

    rng = random.Random(5)
    again = [(s, p) for s, path in whole for p in cut(s, path, tmp_path / "again", 1, rng)]
    rng.shuffle(again)
    load(city, loader, again)
    assert state(city.store) == expected, "every file twice"

    parts = [(s, cut(s, path, tmp_path / "parts", PARTS)) for s, path in whole]
    loader = emptied(city)
    for part in range(PARTS):
        load(city, loader, [(s, paths[part]) for s, paths in parts if part < len(paths)])
    assert state(city.store) == expected, "part by part, as the days come"

    mixed = [(s, p) for s, path in whole for p in cut(s, path, tmp_path / "mixed", 2, rng)]
    mixed.sort(key=lambda one: (hash_of(one[0].source), rng.random()))
    loader = emptied(city)
    load(city, loader, mixed)
    assert state(city.store) == expected, "shuffled"
    found = reconcile(city.store, loader.indicators)
    assert found.is_clean, found.sentences()[:5]


def hash_of(text: str) -> int:
    """Return a number in which sources have another order than by name."""
    return random.Random(text).randrange(1 << 30)
