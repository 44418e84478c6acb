"""Files into the store: exactly once, in any order, restating only the days they touch."""

import datetime as dt
import random

import pytest

from etl.batch import file_sha256
from etl.corrections import export_rows, open_rows, put_corrections, read_corrections
from etl.feeds import quarantine_rows, status
from etl.plan import plan
from etl.publish import publish_catalogue, publish_territory
from etl.reconcile import reconcile
from etl.run import run
from metrics.calendar import Clock
from metrics.errors import SourceError, StoreError
from tests.support.feeds import CASE_HEADER, case_rows, indicators, revised, write_rows
from tests.support.loading import NOW, current_rows, everything, make_bench, part_sums


@pytest.fixture
def bench(fresh_store, tmp_path):
    made = make_bench(fresh_store, tmp_path / "city")
    made.prepare()
    return made


@pytest.fixture
def cases():
    return case_rows(600, seed=1)


def file(bench, name, rows, header=CASE_HEADER):
    return write_rows(bench.folder / "inbox" / name, header, rows)


def test_rows_are_counted_into_three_heaps(bench, cases):
    bad = [["", *cases[0][1:]], ["B1", "not a time", *cases[0][2:]]]
    report = bench.load(file(bench, "cases_1.csv", [*cases, cases[0], *bad]))
    assert (report.rows_read, report.accepted, report.quarantined, report.duplicates) == (
        603, 600, 2, 1,
    )  # fmt: skip
    found = reconcile(bench.store, bench.loader.indicators)
    assert found.is_clean, found.sentences()
    assert {row["reason"] for row in quarantine_rows(bench.store, "hotline")} == {
        "missing_key", "bad_time",
    }  # fmt: skip


def test_a_city_sum_that_is_not_the_sum_of_its_areas_is_told(bench, cases):
    bench.load(file(bench, "cases_1.csv", cases))
    bench.store.command(
        "INSERT INTO part_city SELECT 'appeals_accepted', day, 0, 1, 0, batch FROM part LIMIT 1",
        tag="test",
    )
    found = reconcile(bench.store, bench.loader.indicators)
    assert found.sentences() == ["1 sums of the whole city are not those of its areas."]
    assert not found.is_clean


def test_the_same_file_twice_changes_nothing(bench, cases):
    path = file(bench, "cases_1.csv", cases)
    first = bench.load(path)
    before = everything(bench.store)
    again = bench.load(path)
    assert (again.state, again.batch) == ("skipped", first.batch)
    assert everything(bench.store) == before


def test_the_same_rows_in_another_file_are_duplicates(bench, cases):
    bench.load(file(bench, "cases_1.csv", cases))
    rows, parts = current_rows(bench.store), part_sums(bench.store)
    report = bench.load(file(bench, "cases_2.csv", list(reversed(cases))))
    assert (report.accepted, report.duplicates, report.days) == (0, 600, ())
    assert (current_rows(bench.store), part_sums(bench.store)) == (rows, parts)


def test_any_order_and_split_gives_the_same_state(fresh_store, tmp_path, cases):
    newer = revised(cases, seed=2)
    newest = revised(newer, seed=3)
    every = [*cases, *newer, *newest, *revised(cases, seed=4)]
    states = []
    for seed in range(3):
        for table in ("fact_case", "part", "part_city", "batch", "area", "quarantine"):
            fresh_store.command(f"TRUNCATE TABLE {table}", tag="test")
        fresh_store.refresh_version()
        bench = make_bench(fresh_store, tmp_path / "city")
        bench.prepare()
        shuffled = random.Random(seed).sample(every, len(every))
        size = (len(every), 200, 333)[seed]
        for number, start in enumerate(range(0, len(every), size)):
            name = f"cases_{seed}_{number}.csv"
            bench.load(file(bench, name, shuffled[start : start + size]))
        assert reconcile(fresh_store, bench.loader.indicators).is_clean
        states.append((current_rows(fresh_store), part_sums(fresh_store)))
    assert states[0] == states[1] == states[2]
    assert len(states[0][0]["case"]) == 600


def test_parts_agree_with_a_count_in_plain_python(bench, cases):
    newer = {row[0]: row for row in revised(cases, seed=2)}
    bench.load(file(bench, "cases_1.csv", cases))
    bench.load(file(bench, "cases_2.csv", list(newer.values())))
    last = [newer.get(row[0], row) for row in cases]
    closed = {}
    for row in last:
        if row[2]:
            closed[row[2][:10]] = closed.get(row[2][:10], 0) + 1
    sums = {}
    for indicator, day, _, _, num, _ in part_sums(bench.store):
        if indicator == "n_out":
            sums[str(day)] = sums.get(str(day), 0) + int(num)
    assert sums == closed


