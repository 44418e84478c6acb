"""What a staff page shows, as its address says it. Pure: no page keeps any other state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from layouts.shell import Changed, Filters, PageName
from metrics.question import DIMENSIONS

FILTERS = tuple(dict.fromkeys(column for columns in DIMENSIONS.values() for column in columns))
"""Query names that filter rows: every column a question may filter by."""

_IN_PATH = {"indicator": "indicator", "area": "area"}
_SAYS: dict[str, tuple[str, ...]] = {
    "drill": ("indicator", "area", "level", "period", "filters", "why", "layer", "page", "case"),
    "indicator": ("area", "level", "period", "filters"),
    "area": ("period", "tier"),
    "quality": ("filters", "page"),
    "hotspots": (
        "indicator",
        "area",
        "period",
        "filters",
        "governed",
        "since",
        "weeks",
        "keyword",
    ),
}
_RESETS: dict[str, dict[str, Any]] = {
    "indicator": {"level": "", "filters": (), "page": 1, "case": "", "why": ""},
    "area": {"level": "", "page": 1, "case": ""},
    "level": {"page": 1},
    "period": {"page": 1, "case": ""},
    "filters": {"page": 1, "case": ""},
    "page": {"case": ""},
}
_SAID = (
    "indicator", "area", "level", "period", "case", "tier", "why", "layer", "governed", "since",
    "weeks", "keyword",
)  # fmt: skip
_LONGEST = 200
_LAST_PAGE = 1_000_000


@dataclass(frozen=True)
class ViewState:
    """One view of a staff page.

    Attributes:
        indicator: id in the catalogue; empty for the page's first choice.
        area: area code; empty for the whole city.
        level: level of the ranking; empty for the next one down.
        period: text ``parse_period`` takes; empty for the page's own.
        filters: only rows with one of these values, by column, sorted by column.
        page: page of the table, from 1.
        case: id of the case that is opened; empty for none.
        tier: ``all`` for the further indicators beside the core.
        why: how the change is cut: ``area`` or a column; empty for what moved most.
        layer: ``heat`` for a map of where cases are dense; empty for points and clusters.
        governed: id of a problem the city has taken in hand.
        since: first day of the weeks after, of a problem that is chosen on the page.
        weeks: how many on either side of it.
        keyword: text in the titles of its cases.
    """

    indicator: str = ""
    area: str = ""
    level: str = ""
    period: str = ""
    filters: Filters = ()
    page: int = 1
    case: str = ""
    tier: str = ""
    why: str = ""
    layer: str = ""
    governed: str = ""
    since: str = ""
    weeks: str = ""
    keyword: str = ""

    @property
    def filter_map(self) -> dict[str, tuple[str, ...]]:
        """The filters as a mapping."""
        return dict(self.filters)

    def with_changes(self, **changes: Changed) -> ViewState:
        """Return the view after a change; what hangs on the changed part goes back to its start.

        Example:
            >>> ViewState(area="1", page=4, case="x").with_changes(area="2") == ViewState(area="2")
            True
        """
        resets: dict[str, Any] = {}
        for name, value in changes.items():
            if getattr(self, name) != value:
                resets |= _RESETS.get(name, {})
        return replace(self, **(resets | changes))

    def with_filter(self, column: str, value: str) -> ViewState:
        """Return the view with only the rows that have this value, or without that limit."""
        chosen = self.filter_map
        values = chosen.pop(column, ())
        kept = tuple(v for v in values if v != value) if value in values else (*values, value)
        if kept:
            chosen[column] = kept
        return self.with_changes(filters=tuple(sorted(chosen.items())))

    def with_only(self, column: str, value: str) -> ViewState:
        """Return the view with one value of a column only; with all where the value is empty.

        A minor class belongs to its major one and goes with it.
        """
        gone = {column, "subcategory"} if column == "category" else {column}
        kept = [(name, values) for name, values in self.filters if name not in gone]
        chosen = [(column, (value,))] if value else []
        return self.with_changes(filters=tuple(sorted([*kept, *chosen])))

    def path(self, page: PageName, /) -> str:
        """Return the address of a page without its query."""
        key = getattr(self, _IN_PATH[page]) if page in _IN_PATH else ""
        return f"/{page}/{quote(key, safe='')}" if key else f"/{page}"

    def pairs(self, page: PageName, /) -> list[tuple[str, str]]:
        """Return the query of a page as names and values, without what is empty or usual."""
        pairs: list[tuple[str, str]] = []
        for name in _SAYS[page]:
            if name == "filters":
                pairs += [(column, value) for column, values in self.filters for value in values]
            elif name == "page":
                pairs += [("page", str(self.page))] if self.page > 1 else []
            elif getattr(self, name):
                pairs.append((name, getattr(self, name)))
        return pairs

    def href(self, to: PageName, /, **changes: str | int) -> str:
        """Return the address of a page showing this view after the changes.

        Example:
            >>> ViewState(area="330109001").href("drill", indicator="appeals_accepted")
            '/drill?indicator=appeals_accepted&area=330109001'
        """
        state = self.with_changes(**changes)
        query = urlencode(state.pairs(to))
        return f"{state.path(to)}?{query}" if query else state.path(to)


def parse_address(pathname: str | None, search: str | None) -> ViewState:
    """Return the view an address asks for; what it does not know in an address it leaves out.

    Example:
        >>> parse_address("/area/330109", "?period=last-week&utm=x") == ViewState(
        ...     area="330109", period="last-week"
        ... )
        True
    """
    said: dict[str, Any] = {}
    filters: dict[str, tuple[str, ...]] = {}
    for name, raw in parse_qsl((search or "").lstrip("?"), max_num_fields=None):
        value = raw.strip()[:_LONGEST]
        if name in _SAID:
            said[name] = value
        elif name == "page":
            said["page"] = _page(value)
        elif name in FILTERS and value:
            filters[name] = tuple(dict.fromkeys((*filters.get(name, ()), value)))
    page, _, key = (pathname or "").strip("/").partition("/")
    if page in _IN_PATH and key:
        said[_IN_PATH[page]] = unquote(key)[:_LONGEST]
    return ViewState(**said, filters=tuple(sorted(filters.items())))


def _page(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        return 1
    return min(max(1, int(text[:7])), _LAST_PAGE)
