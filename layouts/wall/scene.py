"""A scene of the wall: what stands where, as written in YAML, and what it has to ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from layouts.texts import Lang
from layouts.wall.panel import (
    KEY,
    Ask,
    Card,
    CardsPanel,
    Common,
    EventsPanel,
    RankingPanel,
    TrendPanel,
    Written,
    card_ask,
)
from layouts.wall.panels.calendar import CalendarPanel
from layouts.wall.panels.clocks import ClocksPanel
from layouts.wall.panels.composition import CompositionPanel
from layouts.wall.panels.funnel import FunnelPanel
from layouts.wall.panels.gauge import GaugePanel
from layouts.wall.panels.league import LeaguePanel
from metrics.errors import ConfigError, ConfigProblems, Problem, UnknownName, near
from metrics.yaml_file import LineOf, read_yaml

SCENES = Path(__file__).parent / "scenes"
DEFAULT_SCENE = "overview"
LAST = 1000
KEPT = 64
"""So many scenes stay in memory; a wall asks for its own with every update."""

KINDS = ("cards", "trend", "ranking", "events", "composition", "funnel", "league", "gauge",
         "calendar", "clocks")  # fmt: skip

Panel = Annotated[
    CardsPanel
    | TrendPanel
    | RankingPanel
    | EventsPanel
    | CompositionPanel
    | FunnelPanel
    | LeaguePanel
    | GaugePanel
    | CalendarPanel
    | ClocksPanel,
    Field(discriminator="kind"),
]


class MapSpec(Written):
    """The indicator the map is coloured by."""

    indicator: str
    level: str = "children"
    period: str = ""
    classes: int = Field(default=5, ge=2, le=5)


class Scene(Written):
    """One picture of the wall."""

    id: str = Field(pattern=KEY)
    title: str = Field(default="", description="heading; the city's by default")
    title_en: str = ""
    name: str = Field(default="", description="short, for the switcher; the title by default")
    name_en: str = ""
    order: int = Field(default=LAST, description="place in the switcher and on the tour")
    tour: bool = Field(default=True, description="whether the tour stops here")
    period: str = Field(default="yesterday", description="of every number without its own")
    spark_days: int = Field(default=14, ge=2, le=90)
    headline: tuple[Card, ...] = Field(min_length=1, max_length=6)
    map: MapSpec
    left: tuple[Panel, ...]
    right: tuple[Panel, ...]

    @model_validator(mode="after")
    def _ids_are_different(self) -> Scene:
        counts = Counter(panel.id for panel in self.panels)
        twice = [name for name, count in counts.items() if count > 1]
        reserved = [name for name in counts if name in ("headline", "map")]
        keys = Counter(ask.key for ask in scene_questions(self))
        doubled = [key for key, count in keys.items() if count > 1]
        if twice or reserved or doubled:
            named = ", ".join([*twice, *reserved, *doubled])
            msg = f"said twice, or a name the scene keeps for itself: {named}"
            raise ValueError(msg)
        return self

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels, left ones first."""
        return (*self.left, *self.right)

    def common(self, area: str = "") -> Common:
        """Return what the panels take from the scene."""
        return Common(area, self.period, self.spark_days)

    def heading(self, lang: Lang, place: str, city_title: str) -> str:
        """Return the place and the scene's title; the city's own where the scene has none."""
        title = (self.title_en or self.title) if lang == "en" else self.title
        return f"{place} · {title}" if title else city_title

    def short(self, lang: Lang) -> str:
        """Return the name in the switcher."""
        english = self.name_en or self.title_en if lang == "en" else ""
        return english or self.name or self.title or self.id


def scene_questions(scene: Scene, area: str = "") -> list[Ask]:
    """Return everything a scene has to ask about an area, every key once."""
    return list(_asks(scene, scene.common(area)))


def _asks(scene: Scene, common: Common) -> Iterator[Ask]:
    for card in scene.headline:
        yield card_ask("headline", card, common)
    drawn = scene.map
    period = drawn.period or scene.period
    yield Ask("map", drawn.indicator, common.area, drawn.level, period, 0)
    for panel in scene.panels:
        yield from panel.asks(common)


