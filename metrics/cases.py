"""The rows behind a number, one case with its history, and the newest events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from metrics.answer import Places
from metrics.as_is import rows_today
from metrics.as_of import at_period_end, milliseconds
from metrics.errors import BadQuestion, UnknownName
from metrics.indicator import Indicator
from metrics.planner import Plan
from metrics.question import Viewer
from metrics.statement import Statement
from metrics.store import Store
from metrics.tables import Shape, fact_tables, line_columns
from metrics.territory import UNASSIGNED, Territory

Side = Literal["all", "numerator", "rest"]
MAX_PAGE = 1000
_HIDDEN = ("reporter_key", "content", "sign", "turn")
_EVENT_DAYS = 3


@dataclass(frozen=True)
class CasePage:
    """One page of rows.

    Attributes:
        total: number of rows behind the figure, on all pages.
        rows: columns of the fact, masked, with ``area_name``.
        statement: what was run.
        shape: which fact the rows are of.
    """

    total: int
    rows: tuple[dict[str, Any], ...]
    statement: str
    shape: Shape


@dataclass(frozen=True)
class CaseRecord:
    """One case: how it stands, and every version with its batch, file and row.

    ``current`` also has ``merged`` and ``repeats``: ids of the cases that are the same one, and of
    those that repeat it.
    """

    current: dict[str, Any]
    versions: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Request:
    """Which page of the rows behind a plan is wanted.

    ``side`` is about ratios: every row of the denominator, those above the line, or the others.
    """

    plan: Plan
    version: int
    limit: int
    offset: int
    side: Side


def page(store: Store, territory: Territory, request: Request) -> CasePage:
    """Return the rows behind a number.

    Raises:
        BadQuestion: the number comes from other indicators or a register, or the page is too big.
    """
    plan = request.plan
    _check_rows(plan)
    if not 0 < request.limit <= MAX_PAGE or request.offset < 0:
        raise BadQuestion(
            f"a page of {request.limit} rows from {request.offset} cannot be given",
            where="--limit",
            hint=f"Allowed: 1 to {MAX_PAGE} rows, from 0 up",
        )
    shape: Shape = plan.indicator.fact or "case"
    condition, parameters = condition_of(territory, request)
    table = read_from(plan)
    lines = ", ".join(line_columns(shape))
    columns = [c for c in fact_tables()[shape].column_names() if c not in _HIDDEN]
    statement = Statement(
        f"WITH ({_newest_days(table, condition)}) AS days"
        f" SELECT {', '.join(f'any({c}) AS {c}_' for c in columns)}, days.1 AS total_"
        f" FROM {table} WHERE {condition} AND id IN (SELECT id FROM {table} WHERE {condition}"
        f" AND toDate(at) >= days.2 GROUP BY {lines} HAVING sum(sign) > 0"
        " ORDER BY any(at) DESC, id LIMIT {limit:UInt32} OFFSET {offset:UInt32})"
        f" GROUP BY {lines} HAVING sum(sign) > 0 ORDER BY at_ DESC, id_",
        {**parameters, "limit": request.limit, "offset": request.offset},
        "cases.page",
    )
    rows = store.rows(statement.sql, statement.parameters, tag=statement.tag)
    named = tuple(_named(territory, {k[:-1]: v for k, v in row.items()}) for row in rows)
    total = (
        int(named[0]["total"]) if named else _total(store, table, request, condition, parameters)
    )
    told = tuple({k: v for k, v in row.items() if k != "total"} for row in named)
    return CasePage(total, told, statement.pasted(), shape)


def _newest_days(table: str, condition: str) -> str:
    """Return the SELECT of how many rows there are and of the day from which on a page is full.

    Lines that cancel out are of the same day, so whole days hold as many rows as their signs add
    up to; only those of a few days have then to be told apart and sorted.
    """
    return (
        "SELECT (max(so_far), maxIf(day, so_far >= {limit:UInt32} + {offset:UInt32})) FROM ("
        "SELECT day, sum(n) OVER (ORDER BY day DESC) AS so_far FROM ("
        f"SELECT toDate(at) AS day, sum(sign) AS n FROM {table} WHERE {condition} GROUP BY day))"
    )


def _total(
    store: Store, table: str, request: Request, condition: str, parameters: Mapping[str, object]
) -> int:
    """Return the number of rows where a page shows none of them: none, or it begins behind."""
    if not request.offset:
        return 0
    rows = store.rows(
        f"SELECT sum(sign) AS n FROM {table} WHERE {condition}", parameters, tag="cases.total"
    )
    return int(rows[0]["n"])


def _check_rows(plan: Plan) -> None:
    if plan.indicator.is_formula or plan.indicator.fact in (None, "snapshot"):
        raise BadQuestion(
            f"{plan.indicator.name} ({plan.indicator.id}) has no rows of its own",
            where="cases",
            hint="It is computed from other indicators or from a register",
            next_step=f"Ask for one of its parts: {', '.join(leaf.id for leaf in plan.leaves)}",
        )


def places(store: Store, territory: Territory, request: Request) -> Places:
    """Return where the rows behind a number lie, ``limit`` of them at most.

    Raises:
        BadQuestion: the number comes from other indicators or a register.
    """
    _check_rows(request.plan)
    shape: Shape = request.plan.indicator.fact or "case"
    condition, parameters = condition_of(territory, request)
    title = "title" if "title" in fact_tables()[shape].column_names() else "id"
    rows = store.rows(
        f"SELECT any(id) AS id_, any({title}) AS title_, any(lon) AS lon_, any(lat) AS lat_,"
        f" any(at) AS at_, count() OVER () AS total_ FROM {read_from(request.plan)}"
        f" WHERE isNotNull(lon) AND isNotNull(lat) AND {condition}"
        f" GROUP BY {', '.join(line_columns(shape))} HAVING sum(sign) > 0"
        " ORDER BY at_ DESC, id_ LIMIT {limit:UInt32}",
        {**parameters, "limit": request.limit},
        tag="cases.places",
    )
    named = tuple({key[:-1]: value for key, value in row.items()} for row in rows)
    return Places(int(named[0]["total"]) if named else 0, named)


def read_from(plan: Plan) -> str:
    """Return what a statement on the rows behind a number reads."""
    shape: Shape = plan.indicator.fact or "case"
    return rows_today(shape) if plan.question.is_as_is else f"fact_{shape}"


def condition_of(territory: Territory, request: Request) -> tuple[str, dict[str, object]]:
    """Return the condition on the journal rows behind a number, with its values."""
    plan, indicator = request.plan, request.plan.indicator
    start, end = plan.windows[0]
    parameters: dict[str, object] = {"version": request.version, "start": start, "end": end}
    if indicator.is_as_of:
        parameters["moment"] = milliseconds(end, plan.now)
    parts = ["batch <= {version:UInt32}", f"({indicator.where})", *_about(indicator, request.side)]
    if indicator.is_flow_stock:
        parts.append(
            f"toDate({indicator.enters}) <= {{end:Date}} AND"
            f" (isNull({indicator.leave}) OR toDate({indicator.leave}) > {{end:Date}})"
        )
        del parameters["start"]
    else:
        parts.append(f"toDate({indicator.enters}) BETWEEN {{start:Date}} AND {{end:Date}}")
    for number, (column, allowed) in enumerate(plan.question.filters):
        parts.append(f"toString({column}) IN {{f{number}:Array(String)}}")
        parameters[f"f{number}"] = list(allowed)
    roots: list[tuple[str, ...]] = []
    if plan.area.id != territory.root:
        roots.append((plan.area.id,))
    if plan.question.viewer.roots:
        roots.append(plan.question.viewer.roots)
    for number, allowed in enumerate(roots):
        parts.append(_inside(f"r{number}"))
        parameters[f"r{number}"] = list(allowed)
    return " AND ".join(parts), parameters


def _about(indicator: Indicator, side: Side) -> list[str]:
    above = f"ifNull({at_period_end(indicator.numerator)}, 0)"
    if indicator.kind == "ratio":
        conditions = [f"ifNull({at_period_end(indicator.denominator)}, 0)"]
        if side == "numerator":
            conditions.append(above)
        elif side == "rest":
            conditions.append(f"NOT {above}")
        return conditions
    known = [f"isNotNull({indicator.value})"] if indicator.value else []
    return [above, *known]


def _inside(parameter: str) -> str:
    return (
        "area IN (SELECT area FROM area WHERE batch = (SELECT max(batch) FROM area"
        f" WHERE batch <= {{version:UInt32}}) AND hasAny(path, {{{parameter}:Array(String)}}))"
    )


def _named(territory: Territory, row: Mapping[str, Any]) -> dict[str, Any]:
    area = territory.areas.get(row["area"])
    is_root = area is None or area.id == territory.root
    name = UNASSIGNED if is_root or area is None else area.name
    return {**row, "area_name": name}


def record(store: Store, territory: Territory, case_id: str, viewer: Viewer) -> CaseRecord:
    """Return one case with all its versions, newest last.

    Raises:
        UnknownName: no such case, or it lies outside the viewer's scope.
    """
    columns = [c for c in fact_tables()["case"].column_names() if c not in _HIDDEN]
    rows = store.rows(
        f"SELECT {', '.join(f'argMax(f.{c}, f.turn) AS {c}_' for c in columns)},"
        " sum(f.sign) AS is_current_,"
        " any(b.file) AS file_, any(toString(b.sha256)) AS sha256_,"
        " any(b.published_at) AS published_at_"
        " FROM fact_case AS f LEFT JOIN batch AS b ON f.version = b.batch"
        " WHERE (f.id = {id:String} OR f.merged_into = {id:String} OR f.repeat_of = {id:String})"
        " AND f.batch <= {version:UInt32}"
        " GROUP BY f.id, f.version, f.content ORDER BY updated_at_, version_",
        {"id": case_id, "version": store.version},
        tag="cases.record",
    )
    told = [_named(territory, {k[:-1]: v for k, v in row.items()}) for row in rows]
    versions = [one for one in told if one["id"] == case_id]
    current = [one for one in versions if one["is_current"] > 0]
    roots = viewer.roots
    if not current or (roots and not territory.is_within(current[0]["area"], roots)):
        raise UnknownName("case", case_id, (), where="case")
    linked = _linked([one for one in told if one["id"] != case_id], territory, case_id, viewer)
    return CaseRecord({**current[0], **linked}, tuple(versions))


def _linked(
    others: Sequence[Mapping[str, Any]], territory: Territory, case_id: str, viewer: Viewer
) -> dict[str, list[str]]:
    """Return the cases that are linked to one, those that the viewer may see, in time."""
    seen = [
        one for one in sorted(others, key=lambda one: (one["at"], one["id"]))
        if one["is_current"] > 0 and case_id in (one["merged_into"], one["repeat_of"])
        and (not viewer.roots or territory.is_within(one["area"], viewer.roots))
    ]  # fmt: skip
    return {
        "merged": [one["id"] for one in seen if one["merged_into"] == case_id],
        "repeats": [one["id"] for one in seen if one["merged_into"] != case_id],
    }


_LATEST = """
SELECT id, any(at) AS at_, any(what) AS kind, any(title) AS title_, any(area) AS area_,
       any(grade) AS level, any(source) AS source_
