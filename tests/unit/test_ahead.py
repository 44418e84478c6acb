"""The process that reads ahead may die; what it took with it is told, the rest is read here."""

from __future__ import annotations

import datetime as dt
import os
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from etl import ahead
from etl.intake import Piece, Prepared
from etl.plan import Step

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
PARENT = os.getpid()
NO_LINES = pl.Series(dtype=pl.UInt64)
PIECE = Piece(pl.DataFrame({"n": [0]}), pl.DataFrame(), 0, NO_LINES)


@dataclass(frozen=True)
class Deadly:
    """Reads names as hashes; one of them kills the process that reads it."""

    home: int

    def take(self, _spec: object, path: Path, _now: dt.datetime) -> Prepared:
        if path.name == "deadly.csv" and os.getpid() != self.home:
            os._exit(9)
        return Prepared(path.name, 0, (PIECE,), 0.0)


def test_a_killed_reader_takes_only_its_own_files_with_it() -> None:
    names = ["deadly.csv", *(f"{number}.csv" for number in range(20))]
    steps = [Step("file", "new", "", "s", Path(name), 1) for name in names]
    intake: Any = Deadly(PARENT)
    specs: Any = {"s": SimpleNamespace(source="s")}
    heard: dict[str, object] = {}
    for step, ready in ahead.read_ahead(steps, intake, specs, NOW, backlog_bytes=0):
        assert step.path is not None
        try:
            heard[step.path.name] = ready().sha256
        except BrokenProcessPool:
            heard[step.path.name] = None
    assert list(heard) == names, "every file is told of, in order"
    assert heard["deadly.csv"] is None
    assert [heard[name] for name in names[-10:]] == names[-10:]


class Fatal:
    """Ends the process that unpacks it."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (9,)


@dataclass(frozen=True)
class Stillborn:
    """Reads names as hashes; a process that it is handed to dies before it has read it."""

    fatal: Fatal
    load: bytes

    def take(self, _spec: object, path: Path, _now: dt.datetime) -> Prepared:
        return Prepared(path.name, 0, (PIECE,), 0.0)


def test_a_reader_that_dies_at_its_start_holds_nobody_up() -> None:
    names = [f"{number}.csv" for number in range(20)]
    steps = [Step("file", "new", "", "s", Path(name), 1) for name in names]
    intake: Any = Stillborn(Fatal(), bytes(1 << 20))  # far more than a pipe holds
    specs: Any = {"s": SimpleNamespace(source="s")}
    read = []
    for _, ready in ahead.read_ahead(steps, intake, specs, NOW, backlog_bytes=0):
        try:
            read.append(ready().sha256)
        except BrokenProcessPool:
            read.append("")
    assert len(read) == len(names)
    assert read[-10:] == names[-10:]


@dataclass(frozen=True)
class Slow:
    """Reads files of three pieces, and one whole."""

    def take(self, _spec: object, path: Path, _now: dt.datetime) -> Prepared:
        if path.name == "whole.csv":
            return Prepared(path.name, 0, (PIECE,), 0.0)
        pieces = (
            Piece(pl.DataFrame({"n": [number]}), pl.DataFrame(), 1, NO_LINES) for number in range(3)
        )
        return Prepared(path.name, 0, pieces, 0.0)


@pytest.mark.parametrize("backlog", [0, 1 << 40])
def test_the_pieces_of_large_files_arrive_in_order(backlog: int) -> None:
    names = ["a.csv", "whole.csv", "b.csv", "c.csv"]
    steps = [Step("file", "new", "", "s", Path(name), 1) for name in names]
    intake: Any = Slow()
    specs: Any = {"s": SimpleNamespace(source="s")}
    heard = {
        ready.sha256: [int(piece.rows["n"][0]) for piece in ready.pieces]
        for _, arrive in ahead.read_ahead(steps, intake, specs, NOW, backlog_bytes=backlog)
        for ready in [arrive()]
    }
    assert heard == {"a.csv": [0, 1, 2], "whole.csv": [0], "b.csv": [0, 1, 2], "c.csv": [0, 1, 2]}
