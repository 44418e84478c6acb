"""From what is needed to one statement that fetches it.

A statement reads ``part``, or rows of the same form made on the fly from a fact where ``part``
does not hold a dimension. Plain sums are taken by day in one pass and the days then laid into the
windows. Indicators with items (quantiles, extremes, distinct counts) are summed by item and window
first, because an item counts once however many days and areas it has. The columns are

* ``w``: number of the window, from 1; ``key``: area, value of a dimension, or day;
* ``n``, ``d``: sums above and below the line;
* ``c``: items left, the distinct count;
* ``q``: (share, item) pairs, the item at that rank; ``o``: (times, items found so often) pairs;
* ``lo``, ``hi``: lowest and highest item left.

Which days a window holds depends on the kind: a flow stock counts from the first day on, a
register's stock takes the last day delivered up to the window's end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from metrics import as_of
from metrics.as_is import rows_today
from metrics.indicator import Indicator
from metrics.measures import parts_sql
from metrics.slices import WHOLE, Slice, cut, laid_into
from metrics.statement import Statement
from metrics.tables import Shape

_VISIBLE = "batch <= {version:UInt32}"
_UP_TO_LAST = "day <= {last:Date}"
Window = tuple[dt.date, dt.date]


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
        slices: how the rows are cut besides. The keys of one by a column are its values, of several
            slices (number of the slice, value); with a level the area comes before that.
        scope: area ids the viewer may see, with their depths; empty for all.
        daily: keys are days of the one window instead.
        now: the city's aware instant; where rows are judged at a window's end.
        is_as_is: rows count in the area that holds them today.
    """

    indicators: tuple[Indicator, ...]
    windows: tuple[Window, ...]
    version: int
    area: str = ""
    area_depth: int = 0
    level_depth: int = -1
    slices: tuple[Slice, ...] = (WHOLE,)
    scope: tuple[tuple[str, int], ...] = ()
    daily: bool = False
    now: dt.datetime | None = None
    is_as_is: bool = False

    @property
    def reads_facts(self) -> bool:
        """Tell whether something is asked for that ``part`` does not hold."""
        asked = self.slices != (WHOLE,) or self.is_as_is
        return asked or not all(one.is_kept for one in self.indicators)

    @property
    def by_leaf(self) -> bool:
        """Tell whether rows are summed by leaf area first: kept ones, and where that one counts."""
        return not self.reads_facts or any("area" in one.columns_read for one in self.indicators)

    @property
    def kept_in(self) -> str:
        """The table of sums that holds what is asked for, the smallest one."""
        by_area = self.area or self.scope or self.level_depth >= 0
        return "part" if by_area else "part_city"

    @property
    def is_as_of(self) -> bool:
        """Tell whether rows are judged at the end of each window; all indicators alike are."""
        return any(one.is_as_of for one in self.indicators)


def build(need: Need, tag: str) -> Statement:
    """Return the statement of a need."""
    parameters: dict[str, object] = {"version": need.version}
    parameters["ids"] = [one.id for one in need.indicators]
    parameters["flows"] = [one.id for one in need.indicators if one.is_flow_stock]
    parameters["stocks"] = [one.id for one in need.indicators if _is_register(one)]
    parameters["ranked"] = [one.id for one in need.indicators if one.kind == "quantile"]
    windows = _each_day(need.windows) if need.is_as_of and need.daily else need.windows
    parameters["starts"] = [start for start, _ in windows]
    parameters["ends"] = [end for _, end in windows]
    parameters["stretches"] = stretches(windows)
    if need.now is not None:
        parameters["moments"] = [as_of.milliseconds(end, need.now) for _, end in windows]
    spans = united(need.windows)
    for number, (since, until) in enumerate(spans, 1):
        parameters.update({f"since{number}": since, f"until{number}": until})
    parameters["first"], parameters["last"] = spans[0][0], spans[-1][1]
    source = _virtual_part(need, parameters) if need.reads_facts else need.kept_in
    source, conditions = _placed(need, source, parameters)
    body = _daily(need, source, conditions) if need.daily else _windows(need, source, conditions)
    return Statement(body, {k: v for k, v in parameters.items() if f"{{{k}:" in body}, tag)


