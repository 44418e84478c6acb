"""Feeds from a paged interface: nothing lost, nothing doubled, whatever the interface does."""

from __future__ import annotations

import contextlib
import datetime as dt
import multiprocessing
import os
import threading
import time
import zipfile
from pathlib import Path

import pytest

from etl.fetch.desk import Errand
from etl.fetch.run import fetch, fetch_all, fetch_steps
from etl.readers import read_file
from etl.source import load_spec
from tests.support.interface import TOKEN, Interface, cases, serving

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))
WAYS = {
    "page": '{since: "{watermark}", page: "{page}"}|{by: page, total: data.total}',
    "page_without_total": '{since: "{watermark}", page: "{page}"}|{by: page}',
    "offset": '{since: "{watermark}", offset: "{offset}"}|{by: offset}',
    "cursor": '{since: "{watermark}", cursor: "{cursor}"}|{by: cursor, next: data.next}',
    "link": '{since: "{watermark}"}|{by: link, next: data.link}',
    "link_header": '{since: "{watermark}"}|{by: link}',
}
SPEC = """\
source: api
name: 接口
fact: case
format: json
records: data.items
rhythm: 15m
columns: {{case_no: id, received_at: at, updated_at: updated}}
http:
  url: {url}/v1/cases
  token: CITY_TOKEN
  parameters: {parameters}
  paging: {paging}
  watermark: {{column: updated, overlap: 0s}}
  per_second: 100
  timeout: 10s
"""


@pytest.fixture
def interface():
    with serving(Interface(cases(45))) as one:
        yield one


@pytest.fixture
def errand(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: None)  # only a cut of the power tells the difference
    secrets = {"CITY_TOKEN": TOKEN}
    return Errand(tmp_path / "inbox", tmp_path / "feeds", lambda name: secrets.get(name, ""),
                  NOW, pause=0.01)  # fmt: skip


def spec_of(folder: Path, interface: Interface, way: str = "page", **changes: str):
    parameters, _, paging = WAYS[way].partition("|")
    text = SPEC.format(url=interface.url, parameters=parameters, paging=paging)
    for old, new in changes.items():
        text = text.replace(f"  {old}: ", f"  {old}: {new} #") if old != "swap" else text
    path = folder / "api.yaml"
    path.write_text(text, encoding="utf-8")
    return load_spec(path)


def ids(spec, files) -> list[str]:
    return [one for path in files for one in read_file(spec, path).frame["id"].to_list()]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_paging_brings_every_row_once(tmp_path, interface, errand, way):
    spec = spec_of(tmp_path, interface, way)
    report = fetch(spec, errand)
    assert report.problem is None
    (path,) = report.files
    raw = read_file(spec, path)
    assert raw.frame["id"].to_list() == [f"A{n:04d}" for n in range(45)]
    assert raw.frame["row_no"].to_list() == list(range(1, 46)), "counted on from page to page"
    with zipfile.ZipFile(path) as archive:
        kept = [archive.read(name) for name in archive.namelist()]
    assert kept == interface.served[: len(kept)], "as received"
    assert list(errand.inbox.rglob("*.part")) == []


@pytest.mark.parametrize(
    "fault", ["status 500", "later 0", "date", "cut", "half", "slow 1.5", "duplicate", "packed"]
)
def test_a_fault_that_passes_costs_no_row(tmp_path, interface, errand, fault):
    interface.faults = {3: fault}
    spec = spec_of(tmp_path, interface, timeout="1s" if "slow" in fault else "10s")
    report = fetch(spec, errand)
    assert report.problem is None
    assert sorted(ids(spec, report.files)) == [f"A{n:04d}" for n in range(45)]
    assert len(interface.asked) == (5 if fault == "packed" else 6)


def test_retry_after_is_waited_for(tmp_path, interface, errand):
    interface.faults = {2: "later 1"}
    begin = time.monotonic()
    assert fetch(spec_of(tmp_path, interface), errand).problem is None
    assert time.monotonic() - begin > 1.0


