"""Packed files and JSON documents: what is meant is found, and nothing is unpacked for ever."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from etl.readers import RawFile, packed, read_file
from etl.readers.workbook import refuse_bomb
from etl.source import SourceSpec
from metrics.errors import SourceError

TEXT = "编号,时间\n001,t\n002,\n"
ROWS = [(2, "001", "t"), (3, "002", None)]


def spec(**more: Any) -> SourceSpec:
    base: dict[str, Any] = {
        "source": "s", "name": "s", "fact": "case", "files": "*", "format": "csv",
        "columns": {"case_no": "编号", "received_at": "时间"},
    }  # fmt: skip
    return SourceSpec.model_validate({**base, **more})


def read(folder: Path, data: bytes, name: str, **more: Any) -> RawFile:
    path = folder / name
    path.write_bytes(data)
    return read_file(spec(**more), path)


def refused(folder: Path, data: bytes, name: str, **more: Any) -> str:
    with pytest.raises(SourceError) as caught:
        read(folder, data, name, **more)
    return caught.value.sentence.replace(f"{folder}/", "")


def archive(**files: str | bytes) -> bytes:
    """A zip of files; two underscores in a name stand for a full stop, three for a slash."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name.replace("___", "/").replace("__", "."), content)
    return made.getvalue()


