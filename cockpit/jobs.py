"""Work on the tables: what the inbox holds into the store, by hand or by the watcher."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.secret_variables import secret
from cockpit.wiring import open_boundaries
from etl.batch import BatchReport
from etl.fetch.desk import Errand
from etl.fetch.run import fetch_all, fetch_steps, note_loads
from etl.load import Loader
from etl.place import Gazetteer
from etl.plan import Plan, Step, plan
from etl.run import RunReport, run

if TYPE_CHECKING:
    from cockpit.wiring import Services
    from etl.boundaries import Boundaries

COUNTS = ("rows_read", "accepted", "quarantined", "duplicates")


def make_loader(services: Services, boundaries: Boundaries) -> Loader:
    """Return what a load needs beside the file and its spec."""
    return Loader(
        services.store,
        Gazetteer(boundaries),
        list(services.catalogue.indicators.values()),
        services.city.timezone,
        services.settings.secret_key(),
        rules=services.city.cases,
    )


def make_errand(services: Services, stopping: threading.Event | None = None) -> Errand:
    """Return what a fetch needs beside the feed's spec."""
    return Errand(
        services.inbox,
        services.settings.home / "feeds",
        secret,
        services.clock.now(),
        stopping or threading.Event(),
    )


def plan_run(services: Services, boundaries: Boundaries) -> Plan:
    """Return what a run would ask for, and what it would do with the inbox as it is now."""
    return _plan(services, boundaries, fetches=fetch_steps(services.specs, make_errand(services)))


def _plan(
    services: Services,
    boundaries: Boundaries,
    *,
    only: Sequence[Path] | None = None,
    fetches: Sequence[Step] = (),
) -> Plan:
    services.inbox.mkdir(parents=True, exist_ok=True)
    return plan(
        services.store,
        services.specs,
        services.inbox,
        boundaries=boundaries,
        indicators=list(services.catalogue.indicators.values()),
        rules=services.city.cases,
        only=only,
        fetches=fetches,
        now=services.clock.now(),
    )


def load_inbox(services: Services, *, only: Sequence[Path] | None = None) -> tuple[Plan, RunReport]:
    """Fetch what must be asked for, then load what is new; problems stand in the report.

    With ``only`` nothing is fetched and these files alone are loaded.
    """
    boundaries = open_boundaries(services.settings, services.city)
    errand = make_errand(services)
    fetched = fetch_all(services.specs, errand) if only is None else ()
    planned = _plan(services, boundaries, only=only)
    report = run(
        planned,
        make_loader(services, boundaries),
        services.specs,
        now=services.clock.now(),
        boundaries=boundaries,
    )
    note_loads(report.files, errand)
    return planned, replace(report, fetched=fetched)


def by_source(files: Iterable[BatchReport]) -> list[tuple[str, int, dict[str, int]]]:
    """Return source, number of files and summed rows, by id of the source."""
    found: dict[str, tuple[int, dict[str, int]]] = {}
    for one in files:
        if one.state != "loaded":
            continue
        count, sums = found.get(one.source, (0, dict.fromkeys(COUNTS, 0)))
        found[one.source] = count + 1, {name: sums[name] + getattr(one, name) for name in COUNTS}
    return [(source, count, sums) for source, (count, sums) in sorted(found.items())]
