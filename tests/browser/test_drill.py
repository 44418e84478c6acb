"""From the wall down to one case, and back by every way a browser has."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.wall import labels, open_wall

pytestmark = pytest.mark.browser

CASES = re.compile(r"共 ([\d,]+) 条")


def query(page: Page) -> dict[str, str]:
    return {key: one[0] for key, one in parse_qs(urlsplit(page.url).query).items()}


def drawn(page: Page, area: str) -> dict[str, object]:
    """Wait until the drill page is about an area; return what it says."""
    name = page.locator(".st-hero__area", has_text=re.compile(f"^{re.escape(area)}$"))
    name.wait_for()
    head = page.locator(".st-panel__title", has_text=CASES)
    head.wait_for()
    found = CASES.search(head.inner_text())
    assert found
    value = page.locator(".st-hero__value").inner_text().removesuffix("件").strip()
    crumbs = page.locator(".st-crumbs li").all_inner_texts()
    return {"value": value, "cases": found[1], "crumbs": crumbs, "query": query(page)}


def open_first(page: Page, prefix: str = "drill-ranking") -> str:
    """Click the first row's name in a table and return it."""
    link = page.locator(f"#{prefix} .ag-row[row-index='0'] a.st-go")
    link.wait_for()
    name = link.inner_text()
    link.click()
    return name


def at_first_street(page, site):
    """Click the street of the wall with the most; return it as the API tells it."""
    open_wall(page)
    street = max((one for one in labels(page) if one["value"]), key=lambda one: int(one["value"]))
    page.mouse.click(street["x"], street["y"])
    page.wait_for_url("**/drill?**")
    told = site.ask("appeals_accepted", level="children")["children"]
    area = next(one for one in told if one["name"].startswith(street["name"]))
    assert str(area["value"]) == street["value"]
    return area


def in_first_row(page, site):
    """Click the first street of the drill page; return it as the API tells it."""
    page.goto("/drill?indicator=appeals_accepted")
    drawn(page, "萧山区")
    agrees(page, site)
    name = open_first(page)
    told = site.ask("appeals_accepted", level="children")["children"]
    return next(one for one in told if one["name"] == name)


@pytest.mark.parametrize(
    ("width", "height", "begin"),
    [(1920, 1080, at_first_street), (1366, 768, in_first_row), (390, 844, in_first_row)],
)
def test_street_community_grid_cases_case(page, site, watch, width, height, begin):
    page.set_viewport_size({"width": width, "height": height})
    area = begin(page, site)
    at_street = drawn(page, area["name"])
    assert at_street["query"]["area"] == area["area"]
    assert at_street["value"] == at_street["cases"] == str(area["value"])
    agrees(page, site)

    loads = watch.loads
    community = open_first(page)
    at_community = drawn(page, community)
    assert at_community["crumbs"] == ["萧山区", area["name"], community]
    assert at_community["value"] == at_community["cases"] != "0"
    agrees(page, site)

    grid = open_first(page)
    at_grid = drawn(page, grid)
    assert at_grid["crumbs"] == ["萧山区", area["name"], community, grid]
    assert at_grid["value"] == at_grid["cases"] != "0"
    assert site.ask("appeals_accepted", area=at_grid["query"]["area"])["value"] == int(
        at_grid["value"]
    )
    rows = page.locator("#drill-cases .ag-center-cols-container .ag-row")
    assert rows.count() == int(at_grid["cases"])

    number = open_first(page, "drill-cases")
    drawer = page.locator(".st-drawer")
    drawer.wait_for()
    assert number in drawer.inner_text()
    assert re.search(r"\.csv 第 ?[\d,]+ ?行|\.csv.*\d+", drawer.inner_text())
    assert query(page)["case"]
    page.wait_for_function("document.activeElement.matches('.st-drawer')")
    page.keyboard.press("Escape")
    drawer.wait_for(state="detached")
    page.wait_for_function("name => document.activeElement.innerText === name", arg=number)

    page.locator(".st-crumbs a", has_text=area["name"]).click()
    assert drawn(page, area["name"])["value"] == at_street["value"]
    page.go_back()
    drawn(page, grid)
    page.go_back()
    page.locator(".st-drawer").wait_for()
    address = page.url
    page.go_back()
    page.locator(".st-drawer").wait_for(state="detached")
    page.go_back()
    assert drawn(page, community) == at_community
    assert watch.loads == loads

    page.goto(address)
    page.locator(".st-drawer").wait_for()
    assert number in page.locator(".st-drawer").inner_text()
    assert drawn(page, grid)["value"] == at_grid["value"]


