"""The tables of the weekly as a workbook: numbers as numbers, each beside what it stands on.

Text from the data is written as text, never as a formula or link: a street called ``=1+1`` stays
one, also after the sheet has been saved as CSV and opened again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from layouts.briefing.chart import add_chart
from layouts.briefing.ink import HEI, INK, LIGHT_WORDS, LIGHTS, LINE, SHADE
from layouts.briefing.manuscript import Manuscript, proof_line
from metrics.briefing.content import ChartSpec, Evidence, Slot, TableSpec
from metrics.briefing.edition import edition_of

HEADLINES, TRENDS, RANKING, CHARTS, TEXT, PROOF = (
    "指标", "走势", "街镇排名", "图表", "正文", "数据依据",
)  # fmt: skip
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet read a text as a formula."""
FACE = "宋体"
HEADLINE_HEAD = ("环比", "去年同期", "同比", "目标", "状态", "近期走势")
PROOF_HEAD = (
    "编号", "指标", "区域", "条件", "期间", "数值", "单位", "分子", "分母", "上期", "同期",
    "数据版本",
)  # fmt: skip
TEXT_HEAD = ("部分", "句子", "依据", "改动")
_TARGET_SIGNS = {">=": "≥", "<=": "≤", ">": "＞", "<": "＜"}


class _Book:
    """A workbook with the few formats all its sheets use."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}

    def look(self, **said: object) -> Format:
        """Return a format; the same words give the same one."""
        key = tuple(sorted(said.items()))
        if key not in self._formats:
            plain = {"font_name": FACE, "font_size": 11, "valign": "vcenter", "border": 1,
                "border_color": "#BFC7D1"}  # fmt: skip
            self._formats[key] = self.book.add_format({**plain, **said})
        return self._formats[key]

    def head(self) -> Format:
        """Return the look of a heading cell."""
        return self.look(font_name=HEI, bg_color=SHADE, align="center", text_wrap=True)

    def text(self, sheet: Worksheet, row: int, column: int, text: str, **said: object) -> None:
        """Write a text that stays a text."""
        guard = {"quote_prefix": True} if text.startswith(RISKY) else {}
        sheet.write_string(row, column, text, self.look(**said, **guard))

    def value(
        self, sheet: Worksheet, row: int, column: int, value: float | None, shape: str,
        **said: object,
    ) -> None:  # fmt: skip
        """Write a number, a dash where there is none."""
        if value is None:
            sheet.write_string(row, column, "—", self.look(align="right", **said))
        else:
            sheet.write_number(row, column, value, self.look(num_format=shape, **said))

    def sheet(self, name: str, said: Manuscript, *, wide: Sequence[float]) -> Worksheet:
        """Return a new sheet, set for printing across."""
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_header(f'&R&"{HEI}"&K{LINE[1:]}{said.demo_label}')
        sheet.set_footer(f"&L{said.version_line}&R— &P —")
        for column, width in enumerate(wide):
            sheet.set_column(column, column, width)
        return sheet


def write_xlsx(said: Manuscript, path: Path) -> Path:
    """Write the tables, charts, sentences and evidence of a briefing and return the path.

    Args:
        said: what is written.
        path: where to; folders are made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    content = said.content
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as made:
        issued = dt.datetime.combine(dt.date.fromisoformat(content.issued), dt.time())
        made.set_properties({
            "title": f"{content.city} {content.masthead} {content.week}",
            "author": content.publisher, "created": issued,
            "comments": f"{said.demo_label} {content.content_hash}".strip(),
        })  # fmt: skip
        made.set_size(24_000, 14_000)
        book = _Book(made)
        pieces = {piece.id: piece for piece in content.evidence}
        _headlines(book, said, pieces)
        for chapter in said.chapters:
            for table in chapter.tables:
                if table.spec.id == "areas":
                    _ranking(book, said, table.spec, pieces)
        _charts(book, said)
        _sentences(book, said, pieces)
        _proof(book, said)
        _trends(book, said)
    return path


def number_shape(unit: str, decimals: int | None) -> str:
    """Return the number format of a value, its unit left out unless it is the per-cent sign."""
    digits = "0" if not decimals else "0." + "0" * decimals
    return f'{digits}"%"' if unit == "%" else digits


def change_shape(unit: str) -> str:
    """Return the number format of a change: its direction as a sign, without a judgement."""
    tail = '0.0"个百分点"' if unit == "%" else "0.0%"
    return f"▲{tail};▼{tail};{tail}"


