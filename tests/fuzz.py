"""Feeds mutated files through reader, contract, place and load, and counts what became of them.

``python -m tests.fuzz --files 10000 --seed 7``. Every file ends in a sentence, or in rows that are
accepted, quarantined or duplicates and add up; nothing else. It stops at the first file that
crashes, hangs or takes too much memory, and leaves it where it says.
"""

from __future__ import annotations

import argparse
import csv
import faulthandler
import gzip
import io
import json
import random
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import xlsxwriter

from etl.batch import BatchReport
from etl.load import Loader, Round
from etl.reconcile import reconcile
from etl.source import SourceSpec
from metrics.errors import SourceError
from metrics.store import Store
from tests.support import mutations
from tests.support.feeds import case_rows
from tests.support.loading import NOW, make_bench
from tests.support.mutations import Table
from tests.support.old_excel import old_workbook

SECONDS_A_FILE = 20.0
"""A file that takes longer hangs; the median is some hundredths."""
MOST_MEMORY = 2 << 30
"""Bytes of resident memory at the worst moment, engine included."""
BOMB_BYTES = 1100 << 20
SMALL_BOMB_BYTES = 20 << 20
RECONCILED_EVERY = 1000
ROUND_FILES = 10

HEADER = ["编号", "受理", "办结", "时限", "更新", "类别", "退单", "经度", "纬度", "网格", "电话"]
NAMES = (
    "cases.csv", "cases.csv.gz", "cases.zip", "cases.xlsx", "cases.xls", "cases.json",
    "cases.jsonl", "cases.parquet", "air.csv", "people.jsonl", "calls.csv",
)  # fmt: skip
_FORMATS = {"xls": "xlsx", "gz": "csv", "zip": "csv"}


def specs() -> dict[str, SourceSpec]:
    """Return a source for every name of ``NAMES``."""
    case = {
        "case_no": "编号", "received_at": "受理", "closed_at": "办结", "due_at": "时限",
        "updated_at": "更新", "category": "类别", "n_returns": "退单",
    }  # fmt: skip
    place = {"lon": "经度", "lat": "纬度", "code": "网格", "order": ["code", "point"]}
    found = {}
    for name in NAMES:
        ending = name.rsplit(".", 1)[1]
        one = {
            "source": name.replace(".", "_"), "name": name, "fact": "case", "files": f"*{name}",
            "format": _FORMATS.get(ending, ending), "place": place, "columns": case,
            "reporter": "电话", "totals": ["合计"], "member": "a.csv" if ending == "zip" else "",
            "records": "data" if ending == "json" else "",
        }  # fmt: skip
        one |= _OTHERS.get(name, {})
        found[name] = SourceSpec.model_validate(one)
    return found


_OTHERS: dict[str, dict[str, object]] = {
    "air.csv": {
        "fact": "reading", "encoding": "gb18030", "title_rows": 1, "reporter": "", "totals": (),
        "columns": {"device": "编号", "at": "受理"},
        "metrics": {"退单": {"metric": "pm25", "sentinels": ["-999"]}, "时限": "a", "办结": "b"},
        "ignore": ["更新", "类别", "电话"],
    },
    "people.jsonl": {
        "fact": "snapshot", "reporter": "", "ignore": ["编号", "办结", "时限", "更新", "电话"],
        "columns": {"register": {"constant": "people"}, "at": "受理", "value": "退单",
                    "category": "类别"},
    },
    "calls.csv": {
        "fact": "event", "keep": ["时限", "更新"],
        "columns": {"event_no": {"columns": ["编号", "受理"], "digest": True}, "at": "受理",
                    "ended_at": "办结", "kind": {"constant": "call"}, "value": "退单",
                    "title": "类别"},
    },
}  # fmt: skip


def encoded(name: str, rows: Table) -> bytes:
    """Return a table as a file of the name's kind."""
    ending = name.rsplit(".", 1)[1]
    if ending in ("csv", "gz", "zip"):
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\r\n").writerows(rows)
        text = ("空气站\r\n" if name == "air.csv" else "") + buffer.getvalue()
        data = text.encode("gb18030" if name == "air.csv" else "utf-8", errors="replace")
        if ending == "gz":
            return gzip.compress(data)
        return _zipped(data) if ending == "zip" else data
    header, body = rows[0], rows[1:]
    if ending == "xls":
        return old_workbook([[cell[:30] for cell in row[:5]] for row in rows[:5]])
    if ending == "xlsx":
        return _workbook(rows)
    if ending == "parquet":
        columns = {f"{n}": [row[n] if n < len(row) else "" for row in body] for n in
                   range(len(header))}  # fmt: skip
        frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
        names = [one if header.index(one) == n else f"{one}{n}" for n, one in enumerate(header)]
        buffer_ = io.BytesIO()
        frame.rename(dict(zip(frame.columns, names, strict=True))).write_parquet(buffer_)
        return buffer_.getvalue()
    objects = [dict(zip(header, row, strict=False)) for row in body]
    if ending == "json":
        return json.dumps({"data": objects}, ensure_ascii=False).encode(errors="replace")
    return "\n".join(json.dumps(one) for one in objects).encode()


def _zipped(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", data)
    return buffer.getvalue()


def _workbook(rows: Table) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("案件")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell[:32_000])
    book.close()
    return buffer.getvalue()


