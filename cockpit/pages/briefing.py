"""The weekly briefings of the last weeks, each with its Word document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dash import Dash, Input, Output
from dash.exceptions import PreventUpdate
from flask import Response, send_file

from cockpit.briefings import home_folder, issue, issued, read_formats
from cockpit.page_spec import PageSpec
from layouts import ids, shell
from layouts import staff_texts as texts
from layouts.shelf import ShelfWeek, draw_shelf
from metrics.calendar import same_weekdays, week_of

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from cockpit.wiring import Services

WEEKS = 8


def layout(services: Services, _query: Mapping[str, str]) -> Component:
    """Return the frame; the body is drawn when the page is shown."""
    city = services.city
    return shell.frame(ids.BRIEFING, active="briefing", city=city.name, is_demo=city.demo)


def register(app: Dash, services: Services) -> None:
    """Put the page's callback on the app, and the documents on its server."""

    @app.callback(Output(ids.BRIEFING, "children"), Input(ids.ADDRESS, "pathname"))
    def show(pathname: str) -> Component:
        if not pathname.startswith("/briefing"):
            raise PreventUpdate
        return draw_shelf(shelf(services))

    def download(week: str, form: str) -> Response:
        made = issue(services, week, home_folder(services), forms=read_formats(form))
        return send_file(made.paths[0].resolve(), as_attachment=True)

    app.server.add_url_rule("/briefing/<week>.<form>", "briefing", download)


def shelf(services: Services) -> list[ShelfWeek]:
    """Return the last whole weeks, newest first."""
    done = issued(home_folder(services))
    running = week_of(services.clock.today())
    weeks = [week_of(span.start) for span in same_weekdays(running, WEEKS)]
    return [
        ShelfWeek(one.text, one.start, one.end, one.text in done, f"/briefing/{one.text}.docx")
        for one in weeks
    ]


PAGE = PageSpec(path="/briefing", title=texts.BRIEFING, layout=layout, register=register)
