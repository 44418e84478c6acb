"""When a briefing is frozen and sent, and to whom: the forms in which that is written down."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SENDS = ("wait", "send")
SECRETS = tuple(
    name + ending
    for name in ("SMTP_PASSWORD", "BRIEFING_WEBHOOK", "DINGTALK_SECRET")
    for ending in ("", "_FILE")
)
"""Names of the environment that hold what must not be shown; they are read where they are used."""
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")


@dataclass(frozen=True)
class WeeklyTime:
    """A day of the week and a time of the day, by the city's clock."""

    weekday: int
    time: dt.time

    def after(self, day: dt.date) -> dt.datetime:
        """Return the first such time after a day, without a zone.

        Example:
            >>> WeeklyTime(0, dt.time(6)).after(dt.date(2026, 11, 15))
            datetime.datetime(2026, 11, 16, 6, 0)
        """
        ahead = (self.weekday - day.weekday() - 1) % 7 + 1
        return dt.datetime.combine(day + dt.timedelta(days=ahead), self.time)

    def __str__(self) -> str:
        return f"{DAYS[self.weekday]} {self.time:%H:%M}"


def read_weekly(text: str) -> WeeklyTime | None:
    """Return a time of the week; None for an empty text.

    Raises:
        ValueError: names the form that is read.
    """
    if not text:
        return None
    day, _, time = text.partition(" ")
    if day.title() in DAYS and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time.strip()):
        return WeeklyTime(DAYS.index(day.title()), dt.time.fromisoformat(time.strip()))
    msg = "a day and a time such as Mon 06:00, or nothing"
    raise ValueError(msg)


def read_addresses(text: str) -> tuple[str, ...]:
    """Return mail addresses, each once.

    Raises:
        ValueError: names the form that is read.
    """
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not all(_ADDRESS.fullmatch(one) and one.isascii() for one in found):
        msg = "mail addresses with commas between them"
        raise ValueError(msg)
    return found


def read_smtp(text: str) -> str:
    """Return the address of a mail server; it holds no password.

    Raises:
        ValueError: names the form that is read.
    """
    try:
        parts = urlsplit(text)
        is_good = not text or (
            parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and not parts.password
            and (parts.port is None or parts.port > 0)
        )  # fmt: skip
    except ValueError:
        is_good = False
    if is_good:
        return text
    msg = "smtp://user@host:port or smtps://user@host:port; the password in COCKPIT_SMTP_PASSWORD"
    raise ValueError(msg)
