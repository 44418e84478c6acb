"""The service as it was at an instant: what came later does not change what was frozen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metrics.answer import Answer, Freshness
from metrics.question import Comparison, Question
from metrics.service import Service
from metrics.territory import Territory


@dataclass(frozen=True)
class AsOf:
    """Answers every question as of one batch."""

    service: Service
    batch: int

    @property
    def territory(self) -> Territory:
        """The city's areas."""
        return self.service.territory

    def question(
        self,
        indicator: str,
        *,
        area: str = "",
        level: str = "",
        period: str = "yesterday",
        compare: Sequence[Comparison] = ("prev", "yoy"),
        by: str = "",
        series: int = 0,
    ) -> Question:
        """Return a checked question as of the batch."""
        return self.service.question(
            indicator, area=area, level=level, period=period, compare=compare, by=by,
            series=series, as_of=self.batch,
        )  # fmt: skip

    def answer_many(self, questions: Sequence[Question]) -> tuple[Answer, ...]:
        """Return the answers in the order of the questions."""
        return self.service.answer_many(questions)

    def freshness(self) -> tuple[Freshness, ...]:
        """Return the age of every feed as the batch left it: what came later was missing then."""
        return self.service.freshness(as_of=self.batch)

    def spoken_days(self) -> Mapping[str, frozenset[dt.date]]:
        """Return the days on which a source had rows, by source."""
        return self.service.spoken_days(as_of=self.batch)
