"""Packed files: .gz and .zip taken apart in memory, never further than is reasonable."""

from __future__ import annotations

import fnmatch
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from gzip import GzipFile
from pathlib import Path, PurePosixPath

from etl.spec import SourceSpec
from metrics.errors import SourceError, near

MOST_UNPACKED = 1 << 30
"""Bytes; a packed file that grows beyond this is not read: a small one may hold terabytes."""

_PACKED = (".gz", ".zip")
DAMAGED = (
    OSError, EOFError, ValueError, NotImplementedError, struct.error, zlib.error, lzma.LZMAError,
    zipfile.BadZipFile,
)  # fmt: skip
"""A damaged archive may send the unpacker to any place: ValueError is a seek before the begin,
NotImplementedError a version of the format that there is not, struct.error an entry at the end."""


def is_packed(name: str) -> bool:
    """Tell whether a file of this name has to be unpacked."""
    return PurePosixPath(name).suffix.lower() in _PACKED


def unpacked(spec: SourceSpec, path: Path, data: bytes) -> bytes:
    """Return what a file named .gz or .zip holds; the bytes of any other file as they are.

    Raises:
        SourceError: the file is damaged, locked or too large, or it is not clear which of the
            files in it is meant.
    """
    suffix = path.suffix.lower()
    if suffix not in _PACKED:
        return data
    try:
        content = _gunzipped(data) if suffix == ".gz" else _unzipped(spec, path, data)
    except DAMAGED as error:
        raise _damaged(path) from error
    if len(content) > MOST_UNPACKED:
        raise too_large(path)
    if suffix == ".gz" and is_packed(path.stem):
        raise _packed_twice(path, path.stem)
    return content


def members(path: Path, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of every data file of an archive, in the order of the names.

    Raises:
        SourceError: the archive is damaged or too large.
    """
    left = MOST_UNPACKED
    try:
        with _opened(data) as archive:
            for entry in sorted(filter(_is_data, archive.infolist()), key=lambda e: e.filename):
                with archive.open(entry) as file:
                    content = file.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise too_large(path)
                yield entry.filename, content
    except (*DAMAGED, RuntimeError) as error:  # a password, a foreign method
        raise _damaged(path) from error


def _gunzipped(data: bytes) -> bytes:
    with GzipFile(fileobj=io.BytesIO(data)) as file:
        return file.read(MOST_UNPACKED + 1)


def _unzipped(spec: SourceSpec, path: Path, data: bytes) -> bytes:
    with _opened(data) as archive:
        entry = _entry(spec, path, archive)
        if entry.file_size > MOST_UNPACKED:
            raise too_large(path)
        if is_packed(entry.filename):
            raise _packed_twice(path, entry.filename)
        try:
            with archive.open(entry) as file:
                return file.read(MOST_UNPACKED + 1)
        except RuntimeError as error:  # a password, a foreign method
            msg = f"'{entry.filename}' in the archive cannot be unpacked ({error})"
            raise SourceError(
                msg, where=str(path), next_step="Pack it again without a password, as plain zip"
            ) from error


def _opened(data: bytes) -> zipfile.ZipFile:
    """Return the archive; names without the mark of UTF-8 are Chinese ones of Windows."""
    try:
        return zipfile.ZipFile(io.BytesIO(data), metadata_encoding="gb18030")
    except UnicodeDecodeError:
        return zipfile.ZipFile(io.BytesIO(data))


def _entry(spec: SourceSpec, path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """Return the one data file, or the one that ``member`` names."""
    there = {one.filename: one for one in archive.infolist() if _is_data(one)}
    names = [name for name in there if not spec.member or _is_named(name, spec.member)]
    if len(names) == 1:
        return there[names[0]]
    spec_at, listed = spec.defined_at or spec.source, _listed(list(there))
    if not there:
        msg = "there is no data file in the archive"
        raise SourceError(msg, where=str(path), next_step="Pack it again")
    if not names:
        guess = near(spec.member, there)
        raise SourceError(
            f"there is no '{spec.member}' in the archive",
            where=str(path),
            hint=f"Did you mean '{guess}'?" if guess else f"It holds {listed}",
            next_step=f"Correct member in {spec_at}",
        )
    raise SourceError(
        f"{len(names)} files in the archive may be meant",
        where=str(path),
        hint=f"They are {_listed(names)}",
        next_step=f"Name one under member in {spec_at}",
    )


def _is_data(entry: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(entry.filename).parts
    return (
        bool(parts)
        and not entry.is_dir()
        and not any(part.startswith((".", "__MACOSX")) for part in parts)
    )


def _is_named(name: str, member: str) -> bool:
    return fnmatch.fnmatchcase(name, member) or PurePosixPath(name).name == member


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(f"'{name}'" for name in sorted(names)[:5]) + more


def _damaged(path: Path) -> SourceError:
    what = "the packed file is damaged or cut short"
    return SourceError(what, where=str(path), next_step="Fetch it again")


def too_large(path: Path) -> SourceError:
    """Return what to say of a packed file that grows beyond ``MOST_UNPACKED``."""
    return SourceError(
        f"unpacked, the file is larger than {MOST_UNPACKED / (1 << 20):,.0f} MB",
        where=str(path),
        next_step="Cut the export into smaller files",
    )


def _packed_twice(path: Path, name: str) -> SourceError:
    return SourceError(
        f"'{name}' in the packed file is packed once more",
        where=str(path),
        next_step="Pack the data file itself, once",
    )
