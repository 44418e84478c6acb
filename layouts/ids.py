"""Every component id a callback or a script names."""

from __future__ import annotations

ADDRESS = "address"
"""The one dcc.Location; a page listens to its ``search`` and ``pathname``."""
PAGE = "page"
PAGE_NAME = "page-name"
TITLE_SINK = "title-sink"
NOTICE = "notice"

WALL = "wall"
WALL_CLOCK = "wall-clock"
WALL_FEEDS_COUNT = "wall-feeds-count"
WALL_KEYS = "wall-keys"
WALL_BANNER = "wall-banner"
WALL_MAP = "wall-map"
WALL_MAP_BOX = "wall-map-box"
WALL_MAP_AREAS = "wall-map-areas"
WALL_MAP_OUTLINE = "wall-map-outline"
WALL_MAP_LABELS = "wall-map-labels"
WALL_MAP_TIP = "wall-map-tip"
WALL_LEGEND = "wall-legend"
WALL_CAPTION = "wall-caption"
WALL_TICKER = "wall-ticker"
WALL_FEEDS = "wall-feeds"


WALL_TITLE = "wall-title"
WALL_SCENES = "wall-scenes"
WALL_RULE = "wall-rule"
WALL_STANDING = "wall-standing"
WALL_SPOT = "wall-spot"
WALL_ALARM = "wall-alarm"


def wall_card(scene: str, key: str) -> str:
    """Return the id of the card that shows an ask of a scene."""
    return f"wall-card-{scene}-{key}"


def wall_panel(scene: str, panel: str) -> str:
    """Return the id of the body of a panel."""
    return f"wall-panel-{scene}-{panel}"


def wall_panel_note(scene: str, panel: str) -> str:
    """Return the id of the note at the right of a panel's heading."""
    return f"wall-note-{scene}-{panel}"


DRILL = "drill"
INDICATOR = "indicator"
AREA = "area"
QUALITY = "quality"
HOTSPOTS = "hotspots"
BRIEFING = "briefing"
WALLS = "walls"
"""Bodies of the staff pages: one callback draws each of them from the address."""


BRIEFING_SAID = "briefing-said"


def briefing_do(act: str, of: str) -> dict[str, str]:
    """Return the id of a button of the briefing's desk: what it does, and to which sentence."""
    return {"type": "briefing-do", "act": act, "of": of}


def briefing_field(name: str, of: str) -> dict[str, str]:
    """Return the id of a field of the briefing's desk: what is typed there, for which sentence."""
    return {"type": "briefing-field", "name": name, "of": of}


WALLS_BEAT = "walls-beat"
WALLS_LIST = "walls-list"
WALLS_TARGET = "walls-target"
WALLS_SCENE = "walls-scene"
WALLS_AREA = "walls-area"
WALLS_INDICATOR = "walls-indicator"
WALLS_SAID = "walls-said"
WALLS_LINKS = "walls-links"
WALLS_LINK_NAME = "walls-link-name"
WALLS_LINK_SCOPE = "walls-link-scope"
WALLS_LINK_DAYS = "walls-link-days"
WALLS_LINK_MAKE = "walls-link-make"
WALLS_LINK_MADE = "walls-link-made"
WALLS_LINK_WHICH = "walls-link-which"
WALLS_LINK_REVOKE = "walls-link-revoke"


def walls_do(what: str) -> str:
    """Return the id of a button of the control page."""
    return f"walls-do-{what}"


def quality_sheet(source: object) -> dict[str, object]:
    """Return the id of the field that takes a source's corrected rows."""
    return {"type": "quality-sheet", "source": source}


def quality_said(source: object) -> dict[str, object]:
    """Return the id of what is said about a source's corrected rows."""
    return {"type": "quality-said", "source": source}


def quality_recount(what: object) -> dict[str, object]:
    """Return the id of the button that counts everything again."""
    return {"type": "quality-recount", "what": what}


def quality_counted(what: object) -> dict[str, object]:
    """Return the id of what is said about everything counted again."""
    return {"type": "quality-counted", "what": what}


def goes(page: str, part: object) -> dict[str, object]:
    """Return the id of a part whose value is an address to go to: a picker, a bar of a figure."""
    return {"type": "goes", "page": page, "part": part}


def part(page: str, name: str) -> str:
    """Return the id of a part of a staff page that no callback listens to."""
    return f"{page}-{name}"
