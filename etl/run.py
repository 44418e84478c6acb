"""Carries a plan out, step by step, and tells what became of each file."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from etl.batch import BatchReport
from etl.boundaries import Boundaries
from etl.load import Loader, Prepared
from etl.plan import Plan, Step
from etl.publish import publish_catalogue, publish_territory
from etl.spec import SourceSpec
from metrics.errors import CockpitError, SourceError, StoreError

_QUIET_SECONDS = 2.0


@dataclass(frozen=True)
class RunReport:
    """What became of every due file, in the order of the plan."""

    files: tuple[BatchReport, ...]
    territory: int | None
    catalogue: int | None
    seconds: float
    problem: CockpitError | None = None

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
    """
    begin = time.perf_counter()
    territory = catalogue = None
    reports: list[BatchReport] = []
    problem: CockpitError | None = None
    stopped: dict[str, CockpitError] = {}
    files = [step for step in plan.due if step.kind == "file"]
    show = sys.stderr.isatty() if progress is None else progress
    with _Bar(len(files), show=show) as bar:
        try:
            if boundaries is not None and _is_due(plan, "territory"):
                territory = publish_territory(loader.store, boundaries, now=now)
            if _is_due(plan, "catalogue"):
                catalogue = publish_catalogue(loader.store, loader.indicators, now=now)
        except StoreError as error:
            problem = error
        for step, ready in _one_ahead(files, loader, specs, now):
            bar.show(step)
            halt = problem or stopped.get(step.source)
            report = _not_run(step, halt) if halt else _load(step, loader, specs, now, ready)
            reports.append(report)
            if isinstance(report.problem, StoreError):
                problem = report.problem
            elif report.problem is not None:
                stopped[step.source] = report.problem
            bar.advance()
    return RunReport(tuple(reports), territory, catalogue, time.perf_counter() - begin, problem)


def _is_due(plan: Plan, kind: str) -> bool:
    return any(step.kind == kind for step in plan.due)


Ready = Callable[[], Prepared]


def _one_ahead(
    files: Sequence[Step], loader: Loader, specs: Mapping[str, SourceSpec], now: dt.datetime
) -> Iterator[tuple[Step, Ready]]:
    """Yield every file while the next one is already being read beside its load.

    Reading is Python and polars, loading is the engine: two cores are busy, and never more than
    two files are in memory.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read") as reader:
        waiting: list[tuple[Step, Ready]] = []
        for step in files:
            assert step.path is not None  # noqa: S101 - a file step has one
            ready = reader.submit(loader.prepare, specs[step.source], step.path, now)
            waiting.append((step, ready.result))
            if len(waiting) == 2:
                yield waiting.pop(0)
        yield from waiting


def _load(
    step: Step, loader: Loader, specs: Mapping[str, SourceSpec], now: dt.datetime, ready: Ready
) -> BatchReport:
    assert step.path is not None  # noqa: S101 - a file step has one
    try:
        return loader.load(specs[step.source], step.path, now, ready())
    except CockpitError as error:
        return BatchReport(step.source, step.path.name, "failed", problem=error)
    except Exception as error:  # noqa: BLE001 - one odd file must not stop the other sources
        unforeseen = SourceError(
            f"the file could not be loaded ({type(error).__name__}: {error})",
            where=str(step.path),
            next_step="Report this with the file and its source spec",
        )
        return BatchReport(step.source, step.path.name, "failed", problem=unforeseen)


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
