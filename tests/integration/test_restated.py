"""Corrections of old cases restate the days they touch, and no other."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from etl.reconcile import reconcile
from metrics.store import Store
from tests.support.feeds import CASE_HEADER, case_rows, write_rows
from tests.support.loading import make_bench, part_sums

CORRECTED = 10_000


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text[:10])


@pytest.mark.slow
def test_ten_thousand_corrections_touch_their_own_days(fresh_store: Store, tmp_path: Path) -> None:
    bench = make_bench(fresh_store, tmp_path / "city")
    bench.prepare()
    cases = case_rows(40_000, seed=3, days=60)
    bench.load(write_rows(tmp_path / "cases_1.csv", CASE_HEADER, cases))
    first = fresh_store.version
    before = part_sums(fresh_store)

    # the oldest closed ones get another close on the next day, and nothing else of them changes
    closed = sorted((row for row in cases if row[2]), key=lambda row: row[2])[:CORRECTED]
    corrected, expected = [], set()
    for row in closed:
        late = dt.datetime.fromisoformat(row[2]) + dt.timedelta(days=1)
        corrected.append([*row[:2], str(late), row[3], str(late), *row[5:]])
        expected |= {day(row[2]), late.date()}
        if (row[2] <= row[3]) != (str(late) <= row[3]):
            expected.add(day(row[3]))
    report = bench.load(write_rows(tmp_path / "cases_2.csv", CASE_HEADER, corrected))

    assert report.restated == report.accepted == CORRECTED
    after = part_sums(fresh_store)
    assert set(report.days) <= expected, "the days of both closes and of the due time"
    last = max(expected)
    assert last < max(day(row[1]) for row in cases), "there are days nobody touched"
    assert [one for one in before if one[1] > last] == [one for one in after if one[1] > last]
    changed = {line[1] for line in set(before) ^ set(after)}
    assert changed <= set(report.days)
    assert part_sums(fresh_store, version=first) == before, "as of the load before"

    own = {row[0]: row for row in cases} | {row[0]: row for row in corrected}
    counted = Counter(day(row[2]) for row in own.values() if row[2])
    sums: Counter[dt.date] = Counter()
    for indicator, on, _, _, num, _ in after:
        if indicator == "n_out":
            sums[on] += int(num)
    assert sums == counted
    assert reconcile(fresh_store, bench.loader.indicators).is_clean
