"""The cases of an area that are open now, the newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from layouts import explore_texts as words
from layouts import format as fmt
from layouts import grid, ids, shell
from layouts import staff_texts as texts
from layouts.drill.cases import cell
from layouts.drill.steps import deadline_text
from layouts.shell import View
from metrics.answer import Answer

Row = Mapping[str, Any]
NOW = "today"
_WIDTHS = (("at", 156), ("case_no", 200), ("category", 110), ("title", 240), ("status", 88))


@dataclass(frozen=True)
class StandingCases:
    """What the panel draws.

    Attributes:
        answers: how many cases are open, one answer for each indicator that counts them.
        listed: the one of them whose cases are listed.
        rows: its newest cases.
    """

    answers: Sequence[Answer]
    listed: Answer
    rows: Sequence[Row]


def standing_panel(standing: StandingCases, view: View, now: dt.datetime) -> html.Section:
    """Return the counts, each a link to its cases, and the newest of the largest count."""
    counts = [
        shell.go(
            f"{one.indicator.name} {fmt.value_with_unit(one.figure.value, one.indicator)}",
            _href(view, one),
            className="st-chip",
        )
        for one in standing.answers
    ]
    links = html.Div(counts, className="st-chips")
    if not standing.rows:
        return shell.panel(words.STANDING, [links, shell.sentence(texts.NO_CASES)])
    name = ids.part(ids.AREA, "cases")
    title = f"{standing.listed.area_name} {words.STANDING}"
    note = words.STANDING_NOTE.format(
        name=standing.listed.indicator.name, count=len(standing.rows),
        total=fmt.number(standing.listed.figure.value),
    )  # fmt: skip
    tools = html.Div([html.Span(note), grid.exports(name, title)], className="st-tools")
    table = grid.grid(name, _columns(), [_row(one, standing, view, now) for one in standing.rows])
    return shell.panel(words.STANDING, [links, table], note=tools)


def _href(view: View, answer: Answer, case: str = "") -> str:
    return view.href("drill", indicator=answer.indicator.id, period=NOW, case=case)


def _columns() -> list[dict[str, Any]]:
    shown = [
        (grid.link_column if key == "case_no" else grid.column)(
            texts.CASE_FIELDS[key], key, minWidth=width, flex=width, tooltipField=key
        )
        for key, width in _WIDTHS
    ]
    return [*shown, grid.column(words.DEADLINE, "due", minWidth=210, flex=210)]


def _row(row: Row, standing: StandingCases, view: View, now: dt.datetime) -> dict[str, Any]:
    said = {key: cell(row.get(key), zone=now.tzinfo) for key, _ in _WIDTHS}
    due, _ = deadline_text(row, now)
    return said | {"due": due, "href": _href(view, standing.listed, str(row["id"]))}
