"""The definition of an indicator, as it is written and as it is read."""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from layouts import shell
from layouts import staff_texts as texts
from layouts.drill.headline import rule_words
from layouts.shell import Children, View
from metrics.indicator import Indicator


def definition_panel(
    indicator: Indicator, parts: Mapping[str, Indicator], view: View
) -> html.Section:
    """Return the panel with everything that is written about the indicator.

    Args:
        indicator: as resolved.
        parts: the indicators of its formula by letter; empty for others.
        view: makes the addresses of the parts.
    """
    origin = html.Span(indicator.defined_at, className="st-mono")
    said: list[tuple[str, Children]] = [
        (texts.DEFINITION, indicator.note),
        (texts.DENOMINATOR_VARIANT, indicator.denominator_variant),
        (texts.KIND, f"{texts.KINDS[indicator.kind]} ({indicator.kind})"),
        (texts.ROLL_UP, texts.ROLL_UPS[indicator.roll_up] if indicator.roll_up else ""),
        (texts.TIME_BASIS, _time_basis(indicator)),
        (texts.MATURES, _matures(indicator)),
        (texts.FORMULA, _formula(indicator, parts, view)),
        (texts.UNIT, indicator.unit),
        (texts.DIRECTION, texts.DIRECTIONS[indicator.direction]),
        (texts.TARGET, rule_words(indicator.target, indicator)),
        (f"{texts.AMBER} / {texts.RED}", _lights(indicator)),
        (texts.LOWEST_LEVEL, texts.ROLES[indicator.lowest_level]),
        (texts.REFERENCE, indicator.reference),
        (texts.OWNER, indicator.owner),
        (texts.DOMAIN, indicator.domain),
        (texts.IDENTIFIER, html.Span(indicator.id, className="st-mono")),
        (texts.DEFINED_AT, origin if indicator.defined_at else ""),
    ]
    return shell.panel(
        [texts.THE_DEFINITION, " · ", indicator.name],
        [shell.facts(said), _expressions(indicator)],
        note=indicator.name_en,
    )


def _time_basis(indicator: Indicator) -> str:
    if indicator.is_formula:
        return ""
    return f"{texts.TIME_BASES.get(indicator.time, indicator.time)} ({indicator.time})"


def _matures(indicator: Indicator) -> str:
    days = indicator.matures_days
    return texts.MATURES_AFTER.format(days=days) if days else ""


def _lights(indicator: Indicator) -> str:
    return f"{rule_words(indicator.amber, indicator)} / {rule_words(indicator.red, indicator)}"


def _formula(indicator: Indicator, parts: Mapping[str, Indicator], view: View) -> Component | None:
    if not indicator.formula:
        return None
    listed = [
        html.Li(
            [
                html.Code(f"{letter} = "),
                shell.go(one.name, view.href("indicator", indicator=one.id)),
            ]
        )
        for letter, one in parts.items()
    ]
    return html.Div([html.Code(indicator.formula), html.Ul(listed)])


def _expressions(indicator: Indicator) -> Component | None:
    """Return the conditions as written, for who wants to check them against the statement."""
    written = [
        (name, getattr(indicator, name))
        for name in ("fact", "where", "numerator", "denominator", "value", "key", "leave")
    ]
    shown = [(name, text) for name, text in written if text and text != "1"]
    if indicator.is_formula or not shown:
        return None
    code = "\n".join(f"{name}: {text}" for name, text in shown)
    return html.Pre(code, className="st-code", tabIndex=0)
