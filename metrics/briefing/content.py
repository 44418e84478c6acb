"""What one weekly briefing says, frozen: sentences, charts and tables bound to their numbers.

A sentence is a row of literal words and slots. The words hold no digit; every number sits in a
slot that names the evidence it was computed from, and how. Drawing a document means wording the
slots, so the same content gives the same text in every format.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict

SlotKind = Literal[
    "words", "period", "moment", "amount", "number", "change", "points", "difference", "push",
    "effect",
]  # fmt: skip
Origin = Literal[
    "text", "constant", "value", "per_day", "change", "year_change", "difference",
    "contribution", "rate_effect", "mix_effect", "element_effect", "count",
]  # fmt: skip


ORIGINS: dict[str, str] = {
    "text": "no number, or digits that are part of a name or date",
    "constant": "a number of the rules, measured nowhere",
    "value": "value of the evidence",
    "per_day": "value over the days of its period",
    "change": "change of the evidence to the period before",
    "year_change": "change of the evidence to the year before",
    "difference": "value minus previous",
    "contribution": "(value - previous) of the first over previous of the second, in points",
    "rate_effect": "sum over elements of mean share times change of rate, in points",
    "mix_effect": "change of the whole rate minus the rate effect, in points",
    "element_effect": "rate effect of one element from now, before, whole now, whole before",
    "count": "how many were found, or for how many weeks",
}
"""How a slot's number is computed from its evidence, in words."""


class Frozen(BaseModel):
    """Base of everything in a content: immutable, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Evidence(Frozen):
    """One measured number behind the text, as the service answered it.

    Attributes:
        id: stable name made of what was asked.
        where: filter or dimension value in words, empty for all rows.
        value: in ``unit``, twelve significant digits; None means no data.
        change: to the period before: relative, for % in points.
    """

    id: str
    indicator: str
    name: str
    unit: str
    decimals: int | None
    area: str
    area_name: str
    period: str
    where: str = ""
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    previous: float | None = None
    change: float | None = None
    year_ago: float | None = None
    year_change: float | None = None
    is_small: bool = False
    data_version: int = 0

    @property
    def pair(self) -> tuple[float, float]:
        """Numerator and denominator, zero where there are none."""
        return self.numerator or 0.0, self.denominator or 0.0


class Slot(Frozen):
    """A place in a sentence or table that a number, name or date fills.

    Attributes:
        kind: how it is worded.
        origin: how ``number`` follows from the evidence, see ``ORIGINS``.
        number: unrounded; None is worded as no data.
        base: what a change is relative to; small bases get no percentage.
        evidence: ids, in the order the origin's formula takes them.
    """

    kind: SlotKind
    origin: Origin
    text: str = ""
    number: float | None = None
    unit: str = ""
    decimals: int | None = None
    base: float | None = None
    versus: Literal["", "prev", "yoy"] = ""
    is_small: bool = False
    evidence: tuple[str, ...] = ()


Part = str | Slot


class Fact(Frozen):
    """One sentence.

    Attributes:
        score: what is said first, and what is left out where the section's budget ends.
    """

    id: str
    section: str
    parts: tuple[Part, ...]
    score: float

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots in reading order."""
        return tuple(part for part in self.parts if isinstance(part, Slot))

    @property
    def evidence(self) -> tuple[str, ...]:
        """Ids of all evidence, each once, in reading order."""
        return tuple(dict.fromkeys(id_ for slot in self.slots for id_ in slot.evidence))


class ChartSeries(Frozen):
    """One series of a chart; ``values`` and ``evidence`` run along the chart's categories."""

    name: str
    shape: Literal["column", "bar", "line"]
    unit: str
    decimals: int | None
    values: tuple[float | None, ...]
    evidence: tuple[str, ...]
    on_second_axis: bool = False


class ChartSpec(Frozen):
    """A chart as data; who draws it decides on ink."""

    id: str
    caption: str
    categories: tuple[str, ...]
    series: tuple[ChartSeries, ...]


class TableSpec(Frozen):
    """A table: heading cells and rows of slots; ``weights`` are relative column widths."""

    id: str
    caption: str
    head: tuple[str, ...]
    weights: tuple[float, ...]
    rows: tuple[tuple[Slot, ...], ...]


class Section(Frozen):
    """A numbered part of the briefing."""

    id: str
    title: str
    sentences: tuple[Fact, ...] = ()
    charts: tuple[ChartSpec, ...] = ()
    tables: tuple[TableSpec, ...] = ()


class BriefingContent(Frozen):
    """One briefing, complete: every document is a drawing of this and of nothing else.

    Attributes:
        week: canonical text, for example ``2026-W46``.
        issued: ISO date; the Monday after the week, never the clock.
        content_hash: SHA-256 of the canonical JSON of everything else.
    """

    week: str
    start: str
    end: str
    masthead: str
    title: str
    city: str
    publisher: str
    issue_year: int
    issue_number: int
    issued: str
    is_demo: bool
    sections: tuple[Section, ...]
    evidence: tuple[Evidence, ...]
    data_version: int
    content_hash: str = ""

    @property
    def facts(self) -> Iterator[Fact]:
        """All sentences in reading order."""
        for section in self.sections:
            yield from section.sentences

    def canonical_json(self) -> str:
        """Return the one JSON text of the content, without its hash."""
        data = self.model_dump(mode="json", exclude={"content_hash"})
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def computed_hash(self) -> str:
        """Return what ``content_hash`` has to be."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()
