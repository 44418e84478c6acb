"""From a file to a frame of strings, one module a format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from etl.readers.csv import read_csv
from etl.readers.excel import read_excel
from etl.readers.frame import RawFile, Sheet, finish
from etl.readers.json import read_json
from etl.readers.jsonl import read_jsonl
from etl.readers.packed import unpacked
from etl.readers.parquet import read_parquet
from etl.spec import Format, SourceSpec
from metrics.errors import SourceError

__all__ = ["RawFile", "read_file"]

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
    content = unpacked(spec, path, data)
    return finish(_sheet(spec, path, content), spec, path, data)


def _sheet(spec: SourceSpec, path: Path, content: bytes) -> Sheet:
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
