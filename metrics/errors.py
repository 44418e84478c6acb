"""Errors that tell a person where, what, what is allowed and what to do next.

Bottom layer: this module imports nothing from the packages.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


def near(word: str, known: Iterable[str]) -> str:
    """Return the known word a typist most likely meant, or an empty string."""
    match = difflib.get_close_matches(word, list(known), n=1, cutoff=0.55)
    return match[0] if match else ""


class CockpitError(Exception):
    """One problem, said as: where, what, allowed or did you mean, next step.

    Attributes:
        where: file:line, option or object the problem sits in.
        what: the problem as a clause without a full stop.
        hint: allowed values or the near name, as a sentence without a full stop.
        next_step: what to do about it, as a sentence without a full stop.
        status: HTTP status that fits the problem.
    """

    status = 400

    def __init__(self, what: str, *, where: str = "", hint: str = "", next_step: str = "") -> None:
        self.what = what
        self.where = where
        self.hint = hint
        self.next_step = next_step
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """The whole message on one line."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        parts = [part.rstrip(".") for part in (head, self.hint, self.next_step) if part]
        return " ".join(part if part.endswith("?") else f"{part}." for part in parts)

    def __reduce__(self) -> tuple[object, ...]:
        """Let a process that reads files hand its error over whole."""
        return _again, (type(self), self.args, self.__dict__)

    def as_json(self) -> dict[str, object]:
        """The one error shape of the API and of ``--json``."""
        hint = ". ".join(part for part in (self.hint, self.next_step) if part)
        return {"ok": False, "error": self.what, "where": self.where, "hint": hint}


def _again(
    kind: type[CockpitError], args: tuple[object, ...], fields: dict[str, object]
) -> CockpitError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(fields)
    return error


class ConfigError(CockpitError):
    """A file a person wrote (YAML, CSV, GeoJSON, settings) is wrong."""


class UnknownName(CockpitError):
    """A name that is not in a known list: indicator, area, level, source, dimension."""

    status = 404

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str = "") -> None:
        known = sorted(known)
        guess = near(name, known)
        if guess:
            hint = f"Did you mean '{guess}'?"
        elif len(known) <= 12:
            hint = f"Allowed: {', '.join(known)}" if known else "None is defined"
        else:
            hint = f"{len(known)} are known, for example {', '.join(known[:3])}"
        self.kind, self.name, self.guess = kind, name, guess
        super().__init__(f"unknown {kind} '{name}'", where=where, hint=hint)


class BadQuestion(CockpitError):
    """A question that cannot be answered as asked (period, level, comparison)."""


class StoreError(CockpitError):
    """The store cannot be opened, read or written."""

    status = 503


class SourceError(CockpitError):
    """A source file that cannot be taken in as a whole; nothing of it was loaded."""


@dataclass(frozen=True)
class Problem:
    """One of several things wrong with the files a person wrote.

    Attributes:
        where: file:line.
        what: the problem as a clause without a full stop.
        hint: allowed values or the near name, as a sentence without a full stop.
    """

    where: str
    what: str
    hint: str = ""

    @property
    def sentence(self) -> str:
        """The whole message on one line."""
        return CockpitError(self.what, where=self.where, hint=self.hint).sentence


class ConfigProblems(ConfigError):
    """Everything wrong with a set of files, found in one go.

    Attributes:
        problems: in the order of files and lines; never empty.
    """

    def __init__(self, problems: Iterable[Problem], *, next_step: str = "") -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        more = len(self.problems) - 1
        tail = f"{more} more problem{'s' if more > 1 else ''} after this one" if more else ""
        super().__init__(
            first.what,
            where=first.where,
            hint=first.hint,
            next_step=". ".join(part for part in (tail, next_step) if part),
        )

    def as_json(self) -> dict[str, object]:
        """The one error shape, with every problem beside the first."""
        listed = [{"where": p.where, "error": p.what, "hint": p.hint} for p in self.problems]
        return {**super().as_json(), "problems": listed}
