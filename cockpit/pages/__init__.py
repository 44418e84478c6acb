"""The pages, one module each; ``PAGES`` is the whole list."""

from __future__ import annotations

from cockpit.page_spec import PageSpec
from cockpit.pages.area import PAGE as AREA
from cockpit.pages.briefing import PAGE as BRIEFING
from cockpit.pages.drill import PAGE as DRILL
from cockpit.pages.hotspots import PAGE as HOTSPOTS
from cockpit.pages.indicator import PAGE as INDICATOR
from cockpit.pages.quality import PAGE as QUALITY
from cockpit.pages.wall import PAGE as WALL
from cockpit.pages.walls import PAGE as WALLS

PAGES: tuple[PageSpec, ...] = (
    WALL, DRILL, INDICATOR, AREA, HOTSPOTS, QUALITY, BRIEFING, WALLS,
)  # fmt: skip


def page_at(pathname: str) -> PageSpec | None:
    """Return the page at an address; a path that ends in ``<key>`` stands for any last part."""
    wanted = pathname.rstrip("/") or "/"
    return next((page for page in PAGES if _stands_at(page.path, wanted)), None)


def _stands_at(path: str, wanted: str) -> bool:
    head, key, _ = path.partition("<")
    if not key or wanted == head.rstrip("/"):
        return wanted == (head.rstrip("/") or "/")
    return wanted.startswith(head) and "/" not in wanted[len(head) :]
