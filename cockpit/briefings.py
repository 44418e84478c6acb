"""The weekly briefings of a home: composed once, kept frozen, drawn as often as wanted."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from metrics.briefing import BriefingContent, compose
from metrics.calendar import parse_period
from metrics.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from cockpit.wiring import Services

FORMATS = ("docx",)
_WRITING = threading.Lock()


@dataclass(frozen=True)
class Issue:
    """One week's briefing on disk.

    Attributes:
        content: what it says, frozen.
        path: the document.
        is_outdated: the data have changed since in a way that would change the briefing.
    """

    content: BriefingContent
    path: Path
    is_outdated: bool = False


def issue(
    services: Services, week: str, folder: Path, *, form: str = "docx", is_anew: bool = False
) -> Issue:
    """Return a week's briefing, drawn into a folder.

    The content is composed once and kept beside the document; later it is drawn from there, so
    that what was sent out does not change when data are restated. ``is_anew`` replaces it.

    Raises:
        UnknownName: the format is not written.
        BadQuestion: ``week`` is no ISO week that has begun.
        ConfigError: the folder cannot be written, or the kept content is damaged.
    """
    from layouts.briefing.docx import write_docx  # noqa: PLC0415 - loads the Word writer

    if form not in FORMATS:
        raise UnknownName("format", form, FORMATS, where="--format")
    period = parse_period(week, services.clock.today())
    with _WRITING:
        now = compose(
            services.service,
            week=period,
            city_title=services.city.title,
            is_demo=services.city.demo,
        )
        kept = folder / f"{period.text}.json"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            content = _frozen(kept) if kept.is_file() and not is_anew else None
            if content is None:
                content = now
                draft = kept.with_suffix(".draft")
                draft.write_text(now.model_dump_json(indent=1), "utf-8")
                draft.replace(kept)
            path = write_docx(content, folder / file_name(content, form))
        except OSError as error:
            raise ConfigError(
                f"the folder {folder} cannot be written ({error.strerror})",
                where="--out",
                next_step="Name another",
            ) from error
    return Issue(content, path, _told(content) != _told(now))


def file_name(content: BriefingContent, form: str) -> str:
    """Return the name of a briefing's document."""
    return f"{content.masthead}_{content.week}.{form}"


def issued(folder: Path) -> list[tuple[str, Path]]:
    """Return week and document of the briefings in a folder, newest first."""
    found = [(path.stem.rpartition("_")[2], path) for path in folder.glob("*_*-W*.docx")]
    return sorted(found, reverse=True)


def _frozen(path: Path) -> BriefingContent:
    try:
        content = BriefingContent.model_validate_json(path.read_text("utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise _damaged(path) from error
    if content.content_hash != content.computed_hash():
        raise _damaged(path)
    return content


def _damaged(path: Path) -> ConfigError:
    return ConfigError(
        "the kept briefing is damaged: its content does not match its hash",
        where=str(path),
        next_step="Put back the original, or compose it anew: cockpit brief --anew",
    )


def _told(content: BriefingContent) -> dict[str, object]:
    """Return what a reader would see; the version of the data alone is no difference."""
    told = content.model_dump(exclude={"content_hash", "data_version"})
    for piece in told["evidence"]:
        piece.pop("data_version")
    return told
