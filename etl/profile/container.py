"""What a file is made of: how it is packed, which format, which encoding; and its first rows.

Nothing is believed of the name: the bytes decide, and where name and bytes disagree the loader
would stumble, so that is a sentence.
"""

from __future__ import annotations

import codecs
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal, cast

import polars as pl

from etl.spec import Format
from metrics.errors import SourceError

Packing = Literal["", "gz", "zip"]
Encoding = Literal["ascii", "utf-8", "utf-8-sig", "gb18030", ""]

MOST_BYTES = 64 << 20
"""Of a text that are profiled; a larger one is looked at from its beginning only."""

_CHUNK = 1 << 20
_MARKUP = (b"<html", b"<!doc", b"<table", b"<?xml", b"<meta")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DAMAGED = (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, RuntimeError)


@dataclass(frozen=True)
class Container:
    """A file opened up as far as the loader would open it.

    Attributes:
        path: the file.
        packing: gz, zip, or empty.
        member: file in the archive that was looked at; empty unless there are several.
        members: every data file in the archive.
        format: as a source spec names it.
        encoding: of a text; empty for workbooks and Parquet.
        data: the bytes, of a large file its beginning.
        is_whole: whether ``data`` is everything.
        size: bytes of the file as it lies there.
    """

    path: Path
    packing: Packing
    member: str
    members: tuple[str, ...]
    format: Format
    encoding: Encoding
    data: bytes
    is_whole: bool
    size: int


def open_container(path: Path, *, rows: int, most_bytes: int = MOST_BYTES) -> Container:
    """Return what a file is, and its bytes as far as they are profiled.

    Args:
        path: the file.
        rows: of a Parquet file, at most these are taken.
        most_bytes: of a text, at most these are taken.

    Raises:
        SourceError: the file is away, empty, damaged, of a kind nobody reads, or a byte of it
            belongs to no encoding (with its line).
    """
    if not path.is_file():
        raise SourceError("the file does not exist", where=str(path))
    size = path.stat().st_size
    try:
        packing, members = _packing(path)
        member = _largest(path) if len(members) > 1 else ""
        with _stream(path, packing, member) as stream:
            data = stream.read(most_bytes + 1)
    except _DAMAGED as error:
        raise _damaged(path) from error
    if not data:
        raise SourceError("the file is empty (0 bytes)", where=str(path), next_step="Export again")
    found = _format(path, data, packing)
    is_whole, encoding = len(data) <= most_bytes, _NO_ENCODING
    if found == "parquet":
        data, is_whole = _first_rows(path, packing, rows, data)
    elif found == "xlsx":
        data, is_whole = path.read_bytes() if not packing else data, True
    else:
        encoding = _encoding(path, packing, member)
        data = _cut(path, found, data, is_whole=is_whole, most=most_bytes)
    return Container(path, packing, member, members, found, encoding, data, is_whole, size)


_NO_ENCODING: Encoding = ""


def _damaged(path: Path) -> SourceError:
    return SourceError(
        "the packed file is damaged or cut short", where=str(path), next_step="Fetch it again"
    )


def _packing(path: Path) -> tuple[Packing, tuple[str, ...]]:
    with path.open("rb") as file:
        magic = file.read(4)
    suffix = path.suffix.lower()
    packing: Packing = ""
    members: tuple[str, ...] = ()
    if magic[:2] == b"\x1f\x8b":
        packing = "gz"
    elif magic == b"PK\x03\x04":
        with _archive(path) as archive:
            names = [one.filename for one in archive.infolist() if _is_data(one)]
        if not any(name.startswith("xl/") for name in names):
            packing, members = "zip", tuple(names)
            if not members:
                raise SourceError("there is no data file in the archive", where=str(path))
    if packing and suffix != f".{packing}":
        raise SourceError(
            f"the file is packed ({packing}), and its name does not say so",
            where=str(path), next_step=f"Rename it to {path.name}.{packing}",
        )  # fmt: skip
    if not packing and suffix in (".gz", ".zip"):
        raise SourceError(
            f"the name ends in {suffix}, and the file is not packed",
            where=str(path), next_step=f"Rename it to {path.stem}",
        )  # fmt: skip
    return packing, members


def _archive(path: Path) -> zipfile.ZipFile:
    """Return the archive; names without the mark of UTF-8 are Chinese ones of Windows."""
    try:
        return zipfile.ZipFile(path, metadata_encoding="gb18030")
    except UnicodeDecodeError:
        return zipfile.ZipFile(path)


