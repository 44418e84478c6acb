"""The shelf of weekly briefings."""

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
class ShelfWeek:
    """One week: its name and days, how far its briefing has come, and where it is.

    Attributes:
        state: of ``texts.BRIEFING_STATES``; empty where there is none yet.
    """

    week: str
    start: dt.date
    end: dt.date
    state: str
    href: str


def draw_shelf(weeks: Sequence[ShelfWeek]) -> Component:
    """Return the weeks with links to the desk and to each document, as given."""
    rows: list[list[shell.Children]] = [
        [
            one.week,
            f"{date_text(one.start)}—{date_text(one.end)}",
            texts.BRIEFING_STATES.get(one.state, texts.BRIEFING_OPEN),
            shell.go(texts.BRIEFING_EDIT, one.href, label=f"{texts.BRIEFING_EDIT} {one.week}"),
            downloads(one.href),
        ]
        for one in weeks
    ]
    listed = shell.table(texts.BRIEFINGS_HEAD, rows, caption=texts.BRIEFING)
    return shell.panel(texts.BRIEFING, listed, note=texts.BRIEFINGS_NOTE)


def downloads(href: str) -> html.Span:
    """Return the links to the documents of a briefing, from the address of its desk."""
    week = href.rpartition("/")[2]
    links: list[Component] = [
        html.A(name, href=f"{href}.{form}", download="", **shell.aria(label=f"{name} {week}"))
        for form, name in texts.BRIEFING_FORMS.items()
    ]
    return html.Span(links, className="bd-forms")
