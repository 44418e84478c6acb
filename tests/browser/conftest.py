"""A small demo city, served; Chromium; and a page that is watched from start to end."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from metrics.catalogue import Catalogue, load_catalogue
from tests.browser.server import Site
from tests.browser.watch import Watch
from tests.support.demo_home import Cockpit

NOW = "2026-11-20T10:00"
WEEK = "2026-W46"
DAYS, SCALE = 28, 0.15
COMPARED = (
    "appeals_accepted", "appeals_ontime_rate", "appeals_satisfaction_rate", "um_reported",
    "um_ontime_rate", "grid_reports",
)  # fmt: skip
"""What the command line, the API, the wall, the map, the tables and the briefing all show."""

SCENE_CARD = "um_closed"
"""What the command line and a card of a scene both show, of the day before."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--disable-default-apps", "--no-first-run",
]  # fmt: skip


@pytest.fixture(scope="session")
def cockpit(tmp_path_factory: pytest.TempPathFactory) -> Cockpit:
    """The command line over a demo city of four weeks, made by ``cockpit demo``."""
    folder = tmp_path_factory.mktemp("browser")
    made = Cockpit(folder, {"COCKPIT_HOME": str(folder / "home"), "COCKPIT_NOW": NOW})
    done = made("demo", "--days", str(DAYS), "--scale", str(SCALE), "--no-serve")
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="session")
def told(cockpit: Cockpit) -> dict[str, Any]:
    """What the commands say, before the server takes the store: answers, and the briefing."""
    asks = [
        ("ask", one, "--period", WEEK, "--level", "street", "--json") for one in COMPARED
    ]  # fmt: skip
    card = ("ask", SCENE_CARD, "--period", "yesterday", "--json")
    *answers, brief = cockpit.each([*asks, card, ("brief", "--week", WEEK, "--json")])
    for one in (*answers, brief):
        assert one.returncode == 0, one.stderr
    names = (*COMPARED, SCENE_CARD)
    found = {name: json.loads(one.stdout) for name, one in zip(names, answers, strict=True)}
    return {**found, "brief": json.loads(brief.stdout)[0]["file"]}


@pytest.fixture(scope="session")
def site(cockpit: Cockpit, told: dict[str, Any]) -> Iterator[Site]:
    """The demo city, served. The clock stands still and only the tests put files into its inbox."""
    served = Site(cockpit)
    served.start()
    yield served
    served.end()


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        said = f"no Chromium among {', '.join(BROWSERS)}; make setup installs it"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """One profile for all tests, so that the scripts of the pages are fetched only once."""
    opened = browser.new_context(
        base_url=site.url, viewport={"width": 1920, "height": 1080}, locale="zh-CN"
    )
    opened.set_default_timeout(60_000)
    yield opened
    opened.close()


@pytest.fixture
def watch(site: Site) -> Watch:
    return Watch(site.url)


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Iterator[Page]:
    """A new window of the size of a wall; at the end it must have had no trouble at all."""
    opened = context.new_page()
    watch.over(opened)
    yield opened
    opened.close()
    assert not watch.problems, "\n".join(watch.problems)
