"""The edge of what has been fetched: a watermark and the rows around it.

A fetch begins a little before its watermark. The rows seen there already are known by their
digests, so none of them is taken for news, and none that was not there is passed over.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from etl.fetch.spec import Watermark
from etl.fetch.watermark import Position, Unreadable, is_later, read_mark, read_step, step_back

_FUTURE = dt.timedelta(days=1)

Seen = dict[str, tuple[str, int]]
"""Digest of a row -> its own mark, and how often the row was there."""


@dataclass(frozen=True)
class Kept:
    """Up to where a feed was fetched.

    Attributes:
        mark: the watermark; empty before the first fetch.
        column: whose mark that is; another column's says nothing.
        seen: the rows around it.
        content: SHA-256 of the last fetch of a feed that has no watermark.
        fetch: when the last fetch that is in the inbox began.
    """

    mark: str = ""
    column: str = ""
    seen: Seen = field(default_factory=dict)
    content: str = ""
    fetch: str = ""


def digests(names: Sequence[str], frame: pl.DataFrame) -> list[str]:
    """Return a short digest of every row; rows that say the same have the same one."""
    order = sorted(range(len(names)), key=lambda number: (names[number], number))
    heads = [f"{names[number]}\x1e" for number in order]
    picked = frame.select(pl.nth(order))
    return [
        hashlib.blake2b(
            "\x1f".join(
                [head + cell for head, cell in zip(heads, row, strict=True) if cell is not None]
            ).encode(),
            digest_size=12,
        ).hexdigest()
        for row in picked.iter_rows()
    ]


@dataclass
class Edge:
    """How far a fetch has come.

    Attributes:
        rule: the column of the marks, their form, and the overlap.
        now: times later than tomorrow do not move the mark: after a year mistyped as 2062
            nothing would ever be asked for again.
        mark: the newest mark so far, as written; empty before the first row.
        seen: the rows at the edge.
    """

    rule: Watermark
    now: dt.datetime
    mark: str = ""
    seen: Seen = field(default_factory=dict)
    _met: set[str] = field(default_factory=set)

    @classmethod
    def after(cls, kept: Kept, rule: Watermark, now: dt.datetime) -> Edge:
        """Return the edge of what was fetched before."""
        if kept.column != rule.column:
            return cls(rule, now)
        return cls(rule, now, kept.mark, dict(kept.seen))

    @property
    def kept(self) -> Kept:
        """What is to be remembered of it."""
        return Kept(self.mark, self.rule.column, dict(self.seen))

    @property
    def begin(self) -> str:
        """Where the next fetch begins, as the source writes it; empty for everything."""
        try:
            return step_back(self.mark, self.rule.format, read_step(self.rule.overlap))
        except Unreadable:  # there is none yet, or the spec now says another form
            return self.rule.begin

    def take(
        self, names: Sequence[str], frame: pl.DataFrame, marks: Sequence[str | None]
    ) -> list[bool]:
        """Take rows in, and return for each whether it was not there before."""
        left = Counter({digest: count for digest, (_, count) in self.seen.items()})
        found: Counter[str] = Counter()
        texts: dict[str, str] = {}
        is_new: list[bool] = []
        for digest, text in zip(digests(names, frame), marks, strict=True):
            found[digest] += 1
            texts[digest] = text or ""
            is_new.append(left[digest] <= 0)
            left[digest] -= 1
            self._advance(text or "")
        for digest, count in found.items():
            self.seen[digest] = (texts[digest], max(count, self.seen.get(digest, ("", 0))[1]))
        self._met |= found.keys()
        self._forget()
        return is_new

    def finish(self) -> None:
        """Drop rows without a mark that are no longer there: every fetch brings them all."""
        self.seen = {
            digest: (text, count)
            for digest, (text, count) in self.seen.items()
            if digest in self._met or self._position(text) is not None
        }

    def _advance(self, text: str) -> None:
        position = self._position(text)
        if position is None or self._is_future(position):
            return
        last = self._position(self.mark)
        if last is None or is_later(position, last):
            self.mark = text

    def _forget(self) -> None:
        """Drop the rows that no later fetch will bring again."""
        low = self._position(self.begin) if self.mark else None
        if low is None:
            return
        self.seen = {
            digest: (text, count)
            for digest, (text, count) in self.seen.items()
            if (position := self._position(text)) is None or not is_later(low, position)
        }

    def _position(self, text: str) -> Position | None:
        try:
            return read_mark(text, self.rule.format)
        except Unreadable:
            return None

    def _is_future(self, position: Position) -> bool:
        if isinstance(position, int):
            return False
        limit = self.now + _FUTURE
        return position > (limit if position.tzinfo else limit.replace(tzinfo=None))
