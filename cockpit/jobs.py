"""Work on the tables: what the inbox holds into the store, by hand or by the watcher."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.wiring import open_boundaries
from etl.batch import BatchReport
from etl.load import Loader
from etl.place import Gazetteer
from etl.plan import Plan, plan
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
    )


def plan_inbox(
    services: Services, boundaries: Boundaries, *, only: Sequence[Path] | None = None
) -> Plan:
    """Return what a run over the inbox would do."""
    services.inbox.mkdir(parents=True, exist_ok=True)
    return plan(
        services.store,
        services.specs,
        services.inbox,
        boundaries=boundaries,
        indicators=list(services.catalogue.indicators.values()),
        only=only,
    )


def load_inbox(services: Services, *, only: Sequence[Path] | None = None) -> tuple[Plan, RunReport]:
    """Load what is new in the inbox; problems stand in the report."""
    boundaries = open_boundaries(services.settings, services.city)
    planned = plan_inbox(services, boundaries, only=only)
    report = run(
        planned,
        make_loader(services, boundaries),
        services.specs,
        now=services.clock.now(),
        boundaries=boundaries,
    )
    return planned, report


def by_source(files: Iterable[BatchReport]) -> list[tuple[str, int, dict[str, int]]]:
    """Return source, number of files and summed rows, by id of the source."""
    found: dict[str, tuple[int, dict[str, int]]] = {}
    for one in files:
        if one.state != "loaded":
            continue
        count, sums = found.get(one.source, (0, dict.fromkeys(COUNTS, 0)))
        found[one.source] = count + 1, {name: sums[name] + getattr(one, name) for name in COUNTS}
    return [(source, count, sums) for source, (count, sums) in sorted(found.items())]
