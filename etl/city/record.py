"""A city of record on disk: the files of a period that was published and is over."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl

from etl.city.drop import drop, drop_csv
from etl.city.mesh import Labels
from etl.city.record_ground import RecordGround, read_record_ground, shared_out
from etl.city.rhythm import OFFICE, times_of_day
from etl.city.settled import WEIGHT, Setting, settled_cases
from etl.city.volumes import EventBlock, RegisterBlock, Volumes
from etl.city.world import midnight, read_taxonomy

CASES, EVENTS, REGISTERS = "cases", "services", "registers"
"""Ids of the sources of a city of record."""

_MANIFEST = "ground_truth.json"


def write_record(
    folder: Path, territory: Path, volumes: Volumes, taxonomy: Path, *, seed: int
) -> list[Path]:
    """Write every source's files and ``ground_truth.json``; return the files' paths.

    Args:
        folder: each source gets a folder of its id below it.
        territory: folder with ``areas.csv``.
        volumes: the totals.
        taxonomy: table of the classes, with a column ``weight``.
        seed: same seed, same bytes.
    """
    ground = read_record_ground(territory / "areas.csv", seed=seed)
    classes = read_taxonomy(taxonomy, (WEIGHT,))
    setting = Setting(ground, classes, volumes.prefix, volumes.units)
    written: list[Path] = []
    for number, block in enumerate(volumes.cases, 1):
        frame = settled_cases(setting, block, number)
        written += _half_yearly(folder / CASES, f"事项_{{}}_{number:02d}.csv", frame, "上报时间")
    for number, events in enumerate(volumes.events, 1):
        frame = _events(ground, events, number)
        written += _half_yearly(folder / EVENTS, f"服务_{{}}_{number:02d}.csv", frame, "时间")
    for day in sorted({block.at for block in volumes.registers}):
        blocks = [block for block in volumes.registers if block.at == day]
        frame = pl.concat([_register(ground, block) for block in blocks])
        path = folder / REGISTERS / f"台账_{day:%Y%m%d}.csv"
        written.append(drop_csv(path, frame, "utf-8-sig"))
    truth = {"seed": seed, "until": volumes.until.isoformat(sep=" "),
             "volumes": volumes.model_dump(mode="json", exclude_defaults=True)}  # fmt: skip
    text = json.dumps(truth, ensure_ascii=False, indent=1) + "\n"
    drop(folder / _MANIFEST, lambda half: _text(half, text))
    return written


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _half_yearly(folder: Path, name: str, frame: pl.DataFrame, time: str) -> list[Path]:
    half = pl.when(pl.col(time).str.slice(5, 2) <= "06").then(pl.lit("H1")).otherwise(pl.lit("H2"))
    halves = frame.with_columns(_half=pl.col(time).str.slice(0, 4) + half)
    return [
        drop_csv(folder / name.format(key), part.drop("_half"), "utf-8-sig")
        for (key,), part in halves.group_by("_half", maintain_order=True)
    ]


def _events(ground: RecordGround, block: EventBlock, number: int) -> pl.DataFrame:
    rng = np.random.default_rng([ground.seed, 700 + number])
    days = (block.last - block.first).days + 1
    places = ground.at(ground.lowest, block.first)
    weight = ground.weights(ground.lowest, len(places))
    if block.total:
        size = days * len(places)
        place, day = np.tile(np.arange(len(places)), days), np.repeat(np.arange(days), len(places))
        value = shared_out(block.total, np.tile(weight, days))
    else:
        size = block.count
        place, day = rng.choice(len(places), size, p=weight), np.sort(rng.integers(0, days, size))
        value = np.ones(size, dtype=np.int64)
    begun = midnight(block.first) + day * 86_400 + rng.permutation(times_of_day(size, OFFICE, rng))
    ended = begun + rng.integers(120, 1500, size)
    numbers = pl.int_range(1, size + 1, eager=True).cast(pl.String).str.zfill(7)
    return pl.DataFrame(
        {
            "编号": f"F{number:02d}" + numbers,
            "时间": _clock(begun),
            "结束时间": _clock(ended),
            "类别": pl.repeat(block.word, size, dtype=pl.String, eager=True),
            "项目": pl.repeat(block.category, size, dtype=pl.String, eager=True),
            "结果": pl.repeat("接通" if block.word == "来电" else "办结", size, eager=True),
            "数量": pl.Series(value).cast(pl.String),
            "区划编码": pl.Series([one.code for one in places]).gather(pl.Series(place)),
        }
    )


def _clock(seconds: Labels) -> pl.Series:
    return pl.from_epoch(pl.Series(seconds), time_unit="s").dt.strftime("%Y-%m-%d %H:%M:%S")


def _register(ground: RecordGround, block: RegisterBlock) -> pl.DataFrame:
    places = ground.at(block.level, block.at)
    places = places[: block.urban] if block.urban else places
    values: list[str]
    if block.each:
        values = [str(block.each)] * len(places)
    elif len(places) == 1:
        values = [f"{block.total:g}" if block.total < 1e5 else str(round(block.total))]
    else:
        weight = ground.weights(block.level, len(places))
        values = [str(value) for value in shared_out(round(block.total), weight).tolist()]
    size = len(places)
    return pl.DataFrame(
        {
            "统计日期": [block.at.isoformat()] * size,
            "台账": [block.word] * size,
            "类别": [block.category] * size,
            "区划编码": [place.code for place in places],
            "区划名称": [place.name for place in places],
            "数量": values,
        }
    )