def test_one_asked_to_come_back_in_an_hour_comes_back_then(tmp_path, interface, errand):
    interface.faults = {2: "later 3600"}
    spec = spec_of(tmp_path, interface)
    begin = time.monotonic()
    assert fetch(spec, errand).problem is not None
    assert time.monotonic() - begin < 60
    tries = errand.desk("api").tries()
    assert tries.tried_at is not None
    wait = tries.next_at(spec.rhythm) - tries.tried_at
    assert dt.timedelta(minutes=59) < wait < dt.timedelta(minutes=61)


def test_requests_keep_their_distance(tmp_path, interface, errand):
    spec = spec_of(tmp_path, interface, per_second="10")
    begin = time.monotonic()
    fetch(spec, errand)
    assert time.monotonic() - begin > (len(interface.asked) - 1) * 0.1 - 0.02


def test_a_failed_fetch_goes_on_at_its_page(tmp_path, interface, errand):
    interface.faults = dict.fromkeys(range(4, 9), "status 502")
    spec = spec_of(tmp_path, interface)
    first = fetch(spec, errand)
    assert "status 502" in first.problem.sentence
    assert list(errand.inbox.rglob("*.*")) == [], "half a fetch is no file"
    second = fetch(spec, errand)
    assert second.problem is None
    assert interface.pages_asked() == ["1", "2", "3", *["4"] * 5, "4", "5"]
    assert ids(spec, second.files) == [f"A{n:04d}" for n in range(45)]


def fetch_in_process(folder: Path, spec_path: Path) -> None:
    errand = Errand(folder / "inbox", folder / "feeds", lambda _: TOKEN, NOW, pause=0.01)
    fetch(load_spec(spec_path), errand)


@pytest.mark.slow
def test_a_killed_fetch_goes_on_at_its_page(tmp_path, interface, errand):
    interface.faults = {4: "slow 9"}
    spec = spec_of(tmp_path, interface)
    process = multiprocessing.get_context("spawn").Process(
        target=fetch_in_process, args=(tmp_path, tmp_path / "api.yaml")
    )
    process.start()
    deadline = time.monotonic() + 20
    while len(interface.asked) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.join()
    report = fetch(spec, errand)
    assert report.problem is None
    assert interface.pages_asked() == ["1", "2", "3", "4", "4", "5"]
    assert ids(spec, report.files) == [f"A{n:04d}" for n in range(45)]


@pytest.mark.parametrize("step", range(1, 5))
def test_an_end_between_any_two_writes_loses_and_doubles_nothing(
    tmp_path, interface, errand, step, monkeypatch
):
    """The watermark, the file and the pages change one after another; each gap is tried."""
    spec = spec_of(tmp_path, interface)
    count = iter(range(1, 1000))
    replace = Path.replace

    def cut(self, target):
        if "page" not in self.name and "progress" not in self.name and next(count) == step:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", cut)
    with contextlib.suppress(KeyboardInterrupt):
        fetch(spec, errand)
    monkeypatch.setattr(Path, "replace", replace)
    interface.rows += cases(3, first=45)
    for _ in range(2):
        assert fetch(spec, errand).problem is None
    files = sorted(errand.inbox.rglob("*.zip"))
    found = ids(spec, files)
    assert sorted(set(found)) == [f"A{n:04d}" for n in range(48)]
    assert len(files) == 2 or len(found) == 48
    assert len(found) <= 48 + 3, "only what stands at the watermark is there again"


def test_rows_at_the_watermark_are_neither_lost_nor_taken_for_news(tmp_path, interface, errand):
    interface.rows = cases(44)
    spec = spec_of(tmp_path, interface)
    fetch(spec, errand)
    assert fetch(spec, errand).files == (), "nothing new is no file"
    interface.rows += cases(1, first=44)  # of the very moment of the watermark
    assert interface.rows[-1]["updated"] == interface.rows[-2]["updated"]
    later = fetch(spec, errand)
    assert "A0044" in ids(spec, later.files)
    assert fetch(spec, errand).files == ()
    assert "since=2026-03-02+02%3A04%3A00" in interface.asked[-1]


