"""Fourteen months of export files, and the truth about what was put into them."""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl

from etl.city.drop import drop
from etl.city.feeds import FEEDS, Feed
from etl.city.ground import read_ground
from etl.city.happenings import ground_truth
from etl.city.world import World, make_world, read_taxonomy, seconds, wall_clock

GROUND_TRUTH = "ground_truth.json"
DAYS = 425

_MONTHLY = ("registers", "ledgers")
"""Sources with rows on the first of a month only."""

_QUARTERLY = (
    "mediation", "public_channels", "petitions", "emergency", "case_steps", "iot_alarms",
    "community_activities", "daily_reports", "platform_registers", "registers", "ledgers",
    "service_events", "police_incidents",
)  # fmt: skip
"""Sources of few rows, exported once a quarter; the others once a month."""

_DIRT = 99
_LONG = 60
"""Days; a shorter history is written sooner than a second process has started."""

_WRITERS = 2


def read_world(territory: Path, *, seed: int, scale: float, taxonomy: Path) -> World:
    """Return the world of a written territory and a profile's taxonomy."""
    ground = read_ground(territory, seed=seed)
    return make_world(ground, read_taxonomy(taxonomy), seed=seed, scale=scale)


def write_history(
    folder: Path, world: World, *, until: dt.datetime, days: int = DAYS
) -> list[Path]:
    """Write every source's exports and ``ground_truth.json``; return the files' paths.

    The file of a period holds all rows created or changed in it, as they stood at its end (or at
    ``until``), so a case that is open at the end of a month comes again later.

    Args:
        folder: each source gets a folder of its id below it.
        world: the city; same world, ``until`` and ``days`` give the same bytes.
        until: the newest moment known; a naive time is the city's wall clock.
        days: number of days, the one of ``until`` included.
    """
    until = wall_clock(until)
    first = until.date() - dt.timedelta(days=days - 1)
    written: list[Path] = []
    files: dict[str, dict[str, object]] = {}
    for feed, done in zip(FEEDS, _write_feeds(folder, world, first, until), strict=True):
        for path, rows, defects in done:
            written.append(path)
            files[f"{feed.source}/{path.name}"] = {"rows": rows, "defects": defects}
    truth = {
        "seed": world.seed, "scale": world.scale, "days": days,
        "first": first.isoformat(), "until": until.isoformat(sep=" "),
        **ground_truth(world, first, until.date()), "defects": _totals(files), "files": files,
    }  # fmt: skip
    text = json.dumps(truth, ensure_ascii=False, indent=1) + "\n"
    drop(folder / GROUND_TRUTH, lambda half: _text(half, text))
    return written


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _totals(files: dict[str, dict[str, object]]) -> dict[str, dict[str, int]]:
    totals: dict[str, dict[str, int]] = {}
    for name, facts in files.items():
        mine = totals.setdefault(name.split("/")[0], {})
        defects = facts["defects"]
        if isinstance(defects, dict):
            for defect, count in defects.items():
                mine[defect] = mine.get(defect, 0) + int(count)
    return totals


Written = list[tuple[Path, int, dict[str, int]]]


def _write_feeds(
    folder: Path, world: World, first: dt.date, until: dt.datetime
) -> Iterator[Written]:
    """Yield what was written for every feed, in their order; a long history by two processes.

    No feed depends on what another drew, so who writes it does not change a byte.
    """
    if (until.date() - first).days < _LONG:
        for number in range(len(FEEDS)):
            yield _write_feed(number, folder, world, first, until)
        return
    # forking a process with polars' threads in it can hang
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=_WRITERS, mp_context=context) as writers:
        tasks = [
            writers.submit(_write_feed, number, folder, world, first, until)
            for number in range(len(FEEDS))
        ]
        for task in tasks:
            yield task.result()


def _write_feed(
    number: int, folder: Path, world: World, first: dt.date, until: dt.datetime
) -> Written:
    feed = FEEDS[number]
    start = first.replace(day=1) if feed.source in _MONTHLY else first
    truth = feed.truth(world, start, until.date())
    done, newest = [], seconds(until)
    after = -1
    for name, begin, end in _periods(start, until.date(), 3 if feed.source in _QUARTERLY else 1):
        end_second = min(seconds(dt.datetime.combine(end, dt.time())) - 1, newest)
        rows = feed.rows(world, feed.changed(truth, after, end_second), end_second)
        after = end_second
        if rows.is_empty():
            continue
        rng = np.random.default_rng([world.seed, _DIRT, feed.number, int(f"{begin:%Y%m}")])
        rows, defects = feed.soil(rows, rng)
        if feed.total_rows:
            defects = {**defects, "totals_row": feed.total_rows}
        path = folder / feed.source / feed.file_name.format(name)
        period = f"{begin.year}年{begin.month}月"
        done.append((feed.write(path, rows, period), rows.height + feed.total_rows, defects))
    return done


def _periods(first: dt.date, last: dt.date, months: int) -> list[tuple[str, dt.date, dt.date]]:
    """Return name, first day and first day of the next one of every month or quarter touched."""
    found = []
    day = first.replace(month=first.month - (first.month - 1) % months, day=1)
    while day <= last:
        following = (day + dt.timedelta(days=31 * months + 1)).replace(day=1)
        name = f"{day:%Y%m}" if months == 1 else f"{day.year}Q{(day.month + 2) // 3}"
        found.append((name, day, following))
        day = following
    return found


def clean(feed: Feed, rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows without the helper column that only defects need."""
    return rows.drop(feed.helper) if feed.helper else rows
