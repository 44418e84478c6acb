"""What one row of a fact adds to an indicator, as ClickHouse expressions.

Every indicator with a fact becomes one or two measures. A measure says on which day a row
counts and what it adds above and below the line. All of them are sums over signed rows, so a
correction is the old row taken back and the new one added, on any day, in any order. Quantiles
and distinct counts are sums too, one for every *item*: a logarithmic bin of the value (DDSketch)
or a hashed key; the answer is read off the summed items.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metrics.indicator import Indicator
from metrics.tables import Shape

QUANTILE_ERROR = 0.005
"""Relative error of a quantile: the true value lies within ±0.5 % of the answer."""

_GAMMA = (1 + QUANTILE_ERROR) / (1 - QUANTILE_ERROR)
_LOG_GAMMA = math.log(_GAMMA)
_TINY = 1e-6
_ONE = "toInt64(1)"
ZERO_BIN = -(2**40)
"""Item of values at or below 0.000001, which a logarithm cannot hold."""

SCALE = 1_000_000
"""Extreme values are kept as whole millionths."""


@dataclass(frozen=True)
class Measure:
    """One contribution of a row.

    Attributes:
        indicator: id.
        fact: the shape whose table is read.
        time: time column or expression; its day is the day the row counts on.
        where: rows that count at all.
        num: number added above the line, per row, before the sign.
        den: number added below the line.
        item: expression of the item; "0" where plain sums suffice.
    """

    indicator: str
    fact: Shape
    time: str
    where: str
    num: str
    den: str
    item: str = "0"

    @property
    def day(self) -> str:
        """Expression of the day."""
        return f"toDate({self.time})"


def measures(indicator: Indicator) -> tuple[Measure, ...]:
    """Return what a row adds to an indicator on its day, whichever period is asked about.

    Empty for formulas, which only read others, and for what is judged at the period's end.

    Example:
        >>> one = Indicator(id="a", name="a", name_en="a", domain="d", unit="件", kind="count",
        ...                 fact="case", time="received_at", numerator="is_void = 0", note="n")
        >>> measures(one)[0].num
        'toInt64(ifNull(is_void = 0, 0))'
    """
    return () if indicator.is_as_of else contributions(indicator)


def contributions(indicator: Indicator) -> tuple[Measure, ...]:
    """Return what a row adds to an indicator; ``{period_end}`` stands in it where it is written."""
    if indicator.fact is None:
        return ()

    def measure(num: str, den: str = "0", item: str = "0", time: str = "") -> Measure:
        return Measure(
            indicator.id, indicator.fact or "case", time or indicator.enters,
            f"({indicator.where})", num, den, item,
        )  # fmt: skip

    hit, value = _flag(indicator.numerator), f"toFloat64({indicator.value or 0})"
    is_hit = _truth(indicator.numerator)
    match indicator.kind:
        case "count":
            return (measure(hit),)
        case "sum":
            return (measure(_exact(f"if({is_hit}, ({indicator.value}), 0)")),)
        case "ratio":
            base = _flag(indicator.denominator)
            return (measure(hit if base == _ONE else f"{hit} * {base}", base),)
        case "average":
            known = f"isNotNull({indicator.value}) AND ({indicator.numerator})"
            summed = _exact(f"if({_truth(known)}, ({indicator.value}), 0)")
            return (measure(summed, _flag(known)),)
        case "quantile":
            known = _flag(f"isNotNull({indicator.value}) AND ({indicator.numerator})")
            return (measure(known, item=_bin(value)),)
        case "extreme":
            known = _flag(f"isNotNull({indicator.value}) AND ({indicator.numerator})")
            return (measure(known, item=f"toInt64(round(ifNull({value}, 0) * {SCALE}))"),)
        case "distinct":
            return (measure(hit, item=f"toInt64(bitShiftRight(sipHash64({indicator.key}), 1))"),)
        case "stock" if indicator.leave:
            enter, leave = indicator.enters, indicator.leave
            stays = f"({indicator.numerator}) AND isNotNull({enter})"
            left = f"{stays} AND isNotNull({leave})"
            # what never entered cannot leave, and nothing leaves before it entered
            later = f"greatest({enter}, {leave})"
            if indicator.value:  # every row stands for as many as its value says
                added = _exact(f"if({is_hit}, ({indicator.value}), 0)")
                taken = _exact(f"if({_truth(left)}, ({indicator.value}), 0)")
                return (measure(added), measure(f"-({taken})", time=later))
            return (measure(hit), measure(f"-({_flag(left)})", time=later))
        case "stock":
            return (measure(_exact(f"if({is_hit}, ({indicator.value}), 0)")),)
    return ()


def _truth(condition: str) -> str:
    return "1" if condition.strip() == "1" else f"ifNull({condition}, 0)"


def _flag(condition: str) -> str:
    return f"toInt64({_truth(condition)})"


def _exact(expression: str) -> str:
    # every row is evaluated, those of other metrics too: 1 / 0 of a foreign row is just nothing
    return f"ifNull(accurateCastOrNull({expression}, 'Decimal(38, 6)'), toDecimal128(0, 6))"


def _bin(value: str) -> str:
    return (
        f"if(ifNull({value}, 0) <= {_TINY}, {ZERO_BIN}, "
        f"toInt64(ceil(log(ifNull({value}, 1)) / {_LOG_GAMMA!r})))"
    )


def bin_value(item: int) -> float:
    """Return what stands for the values of a bin, within ``QUANTILE_ERROR`` of each of them."""
    return 0.0 if item == ZERO_BIN else 2 * _GAMMA**item / (_GAMMA + 1)


def parts_sql(
    indicators: Iterable[Indicator],
    fact: Shape,
    *,
    rows: str = "1",
    days: str = "1",
    dimension: str = "",
    table: str = "",
    stretch: str = "",
) -> list[str]:
    """Return the SELECTs that turn journal rows into rows of the form of ``part``.

    Measures without items that share a time basis are computed in one pass.

    Args:
        indicators: the catalogue, or those of interest.
        fact: the shape to read.
        rows: condition on the journal rows, for example ``batch = {batch:UInt32}``.
        days: condition on ``day``, the day of the time basis.
        dimension: an expression to keep apart further, as ``dimension``.
        table: what to read in place of the fact's table.
        stretch: an expression of ``day`` that stands for it where there are items; days that
            nobody tells apart need not be kept apart for every item.

    Returns:
        Statements with columns indicator, day, area, item, num, den (and dimension); changes
        that cancel out are left away.
    """
    plain: dict[str, list[Measure]] = {}
    statements: list[str] = []
    read = table or f"fact_{fact}"
    for indicator in indicators:
        for one in measures(indicator):
            if one.fact != fact:
                continue
            if one.item == "0":
                plain.setdefault(one.time, []).append(one)
            else:
                statements.append(_item_select(one, read, rows, days, dimension, stretch))
    grouped = [_plain_select(group, read, rows, days, dimension) for group in plain.values()]
    return grouped + statements


def feed_rows_sql(fact: Shape, *, rows: str = "1", dimension: str = "") -> str:
    """Return the SELECT of rows per feed and day, kept in ``part`` as ``rows:<source>``.

    It tells a day without events from a day without data.
    """
    keep, group_by = _dimension(dimension)
    return (
        "SELECT concat('rows:', source) AS indicator, toDate(at) AS day, '' AS area,"
        f" toInt64(0) AS item, toDecimal128(sum(sign), 6) AS num, toDecimal128(0, 6) AS den{keep}"
        f" FROM fact_{fact} WHERE {rows} GROUP BY indicator, day{group_by} HAVING num != 0"
    )


def _plain_select(group: list[Measure], read: str, rows: str, days: str, dimension: str) -> str:
    time, keep, group_by = group[0].time, *_dimension(dimension)
    grouped = (
        f"SELECT toDate(assumeNotNull({time})) AS day, area{keep}, {sums_of(group)}"
        f" FROM {read} WHERE isNotNull({time}) AND {rows} AND {days}"
        f" GROUP BY day, area{group_by}"
    )
    return told_apart(group, grouped, "day, area", group_by)


def sums_of(group: Sequence[Measure]) -> str:
    """Return the sums of measures that need no items, as n0, d0, n1 ..."""
    sums = []
    for number, one in enumerate(group):
        sums.append(f"sum(if({one.where}, sign * ({one.num}), 0)) AS n{number}")
        if one.den != "0":
            sums.append(f"sum(if({one.where}, sign * ({one.den}), 0)) AS d{number}")
    return ", ".join(sums)


def told_apart(group: Sequence[Measure], grouped: str, keys: str, further: str = "") -> str:
    """Return the SELECT that gives every measure of a group its own row where it is not zero.

    Most sums of a grid and day are zero. Only a number and two sums are unfolded for each; name
    and wide decimal come to what is left.

    Args:
        group: the measures, in the order of their sums.
        grouped: SELECT with ``sums_of`` them.
        keys: columns of it between the indicator and the item.
        further: columns behind all others, each with a comma before it.
    """
    names = ", ".join(f"'{one.indicator}'" for one in group)
    above = ", ".join(f"n{number}" for number in range(len(group)))
    below = ", ".join("0" if one.den == "0" else f"d{n}" for n, one in enumerate(group))
    return (
        f"SELECT CAST([{names}][one.1], 'LowCardinality(String)') AS indicator, {keys},"
        " toInt64(0) AS item, toDecimal128(one.2, 6) AS num, toDecimal128(one.3, 6) AS den"
        f"{further}"
        f" FROM ({grouped}) ARRAY JOIN arrayFilter(sums -> sums.2 != 0 OR sums.3 != 0,"
        f" arrayZip(range(1, {len(group) + 1}), [{above}], [{below}])) AS one"
    )


def _item_select(
    one: Measure, read: str, rows: str, days: str, dimension: str, stretch: str
) -> str:
    keep, group_by = _dimension(dimension)
    day = f"toDate(assumeNotNull({one.time}))"
    select = (
        f"SELECT toLowCardinality('{one.indicator}') AS indicator,"
        f" {f'{stretch} AS stretch' if stretch else f'{day} AS day'}, area, {one.item} AS item,"
        f" toDecimal128(sum(sign * ({one.num})), 6) AS num,"
        f" toDecimal128(0, 6) AS den{keep} FROM {read}"
        f" WHERE isNotNull({one.time}) AND {one.where} AND {rows} AND {days}"
        f" GROUP BY {'stretch' if stretch else 'day'}, area, item{group_by} HAVING num != 0"
    )
    if not stretch:
        return select
    kept = ", dimension" if dimension else ""
    columns = f"indicator, stretch AS day, area, item, num, den{kept}"
    return f"SELECT {columns} FROM (WITH {day} AS day {select})"


def _dimension(dimension: str) -> tuple[str, str]:
    return (f", {dimension} AS dimension", ", dimension") if dimension else ("", "")
