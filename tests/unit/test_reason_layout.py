"""What is said of a change, and the sentences that stand where there is nothing to draw."""

import datetime as dt
import math

from cockpit.view_state import ViewState
from layouts import reason_texts as words
from layouts.drill.reason_panel import Reason, chosen, reason_panel
from layouts.drill.reason_sentence import reason
from layouts.figures.calendar_heat import weeks_of
from layouts.figures.waterfall import steps, waterfall
from metrics.answer import Answer, Figure
from metrics.insight.cut import AREA, Cut, Element
from metrics.insight.explanation import Explanation, explain
from tests.unit.test_drill_layout import YESTERDAY, a_rate, an_answer, an_indicator
from tests.unit.test_drill_layout import words as said

STREETS = {"101": "甲街道", "102": "乙街道"}
WEEKS = [(1000, 400), (1010, 405), (990, 395), (1005, 400), (995, 402), (1000, 398)] * 2


def counted(now: tuple[int, int]) -> tuple[Explanation, Answer]:
    elements = tuple(
        Element(key, name, (float(now[k]), 0.0), (float(WEEKS[0][k]), 0.0),
                tuple((float(week[k]), 0.0) for week in WEEKS[:8]))
        for k, (key, name) in enumerate(STREETS.items())
    )  # fmt: skip
    cut = Cut(AREA, elements)
    answer = an_answer(an_indicator(), Figure(float(sum(now)), float(sum(now))),
                       previous=Figure(1400.0, 1400.0))  # fmt: skip
    return explain("count", cut.total, [cut]), answer


def test_an_ordinary_change_is_called_ordinary() -> None:
    why, answer = counted((1003, 399))
    text = reason(why, answer, "街道", STREETS)
    assert text == ("甲区受理量1,402件,比上期(11-20)的1,400件增加2件(▲0.1%),"
                    "在近8期的正常波动范围内,"
                    "没有哪个街道或类别的变化大到值得单独说明。")  # fmt: skip


def test_who_carried_a_change_is_named_with_its_points() -> None:
    why, answer = counted((1002, 800))
    text = reason(why, answer, "街道", STREETS)
    assert (
        "明显高于近8期的水平。从街道看,增量主要来自乙街道(800,增加400,拉动28.6个百分点)。" in text
    )
    assert "甲街道" not in text


def test_the_waterfall_ends_where_the_change_is() -> None:
    why, _ = counted((900, 800))
    shown = steps(why.cuts[0].shares, most=1)
    assert [name for _, name, _ in shown][-1] == words.WHOLE_CHANGE
    assert math.fsum(effect for _, _, effect in shown[:-1]) == shown[-1][2] == 300
    figure = waterfall(why.cuts[0].shares, say=str, href=lambda _: "", tone=lambda _: "#fff")
    bars = figure.data[0]
    ends = [base + step for base, step in zip(bars.base, bars.x, strict=True)]
    assert ends[-2] == ends[-1] == 300


def test_what_cannot_be_split_says_so() -> None:
    none = Reason(None, "街道", STREETS)
    view = ViewState(indicator="accepted")
    index = an_answer(an_indicator(kind="distinct", key="id"), Figure(4.0))
    assert words.NOT_SPLIT in said(reason_panel(none, index, view, lambda _: ""))
    empty = an_answer(an_indicator(), Figure())
    assert words.NO_BEFORE in said(reason_panel(none, empty, view, lambda _: ""))


def test_a_short_history_is_not_judged() -> None:
    elements = tuple(Element(key, name, (9.0, 10.0), (5.0, 10.0)) for key, name in STREETS.items())
    cut = Cut(AREA, elements)
    why = explain("rate", cut.total, [cut])
    answer = an_answer(a_rate(), Figure(90.0, 18.0, 20.0), previous=Figure(50.0, 10.0, 20.0))
    assert words.SHORT in reason(why, answer, "街道", STREETS)
    assert chosen(why, "channel") is why.cuts[0]


def test_the_calendar_begins_on_a_monday_and_keeps_gaps() -> None:
    first = dt.date(2026, 11, 4)  # a Wednesday
    series = [(first + dt.timedelta(days=k), float(k)) for k in range(18)]
    mondays, values = weeks_of([*series[:5], (series[5][0], None), *series[6:]])
    assert mondays == [dt.date(2026, 11, 2), dt.date(2026, 11, 9), dt.date(2026, 11, 16)]
    assert values[0] == [None, None, 12.0]
    assert values[2] == [0.0, 7.0, 14.0]
    assert weeks_of(())[0] == []
    assert YESTERDAY.end in {day for day, _ in series}
