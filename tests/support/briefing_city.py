"""A town that answers a briefing's questions from drawn weekly counts, without a store.

Every (week, street, category) cell holds a number of appeals and how many were on time, drawn
with a seed and more spread than chance. Events can be planted. Totals, comparisons and breakdowns
are sums over the cells, so an answer is right by construction.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from metrics.answer import Answer, Child, Figure, Freshness
from metrics.calendar import Period, parse_period, previous, span, year_before
from metrics.errors import UnknownName
from metrics.indicator import Indicator, Light
from metrics.question import Comparison, Question
from metrics.territory import UNASSIGNED, Area, Level, Territory, build_territory

TODAY = dt.date(2026, 11, 22)
STREETS = (
    "城东街道",
    "城西街道",
    "河畔街道",
    "新塘街道",
    "北岸街道",
    "南苑街道",
    "开源街道",
    "云谷街道",
)
CATEGORIES = ("噪声扰民", "道路破损", "违规停车", "占道经营", "物业纠纷", "垃圾清运")
FIRST_WEEK = dt.date(2025, 9, 1)
WEEKS = 66
COUNTS = ("appeals_accepted", "um_reported", "grid_reports", "emergency_events", "appeals_closed",
    "hotline_accepted", "iot_alarm_total", "dispute_cases", "appeals_open")  # fmt: skip
RATES = ("appeals_ontime_rate", "appeals_satisfaction_rate", "um_ontime_rate",
    "grid_self_handled_rate", "sla_9min_arrival_rate")  # fmt: skip
MEASURES = ("pm25_avg", "appeal_handle_hours_p50", "appeal_handle_hours_p90", "water_level_max")
UNITS = {
    "pm25_avg": "μg/m³",
    "appeal_handle_hours_p50": "小时",
    "appeal_handle_hours_p90": "小时",
    "water_level_max": "米",
    "emergency_events": "起",
}
NAMES = {
    "appeals_accepted": "诉求受理量",
    "appeals_closed": "诉求办结量",
    "appeals_open": "在办诉求存量",
    "appeals_ontime_rate": "按期办结率",
    "appeals_satisfaction_rate": "满意率",
    "hotline_accepted": "12345受理量",
    "um_reported": "城管案件上报数",
    "um_ontime_rate": "按期处置率",
    "grid_reports": "网格上报数",
    "grid_self_handled_rate": "自处置率",
    "dispute_cases": "矛盾调处受理数",
    "emergency_events": "应急事件数",
    "sla_9min_arrival_rate": "9分钟到达率",
    "pm25_avg": "PM2.5浓度",
    "iot_alarm_total": "物联告警数",
    "water_level_max": "最高水位",
    "appeal_handle_hours_p50": "办结时长中位数",
    "appeal_handle_hours_p90": "办结时长九成位",
}
Cell = tuple[float, float]
"""Cases and those on time."""


def indicator(name: str) -> Indicator:
    """Return a definition good enough to name, unit and round by."""
    kind = "ratio" if name in RATES else "average" if name in MEASURES else "count"
    return Indicator(
        id=name, name=NAMES.get(name, name), name_en=name, domain="群众诉求",
        unit="%" if name in RATES else UNITS.get(name, "件"), kind=kind, fact="case",
        direction="up" if name in RATES else "neutral",
        target=">=95" if name == "appeals_ontime_rate" else "none",
        note=f"{NAMES.get(name, name)}的口径,A类与B类<合并>计1件",
    )  # fmt: skip


def town() -> Territory:
    """Return a district of eight streets."""
    levels = (Level("district", "区", 0, "district"), Level("street", "街道", 1, "street"))
    areas = [Area("100", "100", "青川区", "district", 0, "")]
    areas += [
        Area(f"1{k:02d}", f"1{k:02d}", name, "street", 1, "100")
        for k, name in enumerate(STREETS, start=1)
    ]
    return build_territory(levels, areas)


@dataclass
class Town:
    """The service a briefing asks.

    Attributes:
        plant: changes a cell: (weeks before the last, street, category, cell) -> cell.
        missing: indicators whose feed is silent.
        unknown: indicators the catalogue lacks.
    """

    seed: int = 1
    spread: float = 3.0
    plant: Callable[[int, int, int, Cell], Cell] = lambda _week, _street, _category, cell: cell
    missing: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    feeds: tuple[Freshness, ...] = ()
    spoken: Mapping[str, frozenset[dt.date]] = field(default_factory=dict)
    today: dt.date = TODAY
    territory: Territory = field(default_factory=town)
    version: int = 42

    def __post_init__(self) -> None:
        self._cells: dict[tuple[int, int, int], Cell] = {}
        last = (dt.date(2026, 11, 9) - FIRST_WEEK).days // 7
        draw = random.Random(self.seed)
        for week in range(WEEKS):
            for street in range(-1, len(STREETS)):
                for category in range(len(CATEGORIES)):
                    mean = 4.0 if street < 0 else 30.0 + 6 * street + 9 * category
                    cell = self._draw(draw, mean)
                    self._cells[week, street, category] = self.plant(
                        last - week, street, category, cell
                    )

    def _draw(self, draw: random.Random, mean: float) -> Cell:
        level = draw.gammavariate(mean / (self.spread - 1), self.spread - 1)
        cases = max(0, round(draw.gauss(level, math.sqrt(level)))) if level > 0 else 0
        return float(cases), float(sum(draw.random() < 0.96 for _ in range(cases)))

    def question(
        self, indicator: str, *, area: str = "", level: str = "", period: str = "yesterday",
        compare: Sequence[Comparison] = ("prev", "yoy"), by: str = "", series: int = 0,
    ) -> Question:  # fmt: skip
        """Return a question; only what the town knows."""
        known = {*COUNTS, *RATES, *MEASURES} - self.unknown
        if indicator not in known:
            raise UnknownName("indicator", indicator, known)
        return Question(indicator, parse_period(period, self.today), area, level,
            tuple(compare), by, series=series)  # fmt: skip

    def answer_many(self, questions: Sequence[Question]) -> tuple[Answer, ...]:
        """Return the answers."""
        return tuple(self._answer(question) for question in questions)

    def batch_at(self, instant: dt.datetime) -> int:
        """Return no batch: the town has no history."""
        return 0

    def freshness(self) -> tuple[Freshness, ...]:
        """Return the feeds given."""
        return self.feeds

    def spoken_days(self) -> Mapping[str, frozenset[dt.date]]:
        """Return the days given."""
        return self.spoken

    def _answer(self, question: Question) -> Answer:
        what = indicator(question.indicator)
        window = question.period.until(self.today)
        total = self._child(question, "100", "青川区", lambda _street, _category: True)
        children: tuple[Child, ...] = ()
        if question.level:
            children = tuple(
                self._child(question, f"1{k + 1:02d}", name, _is_street(k))
                for k, name in enumerate(STREETS)
            )
            children += (self._child(question, "", UNASSIGNED, _is_street(-1)),)
        breakdown: tuple[Child, ...] = ()
        if question.by:
            breakdown = tuple(
                self._child(question, name, name, _is_category(k))
                for k, name in enumerate(CATEGORIES)
            )
        light: Light = "red" if question.indicator == "um_ontime_rate" else "none"
        return Answer(
            question, what, "100", "青川区", "district", window, total.figure, total.previous,
            total.year_ago, total.change, total.year_change, light,
            series=self._series(question, window), children=children, breakdown=breakdown,
            data_version=self.version, is_small=total.is_small,
        )  # fmt: skip

    def _child(
        self, question: Question, key: str, name: str, wanted: Callable[[int, int], bool]
    ) -> Child:
        window = question.period.until(self.today)
        now = self._figure(question.indicator, window, wanted)
        before = last_year = Figure()
        if "prev" in question.compare:
            before = self._figure(question.indicator, previous(window, question.period), wanted)
        if "yoy" in question.compare:
            last_year = self._figure(question.indicator, year_before(window), wanted)
        small = question.indicator in RATES and (now.denominator or 0) < 10
        return Child(key, name, now, before, last_year, is_small=small,
            change=_change(question.indicator, now, before),
            year_change=_change(question.indicator, now, last_year))  # fmt: skip

    def _figure(self, name: str, window: Period, wanted: Callable[[int, int], bool]) -> Figure:
        if name in self.missing:
            return Figure()
        first = (window.start - FIRST_WEEK).days / 7
        weeks = window.days / 7
        cases = ontime = 0.0
        for week in range(max(0, int(first)), min(WEEKS, math.ceil(first + weeks))):
            part = min(week + 1, first + weeks) - max(week, first)
            for street in range(-1, len(STREETS)):
                for category in range(len(CATEGORIES)):
                    if wanted(street, category):
                        cell = self._cells[week, street, category]
                        cases, ontime = cases + part * cell[0], ontime + part * cell[1]
        if name in MEASURES:
            return Figure(31.4159, 314.159, 10.0)
        if name in RATES:
            return Figure(ontime / cases * 100 if cases else None, ontime, cases)
        scale = 1 if name == "appeals_accepted" else 1 / (2 + COUNTS.index(name))
        return Figure(float(round(cases * scale)), float(round(cases * scale)))

    def _series(
        self, question: Question, window: Period
    ) -> tuple[tuple[dt.date, float | None], ...]:
        """Return a week's count spread evenly over its days, None where the feed is silent."""
        points = []
        by_week: dict[int, float | None] = {}
        for back in range(question.series - 1, -1, -1):
            day = window.end - dt.timedelta(days=back)
            week = (day - FIRST_WEEK).days // 7
            if week not in by_week:
                start = FIRST_WEEK + dt.timedelta(days=7 * week)
                seven = span(start, start + dt.timedelta(days=6))
                by_week[week] = self._figure(question.indicator, seven, lambda *_: True).value
            count = by_week[week]
            points.append((day, None if count is None else count / 7))
        return tuple(points)


def _is_street(number: int) -> Callable[[int, int], bool]:
    return lambda street, _category: street == number


def _is_category(number: int) -> Callable[[int, int], bool]:
    return lambda _street, category: category == number


def _change(name: str, now: Figure, before: Figure) -> float | None:
    if now.value is None or before.value is None:
        return None
    if name in RATES:
        return now.value - before.value
    return (now.value - before.value) / before.value if before.value else None


def feeds(late: Mapping[str, dt.datetime | None]) -> tuple[Freshness, ...]:
    """Return hourly feeds with the newest row of each."""
    return tuple(
        Freshness(f"feed{number}", name, at, is_stale=True, rhythm="1h")
        for number, (name, at) in enumerate(late.items())
    )
