"""Where the table begins in a file: delimiter, title rows, one header row or two, totals."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from etl.readers.frame import INVISIBLE

DELIMITERS = (",", "\t", ";", "|")
TOTALS = ("合计", "总计", "小计", "共计", "总和", "Total", "TOTAL", "Grand Total")
_LOOKED_AT = 200
_VALUE = re.compile(r"[-+]?[\d.,:/\-\s]*\d[\d.,:/\-\sTZ]*%?")
_NOT_MANY = 3
"""A row that fills less than a third of the table is a title."""

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Layout:
    """Where the header stands.

    Attributes:
        title_rows: lines above the header.
        header_rows: 1 or 2.
        has_header: False when the first row looks like the ones below it.
        width: columns of the table.
    """

    title_rows: int
    header_rows: int
    has_header: bool
    width: int


def sniff_delimiter(text: str) -> str:
    """Return the mark between the cells, a comma where there is only one column.

    The mark wins under which most rows have the same width and begin with a header; decimal
    commas make even rows too, but no header.
    """
    best, delimiter = 0.0, ","
    for mark in DELIMITERS:
        rows = first_rows(text, mark)
        widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        if width < 2:
            continue
        head = next((row for row in rows if len(row) == width), [])
        named = len({c.strip() for c in head}) == width and not any(map(is_value, head))
        score = count / max(sum(widths.values()), 1) + 0.5 * named + 0.001 * width
        if score > best:
            best, delimiter = score, mark
    return delimiter


def first_rows(text: str, delimiter: str) -> list[list[str]]:
    """Return the first rows of a text, one a line but where quotes hold several together."""
    lines = [line + "\n" for line in text.split("\n", _LOOKED_AT)[:_LOOKED_AT]]
    return list(csv.reader(lines, delimiter=delimiter))


def sniff_layout(rows: Rows) -> Layout:
    """Return where the header of these first rows stands."""
    cells = [[_seen(cell) for cell in row] for row in rows]
    width = _width(cells)
    title_rows = 0
    while title_rows < len(cells) - 1 and _is_title(cells, title_rows, width):
        title_rows += 1
    below = cells[title_rows:]
    if not below:
        return Layout(0, 1, has_header=True, width=width)
    two = len(below) > 2 and _are_two_headers(below[0], below[1], below[2:])
    return Layout(title_rows, 2 if two else 1, not _is_data(below), width)


def is_value(cell: str) -> bool:
    """Tell whether a cell holds a number or a time rather than a name."""
    return bool(_VALUE.fullmatch(_seen(cell)))


def _seen(cell: str | None) -> str:
    return "".join(ch for ch in cell or "" if ch not in INVISIBLE).strip()


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell) for cell in row)


def _width(cells: Rows) -> int:
    counted = Counter(len(row) for row in cells if _filled(row))
    return max(counted.items(), key=lambda item: (item[1], item[0]), default=(1, 0))[0]


def _is_title(cells: Rows, number: int, width: int) -> bool:
    row, filled = cells[number], _filled(cells[number])
    if width < 2:
        return False
    if filled <= 1:
        return True
    if len(row) == width and filled * _NOT_MANY > width:
        return False
    below = next((one for one in cells[number + 1 :] if _filled(one) > 1), [])
    return _names_all(below) if len(row) == width else len(row) < width and filled < width


def _names_all(row: Sequence[str]) -> bool:
    return bool(row) and all(row) and len(set(row)) == len(row) and not any(map(is_value, row))


def _are_two_headers(upper: Sequence[str], lower: Sequence[str], data: Rows) -> bool:
    """Tell whether the second row names what the first one only groups."""
    if len(upper) != len(lower) or any(map(is_value, (*upper, *lower))):
        return False
    gaps = [n for n, cell in enumerate(upper) if not cell]
    if not gaps or gaps[0] == 0 or not all(lower[n] for n in gaps):
        return False
    if any(not (a or b) for a, b in zip(upper, lower, strict=True)):
        return False
    has_tall = any(a and not b for a, b in zip(upper, lower, strict=True))
    sample = [row for row in data if len(row) == len(lower)][:20]
    differs = any(
        is_value(row[n]) for row in sample for n in range(len(lower)) if lower[n] and row[n]
    )
    repeats = any(row[n] == lower[n] for row in sample for n in gaps)
    return (has_tall or differs) and not repeats


def _is_data(below: Rows) -> bool:
    head = [cell for cell in below[0] if cell]
    return bool(head) and len(below) > 1 and sum(map(is_value, head)) * 2 >= len(head)
