"""Daily, monthly and quarterly briefings: their words, their windows, and fair comparison."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from benchmarks.briefing_truth import contradictions
from layouts.briefing.manuscript import manuscript
from layouts.briefing.sentences import sentence
from metrics.answer import Child, Figure, Freshness
from metrics.briefing import BriefingContent, compose
from metrics.briefing.edition import earlier, prior
from metrics.briefing.normal import counts, rest_weight
from metrics.calendar import Period, parse_period, span, week
from tests.support.briefing_city import TODAY, Cell, Town

OCTOBER, DAY, QUARTER = "2026-10", "2026-11-12", "2026-Q3"
HOLIDAYS = {dt.date(2026, 9, 25), *(dt.date(2026, 10, day) for day in range(1, 8))}
"""Mid-Autumn, and National Day from Thursday to Wednesday, as published for 2026."""


def briefing(text: str, town: Town | None = None) -> BriefingContent:
    period = parse_period(text, TODAY)
    return compose(town or Town(), period=period, city_title="青川区", is_demo=True)


def told(content: BriefingContent) -> dict[str, str]:
    return {fact.id: sentence(fact) for fact in content.facts}


@pytest.mark.parametrize(
    ("text", "masthead", "issue", "this", "before"),
    [
        (DAY, "城市运行日报", "〔2026〕第316期", "当日", "前一日"),
        (OCTOBER, "城市运行月报", "〔2026〕第10期", "本月", "上期"),
        (QUARTER, "城市运行季报", "〔2026〕第3期", "本季度", "上期"),
    ],
)
def test_every_rhythm_has_its_name_and_words(
    text: str, masthead: str, issue: str, this: str, before: str
) -> None:
    content = briefing(text)
    said = manuscript(content)
    assert (content.masthead, said.issue) == (masthead, issue)
    assert content.sections[0].tables[0].head[1] == this
    assert [one.name for one in content.sections[1].charts[1].series] == [this, before]
    assert list(contradictions(content)) == []
    everything = "".join(said.texts)
    assert "本周" not in everything
    assert "上周" not in everything
    assert content.content_hash == briefing(text).content_hash


def test_the_span_of_one_day_is_that_day() -> None:
    content = briefing(DAY)
    assert manuscript(content).span == "（11月12日）"
    assert told(content)["overview.appeals"].startswith("11月12日，全区共受理群众诉求")
    assert "日均" not in told(content)["overview.appeals"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DAY, ("2026-11-11", "2026-11-11")),  # the day before
        ("2026-W46", ("2026-11-02", "2026-11-08")),
        (OCTOBER, ("2026-08-31", "2026-09-30")),  # as long, just before
        (QUARTER, ("2026-03-31", "2026-06-30")),
    ],
)
def test_a_change_is_to_the_window_that_asking_takes(text: str, expected: tuple[str, str]) -> None:
    window = prior(parse_period(text, TODAY))
    assert (window.start.isoformat(), window.end.isoformat()) == expected


def test_what_the_month_before_means_is_said() -> None:
    assert "环比的上期为此前天数相同的8月31日至9月30日" in told(briefing(OCTOBER))["notes.window"]
    assert "环比" not in told(briefing("2026-W46"))["notes.window"]


def test_a_day_is_held_against_its_own_weekday() -> None:
    days = [earlier(parse_period(DAY, TODAY), back).start for back in (1, 2, 8)]
    assert [day.isoformat() for day in days] == ["2026-11-05", "2026-10-29", "2026-09-17"]


def test_a_month_that_stands_out_is_named_by_months() -> None:
    def flood(back: int, _street: int, _category: int, cell: Cell) -> Cell:
        # The last full week is that of 9 November; October lies two to six weeks before it.
        return (cell[0] * 1.5, cell[1] * 1.5) if 2 <= back <= 6 else cell

    said = told(briefing(OCTOBER, Town(plant=flood)))
    assert said["overview.unusual.appeals_accepted"].endswith(
        ("个月新高。", "明显高于近8个月平均水平。")
    )
    assert "overview.unusual.appeals_accepted" not in told(briefing(OCTOBER, Town(seed=3)))


def daily(count: float, off: float) -> dict[dt.date, float | None]:
    """Days from July on of which only those off differ; the make-up days of 2026 are worked."""
    first, found = dt.date(2026, 6, 29), {}
    make_up = {dt.date(2026, 9, 20), dt.date(2026, 10, 10)}
    for k in range(140):
        day = first + dt.timedelta(days=k)
        is_off = day in HOLIDAYS or (day.weekday() >= 5 and day not in make_up)
        found[day] = off if is_off else count
    return found


def test_a_week_of_holidays_is_as_usual_by_its_working_days() -> None:
    """Seven days of 60 against five of 100 and two of 60: less, and yet nothing happened."""
    weeks = [week(2026, number) for number in range(32, 41)]
    # The last week is 28 September to 4 October: three days worked, four off.
    found = counts(daily(100.0, 60.0), weeks)
    assert found[-1] is not None
    assert found[-1].value == 3 * 100 + 4 * 60
    usual = [one for one in found[:-1] if one is not None]
    assert [one.value for one in usual][:3] == [620.0, 620.0, 620.0]
    assert [one.level for one in usual] == pytest.approx([540.0] * 8)


def test_a_day_off_counts_for_what_it_is_used_to() -> None:
    days = {day: n for day, n in daily(100.0, 40.0).items() if day < dt.date(2026, 10, 1)}
    assert rest_weight(days) == pytest.approx(0.4)
    assert rest_weight({day: n for day, n in days.items() if day.weekday() < 3}) == 1.0


def test_a_period_with_too_many_gaps_has_no_count() -> None:
    days = daily(10.0, 10.0)
    month: list[Period] = [parse_period("2026-08", TODAY), parse_period("2026-09", TODAY)]
    for day in (3, 4, 5):
        days[dt.date(2026, 8, day)] = None
    held = counts(days, month)[0]  # 28 of 31
    assert held is not None
    assert held.level == pytest.approx(300.0)
    days[dt.date(2026, 8, 6)] = None
    assert counts(days, month)[0] is None


def test_days_without_a_word_are_named_also_when_the_feed_is_back() -> None:
    first = dt.date(2026, 6, 1)
    every = {first + dt.timedelta(days=k) for k in range(180)}
    gone = {dt.date(2026, 11, 10), dt.date(2026, 11, 11), dt.date(2026, 11, 14)}
    back = dt.datetime(2026, 11, 22, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    town = Town(
        feeds=(
            Freshness("hotline", "12345热线", back, is_stale=False, rhythm="1h"),
            Freshness("register", "台账", back, is_stale=False, rhythm="30d"),
        ),
        spoken={
            "hotline": frozenset(every - gone),
            "register": frozenset(dt.date(2026, month, 1) for month in range(1, 12)),
        },
    )
    said = told(briefing("2026-W46", town))
    assert said["notes.silent"] == (
        "统计时段内有缺报的来源：12345热线（11月10日至11月11日、11月14日）。相关指标可能偏低。"
    )
    assert "notes.fresh" not in said


def test_nothing_is_compared_with_the_time_before_the_data() -> None:
    first = dt.date(2025, 9, 24)
    spoken = {"hotline": frozenset(first + dt.timedelta(days=k) for k in range(430))}
    content = briefing(QUARTER, Town(spoken=spoken))
    pieces = {piece.id: piece for piece in content.evidence}
    piece = pieces["appeals_accepted/100/2026-07-01..2026-09-30"]
    assert piece.previous is not None
    assert piece.year_ago is None
    assert piece.year_change is None
    assert "同比" not in told(content)["overview.appeals"]
    assert span(first, first).start > dt.date(2025, 7, 1)


def crossed(usual: int, there: int, *indicators: str) -> Town:
    """A town whose cells are as ever but for one street's smoke, in the week's reports."""
    cells = {
        (f"1{street:02d}", name): Child(
            name, name, Figure(float(there if (street, name) == (3, "油烟") else usual)), Figure(),
            Figure(), history=tuple(
                Figure(float(usual - 2 + (street + back) % 5)) for back in range(8)
            ),
        )
        for street in range(1, 9) for name in ("油烟", "噪声")
    }  # fmt: skip

    class Crossed(Town):
        def _answer(self, question):
            answer = super()._answer(question)
            if not question.crossed or question.indicator not in indicators:
                return answer
            whole = Figure(16.0 * usual)
            return replace(answer, cells=cells, history=(whole,) * 8, figure=whole)

    return Crossed()


def test_a_surge_of_one_class_in_one_street_is_named_there() -> None:
    """One of sixteen cells holds three times as many as ever."""
    said = told(briefing("2026-W46", crossed(22, 66, "um_reported")))
    assert said["management.surge.um_reported"] == (
        "城管案件上报数局部突增：河畔街道油烟（66件），明显高于近8周水平。"
    )
    assert not any("surge" in id_ for id_ in told(briefing("2026-W46")))


def test_what_each_source_hardly_shows_their_sum_names() -> None:
    """18 where 8 are usual is chance among so many cells; twice 18 is none."""
    alone = told(briefing("2026-W46", crossed(8, 18, "um_reported")))
    assert not any("surge" in id_ for id_ in alone)
    both = told(briefing("2026-W46", crossed(8, 18, "um_reported", "grid_reports")))
    assert [id_ for id_ in both if "surge" in id_] == ["appeals.surge.together"]
    assert both["appeals.surge.together"] == (
        "多个来源合计，局部突增：河畔街道油烟（城管案件上报数18件、网格上报数18件），"
        "合计明显高于近8周水平。"
    )
