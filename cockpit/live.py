"""What works beside the requests: the schedule of the feeds, and a demo city that lives on."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cockpit.jobs import make_errand, make_loader
from cockpit.schedule import Schedule
from cockpit.weekly.delivery import attend
from cockpit.wiring import open_boundaries
from etl.fetch.run import note_loads
from etl.inbox import Watcher
from etl.publish import publish_catalogue, publish_territory

if TYPE_CHECKING:
    from cockpit.wiring import Services
    from metrics.calendar import Clock

LOG = logging.getLogger("cockpit.live")
TICK_SECONDS = 5.0


class Source(Protocol):
    """A demo city's feeds."""

    def tick(self, now: dt.datetime) -> list[Path]:
        """Write the files of everything that happened up to a wall-clock time."""


class DemoFeed(threading.Thread):
    """Lets a demo city write its next files every few seconds."""

    def __init__(
        self,
        source: Source,
        clock: Clock,
        *,
        seconds: float = TICK_SECONDS,
        on_tick: Callable[[dt.datetime], None] | None = None,
    ) -> None:
        """Prepare the thread; ``on_tick`` is told up to when everything is written."""
        super().__init__(name="demo-feed", daemon=True)
        self._source, self._clock, self._seconds, self._on_tick = source, clock, seconds, on_tick
        self._stopping = threading.Event()

    def run(self) -> None:
        """Tick until told to stop; a tick that fails is logged and the next one tried."""
        while not self._stopping.wait(self._seconds):
            now = self._clock.now().replace(tzinfo=None)
            try:
                self._source.tick(now)
                if self._on_tick is not None:
                    self._on_tick(now)
            except Exception:
                LOG.exception("the demo feed's tick failed")

    def stop(self) -> None:
        """End the thread after the tick it is at."""
        self._stopping.set()
        if self.is_alive():
            self.join(10.0)


@dataclass(frozen=True)
class Live:
    """What runs, ended in the right order: first who writes, then who loads."""

    schedule: Schedule
    feed: DemoFeed | None = None

    @property
    def state(self) -> str:
        """``running``, or ``dead`` when a thread has ended by itself."""
        lives = self.schedule.is_alive and (self.feed is None or self.feed.is_alive())
        return "running" if lives else "dead"

    def stop(self) -> None:
        """End the threads and wait for them."""
        if self.feed is not None:
            self.feed.stop()
        self.schedule.stop()


def attender(services: Services) -> Callable[[], None] | None:
    """Return what looks after the weekly briefing, where a time is set for it."""
    settings = services.settings
    is_set = settings.briefing_cutoff is not None or settings.briefing_at is not None
    return (lambda: attend(services)) if is_set else None


def start_live(services: Services, feed: DemoFeed | None = None) -> Services:
    """Return the services with the feeds fetched and the inbox watched, each at its rhythm.

    The demo city is at work too, where one is given.
    """
    boundaries = open_boundaries(services.settings, services.city)
    now = services.clock.now()
    publish_territory(services.store, boundaries, now=now)
    publish_catalogue(services.store, list(services.catalogue.indicators.values()), now=now)
    watcher = Watcher(
        make_loader(services, boundaries),
        services.specs,
        services.inbox,
        clock=services.clock.now,
        on_reports=lambda reports: note_loads(reports, make_errand(services)),
    )
    schedule = Schedule(
        services.specs, watcher, lambda stop: make_errand(services, stop), attend=attender(services)
    )
    schedule.start()
    if feed is not None:
        feed.start()
    return replace(services, background=Live(schedule, feed))
