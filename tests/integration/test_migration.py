"""An older store comes forward in steps, goes on where it stopped, and never goes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from metrics.errors import StoreError
from metrics.migrations import migrate
from metrics.store import Store
from metrics.tables import LINKS, SAME, SCHEMA_VERSION, fact_tables

STEPS = {
    2: ("ALTER TABLE worn ADD COLUMN IF NOT EXISTS b UInt8 DEFAULT 2",),
    3: (
        "ALTER TABLE worn ADD COLUMN IF NOT EXISTS c UInt8 DEFAULT 3",
        "ALTER TABLE worn ADD COLUMN IF NOT EXISTS d UInt8 DEFAULT 4",
    ),
}


@pytest.fixture
def old(store: Store) -> Iterator[Store]:
    """A store of schema version 1 with a table that the steps change."""
    _versions_are(store, [1])
    store.command("CREATE TABLE worn (a UInt8) ENGINE = MergeTree ORDER BY a", tag="test")
    store.command("INSERT INTO worn VALUES (1)", tag="test")
    yield store
    store.command("DROP TABLE worn SYNC", tag="test")
    _versions_are(store, [SCHEMA_VERSION])


def _versions_are(store: Store, versions: list[int]) -> None:
    store.command("TRUNCATE TABLE schema_version", tag="test")
    for version in versions:
        store.command(f"INSERT INTO schema_version (version) VALUES ({version})", tag="test")


def recorded(store: Store) -> list[int]:
    rows = store.rows("SELECT version FROM schema_version ORDER BY version", tag="test")
    return [row["version"] for row in rows]


def test_every_step_is_taken_and_recorded(old: Store) -> None:
    assert migrate(old, 3, STEPS) == 1
    assert recorded(old) == [1, 2, 3]
    assert old.rows("SELECT * FROM worn", tag="test") == [{"a": 1, "b": 2, "c": 3, "d": 4}]
    assert migrate(old, 3, STEPS) == 3
    assert recorded(old) == [1, 2, 3]


def test_it_goes_on_where_it_was_cut_off(old: Store) -> None:
    cut_off = {**STEPS, 3: (STEPS[3][0], "ALTER TABLE not_there ADD COLUMN x UInt8")}
    with pytest.raises(StoreError):
        migrate(old, 3, cut_off)
    assert recorded(old) == [1, 2]
    assert migrate(old, 3, STEPS) == 2
    assert old.rows("SELECT * FROM worn", tag="test") == [{"a": 1, "b": 2, "c": 3, "d": 4}]


def test_version_3_knows_nothing_of_links_and_finds_the_cases_of_one_person(
    fresh_store: Store,
) -> None:
    new = ("n_supervise", "n_whistles", *LINKS, "turn", *(one.name for one in SAME))
    for name in reversed(new):
        fresh_store.command(f"ALTER TABLE fact_case DROP COLUMN {name}", tag="test")
    fresh_store.command(
        "INSERT INTO fact_case (id, at, reporter_key, subcategory, title, area, sign) VALUES"
        " ('a', '2026-03-01 08:00:00', 'k', '噪声', 't', 'g', 1),"
        " ('b', '2026-04-01 08:00:00', 'k', '噪声', 'u', 'g', 1),"
        " ('c', '2026-04-01 08:00:00', '', '噪声', 't', 'g', 1)",
        tag="test",
    )
    for _ in range(2):
        _versions_are(fresh_store, [2])
        migrate(fresh_store, SCHEMA_VERSION)
    rows = fresh_store.rows(f"SELECT {', '.join(new)} FROM fact_case ORDER BY id", tag="test")
    assert [list(row.values())[:7] for row in rows] == [[0, 0, "", [], "", "", 0]] * 3
    a, b, c = rows
    assert a["same_person"] == b["same_person"] != c["same_person"]
    assert a["same_text"] == c["same_text"] != b["same_text"]
    made = fresh_store.rows("DESCRIBE TABLE fact_case", tag="test")
    wanted = {one.name: one.type for one in fact_tables()["case"].columns}
    assert {row["name"]: row["type"] for row in made} == wanted


def test_a_newer_store_is_refused(store: Store) -> None:
    _versions_are(store, [SCHEMA_VERSION, SCHEMA_VERSION + 1])
    try:
        with pytest.raises(StoreError, match=r"this program knows \d+\. Use the newer program"):
            migrate(store, SCHEMA_VERSION)
    finally:
        _versions_are(store, [SCHEMA_VERSION])


def test_a_new_store_starts_at_the_newest(store: Store) -> None:
    store.command("TRUNCATE TABLE schema_version", tag="test")
    assert migrate(store, SCHEMA_VERSION) == 0
    assert recorded(store) == [SCHEMA_VERSION]


def test_version_2_sums_the_parts_of_older_stores_over_all_areas(store: Store) -> None:
    store.command(
        "INSERT INTO part VALUES ('a', '2026-11-02', 'g1', 0, 1, 2, 1),"
        " ('a', '2026-11-02', 'g2', 0, 3, 4, 1), ('a', '2026-11-02', 'g2', 0, -3, 0, 2)",
        tag="test",
    )
    for _ in range(2):  # a step that was cut off is taken again
        _versions_are(store, [1])
        migrate(store, SCHEMA_VERSION)
        rows = store.rows("SELECT * FROM part_city WHERE indicator = 'a' ORDER BY batch", tag="t")
        assert [(row["num"], row["den"], row["batch"]) for row in rows] == [(4, 6, 1), (-3, 0, 2)]
