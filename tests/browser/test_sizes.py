"""Every word is whole and readable on every wall; pages never scroll sideways."""

import pytest

from tests.browser.legible import measured
from tests.browser.wall import open_wall

pytestmark = pytest.mark.browser

WALLS = [(1920, 1080), (3840, 2160), (5760, 1620)]
SCREENS = [(390, 844), (1366, 768), (1920, 1080)]
STAFF = [
    "/drill?indicator=appeals_accepted", "/drill?indicator=appeals_ontime_rate&area=330109001",
    "/indicator/appeals_ontime_rate", "/indicator/", "/area/330109001", "/quality", "/briefing",
]  # fmt: skip


@pytest.mark.parametrize(("width", "height"), WALLS)
def test_every_word_on_the_wall_is_whole_and_readable(page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    open_wall(page)
    runs, problems = measured(page)
    assert runs > 120
    assert not problems, "\n".join(problems)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


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
