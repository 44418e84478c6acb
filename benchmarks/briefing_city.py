"""What the demo city was given on purpose, held against what its weeklies name.

The city's ``ground_truth.json`` lists what is out of the ordinary: classes of cases that surge in
streets, a street that is always slow, a square that is always noisy. A weekly names an event when
a sentence names one of its classes together with one of its streets. A class, street or category
named without an event behind it is an attribution too many.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from layouts.briefing.sentences import sentence
from metrics.briefing import BriefingContent
from metrics.calendar import Period
from metrics.store import Store

WHY = (".moved.", ".shifted.", ".rate.", ".laggards", ".breach")
ONTIME = (".rate.", ".laggards", ".breach")
SURGES = ("burst", "campaign", "rain")

Pair = tuple[str, str]


class Verdict(NamedTuple):
    """One weekly against the truth.

    Attributes:
        named: whether an event of the week is named; None for a week without one.
        loose: what is named and was not planted.
    """

    named: bool | None
    loose: frozenset[str]


@dataclass(frozen=True)
class DemoCity:
    """A demo city's ground truth.

    Attributes:
        happenings: as they stand in the file.
        slow: the street that is late with everything.
        noisy: the street and class that are complained about every week.
        category: of every class.
        streets: all names.
    """

    happenings: Sequence[Mapping[str, Any]]
    slow: str
    noisy: Pair
    category: Mapping[str, str]
    streets: frozenset[str]

    def judge(self, content: BriefingContent, week: Period) -> Verdict:
        """Hold a weekly against what was put into its week."""
        planted = self._planted(week)
        pairs, alone = self._told(content)
        follow = {name for street, one in planted for name in (street, self.category.get(one, one))}
        loose = {"".join(pair) for pair in pairs - planted - {self.noisy}} | (alone - follow)
        return Verdict(bool(pairs & planted) if planted else None, frozenset(loose))

    def _planted(self, week: Period) -> set[Pair]:
        """Return the streets and classes that surge in a week."""
        return {
            (street, one)
            for event in self.happenings
            if event["kind"] in SURGES
            and event["start"] <= week.end.isoformat()
            and event["end"] >= week.start.isoformat()
            for street in event["streets"]
            for one in event["minors"]
        }

    def _told(self, content: BriefingContent) -> tuple[set[Pair], set[str]]:
        """Return the classes in streets that are named, and the categories and streets alone."""
        pairs: set[Pair] = set()
        alone: set[str] = set()
        for fact in content.facts:
            text = sentence(fact)
            if ".surge." in fact.id:
                pairs |= {
                    (s, one) for s in self.streets for one in self.category if s + one in text
                }
            elif any(kind in fact.id for kind in WHY):
                late = {self.slow} if any(kind in fact.id for kind in ONTIME) else set()
                names = {*self.streets, *self.category.values()} - late
                alone |= {one for one in names if one in text}
        return pairs, alone


def demo_city(home: Path, store: Store, streets: Iterable[str]) -> DemoCity | None:
    """Return the truth of a home's demo city; None where a home holds no such city."""
    files = sorted(home.glob("city/*/ground_truth.json"))
    if not files:
        return None
    found = json.loads(files[0].read_text("utf-8"))
    standing = {one["kind"]: one for one in found["standing"]}
    rows = store.rows(
        "SELECT DISTINCT category, subcategory FROM fact_case WHERE subcategory != ''", tag="bench"
    )
    return DemoCity(
        happenings=found["happenings"],
        slow=standing["slow_street"]["street"],
        noisy=(standing["noisy_place"]["street"], standing["noisy_place"]["minor"]),
        category={row["subcategory"]: row["category"] for row in rows},
        streets=frozenset(streets),
    )
