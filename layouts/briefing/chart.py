"""Native charts for Office documents: a chart part and the workbook a person edits it with.

xlsxwriter draws the chart; its part is lifted out and tied to a second workbook that holds only
the data. Readers differ in what they assume where the part is silent, so four things are said
aloud: no smoothing, gaps stay gaps, every label flag, and the East Asian typeface.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import zipfile
from typing import Any

import xlsxwriter
from lxml import etree  # type: ignore[import-untyped]
from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from layouts.briefing.drawing import legend
from layouts.briefing.ink import GRID, HEI, LINE, ink_of
from layouts.briefing.sentences import digits
from metrics.briefing.content import ChartSeries, ChartSpec, PictureSpec

SHEET = "数据"
EPOCH = dt.datetime(2000, 1, 1)  # noqa: DTZ001  (a workbook carries no zone; fixed for equal bytes)
WORKBOOK_LINK = "rId1"
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FLAGS = ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")


def native_chart(spec: ChartSpec) -> tuple[bytes, bytes]:
    """Return the chart part as XML, linked by ``WORKBOOK_LINK``, and the workbook as xlsx bytes.

    Args:
        spec: categories and series; None values become gaps.
    """
    drawn = zipfile.ZipFile(io.BytesIO(_workbook(spec, is_drawn=True)))
    root = etree.fromstring(drawn.read("xl/charts/chart1.xml"))
    _say_defaults(root)
    link = etree.SubElement(root, f"{{{_C}}}externalData")
    link.set(f"{{{_R}}}id", WORKBOOK_LINK)
    etree.SubElement(link, f"{{{_C}}}autoUpdate").set("val", "0")
    xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return xml, _workbook(spec, is_drawn=False)


def _workbook(spec: ChartSpec, *, is_drawn: bool) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": EPOCH})
        sheet = book.add_worksheet(SHEET)
        _write_data(sheet, spec, 0)
        if is_drawn:
            sheet.insert_chart("H2", _chart(book, spec, SHEET, 0))
    return buffer.getvalue()


def add_chart(
    book: xlsxwriter.Workbook, sheet: Worksheet, spec: ChartSpec, row: int, head: Format
) -> None:
    """Write a chart's data into a sheet from a row on, and the chart beside them."""
    _write_data(sheet, spec, row, head)
    chart = _chart(book, spec, sheet.get_name(), row)
    chart.set_size({"width": 720, "height": 360})
    sheet.insert_chart(row, len(spec.series) + 2, chart, {"description": alt_text(spec)})


def _write_data(sheet: Worksheet, spec: ChartSpec, top: int, head: Format | None = None) -> None:
    for column, series in enumerate(spec.series, start=1):
        sheet.write_string(top, column, legend(series), head)
        for row, value in enumerate(series.values, start=top + 1):
            if value is not None:
                sheet.write_number(row, column, value)
    for row, name in enumerate(spec.categories, start=top + 1):
        sheet.write_string(row, 0, name)


def _chart(book: xlsxwriter.Workbook, spec: ChartSpec, sheet: str, top: int) -> Chart:
    lines = [one for one in enumerate(spec.series) if one[1].shape == "line"]
    blocks = [one for one in enumerate(spec.series) if one[1].shape != "line"]
    is_bar = any(series.shape == "bar" for _, series in blocks)
    roof: dict[str, float] = {}
    first, second = (blocks, lines) if blocks else (lines, [])
    chart = book.add_chart({"type": (blocks or lines)[0][1].shape})
    for position, series in first:
        chart.add_series(_series(spec, position, series, sheet, top))
    if second:
        other = book.add_chart({"type": "line"})
        for position, series in second:
            other.add_series(_series(spec, position, series, sheet, top))
        chart.combine(other)
        # A deleted second axis makes readers draw its line on the first: keep it, unlabelled.
        hidden = {"label_position": "none", "line": {"none": True}}
        other.set_y2_axis({**hidden, **_above(spec)})
        most = max((v for _, one in first for v in one.values if v is not None), default=0.0)
        roof = {"max": _round_up(most * 1.6)} if most > 0 else {}
    grid = {"visible": True, "line": {"color": GRID}}
    values = {
        **roof,
        "num_font": _font(10),
        "line": {"none": True},
        "min": 0,
        "major_gridlines": grid,
    }
    names = {"num_font": _font(10), "reverse": is_bar, "interval_unit": 1}
    # In a bar chart xlsxwriter calls the category axis y.
    chart.set_x_axis({**values, "visible": False} if is_bar else names)
    chart.set_y_axis({**names, "major_gridlines": {"visible": False}} if is_bar else values)
    chart.set_legend({"position": "top", "font": _font(10)})
    chart.set_title({"none": True})
    chart.set_chartarea({"border": {"none": True}})
    chart.show_blanks_as("gap")
    return chart


