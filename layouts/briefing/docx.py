"""The weekly briefing as an editable Word document with native charts."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from layouts.briefing.chart import WORKBOOK_LINK, alt_text, native_chart
from layouts.briefing.drawing import height_mm
from layouts.briefing.ink import MEASURE
from layouts.briefing.manuscript import (
    DEMO_LABEL,
    DEMO_NOTE,
    EVIDENCE_HEAD,
    EVIDENCE_TITLE,
    EVIDENCE_WEIGHTS,
    Figure,
    Manuscript,
    Table,
    proof_line,
)
from layouts.briefing.page import add_comment_styles
from layouts.briefing.sandbox import filled
from layouts.briefing.tables import Grid, place_table
from layouts.briefing.template import EVIDENCE, STYLES, TABLE_TEXT, template_bytes
from metrics.briefing.content import BriefingContent, ChartSpec, PictureSpec
from metrics.errors import ConfigError

EMU = 36_000
"""English metric units in a millimetre."""
REVIEWER, INITIALS = "城市运行驾驶舱", "据"
"""Who the comments of a review copy are by."""
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"


def write_docx(
    said: Manuscript,
    path: Path,
    draw: Callable[[PictureSpec], bytes],
    *,
    template: Path | None = None,
    is_review: bool = False,
) -> Path:
    """Write the briefing and return its path.

    Args:
        said: what is written; nothing else is drawn.
        path: where to; folders are made.
        draw: turns a map or calendar into PNG bytes.
        template: a template of one's own; by default the built-in one.
        is_review: put the evidence of every sentence beside it as a comment.

    Raises:
        ConfigError: the template cannot be read or filled, or lacks a needed style.
    """
    content = said.content
    document = filled(template or template_bytes(), context(said))
    _check_styles(document, template)
    marked = {paragraph.text: paragraph for paragraph in document.paragraphs}
    _place_figures(document, said, marked, draw)
    for chapter in said.chapters:
        for table in chapter.tables:
            place = marked.get(mark(content, table.spec.id))
            grid = Grid(table.spec.head, table.rows, table.spec.weights, TABLE_TEXT)
            place_table(document, place, grid)
    proof = Grid(EVIDENCE_HEAD, said.evidence, EVIDENCE_WEIGHTS, EVIDENCE, numbers_from=3)
    place_table(document, marked.get(mark(content, "evidence")), proof)
    if is_review:
        _comment(document, said, marked)
    _set_properties(document, content)
    path.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(path))
    return path


def _check_styles(document: Document, template: Path | None) -> None:
    missing = sorted(set(STYLES) - {style.name for style in document.styles})
    if missing:
        raise ConfigError(
            f"the template lacks the style '{missing[0]}'",
            where=str(template),
            hint=f"Needed: {', '.join(STYLES)}",
            next_step="Start again from the built-in template",
        )


def _comment(document: Document, said: Manuscript, marked: dict[str, Paragraph]) -> None:
    """Put the evidence beside every sentence, dated like the issue so that bytes stay equal."""
    add_comment_styles(document)
    pieces = {piece.id: piece for piece in said.content.evidence}
    at = f"{said.content.issued}T00:00:00Z"
    for chapter in said.chapters:
        for fact, text in chapter.sentences:
            paragraph = marked.get(text)
            if paragraph is None or not paragraph.runs:
                continue
            lines = [proof_line(pieces[id_]) for id_ in fact.evidence if id_ in pieces]
            lines += [f"改动“{slot.text}”：{slot.reason}" for slot in fact.slots if slot.reason]
            told = "\n".join([f"[{fact.id}]", *(lines or ["本句不含统计数"])])
            made = document.add_comment(paragraph.runs, told, REVIEWER, INITIALS)
            made._comment_elm.set(qn("w:date"), at)


def mark(content: BriefingContent, name: str) -> str:
    """Return the text that holds the place of a chart or table; data cannot imitate it."""
    token = hashlib.sha256(f"{content.content_hash}/{name}".encode()).hexdigest()[:12]
    return f"[[{name}:{token}]]"


def context(said: Manuscript) -> dict[str, Any]:
    """Return every name a template may use, all values as text."""
    content = said.content
    return {
        "is_demo": content.is_demo,
        "demo_label": said.demo_label,
        "demo_note": DEMO_NOTE,
        "masthead": content.masthead,
        "issue": said.issue,
        "publisher": content.publisher,
        "issued": said.issued,
        "title": content.title,
        "span": said.span,
        "city": content.city,
        "week": content.week,
        "version_line": said.version_line,
        "sections": [
            {
                "title": chapter.title,
                "sentences": [text for _, text in chapter.sentences],
                "charts": [_place(content, one) for one in chapter.figures],
                "tables": [_place(content, one) for one in chapter.tables],
            }
            for chapter in said.chapters
        ],
        "evidence": {"title": EVIDENCE_TITLE, "mark": mark(content, "evidence")},
    }


def _place(content: BriefingContent, one: Figure | Table) -> dict[str, str]:
    return {"mark": mark(content, one.spec.id), "caption": one.caption}


def _place_figures(
    document: Document,
    said: Manuscript,
    marked: dict[str, Paragraph],
    draw: Callable[[PictureSpec], bytes],
) -> None:
    number = 0
    for figure in (one for chapter in said.chapters for one in chapter.figures):
        paragraph = marked.get(mark(said.content, figure.spec.id))
        if paragraph is None:  # a template may leave a chart out
            continue
        number += 1
        for run in list(paragraph.runs):
            run._r.getparent().remove(run._r)
        if isinstance(figure.spec, ChartSpec):
            _place_chart(document, paragraph, figure.spec, number)
        else:
            shown = paragraph.add_run().add_picture(io.BytesIO(draw(figure.spec)), Mm(MEASURE))
            shown._inline.docPr.set("descr", alt_text(figure.spec))


def _place_chart(document: Document, paragraph: Paragraph, chart: ChartSpec, number: int) -> None:
    xml, workbook = native_chart(chart)
    package = document.part.package
    sheet = Part(
        PackURI(f"/word/embeddings/Microsoft_Excel_Sheet{number}.xlsx"), _SHEET, workbook, package
    )
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), _CHART, xml, package)
    part.load_rel(RELATIONSHIP_TYPE.PACKAGE, sheet, WORKBOOK_LINK)
    link = document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    width, height = MEASURE * EMU, round(height_mm(chart) * EMU)
    paragraph.add_run()._r.append(parse_xml(
        f'<w:drawing {nsdecls("w", "wp", "a", "r")}>'
        '<wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:docPr id="{1000 + number}" name="图{number}" descr={quoteattr(alt_text(chart))}/>'
        "<wp:cNvGraphicFramePr/><a:graphic>"
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
        f' r:id="{link}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
    ))  # fmt: skip


def _set_properties(document: Document, content: BriefingContent) -> None:
    issued = dt.datetime.combine(dt.date.fromisoformat(content.issued), dt.time())
    properties = document.core_properties
    properties.title = f"{content.city} {content.masthead} {content.week}"
    properties.author = properties.last_modified_by = content.publisher
    properties.created = properties.modified = issued
    properties.comments = f"{DEMO_LABEL} " * content.is_demo + content.content_hash
