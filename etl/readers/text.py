"""Bytes to text, strictly: a wrong encoding stops the file and names the line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from etl.spec import SourceSpec
from metrics.errors import SourceError

_AUTO = ("utf-8-sig", "gb18030")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


@dataclass(frozen=True)
class BadByte:
    """The first byte of a file that does not belong to an encoding.

    Attributes:
        at: its offset.
        line: its line, from 1.
        value: the byte.
    """

    at: int
    line: int
    value: int


def encodings(spec: SourceSpec) -> tuple[str, ...]:
    """Return the encodings a file of a source may have, the first that fits is taken."""
    return _AUTO if spec.encoding == "auto" else (spec.encoding,)


def is_utf16(data: bytes) -> bool:
    """Tell whether a file begins with the mark of UTF-16, which no source may be in."""
    return data[:2] in (b"\xff\xfe", b"\xfe\xff")


def decode(spec: SourceSpec, path: Path, data: bytes) -> str:
    """Return the text of a file with plain line ends.

    Raises:
        SourceError: a byte does not belong to the encoding.
    """
    if is_utf16(data):
        msg = "the file is UTF-16"
        raise SourceError(msg, where=str(path), next_step="Save it as UTF-8 or GB18030")
    failed: dict[str, BadByte] = {}
    for encoding in encodings(spec):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            at = error.start + len(data) - len(error.object)  # a byte order mark was taken off
            failed[encoding] = BadByte(at, data.count(b"\n", 0, at) + 1, data[at])
        else:
            if "\r" in text:
                text = text.replace("\r\n", "\n").replace("\r", "\n")
            return text.rstrip("\x1a\x00")
    fits = [name for name in ("utf-8", "gb18030") if name not in failed and _fits(data, name)]
    raise wrong_encoding(spec, path, failed, fits)


def without_halves(text: str) -> str:
    """Return JSON in which half a character, alone, is the mark of a lost one.

    A text cut in the middle of a character holds one; it cannot be written anywhere.
    """
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _ESCAPE.sub(lambda found: r"\ufffd" if found[1] else found[0], text)


def wrong_encoding(
    spec: SourceSpec, path: Path, failed: dict[str, BadByte], fits: list[str]
) -> SourceError:
    """Return the complaint of the encoding that came furthest.

    Args:
        spec: of the source.
        path: of the file.
        failed: what stopped each encoding that was tried.
        fits: encodings the whole file is in, though the spec does not say so.
    """
    encoding, bad = max(failed.items(), key=lambda item: item[1].at)
    spec_at = spec.defined_at or spec.source
    if fits:
        hint, step = f"The whole file reads as {fits[0]}", f"Set encoding: {fits[0]} in {spec_at}"
    else:
        hint = "It is neither UTF-8 nor GB18030 all through"
        step = "Export it again in one encoding"
    return SourceError(
        f"byte 0x{bad.value:02x} is not {encoding.removesuffix('-sig')}",
        where=f"{path}:{bad.line}",
        hint=hint,
        next_step=step,
    )


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
