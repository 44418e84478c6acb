"""Which cases are one and which are repeats, computed from the cases alone.

Nothing here knows when or in which file a case came, so neither order nor repetition of files can
change a link. Cases are taken in the order of ``received_at``, then of their ids.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from etl.derive.rules import CaseRules, RepeatRule

_EARTH_METRES = 6_371_008.8
_HOUR = 3_600_000
_DAY = 24 * _HOUR


@dataclass(frozen=True, slots=True)
class Case:
    """What links look at; cases that are void take no part.

    Attributes:
        id: of the case.
        at: received, in milliseconds.
        channel: the entrance it came through.
        reporter: key of the reporter; empty when unknown.
        about: minor class, or the major one where there is none.
        title: masked summary.
        area: the lowest area; empty where it is not known down to that.
        lon: degrees; None without a point.
        lat: degrees; None without a point.
    """

    id: str
    at: int
    channel: str
    reporter: str
    about: str
    title: str
    area: str
    lon: float | None
    lat: float | None


@dataclass(slots=True)
class Links:
    """What the other cases say of one; ``repeat_rule`` may stand without ``repeat_of``."""

    merged_into: str = ""
    channels: tuple[str, ...] = ()
    repeat_of: str = ""
    repeat_rule: str = ""


def link(cases: Iterable[Case], rules: CaseRules) -> dict[str, Links]:
    """Return the links of the cases that have any, by id.

    Every group that matters has to be whole: all cases of one reporter and class, and where text
    is looked at, all cases of one title in one area.
    """
    found: dict[str, Links] = {}
    ordered = sorted(cases, key=lambda case: (case.at, case.id))
    by_person = [case for case in ordered if case.reporter and case.about]
    by_person.sort(key=lambda case: (case.reporter, case.about))  # stable: still in time
    for _, group in groupby(by_person, key=lambda case: (case.reporter, case.about)):
        _of_one_person(list(group), rules, found)
    if rules.has("text"):
        by_text = [case for case in ordered if case.title and case.area]
        by_text.sort(key=lambda case: (case.title, case.area))
        for _, group in groupby(by_text, key=lambda case: (case.title, case.area)):
            _of_one_text(list(group), rules, found)
    if rules.has("keyword"):
        for case in ordered:
            _by_keyword(case, rules, found)
    return {key: one for key, one in found.items() if one != Links()}


@dataclass(slots=True)
class _Standing:
    """A case that counts, and the entrances of those merged into it."""

    case: Case
    channels: list[str]


def _of_one_person(group: Sequence[Case], rules: CaseRules, found: dict[str, Links]) -> None:
    """Merge what came through another entrance, and link what came again."""
    standing: list[_Standing] = []
    for case in group:
        first = _same_demand(case, standing, rules)
        if first is not None:
            first.channels.append(case.channel)
            found.setdefault(case.id, Links()).merged_into = first.case.id
            found.setdefault(first.case.id, Links()).channels = tuple(first.channels)
            continue
        if rules.repeat is not None:
            _repeat(case, standing, rules, found)
        standing.append(_Standing(case, [case.channel]))


def _same_demand(case: Case, standing: list[_Standing], rules: CaseRules) -> _Standing | None:
    """Return the earliest case that this one is the same as."""
    if rules.merge is None:
        return None
    earliest = case.at - rules.merge.hours * _HOUR
    recent = [one for one in _backwards(standing, earliest) if case.channel not in one.channels]
    metres = rules.merge.metres
    return next((one for one in reversed(recent) if is_same_place(case, one.case, metres)), None)


def _repeat(
    case: Case, standing: list[_Standing], rules: CaseRules, found: dict[str, Links]
) -> None:
    repeat = rules.repeat
    assert repeat is not None  # noqa: S101 - the caller has looked
    earlier = list(_backwards(standing, case.at - repeat.days * _DAY))
    for rule in repeat.rules:
        if rule == "reporter":
            same = (one for one in earlier if is_same_place(case, one.case, repeat.metres))
            last = next(same, None)
        elif rule == "keyword" and _is_urging(case, rules):
            last = earlier[0] if earlier else None
        else:
            continue
        if last is not None:
            _note(case, rule, last.case.id, rules, found)


def _of_one_text(group: Sequence[Case], rules: CaseRules, found: dict[str, Links]) -> None:
    assert rules.repeat is not None  # noqa: S101 - the caller has looked
    for before, case in pairwise(group):
        if case.at - before.at <= rules.repeat.days * _DAY:
            _note(case, "text", before.id, rules, found)


def _by_keyword(case: Case, rules: CaseRules, found: dict[str, Links]) -> None:
    if _is_urging(case, rules):
        _note(case, "keyword", "", rules, found)


def _is_urging(case: Case, rules: CaseRules) -> bool:
    words = rules.repeat.keywords if rules.repeat else ()
    return any(word in case.title for word in words)


def _note(
    case: Case, rule: RepeatRule, before: str, rules: CaseRules, found: dict[str, Links]
) -> None:
    """Keep what the first of the rules says; a case that is merged repeats nothing."""
    assert rules.repeat is not None  # noqa: S101 - a repeat rule has found something
    one = found.setdefault(case.id, Links())
    rank: dict[str, int] = {name: number for number, name in enumerate(rules.repeat.rules)}
    is_first = not one.repeat_rule or rank[rule] < rank[one.repeat_rule]
    if is_first and not one.merged_into:
        one.repeat_rule, one.repeat_of = rule, before


def _backwards(standing: list[_Standing], earliest: float) -> Iterator[_Standing]:
    """Yield from the latest on, as long as they are not too old."""
    for one in reversed(standing):
        if one.case.at < earliest:
            return
        yield one


def is_same_place(one: Case, other: Case, metres: float) -> bool:
    """Tell whether two cases are at one place: near each other, or in one area without points."""
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return bool(one.area) and one.area == other.area
    north = math.radians(other.lat - one.lat)
    middle = math.radians((other.lat + one.lat) / 2)
    east = math.radians(other.lon - one.lon) * math.cos(middle)
    return math.hypot(north, east) * _EARTH_METRES <= metres
