"""What a briefing says: bound to its numbers, the same for the same data, silent without cause."""

import datetime as dt
import itertools
import math
import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.briefing.sentences import cell, phrase, sentence
from metrics.briefing import BriefingContent, compose
from metrics.briefing.content import Evidence, Fact, Slot
from metrics.calendar import parse_period, week
from metrics.errors import BadQuestion
from metrics.insight.movers import contributions, main_movers, rate_mix
from metrics.insight.significance import dispersion, level_z, many_gate, record, streak, wilson
from tests.support.briefing_city import COUNTS, MEASURES, RATES, TODAY, Cell, Town, feeds

W46 = week(2026, 46)
SHANGHAI = ZoneInfo("Asia/Shanghai")
counts = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 5000), min_size=1)
pairs = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.integers(0, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
)


def briefing(town: Town, **more: object) -> BriefingContent:
    return compose(town, period=W46, city_title="青川区城市运行驾驶舱", is_demo=True, **more)


def surge(back: int, street: int, category: int, cell: Cell) -> Cell:
    """Road damage ×1.5 and slow in the last week; 北岸街道 slow for ever."""
    cases, ontime = cell
    if back == 0 and category == 1:
        cases = float(round(cases * 1.5))
        ontime = float(round(cases * 0.85))
    if street == 4:
        ontime = float(round(cases * 0.88))
    return cases, min(ontime, cases)


def storm(back: int, street: int, category: int, cell: Cell) -> Cell:
    """Everything ×1.1, road damage ×2.2 in the last week."""
    factor = 1.0 if back else 2.2 if category == 1 else 1.1
    return float(round(cell[0] * factor)), float(round(cell[1] * factor))


def slump(back: int, street: int, category: int, cell: Cell) -> Cell:
    factor = 1.0 if back else 0.4 if category == 4 else 0.9
    return float(round(cell[0] * factor)), float(round(cell[1] * factor))


TOWNS = {
    "quiet": Town(seed=3),
    "surge": Town(seed=1, plant=surge),
    "storm": Town(seed=2, plant=storm),
    "slump": Town(seed=5, plant=slump, missing=frozenset({"iot_alarm_total"})),
}


@pytest.fixture(scope="module", params=sorted(TOWNS))
def content(request: pytest.FixtureRequest) -> BriefingContent:
    return briefing(TOWNS[request.param])


def slots(content: BriefingContent) -> Iterator[Slot]:
    for section in content.sections:
        for fact in section.sentences:
            yield from fact.slots
        for table in section.tables:
            yield from itertools.chain.from_iterable(table.rows)


def texts(content: BriefingContent) -> dict[str, str]:
    return {fact.id: sentence(fact) for fact in content.facts}


def recomputed(slot: Slot, proof: list[Evidence]) -> float | None:
    """The slot's number from its evidence alone, by the words of ``ORIGINS``."""
    first = proof[0]
    match slot.origin:
        case "value":
            return first.value
        case "per_day":
            start, end = (dt.date.fromisoformat(day) for day in first.period.split(".."))
            return first.value / ((end - start).days + 1)
        case "change" | "year_change":
            other = first.previous if slot.origin == "change" else first.year_ago
            if other is None or first.value is None or (first.unit != "%" and other == 0):
                return None
            return first.value - other if first.unit == "%" else first.value / other - 1
        case "difference":
            return first.value - first.previous
        case "contribution":
            return (first.value - first.previous) / proof[1].previous * 100
        case "element_effect":
            now, before, whole, whole_before = proof
            weight = now.denominator / whole.denominator
            weight_before = before.denominator / whole_before.denominator
            return (weight + weight_before) / 2 * (now.value - before.value)
        case "rate_effect" | "mix_effect":
            half = len(proof) // 2
            now, before = proof[:half], proof[half:]
            cases, cases_before = (sum(p.denominator for p in side) for side in (now, before))
            rate = sum(
                (a.denominator / cases + b.denominator / cases_before) / 2 * (a.value - b.value)
                for a, b in zip(now, before, strict=True)
            )
            change = 100 * (
                sum(p.numerator for p in now) / cases
                - sum(p.numerator for p in before) / cases_before
            )
            return rate if slot.origin == "rate_effect" else change - rate
    raise AssertionError(slot.origin)


