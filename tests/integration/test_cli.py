"""The command line as a script meets it: a process, its two streams and its exit code."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.source import load_spec
from tests.support.demo_home import ROOT, Cockpit, Said, small_home

WEEK = ("--period", "2026-W02")


@pytest.fixture(scope="module")
def cockpit(tmp_path_factory: pytest.TempPathFactory) -> Cockpit:
    return small_home(tmp_path_factory.mktemp("cli"))


@pytest.fixture(scope="module")
def rows(cockpit: Cockpit) -> list[dict[str, str]]:
    """The small city's only source file, as a person would read it."""
    path = next((cockpit.folder / "inbox").glob("*.csv"))
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_new_city_passes_the_check(cockpit: Cockpit) -> None:
    assert cockpit.json("check") == {"ok": True, "problems": []}


def test_ask_gives_the_number_of_the_file(cockpit: Cockpit, rows: list[dict[str, str]]) -> None:
    answer = cockpit.json("ask", "appeals_accepted", *WEEK, "--level", "street")
    streets = Counter(row["社区代码"][:9] for row in rows)
    assert answer["value"] == len(rows)
    assert {one["area"]: one["value"] for one in answer["children"]} == streets
    assert answer["children"][-1]["name"] == "未归属"
    assert sum(one["value"] for one in answer["children"]) == answer["value"]
    assert (answer["period"]["start"], answer["period"]["end"]) == ("2026-01-05", "2026-01-11")
    wanted = {
        "indicator", "name", "area", "area_name", "level", "period", "value", "numerator",
        "denominator", "unit", "previous", "change", "year_ago", "year_change", "light", "target",
        "freshness", "data_version", "trace", "children",
    }  # fmt: skip
    assert wanted <= answer.keys()


def test_ask_by_and_filter(cockpit: Cockpit, rows: list[dict[str, str]]) -> None:
    answer = cockpit.json("ask", "appeals_accepted", *WEEK, "--by", "category")
    kinds = Counter(row["类别"] for row in rows)
    assert {one["key"]: one["value"] for one in answer["breakdown"]} == kinds
    noise = cockpit.json("ask", "appeals_accepted", *WEEK, "--filter", "category=噪声污染")
    assert noise["value"] == kinds["噪声污染"]


def test_ask_prints_chinese_for_people(cockpit: Cockpit) -> None:
    said = cockpit("ask", "appeals_accepted", *WEEK, "--level", "street")
    assert said.returncode == 0
    assert "6件" in said.stdout
    assert "未归属" in said.stdout
    assert said.stderr == ""


def test_sql_can_be_pasted(cockpit: Cockpit) -> None:
    text = cockpit("sql", "appeals_accepted", *WEEK).stdout
    assert "SELECT" in text
    assert "'appeals_accepted'" in text
    assert "{" not in text


def test_explain_names_the_file_behind_the_number(cockpit: Cockpit) -> None:
    told = cockpit.json("explain", "appeals_accepted", *WEEK)
    (batch,) = told["trace"]["batches"]
    assert (batch["source"], batch["rows_read"]) == ("hotline", 6)
    assert len(batch["sha256"]) == 64
    assert told["definition"]["defined_at"].rpartition(":")[2].isdigit()
    assert "appeals" in cockpit("explain", "appeals_accepted", *WEEK).stdout


MISTAKES = [
    (("ask", "appeals_acceptd"), "Did you mean 'appeals_accepted'?"),
    (("ask", "appeals_accepted", "--period", "2027-01"), "after today (2026-01-14)"),
    (("ask", "appeals_accepted", "--period", "lately"), "period 'lately' is not understood"),
    (("ask", "appeals_accepted", "--area", "990100009"), "unknown area '990100009'"),
    (("ask", "appeals_accepted", "--level", "vilage"), "unknown level 'vilage'"),
    (("ask", "appeals_accepted", "--by", "catgory"), "catgory"),
    (("ask", "appeals_accepted", "--filter", "noise"), "Allowed: column=value"),
    (("ask", "appeals_accepted", "--compare", "next"), "unknown comparison 'next'"),
    (("ask", "appeals_accepted", "--as-of", "99"), "there is no batch 99"),
    (("catalogue", "nothing_like_it"), "unknown indicator 'nothing_like_it'"),
    (("doctor", "--city", "xiaoshn"), "xiaoshan"),
    (("ask", "um_filed", "--city", "xiaoshan"), "Two cities never share a home"),
    (("demo", "--no-serve"), "is no built-in city"),
    (("etl", "replay", "hotlin"), "Did you mean 'hotline'?"),
    (("etl", "profile", "inbox/nothing.csv"), "the file does not exist"),
    (("etl", "profile", "inbox/热线_示例.csv", "--out", "city.yaml"), "is there already"),
    (("brief", "--format", "doc"), "unknown format 'doc'"),
    (("brief", "--week", "2026-01"), "is not a week"),
    (("brief", "--day", "2026-01-10", "--month", "2026-01"), "a briefing is of one period"),
    (("serve", "--get", "version"), "Begin it with a slash"),
]


