"""The Word template of the weekly: an A4 page after GB/T 9704, with tags that docxtpl fills.

Built by code, so it can be read and compared; ``write_template`` gives staff a copy to edit in
Word or WPS. Charts and tables come in after the tags are filled, at the paragraphs that hold
their marks, in the styles named here.
"""

from __future__ import annotations

import functools
import io
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from layouts.briefing import ink
from layouts.briefing.ink import BODY, HEI, KAI, MEASURE, TITLE
from layouts.briefing.page import (
    STAND_INS,
    add_page_number,
    add_properties,
    add_rule,
    element,
    set_borders,
    set_font,
    set_indent,
)

RED = ink.RED.lstrip("#")
LINE = 28.95
"""Points: 22 lines on 225 mm."""
PITCH = 579
"""The same in twips, for the document grid."""
TEXT_WIDTH = MEASURE
MASTHEAD, ISSUE, DEMO, ISSUER = "周报红头", "周报期号", "周报演示", "周报署名"
HEADLINE, SUBTITLE, FIGURE, CAPTION = "周报标题", "周报副题", "周报图表", "周报图题"
TABLE_TEXT, TABLE_HEAD, EVIDENCE, COLOPHON = "周报表格", "周报表头", "周报依据", "周报版记"
STYLES = (FIGURE, CAPTION, TABLE_TEXT, TABLE_HEAD, EVIDENCE)
"""Paragraph styles that drawing needs; a template of one's own keeps them."""
_SECOND_STYLES = "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects"
_AFTER_SNAP = (
    "w:spacing",
    "w:ind",
    "w:contextualSpacing",
    "w:mirrorIndents",
    "w:jc",
    "w:outlineLvl",
)
_AFTER_AUTO = ("w:bidi", "w:adjustRightInd", "w:snapToGrid", *_AFTER_SNAP)


@functools.cache
def template_bytes() -> bytes:
    """Return the built-in template as a .docx file."""
    document = docx.Document()
    _drop_second_styles(document)
    _set_page(document)
    _set_styles(document)
    _set_stand_ins(document)
    _write_tags(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def write_template(path: Path) -> None:
    """Write a copy of the built-in template for a person to edit."""
    path.write_bytes(template_bytes())


def _drop_second_styles(document: Document) -> None:
    """Leave out the second copy of the styles: it contradicts ours, and Word would mend that."""
    links = document.part.rels
    for key in [key for key, link in links.items() if link.reltype == _SECOND_STYLES]:
        del links[key]


def _set_page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance, section.header_distance = Mm(24), Mm(20)
    # Of type "lines" only: the character grid of the usual recipe makes other readers spread
    # every character and double the rows of tables.
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    section._sectPr.append(element("w:docGrid", type="lines", linePitch=PITCH))
    document.settings.odd_and_even_pages_header_footer = True
    sides = (
        (section.footer, section.header, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, section.even_page_header, WD_ALIGN_PARAGRAPH.LEFT),
    )
    for footer, header, side in sides:
        number, note = footer.paragraphs[0], header.paragraphs[0]
        number.alignment = note.alignment = side
        number.paragraph_format.left_indent = number.paragraph_format.right_indent = Pt(14)
        number.paragraph_format.first_line_indent = Pt(0)
        add_page_number(number)
        note.paragraph_format.first_line_indent = Pt(0)
        set_font(note.add_run("{{ demo_label }}"), HEI, 10.5, color=RED)


def _set_styles(document: Document) -> None:
    normal = document.styles["Normal"]
    set_font(normal, BODY, 16)
    _set_paragraph(normal, 16)
    # 28 characters on a line of 156 mm.
    spacing = element("w:spacing", val=-4)
    add_properties(normal.element.get_or_add_rPr(), spacing,
        ("w:w", "w:kern", "w:position", "w:sz", "w:szCs"))  # fmt: skip
    for tag in ("w:autoSpaceDE", "w:autoSpaceDN"):
        add_properties(normal.element.get_or_add_pPr(), element(tag, val=0), _AFTER_AUTO)
    for name, font in (("Heading 1", HEI), ("Heading 2", KAI)):
        set_font(document.styles[name], font, 16, color="000000")
        _set_paragraph(document.styles[name], 16, keep=True)
    left, center, both = (
        WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY,
    )  # fmt: skip
    rows: tuple[tuple[str, str, float, str, float | None, WD_ALIGN_PARAGRAPH], ...] = (
        (DEMO, HEI, 14, RED, 22, center),
        (MASTHEAD, TITLE, 44, RED, None, center),
        (ISSUE, BODY, 16, "000000", LINE, center),
        (ISSUER, BODY, 16, "000000", LINE, left),
        (HEADLINE, TITLE, 22, "000000", 33, center),
        (SUBTITLE, KAI, 16, "000000", LINE, center),
        (FIGURE, BODY, 16, "000000", None, center),
        (CAPTION, HEI, 12, "000000", 22, center),
        (TABLE_TEXT, BODY, 12, "000000", 18, left),
        (TABLE_HEAD, HEI, 12, "000000", 18, center),
        (EVIDENCE, BODY, 8, "000000", 11, left),
        (COLOPHON, BODY, 14, "000000", 24, both),
    )
    for name, font, size, color, line, side in rows:
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        set_font(style, font, size, color=color)
        _set_paragraph(style, size, line=line, indent=0, side=side)
        if line != LINE:  # the grid would stretch any other line to two of its own
            add_properties(
                style.element.get_or_add_pPr(), element("w:snapToGrid", val=0), _AFTER_SNAP
            )
    document.styles[HEADLINE].paragraph_format.space_before = Pt(14)
    document.styles[SUBTITLE].paragraph_format.space_after = Pt(10)
    document.styles[FIGURE].paragraph_format.keep_with_next = True
    add_rule(document.styles[ISSUER], RED, 18)


def _set_paragraph(
    style: ParagraphStyle,
    size: float,
    *,
    line: float | None = LINE,
    indent: int = 200,
    side: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY,
    keep: bool = False,
) -> None:
    form = style.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule = WD_LINE_SPACING.EXACTLY if line else WD_LINE_SPACING.SINGLE
    if line:
        form.line_spacing = Pt(line)
    form.alignment = side
    form.keep_with_next = keep
    set_indent(style, indent, size)


def _set_stand_ins(document: Document) -> None:
    """Name what replaces a font the reader's machine lacks."""
    part = next(
        relation.target_part
        for relation in document.part.rels.values()
        if relation.reltype == RELATIONSHIP_TYPE.FONT_TABLE
    )
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in STAND_INS
    )
    part._blob = part.blob.replace(b"</w:fonts>", fonts.encode() + b"</w:fonts>")


