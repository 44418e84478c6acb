"""JSON lines: one object a line; numbers keep the digits they were written with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from etl.readers.frame import ROW_NO, Sheet
from etl.readers.text import decode, without_halves
from etl.spec import SourceSpec


def read_jsonl(spec: SourceSpec, path: Path, data: bytes) -> Sheet:
    """Return the table of a file with a JSON object on every line; other lines are set apart.

    Raises:
        SourceError: wrong encoding.
    """
    rows: list[tuple[int, dict[str, Any]]] = []
    broken: list[tuple[int, str, str]] = []
    text = without_halves(decode(spec, path, data))
    decoder = json.JSONDecoder(parse_float=str, parse_int=str)
    for number, line in enumerate(text.split("\n"), start=1):
        if not line or line.isspace():
            continue
        try:
            row = decoder.decode(line)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            rows.append((number, row))
        else:
            broken.append((number, "bad_json", line))
    return records_sheet(rows, broken, spec)


def records_sheet(
    rows: list[tuple[int, dict[str, Any]]], broken: list[tuple[int, str, str]], spec: SourceSpec
) -> Sheet:
    """Return the table of JSON objects with their row numbers.

    Names are those of all objects together; a column of the spec that none has is empty, unless
    no row can do without it.
    """
    names = dict.fromkeys(name for _, row in rows for name in row)
    needed = {*spec.key_columns, *spec.needed_columns} if rows else set()
    # a key may be left out where it has no value
    names.update(dict.fromkeys(name for name in spec.used_columns if name not in needed))
    columns = {
        str(n): pl.Series([_text(row.get(name)) for _, row in rows], dtype=pl.String)
        for n, name in enumerate(names)
    }
    numbers = pl.Series([number for number, _ in rows], dtype=pl.UInt64)
    frame = pl.DataFrame({**columns, ROW_NO: numbers})
    apart = pl.DataFrame(
        broken,
        schema={ROW_NO: pl.UInt64, "reason": pl.String, "text": pl.String},
        orient="row",
    )
    return Sheet(list(names), frame, apart)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
