"""The contract: every row read is a fact or is set aside with a reason."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from etl.contract import FLAGS, REASONS, Checked, check
from etl.privacy import person_keys
from etl.readers.frame import RawFile
from etl.source import SourceSpec
from metrics.errors import ConfigError
from metrics.tables import LINKS, Shape, fact_tables

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI)
NOT_YET = {"area", "placed_by", "lon", "lat", "version", "sign", "batch", "turn", *LINKS}


def spec(fact: Shape = "case", **more: Any) -> SourceSpec:
    columns: dict[Shape, dict[str, Any]] = {
        "case": {"case_no": "no", "received_at": "t"},
        "event": {"event_no": "no", "at": "t", "kind": {"constant": "patrol"}},
        "reading": {"device": "no", "metric": {"constant": "pm25"}, "at": "t", "value": "v"},
        "snapshot": {"register": {"constant": "people"}, "at": "t", "value": "v"},
    }
    columns[fact] |= more.pop("columns", {})
    base = {"source": "s", "name": "s", "fact": fact, "files": "*", "format": "csv"}
    return SourceSpec.model_validate({**base, "columns": columns[fact], **more})


def checked(
    rows: list[dict[str, str | None]],
    one: SourceSpec,
    *,
    timezone: str = "Asia/Shanghai",
    secret: bytes = b"secret",
) -> Checked:
    names = list(dict.fromkeys([*rows[0], *one.used_columns]))
    frame = pl.DataFrame(
        {name: pl.Series([row.get(name) for row in rows], dtype=pl.String) for name in names}
    ).with_columns(pl.Series("row_no", range(2, len(rows) + 2), dtype=pl.UInt64))
    raw = RawFile(frame, Path("a.csv"), "0" * 64, 1)
    result = check(raw, one, timezone=timezone, secret=secret, now=NOW)
    assert result.read == result.accepted_row_nos.len() + result.quarantined.height == len(rows)
    wanted = [c for c in fact_tables()[one.fact].column_names() if c not in NOT_YET]
    assert result.rows.columns == [*wanted, "_lon", "_lat", "_code", "_next_code", "_place_name"]
    return result


def row(**cells: str | None) -> dict[str, str | None]:
    return {"no": "001", "t": "2026-09-08 08:05:00", **cells}


def only(result: Checked) -> dict[str, Any]:
    assert result.rows.height == 1, result.quarantined.rows(named=True)
    return result.rows.row(0, named=True)


def test_a_case_has_the_types_of_its_table() -> None:
    one = spec(columns={"closed_at": "c", "n_returns": "n", "title": "标题"}, keep=["k"])
    result = checked([row(c="2026/9/9", n="2", 标题=" 路灯不亮 ", k="x")], one)
    fact = only(result)
    assert fact["id"] == "s:001"
    assert fact["received_at"] == fact["at"] == dt.datetime(2026, 9, 8, 8, 5, tzinfo=SHANGHAI)
    assert fact["closed_at"] == dt.datetime(2026, 9, 9, tzinfo=SHANGHAI)
    assert (fact["n_returns"], fact["n_urge"], fact["is_void"], fact["resolved"]) == (2, 0, 0, None)
    assert (fact["title"], fact["address"], fact["row_no"]) == ("路灯不亮", "", 2)
    assert (fact["extra"], fact["flags"]) == ([{"key": "k", "value": "x"}], [])
    schema = result.rows.schema
    assert schema["at"] == pl.Datetime("ms", "Asia/Shanghai")
    assert (schema["n_returns"], schema["is_void"], schema["content"]) == (
        pl.UInt16, pl.UInt8, pl.UInt64,
    )  # fmt: skip


REJECTED = [
    ("totals_row", row(no=" 合计 12"), {"totals": ["合计"]}),
    ("skipped_by_spec", row(k="测试"), {"skip": {"k": ["测试"]}}),
    ("float_key", row(no="3.30109E+17"), {}),
    ("missing_key", row(no=" "), {}),
    ("missing_key", row(no="NA"), {"empty": ["NA"]}),
    ("bad_time", row(t="昨天"), {}),
    ("bad_time", row(c="2026-02-30"), {"columns": {"closed_at": "c"}}),
    ("missing_required", row(t="1970-01-01 08:00:00"), {}),
    ("missing_required", row(k=None), {"columns": {"category": "k"}, "required": ["category"]}),
    ("future_time", row(t="2026-11-22 12:05:01"), {}),
    ("bad_number", row(n="几次"), {"columns": {"n_urge": "n"}}),
    ("bad_number", row(n="1.5"), {"columns": {"n_urge": "n"}}),
    ("out_of_range", row(n="-1"), {"columns": {"n_urge": "n"}}),
    ("out_of_range", row(n="100"), {"columns": {"n_urge": {"column": "n", "max": 99}}}),
    ("bad_enum", row(k="或许"), {"columns": {"resolved": "k"}}),
    (
        "bad_enum",
        row(k="中"),
        {"columns": {"urgency": {"column": "k", "map": {"急": "紧急"}, "unmapped": "reject"}}},
    ),
    ("skipped_by_spec", row(k="系统测试,勿办"), {"skip": {"k": ["111", "*测试*"]}}),
]


@pytest.mark.parametrize(("reason", "cells", "more"), REJECTED)
def test_a_row_is_set_aside_with_its_reason(
    reason: str, cells: dict[str, str | None], more: dict[str, Any]
) -> None:
    result = checked([row(), cells], spec(**more)) if "required" not in more else checked(
        [row(k="x"), cells], spec(**more)
    )  # fmt: skip
    assert result.rows.height == 1
    found = result.quarantined.row(0, named=True)
    assert (found["row_no"], found["reason"]) == (3, reason)
    assert REASONS[reason] in found["sentence"]
    assert json.loads(found["row"])


def test_every_reason_is_tested() -> None:
    assert set(REASONS) - {reason for reason, *_ in REJECTED} == {
        "ragged_row", "bad_json", "no_day_before", "total_fell",  # the last two in test_defects
    }  # fmt: skip


def test_broken_rows_are_counted() -> None:
    broken = pl.DataFrame(
        [(3, "ragged_row", "2,电话13800000000")],
        schema={"row_no": pl.UInt64, "reason": pl.String, "text": pl.String},
        orient="row",
    )
    frame = pl.DataFrame({"no": ["1"], "t": ["2026-09-08"]})
    frame = frame.with_columns(pl.Series("row_no", [2], dtype=pl.UInt64))
    raw = RawFile(frame, Path("a"), "", 1, broken)
    result = check(raw, spec(), timezone="Asia/Shanghai", secret=b"", now=NOW)
    assert (result.read, result.rows.height) == (2, 1)
    assert result.quarantined.row(0, named=True)["row"] == '{"text": "2,电话***"}'


def test_a_file_without_rows_has_no_facts() -> None:
    for fact in ("case", "event", "reading", "snapshot"):
        one = spec(fact)  # type: ignore[arg-type]
        frame = pl.DataFrame(
            schema=dict.fromkeys(one.used_columns, pl.String) | {"row_no": pl.UInt64}
        )
        raw = RawFile(frame, Path("a"), "", 1)
        result = check(raw, one, timezone="Asia/Shanghai", secret=b"", now=NOW)
        assert (result.read, result.rows.height, result.quarantined.height) == (0, 0, 0)


CASE_TIMES = {"accepted_at": "a", "closed_at": "c", "due_at": "d"}
PLACE = {"place": {"lon": "x", "lat": "y", "code": ["k", "l"]}}
FLAGGED = [
    ("closed_before_received", row(c="2026-09-08 08:04:59"), {"columns": CASE_TIMES}),
    ("order_violation", row(a="2026-09-08 08:03:59"), {"columns": CASE_TIMES}),
    ("time_skew", row(t="2026-11-22 12:04:00"), {}),
    ("time_skew", row(c="2026-12-01"), {"columns": CASE_TIMES}),
    ("sentinel_time", row(c="2099-12-31 00:00:00"), {"columns": CASE_TIMES}),
    ("sentinel_time", row(c="0000-00-00 00:00:00"), {"columns": CASE_TIMES}),
    ("nonexistent_time", row(c="2026-03-08 02:30:00"), {"columns": CASE_TIMES, "timezone":
        "America/Los_Angeles"}),
    ("sentinel", row(n="9999"), {"columns": {"n_urge": {"column": "n", "sentinels": [9999]}}}),
    ("approximate_value", row(n="约3"), {"columns": {"n_urge": "n"}}),
    ("unmapped_value", row(k="新"), {"columns": {"category": {"column": "k", "map": {"旧": "今"},
        "unmapped": "bucket"}}}),
    ("garbled_text", row(k="锟斤拷"), {"columns": {"title": "k"}}),
    ("spun_text", row(k="沿街網(wǎng)點(diǎn)"), {"columns": {"title": "k"}}),
    ("closed_without_disposed", row(c="2026-09-09"), {"columns": {**CASE_TIMES,
        "disposed_at": "e"}}),
    ("default_point", row(x="120.1234560", y="30.5"), {"place": {"lon": "x", "lat": "y",
        "default_points": ["120.123456, 30.5"]}}),
    ("bad_coordinates", row(x="东经", y="30"), PLACE),
    ("bad_coordinates", row(x="120.1"), PLACE),
    ("default_point", row(x="0", y="0.0"), PLACE),
    ("default_point", row(x="120", y="30"), PLACE),
    ("swapped_point", row(x="30.18", y="120.26"), PLACE),
    ("float_code", row(k="3.30109E+14"), PLACE),
]  # fmt: skip


@pytest.mark.parametrize(("flag", "cells", "more"), FLAGGED)
def test_a_doubtful_row_is_kept_with_a_flag(
    flag: str, cells: dict[str, str | None], more: dict[str, Any]
) -> None:
    assert flag in only(checked([cells], spec(**more)))["flags"]


def test_every_flag_is_tested() -> None:
    assert set(FLAGS) == {flag for flag, *_ in FLAGGED} | {
        "days_between", "clock_stands", "no_limit", "provisional_due",  # in tests of their own
        "outside", "unknown_place",
    }  # fmt: skip


def test_sound_rows_have_no_flag() -> None:
    cells = row(
        a="2026-09-08 08:04:01", c="2026-09-08 09:00", d="2027-01-01", x="120.26", y="30.18"
    )
    fact = only(checked([cells], spec(columns=CASE_TIMES, **PLACE)))
    assert fact["flags"] == []
    assert (fact["_lon"], fact["_lat"]) == (120.26, 30.18)


def test_place_columns() -> None:
    place = {"point": "p", "code": ["k", "l"], "name": {"column": "m"}, "prefix": "N:"}
    rows = [
        row(p="(37.7978, -122.4462)", k="", l="１２"),
        row(no="2", p="POINT (37.79 -122.44)", m="东门社区"),
        row(no="3", p="东门", k="7"),
    ]
    facts = checked(rows, spec(place=place)).rows
    assert facts["_lat"].to_list() == [37.7978, 37.79, None]
    assert facts["_lon"].to_list() == [-122.4462, -122.44, None]
    assert facts["_code"].to_list() == ["N:12", "", "N:7"]
    assert facts["_place_name"].to_list() == ["", "东门社区", ""]
    assert facts["flags"].to_list() == [[], [], ["bad_coordinates"]]
    lon_first = {"point": "p", "point_order": "lon_lat"}
    assert only(checked([row(p="120.2,30.1")], spec(place=lon_first)))["_lon"] == 120.2


def test_words_are_mapped_filled_and_judged() -> None:
    columns = {
        "category": {"column": "k", "map": {"旧": "新"}},
        "is_void": {"column": "st", "true": ["作废"]},
        "resolved": "r",
        "channel": {"constant": "12345"},
    }
    one = spec(columns=columns, defaults={"urgency": "一般"})
    rows = [row(k="旧", st="作废", r="是"), row(no="2", k="别", st="办结", r="否"), row(no="3")]
    facts = checked(rows, one).rows
    assert facts["category"].to_list() == ["新", "别", ""]
    assert facts["is_void"].to_list() == [1, 0, 0]
    assert facts["resolved"].to_list() == [1, 0, None]
    assert set(facts["channel"]) == {"12345"}
    assert set(facts["urgency"]) == {"一般"}


def test_readings_keep_what_is_doubtful_with_its_quality() -> None:
    value = {"column": "v", "min": 0, "max": 500, "sentinels": [-999, 65535]}
    cells = ["12.5", "-999.0", "501", None, "NaN", "错"]
    rows = [row(v=v, t=f"2026-09-08 08:0{n}:00") for n, v in enumerate(cells)]
    result = checked(rows, spec("reading", columns={"value": value}))
    assert result.rows["quality"].to_list() == ["", "sentinel", "range", "missing", "sentinel"]
    assert result.rows["value"].to_list() == [Decimal("12.5"), None, Decimal(501), None, None]
    assert result.quarantined["reason"].to_list() == ["bad_number"]
    assert result.rows["id"][0] == "s:001:pm25:2026-09-08T08:00:00.000"


def test_wide_readings_become_one_fact_a_metric() -> None:
    one = SourceSpec.model_validate({
        "source": "s", "name": "s", "fact": "reading", "files": "*", "format": "csv",
        "columns": {"device": "no", "at": "t"},
        "metrics": {"PM2.5": "pm25", "PM10": {"metric": "pm10", "max": 1000}},
    })  # fmt: skip
    rows = [
        row(**{"PM2.5": "35", "PM10": "2000"}),
        row(t="2026-09-08 09:00", **{"PM2.5": "x", "PM10": "1"}),
    ]
    result = checked(rows, one)
    assert result.rows.select("row_no", "metric", "value", "quality").rows() == [
        (2, "pm25", Decimal(35), ""), (2, "pm10", Decimal(2000), "range"),
    ]  # fmt: skip
    assert result.rows["id"].n_unique() == 2
    assert result.quarantined.select("row_no", "column", "value").rows() == [(3, "PM2.5", "x")]


def test_values_come_into_our_unit_after_they_are_judged() -> None:
    value = {"column": "v", "max": 100, "sentinels": [0], "factor": 1.609344}
    rows = [row(v=v, t=f"2026-09-08 08:0{n}:00") for n, v in enumerate(["62.666667", "0", "101"])]
    result = checked(rows, spec("reading", columns={"value": value})).rows
    assert result["value"].to_list() == [Decimal("100.852225"), None, Decimal("162.543744")]
    assert result["quality"].to_list() == ["", "sentinel", "range"]
    wide = SourceSpec.model_validate({
        "source": "s", "name": "s", "fact": "reading", "files": "*", "format": "csv",
        "columns": {"device": "no", "at": "t"},
        "metrics": {"mph": {"metric": "speed", "factor": "1.609344"}},
    })  # fmt: skip
    assert only(checked([row(mph="10")], wide))["value"] == Decimal("16.09344")


def test_a_time_may_lie_in_several_columns() -> None:
    at = {"columns": ["y", "m", "d", "h"], "join": "-"}
    one = spec("reading", columns={"at": at})
    parts = {"y": "2016", "m": "2", "d": "29", "h": "7", "v": "1"}
    assert only(checked([row(**parts)], one))["at"] == dt.datetime(2016, 2, 29, 7, tzinfo=SHANGHAI)
    wrong = checked([row(**{**parts, "d": "30"})], one).quarantined
    assert wrong.select("column", "reason").rows() == [("y", "bad_time")]


def test_rows_without_a_number_get_one_of_what_they_say() -> None:
    number = {"columns": ["t", "a", "b"], "digest": True}
    one = spec(columns={"case_no": number})
    rows = [
        row(a="x", b=None), row(a="x", t="2026/9/8 8:5"), row(a=None, b="x"), row(a="ｘ", b=""),
        row(a=None, b=None),
    ]  # fmt: skip
    facts = checked(rows, one).rows
    first, again, other, wide, bare = facts["case_no"].to_list()
    said = "2026-09-08T08:05:00.000\x1fx\x1f"
    assert first == again == wide == hashlib.blake2b(said.encode(), digest_size=8).hexdigest()
    assert len({first, other, bare}) == 3
    assert facts["id"].to_list() == [f"s:{no}" for no in (first, again, other, wide, bare)]


def test_device_clocks_are_compared_with_the_time_of_receipt() -> None:
    late = ["2026-09-08 08:05:10", "2026-09-08 16:05:20", "2026-09-08 07:55:00"]
    rows = [row(no=str(n), v="1", u=u) for n, u in enumerate(late)]
    facts = checked(rows, spec("reading", columns={"updated_at": "u"})).rows
    assert facts["flags"].to_list() == [[], ["time_skew"], ["time_skew"]]


def test_snapshots_stand_for_a_day_and_events_take_their_key() -> None:
    one = spec("snapshot", place={"code": "k"}, columns={"category": "c"})
    fact = only(checked([row(v="1,234", k="330109", c="常住")], one))
    assert fact["at"] == dt.datetime(2026, 9, 8, tzinfo=SHANGHAI)
    assert (fact["id"], fact["value"]) == ("s:people:2026-09-08:330109:常住", Decimal(1234))
    keyed = spec("event", key=["no", "t"], columns={"value": "v"})
    first, second = (only(checked([row(t=t, v="2")], keyed)) for t in
        ("2026-09-08 08:05:00", "2026/9/8 8:5"))  # fmt: skip
    assert first["id"] == second["id"] == "s:001:2026-09-08T08:05:00.000"


def test_content_is_what_was_said_not_how_or_where() -> None:
    one = spec(columns={"category": "k"}, keep=["e"], ignore=["z"], **PLACE)
    base = row(k="环境", e="x", x="120.26", y="30.18", z="1")
    one_way = checked([base], one).rows["content"][0]
    assert one_way == 10582956878729694905  # the same in every process, and next year
    other = {**base, "t": "２０２６/9/8 8:05", "z": "2"}
    assert checked([row(no="9"), other], one).rows["content"][1] == one_way
    for change in ({"k": "市容"}, {"e": "y"}, {"x": "120.27"}, {"no": "002"}, {"e": None}):
        assert checked([{**base, **change}], one).rows["content"][0] != one_way


def test_people_are_kept_out() -> None:
    one = spec(columns={"title": "标题"}, reporter="tel", keep=["k"], totals=["合计"])
    texts = {"标题": "请回电13800000000谢谢", "tel": "+86 138-0000-0000", "k": "a@b.cn"}
    result = checked([row(**texts), row(no="合计", **texts)], one)
    fact = only(result)
    assert fact["title"] == "请回电***谢谢"
    assert fact["extra"] == [{"key": "k", "value": "***"}]
    assert fact["reporter_key"] == hmac.new(b"secret", b"13800000000", "sha256").hexdigest()
    assert json.loads(result.quarantined["row"][0]) == {
        "no": "合计", "t": "2026-09-08 08:05:00", "标题": "请回电***谢谢", "tel": "***", "k": "***",
    }  # fmt: skip
    same = only(checked([row(tel="１３８００００００００")], spec(reporter="tel")))
    assert same["reporter_key"] == fact["reporter_key"]
    assert "13800000000" not in str(result)
    with pytest.raises(ConfigError, match="COCKPIT_SECRET"):
        checked([row()], spec(reporter="tel"), secret=b"")


def test_content_hash_is_blake2b_of_the_named_fields() -> None:
    fact = only(checked([row()], spec()))
    stamp = int(fact["at"].timestamp() * 1000)
    said = "case_no\x1e001\x1freceived_at\x1e" + f"{stamp}\x1f"
    digest = hashlib.blake2b(said.encode(), digest_size=8).digest()
    assert fact["content"] == int.from_bytes(digest, "little")


@pytest.mark.parametrize("length", [1, 63, 64, 65, 200])
def test_reporters_are_keyed_as_the_library_would(length: int) -> None:
    secret, people = bytes(range(length)), ["R1", "某人", "R" * 150]
    found = person_keys(pl.Series(people), secret)
    assert found.to_list() == [hmac.new(secret, p.encode(), "sha256").hexdigest() for p in people]
