"""The contract between a feed and the journal: rows that hold, and rows set aside with a reason."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from etl.cumulative import undo_cumulation
from etl.deadline import fill_deadlines
from etl.fields import Fields
from etl.findings import Findings
from etl.parse import clean, iso
from etl.privacy import mask, mask_columns, person_keys
from etl.raw_place import FLOAT_KEY, RawPlace, raw_place
from etl.readers.frame import ROW_NO, RawFile
from etl.rules import FLAGS, REASONS, SKEW_SECONDS, TOLERANCE_SECONDS
from etl.spec import SourceSpec, own_number, time_targets
from metrics.errors import ConfigError
from metrics.tables import LINKS, fact_tables

__all__ = ["FLAGS", "REASONS", "Checked", "check"]

_LATER = frozenset({
    "area", "placed_by", "lon", "lat", "version", "sign", "batch", "turn", *LINKS,
})  # fmt: skip
_PLACE = ("_lon", "_lat", "_code", "_next_code", "_place_name")
_STAGES = (
    "received_at", "accepted_at", "dispatched_at", "signed_at", "disposed_at", "closed_at",
)  # fmt: skip
_EIGHT_HOURS = 8 * 3600
_FIELD, _RECORD = "\x1f", "\x1e"


@dataclass(frozen=True)
class Checked:
    """The rows of one file after the contract.

    ``read == accepted_row_nos.len() + quarantined.height``. A wide readings file gives several
    facts for one row; they share its ``row_no``, so rows are counted by that.

    Attributes:
        rows: facts in the columns of the shape's table but for area, placed_by, lon, lat,
            version, sign and batch; besides ``_lon`` and ``_lat`` (Float64, in the source's
            coordinate system), ``_code``, ``_next_code`` and ``_place_name`` (empty where there
            is none).
        quarantined: row_no, column, value, reason, sentence, row; personal data masked.
        read: rows in the file.
        source: id of the spec.
    """

    rows: pl.DataFrame
    quarantined: pl.DataFrame
    read: int
    source: str

    @property
    def accepted_row_nos(self) -> pl.Series:
        """Row numbers that became facts, each once, ascending."""
        return self.rows[ROW_NO].unique().sort()


def check(
    raw: RawFile, spec: SourceSpec, *, timezone: str, secret: bytes, now: dt.datetime
) -> Checked:
    """Return a file's rows as facts, and every other row with the reason why it is none.

    Args:
        raw: what a reader made of the file.
        spec: what its columns mean.
        timezone: of the city; all moments are in it.
        secret: key for the reporters' HMAC.
        now: aware; nothing later than five minutes from now has happened.

    Raises:
        ConfigError: reporters have to be keyed and there is no secret.
    """
    if spec.reporter and not secret:
        msg = "the source has reporters and there is no secret to hide them with"
        raise ConfigError(
            msg,
            where=spec.defined_at or spec.source,
            next_step="Set COCKPIT_SECRET",
        )
    findings = Findings(raw.frame.height)
    frame = _trimmed(raw.frame, spec)
    _leave_out(raw.frame, frame, spec, findings)
    _check_key(frame, spec, findings)
    fields = Fields(spec, frame, findings, timezone)
    fields.fill()
    if spec.deadline:
        fill_deadlines(fields, spec.deadline)
    if spec.cumulative:
        undo_cumulation(fields, spec.cumulative)
    _check_clock(fields, now)
    place = raw_place(frame, spec.place, findings)
    rows = _Rows(spec, frame, fields, place, secret).facts(raw.frame[ROW_NO])
    return Checked(rows, _quarantined(raw, spec, findings), raw.rows, spec.source)


def _trimmed(frame: pl.DataFrame, spec: SourceSpec) -> pl.DataFrame:
    """Return the columns the spec reads, trimmed, null for every text that means nothing."""
    empty = list({"", *spec.empty})
    text = pl.col(list(spec.used_columns)).str.strip_chars().str.strip_chars("\ufeff\u200b")
    columns = frame.select(text)
    return columns.with_columns(
        pl.when(~pl.all().is_in(empty)).then(pl.all()).name.keep()
    ) if columns.width else frame.clear(frame.height)  # fmt: skip


def _leave_out(
    raw: pl.DataFrame, frame: pl.DataFrame, spec: SourceSpec, findings: Findings
) -> None:
    """Set aside totals and the rows the spec does not want."""
    if spec.totals:
        cells = pl.exclude(ROW_NO).str.strip_chars()
        first = raw.select(cells).select(
            pl.coalesce(pl.when(pl.all().str.len_bytes() > 0).then(pl.all()).name.keep())
        ).to_series()  # fmt: skip
        total = pl.Series([False]).new_from_index(0, raw.height)
        for word in spec.totals:
            total = total | first.str.starts_with(word).fill_null(value=False)
        findings.reject(total, "totals_row")
    for column, words in spec.skip.items():
        exact = [word for word in words if "*" not in word]
        unwanted = frame[column].is_in(exact)
        for word in (word for word in words if "*" in word):
            form = ".*".join(re.escape(part) for part in word.split("*"))
            unwanted = unwanted | frame[column].str.contains(f"(?s)^{form}$")
        findings.reject(unwanted, "skipped_by_spec", column)


def _check_key(frame: pl.DataFrame, spec: SourceSpec, findings: Findings) -> None:
    for column in spec.key_columns:
        text = clean(frame[column])
        findings.reject(text.str.contains(FLOAT_KEY), "float_key", column)
        findings.reject(text.is_null(), "missing_key", column)


def _check_clock(fields: Fields, now: dt.datetime) -> None:
    """Reject what has not happened yet; flag stamps in an impossible order."""
    findings, limit = fields.findings, int((now.timestamp() + SKEW_SECONDS) * 1000)
    own = "received_at" if fields.spec.fact == "case" else "at"
    stamps = {
        target: fields.values[target].dt.epoch("ms")
        for target in time_targets(fields.spec.fact)
        if fields.values[target].null_count() < findings.rows
    }
    if own in stamps:
        findings.reject(stamps[own] > limit, "future_time", fields.column(own))
        findings.flag(stamps[own] > int(now.timestamp() * 1000), "time_skew")
    for target in stamps.keys() - {own, "due_at"}:
        findings.flag(stamps[target] > limit, "time_skew")
    if fields.spec.fact == "reading" and {"at", "updated_at"} <= stamps.keys():
        late = (stamps["updated_at"] - stamps["at"]) // 1000
        findings.flag(late < -SKEW_SECONDS, "time_skew")
        findings.flag((late - _EIGHT_HOURS).abs() <= TOLERANCE_SECONDS, "time_skew")
    _check_order(stamps, findings)
    _check_disposed(fields)


def _check_disposed(fields: Fields) -> None:
    """Flag what was closed though nothing was done, unless it was void or done on the spot."""
    if not {"closed_at", "disposed_at"} <= fields.spec.columns.keys():
        return
    values = fields.values
    spared = (values["is_void"] == 1) | (values["is_self_handled"] == 1)
    skipped = values["closed_at"].is_not_null() & values["disposed_at"].is_null()
    fields.findings.flag(skipped & ~spared, "closed_without_disposed")


def _check_order(stamps: dict[str, pl.Series], findings: Findings) -> None:
    stages = [stamps[stage] for stage in _STAGES if stage in stamps]
    if "received_at" not in stamps or len(stages) == 1:
        return
    if "closed_at" in stamps:
        findings.flag(stamps["closed_at"] < stamps["received_at"], "closed_before_received")
    latest = stages[0]
    for stage in stages[1:]:
        findings.flag(stage < latest - TOLERANCE_SECONDS * 1000, "order_violation")
        latest = pl.select(pl.max_horizontal(latest, stage)).to_series()


@dataclass(frozen=True)
class _Rows:
    """Puts the checked fields of a file together to facts."""

    spec: SourceSpec
    frame: pl.DataFrame
    fields: Fields
    place: RawPlace
    secret: bytes

    def facts(self, row_nos: pl.Series) -> pl.DataFrame:
        """Return the accepted rows, wide readings one fact a metric."""
        values = self._values(row_nos)
        accepted = self.fields.findings.accepted
        if not self.spec.metrics:
            return self._sealed(pl.DataFrame(values).filter(accepted))
        parts = []
        wide = [(rule, *self.fields.metric(c, rule)) for c, rule in self.spec.metrics.items()]
        values["flags"] = self.fields.findings.flags()
        accepted = self.fields.findings.accepted  # a cell may have rejected its row just now
        for rule, value, quality in wide:
            metric = pl.Series([rule.metric]).new_from_index(0, value.len())
            part = {**values, "metric": metric, "value": value, "quality": quality}
            parts.append(pl.DataFrame(part).filter(accepted))
        return self._sealed(pl.concat(parts))

    def _values(self, row_nos: pl.Series) -> dict[str, pl.Series]:
        values = dict(self.fields.values)
        fact, height = self.spec.fact, self.frame.height
        if fact == "case":
            values["at"] = values["received_at"]
        if fact == "snapshot":
            values["at"] = values["at"].dt.truncate("1d")
        if self.spec.reporter:
            keys = person_keys(self.frame[self.spec.reporter], self.secret)
            values["subject" if fact == "event" else "reporter_key"] = keys
        elif fact == "case":
            values["reporter_key"] = pl.Series([""]).new_from_index(0, height)
        if fact in ("case", "event"):
            values["extra"] = self._extra()
        values["_lon"], values["_lat"] = self.place.lon, self.place.lat
        values["_code"], values["_place_name"] = self.place.code, self.place.name
        values["_next_code"] = self.place.next_code
        values |= {f"said{name}": text for name, text in self.place.said.items()}
        values[ROW_NO] = row_nos
        values["source"] = pl.Series([self.spec.source]).new_from_index(0, height)
        values["flags"] = self.fields.findings.flags()
        key = self._key()
        return values if key is None else {**values, "_key": key}

    def _key(self) -> pl.Series | None:
        """Return the key columns joined, moments in one form, or the number made of columns."""
        if not self.spec.key_columns:
            return self.fields.values.get(own_number(self.spec.fact))
        moments = {
            rule.column: target
            for target, rule in self.spec.columns.items()
            if target in self.fields.times and rule.column
        }
        parts = [
            iso(self.fields.values[moments[c]]) if c in moments else clean(self.frame[c])
            for c in self.spec.key_columns
        ]
        named = pl.DataFrame({str(n): part for n, part in enumerate(parts)})
        return named.select(pl.concat_str(pl.all().fill_null(""), separator=":")).to_series()

    def _extra(self) -> pl.Series:
        """Return the kept columns as a list of (key, value) for every row, without empty ones."""
        height = self.frame.height
        names = [*self.spec.keep, *self.fields.notes]
        kind = pl.List(pl.Struct({"key": pl.String, "value": pl.String}))
        if not names:
            return pl.Series("extra", [[]], dtype=kind).new_from_index(0, height)
        masked = mask_columns({name: self.frame[name] for name in self.spec.keep})
        masked |= self.fields.notes
        cells = pl.concat(masked.values())
        # row by row: where each filled cell stands in the columns put end to end
        is_filled = cells.is_not_null().to_numpy().reshape(len(names), height).T
        rows, columns = np.nonzero(is_filled)
        pairs = pl.DataFrame(
            {
                "key": pl.Series(names).gather(columns),
                "value": cells.gather(columns * height + rows),
            }
        ).to_struct()
        ends = np.concatenate([[0], np.cumsum(is_filled.sum(axis=1))])
        newest = pl.CompatLevel.newest()  # texts as they are, not copied together
        listed = pa.LargeListArray.from_arrays(ends, pairs.to_arrow(compat_level=newest))
        return pl.Series("extra", listed).cast(kind)

    def _sealed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the facts with id and content hash, in the columns of the table."""
        frame = frame.with_columns(_identity(self.spec, frame), _content(frame))
        table = fact_tables(self.fields.timezone)[self.spec.fact]
        return frame.select(*(c for c in table.column_names() if c not in _LATER), *_PLACE)


