"""Days on which areas were cut anew, where a comparison reaches across one.

Numbers of areas that were not the same areas are not to be compared without saying so.
"""

from __future__ import annotations

import datetime as dt

from metrics.planner import Plan
from metrics.territory import Area, Territory


def recuts(plan: Plan, territory: Territory) -> tuple[dt.date, ...]:
    """Return the days after the first one read, up to the last, that changed the areas shown.

    These are the area asked about and those of the level asked for below it. Empty as-is, for then
    all rows are on the areas of today.
    """
    if plan.question.is_as_is:
        return ()
    first, last = _read(plan)
    return tuple(
        day
        for day, areas in sorted(territory.changes.items())
        if first < day <= last and any(_is_shown(area, plan, territory) for area in areas)
    )


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


def _is_shown(area: Area, plan: Plan, territory: Territory) -> bool:
    if plan.level is None or area.depth != plan.level.depth:
        return area.id == plan.area.id
    return territory.is_within(area.id, [plan.area.id])
