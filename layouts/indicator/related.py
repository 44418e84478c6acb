"""Where else to look: what an indicator is made of, what is made of it, and its neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from layouts import explore_texts as words
from layouts import shell
from layouts.shell import View
from metrics.indicator import Indicator

MOST = 14


def related(
    indicator: Indicator, domains: Mapping[str, Sequence[Indicator]]
) -> list[tuple[str, list[Indicator]]]:
    """Return other indicators with the word for how they are related; empty groups are left out.

    An indicator stands in its first group only.
    """
    listed = [one for members in domains.values() for one in members]
    named = {one.id: one for one in listed}
    seen = {indicator.id}
    groups: list[tuple[str, list[Indicator]]] = []
    parts = [named[key] for key in indicator.parts.values() if key in named]
    wholes = [one for one in listed if indicator.id in one.parts.values()]
    same = [
        one for one in listed
        if not indicator.is_formula and not one.is_formula
        and (one.fact, one.where) == (indicator.fact, indicator.where)
    ]  # fmt: skip
    near = [one for one in domains.get(indicator.domain, ()) if one.tier == "core"]
    for name, found in (
        (words.MADE_OF, parts), (words.PART_OF, wholes),
        (words.SAME_ROWS, same), (words.SAME_DOMAIN, near),
    ):  # fmt: skip
        fresh = [one for one in found if one.id not in seen][:MOST]
        seen |= {one.id for one in fresh}
        if fresh:
            groups.append((name, fresh))
    return groups


def related_panel(
    indicator: Indicator, domains: Mapping[str, Sequence[Indicator]], view: View
) -> Component | None:
    """Return the panel of links; None where nothing is related."""
    groups = related(indicator, domains)
    if not groups:
        return None
    rows = [
        html.Div(
            [
                html.Span(name, className="st-pair__name"),
                *(
                    shell.go(
                        one.name, view.href("indicator", indicator=one.id), className="st-chip"
                    )
                    for one in found
                ),
            ],
            className="st-chips",
        )
        for name, found in groups
    ]
    return shell.panel(words.RELATED, rows)
