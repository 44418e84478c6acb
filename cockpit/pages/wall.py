"""The wall: what it asks, for whom, and the address its script asks at.

The script asks by itself and not through a callback: Dash writes down every change of a value that
a callback listens to, for an undo that nobody sees, and a wall changes for months.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import Response, jsonify, request

from cockpit.page_spec import PageSpec
from cockpit.walls.guard import is_kiosk, viewer_now
from cockpit.walls.scope import area_for
from layouts.texts import Lang
from layouts.theme import THEMES
from layouts.wall.cards import Payload, Setting
from layouts.wall.page import PAYLOAD_ADDRESS, wall_layout
from layouts.wall.payload import failed_payload, milliseconds, wall_payload
from layouts.wall.scene import (
    Scene,
    find_scenes,
    ordered_scenes,
    pick_scene,
    scene_mark,
    scene_questions,
)
from layouts.wall.sheet import share_of_height
from layouts.wall.spotlight import DAYS, PERIOD, spotlight_payload
from metrics.errors import BadQuestion, CockpitError, UnknownName
from metrics.question import Viewer

if TYPE_CHECKING:
    from pathlib import Path

    from dash import Dash
    from dash.development.base_component import Component

    from cockpit.wiring import Services
    from metrics.answer import Answer
    from metrics.question import Question

EVENTS = 200
SHORTEST, LONGEST = 5, 3600
"""Seconds a scene of the tour may stay."""


def layout(services: Services, query: Mapping[str, str]) -> Component:
    """Return the wall for ``?scene=&area=&lang=&lite=&tour=&theme=&present=``.

    Raises:
        UnknownName: the scene, the area or the theme does not exist.
        BadQuestion: the seconds of the tour are no number, or the area is not for this viewer.
    """
    territory, city = services.service.territory, services.city
    asked = area_for(services, viewer_now(), query.get("area", ""))
    area = territory.area(asked) if asked else None
    shown = scene_named(services, query.get("scene", ""))
    if query.get("theme", "dark") not in THEMES:
        raise UnknownName("theme", query["theme"], THEMES, where="?theme=")
    settings = services.settings
    return wall_layout(
        ordered_scenes(_scene_files(services), shown),
        shown,
        place=area.name if area else city.name,
        city_title=f"{city.title}·{area.name}" if area else city.title,
        is_demo=city.demo,
        boundaries_note=city.boundaries_note,
        root_area=territory.root,
        area=area.id if area else "",
        lang=_language(query.get("lang") or settings.lang),
        lite=query.get("lite", "") == "1",
        presents=query.get("present", "") == "1",
        tour=tour_seconds(query.get("tour", "")) or settings.tour,
        least=share_of_height(settings.wall_height_m, settings.viewing_distance_m),
        build=services.build,
        is_kiosk=is_kiosk(),
    )


def register(app: Dash, services: Services) -> None:
    """Answer what the wall's script asks."""

    def asked() -> Response:
        answer = jsonify(payload(services, request.args))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    app.server.add_url_rule(f"/{PAYLOAD_ADDRESS}", "wall_payload", asked)


def payload(services: Services, view: Mapping[str, str]) -> dict[str, object]:
    """Return what the wall paints now; a sentence where nothing could be asked.

    What walls have in common is drawn once a minute for all of them.
    """
    lang, viewer = _language(view.get("lang", "")), viewer_now()
    now = services.service.clock.now()
    try:
        area = area_for(services, viewer, view.get("area", ""))
        scene = scene_named(services, view.get("scene", ""))
        mark = scene_mark(_scene_files(services)[scene.id])
        shown = services.cache.once_a_minute(
            f"wall {mark} {area} {lang}", viewer, lambda: drawn(services, scene, area, viewer, lang)
        )
        code = services.service.territory.area(area).code if area else ""
        spot = spotlight(services, view.get("spot", ""), viewer, Setting(now, code, lang))
        return shown | {"now": milliseconds(now), "spot": spot}
    except CockpitError as error:
        return failed_payload(now, error.sentence)


