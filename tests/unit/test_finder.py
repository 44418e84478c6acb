"""The search by name, code and pinyin; and tables that leave as files without a formula in them."""

import datetime as dt

import fastexcel
import pytest

from cockpit.desk_tools import harmless, workbook
from cockpit.finder import Finder, letters
from metrics.catalogue import load_catalogue
from metrics.errors import BadQuestion
from metrics.territory import Area, Level, build_territory

LEVELS = (Level("district", "区", 0), Level("street", "街道", 1), Level("community", "社区", 2))
AREAS = (
    Area("1", "330109", "萧山区", "district", 0, ""),
    Area("2", "330109101", "瓜沥镇", "street", 1, "1"),
    Area("3", "330109102", "长河街道", "street", 1, "1", aliases=("老长河",)),
    Area("4", "330109101001", "瓜沥社区", "community", 2, "2"),
    Area("5", "330109109", "已撤街道", "street", 1, "1", valid_to=dt.date(2026, 1, 1)),
)
RISKY = ("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "-5", "3", "道路,破损")


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(build_territory(LEVELS, AREAS), load_catalogue(), dt.date(2026, 11, 22))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("瓜沥镇", "330109101"), ("瓜沥", "330109101"), ("330109102", "330109102"),
        ("guali", "330109101"), ("GLZ", "330109101"), ("gualizhen", "330109101"),
        ("guals", "330109101001"), ("changhe", "330109102"),
        ("chjd", "330109102"), ("老长河", "330109102"), ("诉求受理量", "appeals_accepted"),
        ("appeals_acc", "appeals_accepted"), ("sqsll", "appeals_accepted"),
    ],
)  # fmt: skip
def test_first_found(finder: Finder, text: str, first: str) -> None:
    assert finder.find(text)[0].key == first


def test_nothing_is_found_for_nothing_and_never_what_is_no_more(finder: Finder) -> None:
    assert finder.find("  ") == ()
    assert finder.find("zzzzqq") == ()
    assert finder.find("已撤街道") == ()
    assert len(finder.find("a", most=5)) <= 5
    assert letters("长河街道") == "chjd"


def test_the_workbook_holds_texts_as_texts() -> None:
    rows = [[text, index] for index, text in enumerate(RISKY)]
    book = fastexcel.read_excel(workbook({"head": ["名称", "数值"], "rows": rows}))
    read = book.load_sheet(0).to_polars()
    assert read["名称"].to_list() == list(RISKY)
    assert read["数值"].to_list() == list(range(len(RISKY)))
    with pytest.raises(BadQuestion):
        workbook({"head": ["x"], "rows": [1]})
    with pytest.raises(BadQuestion):
        workbook([])


def test_a_formula_becomes_a_text_and_a_number_stays_one() -> None:
    safe = [harmless(text) for text in RISKY]
    assert [text for text in safe if text.startswith("'")] == [f"'{text}" for text in RISKY[:5]]
    assert safe[5:] == list(RISKY[5:])
