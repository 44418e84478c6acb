"""Times, numbers and personal data in the many forms in which people and systems write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.parse import parse_number, parse_numbers, parse_times
from etl.privacy import mask_text

SHANGHAI = ZoneInfo("Asia/Shanghai")


def identity_number() -> str:
    """A made-up number of the right form; its check digit is deliberately not looked at."""
    return "330109" + "19000101" + "001" + "X"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13800000000,13900000000", "***,***"),
        ("电话:8765 4321转1", "电话:***转1"),
        ("座机0571-87654321", "座机***"),
        ("(0571)87654321", "***"),
        (f"证件{identity_number()}号", "证件***号"),
        ("call (415) 555-0100 now", "call *** now"),
        ("写信 someone@example.org。", "写信 ***。"),
        ("２号楼１３８００００００００", "2号楼***"),
        ("工单20260908000123已办", "工单20260908000123已办"),
        ("文三路123号4幢501室", "文三路123号4幢501室"),
        ("", ""),
    ],
)
def test_masks(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-09-08 08:05:01", (2026, 9, 8, 8, 5, 1)),
        ("2026-09-08 08:05:01.250", (2026, 9, 8, 8, 5, 1, 250000)),
        ("2026/9/8 8:5", (2026, 9, 8, 8, 5)),
        ("2026.9.8", (2026, 9, 8)),
        ("20260908", (2026, 9, 8)),
        ("20260908080501", (2026, 9, 8, 8, 5, 1)),
        ("202609080805", (2026, 9, 8, 8, 5)),
        ("2026年9月8日", (2026, 9, 8)),
        ("2026年9月8日 8时5分", (2026, 9, 8, 8, 5)),
        ("2026年9月8日8时5分1秒", (2026, 9, 8, 8, 5, 1)),
        ("2026-Jan-14 13:48:01", (2026, 1, 14, 13, 48, 1)),
        ("04/30/2014 02:51:52 PM", (2014, 4, 30, 14, 51, 52)),
        ("2026/9/8 下午3:05:00", (2026, 9, 8, 15, 5)),
        ("２０２６－０９－０８　０８：０５：０１", (2026, 9, 8, 8, 5, 1)),
        ("46273.5", (2026, 9, 8, 12)),
        ("2026-09-08T08:05:01", (2026, 9, 8, 8, 5, 1)),
        ("2026-09-08T00:05:01Z", (2026, 9, 8, 8, 5, 1)),
        ("2026-09-08 02:05:01+02:00", (2026, 9, 8, 8, 5, 1)),
        ("1788825901000", (2026, 9, 8, 8, 5, 1)),
    ],
)
def test_times(text: str, moment: tuple[int, ...]) -> None:
    times = parse_times(
        pl.Series([text, "无", None]), source_zone="Asia/Shanghai", city_zone="Asia/Shanghai"
    )
    assert times.values[0] == dt.datetime(*moment, tzinfo=SHANGHAI)  # type: ignore[misc, arg-type]
    assert times.bad.to_list() == [False, True, False]


def test_clocks_of_another_zone_and_hours_that_come_twice() -> None:
    texts = pl.Series(["2026-11-01 01:30:00", "2026-03-08 02:30:00", "2026-07-01 00:00:00"])
    times = parse_times(texts, source_zone="America/Los_Angeles", city_zone="Asia/Shanghai")
    assert times.values.dt.convert_time_zone("UTC").dt.strftime("%d %H:%M").to_list() == [
        "01 08:30", None, "01 07:00",
    ]  # fmt: skip
    assert times.gap.to_list() == [False, True, False]


def test_given_formats_are_the_only_ones() -> None:
    texts = pl.Series(["08/09/2026", "2026-09-08"])
    times = parse_times(
        texts, formats=("%d/%m/%Y",), source_zone="Asia/Shanghai", city_zone="Asia/Shanghai"
    )
    assert times.values[0] == dt.datetime(2026, 9, 8, tzinfo=SHANGHAI)
    assert times.bad.to_list() == [False, True]


FORMS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%Y年%m月%d日 %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
)


@given(
    st.datetimes(dt.datetime(1971, 1, 2), dt.datetime(2098, 12, 30)),  # noqa: DTZ001
    st.sampled_from(FORMS),
)
def test_every_second_survives_every_form(moment: dt.datetime, form: str) -> None:
    texts = pl.Series([moment.strftime(form)])
    times = parse_times(texts, source_zone="Etc/GMT-8", city_zone="Etc/GMT-8")
    assert times.values[0].replace(tzinfo=None) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    ("text", "number", "about"),
    [
        ("1,234.5", "1234.5", False),
        ("１２．５％", "12.5", False),
        ("3.2万", "32000", False),
        ("1.5亿元", None, False),
        ("1.5亿", "150000000", False),
        ("约300", "300", True),
        ("300余", "300", True),
        ("3万余", "30000", True),
        ("-5", "-5", False),
        ("−5", "-5", False),
        (".5", "0.5", False),
        ("1.2e3", "1200", False),
        ("1,23", None, False),
        ("12a", None, False),
        ("9" * 40, None, False),
    ],
)
def test_numbers(text: str, number: str | None, about: object) -> None:
    found = parse_numbers(pl.Series([text, None]))
    assert found.values[0] == (Decimal(number) if number else None)
    assert found.bad.to_list() == [number is None, False]
    assert found.about.to_list() == [about, False]


@given(st.decimals(-(10**18), 10**18, places=6, allow_nan=False))
def test_every_number_survives(number: Decimal) -> None:
    for text in (str(number), f"{number:,f}", f"{number:f}"):
        assert parse_number(text) == (number, False)
    assert parse_numbers(pl.Series([f"{number:f}"])).values[0] == number
