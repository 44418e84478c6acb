"""What keeps arriving while the wall is up: small files that go on where the history ended."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from etl.city.feeds import FEEDS, Feed
from etl.city.history import clean
from etl.city.world import World, seconds, wall_clock


class LiveFeed:
    """The demo city's sources at work.

    A case of this feed is the very case the history would have held: opened in one file, it
    comes again under its number in later ones as it is dispatched, closed and rated.

    Attributes:
        folder: each source drops its files into a folder of its id below it.
        since: everything up to this wall-clock time has been written.
    """

    def __init__(self, folder: Path, world: World | None, *, since: dt.datetime) -> None:
        """Bind the feed to a world; a city of record has none, and nothing arrives any more."""
        self.folder = folder
        self.since = wall_clock(since)
        self._world = world
        self._days: dict[tuple[str, dt.date], pl.DataFrame] = {}

    def tick(self, now: dt.datetime) -> list[Path]:
        """Write what happened after ``since`` up to ``now``, move ``since`` there.

        Returns:
            The new files; none where nothing happened or ``now`` is not later.
        """
        now = wall_clock(now)
        if now <= self.since or self._world is None:
            return []
        world, after, until = self._world, seconds(self.since), seconds(now)
        written = []
        for feed in FEEDS:
            changed = feed.changed(self._recent(world, feed, now.date()), after, until)
            rows = feed.rows(world, changed, until) if changed.height else changed
            if rows.height:
                name = feed.file_name.format(f"live_{now:%Y%m%dT%H%M%S}")
                path, period = self.folder / feed.source / name, f"{now:%Y-%m-%d %H:%M}增量"
                written.append(feed.write(path, clean(feed, rows), period))
        self.since = now
        return written

    def _recent(self, world: World, feed: Feed, today: dt.date) -> pl.DataFrame:
        """Return the truth of all days that can still change, each simulated once."""
        first = min(self.since.date(), today) - dt.timedelta(days=feed.memory_days)
        for source, day in [key for key in self._days if key[0] == feed.source]:
            if day < first:
                del self._days[source, day]
        days = [first + dt.timedelta(days=n) for n in range((today - first).days + 1)]
        for day in days:
            if (feed.source, day) not in self._days:
                self._days[feed.source, day] = feed.truth(world, day, day)
        return pl.concat([self._days[feed.source, day] for day in days])


def write_tick(folder: Path, world: World, *, now: dt.datetime, since: dt.datetime) -> list[Path]:
    """Write one interval's files; the same interval gives the same files whenever it is asked."""
    return LiveFeed(folder, world, since=since).tick(now)
