"""What the drill page draws from answers: order, links, shares, pages and sentences."""

import datetime as dt
import json
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import pytest
from dash.development.base_component import Component

from cockpit.view_state import ViewState, parse_address
from layouts import staff_texts as texts
from layouts.drill.case import case_drawer, changed_fields, timeline
from layouts.drill.cases import CaseRows, cases_panel
from layouts.drill.headline import headline, quotient, rule_words
from layouts.drill.page import DrillContent, draw_drill, gone_note
from layouts.drill.ranking_table import ranking_rows
from layouts.figures.breakdown import pareto, shares
from layouts.figures.ranking import ranking
from layouts.figures.trend import split_series, trend
from layouts.trouble import trouble
from metrics.answer import Answer, Child, Figure, Freshness
from metrics.calendar import day
from metrics.errors import BadQuestion, UnknownName
from metrics.indicator import Indicator
from metrics.question import Question
from metrics.territory import UNASSIGNED, Area

ZONE = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 22, 10, 0, tzinfo=ZONE)
YESTERDAY = day(dt.date(2026, 11, 21))
CITY = Area("1", "1", "甲区", "district", 0, "")
STREET = Area("101", "101", "乙街道", "street", 1, "1")
VIEW = ViewState(indicator="accepted", period="yesterday")


def an_indicator(**changes: object) -> Indicator:
    written = {
        "id": "accepted", "name": "受理量", "name_en": "accepted", "domain": "群众诉求",
        "unit": "件", "kind": "count", "fact": "case", "note": "当日受理的件数。",
    }  # fmt: skip
    return Indicator(**(written | changes))


def a_rate() -> Indicator:
    return an_indicator(id="rate", name="办结率", unit="%", kind="ratio", direction="up",
                        target=">=95", amber="<95", red="<90")  # fmt: skip


def an_answer(indicator: Indicator, figure: Figure, **parts: object) -> Answer:
    question = Question(indicator.id, YESTERDAY, "1", by=str(parts.pop("by", "")))
    return Answer(question, indicator, "1", "甲区", "district", YESTERDAY, figure, **parts)


def content_of(answer: Answer, **changes: object) -> DrillContent:
    usual = {
        "view": VIEW, "now": NOW, "domains": {"群众诉求": [answer.indicator]}, "lineage": [CITY],
        "answer": answer, "on_map": answer if answer.children else None, "is_lowest": False,
        "levels": [("street", "街道"), ("grid", "网格")], "breakdowns": [], "level_name": "街道",
        "codes": {"101": "101", "102": "102"}, "cases": None, "case": None,
    }  # fmt: skip
    return DrillContent(**(usual | changes))


def walk(part: object) -> Iterator[Component]:
    if isinstance(part, list | tuple):
        for one in part:
            yield from walk(one)
    elif isinstance(part, Component):
        yield part
        yield from walk(getattr(part, "children", None))


def words(part: object) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, list | tuple):
        return " ".join(words(one) for one in part)
    return words(getattr(part, "children", "")) if isinstance(part, Component) else ""


def links(part: object) -> list[str]:
    return [one.href for one in walk(part) if getattr(one, "href", None)]


def children(*values: float | None) -> tuple[Child, ...]:
    rows = [Child(f"10{k}", f"街道{k}", Figure(value, value)) for k, value in enumerate(values, 1)]
    return (*rows, Child("", UNASSIGNED, Figure(999.0, 999.0)))


def test_unassigned_stays_last_however_large_and_no_value_is_no_rank() -> None:
    answer = an_answer(an_indicator(), Figure(6.0, 6.0), children=children(2.0, None, 4.0))
    rows = ranking_rows(answer, lambda key: f"/to/{key}")
    assert [(row["name"], row["rank"]) for row in rows] == [
        ("街道3", 1), ("街道1", 2), ("街道2", None), (UNASSIGNED, None),
    ]  # fmt: skip
    assert [row["href"] for row in rows] == ["/to/103", "/to/101", "/to/102", ""]
    assert rows[2]["value_text"] == "—"