@pytest.fixture(scope="module")
def mistakes(cockpit: Cockpit) -> list[Said]:
    return cockpit.each([arguments for arguments, _ in MISTAKES])


@pytest.mark.parametrize("number", range(len(MISTAKES)), ids=lambda n: " ".join(MISTAKES[n][0]))
def test_a_mistake_is_answered_with_a_sentence(mistakes: list[Said], number: int) -> None:
    said = mistakes[number]
    assert said.returncode == 1
    assert MISTAKES[number][1] in said.stderr + said.stdout
    assert "Traceback" not in said.stderr


def test_a_mistake_is_json_where_json_was_asked_for(cockpit: Cockpit) -> None:
    said = cockpit("ask", "appeals_acceptd", "--json")
    told = json.loads(said.stdout)
    assert said.returncode == 1
    assert told["ok"] is False
    assert told["error"] == "unknown indicator 'appeals_acceptd'"
    assert told["hint"] == "Did you mean 'appeals_accepted'?"
    assert said.stderr == ""


def test_wrong_use_exits_with_2(cockpit: Cockpit) -> None:
    wrong = [["ask"], ["ask", "x", "--as-of", "-1"], ["aks"], ["etl", "quarantine", "--out", "x"]]
    assert [said.returncode for said in cockpit.each(wrong)] == [2, 2, 2, 2]


def test_the_catalogue_lists_every_indicator(cockpit: Cockpit) -> None:
    listed = cockpit.json("catalogue")
    wanted = {"id", "name", "domain", "unit", "kind", "roll_up", "lowest_level", "tier"}
    assert all(wanted <= one.keys() for one in listed)
    assert {one["tier"] for one in listed} <= {"core", "extended"}
    one = cockpit.json("catalogue", "appeals_accepted")
    assert one in listed


def test_a_draft_of_the_sample_is_a_spec_the_loader_takes(cockpit: Cockpit, tmp_path: Path) -> None:
    out, sample = tmp_path / "draft.yaml", "inbox/热线_示例.csv"
    shown, plain = cockpit.each([
        ["etl", "profile", sample, "--out", str(out)], ["etl", "profile", sample, "--json"],
    ])  # fmt: skip
    assert (shown.returncode, plain.returncode) == (0, 0), shown.stderr + plain.stderr
    assert "社区代码 holds a code of the city's areas in 5 of 5 rows" in shown.stdout
    (found,) = json.loads(plain.stdout)
    kinds = {one["name"]: one["kind"] for one in found["columns"]}
    assert (kinds["工单编号"], kinds["受理时间"], kinds["类别"]) == ("code", "time", "text")
    spec = load_spec(out)
    assert (spec.source, spec.place.code) == ("draft", ("社区代码",))
    assert spec.columns["closed_at"].column == "办结时间"


def test_loading_again_changes_nothing(cockpit: Cockpit) -> None:
    verbs = ("run", "plan", "status", "reconcile")
    said = cockpit.each([("etl", verb, "--json") for verb in verbs])
    run, plan, (feed,), books = (json.loads(one.stdout) for one in said)
    assert run["files"] == []
    assert plan["due"] == 0
    assert feed["rows_read"] == feed["accepted"] + feed["quarantined"] + feed["duplicates"] == 6
    assert books["ok"] is True


