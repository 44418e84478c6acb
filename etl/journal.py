"""Which rows of a file are news, and which version of each row is the current one.

The current version of an id is the one with the greatest (updated_at, content) among all that
were ever read; a missing updated_at counts as the oldest. As this never asks when a version was
read, the order of files cannot matter.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from etl.columns import INSERT_ROWS, blocks, conform, to_arrow
from metrics.store import Store
from metrics.tables import Shape, fact_tables, line_columns

_DAY_IN_ID: tuple[Shape, ...] = ("reading", "snapshot")
"""Shapes whose id holds their time, so that all versions of a row lie at the same instant."""


@dataclass(frozen=True)
class Change:
    """What a file does to the journal.

    Attributes:
        accepted: rows that become versions, with ``is_current``.
        retracted: id and content of the versions that were current until now.
        restated: number of them that an earlier batch had made current.
    """

    accepted: pl.DataFrame
    retracted: pl.DataFrame
    restated: int


def weigh(
    rows: pl.DataFrame,
    known: pl.DataFrame,
    *,
    misread: Collection[int] = (),
    batch: int = 0,
    said: pl.DataFrame | None = None,
) -> Change:
    """Return what rows of one file change.

    Args:
        rows: the file or a piece of it, with ``id``, ``content`` and ``updated_at``.
        known: every version the journal has of the same ids: ``id``, ``content``,
            ``updated_at``, ``version`` and ``weight``, which is 1 for the current one.
        misread: batches that read this very file by an older spec; what they made current
            gives way to the new reading whatever it says.
        batch: number the file is read under, which earlier pieces of it bear in ``known``.
        said: ``versions_said`` of the whole file; of the rows by default.
    """
    if known.is_empty() and rows["id"].n_unique() == rows.height:
        current = rows.with_columns(is_current=pl.lit(value=True))
        return Change(current, known.select("id", "content"), 0)
    # a file read by another spec may bring back what a reading in between had replaced
    is_own = pl.col("version") == batch
    settled = known.filter((pl.col("weight") > 0) | is_own) if misread else known
    fresh = rows.unique(["id", "content"], keep="first", maintain_order=True).join(
        settled.select("id", "content"), on=["id", "content"], how="anti", maintain_order="left"
    )
    best = fresh.select("id", "updated_at", "content").sort(
        "id", "updated_at", "content", nulls_last=False
    ).group_by("id", maintain_order=True).last()  # fmt: skip
    current = known.filter(pl.col("weight") > 0).select(
        "id", "version", old_updated_at="updated_at", old_content="content"
    )
    again = (versions_said(rows) if said is None else said).rename({"content": "old_content"})
    current = current.with_columns(key=pl.col("id").hash()).join(
        again.with_columns(again=pl.lit(value=True)), on=["key", "old_content"], how="left"
    )
    pairs = best.join(current, on="id", how="left", maintain_order="left")
    winners = pairs.filter(
        pl.col("old_content").is_null()
        | _is_newer()
        | (pl.col("version").is_in(list(misread)) & pl.col("again").is_null())
    )
    accepted = fresh.join(
        winners.select("id", "content", is_current=pl.lit(value=True)),
        on=["id", "content"], how="left", maintain_order="left",
    ).with_columns(pl.col("is_current").fill_null(value=False))  # fmt: skip
    beaten = winners.filter(pl.col("old_content").is_not_null())
    restated = beaten.filter(~is_own).height
    return Change(accepted, beaten.select("id", content="old_content"), restated)


def versions_said(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the versions that rows tell, each once: the hash of the id and the content."""
    return rows.select(pl.col("id").hash().alias("key"), "content").unique()


def _is_newer() -> pl.Expr:
    """Tell whether (updated_at, content) is greater than its old namesake, nothing being least."""
    new, old = pl.col("updated_at"), pl.col("old_updated_at")
    later = (new > old).fill_null(new.is_not_null() & old.is_null())
    return later | (new.eq_missing(old) & (pl.col("content") > pl.col("old_content")))


