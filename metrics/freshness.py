"""How old each feed is, and on which days it spoke at all."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from metrics.answer import Freshness
from metrics.indicator import Indicator
from metrics.store import Store
from metrics.tables import SHAPES, Shape

STALE_AFTER = 2
"""A feed is late when its newest row is older than this many rhythms and its usual lag."""


@dataclass(frozen=True)
class Feed:
    """What is expected of a source: its rhythm and its usual lag."""

    source: str
    name: str
    rhythm: dt.timedelta
    lag: dt.timedelta
    shape: Shape
    rhythm_text: str = ""


@dataclass(frozen=True)
class Coverage:
    """What the feeds delivered, as of one data version.

    Attributes:
        days: days on which a source has rows.
        watermarks: newest time in a source's rows.
        sources: sources that have rows an indicator is about.
        shifts: days after its time on which a row counts, where that is not the same day.
    """

    days: Mapping[str, frozenset[dt.date]]
    watermarks: Mapping[str, dt.datetime]
    sources: Mapping[str, tuple[str, ...]]
    shifts: Mapping[str, int] = field(default_factory=dict)
    _known: dict[tuple[str, dt.date, dt.date], bool] = field(default_factory=dict, repr=False)

    def covers(self, indicator_id: str, start: dt.date, end: dt.date) -> bool:
        """Tell whether any feed of the indicator spoke within the window."""
        asked = (indicator_id, start, end)
        if asked not in self._known:
            shift = dt.timedelta(days=self.shifts.get(indicator_id, 0))
            self._known[asked] = any(
                start - shift <= day <= end - shift
                for source in self.sources.get(indicator_id, ())
                for day in self.days.get(source, ())
            )
        return self._known[asked]


@dataclass(frozen=True)
class Heard:
    """What one look at the ledger and the facts tells.

    Attributes:
        days: days on which a source has rows; like watermarks empty unless asked for.
        watermarks: newest time in a source's rows.
        sources: sources that have rows an indicator is about, by indicator.
    """

    days: Mapping[str, frozenset[dt.date]]
    watermarks: Mapping[str, dt.datetime]
    sources: Mapping[str, tuple[str, ...]]


_LEDGER = (
    "SELECT 'days' AS told, substring(indicator, 6) AS feed, groupUniqArray(day) AS days,"
    " NULL AS mark, [] AS hits FROM ("
    "SELECT indicator, day FROM part_city WHERE startsWith(indicator, 'rows:')"
    " AND batch <= {version:UInt32} GROUP BY indicator, day HAVING sum(num) > 0) GROUP BY feed",
    "SELECT 'mark' AS told, source AS feed, [] AS days, max(watermark) AS mark, [] AS hits"
    " FROM batch WHERE batch <= {version:UInt32} AND isNotNull(watermark) GROUP BY feed",
)


def listen(
    store: Store, version: int, about: Collection[Indicator] = (), *, since: int = 0,
    ledger: bool = True,
) -> Heard:  # fmt: skip
    """Return what the feeds delivered, and which of them have rows of some indicators.

    Args:
        store: where to read.
        version: the last batch looked at.
        about: indicators with facts.
        since: their rows in batches up to this one are left out.
        ledger: also read days and watermarks.
    """
    facts = {shape: [one for one in about if one.fact == shape] for shape in SHAPES}
    selects = [*(_LEDGER if ledger else ()), *(_hits(*item) for item in facts.items() if item[1])]
    rows = store.rows(
        " UNION ALL ".join(selects), {"version": version, "since": since}, tag="freshness.feeds"
    )
    found = {
        one.id: tuple(
            sorted(row["feed"] for row in rows if row["told"] == shape and row["hits"][number])
        )
        for shape, few in facts.items()
        for number, one in enumerate(few)
    }
    return Heard(
        {row["feed"]: frozenset(row["days"]) for row in rows if row["told"] == "days"},
        {row["feed"]: row["mark"] for row in rows if row["told"] == "mark"},
        found,
    )


def _hits(shape: Shape, about: Sequence[Indicator]) -> str:
    """Return the SELECT of which sources have rows of indicators; no row is read without new ones.

    The ledger is asked first, for in the facts new batches lie among old ones.
    """
    flags = ", ".join(f"max(ifNull(({one.where}), 0) != 0)" for one in about)
    return (
        f"SELECT '{shape}' AS told, source AS feed, [] AS days, NULL AS mark, [{flags}] AS hits"
        f" FROM fact_{shape} WHERE batch > {{since:UInt32}} AND batch <= {{version:UInt32}}"
        f" AND (SELECT max(batch) FROM batch WHERE shape = '{shape}'"
        " AND batch <= {version:UInt32}) > {since:UInt32} GROUP BY feed"
    )


@dataclass
class Feeds:
    """The feeds of a city and their coverage, read once a data version."""

    store: Store
    indicators: Mapping[str, Indicator]
    expected: Sequence[Feed]
    _coverage: dict[int, Coverage] = field(default_factory=dict)
    _sources: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _looked_up_to: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look_at(self, indicators: Iterable[Indicator], version: int) -> None:
        """Find the feeds of indicators with facts in what came since they were last looked at.

        A feed may first deliver rows of an indicator any day; before anybody asks for an
        indicator nobody need know.
        """
        with self._lock:
            waiting: dict[int, dict[str, Indicator]] = {}
            for one in indicators:
                since = self._looked_up_to.get(one.id, 0)
                if since < version:
                    waiting.setdefault(since, {})[one.id] = one
            for since, about in waiting.items():
                is_new = version not in self._coverage
                heard = listen(
                    self.store, version, list(about.values()), since=since, ledger=is_new
                )
                for name in about:
                    feeds = {*self._sources.get(name, ()), *heard.sources.get(name, ())}
                    self._sources[name] = tuple(sorted(feeds))
                    self._looked_up_to[name] = version
                if is_new:
                    self._keep(version, heard)

    def coverage(self, version: int) -> Coverage:
        """Return the coverage as of a data version."""
        with self._lock:
            if version not in self._coverage:
                self._keep(version, listen(self.store, version))
            return self._coverage[version]

    def _keep(self, version: int, heard: Heard) -> None:
        while len(self._coverage) > 8:
            self._coverage.pop(next(iter(self._coverage)))
        shifts = {
            one.id: one.shift_days
            for one in self.indicators.values()
            if one.shift_days and not one.is_flow_stock
        }
        self._coverage[version] = Coverage(heard.days, heard.watermarks, self._sources, shifts)

    def freshness(
        self, now: dt.datetime, version: int, sources: Iterable[str] | None = None
    ) -> tuple[Freshness, ...]:
        """Return the age of the feeds, of all or of those named, by name of the source."""
        marks = self.coverage(version).watermarks
        wanted = {feed.source for feed in self.expected} if sources is None else set(sources)
        by_id = {feed.source: feed for feed in self.expected}
        return tuple(
            _age(source, by_id.get(source), marks.get(source), now) for source in sorted(wanted)
        )


def _age(source: str, feed: Feed | None, mark: dt.datetime | None, now: dt.datetime) -> Freshness:
    if feed is None:
        return Freshness(source, source, mark, is_stale=mark is None)
    late = mark is None or now - mark > STALE_AFTER * feed.rhythm + feed.lag
    return Freshness(source, feed.name, mark, is_stale=late, rhythm=feed.rhythm_text)
