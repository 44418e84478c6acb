"""The slim row under the heading: one name a scene, and how far the tour is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from layouts import ids
from layouts.texts import Lang, t
from layouts.wall.scene import Scene

LONG = 10
"""Letters; a longer name ends in three points while its scene is not in sight."""


@dataclass(frozen=True)
class Tour:
    """What every link of the switcher keeps of the address.

    Attributes:
        seconds: a scene stays so long; 0 where there is no tour.
        area: area id the wall is about; empty for the whole city.
        lang: language of the words.
        is_lite: no movement.
        presents: for a meeting.
        place: stands before a scene's title.
        city_title: heading where a scene has none.
    """

    seconds: int
    area: str
    lang: Lang
    is_lite: bool
    presents: bool
    place: str
    city_title: str

    def address(self, scene: Scene) -> str:
        """Return where a scene is found."""
        kept = {
            "scene": scene.id,
            "area": self.area,
            "lang": "en" if self.lang == "en" else "",
            "lite": "1" if self.is_lite else "",
            "present": "1" if self.presents else "",
            "tour": str(self.seconds) if self.seconds else "",
        }
        return "?" + urlencode({name: value for name, value in kept.items() if value})


def switcher(scenes: Sequence[Scene], shown: Scene, tour: Tour) -> Component:
    """Return the row of links; the script follows them without loading the page anew."""
    links = []
    for scene in scenes:
        is_on = scene.id == shown.id
        data: dict[str, Any] = {
            "data-scene": scene.id,
            "data-title": scene.heading(tour.lang, tour.place, tour.city_title),
            "data-tour": "1" if scene.tour else "",
            "aria-current": "page" if is_on else "false",
        }
        name = scene.short(tour.lang)
        links.append(
            html.A(
                name,
                href=tour.address(scene),
                title=name if len(name) > LONG else "",
                className="is-on" if is_on else "",
                **data,
            )
        )
    state = html.Span(className="wall-tour", title=t("wall.tour_hint", tour.lang))
    label: dict[str, Any] = {"aria-label": t("wall.scenes", tour.lang)}
    row = html.Div(links, className="wall-scenes-row")
    return html.Nav([row, state], id=ids.WALL_SCENES, className="wall-scenes", **label)
