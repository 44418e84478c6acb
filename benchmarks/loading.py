"""How fast a CSV of cases becomes published numbers, and how much memory that takes.

The loader is the real one: plan, reading process, contract, placing, journal, parts, ledger. The
bare equivalent is polars reading the same file with the same types, and the rows the loader made
inserted as Arrow into an empty table of the same form, without checks, places or sums. Every
load runs in a process of its own, so that peaks of memory are its own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
import shapely

from benchmarks.made_up import territory
from etl.boundaries import Boundaries
from etl.load import Loader
from etl.place import Gazetteer
from etl.plan import plan
from etl.run import run
from etl.source import load_specs
from metrics.catalogue import load_catalogue
from metrics.store import Store
from metrics.tables import ddl, fact_tables

SPEC = """\
source: hotline
name: 热线工单
fact: case
files: "cases_*.csv"
format: csv
rhythm: 1d
place: {lon: 经度, lat: 纬度, code: 网格编码, crs: gcj02, order: [code, point]}
reporter: 来电人
keep: [处理意见]
columns:
  case_no: 工单编号
  received_at: 受理时间
  accepted_at: 受理时间
  dispatched_at: 派单时间
  signed_at: 签收时间
  closed_at: 办结时间
  due_at: 办理时限
  updated_at: 更新时间
  channel: 来源渠道
  kind: {constant: 诉求}
  category: 问题类别
  subcategory: 问题小类
  department: 承办单位
  status: 状态
  satisfaction: 满意度
  n_returns: 退单次数
  title: 标题
  address: 地址
