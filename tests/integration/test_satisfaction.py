"""Nobody who gave no answer is dissatisfied: the states of a visit stay apart to the last rate."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.calendar import Clock
from metrics.catalogue import Catalogue, load_catalogue
from metrics.service import Service
from metrics.store import Store
from tests.support.feeds import write_rows
from tests.support.loading import NOW, make_bench
from tests.support.small_city import write_city

SPEC = """\
source: visits
name: 回访
fact: case
files: "visits_*.csv"
format: csv
place: {code: 网格}
columns:
  case_no: 编号
  received_at: 受理
  closed_at: 受理
  visited_at: 回访时间
  kind: {constant: 诉求}
  channel: {constant: "12345"}
  department: {constant: 城管局}
  visit_state: {column: 回访, map: {"1": 已评, "2": 未接通, "3": 拒访, "9": 未到期}}
  satisfaction:
    column: 评分
    map: {0: "", 100: 非常满意, 80: 满意, 60: 基本满意, 50: 一般, -50: 不满意, -100: 非常不满意}
    unmapped: reject
"""
RATES = ("appeals_satisfaction_rate", "appeal_satisfaction_rate", "hotline_satisfaction_rate",
         "dept_satisfaction_rate")  # fmt: skip
RATED = {"100": 5, "80": 7, "60": 3, "50": 4, "-50": 2, "-100": 1}
SILENT = {("2", "0"): 6, ("3", "0"): 5, ("9", ""): 4, ("", ""): 3, ("1", "0"): 8, ("", "0"): 2}
"""Rows by state of the visit and score as written, where 0 stands for nothing said."""


@pytest.fixture
def service(fresh_store: Store, tmp_path: Path) -> Service:
    folder = write_city(tmp_path / "city", 4)
    (folder / "sources" / "visits.yaml").write_text(SPEC, encoding="utf-8")
    states = {("1", score): n for score, n in RATED.items()} | SILENT
    rows = [
        [f"V{n}", "2026-03-02 09:00", "" if state in ("9", "") else "2026-03-05 09:00", state,
         score, "990100001001001"]
        for n, (state, score) in enumerate(key for key, n in states.items() for _ in range(n))
    ]  # fmt: skip
    shipped = load_catalogue()
    wanted = [shipped.get(one) for one in (*RATES, "appeal_followup_coverage")]
    bench = make_bench(fresh_store, folder, catalogue=wanted)
    bench.prepare()
    header = ("编号", "受理", "回访时间", "回访", "评分", "网格")
    report = bench.load(write_rows(tmp_path / "visits_1.csv", header, rows), "visits")
    assert (report.accepted, report.quarantined) == (sum(states.values()), 0)
    catalogue = Catalogue({one.id: one for one in wanted})
    return Service(fresh_store, catalogue, bench.boundaries.territory, Clock(fixed=NOW))


def test_the_silent_are_in_no_denominator(service: Service) -> None:
    rows = service.store.rows(
        "SELECT satisfaction, sum(sign) AS n FROM fact_case GROUP BY satisfaction", tag="test"
    )
    assert {row["satisfaction"]: row["n"] for row in rows} == {
        "非常满意": 5, "满意": 7, "基本满意": 3, "一般": 4, "不满意": 2, "非常不满意": 1, "": 28,
    }  # fmt: skip
    for rate in RATES:
        answer = service.answer(service.question(rate, period="2026-03"))
        assert (answer.figure.numerator, answer.figure.denominator) == (15, 22), rate
        assert answer.figure.value == pytest.approx(100 * 15 / 22)
    answer = service.answer(service.question("appeal_followup_coverage", period="2026-03"))
    reached, not_reached = 22 + 8 + 5, 6
    assert answer.figure.value == pytest.approx(100 * reached / (reached + not_reached))
