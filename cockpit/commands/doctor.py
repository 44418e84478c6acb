"""``cockpit doctor``: versions, settings, fonts, store, feeds; what is wrong and what to do."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Literal

import click

from cockpit import __version__
from cockpit.commands.options import json_option, print_json, print_table, with_settings
from metrics.errors import CockpitError

if TYPE_CHECKING:
    from cockpit.settings import Settings

State = Literal["ok", "note", "wrong"]
PACKAGES = ("dash", "chdb", "chdb-core", "clickhouse-connect", "polars", "flask", "waitress")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_MARKS = {"ok": "正常", "note": "提示", "wrong": "有误"}
_LEAST_FREE = 1 << 30


@dataclass(frozen=True)
class Finding:
    """One thing looked at: how it is, and what to do about it."""

    about: str
    state: State
    what: str
    todo: str = ""


@click.command()
@with_settings()
@json_option
def doctor(settings: Settings, *, as_json: bool) -> None:
    """Say what is installed, which settings hold, what is wrong and what to do."""
    findings = list(examine(settings))
    wrong = any(finding.state == "wrong" for finding in findings)
    if as_json:
        shown = [{"name": n, "value": v, "origin": o} for n, v, o in settings.shown()]
        listed = [asdict(finding) for finding in findings]
        print_json({"ok": not wrong, "settings": shown, "findings": listed})
    else:
        print_table(("设置", "值", "来源"), settings.shown())
        click.echo()
        print_table(
            ("检查", "状态", "情况", "处理"),
            [(one.about, _MARKS[one.state], one.what, one.todo) for one in findings],
        )
    sys.exit(1 if wrong else 0)


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield everything that is looked at, the cheap things first."""
    yield from _versions()
    for sentence in settings.unknown:
        yield Finding("environment", "note", sentence, "Correct or unset it")
    yield from _surroundings()
    yield from _home(settings)
    yield from _briefings(settings)
    yield from _city(settings)


def _versions() -> Iterator[Finding]:
    yield Finding("cockpit", "ok", f"{__version__}, Python {platform.python_version()}")
    for name in PACKAGES:
        try:
            yield Finding(name, "ok", metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Finding(name, "wrong", "not installed", "make setup")


def _surroundings() -> Iterator[Finding]:
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), "")
    yield (
        Finding("Chromium", "ok", browser)
        if browser
        else Finding("Chromium", "note", "none", "Only tests and screenshots need it: make setup")
    )
    fonts = _chinese_fonts()
    yield (
        Finding("fonts", "ok", fonts)
        if fonts
        else Finding(
            "fonts", "note", "no Chinese font in the system",
            "Screens bring their own; for screenshots install fonts-noto-cjk",
        )
    )  # fmt: skip


def _chinese_fonts() -> str:
    program = shutil.which("fc-list")
    if program is None:
        return ""
    listed = subprocess.run(  # noqa: S603 - a fixed command
        [program, ":lang=zh-cn", "family"], capture_output=True, text=True, check=False, timeout=20
    )
    families = sorted({line.split(",")[0].strip() for line in listed.stdout.splitlines() if line})
    return ", ".join(families[:3]) + (" …" if len(families) > 3 else "")


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    if not home.exists():
        yield Finding("home", "note", f"{home} does not exist yet", "cockpit demo makes it")
        return
    try:
        probe = home / ".write-probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        yield Finding("home", "wrong", f"{home} cannot be written ({error.strerror})",
                      "Give it free, or choose another COCKPIT_HOME")  # fmt: skip
    free = shutil.disk_usage(home).free
    state: State = "ok" if free > _LEAST_FREE else "wrong"
    yield Finding(
        "disk", state, f"{free / 2**30:.1f} GB free", "" if state == "ok" else "Free some space"
    )


def _briefings(settings: Settings) -> Iterator[Finding]:
    """Yield the faces the documents are set in, and what became of sending them."""
    from cockpit.briefings import FONTS
    from layouts.briefing.typefaces import ROLES, faces

    folder = settings.home / FONTS
    try:
        found = faces(folder)
    except CockpitError as error:
        yield Finding("briefing fonts", "wrong", error.what, f"{error.where}: {error.next_step}")
        return
    built_in = ", ".join(face.families[0] for face in found.built_in)
    yield Finding("briefing fonts", "ok", f"{built_in} (with the cockpit)")
    named = {names[0]: found.family(role)[0] != other for role, (names, other) in ROLES.items()}
    if any(named.values()):
        there = ", ".join(name for name, is_there in named.items() if is_there)
        yield Finding("fonts of one's own", "ok", f"{there} ({folder})")
    if not all(named.values()):
        absent = ", ".join(name for name, is_there in named.items() if not is_there)
        yield Finding("fonts named only", "note", f"{absent}: the PDF takes the above",
                      f"Whoever has a licence puts the files into {folder}")  # fmt: skip
    yield from _deliveries(settings)


def _deliveries(settings: Settings) -> Iterator[Finding]:
    from cockpit.weekly.ledger import FILE, WeeklyLedger

    if not (settings.home / FILE).is_file():
        return
    ledger = WeeklyLedger(settings.home)
    for one in ledger.deliveries():
        if one.state != "sent":
            unsure = "Ask whether it arrived; it is not sent again"
            todo = unsure if one.state == "sending" else "It is tried again by itself"
            what = f"{one.target}: {one.state}, {one.tries} tries, {one.note}"
            yield Finding(f"briefing {one.week}", "note", what, todo)
    ledger.close()


def _city(settings: Settings) -> Iterator[Finding]:
    from cockpit.city_folder import inbox_folder, open_city

    try:
        city = open_city(settings)
    except CockpitError as error:
        yield Finding("city", "wrong", error.sentence, "cockpit check")
        return
    yield Finding("city", "ok", f"{city.name} ({city.folder})")
    yield Finding("inbox", "ok", str(inbox_folder(settings, city)))
    yield from _store(settings)


def _store(settings: Settings) -> Iterator[Finding]:
    from cockpit.wiring import build
    from metrics.store import lock_file

    if settings.store.startswith("chdb://") and not lock_file(settings.store).exists():
        yield Finding("store", "note", "nothing has been loaded yet", "cockpit demo, or etl run")
        return
    try:
        services = build(settings)
    except CockpitError as error:
        yield Finding("store", "wrong", error.what, error.next_step)
        return
    with services:
        yield Finding("store", "ok", f"data version {services.service.version}")
        for feed in services.service.freshness():
            age = feed.as_of.isoformat(timespec="minutes") if feed.as_of else "never"
            yield Finding(
                f"feed {feed.source}", "note" if feed.is_stale else "ok",
                f"{feed.name}: {age}, expected every {feed.rhythm}",
                "Late: look for its files in the inbox" if feed.is_stale else "",
            )  # fmt: skip
