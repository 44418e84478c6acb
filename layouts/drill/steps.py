"""One case against the eight steps of handling, and against its deadline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dash import html
from dash.development.base_component import Component

from layouts import case_texts as words
from layouts import format as fmt

Row = Mapping[str, Any]
State = Literal["done", "skipped", "waits", "untold"]


@dataclass(frozen=True)
class Step:
    """One of the eight steps.

    Attributes:
        name: of the step.
        state: done; skipped, when a later one is done; still waited for; or never told by a source.
        at: when it was done.
        remark: what else is known about it.
    """

    name: str
    state: State
    at: dt.datetime | None = None
    remark: str = ""


_MOMENTS: tuple[tuple[str, ...], ...] = (
    ("accepted_at",), ("dispatched_at",), ("signed_at",), (), ("disposed_at",), ("visited_at",),
    (), ("closed_at",),
)  # fmt: skip
"""Times that show a step as done, in the order of ``words.STEPS``."""
_LATER = 8


def steps_of(row: Row) -> list[Step]:
    """Return the eight steps of a case; a step no source tells the time of says so."""
    times = [next((row[k] for k in keys if row.get(k)), None) for keys in _MOMENTS]
    remarks = _remarks(row)
    last = max((k for k, at in enumerate(times) if at is not None), default=-1)
    steps = []
    for k, (name, at) in enumerate(zip(words.STEPS, times, strict=True)):
        if at is not None or remarks[k]:
            state: State = "done"
        elif not _MOMENTS[k]:
            state = "untold"
        else:
            state = "skipped" if k < last else "waits"
        steps.append(Step(name, state, at, remarks[k]))
    return steps


def _remarks(row: Row) -> list[str]:
    """Return what is known about each step beside its time."""
    said = [""] * _LATER
    department = row.get("department")
    said[1] = (
        words.SENT_TO.format(unit=department) if row.get("dispatched_at") and department else ""
    )
    counts = [
        words.COUNTED[key].format(count=row[key])
        for key in ("n_urge", "n_returns", "n_rework")
        if row.get(key)
    ]
    said[3] = "、".join(counts)
    rated = row.get("satisfaction") or row.get("visit_state") or ""
    said[5] = str(rated)
    return said


def deadline_text(row: Row, now: dt.datetime) -> tuple[str, bool]:
    """Return how a case stands against its deadline, and whether it is past it."""
    due, closed = row.get("due_at"), row.get("closed_at")
    if due is None:
        return words.NO_DEADLINE, False
    ends = closed or now
    gap = fmt.duration_text(abs((due - ends).total_seconds()))
    late = ends > due
    if closed is not None:
        return (words.CLOSED_LATE if late else words.CLOSED_EARLY).format(gap=gap), late
    return (words.OVERDUE if late else words.LEFT).format(gap=gap), late


def stepper(row: Row, now: dt.datetime) -> Component:
    """Return the steps as a list; what is done, waited for and never told looks different."""
    items = [
        html.Li(
            [
                html.Span(str(number), className="st-eight__no"),
                html.Span(step.name, className="st-eight__name"),
                html.Span(_told(step, now.tzinfo), className="st-eight__at"),
            ],
            className=f"st-eight__step is-{step.state}",
        )
        for number, step in enumerate(steps_of(row), 1)
    ]
    said, late = deadline_text(row, now)
    return html.Div(
        [
            html.Ol(items, className="st-eight"),
            html.P(said, className="st-eight__due is-late" if late else "st-eight__due"),
        ]
    )


def _told(step: Step, zone: dt.tzinfo | None) -> str:
    if step.state in ("waits", "skipped", "untold"):
        return words.STATES[step.state]
    at = f"{step.at.astimezone(zone):%m-%d %H:%M}" if step.at else ""
    return " · ".join(part for part in (at, step.remark) if part)
