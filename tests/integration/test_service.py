"""What a question through the service brings: rows behind numbers, whole screens, history."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from metrics import calendar, planner
from metrics.calendar import span
from metrics.errors import BadQuestion, UnknownName
from metrics.fetch import fetch
from metrics.insight.inquiry import ask_why
from metrics.question import Question, Viewer
from metrics.service import Service
from metrics.store import Store
from tests.support.facts import NOW, current
from tests.support.facts_store import Loaded, catalogue, loaded

PERIOD = "2026-W45"
COLUMNS = ("category", "channel", "department")
COUNTED = [
    one.id
    for one in catalogue().indicators.values()
    if one.kind == "count" or (one.kind == "stock" and one.leave and not one.value)
]
RATIOS = [one.id for one in catalogue().indicators.values() if one.kind == "ratio"]
NARROWED = {
    "case": {"department": ["城管局"], "category": ["噪声", ""]},
    "event": {"kind": ["call", "alarm"]},
    "reading": {"device": ["speed-1", "speed-2"]},
}


@pytest.fixture(scope="module")
def city(store: Store) -> Loaded:
    return loaded(store)


@pytest.fixture
def ask(city: Loaded) -> Service:
    return city.service


def narrowed(ask: Service, indicator: str) -> list[Question]:
    """Ask for the whole city, one street, and one street with filters."""
    fact = catalogue().get(indicator).fact or ""
    return [
        ask.question(indicator, period="2026-11"),
        ask.question(indicator, period="2026-W45", area="990100002"),
        ask.question(indicator, period="2026-10", area="990100001", filters=NARROWED[fact]),
    ]


@pytest.mark.parametrize("indicator", COUNTED)
def test_a_count_is_the_number_of_its_cases(ask: Service, indicator: str) -> None:
    questions = narrowed(ask, indicator)
    for question, answer in zip(questions, ask.answer_many(questions), strict=True):
        page = ask.cases(question, limit=1000)
        assert page.total == len(page.rows) == (answer.figure.value or 0)
        assert len({row["id"] for row in page.rows}) == page.total


@pytest.mark.parametrize("indicator", RATIOS)
def test_both_sides_of_a_ratio_are_its_denominator(ask: Service, indicator: str) -> None:
    for question in narrowed(ask, indicator)[:2]:
        figure = ask.answer(question).figure
        pages = {
            side: ask.cases(question, side=side, limit=1000)
            for side in ("all", "numerator", "rest")
        }
        assert pages["numerator"].total == (figure.numerator or 0)
        assert pages["all"].total == (figure.denominator or 0)
        ids = {side: {row["id"] for row in page.rows} for side, page in pages.items()}
        assert ids["numerator"] | ids["rest"] == ids["all"]
        assert not ids["numerator"] & ids["rest"]


def test_pages_follow_each_other(ask: Service) -> None:
    question = ask.question("appeals_accepted", period="2026-11")
    whole = [row["id"] for row in ask.cases(question, limit=1000).rows]
    paged: list[object] = []
    while page := ask.cases(question, limit=7, offset=len(paged)).rows:
        paged += [row["id"] for row in page]
    assert paged == whole


def test_cases_show_no_person_and_no_bookkeeping(ask: Service) -> None:
    page = ask.cases(ask.question("appeals_accepted", period="2026-11"), limit=5)
    assert not {"reporter_key", "content", "sign"} & page.rows[0].keys()
    assert page.rows[0]["area_name"]
    assert "fact_case" in page.statement
    assert "{" not in page.statement


@pytest.mark.parametrize("indicator", ["governance_index", "population_resident"])
def test_numbers_without_rows_say_so(ask: Service, indicator: str) -> None:
    with pytest.raises(BadQuestion, match=r"has no rows of its own.*Ask for one of its parts"):
        ask.cases(ask.question(indicator, period="2026-11"))


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (1001, 0), (10, -1)])
def test_a_page_has_bounds(ask: Service, limit: int, offset: int) -> None:
    with pytest.raises(BadQuestion, match="Allowed: 1 to 1000 rows"):
        ask.cases(ask.question("um_filed"), limit=limit, offset=offset)


def test_a_case_keeps_its_versions(city: Loaded) -> None:
    said: dict[str, set[int]] = {}
    for one in city.deliveries:
        if one.shape == "case":
            for row in one.rows:
                said.setdefault(row["id"], set()).add(row["content"])
    case_id, contents = max(said.items(), key=lambda item: (len(item[1]), item[0]))
    record = city.service.case(case_id)
    assert len(record.versions) == len(contents) > 1
    assert [one["is_current"] for one in record.versions].count(1) == 1
    newest = current(city.deliveries)["case"]
    row = next(one for one in newest.to_dicts() if one["id"] == case_id)
    assert record.current["closed_at"] == row["closed_at"]
    assert record.current["area"] == row["area"]
    for one in record.versions:
        assert one["file"] == f"{one['source']}_{one['version']}.csv"
        assert len(one["sha256"]) == 64
        assert one["row_no"] >= 2


def test_a_case_that_is_not_there(ask: Service) -> None:
    with pytest.raises(UnknownName, match="unknown case 'hotline:999999'"):
        ask.case("hotline:999999")


def test_a_screen_is_answered_in_few_statements(city: Loaded) -> None:
    ask = city.service
    core = [one.id for one in catalogue().indicators.values() if one.tier == "core"]
    questions = [ask.question(one, period="2026-11-20", series=30) for one in core]
    ask.answer_many(questions)  # the feeds are looked at once a data version
    city.store.journal.clear()
    together = ask.answer_many(questions)
    tags = [line.tag for line in city.store.journal]
    assert len(questions) >= 149
    assert 1 <= len(tags) <= 5, tags
    for question, one in list(zip(questions, together, strict=True))[::6]:
        alone = ask.answer(question)
        assert (alone.figure, alone.previous, alone.year_ago) == (
            one.figure, one.previous, one.year_ago
        )  # fmt: skip
        assert alone.series == one.series
        assert (alone.light, alone.change, alone.freshness) == (
            one.light, one.change, one.freshness
        )  # fmt: skip


def test_children_and_breakdowns_together_are_the_same_as_alone(city: Loaded) -> None:
    ask = city.service
    questions = [
        ask.question("appeals_open", period="2026-W46", level="street"),
        ask.question("um_filed", period="2026-W46", level="street", area="990100"),
        ask.question("um_filed", period="2026-W46", by="department"),
        ask.question("appeals_open", period="2026-W45", by="department"),
    ]
    for one, alone in zip(ask.answer_many(questions), map(ask.answer, questions), strict=True):
        assert (one.children, one.breakdown) == (alone.children, alone.breakdown)


def test_a_trace_leads_to_files(city: Loaded) -> None:
    answer = city.service.answer(city.service.question("grid_patrol_km", period="2026-W46"))
    assert answer.trace is not None
    assert answer.trace.definition.startswith("metrics/catalogue/30_grid.yaml:")
    assert (answer.trace.table, [one.table for one in answer.trace.rejected]) == (
        "part_city", ["part", "fact_event"]
    )  # fmt: skip
    assert {batch["source"] for batch in answer.trace.batches} == {"field"}
    pasted = city.store.rows(answer.trace.statements[0], tag="test")
    assert [row["n"] for row in pasted if row["w"] == 1] == [answer.figure.value]


@pytest.mark.parametrize(
    "asked",
    [
        {}, {"level": "street", "area": "990100"}, {"by": "category"}, {"series": 9},
        {"filters": {"category": ["噪声", "it's", "\\"]}}, {"viewer": Viewer("a", ("990100001",))},
    ],
)  # fmt: skip
def test_a_pasted_statement_gives_the_same_rows(city: Loaded, asked: dict[str, Any]) -> None:
    dimension = {"by", "filters"} & asked.keys()
    ids = ["appeals_open", "appeals_closed", "appeal_reporters", "appeal_handle_hours_p90"]
    ids += [] if dimension else ["devices_online", "pm25_avg", "water_level_max"]
    ask = city.service
    for question in [ask.question(one, period="2026-W46", **asked) for one in ids]:
        plan = planner.plan(question, ask.catalogue, ask.territory, calendar.day(NOW.date()))
        for statement in fetch(None, ask.territory, [plan], city.store.version).statements:
            bound = city.store.rows(statement.sql, statement.parameters, tag="test")
            pasted = city.store.rows(statement.pasted(), tag="test")
            assert in_order(pasted) == in_order(bound)


def in_order(rows: list[dict[str, Any]]) -> list[str]:
    """Return rows whose order is left to ClickHouse."""
    return sorted(map(repr, rows))


def test_a_breakdown_says_why_it_reads_the_facts(ask: Service) -> None:
    answer = ask.answer(ask.question("um_filed", period="2026-W46", by="department"))
    assert answer.trace is not None
    assert answer.trace.table == "fact_case"
    assert answer.trace.rejected[0].reason.startswith("dimension_not_held")


def test_freshness_names_late_feeds(ask: Service) -> None:
    ages = {one.source: one for one in ask.freshness()}
    assert set(ages) == {"hotline", "urban", "calls", "field", "sensors", "registers"}
    for one in ages.values():
        assert one.as_of is not None
        assert one.as_of.utcoffset() == dt.timedelta(hours=8)
    assert not ages["registers"].is_stale


def test_latest_events_are_newest_first(city: Loaded) -> None:
    found = city.service.latest_events(limit=10)
    rows = current(city.deliveries)
    wanted = [
        row["at"]
        for shape in ("case", "event")
        for row in rows[shape].to_dicts()  # type: ignore[index]
        if NOW - dt.timedelta(days=3) <= row["at"] <= NOW
        and (
            row["kind"] in ("alarm", "emergency")
            or (row.get("urgency") in ("紧急", "特急") and row["is_void"] == 0)
        )
    ]
    assert [one["at"] for one in found] == sorted(wanted, reverse=True)[:10]
    assert {one["level"] for one in found} <= {"red", "amber", "info"}


def test_an_unknown_word_is_met_with_the_near_one(ask: Service) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'appeals_accepted'"):
        ask.question("appeals_acepted")
    with pytest.raises(UnknownName, match="Did you mean 'department'"):
        ask.question("um_filed", by="departmnt")
    with pytest.raises(UnknownName, match="Did you mean 'street'"):
        ask.question("um_filed", level="stret")
    with pytest.raises(UnknownName, match="unknown area '123'"):
        ask.question("um_filed", area="123")


@pytest.mark.parametrize("indicator", ["appeals_accepted", "appeals_close_rate", "appeals_open"])
def test_a_history_is_what_each_of_its_windows_says(ask: Service, indicator: str) -> None:
    question = ask.question(
        indicator, period=PERIOD, level="street", by="category", compare=("history",)
    )
    answer = ask.answer_many([question])[0]
    assert len(answer.history) == 8
    for back in (1, 2, 8):
        days = question.period.shifted(-7 * back)
        plain = ask.question(indicator, period=span(days.start, days.end), level="street",
                             by="category", compare=())  # fmt: skip
        then = ask.answer_many([plain])[0]
        assert answer.history[back - 1] == then.figure
        found = {one.key: one.history[back - 1] for one in answer.children}
        areas = {one.key: one.figure for one in then.children}
        assert all(areas.get(key, one) == one for key, one in found.items())
        assert {key for key, one in areas.items() if one.value} <= set(found)
        parts = {one.key: one.figure for one in then.breakdown}
        told = {one.key: one.history[back - 1] for one in answer.breakdown}
        assert {key: told[key] for key in parts} == parts


def test_many_columns_are_read_in_one_statement_and_say_what_each_says_alone(
    ask: Service,
) -> None:
    questions = [ask.question("appeals_accepted", period="2026-11", by=one) for one in COLUMNS]
    before = len(ask.store.journal)
    together = ask.answer_many(questions)
    tags = [line.tag for line in list(ask.store.journal)[before:]]
    assert tags.count("ask.breakdown") == 1
    for question, answer in zip(questions, together, strict=True):
        assert answer.breakdown == ask.answer_many([question])[0].breakdown
        assert sum(one.figure.value or 0 for one in answer.breakdown) == answer.figure.value


def test_cells_add_up_to_the_breakdown_and_to_the_areas(ask: Service) -> None:
    question = ask.question(
        "appeals_accepted", period="2026-11", level="street", by="category", crossed=True
    )
    answer = ask.answer_many([question])[0]
    by_value, by_area = Counter(), Counter()
    for (area, value), cell in answer.cells.items():
        by_value[value] += cell.figure.value
        by_area[area] += cell.figure.value
    values = {one.key: one.figure.value for one in answer.breakdown if one.figure.value}
    assert {key: count for key, count in by_value.items() if count} == values
    areas = {one.key: one.figure.value for one in answer.children if one.figure.value}
    assert {key: count for key, count in by_area.items() if count} == areas


@pytest.mark.parametrize("indicator", ["appeals_accepted", "appeals_close_rate"])
def test_the_parts_of_a_change_are_the_change_in_the_store_too(
    ask: Service, indicator: str
) -> None:
    answer, why = ask_why(ask, ask.question(indicator, period="2026-11"))
    assert why is not None
    scale = answer.indicator.factor
    wanted = (answer.figure.value - answer.previous.value) / scale
    assert why.change == pytest.approx(wanted, abs=1e-12)
    assert {"area", "category"} <= {cut.id for cut in why.cuts}
    for cut in why.cuts:
        assert sum(one.effect for one in cut.shares) == pytest.approx(wanted, abs=1e-12), cut.id


def test_what_has_no_parts_is_not_split(ask: Service) -> None:
    for indicator in ("appeal_reporters", "appeals_per_10k", "appeal_handle_hours_p90"):
        assert ask_why(ask, ask.question(indicator, period="2026-11"))[1] is None


def test_places_are_the_cases_that_have_one(ask: Service, city: Loaded) -> None:
    question = ask.question("appeals_accepted", period="2026-11")
    rows = ask.cases(question, limit=1000).rows
    placed = {row["id"] for row in rows if row["lon"] is not None and row["lat"] is not None}
    found = ask.places(question, limit=1000)
    assert {row["id"] for row in found.rows} == placed
    assert found.total == len(placed)
    if placed:
        few = ask.places(question, limit=1)
        assert (len(few.rows), few.total) == (1, found.total)


def test_a_distribution_holds_every_value_once(ask: Service) -> None:
    question = ask.question("appeal_handle_hours_p90", period="2026-11")
    rows = ask.cases(question, limit=1000).rows
    found = ask.distribution(question)
    if found is None:
        assert len(rows) < 24
        return
    assert found.total == len(rows)
    hours = sorted(_hours(row) for row in rows)
    assert found.quantiles[0][1] == pytest.approx(hours[len(hours) // 2], rel=0.5)
    assert found.edges[0] <= hours[0]


def _hours(row: dict[str, dt.datetime]) -> float:
    return (row["closed_at"] - row["accepted_at"]).total_seconds() / 3600


def test_a_silent_window_says_nothing_about_a_part(ask: Service) -> None:
    question = ask.question("appeals_accepted", period="2024-W10", compare=("prev", "history"))
    _, why = ask_why(ask, question)
    assert why is None


def test_hot_spots_are_counts_of_the_cases(ask: Service) -> None:
    question = ask.question("appeals_accepted", period="2026-11", compare=("history",))
    rows = ask.cases(question, limit=1000).rows
    found = ask.hot_spots(question)
    at_place = Counter((row["address"], row["subcategory"]) for row in rows if row["address"])
    wanted = {key: count for key, count in at_place.items() if count >= 3}
    assert {(one.address, one.subcategory): one.cases for one in found.places} == wanted
    by_unit = Counter(row["department"] for row in rows if row["department"])
    assert {one.name: one.cases for one in found.units} == by_unit
    for one in found.units:
        mine = [row for row in rows if row["department"] == one.name]
        assert one.closed == sum(row["closed_at"] is not None for row in mine)
        assert one.late == sum(
            row["closed_at"] is not None and row["due_at"] is not None
            and row["closed_at"] > row["due_at"]
            for row in mine
        )  # fmt: skip
        assert one.bad == sum(row["satisfaction"] in ("不满意", "非常不满意") for row in mine)
        assert dict(one.causes) == Counter(row["subcategory"] for row in mine)
    with pytest.raises(BadQuestion, match="not made of cases"):
        ask.hot_spots(ask.question("pm25_avg", period="2026-11"))
