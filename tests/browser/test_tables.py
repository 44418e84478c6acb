"""Tables: the columns are filtered and sorted, and what is shown is what is saved."""

import csv
import io
import zipfile

import pytest

pytestmark = pytest.mark.browser

WEEK = "indicator=appeals_accepted&period=2026-W46"
_ROWS = """n => document.querySelectorAll(
  '#drill-ranking .ag-center-cols-container .ag-row').length === n"""
_SHAPES = "() => window.dash_component_api.getLayout('drill-shapes').props"


def saved(page, form):
    with page.expect_download() as download:
        page.locator(f".st-ranking .st-export[data-form={form}]").click()
    return download.value


def test_what_is_filtered_and_sorted_is_what_is_saved(page, site):
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"/drill?{WEEK}")
    table = page.locator("#drill-ranking")
    table.locator(".ag-row a.st-go").first.wait_for()
    fields = table.locator(".ag-floating-filter-input input:not([disabled])")
    fields.nth(0).fill("镇")
    told = site.ask("appeals_accepted", period="2026-W46", level="street")["children"]
    towns = {one["name"]: one["value"] for one in told if one["name"].endswith("镇")}
    least = sorted(towns.values())[len(towns) // 2]
    fields.nth(1).fill(str(least))
    some = {name: value for name, value in towns.items() if value >= least}
    page.wait_for_function(_ROWS, arg=len(some))
    table.locator("[col-id=value] .ag-header-cell-label").click()  # the smallest first

    rows = list(csv.reader(io.StringIO(saved(page, "csv").path().read_text("utf-8-sig"))))
    head, *areas = [row for row in rows if row[1] != "未归属"]
    assert head[1] == "名称"
    assert [(row[1], int(row[2])) for row in areas] == sorted(some.items(), key=lambda one: one[1])
    with zipfile.ZipFile(saved(page, "xlsx").path()) as book:
        texts = book.read("xl/sharedStrings.xml").decode()
    assert all(name in texts for name in some)
    assert not any(name in texts for name in towns.keys() - some.keys())

    button = page.locator(".st-ranking .st-export[data-form=copy]")
    button.click()
    page.locator(".st-ranking .st-export", has_text="已复制").wait_for()


def test_the_level_switch_moves_table_and_map(page, site):
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"/drill?{WEEK}")
    page.locator("#drill-ranking .ag-row a.st-go").first.wait_for()
    page.locator(".st-ranking .st-segments a", has_text="村社").click()
    page.wait_for_url("**level=community**")
    page.locator(".st-panel__title", has_text="村社排名").wait_for()
    page.wait_for_function("() => (" + _SHAPES + ")().url.includes('/at_level/community/')")
    told = site.ask("appeals_accepted", period="2026-W46", level="community")["children"]
    text = page.evaluate(_SHAPES)["hideout"]["text"]
    assert len(text) == sum(bool(one["area"]) for one in told)
    shapes = site.json(page.evaluate(_SHAPES)["url"])["features"]
    ids = {one["properties"]["code"]: one["properties"]["id"] for one in shapes}
    for child in told:
        if child["area"]:
            assert text[ids[child["area"]]] == f"{child['value']}件"
