"""From a file to a frame of strings, one module a format."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from etl.readers.csv import read_csv
from etl.readers.excel import read_excel
from etl.readers.frame import RawFile, Sheet, finish
from etl.readers.json import read_json
from etl.readers.jsonl import read_jsonl
from etl.readers.packed import members, unpacked
from etl.readers.pages import read_pages
from etl.readers.parquet import read_parquet
from etl.readers.pieces import USUAL, Bound, sheets
from etl.spec import Format, SourceSpec
from metrics.errors import SourceError

__all__ = ["USUAL", "Bound", "RawFile", "Sheet", "read_file", "read_pieces", "read_sheet"]

_READERS: dict[Format, Callable[[SourceSpec, Path, bytes], Sheet]] = {
    "csv": read_csv,
    "xlsx": read_excel,
    "json": read_json,
    "jsonl": read_jsonl,
    "parquet": read_parquet,
}


def read_file(spec: SourceSpec, path: Path) -> RawFile:
    """Return a file's rows as text, each with its row number.

    Raises:
        SourceError: the file as a whole cannot be taken: it is away, empty, damaged or in another
            encoding or format, or a column is missing or new.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        what = "the file does not exist" if isinstance(error, FileNotFoundError) else (
            f"the file cannot be read ({error.strerror})"
        )  # fmt: skip
        raise SourceError(what, where=str(path)) from error
    if not data:
        msg = "the file is empty (0 bytes)"
        raise SourceError(
            msg,
            where=str(path),
            next_step="Export it again; a file without rows still has its header",
        )
    return finish(_sheet(spec, path, data), spec, path, hashlib.sha256(data).hexdigest(), len(data))


def _sheet(spec: SourceSpec, path: Path, data: bytes) -> Sheet:
    if spec.http is not None and path.suffix.lower() == ".zip":
        return read_pages(spec, path, members(path, data), read_sheet)
    return read_sheet(spec, path, unpacked(spec, path, data))


def read_pieces(
    spec: SourceSpec, path: Path, bound: Bound, sha256: str
) -> Iterator[RawFile] | None:
    """Return a large file's rows some at a time, or None for a file that is read whole.

    Args:
        spec: of its source.
        path: of the file.
        bound: what is large, and how much is read at a time.
        sha256: of its bytes.

    Raises:
        SourceError: the file as a whole cannot be taken; also while the pieces are read.
    """
    found = sheets(spec, path, bound, read_sheet)
    if found is None:
        return None
    size = path.stat().st_size
    return map(partial(finish, spec=spec, path=path, sha256=sha256, size=size), found)


def read_sheet(spec: SourceSpec, path: Path, content: bytes) -> Sheet:
    """Return the table in a file's unpacked bytes, under the names the file itself gives.

    Raises:
        SourceError: the bytes are not of the format the spec says, or damaged.
    """
    try:
        return _READERS[spec.format](spec, path, content)
    except BaseException as error:
        # a panic of a compiled reader is no Exception, and each library has a class of its own
        if type(error).__name__ != "PanicException":
            raise
        raise SourceError(
            f"the file is damaged: it cannot be read as {spec.format}",
            where=str(path),
            next_step="Fetch or export it again",
        ) from error
