"""``python -m benchmarks.soak``: a wall that runs for weeks, in half an hour; writes docs/soak.md.

The wall is the real one: version check, payload, painting. Only its clock is put forward after
each update, so that the next one is due at once, and the numbers that come are stirred with a
seed, so that every card, map colour and row is written anew each time. Alarms take the screen in
between. What must stay level: script memory after a forced collection, DOM nodes, the server's
memory, and a silent console.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from benchmarks.serving import ROOT, chromium, cockpit, served

SAMPLE = 1_000
"""Updates from one measurement to the next; the first one is the level to keep to."""
DAYS, SCALE = 28, 0.15
WIDTH, HEIGHT = 960, 540
"""Everything is there as on a large wall, and drawing in software takes a quarter of the time."""
MOST = {"heap_mb": 0.05, "nodes": 0.05, "server_mb": 0.10}
"""By what share each may end above or below its first level."""
ASKED_ANEW_S = "5"
"""The server's clock stands still: so often it asks the store and draws everything anew."""
REST_S = 6
"""Longer than a request may take: its timer keeps what belongs to it until then."""
LOOKS, LOOK_MS = 9, 700
"""The wall goes on while it is measured, and what it is just using cannot be collected: the least
of several looks is what it keeps. The interval is none of the wall's own rhythms."""
DRIVE = (Path(__file__).with_name("soak.js")).read_text("utf-8")
DRAWN = """() => {
  const cards = [...document.querySelectorAll('.wall-tile')].filter(one => one.offsetParent);
  return cards.length && cards.every(one => one.querySelector('.wall-value')?.textContent)
    && document.querySelector('.wall-label') && document.querySelector('.wall-legend i');
}"""


@dataclass(frozen=True)
class Level:
    """What was measured after so many updates; memory in MB."""

    updates: int
    changes: int
    minutes: float
    heap_mb: float
    nodes: int
    listeners: int
    server_mb: float


def main() -> None:
    """Build a small city, soak its wall, print and write what was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--updates", type=int, default=20_000)
    parser.add_argument("--changes", type=int, default=500, help="scene changes within them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=240, help="end after so long in any case")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "soak.md")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cockpit-soak-") as temporary:
        home = Path(temporary) / "home"
        cockpit(home, "demo", "--days", str(DAYS), "--scale", str(SCALE), "--no-serve")
        with served(home, cache_seconds=ASKED_ANEW_S) as server, chromium() as browser:
            levels, messages = soak(browser, server.base, server.pid, said)
            version = browser.version
    faults = [*beyond(levels), *messages]
    said.out.write_text(report(levels, faults, said, version), "utf-8")
    print("\n".join(faults) or "level")
    sys.exit(1 if faults else 0)


def soak(
    browser: Browser, base: str, server: int, said: argparse.Namespace
) -> tuple[list[Level], list[str]]:
    """Return a level for every thousand updates, and what the console said."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    messages: list[str] = []
    page.on("console", lambda one: messages.append(f"console {one.type}: {one.text}"))
    page.on("pageerror", lambda one: messages.append(f"page error: {one}"))
    page.goto(base, timeout=120_000)
    page.wait_for_function(DRAWN, timeout=120_000)
    devtools = page.context.new_cdp_session(page)
    every = max(1, said.updates // said.changes)
    page.evaluate(DRIVE, {"every": every, "seed": said.seed})
    levels: list[Level] = []
    begin = time.monotonic()
    for limit in range(SAMPLE, said.updates + 1, SAMPLE):
        page.evaluate("limit => soak.run(limit)", limit)
        page.wait_for_function("limit => soak.updates >= limit", arg=limit, timeout=1_200_000)
        page.evaluate("soak.rest()")
        level = measured(page, devtools, server, (time.monotonic() - begin) / 60)
        print(level, flush=True)
        levels.append(level)
        if level.minutes > said.minutes:
            break
    page.close()
    return levels, messages


def measured(page: Page, devtools: CDPSession, server: int, minutes: float) -> Level:
    """Return what the page and the server hold, after a collection."""
    page.wait_for_timeout(1000 * REST_S)
    looks = [held(page, devtools) for _ in range(LOOKS)]
    heap, nodes, listeners = (min(one) for one in zip(*looks, strict=True))
    updates, changes = page.evaluate("[soak.updates, soak.changes]")
    return Level(
        updates, changes, round(minutes, 1), round(heap, 2),
        int(nodes), int(listeners), round(resident_mb(server), 1),
    )  # fmt: skip


def held(page: Page, devtools: CDPSession) -> tuple[float, float, float]:
    """Return script memory in MB, DOM nodes and listeners after two collections."""
    page.wait_for_timeout(LOOK_MS)
    for _ in range(2):
        devtools.send("HeapProfiler.collectGarbage")
    used = float(devtools.send("Runtime.getHeapUsage")["usedSize"]) / 1e6
    counts: dict[str, Any] = devtools.send("Memory.getDOMCounters")
    return used, counts["nodes"], counts["jsEventListeners"]


def resident_mb(process: int) -> float:
    """Return the memory a process holds, in MB."""
    done = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / 1000


def beyond(levels: list[Level]) -> list[str]:
    """Return what ended further from its first level than it may, in words."""
    first, last = levels[0], levels[-1]
    found = []
    for name, share in MOST.items():
        grown = getattr(last, name) / getattr(first, name) - 1
        if abs(grown) > share:
            found.append(f"{name}: {grown:+.1%} after {last.updates} updates, {share:.0%} allowed")
    return found


def report(levels: list[Level], faults: list[str], said: argparse.Namespace, version: str) -> str:
    """Return the page that is published."""
    first, last = levels[0], levels[-1]
    shown = [one for k, one in enumerate(levels) if k == 0 or (k + 1) % 2 == 0 or one is last]
    rows = "\n".join(
        f"| {one.updates:,} | {one.changes} | {one.minutes} | {one.heap_mb:.2f} | {one.nodes:,} "
        f"| {one.listeners:,} | {one.server_mb:.1f} |"
        for one in shown
    )
    grown = {name: getattr(last, name) / getattr(first, name) - 1 for name in MOST}
    verdict = "Level." if not faults else "**Not level:** " + "; ".join(faults)
    today = f"{dt.datetime.now().astimezone():%Y-%m-%d}"
    return f"""# A wall that runs on and on: what was measured

Written by `make soak` on {today}; do not edit. {machine()}, Chromium {version},
a window of {WIDTH} × {HEIGHT} drawn in software, a demo city of {DAYS} days, seed {said.seed}.

{last.updates:,} updates and {last.changes} changes of scene, every number, colour and row written
anew each time, alarms in between. An update is what a wall does once a minute: this is
{last.updates / 1440:.0f} days of a quiet city. Before every measurement the wall rests for
{REST_S} seconds; memory and nodes are the least of {LOOKS} looks, each after two collections.

| | from {first.updates:,} to {last.updates:,} updates | allowed |
|---|---:|---:|
| script memory | {grown["heap_mb"]:+.1%} | ± 5 % |
| DOM nodes | {grown["nodes"]:+.1%} | ± 5 % |
| memory of the server | {grown["server_mb"]:+.1%} | ± 10 % |
| console messages | {sum(one.startswith(("console", "page error")) for one in faults)} | 0 |

{verdict}

| updates | changes | minutes | script MB | DOM nodes | listeners | server MB |
|---:|---:|---:|---:|---:|---:|---:|
{rows}
"""


def machine() -> str:
    """Return the class of the machine, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}"


if __name__ == "__main__":
    main()
