"""Days that share a stretch lie in the very same windows; days between windows lie in none."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from metrics.sql import Window, stretches

DAY = dt.date(2026, 11, 1)
WINDOWS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 12)).map(
        lambda drawn: (
            DAY + dt.timedelta(days=drawn[0]), DAY + dt.timedelta(days=drawn[0] + drawn[1])
        )
    ), min_size=1, max_size=6,
)  # fmt: skip


def within(windows: tuple[Window, ...], day: dt.date) -> set[int]:
    return {number for number, (start, end) in enumerate(windows) if start <= day <= end}


@given(WINDOWS)
def test_a_stretch_is_wholly_inside_or_outside_a_window(drawn: list[Window]) -> None:
    windows = tuple(drawn)
    begins = [dt.date(1970, 1, 1) + dt.timedelta(days=days) for days in stretches(windows)]
    for back in range(-3, 60):
        day = DAY + dt.timedelta(days=back)
        stands = max(begin for begin in begins if begin <= day)
        assert within(windows, stands) == within(windows, day)


def test_a_window_before_the_first_day_the_store_knows_begins_with_it() -> None:
    assert stretches(((dt.date(1960, 1, 1), dt.date(1970, 1, 4)),)) == [0, 4]