def _headlines(book: _Book, said: Manuscript, pieces: Mapping[str, Evidence]) -> None:
    content = said.content
    sheet = book.sheet(HEADLINES, said, wide=(24, 9, 11, 11, 14, 11, 14, 9, 8, 26))
    title = book.look(font_name=HEI, font_size=16, border=0)
    quiet = book.look(border=0, font_color="#6B7684")
    sheet.write_string(0, 0, f"{content.title}{said.span}", title)
    sheet.write_string(
        1, 0, "　".join(filter(None, (content.masthead + said.issue, content.publisher,
        said.issued, said.demo_label))), quiet,
    )  # fmt: skip
    kind = edition_of(content.week)
    head = ("指标", "单位", kind.this, kind.prior, *HEADLINE_HEAD)
    for column, name in enumerate(head):
        sheet.write_string(3, column, name, book.head())
    sheet.set_row(0, 26)
    for row, trend in enumerate(content.trends, start=4):
        piece = pieces[trend.evidence[-1]]
        shape = number_shape(piece.unit, piece.decimals)
        sheet.set_row(row, 24)
        book.text(sheet, row, 0, piece.name)
        book.text(sheet, row, 1, piece.unit, align="center")
        book.value(sheet, row, 2, piece.value, shape, bold=True)
        book.value(sheet, row, 3, piece.previous, shape)
        book.value(sheet, row, 4, piece.change, change_shape(piece.unit))
        book.value(sheet, row, 5, piece.year_ago, shape)
        book.value(sheet, row, 6, piece.year_change, change_shape(piece.unit))
        book.text(sheet, row, 7, target_text(piece.target, piece.unit), align="center")
        _light(book, sheet, row, 8, piece.light)
        sheet.write_blank(row, 9, None, book.look())
        source = f"'{TRENDS}'!{xl_range_abs(1, row - 3, len(trend.weeks), row - 3)}"
        sheet.add_sparkline(row, 9, {
            "range": source, "series_color": INK[0], "last_point": True, "last_color": LINE,
            "markers": False, "show_hidden": True,
        })  # fmt: skip
    sheet.freeze_panes(4, 1)
    sheet.repeat_rows(3)


def target_text(rule: str, unit: str) -> str:
    """Return a target rule as people write it; rules of comparison stay as they are.

    Example:
        >>> target_text(">=95", "%"), target_text("", "")
        ('≥95%', '')
    """
    for sign, shown in _TARGET_SIGNS.items():
        if rule.startswith(sign):
            return f"{shown}{rule.removeprefix(sign)}{unit if unit == '%' else ''}"
    return rule


def _light(book: _Book, sheet: Worksheet, row: int, column: int, light: str) -> None:
    word = LIGHT_WORDS.get(light, "")
    ink = {"bg_color": LIGHTS[light], "font_color": "#FFFFFF"} if light in LIGHTS else {}
    book.text(sheet, row, column, word, align="center", **ink)


def _trends(book: _Book, said: Manuscript) -> None:
    trends = said.content.trends
    names = {piece.id: piece for piece in said.content.evidence}
    sheet = book.sheet(TRENDS, said, wide=(12, *(13 for _ in trends)))
    sheet.write_string(0, 0, "时段", book.head())
    for column, trend in enumerate(trends, start=1):
        piece = names[trend.evidence[-1]]
        sheet.write_string(0, column, f"{piece.name}（{piece.unit}）", book.head())
        for row, (name, value) in enumerate(zip(trend.weeks, trend.values, strict=True), start=1):
            if column == 1:
                book.text(sheet, row, 0, name)
            if value is None:  # a gap: a dash would be drawn as nought
                sheet.write_blank(row, column, None, book.look())
            else:
                book.value(sheet, row, column, value, number_shape(piece.unit, piece.decimals))
    sheet.freeze_panes(1, 1)


