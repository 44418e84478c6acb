"""Deadlines that a source does not tell, reckoned from what a case is about and when it began.

The filing condition decides how much time is allowed, not the class. Where the source tells a
deadline itself, that one holds.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from etl.fields import Fields
from etl.parse import clean, iso, parse_numbers, parse_times
from etl.spec_time import DeadlineRule, Limit
from metrics.worktime import Due, Schedule, WorkCalendar

ORIGINAL, CONDITION = "due_original", "due_rule"
"""Kept beside a case: its deadline before suspension and extension, and how much was allowed."""


def fill_deadlines(fields: Fields, rule: DeadlineRule) -> None:
    """Fill ``due_at`` where it is empty, and note what it would be without delays.

    A case whose clock stands still has no deadline yet; one without a limit has none at all. Both
    are flagged, as is a deadline that rests on holidays not published yet.
    """
    told = fields.values["due_at"]
    clock = _Clock(rule, _calendar(rule, fields.timezone))
    rows = _questions(fields, rule)
    asked = rows.filter(told.is_null() & pl.col("start").is_not_null()).unique(maintain_order=True)
    found = [clock.due(**one) for one in asked.iter_rows(named=True)]
    zone = fields.values["due_at"].dtype
    answers = asked.with_columns(
        due=pl.Series([one and one.at for one in found], dtype=pl.Datetime("ms")),
        original=pl.Series([one and one.original for one in found], dtype=pl.Datetime("ms")),
        provisional=pl.Series([bool(one and one.is_provisional) for one in found]),
    )
    rows = rows.join(answers, on=rows.columns, how="left", nulls_equal=True, maintain_order="left")
    due, original = (
        rows[name].dt.replace_time_zone(fields.timezone, ambiguous="earliest").cast(zone)
        for name in ("due", "original")
    )
    began = rows["start"].is_not_null() & told.is_null()
    stands = began & rows["stop"].is_not_null() & rows["go"].is_null()
    fields.values["due_at"] = pl.select(pl.coalesce(told, due)).to_series()
    fields.findings.flag(stands, "clock_stands")
    fields.findings.flag(began & ~stands & due.is_null(), "no_limit")
    fields.findings.flag(rows["provisional"].fill_null(value=False), "provisional_due")
    limits = {name: limit.text for name, limit in rule.limits.items()}
    allowed = rows["condition"].replace_strict(
        list(limits), list(limits.values()), return_dtype=pl.String,
        default=rule.otherwise.text if rule.otherwise else None,
    ) if limits else pl.Series([rule.otherwise and rule.otherwise.text]).new_from_index(
        0, rows.height
    )  # fmt: skip
    fields.notes[ORIGINAL] = iso(original)
    fields.notes[CONDITION] = allowed.set(due.is_null(), None)


def _questions(fields: Fields, rule: DeadlineRule) -> pl.DataFrame:
    """Return what a deadline depends on, a row a case."""
    begins = pl.select(pl.coalesce([fields.values[name] for name in rule.start])).to_series()
    frame, none = fields.frame, pl.Series([None]).new_from_index(0, fields.frame.height)
    condition = clean(frame[rule.condition]) if rule.condition else none.cast(pl.String)
    extended = none.cast(pl.Float64)
    if rule.extended:
        numbers = parse_numbers(frame[rule.extended])
        fields.findings.reject(numbers.bad, "bad_number", rule.extended)
        extended = numbers.values.cast(pl.Float64)
    stop, go = (_moment(fields, column) for column in (rule.suspended_from, rule.suspended_to))
    return pl.DataFrame(
        {
            "start": begins.dt.replace_time_zone(None),
            "condition": condition,
            "extended": extended.fill_null(0.0),
            "stop": stop,
            "go": go,
        }
    )


def _moment(fields: Fields, column: str) -> pl.Series:
    if not column:
        none = pl.Series([None], dtype=pl.Datetime("ms"))
        return none.new_from_index(0, fields.frame.height)
    times = parse_times(
        fields.frame[column],
        source_zone=fields.spec.timezone or fields.timezone,
        city_zone=fields.timezone,
    )
    fields.findings.reject(times.bad, "bad_time", column)
    return times.values.dt.replace_time_zone(None)


def _calendar(rule: DeadlineRule, timezone: str) -> WorkCalendar:
    schedules = tuple(
        Schedule(one.shifts, one.first, one.last) for one in rule.hours
    ) or (Schedule(),)  # fmt: skip
    return WorkCalendar(schedules, rule.urgent_round_the_clock, timezone)


@dataclass(frozen=True)
class _Clock:
    """Answers one question at a time."""

    rule: DeadlineRule
    calendar: WorkCalendar

    def due(
        self,
        start: dt.datetime,
        condition: str | None,
        extended: float,
        stop: dt.datetime | None,
        go: dt.datetime | None,
    ) -> Due | None:
        """Return the deadline, or None where the clock stands or nothing is allowed."""
        limit: Limit | None = self.rule.limits.get(condition or "", self.rule.otherwise)
        if limit is None or (stop is not None and go is None):
            return None
        if limit.unit == "工作日":
            extended = float(round(extended))
        spans = [(stop, go)] if stop is not None and go is not None and stop <= go else []
        extended = max(extended, -limit.amount)
        return self.calendar.due(
            start, limit.amount, limit.unit, suspended=spans, extended=extended
        )
