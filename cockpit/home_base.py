"""Small SQLite files in the home, for what people decide: briefings signed, walls steered."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from metrics.errors import ConfigError


def open_base(path: Path, tables: str, about: str) -> sqlite3.Connection:
    """Return a database that the server and a command may write to at the same time.

    Args:
        path: of the file; it is made where there is none.
        tables: CREATE statements that do no harm when repeated.
        about: what is kept in it, for the sentence of the error.

    Raises:
        ConfigError: the home cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        base = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5.0)
        base.executescript(tables)
    except (OSError, sqlite3.Error) as error:
        raise ConfigError(
            f"{about} cannot be opened ({error})",
            where=str(path),
            next_step="Choose another COCKPIT_HOME",
        ) from error
    return base
