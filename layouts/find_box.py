"""The field that finds an area or an indicator; what it lists comes from the server."""

from __future__ import annotations

from dash import dcc, html

from layouts import explore_texts as words
from layouts import shell

LIST = "find-list"


def find_box() -> html.Div:
    """Return the field with its empty list; a script fills it and goes where one chooses."""
    field = dcc.Input(
        id="find-text",
        type="text",
        placeholder=words.FIND,
        className="st-input",
        autoComplete="off",
    )
    named = html.Label([html.Span(words.FIND_LABEL, className="st-hidden"), field])
    options = html.Ul(
        id=LIST, className="st-find__list", role="listbox", hidden=True,
        **shell.aria(label=words.FIND_LABEL),
    )  # fmt: skip
    return html.Div([named, options], className="st-find", role="search")
