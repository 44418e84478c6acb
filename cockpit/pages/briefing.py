"""The briefings: the shelf of the last ones, and the desk of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate
from flask import Response, request, send_file

from cockpit.briefings import home_folder, issue, issued, read_formats
from cockpit.page_spec import PageSpec
from cockpit.weekly.view import act_on, desk_of, look_into
from layouts import ids, shell
from layouts import staff_texts as texts
from layouts.briefing_desk import draw_desk
from layouts.shelf import ShelfIssue, draw_shelf
from metrics.briefing.edition import edition
from metrics.calendar import neighbour
from metrics.errors import CockpitError

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from cockpit.wiring import Services

SHELF: tuple[tuple[str, int], ...] = (
    ("this-week", 8), ("this-month", 3), ("this-quarter", 2), ("today", 7),
)  # fmt: skip
"""The periods that run, and how many before them are on the shelf."""
_DO = {"type": "briefing-do", "act": ALL, "of": ALL}
_FILE = {"type": "briefing-file", "of": ALL}
_FIELD = {"type": "briefing-field", "name": ALL, "of": ALL}


def layout(services: Services, _query: Mapping[str, str]) -> Component:
    """Return the frame; the body is drawn when the page is shown."""
    city = services.city
    return shell.frame(ids.BRIEFING, active="briefing", city=city.name, is_demo=city.demo)


def register(app: Dash, services: Services) -> None:
    """Put the page's callbacks on the app, and the documents on its server."""

    @app.callback(Output(ids.BRIEFING, "children"), Input(ids.ADDRESS, "pathname"))
    def show(pathname: str) -> Component:
        if not pathname.startswith("/briefing"):
            raise PreventUpdate
        week = pathname.rstrip("/").removeprefix("/briefing").strip("/")
        return shown_desk(services, week) if week else draw_shelf(shelf(services))

    @app.callback(
        Output(ids.BRIEFING, "children", allow_duplicate=True),
        Input(_DO, "n_clicks"),
        State(_FIELD, "value"),
        State(ids.ADDRESS, "pathname"),
        prevent_initial_call=True,
    )
    def act(_clicks: Any, _values: Any, pathname: str) -> Any:  # noqa: ANN401 - lists of the page
        done, week = ctx.triggered_id, pathname.rpartition("/")[2]
        if not done or not ctx.triggered[0]["value"]:
            return no_update
        return draw_desk(act_on(services, week, done["act"], done["of"], typed(ctx.states_list)))

    @app.callback(
        Output(ids.BRIEFING, "children", allow_duplicate=True),
        Input(_FILE, "contents"),
        State(_FILE, "filename"),
        State(_FIELD, "value"),
        State(ids.ADDRESS, "pathname"),
        prevent_initial_call=True,
    )
    def look(files: Any, names: Any, _values: Any, pathname: str) -> Any:  # noqa: ANN401
        if not files or not files[0]:
            return no_update
        fields = typed(ctx.states_list)
        return draw_desk(
            look_into(services, pathname.rpartition("/")[2], str(names[0]), files[0], fields)
        )

    app.server.add_url_rule("/briefing/<week>.<form>", "briefing", download(services))


def download(services: Services) -> Any:  # noqa: ANN401 - a view of Flask
    """Return what answers the address of a document."""

    def answer(week: str, form: str) -> Response:
        forms = read_formats(form)
        is_review = request.args.get("review") == "1" and forms == ("docx",)
        made = issue(services, week, home_folder(services), forms=forms, is_review=is_review)
        return send_file(made.paths[0].resolve(), as_attachment=True)

    return answer


def typed(states: list[Any]) -> dict[tuple[str, str], str]:
    """Return what stands in the fields of the desk, by name and sentence."""
    fields = (one for group in states if isinstance(group, list) for one in group)
    return {
        (one["id"]["name"], one["id"]["of"]): str(one.get("value") or "")
        for one in fields
        if "name" in one["id"]
    }


def shown_desk(services: Services, week: str) -> Component:
    """Return the desk of a week, or why there is none."""
    try:
        return draw_desk(desk_of(services, week, is_compared=True))
    except CockpitError as error:
        return shell.sentence(error.sentence)


def shelf(services: Services) -> list[ShelfIssue]:
    """Return the last whole periods of every rhythm, newest first."""
    done = dict.fromkeys(issued(home_folder(services)), "composed") | services.weekly.states()
    periods = [
        neighbour(services.clock.period(running), -back)
        for running, many in SHELF
        for back in range(1, many + 1)
    ]
    return [
        ShelfIssue(
            edition(one).masthead, one.text, one.start, one.end, done.get(one.text, ""),
            f"/briefing/{one.text}",
        )
        for one in periods
    ]  # fmt: skip


PAGE = PageSpec(path="/briefing/<key>", title=texts.BRIEFING, layout=layout, register=register)
