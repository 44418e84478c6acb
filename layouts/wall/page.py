"""The wall as drawn once: empty places with ids, which the script fills from the payload."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import dash_leaflet as dl
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.texts import Lang, t
from layouts.wall.scene import CardsPanel, Panel, Scene, card_key

BEAT_MS = 2_000
"""How often the browser asks whether there is something new."""
_SCRIPT_TEXTS = (
    "age.now", "age.minutes", "age.hours", "age.days", "wall.lost", "wall.failed", "wall.why",
    "wall.shown_from", "wall.loading", "wall.legend_none", "wall.page", "wall.events_none",
    "wall.events_newest",
    "wall.feeds", "wall.feeds_fresh", "state.stale",
)  # fmt: skip


def wall_layout(
    scene: Scene,
    *,
    city_title: str,
    is_demo: bool,
    boundaries_note: str,
    root_area: str,
    area: str = "",
    lang: Lang = "zh",
    base: str = "/",
    lite: bool = False,
) -> Component:
    """Return the wall's page.

    Args:
        scene: what stands where.
        city_title: heading where the scene has none.
        is_demo: whether the data are made up and labelled so.
        boundaries_note: shown beside the legend; empty where the borders are official.
        root_area: area id of the whole city.
        area: area id the scene is about; the whole city by default.
        lang: language of the words.
        base: path the application is served under, with slashes.
        lite: no movement at all, for players without a graphics card.
    """
    texts = {key: t(key, lang) for key in _SCRIPT_TEXTS}
    view = {"scene": scene.id, "area": area, "lang": lang}
    return html.Div(
        [
            _header(scene.title or city_title, lang, is_demo=is_demo),
            html.Div(id=ids.WALL_BANNER, className="wall-banner", role="alert"),
            _side("left", scene.left, lang),
            _centre(scene, _map(area or root_area, root_area, base), boundaries_note, lang),
            _side("right", scene.right, lang),
            _footer(lang),
            dcc.Store(id=ids.WALL_VIEW, data=view),
            dcc.Store(id=ids.WALL_TICK),
            dcc.Store(id=ids.WALL_PAYLOAD),
            dcc.Interval(id=ids.WALL_BEAT, interval=BEAT_MS),
            html.Div(id=ids.WALL_SINK, hidden=True),
        ],
        id=ids.WALL,
        className="wall is-lite" if lite else "wall",
        lang="en" if lang == "en" else "zh-CN",
        **_data(
            texts=json.dumps(texts, ensure_ascii=False),
            version_url=f"{base}api/v1/version",
        ),
    )


def _data(**values: str) -> dict[str, Any]:
    """Return ``data-`` attributes, which the types of Dash do not know."""
    return {f"data-{name.replace('_', '-')}": value for name, value in values.items()}


def _header(title: str, lang: Lang, *, is_demo: bool) -> Component:
    left: list[Component] = [
        html.Span(
            [html.Span(t("wall.feeds_fresh", lang)), html.B(id=ids.WALL_FEEDS_COUNT)],
            className="wall-feeds-count",
        )
    ]
    if is_demo:
        left.insert(0, html.Span(t("wall.demo", lang), className="wall-demo"))
    return html.Header(
        [
            html.Div(left, className="wall-head-left"),
            html.H1(title),
            html.Div(id=ids.WALL_CLOCK, className="wall-clock"),
        ],
        className="wall-head",
    )


def _side(name: str, panels: Sequence[Panel], lang: Lang) -> Component:
    stacks = [
        html.Div(
            [_panel(panel, lang) for panel in panels if panel.column == column],
            className="wall-stack",
        )
        for column in (1, 2)
    ]
    return html.Div(stacks, className=f"wall-side wall-{name}")


def _panel(panel: Panel, lang: Lang) -> Component:
    title = (panel.title_en or panel.title) if lang == "en" else panel.title
    body_class = f"wall-body is-{panel.kind}"
    if isinstance(panel, CardsPanel):
        cards = [_card(ids.wall_card(card_key(panel.id, card))) for card in panel.cards]
        body = html.Div(cards, id=ids.wall_panel(panel.id), className=body_class)
    else:
        body = html.Div(id=ids.wall_panel(panel.id), className=body_class)
    heading = html.H2([title, html.Span(id=ids.wall_panel_note(panel.id), className="wall-note")])
    return html.Section(
        [heading, body],
        className=f"wall-panel show-{panel.show}",
        style={"flexGrow": panel.grow},
        **_data(kind=panel.kind, panel=panel.id),
    )


def _card(card_id: str) -> Component:
    return html.Div(id=card_id, className="wall-card")


def _centre(scene: Scene, drawn_map: Component, boundaries_note: str, lang: Lang) -> Component:
    tiles = [
        html.Div(id=ids.wall_card(card_key("headline", card)), className="wall-tile")
        for card in scene.headline
    ]
    return html.Main(
        [
            html.Div(tiles, className="wall-headline"),
            html.Div(
                [
                    drawn_map,
                    html.Div(id=ids.WALL_MAP_LABELS, className="wall-map-labels"),
                    html.Div(id=ids.WALL_MAP_TIP, className="wall-map-tip"),
                ],
                id=ids.WALL_MAP_BOX,
                className="wall-map-box",
            ),
            html.Div(id=ids.WALL_LEGEND, className="wall-legend"),
            html.Div(
                [html.Span(t("wall.rule", lang)), html.Span(boundaries_note)],
                className="wall-rule",
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
