"""The settings as a table, and where each value came from.

A value is taken from the first of: flag, environment (``COCKPIT_*``), ``cockpit.toml``, what the
home remembers, default. ``cockpit doctor`` shows the value and the place.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from cockpit.weekly import rhythm
from layouts.theme import ARROWS, THEMES, Arrows, Theme
from layouts.wall.sheet import farthest_m
from metrics.errors import ConfigError, UnknownName, near

PREFIX = "COCKPIT_"
CONFIG_FILE = "cockpit.toml"
CITY_RECORD = "city.txt"
"""File in the home with the city it belongs to, so that later commands need not name it."""

OUTSIDE = ("DEBUG", "SKIP_APT", "TEST_CLICKHOUSE", *rhythm.SECRETS)
"""Environment names that are read elsewhere and are no settings."""


@dataclass(frozen=True)
class Setting:
    """One line of the table.

    Attributes:
        name: field of ``Settings``; ``COCKPIT_<NAME>`` in the environment, key in cockpit.toml.
        default: text that stands where nobody says otherwise; may name other settings in braces.
        help: what it decides.
        read: text to value; raises ValueError with the allowed form.
    """

    name: str
    default: str
    help: str
    read: Callable[[str], Any]

    @property
    def variable(self) -> str:
        """Name in the environment."""
        return PREFIX + self.name.upper()


def _path(text: str) -> Path:
    if not text:
        msg = "a folder"
        raise ValueError(msg)
    return Path(text).expanduser()


def _optional_path(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


def _number(lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        with contextlib.suppress(ValueError):
            if lowest <= int(text) <= highest:
                return int(text)
        msg = f"a whole number from {lowest} to {highest}"
        raise ValueError(msg)

    return read


def _tour(text: str) -> int:
    return 0 if text == "0" else _number(5, 3600)(text)


def _instant(text: str) -> dt.datetime | None:
    if not text:
        return None
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        msg = "a time such as 2026-11-20T10:00 (the city's clock) or 2026-11-20T10:00+08:00"
        raise ValueError(msg) from None


def _language(text: str) -> Literal["zh", "en"]:
    if text == "zh":
        return "zh"
    if text == "en":
        return "en"
    msg = "zh or en"
    raise ValueError(msg)


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text in allowed:
            return text
        raise ValueError(" or ".join(allowed))

    return read


def _metres(lowest: float, highest: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        with contextlib.suppress(ValueError):
            if lowest <= float(text) <= highest:
                return float(text)
        msg = f"metres from {lowest:g} to {highest:g}"
        raise ValueError(msg)

    return read


def _store(text: str) -> str:
    if text.partition("://")[0] not in ("chdb", "clickhouse", "clickhouses"):
        msg = "chdb://folder (embedded) or clickhouse://user:password@host:port/database"
        raise ValueError(msg)
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting("home", "var", "everything that is written: store, inbox, archive, logs", _path),
    Setting("city", "xiaoshan", "a built-in profile, or a folder with city.yaml", str),
    Setting("store", "chdb://{home}/store", "chdb://folder or clickhouse://server", _store),
    Setting("inbox", "{home}/inbox/{city}", "folder into which source files are put", _path),
    Setting("data", "", "overrides the folder that city.yaml names as data", _optional_path),
    Setting("host", "127.0.0.1", "address to serve at; 0.0.0.0 for every network", str),
    Setting("port", "8050", "port to serve at; 0 takes a free one", _number(0, 65535)),
    Setting("threads", "16", "requests answered at the same time", _number(1, 256)),
    Setting("cache_seconds", "60", "how long an answer may be reused; 0 never", _number(0, 86400)),
    Setting("tour", "0", "seconds each scene of the wall stays; 0 stands still", _tour),
    Setting("lang", "zh", "language of the screens: zh or en", _language),
    Setting("theme", "dark", "colours of the screens: dark or light", _one_of(THEMES)),
    Setting("arrows", "judged", "judged: green is good; red-up: red is more", _one_of(ARROWS)),
    Setting("wall_height_m", "0", "height of the wall; 0 where it is not known", _metres(0, 30)),
    Setting("viewing_distance_m", "5", "from where the wall is read", _metres(0.5, 60)),
    Setting("now", "", "fixes the city's clock, for tests and replays", _instant),
    Setting("briefing_cutoff", "", "when a briefing is frozen: Mon 06:00", rhythm.read_weekly),
    Setting("briefing_at", "", "from when on it is sent: Mon 09:00", rhythm.read_weekly),
    Setting("briefing_unsigned", "wait", "wait for the signature, or send", _one_of(rhythm.SENDS)),
    Setting("briefing_mail", "", "who gets it: a,b", rhythm.read_addresses),
    Setting("smtp", "", "how mail leaves: smtp://user@host:587, smtps://…", rhythm.read_smtp),
    Setting("mail_from", "", "address it is sent from", rhythm.read_addresses),
    Setting("secret", "", "key that makes reporters anonymous; made once when absent", str),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True)
class Settings:
    """The values in force.

    Attributes:
        origins: setting name -> where its value came from, in words.
        unknown: variables of the environment that look like settings and are none.
        config: the cockpit.toml that was read, if any.
    """

    home: Path
    city: str
    store: str
    inbox: Path
    data: Path | None
    host: str
    port: int
    threads: int
    cache_seconds: int
    tour: int
    lang: Literal["zh", "en"]
    theme: Theme
    arrows: Arrows
    wall_height_m: float
    viewing_distance_m: float
    now: dt.datetime | None
    briefing_cutoff: rhythm.WeeklyTime | None
    briefing_at: rhythm.WeeklyTime | None
    briefing_unsigned: str
    briefing_mail: tuple[str, ...]
    smtp: str
    mail_from: tuple[str, ...]
    secret: str
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)
    unknown: tuple[str, ...] = ()
    config: Path | None = None

    @property
    def logs(self) -> Path:
        """Folder of the log files."""
        return self.home / "logs"

    def secret_key(self) -> bytes:
        """Return the key for pseudonyms; made once and kept in the home when none is set.

        Raises:
            ConfigError: the home cannot be written.
        """
        if self.secret:
            return self.secret.encode()
        path = self.home / "secret"
        try:
            return _kept_secret(path)
        except OSError as error:
            raise ConfigError(
                f"the file cannot be written ({error.strerror})",
                where=str(path),
                next_step="Choose another COCKPIT_HOME, or set COCKPIT_SECRET",
            ) from error

    def shown(self) -> list[tuple[str, str, str]]:
        """Return (name, value, origin) of every setting, the secret hidden."""
        rows = []
        for setting in SETTINGS:
            value = getattr(self, setting.name)
            text = ", ".join(value) if isinstance(value, tuple) else str(value or "")
            text = "0" if value == 0 else text
            if setting.name == "secret":
                text = "(set)" if text else "(kept in home)"
            if setting.name == "store":
                text = without_password(text)
            rows.append((setting.variable, text, self.origins.get(setting.name, "default")))
        return rows


def load_settings(
    flags: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    folder: Path | None = None,
) -> Settings:
    """Return the settings in force.

    Args:
        flags: what the command line said; None and empty values do not count.
        environment: the process environment by default.
        folder: where cockpit.toml is looked for first; the working folder by default.

    Raises:
        ConfigError: a value has the wrong form, or cockpit.toml is not TOML.
        UnknownName: cockpit.toml has a key that is no setting.
    """
    environment = os.environ if environment is None else environment
    said = {name: str(value) for name, value in (flags or {}).items() if value not in (None, "")}
    config = _config_file(folder or Path(), said, environment)
    written = _read_config(config) if config else {}
    texts: dict[str, str] = {}
    origins: dict[str, str] = {}
    for setting in SETTINGS:
        text, origin = _first(setting, said, environment, written, config, texts)
        texts[setting.name] = text
        origins[setting.name] = origin
    values = {name: _value(_BY_NAME[name], text, origins[name]) for name, text in texts.items()}
    _check_distance(values["wall_height_m"], values["viewing_distance_m"], origins)
    return Settings(
        **values,
        origins=MappingProxyType(origins),
        unknown=tuple(_unknown_variables(environment)),
        config=config,
    )


def _check_distance(height: float, distance: float, origins: Mapping[str, str]) -> None:
    if height and distance > farthest_m(height):
        raise ConfigError(
            f"a wall {height:g} m high cannot be read from {distance:g} m",
            where=origins["viewing_distance_m"],
            hint=f"Allowed: up to {farthest_m(height):.1f} m",
        )


def without_password(store: str) -> str:
    """Return a store's address as it may be shown."""
    scheme, _, rest = store.partition("://")
    user, at, host = rest.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}:…@{host}" if at and ":" in user else store


