"""The Dash application: pages, one router, the API, the map files, and what guards them."""

from __future__ import annotations

import logging
import secrets
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl

from dash import Dash, Input, Output, State, dcc, html, no_update, set_props
from flask import Flask, Response, request

import cockpit
from cockpit.api import add_error_shape, build_api
from cockpit.desk_tools import build_desk_tools
from cockpit.geo import build_geo
from cockpit.look import add_look
from cockpit.pages import PAGES, page_at
from cockpit.walls.guard import add_guard
from layouts import ids
from layouts.theme import asked_look
from metrics.errors import CockpitError

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from cockpit.page_spec import PageSpec
    from cockpit.wiring import Services

LOG = logging.getLogger("cockpit.app")
ASSETS = Path(cockpit.__file__).parent.parent / "assets"
WORDS = {
    "zh": ("城市运行驾驶舱", "没有这个页面", "返回大屏", "页面打不开", "编号"),
    "en": ("City Cockpit", "There is no such page", "Back to the wall", "It fails to open", "no."),
}
"""Language -> product, no such page, way back, page failed, trace number."""

_INDEX = """<!DOCTYPE html>
<html lang="{lang}">
<head>
{{%metas%}}
<title>{{%title%}}</title>
{{%favicon%}}
{{%css%}}
</head>
<body>
{{%app_entry%}}
<footer>
{{%config%}}
{{%scripts%}}
{{%renderer%}}
</footer>
</body>
</html>
"""
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # Dash inlines its start and compiles
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class CockpitApp(Dash):
    """Dash, with the asked page's own title already in the first HTML."""

    @property
    def flask(self) -> Flask:
        """The server below, which is always Flask here."""
        return cast("Flask", self.server)

    def interpolate_index(self, **pieces: str) -> str:  # type: ignore[override]
        """Return the first HTML of the page that was asked for."""
        page, root = page_at(request.path), f'<html data-theme="{asked_look().theme}" '
        if page:
            pieces["title"] = escape(title_of(page, self.title))
            root += f'data-page="{page.path}" '  # the style sheets set the root by it
        drawn = str(super().interpolate_index(**pieces))  # type: ignore[no-untyped-call]
        return drawn.replace("<html ", root, 1)


def create_app(services: Services) -> CockpitApp:
    """Return the application over these services; two of them in one process do not mix.

    Raises:
        CockpitError: a page cannot be drawn for these services.
    """
    app = CockpitApp(
        "cockpit",
        server=Flask("cockpit", static_folder=None),  # type: ignore[arg-type]
        assets_folder=str(ASSETS),
        assets_ignore=r"__init__\.py",
        use_pages=False,
        serve_locally=True,
        compress=True,
        title=services.city.title,
        update_title="",
        index_string=_INDEX.format(lang="zh-CN" if services.settings.lang == "zh" else "en"),
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        add_log_handler=False,
        on_error=lambda error: set_props(
            ids.NOTICE, {"children": told(error, services.settings.lang)}
        ),
    )
    services.cache.clear()  # made now, before requests race for it
    _ = services.desk, services.kiosk, services.alarms, services.scenes, services.build
    app.layout = _skeleton()
    pages = [_drawn(page, services, {}) for page in PAGES]
    app.validation_layout = html.Div([app.layout, *pages])  # type: ignore[assignment]
    _add_router(app, services)
    for page in PAGES:
        page.register(app, services)
    _add_server_side(app, services)
    warm_up(app)
    return app


def warm_up(app: CockpitApp) -> None:
    """Let Dash finish its set-up before requests race for it."""
    with app.flask.test_client() as client:
        for address in ("/_dash-layout", "/_dash-dependencies"):
            client.get(address)


def title_of(page: PageSpec, city: str) -> str:
    """Return what the browser's tab says: the wall is the city's, other pages have a name."""
    return city if page.path == "/" else f"{page.title} · {city}"


def _skeleton() -> Component:
    return html.Div(
        [
            dcc.Location(id=ids.ADDRESS, refresh="callback-nav"),
            dcc.Store(id=ids.PAGE_NAME),
            dcc.Store(id=ids.TITLE_SINK),
            html.Div(id=ids.NOTICE, className="notice-bar", role="alert"),
            html.Div(id=ids.PAGE),
        ]
    )


def _add_router(app: Dash, services: Services) -> None:
    @app.callback(
        Output(ids.PAGE, "children"),
        Output(ids.PAGE_NAME, "data"),
        Input(ids.ADDRESS, "pathname"),
        State(ids.ADDRESS, "search"),
        State(ids.PAGE_NAME, "data"),
    )
    def show_page(pathname: str | None, search: str | None, shown: dict[str, str] | None) -> Any:  # noqa: ANN401
        page = page_at(pathname or "/")
        if page is None:
            return _absent(services.settings.lang), {"path": "", "title": app.title}
        if shown and shown.get("path") == page.path:
            return no_update, no_update  # the page itself listens to its address
        said = dict(parse_qsl((search or "").lstrip("?")))
        drawn = _drawn(page, services, said)
        return drawn, {"path": page.path, "title": title_of(page, app.title)}

    app.clientside_callback(  # type: ignore[no-untyped-call]
        "function(page){ if (page) { document.title = page.title;"
        " document.documentElement.dataset.page = page.path; }"
        " return window.dash_clientside.no_update; }",
        Output(ids.TITLE_SINK, "data"),
        Input(ids.PAGE_NAME, "data"),
    )
    app.clientside_callback(  # type: ignore[no-untyped-call]
        # what failed before is not about the next view
        "function(href){ return ''; }",
        Output(ids.NOTICE, "children"),
        Input(ids.ADDRESS, "href"),
    )


def _drawn(page: PageSpec, services: Services, said: dict[str, str]) -> Component:
    """Return the page, or the sentence that says why it cannot be drawn."""
    try:
        return page.layout(services, said)
    except CockpitError as error:
        return failure(error, services.settings.lang)
    except Exception as error:  # noqa: BLE001 - the boundary of the pages
        return failure(error, services.settings.lang)


def failure(error: Exception, lang: str) -> Component:
    """Return a page with one sentence and a number that finds the trace in the log."""
    _, _, back, title, _ = WORDS[lang]
    return _notice(title, told(error, lang), back)


def told(error: Exception, lang: str) -> str:
    """Return the sentence; for what is not the asker's doing with the number of its log entry."""
    if isinstance(error, CockpitError) and error.status < 500:
        return error.sentence
    number = secrets.token_hex(4)
    LOG.error("[%s]", number, exc_info=error)
    sentence = error.sentence if isinstance(error, CockpitError) else type(error).__name__
    return f"{sentence} ({WORDS[lang][-1]} {number})"


def _absent(lang: str) -> Component:
    _, title, back, _, _ = WORDS[lang]
    return _notice(title, "", back)


def _notice(title: str, sentence: str, back: str) -> Component:
    inner = [html.H1(title), html.P(sentence, role="alert"), html.A(back, href="/")]
    return html.Main(inner, className="notice")


def _add_server_side(app: CockpitApp, services: Services) -> None:
    """Put the API, the map files, the headers and the status of absent pages on the server."""
    server = app.flask
    add_look(server, services.settings)
    add_guard(server, services)
    server.register_blueprint(build_api(services))
    server.register_blueprint(build_desk_tools(services))
    server.register_blueprint(build_geo(services))
    add_error_shape(server)

    @server.after_request
    def finish(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        is_page = response.mimetype == "text/html" and response.status_code == 200
        if is_page and page_at(request.path) is None:
            response.status_code = 404
        return response
