"""Counts a problem before and after it was taken in hand: as many weeks on either side of a day.

The number itself is that of its indicator, so that ``cockpit ask`` says the same of the same days
and classes. The rest of the area, all that the problem is not, fell or rose too: only what goes
beyond that is put down to what was done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metrics import calendar, planner
from metrics.calendar import span
from metrics.cases import Request, condition_of, read_from
from metrics.errors import BadQuestion
from metrics.findings import RECURS
from metrics.governed import BeforeAfter, Governed, PlaceChange, Sums
from metrics.insight.effect import net_effect
from metrics.question import FULL_SCOPE, Viewer

if TYPE_CHECKING:
    from metrics.service import Service

MOST_PLACES = 40
_WEEK = dt.timedelta(days=7)


def before_after(
    service: Service, problem: Governed, *, area: str = "", viewer: Viewer = FULL_SCOPE
) -> BeforeAfter:
    """Return how the problem stood before and after it was taken in hand.

    Raises:
        UnknownName: the indicator or the area does not exist.
        BadQuestion: the indicator does not count cases, no whole week has passed, or the area is
            outside what the viewer may see.
    """
    weeks = _whole_weeks(problem, service.clock.today())
    before = span(problem.since - weeks * _WEEK, problem.since - dt.timedelta(days=1))
    after = span(problem.since, problem.since + weeks * _WEEK - dt.timedelta(days=1))
    check_counts(problem, service)
    question = service.question(
        problem.indicator, area=area, period=span(before.start, after.end), compare=(),
        viewer=viewer,
    )  # fmt: skip
    now = service.clock.now()
    plan = planner.plan(
        question, service.catalogue, service.territory, calendar.day(now.date()), now
    )
    request = Request(plan, service.version, 1, 0, "all")
    counted, at_places = _rows(service, request, problem, after.start)
    weekly = [[0, 0] for _ in range(2 * weeks)]
    for row in counted:
        weekly[row["week"]][0 if row["hit"] else 1] += int(row["n"])
    hits, rest = zip(*weekly, strict=True)
    return BeforeAfter(
        problem,
        before,
        after,
        _sums(counted, weeks),
        net_effect(hits[:weeks], hits[weeks:], rest[:weeks], rest[weeks:]),
        tuple((before.start + k * _WEEK, one, other) for k, (one, other) in enumerate(weekly)),
        _areas(service, request, counted, weeks),
        tuple(
            PlaceChange(row["address"], row["area_"], int(row["b"]), int(row["a"]))
            for row in at_places[:MOST_PLACES]
        ),
        _at_least(at_places, 1),
        _at_least(at_places, RECURS),
    )


def _at_least(rows: Sequence[Mapping[str, Any]], least: int) -> tuple[int, int]:
    return sum(row["b"] >= least for row in rows), sum(row["a"] >= least for row in rows)


def check_counts(problem: Governed, service: Service) -> None:
    """Pass a problem whose indicator counts cases.

    Raises:
        UnknownName: there is no such indicator.
        BadQuestion: it counts something else.
    """
    one = service.catalogue.get(problem.indicator)
    if not one.counts_cases:
        raise BadQuestion(
            f"{one.name} ({one.id}) does not count cases",
            where=f"governed: {problem.id}",
            next_step="Name an indicator of kind count on cases, for example appeals_accepted",
        )


def _whole_weeks(problem: Governed, today: dt.date) -> int:
    weeks = min(problem.weeks, (today - problem.since).days // 7)
    if weeks < 1:
        raise BadQuestion(
            f"no whole week has passed since {problem.since}",
            where=f"governed: {problem.id}",
            hint=f"The first one ends on {problem.since + dt.timedelta(days=6)}",
        )
    return weeks


def _rows(
    service: Service, request: Request, problem: Governed, turn: dt.date
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return cases by week, leaf area and whether they are of the problem; and by address."""
    where, parameters = condition_of(service.territory, request)
    conditions = ["1"]
    for number, (column, allowed) in enumerate(sorted(problem.only.items())):
        conditions.append(f"toString({column}) IN {{g{number}:Array(String)}}")
        parameters[f"g{number}"] = list(allowed)
    if problem.keyword:
        conditions.append("position(title, {keyword:String}) > 0")
        parameters["keyword"] = problem.keyword
    if problem.places:
        conditions.append("address IN {places:Array(String)}")
        parameters["places"] = list(problem.places)
    hit, read = " AND ".join(conditions), read_from(request.plan)
    day = f"toDate({request.plan.indicator.enters})"
    counted = service.store.rows(
        f"SELECT intDiv(dateDiff('day', {{start:Date}}, {day}), 7) AS week, area AS leaf,"
        f" ({hit}) AS hit, sum(sign) AS n FROM {read} WHERE {where} GROUP BY week, leaf, hit"
        " HAVING n != 0",
        parameters, tag="governed.weeks",
    )  # fmt: skip
    at_places = service.store.rows(
        f"SELECT address, any(area) AS area_, sum(sign * ({day} < {{turn:Date}})) AS b,"
        f" sum(sign * ({day} >= {{turn:Date}})) AS a FROM {read} WHERE {where} AND {hit}"
        " AND address != '' GROUP BY address HAVING b + a > 0 ORDER BY b + a DESC, address",
        {**parameters, "turn": turn}, tag="governed.places",
    )  # fmt: skip
    return counted, at_places


def _sums(rows: Sequence[Mapping[str, Any]], weeks: int) -> Sums:
    found = [[0, 0], [0, 0]]
    for row in rows:
        found[0 if row["hit"] else 1][0 if row["week"] < weeks else 1] += int(row["n"])
    return Sums(*found[0], *found[1])


def _areas(
    service: Service, request: Request, rows: Sequence[Mapping[str, Any]], weeks: int
) -> tuple[tuple[str, Sums], ...]:
    """Return the sums of the areas one level below, those with most cases first."""
    level = service.territory.next_level(request.plan.area)
    if level is None:
        return ()
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        known = row["leaf"] in service.territory.areas
        key = service.territory.path(row["leaf"])[level.depth] if known else ""
        grouped.setdefault(key, []).append(row)
    sums = [(key, _sums(few, weeks)) for key, few in grouped.items()]
    told = [(key, one) for key, one in sums if one.before or one.after]
    return tuple(sorted(told, key=lambda item: (-item[1].before, -item[1].after, item[0])))
