"""Why this number: the definition with its line, the statement, and the files it was made of."""

import hashlib
import re
from pathlib import Path

import pytest

from tests.browser.wall import open_wall

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]


def test_the_wall_leads_to_definition_statement_and_files(page, site):
    open_wall(page)
    page.locator("#wall-card-overview-headline-appeals_ontime_rate .wall-why").click()
    page.wait_for_url("**/indicator/appeals_ontime_rate**")
    page.locator(".st-code", has_text="SELECT").first.wait_for()
    said = page.locator(".st-main").inner_text()

    place = re.search(r"(metrics/catalogue/\w+\.yaml):(\d+)", said)
    assert place
    line = (ROOT / place[1]).read_text("utf-8").splitlines()[int(place[2]) - 1]
    assert "appeals_ontime_rate" in line

    statement = page.locator(".st-code", has_text="SELECT").first.inner_text()
    assert "appeals_ontime_rate" in statement
    assert "2026-11-19" in statement

    inbox = site.home / "inbox" / "xiaoshan"
    batches = page.locator("tr", has=page.locator("[title]", has_text=re.compile("^[0-9a-f]{12}")))
    assert batches.count() >= 2
    for row in batches.all():
        file = row.locator(".st-mono").first.inner_text()
        stated = row.locator("[title]").get_attribute("title")
        (path,) = inbox.rglob(Path(file).name)
        assert hashlib.sha256(path.read_bytes()).hexdigest() == stated


def test_the_indicator_page_shows_the_number_of_the_wall(page, site):
    answer = site.ask("appeals_ontime_rate")
    page.goto("/indicator/appeals_ontime_rate")
    page.locator(".st-hero__value").wait_for()
    said = page.locator(".st-hero").inner_text()
    assert f"{answer['numerator']:g} / {answer['denominator']:g}" in said
