"""Made-up feeds of the square city: their specs and files, every value from a seed."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path

from metrics.indicator import Indicator
from tests.support.small_city import centre

CASES_YAML = """\
source: hotline
name: 热线工单
fact: case
files: "cases_*.csv"
format: csv
rhythm: 1d
place: {lon: 经度, lat: 纬度, code: 网格, order: [code, point]}
columns:
  case_no: 编号
  received_at: 受理
  closed_at: 办结
  due_at: 时限
  updated_at: 更新
  category: 类别
  n_returns: 退单
"""

READINGS_YAML = """\
source: air
name: 空气站
fact: reading
files: "air_*.csv"
format: csv
rhythm: 1h
place: {code: 网格}
columns:
  device: 设备
  metric: 指标
  at: 时间
  value: 值
"""

CASE_HEADER = ("编号", "受理", "办结", "时限", "更新", "类别", "退单", "经度", "纬度", "网格")
START = dt.datetime(2026, 3, 1)  # noqa: DTZ001 - written into files as local text


def write_specs(folder: Path) -> None:
    """Write the specs into a city's folder."""
    (folder / "sources" / "hotline.yaml").write_text(CASES_YAML, encoding="utf-8")
    (folder / "sources" / "air.yaml").write_text(READINGS_YAML, encoding="utf-8")


def case_rows(number: int, seed: int, *, days: int = 40, width: int = 8) -> list[list[str]]:
    """Return work orders; some are closed, some have no place, some lie outside."""
    rng = random.Random(seed)
    rows = []
    for n in range(number):
        begin = START + dt.timedelta(minutes=rng.randrange(days * 1440))
        end = begin + dt.timedelta(minutes=rng.randrange(10, 9000)) if rng.random() < 0.8 else None
        lon, lat = centre(rng.randrange(width), rng.randrange(width))
        point = ["", ""] if rng.random() < 0.1 else [f"{lon:.6f}", f"{lat:.6f}"]
        rows.append([
            f"A{n:06d}", _stamp(begin), _stamp(end), _stamp(begin + dt.timedelta(days=3)),
            _stamp(end or begin), rng.choice(["噪声", "占道", "路灯"]), str(rng.randrange(3)),
            *point, "",
        ])  # fmt: skip
    return rows


def revised(rows: Sequence[list[str]], seed: int, share: float = 0.3) -> list[list[str]]:
    """Return later versions of some of the rows: closed, or closed later than before."""
    rng = random.Random(seed)
    found = []
    for row in rows:
        if rng.random() < share:
            last = dt.datetime.fromisoformat(row[4]) + dt.timedelta(hours=rng.randrange(1, 100))
            found.append([*row[:2], _stamp(last), row[3], _stamp(last), *row[5:]])
    return found


def _stamp(moment: dt.datetime | None) -> str:
    return moment.isoformat(sep=" ") if moment else ""


def write_rows(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    """Write a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def indicators() -> list[Indicator]:
    """Return one indicator of every kind that has parts."""
    said = {"domain": "d", "unit": "件", "note": "n", "fact": "case", "tier": "core"}
    valid = "is_void = 0"
    hours = "dateDiff('second', received_at, closed_at) / 3600"
    reading = {**said, "unit": "µg/m³", "fact": "reading"}
    return [
        Indicator(id="n_in", name="a", name_en="a", kind="count", time="received_at",
                  numerator=valid, **said),
        Indicator(id="n_out", name="a", name_en="a", kind="count", time="closed_at", **said),
        Indicator(id="on_time", name="a", name_en="a", kind="ratio", time="due_at",
                  numerator="closed_at <= due_at", denominator="isNotNull(due_at)", **said),
        Indicator(id="returns", name="a", name_en="a", kind="sum", time="received_at",
                  value="n_returns", **said),
        Indicator(id="hours", name="a", name_en="a", kind="average", time="closed_at",
                  value=hours, **said),
        Indicator(id="hours_median", name="a", name_en="a", kind="quantile", time="closed_at",
                  value=hours, **said),
        Indicator(id="classes", name="a", name_en="a", kind="distinct", time="received_at",
                  key="category", **said),
        Indicator(id="open", name="a", name_en="a", kind="stock", time="received_at",
                  leave="closed_at", **said),
        Indicator(id="pm25", name="a", name_en="a", kind="average", time="at",
                  where="metric = 'pm25'", value="value", **reading),
        Indicator(id="pm25_max", name="a", name_en="a", kind="extreme", time="at",
                  where="metric = 'pm25'", value="value", roll_up="max", **reading),
    ]  # fmt: skip
