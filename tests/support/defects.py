"""The nineteen defects of real sources: for each a small file or two, and what must come of it.

All of it is made up: numbers that belong to nobody, a city of squares.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

CHINA = dt.timezone(dt.timedelta(hours=8))
GRID, COMMUNITY, CITY = "990100001001001", "990100001001", "990100"
POINT = "120.002000,30.002000"
"""Lies in the middle of ``GRID``."""


@dataclass(frozen=True)
class Defect:
    """One defect.

    Attributes:
        number: in the list of the data model.
        name: what it is.
        specs: source specs without what they share; the files of the first begin with ``a``, of
            the second with ``b``.
        files: contents by name, loaded in this order.
        heaps: accepted, quarantined, duplicates, flagged, over all files.
        reasons: of the rows set aside, in the order of files and rows.
        facts: some fields of current facts by their number.
        refused: what is said of files that are not taken, by name.
        versions: versions of a fact by its number, where it has another number than one.
    """

    number: int
    name: str
    files: Mapping[str, bytes | str]
    heaps: tuple[int, int, int, int]
    specs: tuple[Mapping[str, Any], ...] = ({},)
    reasons: tuple[str, ...] = ()
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)


def at(text: str) -> dt.datetime:
    """Return a moment of the city's clock."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=CHINA)


