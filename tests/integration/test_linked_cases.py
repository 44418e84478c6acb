"""Cases that are one, cases that are repeats, counts of a step log: whatever came first."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from etl.aggregate import add_parts
from etl.batch import BatchReport
from etl.load import Round
from etl.plan import Plan
from etl.plan import Step as PlanStep
from etl.reconcile import reconcile
from etl.run import run
from metrics.calendar import Clock
from metrics.catalogue import Catalogue
from metrics.service import Service
from metrics.store import Store
from tests.support.linked_city import (
    RULES,
    START,
    Demand,
    Expected,
    Step,
    expected_counts,
    expected_links,
    later_versions,
    linked_city,
    newest,
    some_demands,
    write_demands,
    write_steps,
)
from tests.support.loading import NOW, Bench, current_rows, everything, make_bench, part_sums

DAY = dt.timedelta(days=1)


@pytest.fixture
def bench(fresh_store: Store, tmp_path: Path) -> Bench:
    made = make_bench(fresh_store, linked_city(tmp_path / "city"))
    made.prepare()
    return made


def with_rules(bench: Bench, rules: str) -> Bench:
    """Return a bench for the same store under other rules; nothing is published yet."""
    return make_bench(bench.store, linked_city(bench.folder, rules))


def cleared(bench: Bench) -> Bench:
    for table in ("fact_case", "fact_event", "part", "part_city", "batch", "area", "quarantine"):
        bench.store.command(f"TRUNCATE TABLE {table}", tag="test")
    bench.store.refresh_version()
    bench.prepare()
    return bench


def found(store: Store, version: int = 0) -> dict[str, dict[str, Any]]:
    """Return the current line of every case, by its number."""
    rows = store.rows(
        "SELECT case_no, merged_into, channels, repeat_of, repeat_rule, n_returns, n_supervise,"
        " n_urge, sum(sign) AS n FROM fact_case WHERE batch <= {version:UInt32} GROUP BY ALL"
        " HAVING n != 0 ORDER BY case_no",
        {"version": version or store.version}, tag="test",
    )  # fmt: skip
    assert all(row["n"] == 1 for row in rows)
    assert len({row["case_no"] for row in rows}) == len(rows)
    return {row["case_no"]: row for row in rows}


def links(store: Store, version: int = 0) -> Expected:
    """Return what the cases that are linked say of it, with numbers in place of ids."""
    told = {
        no: (_no(row["merged_into"]), tuple(row["channels"]), _no(row["repeat_of"]),
             row["repeat_rule"])
        for no, row in found(store, version).items()
    }  # fmt: skip
    return {no: link for no, link in told.items() if any(link)}


def _no(case_id: str) -> str:
    return case_id.removeprefix("demands:")


def state(store: Store) -> tuple[Any, Any]:
    return current_rows(store, without=("turn",)), [
        one for one in part_sums(store) if not one[0].startswith("rows:")
    ]


def load(bench: Bench, folder: Path, name: str, rows: list[Demand]) -> BatchReport:
    return bench.load(write_demands(folder / f"demands_{name}.csv", rows), "demands")


@pytest.mark.slow
def test_neither_order_nor_splitting_nor_repetition_changes_a_link(
    bench: Bench, tmp_path: Path
) -> None:
    first = some_demands(180, seed=4)
    versions = [*first, *later_versions(first, seed=5)]
    steps = [Step(f"S{n}", f"A{n * 7 % 200:04d}", ("退单", "督办", "领导督办")[n % 3], n % 50)
             for n in range(80)]  # fmt: skip
    steps += [replace(one, kind="签收", updated=99.0) for one in steps[::9]]
    links_then, counts = expected_links(newest(versions)), expected_counts(steps)
    assert Counter(bool(one[0]) for one in links_then.values())[True] > 10, "some are merged"
    assert {one[3] for one in links_then.values()} == {"", "reporter", "text", "keyword"}

    load(bench, tmp_path / "whole", "1", versions)
    bench.load(write_steps(tmp_path / "whole" / "steps_1.csv", steps), "steps")
    assert links(bench.store) == links_then
    for column, of in counts.items():
        told = {no: row[column] for no, row in found(bench.store).items() if row[column]}
        assert told == {no: n for no, n in of.items() if no in {one.no for one in first}}
    merged = {no for no, link in links_then.items() if link[0]}
    valid = [one for one in newest(versions) if not one.void and one.no not in merged]
    expected = state(bench.store)
    assert sum(one[4] for one in expected[1] if one[0] == "n_in") == len(valid), "they count once"
    assert reconcile(bench.store, bench.loader.indicators).is_clean

    rng = random.Random(6)
    load(bench, tmp_path / "twice", "1", rng.sample(versions, len(versions)))
    assert state(bench.store) == expected, "every row twice"

    cleared(bench)
    ordered = sorted(versions, key=lambda one: one.updated or one.at)
    for n in range(4):  # the log goes ahead of the cases
        mine = [one for one in steps if one.day // 13 == n]
        bench.load(write_steps(tmp_path / "days" / f"steps_{n}.csv", mine), "steps")
        load(
            bench,
            tmp_path / "days",
            str(n),
            [one for k, one in enumerate(ordered) if k * 4 // len(ordered) == n],
        )
    assert state(bench.store) == expected, "as the days come"
    assert reconcile(bench.store, bench.loader.indicators).is_clean

    cleared(bench)
    mixed = rng.sample(versions, len(versions))
    paths = [write_demands(tmp_path / "mixed" / f"demands_{n}.csv", mixed[n::5]) for n in range(5)]
    paths += [write_steps(tmp_path / "mixed" / "steps_1.csv", rng.sample(steps, len(steps)))]
    plan = Plan(tuple(PlanStep("file", "new", "", one.name.split("_")[0], one, 9) for one in paths))
    report = run(plan, bench.loader, bench.specs, now=NOW, progress=False)
    assert not report.failed
    assert state(bench.store) == expected, "shuffled, five files in one round"


def test_one_that_comes_late_relinks_its_neighbours_and_nothing_else(
    bench: Bench, tmp_path: Path
) -> None:
    a, b, c = (Demand(no, START + n * DAY, "P1") for no, n in (("A", 0), ("B", 25), ("C", 50)))
    other = Demand("D", START + 30 * DAY, "P2")
    load(bench, tmp_path, "1", [a, c, other])
    before, first = part_sums(bench.store), bench.store.version
    assert links(bench.store) == {}, "fifty days apart"

    report = load(bench, tmp_path, "2", [b])
    assert links(bench.store) == {"B": ("", (), "A", "reporter"), "C": ("", (), "B", "reporter")}
    assert set(report.days) <= {one.at.date() for one in (b, c)}
    assert b.at.date() in report.days
    assert links(bench.store, first) == {}, "as of the load before"
    assert part_sums(bench.store, version=first) == before

    load(bench, tmp_path, "3", [replace(b, void=True, updated=b.at + DAY)])
    assert links(bench.store) == {}, "withdrawn"
    load(bench, tmp_path, "4", [replace(b, about="广场舞", updated=b.at + 2 * DAY)])
    assert links(bench.store) == {}, "another demand altogether"
    load(bench, tmp_path, "5", [replace(b, updated=b.at + 3 * DAY)])
    assert links(bench.store)["C"] == ("", (), "B", "reporter")
    assert reconcile(bench.store, bench.loader.indicators).is_clean


def test_another_entrance_within_three_days_is_one_case_with_both(
    bench: Bench, tmp_path: Path
) -> None:
    here, east, west, north = (200.0, 200.0), (285.0, 200.0), (99.0, 200.0), (200.0, 260.0)
    phone = Demand("A", START + DAY, "P1", spot=here)
    web = Demand("B", START + 2 * DAY, "P1", "小程序", spot=east)  # 85 m away
    far = Demand("D", START + 2 * DAY, "P1", "小程序", spot=west)  # 101 m away
    again = Demand("C", START + 3 * DAY, "P1", spot=here)  # the same entrance: a repeat
    late = Demand("E", START + 4 * DAY + dt.timedelta(minutes=1), "P1", "信访", spot=north)
    load(bench, tmp_path, "1", [web, again, far, late])
    assert links(bench.store) == {"B": ("", ("小程序", "12345"), "", ""), "C": ("B", (), "", "")}

    report = load(bench, tmp_path, "2", [phone])
    assert links(bench.store) == {
        "A": ("", ("12345", "小程序"), "", ""),
        "B": ("A", (), "", ""),
        "C": ("", ("12345", "信访"), "A", "reporter"),
        "E": ("C", (), "", ""),
    }
    assert set(report.days) == {one.at.date() for one in (phone, web, again, late)}
    service = asking(bench)
    question = service.question("n_in", period="2026-03")
    assert service.answer(question).figure.value == 3  # A, C and D
    page = service.cases(question)
    assert (page.total, {row["case_no"] for row in page.rows}) == (3, {"A", "C", "D"})
    merged, counted = service.case("demands:B"), service.case("demands:A")
    assert (merged.current["merged_into"], len(merged.versions)) == ("demands:A", 1)
    assert (counted.current["merged"], counted.current["repeats"]) == (["demands:B"], ["demands:C"])


def asking(bench: Bench) -> Service:
    known = Catalogue({one.id: one for one in bench.loader.indicators})
    return Service(bench.store, known, bench.boundaries.territory, Clock(fixed=NOW))


def test_a_log_counts_for_its_sources_and_what_they_say_counts_otherwise(
    bench: Bench, tmp_path: Path
) -> None:
    a, b = Demand("A", START, "", returns=2), Demand("B", START + DAY, "", returns=1)
    bench.load(write_steps(tmp_path / "steps_1.csv", [Step("S1", "B")]), "steps")
    load(bench, tmp_path, "1", [a, b])
    assert {no: row["n_returns"] for no, row in found(bench.store).items()} == {"A": 0, "B": 1}

    more = [Step("S2", "B", day=3), Step("S3", "B", "领导督办", 4), Step("S4", "Z")]
    report = bench.load(write_steps(tmp_path / "steps_2.csv", more), "steps")
    told = found(bench.store)["B"]
    assert (told["n_returns"], told["n_supervise"]) == (2, 1)
    sums = {one[1]: one[4] for one in part_sums(bench.store) if one[0] == "returns"}
    assert sums == {b.at.date(): 2}
    assert b.at.date() in report.days
    assert a.at.date() not in set(report.days) - {START.date()}
    assert reconcile(bench.store, bench.loader.indicators).is_clean

    gone = [Step("S2", "B", "撤回", 3, updated=5)]
    bench.load(write_steps(tmp_path / "steps_3.csv", gone), "steps")
    assert found(bench.store)["B"]["n_returns"] == 1, "the step was taken back"

    without = with_rules(bench, "")
    without.prepare()
    assert {no: row["n_returns"] for no, row in found(bench.store).items()} == {"A": 2, "B": 1}


def test_rules_switched_on_later_and_off_again_give_what_they_would_have_given(
    bench: Bench, tmp_path: Path
) -> None:
    demands = some_demands(150, seed=9)
    steps = write_steps(tmp_path / "steps_1.csv", [Step(f"S{n}", f"A{n:04d}") for n in range(30)])

    def all_loaded(one: Bench) -> Any:
        load(one, tmp_path, "1", demands)
        one.load(steps, "steps")
        return state(one.store)

    bench.store.journal.clear()
    linked = all_loaded(bench)
    tags = Counter(line.tag for line in bench.store.journal)
    assert tags["derive.cases"] == 2, "one statement a round"
    plain = cleared(with_rules(bench, ""))
    bench.store.journal.clear()
    bare = all_loaded(plain)
    assert not any(line.tag.startswith("derive") for line in bench.store.journal)
    assert bare != linked
    assert not links(plain.store)

    on = with_rules(bench, RULES)
    on.prepare()
    assert state(on.store) == linked
    assert links(on.store) == expected_links(demands)
    assert reconcile(on.store, on.loader.indicators).is_clean
    version = on.store.version
    on.prepare()
    assert on.store.version == version, "nothing has changed since"
    plain.prepare()
    assert state(plain.store) == bare


def test_what_a_load_leaves_half_done_between_rows_and_links_is_never_seen(
    bench: Bench, tmp_path: Path
) -> None:
    demands = some_demands(60, seed=2)
    load(bench, tmp_path, "1", demands[:40])
    before = everything(bench.store)
    path = write_demands(tmp_path / "demands_2.csv", demands[30:])
    half = Round(bench.loader, NOW)
    number = half.write(bench.specs["demands"], path).batch
    assert bench.loader.derivation.after({number: ("case", "demands")})
    add_parts(bench.store, bench.loader.indicators, [(number, "case")])
    assert everything(bench.store) == before, "the ledger has no line of it"
    assert links(bench.store) == expected_links(demands[:40])

    assert bench.load(path, "demands").batch == number
    assert links(bench.store) == expected_links(demands)
    assert reconcile(bench.store, bench.loader.indicators).is_clean