def drawn(
    services: Services, scene: Scene, area: str, viewer: Viewer, lang: Lang
) -> dict[str, object]:
    """Return what every wall that shows this scene and area paints.

    Raises:
        CockpitError: nothing could be asked.
    """
    service = services.service
    return wall_payload(
        scene,
        ask(services, scene, area, viewer),
        events(services, area, viewer),
        service.freshness(),
        now=service.clock.now(),
        indicators=service.catalogue.indicators,
        area=service.territory.area(area).code if area else "",
        data_version=service.version,
        is_clock_fixed=service.clock.fixed is not None,
        lang=lang,
        alarms=services.alarms,
    )


def ask(services: Services, scene: Scene, area: str, viewer: Viewer) -> dict[str, Answer]:
    """Return the answers of a scene by key; what cannot be asked is left out, the rest stays."""
    questions: dict[str, Question] = {}
    for one in scene_questions(scene, area):
        try:
            questions[one.key] = services.service.question(
                one.indicator,
                area=one.area,
                level=one.level,
                period=one.period,
                compare=one.compare,
                series=one.series,
                by=one.by,
                viewer=viewer,
            )
        except CockpitError:
            continue  # its card says so itself; the others must not go dark with it
    answers = services.answer_many(list(questions.values()))
    return dict(zip(questions, answers, strict=True))


def spotlight(services: Services, wanted: str, viewer: Viewer, setting: Setting) -> Payload | None:
    """Return the large card for ``indicator|area id``; None where none is wanted."""
    if not wanted:
        return None
    name, _, asked = wanted.partition("|")
    indicator, answer, note = services.catalogue.indicators.get(name), None, ""
    try:
        area = area_for(services, viewer, asked)
        question = services.service.question(
            name, area=area, period=PERIOD, series=DAYS, viewer=viewer
        )
        answer = services.answer_many([question])[0]
    except CockpitError as error:
        note = error.sentence
    return spotlight_payload(wanted, answer, indicator, setting, note=note)


def events(services: Services, within: str, viewer: Viewer) -> list[dict[str, object]]:
    """Return an area's newest events, each with the areas it lies in.

    ``area_name`` names the two levels below the city, ``path`` all of them, and ``on`` is the id
    of the one that the map of this wall shows.
    """
    territory = services.service.territory
    scope = Viewer(viewer.name, (territory.area(within).id,)) if within else viewer
    top = territory.area(within).depth if within else 0
    placed = []
    for event in services.cache.latest_events(scope, EVENTS):
        area = str(event.get("area") or "")
        lineage = territory.lineage(area)[1:] if area in territory.areas else []
        names = [one.name for one in lineage]
        on = next((one.id for one in lineage if one.depth == top + 1), "")
        where = {"area_name": " ".join(names[:2]) or event.get("area_name"), "on": on}
        placed.append({**event, **where, "path": " · ".join(names)})
    return placed


def scene_named(services: Services, name: str) -> Scene:
    """Return a scene by name; the city's own come before the built-in ones.

    Raises:
        UnknownName: no such scene.
        ConfigError: its file is wrong.
    """
    return pick_scene(name, _scene_files(services))


def _scene_files(services: Services) -> Mapping[str, Path]:
    return find_scenes(services.city.folder / "wall")


def tour_seconds(text: str) -> int:
    """Return after how many seconds the tour goes on; 0 where nothing is said.

    Raises:
        BadQuestion: it is no whole number from 5 to 3600.
    """
    if not text:
        return 0
    if text.isascii() and text.isdigit() and SHORTEST <= int(text) <= LONGEST:
        return int(text)
    hint = f"A whole number of seconds from {SHORTEST} to {LONGEST}"
    raise BadQuestion(f"'{text}' is no time a scene can stay", where="?tour=", hint=hint)


def _language(text: str) -> Lang:
    if text not in ("", "zh", "en"):
        raise UnknownName("language", text, ("zh", "en"), where="?lang=")
    return "en" if text == "en" else "zh"


PAGE = PageSpec(path="/", title="城市运行驾驶舱", layout=layout, register=register)
