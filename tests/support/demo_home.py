"""The small city of ``cockpit init``, and the command line in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
NOW = "2026-01-14T10:00"
"""Two days after the last row of the small city."""


_EACH = """
import json, sys
from click.testing import CliRunner
from cockpit.cli import cli
said = [CliRunner().invoke(cli, call) for call in json.load(sys.stdin)]
print(json.dumps([(one.exit_code, one.stdout, one.stderr) for one in said]))
"""


@dataclass(frozen=True)
class Said:
    """What one command left behind."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Cockpit:
    """The command line, bound to a working folder.

    Attributes:
        settings: variables of the environment for every command.
    """

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run ``cockpit …`` and return what it said."""
        return subprocess.run(
            [sys.executable, "-m", "cockpit", *arguments],
            cwd=self.folder,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def each(self, calls: Sequence[Sequence[str]]) -> list[Said]:
        """Run several commands after each other in one process, which is much faster."""
        done = subprocess.run(
            [sys.executable, "-c", _EACH],
            input=json.dumps(list(map(list, calls))),
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
        return [Said(*one) for one in json.loads(done.stdout)]

    def environment(self, **more: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("COCKPIT_")}
        return {**kept, "PYTHONPATH": str(ROOT), "COCKPIT_NOW": NOW, **self.settings, **more}

    def json(self, *arguments: str) -> Any:
        """Run ``cockpit … --json`` and return what it printed; it must have done its work."""
        done = self(*arguments, "--json")
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)


def small_home(folder: Path) -> Cockpit:
    """Return the command line in a new city that ``cockpit init`` made and ``etl run`` loaded."""
    made = Cockpit(folder)("init", "city")
    assert made.returncode == 0, made.stderr
    cockpit = Cockpit(folder / "city")
    loaded = cockpit("etl", "run")
    assert loaded.returncode == 0, loaded.stderr
    return cockpit
