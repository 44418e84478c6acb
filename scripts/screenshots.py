"""Makes the pictures of docs/images, and every scene of the wall at every size to be looked at.

All are of a demo city that is built for them only; what is only looked at goes to var/screenshots.
The clock is fixed and the city's seed as well, so that the pictures change only with the product.
Every scene is measured at every size as well: text that is cut, covered or too small, and what
axe-core calls serious, ends the run with sentences.
"""

from __future__ import annotations

import argparse
import base64
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

from benchmarks.serving import NOW, ROOT, chromium, cockpit, served
from tests.browser.legible import measured
from tests.browser.test_accessible import STANDS_STILL, findings

IMAGES = ROOT / "docs" / "images"
LOOKED_AT = ROOT / "var" / "screenshots"
SIZES = {
    "1920x1080": (1920, 1080), "3840x2160": (3840, 2160), "5760x1620": (5760, 1620),
    "1080x1920": (1080, 1920), "390x844": (390, 844),
}  # fmt: skip
READ_BY_AXE = (1920, 390)
MOST_BYTES = 700_000
COLOURS = 256

WALL_READY = """() => {
  const cards = [...document.querySelectorAll('.wall-card, .wall-tile')]
    .filter(c => c.offsetParent);
  return cards.length && cards.every(c => c.querySelector('.wall-value')?.textContent)
    && document.querySelector('.wall-label') && document.querySelector('.wall-legend i');
}"""
ALARM = """() => {
  const on = wallMap.shapes()[4];
  wallAlarm.see([], 60);
  wallAlarm.see([{i: 'picture', l: 'red', w: '紧急', k: '12345热线', n: '供水类诉求一小时内激增',
    p: `萧山区 · ${on.name}`, at: '10:02', y: '近一小时 23 件,平日同时段 4 件', on: on.id}], 60);
}"""
SPOT = """() => {
  const mark = new URLSearchParams(wallControl.report(null)).get('mark');
  wallControl.hear({wall: {scene: '', area: '', sent: 0, pinned: false, frozen: false, dim: false,
    acknowledged: [], mark, spot: 'appeals_ontime_rate', spot_area: ''}});
}"""
STATES = {
    "alarm": ("", ALARM, False), "meeting": ("&present=1", "() => {}", True),
    "spotlight": ("", SPOT, False), "light": ("&theme=light", "() => {}", True),
}  # fmt: skip
PIXELS = """async ([png, width, height]) => {
  const blob = await (await fetch('data:image/png;base64,' + png)).blob();
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext('2d');
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(await createImageBitmap(blob), 0, 0, width, height);
  const bytes = new Blob([pen.getImageData(0, 0, width, height).data]);
  const reader = new FileReader();
  return new Promise((done) => {
    reader.onload = () => done(reader.result.split(',')[1]);
    reader.readAsDataURL(bytes);
  });
}"""


@dataclass(frozen=True)
class Shot:
    """One picture: its name, the page, the window in px, and the width it is kept at."""

    name: str
    path: str
    width: int
    height: int
    kept_width: int


SHOTS = (
    Shot("wall_1920", "/", 1920, 1080, 1920),
    Shot("wall_5760", "/", 5760, 1620, 2880),
    Shot("wall_light_1920", "/?theme=light", 1920, 1080, 1920),
    Shot("wall_upright_1080", "/", 1080, 1920, 720),
    Shot("wall_phone_390", "/", 390, 844, 390),
    Shot("drill_1366", "/drill?indicator=appeals_accepted&period=last-week", 1366, 1180, 1366),
    Shot("indicator_1366", "/indicator/appeals_ontime_rate", 1366, 1180, 1366),
    Shot("quality_1366", "/quality", 1366, 900, 1366),
)


