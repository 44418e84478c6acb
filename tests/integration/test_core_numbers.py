"""Every core indicator says something on the demo city, or which feed it waits for."""

from __future__ import annotations

import pytest

from cockpit.commands.demo import write_city
from cockpit.jobs import load_inbox
from cockpit.settings import load_settings
from cockpit.wiring import Services, build
from metrics.answer import Answer
from metrics.indicator import Indicator
from metrics.store import Store
from metrics.tables import all_tables

pytestmark = pytest.mark.slow

DAYS, SCALE, SEED = 42, 0.1, 5
LAST_YEAR = {
    "petition_total_year_ago", "petition_yoy", "crime_cases_filed_year_ago", "crime_volume_yoy",
    "fume_petitions_year_ago", "fume_petition_yoy",
}  # fmt: skip
"""Compare with a year that six weeks of history do not have."""


@pytest.fixture(scope="module")
def said_before() -> dict[str, str]:
    """What was missing before the first file was loaded."""
    return {}


@pytest.fixture(scope="module")
def city(
    store: Store, tmp_path_factory: pytest.TempPathFactory, said_before: dict[str, str]
) -> Services:
    for table in all_tables(store.timezone):
        store.command(f"TRUNCATE TABLE {table.name}", tag="test.fresh")
    store.refresh_version()
    home = tmp_path_factory.mktemp("core")
    settings = load_settings({"home": home, "now": "2026-11-18T10:00"}, {}, folder=home)
    write_city(settings, {"days": DAYS, "scale": SCALE, "seed": SEED})
    services = build(settings, store=store)
    ask = services.service
    for name in ("appeals_accepted", "pm25_avg"):
        said_before[name] = ask.answer(ask.question(name, period="last-week")).missing
    _, report = load_inbox(services)
    assert not report.failed
    return services


def last_week(city: Services, wanted: list[Indicator], levels: list[str]) -> tuple[Answer, ...]:
    ask = city.service
    return ask.answer_many(
        [
            ask.question(one.id, period="last-week", level=level)
            for one, level in zip(wanted, levels, strict=True)
        ]
    )


def core(city: Services) -> list[Indicator]:
    found = [one for one in city.catalogue.indicators.values() if one.tier == "core"]
    assert len(found) >= 149
    return found


def test_every_core_indicator_has_a_value_for_the_city(city: Services) -> None:
    wanted = core(city)
    answers = last_week(city, wanted, [""] * len(wanted))
    without = {one.indicator.id: one.missing for one in answers if one.figure.value is None}
    # a city this small has weeks without an emergency; the demo city has none such
    rare = {name for name, said in without.items() if said == "the denominator is zero"}
    assert len(rare) <= 3, rare
    assert set(without) - rare <= LAST_YEAR, without
    assert all("no rows from" in without[name] for name in set(without) - rare), without


def test_every_core_indicator_has_a_value_at_its_lowest_level(city: Services) -> None:
    level_of = {level.role: level.id for level in city.territory.levels if level.role}
    wanted = [
        one for one in core(city)
        if level_of[one.lowest_level] != level_of["district"] and one.id not in LAST_YEAR
    ]  # fmt: skip
    answers = last_week(city, wanted, [level_of[one.lowest_level] for one in wanted])
    without = [
        one.indicator.id
        for one in answers
        if all(child.figure.value is None for child in one.children if child.key)
    ]
    assert len(without) <= 3, without


def test_a_number_without_rows_names_the_feeds_it_waits_for(
    city: Services, said_before: dict[str, str]
) -> None:
    for name, said in said_before.items():
        assert said.startswith(f"no feed has delivered rows for {name}; not heard from yet: ")
        awaited = set(said.partition("not heard from yet: ")[2].split(", "))
        answer = city.service.answer(city.service.question(name, period="last-week"))
        assert {one.source for one in answer.freshness} <= awaited
