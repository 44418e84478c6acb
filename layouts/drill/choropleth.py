"""The map of the areas below: colours by value, names, and a click that goes one level down."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import dash_leaflet as dl
from dash import html

from layouts import format as fmt
from layouts import ids, shell
from layouts import staff_texts as texts
from layouts.theme import class_names, token
from layouts.wall.choropleth import breaks
from metrics.answer import Answer, Child

CLASSES = 5
MOST_POINTS = 60
"""Above it points that lie together are drawn as one, with their number."""
MOST_LABELS = 40
"""Above it names would cover one another; they are read at the corner instead."""

MOST_OUTLINED = 300
"""Above it the lines between areas would cover their colours; they are drawn finer."""


@dataclass(frozen=True)
class MapView:
    """What the map draws.

    Attributes:
        parent: id of the area whose parts are drawn.
        children: their figures; a shape without one is drawn as having no data.
        href: address that a click on the area with this id opens; empty for none.
        selected: id of the area to mark; empty for none.
        points: rows with lon, lat and href, drawn on top.
        note: what is to be said about the borders.
        is_heat: draw the points as heat, not one by one.
        level: of the parts, where it is not the next one below the parent; else empty.
    """

    parent: str
    children: Sequence[Child]
    href: Callable[[str], str]
    selected: str = ""
    points: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    note: str = ""
    is_heat: bool = False
    level: str = ""

    @property
    def shapes(self) -> str:
        """The address of the parts' shapes."""
        folder = f"at_level/{quote(self.level)}" if self.level else "children_of"
        return f"/geo/{folder}/{quote(self.parent, safe='@')}.json"


def draw_map(view: MapView, answer: Answer) -> html.Div:
    """Return the map with its readout and legend."""
    known = {c.key: c for c in view.children if c.key}
    bounds = breaks([c.figure.value for c in known.values() if c.figure.value is not None], CLASSES)
    colours = [token(name) for name in class_names(len(bounds) + 1)]
    layers: list[Any] = [
        dl.GeoJSON(
            id=ids.part(ids.DRILL, "shapes"),
            url=view.shapes,
            style=_script("shapeStyle"),
            onEachFeature=_script("shapeReady"),
            zoomToBounds=True,
            hideout={
                "fill": {key: _colour(one, bounds, colours) for key, one in known.items()},
                "text": {key: _readout(one, answer) for key, one in known.items()},
                "href": {key: view.href(key) for key in known if view.href(key)},
                "selected": view.selected,
                "name": {key: one.name for key, one in known.items()} if view.level else {},
                "labels": len(known) <= MOST_LABELS,
                "fine": len(known) > MOST_OUTLINED,
                "none": token("class-none"),
                "border": token("border"),
                "mark": token("amber"),
            },
        )
    ]
    if view.points:
        layers.append(_point_layer(view))
    board = dl.Map(
        layers,
        id=ids.part(ids.DRILL, "map"),
        className="st-map__board",
        center=[0, 0],
        zoom=1,
        zoomSnap=0.1,
        preferCanvas=True,
        attributionControl=False,
        scrollWheelZoom=False,
    )
    return html.Div(
        [
            board,
            html.Div(className="st-map__readout", **shell.aria(live="polite")),
            _legend(answer, bounds, colours, view),
        ],
        className="st-map",
        key=f"{view.parent}|{view.level}|{view.selected}|{view.is_heat}",
    )


def place_map(parent: str, area: str, point: Mapping[str, Any]) -> html.Div:
    """Return a small map of one place among the parts of an area.

    Args:
        parent: id of the area whose parts are drawn.
        area: id of the part to mark.
        point: lon, lat, text and href.
    """
    around = {
        "fill": {}, "text": {}, "href": {}, "selected": area, "labels": False,
        "none": token("class-none"), "border": token("border"), "mark": token("amber"),
    }  # fmt: skip
    layers = [
        dl.GeoJSON(
            id=ids.part(ids.DRILL, "place-shapes"),
            url=f"/geo/children_of/{quote(parent, safe='@')}.json",
            style=_script("shapeStyle"),
            onEachFeature=_script("shapeReady"),
            zoomToBounds=True,
            hideout=around,
        ),
        dl.GeoJSON(
            id=ids.part(ids.DRILL, "place-point"),
            data=_points([point]),
            pointToLayer=_script("pointReady"),
            hideout={"fill": token("red"), "edge": token("bg")},
        ),
    ]
    board = dl.Map(
        layers, id=ids.part(ids.DRILL, "place-map"), className="st-map__board", center=[0, 0],
        zoom=1, zoomSnap=0.1, preferCanvas=True, attributionControl=False, scrollWheelZoom=False,
    )  # fmt: skip
    return html.Div(
        [board, html.Div(className="st-map__readout")], className="st-map st-map--small"
    )


def _point_layer(view: MapView) -> Any:  # noqa: ANN401 - a component without types
    colours = {"fill": token("amber"), "edge": token("bg")}
    if view.is_heat:
        return dl.GeoJSON(
            id=ids.part(ids.DRILL, "heat"),
            data=_points(view.points),
            pointToLayer=_script("heatReady"),
            hideout=colours,
        )
    return dl.GeoJSON(
        id=ids.part(ids.DRILL, "points"),
        data=_points(view.points),
        pointToLayer=_script("pointReady"),
        cluster=len(view.points) > MOST_POINTS,
        clusterToLayer=_script("clusterReady"),
        superClusterOptions={"radius": 44, "maxZoom": 17},
        zoomToBoundsOnClick=True,
        hideout=colours,
    )


def _script(name: str) -> dict[str, str]:
    return {"variable": f"staff.{name}"}


def _colour(child: Child, bounds: Sequence[float], colours: Sequence[str]) -> str:
    if child.figure.value is None:
        return token("class-none")
    return colours[bisect_right(bounds, child.figure.value)]


def _readout(child: Child, answer: Answer) -> str:
    value = fmt.value_with_unit(child.figure.value, answer.indicator)
    return value if child.figure.value is not None else texts.NO_VALUE


def _points(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {"href": row["href"], "text": row["text"]},
        }
        for row in rows
    ]
    return {"type": "FeatureCollection", "features": features}


def _legend(
    answer: Answer, bounds: Sequence[float], colours: Sequence[str], view: MapView
) -> html.Div:
    values = [c.figure.value for c in view.children if c.key and c.figure.value is not None]
    items: list[html.Span] = []
    if values:
        edges = [min(values), *bounds, max(values)]
        for index, colour in enumerate(colours):
            low, high = (
                fmt.value_text(edge, answer.indicator) for edge in edges[index : index + 2]
            )
            label = low if low == high else f"{low}–{high}"
            items.append(_swatch(colour, label))
    items.append(_swatch(token("class-none"), texts.NO_VALUE))
    note = html.Span(view.note, className="st-map__note") if view.note else None
    return html.Div([*items, note], className="st-map__legend")


def _swatch(colour: str, label: str) -> html.Span:
    return html.Span([html.I(style={"background": colour}), label])
