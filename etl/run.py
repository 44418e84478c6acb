"""Carries a plan out, step by step, and tells what became of each file."""

from __future__ import annotations

import datetime as dt
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from etl.ahead import BACKLOG_BYTES, Ready, read_ahead
from etl.batch import BatchReport
from etl.boundaries import Boundaries
from etl.fetch.run import FetchReport
from etl.load import Loader, Round
from etl.plan import Plan, Step
from etl.publish import publish_case_rules, publish_catalogue, publish_territory
from etl.spec import SourceSpec
from metrics.errors import CockpitError, SourceError, StoreError

_QUIET_SECONDS = 2.0
_ROUND_FILES = 16
_ROUND_BYTES = 32 << 20
"""A reader waits for a round to see any of it, and a failure of the store loses all of it."""


@dataclass(frozen=True)
class RunReport:
    """What became of every due file, in the order of the plan, and of what was fetched before."""

    files: tuple[BatchReport, ...]
    territory: int | None
    catalogue: int | None
    seconds: float
    problem: CockpitError | None = None
    fetched: tuple[FetchReport, ...] = ()

    @property
    def failed(self) -> tuple[BatchReport, ...]:
        """Files that were not loaded, each with its problem."""
        return tuple(one for one in self.files if one.problem is not None)

    def total(self, state: str = "loaded") -> int:
        """Return the number of files in a state."""
        return sum(one.state == state for one in self.files)


def run(
    plan: Plan,
    loader: Loader,
    specs: Mapping[str, SourceSpec],
    *,
    now: dt.datetime,
    boundaries: Boundaries | None = None,
    progress: bool | None = None,
    stopping: threading.Event | None = None,
    backlog_bytes: int = BACKLOG_BYTES,
) -> RunReport:
    """Do exactly what the plan says and return what became of it.

    A source whose file fails is stopped, the others go on; when the store itself fails
    everything stops. Nothing is raised: problems stand in the report.

    Args:
        plan: from ``etl.plan.plan``.
        loader: the store and what a load needs.
        specs: by source id.
        now: the city's time, written into the ledger.
        boundaries: published when the plan has a territory step.
        progress: show a bar on stderr after two seconds; by default when it is a terminal.
        stopping: once set, the files of the round at work are the last ones.
        backlog_bytes: many files that are more than this together are read by a process of their
            own.
    """
    begin = time.perf_counter()
    territory = catalogue = None
    problem: CockpitError | None = None
    files = [step for step in plan.due if step.kind == "file"]
    show = sys.stderr.isatty() if progress is None else progress
    with _Bar(len(files), show=show) as bar:
        try:
            if boundaries is not None and _is_due(plan, "territory"):
                territory = publish_territory(loader.store, boundaries, now=now)
            if _is_due(plan, "catalogue"):
                catalogue = publish_catalogue(loader.store, loader.indicators, now=now)
            if _is_due(plan, "case_rules"):
                publish_case_rules(loader.derivation, loader.indicators, now=now)
        except StoreError as error:
            problem = error
        with closing(
            read_ahead(files, loader.intake, specs, now, backlog_bytes=backlog_bytes)
        ) as ahead:
            reports, problem = _load_rounds(
                ahead, files, loader, specs, now, bar, problem, stopping
            )
    return RunReport(tuple(reports), territory, catalogue, time.perf_counter() - begin, problem)


def _load_rounds(
    ahead: Iterable[tuple[Step, Ready]],
    files: Sequence[Step],
    loader: Loader,
    specs: Mapping[str, SourceSpec],
    now: dt.datetime,
    bar: _Bar,
    problem: CockpitError | None,
    stopping: threading.Event | None,
) -> tuple[list[BatchReport], CockpitError | None]:
    """Load round after round; a file that fails stops its source, a failing store everything."""
    reports: list[BatchReport] = []
    stopped: dict[str, CockpitError] = {}
    for steps in _rounds(files):
        if stopping is not None and stopping.is_set():
            break
        halt = problem or stopped.get(steps[0].source)
        ready = islice(ahead, len(steps))
        done = _refuse(ready, halt, bar) if halt else _load(ready, loader, specs, now, bar)
        reports.extend(done)
        for report in done:
            if isinstance(report.problem, StoreError):
                problem = report.problem
            elif report.problem is not None:
                stopped[report.source] = report.problem
    return reports, problem


