"""The one door to ClickHouse: embedded (``chdb://folder``) or a server (``clickhouse://host``)."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import clickhouse_connect
import pyarrow as pa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from metrics.errors import StoreError
from metrics.tables import SCHEMA_VERSION, all_tables, ddl

JOURNAL_LENGTH = 500
Result = TypeVar("Result")
_LIMITS = {"max_execution_time": 120}


@dataclass(frozen=True)
class JournalLine:
    """One statement that was run: who asked, what, how long, how much came back."""

    at: dt.datetime
    tag: str
    sql: str
    milliseconds: float
    rows: int


class Store:
    """A ClickHouse database with the cockpit's tables in it.

    Every thread gets its own client. The data version is the number of the newest batch whose
    line is in the ledger; rows of later batches are invisible and swept before the next load.
    """

    def __init__(self, url: str, *, timezone: str = "Asia/Shanghai") -> None:
        """Open the store, make what tables are missing, and take the lock when embedded.

        Raises:
            StoreError: another process holds it, the server is away, or the schema is newer.
        """
        self.url = url
        self.timezone = timezone
        self.journal: deque[JournalLine] = deque(maxlen=JOURNAL_LENGTH)
        self.publishing = threading.RLock()
        self._local = threading.local()
        self._clients: list[Client] = []
        self._may_have_leftovers = True
        self._listeners: list[Callable[[int], None]] = []
        self._connect = _connector(url)
        self._lock = _take_lock(url) if self.is_embedded else None
        try:
            self._migrate()
            self._version = self._read_version()
        except StoreError:
            self.close()
            raise

    @property
    def is_embedded(self) -> bool:
        """Tell whether the engine lives in this process."""
        return self.url.startswith("chdb://")

    @property
    def folder(self) -> Path | None:
        """The folder of an embedded store."""
        return Path(self.url.removeprefix("chdb://")) if self.is_embedded else None

    @property
    def version(self) -> int:
        """The data version: number of the newest published batch."""
        return self._version

    def refresh_version(self) -> int:
        """Read the data version again; a server store may be loaded by another process."""
        self._version = self._read_version()
        self._may_have_leftovers = True
        return self._version

    def on_publish(self, listener: Callable[[int], None]) -> None:
        """Call ``listener(version)`` after every publish made through this object."""
        self._listeners.append(listener)

    def rows(
        self, sql: str, parameters: Mapping[str, object] | None = None, *, tag: str
    ) -> list[dict[str, Any]]:
        """Return the result as one dict a row.

        Raises:
            StoreError: the statement failed.
        """
        result = self._timed(tag, sql, lambda: self._client().query(sql, dict(parameters or {})))
        return list(result.named_results())

    def arrow(
        self, sql: str, parameters: Mapping[str, object] | None = None, *, tag: str
    ) -> pa.Table:
        """Return the result as an Arrow table.

        Raises:
            StoreError: the statement failed.
        """
        return self._timed(
            tag, sql, lambda: self._client().query_arrow(sql, dict(parameters or {}))
        )

    def command(
        self, sql: str, parameters: Mapping[str, object] | None = None, *, tag: str
    ) -> None:
        """Run a statement without a result.

        Raises:
            StoreError: the statement failed.
        """
        self._timed(tag, sql, lambda: self._client().command(sql, dict(parameters or {})))

    def insert(self, table: str, data: pa.Table, *, tag: str) -> None:
        """Append rows; columns are matched by name.

        Raises:
            StoreError: the write failed, for example because the disk is full.
        """
        if data.num_rows:
            sql = f"INSERT INTO {table} ({data.num_rows} rows)"
            self._timed(tag, sql, lambda: self._client().insert_arrow(table, data))

    def syntax_error(self, expression: str) -> str:
        """Return ClickHouse's complaint about an expression, or an empty string."""
        try:
            self._client().query(f"EXPLAIN AST SELECT ({expression})")
        except ClickHouseError as error:
            return _short(error)
        return ""

    def next_batch(self) -> int:
        """Return the number for a new batch, after sweeping what a dead process left half done."""
        batch = self._version + 1
        if not self._may_have_leftovers:
            self._may_have_leftovers = True
            return batch
        for table in all_tables(self.timezone):
            left = self.rows(
                f"SELECT count() AS n FROM {table.name} WHERE batch > {{version:UInt32}}",
                {"version": self._version},
                tag="store.sweep",
            )[0]["n"]
            if left:
                self.command(
                    f"ALTER TABLE {table.name} DELETE WHERE batch > {{version:UInt32}}"
                    " SETTINGS mutations_sync = 2",
                    {"version": self._version},
                    tag="store.sweep",
                )
        return batch

    def publish(self, lines: pa.Table, *, is_whole: bool = True) -> int:
        """Write the ledger lines of batches: the instant at which all their rows become visible.

        Args:
            lines: of the ledger.
            is_whole: nothing was written beside these batches; else it is swept before the next.
        """
        self.insert("batch", lines, tag="store.publish")
        self._version = max(lines.column("batch").to_pylist())
        self._may_have_leftovers = not is_whole
        for listener in self._listeners:
            listener(self._version)
        return self._version

    def close(self) -> None:
        """Close every client; an embedded folder is free for another process afterwards."""
        for client in self._clients:
            client.close()
        self._clients.clear()
        self._local = threading.local()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _client(self) -> Client:
        client: Client | None = getattr(self._local, "client", None)
        if client is None:
            client = self._connect()
            self._local.client = client
            self._clients.append(client)
        return client

    def _timed(self, tag: str, sql: str, run: Callable[[], Result]) -> Result:
        begin = time.perf_counter()
        try:
            result = run()
        except ClickHouseError as error:
            raise _store_error(error, tag) from error
        spent = (time.perf_counter() - begin) * 1000
        count = getattr(result, "row_count", 0) or getattr(result, "num_rows", 0)
        now = dt.datetime.now(dt.UTC)
        self.journal.append(JournalLine(now, tag, sql, spent, int(count or 0)))
        return result

    def _read_version(self) -> int:
        return int(self.rows("SELECT max(batch) AS v FROM batch", tag="store.version")[0]["v"])

    def _migrate(self) -> None:
        from metrics.migrations import migrate  # noqa: PLC0415 - the steps know the store's type

        for table in all_tables(self.timezone):
            self.command(ddl(table), tag="store.ddl")
        migrate(self, SCHEMA_VERSION)


