"""Synthetic cases in a store of their own, straight into the journal."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from etl.batch import BatchReport, kernel_table, ledger_line
from etl.columns import conform, to_arrow
from metrics.store import Store
from metrics.tables import fact_tables
from metrics.territory import Area, Level, Territory, build_territory

DAYS = 420
BLOCK = 200_000
FIRST = dt.datetime(2025, 9, 1)  # noqa: DTZ001 - the zone is put on by the frame
LEVELS = tuple(
    Level(name, name, depth, name)
    for depth, name in enumerate(("district", "street", "community", "grid"))
)


def territory(streets: int = 26, communities: int = 21, grids: int = 5) -> Territory:
    """Return a regular city of about 2,700 grids."""
    areas = [Area("1", "1", "区", "district", 0, "")]
    for s in range(streets):
        areas.append(Area(f"s{s}", f"s{s}", f"街{s}", "street", 1, "1"))
        for c in range(communities):
            areas.append(Area(f"c{s}.{c}", f"c{s}.{c}", f"社{s}.{c}", "community", 2, f"s{s}"))
            areas += [
                Area(f"g{s}.{c}.{g}", f"g{s}.{c}.{g}", f"格{g}", "grid", 3, f"c{s}.{c}")
                for g in range(grids)
            ]
    return build_territory(LEVELS, areas)


def fill(folder: Path, city: Territory, rows: int, seed: int = 7) -> Store:
    """Return a store with ``rows`` cases over 420 days; their parts are still to be made."""
    store = Store(f"chdb://{folder}/store")
    rng, table = np.random.default_rng(seed), fact_tables()["case"]
    leaves = np.array([area.id for area in city.areas.values() if area.depth == 3])
    for start in range(0, rows, BLOCK):
        count, batch = min(BLOCK, rows - start), store.next_batch()
        if not start:
            _write_areas(store, city, batch)
        frame = _cases(rng, leaves, start, count, rows).with_columns(
            pl.lit(batch).alias("batch"), pl.lit(batch).alias("version")
        )
        store.insert("fact_case", to_arrow(conform(frame, table), table), tag="bench.fill")
        report = BatchReport("h", f"made up {start}", batch=batch, rows_read=count, accepted=count)
        line = ledger_line(
            report, timezone=store.timezone, shape="case", sha256="0" * 64,
            published_at=dt.datetime.now(dt.UTC),
        )  # fmt: skip
        store.publish(line)
    return store


def _cases(
    rng: np.random.Generator, leaves: np.ndarray, start: int, count: int, total: int
) -> pl.DataFrame:
    minutes = np.sort(rng.integers(0, DAYS * 1440 * count // total, count))
    at = np.datetime64(FIRST, "ms") + (minutes + DAYS * 1440 * start // total) * np.timedelta64(
        60_000, "ms"
    )
    hours = (rng.lognormal(3.3, 0.9, count) * 3_600_000).astype("timedelta64[ms]")
    closed = np.where(rng.random(count) < 0.97, at + hours, np.datetime64("NaT"))
    pick = rng.integers
    frame = pl.DataFrame(
        {
            "id": [f"h:{start + k:09d}" for k in range(count)],
            "at": at, "received_at": at, "accepted_at": at, "dispatched_at": at,
            "signed_at": at + pick(60_000, 7_200_000, count).astype("timedelta64[ms]"),
            "closed_at": closed, "visited_at": closed,
            "due_at": at + np.timedelta64(5 * 86_400_000, "ms"),
            "channel": np.array(["12345", "110非警务", "智慧城管", "网格巡查"])[pick(0, 4, count)],
            "kind": np.array(["诉求", "诉求", "管理事项"])[pick(0, 3, count)],
            "category": np.char.add("类", pick(0, 14, count).astype(str)),
            "satisfaction": np.array(["满意", "不满意", ""])[pick(0, 3, count)],
            "n_returns": (rng.random(count) < 0.03).astype(np.uint16),
            "reporter_key": pick(0, total // 3 + 1, count).astype(str),
            "area": leaves[pick(0, len(leaves), count)],
            "content": np.arange(start, start + count, dtype=np.uint64),
            "sign": np.ones(count, dtype=np.int8),
            "source": np.full(count, "h"),
        }
    )  # fmt: skip
    moments = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    return frame.with_columns(
        pl.col(moments).cast(pl.Datetime("ms")).dt.replace_time_zone("Asia/Shanghai")
    )


def _write_areas(store: Store, city: Territory, batch: int) -> None:
    rows = [
        {
            "area": area.id, "code": area.code, "name": area.name, "level": area.level,
            "depth": area.depth, "parent": area.parent, "path": list(city.path(area.id)),
            "valid_from": area.valid_from, "valid_to": area.valid_to, "batch": batch,
        }
        for area in city.areas.values()
    ]  # fmt: skip
    table = kernel_table("area", store.timezone)
    store.insert("area", to_arrow(conform(pl.DataFrame(rows), table), table), tag="bench.fill")
