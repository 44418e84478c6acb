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
from metrics.briefing.inquiry import ACCEPTED, CHART_WEEKS, ONTIME, week_before

MOST_CATEGORIES = 10


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
    """Return accepted appeals as columns with the on-time rate as a line, oldest week first."""
    weeks = _weeks(draft, ACCEPTED, draft.answers.accepted_before)
    if not weeks or all(piece.value is None for piece in weeks):
        return None
    series = [_series(weeks[0].name, "column", weeks)]
    rates = _weeks(draft, ONTIME, draft.answers.ontime_before)
    if len(rates) == len(weeks):
        series.append(_series(rates[0].name, "line", rates, is_rate=True))
    starts = [week.period.start for week in draft.answers.accepted_before[::-1]]
    labels = [*starts, draft.answers.week.start]
    return ChartSpec(
        id="trend",
        caption="每周群众诉求受理量与按期办结率",
        categories=tuple(f"{day.isocalendar().week}周" for day in labels),
        series=tuple(series),
    )


def _weeks(draft: Draft, indicator: str, before: Sequence[Answer]) -> list[Evidence]:
    current = draft.answers.headline.get(indicator)
    if current is None or not before:
        return []
    return [draft.book.of(answer) for answer in (*before[::-1], current)]


def category_chart(draft: Draft) -> ChartSpec | None:
    """Return the largest categories of the week beside their week before, largest first."""
    answer = draft.answers.categories.get(ACCEPTED)
    before = draft.answers.accepted_before[:1]
    if answer is None or not answer.breakdown or not before:
        return None
    ranked: list[Child] = sorted(
        answer.breakdown, key=lambda child: (-(child.figure.value or 0.0), child.key)
    )[:MOST_CATEGORIES]
    then = {child.key: child for child in before[0].breakdown}
    ranked = [child for child in ranked if child.key in then]
    if not ranked:
        return None
    now = [draft.category(ACCEPTED, child) for child in ranked]
    old = [draft.book.category(before[0], then[child.key]) for child in ranked]
    return ChartSpec(
        id="categories",
        caption="群众诉求主要类别受理量",
        categories=tuple(child.name for child in ranked),
        series=(_series("本周", "bar", now), _series("上周", "bar", old)),
    )


def area_map(draft: Draft) -> PictureSpec | None:
    """Return accepted appeals of the week by area, where outlines are known."""
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
    if answer is None or not draft.answers.is_whole_week:
        return None
    last = draft.answers.week.end
    first = last - dt.timedelta(days=7 * CHART_WEEKS - 1)
    days = [(day, value) for day, value in answer.series if first <= day <= last]
    if len(days) != 7 * CHART_WEEKS or all(value is None for _, value in days):
        return None
    pieces = [draft.book.day(answer, day, value) for day, value in days]
    what = answer.indicator
    return PictureSpec(
        id="calendar",
        kind="calendar",
        caption=f"近{CHART_WEEKS}周每日{what.name}",
        unit=what.unit,
        decimals=what.shown_decimals,
        days=tuple(day.isoformat() for day, _ in days),
        values=tuple(piece.value for piece in pieces),
        evidence=tuple(piece.id for piece in pieces),
    )


def trends(draft: Draft) -> tuple[Trend, ...]:
    """Return the last weeks of every indicator of the table of headlines."""
    found = []
    for indicator, earlier in draft.answers.weeks_before.items():
        current = draft.answers.headline.get(indicator)
        if current is None or len(earlier) != CHART_WEEKS - 1:
            continue
        pieces = [draft.book.of(answer) for answer in (*earlier[::-1], current)]
        starts = [week_before(draft.answers.week, back).text for back in range(CHART_WEEKS)]
        found.append(
            Trend(
                indicator=indicator,
                weeks=tuple(starts[::-1]),
                values=tuple(piece.value for piece in pieces),
                evidence=tuple(piece.id for piece in pieces),
            )
        )
    return tuple(found)
