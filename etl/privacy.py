"""Keeps people out of the store: personal numbers in text are masked, reporters become keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256

import polars as pl

_MASK = "***"
_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+", _MASK),
    # identity numbers: 18 characters with a plausible birthday, and the old 15 digits
    (
        r"(^|[^0-9])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx]"
        r"([^0-9]|$)",
        "${1}" + _MASK + "${2}",
    ),
    (
        r"(^|[^0-9])[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}([^0-9]|$)",
        "${1}" + _MASK + "${2}",
    ),
    # mobiles, with or without +86 and with breaks
    (
        r"(^|[^0-9])(?:\+?86[\- ]?)?1[3-9]\d[\- ]?\d{4}[\- ]?\d{4}([^0-9]|$)",
        "${1}" + _MASK + "${2}",
    ),
    # landlines with area code, and bare ones after a word that says so
    (
        r"(^|[^0-9])[(\x{ff08}]?0\d{2,3}[)\x{ff09}]?[\- ]?[2-9]\d{2,3}[\- ]?\d{4}([^0-9]|$)",
        "${1}" + _MASK + "${2}",
    ),
    (
        r"(?i)(电话|座机|热线|联系方式|手机|tel|phone)([号码]{0,2}[:\x{ff1a}. ]{0,3})"
        r"[2-9]\d{2,3}[\- ]?\d{4}",
        "${1}${2}" + _MASK,
    ),
    # North American numbers with breaks
    (
        r"(^|[^0-9])\(?[2-9]\d{2}\)?[\-. ][2-9]\d{2}[\-. ]\d{4}([^0-9]|$)",
        "${1}" + _MASK + "${2}",
    ),
)
_BLOCK = 64
"""Bytes that SHA-256 takes at a time."""
_TWICE = 2
"""Two numbers may share the character between them; the second pass finds the second one."""
_SUSPECT = r"\d[\d\- ().\x{ff08}\x{ff09}\x{ff0d}]{5,}|[@\x{ff20}]"
"""Rust's ``\\d`` knows full-width digits too."""


def mask(text: pl.Series) -> pl.Series:
    """Return a text column with phone numbers, identity numbers and e-mail addresses masked."""
    suspect = text.str.contains(_SUSPECT).fill_null(value=False)
    if not suspect.any():
        return text
    found = _normal(text.filter(suspect))
    for pattern, mark in _PATTERNS:
        for _ in range(_TWICE):
            found = found.str.replace_all(pattern, mark)
    return text.clone().scatter(suspect.arg_true(), found)


def mask_columns(columns: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
    """Return text columns of one length masked, all in one go: columns may be many and short."""
    if not columns:
        return {}
    length = next(iter(columns.values())).len()
    masked = mask(pl.concat([one.cast(pl.String) for one in columns.values()]))
    return {
        name: masked.slice(number * length, length).alias(name)
        for number, name in enumerate(columns)
    }


def mask_text(text: str) -> str:
    """Return one text with personal numbers masked.

    Example:
        >>> mask_text("someone@example.org")
        '***'
    """
    masked: str = mask(pl.Series([text], dtype=pl.String))[0]
    return masked


def person_keys(people: pl.Series, secret: bytes) -> pl.Series:
    """Return the HMAC-SHA-256 of each normalised value as hex, empty where there is none.

    The same phone or identity number written in another way gives the same key.
    """
    distinct = people.drop_nulls().unique()
    plain = (
        distinct.str.normalize("NFKC")
        .str.replace_all(r"[^0-9A-Za-z\x{4e00}-\x{9fff}@.]", "")
        .str.to_uppercase()
        .str.replace(r"^86(1[3-9]\d{9})$", "$1")
    )
    key = _keyed(secret)
    keys = pl.Series([key(one) if one else "" for one in plain.to_list()], dtype=pl.String)
    if keys.is_empty():
        return pl.Series(people.name, [""]).new_from_index(0, people.len())
    return people.replace_strict(distinct, keys, default="", return_dtype=pl.String)


def _keyed(secret: bytes) -> Callable[[str], str]:
    """Return HMAC-SHA-256 under one secret (RFC 2104), whose two halves are begun only once.

    The library begins anew for every text, which takes three times as long as this.
    """
    block = (sha256(secret).digest() if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\0")
    inner, outer = (sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))

    def key(text: str) -> str:
        within, around = inner.copy(), outer.copy()
        within.update(text.encode())
        around.update(within.digest())
        return around.hexdigest()

    return key


def _normal(text: pl.Series) -> pl.Series:
    """Return the text with full-width digits made plain, so that they hide no number."""
    wide = "０１２３４５６７８９＠－"
    return text.str.replace_many(list(wide), list("0123456789@-"))