def _is_due(plan: Plan, kind: str) -> bool:
    return any(step.kind == kind for step in plan.due)


def _rounds(files: Sequence[Step]) -> Iterator[list[Step]]:
    """Yield files that follow each other in one source, as many as become visible together."""
    gathered: list[Step] = []
    for step in files:
        is_full = len(gathered) == _ROUND_FILES or sum(one.size for one in gathered) > _ROUND_BYTES
        if gathered and (step.source != gathered[0].source or is_full):
            yield gathered
            gathered = []
        gathered.append(step)
    if gathered:
        yield gathered


def _load(
    files: Iterable[tuple[Step, Ready]],
    loader: Loader,
    specs: Mapping[str, SourceSpec],
    now: dt.datetime,
    bar: _Bar,
) -> list[BatchReport]:
    """Load the files of a round; the first that fails stops the rest, not those before it."""
    reports: list[BatchReport] = []
    problem: CockpitError | None = None
    with loader.store.publishing:
        together = Round(loader, now)
        for step, ready in files:
            bar.show(step)
            report = (
                _not_run(step, problem)
                if problem
                else _write(together, specs[step.source], step, ready)
            )
            problem = problem or report.problem
            reports.append(report)
            bar.advance()
        return _published(together, reports)


def _published(together: Round, reports: list[BatchReport]) -> list[BatchReport]:
    try:
        visible = {report.batch: report for report in together.publish()}
    except StoreError as error:
        return [
            replace(one, state="failed", batch=0, problem=error) if one.state == "loaded" else one
            for one in reports
        ]
    return [visible[one.batch] if one.state == "loaded" else one for one in reports]


def _write(together: Round, spec: SourceSpec, step: Step, ready: Ready) -> BatchReport:
    assert step.path is not None  # noqa: S101 - a file step has one
    try:
        return together.write(spec, step.path, ready())
    except CockpitError as error:
        return BatchReport(step.source, step.path.name, "failed", problem=error)
    except Exception as error:  # noqa: BLE001 - one odd file must not stop the other sources
        unforeseen = SourceError(
            f"the file could not be loaded ({type(error).__name__}: {error})",
            where=str(step.path),
            next_step="Report this with the file and its source spec",
        )
        return BatchReport(step.source, step.path.name, "failed", problem=unforeseen)


def _refuse(
    files: Iterable[tuple[Step, Ready]], problem: CockpitError, bar: _Bar
) -> list[BatchReport]:
    reports = []
    for step, _ in files:
        reports.append(_not_run(step, problem))
        bar.advance()
    return reports


def _not_run(step: Step, problem: CockpitError) -> BatchReport:
    name = step.path.name if step.path else ""
    return BatchReport(step.source, name, "not_run", problem=problem)


class _Bar:
    """A progress bar on stderr that appears only when the run takes longer than a moment."""

    def __init__(self, total: int, *, show: bool) -> None:
        self._begin = time.perf_counter()
        self._total = total
        self._wanted = show and total > 1
        self._done = 0
        self._bar: Progress | None = None

    def __enter__(self) -> _Bar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, step: Step) -> None:
        """Name the file at work, making the bar when it is time for one."""
        late = time.perf_counter() - self._begin > _QUIET_SECONDS
        if self._bar is None and self._wanted and late:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
            )
            self._bar.add_task("", total=self._total, completed=self._done)
            self._bar.start()
        if self._bar is not None and step.path is not None:
            self._bar.update(self._bar.task_ids[0], description=step.path.name)

    def advance(self) -> None:
        """Count one file."""
        self._done += 1
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0])