def main() -> None:
    """Build the city, take every picture, and say how large it became."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, help="length of the history; fourteen months if absent")
    parser.add_argument("--out", type=Path, default=LOOKED_AT, help="folder of the scenes")
    parser.add_argument("--home", type=Path, help="a home that holds the demo city already")
    parser.add_argument("--now", default=NOW, help="the city's clock")
    parser.add_argument("--scenes-only", action="store_true", help="leave docs/images as it is")
    said = parser.parse_args()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cockpit-pictures-") as temporary:
        home = said.home or Path(temporary) / "home"
        days = ["--days", str(said.days)] if said.days else []
        if not said.home:
            cockpit(home, "demo", *days, "--no-serve", now=said.now)
        brief = [] if said.scenes_only else ["brief", "--format", "docx"]
        briefing = cockpit(home, *brief, now=said.now).splitlines()[-1] if brief else ""
        with served(home, said.now) as server, chromium() as browser:
            faults = scenes(browser, server.base, said.out)
            faults += states(browser, server.base, said.out)
            for shot in () if said.scenes_only else SHOTS:
                page = browser.new_page()  # each in a profile of its own: a theme is remembered
                keep(shot.name, pixels(page, photograph(page, server.base, shot), shot))
            if not said.scenes_only:
                photograph_briefing(browser.new_page(), Path(briefing), Path(temporary))
    if faults:
        sys.exit("\n".join(faults))


def scenes(browser: Browser, base: str, folder: Path) -> list[str]:
    """Write every scene at every size into the folder; the phone's as long as it is.

    Returns:
        What is wrong with them.
    """
    faults = []
    folder.mkdir(parents=True, exist_ok=True)
    page = browser.new_page()
    page.goto(f"{base}/?lite=1", timeout=120_000)
    page.wait_for_function(WALL_READY, timeout=120_000)
    links = page.locator("#wall-scenes a")
    names = [str(link.get_attribute("data-scene")) for link in links.all()]
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for name in names:
            page.locator(f"#wall-scenes a[data-scene={name}]").evaluate("link => link.click()")
            page.locator(f"#wall-scenes a.is-on[data-scene={name}]").wait_for(state="attached")
            page.wait_for_function(WALL_READY, timeout=120_000)
            _, found = measured(page, settle=800)  # the map's names are set
            found += findings(page) if width in READ_BY_AXE else []
            faults += [f"{name} at {size}: {one}" for one in found]
            page.screenshot(path=folder / f"{name}_{size}.png", full_page=width < 600)
    print(f"{len(names) * len(SIZES)} pictures of {len(names)} scenes: {folder}")
    return faults


def states(browser: Browser, base: str, folder: Path) -> list[str]:
    """Write the wall's other states: an alarm, a spotlight, a meeting, daylight."""
    faults = []
    for name, (query, bring_about, is_read) in STATES.items():
        for size in ("1920x1080", "1080x1920"):
            width, height = SIZES[size]
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(f"{base}/?lite=1{query}", timeout=120_000)
            page.wait_for_function(WALL_READY, timeout=120_000)
            page.wait_for_timeout(800)
            page.evaluate(bring_about)
            page.wait_for_timeout(2_500)
            found = [*(measured(page)[1] if is_read else []), *findings(page)]
            faults += [f"{name} at {size}: {one}" for one in found]
            page.screenshot(path=folder / f"{name}_{size}.png")
            page.close()
    return faults


def photograph(page: Page, base: str, shot: Shot) -> bytes:
    """Return the page as PNG once everything on it is drawn."""
    page.set_viewport_size({"width": shot.width, "height": shot.height})
    page.goto(base + shot.path, timeout=120_000)
    is_wall = shot.path.startswith("/?") or shot.path == "/"
    if not is_wall:
        page.locator(".st-main .st-panel, .st-main table").first.wait_for(timeout=120_000)
    page.wait_for_load_state("networkidle")
    page.wait_for_function(WALL_READY if is_wall else STANDS_STILL, timeout=120_000)
    page.wait_for_timeout(1500)  # the map's names and the figures settle
    return page.screenshot(timeout=120_000)


