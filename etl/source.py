"""Loads the source specs of a city and reports everything wrong with them at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from etl.fetch.spec import HttpRule, Paging, SqlRule, Token, Watermark, wrong_http, wrong_sql
from etl.fields import kind_of
from etl.spec import (
    ColumnRule,
    MetricRule,
    PlaceName,
    PlaceRule,
    PlaneRule,
    SourceSpec,
    own_number,
    target_columns,
    time_targets,
)
from etl.spec_time import CumulativeRule, DeadlineRule, Limit, WorkHours
from metrics.errors import ConfigError, ConfigProblems, Problem, near
from metrics.yaml_file import KeyPath, LineOf, read_yaml

__all__ = ["SourceSpec", "load_spec", "load_specs"]

_Found = tuple[KeyPath, str, str]
_OURS = ("defined_at", "sha256")
_PARTS: dict[object, type[BaseModel]] = {
    "http": HttpRule, "sql": SqlRule, "token": Token, "paging": Paging, "watermark": Watermark,
}  # fmt: skip
_SHORTEST_RHYTHM = dt.timedelta(seconds=5)


def load_specs(folder: Path) -> dict[str, SourceSpec]:
    """Return every spec of a folder by source id, in the order of the ids.

    Raises:
        ConfigProblems: anything in any of the files is wrong; all of it is in ``problems``.
    """
    problems: list[Problem] = []
    specs: dict[str, SourceSpec] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            spec = load_spec(path)
        except ConfigProblems as error:
            problems.extend(error.problems)
            continue
        except ConfigError as error:
            problems.append(Problem(error.where, error.what, error.hint or error.next_step))
            continue
        if spec.source in specs:
            other = specs[spec.source].defined_at
            what = f"the source '{spec.source}' is there twice"
            problems.append(Problem(spec.defined_at, what, f"It is also defined at {other}"))
        specs[spec.source] = spec
    problems.extend(_systems(specs))
    if problems:
        raise ConfigProblems(problems)
    return dict(sorted(specs.items()))


def _systems(specs: Mapping[str, SourceSpec]) -> Iterator[Problem]:
    """Yield what is wrong between sources that number their rows together."""
    for spec in specs.values():
        namesake = specs.get(spec.system)
        if namesake and namesake.system != spec.system:
            what = f"the system '{spec.system}' is the name of a source that is not of it"
            hint = f"Write system: {spec.system} at {namesake.defined_at} too"
            yield Problem(spec.defined_at, what, hint)
        same = [one for one in specs.values() if spec.system and one.system == spec.system]
        other = next((one for one in same if one.fact != spec.fact), None)
        if other is not None:
            what = f"a {spec.fact} and a {other.fact} are of one system '{spec.system}'"
            yield Problem(spec.defined_at, what, f"The other is at {other.defined_at}")


def load_spec(path: Path) -> SourceSpec:
    """Return the spec of one file.

    Raises:
        ConfigError: the file is missing or not YAML.
        ConfigProblems: its content is wrong.
    """
    data, line_of = read_yaml(path)
    found: list[_Found] = []
    spec: SourceSpec | None = None
    if not isinstance(data, dict):
        found.append(((), "the file holds no keys", "Begin with source, name, fact, files, format"))
    else:
        ours = [key for key in _OURS if key in data]
        found += [
            ((key,), f"the key '{key}' is not written by hand", "Take it out") for key in ours
        ]
        spec = _validated(_plain({k: v for k, v in data.items() if k not in _OURS}), found)
    if spec is not None:
        found.extend(_disagreements(spec))
    if found or spec is None:
        raise ConfigProblems(_problems(path, line_of, found))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    where = f"{path}:{line_of(('source',))}"
    return spec.model_copy(update={"defined_at": where, "sha256": digest})


def _problems(path: Path, line_of: LineOf, found: list[_Found]) -> list[Problem]:
    placed = sorted((line_of(keys), what, hint) for keys, what, hint in found)
    return [Problem(f"{path}:{line}", what, hint) for line, what, hint in placed]


def _plain(data: Any) -> Any:  # noqa: ANN401 - whatever YAML made of it
    """Return mappings with text keys, so that `true:` and `1:` are words like any other."""
    if isinstance(data, dict):
        return {
            (str(key).lower() if isinstance(key, bool) else str(key)): _plain(value)
            for key, value in data.items()
        }
    return [_plain(item) for item in data] if isinstance(data, list) else data


def _validated(data: dict[str, Any], found: list[_Found]) -> SourceSpec | None:
    """Return the spec, or what is left of it without unknown keys, noting every problem."""
    try:
        return SourceSpec.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False)
    found.extend(_said(detail) for detail in details)
    if any(detail["type"] != "extra_forbidden" for detail in details):
        return None
    for detail in details:
        holder = data
        for key in detail["loc"][:-1]:
            holder = holder[key]  # type: ignore[index]
        holder.pop(str(detail["loc"][-1]), None)
    try:
        return SourceSpec.model_validate(data)
    except ValidationError:
        return None


def _said(detail: ErrorDetails) -> _Found:
    """Return one of pydantic's complaints in the words of this house."""
    loc: KeyPath = tuple(detail["loc"])
    name, given = ".".join(map(str, loc)), detail.get("input")
    match detail["type"]:
        case "extra_forbidden":
            known = [key for key in _model_at(loc).model_fields if key not in _OURS]
            guess = near(str(loc[-1]), known)
            hint = f"Did you mean '{guess}'?" if guess else f"Allowed: {', '.join(known)}"
            return loc, f"unknown key '{loc[-1]}'", hint
        case "missing":
            return loc[:-1], f"the key '{name}' is missing", "Add it"
        case "literal_error":
            allowed = _allowed(loc)
            guess = near(str(given), allowed)
            hint = f"Allowed: {', '.join(allowed)}" if allowed else str(detail["msg"])
            tail = f". Did you mean '{guess}'?" if guess else ""
            return loc, f"{name} is '{given}', which is not allowed", hint + tail
        case "string_pattern_mismatch":
            return loc, f"{name} is '{given}'", "Allowed: lower-case letters, digits and _"
        case "value_error":
            return loc, f"{name}: {detail['msg'].removeprefix('Value error, ')}", ""
        case _:
            return loc, f"{name} is {given!r}: {_lower(detail['msg'])}", ""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _model_at(loc: KeyPath) -> type[BaseModel]:
    if len(loc) <= 1:
        return SourceSpec
    if loc[0] in ("http", "sql"):
        return _PARTS.get(loc[1], _PARTS[loc[0]]) if len(loc) > 2 else _PARTS[loc[0]]
    if loc[0] == "cumulative":
        return CumulativeRule
    if loc[0] == "deadline":
        nested: dict[str, type[BaseModel]] = {"hours": WorkHours, "limits": Limit}
        return nested.get(str(loc[1]), DeadlineRule) if len(loc) > 2 else DeadlineRule
    if loc[0] == "place":
        below: dict[str, type[BaseModel]] = {"name": PlaceName, "plane": PlaneRule}
        return below.get(str(loc[1]), PlaceRule) if len(loc) > 2 else PlaceRule
    return MetricRule if loc[0] == "metrics" else ColumnRule


