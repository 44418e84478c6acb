"""The wall: drawn whole, true to the API, alive without a reload, and legible without a server."""

import csv
import io
import re
import signal
import time

import pytest

from tests.browser.wall import cards, labels, legend, open_wall, painted

pytestmark = pytest.mark.browser

LIVE_SECONDS = 15
TODAY = "2026-11-20"
NEW_CASES = 7
HEADLINE = "headline-appeals_accepted-today"


def test_everything_is_drawn(page, site):
    open_wall(page)
    assert page.locator("h1").inner_text() == "萧山区城市运行驾驶舱"
    assert page.locator(".wall-demo").inner_text() == "演示数据"
    clock = page.locator("#wall-clock").inner_text().split()
    assert clock == ["2026年11月20日", "星期五", "10:00:00"]
    feeds = page.locator("#wall-feeds-count").inner_text()
    assert int(feeds.split("/")[1]) >= 12
    assert page.locator(".wall-feed").count() >= 2
    assert page.locator("#wall-ticker").inner_text().strip()
    for kind in ("trend", "ranking", "events"):
        body = page.locator(f".wall-body.is-{kind}:visible").first
        assert body.inner_text().strip(), kind
        assert not body.locator(".wall-empty").count(), kind
    shown = [one for one in labels(page) if one["value"]]
    assert len(shown) >= 15
    colours = {one["colour"] for one in legend(page)}
    assert len(colours) >= 3
    assert set(painted(page, shown)) >= colours


def new_cases(site, count, hour=9):
    """Return a 12345 export with cases of this hour of today, as that source writes it."""
    folder = site.home / "inbox" / "xiaoshan" / "hotline_12345"
    newest = sorted(folder.glob("12345_*.csv"))[-1].read_text("gb18030")
    known = csv.DictReader(io.StringIO(newest))
    row = next(one for one in known if one["受理时间"].startswith(TODAY) and one["所属镇街"])
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(row), lineterminator="\r\n")
    writer.writeheader()
    day = f"{TODAY} {hour:02}"
    for number in range(count):
        times = {
            "来电时间": f"{TODAY} {hour:02}:5{number}:00",
            "受理时间": f"{TODAY} {hour:02}:5{number}:30",
        }
        cleared = dict.fromkeys(
            ("派单时间", "签收时间", "反馈时间", "办结时间", "回访时间", "满意度"), ""
        )
        writer.writerow(
            {**row, **cleared, **times, "状态": "待派单", "更新时间": f"{day}:5{number}:30",
             "工单编号": f"XS12345{re.sub('[- ]', '', day)}{number:04}", "是否重复": "否"}
        )  # fmt: skip
    return folder, out.getvalue().encode("gb18030")


def test_a_file_put_into_the_inbox_changes_the_card_without_a_reload(page, site, watch):
    open_wall(page)
    loads, before = watch.loads, int(cards(page)[HEADLINE])
    folder, content = new_cases(site, NEW_CASES)
    draft = folder / "12345_addition.csv.part"
    draft.write_bytes(content)
    start = time.monotonic()
    draft.rename(folder / "12345_addition.csv")
    value = page.locator(
        f"#wall-card-overview-{HEADLINE} .wall-value[data-text='{before + NEW_CASES}']"
    )
    value.wait_for(timeout=1000 * LIVE_SECONDS)
    assert time.monotonic() - start < LIVE_SECONDS
    assert watch.loads == loads
    answer = site.ask("appeals_accepted", period="today", level="children")
    assert answer["value"] == before + NEW_CASES == sum(one["value"] for one in answer["children"])


def troubled(page):
    """Wait for the banner and return what it says; the numbers stay."""
    banner = page.locator("#wall-banner")
    banner.wait_for(state="visible")
    return banner.inner_text()


def mended(page):
    page.locator("#wall-banner").wait_for(state="hidden")
    page.wait_for_function("() => !document.querySelector('.wall.is-troubled')")


def late(page):
    """Return how many feeds are late, as the head of the wall says."""
    fresh, known = page.locator("#wall-feeds-count").inner_text().split("/")
    return int(known) - int(fresh)


def test_without_server_and_feed_the_wall_keeps_its_values_and_recovers_by_itself(
    page, site, watch
):
    watch.forgiven = [r"Failed to load resource: net::ERR_", r"Failed to fetch"]
    open_wall(page)
    loads, before, were_late = watch.loads, cards(page), late(page)
    shown = page.locator(f"#wall-card-overview-{HEADLINE}")
    site.end(signal.SIGKILL)
    try:
        said = troubled(page)
        assert "连接中断" in said
        assert "显示的是 10:00 的数据" in said
        assert cards(page) == before
        assert all(before.values())
        site.start(COCKPIT_NOW=f"{TODAY}T16:00")  # six hours without a file
        mended(page)
        page.locator("#wall-clock b", has_text="16:00").wait_for()
        silent = late(page)
        assert silent > were_late
        assert shown.locator(".wall-value").get_attribute("data-text") == before[HEADLINE]
        assert "is-late" in shown.locator(".wall-asof").get_attribute("class")
        assert re.search(r"截至0?9:5\d", shown.locator(".wall-asof").inner_text())
        folder, content = new_cases(site, NEW_CASES, hour=15)
        (folder / "12345_late.csv.part").write_bytes(content)
        (folder / "12345_late.csv.part").rename(folder / "12345_late.csv")
        more = int(before[HEADLINE]) + NEW_CASES
        shown.locator(f".wall-value[data-text='{more}']").wait_for()
        assert late(page) < silent
    finally:
        site.end()
        site.start()
    mended(page)
    assert watch.loads == loads


def test_without_a_network_the_wall_keeps_its_values_and_recovers_by_itself(page, watch):
    watch.forgiven = [r"Failed to load resource: net::ERR_", r"Failed to fetch"]
    open_wall(page)
    loads, before = watch.loads, cards(page)
    page.context.set_offline(True)
    try:
        assert "连接中断 · 显示的是 10:00 的数据" in troubled(page)
        assert cards(page) == before
    finally:
        page.context.set_offline(False)
    mended(page)
    assert cards(page) == before
    assert watch.loads == loads


def test_without_a_store_the_wall_keeps_its_values_and_recovers_by_itself(page, site, watch):
    area = site.ask("appeals_accepted", period="today", level="street")["children"][0]["area"]
    open_wall(page, f"?scene=overview&area={area}")
    loads, before = watch.loads, cards(page)
    store = site.home / "store"
    store.rename(site.home / "away")
    try:
        page.keyboard.press("ArrowRight")  # nobody asked this area's appeals before
        assert "数据服务" in troubled(page)
        assert cards(page) == before
    finally:
        (site.home / "away").rename(store)
    page.locator("#wall-scenes a.is-on[data-scene=appeals]").wait_for()
    mended(page)
    assert watch.loads == loads