def photograph_briefing(page: Page, document: Path, folder: Path) -> None:
    """Keep the first page of the briefing, where the programs that draw it are installed."""
    office, drawer = shutil.which("soffice"), shutil.which("pdftoppm")
    if office is None or drawer is None:
        print("briefing_page1: left as it is; it needs soffice and pdftoppm")
        return
    profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    convert = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*convert, str(document)], check=True, stdout=subprocess.DEVNULL)
    pdf, stem = folder / f"{document.stem}.pdf", folder / "page"
    draw = [drawer, "-png", "-singlefile", "-f", "1", "-l", "1", "-r", "96", str(pdf), str(stem)]
    subprocess.run(draw, check=True)
    png = stem.with_suffix(".png").read_bytes()
    width, height = struct.unpack(">II", png[16:24])
    shot = Shot("briefing_page1", "", width, height, width)
    keep(shot.name, pixels(page, png, shot))


def pixels(page: Page, png: bytes, shot: Shot) -> NDArray[np.uint8]:
    """Return the picture at the size it is kept at: height × width × RGB.

    The browser reads the PNG, so that no library for pictures is needed.
    """
    width, height = shot.kept_width, shot.height * shot.kept_width // shot.width
    page.goto("about:blank")
    said = page.evaluate(PIXELS, [base64.b64encode(png).decode(), width, height])
    flat = np.frombuffer(base64.b64decode(said), np.uint8)
    return flat.reshape(height, width, 4)[..., :3]


def keep(name: str, picture: NDArray[np.uint8]) -> None:
    """Write the picture with a palette and print its size; one that is too large is an error."""
    target = IMAGES / f"{name}.png"
    target.write_bytes(palette_png(picture))
    size = target.stat().st_size
    print(f"{name}: {picture.shape[1]} x {picture.shape[0]}, {size / 1000:.0f} kB")
    if size > MOST_BYTES:
        sys.exit(f"{target} is larger than {MOST_BYTES} bytes")


def palette_png(picture: NDArray[np.uint8]) -> bytes:
    """Return the picture as a PNG of at most 256 colours, chosen by median cut."""
    height, width, _ = picture.shape
    codes = (picture >> 2).astype(np.uint32) @ np.array([1 << 12, 1 << 6, 1], np.uint32)
    known, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    fine = np.stack([known >> 12, known >> 6 & 63, known & 63], axis=1) * 4 + 2
    member = median_cut(fine.astype(np.float64), counts)
    weights = np.bincount(member, counts)
    palette = np.stack(
        [np.bincount(member, counts * fine[:, k]) / weights for k in range(3)], axis=1
    )
    indices = member[inverse].astype(np.uint8).reshape(height, width)
    rows = np.hstack([np.zeros((height, 1), np.uint8), indices]).tobytes()
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    colours = np.rint(palette).astype(np.uint8).tobytes()
    parts = ((b"IHDR", head), (b"PLTE", colours), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, data) for name, data in parts)


def median_cut(colours: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the box of every colour: the box with the largest spread is halved again and again."""
    member = np.zeros(len(colours), np.int64)
    spread = {0: spread_of(colours, counts)}
    while len(spread) < COLOURS and max(spread.values()) > 0:
        box = max(spread, key=lambda one: spread[one])
        inside = np.flatnonzero(member == box)
        axis = int(np.argmax(np.ptp(colours[inside], axis=0)))
        values, weights = colours[inside, axis], counts[inside]
        above = values > np.average(values, weights=weights)
        member[inside[above]] = len(spread)
        for name, part in ((box, inside[~above]), (len(spread), inside[above])):
            spread[name] = spread_of(colours[part], counts[part])
    return member


def spread_of(colours: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    """Return how much is lost where all these colours become one; damped for large areas."""
    if len(colours) < 2:
        return 0.0
    middle = np.average(colours, axis=0, weights=counts)
    return float((np.sqrt(counts)[:, None] * (colours - middle) ** 2).sum())


def chunk(name: bytes, data: bytes) -> bytes:
    """Return one part of a PNG file."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


if __name__ == "__main__":
    main()