def test_every_number_follows_from_its_evidence(content: BriefingContent) -> None:
    evidence = {piece.id: piece for piece in content.evidence}
    checked = 0
    for slot in slots(content):
        if slot.origin in ("text", "constant", "count"):
            continue
        expected = recomputed(slot, [evidence[id_] for id_ in slot.evidence])
        if slot.number is None or expected is None:
            assert slot.number is expected
        else:
            assert slot.number == pytest.approx(expected, rel=1e-9, abs=1e-9), slot
        checked += 1
    assert checked > 80


def test_chart_points_are_evidence(content: BriefingContent) -> None:
    evidence = {piece.id: piece for piece in content.evidence}
    charts = [chart for section in content.sections for chart in section.charts]
    assert [chart.id for chart in charts] == ["trend", "categories"]
    for chart in charts:
        for series in chart.series:
            assert len(series.values) == len(chart.categories)
            assert series.values == tuple(evidence[id_].value for id_ in series.evidence)


def test_words_hold_no_digit_and_every_evidence_is_used(content: BriefingContent) -> None:
    for fact in content.facts:
        literal = "".join(part for part in fact.parts if isinstance(part, str))
        assert not re.search(r"\d", literal), fact.id
    used = {id_ for slot in slots(content) for id_ in slot.evidence}
    for section in content.sections:
        for chart in section.charts:
            used |= {id_ for series in chart.series for id_ in series.evidence}
        for picture in section.pictures:
            used |= {*picture.evidence, *(place.evidence for place in picture.places)}
    told = {piece.id for piece in content.told}
    used |= {id_ for trend in content.trends for id_ in trend.evidence}
    assert told <= used
    assert used == {piece.id for piece in content.evidence}
    assert len(content.evidence) == len(used)


def test_words_of_direction_agree_with_the_sign(content: BriefingContent) -> None:
    up, down = ("上升", "增长", "提高", "增加", "拉动"), ("下降", "减少", "下拉")
    seen = 0
    for slot in slots(content):
        if slot.kind in ("change", "points", "difference", "push") and slot.number is not None:
            text = phrase(slot)
            seen += any(word in text for word in (*up, *down))
            assert "−" not in text
            assert "-" not in text
            assert not (slot.number < 0 and any(word in text for word in up)), text
            assert not (slot.number > 0 and any(word in text for word in down)), text
    assert seen > 10


def test_same_data_same_text_and_hash(content: BriefingContent) -> None:
    kept = BriefingContent.model_validate_json(content.model_dump_json(indent=1))
    assert kept == content
    assert kept.computed_hash() == content.content_hash
    assert texts(kept) == texts(content)


def test_composed_twice_is_the_same_and_one_case_more_is_not() -> None:
    def one_more(back: int, street: int, category: int, cell: Cell) -> Cell:
        return (cell[0] + 1, cell[1]) if (back, street, category) == (0, 2, 2) else cell

    first, again = briefing(Town(seed=3)), briefing(Town(seed=3))
    assert first.canonical_json() == again.canonical_json()
    assert first.content_hash != briefing(Town(seed=3, plant=one_more)).content_hash


def test_planted_events_are_named() -> None:
    told = texts(briefing(TOWNS["surge"]))
    by_rate = next(text for id_, text in told.items() if id_.startswith("appeals.rate"))
    assert "道路破损由" in by_rate
    assert "降至" in by_rate
    assert "的有1个：北岸街道（" in told["appeals.laggards"]
    assert "道路破损" in told["appeals.shifted.category"]


def test_a_moved_total_names_who_carried_it() -> None:
    told = texts(briefing(TOWNS["storm"]))
    assert told["appeals.moved.category"].startswith("从类别看，增量主要来自道路破损（")
    assert "拉动" in told["appeals.moved.category"]
    assert "诉求受理量" in told["overview.unusual.appeals_accepted"]
    fewer = texts(briefing(TOWNS["slump"]))["appeals.moved.category"]
    assert fewer.startswith("从类别看，减量主要来自物业纠纷（")
    assert "下拉" in fewer


def test_quiet_weeks_stay_quiet() -> None:
    """Over-dispersed noise alone: no rule may talk in more than about one week in seven."""
    talk = dict.fromkeys(("category", "area", "rate", "laggards"), 0)
    weeks = 28
    for seed in range(weeks):
        told = texts(briefing(Town(seed=1000 + seed, spread=3.0)))
        talk["category"] += any(".category" in id_ for id_ in told)
        talk["area"] += any(".area" in id_ for id_ in told)
        talk["rate"] += any(id_.startswith("appeals.rate") for id_ in told)
        talk["laggards"] += "appeals.laggards" in told
    assert all(number <= weeks / 7 for number in talk.values()), talk
    assert talk["laggards"] <= 2


