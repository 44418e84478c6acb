"""Fetches side by side: what they would ask, carrying them out, and what became of each."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from etl.batch import BatchReport
from etl.fetch.client import Passing, Stopped
from etl.fetch.desk import Busy, Errand
from etl.fetch.http import Fetched, fetch_http, next_progress
from etl.fetch.paging import address
from etl.fetch.sql import begin_mark, fetch_sql, statement
from etl.plan import Step
from etl.spec import SourceSpec
from metrics.errors import CockpitError, SourceError

SIDE_BY_SIDE = 2
"""Fetches at the same time; they wait more than they work."""


@dataclass(frozen=True)
class FetchReport:
    """What became of asking one feed.

    Attributes:
        source: id of the source spec.
        files: what is now in the inbox; none where there was nothing new.
        pages: pages, or statements.
        rows: rows in them.
        seconds: time taken.
        problem: why it failed.
    """

    source: str
    files: tuple[Path, ...] = ()
    pages: int = 0
    rows: int = 0
    seconds: float = 0.0
    problem: CockpitError | None = None


def is_fetched(spec: SourceSpec) -> bool:
    """Tell whether a feed must be asked."""
    return spec.http is not None or spec.sql is not None


def fetch(spec: SourceSpec, errand: Errand) -> FetchReport:
    """Ask one feed and note how it went. Nothing is raised: a problem stands in the report."""
    begin = time.perf_counter()
    brought, problem = Fetched(), None
    try:
        brought = fetch_http(spec, errand) if spec.http is not None else fetch_sql(spec, errand)
    except CockpitError as error:
        problem = error
    except Exception as error:  # noqa: BLE001 - one odd feed must not stop the others
        problem = SourceError(  # its own words might hold a token
            f"the feed could not be fetched ({type(error).__name__})",
            where=spec.source,
            next_step="Report this with the source spec",
        )
    if not isinstance(problem, Stopped | Busy):
        _note(spec.source, errand, problem)
    seconds = time.perf_counter() - begin
    return FetchReport(spec.source, brought.files, brought.pages, brought.rows, seconds, problem)


def fetch_all(specs: Mapping[str, SourceSpec], errand: Errand) -> tuple[FetchReport, ...]:
    """Ask every feed that must be asked, a few at a time, and return what became of each."""
    asked = [spec for spec in specs.values() if is_fetched(spec)]
    with ThreadPoolExecutor(SIDE_BY_SIDE, "fetch") as workers:
        try:
            return tuple(workers.map(lambda spec: fetch(spec, errand), asked))
        except BaseException:  # Ctrl+C: the fetches end at their next wait
            errand.stopping.set()
            raise


def fetch_steps(specs: Mapping[str, SourceSpec], errand: Errand) -> list[Step]:
    """Return what every fetch would begin with; nothing is asked."""
    return [
        Step("fetch", "new", " ".join(_told(spec, errand)), spec.source)
        for spec in specs.values()
        if is_fetched(spec)
    ]


def note_loads(reports: Iterable[BatchReport], errand: Errand) -> None:
    """Write down for every source how the last loading of its files went."""
    last = {report.source: report.problem for report in reports}
    for source, problem in last.items():
        desk = errand.desk(source)
        desk.note(desk.tries("load").after(problem, dt.datetime.now(dt.UTC)), "load")


def _note(source: str, errand: Errand, problem: CockpitError | None) -> None:
    desk, now = errand.desk(source), dt.datetime.now(dt.UTC)
    tries = desk.tries().after(problem, now)
    if isinstance(problem, Passing) and problem.wait:
        tries = replace(tries, not_before=now + dt.timedelta(seconds=problem.wait))
    desk.note(tries)


def _told(spec: SourceSpec, errand: Errand) -> Iterator[str]:
    """Yield what is asked, of whom, with whose token, and from where on."""
    if spec.http is not None:
        progress = next_progress(spec, errand)
        yield f"GET {address(spec.http, progress)}"
        if spec.http.token:
            yield f"with the token of {spec.http.token.variable}"
        if progress.number > 1:
            yield f"going on at page {progress.number} of the fetch of {progress.began}"
        begin, has_mark = progress.begin, spec.http.watermark is not None
    else:
        assert spec.sql is not None  # noqa: S101 - only feeds that are fetched come here
        parts = urlsplit(spec.sql.database)
        begin, has_mark = begin_mark(spec, errand), spec.sql.watermark is not None
        yield f"{' '.join(statement(spec, begin).split())} at {parts.hostname}{parts.path}"
    yield f"from watermark {begin}" if begin else "from the beginning" if has_mark else "all of it"
