"""What a question through the service brings: rows behind numbers, whole screens, history."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from metrics import calendar, planner
from metrics.errors import BadQuestion, UnknownName
from metrics.fetch import fetch
from metrics.question import Question, Viewer
from metrics.service import Service
from metrics.store import Store
from tests.support.facts import NOW, current
from tests.support.facts_store import Loaded, catalogue, loaded

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
