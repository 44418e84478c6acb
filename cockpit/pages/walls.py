"""The control page of the walls: who is connected, what they are told, and their links."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from dash import Dash, Input, Output, State, ctx

from cockpit.page_spec import PageSpec
from cockpit.walls.desk import ALL, ShownWall
from cockpit.walls.ledger import Link
from layouts import control, ids
from layouts import staff_texts as texts
from layouts.control import LinkRow, WallRow
from layouts.texts import Lang, t
from metrics.errors import BadQuestion, CockpitError

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from cockpit.wiring import Services

AREA_DEPTH = 2
"""Walls are sent to areas down to this depth: the city, its streets, their communities."""


def layout(services: Services, query: Mapping[str, str]) -> Component:
    """Return the page; the lists are drawn with the first beat."""
    city, lang = services.city, _language(services, query.get("lang", ""))
    areas = [one for one in services.service.territory.areas.values() if _is_offered(one.depth)]
    by_code = sorted(areas, key=lambda one: (one.depth, one.code))
    return control.control_page(
        city=city.name,
        is_demo=city.demo,
        scenes=[{"label": one.short(lang), "value": one.id} for one in services.scenes],
        areas=[{"label": _place(services, one.id), "value": one.id} for one in by_code],
        indicators=[
            {"label": _name(one, lang), "value": one.id}
            for one in services.catalogue.indicators.values()
            if one.tier == "core"
        ],
        lang=lang,
    )


def register(app: Dash, services: Services) -> None:
    """Put the page's callbacks on the app."""

    @app.callback(
        Output(ids.WALLS_LIST, "children"),
        Output(ids.WALLS_TARGET, "children"),
        Output(ids.WALLS_LINKS, "children"),
        Output(ids.WALLS_LINK_WHICH, "options"),
        Input(ids.WALLS_BEAT, "n_intervals"),
        Input(ids.ADDRESS, "href"),
        Input(ids.WALLS_LINK_MADE, "children"),
    )
    def show(_beat: int | None, href: str, _made: object) -> Any:  # noqa: ANN401 - components
        return lists(services, href)

    @app.callback(
        Output(ids.WALLS_SAID, "children"),
        [Input(ids.walls_do(name), "n_clicks") for name in control.BUTTONS],
        State(ids.ADDRESS, "href"),
        State(ids.WALLS_SCENE, "value"),
        State(ids.WALLS_AREA, "value"),
        State(ids.WALLS_INDICATOR, "value"),
        prevent_initial_call=True,
    )
    def act(*said: Any) -> str:  # noqa: ANN401 - clicks, then texts
        href, scene, area, indicator = said[-4:]
        name = str(ctx.triggered_id).removeprefix(ids.walls_do(""))
        if not any(said[:-4]):
            return ""
        return do(services, name, href, scene or "", _area(area), indicator or "")

    @app.callback(
        Output(ids.WALLS_LINK_MADE, "children"),
        Input(ids.WALLS_LINK_MAKE, "n_clicks"),
        Input(ids.WALLS_LINK_REVOKE, "n_clicks"),
        State(ids.ADDRESS, "href"),
        State(ids.WALLS_LINK_NAME, "value"),
        State(ids.WALLS_LINK_SCOPE, "value"),
        State(ids.WALLS_LINK_DAYS, "value"),
        State(ids.WALLS_LINK_WHICH, "value"),
        prevent_initial_call=True,
    )
    def links(made: int, revoked: int, href: str, *said: Any) -> Any:  # noqa: ANN401
        if not (made or revoked):
            return ""
        is_new = ctx.triggered_id == ids.WALLS_LINK_MAKE
        return make_link(services, href, *said[:3]) if is_new else revoke(services, href, said[3])


def lists(services: Services, href: str) -> tuple[object, ...]:
    """Return the walls, who is acted on, the links, and those that can be taken back."""
    target, lang = _asked(services, href)
    rows = [wall_row(services, one, lang) for one in services.desk.walls()]
    links = [link_row(services, one, lang) for one in services.kiosk.links()]
    holding = [one for one in links if one.state == t("walls.valid", lang)]
    return (
        control.draw_walls(rows, target, lang),
        control.draw_target(rows, target, lang),
        control.draw_links(links, lang),
        [{"label": f"{one.name} ({one.id})", "value": one.id} for one in holding],
    )