def _series(
    spec: ChartSpec, position: int, series: ChartSeries, sheet: str, top: int
) -> dict[str, Any]:
    first, last, column = top + 1, top + len(spec.categories), position + 1
    made: dict[str, Any] = {
        "name": [sheet, top, column],
        "categories": [sheet, first, 0, last, 0],
        "values": [sheet, first, column, last, column],
        "y2_axis": series.on_second_axis,
    }
    if series.shape == "line":
        mark = {"type": "circle", "size": 5, "fill": {"color": LINE}, "border": {"color": LINE}}
        labels = {"value": True, "position": "above", "num_format": "0.0"}
        labels["font"] = {**_font(8), "color": LINE}
        return {**made, "line": {"color": LINE, "width": 1.75}, "marker": mark,
            "data_labels": labels}  # fmt: skip
    labels = {"value": True, "font": _font(8), "position": "outside_end"}
    if series.shape == "column":
        labels["position"] = "inside_base"
        labels["font"] = {**_font(8), "color": "#FFFFFF"}
    return {**made, "fill": {"color": ink_of(series, position)}, "gap": 45, "data_labels": labels}


def _above(spec: ChartSpec) -> dict[str, float]:
    """Return bounds of the second axis that keep its line above the columns."""
    known = [v for one in spec.series if one.on_second_axis for v in one.values if v is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    reach = max(high - low, 1.0)
    return {"min": low - 3.2 * reach, "max": high + 0.5 * reach}


def _round_up(value: float) -> float:
    """Return the next number with two leading digits, so that the axis ends on a round one."""
    step = 10.0 ** (math.floor(math.log10(value)) - 1) * 5
    return math.ceil(value / step) * step


def _font(size: int) -> dict[str, Any]:
    return {"name": HEI, "size": size}


def alt_text(spec: ChartSpec | PictureSpec) -> str:
    """Return a chart or picture in words, for readers who cannot see it."""
    parts = []
    if isinstance(spec, PictureSpec):
        names = [place.name for place in spec.places] or list(spec.days)
        values = [place.value for place in spec.places] or list(spec.values)
        told = "、".join(
            f"{name}{digits(value, spec.decimals or 0)}{spec.unit}"
            for name, value in zip(names, values, strict=True)
            if value is not None
        )
        return f"{spec.caption}。{told}。"
    for series in spec.series:
        pairs = zip(spec.categories, series.values, strict=True)
        told = "、".join(
            f"{name}{digits(value, series.decimals or 0)}" for name, value in pairs
            if value is not None
        )  # fmt: skip
        parts.append(f"{legend(series)}：{told}")
    return f"{spec.caption}。{'；'.join(parts)}。"


def _say_defaults(root: etree._Element) -> None:
    for series in root.iter(f"{{{_C}}}ser"):
        if (
            series.getparent().tag == f"{{{_C}}}lineChart"
            and series.find(f"{{{_C}}}smooth") is None
        ):
            etree.SubElement(series, f"{{{_C}}}smooth").set("val", "0")
    for labels in root.iter(f"{{{_C}}}dLbls"):
        _say_flags(labels)
    plotted = root.find(f".//{{{_C}}}plotVisOnly")
    if root.find(f".//{{{_C}}}dispBlanksAs") is None:
        blanks = etree.Element(f"{{{_C}}}dispBlanksAs")
        blanks.set("val", "gap")
        plotted.addnext(blanks)
    for latin in root.iter(f"{{{_A}}}latin"):
        if latin.getnext() is None or latin.getnext().tag != f"{{{_A}}}ea":
            asian = etree.Element(f"{{{_A}}}ea")
            asian.set("typeface", latin.get("typeface"))
            latin.addnext(asian)
    for settings in root.findall(f"{{{_C}}}printSettings"):
        root.remove(settings)


def _say_flags(labels: etree._Element) -> None:
    """Write all label flags, in the order of the schema; an absent one is not read as off."""
    said = {flag: labels.find(f"{{{_C}}}{flag}") for flag in _FLAGS}
    found = {flag: element for flag, element in said.items() if element is not None}
    on = {flag for flag, element in found.items() if element.get("val") == "1"}
    for element in found.values():
        labels.remove(element)
    for flag in _FLAGS:
        etree.SubElement(labels, f"{{{_C}}}{flag}").set("val", "1" if flag in on else "0")
