"""The archive of signed briefings: content, files, sums and who signed, in one folder each."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.briefings import FORMATS, WRITING, draw, home_folder
from metrics.errors import ConfigError

if TYPE_CHECKING:
    from cockpit.weekly.ledger import Step
    from cockpit.wiring import Services
    from metrics.briefing import BriefingContent

ARCHIVE, CONTENT, RECORD = "archive", "content.json", "record.json"


def put_away(services: Services, content: BriefingContent, steps: Sequence[Step], who: str) -> str:
    """Keep a signed briefing for good and return the name of its folder.

    The folder appears whole or not at all; one of the same content that a killed call left behind
    is taken as it is.

    Raises:
        ConfigError: it cannot be written.
    """
    folder = home_folder(services) / ARCHIVE / f"{content.week}_{content.content_hash[:8]}"
    with WRITING:
        if not (folder / RECORD).is_file():
            _fill(services, content, steps, who, folder)
    return folder.name


def _fill(
    services: Services, content: BriefingContent, steps: Sequence[Step], who: str, folder: Path
) -> None:
    part = folder.with_name(f".{folder.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        paths = draw(services, content, part, FORMATS)
        (part / CONTENT).write_text(content.model_dump_json(indent=1), "utf-8")
        record = {
            "week": content.week,
            "issue": f"{content.issue_year}-{content.issue_number}",
            "data_version": content.data_version,
            "content_hash": content.content_hash,
            "archived_by": who,
            "steps": [asdict(step) for step in steps],
            "sha256": {path.name: _sum(path) for path in (*paths, part / CONTENT)},
        }
        text = json.dumps(record, ensure_ascii=False, indent=1)
        (part / RECORD).write_text(text, "utf-8")
        part.rename(folder)
    except OSError as error:
        raise ConfigError(
            f"the archive cannot be written ({error.strerror})", where=str(folder.parent)
        ) from error


def archived_files(services: Services, name: str) -> tuple[Path, ...]:
    """Return the documents in a folder of the archive, none where there is no such folder."""
    folder = home_folder(services) / ARCHIVE / Path(name).name
    endings = {f".{form}" for form in FORMATS}
    return tuple(path for path in sorted(folder.glob("*")) if path.suffix in endings)


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
