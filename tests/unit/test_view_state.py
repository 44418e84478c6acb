"""The address is the only state: whatever a page shows, its address says it again."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.view_state import FILTERS, ViewState, parse_address

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30
)
FILTER_SETS = st.dictionaries(
    st.sampled_from(FILTERS), st.lists(WORDS, min_size=1, max_size=3, unique=True), max_size=3
).map(lambda chosen: tuple(sorted((column, tuple(values)) for column, values in chosen.items())))
VIEWS = st.builds(
    ViewState,
    indicator=WORDS,
    area=WORDS,
    level=st.one_of(st.just(""), WORDS),
    period=st.one_of(st.just(""), WORDS),
    filters=FILTER_SETS,
    page=st.integers(1, 5000),
    case=st.one_of(st.just(""), WORDS),
)


def shown(href: str) -> ViewState:
    parts = urlsplit(href)
    return parse_address(parts.path, parts.query)


@given(VIEWS)
def test_a_pasted_address_opens_the_same_view(view: ViewState) -> None:
    assert shown(view.href("drill")) == view


@given(VIEWS)
def test_the_indicator_page_keeps_what_it_shows(view: ViewState) -> None:
    assert shown(view.href("indicator")) == ViewState(
        indicator=view.indicator,
        area=view.area,
        level=view.level,
        period=view.period,
        filters=view.filters,
    )


@given(VIEWS)
def test_the_area_page_keeps_area_and_period(view: ViewState) -> None:
    assert shown(view.href("area")) == ViewState(area=view.area, period=view.period)


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_address_is_some_view(pathname: str, search: str) -> None:
    view = parse_address(pathname, search)
    assert view.page >= 1
    assert parse_address(*_split(view.href("drill"))).page == view.page


def _split(href: str) -> tuple[str, str]:
    parts = urlsplit(href)
    return parts.path, parts.query


def test_a_new_area_starts_at_the_first_page_with_no_case_open() -> None:
    view = ViewState("appeals_accepted", "1", "grid", "2026-W46", (("category", ("a",)),), 7, "x:1")
    assert view.with_changes(area="2") == ViewState(
        "appeals_accepted", "2", "", "2026-W46", (("category", ("a",)),), 1, ""
    )


def test_a_new_indicator_drops_the_filters_of_the_old_one() -> None:
    view = ViewState("appeals_accepted", "1", "grid", "2026-W46", (("category", ("a",)),), 7, "x:1")
    assert view.with_changes(indicator="um_filed") == ViewState("um_filed", "1", "", "2026-W46")


def test_saying_the_same_again_changes_nothing() -> None:
    view = ViewState("appeals_accepted", "1", page=7)
    assert view.with_changes(area="1", indicator="appeals_accepted") == view


def test_a_filter_is_added_joined_and_taken_back() -> None:
    one = ViewState(page=3).with_filter("category", "市容")
    two = one.with_filter("category", "噪声")
    assert one == ViewState(filters=(("category", ("市容",)),))
    assert two.filter_map == {"category": ("市容", "噪声")}
    assert two.with_filter("category", "市容").filter_map == {"category": ("噪声",)}
    assert one.with_filter("category", "市容") == ViewState()


@pytest.mark.parametrize("text", ["0", "-2", "x", "", "1e9", "٣", "1.5"])
def test_a_page_that_is_no_number_is_the_first(text: str) -> None:
    assert parse_address("/drill", f"?page={text}").page == 1


def test_an_endless_page_number_ends() -> None:
    assert parse_address("/drill", "?page=" + "9" * 40).page == 1_000_000


def test_the_first_page_and_empty_parts_leave_no_trace_in_the_address() -> None:
    assert ViewState().href("drill") == "/drill"
    assert ViewState(indicator="pm25_avg").href("indicator") == "/indicator/pm25_avg"
    assert ViewState(area="330109").href("area", period="last-week") == (
        "/area/330109?period=last-week"
    )


def test_names_of_other_people_are_left_out() -> None:
    assert parse_address("/drill", "?viewer=root&as_of=3&from=singlemessage") == ViewState()


def test_one_value_of_a_column_takes_the_place_of_the_others_and_a_class_of_its_minors() -> None:
    view = ViewState(filters=(("category", ("a", "b")), ("subcategory", ("c",))), page=3, case="x")
    assert view.with_only("category", "d") == ViewState(filters=(("category", ("d",)),))
    assert view.with_only("category", "") == ViewState()
    one = view.with_only("channel", "12345")
    assert one.filter_map == {**view.filter_map, "channel": ("12345",)}
    assert (one.page, one.case) == (1, "")


def test_how_a_change_is_cut_is_in_the_address_and_goes_with_the_indicator() -> None:
    view = parse_address("/drill", "?indicator=x&why=channel")
    assert view.why == "channel"
    assert "why=channel" in view.href("drill", area="1")
    assert "why" not in view.href("drill", indicator="y")
