"""From what is needed to one statement that fetches it.

A statement reads ``part``, or rows of the same form made on the fly from a fact where ``part``
does not hold a dimension. It sums by indicator, key and item first, and then once more over the
items, so that counts, ratios, quantiles, distinct counts and stocks come out of a single pass:

* ``n<k>``, ``d<k>``: sums above and below the line in window k;
* ``c<k>``: items left in window k, the distinct count;
* ``b<k>``: (item, number) pairs of window k for quantiles and extremes.

In which days a window consists depends on the kind: a flow stock counts from the first day, a
register's stock takes the last day delivered up to the window's end.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from metrics.indicator import Indicator
from metrics.measures import parts_sql
from metrics.statement import Statement

Window = tuple[dt.date, dt.date]
EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Need:
    """Indicators wanted over the same windows of the same rows.

    Attributes:
        indicators: with facts; formulas are taken apart before.
        windows: closed intervals of days.
        version: data version, the last batch that counts.
        area: area id whose subtree is meant; empty for everything.
        area_depth: its depth.
        level_depth: keys are the areas at this depth; -1 for one total.
        by: keys are the values of this column of the fact.
        filters: (column, allowed values) on the fact.
        scope: area ids the viewer may see, with their depths; empty for all.
        daily: keys are days of the one window instead.
    """

    indicators: tuple[Indicator, ...]
    windows: tuple[Window, ...]
    version: int
    area: str = ""
    area_depth: int = 0
    level_depth: int = -1
    by: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    scope: tuple[tuple[str, int], ...] = ()
    daily: bool = False

    @property
    def reads_facts(self) -> bool:
        """Tell whether a dimension is asked for that ``part`` does not hold."""
        return bool(self.by or self.filters)


def build(need: Need, tag: str) -> Statement:
    """Return the statement of a need."""
    parameters: dict[str, object] = {"version": need.version}
    parameters["ids"] = [one.id for one in need.indicators]
    parameters["flows"] = [one.id for one in need.indicators if one.is_flow_stock]
    parameters["stocks"] = [
        one.id for one in need.indicators if one.kind == "stock" and not one.is_flow_stock
    ]
    parameters["binned"] = [
        one.id for one in need.indicators if one.kind in ("quantile", "extreme")
    ]
    for number, (start, end) in enumerate(need.windows):
        parameters[f"a{number}"], parameters[f"e{number}"] = start, end
    parameters["first"] = min(start for start, _ in need.windows)
    parameters["last"] = max(end for _, end in need.windows)
    source = _virtual_part(need, parameters) if need.reads_facts else "part"
    source, conditions = _placed(need, source, parameters)
    body = _daily(need, source, conditions) if need.daily else _windows(need, source, conditions)
    return Statement(body, {k: v for k, v in parameters.items() if f"{{{k}:" in body}, tag)


def _placed(need: Need, source: str, parameters: dict[str, object]) -> tuple[str, list[str]]:
    conditions = ["indicator IN {ids:Array(String)}", "day <= {last:Date}"]
    if not need.reads_facts:
        conditions.append("batch <= {version:UInt32}")
    if not (parameters["flows"] or parameters["stocks"]):
        conditions.append("day >= {first:Date}")
    if need.level_depth >= 0:
        source = (
            f"(SELECT * FROM {source}) AS p LEFT JOIN (SELECT area, path FROM area"
            " WHERE batch = (SELECT max(batch) FROM area WHERE batch <= {version:UInt32})) AS place"
            " ON p.area = place.area"
        )
    subtrees = [[(need.area, need.area_depth)]] if need.area else []
    if need.scope:
        subtrees.append(list(need.scope))
    for number, roots in enumerate(subtrees):
        inside = " OR ".join(
            f"path[{depth + 1}] = {{r{number}_{k}:String}}" for k, (_, depth) in enumerate(roots)
        )
        parameters.update({f"r{number}_{k}": area for k, (area, _) in enumerate(roots)})
        column = "p.area" if need.level_depth >= 0 else "area"
        conditions.append(
            f"{column} IN (SELECT area FROM area WHERE batch = (SELECT max(batch) FROM area"
            f" WHERE batch <= {{version:UInt32}}) AND ({inside}))"
        )
    return source, conditions


def _key(need: Need) -> str:
    if need.by:
        return "dimension"
    if need.level_depth >= 0:
        return f"place.path[{need.level_depth + 1}]"
    return "''"


def _windows(need: Need, source: str, conditions: list[str]) -> str:
    inner, outer = [], []
    for k in range(len(need.windows)):
        days = f"day BETWEEN {_first_day(need, k)} AND {{e{k}:Date}}"
        inner.append(f"sumIf(num, {days}) AS num{k}, sumIf(den, {days}) AS den{k}")
        outer.append(
            f"sum(num{k}) AS n{k}, sum(den{k}) AS d{k}, countIf(num{k} > 0) AS c{k}, "
            f"groupArrayIf((item, num{k}), num{k} != 0 AND indicator IN {{binned:Array(String)}})"
            f" AS b{k}"
        )
    join = _last_days(need) if any(_is_register(one) for one in need.indicators) else ""
    return (
        f"SELECT indicator, key, {', '.join(outer)} FROM (SELECT indicator, {_key(need)} AS key,"
        f" item, {', '.join(inner)} FROM {source}{join} WHERE {' AND '.join(conditions)}"
        " GROUP BY indicator, key, item) GROUP BY indicator, key"
    )


def _is_register(indicator: Indicator) -> bool:
    return indicator.kind == "stock" and not indicator.is_flow_stock


def _first_day(need: Need, k: int) -> str:
    choices = []
    if any(one.is_flow_stock for one in need.indicators):
        choices.append("indicator IN {flows:Array(String)}, toDate('1970-01-01')")
    if any(_is_register(one) for one in need.indicators):
        choices.append(f"indicator IN {{stocks:Array(String)}}, l{k}")
    return f"multiIf({', '.join(choices)}, {{a{k}:Date}})" if choices else f"{{a{k}:Date}}"


def _last_days(need: Need) -> str:
    last = ", ".join(f"maxIf(day, day <= {{e{k}:Date}}) AS l{k}" for k in range(len(need.windows)))
    return (
        f" LEFT JOIN (SELECT indicator, {last} FROM (SELECT indicator, day FROM part"
        " WHERE indicator IN {stocks:Array(String)} AND batch <= {version:UInt32}"
        " GROUP BY indicator, day HAVING sum(num) != 0) GROUP BY indicator) AS latest"
        " USING (indicator)"
    )


def _daily(need: Need, source: str, conditions: list[str]) -> str:
    days = ["day >= {a0:Date}"]
    key = "day"
    if any(one.kind == "stock" for one in need.indicators):
        days.append("indicator IN {flows:Array(String)} OR indicator IN {stocks:Array(String)}")
        key = "if(indicator IN {flows:Array(String)}, greatest(day, {a0:Date} - 1), day)"
    deliveries = _delivery_days() if any(_is_register(one) for one in need.indicators) else ""
    return (
        "SELECT indicator, key, sum(n) AS n0, sum(d) AS d0, countIf(n > 0) AS c0, "
        "groupArrayIf((item, n), n != 0 AND indicator IN {binned:Array(String)}) AS b0"
        f" FROM (SELECT indicator, {key} AS key, item, sum(num) AS n, sum(den) AS d"
        f" FROM {source} WHERE {' AND '.join(conditions)} AND ({' OR '.join(days)})"
        f" GROUP BY indicator, key, item{deliveries}) GROUP BY indicator, key"
        " ORDER BY indicator, key"
    )


def _delivery_days() -> str:
    """Return an empty row for every delivery, so that an area left out of one is seen."""
    return (
        " UNION ALL SELECT indicator, day AS key, toInt64(0) AS item, toDecimal128(0, 6) AS n,"
        " toDecimal128(0, 6) AS d FROM part WHERE indicator IN {stocks:Array(String)}"
        " AND batch <= {version:UInt32} AND day <= {last:Date}"
        " GROUP BY indicator, day HAVING sum(num) != 0"
    )


def _virtual_part(need: Need, parameters: dict[str, object]) -> str:
    rows = ["batch <= {version:UInt32}"]
    for number, (column, allowed) in enumerate(need.filters):
        rows.append(f"toString({column}) IN {{f{number}:Array(String)}}")
        parameters[f"f{number}"] = list(allowed)
    facts = sorted({one.fact for one in need.indicators if one.fact})
    selects: list[str] = []
    for fact in facts:
        selects += parts_sql(
            [one for one in need.indicators if one.fact == fact],
            fact,
            rows=" AND ".join(rows),
            days="day <= {last:Date}"
            if parameters["flows"] or parameters["stocks"]
            else "day BETWEEN {first:Date} AND {last:Date}",
            dimension=need.by,
        )
    return f"({' UNION ALL '.join(selects)})"