def test_what_is_written_down_late_is_found_by_the_overlap(tmp_path, interface, errand):
    spec = spec_of(tmp_path, interface, watermark="{column: updated, overlap: 1h}")
    fetch(spec, errand)
    interface.rows.append({"id": "LATE", "at": "2026-03-02 01:00:00",
                           "updated": "2026-03-02 01:30:00"})  # fmt: skip
    report = fetch(spec, errand)
    assert "LATE" in ids(spec, report.files)
    assert fetch(spec, errand).files == ()


def test_a_mistyped_year_does_not_end_the_feed(tmp_path, interface, errand):
    interface.rows.append({"id": "ODD", "at": "x", "updated": "2062-03-02 00:00:00"})
    spec = spec_of(tmp_path, interface)
    fetch(spec, errand)
    interface.rows += cases(3, first=45)
    assert {"A0045", "A0046", "A0047"} <= set(ids(spec, fetch(spec, errand).files))


def test_fewer_rows_than_said_is_a_problem_and_begins_anew(tmp_path, interface, errand):
    body = interface.body
    interface.body = lambda path, query: (
        body(path, query)[0].replace(b'"total": 45', b'"total": 46'), {}
    )  # fmt: skip
    spec = spec_of(tmp_path, interface)
    report = fetch(spec, errand)
    assert "the interface said 46 rows and gave 45" in report.problem.sentence
    interface.body = body
    assert len(ids(spec, fetch(spec, errand).files)) == 45


def test_a_last_page_given_for_ever_is_no_end(tmp_path, interface, errand):
    body = interface.body
    interface.body = lambda path, query: body(
        path, {**query, "page": str(min(5, int(query["page"])))}
    )
    report = fetch(spec_of(tmp_path, interface, "page_without_total"), errand)
    assert "page 6 is the same as the one before" in report.problem.sentence
    assert "total or next" in report.problem.sentence


def test_csv_pages_are_one_table(tmp_path, interface, errand):
    spec_of(tmp_path, interface, "page_without_total")
    path = tmp_path / "api.yaml"
    text = path.read_text("utf-8").replace("format: json\nrecords: data.items", "format: csv")
    path.write_text(text.replace("v1/cases", "v1/cases.csv"), "utf-8")
    spec = load_spec(path)
    report = fetch(spec, errand)
    raw = read_file(spec, report.files[0])
    assert raw.frame["id"].to_list() == [f"A{n:04d}" for n in range(45)]
    assert raw.frame["row_no"].is_unique().all()


def test_a_wrong_token_is_a_sentence_and_nobody_is_told_it(tmp_path, interface, errand, caplog):
    spec = spec_of(tmp_path, interface)
    wrong = Errand(errand.inbox, errand.folder, lambda _: "wrong-but-secret", NOW, pause=0.01)
    report = fetch(spec, wrong)
    assert "refuses the token (status 401)" in report.problem.sentence
    assert "Renew what CITY_TOKEN holds" in report.problem.sentence
    assert len(interface.asked) == 1, "asking again would lock the account"
    missing = Errand(errand.inbox, errand.folder, lambda _: "", NOW)
    assert "CITY_TOKEN is not set" in fetch(spec, missing).problem.sentence
    written = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    for told in (report.problem.sentence, caplog.text, written.decode("utf-8", "replace")):
        assert "wrong-but-secret" not in told


@pytest.mark.parametrize(
    "target",
    [
        "http://localhost:{port}/v1/cases",
        "https://127.0.0.1:{port}/",
        "http://localhost:{port}\\@127.0.0.1:{port}/",
    ],
)
def test_a_token_never_follows_to_another_host(tmp_path, interface, errand, target):
    interface.faults = {1: "moved " + target.format(port=interface.port)}
    report = fetch(spec_of(tmp_path, interface), errand)
    assert "leads to another host" in report.problem.sentence
    assert len(interface.asked) == 1


