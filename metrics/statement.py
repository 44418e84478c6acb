"""One statement for ClickHouse, with its parameters and the name of who asks."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_PLACEHOLDER = re.compile(r"\{(\w+):([^}]+)\}")


@dataclass(frozen=True)
class Statement:
    """SQL with ``{name:Type}`` placeholders, bound by the server."""

    sql: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    tag: str = ""

    def pasted(self) -> str:
        """Return the SQL with its values written in, ready for any ClickHouse client.

        Example:
            >>> Statement("SELECT {a:Date}", {"a": dt.date(2026, 1, 2)}).pasted()
            "SELECT toDate('2026-01-02')"
        """
        return _PLACEHOLDER.sub(lambda one: _typed(self.parameters[one[1]], one[2]), self.sql)


def _typed(value: object, type_text: str) -> str:
    """Return a literal; a list needs its type said, or dates in it would be texts."""
    if type_text.startswith("Array"):
        return f"CAST({_literal(value)}, '{type_text}')"
    return _literal(value)


def _literal(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_literal(one) for one in value)}]"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dt.datetime):
        return f"parseDateTime64BestEffort('{value.isoformat()}', 3)"
    if isinstance(value, dt.date):
        return f"toDate('{value}')"
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