def _first(
    setting: Setting,
    said: Mapping[str, str],
    environment: Mapping[str, str],
    written: Mapping[str, str],
    config: Path | None,
    earlier: Mapping[str, str],
) -> tuple[str, str]:
    """Return the text of a setting and its origin; earlier settings may be named in defaults."""
    name = setting.name
    if name in said:
        return said[name], "flag --" + name.replace("_", "-")
    if environment.get(setting.variable):
        return environment[setting.variable], f"environment {setting.variable}"
    if name in written:
        return written[name], f"file {config}"
    if name == "city" and (remembered := _remembered_city(Path(earlier["home"]))):
        return remembered, f"file {Path(earlier['home']) / CITY_RECORD}"
    city = Path(earlier.get("city", "")).resolve().name if "city" in earlier else ""
    return setting.default.format(home=earlier.get("home", ""), city=city), "default"


def _value(setting: Setting, text: str, origin: str) -> Any:  # noqa: ANN401 - each has its type
    try:
        return setting.read(text)
    except ValueError as error:
        raise ConfigError(
            f"'{text}' is no value for {setting.name}", where=origin, hint=f"Allowed: {error}"
        ) from error


def _config_file(
    folder: Path, said: Mapping[str, str], environment: Mapping[str, str]
) -> Path | None:
    """Return the cockpit.toml that counts: beside the named city, else in the working folder."""
    city = said.get("city") or environment.get(PREFIX + "CITY", "")
    beside = [Path(city).expanduser() / CONFIG_FILE] if city and Path(city).is_dir() else []
    for path in (*beside, folder / CONFIG_FILE):
        if path.is_file():
            return path
    return None


