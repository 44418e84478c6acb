"""The sources of the demo city: what each simulates, when its rows change, how it prints."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from etl.city import (
    affairs,
    casefiles,
    eventfiles,
    ledgers,
    policefiles,
    readings,
    registers,
    reportfiles,
    sensors,
    services,
    stepfiles,
)
from etl.city.cases import MOMENTS, STREAMS, CaseStream, cases_of_day
from etl.city.dirt import Soil, soiled
from etl.city.drop import drop, drop_csv, drop_jsonl, drop_parquet
from etl.city.happenings import is_missing
from etl.city.sheet import write_sheet
from etl.city.world import World

Soiler = Callable[[pl.DataFrame, np.random.Generator], tuple[pl.DataFrame, dict[str, int]]]
LONGEST_CASE_DAYS = 46
"""After so many days nothing of a case changes any more."""


@dataclass(frozen=True)
class Feed:
    """One source.

    Attributes:
        source: id of the source spec.
        number: its stream of chance for defects.
        day: the truth of one day.
        moments: columns with the seconds at which a row is exported anew.
        rows: what the source prints of the truth at a moment.
        soil: puts defects into a whole file.
        write: (path, rows, words for the period) -> written path.
        file_name: with ``{}`` for the period.
        memory_days: how far back a row can still change.
        total_rows: totals rows that ``write`` adds to every file.
        helper: column of ``rows`` that only ``soil`` needs.
    """

    source: str
    number: int
    day: Callable[[World, dt.date], pl.DataFrame]
    moments: tuple[str, ...]
    rows: Callable[[World, pl.DataFrame, int], pl.DataFrame]
    soil: Soiler
    write: Callable[[Path, pl.DataFrame, str], Path]
    file_name: str
    memory_days: int = 2
    total_rows: int = 0
    helper: str = ""

    def truth(self, world: World, first: dt.date, last: dt.date) -> pl.DataFrame:
        """Return the truth of a span of days; a day the feed lost is left out."""
        days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
        return pl.concat(
            [self.day(world, day) for day in days if not is_missing(world, self.source, day)]
            or [self.day(world, first).clear()]
        )

    def changed(self, truth: pl.DataFrame, after: int, until: int) -> pl.DataFrame:
        """Return the rows with a moment in ``after < moment <= until`` (seconds)."""
        hits = [(pl.col(name) > after) & (pl.col(name) <= until) for name in self.moments]
        return truth.filter(pl.any_horizontal(hits))


def _csv(encoding: str) -> Callable[[Path, pl.DataFrame, str], Path]:
    return lambda path, frame, _: drop_csv(path, frame, encoding)


def _jsonl(path: Path, frame: pl.DataFrame, _: str) -> Path:
    return drop_jsonl(path, frame.with_columns(pl.all().replace("", None)))


def _sheet(path: Path, frame: pl.DataFrame, period: str) -> Path:
    title = f"萧山区智慧城管案件导出表({period})"
    return drop(path, lambda half: write_sheet(half, frame, "案件", title))


def _parquet(path: Path, frame: pl.DataFrame, _: str) -> Path:
    return drop_parquet(path, frame)


def _case(
    source: str, stream: CaseStream, write: Callable[[Path, pl.DataFrame, str], Path], name: str,
    total_rows: int = 0,
) -> Feed:  # fmt: skip
    def rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:
        return casefiles.ROWS[stream.source](world, casefiles.known_at(truth, as_of))

    return Feed(
        source, stream.number, lambda world, day: cases_of_day(world, stream, day), MOMENTS, rows,
        partial(_soiled, casefiles.SOILS[stream.source]), write, name, LONGEST_CASE_DAYS,
        total_rows, "_before",
    )  # fmt: skip


def _soiled(
    soil: Soil, frame: pl.DataFrame, rng: np.random.Generator
) -> tuple[pl.DataFrame, dict[str, int]]:
    return soiled(frame, soil, rng)


def _reading_rows(world: World, truth: pl.DataFrame, as_of: int) -> pl.DataFrame:  # noqa: ARG001
    return readings.reading_rows(truth, as_of)


_EVENT = eventfiles.SOILS

FEEDS: tuple[Feed, ...] = (
    _case("hotline_12345", STREAMS["hotline"], _csv("gb18030"), "12345_{}.csv"),
    _case("police_110", STREAMS["police"], _csv("utf-8-sig"), "110_{}.csv"),
    _case("urban_management", STREAMS["urban"], _sheet, "智慧城管_{}.xlsx", total_rows=1),
    _case("grid_patrol", STREAMS["patrol"], _jsonl, "grid_event_{}.jsonl"),
    _case("mediation", STREAMS["mediation"], _csv("utf-8"), "矛盾纠纷_{}.csv"),
    _case("public_channels", STREAMS["public"], _csv("utf-8"), "公众诉求_{}.csv"),
    Feed("hotline_calls", 31, eventfiles.calls_of_day, ("ended",), eventfiles.call_rows,
         partial(_soiled, _EVENT["hotline_calls"]), _csv("utf-8"), "话务_{}.csv"),
    Feed("patrols", 32, eventfiles.patrols_of_day, ("ended",), eventfiles.patrol_log_rows,
         partial(_soiled, _EVENT["patrols"]), _jsonl, "patrol_{}.jsonl"),
    Feed("iot_alarms", 33, eventfiles.alarms_of_day, ("at", "handled"), eventfiles.alarm_rows,
         partial(_soiled, _EVENT["iot_alarms"]), _jsonl, "alarm_{}.jsonl"),
    Feed("emergency", 34, eventfiles.emergencies_of_day,
         ("start_at", "arrive_at", "reinforce_at", "ended"), eventfiles.emergency_rows,
         partial(_soiled, _EVENT["emergency"]), _csv("utf-8-sig"), "应急_{}.csv"),
    Feed("iot_readings", 21, readings.readings_of_day, ("received",), _reading_rows,
         readings.soil_readings, _parquet, "readings_{}.parquet"),
    Feed("registers", 41, registers.registers_of_day, ("published",), registers.register_rows,
         registers.with_total, _csv("utf-8-sig"), "台账_{}.csv", memory_days=32),
    Feed("device_status", 42, registers.device_status_of_day, ("published",),
         registers.device_status_rows, partial(_soiled, registers.STATUS_SOIL),
         _csv("utf-8-sig"), "设备在线_{}.csv"),
    Feed("case_steps", 51, stepfiles.steps_of_day, stepfiles.STEP_MOMENTS, stepfiles.step_rows,
         partial(_soiled, stepfiles.STEP_SOIL), _jsonl, "过程_{}.jsonl",
         stepfiles.LONGEST_STEP_DAYS),
    Feed("police_incidents", 52, policefiles.incidents_of_day, ("ended",),
         policefiles.incident_rows, partial(_soiled, policefiles.SOILS["police_incidents"]),
         _csv("utf-8-sig"), "警情_{}.csv"),
    Feed("petitions", 53, policefiles.petitions_of_day, ("at", "replied"),
         policefiles.petition_rows, partial(_soiled, policefiles.SOILS["petitions"]),
         _csv("gb18030"), "信访_{}.csv", policefiles.LONGEST_PETITION_DAYS),
    Feed("daily_reports", 54, reportfiles.reports_of_day, ("published",), reportfiles.report_rows,
         partial(_soiled, reportfiles.SOILS["daily_reports"]), _csv("utf-8-sig"), "日报_{}.csv"),
    Feed("community_activities", 55, reportfiles.activities_of_day, ("ended",),
         reportfiles.activity_rows, partial(_soiled, reportfiles.SOILS["community_activities"]),
         _jsonl, "activity_{}.jsonl"),
    Feed("platform_registers", 56, reportfiles.platform_of_day, ("published",),
         reportfiles.platform_rows, partial(_soiled, reportfiles.SOILS["platform_registers"]),
         _csv("utf-8-sig"), "平台台账_{}.csv"),
    Feed("service_events", 71, services.services_of_day, ("at", "ended"), services.service_rows,
         partial(_soiled, services.SOIL), _csv("utf-8"), "业务日志_{}.csv"),
    Feed("affairs", 72, affairs.affairs_of_day, affairs.MOMENTS, affairs.affair_rows,
         partial(_soiled, affairs.SOIL), _csv("utf-8-sig"), "办件_{}.csv", memory_days=14),
    Feed("iot_readings_more", 73, sensors.sensors_of_day, ("received",), _reading_rows,
         readings.soil_readings, _parquet, "sensors_{}.parquet"),
    Feed("ledgers", 74, ledgers.ledgers_of_day, ("published",), ledgers.ledger_rows,
         registers.with_total, _csv("utf-8-sig"), "部门台账_{}.csv", memory_days=32),
)  # fmt: skip
"""Every source of the demo city, in the order they are written."""
