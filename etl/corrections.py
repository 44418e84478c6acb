"""Rows set aside, out to a spreadsheet and back: only those that a person corrected return."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import polars as pl

from etl.feeds import quarantine_rows
from etl.parse import clean
from etl.plan import claims
from etl.profile.layout import sniff_delimiter
from etl.readers.frame import plain
from etl.readers.text import decode
from etl.spec import SourceSpec, own_number
from metrics.errors import ConfigError, SourceError
from metrics.store import Store
from metrics.tables import fact_tables

FILE, ROW, REASON, TEXT = "#file", "#row", "#reason", "#text"
"""Columns of an exported sheet that are not the source's own."""

_MOST = 100_000
_GUARD = "'"
_DANGER = ("=", "+", "-", "@", "\t", "\r", _GUARD)
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
_CHANGED_BY_EXCEL = re.compile(r"0\d+|\d{12,}|\d{1,4}[-/.年]\d{1,2}([-/.月].*)?|\d{1,2}:\d\d.*")
_HIDDEN = "***"


@dataclass(frozen=True)
class Corrections:
    """What came back in a corrected sheet.

    Attributes:
        rows: corrected rows in the source's columns, as text.
        unchanged: rows that still say what they said when they were set aside.
        settled: rows that are not set aside any more.
    """

    rows: pl.DataFrame
    unchanged: int
    settled: int


def open_rows(store: Store, spec: SourceSpec, *, limit: int = _MOST) -> list[dict[str, Any]]:
    """Return a source's rows set aside that have not come in since, newest batch first.

    A row counts as settled once a later batch accepted its number. Where rows have no number
    every row stays open.
    """
    rows = quarantine_rows(store, spec.source, limit=limit)
    numbers = [_number(json.loads(row["row"] or "{}"), spec) for row in rows]
    wanted = sorted({number for number in numbers if number})
    if not wanted:
        return rows
    table = fact_tables()[spec.fact].name
    found = store.rows(
        f"SELECT id, max(version) AS last FROM {table} WHERE batch <= {{version:UInt32}}"
        " AND sign = 1 AND id IN {ids:Array(String)} GROUP BY id",
        {"version": store.version, "ids": [f"{spec.source}:{number}" for number in wanted]},
        tag="etl.quarantine.settled",
    )
    last = {str(row["id"]): int(row["last"]) for row in found}
    return [
        row
        for row, number in zip(rows, numbers, strict=True)
        if last.get(f"{spec.source}:{number}", 0) <= int(row["batch"])
    ]


def _number(said: Mapping[str, Any], spec: SourceSpec) -> str:
    """Return the number the loader gives a row, empty where it has none of its own."""
    timed = {rule.column for target, rule in spec.columns.items() if target.endswith("at")}
    if not own_number(spec.fact) or not spec.key_columns or timed & set(spec.key_columns):
        return ""
    parts = pl.Series([said.get(name) or "" for name in spec.key_columns], dtype=pl.String)
    return ":".join(clean(parts.str.strip_chars()).to_list()) if parts[0] else ""


def export_rows(rows: Sequence[Mapping[str, Any]], spec: SourceSpec, path: Path) -> int:
    """Write rows set aside as a CSV that a spreadsheet opens unharmed; return their number.

    It begins with a byte order mark, so that Chinese is read as such. A cell that a spreadsheet
    would run as a formula, or turn into a date or a rounded number, begins with an apostrophe;
    ``read_corrections`` takes it away again.
    """
    said = [json.loads(row["row"] or "{}") for row in rows]
    columns = _columns(said, spec)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([FILE, ROW, REASON, TEXT, *columns])
    for row, cells in zip(rows, said, strict=True):
        broken = cells.get("text", "") if "text" not in columns else ""
        own = [row["file"], row["row_no"], row["sentence"], broken]
        writer.writerow([guarded(str(c)) for c in (*own, *(cells.get(n) or "" for n in columns))])
    try:
        path.write_bytes(text.getvalue().encode("utf-8-sig"))
    except OSError as error:
        what = f"the file cannot be written ({error.strerror})"
        raise ConfigError(what, where=str(path), next_step="Name another") from error
    return len(rows)


def _columns(said: Sequence[Mapping[str, Any]], spec: SourceSpec) -> list[str]:
    known = {*spec.used_columns, *spec.ignore}
    there = [name for one in said for name in one if name in known]
    return list(dict.fromkeys([*there, *spec.used_columns]))


def guarded(cell: str) -> str:
    """Return a cell as it may stand in a spreadsheet.

    Example:
        >>> guarded("=1+1"), guarded("-12.5"), guarded("0071"), guarded("路灯")
        ("'=1+1", '-12.5', "'0071", '路灯')
    """
    if _CHANGED_BY_EXCEL.fullmatch(cell):
        return _GUARD + cell
    if cell.startswith(_DANGER) and not _NUMBER.fullmatch(cell):
        return _GUARD + cell
    return cell


def unguarded(cell: str) -> str:
    """Return a cell without the apostrophe that ``guarded`` put before it."""
    rest = cell.removeprefix(_GUARD)
    return rest if rest != cell and guarded(rest) == cell else cell


