"""A source whose columns change is stopped with a sentence; the others go on."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from etl.plan import plan
from etl.run import run
from etl.source import SourceSpec, load_specs
from metrics.store import Store
from tests.support.feeds import CASE_HEADER, CASES_YAML, case_rows, write_rows
from tests.support.loading import NOW, Bench, current_rows, make_bench

HEADER = list(CASE_HEADER)
AIR = ("设备", "指标", "时间", "值", "网格")
DRIFTS = {
    "new": ([*HEADER, "处置时限类型"], "unknown column '处置时限类型': the export has changed"),
    "renamed": (["工单编号", *HEADER[1:]], "'编号' is missing. The file has '工单编号' instead"),
    "vanished": (HEADER[1:], "the column '编号' is missing. It has 受理, "),
}


def write(path: Path, kind: str, header: list[str], rows: list[list[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {name: [row[n] for row in rows] for n, name in enumerate(header)}
    match kind:
        case "csv":
            write_rows(path, header, [[*row] for row in zip(*columns.values(), strict=True)])
        case "xlsx":
            pl.DataFrame(columns).write_excel(path)
        case "parquet":
            pl.DataFrame(columns).write_parquet(path)
        case _:
            objects = [dict(zip(header, row, strict=True)) for row in zip(*columns.values(),
                       strict=True)]  # fmt: skip
            path.write_text("\n".join(json.dumps(one) for one in objects), encoding="utf-8")


@pytest.fixture
def bench(fresh_store: Store, tmp_path: Path) -> Bench:
    return make_bench(fresh_store, tmp_path / "city")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl", "parquet"])
def test_a_changed_export_stops_its_source_alone(bench: Bench, kind: str) -> None:
    text = CASES_YAML.replace("cases_*.csv", f"cases_*.{kind}").replace("csv\n", f"{kind}\n")
    (bench.folder / "sources" / "hotline.yaml").write_text(text, encoding="utf-8")
    specs: dict[str, SourceSpec] = load_specs(bench.folder / "sources")
    rows = [[*row, "x"] for row in case_rows(5, seed=1)]
    for drift, (header, said) in DRIFTS.items():
        inbox = bench.folder / drift
        write(inbox / f"cases_1.{kind}", kind, header, rows)
        reading = (drift, "pm25", "2026-03-01 00:00:00", "5", "")
        write_rows(inbox / f"air_{drift}.csv", AIR, [reading])
        report = run(plan(bench.store, specs, inbox), bench.loader, specs, now=NOW)
        states = {one.source: one.state for one in report.files}
        assert states == {"air": "loaded", "hotline": "failed"}, drift
        (problem,) = [one.problem for one in report.failed]
        assert problem is not None
        assert said in problem.sentence, drift
        assert problem.where.endswith(f"cases_1.{kind}")
        assert "hotline.yaml:" in problem.next_step
    facts = current_rows(bench.store)
    assert (len(facts["reading"]), len(facts["case"])) == (3, 0)


def test_a_key_no_object_has_is_only_empty_where_it_may_be(bench: Bench) -> None:
    text = CASES_YAML.replace("cases_*.csv", "cases_*.jsonl").replace("csv\n", "jsonl\n")
    (bench.folder / "sources" / "hotline.yaml").write_text(text, encoding="utf-8")
    spec = load_specs(bench.folder / "sources")["hotline"]
    path = bench.folder / "cases_1.jsonl"
    path.write_text('{"编号": "1", "受理": "2026-03-01 08:00"}\n', encoding="utf-8")
    report = bench.loader.load(spec, path, NOW)
    assert (report.accepted, report.flagged) == (1, 0)


def test_a_renamed_key_of_json_is_guessed(bench: Bench) -> None:
    text = CASES_YAML.replace("cases_*.csv", "cases_*.jsonl").replace("csv\n", "jsonl\n")
    (bench.folder / "sources" / "hotline.yaml").write_text(text, encoding="utf-8")
    specs = load_specs(bench.folder / "sources")
    write(bench.folder / "in" / "cases_1.jsonl", "jsonl", [*HEADER[:2], "办结时间", *HEADER[3:]],
          case_rows(3, seed=1))  # fmt: skip
    report = run(plan(bench.store, specs, bench.folder / "in"), bench.loader, specs, now=NOW)
    (problem,) = [one.problem for one in report.failed]
    assert problem is not None
    assert "unknown column '办结时间'" in problem.sentence
    assert "Did you mean '办结', which no row has?" in problem.sentence
