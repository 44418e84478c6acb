"""GeoJSON files and areas.csv, read into rows that still know where they stood."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from etl.cityfile import City, LevelFile
from etl.coordinates import to_wgs84
from metrics.errors import Problem, near
from metrics.territory import FIRST_DAY, LAST_DAY


@dataclass(frozen=True)
class Feature:
    """One shape of a GeoJSON file; ``valid_from`` is None when the file does not say."""

    where: str
    depth: int
    code: str
    name: str
    parent: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    shape: BaseGeometry
    invalid: str


@dataclass(frozen=True)
class AreaRow:
    """One line of areas.csv; ``depth`` is None when it names no level."""

    where: str
    code: str
    name: str
    depth: int | None
    parent: str
    valid_from: dt.date
    valid_to: dt.date
    population: float | None
    aliases: tuple[str, ...]


def read_features(city: City, problems: list[Problem]) -> list[Feature]:
    """Return the shapes of every level's file, adding what is wrong to ``problems``."""
    found: list[Feature] = []
    for depth, level in enumerate(city.written.levels):
        if level.geojson is None:
            continue
        path = city.territory / level.geojson
        where = city.where("levels", depth, "geojson")
        features = _feature_list(path, where, problems)
        if features:
            found.extend(_features_of_level(city, depth, level, path, features, problems))
    return found


def _feature_list(path: Path, named_at: str, problems: list[Problem]) -> list[dict[str, Any]]:
    try:
        data = json.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        problems.append(Problem(named_at, f"the GeoJSON file {path} does not exist"))
        return []
    except UnicodeDecodeError:
        problems.append(Problem(str(path), "the file is not UTF-8", "Save it as UTF-8"))
        return []
    except json.JSONDecodeError as error:
        problems.append(Problem(f"{path}:{error.lineno}", f"this is not JSON ({error.msg})"))
        return []
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or not features:
        hint = "A GeoJSON file of areas is a FeatureCollection"
        problems.append(Problem(str(path), "there are no features in the file", hint))
        return []
    return features


def _features_of_level(
    city: City,
    depth: int,
    level: LevelFile,
    path: Path,
    features: list[dict[str, Any]],
    problems: list[Problem],
) -> Iterator[Feature]:
    names = city.written.geojson
    code_key = level.code or names.code
    missing = [n for n, one in enumerate(features, 1) if _text(one, code_key) == ""]
    is_single_root = depth == 0 and len(features) == 1
    if missing and not is_single_root:
        problems.append(_no_code(path, code_key, features, missing))
    for number, one in enumerate(features, 1):
        where = f"{path}: feature {number}"
        code = _text(one, code_key)
        if not code and not is_single_root:
            continue
        geometry = _geometry(one, names.crs, where, problems)
        if geometry is None:
            continue
        reason = "" if geometry.is_valid else shapely.is_valid_reason(geometry)
        parent = _text(one, level.parent or names.parent)
        yield Feature(
            where=where,
            depth=depth,
            code=level.prefix + code if code else city.root,
            name=_text(one, level.name_property or names.name),
            parent=level.parent_prefix + parent if parent else "",
            valid_from=_day(_text(one, names.valid_from), where, problems),
            valid_to=_day(_text(one, names.valid_to), where, problems),
            shape=_polygons(shapely.make_valid(geometry)) if reason else geometry,
            invalid=reason,
        )


def _no_code(
    path: Path, code_key: str, features: list[dict[str, Any]], missing: list[int]
) -> Problem:
    there = sorted({key for one in features for key in (one.get("properties") or {})})
    everywhere = len(missing) == len(features)
    where = str(path) if everywhere else f"{path}: feature {missing[0]}"
    count = "no feature has" if everywhere else f"{len(missing)} of {len(features)} features lack"
    guess = near(code_key, there)
    hint = f"The properties are {', '.join(there)}" if there else "The features have no properties"
    hint += f". Did you mean '{guess}'?" if guess and guess != code_key else ""
    return Problem(where, f"{count} the property '{code_key}' that holds the code", hint)


