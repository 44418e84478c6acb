"""The door to ClickHouse: who may open it, what is visible, what is swept, what is said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from metrics.errors import StoreError
from metrics.store import Store, lock_file
from tests.support.facts_store import empty, everything, load, loaded, numbers, service, small

ROOT = Path(__file__).parents[2]
SERVER = os.environ.get("COCKPIT_TEST_CLICKHOUSE", "")


def test_a_url_of_another_kind_is_no_store() -> None:
    with pytest.raises(
        StoreError, match=r"COCKPIT_STORE: 'sqlite://x' is no store\. Allowed: chdb"
    ):
        Store("sqlite://x")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"cannot be written .*Choose a folder"):
        Store(f"chdb://{tmp_path / 'file' / 'db'}")


def test_a_second_folder_in_one_process_is_refused_and_left_free(
    store: Store, tmp_path: Path
) -> None:
    url = f"chdb://{tmp_path / 'second'}"
    for _ in range(2):  # the lock of the failed opening is given back
        with pytest.raises(StoreError, match="Only one embedded store can be open in a process"):
            Store(url)


def test_a_server_that_is_away() -> None:
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1 does not answer.*Start it, or correct"):
        Store("clickhouse://127.0.0.1:1/city")


def test_another_process_is_told_who_holds_the_store(store: Store) -> None:
    program = (
        "import sys\nfrom metrics.store import Store\nfrom metrics.errors import CockpitError\n"
        "try:\n    Store(sys.argv[1])\nexcept CockpitError as error:\n    print(error.sentence)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, store.url],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert f"is open in another process ({Path(sys.argv[0]).name}" in ended.stdout
    assert f"pid {os.getpid()}" in ended.stdout
    assert "GET /api/v1/ask" in ended.stdout
    assert lock_file(store.url).exists()


def test_a_statement_that_fails_is_said_in_one_sentence(store: Store) -> None:
    with pytest.raises(
        StoreError, match=r"^ask\.total: the statement failed \(.*nothing_here"
    ) as e:
        store.rows("SELECT nothing_here", tag="ask.total")
    assert e.value.status == 503
    assert "\n" not in e.value.sentence


def test_expressions_are_parsed_by_clickhouse(store: Store) -> None:
    assert store.syntax_error("a > 1 AND has(b, 'x')") == ""
    assert "Syntax error" in store.syntax_error("a >")


def test_the_journal_tells_who_asked_what(store: Store) -> None:
    store.rows("SELECT {n:UInt8} AS n UNION ALL SELECT 2", {"n": 1}, tag="test.journal")
    line = store.journal[-1]
    assert (line.tag, line.rows) == ("test.journal", 2)
    assert line.milliseconds > 0


def test_rows_of_a_batch_without_a_line_are_swept(store: Store) -> None:
    loaded(store)
    version = store.version
    before = store.rows("SELECT count() AS n FROM part", tag="test")
    store.command(
        "INSERT INTO part SELECT * REPLACE ({batch:UInt32} AS batch) FROM part",
        {"batch": version + 1},
        tag="test",
    )
    assert store.rows("SELECT count() AS n FROM part", tag="test") != before
    assert store.refresh_version() == version  # as the next process would begin
    assert store.next_batch() == version + 1
    assert store.rows("SELECT count() AS n FROM part", tag="test") == before
    assert store.refresh_version() == version


def test_an_empty_table_is_not_written(store: Store) -> None:
    store.journal.clear()
    store.insert("part", pa.schema([("indicator", pa.string())]).empty_table(), tag="test")
    assert not store.journal


@pytest.mark.server
@pytest.mark.skipif(not SERVER, reason="COCKPIT_TEST_CLICKHOUSE names no ClickHouse server")
def test_a_server_gives_the_same_numbers(store: Store) -> None:
    load(store, small())
    embedded = numbers(everything(service(store)))
    server = Store(SERVER)
    empty(server)
    load(server, small())
    assert numbers(everything(service(server))) == embedded
    empty(server)
    server.close()
