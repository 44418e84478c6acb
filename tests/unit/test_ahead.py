"""The process that reads ahead may die; what it took with it is told, the rest is read here."""

from __future__ import annotations

import datetime as dt
import os
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from etl import ahead
from etl.plan import Step

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
PARENT = os.getpid()


@dataclass(frozen=True)
class Deadly:
    """Reads names; one of them kills the process that reads it."""

    home: int

    def take(self, _spec: object, path: Path, _now: dt.datetime) -> str:
        if path.name == "deadly.csv" and os.getpid() != self.home:
            os._exit(9)
        return path.name


def test_a_killed_reader_takes_only_its_own_files_with_it() -> None:
    names = ["deadly.csv", *(f"{number}.csv" for number in range(20))]
    steps = [Step("file", "new", "", "s", Path(name), 1) for name in names]
    intake: Any = Deadly(PARENT)
    specs: Any = {"s": SimpleNamespace(source="s")}
    heard: dict[str, object] = {}
    for step, ready in ahead.read_ahead(steps, intake, specs, NOW, backlog_bytes=0):
        assert step.path is not None
        try:
            heard[step.path.name] = ready()
        except BrokenProcessPool:
            heard[step.path.name] = None
    assert list(heard) == names, "every file is told of, in order"
    assert heard["deadly.csv"] is None
    assert [heard[name] for name in names[-10:]] == names[-10:]