def test_the_ranking_figure_keeps_unassigned_when_it_is_cut() -> None:
    answer = an_answer(an_indicator(), Figure(6.0), children=children(*map(float, range(30))))
    figure = ranking(answer, most=5)
    assert list(figure.layout.yaxis.ticktext) == [
        "街道30",
        "街道29",
        "街道28",
        "街道27",
        UNASSIGNED,
    ]


def test_shares_grow_to_the_whole_and_stay_out_where_parts_do_not_add_up() -> None:
    parts = tuple(Child(k, k, Figure(v)) for k, v in (("a", 6.0), ("b", 3.0), ("c", 1.0)))
    assert shares(parts) == [60.0, 90.0, 100.0]
    assert shares(tuple(Child(k, k, Figure(0.0)) for k in "ab")) == [None, None]
    counted = an_answer(an_indicator(), Figure(10.0), breakdown=parts, by="category")
    rated = an_answer(a_rate(), Figure(90.0), breakdown=parts, by="category")
    assert len(pareto(counted, href=lambda _: "/x").data) == 2
    assert len(pareto(rated, href=lambda _: "/x").data) == 1


def test_a_bar_leads_to_its_own_rows() -> None:
    parts = (Child("市容", "市容", Figure(3.0)),)
    answer = an_answer(an_indicator(), Figure(3.0), breakdown=parts, by="category")
    drawn = draw_drill(content_of(answer, breakdowns=[answer]))
    figures = [one.figure for one in walk(drawn) if getattr(one, "figure", None) is not None]
    hrefs = [href for figure in figures for trace in figure.data if trace.type == "bar"
             for href in trace.customdata]  # fmt: skip
    assert [parse_address("/drill", href.split("?")[1]).filter_map for href in hrefs] == [
        {"category": ("市容",)}
    ]


def test_no_figure_has_a_trace_that_would_fetch_a_map() -> None:
    series = tuple((dt.date(2026, 11, 1) + dt.timedelta(days=k), float(k)) for k in range(20))
    answer = an_answer(a_rate(), Figure(97.0, 97.0, 100.0), series=series, children=children(1.0))
    for figure in (trend(answer, days=10), ranking(answer), pareto(answer, href=str)):
        assert isinstance(figure, go.Figure)
        assert {trace.type for trace in figure.data} <= {"scatter", "bar"}
        assert "geo" not in json.loads(figure.to_json())["layout"]


def test_parts_that_are_all_nothing_are_a_sentence() -> None:
    parts = (Child("a", "a", Figure(0.0, 0.0)),)
    counted = an_answer(an_indicator(), Figure(0.0, 0.0), breakdown=parts, by="category")
    drawn = draw_drill(content_of(counted, breakdowns=[counted]))
    assert texts.NO_BREAKDOWN in words(drawn)


def test_a_value_that_looks_like_a_number_is_still_a_name() -> None:
    parts = (Child("12345", "12345", Figure(5.0)), Child("96345", "96345", Figure(3.0)))
    figure = pareto(an_answer(an_indicator(), Figure(8.0), breakdown=parts), href=lambda _: "/x")
    assert list(figure.layout.yaxis.ticktext) == ["12345", "96345"]
    assert list(figure.data[0].y) == [0, 1]


def test_the_days_before_lie_on_the_same_dates() -> None:
    series = [(dt.date(2026, 11, 1) + dt.timedelta(days=k), float(k)) for k in range(6)]
    newest, before = split_series(series, 3)
    assert [d for d, _ in newest] == [d for d, _ in before]
    assert ([v for _, v in newest], [v for _, v in before]) == ([3.0, 4.0, 5.0], [0.0, 1.0, 2.0])


