"""``python -m benchmarks.briefing_truth``: does the weekly say what is so, and nothing that is not?

Weeks are drawn with a seed, more spread than chance, and something is planted in each: a category
that surges or slumps, a street that surges, a category that is handled late, a street that has
lagged for months. Named is what the sentences on appeals name; a name that was not planted, and
does not follow from what was planted, is an attribution too many.

With ``--home`` sixty consecutive weeks of a loaded home are composed as well: every sentence is
held against its numbers, and against the ground truth where the home is a demo city.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.briefing_city import Verdict, demo_city
from cockpit.settings import load_settings
from cockpit.wiring import build
from layouts.briefing.sentences import phrase, sentence
from metrics.briefing import BriefingContent, compose
from metrics.briefing.content import Fact, Slot
from metrics.calendar import Period, week_of
from metrics.errors import CockpitError
from tests.support.briefing_city import CATEGORIES, STREETS, Cell, Town

SEEDS, FIRST_SEED = 60, 301
WEEK = week_of(dt.date(2026, 11, 9))
UP = ("上升", "增长", "提高", "增加", "拉动")
DOWN = ("下降", "减少", "下拉")
TOLD = ("appeals.moved", "appeals.shifted", "appeals.rate", "appeals.laggards")
NAMED_AT_LEAST, LOOSE_AT_MOST = 0.90, 0.10


@dataclass(frozen=True)
class Event:
    """What is planted in the last week, and what may then be named.

    Attributes:
        names: must be named, every one.
        follows: may be named besides, for the planted moves it.
    """

    kind: str
    names: frozenset[str]
    plant: Callable[[int, int, int, Cell], Cell]
    follows: frozenset[str] = field(default=frozenset())


def event(seed: int) -> Event:
    """Return what is planted under a seed."""
    draw = random.Random(seed)
    category, street = draw.randrange(len(CATEGORIES)), draw.randrange(len(STREETS))
    kinds = ("surge", "slump", "street", "late", "laggard")
    kind = kinds[seed % len(kinds)]
    factor = draw.uniform(1.5, 1.9)
    name, place = frozenset({CATEGORIES[category]}), frozenset({STREETS[street]})

    def scaled(times: float) -> Callable[[Cell], Cell]:
        return lambda cell: (float(round(cell[0] * times)), float(round(cell[1] * times)))

    def late(cell: Cell, share: float) -> Cell:
        return cell[0], float(round(cell[1] * (1 - share)))

    plants: dict[str, Callable[[int, int, int, Cell], Cell]] = {
        "surge": lambda w, _s, c, x: scaled(factor)(x) if (w, c) == (0, category) else x,
        "slump": lambda w, _s, c, x: scaled(0.5)(x) if (w, c) == (0, category) else x,
        "street": lambda w, s, _c, x: scaled(factor)(x) if (w, s) == (0, street) else x,
        "late": lambda w, _s, c, x: late(x, 0.12) if (w, c) == (0, category) else x,
        "laggard": lambda _w, s, _c, x: late(x, 0.05) if s == street else x,
    }
    # A category that moves everywhere moves the streets too, and a street its categories.
    follows = {
        "surge": frozenset(STREETS), "slump": frozenset(STREETS),
        "street": frozenset(CATEGORIES), "late": frozenset(), "laggard": frozenset(),
    }  # fmt: skip
    names = place if kind in ("street", "laggard") else name
    return Event(kind, names, plants[kind], follows[kind])


def named(content: BriefingContent) -> set[str]:
    """Return the categories and streets that the sentences on appeals name as the cause."""
    told = [sentence(fact) for fact in content.facts if fact.id.startswith(TOLD)]
    return {name for name in (*CATEGORIES, *STREETS) if any(name in text for text in told)}


def contradictions(content: BriefingContent) -> Iterator[str]:
    """Yield what is wrong with a content on its own terms: words against signs, empty sections."""
    for section in content.sections:
        if not section.sentences:
            yield f"{section.id} is empty"
    for fact in content.facts:
        text = sentence(fact)
        if not text or "None" in text or "nan" in text or "  " in text:
            yield f"{fact.id} reads '{text}'"
        for slot in fact.slots:
            yield from _against_sign(fact, slot)
        yield from _against_order(fact, text)
        yield from _against_week(content, fact, text)


def _against_sign(fact: Fact, slot: Slot) -> Iterator[str]:
    words = phrase(slot)
    if slot.kind in ("change", "points", "difference", "push") and slot.number:
        wrong = DOWN if slot.number > 0 else UP
        if any(word in words for word in wrong) or "−" in words or "-" in words:
            yield f"{fact.id}: '{words}' stands for {slot.number}"
    if slot.number is None and any(digit.isdigit() for digit in words) and not slot.text:
        yield f"{fact.id}: '{words}' stands for nothing"


def _against_order(fact: Fact, text: str) -> Iterator[str]:
    """Hold 由 … 升至 and 增量 against the numbers they join."""
    for before, word, after in zip(fact.parts, fact.parts[1:], fact.parts[2:], strict=False):
        if isinstance(before, Slot) and isinstance(after, Slot) and word in ("升至", "降至"):
            rises = (after.number or 0.0) > (before.number or 0.0)
            if rises != (word == "升至"):
                yield f"{fact.id}: {before.number} {word} {after.number}"
    if fact.id.startswith("appeals.moved"):
        steps = [slot.number or 0.0 for slot in fact.slots if slot.kind == "difference"]
        side = 1 if "增量主要来自" in text else -1
        along = steps[:-1] if "对冲" in text else steps
        if any(step * side <= 0 for step in along) or ("对冲" in text and steps[-1] * side >= 0):
            yield f"{fact.id}: {steps} in '{text}'"


def _against_week(content: BriefingContent, fact: Fact, text: str) -> Iterator[str]:
    """Hold records and streaks against the change to the week before."""
    if ".unusual." not in fact.id:
        return
    pieces = {piece.id: piece for piece in content.evidence}
    change = next((pieces[id_].change for id_ in fact.evidence if id_ in pieces), None)
    says_up = "新高" in text or ("连续" in text and "上升" in text)
    says_down = "新低" in text or ("连续" in text and "下降" in text)
    if change is not None and ((says_up and change < 0) or (says_down and change > 0)):
        yield f"{fact.id}: '{text}' while the change is {change:+.3f}"


def truth(seeds: range) -> tuple[float, float]:
    """Print what was named in seeded weeks; return the share named and the share too many."""
    hits, loose, quiet = Counter[str](), 0, 0
    every = Counter[str]()
    for seed in seeds:
        planted = event(seed)
        told = named(_composed(Town(seed=seed, plant=planted.plant)))
        every[planted.kind] += 1
        hits[planted.kind] += planted.names <= told
        loose += bool(told - planted.names - planted.follows)
        quiet += bool(named(_composed(Town(seed=seed + 10_000))))
    for kind, count in every.items():
        print(f"  {kind:8} named in {hits[kind]:2} of {count} weeks")
    share, many = hits.total() / len(seeds), loose / len(seeds)
    print(f"planted events named: {share:.0%} of {len(seeds)} weeks")
    print(f"weeks with an attribution that was not planted: {many:.0%}")
    print(f"weeks without any event that name one all the same: {quiet / len(seeds):.0%}")
    return share, many


def _composed(town: Town) -> BriefingContent:
    return compose(town, period=WEEK, city_title="青川区", is_demo=True)


def consecutive(compose_week: Callable[[Period], BriefingContent], last: Period) -> list[str]:
    """Compose sixty weeks up to the last one and return everything that is wrong with them."""
    wrong, began = [], time.perf_counter()
    for back in range(SEEDS):
        period = week_of(last.start - dt.timedelta(days=7 * back))
        try:
            content = compose_week(period)
        except CockpitError as error:
            wrong.append(f"{period.text}: {error.sentence}")
            continue
        wrong += [f"{period.text} {one}" for one in contradictions(content)]
    print(
        f"{SEEDS} consecutive weeks up to {last.text} in {time.perf_counter() - began:.0f} s: "
        f"{len(wrong)} contradictions, failures or empty sections"
    )
    for one in wrong[:20]:
        print(f"  {one}")
    return wrong


def _of_home(home: Path, now: str) -> tuple[list[str], bool]:
    """Print a home's sixty weeks; return what is wrong with them, and whether its truth is told."""
    with build(load_settings({"home": str(home), "now": now})) as services:
        last = week_of(services.clock.today() - dt.timedelta(days=7))
        streets = [one.name for one in services.territory.areas.values() if one.depth == 1]
        city = demo_city(home, services.store, streets)
        verdicts: dict[str, Verdict] = {}

        def composed(week: Period) -> BriefingContent:
            content = compose(services.service, period=week, city_title="", is_demo=True)
            if city is not None:
                verdicts[week.text] = city.judge(content, week)
            return content

        wrong = consecutive(composed, last)
    return wrong, not verdicts or _told(verdicts)


