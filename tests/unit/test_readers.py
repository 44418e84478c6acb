"""Readers: every format gives the same text; a file that cannot be taken says why."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.readers import RawFile, read_file
from etl.source import SourceSpec
from metrics.errors import SourceError
from tests.support.old_excel import old_workbook

TEXT = "编号,时间,数\n001,2026-09-08 08:05:00,1.5\n002,,\n"


def spec(**more: Any) -> SourceSpec:
    base: dict[str, Any] = {
        "source": "s", "name": "s", "fact": "case", "files": "*", "format": "csv",
        "columns": {"case_no": "编号", "received_at": "时间", "title": "数"},
    }  # fmt: skip
    return SourceSpec.model_validate({**base, **more})


def read(folder: Path, data: bytes | str, name: str = "a.csv", **more: Any) -> RawFile:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_file(spec(**more), path)


def refused(folder: Path, data: bytes | str, name: str = "a.csv", **more: Any) -> str:
    with pytest.raises(SourceError) as caught:
        read(folder, data, name, **more)
    return caught.value.sentence.replace(f"{folder}/", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    data = TEXT.encode(encoding)
    raw = read(tmp_path, data)
    assert raw.frame.rows() == [(2, "001", "2026-09-08 08:05:00", "1.5"), (3, "002", None, None)]
    assert raw.frame.schema == {
        "row_no": pl.UInt64, "编号": pl.String, "时间": pl.String, "数": pl.String,
    }  # fmt: skip
    assert (raw.size, raw.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_packed_csv(tmp_path: Path) -> None:
    assert read(tmp_path, gzip.compress(TEXT.encode()), "a.csv.gz").rows == 2
    said = refused(tmp_path, gzip.compress(TEXT.encode())[:-9], "a.csv.gz")
    assert said == "a.csv.gz: the packed file is damaged or cut short. Fetch it again."


def test_line_numbers_survive_titles_quotes_and_blank_lines(tmp_path: Path) -> None:
    text = (
        '热线日报\r\n\r\n编号,时间,数\r\n1,t,"两\r\n行"\r\n\r\n'
        '2,t,"逗,号 ""引"" 号"\r\n,,\r\n3,t,5" 管\r\n'
    )
    raw = read(tmp_path, text, title_rows=1)
    assert raw.frame.rows() == [
        (4, "1", "t", "两\n行"), (7, "2", "t", '逗,号 "引" 号'), (9, "3", "t", '5" 管'),
    ]  # fmt: skip


def test_ragged_rows_are_set_apart(tmp_path: Path) -> None:
    raw = read(tmp_path, TEXT + "003,t\n004,t,1,2\n005,t,1\n")
    assert raw.frame["row_no"].to_list() == [2, 3, 6]
    assert raw.broken.rows() == [(4, "ragged_row", "003,t"), (5, "ragged_row", "004,t,1,2")]
    assert raw.rows == 5


def test_a_stray_quote_spoils_no_other_row(tmp_path: Path) -> None:
    rows = [f"{n},t,{chr(34) if n == 3 else ''}x" for n in range(2, 400)]
    rows[1] = '3,t,5" 管'
    raw = read(tmp_path, "编号,时间,数\n" + "\n".join(rows))
    assert raw.frame.height == 398
    assert raw.frame["row_no"].to_list() == list(range(2, 400))


CELL = st.text('ab中, "\n', max_size=6).filter(lambda cell: cell == cell.strip())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=8), st.integers(0, 1))
def test_whatever_is_written_is_read(
    tmp_path: Path, rows: list[tuple[str, str, str]], ragged: int
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([("编号", "时间", "数"), *rows, *[("x",)] * ragged])
    raw = read(tmp_path, text.getvalue())
    filled = [row for row in rows if any(row)]
    assert [tuple(c or "" for c in row[1:]) for row in raw.frame.rows()] == filled
    assert raw.broken.height == ragged


def test_only_a_header_is_a_file_without_rows(tmp_path: Path) -> None:
    assert read(tmp_path, "编号,时间,数\n").rows == 0


def test_headers_are_compared_by_what_is_seen(tmp_path: Path) -> None:
    raw = read(tmp_path, "\ufeff 编号\u200b,时间 ,数\n1,2,3\n")
    assert raw.frame.columns == ["row_no", "编号", "时间", "数"]


@pytest.mark.parametrize(
    ("data", "more", "said"),
    [
        (b"", {}, "a.csv: the file is empty (0 bytes). Export it again"),
        (b"\n\n", {}, "a.csv: there is no header"),
        ("编号,时间,数\n".encode("utf-16"), {}, "a.csv: the file is UTF-16"),
        (
            "编号,时间点,数\n1,2,3\n",
            {},
            "a.csv: the column '时间' is missing. The file has '时间点' instead",
        ),
        ("编号,时间\n", {}, "a.csv: the column '数' is missing. It has 编号, 时间"),
        (
            "编号,时间,数,新列\n",
            {},
            "a.csv: unknown column '新列': the export has changed. Add to `ignore`",
        ),
        ("编号,时间,数,数\n", {}, "a.csv: the column '数' is there twice"),
        ("编号,时间,数,\n1,2,3,4\n", {}, "a.csv: column 4 has values but no name"),
        (
            TEXT.encode() + "3,中,x\n".encode("gb18030") + b"\xff\xff",
            {},
            "a.csv:4: byte 0xd6 is not utf-8. It is neither UTF-8 nor GB18030 all through",
        ),
        (
            TEXT.encode("gb18030"),
            {"encoding": "utf-8"},
            "a.csv:1: byte 0xb1 is not utf-8. The whole file reads as gb18030. "
            "Set encoding: gb18030 in s",
        ),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(
    tmp_path: Path, data: bytes | str, more: dict[str, Any], said: str
) -> None:
    assert refused(tmp_path, data, **more).startswith(said)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the file does not exist"):
        read_file(spec(), tmp_path / "none.csv")


def workbook(path: Path) -> None:
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("旧").hide()
    sheet = book.add_worksheet("案件")
    sheet.activate()
    sheet.set_first_sheet()
    sheet.merge_range("B2:D2", "案件一览")
    sheet.write_row(3, 1, ["编号", "时间", "数"])
    sheet.write_string(4, 1, "001234567890123")
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.write_datetime(4, 2, dt.datetime(2026, 9, 8, 8, 5, 1), day)  # noqa: DTZ001
    sheet.write_number(4, 3, 5)
    sheet.write_number(6, 1, 330109199001011234)
    sheet.write_string(7, 1, "330109199001011234")
    sheet.write_number(7, 3, 1.25)
    book.close()


def test_excel_cells_become_what_a_person_would_type(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx")
    raw = read_file(spec(format="xlsx", title_rows=2), tmp_path / "a.xlsx")
    assert raw.frame.rows() == [
        (5, "001234567890123", "2026-09-08 08:05:01", "5"),
        (7, "3.301092E+17", None, None),
        (8, "330109199001011234", None, "1.25"),
    ]


def test_workbooks_of_excel_97_are_read(tmp_path: Path) -> None:
    data = old_workbook([["编号", "时间", "数"], ["001", "2026-09-08", 1.5], ["002", "", 3.0]])
    raw = read(tmp_path, data, "a.xls", format="xlsx")
    assert raw.frame.rows() == [(2, "001", "2026-09-08", "1.5"), (3, "002", "", "3")]


def test_excel_files_that_cannot_be_taken(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx")
    with pytest.raises(SourceError, match=r"no sheet '案件表'. Did you mean '案件'"):
        read_file(spec(format="xlsx", sheet="案件表"), tmp_path / "a.xlsx")
    assert "no readable Excel file" in refused(tmp_path, b"PK", "b.xlsx", format="xlsx")
    with pytest.raises(SourceError, match="there is no header"):
        read_file(spec(format="xlsx", sheet="旧"), tmp_path / "a.xlsx")


def test_json_lines_keep_their_digits(tmp_path: Path) -> None:
    lines = [
        '{"编号": 12345678901234567890, "时间": "t", "数": 1.50}',
        "",
        '{"编号": "2", "时间": null}',
        '{"编号": "3", ',
        "[1]",
        json.dumps({"编号": True, "时间": {"a": 1}}, ensure_ascii=False),
    ]
    raw = read(tmp_path, "\n".join(lines), "a.jsonl", format="jsonl")
    assert raw.frame.rows() == [
        (1, "12345678901234567890", "t", "1.50"),
        (3, "2", None, None),
        (6, "true", '{"a": "1"}', None),
    ]
    assert raw.broken["row_no"].to_list() == [4, 5]
    assert set(raw.broken["reason"]) == {"bad_json"}
    assert "'编号' is missing. It has x" in refused(tmp_path, '{"x": 1}', "b.jsonl", format="jsonl")


def test_parquet_is_cast_without_loss(tmp_path: Path) -> None:
    moment = dt.datetime(2026, 9, 8, 8, 5, 1, 250000)  # noqa: DTZ001
    frame = pl.DataFrame(
        {
            "编号": [60750128003.0, 1.5, None],
            "时间": pl.Series(
                [moment, moment.replace(microsecond=0), None], dtype=pl.Datetime("us")
            ),
            "数": [True, None, False],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    raw = read_file(spec(format="parquet"), tmp_path / "a.parquet")
    assert raw.frame.rows() == [
        (1, "60750128003", "2026-09-08 08:05:01.250000", "true"),
        (2, "1.5", "2026-09-08 08:05:01", None),
        (3, None, None, "false"),
    ]
    assert "no readable Parquet" in refused(tmp_path, b"x", "b.parquet", format="parquet")
