"""A file nobody has described yet: what is in it, and what a person has to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import fastexcel
import polars as pl

from etl.profile.columns import ColumnLook, look_at_column
from etl.profile.container import MOST_BYTES, Container, open_container
from etl.profile.keys import Sameness, look_for_keys
from etl.profile.layout import TOTALS, Layout, first_rows, sniff_delimiter, sniff_layout
from etl.profile.places import AreaLook, PointLook, look_for_areas, look_for_points
from etl.readers import read_sheet
from etl.readers.frame import ROW_NO, Sheet, plain
from etl.spec import SourceSpec
from metrics.errors import SourceError

if TYPE_CHECKING:
    from etl.boundaries import Boundaries

__all__ = ["ColumnLook", "Order", "Profile", "profile_file"]

MOST_ROWS = 500_000
_ZONE = "Asia/Shanghai"
_HEAD = 256 << 10
_FIRST_ROWS = 200
_IN_ORDER = 0.9


@dataclass(frozen=True)
class Order:
    """Two columns of moments of which one nearly always comes first."""

    first: str
    then: str
    rows: int
    against: int


@dataclass(frozen=True)
class Profile:
    """Everything found out about one file.

    Attributes:
        container: packing, format, encoding.
        layout: title and header rows.
        delimiter: of a CSV.
        sheets: visible sheets of a workbook.
        hidden: its hidden ones.
        sheet: the one that was looked at.
        records: keys to the array of a JSON document.
        rows: rows looked at.
        is_whole: whether these are all.
        broken: rows that do not fit the table, with the first one's number.
        totals: word a row of totals begins with -> rows.
        columns: one a column.
        sameness: keys and rows that are alike.
        orders: between columns of moments.
        points: the points, if there are any.
        areas: columns that hold the city's areas.
        doubts: what concerns no single column.
    """

    container: Container
    layout: Layout
    delimiter: str
    sheets: tuple[str, ...]
    hidden: tuple[str, ...]
    sheet: str
    records: str
    rows: int
    is_whole: bool
    broken: int
    totals: dict[str, int]
    columns: tuple[ColumnLook, ...]
    sameness: Sameness
    orders: tuple[Order, ...]
    points: PointLook | None
    areas: tuple[AreaLook, ...]
    doubts: tuple[str, ...]


def profile_file(
    path: Path,
    *,
    city: Boundaries | None = None,
    zone: str = _ZONE,
    most_rows: int = MOST_ROWS,
    most_bytes: int = MOST_BYTES,
) -> Profile:
    """Return what is in a file, read the way the loader would read it.

    Args:
        path: the file.
        city: its areas and boundaries, to compare places with.
        zone: time zone the moments are read in.
        most_rows: of a larger file only the first ones are looked at.
        most_bytes: the same for the bytes of a text.

    Raises:
        SourceError: the file cannot be read at all.
    """
    container = open_container(path, rows=most_rows, most_bytes=most_bytes)
    shape = _shape_of(container)
    sheet = read_sheet(shape.spec, path, container.data)
    frame, doubts = _named(sheet)
    is_whole = container.is_whole and frame.height <= most_rows
    frame = frame.head(most_rows)
    totals = _totals(frame)
    frame = _without(frame, totals)
    columns = tuple(look_at_column(name, frame[name], zone) for name in frame.columns)
    cleaned = _emptied(frame, columns)
    return Profile(
        container, shape.layout, shape.spec.delimiter, shape.sheets, shape.hidden,
        shape.spec.sheet, shape.spec.records, frame.height, is_whole, sheet.broken.height, totals,
        columns, look_for_keys(cleaned, columns), _orders(columns),
        look_for_points(cleaned, columns, city),
        look_for_areas(cleaned, columns, city) if city else (),
        (*shape.doubts, *doubts, *_of_broken(sheet)),
    )  # fmt: skip


@dataclass(frozen=True)
class _Shape:
    """How a reader has to be told to read the file."""

    spec: SourceSpec
    layout: Layout
    sheets: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def _shape_of(container: Container) -> _Shape:
    """Return how the file has to be read, found out from its first rows."""
    base: dict[str, object] = {
        "source": "profile",
        "name": "",
        "fact": "case",
        "files": "*",
        "columns": {},
    }
    base |= {"format": container.format, "member": container.member}
    doubts: tuple[str, ...] = ()
    if container.member:
        doubts = (f"the archive holds {len(container.members)} files; this is the largest",)
    if container.format == "csv":
        encoding = "gb18030" if container.encoding == "gb18030" else "utf-8-sig"
        text = container.data[:_HEAD].decode(encoding, errors="ignore")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        delimiter = sniff_delimiter(text)
        layout = sniff_layout(first_rows(text, delimiter))
        more = {"delimiter": delimiter, **_told(layout)}
        return _Shape(SourceSpec.model_validate(base | more), layout, doubts=doubts)
    if container.format == "xlsx":
        return _workbook(container, base)
    records = _records(container) if container.format == "json" else ""
    spec = SourceSpec.model_validate(base | {"records": records})
    return _Shape(spec, Layout(0, 1, has_header=True, width=0), doubts=doubts)


def _told(layout: Layout) -> dict[str, int]:
    return {"title_rows": layout.title_rows, "header_rows": layout.header_rows}


def _workbook(container: Container, base: dict[str, object]) -> _Shape:
    """Return how to read a workbook: the visible sheet with the most rows."""
    try:
        book = fastexcel.read_excel(container.data)
        loaded = [
            book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            for name in book.sheet_names
        ]
    except fastexcel.FastExcelError as error:
        raise SourceError(
            "this is no readable Excel file", where=str(container.path),
            hint="Protected and half-copied files cannot be read",
            next_step="Save it as .xlsx without a password",
        ) from error  # fmt: skip
    visible = [one for one in loaded if one.visible == "visible"] or loaded
    best = max(visible, key=lambda one: one.total_height)
    cells = best.to_polars().head(_FIRST_ROWS)
    layout = sniff_layout([["" if c is None else str(c) for c in row] for row in cells.rows()])
    several = [one.name for one in visible if one.total_height > 1]
    doubts = (f"sheets with rows: {', '.join(several)}; this one has the most",)
    more = {"sheet": best.name if len(several) > 1 else "", **_told(layout)}
    return _Shape(
        SourceSpec.model_validate(base | more), layout,
        sheets=tuple(one.name for one in visible),
        hidden=tuple(one.name for one in loaded if one not in visible),
        doubts=doubts if len(several) > 1 else (),
    )  # fmt: skip


def _records(container: Container) -> str:
    """Return the keys that lead to the longest array of objects in a JSON document."""
    import json  # noqa: PLC0415 - one format of five

    encoding = "gb18030" if container.encoding == "gb18030" else "utf-8-sig"
    try:
        document = json.loads(container.data.decode(encoding))
    except (ValueError, RecursionError):
        return ""
    found: list[tuple[int, str]] = []

    def walk(node: object, path: tuple[str, ...]) -> None:
        if isinstance(node, list) and node and isinstance(node[0], dict):
            found.append((len(node), ".".join(path)))
        elif isinstance(node, dict) and len(path) < 5:
            for key, value in node.items():
                walk(value, (*path, str(key)))

    walk(document, ())
    return max(found, default=(0, ""))[1]


def _named(sheet: Sheet) -> tuple[pl.DataFrame, list[str]]:
    """Return the table under its names, and what is wrong with these."""
    names: list[str] = []
    doubts = []
    kept = {}
    for number, cell in enumerate(sheet.header):
        name, column = plain(cell), sheet.frame[str(number)].cast(pl.String)
        if not name:
            if column.is_null().all():
                continue
            doubts.append(f"column {number + 1} has values but no name: the loader stops there")
            name = f"column {number + 1}"
        if name in names:
            doubts.append(f"the column '{name}' is there twice; only one can be read")
            name = f"{name}#{number + 1}"
        names.append(name)
        kept[name] = column
    frame = pl.DataFrame(kept)
    if frame.width:
        blank = pl.all_horizontal(pl.all().str.strip_chars().fill_null("") == "")
        frame = frame.filter(~blank)
    return frame.drop(ROW_NO, strict=False), doubts


def _totals(frame: pl.DataFrame) -> dict[str, int]:
    if not frame.height:
        return {}
    first = _first_cell(frame)
    counts = {word: int(first.str.starts_with(word).sum()) for word in TOTALS}
    return {word: n for word, n in counts.items() if 0 < n <= max(1, frame.height // 3)}


def _first_cell(frame: pl.DataFrame) -> pl.Series:
    cells = pl.all().str.strip_chars()
    told = pl.when(cells.str.len_bytes() > 0).then(cells).name.keep()
    return frame.select(pl.coalesce(told).fill_null("")).to_series()


def _without(frame: pl.DataFrame, totals: dict[str, int]) -> pl.DataFrame:
    for word in totals:
        frame = frame.filter(~_first_cell(frame).str.starts_with(word))
    return frame


def _emptied(frame: pl.DataFrame, columns: Sequence[ColumnLook]) -> pl.DataFrame:
    """Return the cells trimmed, null for every word that means nothing."""
    told = {one.name: [*one.markers, ""] for one in columns}
    trimmed = frame.select(pl.all().str.strip_chars())
    return trimmed.with_columns(
        pl.when(~pl.col(name).is_in(words)).then(pl.col(name)) for name, words in told.items()
    )


def _of_broken(sheet: Sheet) -> list[str]:
    if sheet.broken.is_empty():
        return []
    row_no, reason, _ = sheet.broken.row(0)
    what = "have another number of cells" if reason == "ragged_row" else "are no JSON object"
    return [f"{sheet.broken.height:,} rows {what} (the first is row {row_no}): set aside"]


def _orders(columns: Sequence[ColumnLook]) -> tuple[Order, ...]:
    timed = {one.name: one.time.values for one in columns if one.time}
    found = []
    for one, other in combinations(timed, 2):
        a, b = timed[one], timed[other]
        both = a.is_not_null() & b.is_not_null()
        rows, before, after = (int(s.sum()) for s in (both, both & (a < b), both & (a > b)))
        if not rows:
            continue
        if before >= after and after <= (1 - _IN_ORDER) * rows:
            found.append(Order(one, other, rows, after))
        elif after > before and before <= (1 - _IN_ORDER) * rows:
            found.append(Order(other, one, rows, before))
    return tuple(found)