def _told(verdicts: Mapping[str, Verdict]) -> bool:
    planted = [one for one in verdicts.values() if one.named is not None]
    share = sum(bool(one.named) for one in planted) / len(planted)
    many = sum(bool(one.loose) for one in verdicts.values()) / len(verdicts)
    print(f"the demo city's events named: {share:.0%} of {len(planted)} weeks")
    print(f"its weeks with an attribution that was not planted: {many:.0%}")
    for week, one in verdicts.items():
        if one.named is False or one.loose:
            missed = "nothing planted is named" if one.named is False else ""
            print(f"  {week} {missed} {' '.join(sorted(one.loose))}")
    return share >= NAMED_AT_LEAST and many <= LOOSE_AT_MOST


def main() -> None:
    """Print everything; leave with 1 where the weekly says less, or more, than it should."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.briefing_truth")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="the first of them")
    parser.add_argument("--home", type=Path, help="a loaded home")
    parser.add_argument("--now", default="", help="the city's clock for it")
    options = parser.parse_args()
    share, many = truth(range(options.first, options.first + options.seeds))
    town = Town(seed=7)
    wrong = consecutive(
        lambda week: compose(town, period=week, city_title="青川区", is_demo=True), WEEK
    )
    is_told = share >= NAMED_AT_LEAST and many <= LOOSE_AT_MOST
    if options.home:
        more, its_own = _of_home(options.home, options.now)
        wrong, is_told = wrong + more, is_told and its_own
    sys.exit(1 if wrong or not is_told else 0)


if __name__ == "__main__":
    main()
