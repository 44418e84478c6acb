"""The Word briefing, read back: page, fonts, charts with workbooks, numbers, hostile templates."""

import io
import re
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from lxml import etree

from layouts.briefing.docx import context, mark, write_docx
from layouts.briefing.manuscript import EVIDENCE_HEAD, evidence_row, manuscript
from layouts.briefing.pdf import picture
from layouts.briefing.sentences import cell, sentence
from layouts.briefing.template import template_bytes, write_template
from layouts.briefing.typefaces import faces
from metrics.briefing import BriefingContent, compose
from metrics.briefing.content import ChartSpec
from metrics.calendar import week
from metrics.errors import ConfigError
from tests.support.briefing_city import Cell, Town

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
PARAGRAPH_ORDER = [
    "pStyle",
    "keepNext",
    "keepLines",
    "pageBreakBefore",
    "framePr",
    "widowControl",
    "numPr",
    "suppressLineNumbers",
    "pBdr",
    "shd",
    "tabs",
    "suppressAutoHyphens",
    "kinsoku",
    "wordWrap",
    "overflowPunct",
    "topLinePunct",
    "autoSpaceDE",
    "autoSpaceDN",
    "bidi",
    "adjustRightInd",
    "snapToGrid",
    "spacing",
    "ind",
    "contextualSpacing",
    "mirrorIndents",
    "suppressOverlap",
    "jc",
    "textDirection",
    "textAlignment",
    "textboxTightWrap",
    "outlineLvl",
    "divId",
    "cnfStyle",
    "rPr",
    "sectPr",
    "pPrChange",
]
TABLE_ORDER = [
    "tblStyle",
    "tblpPr",
    "tblOverlap",
    "bidiVisual",
    "tblStyleRowBandSize",
    "tblStyleColBandSize",
    "tblW",
    "jc",
    "tblCellSpacing",
    "tblInd",
    "tblBorders",
    "shd",
    "tblLayout",
    "tblCellMar",
    "tblLook",
]


def events(back: int, street: int, category: int, cell: Cell) -> Cell:
    cases = float(round(cell[0] * (1.6 if back == 0 and category == 1 else 1.0)))
    rate = 0.85 if street == 4 or (back == 0 and category == 1) else 0.97
    return cases, float(round(cases * rate))


def compose_week(town: Town | None = None, *, is_demo: bool = True) -> BriefingContent:
    town = town or Town(seed=1, plant=events, missing=frozenset({"iot_alarm_total"}))
    return compose(town, period=week(2026, 46), city_title="青川区<驾驶舱>&", is_demo=is_demo)


def written(content: BriefingContent, path: Path, **said: object) -> Path:
    return write_docx(manuscript(content), path, lambda spec: picture(spec, faces()), **said)


@pytest.fixture(scope="module")
def content() -> BriefingContent:
    return compose_week()


@pytest.fixture(scope="module")
def path(content: BriefingContent, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(content, tmp_path_factory.mktemp("out") / "new folder" / "brief.docx")


@pytest.fixture(scope="module")
def paragraphs(path: Path) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]


def xml(path: Path, name: str) -> etree._Element:
    with zipfile.ZipFile(path) as package:
        return etree.fromstring(package.read(name))


def test_sentences_stand_in_order_and_nothing_else_holds_a_number(
    content: BriefingContent, paragraphs: list[str]
) -> None:
    told = [sentence(fact) for fact in content.facts]
    assert [text for text in paragraphs if text in set(told)] == told
    head = context(manuscript(content))
    framing = {head["issue"], head["span"], f"{head['publisher']}\t{head['issued']}"}
    framing |= {part["caption"] for section in head["sections"]
                for part in (*section["charts"], *section["tables"])}  # fmt: skip
    loose = [text for text in paragraphs if re.search(r"\d", text)]
    assert [text for text in loose if text not in set(told) | framing] == []


def test_every_number_in_the_text_is_a_rendered_slot(
    content: BriefingContent, paragraphs: list[str]
) -> None:
    for fact in content.facts:
        text = sentence(fact)
        assert text in paragraphs
        rendered = "".join(sentence(fact.model_copy(update={"parts": (slot,)}))
                           for slot in fact.slots)  # fmt: skip
        for token in re.findall(r"\d[\d.]*", text):
            assert token in rendered, (fact.id, token)


def test_tables_say_what_the_content_says(content: BriefingContent, path: Path) -> None:
    document = docx.Document(str(path))
    specs = [table for section in content.sections for table in section.tables]
    drawn = [[[c.text for c in row.cells] for row in table.rows] for table in document.tables]
    for spec, table in zip(specs, drawn[:2], strict=True):
        assert table[0] == list(spec.head)
        assert table[1:] == [[cell(slot) for slot in row] for row in spec.rows]
    assert drawn[2][0] == list(EVIDENCE_HEAD)
    assert drawn[2][1:] == [list(evidence_row(piece)) for piece in content.told]
    for table in document.tables[:3]:
        assert table._tbl.tr_lst[0].trPr.find(qn("w:tblHeader")) is not None
    assert not any("None" in text or "nan" in text for t in drawn for r in t for text in r)


