"""Text to moments and numbers, the many ways in which source systems write them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

import polars as pl

_UNSEEN = r"[\x{200b}-\x{200d}\x{feff}\x{2060}\x{ad}]"
NUMBER: Final = pl.Decimal(38, 6)
_DIGITS_BEFORE_POINT = 20
_FORMATS = (
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%Y-%b-%d %H:%M:%S",
    "%d-%b-%Y %H:%M:%S",
    "%b %d %Y %I:%M:%S %p",
    "%Y-%m-%d %p%I:%M:%S",
    "%Y-%m-%d %p%I:%M",
    "%Y-%m-%d %H",
    "%Y-%m-%d-%H",
)
_OFFSET = r"\d(Z|[+-]\d{2}:?\d{2})$"
_NONE = r"^0000|^9999[-/.年]|^0+$"
_FIRST_YEAR, _LAST_YEAR = 1971, 2098
"""Moments outside are what systems write for 'none': 0000, 1900, 1970, 2099, 9999."""

_USUAL = "%Y-%m-%d %H:%M:%S"
_ISO = "%Y-%m-%dT%H:%M:%S"
_FIRST = dt.datetime(_FIRST_YEAR, 1, 2)  # noqa: DTZ001 - local
_LAST = dt.datetime(_LAST_YEAR, 12, 30)  # noqa: DTZ001 - local

_TAIL = re.compile(r"(余|多|左右|以上|上下)$")
_HEAD = re.compile(r"^(大约|约|近|超过|超|逾|>|≥|<|≤)")
_PLAIN = r"^[+-]?(?:\d{1,20})(?:\.\d{1,6})?$"
_FACTORS = {"": 1, "千": 10**3, "万": 10**4, "百万": 10**6, "亿": 10**8}
_NUMERAL = re.compile(
    r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+|[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,2})"
    r"(余|多)?\s*(百万|千|万|亿)?(余|多)?\s*%?"
)


@dataclass(frozen=True)
class Times:
    """A column of moments.

    Attributes:
        values: Datetime in milliseconds in the city's zone; null where there is none.
        bad: where a text stands that is no moment.
        sentinel: where a text stands that systems write for none.
        gap: where the clock never showed this time (the hour that summer time leaves out).
    """

    values: pl.Series
    bad: pl.Series
    sentinel: pl.Series
    gap: pl.Series


def parse_times(
    text: pl.Series, *, formats: tuple[str, ...] = (), source_zone: str, city_zone: str
) -> Times:
    """Return the moments of a text column.

    Forms of the list are tried one after the other, each only on what is left; a format given
    in a spec replaces the list. Times without offset belong to ``source_zone``; of an hour that
    occurs twice the first is taken.
    """
    if formats:
        return _slowly(text, formats, source_zone, city_zone)
    values, done = _at_once(text, source_zone, city_zone)
    no = pl.Series([False]).new_from_index(0, text.len())
    if done.all():
        return Times(values, no, no, no)
    rows = (~done).arg_true()
    rest = _slowly(text.gather(rows), (), source_zone, city_zone)
    return Times(
        values.scatter(rows, rest.values),
        no.clone().scatter(rows, rest.bad),  # it writes into the series it is called on
        no.clone().scatter(rows, rest.sentinel),
        no.clone().scatter(rows, rest.gap),
    )


def _at_once(text: pl.Series, source_zone: str, city_zone: str) -> tuple[pl.Series, pl.Series]:
    """Return the moments written the usual way, and where that settles it: mostly everywhere."""
    first = text.drop_nulls().head(1)
    form = _ISO if not first.is_empty() and "T" in first[0] else _USUAL
    naive = text.str.to_datetime(form, strict=False, time_unit="ms")
    naive = naive.set(~naive.is_between(_FIRST, _LAST).fill_null(value=False), None)
    local = naive.dt.replace_time_zone(source_zone, ambiguous="earliest", non_existent="null")
    done = local.is_not_null() | text.is_null()
    return local.dt.convert_time_zone(city_zone), done


def _slowly(text: pl.Series, formats: tuple[str, ...], source_zone: str, city_zone: str) -> Times:
    """Return moments however they are written."""
    text = clean(text)
    nothing = text.is_null() | text.str.contains(_NONE).fill_null(value=False)
    naive = _naive(text.set(nothing, None), formats)
    aware = _aware(text.set(nothing | naive.is_not_null(), None), formats)
    local = naive.dt.replace_time_zone(source_zone, ambiguous="earliest", non_existent="null")
    gap = naive.is_not_null() & local.is_null()
    values = pl.select(
        pl.coalesce(local.dt.convert_time_zone(city_zone), aware.dt.convert_time_zone(city_zone))
    ).to_series()
    bad = ~nothing & values.is_null() & ~gap
    year = values.dt.year()
    outside = ((year < _FIRST_YEAR) | (year > _LAST_YEAR)).fill_null(value=False)
    sentinel = (nothing & text.is_not_null()) | outside
    return Times(values.set(outside, None), bad, sentinel, gap)


def _naive(text: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    if formats:
        plain = tuple(_rust(f) for f in formats if "%z" not in f)
        return _tried(text, plain)
    found = _tried(text, _FORMATS[:1])
    rest = text.set(found.is_not_null(), None)
    if rest.null_count() == rest.len():
        return found
    words = {"年": "-", "月": "-", "日": " ", "/": "-", "时": ":", "分": ":", "秒": ""}
    neat = rest.str.replace_many({**words, "上午": " AM", "下午": " PM", "T": " "})
    neat = neat.str.replace(r"^(\d{4})\.(\d{1,2})\.(\d{1,2})", "$1-$2-$3")
    neat = neat.str.replace(r"\s+", " ").str.strip_chars(" :")
    american = rest.str.contains(r"^\d{1,2}[/ ]|^[A-Za-z]").fill_null(value=False)
    neat = neat.set(american, None)
    found = _either(found, _tried(neat, _FORMATS))
    found = _either(found, _tried(rest.set(~american, None), _FORMATS))
    return _either(found, _digits(rest.set(found.is_not_null(), None)))


def _either(first: pl.Series, second: pl.Series) -> pl.Series:
    return pl.select(pl.coalesce(first, second)).to_series()


def _tried(text: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    """Return local times; every format is tried on what the earlier ones left."""
    found = pl.Series([None], dtype=pl.Datetime("ms")).new_from_index(0, text.len())
    for form in formats:
        left = text.set(found.is_not_null(), None)
        if left.null_count() == left.len():
            break
        if form.endswith("%H"):  # the parser wants minutes beside hours
            left, form = left + ":00", f"{form}:%M"
        parsed = left.str.to_datetime(form, strict=False, time_unit="ms")
        found = parsed if found.null_count() == found.len() else _either(found, parsed)
    return found


def _digits(text: pl.Series) -> pl.Series:
    """Return local times written as digits only: 20260908, 20260908080500, 46273.5 (Excel)."""
    if text.null_count() == text.len():
        return _tried(text, ())
    lengths = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
    pure = text.str.contains(r"^\d+$").fill_null(value=False)
    found = _tried(text, ())
    for length, form in lengths.items():
        fits = pure & (text.str.len_chars() == length).fill_null(value=False)
        padded = text.set(~fits, None)
        if length > len("20260908"):  # the parser wants a mark between day and hour
            padded, form = padded.str.replace(r"^(\d{8})", "$1 "), form.replace("%d%H", "%d %H")
        found = _either(found, _tried(padded, (form,)))
    days = text.set(~text.str.contains(r"^\d{5}(\.\d+)?$").fill_null(value=False), None)
    seconds = (days.cast(pl.Float64, strict=False) * 86400).round(0)
    seconds = seconds.set((seconds < 20000 * 86400) | (seconds > 80000 * 86400), None)
    epoch = pl.Series([dt.datetime(1899, 12, 30)], dtype=pl.Datetime("ms"))  # noqa: DTZ001 - local
    serial = epoch.new_from_index(0, text.len()) + (seconds * 1000).cast(pl.Duration("ms"))
    return _either(found, serial)


def _aware(text: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    """Return instants of texts with an offset, and of epoch milliseconds or seconds."""
    none = pl.Series([None], dtype=pl.Datetime("ms", "UTC")).new_from_index(0, text.len())
    if text.null_count() == text.len():
        return none
    if formats:
        for form in (f for f in formats if "%z" in f):
            none = _either(none, text.str.to_datetime(_rust(form), strict=False, time_unit="ms"))
        return none
    stamped = text.set(~text.str.contains(_OFFSET).fill_null(value=False), None)
    stamped = stamped.str.replace("T", " ").str.replace(r"Z$", "+00:00")
    stamped = stamped.str.replace(r" (\d{2}:\d{2})([+-])", " $1:00$2")
    stamped = stamped.str.replace("/", "-", literal=True, n=2)
    found = stamped.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%z", strict=False, time_unit="ms")
    millis = text.set(~text.str.contains(r"^\d{13}$").fill_null(value=False), None)
    seconds = text.set(~text.str.contains(r"^\d{10}$").fill_null(value=False), None)
    for epoch, scale in ((millis, 1), (seconds, 1000)):
        number = epoch.cast(pl.Int64, strict=False) * scale
        found = _either(found, number.cast(pl.Datetime("ms", "UTC")))
    return found


def _rust(form: str) -> str:
    """Return a format as Python writes it in the dialect of the parser."""
    return form.replace(".%f", "%.f")


def iso(moments: pl.Series) -> pl.Series:
    """Return moments as text to the millisecond, in one form however they were written."""
    return moments.dt.strftime("%Y-%m-%dT%H:%M:%S%.3f")


def clean(text: pl.Series) -> pl.Series:
    """Return codes, numbers and times with full-width characters made plain and trimmed."""
    odd = text.str.contains(r"[^\x20-\x7e]|^ | $").fill_null(value=False)
    if not odd.any():
        return text
    plain = text.filter(odd).str.normalize("NFKC").str.replace_all(_UNSEEN, "").str.strip_chars()
    return text.clone().scatter(odd.arg_true(), plain)


def parse_number(text: str) -> tuple[Decimal, bool] | None:
    """Return a number as people write it and whether it is only about right; None if it is none.

    A percentage keeps its own unit: ``97.5%`` is 97.5.

    Example:
        >>> parse_number("约1,234.5万"), parse_number("３余"), parse_number("abc")
        ((Decimal('12345000.0'), True), (Decimal('3'), True), None)
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-")
    rest = _TAIL.sub("", _HEAD.sub("", plain).strip()).strip()
    match = _NUMERAL.fullmatch(rest)
    if match is None:
        return None
    try:
        value = Decimal(match[1].replace(",", "")) * _FACTORS[match[3] or ""]
    except InvalidOperation:
        return None
    if value.adjusted() >= _DIGITS_BEFORE_POINT:
        return None
    return value, rest != plain or bool(match[2] or match[4])