def test_a_click_on_the_drill_map_goes_one_level_down(page, site):
    page.goto("/drill?indicator=appeals_accepted")
    drawn(page, "萧山区")
    page.locator(".st-map__name:visible").first.wait_for()
    page.wait_for_timeout(400)  # names are thinned once the map stands still
    readout = page.locator(".st-map__readout")
    for name in page.locator(".st-map__name:visible").all():
        box = name.bounding_box()
        at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.move(*at)
        said = readout.inner_text().split("  ")
        if said[0].startswith(name.inner_text()):
            break
    page.mouse.click(*at)
    assert f"{drawn(page, said[0])['value']}件" == said[1].replace(" ", "")


STEP = """() => ({
  hero: document.querySelector('.st-hero__value').innerText.replace(/[^0-9.]/g, ''),
  cases: document.querySelector('.st-wide .st-panel__title').innerText.match(/共 ([0-9,]+) 条/)[1],
  ranking: Object.fromEntries([...document.querySelectorAll(
    '#drill-ranking .ag-center-cols-container .ag-row')].map(row => [
      row.querySelector('[col-id=name]').innerText,
      row.querySelector('[col-id=value]').innerText])),
  why: [...document.querySelectorAll('.st-why tbody tr')].map(
    row => row.cells[3].textContent.replace(/[+,]/g, '')),
})"""


FILLED = """() => {
  const cells = [...document.querySelectorAll(
    '#drill-ranking .ag-center-cols-container .ag-row [col-id=value]')];
  return cells.length > 0 && cells.every(cell => cell.innerText.trim() !== '');
}"""


def agrees(page: Page, site) -> None:
    """Hold the page's numbers against those of the API for the same address."""
    page.locator("#drill-ranking").scroll_into_view_if_needed()  # a phone draws what is in sight
    page.wait_for_function(FILLED)  # the grid makes its rows first and fills them then
    said = {"period": "yesterday", **query(page)}
    filters = {"filter": f"category={said['category']}"} if "category" in said else {}
    asked = {"period": said["period"], "area": said.get("area", ""), **filters}
    told = site.ask(said["indicator"], level="children", compare="prev", **asked)
    shown = page.evaluate(STEP)
    assert int(shown["hero"]) == told["value"] == int(shown["cases"].replace(",", ""))
    values = {one["name"]: one["value"] for one in told.get("children", [])}
    assert shown["ranking"]
    for name, value in shown["ranking"].items():
        assert int(value.replace(",", "")) == values[name], name
    if shown["why"]:  # the parts of the change add up to it
        assert sum(map(int, shown["why"])) == told["value"] - told["previous"]


def test_every_panel_obeys_the_filter_and_says_what_the_api_says(page, site):
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto("/drill?indicator=appeals_accepted&period=2026-W46")
    drawn(page, "萧山区")
    agrees(page, site)
    assert (
        "在近" in page.locator(".st-reason").inner_text()
        or "历史不足" in page.locator(".st-reason").inner_text()
    )

    page.locator("[aria-label='类别'] .dash-dropdown").click()
    page.locator(".dash-dropdown-content input[type=search], .dash-dropdown-search").first.fill(
        "zswr"
    )
    page.locator(".dash-dropdown-content").get_by_text("噪声污染").click()
    page.wait_for_url("**category=**")
    page.locator(".st-chip", has_text="噪声污染").wait_for()
    page.locator("#drill-ranking .ag-row a.st-go").first.wait_for()
    agrees(page, site)

    page.fill("#find-text", "gual")
    page.locator(".st-find__list a").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    drawn(page, "瓜沥镇")
    page.locator("#drill-ranking .ag-row a.st-go").first.wait_for()
    agrees(page, site)
    assert query(page)["category"] == "噪声污染"

    with page.expect_download() as saved:
        page.locator(".st-export[data-form=csv]").first.click()
    assert saved.value.suggested_filename.endswith(".csv")
    page.locator(".st-chip", has_text="噪声污染").click()
    page.locator(".st-chip", has_text="噪声污染").wait_for(state="detached")
    page.locator("#drill-ranking .ag-row a.st-go").first.wait_for()
    agrees(page, site)
