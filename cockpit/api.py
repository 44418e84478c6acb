"""The same answers over HTTP: parameters and JSON are those of the command line."""

from __future__ import annotations

import dataclasses
import logging
import secrets
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, jsonify, request
from flask.json.provider import DefaultJSONProvider

from cockpit import __version__
from cockpit.parameters import read_comparisons, read_filters, read_territory
from cockpit.walls.guard import is_kiosk, kiosk_now, viewer_now
from cockpit.walls.scope import area_for
from metrics.answer_json import as_json
from metrics.cases import MAX_PAGE, Side
from metrics.errors import BadQuestion, CockpitError, StoreError, UnknownName
from metrics.insight.as_json import as_json as why_json
from metrics.insight.inquiry import ask_why

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from cockpit.wiring import Services
    from metrics.question import Question

LOG = logging.getLogger("cockpit.api")
ADDRESSES = (
    "/api/v1/ask", "/api/v1/why", "/api/v1/catalogue", "/api/v1/cases", "/api/v1/version",
)  # fmt: skip
ASKED = ("indicator", "area", "level", "period", "by", "as_of", "compare", "filter", "series",
         "territory")  # fmt: skip
PAGED = ("side", "limit", "offset")
SIDES: dict[str, Side] = {"all": "all", "numerator": "numerator", "rest": "rest"}
LONGEST_SERIES = 1100


def build_api(services: Services) -> Blueprint:
    """Return the blueprint with every address below ``/api/v1`` and ``/healthz``."""
    api = Blueprint("api", __name__)

    @api.get("/api/v1/ask")
    def ask() -> Response:
        _only(request.args, ASKED)
        return jsonify(as_json(services.answer(read_question(services))))

    @api.get("/api/v1/why")
    def why() -> Response:
        _only(request.args, ASKED)
        return jsonify(why_json(*ask_why(services.service, read_question(services))))

    @api.get("/api/v1/catalogue")
    def catalogue() -> Response:
        _only(request.args, ("id",))
        if wanted := request.args.get("id"):
            return jsonify(services.catalogue.get(wanted).model_dump())
        return jsonify([one.model_dump() for one in services.catalogue.indicators.values()])

    @api.get("/api/v1/cases")
    def cases() -> Response:
        _only(request.args, (*ASKED, *PAGED))
        page = services.service.cases(
            read_question(services),
            limit=_whole("limit", 50, MAX_PAGE),
            offset=_whole("offset", 0, 10_000_000),
            side=_side(),
        )
        return jsonify({"ok": True, "total": page.total, "rows": [plain(row) for row in page.rows]})

    @api.get("/api/v1/version")
    def version() -> Response:
        now = services.clock.now().isoformat(timespec="seconds")
        seen = {"data_version": services.service.version, "app_version": __version__, "now": now}
        return jsonify({"ok": True, **seen, "build": services.build, **beat(services)})

    @api.get("/healthz")
    def health() -> tuple[Response, int]:
        state = health_of(services)
        return jsonify(state), 200 if state["ok"] else StoreError.status

    @api.get("/api/<path:rest>")
    def absent(rest: str) -> Response:
        raise UnknownName("address", f"/api/{rest}", ADDRESSES)

    @api.errorhandler(Exception)
    def failed(error: Exception) -> tuple[Response, int]:
        if isinstance(error, CockpitError):
            return jsonify(error.as_json()), error.status
        number = secrets.token_hex(4)
        LOG.error("[%s]", number, exc_info=error)
        what = f"something went wrong that should not ({type(error).__name__})"
        told = CockpitError(what, where=request.path, hint=f"The log has it under {number}")
        return jsonify(told.as_json()), 500

    return api


def beat(services: Services) -> dict[str, object]:
    """Note what a wall says of itself with its version check; return what it is to do, if new."""
    said = request.args
    if "wall" not in said and not is_kiosk():
        return {}
    link = kiosk_now()
    who = {**said, "wall": link.wall} if link else said
    orders = services.desk.hear(
        who, name=link.name if link else "", address=request.remote_addr or ""
    )
    if orders is None:
        return {}
    told = {**dataclasses.asdict(orders), "mark": orders.mark}
    return {
        "wall": {**told, **{key: _within(services, told[key]) for key in ("area", "spot_area")}}
    }


def _within(services: Services, area: str) -> str:
    """Return an area a wall was sent to; its own where it may not see that one."""
    try:
        return area_for(services, viewer_now(), area)
    except CockpitError:
        return area_for(services, viewer_now(), "")


def add_error_shape(server: Flask) -> None:
    """Give every failed request the one error shape and a fitting status."""
    provider = server.json
    if isinstance(provider, DefaultJSONProvider):
        provider.ensure_ascii = False
        provider.sort_keys = False

    @server.errorhandler(CockpitError)
    def failed(error: CockpitError) -> tuple[Response, int]:
        return jsonify(error.as_json()), error.status


def health_of(services: Services) -> dict[str, object]:
    """Return whether the store can be read and the inbox is watched."""
    state: dict[str, object] = {"store": "ok", "watcher": services.watcher_state()}
    try:
        services.store.rows("SELECT 1 AS one", tag="api.health")
    except CockpitError as error:
        state["store"] = error.sentence
    return {"ok": state["store"] == "ok" and state["watcher"] != "dead", **state}


def read_question(services: Services) -> Question:
    """Return the question in the address.

    Raises:
        UnknownName: no such indicator, area, level, column or parameter.
        BadQuestion: a value is not understood.
    """
    said = request.args
    if not said.get("indicator"):
        raise BadQuestion(
            "no indicator is named",
            where="/api/v1",
            hint="Allowed: those of /api/v1/catalogue",
            next_step="Add ?indicator=…",
        )
    return services.service.question(
        said["indicator"],
        area=said.get("area", ""),
        level=said.get("level", ""),
        period=said.get("period", "yesterday"),
        by=said.get("by", ""),
        as_of=_whole("as_of", 0, 2**32 - 1),
        territory=read_territory(said.get("territory", "as-was"), where="territory"),
        series=_whole("series", 0, LONGEST_SERIES),
        compare=read_comparisons(said.get("compare", "prev,yoy"), where="compare"),
        filters=read_filters(said.getlist("filter"), where="filter"),
    )


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value of a row as JSON knows it: times as ISO text."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain(dataclasses.asdict(value))
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | None) else float(value)


def _only(said: MultiDict[str, str], known: tuple[str, ...]) -> None:
    for name in said:
        if name not in known:
            raise UnknownName("parameter", name, known, where=request.path)


def _side() -> Side:
    wanted = request.args.get("side", "all")
    if wanted not in SIDES:
        raise UnknownName("side", wanted, SIDES, where=request.path)
    return SIDES[wanted]


def _whole(name: str, default: int, highest: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) <= highest):
        raise BadQuestion(
            f"'{text}' is no value for {name}",
            where=request.path,
            hint=f"Allowed: a whole number from 0 to {highest}",
        )
    return int(text)