def test_a_late_close_restates_the_days_it_touches_and_no_other(bench, cases):
    bench.load(file(bench, "cases_1.csv", cases))
    before = part_sums(bench.store)
    first = bench.store.version
    opened = next(row for row in cases if not row[2])
    late = [*opened[:2], "2026-05-20 10:00:00", opened[3], "2026-05-20 10:00:00", *opened[5:]]
    report = bench.load(file(bench, "cases_2.csv", [late]))
    touched = {day for _, day, *_ in set(before) ^ set(part_sums(bench.store))}
    assert report.restated == 1
    # closed that day, and counted as not in time on the day it was due
    assert touched == set(report.days) == {dt.date(2026, 5, 20)}
    assert part_sums(bench.store, version=first) == before  # as of the batch before


def test_an_unknown_code_is_flagged_and_the_row_kept(bench, cases):
    row = [*cases[0][:7], "", "", "000000"]
    report = bench.load(file(bench, "cases_1.csv", [row]))
    (found,) = bench.store.rows("SELECT area, placed_by, flags FROM fact_case", tag="test")
    assert (report.accepted, report.flagged) == (1, 1)
    assert found == {"area": "990100", "placed_by": "none", "flags": ["unknown_code"]}


def test_a_missing_file_is_a_sentence_and_loads_nothing(bench, tmp_path):
    version = bench.store.version
    with pytest.raises(SourceError, match=r"cases_9\.csv: the file cannot be read \(No such file"):
        bench.load(tmp_path / "cases_9.csv")
    assert bench.store.version == version


def test_a_changed_spec_reads_the_file_again_and_wins(bench, cases):
    path = file(bench, "cases_1.csv", cases)
    bench.load(path)
    spec = bench.folder / "sources" / "hotline.yaml"
    right = spec.read_text(encoding="utf-8")
    said = "category: {column: 类别, map: {噪声: 噪音扰民}}"
    spec.write_text(right.replace("category: 类别", said), encoding="utf-8")
    report = make_bench(bench.store, bench.folder).load(path)
    count = "SELECT category, sum(sign) AS n FROM fact_case GROUP BY category HAVING n != 0"
    after = {row["category"]: row["n"] for row in bench.store.rows(count, tag="test")}
    assert report.restated == report.accepted == after["噪音扰民"]
    assert "噪声" not in after
    spec.write_text(right, encoding="utf-8")
    make_bench(bench.store, bench.folder).load(path)
    back = {row["category"]: row["n"] for row in bench.store.rows(count, tag="test")}
    assert back["噪声"] == after["噪音扰民"]
    assert reconcile(bench.store, bench.loader.indicators).is_clean


def test_a_new_catalogue_makes_all_parts_anew_under_their_batches(bench, cases):
    bench.load(file(bench, "cases_1.csv", cases))
    bench.load(file(bench, "cases_2.csv", revised(cases, seed=2)))
    wanted = {v: part_sums(bench.store, version=v) for v in range(bench.store.version + 1)}
    some = indicators()[:2]
    assert publish_catalogue(bench.store, some, now=NOW) is not None
    ids = {line[0] for line in part_sums(bench.store)}
    assert ids == {"n_in", "n_out", "rows:hotline"}
    assert publish_catalogue(bench.store, indicators(), now=NOW) is not None
    assert {v: part_sums(bench.store, version=v) for v in wanted} == wanted
    assert publish_catalogue(bench.store, indicators(), now=NOW) is None


def test_the_territory_is_written_when_it_differs(bench, tmp_path):
    assert publish_territory(bench.store, bench.boundaries, now=NOW) is None
    version = bench.store.version
    with (bench.folder / "territory" / "areas.csv").open("a", encoding="utf-8") as text:
        text.write("990100001,新名街道,street,,,,\n")
    other = make_bench(bench.store, bench.folder)
    assert publish_territory(bench.store, other.boundaries, now=NOW) == version + 1
    (row,) = bench.store.rows(
        "SELECT name, path FROM area WHERE batch = (SELECT max(batch) FROM area)"
        " AND area = '990100001'", tag="test",
    )  # fmt: skip
    assert row == {"name": "新名街道", "path": ["990100", "990100001", "", ""]}


