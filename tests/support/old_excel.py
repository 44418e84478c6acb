"""A workbook of Excel 97, made byte by byte: nothing on the shelf writes one any more."""

from __future__ import annotations

import struct


def old_workbook(cells: list[list[str | float]]) -> bytes:
    """A workbook of Excel 97: records in a stream, the stream in sectors of 512 bytes."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def cell(row: int, column: int, value: str | float) -> bytes:
        at = struct.pack("<HHH", row, column, 0)
        if isinstance(value, float):
            return record(0x0203, at + struct.pack("<d", value))
        return record(0x0204, at + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = name.encode("utf-16-le")
        head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2 if name else 0, kind, 1)
        links = struct.pack("<III", 2**32 - 1, 2**32 - 1, child)
        return head + links + bytes(36) + struct.pack("<IQ", start, size)

    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 6))
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 16, 0, 0, 0, 6))
    at = len(begin) + 4 + 8 + 4 + 4
    book = begin + record(
        0x0085, struct.pack("<IBBBB", at, 0, 0, 2, 1) + "案件".encode("utf-16-le")
    )
    book += record(0x000A, b"") + sheet
    book += b"".join(cell(r, c, one) for r, row in enumerate(cells) for c, one in enumerate(row))
    book = (book + record(0x000A, b"")).ljust(4096, b"\0")
    chain = [2**32 - 3, 2**32 - 2, *range(3, 10), 2**32 - 2]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6xIIIIIIIII", 62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096,
                        2**32 - 2, 0, 2**32 - 2, 0) + bytes(4)  # fmt: skip
    folder = entry("Root Entry", 5, 1, 2**32 - 2, 0) + entry("Workbook", 2, 2**32 - 1, 2, 4096)
    table = struct.pack("<128I", *chain, *[2**32 - 1] * (128 - len(chain)))
    return head.ljust(512, b"\xff") + table + folder.ljust(512, b"\0") + book
