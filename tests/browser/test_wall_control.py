"""Walls told from the control page, alarms that take the screen, kiosk links, a new deployment."""

import csv
import io
import json

import pytest

from layouts.format import value_text
from tests.browser.test_wall import new_cases
from tests.browser.wall import cards, open_wall
from tests.browser.watch import Watch

pytestmark = pytest.mark.browser

SPOT = "appeals_ontime_rate"
BEAT = 15_000
ALARM = "#wall-alarm:not([hidden])"


@pytest.fixture
def desk(context, site):
    """The control page beside the wall."""
    page, watch = context.new_page(), Watch(site.url)
    watch.over(page)
    page.goto("/walls")
    yield page
    page.close()
    assert not watch.problems, "\n".join(watch.problems)


def wall_name(page):
    """Return what the list calls this wall: the end of its tab's id."""
    page.wait_for_function("sessionStorage.getItem('cockpit.tab')")
    return page.evaluate("sessionStorage.getItem('cockpit.tab').slice(-4)")


def act_on(desk, page):
    desk.locator(".wc-segments a", has_text=wall_name(page)).click(timeout=BEAT)
    desk.locator(".wc-segments a[aria-current]", has_text=wall_name(page)).wait_for()


def choose(desk, picker, text):
    desk.locator(f"#{picker}").click()
    desk.locator(".dash-dropdown-search").fill(text)
    desk.locator(".dash-options-list-option", has_text=text).first.click()
    desk.keyboard.press("Escape")


def do(desk, what):
    desk.locator(f"#walls-do-{what}").click()


def test_a_wall_does_what_the_control_page_says(page, desk, site, catalogue, watch):
    open_wall(page, "?scene=overview&tour=5")
    act_on(desk, page)
    do(desk, "pin")
    page.locator(".wall-tour.is-paused", has_text="已固定").wait_for(timeout=BEAT)
    choose(desk, "walls-scene", "城市管理")
    do(desk, "send")
    page.locator("#wall-scenes a.is-on[data-scene=urban]").wait_for(timeout=BEAT)
    page.wait_for_function("!document.querySelector('.is-leaving')")  # the scene before is gone
    before = cards(page)
    do(desk, "freeze")
    page.locator("#wall-standing", has_text="画面已定格 数据截至10:00").wait_for(timeout=BEAT)
    page.keyboard.press("ArrowRight")
    do(desk, "dim_on")
    page.locator(".wall.is-dim").wait_for(timeout=BEAT)
    assert cards(page) == before
    assert page.locator("#wall-scenes a.is-on").get_attribute("data-scene") == "urban"
    choose(desk, "walls-indicator", "诉求按期办结率")
    do(desk, "spotlight")
    card = page.locator(".spot-card")
    card.wait_for(timeout=BEAT)
    answer = site.ask(SPOT, period="yesterday")
    shown = card.locator(".spot-value").get_attribute("data-text")
    assert shown == value_text(answer["value"], catalogue.get(SPOT))
    assert card.locator("path").first.get_attribute("d")
    row = desk.locator(".wc-walls tr", has_text=wall_name(page))
    for word in ("城市管理", "已固定", "已定格", "夜间调光", "聚焦"):
        row.filter(has_text=word).wait_for(timeout=BEAT)
    page.reload()  # pin and dimming are the server's; the card is put up again
    page.locator(".wall.is-dim .spot-card").wait_for(timeout=BEAT)
    for what in ("take_down", "thaw", "dim_off", "unpin"):
        do(desk, what)
    page.locator(".spot-card").wait_for(state="detached", timeout=BEAT)
    page.wait_for_function("!document.querySelector('.wall').classList.contains('is-dim')")
    assert page.locator("#wall-standing").inner_text() == ""