def _write_tags(document: Document) -> None:
    def add(text: str, style: str | None = None) -> Paragraph:
        return document.add_paragraph(text, style=style)

    add("{%p if is_demo %}")
    add("{{ demo_note }}", DEMO)
    add("{%p endif %}")
    add("{{ masthead }}", MASTHEAD)
    add("{{ issue }}", ISSUE)
    issuer = add("{{ publisher }}\t{{ issued }}", ISSUER)
    issuer.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    add("{{ title }}", HEADLINE)
    add("{{ span }}", SUBTITLE)
    add("{%p for section in sections %}")
    add("{{ section.title }}", "Heading 1")
    add("{%p for sentence in section.sentences %}")
    add("{{ sentence }}")
    add("{%p endfor %}")
    add("{%p for chart in section.charts %}")
    add("{{ chart.mark }}", FIGURE)
    add("{{ chart.caption }}", CAPTION)
    add("{%p endfor %}")
    add("{%p for table in section.tables %}")
    caption = add("{{ table.caption }}", CAPTION)
    caption.paragraph_format.keep_with_next = True
    add("{{ table.mark }}", TABLE_TEXT)
    add("{%p endfor %}")
    add("{%p endfor %}")
    appendix = add("{{ evidence.title }}", "Heading 1")
    appendix.paragraph_format.page_break_before = True
    add("{{ evidence.mark }}", EVIDENCE)
    _write_colophon(document)


def _write_colophon(document: Document) -> None:
    document.add_paragraph(style=TABLE_TEXT)
    table = document.add_table(rows=2, cols=1)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    thick, thin = (8, "000000"), (6, "000000")
    set_borders(table, top=thick, bottom=thick, insideH=thin)
    lines = ("{{ version_line }}", "{{ publisher }}\t{{ issued }}印发")
    for row, text in zip(table.rows, lines, strict=True):
        paragraph = row.cells[0].paragraphs[0]
        paragraph.text, paragraph.style = text, COLOPHON
        paragraph.paragraph_format.tab_stops.add_tab_stop(
            Mm(TEXT_WIDTH - 4), WD_TAB_ALIGNMENT.RIGHT
        )
