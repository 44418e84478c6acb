"""What can happen to a file on its way: cut, mixed up, blown up, written in another encoding."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
import zlib
from collections.abc import Callable

Table = list[list[str]]

NASTY = (
    "=cmd|'/c calc'!A1", "+1+1", "@SUM(A1:A9)", "-2+3", "=HYPERLINK(\"x\")", "\0", "\x1b[2J", "\r",
    "\n", '"', "''", ",", "\t", "\ufeff", "\u200b", "\u202e反", "\ud7ff", "𠮷", "锟斤拷", "\ufffd",
    "NaN", "inf", "-inf", "1e999", "9" * 40, "-" + "9" * 25, "0.0000000001", "1E+17", "3.30109E+17",
    "0000-00-00", "9999-12-31", "1970-01-01", "2099-01-01", "2026-02-30", "24:00", "99999",
    "2026-03-01T00:00:00+99:99", "-1", "1.5", "65536", "{}", "[]", "null", "None", "true",
    "合计", "测试", "a" * 300, "１２３", "约3万余", "%", "{0}", "%s%n", "../../etc", "<script>",
    "DROP TABLE batch", "' OR 1=1 --", "\\", "\\x00", "\x85", "\u2028", "\x0b", "\x1a",
)  # fmt: skip


def cut(data: bytes, rng: random.Random) -> bytes:
    """Return the beginning."""
    return data[: rng.randrange(len(data) + 1)]


def beheaded(data: bytes, rng: random.Random) -> bytes:
    """Return the end."""
    return data[rng.randrange(len(data) + 1) :]


def flipped(data: bytes, rng: random.Random) -> bytes:
    """Return the file with some bytes changed to any."""
    found = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5, 50])):
        if found:
            found[rng.randrange(len(found))] = rng.randrange(256)
    return bytes(found)


def noised(data: bytes, rng: random.Random) -> bytes:
    """Return the file with random bytes put in."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(rng.choice([1, 3, 100, 5000])) + data[at:]


def holed(data: bytes, rng: random.Random) -> bytes:
    """Return the file with a stretch of it missing or zero."""
    at = rng.randrange(len(data) + 1)
    length = rng.randrange(1, 200)
    return data[:at] + rng.choice([b"", b"\0" * length]) + data[at + length :]


