"""What the briefing asks the service, all of it in one go, and the answers by what they are for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from metrics.answer import Answer, Child, Freshness
from metrics.calendar import Period, week_of
from metrics.errors import BadQuestion, UnknownName
from metrics.insight.significance import HISTORY_WEEKS
from metrics.question import Comparison, Question
from metrics.territory import UNASSIGNED, Territory

CHART_WEEKS = 12
SERIES_DAYS = 53 * 7
LEVEL = "children"
DIMENSION = "category"
ACCEPTED, ONTIME, SATISFIED = (
    "appeals_accepted", "appeals_ontime_rate", "appeals_satisfaction_rate",
)  # fmt: skip
SERIES = (ACCEPTED, "um_reported", "grid_reports", "emergency_events")
HEADLINES = (
    ACCEPTED, "appeals_closed", "appeals_open", ONTIME, SATISFIED, "appeal_repeat_rate",
    "appeal_return_rate", "appeal_handle_hours_p50", "appeal_handle_hours_p90",
    "hotline_accepted", "hotline_connect_rate", "um_reported", "um_filed", "um_closed",
    "um_ontime_rate", "um_rework_rate", "grid_reports", "grid_self_handled_rate",
    "grid_patrol_km", "grid_workers_active", "dispute_cases", "dispute_resolved_rate",
    "emergency_events", "sla_30s_response_rate", "sla_9min_arrival_rate",
    "emergency_response_s_p90", "iot_alarm_total", "iot_alarm_timely_rate", "pm25_avg",
    "fume_exceed_rate", "water_level_max",
)  # fmt: skip
TABLE = (
    ACCEPTED, "appeals_closed", "appeals_open", ONTIME, SATISFIED, "hotline_accepted",
    "um_reported", "um_ontime_rate", "grid_reports", "dispute_cases", "emergency_events",
    "sla_9min_arrival_rate", "pm25_avg",
)  # fmt: skip
"""The indicators of the first table, whose last weeks are shown as well."""
STREET_COLUMNS = (ACCEPTED, ONTIME, SATISFIED, "um_reported", "grid_reports")


class Asks(Protocol):
    """The part of the metrics service a briefing needs."""

    @property
    def territory(self) -> Territory:
        """The city's areas."""

    def question(
        self,
        indicator: str,
        *,
        area: str = "",
        level: str = "",
        period: str = "yesterday",
        compare: Sequence[Comparison] = ("prev", "yoy"),
        by: str = "",
        series: int = 0,
    ) -> Question:
        """Return a checked question."""

    def answer_many(self, questions: Sequence[Question]) -> tuple[Answer, ...]:
        """Return the answers in the order of the questions."""

    def freshness(self) -> tuple[Freshness, ...]:
        """Return the age of every feed."""


