"""Reads the next files while the one before is being loaded.

Reading is Python and polars, loading is the engine: two cores are busy, and never more than a few
files are in memory, of a large one a few pieces. A backlog of many files is read by a process of
its own, for two threads of Python would wait for each other. A handful of files is read by a
thread, however large: in large pieces nearly all the work is outside Python, and rows that stay in
one process need not be written down and read again.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import pickle
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import NamedTemporaryFile

from etl.intake import Intake, Piece, Prepared
from etl.plan import Step
from etl.spec import SourceSpec

Ready = Callable[[], Prepared]

_FILES_AHEAD = 3
BACKLOG_BYTES = 24 << 20
"""Many files that are more than this together are read by a process of their own."""


def read_ahead(
    files: Sequence[Step],
    intake: Intake,
    specs: Mapping[str, SourceSpec],
    now: dt.datetime,
    *,
    backlog_bytes: int = BACKLOG_BYTES,
) -> Generator[tuple[Step, Ready], None, None]:
    """Yield every file with what returns it prepared, or raises what is wrong with it.

    Close it: its threads and processes end then, and not when memory happens to be swept.
    """
    is_backlog = len(files) > _FILES_AHEAD and sum(one.size for one in files) > backlog_bytes
    with _process(intake) if is_backlog else ThreadPoolExecutor(1, "read") as reader:
        waiting: deque[tuple[Step, Ready]] = deque()
        for number, step in enumerate(files):
            assert step.path is not None  # noqa: S101 - a file step has one
            asked = (specs[step.source], step.path, now)
            try:
                ready: Ready = (
                    partial(_arrived, reader, number, reader.submit(_take_there, number, *asked))
                    if is_backlog
                    else partial(_taken_here, reader, reader.submit(intake.take, *asked))
                )
            except BrokenExecutor:  # the reading process was killed; the others are read here
                ready = partial(intake.take, *asked)
            waiting.append((step, ready))
            if len(waiting) > _FILES_AHEAD:
                yield waiting.popleft()
        yield from waiting


def _taken_here(reader: Executor, coming: Future[Prepared]) -> Prepared:
    ready = coming.result()
    if ready.is_whole:
        return ready
    first, further = next(pieces := iter(ready.pieces)), partial(next, pieces, None)
    return replace(ready, pieces=chain((first,), _rest(reader, further)))


@contextmanager
def _process(intake: Intake) -> Iterator[Executor]:
    # forking a process with polars' threads in it can hang
    context = multiprocessing.get_context("spawn")
    # a pipe to a process that died at its start is full for ever, and the shapes would fill it
    with NamedTemporaryFile(prefix="cockpit-", suffix=".pickle") as handed:
        pickle.dump(intake, handed)
        handed.flush()
        with ProcessPoolExecutor(1, context, initializer=_begin, initargs=(handed.name,)) as pool:
            yield pool


def _arrived(reader: Executor, number: int, coming: Future[tuple[Prepared, bool]]) -> Prepared:
    ready, has_more = coming.result()
    if not has_more:
        return ready
    rest = _rest(reader, partial(_read_on, number))
    return replace(ready, pieces=chain(ready.pieces, rest))


def _rest(reader: Executor, further: Callable[[], Piece | None]) -> Iterator[Piece]:
    """Return the further pieces of a large file, the next one read while one is loaded."""
    coming = reader.submit(further)  # at once, and not when the first piece has been loaded

    def pieces() -> Iterator[Piece]:
        nonlocal coming
        while (piece := coming.result()) is not None:
            coming = reader.submit(further)
            yield piece

    return pieces()


_given: list[Intake] = []
"""In the reading process alone: given once, for the shapes of a city are many."""
_at_work: dict[int, Iterator[Piece]] = {}
"""In the reading process alone: large files of which the first pieces are read."""


def _begin(handed: str) -> None:
    _given[:] = [pickle.loads(Path(handed).read_bytes())]  # noqa: S301 - our own, just written
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the one it reads for has gone, killed or not.

    It would wait for its next file for ever: it holds both ends of the queue it waits at.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _take_there(
    number: int, spec: SourceSpec, path: Path, now: dt.datetime
) -> tuple[Prepared, bool]:
    """Return the file, or its first piece and that there are more."""
    ready = _given[0].take(spec, path, now)
    if ready.is_whole:
        return ready, False
    _at_work[number] = iter(ready.pieces)
    return replace(ready, pieces=(next(_at_work[number]),)), True


def _read_on(number: int) -> Piece | None:
    piece = next(_at_work[number], None)
    if piece is None:
        del _at_work[number]
    return piece
