"""What a file is made of, found out from its bytes: container, encoding, delimiter, header."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from etl.profile import Profile, profile_file
from etl.profile.draft import draft_spec
from etl.readers import read_file
from etl.source import load_spec
from metrics.errors import SourceError

ROWS = [
    (f"A{n:04d}", f"2026-03-{n % 28 + 1:02d} 08:{n % 60:02d}:00", n * 1.5, "路灯")
    for n in range(40)
]
HEAD = ("编号", "受理时间", "数值", "类别")


def table(mark: str = ",", *, head: tuple[str, ...] = HEAD) -> str:
    return "\n".join(mark.join(map(str, row)) for row in (head, *ROWS)) + "\n"


def profiled(folder: Path, data: bytes | str, name: str = "a.csv", **more: Any) -> Profile:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return profile_file(path, **more)


def refused(folder: Path, data: bytes, name: str = "a.csv", **more: Any) -> str:
    with pytest.raises(SourceError) as caught:
        profiled(folder, data, name, **more)
    return caught.value.sentence.replace(f"{folder}/", "")


def drafted(folder: Path, found: Profile) -> Any:
    """Return the draft as the loader reads it, and the file read with it."""
    out = folder / "draft.yaml"
    out.write_text(draft_spec(found), "utf-8")
    return read_file(load_spec(out), found.container.path)


@pytest.mark.parametrize(
    ("codec", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030")],
)
def test_the_encoding_is_the_one_in_which_every_byte_makes_sense(
    tmp_path: Path, codec: str, found: str
) -> None:
    one = profiled(tmp_path, table().encode(codec))
    assert one.container.encoding == found
    assert [column.name for column in one.columns] == list(HEAD)
    assert drafted(tmp_path, one).rows == 40


def test_plain_ascii_is_called_so(tmp_path: Path) -> None:
    assert profiled(tmp_path, "a,b\n1,2\n3,4\n").container.encoding == "ascii"


def test_a_bad_byte_is_named_with_its_line(tmp_path: Path) -> None:
    lines = table().split("\n")
    data = "\n".join(lines[:20]).encode() + "\n路灯".encode("gb18030") + b"\xff\n"
    said = refused(tmp_path, data)
    assert said.startswith("a.csv:21: byte 0x")
    assert "neither UTF-8 nor GB18030" in said


def test_a_character_cut_by_a_chunk_is_no_bad_byte(tmp_path: Path) -> None:
    text = "a,b\n" + "路灯坏了,1\n" * 300_000
    assert profiled(tmp_path, text, most_bytes=1 << 20).container.encoding == "utf-8"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_mark_that_makes_a_table(tmp_path: Path, mark: str) -> None:
    one = profiled(tmp_path, table(mark))
    assert (one.delimiter, len(one.columns), one.rows) == (mark, 4, 40)
    assert drafted(tmp_path, one).rows == 40


def test_decimal_commas_are_no_delimiter(tmp_path: Path) -> None:
    lines = ["编号;经度;纬度", *(f"{n};120,{n:03d};30,{n:03d}" for n in range(50))]
    assert profiled(tmp_path, "\n".join(lines)).delimiter == ";"


def test_a_column_of_its_own_has_no_delimiter(tmp_path: Path) -> None:
    one = profiled(tmp_path, "编号\n" + "\n".join(f"A{n}" for n in range(20)))
    assert (one.delimiter, len(one.columns), one.rows) == (",", 1, 20)


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    text = "某区热线受理情况统计表,,,\n统计时间:2026年3月,,,\n\n" + table()
    one = profiled(tmp_path, text)
    assert (one.layout.title_rows, one.layout.header_rows, one.rows) == (3, 1, 40)
    assert drafted(tmp_path, one).rows == 40


def workbook(rows: list[list[Any]], merged: tuple[tuple[int, int, int, int], ...] = ()) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("明细")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        for area in merged:
            sheet.merge_range(*area, rows[area[0]][area[1]])
        hidden = book.add_worksheet("字典")
        hidden.write_column(0, 0, ["词", "甲", "乙"])
        hidden.hide()
    return out.getvalue()


def test_merged_titles_two_header_rows_and_totals_of_a_workbook(tmp_path: Path) -> None:
    upper, lower = ["编号", "位置", "", "时间", ""], ["", "经度", "纬度", "受理", "办结"]
    body: list[list[Any]] = [
        [f"A{n:03d}", 120.1 + n / 1000, 30.2, f"2026-03-01 08:{n:02d}:00", ""] for n in range(30)
    ]
    rows = [["三月热线工单", "", "", "", ""], upper, lower, *body, ["合计", 30, "", "", ""]]
    merged = ((0, 0, 0, 4), (1, 0, 2, 0), (1, 1, 1, 2), (1, 3, 1, 4))
    one = profiled(tmp_path, workbook(rows, merged), "三月.xlsx")
    assert (one.layout.title_rows, one.layout.header_rows) == (1, 2)
    names = ["编号", "位置/经度", "位置/纬度", "时间/受理", "时间/办结"]
    assert [column.name for column in one.columns] == names
    assert (one.totals, one.rows, one.hidden) == ({"合计": 1}, 30, ("字典",))
    assert one.points is not None
    assert one.points.columns == ("位置/经度", "位置/纬度")
    read = drafted(tmp_path, one)
    assert set(names) <= set(read.frame.columns)
    assert read.rows == 31  # the row of totals is read, and set aside later


def test_two_header_rows_of_a_csv(tmp_path: Path) -> None:
    body = "\n".join(f"A{n:03d},{120 + n / 100},30.{n:02d}" for n in range(20))
    one = profiled(tmp_path, f"编号,位置,\n,经度,纬度\n{body}\n")
    assert one.layout.header_rows == 2
    read = drafted(tmp_path, one)
    assert read.frame.columns == ["row_no", "编号", "位置/经度", "位置/纬度"]
    assert read.frame["row_no"][0] == 3


def test_a_table_with_gaps_in_its_first_row_has_one_header(tmp_path: Path) -> None:
    one = profiled(tmp_path, "甲,乙,丙\n,x,1\na,,2\nb,y,3\n")
    assert (one.layout.title_rows, one.layout.header_rows, one.rows) == (0, 1, 3)


def test_a_file_without_header_is_doubted(tmp_path: Path) -> None:
    one = profiled(tmp_path, table().partition("\n")[2])
    assert not one.layout.has_header
    assert "may have no header" in draft_spec(one)


RECORDS = [{"id": f"{n:03d}", "t": f"2026-03-01 08:{n:02d}:00", "v": n / 2} for n in range(30)]


def packed(inner: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in inner.items():
            archive.writestr(name, data)
    return out.getvalue()


def parquet() -> bytes:
    out = io.BytesIO()
    pl.DataFrame(RECORDS).write_parquet(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "kind", "packing"),
    [
        ("a.json", json.dumps(RECORDS).encode(), "json", ""),
        ("a.json", json.dumps({"data": {"items": RECORDS}, "total": 30}).encode(), "json", ""),
        ("a.jsonl", "\n".join(map(json.dumps, RECORDS)).encode(), "jsonl", ""),
        ("a.parquet", parquet(), "parquet", ""),
        ("a.csv.gz", gzip.compress(table().encode()), "csv", "gz"),
        ("a.zip", packed({"说明/": b"", "数据.csv": table().encode("gb18030")}), "csv", "zip"),
        ("a.zip", packed({"x.txt": b"note\n", "数据.csv": table().encode()}), "csv", "zip"),
        ("a.dat", table().encode(), "csv", ""),
    ],
)
def test_format_and_packing_are_seen_in_the_bytes(
    tmp_path: Path, name: str, data: bytes, kind: str, packing: str
) -> None:
    one = profiled(tmp_path, data, name)
    assert (one.container.format, one.container.packing) == (kind, packing)
    assert one.rows in (30, 40)
    assert drafted(tmp_path, one).rows == one.rows


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", b"", "empty (0 bytes)"),
        ("a.csv", table().encode("utf-16"), "UTF-16"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table>", "a web page or XML"),
        ("a.csv", gzip.compress(table().encode()), "Rename it to a.csv.gz"),
        ("a.csv.gz", table().encode(), "is not packed"),
        ("a.csv.gz", gzip.compress(table().encode() * 99)[:-40], "damaged or cut short"),
        ("a.bin", bytes(range(256)), "none of the formats"),
        ("a.zip", packed({"b.csv.gz": gzip.compress(b"a,b\n1,2\n")}), "packed once more"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    assert said in refused(tmp_path, data, name)


def test_of_a_large_file_the_beginning_is_looked_at_and_that_is_said(tmp_path: Path) -> None:
    rng = random.Random(7)
    lines = "".join(f"{n},{rng.random():.6f},路灯\n" for n in range(60_000))
    one = profiled(tmp_path, "编号,数,类别\n" + lines, most_bytes=200_000)
    assert not one.is_whole
    assert 5_000 < one.rows < 20_000
    assert not one.doubts  # the last line, cut in two, is no ragged row
    assert "from the first" in draft_spec(one)
    out = io.BytesIO()
    pl.DataFrame({"n": range(5_000)}).write_parquet(out)
    few = profiled(tmp_path, out.getvalue(), "a.parquet", most_rows=1_000)
    assert (few.rows, few.is_whole) == (1_000, False)
    said = refused(tmp_path, json.dumps(RECORDS * 200).encode(), "a.json", most_bytes=50_000)
    assert "cannot be looked at in part" in said


def test_ragged_rows_and_nameless_columns_are_told(tmp_path: Path) -> None:
    one = profiled(tmp_path, "a,b,\n1,2,3\n4,5,6\n7,8\n9,10,11\n")
    assert any("has values but no name" in text for text in one.doubts)
    assert any("1 rows have another number of cells (the first is row 4)" in t for t in one.doubts)