def document(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()


RECORDS = [{"编号": 10, "时间": "t"}, {"编号": "2", "时间": None, "extra": 1}]


@pytest.mark.parametrize("name", ["a.csv.gz", "a.CSV.GZ"])
def test_gzip_around_csv(tmp_path: Path, name: str) -> None:
    data = gzip.compress(TEXT.encode("gb18030"))
    raw = read(tmp_path, data, name)
    assert raw.frame.rows() == ROWS
    assert (raw.size, raw.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_gzip_around_json(tmp_path: Path) -> None:
    lines = '{"编号": "001", "时间": "t"}\n{"编号": "002"}'
    raw = read(tmp_path, gzip.compress(lines.encode()), "a.jsonl.gz", format="jsonl")
    assert raw.frame.rows() == [(1, "001", "t"), (2, "002", None)]
    raw = read(tmp_path, gzip.compress(document(RECORDS[:1])), "a.json.gz", format="json")
    assert raw.frame.rows() == [(1, "10", "t")]


def test_the_one_data_file_of_an_archive_is_read(tmp_path: Path) -> None:
    data = archive(x___a__csv=TEXT, __MACOSX___a__csv="?", x___={}.__repr__(), __hidden="?")
    assert read(tmp_path, data, "a.zip").frame.rows() == ROWS


@pytest.mark.parametrize("member", ["a.csv", "x/a.csv", "x/*", "*.csv"])
def test_a_member_is_found_by_name_or_glob(tmp_path: Path, member: str) -> None:
    data = archive(x___a__csv=TEXT, readme__txt="?")
    assert read(tmp_path, data, "a.zip", member=member).frame.rows() == ROWS


def test_names_of_chinese_windows_are_understood(tmp_path: Path) -> None:
    data = archive(ab__csv=TEXT, cd__csv="?").replace(b"ab.csv", "热".encode("gb18030") + b".csv")
    assert read(tmp_path, data, "a.zip", member="热.csv").frame.rows() == ROWS


@pytest.mark.parametrize(
    ("files", "member", "said"),
    [
        ({"a__csv": TEXT, "b__csv": TEXT}, "",
         "a.zip: 2 files in the archive may be meant. They are 'a.csv', 'b.csv'. "
         "Name one under member in s."),
        ({"a__csv": TEXT}, "b.csv",
         "a.zip: there is no 'b.csv' in the archive. Did you mean 'a.csv'? Correct member in s."),
        ({}, "", "a.zip: there is no data file in the archive. Pack it again."),
        ({"a__zip": TEXT}, "",
         "a.zip: 'a.zip' in the packed file is packed once more. Pack the data file itself, once."),
    ],
)  # fmt: skip
def test_an_archive_that_leaves_doubt_says_so(
    tmp_path: Path, files: dict[str, str], member: str, said: str
) -> None:
    assert refused(tmp_path, archive(**files), "a.zip", member=member) == said


def test_what_is_damaged_or_locked_says_so(tmp_path: Path) -> None:
    data = archive(a__csv=TEXT)
    damaged = "the packed file is damaged or cut short. Fetch it again."
    assert refused(tmp_path, data[:-9], "a.zip") == f"a.zip: {damaged}"
    spoiled = bytearray(data)
    spoiled[len("PK") + 40] ^= 255
    assert refused(tmp_path, bytes(spoiled), "a.zip") == f"a.zip: {damaged}"
    assert refused(tmp_path, b"PK", "a.csv.gz") == f"a.csv.gz: {damaged}"
    locked = bytearray(data)
    locked[6] |= 1
    locked[data.index(b"PK\x01\x02") + 8] |= 1
    assert "'a.csv' in the archive cannot be unpacked" in refused(tmp_path, bytes(locked), "a.zip")
    twice = gzip.compress(gzip.compress(TEXT.encode()))
    assert "'a.csv.gz' in the packed file is packed once more" in refused(
        tmp_path, twice, "a.csv.gz.gz"
    )


NO_VERSION, AT_ITS_END = 0x63, 0xFF  # of the format; of the file
WHOLE = {
    "one": archive(a__csv=TEXT), "two": archive(a__csv=TEXT, b__csv=TEXT),
    "gzip": gzip.compress(TEXT.encode(), mtime=0),
}  # fmt: skip


@pytest.mark.parametrize("kind", WHOLE)
def test_whichever_byte_is_wrong_the_file_is_read_or_ends_in_a_sentence(kind: str) -> None:
    path, data = Path("a.csv.gz" if kind == "gzip" else "a.zip"), WHOLE[kind]
    for at in range(len(data)):
        for byte in {0, 1, 9, 0x14, NO_VERSION, 0x80, AT_ITS_END, data[at] ^ 1, data[at] ^ 8}:
            wrong = data[:at] + bytes([byte]) + data[at + 1 :]
            with contextlib.suppress(SourceError):
                assert isinstance(packed.unpacked(spec(), path, wrong), bytes)
            with contextlib.suppress(SourceError):
                refuse_bomb(path, wrong)


def test_a_bomb_ends_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MOST_UNPACKED", 1 << 20)
    said = "unpacked, the file is larger than 1 MB. Cut the export into smaller files."
    big = bytes(1 << 21)
    assert refused(tmp_path, gzip.compress(big), "a.csv.gz") == f"a.csv.gz: {said}"
    data = archive(a__csv=big)
    assert refused(tmp_path, data, "a.zip") == f"a.zip: {said}"
    lying = data.replace((1 << 21).to_bytes(4, "little"), (9).to_bytes(4, "little"))
    assert "a.zip: " in refused(tmp_path, lying, "a.zip")  # a size that is not true
    book = archive(**{"xl/workbook.xml": big})
    assert refused(tmp_path, book, "a.xlsx", format="xlsx") == f"a.xlsx: {said}"
    lying = book.replace((1 << 21).to_bytes(4, "little"), (9).to_bytes(4, "little"))
    assert "a.xlsx: " in refused(tmp_path, lying, "a.xlsx", format="xlsx")


def test_a_cell_at_the_far_end_of_a_sheet_ends_in_one_sentence(tmp_path: Path) -> None:
    sheet = '<worksheet><sheetData><row r="1"><c r="A1"/></row><row><c s="1" r="XFD1048576"/>'
    files = {"xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml": sheet}
    said = refused(tmp_path, archive(**files), "a.xlsx", format="xlsx")
    assert "spans 1,048,576 rows but hardly any cell in it is filled" in said


def test_half_a_character_in_json_is_marked_and_the_row_kept(tmp_path: Path) -> None:
    text = r'{"编号":"1","时间":"2","t":"\\ud83d\ude00 \ud83d. \\ud83d"}'
    raw = read(tmp_path, text.encode(), "a.jsonl", format="jsonl", ignore=["t"])
    assert raw.frame["t"].to_list() == ["\\ud83d\ufffd \ufffd. \\ud83d"]


def test_a_document_is_an_array_or_holds_one(tmp_path: Path) -> None:
    expected = [(1, "10", "t", None), (2, "2", None, "1")]
    more: dict[str, Any] = {"format": "json", "ignore": ["extra"]}
    assert read(tmp_path, document(RECORDS), "a.json", **more).frame.rows() == expected
    wrapped = document({"code": 0, "data": {"total": 2, "items": RECORDS}})
    raw = read(tmp_path, wrapped, "a.json", records="data.items", **more)
    assert raw.frame.rows() == expected


def test_elements_that_are_no_objects_are_set_apart(tmp_path: Path) -> None:
    raw = read(tmp_path, document([1, RECORDS[0], "中"]), "a.json", format="json")
    assert raw.frame.rows() == [(2, "10", "t")]
    assert raw.broken.rows() == [(1, "bad_json", '"1"'), (3, "bad_json", '"中"')]
    assert raw.rows == 3


def test_json_keeps_its_digits(tmp_path: Path) -> None:
    data = '[{"编号": 12345678901234567890.50, "时间": {"a": [1, "]"]}}]'.encode()
    raw = read(tmp_path, data, "a.json", format="json")
    assert raw.frame.rows() == [(1, "12345678901234567890.50", '{"a": ["1", "]"]}')]


@pytest.mark.parametrize(
    ("data", "records", "said"),
    [
        (b'[{"a": 1},\n]', "", "a.json:2: this is not JSON (Expecting value). With an object on"),
        (b'{"data": [1], "n": 2}', "",
         "a.json: the document is no array. Arrays in it are data. Say where the rows are"),
        (b'{"data": {"n": 2}}', "data", "a.json: 'data' is no array. Say where the rows are"),
        (b'{"data": {"items": []}}', "data.item",
         "a.json: there is no 'item' below 'data'. Did you mean 'items'? Correct records in s."),
        (b"[]", "data", "a.json: there is no 'data' at the top. It has no keys. Correct records"),
        (b"[" * 100_000, "", "a.json: the document is nested more than 100 deep. Export a flat"),
        (b'{"a":' * 101 + b"1" + b"}" * 101, "", "a.json: the document is nested more than 100"),
    ],
)  # fmt: skip
def test_a_document_that_cannot_be_taken_says_why(
    tmp_path: Path, data: bytes, records: str, said: str
) -> None:
    assert refused(tmp_path, data, "a.json", format="json", records=records).startswith(said)


@pytest.mark.parametrize("tail", ["", "\\"])
def test_a_string_left_open_is_told_at_once(tmp_path: Path, tail: str) -> None:
    text = '[{"n": "' + '\\"' * 1_000_000 + tail
    assert "Unterminated string" in refused(tmp_path, text.encode(), "a.json", format="json")


def test_a_line_nested_without_end_is_set_apart(tmp_path: Path) -> None:
    data = '{"编号": "1", "时间": ""}\n'.encode() + b"[" * 100_000
    raw = read(tmp_path, data, "a.jsonl", format="jsonl")
    assert (raw.frame.height, raw.broken["reason"].to_list()) == (1, ["bad_json"])
