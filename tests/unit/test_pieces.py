"""A file read in pieces is the file read whole: the same rows, the same row numbers."""

import csv
import gzip
import io
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.readers import USUAL, Bound, read_file, read_pieces
from etl.spec import SourceSpec
from metrics.errors import SourceError

TINY = Bound(large=0, rows=2, step=7)
NAMES = ("编号", "受理", "说明")


def spec(**more):
    columns = {"case_no": "编号", "received_at": "受理", "title": "说明"}
    said = {"source": "h", "name": "h", "fact": "case", "files": "*", "format": "csv"}
    return SourceSpec(**{**said, "columns": columns, **more})


def whole_and_pieces(folder: Path, name: str, data: bytes, *, bound=TINY, **more):
    """Return the file's rows read both ways, and the number of pieces, None where it went whole."""
    path = folder / name
    path.write_bytes(data)
    whole = read_file(spec(**more), path)
    found = read_pieces(spec(**more), path, bound, whole.sha256)
    if found is None:
        return whole, whole, None
    pieces = list(found)
    frame = pl.concat([piece.frame for piece in pieces])
    broken = pl.concat([piece.broken for piece in pieces])
    assert {(piece.sha256, piece.size) for piece in pieces} == {(whole.sha256, whole.size)}
    joined = type(whole)(frame, path, whole.sha256, whole.size, broken)
    return whole, joined, len(pieces)


def assert_same(whole, joined):
    assert joined.frame.columns == whole.frame.columns
    assert joined.frame.rows() == whole.frame.rows()
    assert joined.broken.rows() == whole.broken.rows()


CELLS = st.text(st.sampled_from('ab,"\n\r \u3000编號路灯é1'), max_size=6)


@settings(max_examples=150)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=14),
    ending=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    titles=st.integers(0, 2),
    ragged=st.booleans(),
    bound=st.builds(Bound, st.just(0), st.integers(1, 4), st.integers(8, 200), st.integers(1, 40)),
    packed=st.booleans(),
)
def test_any_delimited_text(
    tmp_path_factory, rows, ending, encoding, titles, ragged, bound, packed
):
    text = io.StringIO(newline="")
    text.write(f"标题 2026{ending}" * titles)
    writer = csv.writer(text, lineterminator=ending, quoting=csv.QUOTE_MINIMAL)
    writer.writerows([NAMES, *rows])
    if ragged:
        text.write(f"one,too,many,cells{ending}{ending}x{ending}")
    data = text.getvalue().encode(encoding)
    name = "a.csv.gz" if packed else "a.csv"
    folder = tmp_path_factory.mktemp("pieces")
    whole, joined, _ = whole_and_pieces(
        folder, name, gzip.compress(data) if packed else data, bound=bound, title_rows=titles
    )
    assert_same(whole, joined)


@settings(max_examples=150)
@given(
    raw=st.text(st.sampled_from('ab,"\n\r"路'), max_size=60),
    bound=st.builds(Bound, st.just(0), st.integers(1, 3), st.integers(8, 40), st.integers(1, 12)),
)
def test_any_text_whatever_its_quotes(tmp_path_factory, raw, bound):
    data = (",".join(NAMES) + "\n" + raw).encode()
    folder = tmp_path_factory.mktemp("pieces")
    whole, joined, _ = whole_and_pieces(folder, "a.csv", data, bound=bound)
    assert joined.rows == whole.rows
    assert joined.frame["row_no"].to_list() == whole.frame["row_no"].to_list()


def test_a_regular_file_is_cut_and_its_rows_are_numbered_on(tmp_path):
    lines = [",".join(NAMES), *(f'{n},2026-01-01,"第 {n}\n行"' for n in range(9))]
    whole, joined, pieces = whole_and_pieces(tmp_path, "a.csv", "\n".join(lines).encode())
    assert pieces is not None
    assert pieces > 4
    assert_same(whole, joined)
    assert joined.frame["row_no"].to_list() == [2 + 2 * n for n in range(9)]


