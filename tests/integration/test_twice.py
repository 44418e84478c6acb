"""The demo city made and loaded twice: the second time says nothing new and changes no number."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.demo_home import Cockpit

pytestmark = pytest.mark.slow

DEMO = ("demo", "--no-serve", "--days", "8", "--scale", "0.1", "--seed", "7")
QUESTIONS = (
    ("appeals_accepted", "--level", "grid"),
    ("appeals_ontime_rate", "--level", "street"),
    ("appeals_open", "--level", "community"),
    ("appeal_handle_hours_p90", "--level", "street"),
    ("appeal_reporters", "--by", "channel"),
    ("um_closed", "--by", "department"),
    ("grid_patrol_km", "--level", "street"),
    ("iot_alarm_timely_rate", "--level", "street"),
    ("pm25_avg", "--level", "street"),
    ("traffic_congestion_index", "--level", "street"),
    ("population_resident", "--level", "street"),
    ("governance_index", "--level", "street"),
)


def everything_said(cockpit: Cockpit) -> list[Any]:
    """Return the answers, the state of the feeds and the quarantine, as the commands print them."""
    asked = [["ask", *one, "--period", "2026-11-10..2026-11-15", "--json"] for one in QUESTIONS]
    listed = [["etl", "status", "--json"], ["etl", "quarantine", "--limit", "100000", "--json"]]
    said = cockpit.each([*asked, *listed])
    assert [one.returncode for one in said] == [0] * len(said), [one.stderr for one in said]
    return [json.loads(one.stdout) for one in said]


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_second_load_says_nothing_new(tmp_path: Path) -> None:
    cockpit = Cockpit(tmp_path, {"COCKPIT_HOME": "home", "COCKPIT_NOW": "2026-11-17T10:00"})
    first = cockpit.json(*DEMO)
    assert sum(one["rows_read"] for one in first["sources"]) > 5_000
    before, inbox = everything_said(cockpit), files_below(tmp_path / "home" / "inbox")
    assert all(answer["value"] for answer in before[: len(QUESTIONS)])

    assert cockpit.json(*DEMO)["files"] == []
    assert files_below(tmp_path / "home" / "inbox") == inbox
    again = cockpit.json("etl", "run")
    assert (again["ok"], again["sources"], again["files"]) == (True, [], [])
    for was, now in zip(before, everything_said(cockpit), strict=True):
        assert now == was

    counted = cockpit.json("etl", "reconcile")
    assert counted["ok"]
    assert len(counted["files"]) == sum(one["files"] for one in first["sources"])
