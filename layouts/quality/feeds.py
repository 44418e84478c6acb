"""Every feed with its rhythm, its lag and what became of its rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from layouts import format as fmt
from layouts import grid, ids
from layouts import quality_texts as words
from layouts import staff_texts as texts
from layouts.shell import View

COUNTED = ("files", "rows_read", "accepted", "quarantined", "duplicates", "flagged")
NAME = ids.part(ids.QUALITY, "feeds")


@dataclass(frozen=True)
class FeedRow:
    """One feed and what became of everything it sent.

    Attributes:
        limit: age of its newest data from which it is late.
        loaded_at: when its last file was loaded.
        problem: why the last try to fetch or load it failed; empty when it did not.
        next_at: when it is asked again; None for a feed of files.
    """

    source: str
    name: str
    department: str
    rhythm: dt.timedelta
    watermark: dt.datetime | None
    is_stale: bool
    files: int = 0
    rows_read: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    flagged: int = 0
    limit: dt.timedelta = dt.timedelta()
    loaded_at: dt.datetime | None = None
    last_file: str = ""
    problem: str = ""
    next_at: dt.datetime | None = None

    @property
    def missing(self) -> int:
        """Rows read that are neither accepted nor set aside nor said before."""
        return self.rows_read - self.accepted - self.quarantined - self.duplicates


def feeds_table(feeds: list[FeedRow], view: View, now: dt.datetime) -> Component:
    """Return the table; a feed's name leads to its rows set aside."""
    rows = [_row(feed, view, now) for feed in feeds]
    fields = texts.FEED_FIELDS
    columns = [
        grid.link_column(fields["name"], "name", minWidth=150, flex=3, tooltipField="source"),
        grid.light_column(fields["state"], minWidth=88, flex=1),
        grid.number_column(fields["rhythm"], "rhythm", minWidth=86, flex=1),
        grid.column(fields["as_of"], "as_of", minWidth=146, flex=2, **grid.WIDE),
        grid.number_column(words.LAG, "age", minWidth=96, flex=1),
        grid.number_column(
            words.LAG_MOST, "limit", minWidth=122, flex=1, headerTooltip=words.LAG_NOTE, **grid.WIDE
        ),
        *(
            grid.count_column(fields[key], key, minWidth=82, flex=1, valueFormatter=_PLAIN)
            for key in COUNTED
        ),
        grid.column(words.BALANCE, "balance", minWidth=72, flex=1),
        grid.column(words.LAST_FILE, "last_file", minWidth=150, flex=2, tooltipField="last_file"),
        grid.column(words.ARRIVED, "loaded_at", minWidth=146, flex=2),
        grid.column(fields["department"], "department", minWidth=120, flex=2),
    ]
    if any(feed.problem or feed.next_at for feed in feeds):
        columns += [
            grid.column(words.NEXT, "next_at", minWidth=146, flex=2),
            grid.column(words.PROBLEM, "problem", minWidth=200, flex=3, tooltipField="problem"),
        ]
    return grid.grid(NAME, columns, rows, most=len(rows))


_PLAIN = {"function": "Number(params.value).toLocaleString('en-US')"}


def _row(feed: FeedRow, view: View, now: dt.datetime) -> dict[str, Any]:
    age = None if feed.watermark is None else (now - feed.watermark).total_seconds()
    chosen = view.with_changes(filters=()).with_filter("source", feed.source)
    return {
        "name": feed.name,
        "href": chosen.href("quality"),
        "source": feed.source,
        "department": feed.department,
        "light": "amber" if feed.is_stale else "green",
        "light_text": _state(feed),
        "rhythm": feed.rhythm.total_seconds(),
        "rhythm_text": fmt.duration_text(feed.rhythm.total_seconds()),
        "as_of": _minute(feed.watermark, now),
        "age": age,
        "age_text": fmt.age_text(feed.watermark, now),
        "limit": feed.limit.total_seconds(),
        "limit_text": fmt.duration_text(feed.limit.total_seconds()),
        **{key: getattr(feed, key) for key in COUNTED},
        "balance": words.OFF_BY.format(count=feed.missing) if feed.missing else words.BALANCED,
        "last_file": feed.last_file or fmt.NONE,
        "loaded_at": _minute(feed.loaded_at, now),
        "next_at": _minute(feed.next_at, now),
        "problem": feed.problem or fmt.NONE,
    }


def _state(feed: FeedRow) -> str:
    if feed.watermark is None:
        return texts.NEVER
    return texts.LATE if feed.is_stale else texts.FRESH


def _minute(moment: dt.datetime | None, now: dt.datetime) -> str:
    return fmt.NONE if moment is None else f"{moment.astimezone(now.tzinfo):%Y-%m-%d %H:%M}"