def _is_data(entry: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(entry.filename).parts
    return not entry.is_dir() and not any(part.startswith((".", "__MACOSX")) for part in parts)


def _largest(path: Path) -> str:
    with _archive(path) as archive:
        return max(filter(_is_data, archive.infolist()), key=lambda one: one.file_size).filename


def _stream(path: Path, packing: Packing, member: str) -> BinaryIO:
    if packing == "gz":
        return cast("BinaryIO", gzip.open(path, "rb"))
    if packing == "zip":
        with _archive(path) as archive:
            name = member or next(o.filename for o in archive.infolist() if _is_data(o))
            return cast("BinaryIO", archive.open(name))
    return path.open("rb")


def _format(path: Path, data: bytes, packing: Packing) -> Format:
    if data[:4] == b"PAR1":
        return "parquet"
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" or (data[:2] == b"PK" and not packing):
        return "xlsx"
    if data[:2] == b"PK" or data[:2] == b"\x1f\x8b":
        raise SourceError(
            "the file in the packed file is packed once more",
            where=str(path), next_step="Pack the data file itself, once",
        )  # fmt: skip
    if data[:2] in _UTF_16:
        raise SourceError(
            "the file is UTF-16", where=str(path), next_step="Save it as UTF-8 or GB18030"
        )
    begin = data[:4096].removeprefix(codecs.BOM_UTF8).lstrip()
    if begin[:6].lower().startswith(_MARKUP):
        raise SourceError(
            "this is a web page or XML, whatever its name says",
            where=str(path), hint="Many systems call such an export .xls",
            next_step="Open it in a spreadsheet and save it as .xlsx or CSV",
        )  # fmt: skip
    if b"\x00" in data[:4096]:
        raise SourceError(
            "this is none of the formats that are read", where=str(path),
            hint="Allowed: CSV, Excel, JSON, JSON lines, Parquet, plain or as .gz or .zip",
        )  # fmt: skip
    return _text_format(begin, data)


def _text_format(begin: bytes, data: bytes) -> Format:
    if begin[:1] == b"[":
        return "json"
    if begin[:1] != b"{":
        return "csv"
    first, _, rest = data.removeprefix(codecs.BOM_UTF8).lstrip().partition(b"\n")
    try:
        json.loads(first)
    except ValueError:
        return "json"
    return "jsonl" if rest.strip() else "json"


def _first_rows(path: Path, packing: Packing, rows: int, data: bytes) -> tuple[bytes, bool]:
    """Return a Parquet file cut down to its first rows, and whether that is all of it."""
    try:
        source = io.BytesIO(data) if packing else path
        lazy = pl.scan_parquet(source)
        height = int(lazy.select(pl.len()).collect().item())
        if height <= rows:
            return (data if packing else path.read_bytes()), True
        kept = io.BytesIO()
        lazy.head(rows).collect().write_parquet(kept)
    except pl.exceptions.PolarsError as error:
        what = f"this is no readable Parquet file ({' '.join(str(error).split())[:120]})"
        raise SourceError(what, where=str(path), next_step="Fetch it again") from error
    return kept.getvalue(), False


def _cut(path: Path, found: Format, data: bytes, *, is_whole: bool, most: int) -> bytes:
    """Return a text that was taken in part without its last, broken line."""
    if is_whole:
        return data
    if found == "json":
        raise SourceError(
            f"a JSON document of more than {most >> 20} MB cannot be looked at in part",
            where=str(path), next_step="Export a day of it, or JSON lines, and profile that",
        )  # fmt: skip
    return data[: data.rfind(b"\n") + 1] or data


def _encoding(path: Path, packing: Packing, member: str) -> Encoding:
    """Return the encoding in which every byte of the file makes sense.

    Raises:
        SourceError: there is none; it names the line that the better one came to.
    """
    seen = {"utf-8": _Decoding("utf-8"), "gb18030": _Decoding("gb18030")}
    has_mark, is_ascii = False, True
    try:
        with _stream(path, packing, member) as stream:
            for number, chunk in enumerate(_chunks(stream)):
                has_mark = has_mark or (number == 0 and chunk.startswith(codecs.BOM_UTF8))
                is_ascii = is_ascii and chunk.isascii()
                for one in seen.values():
                    one.take(chunk)
    except _DAMAGED as error:
        raise _damaged(path) from error
    for one in seen.values():
        one.take(b"", final=True)
    if is_ascii:
        return "ascii"
    if not seen["utf-8"].bad:
        return "utf-8-sig" if has_mark else "utf-8"
    if not seen["gb18030"].bad:
        return "gb18030"
    best = max(seen.values(), key=lambda one: (one.line, one.encoding == "utf-8"))
    raise SourceError(
        f"byte 0x{best.byte:02x} is not {best.encoding}",
        where=f"{path}:{best.line}",
        hint="It is neither UTF-8 nor GB18030 all through",
        next_step="Export it again in one encoding",
    )


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


class _Decoding:
    """One encoding tried on a file piece by piece, up to the first byte that does not fit."""

    def __init__(self, encoding: str) -> None:
        self.encoding, self.bad, self.byte = encoding, False, 0
        self.line = 1
        self._decoder = codecs.getincrementaldecoder(encoding)()

    def take(self, chunk: bytes, *, final: bool = False) -> None:
        if self.bad:
            return
        try:
            self.line += self._decoder.decode(chunk, final).count("\n")
        except UnicodeDecodeError as error:
            self.bad, self.byte = True, error.object[error.start]
            self.line += error.object.count(b"\n", 0, error.start)