def _each_day(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    first, last = min(start for start, _ in windows), max(end for _, end in windows)
    days = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
    return tuple((day, day) for day in days)


def stretches(windows: tuple[Window, ...]) -> list[int]:
    """Return the first days of stretches that no window divides, as days since 1970."""
    cuts = {day for start, end in windows for day in (start, end + dt.timedelta(days=1))}
    return sorted({0, *(max(0, (day - dt.date(1970, 1, 1)).days) for day in cuts)})


def united(windows: Iterable[Window]) -> list[Window]:
    """Return the days of the windows as intervals that lie apart, in their order.

    Example:
        >>> united([(dt.date(2026, 3, 8), dt.date(2026, 3, 9)),
        ...         (dt.date(2025, 3, 8), dt.date(2025, 3, 9)),
        ...         (dt.date(2026, 3, 1), dt.date(2026, 3, 7))])[1]
        (datetime.date(2026, 3, 1), datetime.date(2026, 3, 9))
    """
    apart: list[Window] = []
    for start, end in sorted(windows):
        if apart and start <= apart[-1][1] + dt.timedelta(days=1):
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def _within(need: Need) -> str:
    """Return the condition that leaves the days between the windows on disk, often a year."""
    return " OR ".join(
        f"day BETWEEN {{since{number}:Date}} AND {{until{number}:Date}}"
        for number in range(1, len(united(need.windows)) + 1)
    )


def _placed(need: Need, source: str, parameters: dict[str, object]) -> tuple[str, list[str]]:
    conditions = ["indicator IN {ids:Array(String)}"]
    stocks = [kind for kind in ("flows", "stocks") if parameters[kind]]
    earlier = [f"indicator IN {{{kind}:Array(String)}} AND {_UP_TO_LAST}" for kind in stocks]
    conditions.append(f"({' OR '.join([_within(need), *earlier])})")
    if not need.reads_facts:
        conditions.append("batch <= {version:UInt32}")
    elif not need.by_leaf:
        return source, conditions
    if need.level_depth >= 0:
        source = f"(SELECT * FROM {source}) AS p LEFT JOIN {_PATHS} AS place ON p.area = place.area"
    column = "p.area" if need.level_depth >= 0 else "area"
    return source, [*conditions, *_inside(need, column, parameters)]


_PATHS = (
    "(SELECT area, path FROM area"
    " WHERE batch = (SELECT max(batch) FROM area WHERE batch <= {version:UInt32}))"
)


def _inside(need: Need, column: str, parameters: dict[str, object]) -> list[str]:
    """Return the conditions that an area lies in the subtree asked about, and in the scope."""
    subtrees = [[(need.area, need.area_depth)]] if need.area else []
    if need.scope:
        subtrees.append(list(need.scope))
    conditions = []
    for number, roots in enumerate(subtrees):
        inside = " OR ".join(
            f"path[{depth + 1}] = {{r{number}_{k}:String}}" for k, (_, depth) in enumerate(roots)
        )
        parameters.update({f"r{number}_{k}": area for k, (area, _) in enumerate(roots)})
        conditions.append(
            f"{column} IN (SELECT area FROM area WHERE batch = (SELECT max(batch) FROM area"
            f" WHERE batch <= {{version:UInt32}}) AND ({inside}))"
        )
    return conditions


def _key(need: Need) -> str:
    place = f"place.path[{need.level_depth + 1}]" if need.by_leaf else "area"
    if need.level_depth < 0:
        return "dimension" if len(need.slices) > 1 or need.slices[0].column else "''"
    if len(need.slices) > 1:
        return f"({place}, dimension.1, dimension.2)"
    return f"({place}, dimension)" if need.slices[0].column else place


def _windows(need: Need, source: str, conditions: list[str]) -> str:
    if need.is_as_of:
        return (
            f"SELECT indicator, {_key(need)} AS key, w, toFloat64(sum(num)) AS n,"
            f" toFloat64(sum(den)) AS d FROM {source} WHERE {' AND '.join(conditions)}"
            " GROUP BY indicator, key, w"
        )
    if all(one.has_items for one in need.indicators):
        return _item_windows(need, source, conditions)
    return _sum_windows(need, source, conditions)


_WINDOW = "day BETWEEN {starts:Array(Date)}[w] AND {ends:Array(Date)}[w]"
_ALL_WINDOWS = "range(1, length({ends:Array(Date)}) + 1)"


def _sum_windows(need: Need, source: str, conditions: list[str]) -> str:
    """Sum by day once, then lay the few days into the windows."""
    flows = any(one.is_flow_stock for one in need.indicators)
    registers = any(_is_register(one) for one in need.indicators)
    day, window, join = "day", [_WINDOW], ""
    if flows:
        is_flow = "indicator IN {flows:Array(String)}"
        day = f"if({is_flow}, greatest(day, {{first:Date}} - 1), day)"
        window.append(f"{is_flow} AND day <= {{ends:Array(Date)}}[w]")
    if registers:
        is_register = "indicator IN {stocks:Array(String)}"
        window = [f"NOT {is_register} AND ({' OR '.join(window)})"]
        window.append(f"{is_register} AND has(latest.days, tuple(w, day))")
        join = _last_days(need)
    return (
        "SELECT indicator, key, w, toFloat64(sum(num)) AS n, toFloat64(sum(den)) AS d FROM ("
        f"SELECT indicator, {_key(need)} AS key, {day} AS day, sum(num) AS num, sum(den) AS den"
        f" FROM {source} WHERE {' AND '.join(conditions)} GROUP BY indicator, key, day) AS days"
        f"{join} ARRAY JOIN {_ALL_WINDOWS} AS w WHERE {' OR '.join(window)}"
        " GROUP BY indicator, key, w"
    )


def _item_windows(need: Need, source: str, conditions: list[str]) -> str:
    """Sum by item and window first: an item counts once however many days it has."""
    return (
        f"SELECT indicator, key, w, toFloat64(sum(num)) AS n{_read_off(need)}"
        f" FROM (SELECT indicator, {_key(need)} AS key, w, item, sum(num) AS num"
        f" FROM {source} ARRAY JOIN {_ALL_WINDOWS} AS w"
        f" WHERE {' AND '.join(conditions)} AND {_WINDOW}"
        " GROUP BY indicator, key, w, item) GROUP BY indicator, key, w"
    )


def _read_off(need: Need) -> str:
    """Return the columns in which items are counted, ranked or compared, those that are wanted."""
    kinds = {one.kind for one in need.indicators}
    shares = sorted({one.quantile for one in need.indicators if one.kind == "quantile"})
    often = sorted({one.at_least for one in need.indicators if one.at_least > 1})
    columns = []
    if "distinct" in kinds:
        columns.append("countIf(num > 0) AS c")
    if often:
        counts = ", ".join(f"({times}, countIf(num >= {times}))" for times in often)
        columns.append(f"[{counts}] AS o")
    if shares:
        told = ", ".join(map(repr, shares))
        columns.append(
            f"arrayZip([{told}], quantilesExactWeightedIf({told})(item, toUInt64(greatest(num, 0)),"
            " num > 0 AND indicator IN {ranked:Array(String)})) AS q"
        )
    if "extreme" in kinds:
        columns += ["minIf(item, num > 0) AS lo", "maxIf(item, num > 0) AS hi"]
    return "".join(f", {column}" for column in columns)


def _is_register(indicator: Indicator) -> bool:
    return indicator.kind == "stock" and not indicator.is_flow_stock


def _last_days(need: Need) -> str:
    """Return the join that gives every register its last day delivered up to each window's end."""
    return (
        " LEFT JOIN (SELECT indicator, groupArray((w, last)) AS days FROM (SELECT indicator, w,"
        f" max(day) AS last FROM (SELECT indicator, day FROM {_delivered(need)}"
        f" GROUP BY indicator, day HAVING sum(num) != 0) ARRAY JOIN {_ALL_WINDOWS} AS w"
        " WHERE day <= {ends:Array(Date)}[w] GROUP BY indicator, w) GROUP BY indicator)"
        " AS latest USING (indicator)"
    )


def _daily(need: Need, source: str, conditions: list[str]) -> str:
    key = "day"
    if any(one.kind == "stock" for one in need.indicators):
        key = "if(indicator IN {flows:Array(String)}, greatest(day, {first:Date} - 1), day)"
    registers = any(_is_register(one) for one in need.indicators)
    deliveries = _delivery_days(need) if registers else ""
    return (
        "SELECT indicator, key, toFloat64(sum(num)) AS n, toFloat64(sum(den)) AS d"
        f"{_read_off(need)} FROM (SELECT indicator, {key} AS key, item, sum(num) AS num,"
        f" sum(den) AS den FROM {source} WHERE {' AND '.join(conditions)}"
        f" GROUP BY indicator, key, item{deliveries}) GROUP BY indicator, key"
        " ORDER BY indicator, key"
    )


def _delivery_days(need: Need) -> str:
    """Return an empty row for every delivery, so that an area left out of one is seen."""
    return (
        " UNION ALL SELECT indicator, day AS key, toInt64(0) AS item, toDecimal128(0, 6) AS num,"
        f" toDecimal128(0, 6) AS den FROM (SELECT indicator, day FROM {_delivered(need)}"
        " AND day <= {last:Date} GROUP BY indicator, day HAVING sum(num) != 0)"
    )


def _delivered(need: Need) -> str:
    """Return where all that registers delivered stands, in whichever area, up to the version."""
    if not need.reads_facts:
        return "part_city WHERE indicator IN {stocks:Array(String)} AND batch <= {version:UInt32}"
    registers = [one for one in need.indicators if _is_register(one)]
    selects = parts_sql(registers, "snapshot", rows=_VISIBLE)
    return f"({' UNION ALL '.join(selects)}) WHERE 1"


def _virtual_part(need: Need, parameters: dict[str, object]) -> str:
    selects: list[str] = []
    for fact in sorted({one.fact for one in need.indicators if one.fact}):
        found = cut(need.slices, fact, parameters)
        if found is None:
            continue
        about = [one for one in need.indicators if one.fact == fact]
        asked = {"dimension": found.dimension, "table": _read_from(need, fact, parameters)}
        where = " AND ".join([_VISIBLE, *found.rows])
        if need.is_as_of:
            made = as_of.windows_sql(about, fact, rows=where, **asked)
        else:
            stocks = [one for one in about if one.kind == "stock"]
            others = [one for one in about if one.kind != "stock"]
            made = parts_sql(stocks, fact, rows=where, days=_UP_TO_LAST, **asked)
            within = f"({_within(need)})"
            made += parts_sql(
                others, fact, rows=where, days=within, stretch=_stretch(need), **asked
            )
        selects += [laid_into(one, found.told) for one in made]
    return f"({' UNION ALL '.join(selects)})"


def _stretch(need: Need) -> str:
    """Return the day that stands for all days which lie in the same windows, where it saves work.

    Items are many, and a quantile over a month does not ask on which day of it an item came.
    """
    if need.daily or not all(one.has_items for one in need.indicators):
        return ""
    return "toDate(roundDown(toUInt16(day), {stretches:Array(UInt16)}))"


def _read_from(need: Need, fact: Shape, parameters: dict[str, object]) -> str:
    """Return what to read in place of a fact.

    Its ``area`` is the one at the level asked for, or empty, so that rows are not summed by leaf
    areas first which nobody asks for.
    """
    read = rows_today(fact) if need.is_as_is else f"fact_{fact}"
    if need.by_leaf:
        return read
    inside = _inside(need, "area", parameters)
    if inside:  # an area that is replaced must not be the one that is looked at
        read = f"(SELECT * FROM {read} WHERE {' AND '.join(inside)})"
    if need.level_depth < 0:
        return f"(SELECT * REPLACE ('' AS area) FROM {read})"
    return (
        f"(SELECT p.* EXCEPT (area), place.path[{need.level_depth + 1}] AS area"
        f" FROM {read} AS p LEFT JOIN {_PATHS} AS place ON p.area = place.area)"
    )
