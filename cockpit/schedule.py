"""The rhythm of a running cockpit: when each feed is asked, and when the inbox is looked into."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Mapping

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from etl.fetch.desk import Errand
from etl.fetch.run import SIDE_BY_SIDE, fetch, is_fetched
from etl.inbox import Watcher
from etl.spec import SourceSpec
from metrics.errors import CockpitError

LOG = logging.getLogger("cockpit.schedule")
LOOK_SECONDS = 0.8
ATTEND_SECONDS = 60.0
_ALMOST = dt.timedelta(seconds=1)


class Schedule:
    """Asks every feed at the rhythm of its spec and looks into the inbox all the time.

    No job runs beside itself, and rounds that were missed count as one. Looking has a thread of
    its own and fetches have theirs, so a slow interface keeps no file waiting; a feed that fails
    is tried again sooner than its rhythm, at growing distances.
    """

    def __init__(
        self,
        specs: Mapping[str, SourceSpec],
        watcher: Watcher,
        errand: Callable[[threading.Event], Errand],
        *,
        look_seconds: float = LOOK_SECONDS,
        attend: Callable[[], None] | None = None,
    ) -> None:
        """Prepare; ``start()`` begins, ``stop()`` ends it.

        Args:
            specs: by source id.
            watcher: looks into the inbox.
            errand: what a fetch needs now, with the event that ends it.
            look_seconds: between two looks.
            attend: does once a minute what is due about the weekly briefing.
        """
        self._specs, self._watcher, self._errand = specs, watcher, errand
        self._stopping = threading.Event()
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a long load misses some looks
        self._scheduler = BackgroundScheduler(
            timezone=dt.UTC,
            executors={
                "look": ThreadPoolExecutor(1),
                "fetch": ThreadPoolExecutor(SIDE_BY_SIDE),
                "weekly": ThreadPoolExecutor(1),
            },
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )
        self._scheduler.add_job(
            self._look, IntervalTrigger(seconds=look_seconds), executor="look", id="inbox"
        )
        if attend is not None:
            self._scheduler.add_job(
                _careful(attend), IntervalTrigger(seconds=ATTEND_SECONDS), executor="weekly",
                id="weekly briefing", next_run_time=dt.datetime.now(dt.UTC),
            )  # fmt: skip
        for spec in filter(is_fetched, specs.values()):
            self._add(spec)

    @property
    def is_alive(self) -> bool:
        """Whether it is at work."""
        thread = getattr(self._scheduler, "_thread", None)
        return bool(self._scheduler.running and thread is not None and thread.is_alive())

    def start(self) -> None:
        """Begin; a feed that was never asked, or is overdue, is asked at once."""
        self._scheduler.start()

    def stop(self) -> None:
        """End after the files and pages at work; what is left is taken up the next time."""
        self._stopping.set()
        self._watcher.stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def _add(self, spec: SourceSpec) -> None:
        now = dt.datetime.now(dt.UTC)
        due = self._errand(self._stopping).desk(spec.source).tries().next_at(spec.rhythm)
        self._scheduler.add_job(
            self._fetch,
            IntervalTrigger(seconds=spec.rhythm.total_seconds()),
            [spec],
            executor="fetch",
            id=spec.source,
            next_run_time=max(now, due) if due else now,
        )

    def _look(self) -> None:
        try:
            self._watcher.look()
        except Exception as error:  # noqa: BLE001 - looking goes on after every error
            LOG.warning("the look into the inbox failed (%s)", error)

    def _fetch(self, spec: SourceSpec) -> None:
        errand = self._errand(self._stopping)
        if self._wait_for(spec, errand):  # another process was here since
            return
        report = fetch(spec, errand)
        if report.problem is not None:
            LOG.warning("%s", report.problem.sentence)
        else:
            LOG.info(
                "%s: %d pages, %d rows, %d files, %.1f s",
                spec.source, report.pages, report.rows, len(report.files), report.seconds,
            )  # fmt: skip
        self._wait_for(spec, errand)

    def _wait_for(self, spec: SourceSpec, errand: Errand) -> bool:
        """Set the feed's next time by how the last try went; tell whether that is still to come."""
        due = errand.desk(spec.source).tries().next_at(spec.rhythm)
        if due is None or due - dt.datetime.now(dt.UTC) < _ALMOST or self._stopping.is_set():
            return False
        self._scheduler.modify_job(spec.source, next_run_time=due)
        return True


def _careful(attend: Callable[[], None]) -> Callable[[], None]:
    """Return the same, but it goes on after every error."""

    def run() -> None:
        try:
            attend()
        except CockpitError as error:
            LOG.warning("the weekly briefing waits: %s", error.sentence)
        except Exception:
            LOG.exception("the weekly briefing could not be attended to")

    return run
