"""Sixty weeks in a row and sixty planted ones: nothing contradicts itself, what is so is named."""

import pytest

from benchmarks.briefing_truth import (
    LOOSE_AT_MOST,
    NAMED_AT_LEAST,
    WEEK,
    consecutive,
    contradictions,
    truth,
)
from metrics.briefing import compose
from metrics.briefing.content import Slot
from tests.support.briefing_city import Town


@pytest.mark.slow
def test_sixty_weeks_in_a_row_compose_without_a_contradiction() -> None:
    town = Town(seed=11)
    assert (
        consecutive(
            lambda week: compose(town, period=week, city_title="青川区", is_demo=True), WEEK
        )
        == []
    )


@pytest.mark.slow
def test_planted_events_are_named_and_little_else() -> None:
    share, loose = truth(range(601, 621))
    assert share >= NAMED_AT_LEAST
    assert loose <= LOOSE_AT_MOST + 0.05  # twenty weeks are few


def test_the_rules_see_a_contradiction() -> None:
    content = compose(Town(), period=WEEK, city_title="青川区", is_demo=True)
    assert list(contradictions(content)) == []
    overview = content.sections[0]
    fact = overview.sentences[0]

    def with_parts(*parts: object):
        wrong = fact.model_copy(update={"parts": parts})
        section = overview.model_copy(update={"sentences": (wrong,)})
        return content.model_copy(update={"sections": (section,)})

    step = Slot(kind="difference", origin="difference", number=-3.0, unit="件")
    quoted = Slot(kind="amount", origin="value", number=95.0, unit="%", decimals=1)
    lower = quoted.model_copy(update={"number": 90.0})
    assert list(contradictions(with_parts("由", quoted, "升至", lower)))
    assert not list(contradictions(with_parts("由", quoted, "降至", lower)))
    assert not list(contradictions(with_parts("受理", step)))
    assert list(contradictions(content.model_copy(update={"sections": (
        overview.model_copy(update={"sentences": ()}),)})))  # fmt: skip
