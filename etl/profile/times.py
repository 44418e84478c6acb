"""Columns of moments: their forms, which number is the day, and whose clock they show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from etl.parse import clean, parse_times

DayOrder = Literal["", "month first", "day first", "ambiguous", "mixed"]

_TAILS = (
    ("", ""),
    (" %H:%M", r" \d{1,2}:\d{2}"),
    (" %H:%M:%S", r" \d{1,2}:\d{2}:\d{2}"),
    (" %I:%M %p", r" \d{1,2}:\d{2} ?(?i:[AP]M)"),
    (" %I:%M:%S %p", r" \d{1,2}:\d{2}:\d{2} ?(?i:[AP]M)"),
)
_ISO_TAILS = (
    *_TAILS,
    (" %H:%M:%S.%f", r" \d{1,2}:\d{2}:\d{2}\.\d{1,9}"),
    ("T%H:%M", r"T\d{1,2}:\d{2}"),
    ("T%H:%M:%S", r"T\d{1,2}:\d{2}:\d{2}"),
    ("T%H:%M:%S.%f", r"T\d{1,2}:\d{2}:\d{2}\.\d{1,9}"),
    (" %H", r" \d{1,2}"),
    ("-%H", r"-\d{1,2}"),
)
_DATES = (
    ("%Y-%m-%d", r"\d{4}-\d{1,2}-\d{1,2}", _ISO_TAILS),
    ("%Y/%m/%d", r"\d{4}/\d{1,2}/\d{1,2}", _ISO_TAILS),
    ("%Y.%m.%d", r"\d{4}\.\d{1,2}\.\d{1,2}", _TAILS),
    ("%Y-%b-%d", r"\d{4}-[A-Za-z]{3}-\d{1,2}", _TAILS),
    ("%d-%b-%Y", r"\d{1,2}-[A-Za-z]{3}-\d{4}", _TAILS),
    ("%D/%M/%Y", r"\d{1,2}/\d{1,2}/\d{4}", _TAILS),
    ("%D-%M-%Y", r"\d{1,2}-\d{1,2}-\d{4}", _TAILS),
    ("%D.%M.%Y", r"\d{1,2}\.\d{1,2}\.\d{4}", _TAILS),
)
_YEAR = r"(?:19[89]\d|20[0-4]\d)"
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_OTHERS = (
    ("%Y年%m月%d日", r"\d{4}年\d{1,2}月\d{1,2}日?"),
    ("%Y年%m月%d日 %H:%M", r"\d{4}年\d{1,2}月\d{1,2}日 ?\d{1,2}[:时]\d{1,2}分?"),
    ("%Y年%m月%d日 %H:%M:%S", r"\d{4}年\d{1,2}月\d{1,2}日 ?\d{1,2}[:时]\d{1,2}[:分]\d{1,2}秒?"),
    ("with offset", r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)"),
    ("%Y%m%d", _YEAR + _DAY),
    ("%Y%m%d%H%M", _YEAR + _DAY + r"(?:[01]\d|2[0-3])[0-5]\d"),
    ("%Y%m%d%H%M%S", _YEAR + _DAY + r"(?:[01]\d|2[0-3])[0-5]\d[0-5]\d"),
)
_BARE = (
    ("seconds since 1970", r"1\d{9}"),
    ("milliseconds since 1970", r"1\d{12}"),
    ("days of a spreadsheet", r"[3-5]\d{4}(?:\.\d+)?"),
)
"""Mere numbers: only believed where the name of the column speaks of time."""

FORMS: dict[str, str] = {
    head + tail: body + ending for head, body, tails in _DATES for tail, ending in tails
} | dict(_OTHERS)
_NONE = r"^0000|^9999[-/.年]|^0+$|^1900-01-0[01]|^1970-01-01"
_TIMED = r"(?i)time|date|(^|[_. ])(at|ts)$|stamp|时间|日期|时刻|opened|closed|created|updated"
_SAMPLE, _MOST = 1000, 0.8
_FEWEST_ROWS, _QUIET_SHARE = 200, 0.13
_DAY_HOURS = 24


@dataclass(frozen=True)
class TimeLook:
    """What a column of moments looks like.

    Attributes:
        forms: form -> cells written in it, most frequent first.
        day_order: which of the numbers of 03/04/2026 is the day.
        formats: to write into a spec; empty where the loader reads the column without.
        low: first moment as text.
        high: last one.
        bad: cells that the loader would not understand.
        bad_example: one of them.
        none: cells that mean "no time": 0000, 1900, 9999.
        zone: what the hours say of the clock, in words.
        shift: hours by which the clock seems to be away from the local one; None if not known.
        values: every row's moment, null where there is none.
    """

    forms: dict[str, int]
    day_order: DayOrder
    formats: tuple[str, ...]
    low: str
    high: str
    bad: int
    bad_example: str
    none: int
    zone: str
    shift: int | None
    values: pl.Series


def looks_like_times(name: str, words: pl.Series) -> bool:
    """Tell whether a column's different cells are moments."""
    sample = clean(words.head(_SAMPLE)).drop_nulls()
    sample = sample.filter(~sample.str.contains(_NONE))
    if sample.is_empty():
        return False
    forms = [*FORMS.values()]
    if pl.Series([name]).str.contains(_TIMED)[0]:
        forms += [body for _, body in _BARE]
    fits = sample.str.contains(f"^(?:{'|'.join(forms)})$")
    return int(fits.sum()) >= _MOST * sample.len()


