"""Feeds from MySQL: the same code, spoken to a MariaDB or MySQL server where one is installed."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from etl.fetch.desk import Errand
from etl.fetch.run import fetch
from etl.readers import read_file
from etl.source import load_spec
from tests.support.mariadb import running, server_program

pytestmark = pytest.mark.slow  # starts a server
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))
SPEC = """\
source: db
name: 工单库
fact: case
columns: {{case_no: 编号, received_at: at, updated_at: updated, n_returns: amount}}
keep: [mood, serial]
sql:
  database: {address}
  password: CITY_PASSWORD
  query: {query}
  watermark: {{column: {column}, overlap: "{overlap}"}}
  rows: {rows}
  timeout: 2s
"""
TABLE = """CREATE TABLE city.cases (`编号` varchar(20), at datetime, updated datetime(3),
 amount decimal(30, 12), mood enum('好', '差'), serial bigint AUTO_INCREMENT PRIMARY KEY)"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if server_program() is None:
        pytest.skip("no MariaDB or MySQL server is installed here")
    with running(tmp_path_factory.mktemp("mariadb") / "server") as server:
        yield server


@pytest.fixture
def cases(server):
    server.tell("DROP DATABASE IF EXISTS city", "CREATE DATABASE city CHARACTER SET utf8mb4", TABLE)
    add(server, *(f"A{n:04d}" for n in range(45)))
    return server


@pytest.fixture
def errand(tmp_path):
    return Errand(tmp_path / "inbox", tmp_path / "feeds", lambda _: "p@s#s/wo%rd", NOW)


def add(server, *numbers):
    """Insert cases; three of them always share the moment of their last change."""
    rows = ", ".join(
        f"('{number}', '2026-03-01', '2026-03-02 00:{int(number[1:]) // 3:02d}:00.25', 0.1, '好')"
        for number in numbers
    )
    server.tell(f"INSERT INTO city.cases (`编号`, at, updated, amount, mood) VALUES {rows}")


def spec_of(
    folder, server, column="updated", overlap="0s", rows=50_000, query="SELECT * FROM city.cases"
):
    path = folder / "db.yaml"
    path.write_text(SPEC.format(address=server.address, column=column, overlap=overlap, rows=rows,
                                query=query), "utf-8")  # fmt: skip
    return load_spec(path)


def ids(spec, files):
    return sorted(one for path in files for one in read_file(spec, path).frame["编号"].to_list())


@pytest.mark.parametrize(
    ("column", "overlap"), [("updated", "0s"), ("updated", "5m"), ("serial", "2")]
)
@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_every_row_comes_once(tmp_path, cases, errand, column, overlap, rows):
    spec = spec_of(tmp_path, cases, column, overlap, rows)
    report = fetch(spec, errand)
    assert report.problem is None
    assert ids(spec, report.files) == [f"A{n:04d}" for n in range(45)]
    assert fetch(spec, errand).files == ()
    add(cases, "A0044", "A0045")  # the first of them of the very moment of the watermark
    assert ids(spec, fetch(spec, errand).files) == ["A0044", "A0045"]


def test_every_value_is_the_text_of_the_database(tmp_path, cases, errand):
    cases.tell("UPDATE city.cases SET amount = 12345678901234567.000000000001, updated = NULL"
               " WHERE serial = 1")  # fmt: skip
    spec = spec_of(tmp_path, cases)
    rows = [
        row for path in fetch(spec, errand).files for row in read_file(spec, path).frame.to_dicts()
    ]
    (first,) = [row for row in rows if row["编号"] == "A0000"]
    assert first == {
        "row_no": 1, "编号": "A0000", "at": "2026-03-01 00:00:00", "updated": None,
        "amount": "12345678901234567.000000000001", "mood": "好", "serial": "1",
    }  # fmt: skip
    assert len(rows) == 45


def test_no_statement_runs_for_longer_than_it_may(tmp_path, cases, errand):
    spec = spec_of(tmp_path, cases, query="SELECT * FROM city.cases WHERE SLEEP(1) = 0")
    begin = time.monotonic()
    assert "max_statement_time" in fetch(spec, errand).problem.sentence
    assert time.monotonic() - begin < 5