def mutated(name: str, rng: random.Random) -> bytes:
    """Return a file that was valid once."""
    rows = [list(HEADER)]
    made = case_rows(rng.randrange(2, 25), seed=rng.randrange(1 << 30))
    rows.extend([*row, "x"] for row in made)
    dice = rng.random()
    if dice < 0.001:
        return mutations.bomb(rng, name, BOMB_BYTES)
    if dice < 0.006:
        return mutations.bomb(rng, name, SMALL_BOMB_BYTES)
    if dice < 0.05 and "json" in name:
        return mutations.deep_json(rng)
    if dice < 0.10 and name.endswith("xlsx"):
        return mutations.far_cells(encoded(name, rows), rng)
    for _ in range(rng.choice([0, 1, 1, 2])):
        if len(rows) > 2 and all(len(row) == len(rows[0]) > 1 for row in rows):
            rows = rng.choice(mutations.ROWS)(rows, rng)
    data = encoded(name, rows)
    for _ in range(rng.choice([0, 0, 0, 1, 2])):
        data = rng.choice(mutations.BYTES)(data, rng)
    return data


@dataclass
class Tally:
    """What became of the files.

    Attributes:
        files: number of files.
        sentences: files that ended in a sentence.
        rows: read, accepted, quarantined, duplicates.
        slowest: seconds and name of the slowest file.
        seconds: in all.
    """

    files: int = 0
    sentences: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    seconds: float = 0.0

    @property
    def memory(self) -> int:
        """Most resident memory so far, in bytes."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    def count(self, report: BatchReport) -> None:
        """Add the rows of a file that was loaded."""
        report.check_balance()
        self.rows.update(
            read=report.rows_read, accepted=report.accepted, quarantined=report.quarantined,
            duplicates=report.duplicates,
        )  # fmt: skip

    def hear(self, error: SourceError, path: Path) -> None:
        """Count a file that ended in a sentence."""
        assert error.where.startswith(str(path)), f"{path}: nobody knows which file {error}"
        assert error.sentence.encode(), "it can be printed"
        self.sentences += 1
        self.said[" ".join(error.what.split()[:5])] += 1

    def __str__(self) -> str:
        return (
            f"{self.files} files: {self.sentences} ended in a sentence,"
            f" {self.files - self.sentences} were loaded: {self.rows['read']} rows read ="
            f" {self.rows['accepted']} accepted + {self.rows['quarantined']} quarantined +"
            f" {self.rows['duplicates']} duplicates; slowest {self.slowest[0]:.2f} s"
            f" ({self.slowest[1]}), most memory {self.memory / (1 << 20):.0f} MB,"
            f" {self.seconds:.0f} s"
        )


def fuzz(loader: Loader, folder: Path, files: int, seed: int) -> Tally:
    """Load mutated files and return what became of them.

    Raises:
        AssertionError: rows were lost, or a bound was broken.
        BaseException: whatever a file did to the pipeline; the file is the newest in ``folder``.
    """
    rng, tally, begin = random.Random(seed), Tally(), time.perf_counter()
    sources = specs()
    folder.mkdir(parents=True, exist_ok=True)
    for first in range(0, files, ROUND_FILES):
        name = NAMES[first // ROUND_FILES % len(NAMES)]
        with loader.store.publishing:
            together = Round(loader, NOW)
            for number in range(first, min(first + ROUND_FILES, files)):
                path = folder / f"{seed}_{number}_{name}"
                path.write_bytes(mutated(name, rng))
                _write(together, sources[name], path, tally)
                path.unlink()
            for report in together.publish():
                tally.count(report)
        if first % RECONCILED_EVERY == RECONCILED_EVERY - ROUND_FILES:
            _say(f"{time.perf_counter() - begin:6.0f} s {tally}")
            _reconciled(loader)
    _reconciled(loader)
    tally.seconds = time.perf_counter() - begin
    return tally


def _write(together: Round, spec: SourceSpec, path: Path, tally: Tally) -> None:
    begin = time.process_time()  # by the processors: on a busy machine the clock tells nothing
    tally.files += 1
    faulthandler.dump_traceback_later(10 * SECONDS_A_FILE, exit=True)
    try:
        together.write(spec, path)
    except SourceError as error:
        tally.hear(error, path)
    finally:
        faulthandler.cancel_dump_traceback_later()
    spent = time.process_time() - begin
    tally.slowest = max(tally.slowest, (spent, path.name))
    assert spent < SECONDS_A_FILE, f"{path} took {spent:.1f} s"
    assert tally.memory < MOST_MEMORY, f"{path}: {tally.memory >> 20} MB"


def _reconciled(loader: Loader) -> None:
    found = reconcile(loader.store, loader.indicators)
    assert found.is_clean, found.sentences()[:5]


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="fuzz_"))
    _say(f"files lie in {folder} while they are read")
    bench = make_bench(Store(f"chdb://{folder / 'db'}"), folder / "city")
    bench.prepare()
    tally = fuzz(bench.loader, folder / "files", chosen.files, chosen.seed)
    _say(str(tally))
    for what, times in tally.said.most_common(40):
        _say(f"{times:6} {what}")


if __name__ == "__main__":
    main()