def _book(rows: list[list[Any]], *, is_1904: bool = False) -> bytes:
    """Return a workbook; moments are date cells, floats bare numbers."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"date_1904": is_1904})
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, dt.datetime):
                sheet.write_datetime(number, column, cell, day)
            else:
                sheet.write(number, column, cell)
    book.close()
    return buffer.getvalue()


_T = "2026-03-02 08:00:00"
_TITLED = {"columns": {"title": "摘要"}}
_CLOSED = {"columns": {"closed_at": "办结", "updated_at": "更新"}}
_EVENT = {
    "fact": "event",
    "columns": {"event_no": "编号", "at": "受理", "kind": {"constant": "count"}, "value": "数"},
}
_PLACED = {"place": {"lon": "经度", "lat": "纬度", "code": ["网格", "社区"],
                     "default_points": ["120.017, 30.017"]}}  # fmt: skip
_PLACES = f"""\
编号,受理,网格,社区,经度,纬度
known,{_T},990100001001001,,,
twelve,{_T},990100001001,,,
moved,{_T},990100001001999,990100001002,{POINT}
village,{_T},90100001001001,990100001001,,
nowhere,{_T},90100001001001,,,
"""
_POINTS = f"""\
编号,受理,网格,社区,经度,纬度
right,{_T},,,120.002,30.002
swapped,{_T},,,30.002,120.002
zero,{_T},,,0,0
whole,{_T},,,120,30
office,{_T},,,120.0170000,30.017
metres,{_T},,,512345.1,3312345.6
away,{_T},,,121.5,31.2
"""
_LIFE = "编号,受理,办结,更新,操作\n"
_LIVES = {
    "columns": {**_CLOSED["columns"], "is_void": {"column": "操作", "true": ["D"]}},
}
_CUMULATIVE = {
    "fact": "event", "cumulative": {"by": ["街道"], "resets": ["03-28"]},
    "columns": {"event_no": {"columns": ["街道", "受理"], "digest": True}, "at": "受理",
                "kind": {"constant": "count"}, "value": "累计", "subject": "编号"},
    "ignore": (), "place": {"name": "街道"},
}  # fmt: skip
_TOTALS = """\
编号,街道,受理,累计
1,街道1,2026-03-25,30
2,街道1,2026-03-26,35
3,街道1,2026-03-27,40
4,街道1,2026-03-28,3
5,街道1,2026-03-30,9
6,街道1,2026-03-31,8
7,街道2,2026-03-28,1
8,街道2,2026-03-29,1
"""

DEFECTS = (
    Defect(
        1, "wrong and broken encodings",
        {
            "a_1.csv": f"编号,受理,摘要\n001,{_T},井盖\n".encode("gb18030"),
            "a_2.csv": f"编号,受理,摘要\n002,{_T},路灯\n".encode("utf-8-sig"),
            "a_3.csv": f"编号,受理,摘要\n003,{_T},树\n004,{_T},".encode() + b"\xff\xfe\xff\n",
            "a_4.csv": f"编号,受理,摘要\n005,{_T},锟斤拷\n006,{_T},好\n",
        },
        (4, 0, 0, 1), (_TITLED,),
        facts={
            "001": {"title": "井盖", "flags": []}, "002": {"title": "路灯"},
            "005": {"flags": ["garbled_text"]}, "006": {"title": "好", "flags": []},
        },
        refused={"a_3.csv": r"a_3\.csv:3: byte 0xff is not utf-8"},
    ),
    Defect(
        2, "traditional characters with their pinyin",
        {"a.csv": f"编号,受理,摘要\n1,{_T},沿街網(wǎng)點(diǎn)占道經(jīng)營(yíng)\n"
                  f"2,{_T},商铺(wifi)收費\n"},
        (2, 0, 0, 1), (_TITLED,),
        facts={
            "1": {"title": "沿街网点占道经营", "flags": ["spun_text"]},
            "2": {"title": "商铺(wifi)收費", "flags": []},
        },
    ),
    Defect(
        3, "full-width letters and digits, odd spaces",
        {"a.csv": "编号,受理,摘要,退单\n"
                  "　Ａ００１\u00a0,２０２６－０３－０２　０８：００,第１２号：井盖,２\n"},
        (1, 0, 0, 0), ({"columns": {"title": "摘要", "n_returns": "退单"}},),
        facts={"A001": {"received_at": at(_T), "title": "第１２号：井盖", "n_returns": 2}},
    ),
    Defect(
        4, "numbers as people write them",
        {"a.csv": "编号,受理,数\n" + "".join(
            f"{n},{_T},{text}\n" for n, text in enumerate(
                ['"1,234.5"', "1.2万", "3亿", "97.5%", "约300", "20余", "几百"], 1))},
        (6, 1, 0, 2), (_EVENT,), ("bad_number",),
        facts={
            "1": {"value": 1234.5}, "2": {"value": 12_000}, "3": {"value": 300_000_000},
            "4": {"value": 97.5}, "5": {"value": 300, "flags": ["approximate_value"]},
            "6": {"value": 20},
        },
    ),
    Defect(
        5, "dates of spreadsheets, in words, and for none",
        {
            "a_1.xlsx": _book([
                ["编号", "受理", "办结"],
                ["1", dt.datetime(2026, 3, 2, 8), 46100.5],  # noqa: DTZ001
                ["2", "2026/3/8 8:5", "0000-00-00"],
                ["3", "20260308", "1970-01-01"],
                ["4", "2026年3月8日", "2099-12-31"],
                ["5", "三月八日", ""],
            ]),
            "a_2.xlsx": _book(
                [["编号", "受理", "办结"], ["6", dt.datetime(2026, 3, 2, 8), ""]],  # noqa: DTZ001
                is_1904=True,
            ),
        },
        (5, 1, 0, 3), ({"format": "xlsx", "columns": {"closed_at": "办结"}},), ("bad_time",),
        facts={
            "1": {"received_at": at(_T), "closed_at": at("2026-03-19 12:00")},
            "2": {"received_at": at("2026-03-08 08:05"), "closed_at": None},
            "3": {"received_at": at("2026-03-08"), "flags": ["sentinel_time"]},
            "4": {"received_at": at("2026-03-08"), "closed_at": None},
            "6": {"received_at": at(_T), "flags": []},
        },
    ),
    Defect(
        6, "long numbers a spreadsheet has rounded",
        {
            "a_1.csv": f"编号,受理\n3.30109E+17,{_T}\n330109000000000001,{_T}\n",
            "b_1.xlsx": _book([["编号", "受理"], [990100000000000123, _T],
                               ["990100000000000123", _T]]),
        },
        (2, 2, 0, 0), ({}, {"format": "xlsx"}), ("float_key", "float_key"),
        facts={"330109000000000001": {"flags": []}, "990100000000000123": {"flags": []}},
    ),
    Defect(
        7, "area codes that are old, short or mutilated",
        {"a.csv": _PLACES},
        (5, 0, 0, 3), (_PLACED,),
        facts={
            "known": {"area": GRID, "placed_by": "code", "flags": []},
            "twelve": {"area": COMMUNITY, "placed_by": "code", "flags": []},
            "moved": {"area": GRID, "placed_by": "point", "flags": ["unknown_code"]},
            "village": {"area": COMMUNITY, "placed_by": "code", "flags": ["unknown_code"]},
            "nowhere": {"area": CITY, "placed_by": "none", "flags": ["unknown_code"]},
        },
    ),
    Defect(
        8, "points that are swapped, nothing, a default or elsewhere",
        {"a.csv": _POINTS},
        (7, 0, 0, 6), (_PLACED,),
        facts={
            "right": {"area": GRID, "flags": []},
            "swapped": {"area": GRID, "flags": ["swapped_point"]},
            "zero": {"area": CITY, "flags": ["default_point"]},
            "whole": {"area": CITY, "flags": ["default_point"]},
            "office": {"area": CITY, "lon": None, "flags": ["default_point"]},
            "metres": {"area": CITY, "lon": None, "flags": ["bad_coordinates"]},
            "away": {"area": CITY, "lon": 121.5, "flags": ["outside"]},
        },
    ),
    Defect(
        9, "work orders sent twice and in two versions",
        {
            "a_1.csv": f"编号,受理,办结,更新\n1,{_T},,{_T}\n1,{_T},,{_T}\n2,{_T},,{_T}\n",
            "a_2.csv": f"编号,受理,办结,更新\n1,{_T},2026-03-05,2026-03-05\n",
            "a_3.csv": f"编号,受理,办结,更新\n1,{_T},2026-03-04,2026-03-04\n",
        },
        (4, 0, 1, 0), (_CLOSED,),
        facts={"1": {"closed_at": at("2026-03-05")}, "2": {"closed_at": None}},
        versions={"1": 3},
    ),
    Defect(
        10, "clocks that are wrong",
        {
            "a.csv": "编号,受理\n1,2026-06-01 00:04\n2,2026-06-01 00:06\n3,2026-05-31 23:00\n",
            "b.csv": "编号,受理,值,收到\n1,2026-05-01 00:00,5,2026-05-01 08:00\n"
                     "2,2026-05-01 00:00,5,2026-05-01 00:01\n",
        },
        (4, 1, 0, 2),
        (
            {},
            {"fact": "reading", "timezone": "UTC",
             "columns": {"device": "编号", "at": "受理", "metric": {"constant": "pm25"},
                         "value": "值", "updated_at": "收到"}},
        ),
        ("future_time",),
        facts={
            "1": {"at": at("2026-05-01 08:00"), "flags": ["time_skew"]},
            "2": {"at": at("2026-05-01 08:00"), "flags": []},
            "3": {"flags": []},
        },
    ),
    Defect(
        11, "late and back-dated closes, reopening, deletion",
        {
            "a_1.csv": f"{_LIFE}1,{_T},,{_T},I\n2,{_T},,{_T},I\n3,{_T},2026-03-03,2026-03-03,I\n",
            "a_2.csv": f"{_LIFE}1,{_T},2026-03-10,2026-04-20,U\n2,{_T},,2026-04-20,D\n",
            "a_3.csv": f"{_LIFE}3,{_T},,2026-04-21,U\n",
        },
        (6, 0, 0, 0), (_LIVES,),
        facts={
            "1": {"closed_at": at("2026-03-10"), "is_void": 0},
            "2": {"is_void": 1},
            "3": {"closed_at": None, "is_void": 0},
        },
        versions={"1": 2, "2": 2, "3": 2},
    ),
    Defect(
        12, "closed cases moved to another table",
        {
            "a_active.csv": f"编号,受理,办结,更新\n1,{_T},,{_T}\n2,{_T},,{_T}\n",
            "b_history.csv": f"单号,时间,结案\n1,{_T},2026-03-05\n3,{_T},2026-03-06\n",
        },
        (4, 0, 0, 0),
        (
            {"system": "um", **_CLOSED},
            {"system": "um",
             "columns": {"case_no": "单号", "received_at": "时间", "closed_at": "结案"}},
        ),
        facts={
            "1": {"closed_at": at("2026-03-05"), "source": "b"},
            "2": {"closed_at": None, "source": "a"},
            "3": {"closed_at": at("2026-03-06"), "source": "b"},
        },
        versions={"1": 2},
    ),
    Defect(
        13, "stamps in an impossible order, closed without anything done",
        {"a.csv": "编号,受理,处置,办结\n1,2026-03-02 08:00,,2026-03-02 07:00\n"
                  "2,2026-03-02 08:00,2026-03-04 08:00,2026-03-03 08:00\n"
                  "3,2026-03-02 08:00,2026-03-02 09:00,2026-03-02 08:59:30\n"},
        (3, 0, 0, 2), ({"columns": {"disposed_at": "处置", "closed_at": "办结"}},),
        facts={
            "1": {"flags": ["closed_before_received", "order_violation",
                            "closed_without_disposed"]},
            "2": {"flags": ["order_violation"], "closed_at": at("2026-03-03 08:00")},
            "3": {"flags": []},
        },
    ),
    Defect(
        14, "everything closed at a minute before midnight",
        {"a.csv": "编号,受理,办结,更新\n" + "".join(
            f"{n},{_T},2026-03-{3 + n % 20:02d} "
            + ("23:59" if n % 3 == 0 else f"{8 + n % 11:02d}:{n % 60:02d}") + f",{_T}\n"
            for n in range(60))},
        (60, 0, 0, 0), (_CLOSED,),
        facts={"0": {"closed_at": at("2026-03-03 23:59"), "flags": []}},
    ),
    Defect(
        15, "cases made to try the system out",
        {"a.csv": f"编号,受理,摘要\n1,{_T},系统测试请勿处理\n2,{_T},111\n3,{_T},检测线噪声111号\n"},
        (1, 2, 0, 0), ({**_TITLED, "skip": {"摘要": ["*测试*", "111"]}},),
        ("skipped_by_spec", "skipped_by_spec"),
        facts={"3": {"title": "检测线噪声111号"}},
    ),
    Defect(
        16, "units and classes under several names",
        {"a.csv": f"编号,受理,单位\n1,{_T},区城管局\n2,{_T},城市管理和综合执法局\n3,{_T},新部门\n"},
        (3, 0, 0, 1),
        ({"columns": {"department": {
            "column": "单位", "unmapped": "bucket",
            "map": {"区城管局": "城管局", "城市管理和综合执法局": "城管局"}}}},),
        facts={
            "1": {"department": "城管局"}, "2": {"department": "城管局", "flags": []},
            "3": {"department": "未映射", "flags": ["unmapped_value"]},
        },
    ),
    Defect(
        17, "people's numbers in free text",
        {"a.csv": f"编号,受理,摘要\n1,{_T},回电１３８００００００００ 证件990101199901010000 谢谢\n"
                  f"2,{_T},井盖编号1234567\n"},
        (2, 0, 0, 0), (_TITLED,),
        facts={"1": {"title": "回电*** 证件*** 谢谢"}, "2": {"title": "井盖编号1234567"}},
    ),
    Defect(
        18, "totals among the rows",
        {"a.csv": f"编号,受理\n1,{_T}\n小计,1\n2,{_T}\n 合计(件),2\n"},
        (2, 2, 0, 0), ({"totals": ["合计", "小计"]},), ("totals_row", "totals_row"),
        facts={"1": {}, "2": {}},
    ),
    Defect(
        19, "running totals instead of daily numbers",
        {"a.csv": _TOTALS},
        (6, 2, 0, 1), (_CUMULATIVE,), ("no_day_before", "total_fell"),
        facts={
            "2": {"value": 5}, "3": {"value": 5}, "4": {"value": 3},
            "5": {"value": 6, "flags": ["days_between"]}, "7": {"value": 1}, "8": {"value": 0},
        },
    ),
)  # fmt: skip
