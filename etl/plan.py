"""What a run would do, as data: what is asked for, which files are new, and in which order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from etl.batch import Reading, file_sha256, last_reading, readings
from etl.boundaries import Boundaries
from etl.derive.rules import CaseRules
from etl.publish import are_case_rules_current, is_catalogue_current, is_territory_current
from etl.spec import SourceSpec
from metrics.indicator import Indicator
from metrics.store import Store

StepKind = Literal["territory", "catalogue", "case_rules", "fetch", "file"]
FileState = Literal["new", "known", "changed"]

_DONE = {
    "territory": "publish the areas",
    "catalogue": "compute the parts of the indicators",
    "case_rules": "find out which cases are one, which are repeats, what the step logs count",
}
UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".swp")
"""Endings of files that are still being written."""


@dataclass(frozen=True)
class Step:
    """One thing to do.

    Attributes:
        kind: territory, catalogue, case_rules, fetch (the files it brings are loaded too) or file.
        state: of a file: new; known, which is left alone; or changed since it was read.
        reason: why it is done or left, in words.
        source: id of the source spec; empty unless a fetch or a file.
        path: the file.
        size: bytes.
    """

    kind: StepKind
    state: FileState
    reason: str
    source: str = ""
    path: Path | None = None
    size: int = 0

    @property
    def is_due(self) -> bool:
        """Tell whether a run does anything here."""
        return self.state != "known"


@dataclass(frozen=True)
class Plan:
    """The steps in their order, and the files of the inbox that no source claims."""

    steps: tuple[Step, ...]
    unclaimed: tuple[Path, ...] = ()

    @property
    def due(self) -> tuple[Step, ...]:
        """The steps that do something."""
        return tuple(step for step in self.steps if step.is_due)

    def lines(self) -> list[str]:
        """Return the plan as text, a line a step."""
        said = []
        for step in self.steps:
            name = step.path.name if step.path else step.kind
            said.append(f"{step.state:8} {step.source or step.kind:24} {name}  {step.reason}")
        said.extend(
            f"{'ignored':8} {'':24} {path.name}  no source claims it" for path in self.unclaimed
        )
        return said


def plan(
    store: Store,
    specs: Mapping[str, SourceSpec],
    inbox: Path,
    *,
    boundaries: Boundaries | None = None,
    indicators: Sequence[Indicator] | None = None,
    rules: CaseRules | None = None,
    only: Sequence[Path] | None = None,
    fetches: Sequence[Step] = (),
    now: dt.datetime | None = None,
) -> Plan:
    """Return what a run would do; nothing is written.

    Args:
        store: its ledger says what is known.
        specs: by source id.
        inbox: searched for each spec's files, at any depth.
        boundaries: the territory that should be in the store; not looked at when left out.
        indicators: the catalogue the parts should be made by; not looked at when left out.
        rules: what cases should be derived by; not looked at when left out.
        only: look at these files alone.
        fetches: the steps of the feeds that must be asked, see ``etl.fetch.run``.
        now: the city's time, which tells whether areas have changed since.

    Returns:
        Territory, catalogue and case rules first, then the fetches, then the files by name and
        source.
    """
    steps: list[Step] = []
    if boundaries is not None:
        steps.append(_kernel_step("territory", is_territory_current(store, boundaries, now)))
    if indicators is not None:
        steps.append(_kernel_step("catalogue", is_catalogue_current(store, indicators)))
    if rules is not None:
        is_current = are_case_rules_current(store, rules)
        steps += [_kernel_step("case_rules", is_current)] if rules.is_on or not is_current else []
    steps += fetches
    present = list(only) if only is not None else inbox_files(inbox)
    claimed: set[Path] = set()
    found: list[Step] = []
    for spec in specs.values():
        mine = [path for path in present if claims(spec, inbox, path)]
        claimed.update(mine)
        known = readings(store, spec.source) if mine else []
        found.extend(_file_step(spec, path, known) for path in mine)
    steps += sorted(found, key=lambda step: (step.path.name if step.path else "", step.source))
    return Plan(tuple(steps), tuple(path for path in present if path not in claimed))


def inbox_files(inbox: Path) -> list[Path]:
    """Return the files of an inbox that are not hidden and not still being written, by name."""
    found = [
        path
        for path in inbox.rglob("*")
        if path.is_file()
        and not path.name.lower().endswith(UNFINISHED)
        and not any(part.startswith(".") for part in path.relative_to(inbox).parts)
    ]
    return sorted(found, key=lambda path: (path.name, str(path)))


def claims(spec: SourceSpec, inbox: Path, path: Path) -> bool:
    """Tell whether a file of the inbox belongs to a source; the glob holds at any depth."""
    return path.relative_to(inbox).match(spec.files)


def _kernel_step(kind: StepKind, is_current: bool) -> Step:  # noqa: FBT001 - private, one use
    if is_current:
        return Step(kind, "known", "as in the store")
    return Step(kind, "changed", _DONE[kind])


def _file_step(spec: SourceSpec, path: Path, known: list[Reading]) -> Step:
    try:
        size, sha256 = path.stat().st_size, file_sha256(path)
    except OSError:
        return Step("file", "new", "cannot be read at the moment", spec.source, path)
    last = last_reading(known, sha256)
    if last is not None and last.spec_sha256 == (spec.sha256 or "0" * 64):
        return Step("file", "known", f"loaded as batch {last.batch}", spec.source, path, size)
    if last is not None:
        reason = f"the spec has changed since batch {last.batch}"
        return Step("file", "changed", reason, spec.source, path, size)
    namesakes = [one.batch for one in known if one.file == path.name]
    if namesakes:
        reason = f"the file has changed since batch {namesakes[-1]}"
        return Step("file", "changed", reason, spec.source, path, size)
    return Step("file", "new", f"{size:,} bytes", spec.source, path, size)