"""
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))
FIRST = np.datetime64("2025-09-01T00:00:00", "ms")
DAYS, BLOCK, TIMES_LARGER = 420, 200_000, 10
WEST, SOUTH = 118.0, 31.0
_MOMENTS = ("受理时间", "派单时间", "签收时间", "办结时间", "办理时限", "更新时间")


def boundaries() -> Boundaries:
    """Return a regular city of about 2,700 grids with the shape of each area."""
    city, shapes = territory(), {}
    for area in city.areas.values():
        at = [int(part) for part in area.id[1:].split(".")] if area.depth else []
        x, y, g = (*at, 0, 0, 0)[:3]
        box = {
            0: (0, 0, 26, 21), 1: (x, 0, x + 1, 21), 2: (x, y, x + 1, y + 1),
            3: (x + g / 5, y, x + (g + 1) / 5, y + 1),
        }[area.depth]  # fmt: skip
        west, south, east, north = (n * 0.01 for n in box)
        shapes[area.id] = shapely.box(WEST + west, SOUTH + south, WEST + east, SOUTH + north)
    return Boundaries(city, shapes, ())


def write_cases(path: Path, rows: int, seed: int = 5) -> None:
    """Write made-up cases as a hotline exports them: by time of receipt, some placed by point."""
    rng = np.random.default_rng(seed)
    grids = np.array([area.id for area in territory().areas.values() if area.depth == 3])
    with path.open("wb") as file:
        for start in range(0, rows, BLOCK):
            frame = _cases(rng, grids, start, min(BLOCK, rows - start), rows)
            frame.write_csv(file, include_header=not start, datetime_format="%Y-%m-%d %H:%M:%S")


def _cases(
    rng: np.random.Generator, grids: np.ndarray, start: int, count: int, total: int
) -> pl.DataFrame:
    span = DAYS * 86_400
    seconds = np.sort(rng.integers(0, span * count // total + 1, count)) + span * start // total
    received = FIRST + seconds * np.timedelta64(1000, "ms")
    passed = [
        received
        + np.cumsum(rng.lognormal(mean, 0.9, count)).astype("int64")
        % (days * 86_400_000)
        * np.timedelta64(1, "ms")
        for mean, days in ((15.0, 1), (16.0, 2), (19.0, 40))
    ]
    closed = np.where(rng.random(count) < 0.97, passed[2], np.datetime64("NaT"))
    point = rng.random(count) < 0.5
    pick = rng.integers
    words = {
        "来源渠道": ["12345热线", "网格巡查", "智慧城管"],
        "问题类别": ["噪声扰民", "占道经营", "供水供电", "市容环境", "物业管理", "道路设施"],
        "问题小类": [f"小类{n:02d}" for n in range(60)],
        "承办单位": [f"第{n}街道办事处" for n in range(26)],
        "状态": ["已办结", "办理中", "已回访"],
        "满意度": ["满意", "基本满意", "不满意", ""],
        "标题": [f"反映某处{n:03d}夜间施工影响休息" for n in range(500)],
        "地址": [f"东一路{n}号附近" for n in range(2000)],
        "处理意见": [f"已到现场处置,编号{n:04d},请市民继续监督" for n in range(5000)],
    }
    texts = {
        name: pl.Series(said).gather(pick(0, len(said), count)) for name, said in words.items()
    }
    return pl.DataFrame(
        {
            "工单编号": [f"GD{start + n:010d}" for n in range(count)],
            **dict(zip(_MOMENTS, (
                received, *passed[:2], closed, received + np.timedelta64(5 * 86_400_000, "ms"),
                np.maximum(passed[2], received),
            ), strict=True)),
            **texts,
            "退单次数": (rng.random(count) < 0.03).astype(int),
            "来电人": np.char.add("R", pick(0, total // 3 + 1, count).astype(str)),
            "经度": WEST + rng.random(count) * 0.26,
            "纬度": SOUTH + rng.random(count) * 0.21,
            "网格编码": np.where(point, "", grids[pick(0, len(grids), count)]),
        }
    )  # fmt: skip


def load(folder: Path, rows: int, *, profile: bool = False) -> dict[str, float]:
    """Load a file of cases into a store of its own and compare that with the bare equivalent."""
    inbox = folder / "inbox"
    inbox.mkdir()
    write_cases(inbox / "cases_1.csv", rows)
    (folder / "sources").mkdir()
    (folder / "sources" / "hotline.yaml").write_text(SPEC, encoding="utf-8")
    specs, city = load_specs(folder / "sources"), boundaries()
    store = Store(f"chdb://{folder}/store")
    indicators = list(load_catalogue().indicators.values())
    loader = Loader(store, Gazetteer(city), indicators, store.timezone, b"secret")
    due = plan(store, specs, inbox, boundaries=city, indicators=indicators)
    begin, worked = time.perf_counter(), _worked()
    report = run(due, loader, specs, now=NOW, boundaries=city, progress=False)
    spent = {"seconds": time.perf_counter() - begin, "worked": _worked() - worked}
    (done,) = report.files
    assert (done.problem, done.accepted) == (None, rows), done
    peaks = {
        "loader_mb": _peak(resource.RUSAGE_SELF), "reader_mb": _peak(resource.RUSAGE_CHILDREN)
    }  # fmt: skip
    if profile:
        _tell_statements(store)
    bare = _bare(store, inbox / "cases_1.csv", rows)
    store.close()
    return {**spent, **peaks, **bare}


def _worked() -> float:
    return sum(os.times()[:4])


def _peak(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def _tell_statements(store: Store) -> None:
    spent: dict[str, float] = {}
    for line in store.journal:
        spent[line.tag] = spent.get(line.tag, 0) + line.milliseconds / 1000
    for tag, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"  {tag:24} {seconds:8.2f} s", file=sys.stderr)


def _bare(store: Store, path: Path, rows: int) -> dict[str, float]:
    """Return the seconds of reading with types and of inserting the same rows."""
    types = dict.fromkeys(_MOMENTS, pl.Datetime("ms"))
    begin, worked = time.perf_counter(), _worked()
    frame = pl.scan_csv(path, schema_overrides=types).collect()
    assert (frame.height, frame.schema["办结时间"]) == (rows, pl.Datetime("ms"))
    del frame
    spent = {"read_seconds": time.perf_counter() - begin, "read_worked": _worked() - worked}
    name = "bare_case"
    store.command(ddl(fact_tables()["case"]).replace("fact_case", name), tag="bench")
    seconds = processor = 0.0
    for start in range(0, rows, BLOCK):
        block = store.arrow(
            "SELECT * FROM fact_case WHERE row_no > {low:UInt64} AND row_no <= {high:UInt64}"
            " ORDER BY row_no",
            {"low": start + 1, "high": start + BLOCK + 1}, tag="bench",
        )  # fmt: skip
        begin, worked = time.perf_counter(), _worked()
        store.insert(name, block, tag="bench.bare")
        seconds += time.perf_counter() - begin
        processor += _worked() - worked
    return {**spent, "insert_seconds": seconds, "insert_worked": processor}


def loading(rows: int) -> dict[str, float]:
    """Compare a load with its bare equivalent, and its memory with that for a tenth of the rows."""
    small, large = (_alone(number) for number in (rows // TIMES_LARGER, rows))
    bare = {kind: large[f"read_{kind}"] + large[f"insert_{kind}"] for kind in ("seconds", "worked")}
    memory = [one["loader_mb"] + one["reader_mb"] for one in (small, large)]
    return {
        "rows": rows, **large, "ratio": large["seconds"] / bare["seconds"],
        "processor_ratio": large["worked"] / bare["worked"],
        "rows_per_second": rows / large["seconds"],
        "small_loader_mb": small["loader_mb"], "small_reader_mb": small["reader_mb"],
        "memory_growth": memory[1] / memory[0] - 1,
    }  # fmt: skip


def _alone(rows: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.loading", "--rows", str(rows)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    figures: dict[str, float] = json.loads(said)
    return figures


def main() -> None:
    """Load once and say how long it took, as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loading")
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--profile", action="store_true", help="say which statements took long")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(load(Path(folder), options.rows, profile=options.profile)))


if __name__ == "__main__":
    main()
