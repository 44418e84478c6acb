"""Indicators that judge rows as they stood at the end of the period asked about.

Whether a case was past its deadline, or closed in time, *at the period's end* depends on the
period; the sums by day in ``part`` cannot know it. Such an indicator writes ``{period_end}`` in
its numerator or denominator and is read from the fact: every row of the period once a window,
with the instant of that window's end. A window that still runs ends now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from metrics.indicator import PERIOD_END, Indicator
from metrics.measures import Measure, contributions, sums_of, told_apart
from metrics.tables import Shape

_DAY = dt.timedelta(days=1)
_OF_WINDOW = "fromUnixTimestamp64Milli({moments:Array(Int64)}[w])"
_OF_PERIOD = "fromUnixTimestamp64Milli({moment:Int64})"


def milliseconds(end: dt.date, now: dt.datetime) -> int:
    """Return the instant at which a window ends, or now if that comes first, in Unix milliseconds.

    Args:
        end: last day of the window.
        now: aware, in the city's zone.
    """
    midnight = dt.datetime.combine(end + _DAY, dt.time(), now.tzinfo)
    return round(min(midnight, now).timestamp() * 1000)


def at_period_end(expression: str) -> str:
    """Return an expression with the parameter ``moment`` for the period's end."""
    return expression.replace(PERIOD_END, _OF_PERIOD)


def windows_sql(
    indicators: Iterable[Indicator], fact: Shape, *, rows: str, dimension: str = "",
    table: str = "",
) -> list[str]:  # fmt: skip
    """Return the SELECTs of rows of the form of ``part``, one set for every window ``w``.

    Their ``day`` is the last day of the window. The parameters ``starts``, ``ends``, ``moments``,
    ``first`` and ``last`` say which windows.

    Args:
        indicators: judged at the period's end.
        fact: the shape to read.
        rows: condition on the journal rows.
        dimension: an expression to keep apart further, as ``dimension``.
        table: what to read in place of the fact's table.
    """
    groups: dict[str, list[Measure]] = {}
    for one in (one for indicator in indicators for one in contributions(indicator)):
        groups.setdefault(one.time, []).append(one)
    read = table or f"fact_{fact}"
    return [_select(group, read, rows, dimension) for group in groups.values()]


def _select(group: list[Measure], read: str, rows: str, dimension: str) -> str:
    time, day = group[0].time, group[0].day
    kept = f", {dimension} AS dimension" if dimension else ""
    further = ", dimension" if dimension else ""
    grouped = (
        f"SELECT w, area{kept}, {sums_of(group).replace(PERIOD_END, _OF_WINDOW)} FROM {read}"
        " ARRAY JOIN range(1, length({ends:Array(Date)}) + 1) AS w"
        f" WHERE isNotNull({time}) AND {rows} AND {day} BETWEEN {{first:Date}} AND {{last:Date}}"
        f" AND {day} BETWEEN {{starts:Array(Date)}}[w] AND {{ends:Array(Date)}}[w]"
        f" GROUP BY w, area{further}"
    )
    return told_apart(group, grouped, "w, {ends:Array(Date)}[w] AS day, area", further)