def test_a_redirection_on_the_same_host_is_followed(tmp_path, interface, errand):
    interface.faults = {1: "moved /v2/cases?page=1"}
    assert fetch(spec_of(tmp_path, interface), errand).problem is None
    assert interface.asked[1] == "/v2/cases?page=1"


@pytest.mark.parametrize("way", ["page", "link"])
def test_a_token_in_the_address_stands_in_no_file_and_no_sentence(
    tmp_path, interface, errand, way, caplog
):
    interface.faults = dict.fromkeys(range(4, 9), "status 500")
    spec = spec_of(tmp_path, interface, way, token="{variable: CITY_TOKEN, parameter: key}")
    told = [
        fetch(spec, errand).problem.sentence,
        *(s.reason for s in fetch_steps({"a": spec}, errand)),
    ]
    assert all("key=" in one for one in interface.asked)
    assert fetch(spec, errand).problem is None
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    kept += [zipfile.ZipFile(p).read(n) for p in tmp_path.rglob("*.zip")
             for n in zipfile.ZipFile(p).namelist()]  # fmt: skip
    for form in (TOKEN, "Kq7-secret%2Bof%2Fthe%3Dcity"):
        assert not any(form in one for one in [*told, caplog.text])
        assert not any(form.encode() in one for one in kept)


def test_the_plan_says_what_is_asked_first(tmp_path, interface, errand):
    spec = spec_of(tmp_path, interface)
    for _ in range(2):
        (step,) = fetch_steps({"api": spec}, errand)
        before = len(interface.asked)
        fetch(spec, errand)
        assert step.reason.startswith(f"GET {interface.url}{interface.asked[before]} ")
        assert "with the token of CITY_TOKEN" in step.reason
    assert step.reason.endswith("from watermark 2026-03-02 02:04:00")
    assert step.is_due


def test_a_plan_of_a_broken_fetch_names_the_page_it_goes_on_at(tmp_path, interface, errand):
    interface.faults = dict.fromkeys(range(3, 8), "status 502")
    spec = spec_of(tmp_path, interface)
    fetch(spec, errand)
    (step,) = fetch_steps({"api": spec}, errand)
    assert "page=3 " in step.reason
    assert "going on at page 3" in step.reason


def test_a_silent_source_never_holds_up_another(tmp_path, interface, errand):
    specs = {"api": spec_of(tmp_path, interface)}
    with serving(Interface(cases(5), faults=dict.fromkeys(range(1, 9), "slow 1.1"))) as silent:
        dumb = spec_of(tmp_path, silent, timeout="1s", paging="{by: page}\n  tries: 2")
        specs = {"dumb": dumb.model_copy(update={"source": "dumb"}), **specs}
        reports = {one.source: one for one in fetch_all(specs, errand)}
    assert reports["api"].problem is None
    assert reports["api"].seconds < reports["dumb"].seconds
    assert "too long" in reports["dumb"].problem.sentence


def test_a_stopped_fetch_is_no_failure_and_goes_on_later(tmp_path, interface, errand):
    interface.faults = {3: "later 60"}
    spec = spec_of(tmp_path, interface)
    threading.Timer(0.4, errand.stopping.set).start()
    begin = time.monotonic()
    assert "ends" in fetch(spec, errand).problem.sentence
    assert time.monotonic() - begin < 30
    assert errand.desk("api").tries().failures == 0
    errand.stopping.clear()
    assert len(ids(spec, fetch(spec, errand).files)) == 45
    assert interface.pages_asked()[-3:] == ["3", "4", "5"]


def test_two_processes_never_fetch_a_feed_together(tmp_path, interface, errand):
    spec = spec_of(tmp_path, interface)
    with errand.desk("api").alone():
        assert "being fetched at the moment" in fetch(spec, errand).problem.sentence
    assert fetch(spec, errand).problem is None
