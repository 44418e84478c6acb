"""The way of rows set aside out to a spreadsheet and back, and the books counted again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from dash import dcc, html
from dash.development.base_component import Component

from layouts import format as fmt
from layouts import ids, shell
from layouts import quality_texts as words
from layouts import staff_texts as texts

MOST_MB = 8
ALL = "all"


@dataclass(frozen=True)
class Replayed:
    """What became of a corrected sheet.

    Attributes:
        file: put into the inbox; empty where no row was corrected.
        corrected: rows in it.
        unchanged: rows that say what they said when they were set aside.
        settled: rows that came in before.
        is_watched: whether somebody looks into the inbox now.
    """

    file: str
    corrected: int
    unchanged: int
    settled: int
    is_watched: bool


@dataclass(frozen=True)
class Recounted:
    """How many things were counted again, and how many of them do not agree."""

    files: int
    compared: int
    unbalanced: int
    odd: int
    differences: int
    city: int


def replay_tools(source: str, name: str) -> html.Div:
    """Return the link to a source's rows set aside, and the field that takes them back."""
    label = shell.aria(label=f"{name}: {words.UPLOAD}")
    button = html.Button(words.UPLOAD, type="button", className="st-button", **label)
    field = dcc.Upload(
        button, id=ids.quality_sheet(source), accept=".csv,text/csv", max_size=MOST_MB * 2**20,
        className="st-upload",
    )  # fmt: skip
    sheet = html.A(
        words.DOWNLOAD, href=f"/export/quarantine/{quote(source)}.csv", download="",
        className="st-button st-button--quiet",
    )  # fmt: skip
    named = html.Label([html.Span(f"{name}: {words.UPLOAD}", className="st-hidden"), field])
    said = html.Div(id=ids.quality_said(source), role="status", className="st-said")
    return html.Div(
        [
            html.P(words.REPLAY_STEPS, className="st-origin"),
            html.Div([sheet, named], className="st-tools"),
            said,
        ],
        className="st-replay",
    )


def replayed(outcome: Replayed, address: str) -> Sequence[str | Component]:
    """Return what became of a sheet, with the way to see it."""
    counts = {"unchanged": outcome.unchanged, "settled": outcome.settled}
    if not outcome.file:
        return [words.NOTHING_CORRECTED.format(**counts)]
    told = words.REPLAYED.format(corrected=outcome.corrected, file=outcome.file, **counts)
    soon = words.SOON if outcome.is_watched else words.LATER
    return [told, soon, html.A(words.LOOK_AGAIN, href=address), "。"]


def recount_tools() -> html.Div:
    """Return the button that counts everything again, and the place of its result."""
    button = html.Button(
        words.RECOUNT, id=ids.quality_recount(ALL), type="button", n_clicks=0,
        className="st-button st-button--quiet", title=words.RECOUNT_NOTE,
    )  # fmt: skip
    said = html.Div(id=ids.quality_counted(ALL), role="status", className="st-said")
    return html.Div([button, dcc.Loading(said, delay_show=300)], className="st-tools")


def recounted(found: Recounted) -> str:
    """Return the result in one sentence."""
    told = words.RECOUNTED.format(
        files=fmt.number(found.files), compared=found.compared, unbalanced=found.unbalanced,
        odd=found.odd, differences=found.differences, city=found.city,
    )  # fmt: skip
    agrees = not (found.unbalanced or found.odd or found.differences or found.city)
    return told + (words.ALL_AGREES if agrees else "")


def balance_words(missing: Sequence[tuple[str, int, int]]) -> Component:
    """Return that nothing was lost, or which feed lost something.

    Args:
        missing: name, rows read, and rows accounted for, of the feeds that are off.
    """
    if not missing:
        return html.Span(texts.QUALITY_BALANCED, className="st-origin")
    said = [
        f"{name}:{texts.QUALITY_UNBALANCED.format(read=read, sum=told)}"
        for name, read, told in missing
    ]
    return html.Span("。".join(said), className="st-warn", role="alert")
