"""What one briefing says, frozen: sentences, charts and tables bound to their numbers.

A sentence is a row of literal words and slots. The words hold no digit; every number sits in a
slot that names the evidence it was computed from, and how. Drawing a document means wording the
slots, so the same content gives the same text in every format.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

SlotKind = Literal[
    "words", "period", "moment", "amount", "number", "change", "points", "difference", "push",
    "effect", "quoted", "edited",
]  # fmt: skip
Origin = Literal[
    "text", "constant", "value", "per_day", "change", "year_change", "difference",
    "contribution", "rate_effect", "mix_effect", "element_effect", "count", "edited",
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
    "edited": "written by a person, who gave the reason",
}
"""How a slot's number is computed from its evidence, in words."""
_LATER = frozenset({"target", "light", "reason", "author", "pictures", "trends"})
"""Fields that older issues lack: empty ones stay out of the hash, so that theirs still holds."""


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
        target: rule of the catalogue, empty for none.
        light: ``green``, ``amber`` or ``red``; empty where there is none.
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
    target: str = ""
    light: str = ""

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
        reason: why a person changed the number; only where one did.
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
    reason: str = ""


Part = str | Slot


class Fact(Frozen):
    """One sentence.

    Attributes:
        score: what is said first, and what is left out where the section's budget ends.
        author: who changed or added it; empty as it was composed.
    """

    id: str
    section: str
    parts: tuple[Part, ...]
    score: float
    author: str = ""

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


Ring = tuple[tuple[float, float], ...]


class MapPlace(Frozen):
    """An area on the map: its rings as (longitude, latitude), and the evidence it is inked by."""

    name: str
    rings: tuple[Ring, ...]
    value: float | None
    evidence: str


class PictureSpec(Frozen):
    """A map of areas or a calendar of days as data.

    Attributes:
        places: of a map; none for a calendar.
        days: ISO dates of a calendar, oldest first and without a gap.
        values: along the days; None means no data.
        evidence: along the days.
    """

    id: str
    kind: Literal["map", "calendar"]
    caption: str
    unit: str
    decimals: int | None
    places: tuple[MapPlace, ...] = ()
    days: tuple[str, ...] = ()
    values: tuple[float | None, ...] = ()
    evidence: tuple[str, ...] = ()


class Trend(Frozen):
    """An indicator's last periods, oldest first; the last one is the briefing's own."""

    indicator: str
    weeks: tuple[str, ...]
    values: tuple[float | None, ...]
    evidence: tuple[str, ...]


class Section(Frozen):
    """A numbered part of the briefing."""

    id: str
    title: str
    sentences: tuple[Fact, ...] = ()
    charts: tuple[ChartSpec, ...] = ()
    tables: tuple[TableSpec, ...] = ()
    pictures: tuple[PictureSpec, ...] = ()

    @property
    def evidence(self) -> Iterator[str]:
        """Ids that sentences, charts and tables stand on, in the order a reader meets them."""
        for fact in self.sentences:
            yield from fact.evidence
        for chart in self.charts:
            for series in chart.series:
                yield from series.evidence
        for table in self.tables:
            for row in table.rows:
                for slot in row:
                    yield from slot.evidence


class BriefingContent(Frozen):
    """One briefing, complete: every document is a drawing of this and of nothing else.

    Attributes:
        week: canonical text of the period, for example ``2026-W46`` or ``2026-10``.
        issued: ISO date; the day after the period, never the clock.
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
    trends: tuple[Trend, ...] = ()
    content_hash: str = ""

    @property
    def told(self) -> tuple[Evidence, ...]:
        """The evidence of what is read; single days and weeks long past are left out."""
        pieces = {piece.id: piece for piece in self.evidence}
        ids = (id_ for section in self.sections for id_ in section.evidence)
        return tuple(pieces[id_] for id_ in dict.fromkeys(ids))

    @property
    def facts(self) -> Iterator[Fact]:
        """All sentences in reading order."""
        for section in self.sections:
            yield from section.sentences

    def canonical_json(self) -> str:
        """Return the one JSON text of the content, without its hash."""
        data = _without_empty(self.model_dump(mode="json", exclude={"content_hash"}))
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def computed_hash(self) -> str:
        """Return what ``content_hash`` has to be."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()

    def sealed(self) -> BriefingContent:
        """Return the content with its hash."""
        return self.model_copy(update={"content_hash": self.computed_hash()})


def _without_empty(data: Any) -> Any:  # noqa: ANN401 - any part of a JSON value
    if isinstance(data, dict):
        kept = {key: value for key, value in data.items() if value or key not in _LATER}
        return {key: _without_empty(value) for key, value in kept.items()}
    return [_without_empty(value) for value in data] if isinstance(data, list) else data
