"""A loader for the square city, and looks into the store that do not depend on the order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.batch import BatchReport
from etl.boundaries import Boundaries, load_territory
from etl.cityfile import load_city
from etl.load import Loader
from etl.place import Gazetteer
from etl.publish import publish_case_rules, publish_catalogue, publish_territory
from etl.source import load_specs
from etl.spec import SourceSpec
from metrics.catalogue import Catalogue, counting_once
from metrics.indicator import Indicator
from metrics.store import Store
from metrics.tables import SHAPES
from tests.support.feeds import indicators, write_specs
from tests.support.small_city import write_city

TIMEZONE = "Asia/Shanghai"
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@dataclass(frozen=True)
class Bench:
    """The square city, read, with a loader for it."""

    folder: Path
    boundaries: Boundaries
    specs: dict[str, SourceSpec]
    loader: Loader

    @property
    def store(self) -> Store:
        """The store loaded into."""
        return self.loader.store

    def load(self, path: Path, source: str = "hotline") -> BatchReport:
        """Load one file."""
        return self.loader.load(self.specs[source], path, NOW)

    def prepare(self) -> None:
        """Publish territory, catalogue and the rules for cases."""
        publish_territory(self.store, self.boundaries, now=NOW)
        publish_catalogue(self.store, self.loader.indicators, now=NOW)
        publish_case_rules(self.loader.derivation, self.loader.indicators, now=NOW)


def make_bench(
    store: Store, folder: Path, *, catalogue: Sequence[Indicator] | None = None
) -> Bench:
    """Return the square city in a folder, written when it is not there yet."""
    if not (folder / "city.yaml").exists():
        write_city(folder)
        write_specs(folder)
    city = load_city(folder)
    boundaries = load_territory(city)
    chosen = indicators() if catalogue is None else catalogue
    if city.cases.merge:
        known = Catalogue({one.id: one for one in chosen})
        chosen = list(counting_once(known).indicators.values())
    loader = Loader(
        store, Gazetteer(boundaries), chosen, city.timezone, b"secret", rules=city.cases
    )
    return Bench(folder, boundaries, load_specs(city.specs), loader)


def current_rows(store: Store, *, without: Iterable[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Return the current version of every fact, sorted, without where and when it was read."""
    skipped = ", ".join(("batch", "version", "row_no", "sign", *without))
    found: dict[str, list[tuple[Any, ...]]] = {}
    for shape in SHAPES:
        rows = store.rows(
            f"SELECT * EXCEPT ({skipped}), sum(sign) AS weight FROM fact_{shape}"
            " WHERE batch <= {version:UInt32} GROUP BY ALL HAVING weight != 0 ORDER BY ALL",
            {"version": store.version},
            tag="test",
        )
        found[shape] = [tuple(map(repr, row.values())) for row in rows]
    return found


def part_sums(store: Store, *, version: int | None = None) -> list[tuple[Any, ...]]:
    """Return the visible parts, summed over batches, without what cancels out."""
    rows = store.rows(
        "SELECT indicator, day, area, item, sum(num) AS n, sum(den) AS d FROM part"
        " WHERE batch <= {version:UInt32} GROUP BY indicator, day, area, item"
        " HAVING n != 0 OR d != 0 ORDER BY indicator, day, area, item",
        {"version": store.version if version is None else version},
        tag="test",
    )
    return [tuple(row.values()) for row in rows]


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return the visible content of every table, without the times of loading."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    kernel = {
        "part": "",
        "part_city": "",
        "area": "",
        "quarantine": "",
        "batch": "published_at, seconds",
    }
    for table in [*(f"fact_{shape}" for shape in SHAPES), *kernel]:
        skipped = kernel.get(table, "")
        chosen = f"* EXCEPT ({skipped})" if skipped else "*"
        rows = store.rows(
            f"SELECT {chosen} FROM {table} WHERE batch <= {{version:UInt32}} ORDER BY ALL",
            {"version": store.version},
            tag="test",
        )
        found[table] = [tuple(map(repr, row.values())) for row in rows]
    return found
