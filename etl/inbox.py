"""The inbox of a running cockpit: files put there are loaded by themselves."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from etl.batch import BatchReport
from etl.load import Loader
from etl.plan import inbox_files, plan
from etl.run import run
from etl.spec import SourceSpec

log = logging.getLogger("cockpit.inbox")

_Look = tuple[int, int]
"""Size and time of change of a file."""


class Watcher:
    """Looks into the inbox when told to and loads what has been put there.

    A file is taken when two looks in a row found it unchanged, in the order of names. Files stay
    where they are: the ledger remembers them, and their size and time are kept here so that a
    look costs no reading. Problems are logged as sentences.
    """

    def __init__(
        self,
        loader: Loader,
        specs: Mapping[str, SourceSpec],
        inbox: Path,
        *,
        clock: Callable[[], dt.datetime],
        on_reports: Callable[[Sequence[BatchReport]], None] | None = None,
    ) -> None:
        """Prepare; nothing is looked at yet.

        Args:
            loader: the store and what a load needs.
            specs: by source id.
            inbox: made when it does not exist.
            clock: the city's time.
            on_reports: called with what became of the files of a look.
        """
        self._loader, self._specs, self._inbox = loader, specs, inbox
        self._clock, self._on_reports = clock, on_reports
        self._done: dict[Path, _Look] = {}
        self._growing: dict[Path, _Look] = {}
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Let a look at work end after the files it is at."""
        self._stopping.set()

    def look(self) -> list[BatchReport]:
        """Look once, load what is finished, and return what became of it."""
        self._inbox.mkdir(parents=True, exist_ok=True)
        seen = {path: look for path in inbox_files(self._inbox) if (look := _look(path))}
        waiting = {path: look for path, look in seen.items() if self._done.get(path) != look}
        finished = [path for path, look in waiting.items() if self._growing.get(path) == look]
        self._growing = waiting
        if not finished:
            return []
        due = plan(self._loader.store, self._specs, self._inbox, only=finished)
        for path in due.unclaimed:
            log.warning("%s: no source claims this file. Compare its name with files: "
                        "in the source specs.", path)  # fmt: skip
        report = run(
            due, self._loader, self._specs,
            now=self._clock(), progress=False, stopping=self._stopping,
        )  # fmt: skip
        if report.problem is None:  # a lost store is tried again at the next look
            waiting_on = {one.file for one in report.files if one.state == "not_run"}
            done = {path: seen[path] for path in finished if path.name not in waiting_on}
            self._done.update(done)
        for one in report.files:
            _tell(one)
        if self._on_reports is not None:
            self._on_reports(report.files)
        return list(report.files)


def _look(path: Path) -> _Look | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _tell(report: BatchReport) -> None:
    if report.problem is not None:
        log.warning("%s: %s", report.file, report.problem.sentence)
    elif report.state == "loaded":
        log.info(
            "%s: batch %d, %d rows read, %d accepted, %d quarantined, %d duplicates, %.1f s",
            report.file, report.batch, report.rows_read, report.accepted, report.quarantined,
            report.duplicates, report.seconds,
        )  # fmt: skip
