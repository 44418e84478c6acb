"""``cockpit etl profile``: what is in a file nobody has described yet, and a draft of its spec."""

from __future__ import annotations

import dataclasses
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, get_args

import click

from cockpit.commands.options import json_option, print_json, print_table, say, with_settings
from metrics.errors import ConfigError
from metrics.tables import Shape

if TYPE_CHECKING:
    from cockpit.settings import Settings
    from etl.boundaries import Boundaries
    from etl.profile import ColumnLook, Profile

_HEAD = ("列", "类型", "有值", "空", "不同值", "范围或最多的值", "说明")
_WIDEST = 60


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...",
                type=click.Path(dir_okay=False, path_type=Path))  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.yaml",
              help="Write a draft of the source spec, its doubts as comments.")  # fmt: skip
@click.option("--fact", type=click.Choice(get_args(Shape)), help="What a row is; else guessed.")
@click.option("--rows", default=500_000, show_default=True, type=click.IntRange(min=100),
              help="Of a larger file only the first ones are looked at.")  # fmt: skip
@with_settings()
@json_option
def profile(
    settings: Settings, files: tuple[Path, ...], out: Path | None, fact: Shape | None, rows: int,
    *, as_json: bool,
) -> None:  # fmt: skip
    """Look at files nobody has described yet: format, columns, keys, times, places, doubts.

    Nothing is loaded. With a city (--city, or the one of this folder) places are compared with
    its boundaries, codes and names.
    """
    from etl.profile import profile_file
    from etl.profile.draft import draft_spec

    if out is not None and len(files) > 1:
        msg = "--out needs exactly one FILE"
        raise click.UsageError(msg)
    if out is not None and out.exists():
        raise ConfigError(
            f"the file {out} is there already", where="--out",
            next_step="Name another; nothing is ever overwritten",
        )  # fmt: skip
    city, zone = _city(settings)
    found = [profile_file(path, city=city, zone=zone, most_rows=rows) for path in files]
    if as_json:
        print_json([as_plain(one) for one in found])
    for one in found if not as_json else ():
        _show(one)
    if out is not None:
        _write(out, draft_spec(found[0], source=_id(out), fact=fact))
        _warn_of_others(out, files[0].name)


def as_plain(found: Profile) -> dict[str, Any]:
    """Return a profile as plain values for ``--json``."""

    def plain(value: Any) -> Any:  # noqa: ANN401 - any field of a profile
        if dataclasses.is_dataclass(value):
            named = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
            return {k: plain(v) for k, v in named.items() if k not in ("data", "values")}
        if isinstance(value, tuple | list):
            return [plain(one) for one in value]
        if isinstance(value, dict):
            return {key: plain(one) for key, one in value.items()}
        return str(value) if isinstance(value, Path) else value

    return {"ok": True, **plain(found)}


def _city(settings: Settings) -> tuple[Boundaries | None, str]:
    """Return the areas to compare with, if a city was named, and the zone of its clock."""
    from cockpit.city_folder import open_city
    from etl.boundaries import load_territory

    if settings.origins.get("city", "default") == "default":
        return None, "Asia/Shanghai"
    city = open_city(settings)
    return load_territory(city), city.timezone


def _id(out: Path) -> str:
    import re

    return out.stem if re.fullmatch(r"[a-z0-9_]+", out.stem) else ""


def _write(out: Path, text: str) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, "utf-8")
    except OSError as error:
        raise ConfigError(
            f"the draft cannot be written ({error.strerror})", where=str(out),
            next_step="Name another file",
        ) from error  # fmt: skip
    say(f"{out}: a draft with {text.count('doubt:')} doubts; settle them, then: cockpit check")


def _warn_of_others(out: Path, name: str) -> None:
    """Say which other source beside the draft claims the file: its rows would count twice."""
    from etl.source import load_spec

    for path in sorted(out.parent.glob("*.yaml")):
        if path == out:
            continue
        try:
            spec = load_spec(path)
        except ConfigError:
            continue  # cockpit check says what is wrong with it
        if PurePath(name).match(PurePath(spec.files).name):
            say(f"{path}: claims {name} too (files: {spec.files}); every row would count twice")


