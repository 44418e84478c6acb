"""What must outlive the server about briefings: how far each has come, who did what, what was sent.

Every intention is one transaction: a kill leaves it done or not begun.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from cockpit.home_base import open_base
from metrics.briefing import BriefingContent
from metrics.errors import BadQuestion

FILE = "briefings.sqlite"
State = Literal["draft", "reviewed", "signed", "archived"]
STATES: tuple[State, ...] = get_args(State)
_TABLES = """
CREATE TABLE IF NOT EXISTS issue (
  week TEXT PRIMARY KEY, state TEXT NOT NULL, revision INTEGER NOT NULL, content TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS step (
  id INTEGER PRIMARY KEY, week TEXT NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL,
  what TEXT NOT NULL, note TEXT NOT NULL, content_hash TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS delivery (
  week TEXT NOT NULL, target TEXT NOT NULL, content_hash TEXT NOT NULL, state TEXT NOT NULL,
  tries INTEGER NOT NULL, at TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (week, target));
"""


@dataclass(frozen=True)
class Step:
    """Who did what to a briefing, and when by the city's clock."""

    at: str
    who: str
    what: str
    note: str
    content_hash: str


@dataclass(frozen=True)
class Standing:
    """How far a briefing has come.

    Attributes:
        revision: counts its changes; who acts on an older one is told so.
        content: as it stands now; None where nobody has touched what was composed.
    """

    week: str
    state: State = "draft"
    revision: int = 0
    content: BriefingContent | None = None


@dataclass(frozen=True)
class Delivery:
    """What became of sending a briefing to one place.

    Attributes:
        state: ``sending``, ``sent`` or ``failed``; one that was broken off stays ``sending`` and
            is not tried again, for it may have arrived.
        at: of the last try, by the city's clock.
    """

    week: str
    target: str
    content_hash: str
    state: str
    tries: int
    at: str
    note: str


class WeeklyLedger:
    """A small database in the home; the server and a command may write to it at the same time."""

    def __init__(self, home: Path) -> None:
        """Open the database, making it first where there is none.

        Raises:
            ConfigError: the home cannot be written.
        """
        self._guard = threading.Lock()
        self._base = open_base(home / FILE, _TABLES, "the list of briefings")

    def close(self) -> None:
        """Give the file free."""
        self._base.close()

    def standing(self, week: str) -> Standing:
        """Return how far a week's briefing has come."""
        rows = self._rows("SELECT state, revision, content FROM issue WHERE week = ?", week)
        for state, revision, content in rows:
            return Standing(week, state, revision, BriefingContent.model_validate_json(content))
        return Standing(week)

    def states(self) -> dict[str, State]:
        """Return the state of every briefing that was touched, by week."""
        return dict(self._rows("SELECT week, state FROM issue"))

    def steps(self, week: str) -> tuple[Step, ...]:
        """Return what was done to a briefing, oldest first."""
        told = "SELECT at, who, what, note, content_hash FROM step WHERE week = ? ORDER BY id"
        return tuple(Step(*row) for row in self._rows(told, week))

    def put(self, standing: Standing, step: Step) -> Standing:
        """Write a change and who made it, unless somebody was faster; return how it stands now.

        Raises:
            BadQuestion: the briefing has been changed since.
        """
        assert standing.content is not None  # noqa: S101 - nobody writes nothing
        text = standing.content.model_dump_json()
        with self._guard:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                found = self._base.execute(
                    "SELECT revision FROM issue WHERE week = ?", (standing.week,)
                ).fetchone()
                if (found[0] if found else 0) != standing.revision:
                    raise BadQuestion(
                        "somebody else has changed this briefing meanwhile",
                        where=standing.week,
                        next_step="Look at it again, then repeat what you wanted",
                    )
                self._base.execute(
                    "INSERT OR REPLACE INTO issue VALUES (?, ?, ?, ?)",
                    (standing.week, standing.state, standing.revision + 1, text),
                )
                self._add(standing.week, step)
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")
        return Standing(standing.week, standing.state, standing.revision + 1, standing.content)

    def forget(self, week: str, step: Step) -> None:
        """Take back the changes to a briefing, for it is composed anew; the steps stay."""
        with self._guard:
            self._base.execute("BEGIN IMMEDIATE")
            self._base.execute("DELETE FROM issue WHERE week = ?", (week,))
            self._add(week, step)
            self._base.execute("COMMIT")

    def number_taken(self, issue: BriefingContent, number: int) -> str:
        """Return the other issue of the year, of the same masthead, signed under a number."""
        told = "SELECT week, content FROM issue WHERE week != ? AND state IN ('signed', 'archived')"
        wanted = (issue.masthead, issue.issue_year, number)
        for other, text in self._rows(told, issue.week):
            content = BriefingContent.model_validate_json(text)
            if (content.masthead, content.issue_year, content.issue_number) == wanted:
                return str(other)
        return ""

    def deliveries(self, week: str = "") -> tuple[Delivery, ...]:
        """Return what became of sending, of one week or of all, the newest first."""
        told = "SELECT * FROM delivery WHERE ? IN ('', week) ORDER BY week DESC, target"
        return tuple(Delivery(*row) for row in self._rows(told, week))

    def begin(self, delivery: Delivery) -> bool:
        """Write down that something is being sent; False where it was sent, or may have been."""
        with self._guard:
            made = self._base.execute(
                "INSERT INTO delivery VALUES (?, ?, ?, 'sending', 1, ?, '')"
                " ON CONFLICT DO UPDATE SET state = 'sending', tries = tries + 1, at = excluded.at,"
                " content_hash = excluded.content_hash WHERE state = 'failed' RETURNING week",
                (delivery.week, delivery.target, delivery.content_hash, delivery.at),
            ).fetchall()
        return bool(made)

    def end(self, week: str, target: str, *, state: str, note: str) -> None:
        """Write down how sending ended: ``sent``, or ``failed`` before anything had arrived."""
        told = "UPDATE delivery SET state = ?, note = ? WHERE week = ? AND target = ?"
        self._rows(told, state, note, week, target)

    def _add(self, week: str, step: Step) -> None:
        self._base.execute(
            "INSERT INTO step (week, at, who, what, note, content_hash) VALUES (?, ?, ?, ?, ?, ?)",
            (week, step.at, step.who, step.what, step.note, step.content_hash),
        )

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._guard:
            return self._base.execute(statement, values).fetchall()
