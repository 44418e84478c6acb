"""Which theme a request is drawn in: the one it names, the one named before, the setting's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, request

from layouts.theme import THEMES, Look, Theme, use_look

if TYPE_CHECKING:
    from cockpit.settings import Settings

KEPT = "cockpit_theme"
"""Cookie of the theme that was named last, so that links and later pages stay in it."""


def asked_theme(settings: Settings) -> Theme:
    """Return the theme of the present request."""
    for text in (request.args.get("theme"), request.cookies.get(KEPT)):
        if text in THEMES:
            return text
    return settings.theme


def add_look(server: Flask, settings: Settings) -> None:
    """Draw every request in its own look, and keep the theme that a page's address names."""

    @server.before_request
    def look() -> None:
        use_look(Look(asked_theme(settings), settings.arrows))

    @server.after_request
    def keep(response: Response) -> Response:
        if response.mimetype == "text/html" and request.args.get("theme") in THEMES:
            response.set_cookie(KEPT, request.args["theme"], samesite="Lax", httponly=True)
        return response
