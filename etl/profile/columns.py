"""One column of a file: its type, its range, its gaps, its words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from etl.parse import clean, parse_numbers
from etl.profile.people import Personal, personal
from etl.profile.times import TimeLook, look_at_times, looks_like_times
from etl.raw_place import FLOAT_KEY

Kind = Literal["empty", "time", "whole", "decimal", "truth", "code", "point", "text"]

MARKERS = ("NA", "N/A", "n/a", "NULL", "null", "None", "nan", "NaN", r"\N", "-", "--", "—", "/")
"""Words by which systems say that there is nothing."""

SENTINELS = frozenset({-9999, -999, -99, 999, 9999, 99999, 999999, 8888, 9998, 32767, 65535})
_YES_NO = frozenset({
    "是", "否", "true", "false", "yes", "no", "y", "n", "t", "f", "有", "无", "√", "×",
    "已解决", "未解决",
})  # fmt: skip
_CODED = re.compile(
    r"编号|单号|流水号|代码|编码|电话|手机|邮编|证号|[a-z]ID$|geoid|^tract"
    r"|(^|[_. ])(id|no|code|key|zip|phone|block|tract)$",
    re.IGNORECASE,
)
POINT = r"^\(?\s*(-?\d+(?:\.\d+)?)[,\s]+(-?\d+(?:\.\d+)?)\s*\)?$"
_MOST = 0.9
_FEW_WORDS = 60
_LONG_NUMBER = 15


@dataclass(frozen=True)
class ColumnLook:
    """What one column looks like.

    Attributes:
        name: as the header writes it, made plain.
        kind: empty, time, whole, decimal, truth, code, point or text.
        filled: cells that say something.
        empty: cells in which nothing stands.
        markers: word that means nothing -> cells; counted neither as filled nor as empty.
        distinct: different values.
        spellings: different values when case, spaces and marks at the ends do not count.
        low: smallest value as text.
        high: largest.
        words: all values with their counts, most frequent first; empty where there are many.
        time: more about a column of moments.
        personal: what personal thing it holds.
        doubts: what a person has to decide.
    """

    name: str
    kind: Kind
    filled: int
    empty: int
    markers: dict[str, int]
    distinct: int
    spellings: int
    low: str = ""
    high: str = ""
    words: tuple[tuple[str, int], ...] = ()
    time: TimeLook | None = None
    personal: Personal = ""
    doubts: tuple[str, ...] = field(default=())

    @property
    def is_number(self) -> bool:
        """Whether it can be summed."""
        return self.kind in ("whole", "decimal")


def look_at_column(name: str, text: pl.Series, zone: str) -> ColumnLook:
    """Return what a column looks like.

    Args:
        name: of the column.
        text: its cells as the reader gave them.
        zone: time zone its moments are read in.
    """
    text = text.alias("word").str.strip_chars().str.strip_chars("\ufeff\u200b")
    text = text.set((text == "").fill_null(value=False), None)
    marked = text.is_in(list(MARKERS)).fill_null(value=False)
    markers = dict(text.filter(marked).value_counts().iter_rows()) if marked.any() else {}
    empty = text.null_count()
    text = text.set(marked, None)
    counted = text.drop_nulls().value_counts(name="n", sort=True)
    words = counted["word"]
    base = {
        "name": name, "filled": text.len() - text.null_count(), "empty": empty,
        "markers": markers, "distinct": words.len(), "spellings": _spellings(words),
    }  # fmt: skip
    if words.is_empty():
        return ColumnLook(kind="empty", **base)  # type: ignore[arg-type]
    if looks_like_times(name, words):
        return _time_column(text, zone, base)
    kind, low, high, doubts = _kind(name, words, counted)
    top = counted.rows() if words.len() <= _FEW_WORDS else ()
    secret: Personal = personal(name, words) if kind in ("text", "code", "whole") else ""
    if secret and kind == "whole":
        kind, low, high = "code", "", ""
    return ColumnLook(
        kind=kind, low=low, high=high, words=tuple(top), personal=secret, doubts=doubts,
        **base,  # type: ignore[arg-type]
    )  # fmt: skip


def _spellings(words: pl.Series) -> int:
    if words.len() > _FEW_WORDS * 20:
        return words.len()
    plain = words.str.normalize("NFKC").str.to_lowercase()
    plain = plain.str.replace_all(r"[\s\x{3000}]+", " ").str.strip_chars(" `'\".,;:-_")
    return plain.n_unique()


def _time_column(text: pl.Series, zone: str, base: dict[str, object]) -> ColumnLook:
    look = look_at_times(text, zone)
    doubts = []
    if look.day_order == "ambiguous":
        doubts.append("03/04/2026 may be 3 April or 4 March, and no row tells; read month first")
    if look.day_order == "mixed":
        doubts.append("some rows write the day first and some the month: nobody can tell apart")
    if look.bad:
        doubts.append(f"{look.bad:,} cells are no moment, for example '{look.bad_example}'")
    if look.none:
        doubts.append(f"{look.none:,} cells say a date that means none; they are read as empty")
    if look.shift:
        doubts.append(f"{look.zone}; if this is UTC, write timezone: UTC")
    return ColumnLook(
        kind="time", low=look.low, high=look.high, time=look, doubts=tuple(doubts),
        **base,  # type: ignore[arg-type]
    )  # fmt: skip


_Kinded = tuple[Kind, str, str, tuple[str, ...]]


def _kind(name: str, words: pl.Series, counted: pl.DataFrame) -> _Kinded:
    lower = set(words.str.to_lowercase().to_list()) if words.len() <= 4 else set()
    if lower and lower <= _YES_NO and len(lower) <= 2:
        return "truth", "", "", ()
    if int(words.str.contains(POINT).sum()) >= _MOST * words.len():
        return "point", "", "", ()
    plain = clean(words)
    lost = int(plain.str.contains(FLOAT_KEY).sum())
    digits = plain.str.contains(r"^\d+$")
    zeros = plain.str.contains(r"^0\d+$")
    long = plain.str.len_chars() >= _LONG_NUMBER
    is_coded = bool(_CODED.search(name))
    if digits.any() and int(digits.sum()) + lost >= _MOST * words.len() and (
        zeros.any() or (digits & long).any() or is_coded
    ):  # fmt: skip
        doubt = f"{lost} numbers were turned into 3.3E+17 by a spreadsheet; their end is lost"
        return "code", "", "", ((doubt,) if lost else ())
    numbers = parse_numbers(words)
    bad = int(numbers.bad.sum())
    if bad <= (1 - _MOST) * words.len() and numbers.values.count():
        return _number(words, counted, numbers.bad, numbers.about, numbers.values)
    is_code = is_coded and plain.str.contains(r"^[A-Za-z0-9\-_]+$").all()
    return ("code" if is_code else "text"), "", "", ()


def _number(
    words: pl.Series, counted: pl.DataFrame, bad: pl.Series, about: pl.Series, values: pl.Series
) -> _Kinded:
    known = values.drop_nulls()
    low, high = known.min(), known.max()
    doubts = []
    if bad.any():
        rows = int(counted.filter(bad)["n"].sum())
        doubts.append(f"{rows:,} cells are no number, for example '{words.filter(bad)[0]}'")
    if about.any():
        doubts.append(f"'{words.filter(about)[0]}' is only about right")
    for value in SENTINELS & {_plain(low), _plain(high)}:
        rows = int(counted.filter(values == value)["n"].sum())
        doubts.append(f"{value:g} ({rows:,} times) may be a word for 'no value'")
    kind: Kind = "whole" if (known == known.round(0)).all() else "decimal"
    return kind, _short(low), _short(high), tuple(doubts)


def _plain(value: object) -> float:
    return float(str(value))


def _short(value: object) -> str:
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