def look_at_times(text: pl.Series, zone: str) -> TimeLook:
    """Return what a column of moments looks like; ``text`` has null where nothing stands."""
    text = clean(text.alias("word"))
    counted = text.drop_nulls().value_counts(name="n", sort=True)
    forms = _forms(counted)
    order = _day_order(counted) if any("%D" in form for form in forms) else ""
    formats = _formats(forms, order)
    times = parse_times(text, formats=formats, source_zone=zone, city_zone=zone)
    if formats:
        plain = parse_times(text, source_zone=zone, city_zone=zone)
        if order != "day first" and int(plain.bad.sum()) <= int(times.bad.sum()):
            times, formats = plain, ()
    values = times.values
    worded = {_ordered(form, order): n for form, n in forms.items()}
    said, shift = _clock(values, "with offset" in forms)
    bad = text.filter(times.bad)
    low, high = (values.min(), values.max()) if values.count() else ("", "")
    return TimeLook(
        worded, order, formats, str(low)[:19], str(high)[:19], bad.len(),
        bad[0] if bad.len() else "", int(times.sentinel.sum()), said, shift, values,
    )  # fmt: skip


def _forms(counted: pl.DataFrame) -> dict[str, int]:
    left, found = counted, {}
    for form, body in (FORMS | dict(_BARE)).items():
        if left.is_empty():
            break
        fits = left["word"].str.contains(f"^{body}$")
        if fits.any():
            found[form] = int(left.filter(fits)["n"].sum())
            left = left.filter(~fits)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _day_order(counted: pl.DataFrame) -> DayOrder:
    words = counted["word"]
    pair = words.str.extract_groups(r"^(\d{1,2})[/.\-](\d{1,2})[/.\-]\d{4}").struct.unnest()
    first, second = (pair[n].cast(pl.Int32) for n in pair.columns[:2])
    day_first, month_first = bool((first > 12).any()), bool((second > 12).any())
    if day_first and month_first:
        return "mixed"
    if day_first:
        return "day first"
    return "month first" if month_first else "ambiguous"


def _ordered(form: str, order: str) -> str:
    one, two = ("%d", "%m") if order == "day first" else ("%m", "%d")
    return form.replace("%D", one).replace("%M/", f"{two}/").replace("%M-", f"{two}-").replace(
        "%M.", f"{two}."
    ) if "%D" in form else form  # fmt: skip


def _formats(forms: dict[str, int], order: str) -> tuple[str, ...]:
    """Return the forms as a spec writes them, or nothing where one cannot be written."""
    if not all(form.startswith("%") for form in forms):
        return ()
    return tuple(_ordered(form, order).replace(".%f", "%.f") for form in forms)


def _clock(values: pl.Series, is_stamped: bool) -> tuple[str, int | None]:  # noqa: FBT001
    """Return in words whose clock the hours are of, and by how many hours it is away."""
    if is_stamped:
        return "instants: every time has its offset", None
    known = values.drop_nulls()
    seconds = known.dt.hour().cast(pl.Int32) * 3600 + known.dt.minute() * 60 + known.dt.second()
    if known.is_empty() or not bool((seconds > 0).any()):
        return "dates without hours", None
    timed = known.filter(seconds > 0)  # a date without time of day is written as midnight
    if timed.len() < _FEWEST_ROWS:
        return f"too few rows ({timed.len()}) to tell local time from UTC", None
    counts = dict(timed.dt.hour().value_counts().iter_rows())
    by_hour = [counts.get(hour, 0) for hour in range(_DAY_HOURS)]
    windows = [
        (sum(by_hour[(start + n) % _DAY_HOURS] for n in range(6)), start)
        for start in range(_DAY_HOURS)
    ]
    fewest, start = min(windows)
    if fewest > _QUIET_SHARE * timed.len():
        return "no quiet hours: nobody can tell local time from UTC", None
    middle = (start + 3) % _DAY_HOURS
    shift = (middle - 3 + 12) % _DAY_HOURS - 12
    quiet = f"quiet from {start:02d} to {(start + 6) % _DAY_HOURS:02d} h"
    if abs(shift) <= 2:
        return f"{quiet}: a local clock", 0
    return f"{quiet}: a clock about {abs(shift)} h {'behind' if shift < 0 else 'ahead'}", shift
