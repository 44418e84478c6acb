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
from hypothesis import given
from hypothesis import strategies as st

from etl.contract import FLAGS, REASONS, Checked, check
from etl.parse import parse_number, parse_numbers, parse_times
from etl.privacy import mask_text
from etl.readers.frame import RawFile
from etl.source import SourceSpec
from metrics.errors import ConfigError
from metrics.tables import Shape, fact_tables

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI)
NOT_YET = {"area", "placed_by", "lon", "lat", "version", "sign", "batch"}


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
    assert result.rows.columns == [*wanted, "_lon", "_lat", "_code", "_place_name"]
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
    assert set(REASONS) - {reason for reason, *_ in REJECTED} == {"ragged_row", "bad_json"}


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
    assert set(FLAGS) == {flag for flag, *_ in FLAGGED}


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


def identity_number() -> str:
    """A made-up number of the right form; its check digit is deliberately not looked at."""
    return "330109" + "19000101" + "001" + "X"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13800000000,13900000000", "***,***"),
        ("电话:8765 4321转1", "电话:***转1"),
        ("座机0571-87654321", "座机***"),
        ("(0571)87654321", "***"),
        (f"证件{identity_number()}号", "证件***号"),
        ("call (415) 555-0100 now", "call *** now"),
        ("写信 someone@example.org。", "写信 ***。"),
        ("２号楼１３８００００００００", "2号楼***"),
        ("工单20260908000123已办", "工单20260908000123已办"),
        ("文三路123号4幢501室", "文三路123号4幢501室"),
        ("", ""),
    ],
)
def test_masks(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-09-08 08:05:01", (2026, 9, 8, 8, 5, 1)),
        ("2026-09-08 08:05:01.250", (2026, 9, 8, 8, 5, 1, 250000)),
        ("2026/9/8 8:5", (2026, 9, 8, 8, 5)),
        ("2026.9.8", (2026, 9, 8)),
        ("20260908", (2026, 9, 8)),
        ("20260908080501", (2026, 9, 8, 8, 5, 1)),
        ("202609080805", (2026, 9, 8, 8, 5)),
        ("2026年9月8日", (2026, 9, 8)),
        ("2026年9月8日 8时5分", (2026, 9, 8, 8, 5)),
        ("2026年9月8日8时5分1秒", (2026, 9, 8, 8, 5, 1)),
        ("2026-Jan-14 13:48:01", (2026, 1, 14, 13, 48, 1)),
        ("04/30/2014 02:51:52 PM", (2014, 4, 30, 14, 51, 52)),
        ("2026/9/8 下午3:05:00", (2026, 9, 8, 15, 5)),
        ("２０２６－０９－０８　０８：０５：０１", (2026, 9, 8, 8, 5, 1)),
        ("46273.5", (2026, 9, 8, 12)),
        ("2026-09-08T08:05:01", (2026, 9, 8, 8, 5, 1)),
        ("2026-09-08T00:05:01Z", (2026, 9, 8, 8, 5, 1)),
        ("2026-09-08 02:05:01+02:00", (2026, 9, 8, 8, 5, 1)),
        ("1788825901000", (2026, 9, 8, 8, 5, 1)),
    ],
)
def test_times(text: str, moment: tuple[int, ...]) -> None:
    times = parse_times(
        pl.Series([text, "无", None]), source_zone="Asia/Shanghai", city_zone="Asia/Shanghai"
    )
    assert times.values[0] == dt.datetime(*moment, tzinfo=SHANGHAI)  # type: ignore[misc, arg-type]
    assert times.bad.to_list() == [False, True, False]


def test_clocks_of_another_zone_and_hours_that_come_twice() -> None:
    texts = pl.Series(["2026-11-01 01:30:00", "2026-03-08 02:30:00", "2026-07-01 00:00:00"])
    times = parse_times(texts, source_zone="America/Los_Angeles", city_zone="Asia/Shanghai")
    assert times.values.dt.convert_time_zone("UTC").dt.strftime("%d %H:%M").to_list() == [
        "01 08:30", None, "01 07:00",
    ]  # fmt: skip
    assert times.gap.to_list() == [False, True, False]


def test_given_formats_are_the_only_ones() -> None:
    texts = pl.Series(["08/09/2026", "2026-09-08"])
    times = parse_times(
        texts, formats=("%d/%m/%Y",), source_zone="Asia/Shanghai", city_zone="Asia/Shanghai"
    )
    assert times.values[0] == dt.datetime(2026, 9, 8, tzinfo=SHANGHAI)
    assert times.bad.to_list() == [False, True]


FORMS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%Y年%m月%d日 %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
)


@given(
    st.datetimes(dt.datetime(1971, 1, 2), dt.datetime(2098, 12, 30)),  # noqa: DTZ001
    st.sampled_from(FORMS),
)
def test_every_second_survives_every_form(moment: dt.datetime, form: str) -> None:
    texts = pl.Series([moment.strftime(form)])
    times = parse_times(texts, source_zone="Etc/GMT-8", city_zone="Etc/GMT-8")
    assert times.values[0].replace(tzinfo=None) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    ("text", "number", "about"),
    [
        ("1,234.5", "1234.5", False),
        ("１２．５％", "12.5", False),
        ("3.2万", "32000", False),
        ("1.5亿元", None, False),
        ("1.5亿", "150000000", False),
        ("约300", "300", True),
        ("300余", "300", True),
        ("3万余", "30000", True),
        ("-5", "-5", False),
        ("−5", "-5", False),
        (".5", "0.5", False),
        ("1.2e3", "1200", False),
        ("1,23", None, False),
        ("12a", None, False),
        ("9" * 40, None, False),
    ],
)
def test_numbers(text: str, number: str | None, about: object) -> None:
    found = parse_numbers(pl.Series([text, None]))
    assert found.values[0] == (Decimal(number) if number else None)
    assert found.bad.to_list() == [number is None, False]
    assert found.about.to_list() == [about, False]


@given(st.decimals(-(10**18), 10**18, places=6, allow_nan=False))
def test_every_number_survives(number: Decimal) -> None:
    for text in (str(number), f"{number:,f}", f"{number:f}"):
        assert parse_number(text) == (number, False)
    assert parse_numbers(pl.Series([f"{number:f}"])).values[0] == number


def test_content_hash_is_blake2b_of_the_named_fields() -> None:
    fact = only(checked([row()], spec()))
    stamp = int(fact["at"].timestamp() * 1000)
    said = "case_no\x1e001\x1freceived_at\x1e" + f"{stamp}\x1f"
    digest = hashlib.blake2b(said.encode(), digest_size=8).digest()
    assert fact["content"] == int.from_bytes(digest, "little")
