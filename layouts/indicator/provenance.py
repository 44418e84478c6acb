"""Where a number came from: statements, tables, batches of files, and the age of the feeds."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dash import html

from layouts import format as fmt
from layouts import ids, shell
from layouts import staff_texts as texts
from layouts.shell import Children
from metrics.answer import Answer, Trace

MOST_BATCHES = 20
_SHORT = 12
_COUNTS = ("rows_read", "accepted", "quarantined", "duplicates")


def statements_panel(trace: Trace) -> html.Section:
    """Return the statements with their values written in, each with a button that copies it."""
    blocks = []
    for number, sql in enumerate(trace.statements):
        name = ids.part(ids.INDICATOR, f"sql-{number}")
        copies: dict[str, Any] = {"data-copies": name, "data-done": texts.COPIED}
        button = html.Button(texts.COPY, className="st-button st-copy", type="button", **copies)
        blocks.append(
            html.Div([html.Pre(sql, id=name, className="st-code", tabIndex=0), button],
                     className="st-statement")
        )  # fmt: skip
    return shell.panel(texts.THE_STATEMENT, blocks, note=texts.THE_STATEMENT_NOTE)


def tables_panel(trace: Trace) -> html.Section:
    """Return the table that answered, and the others with the reason against each."""
    rows: list[list[Children]] = [
        [html.Strong(trace.table), shell.light("green", word=texts.TABLE_USED), fmt.NONE]
    ]
    rows += [
        [one.table, shell.light("none", word=texts.TABLE_REJECTED), reason_words(one.reason)]
        for one in trace.rejected
    ]
    head = [texts.TABLE, texts.TABLE_STATE, texts.REASON]
    return shell.panel(
        texts.THE_TABLES,
        shell.table(head, rows, caption=texts.THE_TABLES),
        className="st-span-2",
    )


def reason_words(reason: str) -> str:
    """Return a planner's reason in Chinese where it is a known one, followed by its own words."""
    code, _, rest = reason.partition(":")
    known = texts.REJECTIONS.get(code.strip())
    return f"{known}({code.strip()})" if known else (rest.strip() or reason)


def feeds_panel(answer: Answer, now: dt.datetime) -> html.Section:
    """Return the feeds behind the number with their ages."""
    if not answer.freshness:
        return shell.panel(texts.THE_FEEDS, shell.sentence(texts.NO_FEEDS), className="st-span-2")
    rows: list[list[Children]] = [
        [
            feed.name,
            shell.light(
                "amber" if feed.is_stale else "green",
                word=texts.LATE if feed.is_stale else texts.FRESH,
            ),
            fmt.NONE
            if feed.as_of is None
            else f"{feed.as_of.astimezone(now.tzinfo):%Y-%m-%d %H:%M}",
            fmt.age_text(feed.as_of, now),
        ]
        for feed in answer.freshness
    ]
    head = [texts.FEED_FIELDS[key] for key in ("name", "state", "as_of", "age")]
    return shell.panel(
        texts.THE_FEEDS,
        shell.table(head, rows, caption=texts.THE_FEEDS, numeric=(2, 3)),
        className="st-span-2",
    )


def batches_panel(trace: Trace) -> html.Section:
    """Return the newest batches behind the number: file, short hash and row counts."""
    title = f"{texts.THE_BATCHES} · {len(trace.batches)}"
    if not trace.batches:
        return shell.panel(title, shell.sentence(texts.NO_BATCHES))
    shown = trace.batches[:MOST_BATCHES]
    rows: list[list[Children]] = [
        [
            str(batch["batch"]),
            str(batch["source"]),
            html.Span(str(batch["file"]), className="st-mono"),
            html.Span(
                str(batch["sha256"])[:_SHORT], className="st-mono", title=str(batch["sha256"])
            ),
            *(fmt.number(float(str(batch[key]))) for key in _COUNTS),
            str(batch["published_at"])[:16].replace("T", " "),
        ]
        for batch in shown
    ]
    table = shell.table(
        list(texts.BATCH_FIELDS.values()), rows, caption=title, numeric=(0, 4, 5, 6, 7, 8)
    )
    left = len(trace.batches) - len(shown)
    more = html.P(texts.BATCHES_MORE.format(count=left), className="st-origin") if left else None
    return shell.panel(title, [table, more], note=f"{texts.FILE_HASH}")
