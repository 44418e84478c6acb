"""A panel of the wall: what every kind has, what it asks, and the four kinds of every scene."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from metrics.question import Comparison

KEY = r"^[a-z][a-z0-9_]*$"

Show = Literal["always", "normal", "wide"]
Order = Literal["best", "worst", "largest", "smallest"]


class Written(BaseModel):
    """Something a person writes in YAML: a wrong key is a problem, not a silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Card(Written):
    """One number: the indicator, and what differs from the scene's own choices."""

    indicator: str
    label: str = Field(default="", description="short name; the indicator's own by default")
    label_en: str = ""
    period: str = Field(default="", description="the scene's by default")


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
        by: break down by this column of the fact; empty for none.
    """

    key: str
    indicator: str
    area: str
    level: str
    period: str
    series: int
    compare: tuple[Comparison, ...] = ("prev",)
    by: str = ""


@dataclass(frozen=True)
class Common:
    """What a scene lends to its panels.

    Attributes:
        area: area id or code the scene is about; empty for the whole city.
        period: of every number without its own.
        spark_days: days of a card's history.
    """

    area: str
    period: str
    spark_days: int


def card_key(group: str, card: Card) -> str:
    """Return the key of a card: panel, indicator and its own period if it has one."""
    period = f"-{card.period}" if card.period else ""
    return f"{group}-{card.indicator}{period}"


def card_ask(group: str, card: Card, common: Common) -> Ask:
    """Return what one card asks: its number, the window before and a short history."""
    period = card.period or common.period
    key = card_key(group, card)
    return Ask(key, card.indicator, common.area, "", period, common.spark_days)


class PanelBase(Written):
    """What every kind of panel has."""

    id: str = Field(pattern=KEY)
    title: str
    title_en: str = ""
    show: Show = Field(default="always", description="normal: not on 32:9; wide: only on 32:9")
    column: Literal[1, 2] = Field(default=1, description="which column of its side on 32:9")
    grow: float = Field(default=1.0, gt=0, description="share of the height")

    @abstractmethod
    def asks(self, common: Common) -> Iterator[Ask]:
        """Yield everything the panel has to ask."""


class CardsPanel(PanelBase):
    """A group of numbers with their short history."""

    kind: Literal["cards"]
    cards: tuple[Card, ...] = Field(min_length=1, max_length=8)

    def asks(self, common: Common) -> Iterator[Ask]:
        """Yield one question a card."""
        for card in self.cards:
            yield card_ask(self.id, card, common)


class TrendPanel(PanelBase):
    """One indicator day by day, over the same number of days before."""

    kind: Literal["trend"]
    indicator: str
    days: int = Field(default=28, ge=7, le=180)
    period: str = Field(default="", description="whose last day ends it; the scene's by default")

    def asks(self, common: Common) -> Iterator[Ask]:
        """Yield one question: twice the days, without a comparison."""
        period = self.period or common.period
        yield Ask(self.id, self.indicator, common.area, "", period, 2 * self.days, ())


class RankingPanel(PanelBase):
    """The areas below in order of one indicator."""

    kind: Literal["ranking"]
    indicator: str
    level: str = "children"
    period: str = ""
    order: Order = "best"

    def asks(self, common: Common) -> Iterator[Ask]:
        """Yield one question, with the areas below."""
        period = self.period or common.period
        yield Ask(self.id, self.indicator, common.area, self.level, period, 0)


class EventsPanel(PanelBase):
    """The newest alarms, urgent cases and emergencies."""

    kind: Literal["events"]
    limit: int = Field(default=12, ge=1, le=40)

    def asks(self, common: Common) -> Iterator[Ask]:  # noqa: ARG002 - events are no numbers
        """Yield nothing: events are handed over beside the answers."""
        yield from ()
