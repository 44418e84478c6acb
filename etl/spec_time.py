"""What a spec says of time: totals since a day of the year, and deadlines it has to reckon."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from etl.spec_values import Part, Text, Texts, as_texts
from metrics.calendar import MonthDay, read_month_day
from metrics.worktime import Unit

ClockStart = Literal["received_at", "accepted_at", "dispatched_at", "signed_at"]
MonthDayText = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


def _shifts(value: Any) -> Any:  # noqa: ANN401 - whatever YAML made of it
    """Return begin and end of ``08:00-12:00`` and the like."""
    texts = value if isinstance(value, list | tuple) else (value,)
    return tuple(tuple(one.split("-")) if isinstance(one, str) else one for one in texts)


class CumulativeRule(Part):
    """Values that are totals since a day of the year: each is replaced by its growth."""

    by: Texts = Field(default=(), description="source columns; a total for each of their values")
    resets: Annotated[tuple[MonthDayText, ...], BeforeValidator(as_texts)] = Field(
        default=("01-01",), description="days on which the totals begin anew, as MM-DD"
    )


class Limit(Part):
    """How much time is allowed: ``5 工作日``."""

    amount: float = Field(gt=0)
    unit: Unit

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, data: Any) -> Any:  # noqa: ANN401 - whatever YAML made of it
        if not isinstance(data, str):
            return data
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(\w+)\s*", data)
        units = get_args(Unit)
        if match is None or match[2] not in units or (match[2] == "工作日" and "." in match[1]):
            msg = f"'{data}' is no limit; write a number and one of {', '.join(units)}"
            raise ValueError(msg)
        return {"amount": float(match[1]), "unit": match[2]}

    @property
    def text(self) -> str:
        """The limit as it is written."""
        return f"{self.amount:g} {self.unit}"


class WorkHours(Part):
    """The hours of a working day on a stretch of every year: a summer and a winter may differ."""

    shifts: Annotated[tuple[tuple[dt.time, dt.time], ...], BeforeValidator(_shifts)]
    first: Annotated[MonthDay, BeforeValidator(read_month_day)] = (1, 1)
    last: Annotated[MonthDay, BeforeValidator(read_month_day)] = (12, 31)


class DeadlineRule(Part):
    """How a deadline is reckoned where the source tells none."""

    start: Annotated[tuple[ClockStart, ...], BeforeValidator(as_texts)] = Field(
        default=("accepted_at", "received_at"), description="the first that is filled starts it"
    )
    condition: Text = Field(default="", description="source column with the filing condition")
    limits: dict[Text, Limit] = Field(
        default_factory=dict, description="condition -> time allowed, for example 3 紧急工作时"
    )
    otherwise: Limit | None = Field(default=None, description="for all other conditions")
    extended: Text = Field(default="", description="column with further time in the limit's unit")
    suspended_from: Text = Field(default="", description="column: the clock stands from then")
    suspended_to: Text = Field(default="", description="column: until then; empty while it stands")
    hours: tuple[WorkHours, ...] = Field(
        default=(), description="hours of work; 08:00-12:00 and 14:00-18:00 when left out"
    )
    urgent_round_the_clock: bool = Field(
        default=True, description="紧急工作时 run at night and on holidays too"
    )

    @property
    def sources(self) -> tuple[str, ...]:
        """Source columns it reads."""
        named = (self.condition, self.extended, self.suspended_from, self.suspended_to)
        return tuple(column for column in named if column)