def test_area_rows_and_the_bucket_add_up_to_the_total(content: BriefingContent) -> None:
    rows = content.sections[4].tables[0].rows
    assert [row[0].text for row in rows[-2:]] == ["未归属", "合计"]
    assert sum(row[1].number or 0 for row in rows[:-1]) == rows[-1][1].number


def test_charts_are_native_with_an_openable_workbook(content: BriefingContent, path: Path) -> None:
    charts = [chart for section in content.sections for chart in section.charts]
    with zipfile.ZipFile(path) as package:
        for number, chart in enumerate(charts, start=1):
            links = package.read(f"word/charts/_rels/chart{number}.xml.rels").decode()
            target = re.search(r'Target="\.\./(embeddings/[^"]+)"', links)
            assert target is not None
            check_workbook(package.read(f"word/{target[1]}"), chart)
            root = etree.fromstring(package.read(f"word/charts/chart{number}.xml"))
            check_chart(root, chart)
    body = xml(path, "word/document.xml")
    assert len(list(body.iter(f"{C}chart"))) == len(charts) == 2


def check_workbook(blob: bytes, chart: ChartSpec) -> None:
    """Categories in the first column, one series a column, unrounded."""
    with zipfile.ZipFile(io.BytesIO(blob)) as book:
        texts = [item.findtext(f"{S}t") for item in etree.fromstring(
            book.read("xl/sharedStrings.xml"))]  # fmt: skip
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        assert not [name for name in book.namelist() if "chart" in name or "drawing" in name]
    cells = {}
    for item in sheet.iter(f"{S}c"):
        value = item.findtext(f"{S}v")
        cells[item.get("r")] = texts[int(value)] if item.get("t") == "s" else float(value)
    for row, name in enumerate(chart.categories, start=2):
        assert cells[f"A{row}"] == name
        for column, series in zip("BC", chart.series, strict=False):
            assert cells.get(f"{column}{row}") == pytest.approx(series.values[row - 2])


def check_chart(root: etree._Element, chart: ChartSpec) -> None:
    drawn = list(root.iter(f"{C}ser"))
    assert len(drawn) == len(chart.series)
    for one, series in zip(drawn, chart.series, strict=True):
        points = [float(v.text) for v in one.find(f"{C}val").iter(f"{C}v")]
        assert points == pytest.approx(list(series.values))
        flags = [child.tag for child in one.find(f"{C}dLbls") if "show" in child.tag]
        assert len(flags) == 6
    assert {e.get("val") for e in root.iter(f"{C}dispBlanksAs")} == {"gap"}
    assert {e.get("val") for e in root.iter(f"{C}smooth")} <= {"0"}
    assert all(e.getnext().tag == f"{A}ea" for e in root.iter(f"{A}latin"))


def test_a_gap_in_a_series_stays_a_gap() -> None:
    def plant(back: int, street: int, category: int, cell: Cell) -> Cell:
        return (0.0, 0.0) if back == 3 else cell

    chart = compose_week(Town(plant=plant)).sections[1].charts[0]
    assert chart.series[1].values[-4] is None
    assert chart.series[0].values[-4] == 0


def test_the_page_is_that_of_the_standard(path: Path) -> None:
    document = docx.Document(str(path))
    section = document.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin,
        section.right_margin)  # fmt: skip
    assert [round(margin / Mm(1)) for margin in margins] == [37, 35, 28, 26]
    assert (round(section.page_width / Mm(1)), round(section.page_height / Mm(1))) == (210, 297)
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")
    normal = document.styles["Normal"]
    assert normal.font.size == Pt(16)
    assert normal.paragraph_format.line_spacing == Pt(28.95)
    assert normal.element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert document.styles["周报标题"].font.size == Pt(22)
    assert document.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, "RIGHT"), (section.even_page_footer, "LEFT")):
        assert footer.paragraphs[0].alignment.name == side
        assert [t.text for t in footer._element.iter(qn("w:instrText"))] == [" PAGE "]
        assert footer.paragraphs[0].text == "—  —"


def test_missing_fonts_have_stand_ins(path: Path) -> None:
    fonts = xml(path, "word/fontTable.xml")
    named = {
        font.get(qn("w:name")): font.find(qn("w:altName")).get(qn("w:val"))
        for font in fonts
        if font.find(qn("w:altName")) is not None
    }
    assert named["仿宋_GB2312"] == "仿宋"
    assert named["方正小标宋简体"] == "华文中宋"


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "word/footer1.xml"])
def test_properties_stand_in_the_order_of_the_schema(path: Path, part: str) -> None:
    for tag, order in (("w:pPr", PARAGRAPH_ORDER), ("w:tblPr", TABLE_ORDER)):
        for holder in xml(path, part).iter(qn(tag)):
            places = [order.index(etree.QName(child).localname) for child in holder]
            assert places == sorted(places), etree.tostring(holder)[:300]


