"""The desk of a briefing in a browser: from the first edit to the archive, and a Word file back."""

import io
import re

import docx
import pytest

pytestmark = pytest.mark.browser

DESK = "/briefing/2026-W45"
SIZES = [(1366, 768), (1920, 1080), (390, 844)]


def said(page, words):
    """Wait until the desk says something, and the page has been drawn anew."""
    page.locator("#briefing-said", has_text=words).wait_for()


def rows(page, section):
    return page.locator(".bd > .st-panel").nth(section).locator(".bd-row:not(.bd-row--new)")


def press(row, word):
    row.get_by_role("button", name=word, exact=True).click()


def texts(page, section):
    return [one.input_value() for one in rows(page, section).locator("textarea").all()]


@pytest.fixture
def desk(page):
    page.goto(DESK)
    page.locator(".bd-row").first.wait_for()
    page.get_by_label("姓名").fill("王编辑")
    return page


def test_a_briefing_goes_from_draft_to_archive(desk, context):
    overview, appeals = 1, 2  # the head stands first
    first = rows(desk, overview).first
    proof = first.locator("summary")
    proof.focus()
    desk.keyboard.press("Enter")
    first.locator("li").first.wait_for()
    assert "第" in first.locator("li").first.inner_text()

    before = first.locator("textarea").input_value()
    number = re.search(r"群众诉求(\d+)件", before)[1]
    other = str(int(number) + 7)
    first.locator("textarea").fill(before.replace(number, other, 1))
    press(first, "保存")
    desk.locator("#briefing-said.is-wrong").wait_for()
    first.get_by_label("改动数字的原因").fill("部门复核后更正")
    press(first, "保存")
    said(desk, "已保存")
    assert f"{other}※件" in first.locator("textarea").input_value()
    assert f"“{other}”为人工改定:部门复核后更正" in first.inner_text()

    order = texts(desk, appeals)
    press(rows(desk, appeals).first, "下移")
    desk.wait_for_function(
        "text => document.querySelectorAll('.bd > .st-panel')[2].querySelector('textarea').value"
        " === text", arg=order[1],
    )  # fmt: skip
    press(rows(desk, appeals).nth(1), "删去")
    rows(desk, appeals).get_by_text("已删去").wait_for()
    assert texts(desk, appeals) == [order[1], *order[2:]]
    new = desk.locator(".bd > .st-panel").nth(appeals).locator(".bd-row--new")
    new.locator("textarea").fill("下一步将开展专项整治。")
    add = new.get_by_role("button", name="增加一句", exact=True)
    add.focus()
    desk.keyboard.press("Enter")
    desk.wait_for_function(
        "() => [...document.querySelectorAll('.bd-row:not(.bd-row--new) textarea')]"
        ".some(field => field.value.includes('专项整治'))"
    )

    take_back(desk, context)
    for word, state in (("审核通过", "已审核"), ("签发", "已签发"), ("归档", "已归档")):
        desk.locator(".bd-head, .st-panel").first.get_by_role("button", name=word).click()
        desk.locator(".bd-state", has_text=state).wait_for()
    assert desk.locator("textarea").count() == 0
    record = desk.locator(".st-panel", has_text="经过").inner_text()
    assert record.count("王编辑") >= 7


def take_back(desk, context):
    """Change words in the Word file of the draft and hand it in."""
    file = context.request.get(f"{DESK}.docx").body()
    document = docx.Document(io.BytesIO(file))
    paragraph = next(p for p in document.paragraphs if "专项整治" in p.text)
    paragraph.text = paragraph.text.replace("专项整治", "集中整治")
    changed = io.BytesIO()
    document.save(changed)
    desk.locator("input[type=file]").set_input_files(
        {"name": "改过的.docx", "mimeType": "application/octet-stream",
         "buffer": changed.getvalue()}
    )  # fmt: skip
    desk.get_by_role("button", name="采纳改动").wait_for()
    assert "专项→集中" in desk.locator(".st-panel", has_text="取回改过的").inner_text()
    desk.get_by_role("button", name="采纳改动").click()
    desk.wait_for_function(
        "() => [...document.querySelectorAll('textarea')].some(x => x.value.includes('集中整治'))"
    )


@pytest.mark.parametrize(("wide", "tall"), SIZES)
def test_the_desk_fits_and_is_reached_by_keyboard(desk, wide, tall):
    desk.set_viewport_size({"width": wide, "height": tall})
    assert desk.evaluate("document.documentElement.scrollWidth") <= wide
    field = desk.get_by_label("姓名")
    field.focus()
    desk.keyboard.press("Tab")
    reached = desk.evaluate("document.activeElement.tagName + document.activeElement.className")
    assert reached.startswith(("INPUT", "BUTTON", "TEXTAREA", "SUMMARY"))
