"""A meeting: the scenes by the keyboard, the keys on demand, nothing to click in sight."""

import pytest

from tests.browser.wall import open_wall

pytestmark = pytest.mark.browser


def shown(page):
    """Return the scene in sight."""
    return page.locator("#wall-scenes a.is-on").get_attribute("data-scene")


def step(page, key, scene):
    page.keyboard.press(key)
    page.locator(f"#wall-scenes a.is-on[data-scene={scene}]").wait_for(state="attached")


def test_a_meeting_goes_through_the_scenes_by_keyboard(page):
    open_wall(page, "?present=1&lite=1")
    assert not page.locator(".wall-scenes").is_visible()
    assert not page.locator(".wall-why").first.is_visible()
    step(page, "ArrowRight", "appeals")
    step(page, "End", "performance")
    step(page, "Home", "overview")
    page.keyboard.press("?")
    assert "Home" in page.locator("#wall-keys").inner_text()
    page.keyboard.press("?")
    assert not page.locator("#wall-keys").is_visible()
    page.wait_for_function("getComputedStyle(wall).cursor === 'none'")
    page.mouse.move(300, 300)
    page.wait_for_function("getComputedStyle(wall).cursor !== 'none'")
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement")
    page.keyboard.press("f")
    page.wait_for_function("!document.fullscreenElement")
    page.keyboard.press("p")
    assert page.locator(".wall-scenes").is_visible()
    assert "present" not in page.url


def test_who_asked_for_less_movement_gets_none(page):
    page.emulate_media(reduced_motion="reduce")
    open_wall(page)
    page.keyboard.press("ArrowRight")
    page.locator("#wall-scenes a.is-on[data-scene=appeals]").wait_for()
    assert not page.locator(".is-leaving").count()
    moving = "[...document.querySelectorAll('*')].filter(e => e.getAnimations().length).length"
    assert page.evaluate(moving) == 0


def test_a_theme_is_kept_from_the_wall_to_the_pages_behind_it(page):
    open_wall(page, "?theme=light")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.goto("/indicator/appeals_ontime_rate")
    page.locator(".st-main .st-panel").first.wait_for()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light
    page.goto("/?theme=dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
