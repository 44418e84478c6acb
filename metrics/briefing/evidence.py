"""Evidence and the slots that stand on it: no number enters a sentence by another way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from metrics.answer import Answer, Child, Figure
from metrics.briefing.content import Evidence, Origin, Part, Slot
from metrics.briefing.edition import WEEK_BEFORE, prior_word
from metrics.calendar import Period, previous, span, week_of, year_before
from metrics.indicator import Light


def steady(value: float | None) -> float | None:
    """Return a value to twelve digits: parallel sums differ between runs in the last ones."""
    return None if value is None else float(f"{value:.12g}")


class EvidenceBook:
    """All evidence of one briefing, each piece once, in the order it was first used."""

    def __init__(self, begun: dt.date = dt.date.min) -> None:
        """Start a book.

        Args:
            begun: first day of data; nothing is compared with a window that reaches before it.
        """
        self._begun = begun
        self._pieces: dict[str, Evidence] = {}

    def of(self, answer: Answer) -> Evidence:
        """Return the answer's own figure as evidence."""
        return self._keep(_evidence(answer, answer.area, answer.area_name, "", answer.figure,
            previous=answer.previous, year_ago=answer.year_ago, change=answer.change,
            year_change=answer.year_change, is_small=answer.is_small,
            light=answer.light))  # fmt: skip

    def day(self, answer: Answer, at: dt.date, value: float | None) -> Evidence:
        """Return one day of an answer's series as evidence."""
        one = Period(at, at, "day", at.isoformat())
        figure = Figure(value, value if answer.indicator.unit != "%" else None)
        return self._keep(_evidence(answer, answer.area, answer.area_name, "", figure,
            previous=Figure(), year_ago=Figure(), change=None, year_change=None, is_small=False,
            light="none", window=one))  # fmt: skip

    def area(self, answer: Answer, child: Child) -> Evidence:
        """Return a child area's figure as evidence."""
        return self._child(answer, child, child.key or child.name, child.name, "")

    def category(self, answer: Answer, child: Child) -> Evidence:
        """Return the figure of a value of the asked dimension as evidence."""
        return self._child(answer, child, answer.area, answer.area_name, child.name)

    def cell(self, answer: Answer, area: str, area_name: str, child: Child) -> Evidence:
        """Return the figure of a value of the dimension within one area as evidence."""
        return self._child(answer, child, area, area_name, child.name)

    def used(self, ids: Iterable[str]) -> tuple[Evidence, ...]:
        """Return the named pieces, each once, in the order of the names."""
        return tuple(self._pieces[id_] for id_ in dict.fromkeys(ids))

    def _child(
        self, answer: Answer, child: Child, area: str, area_name: str, where: str
    ) -> Evidence:
        return self._keep(_evidence(answer, area, area_name, where, child.figure,
            previous=child.previous, year_ago=child.year_ago, change=child.change,
            year_change=child.year_change, is_small=child.is_small,
            light=child.light))  # fmt: skip

    def _fair(self, piece: Evidence) -> Evidence:
        """Take away comparisons with windows of which only a part has data."""
        if self._begun == dt.date.min:
            return piece
        before, last_year = (start < self._begun for start in _reaches(piece))
        lacking: dict[str, None] = {}
        if before:
            lacking |= {"previous": None, "change": None}
        if last_year:
            lacking |= {"year_ago": None, "year_change": None}
        return piece.model_copy(update=lacking) if lacking else piece

    def _keep(self, piece: Evidence) -> Evidence:
        """Keep the first form of a piece, and what a later asking of the same adds to it."""
        piece = self._fair(piece)
        known = self._pieces.get(piece.id)
        if known is None or (known.previous is None and piece.previous is not None):
            self._pieces[piece.id] = piece
        return self._pieces[piece.id]


def _reaches(piece: Evidence) -> tuple[dt.date, dt.date]:
    """Return where the windows of comparison begin, the one before and that of last year."""
    first, last = (dt.date.fromisoformat(text) for text in piece.period.split(".."))
    week = week_of(first)
    window = week if (week.start, week.end) == (first, last) else span(first, last)
    return previous(window).start, year_before(window).start


