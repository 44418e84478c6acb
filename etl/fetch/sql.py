"""A fetch from a database: statement by statement along the watermark, each one a file.

The database itself writes every value as text, so no type is lost on the way, and only the
columns that the spec uses are asked for. Drivers put values into statements as text too; nothing
but a time or a number ever gets there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import polars as pl

from etl.fetch.client import Passing, Stopped, open_secret, without_secret
from etl.fetch.desk import Desk, Errand
from etl.fetch.edge import Edge, Kept, digests
from etl.fetch.http import Fetched
from etl.fetch.spec import DATABASES, SqlRule, Watermark
from etl.fetch.watermark import Unreadable, read_mark
from etl.spec import SourceSpec
from metrics.errors import SourceError

_REACHED_WITHIN = 10.0


@dataclass(frozen=True)
class Dialect:
    """How a database wants to be spoken to.

    Attributes:
        quote: around a name.
        text: the type that every value is turned into.
        prepared: statements before the query: it may only read, and not for longer than this.
    """

    quote: str
    text: str
    prepared: tuple[str, ...]

    def name(self, column: str) -> str:
        """Return a column's name as it is written in a statement."""
        return f"{self.quote}{column.replace(self.quote, self.quote * 2)}{self.quote}"


_POSTGRESQL = Dialect(
    '"', "text",
    ("SET default_transaction_read_only = on", "SET datestyle = 'ISO'",
     "SET statement_timeout = {milliseconds}"),
)  # fmt: skip
_MYSQL = Dialect(
    "`", "CHAR",
    ("SET SESSION TRANSACTION READ ONLY",
     "SET @cockpit = 1 /*!50708 , SESSION max_execution_time = {milliseconds} */"
     " /*M!100101 , SESSION max_statement_time = {seconds} */"),
)  # fmt: skip


def dialect(rule: SqlRule) -> Dialect:
    """Return how a feed's database is spoken to."""
    return _MYSQL if urlsplit(rule.database).scheme in ("mysql", "mariadb") else _POSTGRESQL


def statement(spec: SourceSpec, begin: str, rows: int = 0) -> str:
    """Return what is asked from a watermark on; nothing is asked."""
    assert spec.sql is not None  # noqa: S101 - only such feeds are fetched this way
    rule, speech = spec.sql, dialect(spec.sql)
    listed = ", ".join(
        f"CAST(q.{speech.name(column)} AS {speech.text}) AS {speech.name(column)}"
        for column in spec.used_columns
    )
    said = f"SELECT {listed} FROM ({rule.query.strip().rstrip(';')}) AS q"
    if rule.watermark is None:
        return said
    column = f"q.{speech.name(rule.watermark.column)}"
    since = f">= {_literal(begin, rule.watermark, speech)}" if begin else "IS NOT NULL"
    return f"{said} WHERE {column} {since} ORDER BY {column} LIMIT {rows or rule.rows}"


def unmarked(spec: SourceSpec) -> str:
    """Return the statement for the rows without a watermark: no other one finds them."""
    assert spec.sql is not None  # noqa: S101
    assert spec.sql.watermark is not None  # noqa: S101
    column = f"q.{dialect(spec.sql).name(spec.sql.watermark.column)}"
    said, _, _ = statement(spec, "").rpartition(" WHERE ")
    return f"{said} WHERE {column} IS NULL"


def begin_mark(spec: SourceSpec, errand: Errand) -> str:
    """Return the watermark that a fetch would begin at now; empty for everything."""
    assert spec.sql is not None  # noqa: S101
    mark = spec.sql.watermark
    kept = errand.desk(spec.source).kept()
    return Edge.after(kept, mark, errand.latest).begin if mark else ""


def fetch_sql(spec: SourceSpec, errand: Errand) -> Fetched:
    """Bring what is new into the inbox; each file counts with its own watermark.

    Raises:
        SourceError: the database does not answer, or not as the spec says.
    """
    assert spec.sql is not None  # noqa: S101
    desk = errand.desk(spec.source)
    password = open_secret(errand, spec.sql.password, spec.source) if spec.sql.password else ""
    _reach(spec)
    with desk.alone():
        ask = _Asked(spec, errand, desk, password)
        return ask.whole() if spec.sql.watermark is None else ask.along(spec.sql.watermark)


