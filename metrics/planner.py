"""From a question to a plan: which indicators, windows and table answer it, and which do not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from metrics import calendar, holidays
from metrics.answer import Rejection
from metrics.calendar import Clock, Period
from metrics.catalogue import Catalogue
from metrics.errors import BadQuestion, UnknownName
from metrics.indicator import Indicator
from metrics.question import DIMENSIONS, Question
from metrics.sql import Window
from metrics.territory import Area, Level, Territory
from metrics.threshold import needs_baseline

HISTORY_WINDOWS = 8
_ROLE_DEPTH = {"district": 0, "street": 1, "community": 2, "grid": 3}


@dataclass(frozen=True)
class Plan:
    """How one question will be answered.

    Attributes:
        leaves: the indicators with facts that are read; one, or the parts of a formula.
        current: the period cut at today.
        windows: current, previous, year before, then the baseline weeks where a light needs them
            or the question asks for them.
        aligned: the year before, aligned to a moving holiday; None unless asked for.
        history: the windows of the same weekdays before, nearest first; only when asked for.
        table: ``part``, or the fact whose rows are read.
        now: the city's aware instant.
    """

    question: Question
    indicator: Indicator
    leaves: tuple[Indicator, ...]
    area: Area
    level: Level | None
    current: Period
    windows: tuple[Window, ...]
    aligned: Window | None
    table: str
    rejected: tuple[Rejection, ...]
    now: dt.datetime
    history: tuple[Window, ...] = ()

    @property
    def has_baseline(self) -> bool:
        """Tell whether windows after the third are the baseline weeks."""
        return len(self.windows) > 3

    @property
    def day(self) -> dt.date:
        """The day whose areas are meant."""
        return self.now.date() if self.question.is_as_is else self.current.end

    @property
    def matures_days(self) -> int:
        """Days the indicator, or the slowest of its parts, needs until its numbers stand."""
        return max(one.matures_days for one in (self.indicator, *self.leaves))

    @property
    def maturity(self) -> float:
        """Share of the period's days that are older than that."""
        if not self.matures_days:
            return 1.0
        newest = self.now.date() - dt.timedelta(days=self.matures_days + 1)
        ripe = (min(newest, self.current.end) - self.current.start).days + 1
        return max(0, ripe) / self.current.days


def plan(
    question: Question,
    catalogue: Catalogue,
    territory: Territory,
    today: Period,
    now: dt.datetime | None = None,
) -> Plan:
    """Return the plan of a question.

    Args:
        question: what is asked.
        catalogue: the definitions.
        territory: the areas.
        today: the city's day.
        now: the city's aware instant; the end of today in Shanghai when left out.

    Raises:
        UnknownName: indicator, area, level or dimension does not exist.
        BadQuestion: the indicator has no figures at the level, or no such dimension.
    """
    indicator = catalogue.get(question.indicator)
    leaves = tuple({one.id: one for one in leaves_of(indicator, catalogue)}.values())
    current = question.period.until(today.end)
    day = today.end if question.is_as_is else current.end
    area = territory.area(question.area, day if question.area else None)
    _check_stands(question, area, today.end)
    _check_scope(question, area, territory)
    level = territory.level(question.level) if question.level else None
    if level is not None:
        _check_level(indicator, area, level, leaves)
    _check_dimensions(question, indicator, leaves)
    table, rejected = _choose(question, leaves, is_city=area.id == territory.root)
    with_baseline = needs_baseline(indicator) or "b4w" in question.compare
    windows = _windows(current, question.period, with_baseline=with_baseline)
    aligned = None
    if "yoy_aligned" in question.compare:
        found = holidays.aligned_year_before(current)
        aligned = (found.start, found.end)
    now = now or dt.datetime.combine(today.end, dt.time.max, ZoneInfo(Clock.timezone))
    weeks = HISTORY_WINDOWS if "history" in question.compare else 0
    history = tuple((one.start, one.end) for one in calendar.same_weekdays(current, weeks))
    return Plan(
        question, indicator, leaves, area, level, current, windows, aligned, table, rejected, now,
        history,
    )  # fmt: skip


def leaves_of(indicator: Indicator, catalogue: Catalogue) -> Iterator[Indicator]:
    """Yield the indicators with facts behind an indicator, itself when it has one."""
    if not indicator.is_formula:
        yield indicator
    for part in indicator.parts.values():
        yield from leaves_of(catalogue.get(part), catalogue)