def _allowed(loc: KeyPath) -> list[str]:
    name = next((str(key) for key in reversed(loc) if not isinstance(key, int)), "")
    field = _model_at(loc).model_fields.get(name)
    listed = get_args(field.annotation) if field else ()
    nested = [get_args(one) for one in listed]
    return [str(one) for one in (nested[0] if nested and nested[0] else listed)]


def _disagreements(spec: SourceSpec) -> Iterator[_Found]:
    """Yield what each key allows by itself but not together with the others."""
    yield from _wrong_targets(spec)
    yield from _wrong_columns(spec)
    yield from _wrong_place(spec)
    yield from _wrong_fetch(spec)
    if spec.timezone:
        try:
            ZoneInfo(spec.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            yield ("timezone",), f"'{spec.timezone}' is no time zone", "For example Asia/Shanghai"
    if spec.format not in ("csv", "json", "jsonl") and spec.encoding != "auto":
        yield ("encoding",), f"a {spec.format} file has no encoding", "Take the key out"
    if spec.sheet and spec.format != "xlsx":
        yield ("sheet",), f"a {spec.format} file has no sheets", "Take the key out"
    if spec.records and spec.format != "json":
        yield ("records",), f"a {spec.format} file has its rows at the top", "Take the key out"
    if spec.member and not spec.files.lower().endswith(".zip"):
        yield ("member",), "only a .zip has members", "Take the key out, or let files end in .zip"
    if spec.title_rows and spec.format in ("json", "jsonl", "parquet"):
        yield ("title_rows",), f"a {spec.format} file has no title rows", "Take the key out"
    if spec.header_rows > 1 and spec.format in ("json", "jsonl", "parquet"):
        yield ("header_rows",), f"a {spec.format} file has no header rows", "Take the key out"


def _wrong_fetch(spec: SourceSpec) -> Iterator[_Found]:
    rule = spec.http or spec.sql
    if rule is None:
        return
    if spec.http is not None:
        yield from wrong_http(spec.http)
        if spec.format not in ("csv", "json", "jsonl"):
            yield ("format",), f"no interface gives {spec.format}", "Allowed: csv, json, jsonl"
        paging = spec.http.paging
        if paging is not None and (paging.next or paging.total) and spec.format != "json":
            hint = "Only json has something around its rows; take out next and total"
            yield ("http", "paging"), f"a {spec.format} page holds rows alone", hint
    if spec.sql is not None:
        yield from wrong_sql(spec.sql)
        if spec.format != "parquet":
            yield ("format",), "what a database says is kept as parquet", "Take the key out"
    if spec.http is not None and spec.sql is not None:
        yield ("sql",), "the feed is fetched in two ways", "Keep one of http and sql"
    ending = "zip" if spec.http is not None else "parquet"
    if not PurePosixPath(f"{spec.source}/{spec.source}_20260101T000000.{ending}").match(spec.files):
        yield ("files",), f"the fetched files are not called {spec.files}", "Take the key out"
    if spec.rhythm < _SHORTEST_RHYTHM:
        yield ("rhythm",), "nothing is fetched that often", "Allowed: 5s or longer"
    mark = rule.watermark
    if mark is not None and mark.column not in spec.used_columns:
        hint = "Use it, or list it under keep"
        yield ("watermark",), f"the column '{mark.column}' of the watermark is not read", hint


def _wrong_targets(spec: SourceSpec) -> Iterator[_Found]:
    targets = target_columns(spec.fact)
    named: list[_Found] = [(("columns", target), target, "") for target in spec.columns]
    named += [(("required", n), target, "") for n, target in enumerate(spec.required)]
    named += [(("defaults", target), target, "") for target in spec.defaults]
    named += [(("untold", n), target, "") for n, target in enumerate(spec.untold)]
    if spec.mask != ("title", "address"):
        named += [(("mask", n), target, "") for n, target in enumerate(spec.mask)]
    for path, target, _ in named:
        if target in targets:
            continue
        guess = near(target, targets)
        hint = f"Did you mean '{guess}'?" if guess else f"Allowed: {', '.join(targets)}"
        if target == "at":
            hint = "The time of a case is received_at"
        yield path, f"a {spec.fact} has no field '{target}'", hint
    for number, target in enumerate(spec.untold):
        if target in spec.columns or target in spec.defaults:
            yield ("untold", number), f"'{target}' is told: it is filled", "Take it out"
    filled = {*spec.columns, *spec.defaults} | ({"value", "metric"} if spec.metrics else set())
    for target in spec.must_have:
        if target in targets and target not in filled:
            yield ("columns",), f"nothing fills '{target}', which a {spec.fact} needs", "Add it"
    if spec.fact == "event" and not spec.key and "event_no" not in spec.columns:
        hint = "Map event_no, or list the columns that identify a row under key"
        yield ("columns",), "nothing identifies an event", hint
    if spec.metrics and spec.fact != "reading":
        yield ("metrics",), f"a {spec.fact} has no metrics", "Only fact: reading has"
    for target in {"value", "metric"} & set(spec.columns) if spec.metrics else ():
        yield ("columns", target), f"'{target}' comes from `metrics` already", "Keep one of them"
    if spec.keep and spec.fact in ("reading", "snapshot"):
        yield ("keep",), f"a {spec.fact} keeps no further columns", "Put them under ignore"
    if spec.cumulative and (spec.fact not in ("event", "snapshot") or "value" not in spec.columns):
        yield ("cumulative",), "nothing here is a total", "Only value of an event or snapshot is"
    if spec.deadline and spec.fact != "case":
        yield ("deadline",), f"a {spec.fact} has no deadline", "Only a case has"
    if spec.deadline and spec.deadline.limits and not spec.deadline.condition:
        yield ("deadline",), "no column says which limit holds", "Name it under condition"
    if spec.deadline and bool(spec.deadline.suspended_from) != bool(spec.deadline.suspended_to):
        yield ("deadline",), "a suspension needs both its ends", "Give suspended_from and _to"
    if spec.reporter and spec.fact not in ("case", "event"):
        yield ("reporter",), f"a {spec.fact} has no reporter", "Take the key out"


def _wrong_columns(spec: SourceSpec) -> Iterator[_Found]:
    for target, rule in spec.columns.items():
        said = sum((bool(rule.column), bool(rule.columns), rule.constant is not None))
        if said != 1:
            hint = "Write exactly one of column, columns or constant"
            yield ("columns", target), f"{said} origins are given for '{target}'", hint
        if rule.digest and (target != own_number(spec.fact) or not rule.columns):
            hint = "Give columns to the number of a case or event"
            yield ("columns", target, "digest"), f"nothing of '{target}' to make a number of", hint
        if rule.factor is not None and kind_of(spec.fact, target) != "number":
            yield ("columns", target, "factor"), f"'{target}' is no measure", "Take the key out"
        if rule.formats and target not in time_targets(spec.fact):
            hint = f"Times are {', '.join(time_targets(spec.fact))}"
            yield ("columns", target, "formats"), f"'{target}' is no time", hint
        if rule.min is not None and rule.max is not None and rule.min > rule.max:
            yield ("columns", target, "min"), f"min {rule.min:g} is above max {rule.max:g}", ""
        if rule.unmapped != "keep" and not rule.map:
            yield ("columns", target, "unmapped"), "there is no map to be absent from", "Add map"
    used = set(spec.used_columns)
    for number, column in enumerate(spec.ignore):
        if column in used:
            yield ("ignore", number), f"the column '{column}' is used and ignored", "Keep one"
    for number, column in enumerate(spec.key):
        mapped = own_number(spec.fact)
        if column in spec.columns and column != mapped and column not in _all_sources(spec):
            hint = f"key lists columns of the file; write '{spec.columns[column].column}'"
            yield ("key", number), f"'{column}' is one of our fields", hint


def _all_sources(spec: SourceSpec) -> set[str]:
    return {name for rule in spec.columns.values() for name in rule.sources}


def _wrong_place(spec: SourceSpec) -> Iterator[_Found]:
    place = spec.place
    if bool(place.lon) != bool(place.lat):
        missing = "lat" if place.lon else "lon"
        yield ("place",), f"a point needs '{missing}' too", "Give both, or one column as point"
    if place.point and place.lon:
        yield ("place", "point"), "lon/lat and point are both given", "Keep one of them"
    for number, point in enumerate(place.default_points):
        if not re.fullmatch(r"\s*-?\d+(\.\d+)?\s*,\s*-?\d+(\.\d+)?\s*", point):
            hint = "Write longitude and latitude, for example '120.2642, 30.1851'"
            yield ("place", "default_points", number), f"'{point}' is no point", hint
    if place.plane and place.crs in ("gcj02", "bd09"):
        yield ("place", "crs"), f"a plane is not shifted as {place.crs} is", "Take crs out"
    if len(set(place.order)) != len(place.order):
        yield ("place", "order"), "an entry of order is there twice", "Allowed: code, point, name"
