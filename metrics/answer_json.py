"""The one JSON form of an answer: ``cockpit ask --json`` and ``/api/v1/ask``."""

from __future__ import annotations

from metrics.answer import Answer, Child, Figure
from metrics.indicator import Indicator


def as_json(answer: Answer) -> dict[str, object]:
    """Return the answer as plain JSON values; numbers unrounded, None where there is no data."""
    indicator = answer.indicator
    body: dict[str, object] = {
        "indicator": indicator.id,
        "name": indicator.name,
        "area": answer.area,
        "area_name": answer.area_name,
        "level": answer.level,
        "period": {
            "text": answer.question.period.text,
            "start": answer.period.start.isoformat(),
            "end": answer.period.end.isoformat(),
        },
        **_figure(answer.figure),
        "unit": indicator.unit,
        "scale": indicator.factor,
        "previous": answer.previous.value,
        "change": answer.change,
        "year_ago": answer.year_ago.value,
        "year_change": answer.year_change,
        **_comparisons(answer),
        "maturity": answer.maturity,
        "light": answer.light,
        "is_small": answer.is_small,
        "target": indicator.target,
        "definition": definition(indicator),
        "freshness": {
            feed.source: feed.as_of.isoformat() if feed.as_of else None for feed in answer.freshness
        },
        "stale": [feed.source for feed in answer.freshness if feed.is_stale],
        "missing": answer.missing,
        "territory": answer.question.territory.replace("_", "-"),
        "recuts": [day.isoformat() for day in answer.recuts],
        "data_version": answer.data_version,
        "trace": trace(answer),
    }
    if answer.question.level:
        body["children_level"] = answer.question.level
        body["children"] = [child(one, "area") for one in answer.children]
    if answer.question.by:
        body["by"] = answer.question.by
        body["breakdown"] = [child(one, "key") for one in answer.breakdown]
    if answer.series:
        body["series"] = [{"day": day.isoformat(), "value": value} for day, value in answer.series]
    return body


def _comparisons(answer: Answer) -> dict[str, object]:
    """Return the comparisons that are there only when asked for."""
    found: dict[str, object] = {}
    if answer.aligned is not None:
        found["year_ago_aligned"] = answer.year_ago_aligned.value
        found["year_change_aligned"] = answer.year_change_aligned
        found["aligned_period"] = {
            "start": answer.aligned.start.isoformat(),
            "end": answer.aligned.end.isoformat(),
        }
    if "b4w" in answer.question.compare:
        found["baseline"] = answer.baseline.value
        found["baseline_change"] = answer.baseline_change
    if answer.history:
        found["history"] = [one.value for one in answer.history]
    return found


def _figure(one: Figure) -> dict[str, object]:
    return {
        "value": _whole(one.value),
        "numerator": _whole(one.numerator),
        "denominator": _whole(one.denominator),
    }


def _whole(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value


def child(one: Child, key: str) -> dict[str, object]:
    """Return one row of children or breakdown; ``key`` names its first field."""
    return {
        key: one.key,
        "name": one.name,
        **_figure(one.figure),
        "previous": one.previous.value,
        "change": one.change,
        "year_ago": one.year_ago.value,
        "year_change": one.year_change,
        "light": one.light,
        "is_small": one.is_small,
    }


def definition(indicator: Indicator) -> dict[str, object]:
    """Return what the indicator means, as written in the catalogue."""
    return {
        **indicator.model_dump(exclude_defaults=True, exclude={"defined_at"}),
        "roll_up": indicator.roll_up,
        "at": indicator.defined_at,
    }


def trace(answer: Answer) -> dict[str, object]:
    """Return where the number comes from."""
    if answer.trace is None:
        return {}
    return {
        "definition": answer.trace.definition,
        "table": answer.trace.table,
        "rejected": [{"table": one.table, "reason": one.reason} for one in answer.trace.rejected],
        "statements": list(answer.trace.statements),
        "batches": list(answer.trace.batches),
    }
