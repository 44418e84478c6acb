"""What a spec may say of asking: secrets are named, never written; what is odd has its line."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from cockpit.secret_variables import secret
from etl.fetch.client import asked_wait, next_link
from etl.fetch.desk import Tries
from etl.fetch.edge import Edge
from etl.fetch.spec import Watermark
from etl.fetch.watermark import step_back
from etl.source import load_spec
from metrics.errors import ConfigProblems, SourceError

HTTP = """\
source: api
name: 接口
fact: case
format: json
columns: {case_no: id, received_at: at, updated_at: updated}
http:
  url: https://city.example/v1/cases
  token: CITY_TOKEN
  parameters: {since: "{watermark}", page: "{page}"}
  paging: page
  watermark: updated
"""
SQL = """\
source: db
name: 库
fact: case
columns: {case_no: id, received_at: at, updated_at: updated}
sql:
  database: postgresql://reader@db.example/city
  password: CITY_PASSWORD
  query: SELECT * FROM cases
  watermark: {column: updated, overlap: 5m}
"""


def loaded(folder, text):
    path = folder / "one.yaml"
    path.write_text(text, encoding="utf-8")
    return load_spec(path)


def test_short_forms_and_what_may_be_left_out(tmp_path):
    api = loaded(tmp_path, HTTP)
    assert (api.files, api.http.token.header, api.http.paging.by) == (
        "api/*", "Authorization", "page",
    )  # fmt: skip
    db = loaded(tmp_path, SQL)
    assert (db.files, db.format, db.sql.watermark.column) == ("db/*", "parquet", "updated")


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("token: CITY_TOKEN", "token: eyJhbGciOi.JIUzI1", 8, "names no environment variable"),
        ("token: CITY_TOKEN", "token: COCKPIT_SECRET", 8, "names no environment variable"),
        ("token: CITY_TOKEN", "headers: {Authorization: Bearer abc}", 8, "looks like a secret"),
        ('page: "{page}"', 'page: "{page}", app_key: abc', 9, "looks like a secret"),
        ("https://city", "https://me:word@city", 7, "holds a password"),
        ("https://city", "ftp://city", 7, "this is no address"),
        ("https://city.example", "https://{page}.example", 7, "the host is not fixed"),
        ('"{watermark}"', '"{watermrak}"', 6, "nothing fills {watermrak}"),
        ("paging: page", "paging: cursor", 10, "no parameter asks for {cursor}"),
        ("paging: page", "paging: pge", 10, "Did you mean 'page'?"),
        ("watermark: updated", "watermark: changed", 1, "is not read"),
        ("watermark: updated", "watermark: {column: updated, overlap: soon}", 11, "no duration"),
        ("watermark: updated", "watermark: {column: updated, begin: soon}", 11, "no beginning"),
        ("watermark: updated", "watermark: {colum: updated}", 11, "Did you mean 'column'?"),
        ("format: json", "format: xlsx", 4, "no interface gives xlsx"),
        ("format: json", "format: json\nfiles: api_*.json", 5, "not called api_*.json"),
        ("format: json", "format: json\nrhythm: 1s", 5, "nothing is fetched that often"),
        ("paging: page", "tries: 0", 10, "http.tries"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_interface_has_its_line(tmp_path, old, new, line, said):
    assert old in HTTP
    with pytest.raises(ConfigProblems) as caught:
        loaded(tmp_path, HTTP.replace(old, new))
    sentences = {problem.where.rpartition(":")[2]: problem.sentence
                 for problem in caught.value.problems if said in problem.sentence}  # fmt: skip
    assert list(sentences) == [str(line)], [one.sentence for one in caught.value.problems]
    assert "eyJhb" not in str(sentences)
    assert "word@" not in str(sentences)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("reader@db", "reader:word@db", "holds a password"),
        ("postgresql://", "oracle://", "this is no address"),
        ("example/city", "example", "no database is named"),
        ("CITY_PASSWORD", "s3cr3t!", "names no environment variable"),
        ("SELECT * FROM cases", "DELETE FROM cases", "this is no query"),
        ("name: 库", "name: 库\nformat: csv", "kept as parquet"),
    ],
)
def test_what_is_wrong_with_a_database_is_told(tmp_path, old, new, said):
    with pytest.raises(ConfigProblems) as caught:
        loaded(tmp_path, SQL.replace(old, new))
    assert any(said in problem.sentence for problem in caught.value.problems)
    assert "s3cr3t" not in str(caught.value)


def test_a_secret_comes_from_the_environment_or_a_file_it_names(tmp_path, monkeypatch):
    monkeypatch.setenv("ONE", " abc ")
    (tmp_path / "two").write_text("def\n")
    monkeypatch.setenv("TWO_FILE", str(tmp_path / "two"))
    assert [secret(name) for name in ("ONE", "TWO", "THREE")] == ["abc", "def", ""]


@pytest.mark.parametrize(
    ("mark", "form", "overlap", "back"),
    [
        ("2026-03-01 08:00:00.123456+08", "", dt.timedelta(hours=1),
         "2026-03-01 07:00:00.123456+08:00"),
        ("2026-03-01T00:05:00Z", "", None, "2026-02-28T23:55:00Z"),
        ("20260301000500", "%Y%m%d%H%M%S", None, "20260228235500"),
        ("2026-03-01", "", dt.timedelta(days=2), "2026-02-27"),
        ("120000", "", None, "119000"),
        ("2026-03-01 08:00:00", "", dt.timedelta(), "2026-03-01 08:00:00"),
    ],
)  # fmt: skip
def test_a_fetch_begins_before_its_watermark_in_the_words_of_the_source(mark, form, overlap, back):
    assert step_back(mark, form, overlap) == back


def take(edge, *rows):
    frame = pl.DataFrame(rows, schema=["id", "t"], orient="row")
    return edge.take(["id", "t"], frame, frame["t"].to_list())


def test_an_edge_knows_its_rows_by_content_and_number():
    now = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    edge = Edge(Watermark(column="t", overlap="0"), now)
    assert take(edge, ("a", "7"), ("b", "8"), ("c", "8")) == [True, True, True]
    assert edge.mark == "8"
    assert {text for text, _ in edge.seen.values()} == {"8"}
    again = Edge(edge.rule, now, edge.mark, dict(edge.seen))
    assert take(again, ("b", "8"), ("c", "8"), ("c", "8"), ("d", "8")) == [False, False, True, True]
    assert take(again, ("e", "10"), ("f", "9")) == [True, True], "10 is above 9"
    assert again.mark == "10"
    assert take(again, ("n", None), ("o", "x")) == [True, True]
    assert take(Edge(edge.rule, now, "10", again.seen), ("n", None), ("o", "x")) == [False, False]


def test_a_failed_feed_is_tried_again_sooner_but_at_growing_distances():
    at, rhythm = dt.datetime(2026, 6, 1, tzinfo=dt.UTC), dt.timedelta(hours=1)
    tries, waits = Tries(), []
    assert tries.next_at(rhythm) is None
    for _ in range(9):
        tries = tries.after(SourceError("it is away"), at)
        waits.append((tries.next_at(rhythm) - at) / dt.timedelta(minutes=1))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert tries.after(None, at).next_at(rhythm) == at + rhythm


def test_headers_of_others():
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    assert asked_wait("Sun, 01 Mar 2026 00:01:00 GMT", now) == 60.0
    assert [asked_wait(text, now) for text in ("", "soon", "-1", "9" * 20)] == [0, 0, 0, 86_400]
    assert next_link("<https://a/?p=2>; rel=next") == "https://a/?p=2"
    assert next_link('<https://a/?p=2>; rel="nextish", <b>; rel="last"') == ""