def lock_file(url: str) -> Path:
    """Return the file in which the owner of an embedded store signs itself."""
    folder = Path(url.removeprefix("chdb://"))
    return folder.with_name(folder.name + ".owner")


def _connector(url: str) -> Callable[[], Client]:
    parts = urlsplit(url)
    if parts.scheme == "chdb":
        return _embedded(url)
    if parts.scheme in ("clickhouse", "clickhouses"):
        return lambda: _server(url)
    raise StoreError(
        f"'{url}' is no store",
        where="COCKPIT_STORE",
        hint="Allowed: chdb://folder (embedded) or clickhouse://user:password@host:port/database",
    )


def _embedded(url: str) -> Callable[[], Client]:
    folder = Path(url.removeprefix("chdb://"))

    def connect() -> Client:
        try:
            return clickhouse_connect.get_client(
                interface="chdb", path=str(folder), settings=dict(_LIMITS)
            )
        except Exception as error:
            raise StoreError(
                f"the store {folder} does not open ({_short(error)})",
                where="store",
                next_step="Only one embedded store can be open in a process; see cockpit doctor",
            ) from error

    return connect


def _take_lock(url: str) -> int:
    """Return the descriptor of the owner file, locked for this process."""
    folder = Path(url.removeprefix("chdb://"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(lock_file(url), os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError(
            f"the folder {folder} cannot be written ({error.strerror})",
            where="COCKPIT_STORE",
            next_step="Choose a folder that can be written: COCKPIT_HOME or COCKPIT_STORE",
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise _held_by_another(url, descriptor) from error
    owner = {"pid": os.getpid(), "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:3]])}
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(owner).encode(), 0)
    return descriptor


def _held_by_another(url: str, descriptor: int) -> StoreError:
    owner: dict[str, object] = {}
    with contextlib.suppress(ValueError):
        owner = json.loads(os.pread(descriptor, 4096, 0) or b"{}")
    os.close(descriptor)
    who = f" ({owner['command']}, pid {owner['pid']})" if owner else ""
    return StoreError(
        f"the store {url.removeprefix('chdb://')} is open in another process{who}",
        where="store",
        hint="An embedded store belongs to one process at a time",
        next_step=(
            "Stop that process, ask it over HTTP (GET /api/v1/ask), put files into its inbox, "
            "or use a server: COCKPIT_STORE=clickhouse://…"
        ),
    )


def _server(url: str) -> Client:
    parts = urlsplit(url)
    try:
        return clickhouse_connect.get_client(
            host=parts.hostname or "localhost",
            port=parts.port or 8123,
            username=parts.username or "default",
            password=parts.password or "",
            database=parts.path.strip("/") or "default",
            secure=parts.scheme == "clickhouses",
            autogenerate_session_id=False,
            settings=dict(_LIMITS),
        )
    except ClickHouseError as error:
        raise StoreError(
            f"the server at {parts.hostname}:{parts.port or 8123} does not answer"
            f" ({_short(error)})",
            where="COCKPIT_STORE",
            next_step="Start it, or correct the address",
        ) from error


def _short(error: Exception) -> str:
    text = " ".join(str(error).split())
    for mark in ("DB::Exception: ", "Code: "):
        if mark in text:
            text = text.split(mark, 1)[1]
    return text[:300]


def _store_error(error: Exception, tag: str) -> StoreError:
    text = str(error)
    if "NOT_ENOUGH_SPACE" in text or "No space left" in text or "errno: 28" in text:
        return StoreError(
            "the disk under the store is full",
            where=tag,
            hint="Nothing of this batch was published; what was there before is unharmed",
            next_step="Free some space and run the same command again",
        )
    if "TIMEOUT_EXCEEDED" in text:
        return StoreError(
            "the statement took longer than allowed",
            where=tag,
            next_step="Ask for a shorter period or a higher level",
        )
    return StoreError(f"the statement failed ({_short(error)})", where=tag)
