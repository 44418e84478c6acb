"""What a scene may ask: known indicators of the core, levels that exist, dimensions that fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layouts.wall.panel import RankingPanel
from layouts.wall.panels.composition import CompositionPanel
from layouts.wall.panels.funnel import FunnelPanel
from layouts.wall.panels.gauge import GaugePanel, lines_of
from layouts.wall.panels.league import LeaguePanel
from layouts.wall.scene import Scene
from metrics.calendar import parse_period
from metrics.errors import BadQuestion, Problem, UnknownName, near
from metrics.indicator import Indicator
from metrics.question import DIMENSIONS
from metrics.territory import Level
from metrics.yaml_file import KeyPath, LineOf

ROLES = ("district", "street", "community", "grid")
CHILDREN = "children"
_INDICATOR_KEYS = ("indicator", "rate", "time")


@dataclass(frozen=True)
class Known:
    """What the city has.

    Attributes:
        indicators: the catalogue by id.
        levels: from the top down.
        today: the city's day, for the relative periods.
    """

    indicators: Mapping[str, Indicator]
    levels: Sequence[Level]
    today: dt.date


def scene_problems(scene: Scene, path: Path, line_of: LineOf, known: Known) -> Iterator[Problem]:
    """Yield everything a well-formed scene asks that this city cannot answer, with its line."""

    def at(keys: KeyPath) -> str:
        return f"{path}:{line_of(keys)}"

    written = scene.model_dump(exclude_defaults=True)
    for keys, name in _named(written, _INDICATOR_KEYS):
        yield from _indicator(name, at(keys), known)
    for keys, text in _named(written, ("period",)):
        try:
            parse_period(text, known.today)
        except BadQuestion as error:
            yield Problem(at(keys), error.what, error.hint or error.next_step)
    yield from _map_level(scene, at(("map", "level")), known)
    for side in ("left", "right"):
        for place, panel in enumerate(getattr(scene, side)):
            yield from _panel(panel, lambda key, here=(side, place): at((*here, key)), known)


def _named(
    written: object, keys: tuple[str, ...], path: KeyPath = ()
) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(written, dict):
        for key, value in written.items():
            if key in keys and isinstance(value, str):
                yield (*path, key), value
            else:
                yield from _named(value, keys, (*path, key))
    elif isinstance(written, list | tuple):
        for number, value in enumerate(written):
            yield from _named(value, keys, (*path, number))


def _indicator(name: str, where: str, known: Known) -> Iterator[Problem]:
    if not name:
        return
    if name not in known.indicators:
        error = UnknownName("indicator", name, known.indicators)
        yield Problem(where, error.what, error.hint)
    elif known.indicators[name].tier != "core":
        yield Problem(
            where,
            f"indicator '{name}' is not core",
            "A wall asks every few seconds, and only the sums of core indicators are kept ready; "
            "take a core one (cockpit catalogue), or define it in the city with tier: core",
        )


def _map_level(scene: Scene, where: str, known: Known) -> Iterator[Problem]:
    below = known.levels[1]
    if scene.map.level not in (CHILDREN, below.id, below.role):
        yield Problem(
            where,
            f"the map cannot show level '{scene.map.level}'",
            f"It shows the areas below: level: {CHILDREN}, or leave it out",
        )
    else:
        yield from _level(scene.map.indicator, CHILDREN, where, known)


def _panel(panel: Any, at: Any, known: Known) -> Iterator[Problem]:  # noqa: ANN401 - every kind
    if isinstance(panel, RankingPanel):
        yield from _level(panel.indicator, panel.level, at("level"), known)
    elif isinstance(panel, LeaguePanel):
        for card in panel.columns:
            if panel.by:
                yield from _dimension(card.indicator, panel.by, at("by"), known)
            else:
                yield from _level(card.indicator, panel.level, at("level"), known)
    elif isinstance(panel, CompositionPanel):
        yield from _dimension(panel.indicator, panel.by, at("by"), known)
    elif isinstance(panel, FunnelPanel):
        for by in dict.fromkeys(stage.by for stage in panel.stages):
            yield from _dimension(panel.indicator, by, at("stages"), known)
    elif isinstance(panel, GaugePanel):
        for card in panel.cards:
            indicator = known.indicators.get(card.indicator)
            if indicator and lines_of(indicator) is None:
                what = f"indicator '{indicator.id}' has no fixed red and amber line"
                yield Problem(at("cards"), what, "A gauge needs both; show it as a card")


def _level(name: str, level: str, where: str, known: Known) -> Iterator[Problem]:
    ids = {one.id: one for one in known.levels} | {
        one.role: one for one in known.levels if one.role
    }
    if level != CHILDREN and level not in ids:
        guess = near(level, ids)
        hint = f"Did you mean '{guess}'?" if guess else f"Allowed: {', '.join(ids)}"
        yield Problem(where, f"unknown level '{level}'", hint)
        return
    indicator = known.indicators.get(name)
    role = (known.levels[1] if level == CHILDREN else ids[level]).role
    if indicator is None or role not in ROLES:
        return
    lowest = indicator.lowest_level
    if ROLES.index(role) > ROLES.index(lowest):
        yield Problem(where, f"'{name}' is not known below level '{lowest}'", "Show it as a card")


def _dimension(name: str, by: str, where: str, known: Known) -> Iterator[Problem]:
    indicator = known.indicators.get(name)
    if indicator is None:
        return
    allowed = DIMENSIONS.get(indicator.fact or "", ())
    if indicator.fact == "snapshot" or not allowed:
        yield Problem(where, f"'{name}' cannot be broken down", "Take a count of cases or events")
    elif by not in allowed:
        guess = near(by, allowed)
        hint = f"Did you mean '{guess}'?" if guess else f"Allowed: {', '.join(allowed)}"
        yield Problem(where, f"'{name}' has no dimension '{by}'", hint)