def test_no_data_is_said_and_never_zero() -> None:
    town = Town(
        missing=frozenset({"appeals_accepted", "appeals_ontime_rate", "pm25_avg"}),
        feeds=feeds({"12345热线": None, "空气监测": dt.datetime(2026, 11, 12, 9, tzinfo=SHANGHAI)}),
    )
    content = briefing(town)
    told = texts(content)
    assert told["overview.appeals"] == "11月9日至11月15日，全区群众诉求受理量暂无数据。"
    assert "PM2.5浓度" in told["safety.gaps"]
    assert told["notes.absent"] == "尚无数据的来源：12345热线。相关指标以“—”表示。"
    assert "空气监测（截至11月12日9时00分）" in told["notes.late"]
    table = content.sections[0].tables[0]
    row = next(row for row in table.rows if row[0].text == "诉求受理量")
    assert [cell(slot) for slot in row[1:]] == ["—", "—", "—"]
    assert not any("appeals.moved" in id_ or "appeals.rate" in id_ for id_ in told)


def test_an_indicator_the_city_lacks_is_left_out_without_a_word() -> None:
    content = briefing(Town(unknown=frozenset({"water_level_max", "appeals_satisfaction_rate"})))
    everything = "".join(texts(content).values())
    assert "水位" not in everything
    assert "满意率" not in everything
    assert "满意率" not in content.sections[4].tables[0].head


def test_a_feed_is_judged_against_the_week_not_the_clock() -> None:
    town = Town(feeds=feeds({"12345热线": dt.datetime(2026, 11, 15, 23, 50, tzinfo=SHANGHAI)}))
    assert texts(briefing(town))["notes.fresh"] == "各数据来源均覆盖统计时段。"


def test_a_running_week_says_so_and_compares_nothing() -> None:
    running = Town(today=W46.start + dt.timedelta(days=2), plant=storm)
    told = texts(briefing(running))
    assert "截至11月11日" in told["overview.running"]
    assert not any(part in id_ for id_ in told for part in ("moved", "shifted", "unusual", "rate."))


def test_only_a_known_rhythm_with_indicators_makes_a_briefing() -> None:
    with pytest.raises(BadQuestion, match="is not a day, week, month or quarter"):
        compose(Town(), period=parse_period("2025", TODAY), city_title="", is_demo=False)
    with pytest.raises(BadQuestion, match="none of the briefing's indicators"):
        briefing(Town(unknown=frozenset({*COUNTS, *RATES, *MEASURES})))


def test_a_section_keeps_its_budget_by_score_then_id() -> None:
    for section in briefing(TOWNS["surge"]).sections:
        order = [(-fact.score, fact.id) for fact in section.sentences]
        assert order == sorted(order)
        assert len(order) <= 13


@given(counts, counts)
def test_contributions_sum_to_the_growth(now: dict[str, int], before: dict[str, int]) -> None:
    found = contributions(now, before, {})
    assert sum(mover.difference for mover in found) == sum(now.values()) - sum(before.values())
    if base := sum(before.values()):
        growth = (sum(now.values()) - base) / base
        assert math.fsum(mover.contribution for mover in found) == pytest.approx(
            growth, rel=1e-12, abs=1e-12
        )


@given(pairs, pairs)
def test_rate_and_mix_are_the_whole_change(
    now: dict[str, tuple[int, int]], before: dict[str, tuple[int, int]]
) -> None:
    split = rate_mix(now, before)
    cases, cases_before = (sum(n for _, n in side.values()) for side in (now, before))
    if not cases or not cases_before:
        assert split is None
        return
    assert split is not None
    change = sum(k for k, _ in now.values()) / cases - sum(k for k, _ in before.values()) / (
        cases_before
    )
    assert abs(split.rate + split.mix - change) < 1e-12
    assert abs(split.change - change) < 1e-12


def test_main_movers_stop_when_most_is_explained() -> None:
    now, before = {"a": 400, "b": 130, "c": 105, "d": 60}, dict.fromkeys("abcd", 100)
    z = {"a": 9.0, "b": 4.0, "c": 0.4, "d": -5.0}
    chosen, against = main_movers(contributions(now, before, z), 2.5)
    assert [mover.key for mover in chosen] == ["a"]
    assert [mover.key for mover in against] == ["d"]