def _show(found: Profile) -> None:
    for line in _about(found):
        click.echo(line)
    print_table(_HEAD, [_row(one) for one in found.columns])
    for line in _findings(found):
        click.echo(f"· {line}")


def _about(found: Profile) -> list[str]:
    box, layout = found.container, found.layout
    packed = f" in {box.packing}" + (f" ({box.member})" if box.member else "")
    marks = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
    facts = [
        box.format + (packed if box.packing else ""),
        box.encoding,
        marks.get(found.delimiter, found.delimiter) if box.format == "csv" else "",
        f"sheet {found.sheet}" if found.sheet else "",
        f"records at {found.records}" if found.records else "",
        f"{layout.title_rows} title rows" if layout.title_rows else "",
        "two header rows" if layout.header_rows > 1 else "",
        f"{box.size:,} bytes",
    ]
    rows = f"{found.rows:,} rows, {len(found.columns)} columns"
    part = "" if found.is_whole else "only the beginning of the file was looked at: "
    return [f"{box.path}: {', '.join(fact for fact in facts if fact)}", part + rows]


def _row(one: ColumnLook) -> tuple[object, ...]:
    told = f"{one.low} – {one.high}" if one.low else ""
    if not told and one.words:
        told = ", ".join(f"{word} {n:,}" for word, n in one.words)
    notes = []
    if one.time:
        notes.append(", ".join(f"{form} ({n:,})" for form, n in one.time.forms.items()))
        notes.append(one.time.zone)
    if one.kind == "text" and one.spellings < one.distinct:
        notes.append(f"{one.spellings:,} but for case and spaces")
    if one.personal:
        notes.append(f"personal: {one.personal}")
    nothing = one.empty + sum(one.markers.values())
    rows = one.filled + nothing
    share = f"{nothing / rows:.1%}" if nothing else "0"
    if one.markers:
        share += f" ({', '.join(f'{word} {n:,}' for word, n in one.markers.items())})"
    notes = [note for note in notes if note]
    return (
        one.name, one.kind, f"{one.filled:,}", share, f"{one.distinct:,}", _cut(told, _WIDEST),
        "; ".join(notes),
    )  # fmt: skip


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _findings(found: Profile) -> list[str]:
    same, lines = found.sameness, list(found.doubts)
    for key in same.keys:
        twice = f"; {key.duplicates:,} rows repeat an earlier one" if key.duplicates else ""
        lines.append(f"key: {' + '.join(key.columns)} ({key.distinct:,} different){twice}")
    if same.differing:
        told = ", ".join(f"{name} {n:,}" for name, n in same.differing.items())
        lines.append(f"rows with the same {' + '.join(same.keys[0].columns)} disagree in: {told}")
    if not same.keys:
        lines.append("key: no column and no pair of columns tells the rows apart")
    lines.append(f"exact duplicate rows: {same.exact:,}")
    if same.origin:
        lines.append(f"but for {same.origin}, which names files: {same.but_origin:,}")
    lines += [f"totals: {n:,} rows begin with {word}" for word, n in found.totals.items()]
    lines += [
        f"order: {one.first} before {one.then} but for {one.against:,} of {one.rows:,} rows"
        for one in found.orders
    ]
    if found.points:
        where = found.points
        lines.append(
            f"points: {' + '.join(where.columns)} {where.order}, {where.system or 'no degrees'}, "
            f"{where.filled:,} rows"
        )
        lines += [f"points: {text}" for text in where.doubts]
    for area in found.areas:
        lines.append(f"areas: {area.column} holds a {area.by} of the city's areas in "
                     f"{area.matched:,} of {area.rows:,} rows")  # fmt: skip
        if area.unknown:
            told = ", ".join(f"{word} {n:,}" for word, n in area.unknown)
            lines.append(f"areas: {area.column}: lead nowhere: {_cut(told, 200)}")
        lines += [f"areas: {area.column}: {text}" for text in area.doubts]
    lines += [f"{one.name}: {text}" for one in found.columns for text in one.doubts]
    return lines
