"""From an interface to the tables: fetched at its rhythm, loaded, counted, and told of."""

import datetime as dt
import json
import logging
import threading
import time

import pytest

from cockpit.schedule import Schedule
from etl.corrections import export_rows, open_rows, put_corrections, read_corrections
from etl.feeds import status
from etl.fetch.desk import Errand
from etl.fetch.run import fetch, note_loads
from etl.inbox import Watcher
from etl.plan import plan
from etl.reconcile import reconcile
from etl.run import run
from etl.source import load_specs
from metrics.calendar import Clock
from tests.support.demo_home import Cockpit
from tests.support.interface import TOKEN, Interface, cases, serving
from tests.support.loading import NOW, make_bench

SPEC = """\
source: api
name: 接口
fact: case
format: json
records: data.items
rhythm: {rhythm}
columns: {{case_no: id, received_at: at, updated_at: updated}}
http:
  url: {url}/v1/cases
  token: CITY_TOKEN
  parameters: {{since: "{{watermark}}", page: "{{page}}"}}
  paging: {{by: page, total: data.total}}
  watermark: {{column: updated, overlap: 0s}}
  per_second: 100
  tries: 1
"""


@pytest.fixture
def bench(fresh_store, tmp_path):
    made = make_bench(fresh_store, tmp_path / "city")
    made.prepare()
    return made


@pytest.fixture
def errand(bench):
    return Errand(bench.folder / "inbox", bench.folder / "feeds", lambda _: TOKEN, NOW, pause=0.01)


def specs_of(bench, interface, rhythm="5s"):
    path = bench.folder / "sources" / "api.yaml"
    path.write_text(SPEC.format(url=interface.url, rhythm=rhythm), encoding="utf-8")
    return load_specs(path.parent)


def load(bench, specs):
    return run(plan(bench.store, specs, bench.folder / "inbox"), bench.loader, specs, now=NOW)


def test_every_row_fetched_is_accounted_for(bench, errand):
    with serving(Interface(cases(44))) as interface:
        interface.rows[7]["at"] = "gestern"
        specs = specs_of(bench, interface)
        for first in (44, 45, 46):  # 44 is of the moment of the watermark
            report = fetch(specs["api"], errand)
            (loaded,) = load(bench, specs).files
            assert loaded.state == "loaded"
            assert loaded.rows_read == loaded.accepted + loaded.quarantined + loaded.duplicates
            assert report.files[0].name == loaded.file
            interface.rows += cases(1, first)
        fetch(specs["api"], errand)
        assert load(bench, specs).total() == 1
    rows = bench.store.rows(
        "SELECT case_no, sum(sign) AS n FROM fact_case WHERE batch <= {version:UInt32}"
        " GROUP BY case_no HAVING n != 0 ORDER BY case_no",
        {"version": bench.store.version}, tag="test",
    )  # fmt: skip
    assert [(row["case_no"], row["n"]) for row in rows] == [
        (f"A{n:04d}", 1) for n in range(47) if n != 7
    ]
    aside = bench.store.rows(
        "SELECT row_no, value FROM quarantine WHERE \"column\" = 'at'", {}, tag="test"
    )
    assert [(row["row_no"], row["value"]) for row in aside] == [(8, "gestern")]
    spec, sheet = specs["api"], bench.folder / "aside.csv"
    rows = open_rows(bench.store, spec)
    assert export_rows(rows, spec, sheet) == 1
    sheet.write_text(sheet.read_text("utf-8-sig").replace("gestern", "2026-03-01"), "utf-8")
    corrected = read_corrections(sheet, rows, spec)
    put = put_corrections(corrected.rows, spec, errand.inbox, bench.store.version)
    (report,) = load(bench, specs).files
    assert (report.file, report.accepted) == (put.name, 1)
    assert not open_rows(bench.store, spec)
    assert reconcile(bench.store, bench.loader.indicators).is_clean