def test_a_series_without_any_value_is_a_sentence_not_an_empty_chart() -> None:
    series = tuple((dt.date(2026, 11, 1) + dt.timedelta(days=k), None) for k in range(60))
    drawn = draw_drill(content_of(an_answer(an_indicator(), Figure(), series=series)))
    assert not [one for one in walk(drawn) if getattr(one, "figure", None) is not None]
    assert texts.NO_TREND.format(days=30) in words(drawn)


def test_no_data_says_since_when_and_shows_no_zero() -> None:
    heard = dt.datetime(2026, 11, 19, 10, 5, tzinfo=ZONE)
    feeds = (Freshness("hotline", "热线", heard, True),)
    said = words(headline(an_answer(an_indicator(), Figure(), freshness=feeds), VIEW, NOW))
    assert "昨日没有数据。热线最新数据为 11-19 10:05。" in said
    assert "—" in said
    assert " 0 " not in said


def test_the_headline_shows_the_sums_of_a_ratio_and_its_target() -> None:
    figure = Figure(97.4, 1948.0, 2000.0)
    said = words(headline(an_answer(a_rate(), figure, light="green"), VIEW, NOW))
    for part in ("97.4", "1,948 / 2,000", "≥95%", texts.LIGHTS["green"], "当日受理的件数。"):
        assert part in said
    assert quotient(Figure(5.0, 5.0), an_indicator()) == ""


@pytest.mark.parametrize(
    ("rule", "said"),
    [(">=95", "≥95%"), ("none", texts.WITHOUT), ("<97|b4w>+20%", "<97% 或 较前4周同日均值>+20%")],
)
def test_rules_are_read_as_words(rule: str, said: str) -> None:
    assert rule_words(rule, a_rate()) == said


def test_cases_state_the_number_and_lead_to_their_pages() -> None:
    rows = [{"id": "h:1", "case_no": "007", "at": NOW, "title": "x", "area_name": "乙街道"}]
    answer = an_answer(an_indicator(), Figure(41.0, 41.0))
    view = ViewState(indicator="accepted", page=2)
    drawn = cases_panel(CaseRows("case", 41, rows, 20), answer, view, ZONE)
    said = words(drawn)
    assert "共 41 条" in said
    assert "第 21–40 条" in said
    assert texts.CASES_ARE_THE_NUMBER in said
    turns = [href for href in links(drawn) if href.startswith("/drill")]
    pages = [parse_address("/drill", href.partition("?")[2]).page for href in turns]
    assert pages == [1, 3]
    (table,) = [one for one in walk(drawn) if getattr(one, "rowData", None)]
    assert table.rowData[0]["case_no"] == "007"
    opened = parse_address("/drill", table.rowData[0]["href"].partition("?")[2])
    assert (opened.case, opened.page) == ("h:1", 2)


def test_a_page_beyond_the_end_and_no_rows_at_all_are_sentences() -> None:
    answer = an_answer(an_indicator(), Figure(1.0, 1.0))
    beyond = cases_panel(CaseRows("case", 1, [], 20), answer, ViewState(page=9), ZONE)
    assert texts.PAGE_BEYOND_END in words(beyond)
    assert texts.NO_CASES in words(cases_panel(CaseRows("case", 0, [], 20), answer, VIEW, ZONE))


def test_the_breadcrumb_is_made_of_links_and_ends_where_one_stands() -> None:
    answer = an_answer(an_indicator(), Figure(1.0))
    view = ViewState(indicator="accepted", area="101", period="2026-W46")
    drawn = draw_drill(content_of(answer, view=view, lineage=[CITY, STREET]))
    assert links(drawn)[0] == "/drill?indicator=accepted&period=2026-W46"
    (place,) = [one for one in walk(drawn) if getattr(one, "aria-current", "") == "location"]
    assert place.children == "乙街道"