def do(services: Services, name: str, href: str, scene: str, area: str, indicator: str) -> str:
    """Tell the walls that are acted on; return what was done, as a sentence."""
    desk, (target, lang) = services.desk, _asked(services, href)
    if name == "spotlight" and not indicator:
        return t("walls.choose_indicator", lang)
    doing = {
        "send": lambda: desk.send(target, scene, area),
        "pin": lambda: desk.pin(target, on=True),
        "unpin": lambda: desk.pin(target, on=False),
        "freeze": lambda: desk.freeze(target, on=True),
        "thaw": lambda: desk.freeze(target, on=False),
        "spotlight": lambda: desk.spotlight(target, indicator, area),
        "take_down": lambda: desk.spotlight(target),
        "dim_on": lambda: desk.dim(target, on=True),
        "dim_off": lambda: desk.dim(target, on=False),
        "acknowledge": lambda: desk.acknowledge(target),
    }
    try:
        count = doing[name]()
    except CockpitError as error:
        return error.sentence
    nobody = "walls.no_alarm" if name == "acknowledge" else "walls.told_none"
    return t("walls.told" if count else nobody, lang).format(n=count)


def make_link(
    services: Services, href: str, name: str | None, area: str | None, days: str | None
) -> Component | str:
    """Return a new kiosk link, or why there is none."""
    _, lang = _asked(services, href)
    parts = urlsplit(href)
    try:
        wanted = (days or "0").strip()
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 6):
            hint = "A whole number; 0 never ends"
            raise BadQuestion(f"'{wanted}' is no number of days", where="/walls", hint=hint)
        roots = [_area(area)] if _area(area) else []
        link, token = services.kiosk.make(name or "", roots, days=int(wanted))
    except CockpitError as error:
        return error.sentence
    return control.draw_made(link.name, f"{parts.scheme}://{parts.netloc}/?kiosk={token}", lang)


def revoke(services: Services, href: str, link: str | None) -> str:
    """Take a link back; return what was done, as a sentence."""
    _, lang = _asked(services, href)
    if not link:
        return t("walls.which", lang)
    try:
        services.kiosk.revoke(link)
    except CockpitError as error:
        return error.sentence
    return t("walls.revoked", lang)


def wall_row(services: Services, one: ShownWall, lang: Lang) -> WallRow:
    """Return a wall as the list shows it."""
    beat, orders = one.beat, one.orders
    names = {scene.id: scene.short(lang) for scene in services.scenes}
    focus = services.catalogue.indicators.get(orders.spot)
    told = (
        (orders.pinned, t("walls.pinned", lang)),
        (orders.frozen, t("walls.frozen", lang)),
        (orders.dim, t("walls.dim", lang)),
        (bool(orders.spot), f"{t('walls.spot', lang)} {_name(focus, lang) if focus else ''}"),
        (orders.mark != beat.mark and not one.is_away, t("walls.waiting", lang)),
    )
    return WallRow(
        id=beat.wall,
        name=beat.name,
        address=beat.address,
        scene=names.get(beat.scene, beat.scene),
        area=_place(services, beat.area) if beat.area else "",
        size=beat.size,
        data=beat.data,
        states=tuple(word for holds, word in told if holds),
        seconds=one.seconds,
        is_away=one.is_away,
        has_alarm=bool(beat.alarm),
    )


def link_row(services: Services, link: Link, lang: Lang) -> LinkRow:
    """Return a link as the list shows it."""
    zone = ZoneInfo(services.clock.timezone)
    ends = dt.datetime.fromtimestamp(link.expires, zone) if link.expires else None
    is_over = ends is not None and ends <= dt.datetime.now(zone)
    key = "taken_back" if link.revoked else "ended" if is_over else "valid"
    return LinkRow(
        id=link.id,
        name=link.name,
        scope="、".join(_place(services, root) for root in link.roots),
        made=dt.datetime.fromtimestamp(link.made, zone),
        expires=ends,
        state=t(f"walls.{key}", lang),
    )


def _is_offered(depth: int) -> bool:
    return 0 < depth <= AREA_DEPTH


def _place(services: Services, area: str) -> str:
    territory = services.service.territory
    if area not in territory.areas:
        return area
    return " · ".join(one.name for one in territory.lineage(area)[1:]) or services.city.name


def _area(chosen: str | None) -> str:
    return "" if chosen in (None, ALL) else str(chosen)


def _name(indicator: Any, lang: Lang) -> str:  # noqa: ANN401 - an Indicator
    return str(indicator.name_en if lang == "en" else indicator.name)


def _asked(services: Services, href: str) -> tuple[str, Lang]:
    said = {name: values[-1] for name, values in parse_qs(urlsplit(href or "").query).items()}
    return said.get("wall", ALL), _language(services, said.get("lang", ""))


def _language(services: Services, said: str) -> Lang:
    return "en" if said == "en" else "zh" if said == "zh" else services.settings.lang


PAGE = PageSpec(path="/walls", title=texts.WALLS, layout=layout, register=register)
