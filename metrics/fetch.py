"""Fetches what several plans need with as few statements as their places allow."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from metrics.answer import Figure
from metrics.figures import Sums, carried_forward, figure, read_sums
from metrics.indicator import Indicator
from metrics.planner import Plan
from metrics.question import Question
from metrics.slices import WHOLE, Slice
from metrics.sql import Need, Window, build
from metrics.statement import Statement
from metrics.store import Store
from metrics.territory import Territory

Part = Literal["total", "children", "breakdown", "cells", "series"]
GroupKey = tuple[object, ...]

_SUMMED_AT_ONCE = 60
"""Indicators; the sums of one are some hundred characters, and ClickHouse parses 262,144."""


@dataclass
class Group:
    """What is wanted of the same rows: the union of indicators and windows of several plans."""

    need: Need
    indicators: dict[str, Indicator] = field(default_factory=dict)
    windows: dict[Window, int] = field(default_factory=dict)
    rows: dict[tuple[str, Slice, Any, int], dict[str, Any]] = field(default_factory=dict)
    tag: str = ""
    slices: dict[Slice, None] = field(default_factory=dict)

    def want(self, leaf: Indicator, windows: Sequence[Window]) -> None:
        """Add an indicator and the windows it is wanted in."""
        self.indicators[leaf.id] = leaf
        for window in windows:
            self.windows.setdefault(window, len(self.windows) + 1)

    def statements(self) -> Iterator[Statement]:
        """Yield the statement for everything wanted; several where facts are read for many."""
        windows = tuple(self.windows)
        if self.need.daily:
            windows = ((min(a for a, _ in windows), max(b for _, b in windows)),)
        for indicators in self._portions():
            need = replace(
                self.need, indicators=indicators, windows=windows, slices=tuple(self.slices)
            )
            yield build(need, self.tag)

    def place(self, key: Any) -> tuple[Slice, Any]:  # noqa: ANN401 - as the statement told it
        """Return the slice a row belongs to, and its key there: nothing, an area, a value, both."""
        slices = tuple(self.slices)
        if len(slices) == 1:
            return slices[0], key
        *area, number, value = key
        found = slices[number - 1]
        if not area:
            return found, value
        return found, (area[0], value) if found.column else area[0]

    def _portions(self) -> Iterator[tuple[Indicator, ...]]:
        """Yield the indicators, as many at once as ClickHouse can parse the sums of."""
        wanted = list(self.indicators.values())
        size = len(wanted) if all(one.is_kept for one in wanted) else _SUMMED_AT_ONCE
        for start in range(0, len(wanted), size):
            yield tuple(wanted[start : start + size])


@dataclass
class Fetched:
    """The sums behind a set of plans, found again by plan, part and indicator."""

    territory: Territory
    version: int
    groups: dict[GroupKey, Group] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)

    def key_of(self, plan: Plan, part: Part, leaf: Indicator) -> GroupKey:
        """Return which group answers a part of a plan for one of its indicators."""
        question = plan.question
        depth = plan.level.depth if part in ("children", "cells") and plan.level else -1
        cut, daily = slice_of(plan, part), part == "series"
        reads_facts = cut != WHOLE or question.is_as_is or not leaf.is_kept
        return (
            question.as_of or self.version, plan.area.id, depth, reads_facts,
            question.filters if daily else (), question.viewer.roots, daily,
            leaf.has_items and not daily, leaf.is_as_of, leaf.is_kept, question.territory,
        )  # fmt: skip

    def add(self, plan: Plan, part: Part, windows: Sequence[Window]) -> None:
        """Ask for a part of a plan."""
        for leaf in plan.leaves:
            key = self.key_of(plan, part, leaf)
            if key not in self.groups:
                need = _need(plan, part, self.territory, plan.question.as_of or self.version)
                self.groups[key] = Group(need, tag=f"ask.{part}")
            self.groups[key].want(leaf, windows)
            self.groups[key].slices[slice_of(plan, part)] = None

    def run(self, store: Store | None) -> None:
        """Run one statement a group; without a store only make the statements."""
        for group in self.groups.values():
            for statement in group.statements():
                self.statements.append(statement)
                if store is None:
                    continue
                found = store.rows(statement.sql, statement.parameters, tag=statement.tag)
                for row in found:
                    place = group.place(row["key"])
                    group.rows[row["indicator"], *place, row.get("w", 1)] = row

    def keys(self, plan: Plan, part: Part) -> list[Any]:
        """Return the keys found for the indicators of a plan, sorted."""
        asked = slice_of(plan, part)
        return sorted(
            {
                key
                for leaf in plan.leaves
                for indicator, cut, key, _ in self.groups[self.key_of(plan, part, leaf)].rows
                if indicator == leaf.id and cut == asked
            }
        )

    def found(self, plan: Plan, part: Part, leaf: Indicator) -> Found:
        """Return what was found for an indicator with a fact in a part of a plan."""
        return Found(leaf, self.groups[self.key_of(plan, part, leaf)], slice_of(plan, part))


@dataclass
class Found:
    """What was found for one indicator in one group."""

    leaf: Indicator
    group: Group
    cut: Slice

    def figure(self, key: object, window: Window, *, is_covered: bool) -> Figure:
        """Return the figure for a key and a window."""
        row = self.group.rows.get((self.leaf.id, self.cut, key, self.group.windows[window]))
        sums = read_sums(row) if row is not None else None
        if sums is not None and _is_empty(sums) and _is_register(self.leaf):
            sums = None
        return figure(self.leaf, sums, is_covered=is_covered)

    def on_day(self, day: dt.date, *, is_covered: bool) -> Figure:
        """Return the figure of one day of a series."""
        if self.leaf.kind == "stock":
            level = self._stock.get(day)
            if self.leaf.is_flow_stock and not level:
                level = 0.0 if is_covered else None
            return Figure(level, level)
        row = self.group.rows.get((self.leaf.id, self.cut, day, 1))
        sums = read_sums(row) if row is not None else None
        return figure(self.leaf, sums, is_covered=is_covered)

    @functools.cached_property
    def _stock(self) -> dict[dt.date, float]:
        rows, windows = self.group.rows, self.group.windows
        changes = {day: row["n"] for (one, _, day, _), row in rows.items() if one == self.leaf.id}
        start, end = min(a for a, _ in windows), max(b for _, b in windows)
        return carried_forward(changes, start, end, adds_up=self.leaf.is_flow_stock)


def fetch(
    store: Store | None, territory: Territory, plans: Sequence[Plan], version: int
) -> Fetched:
    """Return the sums behind the plans.

    Args:
        store: where to read; None only makes the statements.
        territory: the areas.
        plans: of one screen.
        version: data version of plans that name no batch.
    """
    fetched = Fetched(territory, version)
    for plan in plans:
        further = (plan.aligned,) if plan.aligned else ()
        windows = (*plan.windows, *plan.history)
        if not plan.question.only_parts:
            fetched.add(plan, "total", (*windows, *further))
        if plan.level is not None:
            fetched.add(plan, "children", windows)
        if plan.question.by:
            fetched.add(plan, "breakdown", windows)
        if plan.question.crossed and plan.level is not None:
            fetched.add(plan, "cells", windows)
        if plan.question.series:
            end = plan.current.end
            start = end - dt.timedelta(days=plan.question.series - 1)
            fetched.add(plan, "series", ((start, end),))
    fetched.run(store)
    return fetched


def slice_of(plan: Plan, part: Part) -> Slice:
    """Return how the rows behind a part of a plan are cut."""
    by = plan.question.by if part in ("breakdown", "cells") else ""
    return Slice(by, plan.question.filters)


def _need(plan: Plan, part: Part, territory: Territory, version: int) -> Need:
    question: Question = plan.question
    is_root = plan.area.id == territory.root
    return Need(
        indicators=(),
        windows=(),
        version=version,
        area="" if is_root else plan.area.id,
        area_depth=plan.area.depth,
        level_depth=plan.level.depth if part in ("children", "cells") and plan.level else -1,
        scope=tuple(
            (root, territory.areas[root].depth)
            for root in question.viewer.roots
            if root in territory.areas
        ),
        daily=part == "series",
        now=plan.now,
        is_as_is=question.is_as_is,
    )


def _is_empty(sums: Sums) -> bool:
    return sums.num == 0 and sums.den == 0


def _is_register(leaf: Indicator) -> bool:
    return leaf.kind == "stock" and not leaf.is_flow_stock
