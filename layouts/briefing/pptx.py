"""The weekly for the Monday meeting: one slide a finding, native charts, evidence in the notes."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree  # type: ignore[import-untyped]
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.parts.chart import ChartPart
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide
from pptx.table import _Cell
from pptx.text.text import TextFrame
from pptx.util import Mm, Pt

from layouts.briefing.chart import alt_text, native_chart
from layouts.briefing.drawing import height_mm
from layouts.briefing.ink import FAINT, INK, MEASURE, RED, SHADE, SLIDES
from layouts.briefing.manuscript import Chapter, Figure, Manuscript, Table, proof_line
from layouts.briefing.sentences import cell, phrase
from metrics.briefing.content import ChartSpec, Evidence, Fact, PictureSpec, Slot

WIDE, TALL = 338.67, 190.5
"""Millimetres of a slide, sixteen to nine."""
EDGE, TOP, FOOT = 10.0, 26.0, 180.0
BESIDE, ALONE = 260, 620
"""Characters a slide holds beside a drawing, and without one."""
CARDS, LEAST_CARDS = 6, 4
ROWS = 14
"""Lines of a table on one slide."""
_CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_GROWN = 1.35
"""Labels of a chart on a slide are read from the end of a table."""
Told = tuple[Fact, str]
Draw = Callable[[PictureSpec], bytes]


@dataclass(frozen=True)
class _Page:
    """What one slide shows."""

    title: str
    told: Sequence[Told]
    figure: Figure | None = None


def write_pptx(said: Manuscript, path: Path, draw: Draw) -> Path:
    """Write the slides of a briefing and return the path.

    Args:
        said: what is written.
        path: where to; folders are made.
        draw: turns a map or calendar into PNG bytes.
    """
    deck = Presentation()
    deck.slide_width, deck.slide_height = Mm(WIDE), Mm(TALL)
    make = _Slides(deck, said, draw)
    make.cover()
    for chapter in said.chapters:
        make.chapter(chapter)
    _set_properties(deck, said)
    path.parent.mkdir(parents=True, exist_ok=True)
    deck.save(str(path))
    return path


class _Slides:
    """Adds slides in the one look they share."""

    def __init__(self, deck: Deck, said: Manuscript, draw: Draw) -> None:
        self._deck, self._said, self._draw = deck, said, draw
        self._pieces = {piece.id: piece for piece in said.content.evidence}

    def cover(self) -> None:
        """Add the first slide."""
        said, content = self._said, self._said.content
        slide = self._slide(f"{content.masthead}{said.issue}", is_bar=False)
        self._band(slide, 0, 62, 6, RED)
        _write(_box(slide, EDGE + 10, 75, WIDE - 40, 24), [content.title], 34, bold=True)
        _write(_box(slide, EDGE + 10, 100, WIDE - 40, 14), [said.span.strip("（）")], 22)
        lines = [f"{content.publisher}　{said.issued}"]
        _write(_box(slide, EDGE + 10, 120, WIDE - 40, 14), lines, 18, ink=FAINT)

    def chapter(self, chapter: Chapter) -> None:
        """Add the slides of a section: drawings with what is said beside them, then tables."""
        pages = _pages(chapter)
        tables = list(chapter.tables)
        if chapter.id == "overview" and tables:
            self._overview(chapter, tables.pop(0))
            pages = []
        for page in pages:
            self._page(page)
        for table in tables:
            self._table(chapter, table)

    def _overview(self, chapter: Chapter, table: Table) -> None:
        slide = self._slide(_bare(chapter.title))
        self._cards(slide, [row[:3] for row in table.spec.rows])
        self._say(slide, chapter.sentences, EDGE, TOP + 42, WIDE - 2 * EDGE, 110)

    def _cards(self, slide: Slide, rows: Sequence[Sequence[Slot]]) -> None:
        """Add a row of cards, each from a name, an amount and, where it is known, its change."""
        wide = (WIDE - 2 * EDGE - 5 * 4) / CARDS
        for number, row in enumerate(rows[:CARDS]):
            name, amount = (cell(slot) for slot in row[:2])
            left = EDGE + number * (wide + 4)
            self._band(slide, left, TOP, 36, SHADE, wide=wide)
            _write(_box(slide, left, TOP + 2, wide, 10), [name], 13, ink=FAINT, center=True)
            _write(_box(slide, left, TOP + 11, wide, 14), [amount], 24, bold=True, center=True)
            line = phrase(row[2]) if len(row) > 2 and row[2].number is not None else ""
            _write(_box(slide, left, TOP + 25, wide, 9), [line], 12, center=True)

    def _page(self, page: _Page) -> None:
        slide = self._slide(page.title)
        if page.figure is None:
            cards = _told_cards(page.told)
            down = 42 if cards else 0
            self._cards(slide, cards)
            self._say(slide, page.told, EDGE, TOP + down, WIDE - 2 * EDGE, FOOT - TOP - down)
            return
        self._figure(slide, page.figure, is_alone=not page.told)
        self._say(slide, page.told, 222, TOP, WIDE - 222 - EDGE, FOOT - TOP)

    def _figure(self, slide: Slide, figure: Figure, *, is_alone: bool) -> None:
        room, tall = WIDE - 2 * EDGE if is_alone else 206.0, FOOT - TOP - 4
        spec = figure.spec
        if isinstance(spec, ChartSpec):
            self._chart(slide, spec, room, tall)
            return
        scale = min(room / MEASURE, tall / height_mm(spec))
        shown = slide.shapes.add_picture(
            io.BytesIO(self._draw(spec)), Mm(EDGE + (room - MEASURE * scale) / 2), Mm(TOP),
            width=Mm(MEASURE * scale),
        )  # fmt: skip
        shown._element.nvPicPr.cNvPr.set("descr", alt_text(spec))

    def _chart(self, slide: Slide, spec: ChartSpec, wide: float, tall: float) -> None:
        xml, workbook = native_chart(spec)
        package = slide.part.package
        name = package.next_partname(ChartPart.partname_template)
        part = ChartPart.load(name, _CHART, package, _for_slides(xml))
        part.chart_workbook.update_from_xlsx_blob(workbook)
        link = slide.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
        frame = slide.shapes._add_chart_graphicFrame(link, Mm(EDGE), Mm(TOP), Mm(wide), Mm(tall))
        frame.nvGraphicFramePr.cNvPr.set("descr", alt_text(spec))

    def _table(self, chapter: Chapter, table: Table) -> None:
        parts = [table.rows[at : at + ROWS] for at in range(0, len(table.rows), ROWS)]
        for number, rows in enumerate(parts, start=1):
            more = f"（{number}／{len(parts)}）" if len(parts) > 1 else ""
            slide = self._slide(f"{_bare(chapter.title)}　{table.spec.caption}{more}")
            shape = slide.shapes.add_table(
                len(rows) + 1, len(table.spec.head), Mm(EDGE), Mm(TOP), Mm(WIDE - 2 * EDGE),
                Mm(10 * (len(rows) + 1)),
            )  # fmt: skip
            total = sum(table.spec.weights)
            for column, weight in enumerate(table.spec.weights):
                shape.table.columns[column].width = Mm((WIDE - 2 * EDGE) * weight / total)
            for row, texts in enumerate((table.spec.head, *rows)):
                for column, text in enumerate(texts):
                    _set_cell(shape.table.cell(row, column), text, row, column)

    def _slide(self, title: str, *, is_bar: bool = True) -> Slide:
        slide = self._deck.slides.add_slide(self._deck.slide_layouts[5])
        head = slide.shapes.title
        if is_bar:
            self._band(slide, 0, 0, 19, INK[0], wide=WIDE)
        head.left, head.top, head.width = Mm(EDGE), Mm(2 if is_bar else 38), Mm(WIDE - 2 * EDGE)
        head.height = Mm(15 if is_bar else 20)
        slide.shapes._spTree.append(head._element)  # above the band
        ink = "#FFFFFF" if is_bar else RED
        _write(head.text_frame, [title], 24 if is_bar else 40, bold=True, ink=ink)
        head.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        said = self._said
        note = "　".join(filter(None, (said.demo_label, said.version_line)))
        _write(_box(slide, EDGE, FOOT + 2, WIDE - 2 * EDGE, 7), [note], 9, ink=FAINT)
        return slide

    def _band(
        self, slide: Slide, left: float, top: float, tall: float, ink: str, *, wide: float = WIDE
    ) -> None:
        shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Mm(left), Mm(top), Mm(wide), Mm(tall))
        shape.fill.solid()
        shape.fill.fore_color.rgb = _rgb(ink)
        shape.line.fill.background()
        shape.shadow.inherit = False

    def _say(
        self, slide: Slide, told: Sequence[Told], left: float, top: float, wide: float, tall: float
    ) -> None:
        if not told:
            return
        # How full the box is decides how large the letters may be.
        share = sum(len(text) for _, text in told) / (ALONE if wide > 200 else BESIDE)
        size = 24 if share < 0.3 else 20 if share < 0.6 else 16
        _write(_box(slide, left, top, wide, tall), [text for _, text in told], size, gap=8)
        found: list[Evidence] = []
        for fact, _ in told:
            found += [self._pieces[id_] for id_ in fact.evidence if id_ in self._pieces]
        lines = list(dict.fromkeys(proof_line(piece) for piece in found))
        if lines:
            slide.notes_slide.notes_text_frame.text = "\n".join(["数据依据", *lines])


def _pages(chapter: Chapter) -> list[_Page]:
    """Return the slides of a section: its sentences in order, as many as there is room for."""
    left, figures = list(chapter.sentences), list(chapter.figures)
    pages: list[_Page] = []
    while left or figures:
        figure = figures.pop(0) if figures else None
        room = BESIDE if figure else ALONE
        told: list[Told] = []
        while left and (not told or sum(len(t) for _, t in told) + len(left[0][1]) <= room):
            told.append(left.pop(0))
        caption = f"　{figure.spec.caption}" if figure else ""
        pages.append(_Page(_bare(chapter.title) + caption, told, figure))
    return pages


def _told_cards(told: Sequence[Told]) -> list[tuple[Slot, ...]]:
    """Return what sentences enumerate: names with their amounts and changes, if they are many."""
    found: list[tuple[Slot, ...]] = []
    for fact, _ in told:
        slots = [*fact.slots, None]
        for name, amount, change in zip(slots, slots[1:], slots[2:], strict=False):
            if name is None or amount is None or (name.kind, amount.kind) != ("words", "amount"):
                continue
            is_changed = change is not None and change.kind in ("change", "points")
            found.append((name, amount, change) if change and is_changed else (name, amount))
    return found if len(found) >= LEAST_CARDS else []


def _bare(title: str) -> str:
    return title.partition("、")[2] or title


def _rgb(ink: str) -> RGBColor:
    return RGBColor.from_string(ink.lstrip("#"))


def _box(slide: Slide, left: float, top: float, wide: float, tall: float) -> TextFrame:
    return slide.shapes.add_textbox(Mm(left), Mm(top), Mm(wide), Mm(tall)).text_frame


def _write(
    frame: TextFrame, lines: Sequence[str], size: float, *, bold: bool = False,
    ink: str = "#222222", center: bool = False, gap: float = 0,
) -> None:  # fmt: skip
    frame.word_wrap = True
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.CENTER if center else PP_ALIGN.LEFT
        paragraph.space_after = Pt(gap)
        run = paragraph.add_run()
        run.text = line
        run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, _rgb(ink)
        run.font.name = SLIDES
        # Without its own face, Chinese text falls back to whatever the theme names.
        asian = run._r.get_or_add_rPr().makeelement(qn("a:ea"), {"typeface": SLIDES})
        run._r.get_or_add_rPr().append(asian)


def _set_cell(cell_: _Cell, text: str, row: int, column: int) -> None:
    cell_.fill.solid()
    cell_.fill.fore_color.rgb = _rgb(SHADE if row == 0 else "#FFFFFF")
    cell_.margin_top = cell_.margin_bottom = Mm(1)
    _write(cell_.text_frame, [text], 12, bold=row == 0, center=row == 0)
    if row and column:
        cell_.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT


def _for_slides(xml: bytes) -> bytes:
    """Return a chart part with larger letters, and without its link, which is made anew."""
    root = etree.fromstring(xml)
    space = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
    for link in root.findall(f"{space}externalData"):
        root.remove(link)
    for holder in root.iter():
        size = holder.get("sz")
        if size and size.isdigit():
            holder.set("sz", str(round(int(size) * _GROWN / 100) * 100))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)  # type: ignore[no-any-return]


def _set_properties(deck: Deck, said: Manuscript) -> None:
    content = said.content
    issued = dt.datetime.combine(dt.date.fromisoformat(content.issued), dt.time())
    properties = deck.core_properties
    properties.title = f"{content.city} {content.masthead} {content.week}"
    properties.author = properties.last_modified_by = content.publisher
    properties.created = properties.modified = issued
    properties.comments = f"{said.demo_label} {content.content_hash}".strip()
