"""What is remembered of a feed between two fetches, kept so that a kill at any instant is safe.

Files become visible and the watermark moves in one step that is rolled forward: first the drafts
are whole on the disk, then the intention is written down, then the drafts get their names, then
the watermark counts. Whoever comes next finishes what was intended.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from etl.fetch.edge import Kept
from metrics.errors import CockpitError, SourceError

_FIRST_WAIT = dt.timedelta(minutes=1)
_MOST_DOUBLINGS = 12


class Busy(SourceError):
    """Another process is at the feed; that says nothing of how the feed is."""


@dataclass(frozen=True)
class Errand:
    """What every fetch needs beside its spec.

    Attributes:
        inbox: where fetched files are put, each feed's in a folder of its own.
        folder: where is remembered what was fetched.
        secret: name of an environment variable -> its value, empty where it is not set.
        now: the city's time.
        stopping: set when the process is to end; a fetch then stops at its next wait.
        pause: seconds before the first repetition; later ones wait longer.
    """

    inbox: Path
    folder: Path
    secret: Callable[[str], str]
    now: dt.datetime
    stopping: threading.Event = field(default_factory=threading.Event)
    pause: float = 1.0

    @property
    def latest(self) -> dt.datetime:
        """The city's time, or that of the world where the city's clock was set back."""
        return max(self.now, dt.datetime.now(self.now.tzinfo))

    def desk(self, source: str) -> Desk:
        """Return what is remembered of a feed."""
        return Desk(self.folder / source, self.inbox / source, source)


@dataclass(frozen=True)
class Tries:
    """How the last tries went: of asking, or of loading.

    Attributes:
        tried_at: when it was last tried.
        failures: how often in a row it has failed.
        problem: the last failure as a sentence; empty after a success.
        not_before: when the other side asked to be left alone until.
    """

    tried_at: dt.datetime | None = None
    failures: int = 0
    problem: str = ""
    not_before: dt.datetime | None = None

    def after(
        self, problem: CockpitError | None, at: dt.datetime, not_before: dt.datetime | None = None
    ) -> Tries:
        """Return how it stands after one more try."""
        if problem is None:
            return Tries(at)
        return Tries(at, self.failures + 1, problem.sentence, not_before)

    def next_at(self, rhythm: dt.timedelta) -> dt.datetime | None:
        """Return when it is tried again: by its rhythm, sooner after a failure; None for now."""
        if self.tried_at is None:
            return None
        wait = rhythm
        if self.failures:
            wait = min(rhythm, _FIRST_WAIT * 2 ** min(self.failures - 1, _MOST_DOUBLINGS))
        return max(self.tried_at + wait, self.not_before or self.tried_at)


@dataclass(frozen=True)
class Desk:
    """What is remembered of one feed, in files of its own."""

    folder: Path
    inbox: Path
    source: str

    @property
    def pages(self) -> Path:
        """Folder of the pages of a fetch that has not ended."""
        return self.folder / "pages"

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from fetching this feed, and finish what the last one intended.

        Raises:
            Busy: another one is at it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise Busy(
                    "the feed is being fetched at the moment",
                    where=self.source,
                    next_step="Wait until that has ended",
                ) from error
            self._finish()
            yield

    def tries(self, of: str = "fetch") -> Tries:
        """Return how the last tries went; ``of`` is fetch or load."""
        told = _read(self.folder / f"{of}.json")
        moments = {
            name: dt.datetime.fromisoformat(text)
            for name in ("tried_at", "not_before")
            if (text := told.get(name))
        }
        return Tries(
            failures=int(told.get("failures", 0)), problem=str(told.get("problem", "")), **moments
        )

    def note(self, tries: Tries, of: str = "fetch") -> None:
        """Write down how it went."""
        written = {
            name: value.isoformat() if isinstance(value, dt.datetime) else value
            for name, value in asdict(tries).items()
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self.folder / f"{of}.json", json.dumps(written, ensure_ascii=False).encode())

    def kept(self) -> Kept:
        """Return up to where the feed was fetched."""
        told = _read(self.folder / "edge.json").get("kept") or {}
        texts = {name: told.get(name, "") for name in ("mark", "column", "content", "fetch")}
        seen = {digest: (text, count) for digest, text, count in told.get("seen", [])}
        return Kept(**texts, seen=seen)

    def file_name(self, began: dt.datetime, ending: str) -> str:
        """Return a name for a fetched file that sorts by time and is not taken."""
        stem, number = f"{self.source}_{began:%Y%m%dT%H%M%S}", 1
        name = f"{stem}.{ending}"
        while (self.inbox / name).exists():
            number += 1
            name = f"{stem}_{number:03d}.{ending}"
        return name

    def commit(self, files: Sequence[tuple[Path, Path]], kept: Kept) -> None:
        """Give whole drafts their names in the inbox and move the watermark, once and for all.

        Args:
            files: draft and its final place.
            kept: up to where the feed is fetched then.
        """
        told = {
            "mark": kept.mark,
            "column": kept.column,
            "seen": [[digest, text, count] for digest, (text, count) in kept.seen.items()],
            "content": kept.content,
            "fetch": kept.fetch,
        }
        intended = [[str(draft), str(target)] for draft, target in files]
        before = _read(self.folder / "edge.json").get("kept") or {}
        write_whole(
            self.folder / "edge.json",
            _bytes({"kept": before, "intended": {"files": intended, "kept": told}}),
        )
        self._finish()

    def _finish(self) -> None:
        told = _read(self.folder / "edge.json")
        intended = told.get("intended")
        if not intended:
            return
        for draft, target in intended["files"]:
            with contextlib.suppress(FileNotFoundError):  # it has its name already
                Path(draft).replace(target)
        write_whole(self.folder / "edge.json", _bytes({"kept": intended["kept"]}))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all, also after the power fails."""
    draft = path.with_name(f"{path.name}.part")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _bytes(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


def _read(path: Path) -> dict[str, Any]:
    """Return what a file remembers; one that is damaged remembers nothing."""
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
