"""Data quality: every feed with its ledger, and every row that was set aside with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import MATCH, Dash, Input, Output, State, ctx, no_update

from cockpit.corrected_sheet import recount, spec_of, take_back
from cockpit.drawn_by_address import draw_by_address
from cockpit.jobs import make_errand
from cockpit.page_spec import PageSpec
from cockpit.view_state import ViewState
from etl.corrections import open_rows
from etl.feeds import late_after, status
from etl.quarantine_page import QuarantinePage, flagged_rows, quarantine_page
from layouts import ids, shell
from layouts import staff_texts as texts
from layouts.quality.feeds import FeedRow
from layouts.quality.page import QualityContent, draw_quality
from layouts.quality.replay import recounted, replayed
from metrics.errors import CockpitError

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
    draw_by_address(app, "quality", lambda view: draw_quality(content_of(view, services)))

    @app.callback(
        Output(ids.quality_said(MATCH), "children"),
        Input(ids.quality_sheet(MATCH), "contents"),
        State(ids.ADDRESS, "href"),
        prevent_initial_call=True,
    )
    def take(upload: str | None, address: str) -> Any:  # noqa: ANN401 - components
        if not upload or not ctx.triggered_id:
            return no_update
        return taken(ctx.triggered_id["source"], upload, address, services)

    @app.callback(
        Output(ids.quality_counted(MATCH), "children"),
        Input(ids.quality_recount(MATCH), "n_clicks"),
        prevent_initial_call=True,
    )
    def count(clicks: int | None) -> Any:  # noqa: ANN401 - components
        return recounted(recount(services)) if clicks else no_update


def taken(source: str, upload: str, address: str, services: Services) -> Any:  # noqa: ANN401
    """Return what became of a corrected sheet, or why it cannot be taken."""
    try:
        return replayed(take_back(source, upload, services), address)
    except CockpitError as error:
        return shell.sentence(error.sentence, className="st-warn")


def content_of(view: ViewState, services: Services) -> QualityContent:
    """Return everything the page draws.

    Raises:
        UnknownName: the chosen source does not exist.
        StoreError: the store cannot be read.
    """
    source = next(iter(view.filter_map.get("source", ())), "")
    aside = aside_of(source, view.page, services)
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


def aside_of(source: str, page: int, services: Services) -> QuarantinePage:
    """Return a page of the rows set aside; of one source only those that are still to be mended.

    Raises:
        UnknownName: the source does not exist.
    """
    offset = (page - 1) * PAGE_ROWS
    if not source:
        return quarantine_page(services.store, limit=PAGE_ROWS, offset=offset)
    rows = open_rows(services.store, spec_of(source, services))
    reasons = Counter(str(row["reason"]) for row in rows)
    shown = tuple(rows[offset : offset + PAGE_ROWS])
    return QuarantinePage(len(rows), shown, dict(reasons.most_common()))


def feed_rows(services: Services) -> list[FeedRow]:
    """Return every feed the city expects, the late ones first."""
    flagged = flagged_rows(services.store)
    states = status(services.store, services.specs, services.clock, make_errand(services))
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
            limit=late_after(services.specs[one.source]),
            loaded_at=one.loaded_at,
            last_file=one.last_file,
            problem=one.problem,
            next_at=one.next_at,
        )
        for one in states
    ]
    return sorted(rows, key=lambda row: (not row.is_stale, row.source))


PAGE = PageSpec(path="/quality", title=texts.QUALITY, layout=layout, register=register)
