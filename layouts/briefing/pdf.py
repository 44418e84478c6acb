"""The weekly briefing as PDF/A: vector charts, selectable text, the same bytes every time."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any, Literal

import typst

from layouts.briefing.chart import alt_text
from layouts.briefing.drawing import svg
from layouts.briefing.ink import RED, SHADE
from layouts.briefing.manuscript import (
    DEMO_NOTE,
    EVIDENCE_HEAD,
    EVIDENCE_TITLE,
    EVIDENCE_WEIGHTS,
    Chapter,
    Manuscript,
)
from layouts.briefing.typefaces import Faces
from metrics.briefing.content import ChartSpec, PictureSpec
from metrics.errors import ConfigError

PAGE = Path(__file__).with_name("weekly.typ")
PICTURE = Path(__file__).with_name("picture.typ")
STANDARD: Literal["a-2a"] = "a-2a"
"""Archive form with the structure a reader of the screen needs."""


def write_pdf(said: Manuscript, path: Path, faces: Faces) -> Path:
    """Write the briefing and return its path; the same content and faces give the same bytes.

    Args:
        said: what is written.
        path: where to; folders are made.
        faces: what it is set in.

    Raises:
        ConfigError: the page cannot be set.
    """
    issued = dt.datetime.combine(
        dt.date.fromisoformat(said.content.issued), dt.time(), tzinfo=dt.UTC
    )
    data = json.dumps(_data(said, faces), ensure_ascii=False)
    try:
        made = typst.compile(
            PAGE,
            format="pdf",
            sys_inputs={"data": data},
            font_paths=list(faces.folders),
            ignore_system_fonts=True,
            pdf_standards=[STANDARD],
            timestamp=issued,
        )
    except typst.TypstError as error:
        raise ConfigError(
            f"the page cannot be set ({str(error).splitlines()[0]})",
            where=path.name,
            next_step="Take what was put into the folder 'fonts' out again and try once more",
        ) from error
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(made)
    return path


def picture(spec: ChartSpec | PictureSpec, faces: Faces, *, dpi: int = 300) -> bytes:
    """Return a drawing as PNG bytes, for formats that cannot hold a drawing."""
    return typst.compile(
        PICTURE,
        format="png",
        ppi=dpi,
        sys_inputs={"svg": svg(spec)},
        font_paths=list(faces.folders),
        ignore_system_fonts=True,
    )


def _data(said: Manuscript, faces: Faces) -> dict[str, Any]:
    content = said.content
    issued = dt.date.fromisoformat(content.issued)
    roles = {"title_face": "title"} | {role: role for role in ("body", "kai", "hei", "song")}
    return {
        "name": f"{content.city} {content.masthead} {content.week}",
        "red": RED,
        "shade": SHADE,
        "demo_label": said.demo_label,
        "demo_note": DEMO_NOTE,
        "masthead": content.masthead,
        "issue": said.issue,
        "publisher": content.publisher,
        "issued": said.issued,
        "issued_on": [issued.year, issued.month, issued.day],
        "title": content.title,
        "span": said.span,
        "version_line": said.version_line,
        "chapters": [_chapter(chapter) for chapter in said.chapters],
        "evidence": {
            "title": EVIDENCE_TITLE, "head": EVIDENCE_HEAD, "rows": said.evidence,
            "widths": EVIDENCE_WEIGHTS,
        },
        **{name: list(faces.family(role)) for name, role in roles.items()},
    }  # fmt: skip


def _chapter(chapter: Chapter) -> dict[str, Any]:
    return {
        "title": chapter.title,
        "sentences": [text for _, text in chapter.sentences],
        "figures": [
            {"caption": one.caption, "svg": svg(one.spec), "alt": alt_text(one.spec)}
            for one in chapter.figures
        ],
        "tables": [
            {"caption": one.caption, "head": one.spec.head, "rows": one.rows,
             "widths": one.spec.weights}
            for one in chapter.tables
        ],
    }  # fmt: skip
