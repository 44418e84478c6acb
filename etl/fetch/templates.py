"""Texts of a spec with places to be filled in: ``{watermark}``, ``{page}``, ``{today:%Y%m%d}``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

_FIELD = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_MOMENTS = {"now": "%Y-%m-%dT%H:%M:%S", "today": "%Y-%m-%d", "yesterday": "%Y-%m-%d"}


def fields_of(*texts: str) -> set[str]:
    """Return the names that the texts ask for.

    Example:
        >>> sorted(fields_of("since={watermark}", "{today:%Y%m%d}"))
        ['today', 'watermark']
    """
    return {found[1] for text in texts for found in _FIELD.finditer(text)}


def fill(text: str, values: Mapping[str, str], now: dt.datetime) -> str:
    """Return a text with its places filled in.

    Example:
        >>> fill("{page}/{yesterday:%Y%m%d}", {"page": "7"}, dt.datetime(2026, 3, 1))
        '7/20260228'
    """

    def value(found: re.Match[str]) -> str:
        name, form = found[1], found[2]
        if name not in _MOMENTS:
            return values.get(name, "")
        moment = now - dt.timedelta(days=1) if name == "yesterday" else now
        return moment.strftime(form or _MOMENTS[name])

    return _FIELD.sub(value, text)
