"""A scene of the wall: what stands where, as written in YAML, and what it has to ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from metrics.errors import ConfigError, ConfigProblems, Problem, UnknownName
from metrics.question import Comparison
from metrics.yaml_file import read_yaml

SCENES = Path(__file__).parent / "scenes"
DEFAULT_SCENE = "overview"
KEY = r"^[a-z][a-z0-9_]*$"

Show = Literal["always", "normal", "wide"]
Order = Literal["best", "worst", "largest", "smallest"]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Card(_Written):
    """One number: the indicator, and what differs from the scene's own choices."""

    indicator: str
    label: str = Field(default="", description="short name; the indicator's own by default")
    label_en: str = ""
    period: str = Field(default="", description="the scene's by default")


class _Panel(_Written):
    id: str = Field(pattern=KEY)
    title: str
    title_en: str = ""
    show: Show = Field(default="always", description="normal: not on 32:9; wide: only on 32:9")
    column: Literal[1, 2] = Field(default=1, description="which column of its side on 32:9")
    grow: float = Field(default=1.0, gt=0, description="share of the height")


class CardsPanel(_Panel):
    """A group of numbers with their short history."""

    kind: Literal["cards"]
    cards: tuple[Card, ...] = Field(min_length=1, max_length=8)


class TrendPanel(_Panel):
    """One indicator day by day, over the same number of days before."""

    kind: Literal["trend"]
    indicator: str
    days: int = Field(default=28, ge=7, le=180)


class RankingPanel(_Panel):
    """The areas below in order of one indicator."""

    kind: Literal["ranking"]
    indicator: str
    level: str = "children"
    period: str = ""
    order: Order = "best"


class EventsPanel(_Panel):
    """The newest alarms, urgent cases and emergencies."""

    kind: Literal["events"]
    limit: int = Field(default=12, ge=1, le=40)


Panel = Annotated[CardsPanel | TrendPanel | RankingPanel | EventsPanel, Field(discriminator="kind")]


class MapSpec(_Written):
    """The indicator the map is coloured by."""

    indicator: str
    level: str = "children"
    period: str = ""
    classes: int = Field(default=5, ge=2, le=5)


class Scene(_Written):
    """One picture of the wall."""

    id: str = Field(pattern=KEY)
    title: str = Field(default="", description="heading; the city's by default")
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


@dataclass(frozen=True)
class Ask:
    """What the application has to ask for one place of the scene.

    Attributes:
        key: the place; answers are handed to the payload under it.
        area: area id or code; empty for the whole city.
        level: empty, or the level of the areas wanted below; ``children`` is the next one.
        period: text ``parse_period`` takes.
        series: number of days wanted as a daily series.
        compare: comparison windows wanted.
    """

    key: str
    indicator: str
    area: str
    level: str
    period: str
    series: int
    compare: tuple[Comparison, ...] = ("prev",)


def card_key(group: str, card: Card) -> str:
    """Return the key of a card: panel, indicator and its own period if it has one."""
    period = f"-{card.period}" if card.period else ""
    return f"{group}-{card.indicator}{period}"


def scene_questions(scene: Scene, area: str = "") -> list[Ask]:
    """Return everything a scene has to ask about an area, every key once."""
    return list(_asks(scene, area))


def _asks(scene: Scene, area: str) -> Iterator[Ask]:
    groups: list[tuple[str, Sequence[Card]]] = [("headline", scene.headline)]
    groups += [(panel.id, panel.cards) for panel in scene.panels if isinstance(panel, CardsPanel)]
    for group, cards in groups:
        for card in cards:
            period, days = card.period or scene.period, scene.spark_days
            yield Ask(card_key(group, card), card.indicator, area, "", period, days)
    drawn = scene.map
    yield Ask("map", drawn.indicator, area, drawn.level, drawn.period or scene.period, 0)
    for panel in scene.panels:
        if isinstance(panel, TrendPanel):
            yield Ask(panel.id, panel.indicator, area, "", scene.period, 2 * panel.days, ())
        elif isinstance(panel, RankingPanel):
            period = panel.period or scene.period
            yield Ask(panel.id, panel.indicator, area, panel.level, period, 0)


def find_scenes(*folders: Path) -> Mapping[str, Path]:
    """Return the scene files by name; a later folder's file takes the place of an earlier one."""
    return {
        path.stem: path
        for folder in (SCENES, *folders)
        if folder.is_dir()
        for path in sorted(folder.glob("*.yaml"))
    }


def load_scene(path: Path) -> Scene:
    """Return the scene written in a file.

    Raises:
        ConfigProblems: keys or values are wrong; every problem with its line.
        ConfigError: the file is missing or is not YAML.
    """
    data, line_of = read_yaml(path)
    if not isinstance(data, dict):
        msg = "the file does not hold a scene"
        raise ConfigError(msg, where=f"{path}:1", next_step="Begin it with id: and headline:")
    try:
        return Scene.model_validate(data)
    except ValidationError as error:
        problems = [
            Problem(f"{path}:{line_of(one['loc'])}", f"{_said(one['loc'])} ({one['msg']})")
            for one in error.errors()
        ]
        raise ConfigProblems(problems) from error


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
