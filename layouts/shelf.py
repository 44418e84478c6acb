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
    """One week: its name and days, whether it was issued, and where the document is."""

    week: str
    start: dt.date
    end: dt.date
    is_issued: bool
    href: str


def draw_shelf(weeks: Sequence[ShelfWeek]) -> Component:
    """Return the weeks with a link to each document, as given."""
    rows: list[list[shell.Children]] = [
        [
            one.week,
            f"{date_text(one.start)}—{date_text(one.end)}",
            texts.BRIEFING_ISSUED if one.is_issued else texts.BRIEFING_OPEN,
            html.A(texts.DOWNLOAD_WORD, href=one.href, download=""),
        ]
        for one in weeks
    ]
    listed = shell.table(texts.BRIEFINGS_HEAD, rows, caption=texts.BRIEFING)
    return shell.panel(texts.BRIEFING, listed, note=texts.BRIEFINGS_NOTE)
