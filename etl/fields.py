"""The target fields of one file: from text to the types of the journal."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import polars as pl

from etl.findings import Findings
from etl.parse import NUMBER, Times, clean, iso, parse_numbers, parse_times
from etl.privacy import mask
from etl.rules import UNMAPPED
from etl.spec import ColumnRule, MetricRule, SourceSpec, target_columns
from etl.spin import is_spun, unspun
from metrics.tables import Shape, fact_tables

Kind = Literal["time", "number", "whole", "truth", "text"]
_CODES = frozenset({"case_no", "event_no", "device", "metric", "register"})
_YES = ("1", "是", "true", "yes", "y", "t", "有", "√", "已解决", "1.0")
_NO = ("0", "否", "false", "no", "n", "f", "无", "×", "未解决", "0.0")
_NOT_A_NUMBER = r"(?i)^[-+]?(nan|inf|infinity)$"
_MAX_WHOLE = 65535
_NUMBER_BYTES = 8
"""Of a number made of columns: two of a million rows meet once in thirty million such files."""


def kind_of(fact: Shape, target: str) -> Kind:
    """Return what sort of value a target holds.

    Example:
        >>> kind_of("case", "is_void"), kind_of("reading", "value"), kind_of("event", "event_no")
        ('truth', 'number', 'text')
    """
    kinds: dict[str, Kind] = {"DateTime64": "time", "Decimal": "number"}
    kinds |= {"UInt16": "whole", "UInt8": "truth"}
    types = {column.name: column.type for column in fact_tables()[fact].columns}
    found = (kind for word, kind in kinds.items() if word in types.get(target, ""))
    return next(found, "text")


@dataclass
class Fields:
    """Fills the targets of a file one by one and notes what is wrong.

    Attributes:
        frame: source columns as trimmed text, null where nothing stands.
        values: targets filled so far.
        times: parsed moments by target, before anything is taken out.
        notes: further texts kept in `extra`, by key.
    """

    spec: SourceSpec
    frame: pl.DataFrame
    findings: Findings
    timezone: str
    values: dict[str, pl.Series] = field(default_factory=dict)
    times: dict[str, Times] = field(default_factory=dict)
    notes: dict[str, pl.Series] = field(default_factory=dict)

    def fill(self) -> None:
        """Fill every target of the shape: times and what is required first."""
        targets = target_columns(self.spec.fact)
        kinds = {target: kind_of(self.spec.fact, target) for target in targets}
        for target in (t for t in targets if kinds[t] == "time"):
            self._fill_time(target)
        for target in (t for t in targets if kinds[t] != "time"):
            if kinds[target] == "text":
                self._fill_text(target)
        self._require()
        for target in targets:
            match kinds[target]:
                case "number" if not self.spec.metrics:
                    self._fill_number(target)
                case "whole":
                    self._fill_whole(target)
                case "truth":
                    self._fill_truth(target)
                case _:
                    pass

    def text(self, target: str) -> pl.Series:
        """Return what the source says for a target, after map and default; null for nothing."""
        rule = self.spec.columns.get(target)
        text = self._said(rule) if rule else self._constant(None)
        if rule and rule.map:
            text = self._mapped(text, rule)
        if target in self.spec.defaults:
            text = text.fill_null(self.spec.defaults[target])
        return text.alias(target)

    def column(self, target: str) -> str:
        """Return the source column that fills a target, for the quarantine."""
        rule = self.spec.columns.get(target)
        return rule.sources[0] if rule and rule.sources else ""

    def metric(self, column: str, rule: MetricRule) -> tuple[pl.Series, pl.Series]:
        """Return value and quality of one wide column."""
        return self._reading(self.frame[column], column, rule)

    def _said(self, rule: ColumnRule) -> pl.Series:
        if rule.constant is not None:
            return self._constant(rule.constant)
        if rule.digest:
            return self._digested(rule)
        if rule.columns:
            joined = pl.concat_str(rule.columns, separator=rule.join, ignore_nulls=True)
            text = self.frame.select(joined.alias("joined")).to_series()
            return text.set(text == "", None)
        return self.frame[rule.column]

    def _digested(self, rule: ColumnRule) -> pl.Series:
        """Return a number made of what the columns say, an empty one counting as such."""
        moments = {self.spec.columns[t].column: t for t in self.times if t in self.spec.columns}
        parts = [
            iso(self.values[moments[name]]) if name in moments else clean(self.frame[name])
            for name in rule.columns
        ]
        named = pl.DataFrame({str(n): part.fill_null("") for n, part in enumerate(parts)})
        joined = named.select(pl.concat_str(pl.all(), separator="\x1f")).to_series()
        made = [
            hashlib.blake2b(text.encode(), digest_size=_NUMBER_BYTES).hexdigest()
            for text in joined.to_list()
        ]
        return pl.Series(made, dtype=pl.String)

    def _constant(self, value: str | None) -> pl.Series:
        return pl.Series([value], dtype=pl.String).new_from_index(0, self.frame.height)

    def _mapped(self, text: pl.Series, rule: ColumnRule) -> pl.Series:
        known = {*rule.map, *rule.map.values()}
        strange = text.is_not_null() & ~text.is_in(list(known))
        if rule.unmapped == "reject":
            self.findings.reject(strange, "bad_enum", rule.sources[0] if rule.sources else "")
        mapped = text.replace(rule.map)
        if rule.unmapped == "bucket":
            self.findings.flag(strange, "unmapped_value")
            mapped = mapped.set(strange.fill_null(value=False), UNMAPPED)
        return mapped

    def _fill_time(self, target: str) -> None:
        rule = self.spec.columns.get(target)
        if rule is None and target not in self.spec.defaults:
            zone = pl.Datetime("ms", self.timezone)
            self.values[target] = pl.Series([None], dtype=zone).new_from_index(0, self.frame.height)
            return
        times = parse_times(
            self.text(target),
            formats=rule.formats if rule else (),
            source_zone=self.spec.timezone or self.timezone,
            city_zone=self.timezone,
        )
        self.times[target], self.values[target] = times, times.values
        bad = times.bad | times.gap if target in self.spec.must_have else times.bad
        self.findings.reject(bad, "bad_time", self.column(target))
        self.findings.flag(times.gap, "nonexistent_time")
        self.findings.flag(times.sentinel, "sentinel_time")

    def _fill_text(self, target: str) -> None:
        text = self.text(target)
        text = clean(text) if target in _CODES else text
        self.findings.flag(text.str.contains("\ufffd|锟斤拷"), "garbled_text")
        if target not in _CODES:
            spun = is_spun(text)
            self.findings.flag(spun, "spun_text")
            text = unspun(text, spun)
        if target in self.spec.mask:
            text = mask(text)
        self.values[target] = text.fill_null("")

    def _require(self) -> None:
        for target in self.spec.must_have:
            value = self.values.get(target)
            if value is None:
                value = self.text(target)
            empty = value.is_null() if value.dtype != pl.String else (
                value.is_null() | (value == "")
            )  # fmt: skip
            self.findings.reject(empty, "missing_required", self.column(target))

    def _fill_number(self, target: str) -> None:
        rule = self.spec.columns.get(target) or ColumnRule()
        if self.spec.fact == "reading":
            value, quality = self._reading(self.text(target), self.column(target), rule)
            told = self.values["quality"]
            self.values["quality"] = quality.set(quality == "", None).fill_null(told)
        else:
            value = self._number(target, rule)
        self.values[target] = value

    def _number(self, target: str, rule: ColumnRule) -> pl.Series:
        numbers = parse_numbers(self.text(target))
        column = self.column(target)
        none = _is_sentinel(numbers.values, rule.sentinels)
        values = numbers.values.set(none, None)
        self.findings.reject(numbers.bad, "bad_number", column)
        self.findings.reject(_outside(values, rule.min, rule.max), "out_of_range", column)
        self.findings.flag(none, "sentinel")
        self.findings.flag(numbers.about, "approximate_value")
        return _times(values, rule.factor)

    def _reading(
        self, text: pl.Series, column: str, rule: ColumnRule | MetricRule
    ) -> tuple[pl.Series, pl.Series]:
        no_number = text.str.contains(_NOT_A_NUMBER).fill_null(value=False)
        numbers = parse_numbers(text.set(no_number, None))
        none = no_number | _is_sentinel(numbers.values, rule.sentinels)
        values = numbers.values.set(none, None)
        self.findings.reject(numbers.bad, "bad_number", column)
        self.findings.flag(none, "sentinel")
        self.findings.flag(numbers.about, "approximate_value")
        outside = _outside(values, rule.min, rule.max)
        quality = pl.select(
            pl.when(none).then(pl.lit("sentinel")).when(text.is_null()).then(pl.lit("missing"))
            .when(outside).then(pl.lit("range")).otherwise(pl.lit(""))
        ).to_series()  # fmt: skip
        return _times(values, rule.factor), quality

    def _fill_whole(self, target: str) -> None:
        rule = self.spec.columns.get(target) or ColumnRule()
        values = self._number(target, rule)
        column = self.column(target)
        self.findings.reject(values != values.round(0), "bad_number", column)
        self.findings.reject(_outside(values, 0, _MAX_WHOLE), "out_of_range", column)
        self.values[target] = values.cast(pl.UInt16, strict=False).fill_null(0)

    def _fill_truth(self, target: str) -> None:
        rule = self.spec.columns.get(target) or ColumnRule()
        text = self.text(target)
        if rule.true:
            values = text.is_in(list(rule.true)).cast(pl.UInt8)
        else:
            word = clean(text).str.to_lowercase()
            yes, no = word.is_in(list(_YES)), word.is_in(list(_NO))
            self.findings.reject(~(yes | no), "bad_enum", self.column(target))
            values = yes.cast(pl.UInt8)
        optional = target == "resolved"
        self.values[target] = values if optional else values.fill_null(0)


def _times(values: pl.Series, factor: Decimal | None) -> pl.Series:
    if factor is None:
        return values
    exact = pl.Series([factor], dtype=NUMBER)
    return (values * exact).cast(NUMBER)


def _is_sentinel(values: pl.Series, sentinels: tuple[str, ...]) -> pl.Series:
    if not sentinels:
        return pl.Series([False]).new_from_index(0, values.len())
    exact = parse_numbers(pl.Series(list(sentinels), dtype=pl.String)).values.drop_nulls()
    return values.is_in(exact.cast(NUMBER).implode()).fill_null(value=False)


def _outside(values: pl.Series, low: float | None, high: float | None) -> pl.Series:
    number = values.cast(pl.Float64)
    outside = pl.Series([False]).new_from_index(0, values.len())
    if low is not None:
        outside = outside | (number < low)
    if high is not None:
        outside = outside | (number > high)
    return outside.fill_null(value=False)