def read_corrections(
    path: Path, rows: Sequence[Mapping[str, Any]], spec: SourceSpec
) -> Corrections:
    """Return what a person corrected in an exported sheet; other rows stay where they are.

    Args:
        path: the sheet, saved as CSV in any encoding and with any delimiter.
        rows: what is set aside now.
        spec: of the source.

    Raises:
        SourceError: it is no CSV, or not an exported sheet.
    """
    table = _table(path, spec)
    missing = [name for name in (FILE, ROW) if name not in table[0]]
    if missing:
        raise SourceError(
            f"there is no column '{missing[0]}', so this is no exported sheet", where=str(path),
            next_step=f"Make one with: cockpit etl quarantine {spec.source} --out FILE.csv",
        )  # fmt: skip
    unknown = [n for n in table[0] if n and n[0] != "#" and n not in _allowed(spec)]
    if unknown:
        raise SourceError(
            f"the column '{unknown[0]}' is none of the source", where=f"{path}:1",
            hint=f"It has {', '.join(spec.used_columns)}", next_step="Take it out of the sheet",
        )  # fmt: skip
    before = {
        (str(row["file"]), str(row["row_no"])): json.loads(row["row"] or "{}") for row in rows
    }
    columns = [name for name in table[0] if name in _allowed(spec)]
    corrected, unchanged, settled = [], 0, 0
    for cells in table[1:]:
        now = {n: unguarded(c.strip()) for n, c in zip(table[0], cells, strict=False)}
        origin = (now.pop(FILE, ""), now.pop(ROW, ""))
        if any(origin) and origin not in before:
            settled += 1
            continue
        said = before.get(origin, {})
        row = {name: now.get(name, "") for name in columns}
        if not any(row.values()) or all(
            row[name] == str(said.get(name) or "").strip() for name in columns
        ):
            unchanged += 1
            continue
        if spec.reporter and row.get(spec.reporter) == _HIDDEN:
            row[spec.reporter] = ""  # hidden when it was set aside; nobody knows it any more
        corrected.append(row)
    frame = pl.DataFrame(corrected, schema=dict.fromkeys(columns, pl.String), orient="row")
    return Corrections(frame, unchanged, settled)


def _allowed(spec: SourceSpec) -> list[str]:
    return [*spec.used_columns, *spec.ignore]


def _table(path: Path, spec: SourceSpec) -> list[list[str]]:
    text = decode(spec.model_copy(update={"encoding": "auto"}), path, path.read_bytes())
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sniff_delimiter(text))
    table = [cells for cells in reader if any(cell.strip() for cell in cells)]
    if not table:
        raise SourceError("there are no rows in the file", where=str(path))
    return [[plain(cell) for cell in table[0]], *table[1:]]


def put_corrections(rows: pl.DataFrame, spec: SourceSpec, inbox: Path, version: int) -> Path:
    """Write corrected rows into the inbox in the source's own form and return the file.

    Args:
        rows: in the source's columns.
        spec: of the source.
        inbox: its folder.
        version: data version, for a name that is not there yet.

    Raises:
        ConfigError: no name can be made that the source claims.
    """
    number = version
    while (target := _target(spec, inbox, number)).exists():
        number += 1
    if not claims(spec, inbox, target):
        raise ConfigError(
            f"the source {spec.source} would not claim {target.name}",
            where=spec.defined_at or spec.source,
            hint=f"Its files are called {spec.files}", next_step="Write * for what changes",
        )  # fmt: skip
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".part")
    draft.write_bytes(_packed(_as_source(rows, spec), spec, target.name))
    draft.replace(target)
    return target


def _target(spec: SourceSpec, inbox: Path, number: int) -> Path:
    word = f"corrected{number}"
    name = re.sub(r"\*+", word, spec.files).replace("?", "0")
    name = re.sub(r"\[(?:!|\^)?([^\]])[^\]]*\]", r"\1", name)
    return inbox / f"{spec.source}_{word}" / PurePath(name)


def _as_source(rows: pl.DataFrame, spec: SourceSpec) -> bytes:
    """Return a table as a file of the source looks."""
    out = io.BytesIO()
    match spec.format:
        case "jsonl":
            rows.write_ndjson(out)
        case "json":
            out.write(_document(rows, spec.records).encode())
        case "parquet":
            rows.write_parquet(out)
        case "xlsx":
            above = spec.title_rows + spec.header_rows - 1
            rows.write_excel(out, spec.sheet or "rows", position=(above, 0))
        case "csv":
            encoding = "utf-8-sig" if spec.encoding == "auto" else spec.encoding
            head = "\n" * spec.title_rows + _groups(rows, spec)
            text = head + rows.write_csv(separator=spec.delimiter)
            return text.encode(encoding)
    return out.getvalue()


def _groups(rows: pl.DataFrame, spec: SourceSpec) -> str:
    """Return the upper of two header rows, such that the names come out as they are."""
    return spec.delimiter * (rows.width - 1) + "\n" if spec.header_rows > 1 else ""


def _document(rows: pl.DataFrame, records: str) -> str:
    document: Any = rows.to_dicts()
    for key in reversed(records.split(".") if records else []):
        document = {key: document}
    return json.dumps(document, ensure_ascii=False)


def _packed(data: bytes, spec: SourceSpec, name: str) -> bytes:
    if name.lower().endswith(".gz"):
        return gzip.compress(data)
    if not name.lower().endswith(".zip"):
        return data
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        member = re.sub(r"[*?]", "corrected", spec.member) or f"rows.{spec.format}"
        archive.writestr(member, data)
    return out.getvalue()
