"""``cases:`` of city.yaml: which cases are one, which are repeats, what a step log counts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from metrics.yaml_file import KeyPath

RepeatRule = Literal["reporter", "text", "keyword"]
StepCount = Literal["n_returns", "n_rework", "n_urge", "n_supervise", "n_whistles"]
Words = Annotated[tuple[str, ...], Field(min_length=1)]
NO_RULES = "0" * 64
KEYWORDS = ("催办", "再次反映", "上次", "至今未")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MergeRule(_Part):
    """One person's demand that came through another entrance too is one case."""

    hours: float = Field(default=72, gt=0, le=24 * 30, description="after the first at most")
    metres: float = Field(default=100, gt=0, le=5000, description="apart at most")


class RepeatRules(_Part):
    """The same demand once more is a case of its own, linked to the one before."""

    rules: Annotated[tuple[RepeatRule, ...], Field(min_length=1)] = Field(
        default=("reporter", "text", "keyword"),
        description="those that hold, in order; the first that finds something names it",
    )
    days: int = Field(default=30, ge=1, le=366, description="after the earlier one at most")
    metres: float = Field(default=100, gt=0, le=5000, description="apart at most, for reporter")
    keywords: Words = Field(default=KEYWORDS, description="a title with one of them is a repeat")


class StepLog(_Part):
    """An event source that logs steps of cases; `subject` of a step is the case's number."""

    source: str = Field(description="of the log, fact: event")
    of: Words = Field(description="sources whose cases it is about")
    counts: dict[StepCount, Words] = Field(
        min_length=1, description="field of the case -> kinds of steps it counts"
    )


class CaseRules(_Part):
    """What is found out about a case from other rows; nothing where nothing is written."""

    merge: MergeRule | None = Field(default=None, description="`{}` for the usual limits")
    repeat: RepeatRules | None = Field(default=None, description="`{}` for the usual rules")
    steps: tuple[StepLog, ...] = Field(default=(), description="logs that counts come from")

    @property
    def is_on(self) -> bool:
        """Tell whether anything has to be derived."""
        return bool(self.merge or self.repeat or self.steps)

    @property
    def looks_at_reporters(self) -> bool:
        """Tell whether cases of one reporter and class have to be seen together."""
        return self.merge is not None or self.has("reporter") or self.has("keyword")

    def has(self, rule: RepeatRule) -> bool:
        """Tell whether a repeat rule holds."""
        return self.repeat is not None and rule in self.repeat.rules

    @property
    def mark(self) -> str:
        """Hash of everything the columns depend on; zeros where nothing is derived."""
        said = self.model_dump_json(exclude_none=True)
        return hashlib.sha256(said.encode()).hexdigest() if self.is_on else NO_RULES

    def problems(self, facts: Mapping[str, str]) -> Iterator[tuple[KeyPath, str, str]]:
        """Yield what does not fit the sources: key path, what is wrong and a hint.

        Args:
            facts: fact shape by source id.
        """
        seen: dict[tuple[str, str], int] = {}
        for number, log in enumerate(self.steps):
            wanted = (("source", log.source, "event"), *(("of", one, "case") for one in log.of))
            for key, source, fact in wanted:
                path = ("steps", number, key)
                if source not in facts:
                    yield path, f"there is no source '{source}'", _allowed(facts, fact)
                elif facts[source] != fact:
                    what = f"the source '{source}' has fact: {facts[source]}, not {fact}"
                    yield path, what, _allowed(facts, fact)
            for pair in ((source, count) for source in log.of for count in log.counts):
                if seen.setdefault(pair, number) != number:
                    what = f"{pair[1]} of '{pair[0]}' is counted from two logs"
                    yield ("steps", number, "counts"), what, "Keep one of them"


NOTHING = CaseRules()


def _allowed(facts: Mapping[str, str], fact: str) -> str:
    listed = ", ".join(sorted(source for source, of in facts.items() if of == fact))
    return f"Sources with fact: {fact}: {listed}" if listed else f"No source has fact: {fact}"