@pytest.mark.slow
def test_rows_set_aside_find_their_way_back(tmp_path: Path) -> None:
    cockpit = small_home(tmp_path)
    head = "工单编号,受理时间,办结时间,截止时间,社区代码,类别,满意度,标题\n"
    wrong = "EX0100,昨天,,,990100001001,噪声污染,,x\n"
    (cockpit.folder / "inbox" / "热线_坏.csv").write_text(head + wrong, "utf-8")
    assert cockpit.json("etl", "run")["sources"][0]["quarantined"] == 1
    (row,) = cockpit.json("etl", "quarantine", "hotline")
    assert (row["file"], row["row_no"], row["column"]) == ("热线_坏.csv", 2, "受理时间")
    out = tmp_path / "sheet.csv"
    assert cockpit("etl", "quarantine", "hotline", "--out", str(out)).returncode == 0
    as_it_was = cockpit("etl", "replay", "hotline", "--file", str(out))
    assert "0 rows are corrected, 1 are as they were" in as_it_was.stderr
    out.write_text(out.read_text("utf-8-sig").replace("昨天", "2026-01-09 08:00:00"), "utf-8")
    again = cockpit.json("etl", "replay", "hotline", "--file", str(out))
    assert again["sources"][0]["accepted"] == 1
    assert cockpit.json("ask", "appeals_accepted", *WEEK)["value"] == 7
    assert cockpit.json("etl", "quarantine", "hotline") == []
    twice = cockpit("etl", "replay", "hotline", "--file", str(out))
    assert "0 rows are corrected, 0 are as they were, 1 came in before" in twice.stderr
    assert cockpit.json("etl", "reconcile")["ok"]