class Known:
    """What the journal has of the ids of one file, asked piece by piece.

    The rows of a source that was never read before can only meet earlier pieces of their own
    file. The ids of these are kept as 64-bit hashes, and the journal is asked, exactly, for the
    few that seem to come again.
    """

    def __init__(self, store: Store, source: str, shape: Shape, *, is_first: bool = True) -> None:
        """Begin a file.

        Args:
            store: where the journal is.
            source: of the file.
            shape: of its facts.
            is_first: no file of the source has been written since the last one was published.
        """
        self._store, self._shape = store, shape
        self._is_new = is_first and not _was_read(store, source)
        self._last: pl.Series | None = None
        self._seen = np.array([], dtype=np.uint64)

    def versions(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return all versions the journal has of the ids in rows, in the form ``weigh`` takes."""
        asked = self._met_before(rows) if self._is_new else rows
        self._last = rows["id"]
        schema: dict[str, pl.DataType] = {
            "id": pl.String(),
            "content": pl.UInt64(),
            "updated_at": rows.schema["updated_at"],
            "version": pl.UInt32(),
            "weight": pl.Int64(),
        }
        if asked.is_empty():
            return pl.DataFrame(schema=schema)
        found = _versions(self._store, self._shape, asked)
        if not found.num_rows:
            return pl.DataFrame(schema=schema)
        return pl.DataFrame(pl.from_arrow(found)).cast(schema)  # type: ignore[arg-type]

    def _met_before(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the rows whose id an earlier piece may have had."""
        if self._last is None:
            return rows.clear()
        last = self._last.hash().to_numpy()
        # two sorted stretches: a stable sort merges them
        self._seen = np.sort(np.concatenate([self._seen, np.unique(last)]), kind="stable")
        keys = rows["id"].hash().to_numpy()
        place = np.minimum(np.searchsorted(self._seen, keys), max(len(self._seen) - 1, 0))
        return rows.filter(pl.Series(self._seen[place] == keys) if len(self._seen) else False)


def _versions(store: Store, shape: Shape, rows: pl.DataFrame) -> pa.Table:
    _stage(store, rows.select("id", "content").unique("id"))
    condition, span = _time_range(rows, shape)
    return store.arrow(
        "SELECT toString(id) AS id, content, updated_at, max(version) AS version,"
        " toInt64(sum(sign)) AS weight"
        f" FROM fact_{shape} WHERE id IN (SELECT id FROM incoming) AND {condition}"
        " GROUP BY id, content, updated_at",
        span,
        tag="load.known",
    )


def _was_read(store: Store, source: str) -> bool:
    found = store.rows(
        "SELECT count() AS n FROM batch WHERE source = {source:String}",
        {"source": source},
        tag="load.known",
    )
    return bool(found[0]["n"])


def write_change(store: Store, shape: Shape, change: Change, batch: int) -> None:
    """Write a change into the journal; nothing of it is visible before the batch is published.

    Versions that are not current are asserted and taken back at once: kept, but of no weight.
    """
    table = fact_tables(store.timezone)[shape]
    accepted = change.accepted.with_columns(version=pl.lit(batch), batch=pl.lit(batch))
    for rows, sign in ((accepted, 1), (accepted.filter(~pl.col("is_current")), -1)):
        for block in blocks(rows.with_columns(sign=pl.lit(sign))):
            store.insert(table.name, to_arrow(conform(block, table), table), tag="load.rows")
    if change.retracted.is_empty():
        return
    own = {"sign": "toInt8(-1)", "batch": "{batch:UInt32}"}
    values = ", ".join(own.get(name, f"`{name}`") for name in table.column_names())
    newest = ", ".join(f"{one} DESC" for one in line_columns(shape)[1:] if one != "content")
    condition, span = _time_range(change.accepted, shape)
    for start in range(0, change.retracted.height, INSERT_ROWS):
        _stage(store, change.retracted.slice(start, INSERT_ROWS))
        store.command(
            f"INSERT INTO {table.name} ({', '.join(f'`{n}`' for n in table.column_names())})"
            f" SETTINGS max_partitions_per_insert_block = 0 SELECT {values} FROM {table.name}"
            " WHERE id IN (SELECT id FROM incoming)"
            f" AND (id, content) IN (SELECT id, content FROM incoming) AND {condition}"
            f" AND sign = 1 AND batch <= {{batch:UInt32}} ORDER BY {newest}"
            " LIMIT 1 BY id, content",
            {"batch": batch, **span},
            tag="load.retract",
        )


def _stage(store: Store, keys: pl.DataFrame) -> None:
    """Put keys where a statement can join them; as a list in it they would be too long."""
    store.command(
        "CREATE TABLE IF NOT EXISTS incoming (id String, content UInt64) ENGINE = Memory",
        tag="load.stage",
    )
    store.command("TRUNCATE TABLE incoming", tag="load.stage")
    store.insert("incoming", keys.select("id", "content").to_arrow(), tag="load.stage")


def _time_range(rows: pl.DataFrame, shape: Shape) -> tuple[str, dict[str, object]]:
    """Return the condition that spares the other months where an id tells its time."""
    if shape not in _DAY_IN_ID:
        return "1", {}
    times = rows["at"].dt.epoch("ms")
    condition = (
        "at >= fromUnixTimestamp64Milli({low:Int64})"
        " AND at <= fromUnixTimestamp64Milli({high:Int64})"
    )
    return condition, {"low": times.min(), "high": times.max()}
