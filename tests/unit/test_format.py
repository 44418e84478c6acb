"""The rule book of written values: rounding, long numbers, changes, dates and ages."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from layouts import format as book
from layouts.theme import css_variables, plotly_template
from metrics.calendar import Period, day, month, span, week
from metrics.indicator import Indicator

CITY = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 22, 10, 0, tzinfo=CITY)
TODAY = NOW.date()


def indicator(**changes: object) -> Indicator:
    written = {
        "id": "x", "name": "甲", "name_en": "X", "domain": "群众诉求", "unit": "件",
        "kind": "count", "fact": "case", "note": "口径",
    }  # fmt: skip
    return Indicator.model_validate({**written, **changes})


RATE = {"unit": "%", "kind": "ratio"}


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (None, 0, "—"),
        (0, 0, "0"),
        (-0.0, 1, "0.0"),
        (-0.04, 1, "0.0"),
        (0.5, 0, "1"),  # half-up, not to even
        (2.5, 0, "3"),
        (-2.5, 0, "-3"),
        (1.005, 2, "1.01"),  # on the number a person reads, not on its binary neighbour
        (97.45, 1, "97.5"),
        (1234, 0, "1,234"),
        (99_999, 0, "99,999"),
        (99_999.4, 0, "99,999"),
        (99_999.5, 0, "10.00万"),
        (100_000, 0, "10.00万"),
        (123_456, 0, "12.35万"),
        (-123_456, 0, "-12.35万"),
        (1_234_567, 0, "123.5万"),
        (12_345_678, 0, "1,234.6万"),
        (234_567_890, 0, "2.35亿"),
    ],
)
def test_numbers(value: float | None, decimals: int, text: str) -> None:
    assert book.number(value, decimals) == text


def test_english_has_no_ten_thousands() -> None:
    assert book.number(123_456, 0, "en") == "123,456"
    assert book.value_with_unit(12.0, indicator(), "en") == "12 cases"
    assert book.value_with_unit(97.4, indicator(**RATE), "en") == "97.4%"


def test_decimals_come_from_the_indicator_else_from_its_kind() -> None:
    assert book.value_with_unit(1284.0, indicator()) == "1,284件"
    assert book.value_with_unit(97.36, indicator(**RATE)) == "97.4%"
    assert book.value_text(0.1234, indicator(decimals=3)) == "0.123"
    assert book.value_with_unit(None, indicator()) == "—"


@pytest.mark.parametrize(
    ("change", "unit", "text"),
    [
        (None, "件", "—"),
        (0.0325, "件", "▲3.3%"),
        (-0.051, "件", "▼5.1%"),
        (0.0004, "件", "持平"),
        (12.0, "件", "▲>999%"),
        (0.65, "%", "▲0.7个百分点"),
        (-0.6, "%", "▼0.6个百分点"),
        (0.04, "%", "持平"),
    ],
)
def test_changes(change: float | None, unit: str, text: str) -> None:
    kind = "ratio" if unit == "%" else "count"
    assert book.change_text(change, indicator(unit=unit, kind=kind)) == text


@pytest.mark.parametrize(
    ("change", "direction", "tone"),
    [
        (0.1, "up", "good"),
        (-0.1, "up", "bad"),
        (0.1, "down", "bad"),
        (-0.1, "down", "good"),
        (0.1, "neutral", "flat"),
        (0.1, "band", "flat"),
        (0.0001, "up", "flat"),  # what is written as no change is no news
        (None, "up", "flat"),
    ],
)
def test_tone_follows_the_direction(change: float | None, direction: str, tone: str) -> None:
    assert book.change_tone(change, indicator(direction=direction)) == tone


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (dt.timedelta(seconds=-30), "刚刚"),
        (dt.timedelta(seconds=59), "刚刚"),
        (dt.timedelta(minutes=3, seconds=59), "3分钟前"),
        (dt.timedelta(hours=23), "23小时前"),
        (dt.timedelta(days=2, hours=5), "2天前"),
    ],
)
def test_ages(ago: dt.timedelta, text: str) -> None:
    assert book.age_text(NOW - ago, NOW) == text


def test_moments_say_the_day_where_it_is_not_today() -> None:
    assert book.moment_text(NOW, NOW) == "10:00"
    assert book.moment_text(NOW - dt.timedelta(days=1), NOW) == "昨日 10:00"
    assert book.moment_text(NOW - dt.timedelta(days=9), NOW) == "11-13 10:00"
    assert book.moment_text(NOW - dt.timedelta(days=400), NOW) == "2025-10-18"
    assert book.moment_text(NOW.astimezone(dt.UTC), NOW) == "10:00"
    assert book.moment_text(None, NOW) == "—"


@pytest.mark.parametrize(
    ("period", "text"),
    [
        (day(TODAY), "今日"),
        (day(TODAY - dt.timedelta(days=1)), "昨日"),
        (day(dt.date(2026, 11, 2)), "11月2日"),
        (day(dt.date(2025, 11, 2)), "2025年11月2日"),
        (week(2026, 46), "2026年第46周"),
        (month(2026, 11), "2026年11月"),
        (Period(dt.date(2026, 10, 1), TODAY, "quarter", "2026-Q4"), "2026年第4季度"),
        (span(TODAY - dt.timedelta(days=6), TODAY), "近7天"),
        (span(dt.date(2026, 1, 1), dt.date(2026, 1, 7)), "1月1日—1月7日"),
    ],
)
def test_periods(period: Period, text: str) -> None:
    assert book.period_text(period, TODAY) == text


def test_the_style_sheet_is_the_tokens() -> None:
    from pathlib import Path

    import assets

    written = Path(assets.__file__ or "").parent / "10_tokens.css"
    assert written.read_text("utf-8") == css_variables()


def test_the_chart_template_is_a_template() -> None:
    import plotly.graph_objects as go

    figure = go.Figure(layout={"template": plotly_template()})
    assert figure.layout.template.layout.font.size == 14
