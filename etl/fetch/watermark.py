"""Watermarks: the newest time or number fetched, kept as the text the source wrote."""

from __future__ import annotations

import datetime as dt
import math

from etl.spec_values import parse_duration

Position = int | dt.datetime
Step = int | dt.timedelta | None

_USUAL_TIME, _USUAL_NUMBER = dt.timedelta(minutes=10), 1000
_MOST_DIGITS = 18
_DAY = dt.timedelta(days=1)


class Unreadable(ValueError):
    """A text that is neither a whole number nor a time."""


def read_mark(text: str, form: str = "") -> Position:
    """Return where a watermark stands; times with a zone are compared in UTC.

    Raises:
        Unreadable: neither a whole number nor a time in ISO form or in ``form``.

    Example:
        >>> read_mark("1204"), read_mark("2026-03-01 08:00:00+08")
        (1204, datetime.datetime(2026, 3, 1, 0, 0, tzinfo=datetime.timezone.utc))
    """
    text = text.strip()
    try:
        if form:
            moment = dt.datetime.strptime(text, form)  # noqa: DTZ007 - in the source's own clock
        elif text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
            return int(text)
        else:
            moment = dt.datetime.fromisoformat(text)
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError) as error:
        raise Unreadable(text) from error


def read_step(text: str) -> Step:
    """Return an overlap; None where the usual one is meant.

    Raises:
        ValueError: neither a span such as 10m nor a whole number.
    """
    if not text or text.isdigit():
        return int(text) if text else None
    found = parse_duration(text)
    assert isinstance(found, dt.timedelta)  # noqa: S101 - anything else was raised
    return found


def step_back(text: str, form: str, overlap: Step) -> str:
    """Return where a fetch begins, written as the source writes it; days go back by whole days.

    A source may write down what is older than its newest row, and an interface may mean "after"
    where another means "from": so a fetch begins a little before the mark.

    Raises:
        Unreadable: the mark is none.

    Example:
        >>> step_back("2026-03-01T08:00:00+08:00", "", dt.timedelta(minutes=10))
        '2026-03-01T07:50:00+08:00'
        >>> step_back("2026-03-01", "", None), step_back("7", "", 10)
        ('2026-02-28', '0')
    """
    position, text = read_mark(text, form), text.strip()
    if isinstance(position, int):
        by = _USUAL_NUMBER if overlap is None else overlap
        return str(max(0, position - (by if isinstance(by, int) else 0)))
    span = overlap if isinstance(overlap, dt.timedelta) else dt.timedelta()
    span = _USUAL_TIME if overlap is None else span
    if not span:
        return text
    if form:
        earlier = dt.datetime.strptime(text, form) - span  # noqa: DTZ007
        return earlier.strftime(form)
    moment = dt.datetime.fromisoformat(text)
    if len(text) == len("2026-03-01"):
        return (moment - math.ceil(span / _DAY) * _DAY).date().isoformat()
    written = (moment - span).isoformat(sep="T" if "T" in text else " ")
    return written.replace("+00:00", "Z") if text.endswith("Z") else written


def comparable(one: Position, other: Position) -> bool:
    """Tell whether one of two positions can be the later one."""
    if isinstance(one, int) or isinstance(other, int):
        return isinstance(one, int) and isinstance(other, int)
    return (one.tzinfo is None) == (other.tzinfo is None)


def is_later(one: Position, other: Position) -> bool:
    """Tell whether the first of two positions is beyond the second."""
    return comparable(one, other) and one > other  # type: ignore[operator]
