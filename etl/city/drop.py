"""Files that appear whole: written beside their place under another name, then renamed."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import polars as pl


def drop(path: Path, write: Callable[[Path], None]) -> Path:
    """Return the path after ``write`` has filled it; a reader never sees it half written.

    The name in the meantime begins with a dot, so no inbox pattern matches it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.part")
    write(half)
    half.replace(path)
    return path


def drop_csv(path: Path, frame: pl.DataFrame, encoding: str) -> Path:
    """Write a CSV in the given encoding ("utf-8", "utf-8-sig" or "gb18030")."""
    text = frame.write_csv(line_terminator="\r\n", null_value="")
    return drop(path, lambda half: _bytes(half, text.encode(encoding)))


def drop_jsonl(path: Path, frame: pl.DataFrame) -> Path:
    """Write one JSON object a line, UTF-8."""
    buffer = io.BytesIO()
    frame.write_ndjson(buffer)
    return drop(path, lambda half: _bytes(half, buffer.getvalue()))


def drop_parquet(path: Path, frame: pl.DataFrame) -> Path:
    """Write a Parquet file."""
    return drop(path, lambda half: frame.write_parquet(half, compression="zstd"))


def _bytes(path: Path, content: bytes) -> None:
    path.write_bytes(content)
