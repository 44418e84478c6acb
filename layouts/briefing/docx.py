"""The weekly briefing as an editable Word document with native charts."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.text.paragraph import Paragraph

from layouts.briefing.chart import WORKBOOK_LINK, alt_text, native_chart
from layouts.briefing.sandbox import filled
from layouts.briefing.sentences import cell, figure, sentence
from layouts.briefing.tables import Grid, place_table
from layouts.briefing.template import EVIDENCE, STYLES, TABLE_TEXT, TEXT_WIDTH, template_bytes
from metrics.briefing.content import BriefingContent, ChartSpec, Evidence, Section, TableSpec
from metrics.errors import ConfigError

DEMO_LABEL = "演示数据"
DEMO_NOTE = "【演示数据】由程序生成，不反映真实情况"
CHART_HEIGHT = 70.0
BAR_HEIGHT, BAR_EXTRA = 8.5, 14.0
"""Millimetres: of a chart, of one category of a bar chart, and of what stands around its bars."""
EMU = 36_000
"""English metric units in a millimetre."""
EVIDENCE_HEAD = ("指标", "区域", "期间", "数值", "分子", "分母", "数据版本")
EVIDENCE_WEIGHTS = (34.0, 32.0, 33.0, 19.0, 14.0, 14.0, 15.0)
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"


def write_docx(content: BriefingContent, path: Path, *, template: Path | None = None) -> Path:
    """Write the briefing and return its path.

    Args:
        content: the frozen briefing; nothing else is drawn.
        path: where to; folders are made.
        template: a template of one's own; by default the built-in one.

    Raises:
        ConfigError: the template cannot be read or filled, or lacks a needed style.
    """
    document = filled(template or template_bytes(), context(content))
    missing = sorted(set(STYLES) - {style.name for style in document.styles})
    if missing:
        raise ConfigError(
            f"the template lacks the style '{missing[0]}'",
            where=str(template),
            hint=f"Needed: {', '.join(STYLES)}",
            next_step="Start again from the built-in template",
        )
    marked = {paragraph.text: paragraph for paragraph in document.paragraphs}
    _place_charts(document, content, marked)
    for section in content.sections:
        for table in section.tables:
            place_table(document, marked.get(mark(content, table.id)), _grid(table))
    place_table(document, marked.get(mark(content, "evidence")), _evidence_grid(content))
    _set_properties(document, content)
    path.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(path))
    return path


def mark(content: BriefingContent, name: str) -> str:
    """Return the text that holds the place of a chart or table; data cannot imitate it."""
    token = hashlib.sha256(f"{content.content_hash}/{name}".encode()).hexdigest()[:12]
    return f"[[{name}:{token}]]"


def context(content: BriefingContent) -> dict[str, Any]:
    """Return every name a template may use, all values as text."""
    issued = dt.date.fromisoformat(content.issued)
    numbered = _Numbers()
    return {
        "is_demo": content.is_demo,
        "demo_label": DEMO_LABEL if content.is_demo else "",
        "demo_note": DEMO_NOTE,
        "masthead": content.masthead,
        "issue": f"〔{content.issue_year}〕第{content.issue_number}期",
        "publisher": content.publisher,
        "issued": f"{issued.year}年{issued.month}月{issued.day}日",
        "title": content.title,
        "span": f"（{_span(content)}）",
        "city": content.city,
        "week": content.week,
        "version_line": (
            f"数据版本：第{content.data_version}版　校验码：{content.content_hash[:16]}"
        ),
        "sections": [_section(content, section, numbered) for section in content.sections],
        "evidence": {"title": "附表　数据依据", "mark": mark(content, "evidence")},
    }


def _span(content: BriefingContent) -> str:
    start, end = dt.date.fromisoformat(content.start), dt.date.fromisoformat(content.end)
    return f"{start.month}月{start.day}日至{end.month}月{end.day}日"


class _Numbers:
    """Running numbers of figures and tables."""

    def __init__(self) -> None:
        self.charts = 0
        self.tables = 0

    def chart(self) -> str:
        self.charts += 1
        return f"图{self.charts}　"

    def table(self) -> str:
        self.tables += 1
        return f"表{self.tables}　"


def _section(content: BriefingContent, section: Section, numbered: _Numbers) -> dict[str, Any]:
    return {
        "title": section.title,
        "sentences": [sentence(fact) for fact in section.sentences],
        "charts": [
            {"mark": mark(content, chart.id), "caption": numbered.chart() + chart.caption}
            for chart in section.charts
        ],
        "tables": [
            {"mark": mark(content, table.id), "caption": numbered.table() + table.caption}
            for table in section.tables
        ],
    }


def _place_charts(
    document: Document, content: BriefingContent, marked: dict[str, Paragraph]
) -> None:
    number = 0
    for section in content.sections:
        for chart in section.charts:
            paragraph = marked.get(mark(content, chart.id))
            if paragraph is not None:  # a template may leave a chart out
                number += 1
                _place_chart(document, paragraph, chart, number)


def _place_chart(document: Document, paragraph: Paragraph, chart: ChartSpec, number: int) -> None:
    xml, workbook = native_chart(chart)
    package = document.part.package
    sheet = Part(
        PackURI(f"/word/embeddings/Microsoft_Excel_Sheet{number}.xlsx"), _SHEET, workbook, package
    )
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), _CHART, xml, package)
    part.load_rel(RELATIONSHIP_TYPE.PACKAGE, sheet, WORKBOOK_LINK)
    link = document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    is_bar = any(series.shape == "bar" for series in chart.series)
    tall = BAR_EXTRA + BAR_HEIGHT * len(chart.categories) if is_bar else CHART_HEIGHT
    width, height = TEXT_WIDTH * EMU, round(tall * EMU)
    for run in list(paragraph.runs):
        run._r.getparent().remove(run._r)
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


def _grid(table: TableSpec) -> Grid:
    rows = tuple(tuple(cell(slot) for slot in row) for row in table.rows)
    return Grid(table.head, rows, table.weights, TABLE_TEXT)


def _evidence_grid(content: BriefingContent) -> Grid:
    rows = tuple(evidence_row(piece) for piece in content.evidence)
    return Grid(EVIDENCE_HEAD, rows, EVIDENCE_WEIGHTS, EVIDENCE, numbers_from=3)


def evidence_row(piece: Evidence) -> Sequence[str]:
    """Return a line of the appendix: what, where, when, how much, over what, from which data."""
    where = f"{piece.area_name}·{piece.where}" if piece.where else piece.area_name
    return (
        piece.name,
        where,
        piece.period.replace("..", "至"),
        figure(piece.value, piece.unit, piece.decimals),
        _part(piece.numerator),
        _part(piece.denominator),
        str(piece.data_version),
    )


def _part(value: float | None) -> str:
    is_whole = value is not None and float(value).is_integer()
    return figure(value, "", 0 if is_whole else 2)


def _set_properties(document: Document, content: BriefingContent) -> None:
    issued = dt.datetime.combine(dt.date.fromisoformat(content.issued), dt.time())
    properties = document.core_properties
    properties.title = f"{content.city} {content.masthead} {content.week}"
    properties.author = properties.last_modified_by = content.publisher
    properties.created = properties.modified = issued
    properties.comments = f"{DEMO_LABEL} " * content.is_demo + content.content_hash
