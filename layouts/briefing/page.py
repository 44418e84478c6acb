"""Word building blocks python-docx has no words for: fonts of East Asian runs, fields, borders."""

from __future__ import annotations

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt, RGBColor
from docx.styles.style import CharacterStyle, ParagraphStyle
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from layouts.briefing.ink import BODY, HEI, KAI, SONG, TITLE

LATIN = "Times New Roman"
STAND_INS = ((BODY, "仿宋"), (KAI, "楷体"), (TITLE, "华文中宋"), (HEI, "SimHei"), (SONG, "SimSun"))
"""Fonts a machine may lack, and what Word should take instead."""
_THEME = ("asciiTheme", "eastAsiaTheme", "hAnsiTheme", "cstheme")


def element(tag: str, **attributes: object) -> BaseOxmlElement:
    """Return a WordprocessingML element such as ``w:snapToGrid``.

    Args:
        tag: with its prefix.
        attributes: without prefix; written as ``w:name``.
    """
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def set_font(
    target: CharacterStyle | Run, font: str, size: float, *, color: str = "", bold: bool = False
) -> None:
    """Set the fonts of a style or run: one for Latin letters, one for Chinese."""
    target.font.name, target.font.size, target.font.bold = LATIN, Pt(size), bold
    if color:
        target.font.color.rgb = RGBColor.from_string(color)
    fonts = target.font.element.get_or_add_rPr().rFonts
    for name in ("hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), LATIN)
    fonts.set(qn("w:eastAsia"), font)
    for name in _THEME:
        fonts.attrib.pop(qn(f"w:{name}"), None)


def add_comment_styles(document: Document) -> None:
    """Define the styles that comments name, where a document lacks them."""
    known = {style.style_id for style in document.styles}
    for name, kind in (
        ("annotation text", WD_STYLE_TYPE.PARAGRAPH),
        ("annotation reference", WD_STYLE_TYPE.CHARACTER),
    ):
        id_ = name.title().replace(" ", "").replace("Annotation", "Comment")
        if id_ in known:
            continue
        style = document.styles.add_style(name, kind, builtin=True)
        style.element.set(qn("w:styleId"), id_)
        set_font(style, SONG, 9)


def add_properties(holder: BaseOxmlElement, made: BaseOxmlElement, order: tuple[str, ...]) -> None:
    """Put a property where the schema wants it: before the first of ``order`` that is there."""
    holder.insert_element_before(made, *order)


def set_indent(style: ParagraphStyle, chars: int, size: float) -> None:
    """Set the first-line indent in hundredths of a character, with its length as a stand-in."""
    properties = style.element.get_or_add_pPr()
    for old in properties.findall(qn("w:ind")):
        properties.remove(old)
    twips = int(chars / 100 * size * 20)
    add_properties(properties, element("w:ind", firstLineChars=chars, firstLine=twips),
        ("w:contextualSpacing", "w:mirrorIndents", "w:jc", "w:outlineLvl"))  # fmt: skip


def set_borders(table: Table, **lines: tuple[int, str]) -> None:
    """Set a table's lines by side: eighths of a point and colour; the others are none."""
    borders = element("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        size, color = lines.get(side, (0, "auto"))
        value = "single" if size else "nil"
        borders.append(element(f"w:{side}", val=value, sz=size, space=0, color=color))
    properties = table._tbl.tblPr
    for old in properties.findall(qn("w:tblBorders")):
        properties.remove(old)
    add_properties(properties, borders, ("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook"))


def set_margins(table: Table, twips: int) -> None:
    """Set the space left and right of the text in a table's cells."""
    margins = element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(element(f"w:{side}", w=twips, type="dxa"))
    add_properties(table._tbl.tblPr, margins, ("w:tblLook",))


def add_rule(style: ParagraphStyle, color: str, eighths: int) -> None:
    """Draw a line below every paragraph of a style."""
    borders = element("w:pBdr")
    borders.append(element("w:bottom", val="single", sz=eighths, space=6, color=color))
    add_properties(style.element.get_or_add_pPr(), borders,
        ("w:shd", "w:tabs", "w:snapToGrid", "w:spacing", "w:ind", "w:jc"))  # fmt: skip


def add_page_number(paragraph: Paragraph) -> None:
    """Write ``— 1 —`` with a page field, 四号 宋体."""
    for text in ("— ", None, " —"):
        run = paragraph.add_run(text or "")
        set_font(run, SONG, 14)
        if text is None:
            for kind in ("begin", "instr", "end"):
                if kind == "instr":
                    field = element("w:instrText")
                    field.text = " PAGE "
                else:
                    field = element("w:fldChar", fldCharType=kind)
                run._r.append(field)
