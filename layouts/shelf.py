"""The shelf of the briefings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from layouts import shell
from layouts import staff_texts as texts
from layouts.format import date_text


@dataclass(frozen=True)
class ShelfIssue:
    """One briefing: its period, how far it has come, and where it is.

    Attributes:
        masthead: weekly, monthly and so on in words.
        state: of ``texts.BRIEFING_STATES``; empty where there is none yet.
    """

    masthead: str
    period: str
    start: dt.date
    end: dt.date
    state: str
    href: str


def draw_shelf(issues: Sequence[ShelfIssue]) -> Component:
    """Return the briefings of every rhythm, with links to the desk and to each document."""
    panels: list[Component] = []
    for masthead in dict.fromkeys(one.masthead for one in issues):
        rows = [_row(one) for one in issues if one.masthead == masthead]
        listed = shell.table(texts.BRIEFINGS_HEAD, rows, caption=masthead)
        note = "" if panels else texts.BRIEFINGS_NOTE
        panels.append(shell.panel(masthead, listed, note=note))
    return html.Div(panels, className="bd")


def _row(one: ShelfIssue) -> list[shell.Children]:
    start, end = date_text(one.start), date_text(one.end)
    return [
        one.period,
        start if start == end else f"{start}—{end}",
        texts.BRIEFING_STATES.get(one.state, texts.BRIEFING_OPEN),
        shell.go(texts.BRIEFING_EDIT, one.href, label=f"{texts.BRIEFING_EDIT} {one.period}"),
        downloads(one.href),
    ]


def downloads(href: str) -> html.Span:
    """Return the links to the documents of a briefing, from the address of its desk."""
    week = href.rpartition("/")[2]
    links: list[Component] = [
        html.A(name, href=f"{href}.{form}", download="", **shell.aria(label=f"{name} {week}"))
        for form, name in texts.BRIEFING_FORMS.items()
    ]
    return html.Span(links, className="bd-forms")
