"""What must hold for an indicator beyond the types of its keys. One rule, one function."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from metrics import threshold
from metrics.errors import Problem, near
from metrics.formula import letters
from metrics.indicator import ID_PATTERN, PERIOD_END, ROLL_UPS, Indicator
from metrics.tables import fact_tables

SyntaxCheck = Callable[[str], str]
Finding = tuple[str, str]
Known = Mapping[str, Indicator]

_TIMES = {
    shape: [column.name for column in table.columns if "DateTime64" in column.type]
    for shape, table in fact_tables().items()
}
_EXPRESSIONS = ("where", "numerator", "denominator", "value", "key")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'")
_BOUND = re.compile(r"\b(\w+)(?=\s*->)")
_NAME = re.compile(r"(?<![\w.:])([A-Za-z_]\w*)\b(?!\s*\()")
_GRAMMAR = {
    "and", "or", "not", "in", "is", "null", "like", "ilike", "between", "case", "when", "then",
    "else", "end", "true", "false", "interval", "second", "minute", "hour", "day", "week", "month",
    "quarter", "year",
}  # fmt: skip


def check(indicator: Indicator, known: Known, syntax_error: SyntaxCheck | None) -> list[Problem]:
    """Return everything wrong with one indicator."""
    found: list[Problem] = []
    for rule in RULES:
        found += [Problem(indicator.defined_at, *finding) for finding in rule(indicator, known)]
    if syntax_error is not None and not found:
        found += [
            Problem(indicator.defined_at, *finding)
            for finding in expressions_parse(indicator, syntax_error)
        ]
    return found


def id_is_a_name(indicator: Indicator, _: Known) -> Iterator[Finding]:
    """An id is lower-case words joined by underscores."""
    if not ID_PATTERN.fullmatch(indicator.id):
        yield f"'{indicator.id}' is no id", "Lower-case letters, digits and underscores"


def kind_has_its_parts(indicator: Indicator, _: Known) -> Iterator[Finding]:
    """Every kind has the keys it is computed from."""
    name, kind = f"indicator '{indicator.id}'", indicator.kind
    if indicator.is_formula:
        if not (indicator.parts and indicator.formula):
            yield f"{name} is {kind} without parts and formula", ""
        if indicator.fact is not None:
            yield f"{name} is {kind} and has a fact", "It is computed from its parts only"
        return
    if indicator.fact is None:
        yield f"{name} has no fact", "Allowed: case, event, reading, snapshot"
    if kind == "ratio" and indicator.numerator == "1" and indicator.denominator == "1":
        yield f"{name} is a ratio without numerator or denominator", "It would always be 100 %"
    if kind in ("sum", "average", "quantile", "extreme") and not indicator.value:
        yield f"{name} is {kind} without value", "Say which column is meant"
    if kind == "distinct" and not indicator.key:
        yield f"{name} is distinct without key", "Say what is counted once"
    if indicator.at_least > 1 and kind != "distinct":
        yield f"{name} is {kind} with at_least", "Only keys of distinct are seen several times"
    if kind == "stock" and not (indicator.value or indicator.leave):
        yield f"{name} is a stock without value or leave", "A register's value, or enter and leave"


def roll_up_fits_kind(indicator: Indicator, _: Known) -> Iterator[Finding]:
    """A kind rolls up in its own way; a stock is never summed over time."""
    allowed = ROLL_UPS[indicator.kind]
    if indicator.roll_up not in allowed:
        yield (
            f"indicator '{indicator.id}' of kind {indicator.kind} cannot roll up"
            f" by {indicator.roll_up}",
            f"Allowed: {', '.join(allowed)}",
        )


def time_is_a_time_column(indicator: Indicator, _: Known) -> Iterator[Finding]:
    """The time basis is a time column of the fact."""
    if indicator.fact is None:
        return
    for column in filter(None, (indicator.time, indicator.leave)):
        if column not in _TIMES[indicator.fact]:
            guess = near(column, _TIMES[indicator.fact])
            allowed = f"Allowed: {', '.join(_TIMES[indicator.fact])}"
            yield (
                f"indicator '{indicator.id}' has time '{column}', no time of {indicator.fact}",
                f"Did you mean '{guess}'?" if guess else allowed,
            )


def columns_exist(indicator: Indicator, _: Known) -> Iterator[Finding]:
    """Words that are neither functions nor grammar are columns of the fact."""
    if indicator.fact is None:
        return
    columns = fact_tables()[indicator.fact].column_names()
    for key in _EXPRESSIONS:
        expression = _QUOTED.sub("''", _readable(indicator, key))
        known = {*columns, *_BOUND.findall(expression)}
        for word in dict.fromkeys(_NAME.findall(expression)):
            if word not in known and word.lower() not in _GRAMMAR:
                guess = near(word, columns)
                yield (
                    f"indicator '{indicator.id}': {key} reads '{word}',"
                    f" no column of {indicator.fact}",
                    f"Did you mean '{guess}'?" if guess else f"Allowed: {', '.join(columns)}",
                )


def thresholds_are_rules(indicator: Indicator, _: Known) -> Iterator[Finding]:
    """Target, amber and red are of the grammar, and warn of the bad side."""
    for name in ("target", "amber", "red"):
        try:
            threshold.parse_rule(str(getattr(indicator, name)))
        except ValueError as error:
            yield f"indicator '{indicator.id}': {name} {error}", ""
            return
    contradiction = threshold.against_direction(indicator)
    if contradiction:
        yield f"indicator '{indicator.id}': {contradiction}", ""


def parts_are_indicators(indicator: Indicator, known: Known) -> Iterator[Finding]:
    """A formula reads exactly its parts, and parts are indicators with facts."""
    if not indicator.is_formula:
        return
    try:
        read = letters(indicator.formula)
    except ValueError as error:
        yield f"indicator '{indicator.id}': {error}", ""
        return
    if read != set(indicator.parts):
        odd = ", ".join(sorted(read ^ set(indicator.parts)))
        yield f"indicator '{indicator.id}': formula and parts differ in {odd}", ""
    for part in indicator.parts.values():
        if part not in known:
            guess = near(part, known)
            yield (
                f"indicator '{indicator.id}' has part '{part}', which is no indicator",
                f"Did you mean '{guess}'?" if guess else "",
            )
        elif part == indicator.id or (known[part].is_formula and indicator.kind == "index"):
            yield f"indicator '{indicator.id}' has part '{part}', itself a formula", ""
        elif indicator.tier == "core" and known[part].tier != "core":
            yield (
                f"indicator '{indicator.id}' is core and its part '{part}' is not",
                "Only the sums of core indicators are kept ready; write tier: core there too",
            )


def period_end_is_of_counts(indicator: Indicator, _: Known) -> Iterator[Finding]:
    """Only counts and ratios judge rows at the period's end, above and below the line."""
    written = [key for key in _EXPRESSIONS if PERIOD_END in str(getattr(indicator, key))]
    if written and indicator.kind not in ("count", "ratio"):
        yield (
            f"indicator '{indicator.id}' of kind {indicator.kind} reads {PERIOD_END}",
            "Only count and ratio may",
        )
    for key in set(written) - {"numerator", "denominator"}:
        yield (
            f"indicator '{indicator.id}': {key} reads {PERIOD_END}",
            "Only numerator and denominator may",
        )


def _readable(indicator: Indicator, key: str) -> str:
    """Return an expression as ClickHouse could read it, an instant in place of the period's end."""
    return str(getattr(indicator, key)).replace(PERIOD_END, "now()")


def expressions_parse(indicator: Indicator, syntax_error: SyntaxCheck) -> Iterator[Finding]:
    """ClickHouse can parse every expression."""
    for key in _EXPRESSIONS:
        expression = _readable(indicator, key)
        complaint = syntax_error(expression) if expression not in ("", "1") else ""
        if complaint:
            yield f"indicator '{indicator.id}': {key} does not parse ({complaint})", ""


RULES = (
    id_is_a_name,
    kind_has_its_parts,
    roll_up_fits_kind,
    time_is_a_time_column,
    columns_exist,
    thresholds_are_rules,
    parts_are_indicators,
    period_end_is_of_counts,
)
