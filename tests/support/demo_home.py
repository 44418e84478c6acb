"""Homes to ask: the small city of ``cockpit init``, and the command line in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
NOW = "2026-01-14T10:00"
"""Two days after the last row of the small city."""


@dataclass(frozen=True)
class Cockpit:
    """The command line, bound to a working folder."""

    folder: Path

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run ``cockpit …`` and return what it said."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("COCKPIT_")}
        return subprocess.run(
            [sys.executable, "-W", "error::ResourceWarning", "-m", "cockpit", *arguments],
            cwd=self.folder,
            env={**kept, "PYTHONPATH": str(ROOT), "COCKPIT_NOW": NOW, **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def json(self, *arguments: str) -> Any:  # noqa: ANN401 - whatever the command prints
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