def test_the_schedule_fetches_loads_and_tells(bench, errand, caplog):
    interface = Interface(cases(45))
    with serving(interface), serving(Interface([], faults={1: "slow 3"})) as slow:
        specs = specs_of(bench, interface)
        (bench.folder / "sources" / "slow.yaml").write_text(
            SPEC.format(url=slow.url, rhythm="1h").replace("source: api", "source: slow"), "utf-8"
        )
        specs = load_specs(bench.folder / "sources")
        watcher = Watcher(
            bench.loader, specs, errand.inbox, clock=lambda: NOW,
            on_reports=lambda reports: note_loads(reports, errand),
        )  # fmt: skip
        schedule = Schedule(specs, watcher, lambda _: errand, look_seconds=0.1)
        begin = dt.datetime.now(dt.UTC)
        with caplog.at_level(logging.INFO, logger="cockpit"):
            schedule.start()
            until = time.monotonic() + 60
            while "45 accepted" not in caplog.text and time.monotonic() < until:
                time.sleep(0.05)
        told = {
            one.source: one for one in status(bench.store, specs, Clock("Asia/Shanghai"), errand)
        }
        schedule.stop()
    assert told["api"].accepted == 45
    assert told["api"].problem == ""
    assert told["api"].tried_at >= begin
    assert dt.timedelta() < told["api"].next_at - begin < dt.timedelta(minutes=2)
    assert told["air"].next_at is None
    assert "Traceback" not in caplog.text


def test_a_failing_feed_is_told_and_a_restart_keeps_its_rhythm(bench, errand):
    with serving(Interface(cases(5), faults={1: "status 500"})) as interface:
        specs = specs_of(bench, interface, rhythm="1h")
        fetch(specs["api"], errand)
        clock = Clock("Asia/Shanghai")
        (told,) = [one for one in status(bench.store, specs, clock, errand) if one.source == "api"]
        assert "status 500" in told.problem
        assert told.next_at - told.tried_at == dt.timedelta(minutes=1), "sooner than its rhythm"
        fetch(specs["api"], errand)
        asked = len(interface.asked)
        watcher = Watcher(bench.loader, specs, errand.inbox, clock=lambda: NOW)
        again = Schedule(specs, watcher, lambda _: errand, look_seconds=5)
        again.start()
        time.sleep(0.3)
        again.stop()
        assert len(interface.asked) == asked, "it was fetched less than an hour ago"


@pytest.mark.slow
def test_the_commands_do_what_the_plan_says(tmp_path):
    with serving(Interface(cases(12), most=20)) as interface:
        made = Cockpit(tmp_path)("init", "city")
        assert made.returncode == 0
        folder = tmp_path / "city"
        text = SPEC.format(url=interface.url, rhythm="1h")
        (folder / "sources" / "api.yaml").write_text(text, encoding="utf-8")
        away = text.replace("source: api", "source: away").replace("CITY_TOKEN", "NO_TOKEN")
        (folder / "sources" / "away.yaml").write_text(away, encoding="utf-8")
        settings = {"CITY_TOKEN": TOKEN, "COCKPIT_NOW": "2026-06-01T10:00"}
        cockpit = Cockpit(folder, settings)
        plan, run, status = cockpit.each(
            [("etl", name, "--json") for name in ("plan", "run", "status")]
        )
    steps = {one["source"]: one for one in json.loads(plan.stdout)["steps"]}
    (asked,) = interface.asked
    assert steps["api"]["kind"] == "fetch"
    assert steps["api"]["reason"].startswith(f"GET {interface.url}{asked} ")
    assert run.returncode == 1, "one feed failed"
    told = json.loads(run.stdout)
    assert [problem for problem in told["problems"] if "NO_TOKEN is not set" in problem]
    sums = {one["source"]: one["accepted"] for one in told["sources"]}
    assert sums == {"api": 12, "hotline": 6}, "and the others were loaded"
    feeds = {one["source"]: one for one in json.loads(status.stdout)}
    assert "NO_TOKEN is not set" in feeds["away"]["problem"]
    assert feeds["api"]["problem"] == ""
    assert feeds["api"]["next_at"] > feeds["api"]["tried_at"]
    assert TOKEN not in plan.stdout + run.stdout + run.stderr + status.stdout


def test_a_job_never_runs_beside_itself(bench, errand):
    lock, most = threading.Lock(), [0]

    class Slow:
        def look(self):
            assert lock.acquire(blocking=False)
            most[0] += 1
            time.sleep(0.25)
            lock.release()

        def stop(self):
            pass

    schedule = Schedule({}, Slow(), lambda _: errand, look_seconds=0.05)
    begin = time.monotonic()
    schedule.start()
    while most[0] < 3 and time.monotonic() < begin + 30:
        time.sleep(0.05)
    schedule.stop()
    possible = (time.monotonic() - begin) / 0.25 + 1
    assert 3 <= most[0] <= possible, "looks that were missed are not made up for"
