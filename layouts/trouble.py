"""A question that cannot be answered, said on the page in the reader's words."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from layouts import shell
from layouts import staff_texts as texts
from layouts.shell import PageName, View
from metrics.errors import CockpitError, UnknownName

_UNKNOWN = {
    "indicator": texts.UNKNOWN_INDICATOR,
    "area": texts.UNKNOWN_AREA,
    "level": texts.UNKNOWN_LEVEL,
    "case": texts.UNKNOWN_CASE,
}


def trouble(error: CockpitError, view: View, page: PageName) -> Component:
    """Return what is wrong, what may have been meant, and the way back to what exists."""
    said: list[Component] = [html.P(headline(error), className="st-trouble__what")]
    if isinstance(error, UnknownName) and error.guess and error.kind in ("indicator", "area"):
        meant = shell.go(error.guess, view.href(page, **{error.kind: error.guess}))
        said.append(html.P([f"{texts.DID_YOU_MEAN}:", meant]))
    if not isinstance(error, UnknownName):
        said.append(html.P(error.sentence, className="st-mono st-trouble__detail"))
    back = shell.go(texts.BACK_TO_START, "/drill", className="st-button")
    return html.Div([*said, back], className="st-trouble", role="alert")


def headline(error: CockpitError) -> str:
    """Return the problem as one Chinese sentence."""
    if isinstance(error, UnknownName):
        return _UNKNOWN.get(error.kind, texts.UNKNOWN_OTHER).format(name=error.name)
    if error.where == "--period":
        return texts.BAD_PERIOD
    return texts.FAILED if error.status >= 500 else texts.NOT_ANSWERABLE
