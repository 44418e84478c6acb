"""The map's colours: classes, their bounds and each area's place in them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

from layouts.format import change_text, change_tone, period_text, unit_text, value_text
from layouts.states import state_note
from layouts.theme import class_names
from layouts.wall.cards import Payload, Setting, links, name_of, shown_light
from layouts.wall.charts import is_unassigned, unassigned_text
from metrics.answer import Answer, Child

NO_CLASS = -1


def breaks(values: Sequence[float], count: int) -> list[float]:
    """Return the round bounds between at most ``count`` classes of about equally many values.

    Example:
        >>> breaks([3, 8, 12, 19, 25, 33, 41, 58, 77, 96], 5)
        [12.0, 25.0, 41.0, 77.0]
    """
    distinct = sorted(set(values))
    if len(distinct) < 2:
        return []
    found = _quantiles(sorted(values), count)
    wanted = min(count, len(distinct)) - 1
    return found if len(found) >= min(wanted, 2) else _quantiles(distinct, count)


def _quantiles(ordered: Sequence[float], count: int) -> list[float]:
    found: list[float] = []
    for k in range(1, count):
        bound = _two_digits(ordered[min(len(ordered) - 1, len(ordered) * k // count)], ordered)
        if ordered[0] < bound <= ordered[-1] and (not found or bound > found[-1]):
            found.append(bound)
    return found


def _two_digits(value: float, ordered: Sequence[float]) -> float:
    """Round to a hundredth of the spread's power of ten, so that bounds read easily."""
    step = 10.0 ** (math.floor(math.log10(ordered[-1] - ordered[0])) - 1)
    return float(round(round(value / step) * step, 10))


def map_payload(answer: Answer | None, count: int, setting: Setting) -> Payload:
    """Return the colours of the areas below.

    Returns:
        ``n`` name, ``u`` unit, ``p`` period; ``k`` tokens of the classes' colours and ``b`` their
        bounds, low to high; ``v`` by area: class (-1 no data), value, light, change, its tone and
        link;
        ``un`` what no area holds; ``o`` why there is nothing.
    """
    if answer is None:
        return {"v": {}, "o": state_note(None, setting.now, setting.lang)}
    areas = [child for child in answer.children if not is_unassigned(child)]
    values = [child.figure.value for child in areas if child.figure.value is not None]
    bounds = breaks(values, count)
    ends = [min(values), *bounds, max(values)] if values else []
    return {
        "n": name_of(answer.indicator, setting.lang),
        "u": unit_text(answer.indicator, setting.lang),
        "p": period_text(answer.period, setting.today, setting.lang),
        "k": list(class_names(len(bounds) + 1)) if values else [],
        "b": [value_text(bound, answer.indicator, setting.lang) for bound in ends],
        "v": {child.key: _area(child, bounds, answer, setting) for child in areas},
        "un": unassigned_text(answer, setting.lang),
        "o": "" if values else state_note(answer, setting.now, setting.lang),
    }


def _area(child: Child, bounds: Sequence[float], answer: Answer, setting: Setting) -> list[object]:
    value, indicator = child.figure.value, answer.indicator
    link = links(indicator.id, answer, Setting(setting.now, child.key, setting.lang))["h"]
    whole = answer.period.end < setting.today
    change = child.change if whole else None
    return [
        NO_CLASS if value is None else bisect_right(bounds, value),
        value_text(value, indicator, setting.lang),
        child.light if shown_light(answer, setting.today) == answer.light else "none",
        "" if change is None else change_text(change, indicator, setting.lang),
        change_tone(change, indicator),
        link,
    ]