def test_demo_data_is_labelled_on_the_masthead_and_on_every_page(
    path: Path, tmp_path: Path
) -> None:
    document = docx.Document(str(path))
    assert document.paragraphs[0].text == "【演示数据】由程序生成，不反映真实情况"
    section = document.sections[0]
    for header in (section.header, section.even_page_header):
        assert header.paragraphs[0].text == "演示数据"
    real = docx.Document(str(written(compose_week(is_demo=False), tmp_path / "real.docx")))
    assert "演示" not in "".join(paragraph.text for paragraph in real.paragraphs)
    assert real.paragraphs[0].text == "城市运行周报"
    assert real.sections[0].header.paragraphs[0].text == ""


def test_the_hash_is_printed_and_no_mark_is_left(
    content: BriefingContent, path: Path, paragraphs: list[str]
) -> None:
    colophon = docx.Document(str(path)).tables[-1].rows[0].cells[0].text
    assert colophon == f"数据版本：第42版　校验码：{content.content_hash[:16]}"
    assert not [text for text in paragraphs if "[[" in text or "{{" in text or "{%" in text]
    assert docx.Document(str(path)).core_properties.title.startswith("青川区<驾驶舱>& ")


def test_the_same_content_gives_the_same_body(content: BriefingContent, tmp_path: Path) -> None:
    first, second = (written(content, tmp_path / f"{n}.docx") for n in "ab")
    with zipfile.ZipFile(first) as one, zipfile.ZipFile(second) as other:
        assert one.namelist() == other.namelist()
        for name in one.namelist():
            assert one.read(name) == other.read(name), name


def test_a_mark_in_the_data_is_only_text(content: BriefingContent) -> None:
    other = content.model_copy(update={"content_hash": "0" * 64})
    assert mark(content, "trend") != mark(other, "trend")
    assert re.fullmatch(r"\[\[trend:[0-9a-f]{12}\]\]", mark(content, "trend"))


def own_template(folder: Path, tag: str, *, apart: bool = False) -> Path:
    document = docx.Document(io.BytesIO(template_bytes()))
    paragraph = document.add_paragraph()
    for piece in tag if apart else [tag]:
        paragraph.add_run(piece)
    document.save(str(folder / "own.docx"))
    return folder / "own.docx"


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("{{ mastheed }}", "Did you mean 'masthead'?"),
        ("{% for s in sections %}{{ s.titel }}{% endfor %}", "Did you mean 'title'?"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "not allowed"),
        ("{{ cycler.__init__.__globals__ }}", "not allowed"),
        ("{{ 'x' * 1000000000 }}", "not allowed"),
        ("{% for i in range(1000000000) %}x{% endfor %}", "cannot be filled"),
        ("{% if masthead %}never closed", "broken"),
        ("{% include '/etc/passwd' %}", "cannot be filled"),
        ("{{ masthead | nofilter }}", "broken"),
        ("{{ masthead() }}", "cannot be filled"),
        ("｛｛ masthead ｝｝", "full-width"),
    ],
)
def test_a_wrong_tag_is_told_in_one_sentence(
    content: BriefingContent, tmp_path: Path, tag: str, said: str
) -> None:
    template = own_template(tmp_path, tag)
    with pytest.raises(ConfigError, match=re.escape(said)) as caught:
        written(content, tmp_path / "out.docx", template=template)
    assert caught.value.where == str(template)
    assert "\n" not in caught.value.sentence
    assert not (tmp_path / "out.docx").exists()


def test_a_template_of_ones_own_is_used(content: BriefingContent, tmp_path: Path) -> None:
    template = own_template(tmp_path, "联系人：{{ publisher }}", apart=True)
    made = docx.Document(str(written(content, tmp_path / "out.docx", template=template)))
    assert made.paragraphs[-1].text == "联系人：青川区城市运行管理中心"


def test_a_template_that_is_no_word_file_or_lacks_a_style(
    content: BriefingContent, tmp_path: Path
) -> None:
    (tmp_path / "a.docx").write_text("not a document", "utf-8")
    for name in ("a.docx", "absent.docx"):
        with pytest.raises(ConfigError, match="not a Word document"):
            written(content, tmp_path / "out.docx", template=tmp_path / name)
    plain = docx.Document()
    plain.add_paragraph("{{ title }}")
    plain.save(str(tmp_path / "plain.docx"))
    with pytest.raises(ConfigError, match="lacks the style"):
        written(content, tmp_path / "out.docx", template=tmp_path / "plain.docx")


def test_staff_get_a_copy_of_the_template(tmp_path: Path) -> None:
    write_template(tmp_path / "weekly.docx")
    texts = [p.text for p in docx.Document(str(tmp_path / "weekly.docx")).paragraphs]
    assert "{{ masthead }}" in texts
