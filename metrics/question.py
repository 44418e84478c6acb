"""A question: one indicator, one place, one period, one viewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from metrics.calendar import Period

Comparison = Literal["prev", "yoy", "yoy_aligned", "b4w", "history"]
"""Just before; a year before; a year before, aligned to its holidays; the last four weeks; the last
eight windows of the same weekdays, one by one."""

TerritoryRule = Literal["as_was", "as_is"]

DIMENSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "case": (
        "category", "subcategory", "channel", "kind", "department", "urgency", "handled_level",
        "status", "satisfaction", "source",
    ),
    "event": ("kind", "category", "channel", "department", "result", "source"),
    "reading": ("metric", "device", "quality", "source"),
    "snapshot": ("register", "category", "source"),
})  # fmt: skip
"""Columns of each fact a question may break down or filter by."""


@dataclass(frozen=True)
class Viewer:
    """Who asks, and which subtrees they may see. No roots means the whole city."""

    name: str = "full"
    roots: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """Stable text of the territory scope, part of every cache key."""
        return ",".join(sorted(self.roots)) or "*"


FULL_SCOPE = Viewer()


@dataclass(frozen=True)
class Question:
    """Everything that decides an answer, hashable and so usable as a cache key.

    Attributes:
        indicator: id in the catalogue.
        period: the days asked about.
        area: area id or code; empty for the whole city.
        level: children wanted at this level (id or role); empty for none.
        compare: comparison windows wanted.
        by: break down by this column of the fact; empty for none.
        filters: only rows with one of these values, by column.
        as_of: answer as after this batch; 0 for now.
        series: number of days, ending with the period, wanted as a daily series.
        viewer: whose scope applies.
        territory: rows count in the area of their day, or in the one that holds them today.
        crossed: also the values of ``by`` within every area of ``level``.
        only_parts: the number of the whole is not wanted, only its children or its breakdown.
    """

    indicator: str
    period: Period
    area: str = ""
    level: str = ""
    compare: tuple[Comparison, ...] = ("prev", "yoy")
    by: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    as_of: int = 0
    series: int = 0
    viewer: Viewer = field(default=FULL_SCOPE)
    crossed: bool = False
    territory: TerritoryRule = "as_was"
    only_parts: bool = False

    @property
    def is_as_is(self) -> bool:
        """Tell whether rows count in the area that holds them today."""
        return self.territory == "as_is"

    @property
    def filter_map(self) -> dict[str, tuple[str, ...]]:
        """The filters as a mapping."""
        return dict(self.filters)