FROM (
    SELECT id, version, content, sign, at, kind AS what, title, area, source,
           multiIf(kind = 'emergency', 'red', result = '误报', 'info', 'amber') AS grade
    FROM fact_event
    WHERE kind IN ('alarm', 'emergency') AND batch <= {version:UInt32}
      AND at BETWEEN {since:DateTime64(3)} AND {now:DateTime64(3)}
    UNION ALL
    SELECT id, version, content, sign, at, category AS what, title, area, source,
           if(urgency = '特急', 'red', 'amber') AS grade
    FROM fact_case
    WHERE urgency IN ('紧急', '特急') AND is_void = 0 AND merged_into = ''
      AND batch <= {version:UInt32} AND at BETWEEN {since:DateTime64(3)} AND {now:DateTime64(3)}
)
"""


def latest(
    store: Store, territory: Territory, viewer: Viewer, now: dt.datetime, limit: int
) -> tuple[dict[str, Any], ...]:
    """Return the newest alarms, emergencies and urgent cases of the last days."""
    parameters: dict[str, object] = {
        "version": store.version,
        "since": now - dt.timedelta(days=_EVENT_DAYS),
        "now": now,
        "limit": limit,
    }
    scope = ""
    if viewer.roots:
        scope = f" WHERE {_inside('roots')}"
        parameters["roots"] = list(viewer.roots)
    rows = store.rows(
        f"{_LATEST}{scope} GROUP BY id, version, content HAVING sum(sign) > 0"
        " ORDER BY at_ DESC, id LIMIT {limit:UInt32}",
        parameters,
        tag="cases.latest",
    )
    return tuple(
        {
            **_named(territory, {"area": row["area_"], "id": row["id"], "at": row["at_"]}),
            "kind": row["kind"],
            "title": row["title_"],
            "level": row["level"],
            "source": row["source_"],
        }
        for row in rows
    )
