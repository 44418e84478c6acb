"""The door for kiosk links: who comes in by one sees the wall and its data, and nothing else."""

from __future__ import annotations

import time
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Flask, Response, g, has_request_context, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from cockpit.walls.kiosk import DAY, KioskPass, KioskRefused
from layouts import ids
from layouts.texts import Lang, t
from layouts.wall.page import PAYLOAD_ADDRESS
from metrics.question import FULL_SCOPE, Viewer

if TYPE_CHECKING:
    from cockpit.wiring import Services

COOKIE = "cockpit_kiosk"
LEAVE = "off"
_LONG = 400 * DAY
"""As long as a browser keeps a cookie."""
_OPEN = ("/assets/", "/_dash-component-suites/", "/geo/", "/_favicon.ico")
_WALL = ("/", "/api/v1/version", f"/{PAYLOAD_ADDRESS}", "/_dash-layout", "/_dash-dependencies")
_UPDATE = "/_dash-update-component"
_ROUTER = f"..{ids.PAGE}.children...{ids.PAGE_NAME}.data.."
_PAGE = """<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/assets/00_fonts.css">
<link rel="stylesheet" href="/assets/10_tokens.css">
<link rel="stylesheet" href="/assets/05_notice.css">
<link rel="stylesheet" href="/assets/26_wall_control.css">
</head><body style="margin:0"><main class="notice is-kiosk">
<h1>{title}</h1><p role="alert">{sentence}</p>
</main></body></html>
"""


def kiosk_now() -> KioskPass | None:
    """Return the kiosk link behind the request at hand; None where there is none."""
    return g.get("kiosk") if has_request_context() else None


def is_kiosk() -> bool:
    """Tell whether the request at hand came in by a kiosk link."""
    return kiosk_now() is not None


def viewer_now() -> Viewer:
    """Return whose scope applies to what the request at hand asks."""
    link = kiosk_now()
    return link.viewer if link else FULL_SCOPE


def add_guard(server: Flask, services: Services) -> None:
    """Let kiosk links in, and keep them to the wall."""

    @server.before_request
    def admit() -> AnyResponse | None:
        if request.path.startswith(_OPEN):
            return None
        if request.path == "/" and "kiosk" in request.args:
            return _entered(services)
        token = request.cookies.get(COOKIE)
        if token:
            g.kiosk = services.kiosk.admit(token)
            if not _is_of_the_wall():
                raise KioskRefused("outside", where=request.path)
        return None

    @server.errorhandler(KioskRefused)
    def refuse(error: KioskRefused) -> tuple[Response, int]:
        if request.path.startswith(("/api/", "/_dash")):
            return jsonify(error.as_json()), error.status
        lang = _language(services)
        title = "kiosk.closed" if error.reason == "outside" else "kiosk.title"
        words = {"title": t(title, lang), "sentence": t(f"kiosk.{error.reason}", lang)}
        page = _PAGE.format(
            lang="en" if lang == "en" else "zh-CN",
            **{name: escape(text) for name, text in words.items()},
        )
        return Response(page, mimetype="text/html"), error.status


def _entered(services: Services) -> AnyResponse:
    """Keep the token in a cookie, which every later request carries, and out of the address.

    Raises:
        KioskRefused: the link does not hold.
    """
    token = request.args["kiosk"]
    rest = urlencode([(k, v) for k, v in request.args.items(multi=True) if k != "kiosk"])
    answer = redirect("/?" + rest if rest else "/")
    if token == LEAVE:
        answer.delete_cookie(COOKIE)
        return answer
    link = services.kiosk.admit(token)
    left = int(link.expires - time.time()) if link.expires else _LONG
    answer.set_cookie(
        COOKIE, token, max_age=min(left, _LONG), httponly=True, samesite="Lax",
        secure=request.is_secure,
    )  # fmt: skip
    return answer


def _is_of_the_wall() -> bool:
    if request.path != _UPDATE:
        return request.path in _WALL
    said = request.get_json(silent=True)
    if not isinstance(said, dict):
        return False
    if said.get("output") != _ROUTER:
        return False
    asked = [one.get("value") for one in said.get("inputs", []) if isinstance(one, dict)]
    return all(value in ("/", "", None) for value in asked)


def _language(services: Services) -> Lang:
    said = request.args.get("lang")
    return "en" if said == "en" else "zh" if said == "zh" else services.settings.lang