def _identity(spec: SourceSpec, frame: pl.DataFrame) -> pl.Series:
    source = pl.lit(spec.system or spec.source)
    if spec.fact == "reading" and spec.metrics and "_key" in frame.columns:
        parts = [source, pl.col("_key"), pl.col("metric")]
    elif "_key" in frame.columns:
        parts = [source, pl.col("_key")]
    elif spec.fact == "reading":
        at = pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%S%.3f")
        parts = [source, pl.col("device"), pl.col("metric"), at]
    else:
        point = pl.concat_str(pl.col("_lon", "_lat").cast(pl.String), separator=",")
        named = pl.when(pl.col("_place_name") != "").then(pl.col("_place_name"))
        coded = pl.when(pl.col("_code") != "").then(pl.col("_code"))
        where = coded.otherwise(named.otherwise(point.fill_null("")))
        date = pl.col("at").dt.strftime("%Y-%m-%d")
        parts = [source, pl.col("register"), date, where, pl.col("category")]
    return frame.select(pl.concat_str(parts, separator=":").alias("id")).to_series()


def _content(frame: pl.DataFrame) -> pl.Series:
    """Return a 64-bit hash of what the source said in each row.

    It covers the names and values of all filled fields after parsing, so that another way of
    writing the same thing is no news, and a field added to the table later changes nothing.
    """
    apart = {ROW_NO, "flags", "_key", "_lon", "_lat", "source"}
    apart |= {"at"} if "received_at" in frame.columns else set()
    columns = (frame[name] for name in sorted(set(frame.columns) - apart))
    texts = [text for column in columns for text in _tagged(column)]
    said = frame.select(pl.concat_str(texts or pl.lit("")).cast(pl.Binary)).to_series()
    empty = hashlib.blake2b(digest_size=8)  # copying it is twice as fast as making a new one

    def digest(text: bytes) -> bytes:
        hashed = empty.copy()
        hashed.update(text)
        return hashed.digest()

    digests = b"".join([digest(text) for text in said.to_list()])
    return pl.Series("content", np.frombuffer(digests, dtype="<u8"), dtype=pl.UInt64)