def test_the_map_shows_the_children_and_leads_to_them() -> None:
    answer = an_answer(an_indicator(), Figure(6.0), children=children(2.0, None))
    drawn = draw_drill(content_of(answer, boundaries_note="示意"))
    (shapes,) = [one for one in walk(drawn) if getattr(one, "url", None)]
    assert shapes.url == "/geo/children_of/1.json"
    assert set(shapes.hideout["fill"]) == {"101", "102"}
    assert shapes.hideout["text"] == {"101": "2件", "102": texts.NO_VALUE}
    assert parse_address("/drill", shapes.hideout["href"]["101"].split("?")[1]).area == "101"
    assert "示意" in words(drawn)


def test_an_indicator_not_counted_below_says_so_where_the_map_would_be() -> None:
    answer = an_answer(an_indicator(lowest_level="street"), Figure(6.0))
    drawn = draw_drill(content_of(answer))
    assert not [one for one in walk(drawn) if getattr(one, "url", None)]
    assert texts.NOT_BELOW.format(level="街道") in words(drawn)


def test_the_timeline_is_in_the_order_of_time_and_knows_lateness() -> None:
    def hours(count: float) -> dt.datetime:
        return NOW + dt.timedelta(hours=count)

    row = {"received_at": hours(0), "closed_at": hours(30), "due_at": hours(24),
           "accepted_at": hours(0.5), "signed_at": None}  # fmt: skip
    drawn = timeline(row, ZONE)
    steps = [one for one in walk(drawn) if "st-step" in getattr(one, "className", "").split()]
    names = [step.children[0].children for step in steps]
    assert names == ["接收", "受理", "应办结", "办结"]
    assert [step.children[2].children for step in steps] == [
        "", "+30分钟", texts.OVERDUE, "+1天5小时",
    ]  # fmt: skip


def test_a_case_shows_its_versions_with_file_and_row() -> None:
    first = {"id": "h:1", "status": "处置中", "file": "a.csv", "row_no": 12, "version": 3,
             "updated_at": NOW, "is_current": 0}  # fmt: skip
    last = first | {"status": "已办结", "file": "b.csv", "row_no": 7, "version": 5, "is_current": 1}
    assert changed_fields(first, last) == ["status"]
    drawn = case_drawer(last, [first, last], "/drill", NOW)
    said = words(drawn)
    for part in ("a.csv 第 12 行", "b.csv 第 7 行", "处置中", "已办结", texts.CURRENT_VERSION):
        assert part in said
    assert "/drill" in links(drawn)


def test_an_unknown_name_is_a_sentence_with_the_near_one_as_a_link() -> None:
    error = UnknownName("indicator", "acepted", ["accepted", "closed"])
    drawn = trouble(error, ViewState(indicator="acepted", area="101"), "drill")
    assert "没有标识为“acepted”的指标。" in words(drawn)
    assert links(drawn)[0] == "/drill?indicator=accepted&area=101"


def test_a_bad_period_says_what_may_be_written() -> None:
    error = BadQuestion("period 'x' is not understood", where="--period")
    assert "2026-W46" in words(trouble(error, VIEW, "drill"))


def test_an_area_that_was_not_there_in_the_period_says_so() -> None:
    gone = Area("102", "102", "旧街道", "street", 1, "1", valid_to=dt.date(2026, 11, 1))
    new = Area("103", "103", "新街道", "street", 1, "1", valid_from=dt.date(2026, 12, 1))
    assert "旧街道已于2026-11-01撤并" in gone_note(gone, YESTERDAY)
    assert "新街道自2026-12-01起设立" in gone_note(new, YESTERDAY)
    assert gone_note(STREET, YESTERDAY) == ""
    answer = an_answer(an_indicator(), Figure(None))
    drawn = draw_drill(content_of(answer, lineage=[CITY, gone], is_lowest=True))
    assert "已于2026-11-01撤并" in words(drawn)
    assert not [one for one in walk(drawn) if type(one).__name__ == "Graph"]
