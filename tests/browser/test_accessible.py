"""axe-core over every scene of the wall, in both themes, and every staff page."""

from pathlib import Path

import axe_playwright_python
import pytest

from layouts.wall.scene import find_scenes, load_scene
from tests.browser.wall import FILLED, open_wall

pytestmark = pytest.mark.browser

SCENES = sorted(map(load_scene, find_scenes().values()), key=lambda scene: scene.order)
STAFF = [
    "/drill?indicator=appeals_accepted", "/indicator/appeals_ontime_rate", "/indicator/",
    "/area/330109001", "/quality?source=hotline_12345", "/hotspots?period=2026-W46", "/briefing",
    "/briefing/2026-W46",
]  # fmt: skip
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
_RUN = """async () => {
  const found = await axe.run({include: ['body'], exclude: ['.wall-stage:not(.is-on)']}, {
    resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']});
  return found.violations.filter(one => ['serious', 'critical'].includes(one.impact))
    .flatMap(one => one.nodes.map(node => [one.id, node.target, node.any[0]?.message].join(' ')));
}"""

STANDS_STILL = """() => {
  const all = (found, holds) => [...document.querySelectorAll(found)].every(holds);
  const isDrawn = !document.querySelector('[data-dash-is-loading]')
    && all('.dash-dropdown', one => one.innerText.trim() !== '')
    && all('.st-map:not(.st-map--small) .leaflet-container', one => one.querySelector(
      '.leaflet-tooltip, .leaflet-marker-icon, .leaflet-overlay-pane canvas'))
    && all('.st-grid, .ag-root', one => one.querySelector('.ag-header-cell')
      && one.querySelector('.ag-cell, [class*=no-rows]'));
  window.drawnSince = isDrawn ? window.drawnSince ?? performance.now() : undefined;
  return isDrawn && performance.now() - window.drawnSince > 1000;
}"""
"""A staff page; before that, its maps have no names, its grids no cells, its lists no words."""


def findings(page):
    """Return what axe-core calls serious or critical on the page in sight."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return page.evaluate(_RUN)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_scene_has_a_serious_finding(page, theme):
    open_wall(page, f"?lite=1&theme={theme}")
    found = []
    for scene in SCENES:
        page.locator(f"#wall-scenes a[data-scene={scene.id}]").click()
        page.locator(f"#wall-scenes a.is-on[data-scene={scene.id}]").wait_for()
        page.wait_for_function(FILLED)
        found += [f"{scene.id}: {one}" for one in findings(page)]
    assert not found, "\n".join(found)


def test_no_staff_page_has_a_serious_finding(page):
    found = []
    for address in STAFF:
        page.goto(f"{address}{'&' if '?' in address else '?'}theme=light")
        page.locator(".st-main .st-panel, .st-main table").first.wait_for()
        page.wait_for_load_state("networkidle")
        page.wait_for_function(STANDS_STILL)
        found += [f"light {address}: {one}" for one in findings(page)]
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        page.wait_for_timeout(500)  # colours pass over into each other
        found += [f"dark {address}: {one}" for one in findings(page)]
    assert not found, "\n".join(found)


def lowest(site):
    """Return a community with cases in a week, and one of its cases."""
    asked = {"period": "2026-W46", "level": "community"}
    told = site.ask("appeals_accepted", **asked)["children"]
    area = max((one for one in told if one["area"]), key=lambda one: one["value"])["area"]
    rows = site.json("/api/v1/cases", indicator="appeals_accepted", period="2026-W46", area=area)
    return f"/drill?indicator=appeals_accepted&period=2026-W46&area={area}", rows["rows"][0]["id"]


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_no_part_of_the_explorer_has_a_serious_finding(page, site, width, height):
    page.set_viewport_size({"width": width, "height": height})
    address, case = lowest(site)
    page.goto(f"{address}&layer=heat")
    page.wait_for_function(STANDS_STILL)
    found = [f"heat: {one}" for one in findings(page)]
    page.locator(".dash-dropdown").nth(1).click()
    page.locator(".dash-options-list label").first.wait_for()
    page.wait_for_timeout(500)
    found += [f"list: {one}" for one in findings(page)]
    page.keyboard.press("Escape")
    page.fill("#find-text", "gual")
    page.locator(".st-find__list a").first.wait_for()
    found += [f"search: {one}" for one in findings(page)]
    page.goto(f"{address}&case={case}")
    page.locator(".st-drawer .st-eight").wait_for()
    page.wait_for_function(STANDS_STILL)
    found += [f"case: {one}" for one in findings(page)]
    for other in ("/hotspots?period=2026-W46", "/briefing/2026-W46", "/area/330109001"):
        page.goto(other)
        page.locator(".st-main .st-panel").first.wait_for()
        page.wait_for_function(STANDS_STILL)
        found += [f"{other}: {one}" for one in findings(page)]
    assert not found, "\n".join(found)
