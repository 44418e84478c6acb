"""Deadlines a source spec declares: by filing condition, with delays, from the clock it names."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from pydantic import ValidationError

from etl.contract import check
from etl.readers.frame import RawFile
from etl.source import SourceSpec, load_spec
from metrics.errors import ConfigProblems

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2027, 11, 22, 12, 0, tzinfo=SHANGHAI)
LIMITS = {
    "水管破裂": "3 紧急工作时", "店外经营": "8 工作时", "道路不洁": "4 工作时", "其他": "1 工作时",
    "路面不平": "5 工作日", "违法搭建": "3 工作日", "投诉": "48 自然时", "咨询": "2 自然日",
}  # fmt: skip
VECTORS = [
    ("2026-09-18 16:30", "店外经营", "2026-09-20 16:30"),  # over a make-up Sunday
    ("2026-09-30 17:00", "道路不洁", "2026-10-08 11:00"),
    ("2026-02-13 17:00", "店外经营", "2026-02-14 17:00"),
    ("2026-03-04 12:30", "其他", "2026-03-04 15:00"),
    ("2026-03-04 18:00", "其他", "2026-03-05 09:00"),
    ("2026-03-07 09:00", "其他", "2026-03-09 09:00"),
    ("2026-09-30 09:00", "路面不平", "2026-10-13 18:00"),
    ("2026-09-24 15:00", "违法搭建", "2026-09-30 18:00"),
    ("2026-10-01 23:30", "水管破裂", "2026-10-02 02:30"),
    ("2026-10-01 23:30", "投诉", "2026-10-03 23:30"),
    ("2026-10-01 23:30", "咨询", "2026-10-03 23:30"),
]


def facts(rows: list[dict[str, str]], **deadline: Any) -> list[dict[str, Any]]:
    columns = {"case_no": "编号", "received_at": "受理", "signed_at": "签收", "due_at": "时限"}
    spec = SourceSpec.model_validate(
        {"source": "s", "name": "s", "fact": "case", "files": "*", "format": "csv",
         "columns": columns,
         "deadline": {"condition": "条件", "limits": LIMITS, **deadline}}
    )  # fmt: skip
    frame = pl.DataFrame(
        {name: pl.Series([row.get(name) for row in rows], dtype=pl.String)
         for name in spec.used_columns}
    ).with_columns(
        pl.Series("编号", [str(n) for n in range(len(rows))]),
        pl.Series("row_no", range(2, len(rows) + 2), dtype=pl.UInt64),
    )  # fmt: skip
    raw = RawFile(frame, Path("a.csv"), "0" * 64, 1)
    result = check(raw, spec, timezone="Asia/Shanghai", secret=b"", now=NOW)
    assert result.quarantined.is_empty(), result.quarantined.rows()
    return result.rows.rows(named=True)


def local(moment: dt.datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def extra(fact: dict[str, Any]) -> dict[str, str]:
    return {one["key"]: one["value"] for one in fact["extra"]}


def test_the_condition_decides_how_much_time_is_allowed() -> None:
    found = facts([{"受理": start, "条件": condition} for start, condition, _ in VECTORS])
    assert [local(one["due_at"]) for one in found] == [due for *_, due in VECTORS]
    assert [one["flags"] for one in found] == [[]] * len(VECTORS)
    assert extra(found[0]) == {"due_original": "2026-09-20T16:30:00.000", "due_rule": "8 工作时"}


def test_what_the_source_tells_itself_holds() -> None:
    (fact,) = facts([{"受理": "2026-03-04 08:00", "条件": "其他", "时限": "2026-03-09 08:00"}])
    assert (local(fact["due_at"]), extra(fact)) == ("2026-03-09 08:00", {})


def test_an_unknown_condition_has_the_general_limit_or_none() -> None:
    row = {"受理": "2026-03-04 08:00", "条件": "没有听说过"}
    (fact,) = facts([row])
    assert (fact["due_at"], fact["flags"]) == (None, ["no_limit"])
    (fact,) = facts([row], otherwise="1 自然日")
    assert (local(fact["due_at"]), fact["flags"]) == ("2026-03-05 08:00", [])
    (fact,) = facts([row], limits={}, otherwise="1 自然日")
    assert extra(fact)["due_rule"] == "1 自然日"


def test_the_clock_starts_where_the_spec_says() -> None:
    rows = [{"受理": "2026-03-04 08:00", "签收": "2026-03-04 10:00", "条件": "其他"},
            {"受理": "2026-03-04 08:00", "条件": "其他"}]  # fmt: skip
    assert [local(one["due_at"]) for one in facts(rows)] == ["2026-03-04 09:00"] * 2
    signed = facts(rows, start=["signed_at"])
    assert [local(one["due_at"]) for one in signed] == ["2026-03-04 11:00", ""]
    assert signed[1]["flags"] == []  # its clock has not started
    either = facts(rows, start=["signed_at", "received_at"])
    assert [local(one["due_at"]) for one in either] == ["2026-03-04 11:00", "2026-03-04 09:00"]


def test_suspension_stops_the_clock_and_extension_moves_the_deadline() -> None:
    begin = {"受理": "2026-03-04 08:00", "条件": "道路不洁"}  # due at 12:00
    rows = [
        {**begin, "停": "2026-03-04 09:00", "续": "2026-03-04 11:00"},
        {**begin, "停": "2026-03-04 13:00", "续": "2026-03-04 18:00"},
        {**begin, "停": "2026-03-04 09:00"},
        {**begin, "延": "2"},
    ]
    found = facts(rows, suspended_from="停", suspended_to="续", extended="延")
    assert [local(one["due_at"]) for one in found] == [
        "2026-03-04 16:00", "2026-03-04 12:00", "", "2026-03-04 16:00",
    ]  # fmt: skip
    assert found[2]["flags"] == ["clock_stands"]
    assert {extra(one).get("due_original") for one in found} == {None, "2026-03-04T12:00:00.000"}


def test_hours_of_summer_and_an_urgent_hour_that_sleeps() -> None:
    summer = {"shifts": ["08:00-12:00", "15:00-18:30"], "first": "06-01", "last": "09-30"}
    winter = {"shifts": ["08:30-12:00", "14:00-18:00"]}
    rows = [{"受理": "2026-07-01 11:00", "条件": "道路不洁"},
            {"受理": "2026-03-04 11:00", "条件": "水管破裂"}]  # fmt: skip
    found = facts(rows, hours=[winter, summer], urgent_round_the_clock=False)
    assert [local(one["due_at"]) for one in found] == ["2026-07-01 18:00", "2026-03-04 16:00"]


def test_a_year_without_published_holidays_is_said() -> None:
    (fact,) = facts([{"受理": "2027-10-29 10:00", "条件": "路面不平"}])
    assert fact["flags"] == ["provisional_due"]


@pytest.mark.parametrize("limit", ["5 天", "工作日", "1.5 工作日", "0 工作时"])
def test_a_limit_that_is_none_is_refused(limit: str) -> None:
    with pytest.raises(ValidationError):
        facts([{"受理": "2026-03-04 08:00"}], limits={"其他": limit})


def test_what_is_wrong_with_a_rule_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(
        "source: s\nname: s\nfact: case\nfiles: '*'\nformat: csv\n"
        "columns: {case_no: 编号, received_at: 受理}\n"
        "deadline:\n  condtion: 条件\n  limits: {其他: 5 个工作日}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigProblems) as caught:
        load_spec(path)
    said = [f"{one.where.rsplit(':', 1)[1]} {one.what} {one.hint}" for one in caught.value.problems]
    assert said[0] == "8 unknown key 'condtion' Did you mean 'condition'?"
    assert said[1].startswith("9 deadline.limits.其他: '5 个工作日' is no limit; write a number")
