"""Every number of the catalogue against the same number made by hand from the rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from metrics.answer import Answer, Figure
from tests.soundness.agreement import agrees, same
from tests.soundness.recompute import RECIPES, Rows
from tests.support.facts_store import Loaded, catalogue

pytestmark = pytest.mark.slow

D = dt.date
Window = tuple[dt.date, dt.date]
PERIODS: dict[str, tuple[Window, Window, Window]] = {  # now, just before, a year ago
    "2026-11-18": ((D(2026, 11, 18),) * 2, (D(2026, 11, 17),) * 2, (D(2025, 11, 18),) * 2),
    "2026-W46": (
        (D(2026, 11, 9), D(2026, 11, 15)), (D(2026, 11, 2), D(2026, 11, 8)),
        (D(2025, 11, 10), D(2025, 11, 16)),
    ),
    "2026-W47": (  # still running on Sunday, 22 November, its last day
        (D(2026, 11, 16), D(2026, 11, 22)), (D(2026, 11, 9), D(2026, 11, 15)),
        (D(2025, 11, 17), D(2025, 11, 23)),
    ),
    "2026-10": (
        (D(2026, 10, 1), D(2026, 10, 31)), (D(2026, 8, 31), D(2026, 9, 30)),
        (D(2025, 10, 1), D(2025, 10, 31)),
    ),
}  # fmt: skip
AREAS = (
    "990100",
    "990100001", "990100002", "990100003@2026-11-01", "990100004",
    "990100001001", "990100001002", "990100002001",
    "990100001001001", "990100001001002", "990100002900001",
)  # fmt: skip
Asked = Mapping[tuple[str, str, str], Answer]


@pytest.fixture(scope="module")
def asked(city: Loaded) -> Asked:
    keys = [(one, area, period) for one in RECIPES for area in AREAS for period in PERIODS]
    questions = [city.service.question(one, area=area, period=period) for one, area, period in keys]
    return dict(zip(keys, city.service.answer_many(questions), strict=True))


def triple(figure: Figure) -> tuple[float | None, ...]:
    return figure.value, figure.numerator, figure.denominator


def test_every_indicator_is_made_again_by_hand() -> None:
    assert set(RECIPES) == set(catalogue().indicators)


@pytest.mark.parametrize("indicator", RECIPES)
def test_total_and_comparisons(indicator: str, asked: Asked, below: Mapping[str, Rows]) -> None:
    recipe, wrong = RECIPES[indicator], []
    for area in AREAS:
        for period, windows in PERIODS.items():
            answer = asked[indicator, area, period]
            for figure, window in zip(
                (answer.figure, answer.previous, answer.year_ago), windows, strict=True
            ):
                expected = recipe.at(below[area], *window)
                if not agrees(indicator, triple(figure), expected):
                    wrong.append((area, period, window, figure, expected))
    assert not wrong


@pytest.mark.parametrize("area", ["990100", "990100002", "990100004"])
def test_series_ends_at_the_number(city: Loaded, area: str, below: Mapping[str, Rows]) -> None:
    days = 10
    end = D(2026, 11, 21)
    questions = [
        city.service.question(one, area=area, period=end.isoformat(), series=days)
        for one in RECIPES
    ]
    wrong = []
    for answer in city.service.answer_many(questions):
        assert [day for day, _ in answer.series] == [
            end - dt.timedelta(days=n) for n in reversed(range(days))
        ]
        one = answer.indicator.id
        if not same("", answer.series[-1][1], answer.figure.value):
            wrong.append((one, "the last point is not the number", answer.series[-1]))
        for day, value in answer.series:
            expected = RECIPES[one].at(below[area], day, day)
            if not same(one, value, expected.value):
                wrong.append((one, day, value, expected))
    assert not wrong


DIMENSIONS = {
    "case": ("channel", "category", "status"), "event": ("result", "kind"), "reading": ("device",),
}  # fmt: skip
FILTERS = {
    "case": {"channel": ["12345", "智慧城管"], "category": ["噪声", ""]},
    "event": {"result": ["接通", "已处置"]},
    "reading": {"device": ["pm25-1", "fume-2", "speed-0", "free_speed-0", "water_level-3"]},
}


def shape_of(indicator: str) -> str:
    recipe = RECIPES[indicator]
    while hasattr(recipe, "parts"):
        recipe = RECIPES[recipe.parts[0]]
    return getattr(recipe, "shape", "snapshot")


def shapes_of(indicator: str) -> set[str]:
    parts = getattr(RECIPES[indicator], "parts", ())
    return set().union(*map(shapes_of, parts)) if parts else {shape_of(indicator)}


def of_rows(indicator: str) -> bool:
    """Registers have no dimensions, and rows of two shapes have not the same."""
    return len(shapes_of(indicator)) == 1 and shape_of(indicator) != "snapshot"


BROKEN_DOWN = [(one, by) for one in RECIPES if of_rows(one) for by in DIMENSIONS[shape_of(one)]]


@pytest.mark.parametrize("by", sorted({by for _, by in BROKEN_DOWN}))
def test_breakdown(city: Loaded, by: str, below: Mapping[str, Rows]) -> None:
    ids = [one for one, column in BROKEN_DOWN if column == by]
    (start, end), *_ = PERIODS["2026-W46"]
    questions = [
        city.service.question(one, area=area, period="2026-W46", by=by)
        for one in ids
        for area in ("990100", "990100001")
    ]
    wrong = []
    for answer in city.service.answer_many(questions):
        one, rows = answer.indicator.id, below[answer.area]
        shape = shape_of(one)
        found = {child.key: child.figure for child in answer.breakdown}
        for key in rows.some[shape][by].unique().to_list():
            column = by
            cut = rows.cut(
                lambda frame, c=column, k=key: frame.filter(frame[c] == k) if c in frame else frame
            )
            expected = RECIPES[one].at(cut, start, end)
            if key in found and not agrees(one, triple(found[key]), expected):
                wrong.append((one, answer.area, key, found[key], expected))
            if key not in found and expected.value:
                wrong.append((one, answer.area, key, "left out", expected))
    assert not wrong


def test_filters(city: Loaded, below: Mapping[str, Rows]) -> None:
    ids = [one for one in RECIPES if of_rows(one)]
    (start, end), *_ = PERIODS["2026-10"]
    questions = [
        city.service.question(one, area=area, period="2026-10", filters=FILTERS[shape_of(one)])
        for one in ids
        for area in ("990100", "990100002")
    ]
    wrong = []
    for answer in city.service.answer_many(questions):
        one = answer.indicator.id
        cut = below[answer.area]
        for column, allowed in FILTERS[shape_of(one)].items():
            cut = cut.cut(
                lambda frame, c=column, a=allowed: (
                    frame.filter(frame[c].is_in(a)) if c in frame else frame
                )
            )
        expected = RECIPES[one].at(cut, start, end)
        if not agrees(one, triple(answer.figure), expected):
            wrong.append((one, answer.area, answer.figure, expected))
    assert not wrong
