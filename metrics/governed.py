"""A problem that was taken in hand, and how it stood before and after.

Plain values that city.yaml tells and pages draw; ``metrics.before_after`` counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from metrics.calendar import Period
from metrics.insight.effect import Net
from metrics.question import DIMENSIONS

MOST_WEEKS = 26


def _columns(value: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    for column in value:
        if column not in DIMENSIONS["case"]:
            msg = f"'{column}' is no column of cases; allowed: {', '.join(DIMENSIONS['case'])}"
            raise ValueError(msg)
    return value


class Governed(BaseModel):
    """A problem that was taken in hand: which cases it is, and since when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="name in addresses")
    name: str = Field(description="name on screens")
    since: dt.date = Field(description="first day on which something was done")
    weeks: int = Field(
        default=8, ge=2, le=MOST_WEEKS, description="whole weeks looked at on either side"
    )
    indicator: str = Field(default="appeals_accepted", description="the count of cases it is of")
    only: Annotated[dict[str, tuple[str, ...]], AfterValidator(_columns)] = Field(
        default_factory=dict, description="allowed values by column: category, subcategory, …"
    )
    keyword: str = Field(default="", description="text that stands in the title")
    places: tuple[str, ...] = Field(default=(), description="addresses; empty for all")


@dataclass(frozen=True)
class Sums:
    """Cases of the problem and of the rest, before and after."""

    before: int
    after: int
    rest_before: int
    rest_after: int

    @property
    def change(self) -> float | None:
        """Relative change of the problem; None from nothing."""
        return self.after / self.before - 1 if self.before else None

    @property
    def rest_change(self) -> float | None:
        """Relative change of the rest."""
        return self.rest_after / self.rest_before - 1 if self.rest_before else None


@dataclass(frozen=True)
class PlaceChange:
    """Cases of the problem at one address."""

    address: str
    area: str
    before: int
    after: int


@dataclass(frozen=True)
class BeforeAfter:
    """What became of a problem.

    Attributes:
        problem: which one.
        before: the weeks before.
        after: as many whole weeks from the day on.
        sums: of the area asked about.
        net: its change beyond that of the rest; None where there is no rest.
        weekly: first day, cases of the problem and of the rest, week by week.
        areas: area id of the level below, empty for those that lie in none, with its sums.
        places: those with the most cases first.
        n_places: addresses with cases, before and after.
        n_recurrent: of them with three or more, before and after.
    """

    problem: Governed
    before: Period
    after: Period
    sums: Sums
    net: Net | None
    weekly: tuple[tuple[dt.date, int, int], ...]
    areas: tuple[tuple[str, Sums], ...]
    places: tuple[PlaceChange, ...]
    n_places: tuple[int, int]
    n_recurrent: tuple[int, int]
