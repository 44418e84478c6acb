"""A large file loaded in pieces leaves what the same file loaded whole leaves."""

import random
from dataclasses import replace

import pytest

from etl.load import Round
from etl.plan import plan
from etl.readers import USUAL, Bound
from etl.reconcile import reconcile
from etl.run import run
from metrics.errors import SourceError
from metrics.tables import all_tables
from tests.support.feeds import CASE_HEADER, case_rows, revised, write_rows
from tests.support.loading import NOW, everything, make_bench, part_sums

SMALL = Bound(large=0, rows=40, step=500)
COUNTS = ("rows_read", "accepted", "quarantined", "duplicates", "flagged", "restated", "watermark")


def mixed_rows():
    """Versions of one id far apart and in any order, exact duplicates, bad rows."""
    cases = case_rows(120, seed=1)
    rows = [*cases, *revised(cases, seed=2), *revised(cases, seed=3), *cases[:30]]
    rows += [["", *cases[0][1:]], ["B1", "not a time", *cases[0][2:]], [*cases[5][:2], "x"]]
    rows += [[f"C{n}", *cases[n][1:7], "", "", "nowhere"] for n in range(9)]
    random.Random(4).shuffle(rows)
    return rows


def emptied(store):
    for table in all_tables(store.timezone):
        store.command(f"TRUNCATE TABLE {table.name}", tag="test.fresh")
    store.refresh_version()


def loaded(store, folder, bound, *files, read_twice=False):
    """Return everything after files are loaded under a bound, and what was reported."""
    emptied(store)
    bench = make_bench(store, folder)
    bench = replace(bench, loader=replace(bench.loader, bound=bound))
    bench.prepare()
    reports = [bench.load(path) for path in files]
    if read_twice:  # by a spec that has changed since
        spec = bench.specs["hotline"]
        rule = spec.columns["category"].model_copy(update={"map": {"噪声": "噪音"}})
        changed = {"sha256": "1" * 64, "columns": {**spec.columns, "category": rule}}
        spec = spec.model_copy(update=changed)
        reports += [bench.loader.load(spec, path, NOW) for path in files]
    found = reconcile(store, bench.loader.indicators)
    assert found.is_clean, found.sentences()
    told = [[getattr(one, name) for name in COUNTS] + [one.days] for one in reports]
    return everything(store), part_sums(store), told


@pytest.mark.parametrize(
    ("known_before", "read_twice"),
    [
        (False, False),
        pytest.param(True, False, marks=pytest.mark.slow),
        pytest.param(True, True, marks=pytest.mark.slow),
    ],
)
def test_pieces_leave_what_the_whole_leaves(fresh_store, tmp_path, known_before, read_twice):
    rows = mixed_rows()
    before = write_rows(
        tmp_path / "cases_1.csv", CASE_HEADER, revised(case_rows(120, seed=1), seed=8)
    )
    path = write_rows(tmp_path / "cases_2.csv", CASE_HEADER, rows)
    files = [before, path] if known_before else [path]
    ways = [
        loaded(fresh_store, tmp_path / "city", bound, *files, read_twice=read_twice)
        for bound in (USUAL, SMALL)
    ]
    (whole, parts, told), (pieces, same_parts, same_told) = ways
    assert same_told == told
    assert same_parts == parts
    for table, lines in whole.items():
        assert pieces[table] == lines, table
    assert told[-1][1] > 0, "rows became versions"


def inbox_of(folder, rows):
    make = folder / "city" / "inbox"
    return make, write_rows(make / "cases_1.csv", CASE_HEADER, rows)


def test_a_piece_that_cannot_be_taken_leaves_nothing_of_its_file(fresh_store, tmp_path):
    bench = make_bench(fresh_store, tmp_path / "city")
    bench.prepare()
    _, path = inbox_of(tmp_path, mixed_rows())
    loader = replace(bench.loader, bound=SMALL)
    empty = everything(fresh_store)
    ready = loader.intake.take(bench.specs["hotline"], path, NOW)
    pieces = iter(ready.pieces)

    def torn():
        yield next(pieces)
        yield next(pieces)
        raise SourceError("the disk was pulled out", where=str(path))

    with fresh_store.publishing, pytest.raises(SourceError, match="pulled out"):
        Round(loader, NOW).write(bench.specs["hotline"], path, replace(ready, pieces=torn()))
    assert everything(fresh_store) == empty
    left = fresh_store.rows("SELECT count() AS n FROM fact_case", tag="test")[0]["n"]
    assert left > 0, "two pieces were written before"

    report = loader.load(bench.specs["hotline"], path, NOW)
    mended = everything(fresh_store)
    assert loader.load(bench.specs["hotline"], path, NOW).state == "skipped"
    whole, _, told = loaded(fresh_store, tmp_path / "city", USUAL, path)
    assert [getattr(report, name) for name in COUNTS] == told[0][:-1]
    assert mended == whole


@pytest.mark.slow
def test_a_reading_process_hands_a_large_file_over_in_pieces(fresh_store, tmp_path):
    bench = make_bench(fresh_store, tmp_path / "city")
    inbox, path = inbox_of(tmp_path, mixed_rows())
    write_rows(inbox / "cases_2.csv", CASE_HEADER, revised(case_rows(99, seed=1), seed=5))
    loader = replace(bench.loader, bound=SMALL)
    todo = plan(
        fresh_store, bench.specs, inbox, boundaries=bench.boundaries, indicators=loader.indicators
    )
    report = run(todo, loader, bench.specs, now=NOW, boundaries=bench.boundaries, backlog_bytes=0)
    assert [one.state for one in report.files] == ["loaded", "loaded"]
    found = everything(fresh_store)
    whole, _, _ = loaded(fresh_store, tmp_path / "city", USUAL, path, inbox / "cases_2.csv")
    for table in ("fact_case", "quarantine"):
        assert found[table] == whole[table], table