@dataclass(frozen=True)
class Answers:
    """Everything the service said, by purpose; what this city does not measure is absent.

    Attributes:
        headline: whole city, the week, with daily series where weeks are counted back.
        areas: the week by area of the first level below the root.
        accepted_before: accepted appeals of the weeks before by area and category, nearest first.
        ontime_before: on-time rate of the weeks before by category, nearest first.
        ontime_pooled: on-time rate over the last weeks, this one included, by area.
        weeks_before: the weeks before of every indicator of ``TABLE``, nearest first.
    """

    week: Period
    territory: Territory
    feeds: tuple[Freshness, ...]
    headline: dict[str, Answer] = field(default_factory=dict)
    areas: dict[str, Answer] = field(default_factory=dict)
    categories: dict[str, Answer] = field(default_factory=dict)
    accepted_before: tuple[Answer, ...] = ()
    ontime_before: tuple[Answer, ...] = ()
    ontime_pooled: Answer | None = None
    weeks_before: dict[str, tuple[Answer, ...]] = field(default_factory=dict)

    @property
    def is_whole_week(self) -> bool:
        """Tell whether the week is over; a running one is not compared with whole weeks."""
        return all(answer.period.end >= self.week.end for answer in self.headline.values())

    @property
    def data_version(self) -> int:
        """The data version the answers were given at."""
        return max((answer.data_version for answer in self.headline.values()), default=0)

    def weekly(self, indicator: str) -> tuple[float | None, ...]:
        """Return the counts of the weeks up to this one, oldest first; a gap makes a week None."""
        answer = self.headline.get(indicator)
        if answer is None or not answer.series:
            return ()
        days = dict(answer.series)
        last = self.week.start
        found: list[float | None] = []
        for back in range(SERIES_DAYS // 7 - 1, -1, -1):
            start = last - dt.timedelta(days=7 * back)
            counts = [days.get(start + dt.timedelta(days=k)) for k in range(7)]
            known = [count for count in counts if count is not None]
            found.append(sum(known) if len(known) == 7 else None)
        return tuple(found)


def named(children: Sequence[Child]) -> dict[str, Child]:
    """Return the children that are an area or a value, without the bucket for no area, by key."""
    return {child.key: child for child in children if child.key and child.name != UNASSIGNED}


def week_before(week: Period, weeks: int) -> Period:
    """Return the week this many weeks earlier."""
    return week_of(week.start - dt.timedelta(days=7 * weeks))


def inquire(asks: Asks, week: Period) -> Answers:
    """Return all answers a briefing draws from; indicators the city lacks are left out."""
    round_ = _Round(asks)
    for indicator in HEADLINES:
        series = SERIES_DAYS if indicator in SERIES else 0
        round_.add(("headline", indicator), indicator, week.text, series=series)
    for indicator in STREET_COLUMNS:
        round_.add(("areas", indicator), indicator, week.text, level=LEVEL)
    for indicator in (ACCEPTED, ONTIME):
        round_.add(("categories", indicator), indicator, week.text, by=DIMENSION)
    for back in range(1, CHART_WEEKS):
        text = week_before(week, back).text
        near = back <= HISTORY_WEEKS
        level, by = (LEVEL, DIMENSION) if near else ("", "")
        round_.add(("accepted", str(back)), ACCEPTED, text, level=level, by=by, compare=())
        round_.add(("ontime", str(back)), ONTIME, text, by=by, compare=())
        for indicator in (one for one in TABLE if one not in (ACCEPTED, ONTIME)):
            round_.add((f"before {indicator}", str(back)), indicator, text, compare=())
    pooled = f"{week_before(week, HISTORY_WEEKS - 1).start}..{week.end}"
    round_.add(("pooled", ONTIME), ONTIME, pooled, level=LEVEL, compare=())
    found = round_.answers()

    def pick(purpose: str) -> dict[str, Answer]:
        return {name: answer for (kind, name), answer in found.items() if kind == purpose}

    before = {one: tuple(pick(f"before {one}").values()) for one in TABLE}
    before |= {ACCEPTED: tuple(pick("accepted").values()), ONTIME: tuple(pick("ontime").values())}
    return Answers(
        week=week,
        territory=asks.territory,
        feeds=asks.freshness(),
        headline=pick("headline"),
        areas=pick("areas"),
        categories=pick("categories"),
        accepted_before=tuple(pick("accepted").values()),
        ontime_before=tuple(pick("ontime").values()),
        ontime_pooled=found.get(("pooled", ONTIME)),
        weeks_before=before,
    )


class _Round:
    """Questions collected under a name, so that the service can answer them together."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks
        self._questions: dict[tuple[str, str], Question] = {}

    def add(
        self,
        name: tuple[str, str],
        indicator: str,
        period: str,
        *,
        level: str = "",
        by: str = "",
        series: int = 0,
        compare: Sequence[Comparison] = ("prev", "yoy"),
    ) -> None:
        """Take in a question, unless this city cannot be asked it."""
        try:
            self._questions[name] = self._asks.question(
                indicator, period=period, level=level, by=by, series=series, compare=compare
            )
        except (UnknownName, BadQuestion):
            return

    def answers(self) -> dict[tuple[str, str], Answer]:
        answers = self._asks.answer_many(list(self._questions.values()))
        return dict(zip(self._questions, answers, strict=True))
