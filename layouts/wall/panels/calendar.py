"""The weeks of one indicator as a sheet of days, the darker the less."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from layouts.format import date_text, value_text
from layouts.texts import t
from layouts.theme import class_names
from layouts.wall.cards import Payload, Setting, is_running, links
from layouts.wall.choropleth import breaks
from layouts.wall.panel import Ask, Common
from layouts.wall.panels.drawn import Answers, DrawnPanel

CLASSES = 5
WEEK = 7


class CalendarPanel(DrawnPanel):
    """One row a week, Monday to Sunday; whole days only."""

    kind: Literal["calendar"]
    indicator: str
    weeks: int = Field(default=5, ge=2, le=8)
    period: str = Field(default="", description="whose last day ends it; the scene's by default")

    def asks(self, common: Common) -> Iterator[Ask]:
        """Yield one question with a day for every cell."""
        period = self.period or common.period
        yield Ask(self.id, self.indicator, common.area, "", period, self.weeks * WEEK, ())

    def payload(self, answers: Answers, setting: Setting) -> Payload:
        """Return the sheet.

        Returns:
            ``d`` names of the days; ``k`` tokens of the colours low to high; ``wr`` rows of
            the Monday's date and seven cells: class and value text, class -1 without data, None
            outside.
        """
        answer = answers.get(self.id)
        if answer is None:
            return {}
        growing = is_running(answer, setting.today)
        days = {day: value for day, value in answer.series if day < setting.today or not growing}
        values = [value for value in days.values() if value is not None]
        if not values:
            return {}
        bounds = breaks(values, CLASSES)
        last = max(days) - dt.timedelta(days=max(days).weekday())
        mondays = [last - dt.timedelta(weeks=back) for back in reversed(range(self.weeks))]

        def cell(day: dt.date) -> list[object] | None:
            if day not in days:
                return None
            value = days[day]
            band = -1 if value is None else bisect_right(bounds, value)
            return [band, value_text(value, answer.indicator, setting.lang)]

        return {
            "d": t("wall.weekdays", setting.lang).split(),
            "k": list(class_names(len(bounds) + 1)),
            "wr": [
                [
                    date_text(monday, setting.lang),
                    [cell(monday + dt.timedelta(days=k)) for k in range(WEEK)],
                ]
                for monday in mondays
            ],
            "h": links(answer.indicator.id, answer, setting)["h"],
        }