def _read_config(path: Path) -> dict[str, str]:
    """Return the file's keys as texts; relative folders are relative to the file."""
    try:
        data = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"this is not TOML ({error})", where=str(path)) from error
    lines = path.read_text("utf-8-sig").splitlines()
    found: dict[str, str] = {}
    for key, value in data.items():
        name = key.lower().removeprefix(PREFIX.lower())
        where = f"{path}:{_line_of(key, lines)}"
        if name not in _BY_NAME:
            raise UnknownName("setting", key, _BY_NAME, where=where)
        if isinstance(value, dict | list | bool):
            raise ConfigError(f"'{key}' must be a text or a number", where=where)
        found[name] = _from_file(name, str(value), path.parent)
    return found


def _from_file(name: str, text: str, folder: Path) -> str:
    """Return a value of the file with its relative folder made absolute."""
    if name in ("home", "inbox", "data") and text:
        return str(folder / Path(text).expanduser())
    if name == "city" and (folder / text / "city.yaml").is_file():
        return str((folder / text).resolve())
    if name == "store" and text.startswith("chdb://"):
        return "chdb://" + str(folder / text.removeprefix("chdb://"))
    return text


def _line_of(key: str, lines: list[str]) -> int:
    for number, line in enumerate(lines, start=1):
        if line.partition("=")[0].strip().strip("\"'[]") == key:
            return number
    return 1


def _remembered_city(home: Path) -> str:
    try:
        return (home / CITY_RECORD).read_text("utf-8").strip()
    except OSError:
        return ""


def _unknown_variables(environment: Mapping[str, str]) -> Iterator[str]:
    known = {name.upper() for name in _BY_NAME} | set(OUTSIDE)
    for variable in sorted(environment):
        name = variable.removeprefix(PREFIX)
        if name != variable and name not in known:
            guess = near(name, known)
            yield f"{variable}: no such setting." + (
                f" Did you mean '{PREFIX}{guess}'?" if guess else ""
            )


def _kept_secret(path: Path) -> bytes:
    """Return the key kept in a file, writing it first where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"secret.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
        with contextlib.suppress(FileExistsError):  # another process was first: its key holds
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes().strip()
