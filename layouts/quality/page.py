"""The data quality page: each feed with its ledger, and the rows that were set aside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from layouts import format as fmt
from layouts import grid, ids, shell
from layouts import quality_texts as words
from layouts import staff_texts as texts
from layouts.drill.cases import pager
from layouts.quality.feeds import NAME, FeedRow, feeds_table
from layouts.quality.replay import balance_words, recount_tools, replay_tools
from layouts.shell import View

_COLUMNS = (
    ("source", 130), ("file", 170), ("row_no", 80), ("column", 110), ("value", 150),
    ("reason", 130), ("sentence", 260),
)  # fmt: skip


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

    @property
    def source(self) -> str:
        """The source whose rows are shown; empty for those of all."""
        return next(iter(dict(self.view.filters).get("source", ())), "")


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
        _feeds(content),
        _quarantine(content),
        shell.panel(texts.BOUNDARIES, html.P(content.boundaries_note))
        if content.boundaries_note
        else None,
    ]


def _feeds(content: QualityContent) -> html.Section:
    feeds = content.feeds
    missing = [(one.name, one.rows_read, one.rows_read - one.missing)
               for one in feeds if one.missing]  # fmt: skip
    title = f"{texts.FEEDS} · {len(feeds)}"
    tools = [balance_words(missing), grid.exports(NAME, texts.FEEDS)]
    note = html.Div([html.Span(texts.QUALITY_LEDGER_NOTE), *tools], className="st-tools")
    table = feeds_table(list(feeds), content.view, content.now)
    return shell.panel(title, [table, recount_tools()], note=note)


def _quarantine(content: QualityContent) -> html.Section:
    names = {feed.source: feed.name for feed in content.feeds}
    title = f"{texts.QUARANTINE} · {texts.CASES_COUNT.format(total=fmt.number(content.total))}"
    top = [_chosen(content, names), _replay(content, names)]
    if not content.total:
        return shell.panel(title, [*top, shell.sentence(texts.NO_QUARANTINE)])
    if not content.rows:
        first = shell.go(texts.FIRST_PAGE, content.view.href("quality", page=1))
        return shell.panel(title, shell.sentence([texts.PAGE_BEYOND_END, " ", first]))
    name = ids.part(ids.QUALITY, "aside")
    note = html.Div(
        [html.Span(texts.QUARANTINE_NOTE), grid.exports(name, texts.QUARANTINE)],
        className="st-tools",
    )
    pages = pager(content.total, content.size, content.view, page="quality")
    return shell.panel(title, [*top, _rows(name, content, names), pages], note=note)


def _rows(name: str, content: QualityContent, names: Mapping[str, str]) -> Component:
    rows = [
        {
            "source": names.get(row["source"], row["source"]),
            "file": row["file"],
            "row_no": int(row["row_no"]),
            "column": row["column"] or fmt.NONE,
            "value": row["value"] or texts.UNNAMED_VALUE,
            "reason": row["reason"],
            "sentence": row["sentence"],
        }
        for row in content.rows
    ]
    spared = {"source", "file"}
    columns = [
        (grid.count_column if key == "row_no" else grid.column)(
            texts.QUARANTINE_FIELDS[key], key, minWidth=width, flex=width, tooltipField=key,
            **(grid.WIDE if key in spared else {}),
        )
        for key, width in _COLUMNS
    ]  # fmt: skip
    return grid.grid(name, columns, rows)


def _chosen(content: QualityContent, names: Mapping[str, str]) -> html.Div:
    """Return the chosen source, and how many rows were set aside for which reason."""
    source = content.source
    chip = shell.go(
        f"{names.get(source, source)} ✕",
        content.view.with_filter("source", source).href("quality"),
        className="st-chip",
        label=f"{texts.REMOVE_FILTER} {names.get(source, source)}",
    )
    said = [f"{reason} {fmt.number(count)}" for reason, count in content.reasons.items()]
    settled = html.Span(words.SETTLED_NOTE, className="st-origin") if source else None
    reasons = html.Span(" · ".join(said), className="st-mono")
    return html.Div([chip if source else None, reasons, settled], className="st-chips")


def _replay(content: QualityContent, names: Mapping[str, str]) -> Component:
    source = content.source
    if not source:
        return html.P(words.REPLAY_CHOOSE, className="st-origin")
    return replay_tools(source, names.get(source, source))
