"""Feeds from a database: a real PostgreSQL server, started here where one is installed."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from dataclasses import replace

import pytest

from etl.fetch.desk import Errand
from etl.fetch.run import fetch, fetch_steps
from etl.fetch.sql import statement
from etl.readers import read_file
from etl.source import load_spec
from tests.support.postgres import PASSWORD, running, server_program

pytestmark = pytest.mark.slow  # starts a server
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))
SPEC = """\
source: db
name: 工单库
fact: case
columns: {{case_no: 编号, received_at: at, updated_at: updated, n_returns: amount}}
keep: [{keep}]
sql:
  database: {address}
  password: CITY_PASSWORD
  query: SELECT * FROM cases;
  watermark: {watermark}
  rows: {rows}
  timeout: 2s
"""
TABLE = """CREATE TYPE mood AS ENUM ('好', '差');
CREATE TABLE cases (编号 text, at timestamp, updated timestamptz, amount numeric(30, 12),
 mood mood, told jsonb, serial bigserial, unused point)"""


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    if server_program() is None or shutil.which("psql") is None:
        pytest.skip("no PostgreSQL server is installed here")
    with running(tmp_path_factory.mktemp("postgres") / "server") as server:
        yield server


@pytest.fixture
def cases(postgres):
    postgres.tell("DROP TABLE IF EXISTS cases", "DROP TYPE IF EXISTS mood", TABLE)
    add(postgres, 0, 45)
    return postgres


@pytest.fixture
def errand(tmp_path):
    return Errand(tmp_path / "inbox", tmp_path / "feeds",
                  lambda name: PASSWORD if name == "CITY_PASSWORD" else "", NOW)  # fmt: skip


def add(postgres, first, number):
    """Insert cases; three of them always share the moment of their last change."""
    postgres.tell(
        "INSERT INTO cases SELECT 'A' || lpad(n::text, 4, '0'), '2026-03-01'::timestamp,"
        " '2026-03-02 00:00:00.25+08'::timestamptz + (n / 3) * interval '1 minute', 0.1, '好',"
        f""" '{{"层": 3}}', n, point(1, 2) FROM generate_series({first}, {first + number - 1}) n"""
    )


def spec_of(
    folder, server, *, watermark="{column: updated, overlap: 0s}", rows=50_000, keep="mood, told"
):
    path = folder / "db.yaml"
    text = SPEC.format(address=server.address, watermark=watermark, rows=rows, keep=keep)
    path.write_text(text, encoding="utf-8")
    return load_spec(path)


def ids(spec, files):
    """The numbers of all rows, in order: rows of one moment come in any."""
    return sorted(one for path in files for one in read_file(spec, path).frame["编号"].to_list())


def test_every_value_arrives_as_the_text_the_database_writes(tmp_path, cases, errand):
    cases.tell("UPDATE cases SET amount = 12345678901234567.000000000001 WHERE 编号 = 'A0000'")
    spec = spec_of(tmp_path, cases)
    report = fetch(spec, errand)
    assert report.problem is None
    raw = read_file(spec, report.files[0])
    (first,) = raw.frame.filter(raw.frame["编号"] == "A0000").drop("row_no").to_dicts()
    assert first == {
        "编号": "A0000", "at": "2026-03-01 00:00:00",
        "updated": "2026-03-02 00:00:00.25+08", "amount": "12345678901234567.000000000001",
        "mood": "好", "told": '{"层": 3}',
    }  # fmt: skip
    assert raw.frame["row_no"].to_list() == list(range(1, 46))


@pytest.mark.parametrize("rows", [1, 7, 45])
def test_a_fetch_in_files_of_any_size_brings_every_row_once(tmp_path, cases, errand, rows):
    spec = spec_of(tmp_path, cases, rows=rows)
    report = fetch(spec, errand)
    assert report.problem is None
    assert ids(spec, report.files) == [f"A{n:04d}" for n in range(45)]
    assert fetch(spec, errand).files == ()


def test_rows_at_the_watermark_are_neither_lost_nor_doubled(tmp_path, cases, errand):
    spec = spec_of(tmp_path, cases)
    fetch(spec, errand)
    for n in range(45, 52):  # one by one, most of them at the very moment of the watermark
        add(cases, n, 1)
        assert ids(spec, fetch(spec, errand).files) == [f"A{n:04d}"]
    cases.tell("UPDATE cases SET mood = '差' WHERE 编号 = 'A0051'")  # its stamp stays as it was
    assert ids(spec, fetch(spec, errand).files) == ["A0051"]


def test_a_transaction_that_ends_late_is_found_by_the_overlap(tmp_path, cases, errand):
    spec = spec_of(tmp_path, cases, watermark="{column: updated, overlap: 5m}")
    fetch(spec, errand)
    cases.tell("INSERT INTO cases VALUES ('LATE', '2026-03-01', '2026-03-02 00:11:00+08')")
    assert ids(spec, fetch(spec, errand).files) == ["LATE"]
    assert fetch(spec, errand).files == ()


def test_rows_without_a_watermark_come_once(tmp_path, cases, errand):
    spec = spec_of(tmp_path, cases)
    cases.tell("INSERT INTO cases VALUES ('BARE', '2026-03-01', NULL)")
    assert "BARE" in ids(spec, fetch(spec, errand).files)
    assert fetch(spec, errand).files == ()
    cases.tell("INSERT INTO cases VALUES ('BARE2', '2026-03-01', NULL)")
    assert ids(spec, fetch(spec, errand).files) == ["BARE2"]


def test_a_number_that_grows_is_a_watermark_too(tmp_path, cases, errand):
    spec = spec_of(
        tmp_path, cases, watermark="{column: serial, begin: 9, overlap: 2}", rows=10,
        keep="serial, mood",
    )  # fmt: skip
    assert ids(spec, fetch(spec, errand).files) == [f"A{n:04d}" for n in range(9, 45)]
    add(cases, 45, 100)
    assert ids(spec, fetch(spec, errand).files) == [f"A{n:04d}" for n in range(45, 145)]
    assert "\"serial\" >= '142' ORDER BY" in fetch_steps({"db": spec}, errand)[0].reason


def test_a_query_without_a_watermark_is_a_file_only_when_it_differs(tmp_path, cases, errand):
    path = tmp_path / "db.yaml"
    spec_of(tmp_path, cases)
    lines = [one for one in path.read_text("utf-8").splitlines() if "watermark" not in one]
    path.write_text("\n".join(lines), "utf-8")
    spec = load_spec(path)
    assert len(ids(spec, fetch(spec, errand).files)) == 45
    assert fetch(spec, errand).files == ()
    cases.tell("DELETE FROM cases WHERE 编号 = 'A0003'")
    assert len(ids(spec, fetch(spec, errand).files)) == 44


def test_the_plan_shows_the_statement_and_the_watermark(tmp_path, cases, errand):
    spec = spec_of(tmp_path, cases)
    fetch(spec, errand)
    (step,) = fetch_steps({"db": spec}, errand)
    mark = "2026-03-02 00:14:00.25+08"
    assert " ".join(statement(spec, mark).split()) in step.reason
    assert f"WHERE q.\"updated\" >= '{mark}'" in step.reason
    assert step.reason.endswith(f"at 127.0.0.1/postgres from watermark {mark}")
    assert PASSWORD not in step.reason


def test_what_the_database_complains_of_is_a_sentence(tmp_path, cases, errand):
    spec = spec_of(tmp_path, cases)
    cases.tell("ALTER TABLE cases RENAME COLUMN told TO said")
    said = fetch(spec, errand).problem.sentence
    assert "column q.told does not exist" in said
    slow = spec.model_copy(
        update={"sql": spec.sql.model_copy(update={"query": "SELECT *, pg_sleep(9) FROM cases"})}
    )
    begin = time.monotonic()
    assert fetch(slow.model_copy(update={"keep": ()}), errand).problem is not None
    assert time.monotonic() - begin < 5, "no statement runs for longer than it may"


def test_a_query_can_only_read(tmp_path, cases, errand):
    spec = spec_of(tmp_path, cases)
    cases.tell("GRANT ALL ON cases TO reader")
    query = "WITH gone AS (DELETE FROM cases RETURNING *) SELECT * FROM gone"
    evil = spec.model_copy(update={"sql": spec.sql.model_copy(update={"query": query})})
    assert fetch(evil, errand).problem is not None
    assert cases.tell("SELECT count(*) FROM cases") == "45"


def test_a_wrong_password_is_a_sentence_and_nobody_is_told_it(tmp_path, cases, errand, capfd):
    spec = spec_of(tmp_path, cases)
    report = fetch(spec, replace(errand, secret=lambda _: "wrong-but-secret"))
    assert "password authentication failed" in report.problem.sentence
    assert "Correct the user in sql.database" in report.problem.sentence
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for told in (report.problem.sentence, str(capfd.readouterr()), written.decode("latin-1")):
        assert "wrong-but-secret" not in told
    assert fetch(spec, errand).problem is None


def test_a_database_that_is_away_is_told_at_once(tmp_path, errand, postgres):
    away = replace(postgres, port=1)
    begin = time.monotonic()
    said = fetch(spec_of(tmp_path, away), errand).problem.sentence
    assert "no database answers at 127.0.0.1:1" in said
    assert time.monotonic() - begin < 3
