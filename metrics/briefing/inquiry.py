"""What the briefing asks the service, all of it in one go, and the answers by what they are for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from metrics.answer import Answer, Child, Freshness
from metrics.briefing.edition import Edition, earlier, edition, pooled_start, prior
from metrics.briefing.normal import Count, counts
from metrics.calendar import Period
from metrics.errors import BadQuestion, UnknownName
from metrics.insight.significance import HISTORY_WEEKS
from metrics.question import Comparison, Question
from metrics.territory import UNASSIGNED, Territory

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
CROSSED = (ACCEPTED, "um_reported", "grid_reports")
"""Looked at by class within every area."""
CLASS = "subcategory"
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

    def spoken_days(self) -> Mapping[str, frozenset[dt.date]]:
        """Return the days on which a source has rows, by source."""


@dataclass(frozen=True)
class Answers:
    """Everything the service said, by purpose; what this city does not measure is absent.

    Attributes:
        period: what the briefing is about.
        spoken: days on which a source has rows, by source.
        headline: whole city, the period, with daily series where periods are counted back.
        areas: the period by area of the first level below the root.
        accepted_prior: accepted appeals of the window of 环比 by category.
        ontime_prior: on-time rate of the window of 环比 by category.
        accepted_before: accepted appeals of the periods before by area and category, nearest first.
        ontime_before: on-time rate of the periods before by category, nearest first.
        ontime_pooled: on-time rate over the last periods, this one included, by area.
        crossed: the week by class within every area, with the weeks before.
        before: the periods before of every indicator of ``TABLE``, nearest first.
    """

    period: Period
    territory: Territory
    feeds: tuple[Freshness, ...]
    spoken: Mapping[str, frozenset[dt.date]] = field(default_factory=dict)
    headline: dict[str, Answer] = field(default_factory=dict)
    areas: dict[str, Answer] = field(default_factory=dict)
    categories: dict[str, Answer] = field(default_factory=dict)
    accepted_prior: Answer | None = None
    ontime_prior: Answer | None = None
    accepted_before: tuple[Answer, ...] = ()
    ontime_before: tuple[Answer, ...] = ()
    ontime_pooled: Answer | None = None
    crossed: dict[str, Answer] = field(default_factory=dict)
    before: dict[str, tuple[Answer, ...]] = field(default_factory=dict)

    @property
    def edition(self) -> Edition:
        """What a briefing of this rhythm is called and held against."""
        return edition(self.period)

    @property
    def is_whole(self) -> bool:
        """Tell whether the period is over; a running one is not compared with whole ones."""
        return all(answer.period.end >= self.period.end for answer in self.headline.values())

    @property
    def begun(self) -> dt.date:
        """The first day of a source that speaks daily; registers reach back without saying much."""
        spoken = [(min(days), max(days), len(days)) for days in self.spoken.values() if days]
        daily = [first for first, last, many in spoken if 2 * many > (last - first).days]
        return min(daily, default=dt.date.min)

    def held(self, first: int, last: int) -> int:
        """Return how many of the periods ``first`` to ``last`` back lie in the time of data."""
        begun = self.begun
        return sum(earlier(self.period, k).start >= begun for k in range(first, last + 1))

    @property
    def data_version(self) -> int:
        """The data version the answers were given at."""
        return max((answer.data_version for answer in self.headline.values()), default=0)

    def counts(self, indicator: str) -> tuple[Count | None, ...]:
        """Return the counts of the periods up to this one, oldest first; None for one with gaps."""
        answer = self.headline.get(indicator)
        if answer is None or not answer.series:
            return ()
        looked = range(self.edition.looked - 1, -1, -1)
        return counts(dict(answer.series), [earlier(self.period, back) for back in looked])


def named(children: Sequence[Child]) -> dict[str, Child]:
    """Return the children that are an area or a value, without the bucket for no area, by key."""
    return {child.key: child for child in children if child.key and child.name != UNASSIGNED}


def inquire(asks: Asks, period: Period) -> Answers:
    """Return all answers a briefing draws from; indicators the city lacks are left out."""
    round_, kind = _Round(asks), edition(period)
    days = (period.end - earlier(period, kind.looked - 1).start).days + 1
    for indicator in HEADLINES:
        series = days if indicator in SERIES else 0
        round_.add(("headline", indicator), indicator, period.text, series=series)
    for indicator in STREET_COLUMNS:
        round_.add(("areas", indicator), indicator, period.text, level=LEVEL)
    for indicator in (ACCEPTED, ONTIME):
        round_.add(("categories", indicator), indicator, period.text, by=DIMENSION)
        round_.add(("prior", indicator), indicator, prior(period).text, by=DIMENSION, compare=())
    for back in range(1, kind.charted):
        text = earlier(period, back).text
        near = back <= HISTORY_WEEKS
        level, by = (LEVEL, DIMENSION) if near else ("", "")
        round_.add(("accepted", str(back)), ACCEPTED, text, level=level, by=by, compare=())
        round_.add(("ontime", str(back)), ONTIME, text, by=by, compare=())
        for indicator in (one for one in TABLE if one not in (ACCEPTED, ONTIME)):
            round_.add((f"before {indicator}", str(back)), indicator, text, compare=())
    # The windows of history are whole weeks; other periods would not be held against their like.
    for indicator in CROSSED if period.kind == "week" else ():
        round_.add(("crossed", indicator), indicator, period.text, level=LEVEL, by=CLASS,
            compare=("history",), is_crossed=True)  # fmt: skip
    pooled = f"{pooled_start(period, HISTORY_WEEKS)}..{period.end}"
    round_.add(("pooled", ONTIME), ONTIME, pooled, level=LEVEL, compare=())
    return _sorted(asks, period, round_.answers())


def _sorted(asks: Asks, period: Period, found: Mapping[tuple[str, str], Answer]) -> Answers:
    def pick(purpose: str) -> dict[str, Answer]:
        return {name: answer for (kind, name), answer in found.items() if kind == purpose}

    accepted, ontime = tuple(pick("accepted").values()), tuple(pick("ontime").values())
    before = {one: tuple(pick(f"before {one}").values()) for one in TABLE}
    return Answers(
        period=period,
        territory=asks.territory,
        feeds=asks.freshness(),
        spoken=asks.spoken_days(),
        headline=pick("headline"),
        areas=pick("areas"),
        categories=pick("categories"),
        accepted_prior=found.get(("prior", ACCEPTED)),
        ontime_prior=found.get(("prior", ONTIME)),
        accepted_before=accepted,
        ontime_before=ontime,
        ontime_pooled=found.get(("pooled", ONTIME)),
        crossed=pick("crossed"),
        before=before | {ACCEPTED: accepted, ONTIME: ontime},
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
        is_crossed: bool = False,
    ) -> None:
        """Take in a question, unless this city cannot be asked it."""
        try:
            question = self._asks.question(
                indicator, period=period, level=level, by=by, series=series, compare=compare
            )
            self._questions[name] = replace(question, crossed=is_crossed)
        except (UnknownName, BadQuestion):
            return

    def answers(self) -> dict[tuple[str, str], Answer]:
        answers = self._asks.answer_many(list(self._questions.values()))
        return dict(zip(self._questions, answers, strict=True))
