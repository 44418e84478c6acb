"""Which events take the screen, as written in YAML, and what the wall is sent of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, ValidationError

from layouts.format import moment_text
from layouts.texts import Lang, t
from layouts.wall.panel import Written
from metrics.errors import ConfigError, ConfigProblems, Problem, near
from metrics.yaml_file import LineOf, read_yaml

BUILT_IN = Path(__file__).parent / "alarms.yaml"
FILE = "alarms.yaml"
MOST = 20
"""Alarms sent at once; a wall shows them one after the other."""

Event = Literal["alarm", "emergency", "case"]
Level = Literal["red", "amber", "info"]
_MARKS: Mapping[str, Event] = {"alarm": "alarm", "emergency": "emergency"}


class AlarmRule(Written):
    """One kind of event that takes the screen."""

    event: Event | None = Field(default=None, description="case stands for an urgent one")
    level: Level | None = None
    source: str = Field(default="", description="only events of this feed")
    title: str = Field(default="", description="only events with these words in their title")
    why: str = Field(min_length=1, description="said on the screen: why it is an alarm")
    why_en: str = ""

    def holds(self, event: Mapping[str, object]) -> bool:
        """Tell whether an event is what the rule speaks of."""
        return (
            self.event in (None, _MARKS.get(str(event.get("kind")), "case"))
            and self.level in (None, event.get("level"))
            and self.source in ("", event.get("source"))
            and self.title in str(event.get("title") or "")
        )


class Alarms(Written):
    """Everything that decides about the take-over of the screen."""

    stay_seconds: int = Field(default=30, ge=5, le=600)
    fresh_minutes: int = Field(default=120, ge=1, le=1440)
    take_over: tuple[AlarmRule, ...] = ()

    def reason(self, event: Mapping[str, object], lang: Lang) -> str:
        """Return why an event is an alarm; empty where it is none."""
        rule = next((one for one in self.take_over if one.holds(event)), None)
        if rule is None:
            return ""
        return (rule.why_en or rule.why) if lang == "en" else rule.why


def alarms_of(folder: Path) -> Path:
    """Return the file that counts for a city: its own, else the built-in one."""
    own = folder / FILE
    return own if own.is_file() else BUILT_IN


def read_alarms(path: Path) -> tuple[Alarms, LineOf]:
    """Return the rules of a file, and the line of any key in it.

    Raises:
        ConfigProblems: keys or values are wrong; every problem with its line.
        ConfigError: the file is missing or is not YAML.
    """
    data, line_of = read_yaml(path)
    if not isinstance(data, dict):
        msg = "the file does not say which events take the screen"
        raise ConfigError(msg, where=f"{path}:1", next_step="Begin it with take_over:")
    try:
        return Alarms.model_validate(data), line_of
    except ValidationError as error:
        problems = [_problem(dict(one), path, line_of) for one in error.errors()]
        raise ConfigProblems(problems) from error


def alarm_problems(
    alarms: Alarms, path: Path, line_of: LineOf, sources: Sequence[str]
) -> Iterator[Problem]:
    """Yield the rules that name a feed this city does not have."""
    for number, rule in enumerate(alarms.take_over):
        if rule.source and rule.source not in sources:
            where = f"{path}:{line_of(('take_over', number, 'source'))}"
            what = f"unknown source '{rule.source}'"
            yield Problem(where, what, _meant(rule.source, sources))


def alarms_payload(
    events: Sequence[Mapping[str, object]], alarms: Alarms, now: dt.datetime, lang: Lang
) -> list[dict[str, object]]:
    """Return the alarms of late, the oldest first, as the script shows them.

    Args:
        events: newest first; ``path`` names the areas from the top down, ``on`` is the id of the
            area of the map they lie in.
        alarms: which of them are alarms.
        now: aware instant in the city's zone.
        lang: language of the words.
    """
    since = now - dt.timedelta(minutes=alarms.fresh_minutes)
    found: list[dict[str, object]] = []
    for event in events:
        at, why = event.get("at"), alarms.reason(event, lang)
        if not why or not isinstance(at, dt.datetime):
            continue
        at = at if at.tzinfo else at.replace(tzinfo=now.tzinfo)
        if since <= at <= now:
            found.append(_shown(event, at, why, now, lang))
    return found[:MOST][::-1]


def _shown(
    event: Mapping[str, object], at: dt.datetime, why: str, now: dt.datetime, lang: Lang
) -> dict[str, object]:
    level = str(event.get("level"))
    kind = _MARKS.get(str(event.get("kind")), "case")
    return {
        "i": str(event.get("id")),
        "n": str(event.get("title") or event.get("kind") or ""),
        "k": t(f"alarm.{kind}", lang),
        "l": level,
        "w": t(f"wall.level_{level}", lang),
        "p": str(event.get("path") or event.get("area_name") or ""),
        "on": str(event.get("on") or ""),
        "at": moment_text(at, now, lang),
        "y": why,
    }


def _problem(error: dict[str, Any], path: Path, line_of: LineOf) -> Problem:
    keys: tuple[int | str, ...] = error["loc"]
    where, name = f"{path}:{line_of(keys)}", str(keys[-1])
    if error["type"] == "extra_forbidden":
        known = AlarmRule.model_fields if keys[0] == "take_over" else Alarms.model_fields
        return Problem(where, f"unknown key '{name}'", _meant(name, list(known)))
    if name in ("event", "level"):
        allowed = get_args(Event if name == "event" else Level)
        said = str(error["input"])
        return Problem(where, f"unknown {name} '{said}'", _meant(said, allowed))
    return Problem(where, f"'{'.'.join(map(str, keys))}' is wrong ({error['msg']})")


def _meant(said: str, known: Sequence[str]) -> str:
    guess = near(said, known)
    return f"Did you mean '{guess}'?" if guess else f"Allowed: {', '.join(known)}"
