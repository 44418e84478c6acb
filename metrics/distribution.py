"""How the values behind an average, a quantile or an extreme are spread over ranges."""

from __future__ import annotations

import math

from metrics.answer import Distribution
from metrics.cases import Request, condition_of, read_from
from metrics.store import Store
from metrics.tables import line_columns
from metrics.territory import Territory

BINS = 24
SHARES = (0.5, 0.9)
_END = 0.98


def distribution(store: Store, territory: Territory, request: Request) -> Distribution | None:
    """Return how the values behind a number are spread; None where it has none, or too few."""
    indicator = request.plan.indicator
    if indicator.is_formula or not indicator.value or indicator.fact in (None, "snapshot"):
        return None
    where, parameters = condition_of(territory, request)
    factor = indicator.factor if indicator.kind == "average" else 1.0
    lines = ", ".join(line_columns(indicator.fact or "case"))
    rows = (
        f"(SELECT toFloat64({indicator.value}) * {factor!r} AS v, sum(sign) AS n"
        f" FROM {read_from(request.plan)} WHERE {where} AND isNotNull({indicator.value})"
        f" GROUP BY {lines}, v HAVING n > 0)"
    )
    asked = ", ".join(map(repr, (*SHARES, _END)))
    read = store.rows(
        f"SELECT count() AS n, quantilesExact({asked})(v) AS q, min(v) AS lo FROM {rows}",
        parameters, tag="distribution.range",
    )[0]  # fmt: skip
    if read["n"] < BINS:
        return None
    low, high = min(0.0, read["lo"]), read["q"][-1]
    width = _round_up((high - low) / BINS)
    bins = store.rows(
        "SELECT toInt64(floor((v - {low:Float64}) / {width:Float64})) AS bin, count() AS n"
        f" FROM {rows} GROUP BY bin ORDER BY bin",
        {**parameters, "low": low, "width": width}, tag="distribution.bins",
    )  # fmt: skip
    found = {int(row["bin"]): int(row["n"]) for row in bins}
    used = max(1, min(BINS, max((bin_ for bin_ in found if bin_ < BINS), default=0) + 1))
    return Distribution(
        tuple(low + width * k for k in range(used + 1)),
        tuple(found.get(k, 0) for k in range(used)),
        sum(count for bin_, count in found.items() if bin_ >= used),
        tuple(zip(SHARES, read["q"][: len(SHARES)], strict=True)),
    )


def _round_up(width: float) -> float:
    """Return a width that reads well: 1, 2, 2.5 or 5 times a power of ten, at least as large.

    Example:
        >>> _round_up(3.1), _round_up(0.07), _round_up(0.0)
        (5.0, 0.1, 1.0)
    """
    if width <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(width))
    for nice in (1.0, 2.0, 2.5, 5.0):
        if width <= nice * power * (1 + 1e-9):
            return nice * power
    return 10 * power