def _text(feature: dict[str, Any], key: str) -> str:
    value = (feature.get("properties") or {}).get(key)
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _geometry(
    feature: dict[str, Any], crs: str, where: str, problems: list[Problem]
) -> BaseGeometry | None:
    raw: dict[str, Any] = feature.get("geometry") or {}
    kind = raw.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        what = f"the geometry is {kind or 'missing'}"
        problems.append(Problem(where, what, "Allowed: Polygon or MultiPolygon"))
        return None
    try:
        geometry = shapely.force_2d(shape(raw))
    except (ShapelyError, ValueError, TypeError, IndexError, KeyError) as error:
        reason = " ".join(str(error).split())[:80]
        hint = "A ring has at least four points and ends where it begins"
        problems.append(Problem(where, f"the rings cannot be read ({reason})", hint))
        return None
    west, south, east, north = geometry.bounds or (0.0, 0.0, 0.0, 0.0)
    if geometry.is_empty or max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        what = f"the coordinates are not degrees (x = {east:.0f}, y = {north:.0f})"
        if geometry.is_empty:
            what = "the geometry is empty"
        hint = "Export the file in WGS-84 or CGCS2000, longitude first"
        problems.append(Problem(where, what, hint))
        return None
    if crs in ("gcj02", "bd09"):
        return shapely.transform(
            geometry,
            lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], crs)),  # type: ignore[arg-type]
        )
    return geometry


def _polygons(geometry: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a repaired shape; lines and points it fell into are dropped."""
    parts = [part for part in shapely.get_parts(geometry) if "Polygon" in part.geom_type]
    return shapely.union_all(parts)


def read_area_rows(city: City, problems: list[Problem]) -> list[AreaRow]:
    """Return the lines of areas.csv (none when there is no such file), adding to ``problems``."""
    written = city.written.areas
    path = city.territory / written.file
    if not path.exists():
        if "areas" in city.written.model_fields_set:
            problems.append(Problem(city.where("areas"), f"the file {path} does not exist"))
        return []
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    header = list(reader.fieldnames or [])
    if written.code not in header:
        guess = near(written.code, header)
        hint = f"Did you mean '{guess}'?" if guess else f"The columns are {', '.join(header)}"
        problems.append(Problem(f"{path}:1", f"there is no column '{written.code}'", hint))
        return []
    problems.extend(_renamed_columns(city, f"{path}:1", header))
    lines = ((reader.line_num, row) for row in reader)
    return [_area_row(city, f"{path}:{line}", row, problems) for line, row in lines]


def _renamed_columns(city: City, where: str, header: list[str]) -> Iterator[Problem]:
    """Yield the columns that are there under another name, which would silently say nothing."""
    written = city.written.areas
    wanted = ("name", "level", "parent", "valid_from", "valid_to", "population", "aliases")
    known = {written.code, *(getattr(written, key) for key in wanted)}
    for key in wanted:
        column = getattr(written, key)
        guess = near(column, [cell for cell in header if cell not in known])
        if column not in header and guess:
            hint = f"Did you mean '{guess}'? Then write {key}: {guess} under areas: in city.yaml"
            yield Problem(where, f"there is no column '{column}'", hint)


def _area_row(
    city: City, where: str, row: dict[str, str | None], problems: list[Problem]
) -> AreaRow:
    written = city.written.areas

    def cell(column: str) -> str:
        return (row.get(column) or "").strip()

    code = cell(written.code)
    if not code:
        problems.append(Problem(where, "the code is empty"))
    population = None
    if text := cell(written.population):
        try:
            population = float(text.replace(",", ""))
        except ValueError:
            problems.append(Problem(where, f"population '{text}' is not a number"))
    return AreaRow(
        where=where,
        code=code,
        name=cell(written.name),
        depth=_depth(city, cell(written.level), where, problems),
        parent=cell(written.parent),
        valid_from=_day(cell(written.valid_from), where, problems) or FIRST_DAY,
        valid_to=_day(cell(written.valid_to), where, problems) or LAST_DAY,
        population=population,
        aliases=tuple(part.strip() for part in cell(written.aliases).split(";") if part.strip()),
    )


def _depth(city: City, word: str, where: str, problems: list[Problem]) -> int | None:
    if not word:
        return None
    level_id = city.written.areas.levels.get(word, word)
    for level in city.levels:
        if level_id in (level.id, level.role, level.name):
            return level.depth
    known = [level.id for level in city.levels]
    guess = near(word, known)
    hint = f"Did you mean '{guess}'?" if guess else f"Allowed: {', '.join(known)}"
    problems.append(Problem(where, f"unknown level '{word}'", hint))
    return None


def _day(text: str, where: str, problems: list[Problem]) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        problems.append(Problem(where, f"'{text}' is not a date", "Write it as 2026-01-31"))
        return None
