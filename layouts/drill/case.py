"""One case: what happened when, how its versions differ, and the file and row it came from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from layouts import case_texts as words
from layouts import format as fmt
from layouts import shell
from layouts import staff_texts as texts
from layouts.drill.cases import cell
from layouts.drill.choropleth import place_map
from layouts.drill.steps import stepper

Row = Mapping[str, Any]

_FACTS = (
    "case_no", "category", "subcategory", "kind", "channel", "urgency", "department",
    "handled_level", "area_name", "address", "satisfaction", "visit_state", "n_returns",
    "n_rework", "n_urge", "n_supervise", "n_whistles", "channels", "merged_into", "merged",
    "repeat_of", "repeat_rule", "repeats", "flags", "source",
)  # fmt: skip
_NOT_COMPARED = {
    "batch", "version", "row_no", "file", "sha256", "published_at", "is_current", "sign",
    "content", "updated_at", "area_name", "placed_by", "extra",
}  # fmt: skip


def case_drawer(
    current: Row, versions: Sequence[Row], close: str, now: dt.datetime, *, parent: str = ""
) -> html.Aside:
    """Return the case beside the page.

    Args:
        current: as it stands.
        versions: everything that was ever said about it, oldest first.
        close: the address without it.
        now: the city's time.
        parent: id of the area whose parts are drawn around its place; empty draws no map.
    """
    zone = now.tzinfo or dt.UTC
    title = current.get("title") or current.get("case_no") or current["id"]
    return html.Aside(
        [
            html.Header(
                [
                    html.H2(cell(title)),
                    shell.go("✕", close, className="st-close", label=texts.CLOSE),
                ],
                className="st-drawer__head",
            ),
            html.Div(
                [
                    html.Span(cell(current.get("status")), className="st-badge"),
                    html.Span(cell(current.get("case_no")), className="st-mono"),
                ],
                className="st-drawer__row",
            ),
            html.H3(words.EIGHT_STEPS),
            stepper(current, now),
            *_place(current, parent),
            html.H3(texts.TIMELINE),
            timeline(current, zone),
            html.H3(texts.CASE),
            shell.facts(
                [(texts.CASE_FIELDS[k], _fact(k, current, zone)) for k in _FACTS],
                className="st-facts--narrow",
            ),
            html.H3(f"{texts.VERSIONS} · {len(versions)}"),
            html.Ol([_version(k, versions, zone) for k in range(len(versions))][::-1],
                    className="st-versions"),
        ],
        className="st-drawer",
        role="dialog",
        tabIndex=-1,
        **shell.aria(label=texts.CASE),
    )  # fmt: skip


def _place(row: Row, parent: str) -> list[Component]:
    """Return the small map of where the case is; nothing where no place is known."""
    if not parent or row.get("lon") is None or row.get("lat") is None:
        return []
    point = {"lon": row["lon"], "lat": row["lat"], "text": cell(row.get("address")), "href": ""}
    return [html.H3(words.PLACE), place_map(parent, str(row.get("area") or ""), point)]


def _fact(key: str, row: Row, zone: dt.tzinfo) -> str:
    text = cell(row.get(key), zone=zone)
    if key == "area_name" and row.get("placed_by"):
        how = texts.PLACED_BY.get(str(row["placed_by"]), str(row["placed_by"]))
        return f"{text}({how})"
    if key == "handled_level":
        text = texts.ROLES.get(text, text)
    if key == "repeat_rule":
        text = texts.REPEAT_RULES.get(text, text)
    return "" if text in (fmt.NONE, "0") else text


def timeline(row: Row, zone: dt.tzinfo) -> Component:
    """Return the steps of the lifecycle in the order of time, with the time since the step before.

    Steps at the same instant keep the order of the lifecycle; the deadline stands among them.
    """
    order = list(texts.LIFECYCLE)
    known = [key for key in order if row.get(key) is not None]
    steps = sorted(known, key=lambda key: (row[key], order.index(key)))
    items, before = [], None
    closed = row.get("closed_at")
    for key in steps:
        at: dt.datetime = row[key]
        since = None
        if key != "due_at":
            since = (at - before).total_seconds() if before is not None else None
            before = at
        late = key == "due_at" and closed is not None and closed > at
        items.append(
            html.Li(
                [
                    html.Span(texts.LIFECYCLE[key], className="st-step__name"),
                    html.Span(cell(at, zone=zone), className="st-mono"),
                    html.Span(_since(since, late=late), className="st-step__since"),
                ],
                className="st-step is-due" if key == "due_at" else "st-step",
            )
        )
    return html.Ol(items, className="st-steps")


def _since(seconds: float | None, *, late: bool) -> str:
    if late:
        return texts.OVERDUE
    return "" if seconds is None else f"+{fmt.duration_text(seconds)}"


def changed_fields(before: Row, after: Row) -> list[str]:
    """Return the columns that a version says otherwise than the one before it."""
    return [key for key in after if key not in _NOT_COMPARED and before.get(key) != after.get(key)]


def _version(number: int, versions: Sequence[Row], zone: dt.tzinfo) -> html.Li:
    version = versions[number]
    origin = texts.FILE_ROW.format(file=cell(version.get("file")), row=version.get("row_no"))
    body: list[Component] = [
        html.Div(
            [
                html.Strong(f"{texts.VERSIONS} {number + 1}"),
                html.Span(cell(version.get("updated_at"), zone=zone), className="st-mono"),
                html.Span(texts.CURRENT_VERSION, className="st-badge")
                if version.get("is_current")
                else None,
            ],
            className="st-drawer__row",
        ),
        html.Div(
            [
                f"{texts.PROVENANCE}:", html.Span(origin, className="st-mono"),
                f" · {texts.BATCH} {version.get('version')}",
            ],
            className="st-origin",
        ),
    ]  # fmt: skip
    if number:
        rows = [
            [
                texts.CASE_FIELDS.get(key) or texts.LIFECYCLE.get(key, key),
                cell(versions[number - 1].get(key), zone=zone),
                cell(version.get(key), zone=zone),
            ]
            for key in changed_fields(versions[number - 1], version)
        ]
        head = ["", texts.BEFORE, texts.AFTER]
        body.append(shell.table(head, rows, caption=texts.VERSIONS, className="st-scroll--plain"))
    return html.Li(body)
