"""What a question may be made of, as text: the same words on the command line and over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from metrics.errors import BadQuestion, UnknownName
from metrics.question import Comparison, TerritoryRule

COMPARISONS: tuple[Comparison, ...] = get_args(Comparison)


def read_comparisons(text: str, *, where: str) -> tuple[Comparison, ...]:
    """Return the comparisons named in a comma list.

    Raises:
        UnknownName: a word is no comparison.

    Example:
        >>> read_comparisons("prev, yoy", where="--compare")
        ('prev', 'yoy')
    """
    known = {str(one): one for one in COMPARISONS}
    words = [word.strip() for word in text.split(",") if word.strip() not in ("", "none")]
    for word in words:
        if word not in known:
            raise UnknownName("comparison", word, (*known, "none"), where=where)
    return tuple(known[word] for word in words)


def read_territory(text: str, *, where: str) -> TerritoryRule:
    """Return which areas rows count in.

    Raises:
        UnknownName: the word is neither.

    Example:
        >>> read_territory("as-is", where="--territory")
        'as_is'
    """
    known: dict[str, TerritoryRule] = {"as-was": "as_was", "as-is": "as_is"}
    if text not in known:
        raise UnknownName("territory", text, known, where=where)
    return known[text]


def read_filters(pairs: Iterable[str], *, where: str) -> dict[str, tuple[str, ...]]:
    """Return column -> wanted values from ``column=value`` texts.

    Raises:
        BadQuestion: a text has no equals sign.

    Example:
        >>> read_filters(["category=噪声", "category=市容"], where="--filter")
        {'category': ('噪声', '市容')}
    """
    found: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        column, equals, value = pair.partition("=")
        if not (equals and column):
            raise BadQuestion(
                f"filter '{pair}' is not understood",
                where=where,
                hint="Allowed: column=value, for example category=噪声污染",
            )
        found[column] = (*found.get(column, ()), value)
    return found
