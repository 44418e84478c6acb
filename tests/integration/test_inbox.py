"""The watcher: files put into the inbox are loaded, whatever else lies there."""

import logging
import time

import pytest

from etl.inbox import Watcher
from tests.support.feeds import CASE_HEADER, case_rows, write_rows
from tests.support.loading import NOW, make_bench


@pytest.fixture
def bench(fresh_store, tmp_path):
    made = make_bench(fresh_store, tmp_path / "city")
    made.prepare()
    return made


@pytest.fixture
def watcher(bench):
    made = Watcher(bench.loader, bench.specs, bench.folder / "inbox",
                   clock=lambda: NOW, interval=0.1)  # fmt: skip
    yield made
    made.stop()


def test_a_file_is_taken_when_it_has_stopped_growing(bench, watcher):
    cases = case_rows(60, seed=1)
    path = bench.folder / "inbox" / "cases_1.csv"
    write_rows(path, CASE_HEADER, cases[:30])
    assert watcher.look() == []
    write_rows(path, CASE_HEADER, cases)
    assert watcher.look() == []
    (report,) = watcher.look()
    assert (report.state, report.accepted) == ("loaded", 60)
    assert watcher.look() == []
    assert path.exists()


def test_unfinished_and_hidden_files_are_left_alone(bench, watcher):
    cases = case_rows(5, seed=1)
    for name in ("cases_1.csv.tmp", ".cases_2.csv", "CASES_3.csv.part"):
        write_rows(bench.folder / "inbox" / name, CASE_HEADER, cases)
    assert [watcher.look() for _ in range(3)] == [[], [], []]


def test_a_known_file_costs_a_look_and_no_load_after_a_restart(bench, watcher):
    write_rows(bench.folder / "inbox" / "cases_1.csv", CASE_HEADER, case_rows(5, seed=1))
    watcher.look()
    watcher.look()
    again = Watcher(bench.loader, bench.specs, bench.folder / "inbox", clock=lambda: NOW)
    version = bench.store.version
    again.look()
    assert again.look() == []
    assert bench.store.version == version


def test_a_bad_file_is_a_sentence_in_the_log_and_the_next_one_is_loaded(bench, watcher, caplog):
    inbox = bench.folder / "inbox"
    write_rows(inbox / "cases_1.csv", ("别的",), [["x"]])
    write_rows(inbox / "whose.csv", ("x",), [["x"]])
    with caplog.at_level(logging.INFO, logger="cockpit.inbox"):
        watcher.start()
        deadline = time.monotonic() + 20
        while "cases_1.csv" not in caplog.text and time.monotonic() < deadline:
            time.sleep(0.05)
        write_rows(inbox / "cases_2.csv", CASE_HEADER, case_rows(5, seed=1))
        while "cases_2.csv: batch" not in caplog.text and time.monotonic() < deadline:
            time.sleep(0.05)
    assert "cases_2.csv: batch 3, 5 rows read, 5 accepted" in caplog.text
    assert "whose.csv: no source claims this file" in caplog.text
    assert "Traceback" not in caplog.text
    watcher.stop()
    assert not watcher.is_alive()