def test_check_names_file_and_line_of_every_problem(cockpit: Cockpit, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(cockpit.folder, folder, ignore=shutil.ignore_patterns("var"))
    spec = folder / "sources" / "hotline.yaml"
    spec.write_text(spec.read_text("utf-8").replace("format: csv", "fromat: csv"), "utf-8")
    (folder / "wall").mkdir()
    scene = (ROOT / "layouts/wall/scenes/overview.yaml").read_text("utf-8")
    (folder / "wall" / "overview.yaml").write_text(
        scene.replace("appeals_accepted", "appeals_acceptd"), "utf-8"
    )
    said = Cockpit(folder)("check", "--json")
    told = json.loads(said.stdout)
    assert said.returncode == 1
    assert not told["ok"]
    for name, word in (("hotline.yaml", "fromat"), ("overview.yaml", "appeals_acceptd")):
        about = [one for one in told["problems"] if name in one["where"] and word in one["error"]]
        assert about
        for one in about:
            file, _, number = one["where"].rpartition(":")
            assert word in Path(folder, file).read_text("utf-8").splitlines()[int(number) - 1]


def test_check_reads_on_where_the_data_are_away(cockpit: Cockpit, tmp_path: Path) -> None:
    folder = tmp_path / "away"
    shutil.copytree(cockpit.folder, folder, ignore=shutil.ignore_patterns("var"))
    city, spec = folder / "city.yaml", folder / "sources" / "hotline.yaml"
    city.write_text(city.read_text("utf-8").replace("inbox: inbox", "data: nowhere"), "utf-8")
    spec.write_text(
        spec.read_text("utf-8").replace("code: 社区代码", "name: {column: 社区, level: stret}"),
        "utf-8",
    )
    (folder / "sources" / "air.yaml").write_text("source: air\nfact: readin\n", "utf-8")
    said = json.loads(Cockpit(folder)("check", "--json").stdout)
    errors = {one["error"]: one for one in said["problems"] if one["grade"] == "error"}
    assert f"the data folder {folder / 'nowhere'} does not exist" in errors
    assert errors["unknown level 'stret'"]["where"].endswith("hotline.yaml:9")
    assert errors["unknown level 'stret'"]["hint"] == "Did you mean 'street'?"
    assert any(one["where"].endswith("air.yaml:2") for one in errors.values())


def test_doctor_shows_values_and_where_they_come_from(cockpit: Cockpit) -> None:
    told = cockpit.json("doctor")
    shown = {one["name"]: one for one in told["settings"]}
    assert shown["COCKPIT_NOW"]["origin"] == "environment COCKPIT_NOW"
    assert shown["COCKPIT_PORT"]["origin"].startswith("file ")
    assert {"city", "store", "feed hotline"} <= {one["about"] for one in told["findings"]}


def test_an_unexpected_error_is_one_sentence_and_a_file(cockpit: Cockpit, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "city.txt").mkdir()  # a folder where a file should be: nobody thought of it
    said = cockpit("etl", "status", "--home", str(tmp_path))
    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    assert said.stderr.count("\n") == 1
    (log,) = (tmp_path / "logs").iterdir()
    assert log.name in said.stderr
    assert "Traceback" in log.read_text("utf-8")
    assert (
        "Traceback" in cockpit("etl", "status", "--home", str(tmp_path), COCKPIT_DEBUG="1").stderr
    )


@pytest.mark.slow
def test_serve_get_answers_one_request(cockpit: Cockpit) -> None:
    said = cockpit("serve", "--get", "/api/v1/ask?indicator=appeals_accepted&period=2026-W02")
    assert json.loads(said.stdout) == cockpit.json("ask", "appeals_accepted", *WEEK)
    page = cockpit("serve", "--get", "/")
    assert '<html data-theme="dark" data-page="/" lang="zh-CN">' in page.stdout
    assert cockpit("serve", "--get", "/nowhere").returncode == 1


def test_init_overwrites_nothing(cockpit: Cockpit) -> None:
    said = cockpit("init", ".")
    assert said.returncode == 1
    assert "is not empty" in said.stderr


@pytest.fixture
def serving(cockpit: Cockpit) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A served home: its address and its process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cockpit", "serve", "--port", "0"],
        cwd=cockpit.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COCKPIT_NOW": "2026-01-14T10:00"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    line = process.stderr.readline()
    yield line.split(": ")[1].split()[0].rstrip("/"), process
    process.kill()
    process.wait()
    process.stderr.close()


@pytest.mark.slow
def test_a_served_store_is_held_watched_and_let_go(
    cockpit: Cockpit, serving: tuple[str, subprocess.Popen[str]]
) -> None:
    address, process = serving

    def asked(path: str) -> dict[str, object]:
        with urllib.request.urlopen(address + path, timeout=60) as answer:
            return json.load(answer)

    assert asked("/healthz") == {"ok": True, "store": "ok", "watcher": "running"}
    held = cockpit("ask", "appeals_accepted")
    assert held.returncode == 1
    assert (
        f"is open in another process (__main__.py serve --port, pid {process.pid})" in held.stderr
    )
    head = "工单编号,受理时间,办结时间,截止时间,社区代码,类别,满意度,标题\n"
    row = "EX0200,2026-01-10 08:00:00,,,990100001001,噪声污染,,x\n"
    before = asked("/api/v1/version")["data_version"]
    (cockpit.folder / "inbox" / "热线_新.csv").write_text(head + row, "utf-8")
    deadline = time.monotonic() + 30
    while asked("/api/v1/version")["data_version"] == before and time.monotonic() < deadline:
        time.sleep(0.2)
    assert asked("/api/v1/ask?indicator=appeals_accepted&period=2026-W02")["value"] == 7
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    assert cockpit.json("ask", "appeals_accepted", *WEEK)["value"] == 7


@pytest.mark.slow
def test_the_demo_is_made_once_and_goes_on(tmp_path: Path) -> None:
    cockpit = Cockpit(tmp_path)
    made = ("demo", "--no-serve", "--json", "--days", "20", "--scale", "0.1")
    first = json.loads(cockpit(*made, COCKPIT_NOW="2026-11-20T10:00").stdout)
    assert first["ok"] is True
    assert len(first["sources"]) >= 10
    for one in first["sources"]:
        assert one["rows_read"] == one["accepted"] + one["quarantined"] + one["duplicates"]
    second = cockpit("demo", "--no-serve", "--json", COCKPIT_NOW="2026-11-20T11:00")
    told = json.loads(second.stdout)
    assert told["ok"] is True, second.stderr
    assert 0 < len(told["files"]) < len(first["files"])
    assert all("live" in one["file"] for one in told["files"])
    third = cockpit("demo", "--no-serve", "--json", COCKPIT_NOW="2026-11-20T11:00")
    assert json.loads(third.stdout)["files"] == []
    other = cockpit("demo", "--no-serve", "--days", "30")
    assert "was made with --days 20" in other.stderr
    assert cockpit.json("etl", "reconcile")["ok"] is True
    page = cockpit("serve", "--get", "/", COCKPIT_NOW="2026-11-20T11:00")
    assert "萧山区城市运行驾驶舱" in page.stdout
    brief = cockpit("brief", "--json", COCKPIT_NOW="2026-11-20T11:00")
    assert brief.returncode == 0, brief.stdout
    issue = json.loads(brief.stdout)[0]
    assert issue["week"] == "2026-W46"
    assert Path(tmp_path, issue["file"]).stat().st_size > 10_000
