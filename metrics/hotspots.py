"""Where trouble comes back: places with many cases, clusters that grow, who is not satisfied.

Read from the case journal for the period of a question and the eight windows of the same weekdays
before it; what grows is judged like everything else that is named (``metrics.insight.cells``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metrics.cases import Request, condition_of, read_from
from metrics.errors import BadQuestion
from metrics.findings import RECURS, Cluster, HotSpots, Place, Unit
from metrics.insight.cells import Cell, surges
from metrics.planner import Plan
from metrics.sql import Window
from metrics.store import Store
from metrics.territory import Territory

MOST = 40
SIDE = 0.04
"""Degrees of a square of the city: some 4 km; smaller ones hold too few cases to judge."""
_BAD = "satisfaction IN ('不满意', '非常不满意')"
_RATED = "visit_state = '已评'"
_LATE = "isNotNull(closed_at) AND isNotNull(due_at) AND closed_at > due_at"


def hot_spots(store: Store, territory: Territory, plan: Plan, version: int) -> HotSpots:
    """Return the hot spots behind a count of cases.

    Args:
        store: where to read.
        territory: the areas.
        plan: of a question about cases, asked with a history.
        version: data version.

    Raises:
        BadQuestion: the number is not made of cases.
    """
    if plan.indicator.is_formula or plan.indicator.fact != "case":
        raise BadQuestion(
            f"{plan.indicator.name} ({plan.indicator.id}) is not made of cases",
            where="--indicator",
            next_step="Ask about an indicator of cases, for example appeals_accepted",
        )
    request = Request(plan, version, 1, 0, "all")
    where, parameters = condition_of(territory, request)
    return HotSpots(
        _places(store, read_from(plan), where, parameters),
        _clusters(store, territory, request),
        _units(store, read_from(plan), where, parameters),
    )


def _places(
    store: Store, source: str, where: str, parameters: Mapping[str, object]
) -> tuple[Place, ...]:
    rows = store.rows(
        "SELECT address, any(area) AS area_, subcategory, sum(sign) AS n,"
        " sum(sign * isNull(closed_at)) AS still_open,"
        f" sum(sign * ({_BAD})) AS bad FROM {source} WHERE {where} AND address != ''"
        " GROUP BY address, subcategory HAVING n >= {least:UInt32}"
        " ORDER BY n DESC, address, subcategory LIMIT {most:UInt32}",
        {**parameters, "least": RECURS, "most": MOST}, tag="hotspots.places",
    )  # fmt: skip
    return tuple(
        Place(one["address"], one["area_"], one["subcategory"], int(one["n"]),
              int(one["still_open"]), int(one["bad"]))
        for one in rows
    )  # fmt: skip


def _clusters(store: Store, territory: Territory, request: Request) -> tuple[Cluster, ...]:
    plan = request.plan
    windows = [plan.windows[0], *plan.history]
    where, parameters = condition_of(territory, request)
    enters = plan.indicator.enters
    wide = where.replace(
        f"toDate({enters}) BETWEEN {{start:Date}} AND {{end:Date}}",
        f"toDate({enters}) BETWEEN {{starts:Array(Date)}}[w] AND {{ends:Array(Date)}}[w]",
    )
    rows = store.rows(
        "SELECT w, toInt32(floor(lon / {side:Float64})) AS x,"
        " toInt32(floor(lat / {side:Float64})) AS y, subcategory,"
        f" topK(1)(area)[1] AS area_, sum(sign) AS n FROM {read_from(plan)}"
        " ARRAY JOIN range(1, length({ends:Array(Date)}) + 1) AS w"
        f" WHERE isNotNull(lon) AND isNotNull(lat) AND {wide} GROUP BY w, x, y, subcategory",
        {**_spans(windows), **{k: v for k, v in parameters.items() if k not in ("start", "end")},
         "side": SIDE}, tag="hotspots.clusters",
    )  # fmt: skip
    return _grown(rows, len(windows) - 1)


def _spans(windows: Sequence[Window]) -> dict[str, object]:
    return {"starts": [start for start, _ in windows], "ends": [end for _, end in windows]}


def _grown(rows: Sequence[Mapping[str, Any]], depth: int) -> tuple[Cluster, ...]:
    counts: dict[tuple[int, int, str], list[float]] = {}
    areas: dict[tuple[int, int, str], str] = {}
    for row in rows:
        key = (row["x"], row["y"], row["subcategory"])
        counts.setdefault(key, [0.0] * (depth + 1))[row["w"] - 1] = float(row["n"])
        if row["w"] == 1:
            areas[key] = row["area_"]
    totals = [sum(column) for column in zip(*counts.values(), strict=True)]
    before = [total for total in totals[1:] if total > 0]
    if not before or not totals[0]:
        return ()
    cells = [
        Cell(f"{x} {y}", value, now[0], tuple(now[1 : len(before) + 1]))
        for (x, y, value), now in counts.items()
    ]
    found = surges(cells, totals[0] * len(before) / sum(before))
    clusters = []
    for one in found[:MOST]:
        x, y = map(int, one.area.split())
        middle = ((x + 0.5) * SIDE, (y + 0.5) * SIDE)
        clusters.append(Cluster(areas.get((x, y, one.value), ""), *middle, one))
    return tuple(clusters)


def _units(
    store: Store, source: str, where: str, parameters: Mapping[str, object]
) -> tuple[Unit, ...]:
    rows = store.rows(
        "SELECT department, subcategory, sum(sign) AS n,"
        " sum(sign * isNotNull(closed_at)) AS closed,"
        f" sum(sign * ifNull({_LATE}, 0)) AS late, sum(sign * (n_returns > 0)) AS returned,"
        f" sum(sign * ({_RATED})) AS rated, sum(sign * ({_BAD})) AS bad,"
        f" sum(sign * (is_repeat > 0)) AS repeated FROM {source} WHERE {where}"
        " AND department != '' GROUP BY department, subcategory HAVING n > 0",
        parameters, tag="hotspots.units",
    )  # fmt: skip
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["department"], []).append(row)
    units = [_unit(name, parts) for name, parts in grouped.items()]
    return tuple(sorted(units, key=lambda one: (-one.cases, one.name))[:MOST])


def _unit(name: str, parts: Sequence[Mapping[str, Any]]) -> Unit:
    def total(key: str) -> int:
        return sum(int(part[key]) for part in parts)

    ranked = sorted(parts, key=lambda part: (-part["n"], part["subcategory"]))
    return Unit(
        name, total("n"), total("closed"), total("late"), total("returned"), total("rated"),
        total("bad"), total("repeated"), tuple((p["subcategory"], int(p["n"])) for p in ranked),
    )  # fmt: skip
