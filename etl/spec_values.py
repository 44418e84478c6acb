"""The kinds of values that specs are written with: texts, lists of them, spans of time."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _text(value: Any) -> Any:  # noqa: ANN401 - whatever YAML made of it
    """Return scalars as the text a person would have written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float | dt.date) else value


def as_texts(value: Any) -> Any:  # noqa: ANN401
    """Let a bare scalar stand for a list of one."""
    if isinstance(value, list | tuple):
        return tuple(_text(item) for item in value)
    return (_text(value),) if value is not None and not isinstance(value, dict) else value


def _text_map(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {_text(key): _text(item) for key, item in value.items()}
    return value


def named(key: str) -> BeforeValidator:
    """Let a bare string stand for a mapping with one key."""

    def widen(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, dict):
            return {_text(name): item for name, item in value.items()}
        return {key: _text(value)} if not isinstance(value, list) else value

    return BeforeValidator(widen)


def parse_duration(value: object) -> object:
    """Return the span of ``5m``, ``1h`` or ``30d``; other values unchanged, for pydantic.

    Raises:
        ValueError: a text in another form.
    """
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"\s*(\d+)\s*([smhd])\s*", value)
    if match is None:
        msg = f"'{value}' is no duration; write a number and s, m, h or d, for example 5m or 1d"
        raise ValueError(msg)
    return dt.timedelta(**{_UNIT[match[2]]: int(match[1])})


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(as_texts)]
TextMap = Annotated[dict[str, str], BeforeValidator(_text_map)]
Factor = Annotated[Decimal | None, Field(gt=0)]
Duration = Annotated[dt.timedelta, BeforeValidator(parse_duration)]


class Part(BaseModel):
    """A piece of a spec: unknown keys are refused, nothing is changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)