def _evidence(
    answer: Answer,
    area: str,
    area_name: str,
    where: str,
    figure: Figure,
    *,
    previous: Figure,
    year_ago: Figure,
    change: float | None,
    year_change: float | None,
    is_small: bool,
    light: Light,
    window: Period | None = None,
) -> Evidence:
    indicator, window = answer.indicator, window or answer.period
    period = f"{window.start}..{window.end}"
    return Evidence(
        id="/".join(filter(None, (indicator.id, area, period, where))),
        indicator=indicator.id,
        name=indicator.name,
        unit=indicator.unit,
        decimals=indicator.shown_decimals,
        area=area,
        area_name=area_name,
        period=period,
        where=where,
        value=steady(figure.value),
        numerator=steady(figure.numerator),
        denominator=steady(figure.denominator),
        previous=steady(previous.value),
        change=steady(change),
        year_ago=steady(year_ago.value),
        year_change=steady(year_change),
        is_small=is_small,
        data_version=answer.data_version,
        target="" if indicator.target == "none" else indicator.target,
        light="" if light == "none" else light,
    )


def words(text: str) -> Slot:
    """Return a name from the data or the catalogue, which may hold digits of its own."""
    return Slot(kind="words", origin="text", text=text)


def period(value: Period) -> Slot:
    """Return days in words."""
    return Slot(kind="period", origin="text", text=f"{value.start}..{value.end}")


def moment(text: str) -> Slot:
    """Return an ISO instant in words."""
    return Slot(kind="moment", origin="text", text=text)


def constant(number: float) -> Slot:
    """Return a number of the rules themselves, such as the weeks looked back."""
    return Slot(kind="number", origin="constant", number=number)


def tally(count: int, evidence: Sequence[Evidence] = ()) -> Slot:
    """Return how many things were found."""
    return Slot(kind="number", origin="count", number=count, evidence=_ids(evidence))


def amount(
    piece: Evidence, origin: Origin = "value", number: float | None = None,
    *others: Evidence, decimals: int | None = None,
) -> Slot:  # fmt: skip
    """Return a number with its unit: the value itself, or what was computed from it."""
    return Slot(
        kind="amount",
        origin=origin,
        number=piece.value if origin == "value" else steady(number),
        unit=piece.unit,
        decimals=piece.decimals if decimals is None else decimals,
        is_small=piece.is_small,
        evidence=_ids((piece, *others)),
    )


def change(piece: Evidence, versus: str = "prev") -> Slot:
    """Return the change to the window before, or to the year before, in words of direction."""
    is_prev = versus == "prev"
    first, last = (dt.date.fromisoformat(text) for text in piece.period.split(".."))
    before = prior_word((last - first).days + 1) if is_prev else ""
    return Slot(
        kind="points" if piece.unit == "%" else "change",
        text="" if before == WEEK_BEFORE else before,
        origin="change" if is_prev else "year_change",
        number=piece.change if is_prev else piece.year_change,
        base=piece.previous if is_prev else piece.year_ago,
        unit=piece.unit,
        decimals=piece.decimals,
        versus="prev" if is_prev else "yoy",
        evidence=(piece.id,),
    )


def difference(figure: Evidence, number: float) -> Slot:
    """Return by how much an amount rose or fell, with its sign in words."""
    return Slot(
        kind="difference", origin="difference", number=steady(number), unit=figure.unit,
        evidence=(figure.id,),
    )  # fmt: skip


def push(figure: Evidence, total: Evidence, number: float) -> Slot:
    """Return what an element added to, or took from, the growth of a total, in points."""
    return Slot(
        kind="push", origin="contribution", number=steady(number * 100),
        evidence=_ids((figure, total)),
    )  # fmt: skip


def effect(origin: Origin, number: float, evidence: Sequence[Evidence]) -> Slot:
    """Return a signed effect on a rate, in points."""
    return Slot(kind="effect", origin=origin, number=steady(number * 100), evidence=_ids(evidence))


def _ids(figures: Sequence[Evidence]) -> tuple[str, ...]:
    return tuple(figure.id for figure in figures)


def listed(items: Sequence[Sequence[Part]], last: str = "、") -> tuple[Part, ...]:
    """Return phrases joined by the enumeration comma."""
    parts: list[Part] = []
    for number, item in enumerate(items):
        if number:
            parts.append(last)
        parts.extend(item)
    return tuple(parts)