def doubled(data: bytes, rng: random.Random) -> bytes:
    """Return the file with a stretch of it again, or all of it."""
    at = rng.randrange(len(data) + 1)
    return rng.choice([data + data, data[:at] + data[at // 2 :], data[at:] + data[:at]])


def recoded(data: bytes, rng: random.Random) -> bytes:
    """Return text in another encoding or with other line ends; bytes that are none as they are."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return data[::-1] if rng.random() < 0.2 else flipped(data, rng)
    how = rng.choice(["gb18030", "utf-16", "utf-16-le", "big5", "latin-1", "utf-8-sig", "utf-7"])
    ends = rng.choice(["\n", "\r", "\r\n", "\n\n", "\u2028"])
    return text.replace("\r\n", "\n").replace("\n", ends).encode(how, errors="replace")


BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    cut, beheaded, flipped, flipped, noised, holed, doubled, recoded,
)  # fmt: skip


def swapped(rows: Table, rng: random.Random) -> Table:
    """Return the table with two columns swapped, with or without their names."""
    a, b = rng.sample(range(len(rows[0])), 2)
    begin = rng.randrange(2)
    for row in rows[begin:]:
        row[a], row[b] = row[b], row[a]
    return rows


def drifted(rows: Table, rng: random.Random) -> Table:
    """Return the table with a column gone, new, renamed, unnamed or there twice."""
    at = rng.randrange(len(rows[0]))
    match rng.randrange(5):
        case 0:
            return [row[:at] + row[at + 1 :] for row in rows]
        case 1:
            return [[*row, rng.choice(NASTY)] for row in rows]
        case 2:
            rows[0][at] += rng.choice(["_", "名", " ", "\u200b"])
        case 3:
            rows[0][at] = ""
        case _:
            rows[0][at] = rows[0][at - 1]
    return rows


def poisoned(rows: Table, rng: random.Random) -> Table:
    """Return the table with something odd in some cells."""
    for _ in range(rng.choice([1, 3, 30])):
        row = rows[rng.randrange(rng.choice([0, 1, 1, 1]), len(rows))]
        row[rng.randrange(len(row))] = rng.choice(NASTY)
    return rows


def bloated(rows: Table, rng: random.Random) -> Table:
    """Return the table with one field as long as a book."""
    row = rows[rng.randrange(1, len(rows))]
    row[rng.randrange(len(row))] = rng.choice(["9", "字", "a,", '"', "1 "]) * rng.choice(
        [40_000, 400_000]
    )
    return rows


def frayed(rows: Table, rng: random.Random) -> Table:
    """Return the table with rows too short, too long, blank or a thousand columns wide."""
    at = rng.randrange(1, len(rows))
    rows[at] = rng.choice(
        [rows[at][:2], [*rows[at], "x"], [], [""] * len(rows[at]), [*rows[at], *["x"] * 1000]]
    )
    return rows


def shuffled(rows: Table, rng: random.Random) -> Table:
    """Return the rows in another order, the header among them, or some of them many times."""
    if rng.random() < 0.5:
        return rng.sample(rows, len(rows))
    return [*rows, *rng.choices(rows, k=30)]


def emptied(rows: Table, rng: random.Random) -> Table:
    """Return hardly anything."""
    return rows[: rng.choice([1, 1, 2])]


ROWS: tuple[Callable[[Table, random.Random], Table], ...] = (
    swapped, drifted, poisoned, poisoned, poisoned, bloated, frayed, shuffled, emptied,
)  # fmt: skip


def deep_json(rng: random.Random) -> bytes:
    """Return JSON nested without end, or odd in another way."""
    depth = rng.choice([90, 101, 3000, 200_000])
    return rng.choice([
        b"[" * depth, b'{"data":' * depth + b"1" + b"}" * depth, b"[" * depth + b"]" * depth,
        b'{"data": [' + b"[" * depth + b"]" * depth + b"]}", b'{"data": "\\ud800"}',
        b'{"data": [{"\\ud800": "\\udfff"}]}', b'{"data": ' + b"9" * 5000 + b"}",
        b'{"data": [1, null, "x", [], {}, {"a": {"b": [1e999]}}]}', b"null", b'""',
        json.dumps({"data": [{"\ud83d": "1"}]}).encode(),
    ])  # fmt: skip


_CHUNK = 1 << 20
"""A bomb is made piece by piece, so that the memory seen is that of who reads it."""


def bomb(rng: random.Random, name: str, size: int) -> bytes:
    """Return a packed file much larger than it looks; ``size`` is what it unpacks to."""
    fill = rng.choice([b"\0", b"a", b"\n", b",", b"["]) * _CHUNK
    buffer = io.BytesIO()
    if name.endswith(".gz"):
        with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=1) as file:
            for _ in range(size // _CHUNK):
                file.write(fill)
        return buffer.getvalue()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        inside = rng.choice(["xl/worksheets/sheet1.xml", "a.csv", "x/y.csv"])
        with archive.open(inside, "w") as member:
            for _ in range(size // _CHUNK):
                member.write(fill)
        if rng.random() < 0.5:
            archive.writestr(rng.choice(["[Content_Types].xml", "b.csv", "c.zip"]), b"x")
    data = buffer.getvalue()
    if rng.random() < 0.5:  # the directory lies about the size
        told = size.to_bytes(4, "little")
        data = data.replace(told, (10).to_bytes(4, "little"))
    return data


def far_cells(data: bytes, rng: random.Random) -> bytes:
    """Return a workbook with a cell moved to the end of the sheet, or odd sheet XML."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {one.filename: archive.read(one) for one in archive.infolist()}
    except (zipfile.BadZipFile, zlib.error, OSError):
        return data
    sheet = next((name for name in parts if "sheet1.xml" in name), "")
    if not sheet:
        return data
    old = rng.choice([b'r="B3"', b'r="A2"', b'r="C4"'])
    new = rng.choice([b'r="XFD1048576"', b'r="ZZZZZZ99999999999"', b'r="A0"', b'r=""', b'r="B1"'])
    if rng.random() < 0.3:
        parts[rng.choice(list(parts))] = rng.randbytes(300)
    else:
        parts[sheet] = parts[sheet].replace(old, new)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()
