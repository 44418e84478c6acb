"""What must outlive the server about walls: the links that open them, and what they keep to."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cockpit.home_base import open_base

FILE = "walls.sqlite"
_TABLES = """
CREATE TABLE IF NOT EXISTS link (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, roots TEXT NOT NULL,
  made INTEGER NOT NULL, expires INTEGER NOT NULL, revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS standing (wall TEXT PRIMARY KEY, orders TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Link:
    """A kiosk link that was given out.

    Attributes:
        id: short random name; also the wall's.
        name: what people call the screen.
        roots: area ids it may see; none for the whole city.
        made: when, in Unix seconds.
        expires: when it ends, in Unix seconds; 0 for never.
        revoked: when it was taken back; 0 where it was not.
    """

    id: str
    name: str
    roots: tuple[str, ...]
    made: int
    expires: int
    revoked: int = 0


class Ledger:
    """A small database in the home; the server and a command may write to it at the same time."""

    def __init__(self, home: Path) -> None:
        """Open the database, making it first where there is none.

        Raises:
            ConfigError: the home cannot be written.
        """
        self._guard = threading.Lock()
        self._base = open_base(home / FILE, _TABLES, "the list of walls")

    def close(self) -> None:
        """Give the file free."""
        self._base.close()

    @property
    def stamp(self) -> int:
        """A number that changes when another process has written."""
        return int(self._rows("PRAGMA data_version")[0][0])

    def links(self) -> list[Link]:
        """Return every link, the newest first."""
        rows = self._rows(
            "SELECT id, name, roots, made, expires, revoked FROM link"
            " ORDER BY made DESC, rowid DESC"
        )
        return [Link(one, name, tuple(json.loads(roots)), *at) for one, name, roots, *at in rows]

    def add_link(self, link: Link) -> None:
        """Write a link down."""
        self._rows(
            "INSERT INTO link VALUES (?, ?, ?, ?, ?, ?)",
            link.id, link.name, json.dumps(link.roots), link.made, link.expires, link.revoked,
        )  # fmt: skip

    def revoke(self, link: str, at: int) -> bool:
        """Take a link back; False where there is none of that id that still holds."""
        told = "UPDATE link SET revoked = ? WHERE id = ? AND revoked = 0 RETURNING id"
        return bool(self._rows(told, at, link))

    def standing(self) -> dict[str, dict[str, object]]:
        """Return what each wall keeps to, by wall."""
        rows = self._rows("SELECT wall, orders FROM standing")
        return {wall: json.loads(orders) for wall, orders in rows}

    def keep(self, wall: str, orders: Mapping[str, object]) -> None:
        """Write down what a wall keeps to; nothing at all is no line."""
        if orders:
            told = json.dumps(orders, ensure_ascii=False)
            self._rows("INSERT OR REPLACE INTO standing VALUES (?, ?)", wall, told)
        else:
            self._rows("DELETE FROM standing WHERE wall = ?", wall)

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._guard:
            return self._base.execute(statement, values).fetchall()
