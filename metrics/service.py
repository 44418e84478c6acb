"""The one place where questions are answered, for wall, pages, briefing, API and command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from metrics import calendar, planner
from metrics.answer import Answer, Child, Distribution, Figure, Freshness, Places, Trace
from metrics.calendar import Clock, Period
from metrics.cases import (
    CasePage,
    CaseRecord,
    Request,
    Side,
    latest,
    page,
    places,
    record,
)  # fmt: skip
from metrics.catalogue import Catalogue
from metrics.distribution import distribution
from metrics.errors import BadQuestion
from metrics.fetch import Fetched, Part, fetch
from metrics.figures import change, is_small, mean, resolve
from metrics.findings import HotSpots
from metrics.freshness import Coverage, Feed, Feeds
from metrics.hotspots import hot_spots
from metrics.indicator import Light
from metrics.planner import Plan
from metrics.question import DIMENSIONS, FULL_SCOPE, Comparison, Question, TerritoryRule, Viewer
from metrics.recuts import recuts
from metrics.sql import Window
from metrics.statement import Statement
from metrics.store import Store
from metrics.territory import UNASSIGNED, Territory
from metrics.threshold import light

_CURRENT, _PREVIOUS, _YEAR_AGO, _BASELINE = 0, 1, 2, 3
Read = Callable[[Any, Window], Figure]


class Service:
    """Answers questions about one city from one store. Safe to use from several threads."""

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        territory: Territory,
        clock: Clock,
        feeds: Sequence[Feed] = (),
    ) -> None:
        """Bind what a question needs to be understood; nothing is read yet."""
        self.store = store
        self.catalogue = catalogue
        self.territory = territory
        self.clock = clock
        self.feeds = Feeds(store, catalogue.indicators, feeds)

    @property
    def version(self) -> int:
        """The data version answers are given at."""
        return self.store.version

    def question(
        self,
        indicator: str,
        *,
        area: str = "",
        level: str = "",
        period: str | Period = "yesterday",
        compare: Iterable[Comparison] = ("prev", "yoy"),
        by: str = "",
        filters: Mapping[str, Sequence[str]] | None = None,
        as_of: int = 0,
        series: int = 0,
        viewer: Viewer = FULL_SCOPE,
        territory: TerritoryRule = "as_was",
        crossed: bool = False,
    ) -> Question:
        """Return a checked question from the words of a command line or a URL.

        ``level`` may be ``children``: the level below the area.

        Raises:
            UnknownName: indicator, area, level or dimension does not exist.
            BadQuestion: the period is not understood, or cannot be answered.
        """
        self.catalogue.get(indicator)
        today = self.clock.today()
        meant = period if isinstance(period, Period) else self.clock.period(period)
        day = today if territory == "as_is" else min(meant.end, today)
        place = self.territory.area(area, day if area else None)
        if level == "children":
            below = self.territory.next_level(place)
            level = below.id if below else ""
        elif level:
            level = self.territory.level(level).id
        if as_of > self.version or as_of < 0:
            raise BadQuestion(
                f"there is no batch {as_of}", where="--as-of", hint=f"The newest is {self.version}"
            )
        question = Question(
            indicator, meant, place.id, level, tuple(compare), by,
            tuple(sorted((key, tuple(values)) for key, values in (filters or {}).items())),
            as_of, series, viewer, crossed, territory,
        )  # fmt: skip
        self._plan(question)
        return question

    def check(self, questions: Iterable[Question]) -> None:
        """Pass questions that can be answered.

        Raises:
            BadQuestion: one cannot.
        """
        for question in questions:
            self._plan(question)

    def answer(self, question: Question) -> Answer:
        """Return the answer with its trace: statements, tables rejected, batches behind it."""
        plans = [self._plan(question)]
        fetched = self._fetch(plans)
        answer = self._assemble(plans[0], fetched)
        trace = Trace(
            answer.indicator.defined_at,
            plans[0].table,
            plans[0].rejected,
            tuple(statement.pasted() for statement in fetched.statements),
            self._batches(plans[0]),
        )
        return replace(answer, trace=trace)

    def answer_many(self, questions: Sequence[Question]) -> tuple[Answer, ...]:
        """Return the answers of a whole screen, fetched together in few statements."""
        plans = [self._plan(question) for question in questions]
        fetched = self._fetch(plans)
        return tuple(self._assemble(plan, fetched) for plan in plans)

    def statement(self, question: Question) -> Statement:
        """Return the statement that fetches the number itself."""
        return self._fetch([self._plan(question)], run=False).statements[0]

    def cases(
        self,
        question: Question,
        *,
        limit: int = 50,
        offset: int = 0,
        side: Side = "all",
    ) -> CasePage:
        """Return a page of the rows behind a number; its total is the number for counts."""
        plan = self._plan(question)
        request = Request(plan, self._version(question), limit, offset, side)
        return page(self.store, self.territory, request)

    def places(self, question: Question, *, limit: int) -> Places:
        """Return where the rows behind a number lie, those without a place left out."""
        request = Request(self._plan(question), self._version(question), limit, 0, "all")
        return places(self.store, self.territory, request)

    def distribution(self, question: Question) -> Distribution | None:
        """Return how the values behind a number are spread; None where it has none, or too few."""
        request = Request(self._plan(question), self._version(question), 1, 0, "all")
        return distribution(self.store, self.territory, request)

    def hot_spots(self, question: Question) -> HotSpots:
        """Return where the cases behind a number recur and grow; ask it with a history."""
        plan = self._plan(question)
        return hot_spots(self.store, self.territory, plan, self._version(question))

    def case(self, case_id: str, *, viewer: Viewer = FULL_SCOPE) -> CaseRecord:
        """Return one case with its versions and where each came from.

        Raises:
            UnknownName: no such case, or not within the viewer's scope.
        """
        return record(self.store, self.territory, case_id, viewer)

    def latest_events(
        self, *, viewer: Viewer = FULL_SCOPE, limit: int = 20
    ) -> tuple[dict[str, Any], ...]:
        """Return the newest alarms, emergencies and urgent cases, newest first."""
        return latest(self.store, self.territory, viewer, self.clock.now(), limit)

    def batch_at(self, instant: dt.datetime) -> int:
        """Return the newest batch that was published by an aware instant; 0 where there is none."""
        rows = self.store.rows(
            "SELECT max(batch) AS batch FROM batch WHERE published_at <= {at:DateTime64(3)}",
            {"at": instant},
            tag="service.batch_at",
        )
        return min(int(rows[0]["batch"]), self.version)

    def freshness(self, *, as_of: int = 0) -> tuple[Freshness, ...]:
        """Return the age of every feed the city expects, now or as a batch left it."""
        return self.feeds.freshness(self.clock.now(), as_of or self.version)

    def spoken_days(self, *, as_of: int = 0) -> Mapping[str, frozenset[dt.date]]:
        """Return the days on which a source has rows, by source, now or as a batch left them."""
        return self.feeds.coverage(as_of or self.version).days

    def dimensions(self, indicator_id: str) -> tuple[str, ...]:
        """Return the columns an indicator may be broken down by."""
        leaves = planner.leaves_of(self.catalogue.get(indicator_id), self.catalogue)
        allowed = [DIMENSIONS[leaf.fact or "case"] for leaf in leaves]
        return tuple(one for one in allowed[0] if all(one in other for other in allowed))

    def _plan(self, question: Question) -> Plan:
        now = self.clock.now()
        today = calendar.day(now.date())
        return planner.plan(question, self.catalogue, self.territory, today, now)

    def _version(self, question: Question) -> int:
        return question.as_of or self.version

    def _fetch(self, plans: Sequence[Plan], *, run: bool = True) -> Fetched:
        if run:
            newest = max((self._version(plan.question) for plan in plans), default=0)
            self.feeds.look_at((leaf for plan in plans for leaf in plan.leaves), newest)
        return fetch(self.store if run else None, self.territory, plans, self.version)

    def _assemble(self, plan: Plan, fetched: Fetched) -> Answer:
        question, indicator = plan.question, plan.indicator
        read = self._reader(plan, fetched, "total")
        aligned, baseline = self._compared(plan, read)
        total = self._child(plan, read, "", "")
        sources = sorted(
            {
                source
                for leaf in plan.leaves
                for source in self._coverage(plan).sources.get(leaf.id, ())
            }
        )
        return Answer(
            question=question,
            indicator=indicator,
            area=plan.area.id,
            area_name=plan.area.name,
            level=plan.area.level,
            period=plan.current,
            figure=total.figure,
            previous=total.previous if "prev" in question.compare else Figure(),
            year_ago=total.year_ago if "yoy" in question.compare else Figure(),
            change=total.change if "prev" in question.compare else None,
            year_change=total.year_change if "yoy" in question.compare else None,
            year_ago_aligned=aligned,
            year_change_aligned=change(indicator, total.figure.value, aligned.value),
            aligned=calendar.span(*plan.aligned) if plan.aligned else None,
            baseline=baseline,
            baseline_change=change(indicator, total.figure.value, baseline.value),
            maturity=plan.maturity,
            matures_days=plan.matures_days,
            light=total.light,
            is_small=total.is_small,
            series=self._series(plan, fetched),
            children=self._children(plan, fetched) if plan.level else (),
            breakdown=self._breakdown(plan, fetched) if question.by else (),
            freshness=self.feeds.freshness(self.clock.now(), self._version(question), sources),
            data_version=self._version(question),
            missing=self._missing(plan, total.figure, sources),
            recuts=recuts(plan, self.territory),
            history=total.history,
            cells=self._cells(plan, fetched) if question.crossed and plan.level else {},
        )

    def _coverage(self, plan: Plan) -> Coverage:
        return self.feeds.coverage(self._version(plan.question))

    def _child(self, plan: Plan, read: Read, key: Any, name: str) -> Child:  # noqa: ANN401
        figures = [read(key, window) for window in plan.windows]
        now, before, last_year = (figures[k] for k in (_CURRENT, _PREVIOUS, _YEAR_AGO))
        small = is_small(plan.indicator, now)
        lamp: Light = "none"
        if not small and plan.maturity >= 1:
            lamp = light(
                plan.indicator,
                now.value,
                baseline=mean(figures[_BASELINE:]),
                year_ago=last_year.value,
            )
        return Child(
            key, name, now, before, last_year, lamp, small,
            change(plan.indicator, now.value, before.value),
            change(plan.indicator, now.value, last_year.value),
            tuple(read(key, window) for window in plan.history),
        )  # fmt: skip

    def _compared(self, plan: Plan, read: Read) -> tuple[Figure, Figure]:
        """Return the aligned year before and the mean of the baseline weeks, where asked for."""
        aligned = baseline = Figure()
        if plan.aligned is not None:
            aligned = read("", plan.aligned)
        if "b4w" in plan.question.compare:
            weeks = plan.windows[_BASELINE:]
            baseline = Figure(mean([read("", week) for week in weeks]))
        return aligned, baseline

    def _reader(self, plan: Plan, fetched: Fetched, part: Part) -> Read:
        """Return how to read a part of a plan: the figure of a key in a window."""
        coverage = self._coverage(plan)
        found = {leaf.id: fetched.found(plan, part, leaf) for leaf in plan.leaves}

        def read(key: Any, window: Window) -> Figure:  # noqa: ANN401 - an area or a value
            def lookup(name: str) -> Figure:
                is_covered = coverage.covers(name, *window)
                return found[name].figure(key, window, is_covered=is_covered)

            return resolve(plan.indicator, self.catalogue, lookup)

        return read

    def _series(self, plan: Plan, fetched: Fetched) -> tuple[tuple[dt.date, float | None], ...]:
        if not plan.question.series:
            return ()
        coverage = self._coverage(plan)
        found = {leaf.id: fetched.found(plan, "series", leaf) for leaf in plan.leaves}
        points = []
        for offset in range(plan.question.series - 1, -1, -1):
            day = plan.current.end - dt.timedelta(days=offset)

            def lookup(name: str, day: dt.date = day) -> Figure:
                return found[name].on_day(day, is_covered=coverage.covers(name, day, day))

            points.append((day, resolve(plan.indicator, self.catalogue, lookup).value))
        return tuple(points)

    def _children(self, plan: Plan, fetched: Fetched) -> tuple[Child, ...]:
        if plan.level is None:
            return ()
        roots = plan.question.viewer.roots
        areas = {
            area.id: area.name
            for area in self.territory.descendants(plan.area.id, plan.level, plan.day)
            if not roots or self.territory.is_within(area.id, roots)
        }
        for key in fetched.keys(plan, "children"):
            if key and key not in areas:  # dissolved by now, but it had rows in the period
                known = self.territory.areas.get(key)
                areas[key] = known.name if known else key
        named = [*areas.items(), ("", UNASSIGNED)]
        read = self._reader(plan, fetched, "children")
        return tuple(self._child(plan, read, key, name) for key, name in named)

    def _breakdown(self, plan: Plan, fetched: Fetched) -> tuple[Child, ...]:
        read = self._reader(plan, fetched, "breakdown")
        found = [
            replace(self._child(plan, read, key, key[1] or "(空)"), key=key[1])
            for key in fetched.keys(plan, "breakdown")
        ]
        known = [one for one in found if one.figure.value is not None or plan.history]
        return tuple(sorted(known, key=lambda one: (-(one.figure.value or 0.0), one.key)))

    def _cells(self, plan: Plan, fetched: Fetched) -> dict[tuple[str, str], Child]:
        """Return the values of the dimension within the areas of the level, by (area, value)."""
        read = self._reader(plan, fetched, "cells")
        return {
            (area, value): replace(self._child(plan, read, (area, value), value), key=value)
            for area, value in fetched.keys(plan, "cells")
        }

    def _missing(self, plan: Plan, one: Figure, sources: Sequence[str]) -> str:
        if one.value is not None:
            return ""
        if not sources:
            return f"no feed has delivered rows for {plan.indicator.id}{self._awaited(plan)}"
        if one.denominator == 0:
            return "the denominator is zero"
        return f"no rows from {', '.join(sources)} in this period"

    def _awaited(self, plan: Plan) -> str:
        """Return the feeds that may bring such rows and have not delivered any."""
        shapes, heard = {leaf.fact for leaf in plan.leaves}, self._coverage(plan).watermarks
        silent = [
            feed.source
            for feed in self.feeds.expected
            if feed.shape in shapes and feed.source not in heard
        ]
        return f"; not heard from yet: {', '.join(sorted(silent))}" if silent else ""

    def _batches(self, plan: Plan) -> tuple[dict[str, object], ...]:
        coverage = self._coverage(plan)
        sources = [source for leaf in plan.leaves for source in coverage.sources.get(leaf.id, ())]
        start, end = plan.windows[_CURRENT]
        rows = self.store.rows(
            "SELECT batch, source, file, toString(sha256) AS sha256, rows_read, accepted,"
            " quarantined, duplicates, restated, published_at FROM batch"
            " WHERE source IN {sources:Array(String)} AND batch <= {version:UInt32}"
            " AND arrayExists(day -> day BETWEEN {start:Date} AND {end:Date}, days)"
            " ORDER BY batch DESC LIMIT 200",
            {
                "sources": sources, "start": start, "end": end,
                "version": self._version(plan.question),
            },
            tag="service.batches",
        )  # fmt: skip
        return tuple({**row, "published_at": row["published_at"].isoformat()} for row in rows)
