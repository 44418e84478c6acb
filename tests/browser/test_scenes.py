"""Twelve scenes on one wall: each whole and true, the next one there before the last one goes."""

import pytest

from layouts.format import value_text
from layouts.wall.scene import find_scenes, load_scene
from tests.browser.conftest import SCENE_CARD
from tests.browser.wall import cards, open_wall

pytestmark = pytest.mark.browser

SCENES = sorted(map(load_scene, find_scenes().values()), key=lambda scene: scene.order)
CHARTS = "composition", "funnel", "league", "gauge", "calendar", "clocks", "trend", "ranking"
SHOWN = "#wall-scenes a.is-on"
_WATCH = """() => {
  window.blanks = 0;
  const look = () => {
    const tiles = [...document.querySelectorAll('.wall-tile')].filter(tile => tile.offsetParent);
    const texts = tiles.map(tile => tile.querySelector('.wall-value')?.textContent);
    if (!texts.length || !texts.every(Boolean)) window.blanks += 1;
    requestAnimationFrame(look);
  };
  look();
}"""


def told_scene(page):
    """Return the scene the switcher tells of."""
    return page.locator(SHOWN).get_attribute("data-scene")


def wait_for(page, scene):
    page.locator(f"{SHOWN}[data-scene={scene}]").wait_for()
    page.wait_for_function("!document.querySelector('.is-leaving')")


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.id)
def test_every_scene_says_all_it_has_to_say(page, scene):
    open_wall(page, f"?scene={scene.id}")
    assert told_scene(page) == scene.id
    assert page.locator("h1").inner_text() == scene.heading("zh", "萧山区", "萧山区城市运行驾驶舱")
    assert page.locator(".wall-demo").inner_text() == "演示数据"
    headline = {key: text for key, text in cards(page).items() if key.startswith("headline-")}
    assert len(headline) == len(scene.headline)
    assert "—" not in headline.values(), headline
    for panel in scene.panels:
        if panel.kind in CHARTS and panel.show != "wide":
            body = page.locator(f"#wall-panel-{scene.id}-{panel.id}")
            assert body.inner_text().strip(), panel.id
            assert not body.locator(".wall-empty").count(), panel.id


def test_a_card_of_a_scene_says_what_the_command_line_says(page, told, catalogue):
    open_wall(page, "?scene=urban")
    said = value_text(told[SCENE_CARD]["value"], catalogue.get(SCENE_CARD))
    assert cards(page)[f"headline-{SCENE_CARD}"] == said


def test_the_tour_goes_on_by_itself_and_stops_at_a_key(page, watch):
    open_wall(page, "?scene=urban&tour=5")
    page.evaluate(_WATCH)
    page.locator(f"{SHOWN}[data-scene=security]").wait_for(timeout=15_000)
    page.keyboard.press("Space")
    page.wait_for_timeout(7_000)
    assert told_scene(page) == "security"
    assert page.locator(".wall-tour").inner_text() == "已暂停"
    assert page.evaluate("blanks") == 0
    assert watch.loads == 1


def test_arrows_step_and_the_address_keeps_up(page, watch):
    asked = []
    open_wall(page, "?scene=overview")
    page.on("request", lambda request: asked.append(request.url))
    page.keyboard.press("ArrowRight")
    wait_for(page, "appeals")
    assert page.url.endswith("?scene=appeals")
    page.keyboard.press("ArrowLeft")
    wait_for(page, "overview")
    last = page.locator("#wall-scenes a").last  # the city may have scenes of its own
    page.keyboard.press("ArrowLeft")
    wait_for(page, last.get_attribute("data-scene"))
    assert page.locator("h1").inner_text() == last.get_attribute("data-title")
    assert not [url for url in asked if "/geo/" in url]  # the shapes are sent once
    assert watch.loads == 1
