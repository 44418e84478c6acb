"""The briefings of a home: composed once, kept frozen, drawn as often as wanted."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from metrics.briefing import BriefingContent, compose
from metrics.briefing.edition import edition
from metrics.briefing.restated import Restated, restated
from metrics.calendar import Period, parse_period
from metrics.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from cockpit.wiring import Services
    from metrics.briefing.content import PictureSpec
    from metrics.briefing.inquiry import Asks

FORMATS = ("docx", "pdf", "xlsx", "pptx")
FOLDER, FONTS, TEMPLATE = "briefings", "fonts", "weekly.docx"
"""In the home: what is kept, faces of one's own, and a Word template of one's own."""
WRITING = threading.RLock()
"""Held while something is frozen or drawn, so that no two threads write one file."""


@dataclass(frozen=True)
class Issue:
    """One period's briefing on disk.

    Attributes:
        content: what it says, frozen.
        paths: the documents, in the order they were asked for.
        changes: what the data say otherwise now; only where that was asked for.
        is_outdated: composed now, it would read otherwise.
    """

    content: BriefingContent
    paths: tuple[Path, ...]
    changes: tuple[Restated, ...] = field(default=())
    is_outdated: bool = False


def home_folder(services: Services) -> Path:
    """Return where the briefings of a home are kept."""
    return services.settings.home / FOLDER


def read_formats(text: str) -> tuple[str, ...]:
    """Return the formats of a comma list, each once.

    Raises:
        UnknownName: one of them is not written.
    """
    forms = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for form in forms or ("",):
        if form not in FORMATS:
            raise UnknownName("format", form, FORMATS, where="--format")
    return forms


def issue(
    services: Services,
    week: str,
    folder: Path,
    *,
    forms: Sequence[str] = FORMATS[:1],
    is_compared: bool = False,
    is_review: bool = False,
) -> Issue:
    """Return a period's briefing, drawn into a folder.

    The content is composed once and kept in the home; later it is drawn from there, so that what
    was sent out does not change when data are restated.

    Args:
        services: the opened services.
        week: a day, ISO week, month or quarter that has begun.
        folder: where the documents go.
        forms: of ``FORMATS``.
        is_compared: tell what the data say otherwise now.
        is_review: put the evidence beside the sentences of the Word document.

    Raises:
        BadQuestion: ``week`` is no such period.
        ConfigError: the folder cannot be written, the kept content is damaged, a character has no
            font, or the template is wrong.
    """
    period = read_period(services, week)
    with WRITING:
        base = kept(services, period)
        content = services.weekly.standing(period.text).content or base
        now = composed(services, period) if is_compared else base
        try:
            paths = draw(services, content, folder, forms, is_review=is_review)
        except OSError as error:
            raise _unwritable(folder, error) from error
    return Issue(content, paths, restated(content, now), _told(base) != _told(now))


def read_period(services: Services, text: str) -> Period:
    """Return the period of a briefing that a person wrote.

    Raises:
        BadQuestion: it is not understood, has not begun, or no briefing is written of its kind.
    """
    period = parse_period(text, services.clock.today())
    edition(period)
    return period


def composed(services: Services, period: Period, asks: Asks | None = None) -> BriefingContent:
    """Return a period's briefing as the data say it now, or as somebody else answers."""
    from cockpit.outlines import outlines  # noqa: PLC0415 - loads the geometry

    return compose(
        asks or services.service,
        period=period,
        city_title=services.city.title,
        is_demo=services.city.demo,
        outlines=outlines(services),
    )


def kept(
    services: Services, period: Period, *, is_anew: bool = False, asks: Asks | None = None
) -> BriefingContent:
    """Return the frozen content of a period, composing and freezing it where there is none."""
    folder = home_folder(services)
    path = folder / f"{period.text}.json"
    with WRITING:
        if path.is_file() and not is_anew:
            return read_content(path)
        content = composed(services, period, asks)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(".draft")
            draft.write_text(content.model_dump_json(indent=1), "utf-8")
            draft.replace(path)
        except OSError as error:
            raise _unwritable(folder, error) from error
    return content


def draw(
    services: Services,
    content: BriefingContent,
    folder: Path,
    forms: Sequence[str],
    *,
    is_review: bool = False,
) -> tuple[Path, ...]:
    """Write the documents of a content and return their paths; nothing is written in part.

    Raises:
        ConfigError: a character has no font, or the template is wrong.
    """
    from layouts.briefing.docx import write_docx  # noqa: PLC0415 - load the writers
    from layouts.briefing.manuscript import manuscript  # noqa: PLC0415
    from layouts.briefing.pdf import picture, write_pdf  # noqa: PLC0415
    from layouts.briefing.pptx import write_pptx  # noqa: PLC0415
    from layouts.briefing.typefaces import faces  # noqa: PLC0415
    from layouts.briefing.xlsx import write_xlsx  # noqa: PLC0415

    said = manuscript(content)
    own = services.settings.home / TEMPLATE
    found = faces(services.settings.home / FONTS)
    found.check(said.texts, where=content.week)

    @functools.cache
    def shown(spec: PictureSpec) -> bytes:
        return picture(spec, found)

    writers: dict[str, Callable[[Path], Path]] = {
        "docx": lambda path: write_docx(
            said, path, shown, template=own if own.is_file() else None, is_review=is_review
        ),
        "pdf": lambda path: write_pdf(said, path, found),
        "xlsx": lambda path: write_xlsx(said, path),
        "pptx": lambda path: write_pptx(said, path, shown),
    }
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for form in forms:
        path = folder / file_name(content, form, is_review=is_review and form == "docx")
        draft = writers[form](path.with_name(f".{path.name}"))
        draft.replace(path)
        paths.append(path)
    return tuple(paths)


def file_name(content: BriefingContent, form: str, *, is_review: bool = False) -> str:
    """Return the name of a briefing's document: letters, digits and signs that lead nowhere."""
    stem = f"{content.masthead}_{content.week}{'_审阅' if is_review else ''}"
    safe = "".join(c if c.isalnum() or c in "-_（）〔〕" else "_" for c in stem)
    return f"{safe}.{form}"


def issued(folder: Path) -> set[str]:
    """Return the periods whose content is frozen in a folder."""
    return {path.stem for path in folder.glob("[0-9]*.json")}


def read_content(path: Path) -> BriefingContent:
    """Return a kept content.

    Raises:
        ConfigError: it does not match its hash.
    """
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


def _unwritable(folder: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"the folder {folder} cannot be written ({error.strerror})",
        where="--out",
        next_step="Name another",
    )


def _told(content: BriefingContent) -> dict[str, object]:
    """Return what a reader would see; the version of the data alone is no difference."""
    told = content.model_dump(exclude={"content_hash", "data_version"})
    for piece in told["evidence"]:
        piece.pop("data_version")
    return told
