"""The data quality page: each feed with its ledger, and the rows that were set aside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from layouts import format as fmt
from layouts import shell
from layouts import staff_texts as texts
from layouts.drill.cases import pager
from layouts.shell import Children, View

COUNTED = ("files", "rows_read", "accepted", "quarantined", "duplicates", "flagged")


@dataclass(frozen=True)
class FeedRow:
    """One feed and what became of everything it sent."""

    source: str
    name: str
    department: str
    rhythm: dt.timedelta
    watermark: dt.datetime | None
    is_stale: bool
    files: int = 0
    rows_read: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    flagged: int = 0


@dataclass(frozen=True)
class QualityContent:
    """Everything the page draws.

    Attributes:
        view: page of the table and the chosen source.
        now: the city's time.
        version: data version.
        feeds: all that the city expects.
        total: rows set aside, on all pages.
        rows: those of this page.
        size: rows a page holds.
        reasons: rows by reason.
        boundaries_note: what is to be said about the borders; empty for nothing.
    """

    view: View
    now: dt.datetime
    version: int
    feeds: Sequence[FeedRow]
    total: int
    rows: Sequence[Mapping[str, Any]]
    size: int
    reasons: Mapping[str, int]
    boundaries_note: str = ""


def draw_quality(content: QualityContent) -> list[Component | None]:
    """Return the body of the page."""
    late = sum(feed.is_stale for feed in content.feeds)
    state = texts.FEEDS_LATE.format(count=late) if late else texts.ALL_FEEDS_FRESH
    return [
        html.Div(
            [
                html.H1(texts.QUALITY, className="st-page-title"),
                html.Div(
                    [
                        html.Span(f"{texts.DATA_VERSION} {content.version}", className="st-mono"),
                        html.Span(state, className="st-warn" if late else ""),
                    ],
                    className="st-status",
                ),
            ],
            className="st-bar",
        ),
        shell.panel(
            f"{texts.FEEDS} · {len(content.feeds)}",
            [_feeds(content), _balance(content.feeds)],
            note=texts.QUALITY_LEDGER_NOTE,
        ),
        _quarantine(content),
        shell.panel(texts.BOUNDARIES, html.P(content.boundaries_note))
        if content.boundaries_note
        else None,
    ]


def _feeds(content: QualityContent) -> Component:
    head = list(texts.FEED_FIELDS.values())
    rows: list[list[Children]] = [
        [
            html.Span([html.Strong(feed.name), html.Br(), _origin(feed)]),
            shell.light(_colour(feed), word=_state(feed)),
            fmt.duration_text(feed.rhythm.total_seconds()),
            fmt.NONE if feed.watermark is None else f"{feed.watermark:%Y-%m-%d %H:%M}",
            fmt.age_text(feed.watermark, content.now),
            *(_count(feed, key, content.view) for key in COUNTED),
        ]
        for feed in content.feeds
    ]
    return shell.table(head, rows, caption=texts.FEEDS, numeric=range(3, 11))


def _origin(feed: FeedRow) -> html.Span:
    said = " · ".join(part for part in (feed.source, feed.department) if part)
    return html.Span(said, className="st-origin")


def _colour(feed: FeedRow) -> Any:  # noqa: ANN401 - a light
    return "amber" if feed.is_stale else "green"


def _state(feed: FeedRow) -> str:
    if feed.watermark is None:
        return texts.NEVER
    return texts.LATE if feed.is_stale else texts.FRESH


def _count(feed: FeedRow, key: str, view: View) -> Children:
    number = fmt.number(getattr(feed, key))
    if key == "quarantined" and feed.quarantined:
        return shell.go(
            number, view.with_changes(filters=()).with_filter("source", feed.source).href("quality")
        )
    return number


def _balance(feeds: Sequence[FeedRow]) -> Component:
    """Say that nothing was lost, or which feed lost something."""
    said = [
        f"{feed.name}:"
        + texts.QUALITY_UNBALANCED.format(
            read=feed.rows_read, sum=feed.accepted + feed.quarantined + feed.duplicates
        )
        for feed in feeds
        if feed.rows_read != feed.accepted + feed.quarantined + feed.duplicates
    ]
    if said:
        return html.P("。".join(said), className="st-warn", role="alert")
    return html.P(texts.QUALITY_BALANCED, className="st-origin")


def _quarantine(content: QualityContent) -> html.Section:
    chosen = dict(content.view.filters).get("source", ())
    names = {feed.source: feed.name for feed in content.feeds}
    title = f"{texts.QUARANTINE} · {texts.CASES_COUNT.format(total=fmt.number(content.total))}"
    chips = [
        shell.go(
            f"{names.get(source, source)} ✕",
            content.view.with_filter("source", source).href("quality"),
            className="st-chip",
            label=f"{texts.REMOVE_FILTER} {names.get(source, source)}",
        )
        for source in chosen
    ]
    top = html.Div([*chips, _reasons(content.reasons)], className="st-chips")
    if not content.total:
        return shell.panel(title, [top, shell.sentence(texts.NO_QUARANTINE)])
    if not content.rows:
        first = shell.go(texts.FIRST_PAGE, content.view.href("quality", page=1))
        return shell.panel(title, shell.sentence([texts.PAGE_BEYOND_END, " ", first]))
    head = list(texts.QUARANTINE_FIELDS.values())
    rows: list[list[Children]] = [
        [
            names.get(row["source"], row["source"]),
            html.Span(row["file"], className="st-mono"),
            str(row["row_no"]),
            row["column"] or fmt.NONE,
            html.Code(row["value"] or texts.UNNAMED_VALUE),
            html.Span(row["reason"], className="st-mono"),
            row["sentence"],
        ]
        for row in content.rows
    ]
    table = shell.table(head, rows, caption=texts.QUARANTINE, numeric=(2,))
    pages = pager(content.total, content.size, content.view, page="quality")
    return shell.panel(title, [top, table, pages], note=texts.QUARANTINE_NOTE)


def _reasons(reasons: Mapping[str, int]) -> html.Span:
    said = [f"{reason} {fmt.number(count)}" for reason, count in reasons.items()]
    return html.Span(" · ".join(said), className="st-mono")