def test_an_element_that_only_returns_is_not_a_mover() -> None:
    now, before = {"a": 100, "b": 300}, {"a": 60, "b": 100}
    chosen, _ = main_movers(contributions(now, before, {"a": -3.0, "b": 8.0}), 2.5)
    assert [mover.key for mover in chosen] == ["b"]


def test_a_handful_of_cases_is_no_mover() -> None:
    now, before = {"a": 19, "b": 20}, {"a": 2, "b": 2}
    chosen, _ = main_movers(contributions(now, before, {"a": 9.0, "b": 9.0}), 2.5)
    assert [mover.key for mover in chosen] == ["b"]


def test_a_rate_over_few_cases_is_told_without_its_change() -> None:
    def few(back: int, street: int, category: int, cell: Cell) -> Cell:
        return (1.0, 1.0) if (street, category) == (0, 0) else (0.0, 0.0)

    told = texts(briefing(Town(plant=few)))
    assert "按期处置率100.0%＊。" in told["management.cases"]


def test_level_test_widens_with_dispersion() -> None:
    assert dispersion([[10, 10, 10, 10]]) == 1.0
    calm, wild = [100.0] * 8, [60.0, 140.0] * 4
    assert level_z(130, calm, dispersion([calm])) == pytest.approx(30 / math.sqrt(112.5))
    assert abs(level_z(130, wild, dispersion([wild]))) < 1
    assert level_z(5, [], 1.0) == 0.0


def test_wilson_against_published_values() -> None:
    # Newcombe (1998), table I: 81/263 and 0/20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert many_gate(26) == pytest.approx(3.10, abs=0.01)


def test_records_and_streaks_end_at_a_gap() -> None:
    rising = [float(number) for number in range(40)]
    assert record(rising) is not None
    assert record(rising).side == "high"
    assert record(rising).weeks == 40
    assert record([*rising[:20], None, *rising[21:]]) is None
    assert record([*([5.0] * 30), 5.0]) is None
    assert record([]) is None
    assert streak([1, 2, 3, 4]) == 3
    assert streak([5, 4, 3, 3]) == 0
    assert streak([1, 9, 8, 7]) == -2
    assert streak([1, None, 2, 3]) == 1


def slot(kind: str, number: float | None, **more: object) -> Slot:
    return Slot.model_validate({"kind": kind, "origin": "value", "number": number, **more})


@pytest.mark.parametrize(
    ("made", "in_prose", "in_table"),
    [
        (slot("amount", 5768, unit="件", decimals=0), "5768件", "5768件"),
        (slot("amount", 123456, unit="件", decimals=0), "12.35万件", "12.35万件"),
        (slot("amount", 87.25, unit="%", decimals=1, is_small=True), "87.3%＊", "87.3%＊"),
        (slot("amount", None, unit="件"), "暂无数据", "—"),
        (slot("change", 0.0834, versus="prev", base=90, decimals=0), "环比上升8.3%", "+8.3%"),
        (slot("change", -0.1, versus="yoy", base=90, decimals=0), "同比下降10.0%", "−10.0%"),
        (slot("change", 0.004, versus="prev", base=90, decimals=0), "环比基本持平", "+0.4%"),
        (slot("change", 1.25, versus="yoy", base=90, decimals=0), "同比增长1.3倍", "+125.0%"),
        (slot("change", 2.0, versus="prev", base=3, unit="件", decimals=0), "上周为3件", "—"),
        (slot("change", -0.5, versus="yoy", base=4, unit="起", decimals=0), "去年同期为4起", "—"),
        (slot("points", -0.74, unit="%", versus="prev"), "环比下降0.7个百分点", "−0.7个百分点"),
        (slot("points", 0.04, unit="%", versus="prev"), "环比持平", "0.0个百分点"),
        (slot("difference", -173, unit="件"), "减少173件", "减少173件"),
        (slot("push", 2.94), "拉动2.9个百分点", "拉动2.9个百分点"),
        (slot("effect", -0.55), "−0.6个百分点", "−0.6个百分点"),
        (slot("period", None, text="2026-11-09..2026-11-15"), "11月9日至11月15日",
         "11月9日至11月15日"),
    ],
)  # fmt: skip
def test_wording(made: Slot, in_prose: str, in_table: str) -> None:
    assert phrase(made) == in_prose
    assert cell(made) == in_table


def test_a_sentence_is_its_parts_in_order() -> None:
    fact = Fact(id="x", section="y", score=1, parts=("有", slot("number", 3), "个{a}。"))
    assert sentence(fact) == "有3个{a}。"
