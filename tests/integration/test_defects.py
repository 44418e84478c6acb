"""The nineteen defects of real sources: each found, and handled as its policy says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from etl.feeds import quarantine_rows
from etl.reconcile import reconcile
from etl.source import SourceSpec
from etl.spikes import closing_spikes
from metrics.errors import SourceError
from metrics.store import Store
from metrics.tables import SHAPES
from tests.support.defects import DEFECTS, Defect
from tests.support.loading import NOW, Bench, make_bench

pytestmark = pytest.mark.slow

NUMBER = {"case": "case_no", "event": "splitByChar(':', id)[2]", "reading": "device"}
CASE = {"case_no": "编号", "received_at": "受理"}


@pytest.fixture
def bench(fresh_store: Store, tmp_path: Path) -> Bench:
    made = make_bench(fresh_store, tmp_path / "city")
    made.prepare()
    return made


def specs(defect: Defect) -> list[SourceSpec]:
    found = []
    for name, written in zip("ab", defect.specs, strict=False):
        own = dict(written)
        columns = dict(own.pop("columns", {}))
        if own.get("fact", "case") == "case" and "case_no" not in columns:
            columns = {**CASE, **columns}
        base = {"source": name, "name": name, "fact": "case", "files": f"{name}*", "format": "csv"}
        found.append(SourceSpec.model_validate({**base, "columns": columns, **own}))
    return found


def current(bench: Bench) -> dict[str, dict[str, Any]]:
    """Return the current facts by their number in the source."""
    found: dict[str, dict[str, Any]] = {}
    for shape in SHAPES[:3]:
        own = "subject" if shape == "event" else NUMBER[shape]
        rows = bench.store.rows(
            f"SELECT *, {NUMBER[shape]} AS number, {own} AS own FROM fact_{shape}"
            " WHERE (id, content) IN (SELECT id, content FROM"
            f" fact_{shape} GROUP BY id, content HAVING sum(sign) > 0) AND sign = 1",
            tag="test",
        )
        found |= {row["own"] or row["number"]: row for row in rows}
    return found


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda one: f"{one.number}: {one.name}")
def test_a_defect_is_found_and_handled(bench: Bench, tmp_path: Path, defect: Defect) -> None:
    sources = {spec.source: spec for spec in specs(defect)}
    heaps, reasons = [0, 0, 0, 0], []
    for name, content in defect.files.items():
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        if said := defect.refused.get(name):
            with pytest.raises(SourceError, match=said):
                bench.loader.load(sources[name[0]], path, NOW)
            continue
        report = bench.loader.load(sources[name[0]], path, NOW)
        report.check_balance()
        made = (report.accepted, report.quarantined, report.duplicates, report.flagged)
        heaps = [a + b for a, b in zip(heaps, made, strict=True)]
        rows = sorted(quarantine_rows(bench.store), key=lambda row: (row["batch"], row["row_no"]))
        reasons = [row["reason"] for row in rows]
    assert (tuple(heaps), tuple(reasons)) == (defect.heaps, defect.reasons)
    found = current(bench)
    for number, fields in defect.facts.items():
        assert {name: found[number][name] for name in fields} == fields, number
    assert len(found) == len(found.keys() | defect.facts.keys())
    for number, versions in defect.versions.items():
        (row,) = bench.store.rows(
            "SELECT uniqExact(content) AS n FROM fact_case WHERE case_no = {number:String}",
            {"number": number}, tag="test",
        )  # fmt: skip
        assert row["n"] == versions, f"{number} keeps its history"
    books = reconcile(bench.store, bench.loader.indicators)
    assert books.is_clean, books.sentences()


def test_all_nineteen_are_there() -> None:
    assert [one.number for one in DEFECTS] == list(range(1, 20))


def test_a_minute_with_a_third_of_all_closes_is_shown(bench: Bench, tmp_path: Path) -> None:
    defect = DEFECTS[13]
    (content,) = defect.files.values()
    (tmp_path / "a.csv").write_text(str(content), encoding="utf-8")
    bench.loader.load(specs(defect)[0], tmp_path / "a.csv", NOW)
    (spike,) = closing_spikes(bench.store)
    assert (spike.source, spike.minute, spike.closed, spike.of) == ("a", "23:59", 20, 60)
    assert re.search(r"20 of 60 closes \(33%\) stand at 23:59", spike.sentence)