def _windows(current: Period, whole: Period, *, with_baseline: bool) -> tuple[Window, ...]:
    periods = [current, calendar.previous(current, whole), calendar.year_before(current)]
    if with_baseline:
        periods += calendar.same_weekdays(current)
    return tuple((period.start, period.end) for period in periods)


def _check_scope(question: Question, area: Area, territory: Territory) -> None:
    roots = question.viewer.roots
    is_above = any(territory.is_within(root, [area.id]) for root in roots)
    if roots and not (territory.is_within(area.id, roots) or is_above):
        error = BadQuestion(
            f"{area.name} lies outside what {question.viewer.name} may see", where="--area"
        )
        error.status = 403
        raise error


def _check_stands(question: Question, area: Area, today: dt.date) -> None:
    if question.is_as_is and not area.is_valid(today):
        raise BadQuestion(
            f"{area.name} ({area.code}) is no area of today",
            where="--territory as-is",
            hint=f"It was one until {area.valid_to}",
            next_step="Ask as-was, or for an area of today",
        )


def _check_level(
    indicator: Indicator, area: Area, level: Level, leaves: tuple[Indicator, ...]
) -> None:
    if level.depth <= area.depth:
        raise BadQuestion(
            f"level '{level.id}' is not below {area.name} ({area.level})",
            where="--level",
            next_step="Ask for a lower level or a higher area",
        )
    deepest = min(_ROLE_DEPTH[one.lowest_level] for one in (indicator, *leaves))
    if level.role and _ROLE_DEPTH[level.role] > deepest:
        lowest = next(role for role, depth in _ROLE_DEPTH.items() if depth == deepest)
        raise BadQuestion(
            f"{indicator.name} ({indicator.id}) has no figures by {level.name}",
            where="--level",
            hint=f"Its lowest level is {lowest}",
        )


def _check_dimensions(
    question: Question, indicator: Indicator, leaves: tuple[Indicator, ...]
) -> None:
    for column in filter(None, (question.by, *question.filter_map)):
        for leaf in leaves:
            allowed = DIMENSIONS[leaf.fact or "case"]
            if column not in allowed:
                raise UnknownName("dimension", column, allowed, where=f"--by ({indicator.id})")
            if leaf.kind == "stock" and not leaf.is_flow_stock:
                raise BadQuestion(
                    f"{indicator.name} ({indicator.id}) is a register's stock and cannot be"
                    " broken down or filtered",
                    where="--by",
                    next_step="Ask for the indicator of the class instead",
                )


def _choose(
    question: Question, leaves: tuple[Indicator, ...], *, is_city: bool
) -> tuple[str, tuple[Rejection, ...]]:
    facts = sorted({f"fact_{leaf.fact}" for leaf in leaves})
    kept, passed_over = _kept_sums(question, is_city=is_city)
    if question.is_as_is:
        reason = "area_of_its_day: part keeps every row with the area of its day, not of today"
        return ", ".join(facts), (Rejection("part", reason),)
    wanted = ", ".join(filter(None, (question.by, *question.filter_map)))
    if wanted:
        reason = f"dimension_not_held: part is summed by indicator, area and day, not by {wanted}"
        return ", ".join(facts), (Rejection("part", reason),)
    judged = sorted({f"fact_{leaf.fact}" for leaf in leaves if leaf.is_as_of})
    if judged:
        reason = (
            "judged_at_period_end: part is summed by day and does not know how rows stood at the"
            " end of the period"
        )
        others = () if all(leaf.is_as_of for leaf in leaves) else kept
        return ", ".join((*judged, *others)), (Rejection("part", reason),)
    asked = sorted({f"fact_{leaf.fact}" for leaf in leaves if not leaf.is_kept})
    if asked:
        reason = "summed_when_asked: part keeps the sums of the core indicators only"
        others = () if not any(leaf.is_kept for leaf in leaves) else kept
        return ", ".join((*asked, *others)), (Rejection("part", reason),)
    reason = "coarser_table_suffices: part already holds the sums of these rows by area and day"
    return ", ".join(kept), (*passed_over, *(Rejection(fact, reason) for fact in facts))


def _kept_sums(
    question: Question, *, is_city: bool
) -> tuple[tuple[str, ...], tuple[Rejection, ...]]:
    """Return the tables of kept sums that answer, and the one of them that does not."""
    if not is_city or question.viewer.roots:
        reason = "area_not_held: part_city is summed over all areas"
        return ("part",), (Rejection("part_city", reason),)
    if question.level:
        return ("part_city", "part"), ()
    reason = "coarser_table_suffices: part_city already holds the sums of the whole city"
    return ("part_city",), (Rejection("part", reason),)
