"""The state of the feeds: how old each is, and what was set aside from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from etl.fetch.desk import Errand
from etl.fetch.run import is_fetched
from etl.spec import SourceSpec
from metrics.calendar import Clock
from metrics.store import Store

_RHYTHMS_UNTIL_STALE = 2

_NEWEST_READING = (
    "batch IN (SELECT max(batch) FROM batch WHERE batch <= {version:UInt32} AND shape != ''"
    " GROUP BY source, file)"
)
"""A file read again supersedes what its earlier reading set aside."""


@dataclass(frozen=True)
class FeedStatus:
    """One source: when it last spoke and what it said in all.

    Attributes:
        source: id.
        name: name on screens.
        department: owner of the feed.
        rhythm: expected interval.
        last_file: newest file loaded, empty when there is none.
        loaded_at: when.
        watermark: newest time in its rows.
        age: time since the watermark; None when there is none.
        is_stale: older than two rhythms and the usual lag, or never heard of.
        files: files loaded.
        rows_read: rows in them; = accepted + quarantined + duplicates.
        accepted: rows that became versions.
        quarantined: rows set aside.
        duplicates: rows that said nothing new.
        tried_at: when it was last asked, or its files loaded.
        problem: why that failed, as a sentence; empty when it did not.
        next_at: when it is asked again, in a cockpit that runs; None for a feed of files.
    """

    source: str
    name: str
    department: str
    rhythm: dt.timedelta
    last_file: str = ""
    loaded_at: dt.datetime | None = None
    watermark: dt.datetime | None = None
    age: dt.timedelta | None = None
    is_stale: bool = True
    files: int = 0
    rows_read: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    tried_at: dt.datetime | None = None
    problem: str = ""
    next_at: dt.datetime | None = None


def status(
    store: Store, specs: Mapping[str, SourceSpec], clock: Clock, errand: Errand | None = None
) -> list[FeedStatus]:
    """Return the state of every source, by id; with an errand, how the last tries went too."""
    rows = store.rows(
        "SELECT source, argMax(file, batch) AS last_file, max(published_at) AS loaded_at,"
        " max(watermark) AS watermark, count() AS files, sum(rows_read) AS rows_read,"
        " sum(accepted) AS accepted, sum(quarantined) AS quarantined,"
        " sum(duplicates) AS duplicates FROM batch WHERE batch <= {version:UInt32}"
        " AND shape != '' GROUP BY source",
        {"version": store.version},
        tag="etl.status",
    )
    heard = {row["source"]: row for row in rows}
    told = [_status(spec, heard.get(source), clock) for source, spec in sorted(specs.items())]
    return [_tried(one, specs[one.source], errand) for one in told] if errand else told


def _tried(one: FeedStatus, spec: SourceSpec, errand: Errand) -> FeedStatus:
    desk = errand.desk(spec.source)
    asked, loaded = desk.tries(), desk.tries("load")
    zone = errand.now.tzinfo
    moments = [tries.tried_at.astimezone(zone) for tries in (asked, loaded) if tries.tried_at]
    due = asked.next_at(spec.rhythm) if is_fetched(spec) else None
    return replace(
        one,
        tried_at=max(moments, default=None),
        problem=" ".join(filter(None, (asked.problem, loaded.problem))),
        next_at=due.astimezone(zone) if due else None,
    )


def _status(spec: SourceSpec, line: dict[str, Any] | None, clock: Clock) -> FeedStatus:
    if line is None:
        return FeedStatus(spec.source, spec.name, spec.department, spec.rhythm)
    watermark = _aware(line["watermark"], clock)
    age = clock.now() - watermark if watermark else None
    limit = late_after(spec)
    return FeedStatus(
        source=spec.source,
        name=spec.name,
        department=spec.department,
        rhythm=spec.rhythm,
        last_file=line["last_file"],
        loaded_at=_aware(line["loaded_at"], clock),
        watermark=watermark,
        age=age,
        is_stale=age is None or age > limit,
        files=line["files"],
        rows_read=line["rows_read"],
        accepted=line["accepted"],
        quarantined=line["quarantined"],
        duplicates=line["duplicates"],
    )


def late_after(spec: SourceSpec) -> dt.timedelta:
    """Return the age of a feed's newest data from which it is late."""
    return _RHYTHMS_UNTIL_STALE * spec.rhythm + spec.lag


def _aware(moment: dt.datetime | None, clock: Clock) -> dt.datetime | None:
    if moment is None:
        return None
    zone = ZoneInfo(clock.timezone)
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)


def quarantine_rows(
    store: Store, source: str | None = None, *, limit: int = 1000
) -> list[dict[str, Any]]:
    """Return rows set aside, newest batch first, of the newest reading of each file.

    Returns:
        Dicts with batch, source, file, row_no, column, value, reason, sentence and row (JSON).
    """
    return store.rows(
        f"SELECT * FROM quarantine WHERE {_NEWEST_READING}"
        " AND ({source:String} = '' OR source = {source:String})"
        " ORDER BY batch DESC, row_no LIMIT {limit:UInt32}",
        {"version": store.version, "source": source or "", "limit": limit},
        tag="etl.quarantine",
    )
