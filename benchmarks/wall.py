"""What a wall costs: bytes, server and browser for one tick, first paint, time to a whole wall.

A home with the demo city is served as it always is; a scene of 150 indicators is added to its
city. The browser is real. The other walls are pollers that do exactly the exchange of a wall:
a version check every two seconds and a payload whenever one is due. A bare Flask route that sends
the same bytes from the same server software is what the server's side is compared with.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from benchmarks.serving import chromium, cockpit, free_port, served, wait_for
from layouts.wall.scene import SCENES, load_scene
from metrics.catalogue import load_catalogue

WALLS, INDICATORS, TICKS, SECONDS = 50, 150, 20, 20
BEAT_S, RHYTHM_S = 2, 60
DAYS, SCALE, SCENE = 28, 0.15, "bench"
_ROUND = """import json, sys
from flask import Flask, Response
from waitress import serve
body = open(sys.argv[2], "rb").read()
app = Flask("bare")
app.route("/", methods=["GET", "POST"])(
    lambda: Response(body, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})
)
serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=16, _quiet=True)
"""
_WHOLE = """() => {
  const cards = [...document.querySelectorAll('.wall-card, .wall-tile')].filter(one => one.offsetParent);
  return cards.length && cards.every(one => one.querySelector('.wall-value')?.textContent)
    && document.querySelector('.wall-label') && document.querySelector('.wall-legend i')
    && performance.now();
}"""  # noqa: E501
_TICK = """() => new Promise((done) => {
  const tint = window.wallMap.tint;
  window.wallMap.tint = (map) => {
    tint(map);
    window.wallMap.tint = tint;
    requestAnimationFrame(() => setTimeout(done, 50));
  };
  window.wallBeat.askFor('bench');
})"""


def walls() -> dict[str, dict[str, float]]:
    """Return the figures of one wall and of fifty, by name of the comparison."""
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as temporary:
        home = Path(temporary) / "home"
        cockpit(home, "demo", "--days", str(DAYS), "--scale", str(SCALE), "--no-serve")
        write_scene(home)
        with served(home) as server, chromium() as browser:
            wall = Exchange(server.base)
            results = {"a tick of 150 indicators / the same bytes bare": ticked(wall, server.pid)}
            for others in (0, WALLS - 1):
                with polling(wall, others):
                    name = f"{others + 1} {'walls' if others else 'wall'}"
                    results[name] = looked_at(browser, server.base, server.pid)
    return results


def write_scene(home: Path) -> None:
    """Add a scene of 150 indicators to the city of a home: the overview's head, and cards."""
    overview = load_scene(SCENES / "overview.yaml")
    every = [one.id for one in load_catalogue().indicators.values() if one.tier == "core"]
    names = iter(every[: INDICATORS - len(overview.headline)])
    cards = [[name for _, name in zip(range(8), names, strict=False)] for _ in range(19)]
    panels = [
        {
            "kind": "cards",
            "id": f"p{k}",
            "title": f"{k}",
            "cards": [{"indicator": name} for name in some],
        }
        for k, some in enumerate(cards)
        if some
    ]
    scene = {
        "id": SCENE,
        "headline": [card.model_dump(exclude_defaults=True) for card in overview.headline],
        "map": overview.map.model_dump(exclude_defaults=True),
        "left": panels[::2],
        "right": panels[1::2],
    }
    city = (home / "city.txt").read_text("utf-8").strip()
    folder = home / "city" / city / "wall"
    folder.mkdir(exist_ok=True)
    (folder / f"{SCENE}.yaml").write_text(json.dumps(scene, ensure_ascii=False), "utf-8")


class Exchange:
    """The two requests of a wall, as its script makes them."""

    def __init__(self, base: str) -> None:
        self.base = base

    def get(self, path: str) -> bytes:
        """Return what an address answers."""
        with urllib.request.urlopen(self.base + path, timeout=60) as answer:
            return bytes(answer.read())

    def check(self, wall: str) -> None:
        """Ask for the version, and say who asks and what is shown."""
        self.get(
            f"/api/v1/version?wall={wall}&tab={wall}&scene={SCENE}&area=&size=1920x1080&data=1"
        )

    def payload(self) -> tuple[int, bytes]:
        """Ask for a payload; returns the bytes sent, and the answer as it came."""
        said = f"/wall/payload?scene={SCENE}&area=&lang=zh&spot="
        request = urllib.request.Request(self.base + said, headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return len(said), bytes(answer.read())


def ticked(wall: Exchange, server: int) -> dict[str, float]:
    """Compare the server's side of a tick with a bare route that sends the same bytes."""
    sent, body = wall.payload()
    raw = gzip.decompress(body)
    mine = processor_ms(server, lambda _: wall.payload())
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "body").write_bytes(body)
        port = free_port()
        bare = subprocess.Popen([sys.executable, "-c", _ROUND, str(port), f"{folder}/body"])
        try:
            address = f"http://127.0.0.1:{port}/"
            wait_for(address, bare)
            theirs = processor_ms(bare.pid, lambda _: urllib.request.urlopen(address, b"{}").read())
        finally:
            bare.terminate()
            bare.wait()
    return {
        "sent_bytes": sent, "bytes": len(body), "raw_bytes": len(raw), "server_ms": mine,
        "bare_ms": theirs, "ratio": mine / theirs,
    }  # fmt: skip


def processor_ms(process: int, run: Any) -> float:  # noqa: ANN401 - any call
    """Return the processor time a process spends on one of many calls, in ms."""
    many = 100
    begin = processor_s(process)
    for k in range(many):
        run(k)
    return (processor_s(process) - begin) / many * 1000


def processor_s(process: int) -> float:
    """Return the processor seconds a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def polling(wall: Exchange, others: int) -> Iterator[None]:
    """Let so many other walls look at the server for as long as the block runs."""
    over = threading.Event()

    def one(k: int) -> None:
        due = time.monotonic() + RHYTHM_S * k / max(1, others)
        over.wait(BEAT_S * k / max(1, others))
        while not over.is_set():
            wall.check(f"w-{k}")
            if time.monotonic() >= due:
                due += RHYTHM_S
                wall.payload()
            over.wait(BEAT_S)

    threads = [threading.Thread(target=one, args=(k,)) for k in range(others)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def looked_at(browser: Browser, base: str, server: int) -> dict[str, float]:
    """Open a wall in a new profile and return what it costs to open, to tick and to keep up."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.goto(f"{base}/?scene={SCENE}", timeout=120_000)
    whole = page.wait_for_function(_WHOLE, timeout=120_000).json_value()
    paints = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    first = page.evaluate(paints)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")
    thread = statistics.median(ticked_in(page, devtools) for _ in range(TICKS))
    begin = processor_s(server)
    page.wait_for_timeout(1000 * SECONDS)
    used = (processor_s(server) - begin) / SECONDS
    page.close()
    return {
        "first_paint_ms": first, "whole_ms": whole, "main_thread_ms": thread,
        "server_processor_percent": 100 * used,
    }  # fmt: skip


def ticked_in(page: Page, devtools: CDPSession) -> float:
    """Return how long one tick keeps the browser's main thread, in ms; drawing included."""
    before = busy_s(devtools)
    page.evaluate(_TICK)
    return 1000 * (busy_s(devtools) - before)


def busy_s(devtools: CDPSession) -> float:
    """Return the seconds the page's main thread has worked."""
    said = devtools.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in said if one["name"] == "TaskDuration"))