def _tagged(column: pl.Series) -> tuple[pl.Expr, ...]:
    """Return what is ``name␞value␟`` for filled cells of a column and nothing for the others."""
    kind, value = column.dtype, pl.col(column.name)
    filled = column.is_not_null()
    if isinstance(kind, pl.Datetime):
        text = value.dt.epoch("ms").cast(pl.String)
    elif isinstance(kind, pl.List):
        inner = pl.element().struct.field("key") + _RECORD + pl.element().struct.field("value")
        text, filled = value.list.eval(inner).list.join(_RECORD), column.list.len() > 0
    elif kind == pl.String:
        text, filled = value, filled & (column != "")
    else:
        text = value.cast(pl.String)
        filled = filled & (column != 0) if kind.is_integer() else filled
    whole = (pl.lit(column.name + _RECORD), text, pl.lit(_FIELD))
    if filled.all():
        return whole
    return (pl.when(filled).then(pl.concat_str(whole)).otherwise(pl.lit("")),) * filled.any()


_QUARANTINE = {
    ROW_NO: pl.UInt64, "column": pl.String, "value": pl.String, "reason": pl.String,
    "sentence": pl.String, "row": pl.String,
}  # fmt: skip


def _quarantined(raw: RawFile, spec: SourceSpec, findings: Findings) -> pl.DataFrame:
    numbers = np.flatnonzero(findings.reasons)
    shown = _masked(raw.frame[numbers], spec)
    lines: list[dict[str, Any]] = []
    for number, row in zip(numbers, shown.iter_rows(named=True), strict=True):
        reason, column = findings.reason(int(number))
        row_no = row.pop(ROW_NO)
        lines.append({
            ROW_NO: row_no, "column": column, "value": row.get(column) or "", "reason": reason,
            "sentence": _sentence(reason, column), "row": _json(row),
        })  # fmt: skip
    texts = mask(raw.broken["text"])
    for row_no, reason, text in zip(raw.broken[ROW_NO], raw.broken["reason"], texts, strict=True):
        lines.append({
            ROW_NO: row_no, "column": "", "value": "", "reason": reason,
            "sentence": _sentence(reason, ""), "row": _json({"text": text}),
        })  # fmt: skip
    return pl.DataFrame(lines, schema=_QUARANTINE).sort(ROW_NO)


def _masked(frame: pl.DataFrame, spec: SourceSpec) -> pl.DataFrame:
    """Return rows fit to be looked at; numbers that identify row or area stay readable."""
    numbers = {ROW_NO, *spec.key_columns, *spec.place.code}
    apart = {*numbers, spec.reporter}
    masked = mask_columns({name: frame[name] for name in frame.columns if name not in apart})
    hidden = pl.when(pl.col(spec.reporter).is_not_null()).then(pl.lit("***"))
    reporter = [hidden.alias(spec.reporter)] if spec.reporter in frame.columns else []
    return frame.with_columns(**masked).with_columns(reporter)


def _sentence(reason: str, column: str) -> str:
    return f"「{column}」{REASONS[reason]}" if column else REASONS[reason]


def _json(row: dict[str, Any]) -> str:
    return json.dumps({k: v for k, v in row.items() if v is not None}, ensure_ascii=False)