def find_scenes(*folders: Path) -> Mapping[str, Path]:
    """Return the scene files by name; a later folder's file takes the place of an earlier one."""
    return {
        path.stem: path
        for folder in (SCENES, *folders)
        if folder.is_dir()
        for path in sorted(folder.glob("*.yaml"))
    }


def load_scene(path: Path) -> Scene:
    """Return the scene written in a file; read anew only when the file has changed.

    Raises:
        ConfigProblems: keys or values are wrong; every problem with its line.
        ConfigError: the file is missing or is not YAML.
    """
    try:
        stamp = path.stat()
    except OSError:
        return read_scene(path)[0]  # says that the file is missing
    return _scene_of(path, stamp.st_mtime_ns, stamp.st_size)


def scene_mark(path: Path) -> str:
    """Return a text that changes whenever a scene's file does; empty where it is gone."""
    try:
        stamp = path.stat()
    except OSError:
        return ""
    return f"{path} {stamp.st_mtime_ns} {stamp.st_size}"


@lru_cache(maxsize=KEPT)
def _scene_of(path: Path, changed_ns: int, size: int) -> Scene:  # noqa: ARG001 - parts of the key
    return read_scene(path)[0]


def read_scene(path: Path) -> tuple[Scene, LineOf]:
    """Return the scene of a file, and the line of any key in it.

    Raises:
        ConfigProblems: keys or values are wrong; every problem with its line.
        ConfigError: the file is missing or is not YAML.
    """
    data, line_of = read_yaml(path)
    if not isinstance(data, dict):
        msg = "the file does not hold a scene"
        raise ConfigError(msg, where=f"{path}:1", next_step="Begin it with id: and headline:")
    try:
        scene = Scene.model_validate(data)
    except ValidationError as error:
        problems = [_problem(dict(one), path, line_of) for one in error.errors()]
        raise ConfigProblems(problems) from error
    if scene.id != path.stem:
        what = f"the scene calls itself '{scene.id}' in a file called '{path.stem}'"
        hint = f"Write id: {path.stem}"
        raise ConfigProblems([Problem(f"{path}:{line_of(('id',))}", what, hint)])
    return scene, line_of


def _problem(error: dict[str, Any], path: Path, line_of: LineOf) -> Problem:
    keys: tuple[int | str, ...] = error["loc"]
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        where = f"{path}:{line_of((*keys, 'kind'))}"
        return _unknown_kind(str(error.get("ctx", {}).get("tag", "")), where)
    # what stands behind a panel's number is the kind pydantic chose by: it is no key of the file
    written = tuple(
        key for place, key in enumerate(keys) if place == 0 or not isinstance(keys[place - 1], int)
        or key not in KINDS
    )  # fmt: skip
    return Problem(f"{path}:{line_of(written)}", f"{_said(written)} ({error['msg']})")


def _unknown_kind(tag: str, where: str) -> Problem:
    if not tag:
        return Problem(where, "a panel without a kind", f"Allowed: {', '.join(KINDS)}")
    guess = near(tag, KINDS)
    hint = f"Did you mean '{guess}'?" if guess else f"Allowed: {', '.join(KINDS)}"
    return Problem(where, f"unknown panel kind '{tag}'", hint)


def _said(keys: tuple[int | str, ...]) -> str:
    return f"'{'.'.join(str(key) for key in keys)}' is wrong" if keys else "the scene is wrong"


def pick_scene(name: str, scenes: Mapping[str, Path]) -> Scene:
    """Return a scene by name, the overview when none is named.

    Raises:
        UnknownName: no such scene.
        ConfigError: its file is wrong.
    """
    name = name or DEFAULT_SCENE
    if name not in scenes:
        raise UnknownName("scene", name, scenes, where="?scene=")
    return load_scene(scenes[name])


def ordered_scenes(scenes: Mapping[str, Path], shown: Scene) -> list[Scene]:
    """Return the scene shown and all others that can be read, in the order of the switcher.

    One wrong file must not darken the wall: ``cockpit check`` tells of it.
    """
    found = [shown]
    for name, path in scenes.items():
        if name == shown.id:
            continue
        try:
            found.append(load_scene(path))
        except ConfigError:
            continue
    return sorted(found, key=lambda scene: (scene.order, scene.id))
