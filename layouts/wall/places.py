"""The places of every scene as plain elements, which the wall's script builds once.

They are not components: whenever anything changes, Dash asks each component on the page whether
it is concerned, and a wall has seven hundred places that no callback owns.
"""

from __future__ import annotations

from collections.abc import Sequence

from layouts import ids
from layouts.texts import Lang
from layouts.wall.panel import Card, CardsPanel, card_key
from layouts.wall.scene import Panel, Scene

Element = list[object]
"""Tag, attributes, and the children: further elements or words."""


def wall_places(scenes: Sequence[Scene], shown: Scene, lang: Lang) -> dict[str, list[Element]]:
    """Return the elements left of the map, above it and right of it, one a scene each."""
    return {
        "left": [_side("left", one, one.left, shown, lang) for one in scenes],
        "above": [_headline(one, shown) for one in scenes],
        "right": [_side("right", one, one.right, shown, lang) for one in scenes],
    }


def _stage(scene: Scene, shown: Scene, names: str) -> dict[str, str]:
    """Return what makes a part of a scene come and go with it."""
    is_on = " is-on" if scene.id == shown.id else ""
    return {"class": f"wall-stage{is_on} {names}", "data-scene": scene.id}


def _headline(scene: Scene, shown: Scene) -> Element:
    is_many = " is-many" * (len(scene.headline) > 5)
    tiles = (_place(scene.id, "headline", card, "wall-tile") for card in scene.headline)
    return ["div", _stage(scene, shown, f"wall-headline{is_many}"), *tiles]


def _side(name: str, scene: Scene, panels: Sequence[Panel], shown: Scene, lang: Lang) -> Element:
    stacks = (
        ["div", {"class": "wall-stack"}]
        + [_panel(scene.id, panel, lang) for panel in panels if panel.column == column]
        for column in (1, 2)
    )
    return ["div", _stage(scene, shown, f"wall-side wall-{name}"), *stacks]


def _panel(scene: str, panel: Panel, lang: Lang) -> Element:
    title = (panel.title_en or panel.title) if lang == "en" else panel.title
    cards = panel.cards if isinstance(panel, CardsPanel) else ()
    note = {"id": ids.wall_panel_note(scene, panel.id), "class": "wall-note"}
    body = {"id": ids.wall_panel(scene, panel.id), "class": f"wall-body is-{panel.kind}"}
    section = {
        "class": f"wall-panel show-{panel.show}",
        "style": f"flex-grow: {panel.grow}",
        "data-kind": panel.kind,
        "data-panel": panel.id,
    }
    places = (_place(scene, panel.id, card, "wall-card") for card in cards)
    return ["section", section, ["h2", {}, title, ["span", note]], ["div", body, *places]]


def _place(scene: str, group: str, card: Card, name: str) -> Element:
    return ["div", {"id": ids.wall_card(scene, card_key(group, card)), "class": name}]
