"""From an older store to the schema of this version, one step at a time, forward only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metrics.errors import StoreError
from metrics.tables import SAME

if TYPE_CHECKING:
    from metrics.store import Store

STEPS: dict[int, tuple[str, ...]] = {
    2: (
        "ALTER TABLE part ADD INDEX IF NOT EXISTS batches batch TYPE minmax GRANULARITY 1",
        "TRUNCATE TABLE part_city",
        "INSERT INTO part_city (indicator, day, item, num, den, batch)"
        " SELECT indicator, day, item, sum(num), sum(den), batch FROM part"
        " GROUP BY indicator, day, item, batch",
    ),
    3: tuple(
        f"ALTER TABLE fact_case ADD COLUMN IF NOT EXISTS {column}"
        for column in (
            "n_supervise UInt16",
            "n_whistles UInt16",
            "merged_into String",
            "channels Array(String)",
            "repeat_of String",
            "repeat_rule LowCardinality(String)",
            "turn UInt16",
            *(f"{one.name} {one.type} MATERIALIZED {one.computed}" for one in SAME),
        )
    ),
    4: ("ALTER TABLE batch ADD COLUMN IF NOT EXISTS repeated UInt64",),
}
"""Statements that lead from version N - 1 to N, keyed by N; version 1 is the first."""


def migrate(store: Store, target: int, steps: dict[int, tuple[str, ...]] | None = None) -> int:
    """Bring the store to ``target`` and return the version it had.

    Each step is recorded when it is done, so a migration that was cut off goes on where it
    stopped; statements of a step must bear being run twice.

    Raises:
        StoreError: the store was written by a newer version.
    """
    steps = STEPS if steps is None else steps
    store.command(
        "CREATE TABLE IF NOT EXISTS schema_version (version UInt32, at DateTime DEFAULT now())"
        " ENGINE = MergeTree ORDER BY version",
        tag="store.migrate",
    )
    found = store.rows(
        "SELECT max(version) AS v, count() AS n FROM schema_version", tag="store.migrate"
    )[0]
    current = int(found["v"]) if found["n"] else 0
    if current > target:
        raise StoreError(
            f"the store has schema version {current}, this program knows {target}",
            where=store.url,
            next_step="Use the newer program, or another COCKPIT_HOME",
        )
    for version in range(current + 1 if current else target, target + 1):
        if current:
            for statement in steps.get(version, ()):
                store.command(statement, tag="store.migrate")
        store.command(
            "INSERT INTO schema_version (version) VALUES ({version:UInt32})",
            {"version": version},
            tag="store.migrate",
        )
    return current
