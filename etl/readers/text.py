"""Bytes to text, strictly: a wrong encoding stops the file and names the line."""

from __future__ import annotations

import re
from pathlib import Path

from etl.spec import SourceSpec
from metrics.errors import SourceError

_AUTO = ("utf-8-sig", "gb18030")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def decode(spec: SourceSpec, path: Path, data: bytes) -> str:
    """Return the text of a file with plain line ends.

    Raises:
        SourceError: a byte does not belong to the encoding.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        msg = "the file is UTF-16"
        raise SourceError(msg, where=str(path), next_step="Save it as UTF-8 or GB18030")
    wanted = _AUTO if spec.encoding == "auto" else (spec.encoding,)
    failed: dict[str, UnicodeDecodeError] = {}
    for encoding in wanted:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            failed[encoding] = error
        else:
            return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a\x00")
    raise _wrong_encoding(spec, path, data, failed)


def without_halves(text: str) -> str:
    """Return JSON in which half a character, alone, is the mark of a lost one.

    A text cut in the middle of a character holds one; it cannot be written anywhere.
    """
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _ESCAPE.sub(lambda found: r"\ufffd" if found[1] else found[0], text)


def _wrong_encoding(
    spec: SourceSpec, path: Path, data: bytes, failed: dict[str, UnicodeDecodeError]
) -> SourceError:
    """Return the complaint of the encoding that came furthest."""
    encoding, error = max(failed.items(), key=lambda item: item[1].start)
    line = data.count(b"\n", 0, error.start) + 1
    fits = [name for name in ("utf-8", "gb18030") if name not in failed and _fits(data, name)]
    spec_at = spec.defined_at or spec.source
    if fits:
        hint, step = f"The whole file reads as {fits[0]}", f"Set encoding: {fits[0]} in {spec_at}"
    else:
        hint = "It is neither UTF-8 nor GB18030 all through"
        step = "Export it again in one encoding"
    return SourceError(
        f"byte 0x{data[error.start]:02x} is not {encoding.removesuffix('-sig')}",
        where=f"{path}:{line}",
        hint=hint,
        next_step=step,
    )


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
