"""The wall: drawn whole, true to the API, alive without a reload, and legible without a server."""

import csv
import io
import signal
import time

import pytest

from layouts.format import value_text
from layouts.wall.scene import SCENES, load_scene, scene_questions
from tests.browser.wall import cards, labels, legend, open_wall, painted

pytestmark = pytest.mark.browser

SCENE = load_scene(SCENES / "overview.yaml")
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


def test_every_card_says_what_the_api_says(page, site, catalogue):
    open_wall(page)
    shown = cards(page)
    asked = {one.key: one for one in scene_questions(SCENE)}
    assert len(shown) >= 20
    for key, text in shown.items():
        indicator = catalogue.get(asked[key].indicator)
        answer = site.ask(indicator.id, period=asked[key].period)
        assert text == value_text(answer["value"], indicator), key


def test_the_map_says_what_the_api_says_in_number_and_colour(page, site, catalogue):
    open_wall(page)
    told = site.ask(SCENE.map.indicator, period=SCENE.period, level="children")
    values = {one["name"]: one["value"] for one in told["children"]}
    classes = legend(page)
    named = labels(page)
    for one, colour in zip(named, painted(page, named), strict=True):
        name = next(area for area in values if area.startswith(one["name"]))
        if one["value"]:
            text = value_text(values[name], catalogue.get(SCENE.map.indicator))
            assert one["value"] == text, name
        field = [k for k in classes if k["colour"] == colour]
        assert any(k["low"] <= values[name] <= k["high"] for k in field), (name, values[name])


def new_cases(site, count):
    """Return a 12345 export with cases that came in today, as that source writes it."""
    folder = site.home / "inbox" / "xiaoshan" / "hotline_12345"
    newest = sorted(folder.glob("12345_*.csv"))[-1].read_text("gb18030")
    known = csv.DictReader(io.StringIO(newest))
    row = next(one for one in known if one["受理时间"].startswith(TODAY) and one["所属镇街"])
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(row), lineterminator="\r\n")
    writer.writeheader()
    for number in range(count):
        times = {"来电时间": f"{TODAY} 09:5{number}:00", "受理时间": f"{TODAY} 09:5{number}:30"}
        cleared = dict.fromkeys(
            ("派单时间", "签收时间", "反馈时间", "办结时间", "回访时间", "满意度"), ""
        )
        writer.writerow(
            {**row, **cleared, **times, "工单编号": f"XS12345{TODAY.replace('-', '')}9{number:04}",
             "状态": "待派单", "更新时间": f"{TODAY} 09:5{number}:30", "是否重复": "否"}
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


def test_without_its_server_the_wall_keeps_its_values_and_recovers_by_itself(page, site, watch):
    watch.forgiven = [r"Failed to load resource: net::ERR_", r"Failed to fetch"]
    open_wall(page)
    loads, before = watch.loads, cards(page)
    site.end(signal.SIGKILL)
    try:
        banner = page.locator("#wall-banner")
        banner.wait_for(state="visible")
        assert "连接中断" in banner.inner_text()
        assert "显示的是 10:00 的数据" in banner.inner_text()
        assert cards(page) == before
        assert all(before.values())
    finally:
        site.start()
    banner.wait_for(state="hidden")
    page.wait_for_function("() => !document.querySelector('.wall.is-troubled')")
    assert cards(page) == before
    assert watch.loads == loads
