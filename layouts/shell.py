"""The frame every staff page stands in, and the small pieces all of them use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from dash import dcc, html
from dash.development.base_component import Component

from layouts import staff_texts as texts
from layouts.hotspot_texts import HOTSPOTS
from metrics.answer import Freshness
from metrics.indicator import Light

Children = str | Component | Sequence[str | Component | None] | None

NAVIGATION: tuple[tuple[str, str, str], ...] = (
    ("wall", "/", texts.WALL),
    ("drill", "/drill", texts.DRILL),
    ("indicator", "/indicator/", texts.INDICATORS),
    ("hotspots", "/hotspots", HOTSPOTS),
    ("quality", "/quality", texts.QUALITY),
    ("briefing", "/briefing", texts.BRIEFING),
    ("walls", "/walls", texts.WALLS),
)
_BODY: dict[str, Any] = {"className": "st-main", "tabIndex": -1}

Filters = tuple[tuple[str, tuple[str, ...]], ...]
Changed = str | int | Filters
PageName = Literal["drill", "indicator", "area", "quality", "hotspots"]


class View(Protocol):
    """What a page shows and the address of any other view; the application provides it."""

    @property
    def indicator(self) -> str:
        """Id in the catalogue."""

    @property
    def area(self) -> str:
        """Area code; empty for the whole city."""

    @property
    def period(self) -> str:
        """Text of the period."""

    @property
    def page(self) -> int:
        """Page of the table, from 1."""

    @property
    def filters(self) -> Filters:
        """Chosen values by column."""

    @property
    def case(self) -> str:
        """Id of the case that is opened; empty for none."""

    @property
    def why(self) -> str:
        """How the change is cut; empty for what moved most."""

    @property
    def layer(self) -> str:
        """``heat`` for a map of where cases are dense."""

    @property
    def tier(self) -> str:
        """``all`` for the further indicators beside the core."""

    def with_changes(self, **changes: Changed) -> View:
        """Return the view after the changes."""

    def with_filter(self, column: str, value: str) -> View:
        """Return the view with a value chosen, or not any more."""

    def with_only(self, column: str, value: str) -> View:
        """Return the view with one value of a column only; with all where the value is empty."""

    def path(self, page: PageName, /) -> str:
        """Return the address of a page without its query."""

    def pairs(self, page: PageName, /) -> list[tuple[str, str]]:
        """Return the query of a page as names and values."""

    def href(self, to: PageName, /, **changes: str | int) -> str:
        """Return the address of a page after the changes."""


def frame(
    body_id: str, *, active: str, city: str, is_demo: bool, body: Children = None
) -> html.Div:
    """Return a staff page: navigation on top, and the body; an empty one is for a callback."""
    links = [
        html.A(
            name,
            href=href,
            className="st-nav__link is-active" if key == active else "st-nav__link",
            **(aria(current="page") if key == active else {}),
        )
        if key in ("wall", "briefing", "walls")
        else go(name, href, className=_nav_class(key, active), current=key == active)
        for key, href, name in NAVIGATION
    ]
    badge = html.Span(texts.DEMO, className="st-badge st-badge--demo") if is_demo else None
    return html.Div(
        [
            html.A(texts.SKIP_TO_CONTENT, href=f"#{body_id}", className="st-skip"),
            html.Header(
                [
                    html.Div([html.Strong(city, className="st-city"), badge], className="st-brand"),
                    html.Nav(links, className="st-nav", **aria(label=texts.MAIN_NAVIGATION)),
                ],
                className="st-head",
            ),
            _body(body_id) if body is None else html.Main(body, id=body_id, **_BODY),
        ],
        className="staff",
    )


def _body(name: str) -> dcc.Loading:
    """Return the empty body, which pales while its callback takes its time."""
    return dcc.Loading(
        html.Main(id=name, **_BODY),
        delay_show=400,
        overlay_style={"visibility": "visible", "opacity": 0.55},
        color="var(--st-accent)",
    )


def aria(**said: str) -> dict[str, Any]:
    """Return accessibility attributes, ``label`` for ``aria-label`` and so on.

    Example:
        >>> aria(label="x")
        {'aria-label': 'x'}
    """
    return {f"aria-{name}": value for name, value in said.items()}


def _nav_class(key: str, active: str) -> str:
    return "st-nav__link is-active" if key == active else "st-nav__link"


def go(
    children: Children, href: str, *, className: str = "", current: bool = False, label: str = ""
) -> html.A:
    """Return a real link that changes the address without loading the page anew."""
    attributes: dict[str, Any] = {}
    if current:
        attributes["aria-current"] = "page"
    if label:
        attributes["aria-label"] = label
    return html.A(children, href=href, className=f"st-go {className}".strip(), **attributes)


def panel(
    title: Children,
    children: Children,
    *,
    note: Children = None,
    className: str = "",
) -> html.Section:
    """Return a titled box."""
    head: list[Component] = [html.H2(title, className="st-panel__title")]
    if note:
        head.append(html.Div(note, className="st-panel__note"))
    return html.Section(
        [
            html.Header(head, className="st-panel__head"),
            html.Div(children, className="st-panel__body"),
        ],
        className=f"st-panel {className}".strip(),
    )


def light(colour: Light, *, word: str = "") -> html.Span:
    """Return the light as a dot with its word, so that colour is never the only sign."""
    said = html.Span(word or texts.LIGHTS[colour])
    return html.Span([html.I(className="st-dot"), said], className=f"st-light st-light--{colour}")


def sentence(text: Children, *, className: str = "") -> html.P:
    """Return what stands where there is nothing to draw."""
    return html.P(text, className=f"st-sentence {className}".strip(), role="status")


def facts(pairs: Sequence[tuple[str, Children]], *, className: str = "") -> html.Dl:
    """Return names with their values; pairs without a value are left out."""
    rows = [
        html.Div([html.Dt(name), html.Dd(value)])
        for name, value in pairs
        if value not in ("", None)
    ]
    return html.Dl(rows, className=f"st-facts {className}".strip())


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[Children]],
    *,
    caption: str,
    numeric: Sequence[int] = (),
    className: str = "",
) -> html.Div:
    """Return a plain table that scrolls inside its own box.

    Args:
        head: column names.
        rows: the cells.
        caption: what the table lists, for screen readers.
        numeric: indices of the columns set flush right in tabular digits.
        className: further class.
    """

    def style(index: int) -> str:
        return "st-num" if index in numeric else ""

    titles = [html.Th(name, className=style(i), scope="col") for i, name in enumerate(head)]
    return html.Div(
        html.Table(
            [
                html.Caption(caption, className="st-hidden"),
                html.Thead(html.Tr(titles)),
                html.Tbody(
                    [
                        html.Tr([html.Td(cell, className=style(i)) for i, cell in enumerate(row)])
                        for row in rows
                    ]
                ),
            ],
            className="st-table",
        ),
        className=f"st-scroll {className}".strip(),
        tabIndex=0,
    )


def status(version: int, feeds: Sequence[Freshness]) -> html.Div:
    """Return the line that says which data the page stands on and how fresh they are."""
    late = [feed for feed in feeds if feed.is_stale]
    freshness = (
        html.Span(f"{texts.STALE}:{'、'.join(feed.name for feed in late)}", className="st-warn")
        if late
        else html.Span(texts.ALL_FEEDS_FRESH if feeds else "")
    )
    return html.Div(
        [html.Span(f"{texts.DATA_VERSION} {version}", className="st-mono"), freshness],
        className="st-status",
    )


def breadcrumb(steps: Sequence[tuple[str, str]], *, label: str = texts.BREADCRUMB) -> html.Nav:
    """Return the way from the whole city down to here; the last step is where one stands.

    Args:
        steps: name and address of each step.
        label: what the list is, for screen readers.
    """
    items = []
    for index, (name, href) in enumerate(steps):
        is_last = index == len(steps) - 1
        items.append(
            html.Li(html.Span(name, **aria(current="location")) if is_last else go(name, href))
        )
    return html.Nav(html.Ol(items, className="st-crumbs"), **aria(label=label))
