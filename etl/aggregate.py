"""Indicator parts: the changes a batch brings to every indicator, by leaf area and day."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

from metrics.indicator import Indicator
from metrics.measures import feed_rows_sql, measures, parts_sql
from metrics.store import Store
from metrics.tables import SHAPES, Shape

_LONGEST_STATEMENT = 60_000
"""Characters; ClickHouse stops parsing at 262,144 and at 50,000 syntax elements."""

_ROWS_AT_ONCE = 1_000_000
_COLUMNS = "indicator, day, area, item, num, den"
_WIDE_BLOCKS = (
    "SETTINGS max_partitions_per_insert_block = 0, min_insert_block_size_rows = 4000000,"
    " min_insert_block_size_bytes = 268435456, max_insert_threads = 2"
)
"""A block becomes one file for every month in it; many small files cost more than the sums do."""


def fingerprint(indicators: Iterable[Indicator]) -> str:
    """Return the SHA-256 of everything in the catalogue that parts depend on."""
    said = sorted(
        json.dumps([asdict(one) for one in measures(indicator)], sort_keys=True)
        for indicator in _kept(indicators)
    )
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _kept(indicators: Iterable[Indicator]) -> list[Indicator]:
    return [one for one in indicators if one.is_kept]


def add_parts(
    store: Store, indicators: Sequence[Indicator], batches: Collection[tuple[int, Shape]]
) -> dict[int, list[dt.date]]:
    """Write the parts of batches that are being loaded and return the days each touches.

    Args:
        store: with their facts.
        indicators: the catalogue.
        batches: with the shapes that have lines under them; a step log's may have two.
    """
    for shape in sorted({shape for _, shape in batches}):
        mine = sorted({batch for batch, of in batches if of == shape})
        _add_of_shape(store, _kept(indicators), shape, mine)
    written: dict[str, object] = {"batches": sorted({batch for batch, _ in batches})}
    rows = "batch IN {batches:Array(UInt32)}"
    store.command(_city_sums("part_city", "part", rows), written, tag="load.city")
    found = store.rows(
        f"SELECT batch, arraySort(groupUniqArray(day)) AS days FROM part_city WHERE {rows}"
        " GROUP BY batch",
        written,
        tag="load.days",
    )
    return {row["batch"]: row["days"] for row in found}


def _city_sums(into: str, parts: str, rows: str = "1") -> str:
    return (
        f"INSERT INTO {into} (indicator, day, item, num, den, batch)"
        f" SELECT indicator, day, item, sum(num) AS n, sum(den) AS d, batch FROM {parts}"
        f" WHERE {rows} GROUP BY indicator, day, item, batch"
    )


def _add_of_shape(
    store: Store, indicators: Sequence[Indicator], shape: Shape, batches: list[int]
) -> None:
    for first, last in _spans(store, shape, "batch IN {batches:Array(UInt32)}", batches):
        # the range of `at` lets ClickHouse leave the other months on disk
        rows = f"batch IN {{batches:Array(UInt32)}} AND toYYYYMM(at) BETWEEN {first} AND {last}"
        values = {"batches": batches}
        concerned = _concerned(store, indicators, shape, rows, values)
        statements = [
            *parts_sql(concerned, shape, rows=rows, dimension="batch"),
            feed_rows_sql(shape, rows=rows, dimension="batch"),
        ]
        _write(store, "part", statements, values, "load.parts")


def _write(
    store: Store, table: str, statements: Iterable[str], values: Mapping[str, object], tag: str
) -> None:
    for union in _unions(f"SELECT {_COLUMNS}, dimension FROM ({one})" for one in statements):
        store.command(
            f"INSERT INTO {table} ({_COLUMNS}, batch) {_WIDE_BLOCKS}"
            f" SELECT {_COLUMNS}, dimension FROM ({union})",
            values,
            tag=tag,
        )


def _concerned(
    store: Store, indicators: Sequence[Indicator], shape: Shape, rows: str,
    values: Mapping[str, object],
) -> list[Indicator]:  # fmt: skip
    """Return the indicators that may have rows in a batch, told by how their conditions begin.

    A file is about a few of the hundreds there are, and parsing the sums of the others takes
    far longer than looking.
    """
    about: dict[str, list[Indicator]] = {}
    for one in indicators:
        if one.fact == shape:
            about.setdefault(first_condition(one.where), []).append(one)
    if not about:
        return []
    flags = ", ".join(f"max(ifNull(({begins}), 0) != 0)" for begins in about)
    found = store.rows(
        f"SELECT [{flags}] AS flags FROM fact_{shape} WHERE {rows}", values, tag="load.concerned"
    )[0]["flags"]
    return [one for flag, mine in zip(found, about.values(), strict=True) if flag for one in mine]


_TOKEN = re.compile(r"'(?:[^'\\]|\\.)*'|[()?]|\b(?:AND|OR|BETWEEN|CASE)\b", re.IGNORECASE)


def first_condition(where: str) -> str:
    """Return the first of the conditions that a row must all meet; the whole where one may do.

    Example:
        >>> first_condition("kind = 'alarm' AND result != ''")
        "kind = 'alarm'"
        >>> first_condition("kind = 'alarm' OR result != ''")
        "kind = 'alarm' OR result != ''"
    """
    depth, end = 0, None
    for token in _TOKEN.finditer(where):
        word = token[0].upper()
        depth += (word == "(") - (word == ")")
        if depth == 0 and word in ("OR", "BETWEEN", "CASE", "?"):
            return where
        if depth == 0 and word == "AND" and end is None:
            end = token.start()
    return where[:end].strip()


def _unions(statements: Iterable[str]) -> Iterator[str]:
    """Yield the statements joined into as few as ClickHouse can parse."""
    gathered: list[str] = []
    length = 0
    for statement in statements:
        if gathered and length + len(statement) > _LONGEST_STATEMENT:
            yield " UNION ALL ".join(gathered)
            gathered, length = [], 0
        gathered.append(statement)
        length += len(statement)
    if gathered:
        yield " UNION ALL ".join(gathered)


def rebuild_parts(store: Store, indicators: Sequence[Indicator]) -> None:
    """Compute all parts anew from the journals, under the batch numbers they had.

    The new tables are filled beside the old ones and change names with them when they are whole,
    so a process killed on the way leaves the old ones in place, or the next start does it again.
    Facts are read some months at a time to bound the memory.
    """
    for table in ("part", "part_city"):
        store.command(f"DROP TABLE IF EXISTS {table}_next SYNC", tag="rebuild.parts")
        store.command(f"CREATE TABLE {table}_next AS {table}", tag="rebuild.parts")
    store.command(
        f"INSERT INTO part_next {_WIDE_BLOCKS}"
        " SELECT * FROM part WHERE startsWith(indicator, 'rows:')",
        tag="rebuild.parts",
    )
    for shape in SHAPES:
        for first, last in _spans(store, shape):
            rows = f"toYYYYMM(at) BETWEEN {first} AND {last}"
            concerned = _concerned(store, _kept(indicators), shape, rows, {})
            statements = parts_sql(concerned, shape, rows=rows, dimension="batch")
            _write(store, "part_next", statements, {}, "rebuild.parts")
    store.command(_city_sums("part_city_next", "part_next"), tag="rebuild.city")
    for table in ("part", "part_city"):
        store.command(f"EXCHANGE TABLES {table} AND {table}_next", tag="rebuild.parts")
        store.command(f"DROP TABLE {table}_next SYNC", tag="rebuild.parts")


def _spans(
    store: Store, shape: Shape, rows: str = "1", batches: Sequence[int] = ()
) -> list[tuple[int, int]]:
    """Return months, first and last, that together hold as many rows as may be read at once."""
    months = store.rows(
        f"SELECT toYYYYMM(at) AS month, count() AS n FROM fact_{shape} WHERE {rows}"
        " GROUP BY month ORDER BY month",
        {"batches": list(batches)},
        tag="parts.months",
    )
    spans: list[tuple[int, int]] = []
    held = 0
    for row in months:
        first = row["month"]
        if spans and held + row["n"] <= _ROWS_AT_ONCE:
            first, _ = spans.pop()
        else:
            held = 0
        held += row["n"]
        spans.append((first, row["month"]))
    return spans