class _Asked:
    """One fetch at work."""

    def __init__(self, spec: SourceSpec, errand: Errand, desk: Desk, password: str) -> None:
        self._spec, self._errand, self._desk, self._password = spec, errand, desk, password
        self._files: list[Path] = []
        self._statements = self._rows = 0

    def whole(self) -> Fetched:
        """Fetch a query without a watermark: all of it, where it differs from the last time."""
        frame = self._ask(statement(self._spec, ""))
        rows = sorted(digests(frame.columns, frame))
        content = hashlib.sha256("".join(rows).encode()).hexdigest()
        is_news = frame.height > 0 and content != self._desk.kept().content
        self._keep(frame if is_news else frame.clear(), Kept(content=content))
        return self._fetched()

    def along(self, mark: Watermark) -> Fetched:
        """Fetch along a watermark, a file a statement, and the rows that have none."""
        edge = Edge.after(self._desk.kept(), mark, self._errand.latest)
        most = self._spec.sql.rows if self._spec.sql else 0
        begin = edge.begin
        while True:
            frame = self._ask(statement(self._spec, begin, most))
            self._take(edge, mark, frame)
            if frame.height < most:
                break
            last = _last(frame[mark.column].to_list(), mark.format)
            most = 2 * most if last in ("", begin) else most  # one instant has more rows than this
            begin = last or begin
        frame = self._ask(unmarked(self._spec))
        edge_before = edge.mark
        self._take(edge, mark, frame)
        if self._rows and not edge_before:
            raise SourceError(
                f"no row tells a time or number in '{mark.column}'",
                where=self._spec.source,
                next_step="Correct sql.watermark: its column, or the format of its times",
            )
        edge.finish()
        self._keep(frame.clear(), edge.kept)
        return self._fetched()

    def _take(self, edge: Edge, mark: Watermark, frame: pl.DataFrame) -> None:
        is_new = edge.take(frame.columns, frame, frame[mark.column].to_list())
        self._keep(frame.filter(pl.Series(is_new, dtype=pl.Boolean)), edge.kept)

    def _keep(self, frame: pl.DataFrame, kept: Kept) -> None:
        """Put rows into the inbox; the watermark moves once they are safely there."""
        files = []
        if frame.height:
            self._desk.inbox.mkdir(parents=True, exist_ok=True)
            target = self._desk.inbox / self._desk.file_name(self._errand.now, "parquet")
            draft = target.with_name(f"{target.name}.part")
            with draft.open("wb") as file:
                frame.write_parquet(file)
                file.flush()
                os.fsync(file.fileno())
            files = [(draft, target)]
        self._desk.commit(files, kept)
        self._files += [target for _, target in files]
        self._rows += frame.height

    def _ask(self, said: str) -> pl.DataFrame:
        if self._errand.stopping.is_set():
            raise Stopped("the program ends; the fetch goes on later", where=self._spec.source)
        self._statements += 1
        return _asked(self._spec, said, self._password)

    def _fetched(self) -> Fetched:
        return Fetched(tuple(self._files), self._statements, self._rows)


def _last(marks: list[str | None], form: str) -> str:
    """Return the last mark that can be read, empty where none can."""
    for mark in reversed(marks):
        with contextlib.suppress(Unreadable):
            read_mark(mark or "", form)
            return mark or ""
    return ""


def _literal(mark: str, rule: Watermark, speech: Dialect) -> str:
    """Return a watermark as it stands in a statement."""
    position = read_mark(mark, rule.format)
    if isinstance(position, int) and speech is _MYSQL:
        return str(position)  # as a text it would be compared as an inexact number
    if "'" in mark or "\\" in mark:
        raise SourceError(f"'{mark}' is no watermark", where=rule.column)
    return f"'{mark}'"


def _reach(spec: SourceSpec) -> None:
    """Make sure that something answers: the driver would try for half a minute.

    Raises:
        Passing: nothing does.
    """
    assert spec.sql is not None  # noqa: S101
    parts = urlsplit(spec.sql.database)
    place = (parts.hostname or "", parts.port or DATABASES[parts.scheme])
    try:
        socket.create_connection(place, timeout=_REACHED_WITHIN).close()
    except OSError as error:
        raise Passing(
            f"no database answers at {place[0]}:{place[1]} ({error.strerror or 'no answer'})",
            where=spec.source,
            next_step="It is tried again by itself; compare sql.database",
        ) from error


def _asked(spec: SourceSpec, said: str, password: str) -> pl.DataFrame:
    """Return what the database answers, every value as text."""
    assert spec.sql is not None  # noqa: S101
    driver = _driver()
    seconds = max(1, round(spec.sql.timeout.total_seconds()))
    limits = {"seconds": str(seconds), "milliseconds": str(1000 * seconds)}
    prepared = [text.format(**limits) for text in dialect(spec.sql).prepared]
    try:
        table = driver.read_sql(
            _connection(spec.sql, password), said, return_type="arrow", pre_execution_query=prepared
        )
    except Exception as error:  # noqa: BLE001 - the driver raises its own kinds
        raise _complaint(spec, str(error), password) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what the driver makes of its own faults
            raise
        raise _complaint(spec, str(error), password) from None
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table makes a frame
    return frame.cast(pl.String)


def _driver() -> Any:  # noqa: ANN401 - a module without types
    os.environ.setdefault("RUST_LOG", "off")  # it would write its own complaints to the terminal
    import connectorx  # noqa: PLC0415 - large; only feeds from databases need it

    return connectorx


def _connection(rule: SqlRule, password: str) -> str:
    parts = urlsplit(rule.database)
    scheme = "mysql" if dialect(rule) is _MYSQL else "postgresql"
    port = parts.port or DATABASES[parts.scheme]
    user = quote(parts.username or "", safe="%")
    login = f"{user}:{quote(password, safe='')}@" if password else f"{user}@" if user else ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return urlunsplit((scheme, f"{login}{host}:{port}", parts.path, parts.query, ""))


def _complaint(spec: SourceSpec, said: str, password: str) -> SourceError:
    """Return the database's own words, without the password."""
    words = " ".join(without_secret(said, password).split())
    words = words.removeprefix("timed out waiting for connection: ")[:300]
    is_login = any(word in words.lower() for word in ("password", "access denied", "role "))
    step = "Correct the user in sql.database, or what its password's variable holds" if is_login \
        else "Correct sql in the spec; cockpit etl plan shows the statement"  # fmt: skip
    return SourceError(f"the database says: {words}", where=spec.source, next_step=step)
