"""Days on which areas were cut anew, where a comparison reaches across one.

Numbers of areas that were not the same areas are not to be compared without saying so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from metrics.planner import Plan
from metrics.territory import FIRST_DAY, LAST_DAY, Area, Territory


def recuts(plan: Plan, territory: Territory) -> tuple[dt.date, ...]:
    """Return the days after the first one read, up to the last, that changed the areas shown.

    These are the area asked about and those of the level asked for below it. Empty as-is, for then
    all rows are on the areas of today.
    """
    if plan.question.is_as_is:
        return ()
    first, last = _read(plan)
    changes = {
        day
        for area in _shown(plan, territory)
        for day in (area.valid_from, area.valid_to)
        if FIRST_DAY < day < LAST_DAY and first < day <= last
    }
    return tuple(sorted(changes))


def _read(plan: Plan) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of what is read and shown."""
    asked = plan.question.compare
    wanted = (True, "prev" in asked, "yoy" in asked, *[plan.has_baseline] * len(plan.windows[3:]))
    starts = [start for (start, _), keep in zip(plan.windows, wanted, strict=True) if keep]
    if plan.aligned is not None:
        starts.append(plan.aligned[0])
    if plan.question.series:
        starts.append(plan.current.end - dt.timedelta(days=plan.question.series - 1))
    return min(starts), plan.current.end


def _shown(plan: Plan, territory: Territory) -> Iterator[Area]:
    yield plan.area
    if plan.level is None:
        return
    for area in territory.areas.values():
        if area.depth == plan.level.depth and territory.is_within(area.id, [plan.area.id]):
            yield area