def urgent_cases(site, count):
    """Put most urgent cases of today into the inbox; return their numbers."""
    folder, content = new_cases(site, count)
    rows = list(csv.DictReader(io.StringIO(content.decode("gb18030"))))
    for row in rows:
        row["工单编号"] = row["工单编号"].replace("12345", "1234A", 1)
        row["紧急程度"] = "特急"
        row["标题"] = f"小区地下车库积水{row['工单编号'][-1]}"
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    draft = folder / "12345_urgent.csv.part"
    draft.write_bytes(out.getvalue().encode("gb18030"))
    draft.rename(folder / "12345_urgent.csv")
    return rows


def test_an_alarm_takes_the_screen_once_and_the_tour_goes_on(page, desk, site, watch):
    open_wall(page, "?scene=overview&tour=600")
    assert page.locator(ALARM).count() == 0  # what happened before is no news
    rows = urgent_cases(site, 2)
    page.locator(ALARM).wait_for(timeout=30_000)
    told = page.locator(ALARM).inner_text()
    for word in (
        "紧急",
        "演示数据",
        rows[0]["标题"],
        rows[0]["所属镇街"],
        "09:50",
        "特急",
        "另有 1 条",
    ):
        assert word in told, told
    assert page.locator(".alarm-map .is-here").count() == 1
    page.keyboard.press("ArrowRight")  # acknowledges, and steps no scene
    page.locator(ALARM, has_text=rows[1]["标题"]).wait_for()
    act_on(desk, page)
    desk.locator(".wc-walls tr", has_text="告警中").wait_for(timeout=BEAT)
    do(desk, "acknowledge")
    page.locator("#wall-alarm").wait_for(state="hidden", timeout=BEAT)
    assert page.locator("#wall-scenes a.is-on").get_attribute("data-scene") == "overview"
    page.reload()
    open_wall(page, "?scene=overview")
    page.wait_for_timeout(3_000)
    assert page.locator(ALARM).count() == 0


def test_a_new_deployment_loads_the_page_once_between_two_scenes(page, watch):
    def deployed(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=json.dumps({**answer.json(), "build": "next"}))

    open_wall(page, "?scene=urban&tour=5")
    page.route("**/api/v1/version*", deployed)
    page.wait_for_timeout(2_500)
    assert watch.loads == 1  # not in the middle of a scene
    page.locator("#wall-scenes a.is-on[data-scene=security]").wait_for(timeout=BEAT)
    assert watch.loads == 2
    page.locator("#wall-scenes a.is-on[data-scene=disputes]").wait_for(timeout=BEAT)
    assert watch.loads == 2
    page.unroute_all(behavior="wait")


def test_a_kiosk_link_opens_the_wall_of_its_area_and_can_be_taken_back(browser, site, desk):
    desk.locator("#walls-link-name").fill("城厢大厅")
    choose(desk, "walls-link-scope", "城厢街道")
    desk.locator("#walls-link-make").click()
    link = desk.locator(".wc-link").inner_text()
    kiosk = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
    page, watch = kiosk.new_page(), Watch(site.url)
    watch.forgiven = [r"status of 403"]
    watch.over(page)
    page.goto(link)
    page.wait_for_function("document.querySelector('.wall-value')?.textContent", timeout=BEAT)
    assert "kiosk" not in page.url
    assert page.locator("h1").inner_text() == "萧山区城市运行驾驶舱·城厢街道"
    page.locator(".wall-card").first.click()
    page.wait_for_timeout(300)
    assert page.locator(".wall").count() == 1  # a touch leads nowhere
    row = desk.locator(".wc-walls tr", has_text="城厢大厅")
    row.filter(has_text="城厢街道").wait_for(timeout=BEAT)
    choose(desk, "walls-link-which", "城厢大厅")
    desk.locator("#walls-link-revoke").click()
    page.get_by_text("链接已被吊销").wait_for(timeout=BEAT)
    assert page.locator(".wall").count() == 0
    kiosk.close()
    assert not watch.problems, "\n".join(watch.problems)
