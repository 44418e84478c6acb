"""The demo city's source files read a second time, by code that shares nothing with the loader.

Decoding, times, numbers, the way back from GCJ-02, point in polygon, the newest version of a row
and what becomes of a defect are written here once more, plainly and row by row, so that a number
of the product can be compared with what the files themselves say.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import re
import unicodedata
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import shapely

from tests.support.raw_exports import EXPORTS, Export

Row = dict[str, str]
LEVELS = ("district", "street", "community", "grid")
ASIDE = ("missing_number", "unparsable_time", "out_of_range", "totals_row")
"""Defects for which a row is set aside; with all others it is kept."""


_ENCODINGS = {"hotline_12345": "gb18030", "petitions": "gb18030"}
_SENTINELS = (-999.0, 9999.0, 65535.0)
_TEXTS = ("source", "shape", "area", "channel", "kind", "status", "rating", "repeat", "person",
          "resolved", "on_spot", "result", "who", "arrive_s", "metric", "register")  # fmt: skip
_TIMES = ("received", "accepted", "dispatched", "signed", "disposed", "closed", "visited", "due",
          "updated", "at", "ended")  # fmt: skip
_NUMBERS = ("returns", "urges", "rework", "value")
FACTS: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(_TEXTS, pl.String), **dict.fromkeys(_TIMES, pl.Datetime("us")),
    **dict.fromkeys(_NUMBERS, pl.Float64), "void": pl.Boolean, "good": pl.Boolean,
}  # fmt: skip
"""Columns of a fact, whatever its shape."""


@dataclass
class Account:
    """What became of the lines of one file.

    Attributes:
        lines: rows of data, counted without reading them.
        aside: rows set aside, by defect.
        again: rows that say word for word what an earlier row said.
        odd: rows kept with a defect, by defect.
    """

    source: str
    lines: int
    rows: int = 0
    kept: int = 0
    again: int = 0
    aside: Counter[str] = field(default_factory=Counter)
    odd: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class RawCity:
    """Everything the files say: the account of every file, and the newest version of every row."""

    accounts: dict[str, Account]
    facts: pl.DataFrame
    atlas: Atlas


def read_city(inbox: Path, territory: Path) -> RawCity:
    """Return what stands in the source files below the inbox, read in the order of their names."""
    atlas = Atlas(territory)
    accounts: dict[str, Account] = {}
    facts: list[dict[str, object]] = []
    for source, export in EXPORTS.items():
        said: dict[str, set[tuple[tuple[str, str], ...]]] = defaultdict(set)
        newest: dict[str, dict[str, object]] = {}
        for path in sorted((inbox / source).iterdir()):
            account = Account(source, count_lines(path))
            accounts[f"{source}/{path.name}"] = account
            for row in rows_of(path, _ENCODINGS.get(source, "utf-8-sig")):
                account.rows += 1
                fact = _fact(source, export, row, account)
                if fact is None:
                    continue
                key, words = str(fact.pop("key")), tuple(sorted(_plain(export, row).items()))
                if words in said[key]:
                    account.again += 1
                    continue
                said[key].add(words)
                account.kept += 1
                where = fact["where"]
                if isinstance(where, Where) and not atlas.level.keys() >= set(where.codes):
                    account.odd["unknown_code"] += 1
                before = newest.get(key)
                if before is None or _stamp(fact) > _stamp(before):
                    newest[key] = fact
                elif _stamp(fact) == _stamp(before):
                    raise AssertionError(f"{path.name}: two versions of {key} at the same moment")
        facts += newest.values()
    _place(facts, atlas)
    return RawCity(accounts, pl.DataFrame(facts, schema=FACTS).join(atlas.paths, on="area"), atlas)


def count_lines(path: Path) -> int:
    """Return how many rows of data a file has, from its bytes rather than from its content."""
    content = path.read_bytes()
    if path.suffix == ".csv":
        return content.count(b"\n") - 1
    if path.suffix == ".jsonl":
        return content.count(b"\n")
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return archive.read("xl/worksheets/sheet1.xml").count(b"<row ") - 2
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def rows_of(path: Path, encoding: str) -> Iterator[Row]:
    """Yield the rows of a file as texts."""
    if path.suffix == ".csv":
        yield from csv.DictReader(io.StringIO(path.read_bytes().decode(encoding), newline=""))
    elif path.suffix == ".jsonl":
        for line in path.read_text("utf-8").splitlines():
            yield {name: "" if cell is None else str(cell) for name, cell in
                   json.loads(line).items()}  # fmt: skip
    elif path.suffix == ".xlsx":
        _, header, *body = _cells(path)
        for cells in body:
            yield {name: cells.get(letter, "") for letter, name in header.items()}
    else:
        for row in pl.read_parquet(path).iter_rows(named=True):
            yield {name: "" if cell is None else str(cell) for name, cell in row.items()}


def _cells(path: Path) -> list[dict[str, str]]:
    """Return the rows of the first sheet as texts by column letters."""
    with zipfile.ZipFile(path) as archive:
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    return [
        {cell.get("r", "").rstrip("0123456789"): "".join(cell.itertext()) for cell in row}
        for row in sheet.findall(".//{*}row")
    ]


def moment(text: str) -> dt.datetime | None:
    """Return the moment whose numbers stand in a text, None for an empty one.

    Raises:
        ValueError: there are no numbers in it, or no such day or hour.
    """
    if text in ("", "—"):
        return None
    found = [int(part) for part in re.findall(r"\d+", text)[:6]]
    if len(found) < 3:
        raise ValueError(text)
    year, month, day, hour, minute, second = [*found, 0, 0, 0][:6]
    return dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the city's clock


def _plain(export: Export, row: Row) -> Row:
    """Return a row with its number written plainly, which is all that may differ."""
    return {**row, **{name: unicodedata.normalize("NFKC", row[name]) for name in export.key}}


def _fact(source: str, export: Export, row: Row, account: Account) -> dict[str, object] | None:
    """Return what a row says, or None after noting why it is set aside."""
    if next(filter(None, row.values()), "").startswith("合计"):
        account.aside["totals_row"] += 1
        return None
    keys = [unicodedata.normalize("NFKC", row[name]).strip() for name in export.key]
    if not all(keys):
        account.aside["missing_number"] += 1
        return None
    try:
        times = {meaning: moment(row[column]) for meaning, column in export.times.items()}
    except ValueError:
        account.aside["unparsable_time"] += 1
        return None
    fact: dict[str, object] = {"source": source, "shape": export.shape, "good": True,
                               "void": False, **export.fixed, **times}  # fmt: skip
    for meaning, (column, low, high) in export.numbers.items():
        value = float(row[column]) if row[column] not in ("", "—") else None
        inside = value is None or low <= value <= high
        if export.shape == "reading" and (value in _SENTINELS or not inside):
            fact["good"] = False
            account.odd["sentinel" if value in _SENTINELS else "out_of_range"] += 1
        elif not inside:
            account.aside["out_of_range"] += 1
            return None
        fact[meaning] = value
    fact |= {meaning: row[column].replace("—", "") for meaning, column in export.words.items()}
    fact["void"] = fact.get("status") in export.void
    fact |= {"key": ":".join(keys), "where": _where(export, row, account)}
    if keys != [row[name] for name in export.key]:
        account.odd["full_width_number"] += 1
    closed, received = times.get("closed"), times.get("received")
    if closed and received and closed < received:
        account.odd["closed_before_received"] += 1
    return fact


def _stamp(fact: Mapping[str, object]) -> dt.datetime:
    return max(one for name in ("updated", "ended", "at") if (one := fact.get(name)))  # type: ignore[type-var, return-value]


@dataclass(frozen=True)
class Where:
    """What a row says about its place; a point is already in WGS-84."""

    point: tuple[float, float] | None
    codes: tuple[str, ...]
    name: str
    level: str


def _where(export: Export, row: Row, account: Account) -> Where:
    name, level = (row[export.named[0]], export.named[1]) if export.named else ("", "")
    codes = tuple(row[column] for column in export.codes)
    point = None
    if export.point and row[export.point[0]]:
        lon, lat = (float(row[column]) for column in export.point)
        if lon < lat:  # the city lies farther east than north
            lon, lat = lat, lon
            account.odd["swapped_point"] += 1
        if lat == 0:
            account.odd["zero_point"] += 1
        else:
            point = from_gcj02(lon, lat) if export.is_gcj else (lon, lat)
    return Where(point, codes, name, level)


def to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Return a WGS-84 point as Chinese maps draw it, by the published formula."""
    x, y = lon - 105, lat - 35

    def wave(size: float, turn: float) -> float:
        return size * math.sin(turn * math.pi) * 2 / 3

    both = wave(20, 6 * x) + wave(20, 2 * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + both
    north += wave(20, y) + wave(40, y / 3) + wave(160, y / 12) + wave(320, y / 30)
    east = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + both
    east += wave(20, x) + wave(40, x / 3) + wave(150, x / 12) + wave(300, x / 30)
    radius, flat = 6378245.0, 0.00669342162296594323
    bend = 1 - flat * math.sin(math.radians(lat)) ** 2
    north_metre = 180 / math.pi / (radius * (1 - flat) / bend**1.5)
    east_metre = 180 / math.pi / (radius / math.sqrt(bend) * math.cos(math.radians(lat)))
    return lon + east * east_metre, lat + north * north_metre


def from_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Return the WGS-84 point that Chinese maps draw here."""
    east, north = lon, lat
    for _ in range(20):
        drawn = to_gcj02(east, north)
        east, north = east + lon - drawn[0], north + lat - drawn[1]
    return east, north


class Atlas:
    """The areas of a territory folder: their shapes, names and who lies in whom.

    Attributes:
        paths: one row an area, with the code of the area above it at every level, or "".
    """

    def __init__(self, folder: Path) -> None:
        with (folder / "areas.csv").open(encoding="utf-8", newline="") as file:
            areas = list(csv.DictReader(file))
        self.level = {area["code"]: area["level"] for area in areas}
        self.parent = {area["code"]: area["parent"] for area in areas}
        self.root = next(code for code, level in self.level.items() if level == LEVELS[0])
        self._names = {
            level: Counter(a["name"] for a in areas if a["level"] == level) for level in LEVELS
        }
        self._code = {(area["level"], area["name"]): area["code"] for area in areas}
        self._shapes = {}
        for level in LEVELS:
            features = json.loads((folder / f"{level}.geojson").read_text("utf-8"))["features"]
            features.sort(key=lambda one: str(one["properties"]["code"]))
            shapes = [shapely.from_geojson(json.dumps(one["geometry"])) for one in features]
            codes = [one["properties"]["code"] for one in features]
            self._shapes[level] = (shapely.STRtree(shapes), codes)
        self.paths = pl.DataFrame([{"area": code, **self._path(code)} for code in self.level])

    def _path(self, code: str) -> Row:
        path = dict.fromkeys(LEVELS, "")
        while code:
            path[self.level[code]] = code
            code = self.parent[code]
        return path

    def at(self, points: list[tuple[float, float]]) -> list[str]:
        """Return the deepest area that holds each point, "" for none."""
        found = [""] * len(points)
        for level in reversed(LEVELS):
            tree, codes = self._shapes[level]
            hits = tree.query(shapely.points(points), predicate="intersects")
            for point, shape in sorted(hits.T.tolist(), reverse=True):
                if not found[point] or self.level[found[point]] == level:
                    found[point] = codes[shape]
        return found

    def named(self, name: str, level: str) -> str:
        """Return the one area of a level with a name, "" where there is none or several."""
        return self._code[level, name] if level and self._names[level][name] == 1 else ""


def _place(facts: Iterable[dict[str, object]], atlas: Atlas) -> None:
    """Give every fact its area: by code, by point, by name; the whole city where all fail."""
    where = [(fact, one) for fact in facts if isinstance(one := fact.pop("where"), Where)]
    points = sorted({one.point for _, one in where if one.point})
    at = dict(zip(points, atlas.at(points), strict=True)) if points else {}
    for fact, one in where:
        code = next((code for code in one.codes if code in atlas.level), "")
        area = code or (at[one.point] if one.point else "") or atlas.named(one.name, one.level)
        fact["area"] = area or atlas.root
