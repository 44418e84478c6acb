"""Every ClickHouse table as data, and the DDL made from it.

Facts are kept as a journal. A row is asserted with ``sign = 1``; when a later batch corrects
it, the same row is written again with ``sign = -1`` and the corrected one with ``sign = 1``.
Nothing is updated in place, so the state after batch V is exactly the rows with ``batch <= V``:
that one condition gives atomic publishing, replay as of a batch, and sums that do not depend
on the order of loading. What other rows say of a case (that it came twice, that it is a repeat, how
often it was returned) is written the same way: the line taken back and asserted again, one ``turn``
later. ``part`` holds the same journal already summed by indicator, leaf area
and day, and ``part_city`` summed once more, over all areas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SCHEMA_VERSION = 4
"""Raised by one whenever a table below changes; ``metrics/migrations.py`` says how to get there."""

Shape = Literal["case", "event", "reading", "snapshot"]
SHAPES: tuple[Shape, ...] = ("case", "event", "reading", "snapshot")


@dataclass(frozen=True)
class Column:
    """One column: name, ClickHouse type, meaning; what the engine computes it from, if it does."""

    name: str
    type: str
    meaning: str
    computed: str = ""


@dataclass(frozen=True)
class Table:
    """One table: columns, sorting key, monthly partition expression (or none), skipping indexes."""

    name: str
    columns: tuple[Column, ...]
    order_by: tuple[str, ...]
    partition_by: str = ""
    meaning: str = ""
    indexes: tuple[str, ...] = ()

    @property
    def written(self) -> tuple[Column, ...]:
        """The columns that rows are written with, without those the engine fills."""
        return tuple(column for column in self.columns if not column.computed)

    def column_names(self) -> tuple[str, ...]:
        """Names of the columns that rows are written with, in the order of the table."""
        return tuple(column.name for column in self.written)


def _time(timezone: str) -> str:
    return f"DateTime64(3, '{timezone}')"


_TEXT = "LowCardinality(String)"
_NUMBER = "Decimal(38, 6)"

_PROVENANCE = (
    Column("source", _TEXT, "id of the source spec"),
    Column("row_no", "UInt64", "row number in the file, first data row of the file = its line"),
    Column("content", "UInt64", "hash of everything the source said in this row"),
    Column("version", "UInt32", "batch that asserted this version"),
    Column("sign", "Int8", "1 asserts, -1 takes back"),
    Column("batch", "UInt32", "batch that wrote this line; visible when batch <= data version"),
)

_PLACE = (
    Column("area", _TEXT, "deepest area known to hold it on its day; the root when none"),
    Column("placed_by", _TEXT, "point, code, name or none"),
    Column("lon", "Nullable(Float64)", "WGS-84 degrees"),
    Column("lat", "Nullable(Float64)", "WGS-84 degrees"),
)

CASE_TIMES = (
    "received_at",
    "accepted_at",
    "dispatched_at",
    "signed_at",
    "disposed_at",
    "closed_at",
    "visited_at",
    "due_at",
)

LINKS = ("merged_into", "channels", "repeat_of", "repeat_rule")
"""Columns of a case that no source tells: they follow from the other cases."""

STEP_COUNTS = ("n_returns", "n_rework", "n_urge", "n_supervise", "n_whistles")
"""Columns of a case that may be counted from a step log; else they are what its source says."""

SAME = (
    Column(
        "same_person", "UInt32", "hash of reporter and class, or of the id where one is not known",
        "toUInt32(if(reporter_key = '', sipHash64(id),"
        " sipHash64(reporter_key, if(subcategory = '', category, subcategory))))",
    ),
    Column("same_text", "UInt32", "hash of title and area", "toUInt32(sipHash64(title, area))"),
)  # fmt: skip
"""Columns that find the cases one may be linked with, without reading texts of all."""


def line_columns(shape: Shape) -> tuple[str, ...]:
    """Return the columns that tell the lines of a journal apart: one of them is current."""
    return ("id", "version", "content", *(("turn",) if shape == "case" else ()))


def fact_tables(timezone: str = "Asia/Shanghai") -> dict[Shape, Table]:
    """Return the four journals, keyed by fact shape."""
    moment, optional = _time(timezone), f"Nullable({_time(timezone)})"
    case = Table(
        "fact_case",
        (
            Column("id", "String", "source:case_no"),
            Column("case_no", "String", "number in the source, leading zeros kept"),
            Column("at", moment, "received_at; the day a case belongs to"),
            *(Column(name, optional, f"lifecycle: {name}") for name in CASE_TIMES),
            Column("updated_at", optional, "last change in the source; the newest version wins"),
            Column("channel", _TEXT, "entrance: 12345, 110非警务, 网格巡查 ..."),
            Column("kind", _TEXT, "诉求, 管理事项, 矛盾纠纷, 隐患 ..."),
            Column("category", _TEXT, "major class"),
            Column("subcategory", _TEXT, "minor class"),
            Column("urgency", _TEXT, "一般, 紧急, 特急"),
            Column("department", _TEXT, "lead unit"),
            Column("handled_level", _TEXT, "grid, community, street or district"),
            Column("status", _TEXT, "status in the source's words"),
            Column(
                "satisfaction",
                _TEXT,
                "非常满意, 满意, 基本满意, 一般, 不满意, 非常不满意; empty = not rated",
            ),
            Column("visit_state", _TEXT, "已评, 未接通, 拒访, 未到期; empty = not visited"),
            Column("resolved", "Nullable(UInt8)", "caller confirms it is solved"),
            Column("n_returns", "UInt16", "returned by units"),
            Column("n_rework", "UInt16", "failed checks"),
            Column("n_urge", "UInt16", "urged by the caller"),
            Column("n_supervise", "UInt16", "put under supervision"),
            Column("n_whistles", "UInt16", "units called to it"),
            Column("is_void", "UInt8", "void or not accepted"),
            Column("is_self_handled", "UInt8", "solved on the spot by the finder"),
            Column("is_repeat", "UInt8", "linked by the source to an earlier demand"),
            Column("merged_into", "String", "id of the case it is the same as, which counts"),
            Column("channels", "Array(String)", "all entrances, where others are merged into it"),
            Column("repeat_of", "String", "id of the earlier case it repeats"),
            Column("repeat_rule", _TEXT, "reporter, text or keyword; empty = no rule says so"),
            Column("reporter_key", "String", "HMAC of the reporter; empty when unknown"),
            Column("title", "String", "masked summary"),
            Column("address", "String", "masked place text"),
            Column("flags", "Array(String)", "contract flags, e.g. closed_before_received"),
            Column("extra", "Map(String, String)", "further columns the spec keeps"),
            *_PLACE,
            *_PROVENANCE,
            Column("turn", "UInt16", "0 as the source told it, 1 more for every change by others"),
            *SAME,
        ),
        ("id", "version", "sign"),
        "toYYYYMM(at)",
        "work orders with their lifecycle",
    )
    event = Table(
        "fact_event",
        (
            Column("id", "String", "source:event_no"),
            Column("at", moment, "when it happened"),
            Column("ended_at", optional, "when it was over or handled"),
            Column("updated_at", optional, "last change in the source; the newest version wins"),
            Column("kind", _TEXT, "call, patrol, alarm, inspection, service, emergency ..."),
            Column("category", _TEXT, "class within the kind"),
            Column("channel", _TEXT, "entrance"),
            Column("department", _TEXT, "unit in charge"),
            Column("result", _TEXT, "outcome in the source's words"),
            Column("subject", "String", "who or what: device, shop, HMAC of a person"),
            Column("value", f"Nullable({_NUMBER})", "measure of the event, unit by kind"),
            Column("title", "String", "masked summary"),
            Column("flags", "Array(String)", "contract flags"),
            Column("extra", "Map(String, String)", "further columns the spec keeps"),
            *_PLACE,
            *_PROVENANCE,
        ),
        ("id", "version", "sign"),
        "toYYYYMM(at)",
        "things that happened once",
    )
    reading = Table(
        "fact_reading",
        (
            Column("id", "String", "source:device:metric:time"),
            Column("at", moment, "device time"),
            Column("updated_at", optional, "received time; the newest version wins"),
            Column("device", _TEXT, "device id"),
            Column("metric", _TEXT, "pm25, fume, water_level, speed ..."),
            Column("value", f"Nullable({_NUMBER})", "in the metric's unit"),
            Column("quality", _TEXT, "empty = good; range, sentinel, flat, missing"),
            Column("flags", "Array(String)", "contract flags"),
            *_PLACE,
            *_PROVENANCE,
        ),
        ("metric", "device", "at", "version", "sign"),
        "toYYYYMM(at)",
        "device metrics over time",
    )
    snapshot = Table(
        "fact_snapshot",
        (
            Column("id", "String", "source:register:date:area:category"),
            Column("at", moment, "the date the stock stands for, at midnight"),
            Column("updated_at", optional, "last change in the source; the newest version wins"),
            Column("register", _TEXT, "population, houses, enterprises, devices ..."),
            Column("category", _TEXT, "class within the register"),
            Column("value", f"Nullable({_NUMBER})", "the stock"),
            Column("flags", "Array(String)", "contract flags"),
            *_PLACE,
            *_PROVENANCE,
        ),
        ("register", "at", "area", "id", "version", "sign"),
        "toYYYYMM(at)",
        "a register's stock per area and date",
    )
    return {"case": case, "event": event, "reading": reading, "snapshot": snapshot}


def kernel_tables(timezone: str = "Asia/Shanghai") -> tuple[Table, ...]:
    """Return the tables beside the facts: parts, areas, ledger, quarantine."""
    moment = _time(timezone)
    return (
        Table(
            "part",
            (
                Column("indicator", _TEXT, "id in the catalogue"),
                Column("day", "Date", "day of the indicator's time basis"),
                Column("area", _TEXT, "leaf area"),
                Column("item", "Int64", "0, or the sketch bin / hashed key / fixed-point value"),
                Column("num", _NUMBER, "signed change of the numerator"),
                Column("den", _NUMBER, "signed change of the denominator"),
                Column("batch", "UInt32", "batch that brought the change"),
            ),
            ("indicator", "day", "area", "item", "batch"),
            "toYYYYMM(day)",
            "signed changes of every indicator by leaf area and day; sums roll up",
            # what a load has just written is found again without reading what was there before
            ("batches batch TYPE minmax GRANULARITY 1",),
        ),
        Table(
            "part_city",
            (
                Column("indicator", _TEXT, "id in the catalogue"),
                Column("day", "Date", "day of the indicator's time basis"),
                Column("item", "Int64", "as in part"),
                Column("num", _NUMBER, "sum of num in part"),
                Column("den", _NUMBER, "sum of den in part"),
                Column("batch", "UInt32", "batch that brought the change"),
            ),
            ("indicator", "day", "item", "batch"),
            "",
            "part summed over all areas: a wall asks for the whole city every few seconds",
        ),
        Table(
            "area",
            (
                Column(
                    "area", "String", "id: the code, or code@valid_from where a code comes back"
                ),
                Column("code", "String", "official code"),
                Column("name", "String", "name on screens"),
                Column("level", _TEXT, "id of the level"),
                Column("depth", "UInt8", "0 = root"),
                Column("parent", "String", "area id of the parent; empty for the root"),
                Column(
                    "path",
                    "Array(String)",
                    "area id at each depth of the city, empty below its own",
                ),
                Column("valid_from", "Date", "first day"),
                Column("valid_to", "Date", "first day it no longer holds"),
                Column("batch", "UInt32", "territory load that wrote it"),
            ),
            ("batch", "area"),
            "",
            "the territory, one full copy a load; the newest visible batch holds",
        ),
        Table(
            "moved",
            (
                Column("area", "String", "area that is gone, or was divided since"),
                Column("lon", "Float64", "WGS-84 degrees; 0, 0 for rows without a point"),
                Column("lat", "Float64", "WGS-84 degrees"),
                Column("now", "String", "area of the territory that holds them today"),
                Column("territory", "UInt32", "territory load it was found in"),
                Column("batch", "UInt32", "batch that wrote it"),
            ),
            ("territory", "area", "lon", "lat"),
            "",
            "where rows lie today, once for every area and point",
        ),
        Table(
            "batch",
            (
                Column("batch", "UInt32", "1, 2, 3 ...; its line is the commit"),
                Column("source", _TEXT, "source spec, or territory, catalogue, case_rules"),
                Column("shape", _TEXT, "fact shape"),
                Column("file", "String", "file name as found"),
                Column("sha256", "FixedString(64)", "of the file's bytes"),
                Column("spec_sha256", "FixedString(64)", "of the source spec that read it"),
                Column("bytes", "UInt64", "size of the file"),
                Column("rows_read", "UInt64", "= accepted + quarantined + duplicates"),
                Column("accepted", "UInt64", "rows that became versions"),
                Column("quarantined", "UInt64", "rows set aside with a reason"),
                Column("duplicates", "UInt64", "rows that said nothing new"),
                Column(
                    "repeated", "UInt64", "of them: stood before in the file, letter for letter"
                ),
                Column("flagged", "UInt64", "accepted rows that carry a flag"),
                Column("restated", "UInt64", "accepted rows that replaced an earlier version"),
                Column("watermark", f"Nullable({moment})", "newest time in the rows"),
                Column("days", "Array(Date)", "days whose parts changed"),
                Column("published_at", moment, "when it became visible"),
                Column("seconds", "Float64", "time taken"),
            ),
            ("batch",),
            "",
            "the ledger: one line a file read; a batch without a line does not exist",
        ),
        Table(
            "quarantine",
            (
                Column("batch", "UInt32", "batch that set the row aside"),
                Column("source", _TEXT, "source spec"),
                Column("file", "String", "file name"),
                Column("row_no", "UInt64", "row number in the file"),
                Column("column", "String", "source column, empty when the whole row is meant"),
                Column("value", "String", "offending value, masked"),
                Column("reason", _TEXT, "short code of the rule"),
                Column("sentence", "String", "the rule in words"),
                Column("row", "String", "the row as JSON, masked"),
            ),
            ("source", "batch", "row_no"),
            "",
            "rows read but not accepted, each with its reason",
        ),
    )


def all_tables(timezone: str = "Asia/Shanghai") -> tuple[Table, ...]:
    """Return every table of the store."""
    return (*fact_tables(timezone).values(), *kernel_tables(timezone))


def _kind(column: Column) -> str:
    return f"{column.type} MATERIALIZED {column.computed}" if column.computed else column.type


def ddl(table: Table) -> str:
    """Return the CREATE statement of one table for an embedded or single server store.

    Example:
        >>> print(ddl(Table("t", (Column("a", "UInt8", "x"),), ("a",))))
        CREATE TABLE IF NOT EXISTS t (
            `a` UInt8
        ) ENGINE = MergeTree ORDER BY (a)
    """
    lines = [f"    `{column.name}` {_kind(column)}" for column in table.columns]
    columns = ",\n".join([*lines, *(f"    INDEX {index}" for index in table.indexes)])
    partition = f" PARTITION BY {table.partition_by}" if table.partition_by else ""
    return (
        f"CREATE TABLE IF NOT EXISTS {table.name} (\n{columns}\n) ENGINE = MergeTree"
        f"{partition} ORDER BY ({', '.join(table.order_by)})"
    )