def _ranking(
    book: _Book, said: Manuscript, spec: TableSpec, pieces: Mapping[str, Evidence]
) -> None:
    sheet = book.sheet(RANKING, said, wide=(7, 18, *(15 for _ in spec.head[1:])))
    for column, name in enumerate(("名次", *spec.head)):
        sheet.write_string(0, column, name, book.head())
    sheet.set_row(0, 32)
    # The last rows are what no area holds, where there is any, and the total.
    ranked = [row for row in spec.rows[:-1] if row[0].text != "未归属"]
    amounts = [row[1].number or 0.0 for row in ranked]
    last = len(ranked)
    for number, row in enumerate(spec.rows, start=1):
        is_ranked = number <= last
        if is_ranked and row[1].number is not None:
            place = 1 + sum(amount > row[1].number for amount in amounts)
            formula = f"=RANK(C{number + 1},$C$2:$C${last + 1})"
            sheet.write_formula(number, 0, formula, book.look(align="center"), place)
        else:
            sheet.write_blank(number, 0, None, book.look())
        bold = {} if number < len(spec.rows) else {"bold": True, "bg_color": SHADE}
        book.text(sheet, number, 1, row[0].text, **bold)
        for column, slot in enumerate(row[1:], start=2):
            _slot(book, sheet, number, column, slot, pieces, bold)
    sheet.conditional_format(1, 2, last, 2, {
        "type": "data_bar", "bar_color": INK[1], "bar_solid": True, "min_type": "num",
        "min_value": 0,
    })  # fmt: skip
    sheet.autofilter(0, 0, last, len(spec.head))
    sheet.freeze_panes(1, 2)
    sheet.repeat_rows(0)


def _slot(
    book: _Book, sheet: Worksheet, row: int, column: int, slot: Slot,
    pieces: Mapping[str, Evidence], look: Mapping[str, object],
) -> None:  # fmt: skip
    piece = pieces.get(slot.evidence[0]) if slot.evidence else None
    unit = piece.unit if piece else slot.unit
    if slot.kind in ("change", "points"):
        book.value(sheet, row, column, slot.number, change_shape(unit), **look)
        return
    ink = {"font_color": LIGHTS[piece.light]} if piece and piece.light in LIGHTS else {}
    book.value(sheet, row, column, slot.number, number_shape(unit, slot.decimals), **look, **ink)


def _charts(book: _Book, said: Manuscript) -> None:
    specs = [(one.caption, one.spec) for chapter in said.chapters for one in chapter.figures]
    charts = [(caption, spec) for caption, spec in specs if isinstance(spec, ChartSpec)]
    if not charts:
        return
    sheet = book.sheet(CHARTS, said, wide=(18, 14, 14))
    row = 0
    for caption, spec in charts:
        sheet.write_string(row, 0, caption, book.look(font_name=HEI, border=0))
        add_chart(book.book, sheet, spec, row + 1, book.head())
        row += max(20, len(spec.categories) + 4)


def _sentences(book: _Book, said: Manuscript, pieces: Mapping[str, Evidence]) -> None:
    sheet = book.sheet(TEXT, said, wide=(18, 70, 70, 24))
    for column, name in enumerate(TEXT_HEAD):
        sheet.write_string(0, column, name, book.head())
    row = 1
    for chapter in said.chapters:
        for fact, text in chapter.sentences:
            proof = "\n".join(proof_line(pieces[id_]) for id_ in fact.evidence if id_ in pieces)
            changed = [f"{slot.text}：{slot.reason}" for slot in fact.slots if slot.reason]
            notes = "\n".join([*([f"改动人：{fact.author}"] if fact.author else []), *changed])
            for column, cell in enumerate((chapter.title, text, proof, notes)):
                book.text(sheet, row, column, cell, text_wrap=True, valign="top")
            row += 1
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)


def _proof(book: _Book, said: Manuscript) -> None:
    sheet = book.sheet(PROOF, said, wide=(46, 20, 14, 14, 24, 12, 8, 12, 12, 12, 12, 9))
    for column, name in enumerate(PROOF_HEAD):
        sheet.write_string(0, column, name, book.head())
    for row, piece in enumerate(said.content.evidence, start=1):
        texts: dict[int, str] = {
            0: piece.id, 1: piece.name, 2: piece.area_name, 3: piece.where,
            4: piece.period.replace("..", "至"), 6: piece.unit,
        }  # fmt: skip
        numbers: dict[int, Any] = {
            5: piece.value, 7: piece.numerator, 8: piece.denominator, 9: piece.previous,
            10: piece.year_ago, 11: piece.data_version,
        }  # fmt: skip
        for column, text in texts.items():
            book.text(sheet, row, column, text)
        for column, number in numbers.items():
            book.value(sheet, row, column, number, "General")
    last = max(1, len(said.content.evidence))
    sheet.autofilter(0, 0, last, len(PROOF_HEAD) - 1)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_column(0, 0, 46, None, {"level": 1})
    sheet.print_area(f"A1:{xl_col_to_name(len(PROOF_HEAD) - 1)}{last + 1}")
