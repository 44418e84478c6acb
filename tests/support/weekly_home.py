"""A home with briefings and no store: the services a desk, an archive and a sender need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cockpit.weekly.ledger import WeeklyLedger
from metrics.calendar import Clock
from tests.support.briefing_city import Town

NOW = dt.datetime(2026, 11, 16, 9, 0)  # noqa: DTZ001 - Clock puts the city's zone on it


@dataclass
class WeeklyHome:
    """Stands in for the opened services: a town that answers, a clock, a ledger."""

    home: Path
    service: Town = field(default_factory=Town)
    now: dt.datetime = NOW
    said: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def settings(self) -> SimpleNamespace:
        """The home and what a test says beside it."""
        off = {"briefing_cutoff": None, "briefing_at": None, "briefing_unsigned": "wait",
            "briefing_mail": (), "smtp": "", "mail_from": ()}  # fmt: skip
        return SimpleNamespace(**{**off, "home": self.home, **self.said})

    @cached_property
    def weekly(self) -> WeeklyLedger:
        """The ledger in the home."""
        return WeeklyLedger(self.home)

    @property
    def clock(self) -> Clock:
        """Stands still."""
        return Clock(fixed=self.now)

    @property
    def city(self) -> SimpleNamespace:
        """A city of the demo."""
        return SimpleNamespace(title="青川区城市运行驾驶舱", demo=True, name="青川区")

    @property
    def map_folder(self) -> Path:
        """A folder without shapes."""
        return self.home / "map"