def test_objects_on_lines_keep_the_names_of_the_earlier_pieces(tmp_path):
    said = [
        {"编号": "1", "受理": "x", "说明": "a"},
        {"编号": "2"},
        {"编号": "3", "另": 7},
        {"受理": "y"},
    ]
    lines = "\n".join([*(json.dumps(one, ensure_ascii=False) for one in said * 5), "no object"])
    whole, joined, pieces = None, None, 0
    path = tmp_path / "a.jsonl"
    path.write_text(lines, encoding="utf-8")
    asked = spec(format="jsonl", ignore=["另"])
    whole = read_file(asked, path)
    found = list(read_pieces(asked, path, TINY, whole.sha256))
    pieces = len(found)
    joined = pl.concat([one.frame for one in found], how="diagonal")
    assert pieces > 5
    assert joined.select(whole.frame.columns).rows() == whole.frame.rows()
    assert pl.concat([one.broken for one in found]).rows() == whole.broken.rows()


def test_a_parquet_file_is_read_slice_by_slice(tmp_path):
    frame = pl.DataFrame({"编号": range(25), "受理": [f"t{n}" for n in range(25)]})
    out = io.BytesIO()
    frame.with_columns(pl.lit(1.5).alias("说明")).write_parquet(out)
    whole, joined, pieces = whole_and_pieces(
        tmp_path, "a.parquet", out.getvalue(), bound=Bound(large=0, rows=10), format="parquet"
    )
    assert pieces == 3
    assert_same(whole, joined)


@pytest.mark.parametrize("encoding", ["auto", "utf-8", "gb18030"])
@pytest.mark.parametrize("step", [1, 3, 64, 1 << 20])
@pytest.mark.parametrize(
    "data",
    [
        b"\xe7\xbc\x96,a\nb\xff\xff,c\n",
        "编号,受理,说明\n".encode() + "路灯,1,2\n".encode("gb18030") * 5,
        "\ufeff编号,受理,说明\n1,2,3\n".encode() + b"4,\xff\xff,5\n",
        "编号,受理,说明\n1,2,路灯".encode()[:-1],
    ],
)
def test_a_byte_of_another_encoding_is_named_as_in_the_whole(tmp_path, encoding, step, data):
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    asked = spec(encoding=encoding)
    bound = Bound(large=0, rows=2, step=step)
    assert complaint(
        lambda: list(read_pieces(asked, path, bound, "") or [read_file(asked, path)])
    ) == (complaint(lambda: read_file(asked, path)))


def complaint(read):
    try:
        read()
    except SourceError as error:
        return error.sentence
    return ""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b'\xef\xbb\xbfa,b\n1,"2\n3,4\n'),
        ("a.csv", b"a,b\n" + b'1,"' + b"x\n" * 300 + b'"\n'),
        ("a.csv.gz", gzip.compress(b"a,b\n1,2\n" * 9, mtime=0)[:-9]),
        ("a.csv.gz", b"no gzip"),
        ("a.csv.gz.gz", gzip.compress(gzip.compress(b"a,b\n1,2\n" * 9, mtime=0), mtime=0)),
        ("a.csv", b"a,b\r1,2\r3,4\r" * 9),
    ],
)
def test_what_cannot_be_cut_is_left_to_the_whole(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    assert read_pieces(spec(), path, TINY, "") is None


def test_a_small_file_is_read_whole(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(",".join(NAMES) + "\n1,2,3\n" * 100, encoding="utf-8")
    assert read_pieces(spec(), path, USUAL, "") is None


def test_a_packed_file_that_grows_without_measure_is_left_to_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("etl.readers.pieces.MOST_UNPACKED", 1000)
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress((",".join(NAMES) + "\n" + "1,2,3\n" * 100_000).encode()))
    assert read_pieces(spec(), path, TINY, "") is None


def test_a_file_that_changes_under_the_reader_is_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(",".join(NAMES) + "\n" + "1,2,3\n" * 100, encoding="utf-8")
    pieces = read_pieces(spec(), path, TINY, "")
    next(pieces)
    with path.open("a", encoding="utf-8") as file:
        file.write("4,5,6\n")
    with pytest.raises(SourceError, match="was written to while it was read"):
        list(pieces)