@dataclass(frozen=True)
class Numbers:
    """A column of numbers.

    Attributes:
        values: Decimal(38, 6); null where there is none.
        bad: where a text stands that is no number.
        about: where the text says 约, 余, 多 or the like.
    """

    values: pl.Series
    bad: pl.Series
    about: pl.Series


def parse_numbers(text: pl.Series) -> Numbers:
    """Return the numbers of a text column; more than six decimals are rounded."""
    text = clean(text)
    plain = text.str.contains(_PLAIN).fill_null(value=False)
    values = text.set(~plain, None).cast(NUMBER)
    odd = ~plain & text.is_not_null()
    no = pl.Series([False]).new_from_index(0, text.len())
    if not odd.any():
        return Numbers(values, no, no)
    words = text.filter(odd).unique()
    read = {word: parse_number(word) for word in words.to_list()}
    exact = pl.Series([r[0] if r else None for r in read.values()], dtype=NUMBER)
    about = pl.Series([bool(r and r[1]) for r in read.values()])
    keys = list(read)
    rest = text.set(plain, None)
    others = rest.replace_strict(keys, exact, default=None, return_dtype=NUMBER)
    roughly = rest.replace_strict(keys, about, default=False, return_dtype=pl.Boolean)
    return Numbers(_either(values, others), odd & others.is_null(), roughly.fill_null(value=False))
