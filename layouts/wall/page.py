"""The wall as drawn once: a frame, and empty places in it which the script fills."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import dash_leaflet as dl
from dash import html
from dash.development.base_component import Component

from layouts import ids
from layouts.texts import Lang, t
from layouts.wall.places import wall_places
from layouts.wall.scene import Scene
from layouts.wall.switcher import Tour, switcher

PAYLOAD_ADDRESS = "wall/payload"
"""Where the script asks for the numbers."""
_SCRIPT_TEXTS = (
    "age.now", "age.minutes", "age.hours", "age.days", "wall.lost", "wall.failed", "wall.why",
    "wall.shown_from", "wall.loading", "wall.legend_none", "wall.page", "wall.events_none",
    "wall.events_newest",
    "wall.keys", "wall.feeds", "wall.feeds_fresh", "wall.tour", "wall.tour_paused", "state.stale",
    "wall.pinned", "wall.frozen", "alarm.where", "alarm.when", "alarm.why", "alarm.nowhere",
    "alarm.resumes", "alarm.acknowledge", "alarm.more", "spot.title", "spot.before", "spot.days",
)  # fmt: skip


def wall_layout(
    scenes: Sequence[Scene],
    shown: Scene,
    *,
    place: str,
    city_title: str,
    is_demo: bool,
    boundaries_note: str,
    root_area: str,
    area: str = "",
    lang: Lang = "zh",
    base: str = "/",
    lite: bool = False,
    presents: bool = False,
    tour: int = 0,
    least: float = 0.0,
    build: str = "",
    is_kiosk: bool = False,
) -> Component:
    """Return the wall's page, with the places of every scene, one of them in sight.

    Args:
        scenes: what stands where, in the order of the switcher.
        shown: the one of them that is in sight first.
        place: name of the city or area; stands before a scene's title.
        city_title: heading where a scene has none.
        is_demo: whether the data are made up and labelled so.
        boundaries_note: shown beside the legend; empty where the borders are official.
        root_area: area id of the whole city.
        area: area id the scene is about; the whole city by default.
        lang: language of the words.
        base: path the application is served under, with slashes.
        lite: no movement at all, for players without a graphics card.
        presents: for a meeting: larger titles, no controls, the scenes by the keyboard.
        tour: seconds after which the next scene comes; 0 for none.
        least: height of the smallest letter as a share of the wall's; 0 for the sheet's own.
        build: of the deployment that drew the page.
        is_kiosk: opened by a kiosk link, so that nothing on it leads away.
    """
    texts = {key: t(key, lang) for key in _SCRIPT_TEXTS}
    drawn_map = _map(area or root_area, root_area, base)
    rounds = Tour(tour, area, lang, lite, presents, place, city_title)
    modes = {"is-lite": lite, "is-presenting": presents, "is-kiosk": is_kiosk}
    return html.Div(
        [
            _header(
                shown.heading(lang, place, city_title),
                lang,
                switcher(scenes, shown, rounds),
                is_demo=is_demo,
            ),
            html.Div(id=ids.WALL_BANNER, className="wall-banner", role="alert"),
            html.Div(id=ids.WALL_KEYS, className="wall-keys", hidden=True),
            _centre(drawn_map, boundaries_note, lang),
            _footer(lang),
            html.Div(id=ids.WALL_SPOT, className="wall-spot", hidden=True),
            html.Div(id=ids.WALL_ALARM, className="wall-alarm", role="alertdialog", hidden=True),
        ],
        id=ids.WALL,
        className=" ".join(["wall", *(name for name, is_on in modes.items() if is_on)]),
        style={"--letter": f"{least:.5f}"},
        lang="en" if lang == "en" else "zh-CN",
        **_data(
            texts=json.dumps(texts, ensure_ascii=False),
            places=json.dumps(wall_places(scenes, shown, lang), ensure_ascii=False),
            version_url=f"{base}api/v1/version",
            payload_url=f"{base}{PAYLOAD_ADDRESS}",
            scene=shown.id,
            tour=str(tour),
            area=area,
            lang=lang,
            build=build,
        ),
    )


def _data(**values: str) -> dict[str, Any]:
    """Return ``data-`` attributes, which the types of Dash do not know."""
    return {f"data-{name.replace('_', '-')}": value for name, value in values.items()}


def _header(title: str, lang: Lang, scenes: Component, *, is_demo: bool) -> Component:
    left: list[Component] = [
        html.Span(
            [html.Span(t("wall.feeds_fresh", lang)), html.B(id=ids.WALL_FEEDS_COUNT)],
            className="wall-feeds-count",
        ),
        html.Span(id=ids.WALL_STANDING, className="wall-standing"),
    ]
    if is_demo:
        left.insert(0, html.Span(t("wall.demo", lang), className="wall-demo"))
    return html.Header(
        [
            html.Div(left, className="wall-head-left"),
            html.H1(title, id=ids.WALL_TITLE),
            html.Div(id=ids.WALL_CLOCK, className="wall-clock"),
            scenes,
        ],
        className="wall-head",
    )


def _centre(drawn_map: Component, boundaries_note: str, lang: Lang) -> Component:
    return html.Main(
        [
            html.Div(className="wall-headlines"),
            html.Div(
                [
                    drawn_map,
                    html.Div(id=ids.WALL_MAP_LABELS, className="wall-map-labels"),
                    html.Div(id=ids.WALL_MAP_TIP, className="wall-map-tip"),
                ],
                id=ids.WALL_MAP_BOX,
                className="wall-map-box",
            ),
            html.Div(
                [
                    html.Div(id=ids.WALL_LEGEND, className="wall-legend"),
                    html.Div(
                        [
                            html.Span(t("wall.rule", lang), id=ids.WALL_RULE),
                            html.Span(boundaries_note),
                        ],
                        className="wall-rule",
                    ),
                ],
                id=ids.WALL_CAPTION,
                className="wall-caption",
            ),
        ],
        className="wall-centre",
    )


def _map(area: str, root: str, base: str) -> Component:
    """The plate: the outline underneath, the areas on top; both fetched once."""
    below = f"{base}geo/children_of/{area}.json"
    outline = f"{base}geo/outline.json" if area == root else below
    drawn: Component = dl.Map(
        [
            dl.GeoJSON(
                id=ids.WALL_MAP_OUTLINE,
                url=outline,
                style={"variable": "wallMap.hidden"},
                onEachFeature={"variable": "wallMap.plate"},
                interactive=False,
            ),
            dl.GeoJSON(
                id=ids.WALL_MAP_AREAS,
                url=below,
                style={"variable": "wallMap.style"},
                onEachFeature={"variable": "wallMap.each"},
            ),
        ],
        id=ids.WALL_MAP,
        className="wall-map",
        preferCanvas=True,
        center=[0, 0],
        zoom=2,
        zoomSnap=0,
        zoomControl=False,
        attributionControl=False,
        dragging=False,
        scrollWheelZoom=False,
        doubleClickZoom=False,
        touchZoom=False,
        boxZoom=False,
        keyboard=False,
        fadeAnimation=False,
        zoomAnimation=False,
        trackViewport=False,
    )
    return drawn


def _footer(lang: Lang) -> Component:
    return html.Footer(
        [
            html.B(t("wall.ticker", lang)),
            html.Div(id=ids.WALL_TICKER, className="wall-ticker"),
            html.B(t("wall.feeds", lang)),
            html.Div(id=ids.WALL_FEEDS, className="wall-feeds"),
        ],
        className="wall-foot",
    )
