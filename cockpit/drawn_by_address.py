"""The one way in which staff pages come about: the address draws the body, pickers set it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output
from dash.exceptions import PreventUpdate

from cockpit.view_state import ViewState, parse_address
from layouts import ids
from layouts.shell import PageName
from layouts.trouble import trouble
from metrics.errors import CockpitError


def draw_by_address(app: Dash, page: PageName, draw: Callable[[ViewState], Any]) -> None:
    """Let the address draw a page's body; what cannot be asked for is said in its place.

    Args:
        app: the application.
        page: first part of its addresses, and id of its body.
        draw: from what an address says to the body.
    """

    @app.callback(
        Output(page, "children"),
        Input(ids.ADDRESS, "pathname"),
        Input(ids.ADDRESS, "search"),
    )
    def show(pathname: str, search: str) -> Any:  # noqa: ANN401 - components
        if pathname.strip("/").partition("/")[0] != page:
            raise PreventUpdate
        view = parse_address(pathname, search)
        try:
            return draw(view)
        except CockpitError as error:
            return trouble(error, view, page)


def go_where_chosen(app: Dash, page: PageName, *, with_figures: bool = True) -> None:
    """Let the page's pickers, and the bars of its figures, set the address to their value."""
    chosen = ["value", "clickData"] if with_figures else ["value"]
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("staff", "goes"),
        *(Input(ids.goes(page, ALL), one) for one in chosen),
        prevent_initial_call=True,
    )
