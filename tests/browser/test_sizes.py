"""Every word of every scene is whole and readable at every size; pages never scroll sideways."""

import pytest

from layouts.wall.scene import find_scenes, load_scene
from tests.browser.legible import measured
from tests.browser.wall import open_wall

pytestmark = pytest.mark.browser

SCENES = sorted(map(load_scene, find_scenes().values()), key=lambda scene: scene.order)
WALLS = [(1920, 1080), (3840, 2160), (5760, 1620), (2560, 1080), (1080, 1920), (390, 844)]
SHARE = "0.01758"
"""Height of a letter over the height of a wall of 1.43 m that is read from five metres."""
SCREENS = [(390, 844), (1366, 768), (1920, 1080)]
STAFF = [
    "/drill?indicator=appeals_accepted", "/drill?indicator=appeals_ontime_rate&area=330109001",
    "/indicator/appeals_ontime_rate", "/indicator/", "/area/330109001", "/quality", "/briefing",
]  # fmt: skip
LOOK = """() => {
  const seen = window.seen = {frames: 0, over: []};
  let size = '';
  const look = () => {
    requestAnimationFrame(() => setTimeout(look));
    const now = `${innerWidth} by ${innerHeight}`;
    if (size !== now) { size = now; return; }  // who watches the size is told before the painting
    const all = [...document.querySelectorAll('.wall-label')].filter(one => one.checkVisibility(
      {visibilityProperty: true})).map(one => [one.textContent, one.getBoundingClientRect()]);
    all.forEach(([name, a], k) => all.slice(k + 1).forEach(([other, b]) => {
      const [x, y] = [Math.min(a.right, b.right) - Math.max(a.left, b.left),
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)];
      if (x > 3 && y > 3) seen.over.push(`${now}: ${name} / ${other}`);
    }));
    seen.frames += 1;
  };
  look();
}"""
"""Looks at every frame from here on."""


def faults(page, least=1.6):
    """Return what is wrong with every scene at the present size."""
    found = []
    for scene in SCENES:
        page.locator(f"#wall-scenes a[data-scene={scene.id}]").evaluate("link => link.click()")
        page.locator(f"#wall-scenes a.is-on[data-scene={scene.id}]").wait_for(state="attached")
        runs, problems = measured(page, least, 900 if scene is SCENES[0] else 100)
        assert runs > 100, scene.id
        found += [f"{scene.id}: {one}" for one in problems]
    return found


@pytest.mark.parametrize(("width", "height"), WALLS)
def test_every_scene_is_whole_and_readable(page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    open_wall(page, "?lite=1")
    found = faults(page)
    assert not found, "\n".join(found)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_letters_grow_for_who_stands_far_away(page):
    open_wall(page, "?lite=1")
    page.evaluate("share => wall.style.setProperty('--letter', share)", SHARE)
    page.set_viewport_size({"width": 1920, "height": 1082})  # rows are set anew
    found = faults(page, least=108 * float(SHARE))
    assert not found, "\n".join(found)


def test_names_on_the_map_never_lie_on_each_other_while_the_window_changes(page):
    open_wall(page, "?lite=1")
    page.evaluate(LOOK)
    for width, height in ((1080, 1920), (1920, 1080), (1366, 768)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(500)
    seen = page.evaluate("window.seen")
    assert seen["frames"] > 5
    assert seen["over"] == []


@pytest.mark.parametrize("address", STAFF)
def test_no_page_scrolls_sideways(page, address):
    page.set_viewport_size({"width": SCREENS[0][0], "height": SCREENS[0][1]})
    page.goto(address)
    page.locator(".st-main .st-panel, .st-main table").first.wait_for()
    page.wait_for_load_state("networkidle")
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)  # figures and tables follow the window a little later
        page.wait_for_function("document.documentElement.scrollWidth <= innerWidth", timeout=10_000)
