"""Charts as data: every point is an answer and so stands in the evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from metrics.answer import Answer, Child
from metrics.briefing.content import (
    ChartSeries,
    ChartSpec,
    Evidence,
    MapPlace,
    PictureSpec,
    Trend,
)  # fmt: skip
from metrics.briefing.draft import Draft
from metrics.briefing.edition import earlier, label
from metrics.briefing.inquiry import ACCEPTED, ONTIME
from metrics.calendar import Period, week_of

MOST_CATEGORIES = 10
LEAST_WEEKS = 12
"""Of the calendar; a quarter has more."""


def _series(
    name: str,
    shape: Literal["column", "bar", "line"],
    pieces: Sequence[Evidence],
    *,
    is_rate: bool = False,
) -> ChartSeries:
    return ChartSeries(
        name=name,
        shape=shape,
        unit=pieces[0].unit,
        decimals=pieces[0].decimals,
        values=tuple(piece.value for piece in pieces),
        evidence=tuple(piece.id for piece in pieces),
        on_second_axis=is_rate,
    )


def trend_chart(draft: Draft) -> ChartSpec | None:
    """Return accepted appeals as columns with the on-time rate as a line, oldest first."""
    amounts = _line(draft, ACCEPTED, draft.answers.accepted_before)
    if not amounts or all(piece.value is None for piece in amounts):
        return None
    rates = _line(draft, ONTIME, draft.answers.ontime_before)
    periods = [earlier(draft.answers.period, back) for back in range(len(amounts) - 1, -1, -1)]
    first = _begun(draft, periods)
    series = [_series(amounts[0].name, "column", amounts[first:])]
    if len(rates) == len(amounts):
        series.append(_series(rates[0].name, "line", rates[first:], is_rate=True))
    return ChartSpec(
        id="trend",
        caption=f"{draft.answers.edition.each}群众诉求受理量与按期办结率",
        categories=tuple(label(one) for one in periods[first:]),
        series=tuple(series),
    )


def _begun(draft: Draft, periods: Sequence[Period]) -> int:
    """Return where the first period is that lies wholly in the time of which there are data."""
    days = draft.answers.headline[ACCEPTED].series
    began = min((day for day, count in days if count is not None), default=periods[0].start)
    return min(sum(one.start < began for one in periods), len(periods) - 1)


def _line(draft: Draft, indicator: str, before: Sequence[Answer]) -> list[Evidence]:
    current = draft.answers.headline.get(indicator)
    if current is None or not before:
        return []
    return [draft.book.of(answer) for answer in (*before[::-1], current)]


def category_chart(draft: Draft) -> ChartSpec | None:
    """Return the largest categories beside their window before, largest first."""
    answer, kind = draft.answers.categories.get(ACCEPTED), draft.answers.edition
    before = draft.answers.accepted_prior
    if answer is None or not answer.breakdown or before is None:
        return None
    ranked: list[Child] = sorted(
        answer.breakdown, key=lambda child: (-(child.figure.value or 0.0), child.key)
    )[:MOST_CATEGORIES]
    then = {child.key: child for child in before.breakdown}
    ranked = [child for child in ranked if child.key in then]
    if not ranked:
        return None
    now = [draft.category(ACCEPTED, child) for child in ranked]
    old = [draft.book.category(before, then[child.key]) for child in ranked]
    return ChartSpec(
        id="categories",
        caption="群众诉求主要类别受理量",
        categories=tuple(child.name for child in ranked),
        series=(_series(kind.this, "bar", now), _series(kind.prior, "bar", old)),
    )


def area_map(draft: Draft) -> PictureSpec | None:
    """Return accepted appeals of the period by area, where outlines are known."""
    answer = draft.answers.areas.get(ACCEPTED)
    if answer is None or not draft.outlines:
        return None
    places = []
    for child in answer.children:
        rings = draft.outlines.get(child.key)
        if rings:
            piece = draft.area(ACCEPTED, child)
            places.append(
                MapPlace(name=child.name, rings=tuple(rings), value=piece.value, evidence=piece.id)
            )
    if not places:
        return None
    what = answer.indicator
    return PictureSpec(
        id="map",
        kind="map",
        caption=f"各{draft.level.text}{what.name}分布（界线为示意）",
        unit=what.unit,
        decimals=what.shown_decimals,
        places=tuple(places),
    )


def calendar(draft: Draft) -> PictureSpec | None:
    """Return accepted appeals day by day over the last weeks, Monday first."""
    answer = draft.answers.headline.get(ACCEPTED)
    if answer is None or not draft.answers.is_whole:
        return None
    last = draft.answers.period.end
    weeks = max(LEAST_WEEKS, draft.answers.period.days // 7 + 1)
    first = week_of(last).start - dt.timedelta(days=7 * (weeks - 1))
    days = [(day, value) for day, value in answer.series if first <= day <= last]
    if not days or days[0][0] != first or all(value is None for _, value in days):
        return None
    pieces = [draft.book.day(answer, day, value) for day, value in days]
    what = answer.indicator
    return PictureSpec(
        id="calendar",
        kind="calendar",
        caption=f"近{weeks}周每日{what.name}",
        unit=what.unit,
        decimals=what.shown_decimals,
        days=tuple(day.isoformat() for day, _ in days),
        values=tuple(piece.value for piece in pieces),
        evidence=tuple(piece.id for piece in pieces),
    )


def trends(draft: Draft) -> tuple[Trend, ...]:
    """Return the last periods of every indicator of the table of headlines."""
    found = []
    charted = draft.answers.edition.charted
    names = [earlier(draft.answers.period, back).text for back in range(charted)]
    for indicator, before in draft.answers.before.items():
        current = draft.answers.headline.get(indicator)
        if current is None or len(before) != charted - 1:
            continue
        pieces = [draft.book.of(answer) for answer in (*before[::-1], current)]
        found.append(
            Trend(
                indicator=indicator,
                weeks=tuple(names[::-1]),
                values=tuple(piece.value for piece in pieces),
                evidence=tuple(piece.id for piece in pieces),
            )
        )
    return tuple(found)
