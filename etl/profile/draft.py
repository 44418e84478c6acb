"""A profile as the draft of a source spec: what is known as keys, what is not as comments."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import PurePath

from etl.profile import ColumnLook, Profile
from etl.profile.targets import Mapped, map_columns
from metrics.tables import Shape

_TOLD_BY_NATURE = (
    "dispatched_at", "signed_at", "disposed_at", "closed_at", "visited_at", "due_at", "status",
    "handled_level", "satisfaction", "visit_state", "resolved", "n_returns", "n_rework", "n_urge",
    "is_self_handled", "is_repeat", "title", "address",
)  # fmt: skip
_FEW = 60
_WORDLESS = re.compile(r"[^a-z0-9]+")
_PLAIN = re.compile(r"[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_.\u4e00-\u9fff]*")
_YAML_WORDS = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}


def draft_spec(profile: Profile, *, source: str = "", fact: Shape | None = None) -> str:
    """Return a source spec as YAML that the loader accepts, its doubts as ``# doubt:`` comments.

    Args:
        profile: of the file.
        source: id of the source; made of the file's name when empty.
        fact: what the rows are; guessed when None.
    """
    mapped = map_columns(profile, fact)
    used: set[str] = set()
    head = [*_head(profile, mapped, source), *_place(profile, used)]
    body = [*_columns(profile, mapped, used), *_reporter(profile, mapped, used)]
    return "\n".join([*head, *body, *_rest(profile, mapped, used)]) + "\n"


def files_glob(name: str) -> str:
    """Return the glob that probably holds for every file of a feed.

    Example:
        >>> files_glob("热线_2026-03.csv"), files_glob("sensor_locations.csv")
        ('热线_*.csv', 'sensor_locations.csv')
    """
    stem = _stem(name)
    match = re.search(r"(19|20)\d\d", stem)
    return name if match is None else f"{stem[: match.start()]}*{name[len(stem) :]}"


def source_id(name: str) -> str:
    """Return an id of a source made of a file's name.

    Example:
        >>> source_id("SF311_sample_2008_2016.csv.gz"), source_id("热线_2026.csv")
        ('sf311_sample', 'feed')
    """
    stem = re.split(r"(?:19|20)\d\d", _stem(name))[0]
    return _WORDLESS.sub("_", stem.lower()).strip("_") or "feed"


def _stem(name: str) -> str:
    outer = PurePath(name)
    packed = outer.suffix.lower() in (".gz", ".zip")
    return PurePath(outer.stem).stem if packed else outer.stem


def quoted(text: str) -> str:
    """Return a text as YAML takes it for nothing else."""
    if _PLAIN.fullmatch(text) and text.lower() not in _YAML_WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def _listed(texts: Iterator[str] | list[str] | tuple[str, ...]) -> str:
    return f"[{', '.join(quoted(text) for text in texts)}]"


def _doubt(text: str, indent: str = "") -> str:
    return f"{indent}# doubt: {' '.join(text.split())}"


def _head(profile: Profile, mapped: Mapped, source: str) -> Iterator[str]:
    name, box = profile.container.path.name, profile.container
    part = "" if profile.is_whole else "the first "
    yield f"# Draft from {part}{profile.rows:,} rows of {name}. Take each doubt out once settled."
    for text in profile.doubts:
        yield _doubt(text)
    yield f"source: {source or source_id(name)}"
    yield f"name: {quoted(source or source_id(name))}   # doubt: the name people will read"
    yield f"fact: {mapped.fact}   # doubt: {mapped.why}"
    yield f"files: {json.dumps(files_glob(name), ensure_ascii=False)}"
    yield f"format: {box.format}"
    if box.encoding:
        yield f"encoding: auto   # here: {box.encoding}"
    if box.format == "csv" and profile.delimiter != ",":
        yield f"delimiter: {json.dumps(profile.delimiter)}"
    for key, value in (("sheet", profile.sheet), ("records", profile.records),
                       ("member", box.member)):  # fmt: skip
        if value:
            yield f"{key}: {quoted(value)}"
    if profile.layout.title_rows:
        yield f"title_rows: {profile.layout.title_rows}"
    if profile.layout.header_rows > 1:
        yield f"header_rows: {profile.layout.header_rows}"
    if not profile.layout.has_header:
        yield _doubt("the first row looks like data; the file may have no header")
    if profile.totals:
        yield f"totals: {_listed(list(profile.totals))}"
    markers: dict[str, int] = {}
    for one in profile.columns:
        for word, n in one.markers.items():
            markers[word] = markers.get(word, 0) + n
    if markers:
        told = ", ".join(f"{word} {n:,} times" for word, n in markers.items())
        yield f"empty: {_listed(['', *markers])}   # {told}"
    yield f"rhythm: {_rhythm(profile, mapped)}   # doubt: how often does a file come?"


def _rhythm(profile: Profile, mapped: Mapped) -> str:
    """Return the step between the moments of readings, a day for everything else."""
    look = next((one.time for one in profile.columns if one.time), None)
    if mapped.fact != "reading" or look is None:
        return "1h" if len(mapped.time_parts) > 3 else "1d"
    step = look.values.unique().sort().diff().median()
    minutes = round(step.total_seconds() / 60) if isinstance(step, dt.timedelta) else 0
    if not 0 < minutes < 24 * 60:
        return "1d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def _place(profile: Profile, used: set[str]) -> Iterator[str]:
    points, areas = profile.points, profile.areas
    lines, doubts, order = [], [], []
    code = next((one for one in areas if one.by == "code" and one.matched), None)
    named = next((one for one in areas if one.by == "name"), None)
    for look in areas:
        doubts += [f"{look.column}: {text}" for text in look.doubts]
    if code:
        lines.append(f"  code: {quoted(code.column)}   # {code.matched:,} of {code.rows:,} rows")
        order.append("code")
        used.add(code.column)
    if points:
        doubts += points.doubts
    if points and points.system:
        order.append("point")
        lines.append(f"  crs: {points.system}")
        used.update(points.columns)
        if points.order:
            lines.append(f"  point: {quoted(points.columns[0])}")
            lines.append(f"  point_order: {points.order}")
        else:
            lon, lat = points.columns
            lines += [f"  lon: {quoted(lon)}", f"  lat: {quoted(lat)}"]
    if named:
        value = f"{{column: {quoted(named.column)}, level: {quoted(named.level)}}}"
        lines.append(f"  name: {value}   # {named.matched:,} of {named.rows:,} rows")
        order.append("name")
        used.add(named.column)
    for text in doubts:
        yield _doubt(text)
    if not lines:
        yield _doubt("nothing says where a row is; every row counts for the whole city only")
        return
    yield from ("place:", *lines, f"  order: {_listed(order)}")


def _columns(profile: Profile, mapped: Mapped, used: set[str]) -> Iterator[str]:
    yield "columns:"
    looks = {one.name: one for one in profile.columns}
    if mapped.fact in ("case", "event"):
        yield from _number(profile, mapped, used)
    if mapped.time_parts:
        used.update(mapped.time_parts)
        yield "  at:"
        yield f"    columns: {_listed(mapped.time_parts)}"
        yield '    join: "-"'
        hour = "-%H" if len(mapped.time_parts) > 3 else ""
        yield f'    formats: ["%Y-%m-%d{hour}"]'
    for target, column in mapped.columns.items():
        used.add(column)
        if target in ("case_no", "event_no"):
            continue
        if target in mapped.doubts:
            yield _doubt(mapped.doubts[target], "  ")
        yield from _rule(target, looks[column])
    yield from _constants(profile, mapped)
    if mapped.metrics and "value" not in mapped.columns:
        yield "metrics:   # doubt: units, and bounds (min:, max:) beyond which a value is no value"
        for column, metric in mapped.metrics.items():
            used.add(column)
            for text in looks[column].doubts:
                yield _doubt(f"{column}: {text}", "  ")
            told = f"{looks[column].low} to {looks[column].high}"
            yield f"  {quoted(column)}: {{metric: {quoted(metric)}}}   # {told}"


def _number(profile: Profile, mapped: Mapped, used: set[str]) -> Iterator[str]:
    own = "case_no" if mapped.fact == "case" else "event_no"
    if own in mapped.columns:
        if own in mapped.doubts:
            yield _doubt(mapped.doubts[own], "  ")
        yield f"  {own}: {quoted(mapped.columns[own])}"
        return
    origin = profile.sameness.origin
    parts = [
        one.name
        for one in profile.columns
        if one.kind != "empty" and one.name != origin and not one.personal
    ]
    used.update(parts)
    same = profile.sameness.but_origin
    yield _doubt(
        f"no column numbers the rows: the number is made of what the row says, so that {same:,} "
        "rows that say the same are one", "  ",
    )  # fmt: skip
    yield f"  {own}:"
    yield f"    columns: {_listed(parts)}"
    yield "    digest: true"


def _rule(target: str, look: ColumnLook) -> Iterator[str]:
    for text in look.doubts:
        yield _doubt(f"{look.name}: {text}", "  ")
    if look.time:
        forms = ", ".join(f"{form} {n:,}" for form, n in look.time.forms.items())
        if look.time.formats and look.time.day_order != "mixed":
            written = ", ".join(json.dumps(form) for form in look.time.formats)
            yield f"  {target}:   # {forms}"
            yield f"    column: {quoted(look.name)}"
            yield f"    formats: [{written}]"
            return
        yield f"  {target}: {quoted(look.name)}   # {forms}; {look.time.zone}"
        return
    if target == "value":
        yield f"  {target}: {{column: {quoted(look.name)}}}   # {look.low} to {look.high}"
        return
    told = ", ".join(f"{word} {n:,}" for word, n in look.words[:4])
    more = f" and {look.distinct - 4} more" if look.words and look.distinct > 4 else ""
    yield f"  {target}: {quoted(look.name)}" + (f"   # {_short(told)}{more}" if told else "")


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 100 else plain[:97] + "…"


def _constants(profile: Profile, mapped: Mapped) -> Iterator[str]:
    """Yield what no column says and the loader must have."""
    if mapped.fact in ("case", "event") and "kind" not in mapped.columns:
        word = "诉求" if mapped.fact == "case" else "patrol"
        yield f"  kind: {{constant: {word}}}   # doubt: 诉求, 管理事项, 矛盾纠纷, 隐患 …"
    if mapped.fact == "case" and "channel" not in mapped.columns:
        yield '  channel: {constant: "12345"}   # doubt: the entrance these come by'
    if mapped.fact == "reading":
        if "device" not in mapped.columns:
            yield '  device: {constant: "1"}   # doubt: nothing names the device'
        if "value" in mapped.columns:
            metric = next(iter(mapped.metrics.values()), "value")
            yield f"  metric: {{constant: {quoted(metric)}}}   # doubt: which metric, which unit?"
    if mapped.fact == "snapshot":
        yield "  register: {constant: population}   # doubt: which register is this?"
        if "value" not in mapped.columns:
            yield "  value: {constant: 1}   # doubt: each row counts as one"
    if mapped.fact != "case" and "at" not in mapped.columns and not mapped.time_parts:
        stamp = profile.container.path.stat().st_mtime
        day = dt.datetime.fromtimestamp(stamp, tz=dt.UTC).date()
        yield f'  at: {{constant: "{day}"}}   # doubt: the file tells no day; this is its own'


def _reporter(profile: Profile, mapped: Mapped, used: set[str]) -> Iterator[str]:
    phone = next(
        (one.name for one in profile.columns if one.personal in ("phone", "identity number")), ""
    )
    if phone and mapped.fact in ("case", "event"):
        used.add(phone)
        yield f"reporter: {quoted(phone)}   # personal: kept as a keyed hash only"


def _rest(profile: Profile, mapped: Mapped, used: set[str]) -> Iterator[str]:
    """Yield the columns that fill nothing: kept beside the row, or passed over."""
    left = [one for one in profile.columns if one.name not in used]
    can_keep = mapped.fact in ("case", "event")
    keep = [
        one.name
        for one in left
        if can_keep and not one.personal and one.words and 1 < one.distinct <= _FEW
        and one.name not in profile.sameness.differing
        and one.name != profile.sameness.origin and one.kind in ("text", "code", "truth")
    ]  # fmt: skip
    if mapped.fact == "case":
        untold = [name for name in _TOLD_BY_NATURE if name not in mapped.columns]
        yield "# What no column tells is shown as —, not as 0."
        yield f"untold: {_listed(untold)}"
        if masked := [
            t for t, c in mapped.columns.items() if t not in ("title", "address") and any(
                one.name == c and one.personal for one in profile.columns
            )
        ]:  # fmt: skip
            yield f"mask: {_listed(['title', 'address', *masked])}"
    if keep:
        yield f"keep: {_listed(keep)}   # doubt: shown beside the case; or ignore them"
    ignored = [one for one in left if one.name not in keep]
    if ignored:
        yield "ignore:"
        for one in ignored:
            yield f"  - {quoted(one.name)}{_why_ignored(one, profile)}"


def _why_ignored(one: ColumnLook, profile: Profile) -> str:
    if one.name == profile.sameness.origin:
        return "   # names the file a row came from"
    if one.personal:
        return f"   # personal: {one.personal}"
    if one.kind == "empty":
        return "   # empty all through"
    if one.name in profile.sameness.differing:
        return "   # kept, it would make a new version of every case told again"
    return ""