def test_readings_and_cases_of_one_run(bench, cases):
    inbox = bench.folder / "inbox"
    header = ("设备", "指标", "时间", "值", "网格")
    hours = [("D1", "pm25", f"2026-03-01 {h:02d}:00:00", str(h), "990100001001001")
             for h in range(24)]  # fmt: skip
    file(bench, "air_1.csv", hours, header)
    file(bench, "air_2.csv", [(*hours[0][:3], "99", hours[0][4])], header)  # a corrected value
    file(bench, "cases_1.csv", cases)
    (inbox / "notes.txt").write_text("x")
    (inbox / "cases_2.csv.tmp").write_text("x")
    made = plan(bench.store, bench.specs, inbox, boundaries=bench.boundaries,
                indicators=bench.loader.indicators)  # fmt: skip
    assert [step.state for step in made.steps] == ["known", "known", "new", "new", "new"]
    assert [path.name for path in made.unclaimed] == ["notes.txt"]
    report = run(made, bench.loader, bench.specs, now=NOW, boundaries=bench.boundaries)
    assert [one.file for one in report.files] == ["air_1.csv", "air_2.csv", "cases_1.csv"]
    assert not report.failed
    high = max(line[3] for line in part_sums(bench.store) if line[0] == "pm25_max" and line[4])
    assert high in (23_000_000, 99_000_000)  # same stamp: the greater content hash holds
    again = plan(bench.store, bench.specs, inbox, boundaries=bench.boundaries,
                 indicators=bench.loader.indicators)  # fmt: skip
    assert again.due == ()


def test_a_failing_source_stops_itself_and_the_others_go_on(bench, cases):
    file(bench, "cases_1.csv", cases[:5], header=(*CASE_HEADER[:-1], "别的列"))
    file(bench, "cases_2.csv", cases)
    file(bench, "air_1.csv", [("D1", "pm25", "2026-03-01 00:00:00", "5", "")],
         ("设备", "指标", "时间", "值", "网格"))  # fmt: skip
    made = plan(bench.store, bench.specs, bench.folder / "inbox")
    report = run(made, bench.loader, bench.specs, now=NOW)
    assert [(one.file, one.state) for one in report.files] == [
        ("air_1.csv", "loaded"), ("cases_1.csv", "failed"), ("cases_2.csv", "not_run"),
    ]  # fmt: skip
    assert "cases_1.csv" in report.failed[0].problem.sentence


def test_feeds_know_their_age(bench, cases):
    bench.load(file(bench, "cases_1.csv", cases))
    air, hotline = status(bench.store, bench.specs, Clock(fixed=NOW))
    assert (air.is_stale, air.last_file, air.age) == (True, "", None)
    newest = max(max(row[4], row[2], row[1]) for row in cases)
    assert hotline.watermark.strftime("%Y-%m-%d %H:%M:%S") == newest
    assert hotline.age == NOW - hotline.watermark
    assert hotline.is_stale
    soon = hotline.watermark + dt.timedelta(hours=47)
    assert not status(bench.store, bench.specs, Clock(fixed=soon))[1].is_stale


def test_only_corrected_rows_come_back_and_the_books_agree(bench, cases):
    spec, inbox = bench.specs["hotline"], bench.folder / "inbox"
    bad = [[row[0], "昨天", *row[2:]] for row in cases[:3]]
    bench.load(file(bench, "cases_1.csv", [*cases[3:], *bad]))
    out = bench.folder / "sheet.csv"
    aside = open_rows(bench.store, spec)
    assert export_rows(aside, spec, out) == 3
    said = out.read_text("utf-8-sig").replace("昨天", "2026-03-05 10:00:00", 2)
    out.write_bytes(said.encode("gb18030"))  # as a Chinese spreadsheet saves it
    back = read_corrections(out, aside, spec)
    assert (back.rows.height, back.unchanged, back.settled) == (2, 1, 0)
    report = bench.load(put_corrections(back.rows, spec, inbox, bench.store.version))
    assert (report.rows_read, report.accepted, report.quarantined) == (2, 2, 0)
    assert len(current_rows(bench.store)["case"]) == 599
    assert [row["row_no"] for row in open_rows(bench.store, spec)] == [601]
    again = read_corrections(out, open_rows(bench.store, spec), spec)
    assert (again.rows.height, again.unchanged, again.settled) == (0, 1, 2)
    found = reconcile(bench.store, bench.loader.indicators)
    assert found.is_clean, found.sentences()


def test_nothing_is_published_when_the_heaps_do_not_add_up(bench, cases, monkeypatch):
    from etl import intake

    def forgetful(*args, **kwargs):
        checked = real(*args, **kwargs)
        return type(checked)(checked.rows.head(10), checked.quarantined, checked.read, "hotline")

    real = intake.check
    monkeypatch.setattr(intake, "check", forgetful)
    path = file(bench, "cases_1.csv", cases)
    before = everything(bench.store)
    with pytest.raises(StoreError, match="600 rows were read but 10 accounted for"):
        bench.load(path)
    assert everything(bench.store) == before
    monkeypatch.undo()
    assert bench.load(path).accepted == 600
    assert file_sha256(path) in str(everything(bench.store)["batch"])
