"""The watcher: files put into the inbox are loaded, whatever else lies there."""

import logging
import time

import pytest

from cockpit.schedule import Schedule
from etl.fetch.desk import Errand
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
    return Watcher(bench.loader, bench.specs, bench.folder / "inbox", clock=lambda: NOW)


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
    errand = Errand(inbox, bench.folder / "feeds", lambda _: "", NOW)
    schedule = Schedule(bench.specs, watcher, lambda _: errand, look_seconds=0.1)
    with caplog.at_level(logging.INFO, logger="cockpit.inbox"):
        schedule.start()
        deadline = time.monotonic() + 20
        while "cases_1.csv" not in caplog.text and time.monotonic() < deadline:
            time.sleep(0.05)
        write_rows(inbox / "cases_2.csv", CASE_HEADER, case_rows(5, seed=1))
        while "cases_2.csv: batch" not in caplog.text and time.monotonic() < deadline:
            time.sleep(0.05)
    assert "cases_2.csv: batch 3, 5 rows read, 5 accepted" in caplog.text
    assert "whose.csv: no source claims this file" in caplog.text
    assert "Traceback" not in caplog.text
    schedule.stop()
    assert not schedule.is_alive


def test_files_behind_a_bad_one_wait_for_nothing_but_the_next_look(bench, watcher):
    inbox = bench.folder / "inbox"
    write_rows(inbox / "cases_1.csv", ("别的",), [["x"]])
    write_rows(inbox / "cases_2.csv", CASE_HEADER, case_rows(5, seed=1))
    watcher.look()
    assert [one.state for one in watcher.look()] == ["failed", "not_run"]
    assert [(one.file, one.state) for one in watcher.look()] == [("cases_2.csv", "loaded")]
    assert watcher.look() == []


def test_a_source_that_fails_keeps_no_other_waiting(bench, watcher):
    inbox = bench.folder / "inbox"
    header = ("设备", "指标", "时间", "值", "网格")
    for n in range(3):
        write_rows(
            inbox / f"air_{n}.csv", header, [["d1", "pm25", f"2026-03-0{n + 1} 08:00", "1", ""]]
        )
        write_rows(inbox / f"cases_{n}.csv", ("别的",), [["x"]])
    watcher.look()
    states = {one.file: one.state for one in watcher.look()}
    assert [states[f"air_{n}.csv"] for n in range(3)] == ["loaded"] * 3
    assert [states[f"cases_{n}.csv"] for n in range(3)] == ["failed", "not_run", "not_run"]
