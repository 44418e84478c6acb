"""The books, counted again from the tables: rows read, versions current, parts of indicators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from metrics.indicator import Indicator
from metrics.measures import Measure, measures
from metrics.store import Store
from metrics.tables import SHAPES, Shape, line_columns

_PER_STATEMENT = 60
"""Measures counted in one pass."""

_CURRENT = (
    "({line}) IN (SELECT {line} FROM fact_{shape} WHERE batch <= {{version:UInt32}}"
    " GROUP BY {line} HAVING sum(sign) > 0) AND sign = 1 AND batch <= {{version:UInt32}}"
)


@dataclass(frozen=True)
class FileBalance:
    """One file: what was read, and what the tables hold of it now."""

    batch: int
    source: str
    file: str
    rows_read: int
    accepted: int
    quarantined: int
    duplicates: int

    @property
    def is_balanced(self) -> bool:
        """Tell whether every row read is accounted for."""
        return self.rows_read == self.accepted + self.quarantined + self.duplicates


@dataclass(frozen=True)
class PartDifference:
    """An indicator whose parts and whose rows disagree on a day."""

    indicator: str
    day: dt.date
    in_parts: tuple[Decimal, Decimal]
    in_rows: tuple[Decimal, Decimal]


@dataclass(frozen=True)
class Reconciliation:
    """What was counted.

    Attributes:
        files: every file of the ledger.
        without_one_version: number of ids that do not have exactly one current version.
        differences: indicators and days on which parts and rows disagree.
        compared: number of indicators compared.
        city_differences: sums of the whole city that are not those of its areas.
    """

    files: tuple[FileBalance, ...]
    without_one_version: int
    differences: tuple[PartDifference, ...]
    compared: int
    city_differences: int = 0

    @property
    def is_clean(self) -> bool:
        """Tell whether everything agrees."""
        return (
            all(one.is_balanced for one in self.files)
            and not self.without_one_version
            and not self.differences
            and not self.city_differences
        )

    def sentences(self) -> list[str]:
        """Return what does not agree, in words; empty when everything does."""
        said = [
            f"{one.file} (batch {one.batch}): {one.rows_read} rows read, but the tables hold "
            f"{one.accepted} accepted and {one.quarantined} quarantined beside "
            f"{one.duplicates} duplicates."
            for one in self.files
            if not one.is_balanced
        ]
        if self.without_one_version:
            said.append(f"{self.without_one_version} ids do not have exactly one current version.")
        said.extend(
            f"{one.indicator} on {one.day}: {one.in_parts[0]} / {one.in_parts[1]} in the parts, "
            f"{one.in_rows[0]} / {one.in_rows[1]} in the rows."
            for one in self.differences
        )
        if self.city_differences:
            said.append(
                f"{self.city_differences} sums of the whole city are not those of its areas."
            )
        return said


def reconcile(
    store: Store, indicators: Sequence[Indicator], *, since: dt.date | None = None
) -> Reconciliation:
    """Count everything again from the tables.

    Args:
        store: read only.
        indicators: those that are plain sums are compared with a count over the current rows.
        since: first day compared; all days when left out.
    """
    added = [one for one in indicators if _is_plain(one)]
    return Reconciliation(
        files=tuple(_balances(store)),
        without_one_version=sum(_odd_ids(store, shape) for shape in SHAPES),
        differences=tuple(_differences(store, added, since or dt.date(1970, 1, 1))),
        compared=len(added),
        city_differences=_city_differences(store),
    )


def _is_plain(indicator: Indicator) -> bool:
    found = measures(indicator) if indicator.is_kept else ()
    return bool(found) and all(one.item == "0" for one in found)


def _balances(store: Store) -> Iterator[FileBalance]:
    values = {"version": store.version}
    accepted: dict[int, int] = {}
    for shape in SHAPES:
        rows = store.rows(
            f"SELECT version, uniqExact(row_no) AS n FROM fact_{shape}"
            " WHERE batch = version AND sign = 1 AND batch <= {version:UInt32} GROUP BY version",
            values,
            tag="reconcile.accepted",
        )
        accepted.update({row["version"]: row["n"] for row in rows})
    aside = store.rows(
        "SELECT batch, uniqExact(row_no) AS n FROM quarantine WHERE batch <= {version:UInt32}"
        " GROUP BY batch",
        values,
        tag="reconcile.quarantined",
    )
    quarantined = {row["batch"]: row["n"] for row in aside}
    lines = store.rows(
        "SELECT batch, source, file, rows_read, duplicates FROM batch"
        " WHERE batch <= {version:UInt32} AND shape != '' ORDER BY batch",
        values,
        tag="reconcile.ledger",
    )
    for line in lines:
        batch = line["batch"]
        yield FileBalance(
            batch,
            line["source"],
            line["file"],
            line["rows_read"],
            accepted.get(batch, 0),
            quarantined.get(batch, 0),
            line["duplicates"],
        )


def _odd_ids(store: Store, shape: Shape) -> int:
    found = store.rows(
        f"SELECT count() AS n FROM (SELECT id FROM fact_{shape} WHERE batch <= {{version:UInt32}}"
        " GROUP BY id HAVING sum(sign) != 1)",
        {"version": store.version},
        tag="reconcile.versions",
    )
    return int(found[0]["n"])


def _differences(
    store: Store, indicators: Sequence[Indicator], since: dt.date
) -> Iterator[PartDifference]:
    from_rows: dict[tuple[str, dt.date], tuple[Decimal, Decimal]] = {}
    for statement in _counts(one for indicator in indicators for one in measures(indicator)):
        _add(from_rows, store, statement, since)
    from_parts: dict[tuple[str, dt.date], tuple[Decimal, Decimal]] = {}
    statement = (
        "SELECT indicator, day, sum(num) AS num, sum(den) AS den FROM part"
        " WHERE batch <= {version:UInt32} AND day >= {since:Date} GROUP BY indicator, day"
    )
    _add(from_parts, store, statement, since)
    wanted = {one.id for one in indicators}
    nothing = (Decimal(0), Decimal(0))
    for key in sorted(from_rows.keys() | from_parts.keys()):
        in_parts, in_rows = from_parts.get(key, nothing), from_rows.get(key, nothing)
        if key[0] in wanted and in_parts != in_rows:
            yield PartDifference(*key, in_parts, in_rows)


def _city_differences(store: Store) -> int:
    found = store.rows(
        "SELECT count() AS n FROM (SELECT indicator FROM ("
        "SELECT indicator, day, item, num, den, batch FROM part UNION ALL"
        " SELECT indicator, day, item, -num, -den, batch FROM part_city)"
        " WHERE batch <= {version:UInt32} GROUP BY indicator, day, item, batch"
        " HAVING sum(num) != 0 OR sum(den) != 0)",
        {"version": store.version},
        tag="reconcile.city",
    )
    return int(found[0]["n"])


def _add(
    sums: dict[tuple[str, dt.date], tuple[Decimal, Decimal]],
    store: Store,
    statement: str,
    since: dt.date,
) -> None:
    values = {"version": store.version, "since": since}
    for row in store.rows(statement, values, tag="reconcile.parts"):
        key = (row["indicator"], row["day"])
        num, den = sums.get(key, (Decimal(0), Decimal(0)))
        sums[key] = (num + row["num"], den + row["den"])


def _counts(found: Iterable[Measure]) -> Iterator[str]:
    """Yield statements that count the current rows, each looked at once and unsigned."""
    groups: dict[tuple[Shape, str], list[Measure]] = {}
    for one in found:
        groups.setdefault((one.fact, one.time), []).append(one)
    for (shape, time), group in groups.items():
        line = ", ".join(line_columns(shape))
        current = _CURRENT.format(shape=shape, line=line)
        for start in range(0, len(group), _PER_STATEMENT):
            some = group[start : start + _PER_STATEMENT]
            tuples = ", ".join(
                f"('{one.indicator}',"
                f" toDecimal128(sum(if({one.where}, {one.num}, 0)), 6),"
                f" toDecimal128(sum(if({one.where}, {one.den}, 0)), 6))"
                for one in some
            )
            yield (
                "SELECT one.1 AS indicator, day, one.2 AS num, one.3 AS den FROM"
                f" (SELECT toDate(assumeNotNull({time})) AS day, [{tuples}] AS counted FROM"
                f" (SELECT * FROM fact_{shape} WHERE {current}"
                f" LIMIT 1 BY {line}) WHERE isNotNull({time})"
                f" AND toDate(assumeNotNull({time})) >= {{since:Date}} GROUP BY day)"
                " ARRAY JOIN counted AS one WHERE one.2 != 0 OR one.3 != 0"
            )
