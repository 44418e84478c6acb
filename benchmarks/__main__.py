"""``python -m benchmarks [--only asking|drill|loading|wall] [--rows N]``: prints and writes ratios.

Every figure is the median of several runs divided by that of a bare equivalent in the same run,
so a slow or busy machine does not change it much.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.drill import VALUES, clicks, in_browser
from benchmarks.loading import loading
from benchmarks.made_up import DAYS, FIRST, fill, territory
from benchmarks.wall import walls
from etl.aggregate import rebuild_parts
from metrics import calendar
from metrics.calendar import Clock, Period
from metrics.catalogue import Catalogue, load_catalogue
from metrics.measures import measures
from metrics.service import Service
from metrics.store import Store

REPEATS = 5


def median_of(run: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median seconds of a call, after one call to warm up."""
    run()
    return statistics.median(timed(run)[0] for _ in range(repeats))


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of a call by the clock and by the processors."""
    begin, worked = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - begin, time.process_time() - worked


def building(store: Store, catalogue: Catalogue) -> dict[str, float]:
    """Compare a build of all that is kept with one bare pass of as many conditional counts.

    The bare pass looks at the very conditions, by grid and day of receipt; it writes nothing.
    """
    kept = [one for one in catalogue.indicators.values() if one.is_kept]
    added = [one for indicator in kept if indicator.fact == "case" for one in measures(indicator)]
    sums = [(one.where, side) for one in added for side in (one.num, one.den) if side != "0"]
    conditions = ", ".join(f"countIf({where} AND ({side}) != 0)" for where, side in sums)
    bare = (
        "SELECT sum(cityHash64(*)) FROM ("
        f"SELECT area, toDate(at) AS day, {conditions} FROM fact_case GROUP BY area, day)"
    )
    passes = [timed(lambda: store.rows(bare, tag="bench")) for _ in range(3)]
    theirs, worked = (statistics.median(column) for column in zip(*passes, strict=True))
    mine, mine_worked = timed(lambda: rebuild_parts(store, kept))
    return {
        "sums": len(sums), "seconds": mine, "bare_seconds": theirs, "ratio": mine / theirs,
        "processor_ratio": mine_worked / worked,
    }  # fmt: skip


ASKED = {
    "appeals_accepted": ("accepted_at", "count(), 0"),
    "appeals_ontime_rate": ("due_at", "countIf(closed_at <= due_at), count()"),
    "appeal_handle_hours_p90": (
        "closed_at", "quantileExact(0.9)(dateDiff('second', accepted_at, closed_at) / 3600), 0"
    ),
}  # fmt: skip
"""A count, a rate and a quantile: time column and what a person would write for it."""


def asking(service: Service, store: Store) -> dict[str, float]:
    """Compare questions at every level with hand-written queries for the same three periods."""
    ratios = {}
    for name, (time_column, value) in ASKED.items():
        for level, depth in (("city", 0), ("street", 2), ("community", 3), ("grid", 4)):
            question = service.question(name, level=level if depth else "", period="last-month")
            by_hand = _by_hand(question.period, time_column, value, depth)
            mine = median_of(lambda q=question: service.answer_many([q]))  # type: ignore[misc]
            theirs = median_of(lambda sql=by_hand: store.rows(sql, tag="bench"))  # type: ignore[misc]
            ratios[f"{name}/{level}"] = mine / theirs
    print("  by hand:", ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items()))
    return {"median_ratio": statistics.median(ratios.values()), "worst_ratio": max(ratios.values())}


def _by_hand(period: Period, time_column: str, value: str, depth: int) -> str:
    """Return what a person would write for a period, the one before and the year before."""
    asked = (period, calendar.previous(period, period), calendar.year_before(period))
    day = f"toDate({time_column})"
    within = [f"{day} BETWEEN '{one.start}' AND '{one.end}'" for one in asked]
    key = f"place.path[{depth}]" if depth else "''"
    places = "INNER JOIN (SELECT area AS a, path FROM area) AS place ON area = a"
    return (
        f"SELECT {key} AS k, multiIf({within[0]}, 1, {within[1]}, 2, 3) AS w, {value}"
        f" FROM fact_case {places if depth else ''}"
        f" WHERE kind = '诉求' AND ({' OR '.join(within)}) GROUP BY k, w"
    )


def scene(service: Service, store: Store) -> dict[str, float]:
    """Compare a screen of 150 answers with 150 single questions."""
    names = [one.id for one in service.catalogue.indicators.values() if one.tier == "core"][:150]
    questions = [service.question(name, period="last-week", series=14) for name in names]
    service.answer_many(questions)  # the feeds are looked at once a data version
    store.journal.clear()
    service.answer_many(questions)
    statements = len(store.journal)
    together = median_of(lambda: service.answer_many(questions), 3)
    begin = time.perf_counter()
    for question in questions:
        service.answer_many([question])
    single = time.perf_counter() - begin
    return {
        "answers": len(questions), "statements": statements, "seconds": together,
        "single_seconds": single, "times_faster": single / together,
    }  # fmt: skip


def main() -> None:
    """Run all and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path, default=Path("var/bench.json"))
    parser.add_argument(
        "--only", choices=("asking", "drill", "loading", "wall"), help="a part of them"
    )
    options = parser.parse_args()
    results: dict[str, dict[str, float]] = {"rows": {"cases": options.rows}}
    if options.only in (None, "loading"):
        results["a load / bare reading and inserting"] = loading(options.rows)
    if options.only in (None, "asking", "drill"):
        results |= _of_a_full_store(options.rows, options.only)
    if options.only in (None, "drill"):
        results["a drill click in Chromium, small city"] = in_browser()
    if options.only in (None, "wall"):
        results |= walls()
    for name, figures in results.items():
        told = ", ".join(f"{key} {value:,.3g}" for key, value in figures.items())
        print(f"{name:48} {told}")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(results, indent=2), encoding="utf-8")


def _of_a_full_store(rows: int, only: str | None) -> dict[str, dict[str, float]]:
    """Compare building and asking over a store with so many cases."""
    catalogue, city = load_catalogue(), territory()
    with tempfile.TemporaryDirectory() as folder:
        store = fill(Path(folder), city, rows)
        clock = Clock(fixed=FIRST + dt.timedelta(days=DAYS - 3, hours=10))
        service = Service(store, catalogue, city, clock)
        results: dict[str, dict[str, float]] = {}
        if only == "drill":
            rebuild_parts(store, [catalogue.get(one) for one in VALUES])
        else:
            results["all kept sums / one bare pass"] = building(store, catalogue)
            results["one question / a query by hand"] = asking(service, store)
            results["a scene at once / one by one"] = scene(service, store)
        if only != "asking":
            results |= clicks(service, store)
        store.close()
    return results


if __name__ == "__main__":
    main()
