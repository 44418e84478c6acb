"""What the staff pages ask: how often, within whose scope, and whether a cure shows as one."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import shutil

import pytest

from cockpit.commands.init import TEMPLATE
from cockpit.jobs import load_inbox
from cockpit.pages import drill, hotspots
from cockpit.settings import load_settings
from cockpit.view_state import parse_address
from cockpit.wiring import Services, build
from layouts.hotspots import draw_hotspots
from metrics.before_after import before_after
from metrics.errors import BadQuestion
from metrics.governed import Governed
from metrics.insight.inquiry import COMPARED, ask_why
from metrics.question import Viewer
from metrics.service import Service
from metrics.tables import all_tables

WEST, EAST = "990100001", "990100002"
NOW, TURN, WEEKS = "2026-04-28T10:00", dt.date(2026, 3, 2), 8
BEFORE, AFTER = "2026-01-05..2026-03-01", "2026-03-02..2026-04-26"
DANCE = Governed(id="square_dance", name="广场舞噪声", since=TURN, only={"category": ("噪声污染",)})
MOST = 8
HEAD = [
    "工单编号",
    "受理时间",
    "办结时间",
    "截止时间",
    "社区代码",
    "类别",
    "小类",
    "满意度",
    "标题",
    "地点",
]
PLANTED = {
    # class, street: cases in the eight weeks before and in the eight after
    ("噪声污染", WEST): (80, 10), ("噪声污染", EAST): (20, 8),
    ("市容环境", WEST): (240, 232), ("市容环境", EAST): (160, 168),
}  # fmt: skip


def rows():
    """Yield the cases of the town, evenly spread over the weeks on either side of the day."""
    number = 0
    for (category, street), counts in PLANTED.items():
        noise = category == "噪声污染"
        for start, count in zip((TURN - dt.timedelta(weeks=WEEKS), TURN), counts, strict=True):
            for k in range(count):
                at = dt.datetime.combine(start, dt.time()) + k * dt.timedelta(days=56) / count
                number += 1
                yield (
                    f"G{number:05d}", f"{at:%Y-%m-%d %H:%M:%S}",
                    f"{at + dt.timedelta(hours=20):%Y-%m-%d %H:%M:%S}",
                    f"{at + dt.timedelta(days=3):%Y-%m-%d %H:%M:%S}", f"{street}{1 + k % 2:03d}",
                    category, "广场舞" if noise else f"市容{k % 3}", "满意" if k % 4 else "不满意",
                    "广场舞扰民" if noise else "楼道堆物", f"{street}广场{k % 20}" if noise else "",
                )  # fmt: skip


@pytest.fixture(scope="module")
def town(store, tmp_path_factory) -> Services:
    for table in all_tables(store.timezone):
        store.command(f"TRUNCATE TABLE {table.name}", tag="test.fresh")
    store.refresh_version()
    folder = tmp_path_factory.mktemp("staff") / "city"
    shutil.copytree(TEMPLATE, folder)
    spec = folder / "sources" / "hotline.yaml"
    spec.write_text(f"{spec.read_text('utf-8')}  subcategory: 小类\n  address: 地点\n", "utf-8")
    for file in (folder / "inbox").iterdir():
        file.unlink()
    with (folder / "inbox" / "热线_城.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEAD, *rows()])
    with (folder / "city.yaml").open("a", encoding="utf-8") as out:
        out.write(
            "governed:\n  - {id: square_dance, name: 广场舞噪声, since: 2026-03-02,"
            " only: {category: [噪声污染]}}\n"
        )
    flags = {"city": folder, "home": folder / "var", "now": NOW}
    opened = build(load_settings(flags, {}, folder=folder), store=store)
    load_inbox(opened)
    assert store.rows("SELECT count() AS n FROM fact_case", tag="test")[0]["n"] == 918
    yield opened
    opened.ledger.close()


def cold(town: Services) -> Services:
    """Return the town as it is right after new data: nothing is known of the feeds."""
    asking = Service(
        town.store, town.catalogue, town.territory, town.clock, town.service.feeds.expected
    )
    return dataclasses.replace(town, service=asking)


FILTERS = (
    "", "&category=噪声污染", "&category=噪声污染&channel=12345&department=城管局&urgency=一般",
)  # fmt: skip
STATES = [
    (indicator, area, said)
    for indicator in ("appeals_accepted", "appeals_ontime_rate", "appeal_handle_hours_p90")
    for area in ("", WEST, f"{WEST}001")
    for said in (FILTERS if indicator == "appeals_accepted" else FILTERS[::2])
]


@pytest.mark.parametrize(("indicator", "area", "said"), STATES)
def test_a_drill_click_takes_few_statements(town, indicator, area, said):
    view = parse_address("/drill", f"?indicator={indicator}&area={area}&period=2026-03{said}")
    services = cold(town)
    town.store.journal.clear()
    content = drill.content_of(drill.complete(view, services), services)
    tags = [line.tag for line in town.store.journal]
    assert len(tags) <= MOST, tags
    assert content.cases is not None
    assert content.is_lowest == (area == f"{WEST}001")
    assert content.breakdowns
    assert (content.places is not None) == bool(area)
    assert content.cases.total == len(town.service.cases(
        drill.main_question(drill.complete(view, services), services), limit=1000
    ).rows)  # fmt: skip


def test_opening_a_case_takes_one_more(town):
    services = cold(town)
    page = f"?indicator=appeals_accepted&area={WEST}&period=2026-03"
    first = drill.content_of(drill.complete(parse_address("/drill", page), services), services)
    services.cache.clear()
    town.store.journal.clear()
    case = first.cases.rows[0]["id"]
    view = drill.complete(parse_address("/drill", f"{page}&case={case}"), services)
    content = drill.content_of(view, services)
    assert content.case[0]["id"] == case
    assert len(town.store.journal) <= MOST


def test_what_a_filter_hides_is_counted_without_it(town):
    view = parse_address("/drill", "?indicator=appeals_accepted&period=2026-03&category=噪声污染")
    content = drill.content_of(view, town)
    facets = {one.column: dict(one.values) for one in content.facets}
    alone = town.service.answer(
        town.service.question("appeals_accepted", period="2026-03", by="category")
    )
    assert facets["category"] == {one.key: f"{one.figure.value:.0f}件" for one in alone.breakdown}
    assert set(facets["category"]) == {"噪声污染", "市容环境"}


def test_a_cure_shows_as_one(town):
    found = before_after(town.service, DANCE)
    assert (found.before.text, found.after.text) == (BEFORE, AFTER)
    assert (found.sums.before, found.sums.after) == (100, 18)
    assert (found.sums.rest_before, found.sums.rest_after) == (400, 400)
    assert found.sums.change == pytest.approx(-0.82)
    assert found.net is not None
    assert found.net.change == pytest.approx(-0.82)
    assert found.net.is_told
    assert found.net.high < -0.6
    assert sum(one for _, one, _ in found.weekly) == 118
    assert [key for key, _ in found.areas] == [WEST, EAST]
    for key, sums in found.areas:
        assert (sums.before, sums.after) == PLANTED["噪声污染", key]
        assert (sums.rest_before, sums.rest_after) == PLANTED["市容环境", key]
    assert found.n_places == (40, 18)
    assert found.n_recurrent == (20, 0)  # four each in the west, one each in the east
    assert {one.before for one in found.places if one.area.startswith(WEST)} == {4}


def test_it_says_what_asking_says(town):
    found = before_after(town.service, DANCE)
    for period, side in ((BEFORE, "before"), (AFTER, "after")):
        for filters, name in ((DANCE.only, side), ({}, "")):
            answer = town.service.answer(town.service.question(
                "appeals_accepted", period=period, level="street", filters=filters
            ))  # fmt: skip
            told = {child.key: child.figure.value for child in answer.children if child.key}
            whole = (found.sums, *(one for _, one in found.areas))
            mine = [
                getattr(one, side) + (0 if name else getattr(one, f"rest_{side}")) for one in whole
            ]
            assert mine == [answer.figure.value, told[WEST], told[EAST]]


def test_keyword_and_places_narrow_it(town):
    spoken = DANCE.model_copy(update={"only": {}, "keyword": "广场舞"})
    assert before_after(town.service, spoken).sums == before_after(town.service, DANCE).sums
    one = DANCE.model_copy(update={"places": (f"{WEST}广场0",)})
    assert before_after(town.service, one).sums.before == 4


def test_weeks_to_come_are_not_counted(town):
    late = DANCE.model_copy(update={"since": dt.date(2026, 4, 13)})
    found = before_after(town.service, late)
    assert found.after.text == "2026-04-13..2026-04-26"
    assert found.before.days == found.after.days == 14
    with pytest.raises(BadQuestion, match="no whole week has passed"):
        before_after(town.service, DANCE.model_copy(update={"since": dt.date(2026, 4, 27)}))
    with pytest.raises(BadQuestion, match="does not count cases"):
        before_after(town.service, DANCE.model_copy(update={"indicator": "appeals_ontime_rate"}))


def test_the_page_takes_it_from_the_city_or_the_address(town):
    def page(search):
        return hotspots.content_of(
            hotspots.complete(parse_address("/hotspots", search), town), town
        )

    own = page("")
    assert own.chosen == DANCE
    assert own.effect is not None
    assert "−82%" in str(draw_hotspots(own))
    asked = page("?since=2026-03-02&weeks=4&subcategory=广场舞")
    assert asked.effect is not None
    assert (asked.effect.sums.before, asked.effect.before.days) == (50, 28)
    none = page("?since=2026-03-02&weeks=4&subcategory=没有")
    assert none.effect is not None
    assert none.effect.net is None
    assert "都没有这类件" in str(draw_hotspots(none))
    wrong = page("?since=March&weeks=4")
    assert "no day and number of weeks" in wrong.trouble
    assert wrong.trouble in str(draw_hotspots(wrong))


VIEWER = Viewer("west", (WEST,))


def test_a_viewer_sees_the_effect_of_their_street_only(town):
    mine = before_after(town.service, DANCE, viewer=VIEWER)
    street = before_after(town.service, DANCE, area=WEST)
    assert mine.sums == street.sums
    assert (mine.sums.before, mine.sums.rest_before) == (80, 240)
    assert {key for key, _ in mine.areas} == {WEST}
    assert {one.area[:9] for one in mine.places} == {WEST}
    assert mine.n_places == (20, 10)
    with pytest.raises(BadQuestion) as refused:
        before_after(town.service, DANCE, area=EAST, viewer=VIEWER)
    assert refused.value.status == 403


def test_a_viewer_sees_the_hot_spots_of_their_street_only(town):
    ask = town.service
    asked = {"period": BEFORE, "compare": ("history",)}
    mine = ask.hot_spots(ask.question("appeals_accepted", viewer=VIEWER, **asked))
    street = ask.hot_spots(ask.question("appeals_accepted", area=WEST, **asked))
    assert mine == street
    assert {one.area[:9] for one in mine.places} == {WEST}
    assert [one.cases for one in mine.places] == [4] * 20  # the east has but one each
    assert ask.hot_spots(ask.question("appeals_accepted", area=EAST, **asked)).places == ()
    with pytest.raises(BadQuestion) as refused:
        ask.question("appeals_accepted", area=EAST, viewer=VIEWER, **asked)
    assert refused.value.status == 403


def test_a_viewer_is_told_why_by_their_street_only(town):
    ask = town.service
    asked = {"period": "2026-03", "compare": COMPARED}
    mine, reasons = ask_why(ask, ask.question("appeals_accepted", viewer=VIEWER, **asked))
    street, _ = ask_why(ask, ask.question("appeals_accepted", area=WEST, **asked))
    assert mine.figure == street.figure
    assert reasons is not None
    assert EAST not in str(reasons)
    assert {one.key for one in mine.children if one.figure.value} == {WEST}
    with pytest.raises(BadQuestion):
        ask_why(ask, ask.question("appeals_accepted", area=EAST, viewer=VIEWER, **asked))


def test_every_statement_of_them_carries_the_scope(town, monkeypatch):
    read, sent = town.store.rows, []

    def rows(text, parameters=None, **more):
        sent.append((more.get("tag", ""), f"{text} {parameters}"))
        return read(text, parameters, **more)

    monkeypatch.setattr(town.store, "rows", rows)
    ask = town.service
    question = ask.question("appeals_accepted", period="2026-02", compare=COMPARED, viewer=VIEWER)
    ask.hot_spots(question)
    ask_why(ask, question)
    before_after(ask, DANCE, viewer=VIEWER)
    told = [(tag, text) for tag, text in sent if not tag.startswith("freshness")]
    assert {tag.split(".")[0] for tag, _ in told} == {"hotspots", "ask", "governed"}
    for tag, text in told:
        assert WEST in text, tag
        assert EAST not in text, tag
