"""JSON: one document with an array of objects in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from etl.readers.frame import Sheet
from etl.readers.jsonl import records_sheet
from etl.readers.text import decode, without_halves
from etl.spec import SourceSpec
from metrics.errors import SourceError, near

DEEPEST = 100
"""Arrays and objects within each other; no export comes near it."""

# a string left open ends with the file: looking for its end from every quote would take for ever
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_OPENING, _CLOSING = (np.frombuffer(marks, dtype=np.uint8) for marks in (b"[{", b"]}"))


def read_json(spec: SourceSpec, path: Path, data: bytes) -> Sheet:
    """Return the table of a JSON array of objects; row numbers count from 1.

    Elements that are no objects are set apart.

    Raises:
        SourceError: wrong encoding, not JSON, nested too deep, or no array where ``records`` says.
    """
    text = without_halves(decode(spec, path, data))
    _refuse_depth(path, text)
    decoder = json.JSONDecoder(parse_float=str, parse_int=str)
    try:
        document = decoder.decode(text)
    except ValueError as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise SourceError(
            f"this is not JSON ({reason[:80]})",
            where=f"{path}{line}",
            hint="With an object on every line it is jsonl",
            next_step=f"Export it again, or correct format in {spec.defined_at or spec.source}",
        ) from error
    numbered = list(enumerate(_records(spec, path, document), start=1))
    rows = [(number, row) for number, row in numbered if isinstance(row, dict)]
    broken = [
        (number, "bad_json", json.dumps(row, ensure_ascii=False))
        for number, row in numbered
        if not isinstance(row, dict)
    ]
    return records_sheet(rows, broken, spec)


def _refuse_depth(path: Path, text: str) -> None:
    bare = np.frombuffer(_STRING.sub(b"", text.encode()), dtype=np.uint8)
    step = np.isin(bare, _OPENING).astype(np.int64) - np.isin(bare, _CLOSING)
    if step.size and step.cumsum().max() > DEEPEST:
        raise SourceError(
            f"the document is nested more than {DEEPEST} deep",
            where=str(path),
            next_step="Export a flat list of records",
        )


def _records(spec: SourceSpec, path: Path, document: Any) -> list[Any]:  # noqa: ANN401
    """Return the array at the keys of ``records``."""
    found, passed = document, ""
    for key in spec.records.split(".") if spec.records else ():
        if not isinstance(found, dict) or key not in found:
            known = list(found) if isinstance(found, dict) else []
            guess = near(key, known)
            there = ", ".join(known[:8]) or "no keys"
            raise SourceError(
                f"there is no '{key}' {f'below {passed!r}' if passed else 'at the top'}",
                where=str(path),
                hint=f"Did you mean '{guess}'?" if guess else f"It has {there}",
                next_step=f"Correct records in {spec.defined_at or spec.source}",
            )
        found, passed = found[key], f"{passed}.{key}".strip(".")
    if isinstance(found, list):
        return found
    arrays = (
        [key for key in found if isinstance(found[key], list)] if isinstance(found, dict) else []
    )
    hint = f"Arrays in it are {', '.join(arrays[:8])}" if arrays else ""
    raise SourceError(
        f"{passed!r} is no array" if passed else "the document is no array",
        where=str(path),
        hint=hint,
        next_step=f"Say where the rows are under records in {spec.defined_at or spec.source}",
    )
