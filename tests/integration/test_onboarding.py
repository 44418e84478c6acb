"""docs/onboarding.md, typed command by command: what it promises is what comes out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.demo_home import ROOT

PAGE = ROOT / "docs" / "onboarding.md"
SHARED = ROOT.parent / "shared" / "data"
MARK = "----8<----"
CITIES = {"San Francisco": "san_francisco", "Ottawa": "ottawa_311", "Rows that were": ""}
PROMISED = {
    "San Francisco": "sf311 1 14984 14312 0 672",
    "Ottawa": "ottawa_311 1 127188 124450 0 2738",
    "Rows that were": "hotline 1 1 1 0 0",
}


def steps(section: str) -> list[tuple[str, list[str]]]:
    """Return every block of commands of a section with the lines promised below it."""
    found: list[tuple[str, list[str]]] = []
    for kind, text in re.findall(r"^````?`?(\w*)\n(.*?)^````?`?$", section, re.S | re.M):
        if kind == "sh":
            found.append((text, []))
        elif found:
            found[-1][1].extend(text.splitlines())
    return found


def typed(blocks: list[str], folder: Path) -> list[str]:
    """Type the blocks one after the other in one shell; return what was said after each."""
    tools = folder / "tools"
    tools.mkdir()
    (tools / "cockpit").write_text(f'#!/bin/sh\nexec {sys.executable} -m cockpit "$@"\n')
    (tools / "cockpit").chmod(0o755)
    kept = {k: v for k, v in os.environ.items() if not k.startswith("COCKPIT_")}
    here = folder / "here"
    (here / "x").mkdir(parents=True)  # a section may begin with `cd ..`
    done = subprocess.run(
        ["bash", "-c", f"\necho '{MARK}'\n".join(["cd .", *blocks])],
        cwd=here / "x",
        env={**kept, "PYTHONPATH": str(ROOT), "DATA": str(SHARED),
             "PATH": f"{tools}:{kept['PATH']}"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900, check=False,
    )  # fmt: skip
    return done.stdout.split(MARK)[1:]


def is_said(promise: str, said: str) -> bool:
    parts = [re.escape(" ".join(part.split())) for part in promise.split("…")]
    pattern = ".*".join(part for part in parts if part)
    return any(re.search(pattern, " ".join(line.split())) for line in said.splitlines())


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize("city", CITIES)
def test_the_page_is_true(city: str, tmp_path: Path) -> None:
    if CITIES[city] and not (SHARED / CITIES[city]).is_dir():
        pytest.skip(f"no data in {SHARED / CITIES[city]}")
    text = PAGE.read_text("utf-8")
    section = next(one for one in text.split("\n## ") if one.startswith(city))
    wanted = steps(section)
    said = typed([commands for commands, _ in wanted], tmp_path)
    assert len(said) == len(wanted)
    for (commands, promises), answer in zip(wanted, said, strict=True):
        for promise in promises:
            assert is_said(promise, answer), f"{commands}\npromised: {promise}\nsaid:\n{answer}"
    assert any(is_said(PROMISED[city], answer) for answer in said)
