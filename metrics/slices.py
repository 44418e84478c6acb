"""Rows of the form of ``part`` for what it does not hold, summed from the facts when asked for.

A screen cuts the same rows in many ways: the number itself, its parts by five columns, and the
parts that a filter hides. The facts are read once: they are summed by all columns together, and
the few sums that are left are laid into every slice they belong to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from metrics.question import DIMENSIONS
from metrics.tables import Shape

Filters = tuple[tuple[str, tuple[str, ...]], ...]


class Slice(NamedTuple):
    """One way to cut rows: by a column, or whole without one; only those that pass its filters."""

    column: str = ""
    filters: Filters = ()


WHOLE = Slice()


class Cut(NamedTuple):
    """How one fact is read for several slices.

    Attributes:
        rows: conditions on its rows.
        dimension: expression that keeps apart what the slices need; empty for none.
        told: expression that lays a sum into its slices, read from ``dimension``.
    """

    rows: tuple[str, ...]
    dimension: str
    told: str


def cut(slices: Sequence[Slice], fact: Shape, parameters: dict[str, object]) -> Cut | None:
    """Return how to read a fact; None where it has no column of any slice.

    A screen asks different facts for different columns: each is told those that it has.

    Args:
        slices: all of a statement; a slice's number is its place here, from 1.
        fact: the fact.
        parameters: of the statement; the values filtered by are added.
    """
    own = [(k, one) for k, one in enumerate(slices, 1) if _has(fact, one)]
    if not own:
        return None
    sets = list(dict.fromkeys(one.filters for _, one in own))
    common = tuple(one for one in sets[0] if all(one in other for other in sets))
    rest = [[_passes(one, parameters) for one in found if one not in common] for found in sets]
    rows = [_passes(one, parameters) for one in common]
    if any(rest) and all(rest):
        rows.append(f"({' OR '.join(' AND '.join(few) for few in rest)})")
    if len(slices) == 1:
        column = slices[0].column
        return Cut(tuple(rows), f"toString({column})" if column else "", "")
    columns = list(dict.fromkeys(one.column for _, one in own if one.column))
    flags = list(dict.fromkeys(condition for few in rest for condition in few))
    kept = [*columns, *flags] or ["1"]
    at = {expression: f"dimension.{number}" for number, expression in enumerate(kept, 1)}
    told = []
    for found, conditions in zip(sets, rest, strict=True):
        pairs = ", ".join(
            f"({k}, {f'toString({at[one.column]})' if one.column else repr('')})"
            for k, one in own
            if one.filters == found
        )
        flag = " AND ".join(at[one] for one in conditions)
        told.append(f"if({flag}, [{pairs}], [])" if flag else f"[{pairs}]")
    laid = told[0] if len(told) == 1 else f"arrayConcat({', '.join(told)})"
    return Cut(tuple(rows), f"tuple({', '.join(kept)})", f"arrayJoin({laid})")


def laid_into(select: str, told: str) -> str:
    """Return the SELECT whose sums stand in every slice they belong to, as (number, value)."""
    if not told:
        return select
    return f"SELECT * EXCEPT (dimension), {told} AS dimension FROM ({select})"


def _has(fact: Shape, one: Slice) -> bool:
    columns = (one.column, *(column for column, _ in one.filters))
    return all(column in DIMENSIONS[fact] for column in columns if column)


def _passes(one: tuple[str, tuple[str, ...]], parameters: dict[str, object]) -> str:
    """Return the condition of a filter; the same filter has one parameter only."""
    column, allowed = one
    for number in range(len(parameters) + 1):
        name = f"f{number}"
        if parameters.setdefault(name, list(allowed)) == list(allowed):
            return f"toString({column}) IN {{{name}:Array(String)}}"
    raise AssertionError  # there are more names than parameters
