"""Defects as real exports carry them, put into known numbers of rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

SHARE = 0.0005
"""Rows with one given defect; a file of cases carries up to eight different ones."""

_SMALLEST_FILE = 100
_WIDE = {str(digit): chr(0xFF10 + digit) for digit in range(10)}


@dataclass(frozen=True)
class Soil:
    """Which columns of an export can go wrong.

    Attributes:
        key: column with the number of the row.
        time: column that must hold a time.
        closed: column with the closing time, spoiled to lie before the receipt.
        before: helper column with a time before the receipt; dropped before writing.
        code: column with an area code.
        point: longitude and latitude columns.
        count: column with a number, and an impossible text for it.
        duplicates: whether whole rows come twice.
    """

    key: str = ""
    time: str = ""
    closed: str = ""
    before: str = ""
    code: str = ""
    point: tuple[str, str] | None = None
    count: tuple[str, str] | None = None
    duplicates: bool = True
    defects: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        chosen = {
            "missing_number": bool(self.key), "full_width_number": bool(self.key),
            "unparsable_time": bool(self.time), "closed_before_received": bool(self.closed),
            "unknown_code": bool(self.code), "swapped_point": self.point is not None,
            "zero_point": self.point is not None, "out_of_range": self.count is not None,
            "duplicate_row": self.duplicates,
        }  # fmt: skip
        object.__setattr__(self, "defects", tuple(name for name, on in chosen.items() if on))


UNKNOWN_CODE = "330109999999999"
BAD_TIMES = ("2026-13-45 25:61:00", "待补录")


def soiled(
    frame: pl.DataFrame, soil: Soil, rng: np.random.Generator
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the rows with defects in some of them, and how many of each.

    A row gets at most one defect. Small files stay clean.

    Args:
        frame: all columns text.
        soil: where defects may sit.
        rng: source of chance.
    """
    size = frame.height
    if size < _SMALLEST_FILE or not soil.defects:
        return frame.drop([soil.before] if soil.before else []), {}
    each = max(1, round(size * SHARE))
    free = rng.permutation(size)
    counts: dict[str, int] = {}
    twice: list[int] = []
    columns = {name: frame[name].to_list() for name in _touched(soil)}
    for name in soil.defects:
        usable = free
        if name == "closed_before_received":
            closed = columns[soil.closed]
            usable = np.array([row for row in free if closed[row]], dtype=np.int64)
        rows = usable[:each]
        free = free[~np.isin(free, rows)]
        counts[name] = len(rows)
        if name == "duplicate_row":
            twice = [int(row) for row in rows]
            continue
        for row in rows:
            _spoil(name, columns, soil, int(row), rng)
    done = frame.with_columns(
        pl.Series(name, values, dtype=frame.schema[name]) for name, values in columns.items()
    )
    if twice:
        at = np.sort(np.concatenate([np.arange(size), np.array(twice, dtype=np.int64)]))
        done = done[at]
    return done.drop([soil.before] if soil.before else []), counts


def _touched(soil: Soil) -> list[str]:
    names = [soil.key, soil.time, soil.closed, soil.before, soil.code]
    names += list(soil.point or ()) + ([soil.count[0]] if soil.count else [])
    return list(dict.fromkeys(name for name in names if name))


def _spoil(
    name: str, columns: dict[str, list[str]], soil: Soil, row: int, rng: np.random.Generator
) -> None:
    match name:
        case "missing_number":
            columns[soil.key][row] = ""
        case "full_width_number":
            columns[soil.key][row] = "".join(_WIDE.get(c, c) for c in columns[soil.key][row])
        case "unparsable_time":
            columns[soil.time][row] = BAD_TIMES[int(rng.integers(len(BAD_TIMES)))]
        case "closed_before_received":
            columns[soil.closed][row] = columns[soil.before][row]
        case "unknown_code":
            columns[soil.code][row] = UNKNOWN_CODE
        case "swapped_point" if soil.point:
            lon, lat = soil.point
            columns[lon][row], columns[lat][row] = columns[lat][row], columns[lon][row]
        case "zero_point" if soil.point:
            columns[soil.point[0]][row] = columns[soil.point[1]][row] = "0"
        case "out_of_range" if soil.count:
            columns[soil.count[0]][row] = soil.count[1]
