"""What tells the rows of a file apart: single columns, pairs, and the rows that are alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import polars as pl

from etl.profile.columns import ColumnLook

_NUMBERED = re.compile(
    r"编号|单号|流水号|案卷号|案号|警情号|(^|[_. ])(id|no|key|number)$|[a-z]ID$", re.IGNORECASE
)
_MOST_PAIRED = 12
_ALMOST = 0.9
_LIKE_A_CODE = r"^\S*\d\S*$"
_FILE_NAME = r"(?i)\.(csv|xlsx?|json|txt|parquet)$"


@dataclass(frozen=True)
class Key:
    """Columns that identify a row, or nearly.

    Attributes:
        columns: one or two.
        distinct: different values.
        duplicates: rows whose value an earlier row has too.
        empty: rows without a value.
    """

    columns: tuple[str, ...]
    distinct: int
    duplicates: int
    empty: int


@dataclass(frozen=True)
class Sameness:
    """Rows that say the same.

    Attributes:
        keys: candidates, the best first.
        exact: rows an earlier row of which says the very same in every column.
        origin: column that only names the file a row came from; empty when there is none.
        but_origin: rows that are the same but for that column.
        differing: of the best key, column -> repeated values whose rows disagree in it.
    """

    keys: tuple[Key, ...]
    exact: int
    origin: str = ""
    but_origin: int = 0
    differing: dict[str, int] = field(default_factory=dict)


def look_for_keys(frame: pl.DataFrame, columns: Sequence[ColumnLook]) -> Sameness:
    """Return what identifies the rows of a file and which of them are alike."""
    height = frame.height
    if not height:
        return Sameness((), 0)
    names = [one.name for one in columns if one.kind != "empty"]
    singles = _singles(frame, columns)
    pairs = () if singles else _pairs(frame, columns)
    origin = next((one.name for one in columns if _names_files(one)), "")
    exact = height - frame.select(names).unique().height
    rest = [name for name in names if name != origin]
    but_origin = height - frame.select(rest).unique().height if origin and rest else exact
    keys = (*singles, *pairs)
    differing = _differing(frame, columns, keys[0]) if keys and keys[0].duplicates else {}
    return Sameness(keys, exact, origin, but_origin, differing)


def _differing(frame: pl.DataFrame, columns: Sequence[ColumnLook], key: Key) -> dict[str, int]:
    """Return in which columns the rows disagree that have the same key; moments as moments."""
    moments = [one.time.values.alias(one.name) for one in columns if one.time]
    by = list(key.columns)
    groups = (
        frame.with_columns(moments)
        .drop_nulls(by)
        .group_by(by)
        .agg(pl.len().alias("#"), pl.all().n_unique())
        .filter(pl.col("#") > 1)
    )
    found = groups.select((pl.exclude("#", *by) > 1).sum()).row(0, named=True)
    return {name: int(n) for name, n in found.items() if n}


def _names_files(column: ColumnLook) -> bool:
    words = pl.Series([word for word, _ in column.words], dtype=pl.String)
    return bool(words.len()) and bool(words.str.contains(_FILE_NAME).all())


def _singles(frame: pl.DataFrame, columns: Sequence[ColumnLook]) -> tuple[Key, ...]:
    found = []
    for one in columns:
        can = one.kind in ("code", "whole", "text") and one.filled
        if not can or one.distinct < _ALMOST * one.filled or one.filled < _ALMOST * frame.height:
            continue
        if one.distinct < one.filled and not _NUMBERED.search(one.name):
            continue
        if (
            one.kind == "text"
            and not frame[one.name].drop_nulls().str.contains(r"^\S*\d\S*$").all()
        ):
            continue
        found.append(
            Key((one.name,), one.distinct, one.filled - one.distinct, frame.height - one.filled)
        )
    return tuple(sorted(found, key=lambda k: (not _NUMBERED.search(k.columns[0]), k.duplicates)))


def _pairs(frame: pl.DataFrame, columns: Sequence[ColumnLook]) -> tuple[Key, ...]:
    height = frame.height
    fit = [
        one
        for one in columns
        if one.distinct > 1 and one.filled == height and one.kind not in ("decimal", "point")
    ]
    fit = sorted(fit, key=lambda one: -one.distinct)[:_MOST_PAIRED]
    found = []
    codes = frame.select(pl.col(one.name).rank("dense").cast(pl.UInt64) for one in fit)
    for one, other in combinations(fit, 2):
        if one.distinct * other.distinct < height:
            continue
        both = codes[one.name] * (other.distinct + 1) + codes[other.name]
        if both.n_unique() == height:
            found.append(Key((one.name, other.name), height, 0, 0))
    order = {one.name: n for n, one in enumerate(columns)}
    return tuple(sorted(found, key=lambda k: sum(order[name] for name in k.columns)))[:3]
