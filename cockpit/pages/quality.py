"""Data quality: every feed with its ledger, and every row that was set aside with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output
from dash.exceptions import PreventUpdate

from cockpit.page_spec import PageSpec
from cockpit.view_state import ViewState, parse_address
from etl.feeds import status
from etl.quarantine_page import flagged_rows, quarantine_page
from layouts import ids, shell
from layouts import staff_texts as texts
from layouts.quality.page import FeedRow, QualityContent, draw_quality
from layouts.trouble import trouble
from metrics.errors import CockpitError, UnknownName

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from cockpit.wiring import Services

PAGE_ROWS = 50


def layout(services: Services, _query: Mapping[str, str]) -> Component:
    """Return the frame; the body is drawn from the address."""
    city = services.city
    return shell.frame(ids.QUALITY, active="quality", city=city.name, is_demo=city.demo)


def register(app: Dash, services: Services) -> None:
    """Put the page's callback on the app: the address draws it."""

    @app.callback(
        Output(ids.QUALITY, "children"),
        Input(ids.ADDRESS, "pathname"),
        Input(ids.ADDRESS, "search"),
    )
    def show(pathname: str, search: str) -> Any:  # noqa: ANN401 - components
        if pathname.rstrip("/") != "/quality":
            raise PreventUpdate
        view = parse_address(pathname, search)
        try:
            return draw_quality(content_of(view, services))
        except CockpitError as error:
            return trouble(error, view, "quality")


def content_of(view: ViewState, services: Services) -> QualityContent:
    """Return everything the page draws.

    Raises:
        UnknownName: the chosen source does not exist.
        StoreError: the store cannot be read.
    """
    source = next(iter(view.filter_map.get("source", ())), "")
    if source and source not in services.specs:
        raise UnknownName("source", source, services.specs, where="source")
    offset = (view.page - 1) * PAGE_ROWS
    aside = quarantine_page(services.store, source, limit=PAGE_ROWS, offset=offset)
    return QualityContent(
        view=view,
        now=services.clock.now(),
        version=services.service.version,
        feeds=feed_rows(services),
        total=aside.total,
        rows=aside.rows,
        size=PAGE_ROWS,
        reasons=aside.reasons,
        boundaries_note=services.city.boundaries_note,
    )


def feed_rows(services: Services) -> list[FeedRow]:
    """Return every feed the city expects, the late ones first."""
    flagged = flagged_rows(services.store)
    rows = [
        FeedRow(
            source=one.source,
            name=one.name,
            department=one.department,
            rhythm=one.rhythm,
            watermark=one.watermark,
            is_stale=one.is_stale,
            files=one.files,
            rows_read=one.rows_read,
            accepted=one.accepted,
            quarantined=one.quarantined,
            duplicates=one.duplicates,
            flagged=flagged.get(one.source, 0),
        )
        for one in status(services.store, services.specs, services.clock)
    ]
    return sorted(rows, key=lambda row: (not row.is_stale, row.source))


PAGE = PageSpec(path="/quality", title=texts.QUALITY, layout=layout, register=register)
