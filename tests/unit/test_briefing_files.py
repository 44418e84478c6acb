"""The four documents of one content, read back: they say what it says, and nothing else."""

import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from types import SimpleNamespace

import docx
import pptx
import pytest
from docx.oxml.ns import qn
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from lxml import etree
from pylopdf_fonts_zh_cn import serif_path

from cockpit.briefings import FORMATS, draw, file_name, read_formats
from layouts.briefing.drawing import svg
from layouts.briefing.manuscript import Manuscript, manuscript
from layouts.briefing.pdf import write_pdf
from layouts.briefing.sentences import sentence
from layouts.briefing.typefaces import faces
from layouts.briefing.xlsx import HEADLINES, PROOF, RANKING, TEXT, TRENDS, write_xlsx
from metrics.briefing import BriefingContent, compose
from metrics.briefing.restated import restated
from metrics.calendar import week
from metrics.errors import ConfigError, UnknownName
from tests.support.briefing_city import STREETS, Cell, Town

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SQUARES = {
    f"1{k:02d}": [((k, 30.0), (k + 1.0, 30.0), (k + 1.0, 31.0), (k, 31.0), (k, 30.0))]
    for k in range(1, len(STREETS) + 1)
}
NUMBER = re.compile(r"\d[\d.]*")


def plant(back: int, street: int, category: int, cell: Cell) -> Cell:
    many = 1.7 if back == 0 and category == 1 else 1.0
    return float(round(cell[0] * many)), float(round(cell[1] * many))


def composed(**said: object) -> BriefingContent:
    town = Town(seed=1, plant=plant, missing=frozenset({"iot_alarm_total"}), **said)
    return compose(
        town,
        period=week(2026, 46),
        city_title="青川区城市运行驾驶舱",
        is_demo=True,
        outlines=SQUARES,
    )


@pytest.fixture(scope="module")
def content() -> BriefingContent:
    return composed()


@pytest.fixture(scope="module")
def said(content: BriefingContent) -> Manuscript:
    return manuscript(content)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def files(content: BriefingContent, home: Path) -> dict[str, Path]:
    services = SimpleNamespace(settings=SimpleNamespace(home=home))
    paths = draw(services, content, home / "out", FORMATS)
    assert not [path for path in (home / "out").iterdir() if path.name.startswith(".")]
    return dict(zip(FORMATS, paths, strict=True))


@pytest.fixture(scope="module")
def numbers(said: Manuscript) -> set[str]:
    """Every number that may be read anywhere: those of the manuscript, put into words once."""
    found = {token.rstrip(".") for text in said.texts for token in NUMBER.findall(text)}
    for figure in (one for chapter in said.chapters for one in chapter.figures):
        found |= set(NUMBER.findall(re.sub(r"<[^>]*>", " ", svg(figure.spec))))
    return found


def strange(texts: list[str], known: set[str]) -> list[str]:
    tokens = (token.rstrip(".") for text in texts for token in NUMBER.findall(text))
    return [token for token in tokens if token not in known]


def test_slides_say_the_sentences_and_no_other_number(
    said: Manuscript, files: dict[str, Path], numbers: set[str]
) -> None:
    deck = pptx.Presentation(str(files["pptx"]))
    texts, notes, charts = [], [], []
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                texts += [p.text for p in shape.text_frame.paragraphs]
            elif shape.has_table:
                texts += [cell.text for row in shape.table.rows for cell in row.cells]
            elif shape.has_chart:
                charts.append(shape.chart)
        if slide.has_notes_slide:
            notes += slide.notes_slide.notes_text_frame.text.splitlines()
    every = [text for chapter in said.chapters for _, text in chapter.sentences]
    assert [text for text in every if text not in texts] == []
    paging = re.compile(r"（\d+／\d+）")
    assert strange([paging.sub("", text) for text in texts], numbers) == []
    assert strange(notes, numbers | {str(piece.data_version) for piece in said.content.told}) == []
    assert all(slide.shapes.title.text for slide in deck.slides)
    assert len(charts) == 2
    for chart in charts:
        blob = chart.part.chart_workbook.xlsx_part.blob
        assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(blob)).namelist()


def test_slides_show_the_values_of_the_evidence(
    content: BriefingContent, files: dict[str, Path]
) -> None:
    specs = [chart for section in content.sections for chart in section.charts]
    shapes = [s for slide in pptx.Presentation(str(files["pptx"])).slides for s in slide.shapes]
    drawn = [shape.chart for shape in shapes if shape.has_chart]
    evidence = {piece.id: piece.value for piece in content.evidence}
    for spec, chart in zip(specs, drawn, strict=True):
        values = [tuple(s.values) for plot in chart.plots for s in plot.series]
        assert values == [tuple(evidence[id_] for id_ in s.evidence) for s in spec.series]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_pdf_can_be_selected_and_holds_no_other_number(
    said: Manuscript, files: dict[str, Path], numbers: set[str]
) -> None:
    command = ["pdftotext", "-enc", "UTF-8", str(files["pdf"]), "-"]
    text = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    joined = re.sub(r"\s", "", re.sub(r"(?m)^— \d+ —$|^演示数据$", "", text))
    tables = 0
    for chapter in said.chapters:
        for _, spoken in chapter.sentences:
            if re.sub(r"\s", "", spoken) in joined:
                tables += 1
    # A page break may fall into a sentence, and then the running head stands in its midst.
    every = sum(len(chapter.sentences) for chapter in said.chapters)
    assert tables >= every - 4
    lines = re.sub(r"—\s*\d+\s*—", "", text).replace("\n", " ").split()
    assert strange(lines, numbers) == []


def test_the_pdf_is_an_archive_form_and_the_same_every_time(
    said: Manuscript, files: dict[str, Path], tmp_path: Path
) -> None:
    again = write_pdf(said, tmp_path / "again.pdf", faces())
    assert again.read_bytes() == files["pdf"].read_bytes()
    assert b"pdfaid" in again.read_bytes()
    assert b"/FontFile" in again.read_bytes()


def cells(path: Path) -> dict[str, dict[str, object]]:
    """Return the cells of every sheet by name: numbers as numbers, the rest as text."""
    with zipfile.ZipFile(path) as book:
        shared = etree.fromstring(book.read("xl/sharedStrings.xml"))
        texts = ["".join(item.itertext()) for item in shared]
        names = [s.get("name") for s in etree.fromstring(book.read("xl/workbook.xml")).iter(
            f"{S}sheet")]  # fmt: skip
        found: dict[str, dict[str, object]] = {}
        for number, name in enumerate(names, start=1):
            sheet = etree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            found[name] = {}
            for cell in sheet.iter(f"{S}c"):
                value = cell.findtext(f"{S}v")
                if value is not None:
                    is_text = cell.get("t") == "s"
                    found[name][cell.get("r")] = texts[int(value)] if is_text else float(value)
        return found


def test_the_workbook_holds_the_evidence_unrounded(
    content: BriefingContent, said: Manuscript, files: dict[str, Path]
) -> None:
    book = cells(files["xlsx"])
    evidence = {piece.id: piece for piece in content.evidence}
    head = {value: key[0] for key, value in book[HEADLINES].items() if key[1:] == "4"}
    for row, trend in enumerate(content.trends, start=5):
        piece = evidence[trend.evidence[-1]]
        sheet = book[HEADLINES]
        assert sheet[f"A{row}"] == piece.name
        for name, value in (("本周", piece.value), ("上周", piece.previous), ("环比", piece.change),
                            ("去年同期", piece.year_ago)):  # fmt: skip
            assert sheet[f"{head[name]}{row}"] == ("—" if value is None else pytest.approx(value))
    targets = {piece.name: piece.target for piece in content.told if piece.target}
    ontime = next(k for k, v in book[HEADLINES].items() if v == "按期办结率")
    assert book[HEADLINES][f"{head['目标']}{ontime[1:]}"] == "≥95%"
    assert set(targets) == {"按期办结率"}
    rows = [value for key, value in book[PROOF].items() if re.fullmatch(r"A\d+", key)]
    assert rows[1:] == [piece.id for piece in content.evidence]
    told = [value for key, value in book[TEXT].items() if re.fullmatch(r"B\d+", key)]
    assert told[1:] == [text for chapter in said.chapters for _, text in chapter.sentences]
    known = {value for piece in content.evidence for value in (
        piece.value, piece.previous, piece.change, piece.year_ago, piece.year_change,
        piece.numerator, piece.denominator, float(piece.data_version))}  # fmt: skip
    for name in (HEADLINES, TRENDS, PROOF):
        loose = [v for v in book[name].values() if isinstance(v, float) and v not in known]
        assert loose == [], name


def test_the_ranking_ranks(content: BriefingContent, files: dict[str, Path]) -> None:
    sheet = cells(files["xlsx"])[RANKING]
    places = [sheet.get(f"A{row}") for row in range(2, 2 + len(STREETS))]
    amounts = [sheet[f"C{row}"] for row in range(2, 2 + len(STREETS))]
    assert places == [1 + sum(other > one for other in amounts) for one in amounts]
    assert [sheet[f"B{2 + len(STREETS)}"], sheet[f"B{3 + len(STREETS)}"]] == ["未归属", "合计"]


def test_sparklines_run_over_the_weeks(content: BriefingContent, files: dict[str, Path]) -> None:
    with zipfile.ZipFile(files["xlsx"]) as book:
        xml = book.read("xl/worksheets/sheet1.xml").decode()
    assert xml.count("<x14:sparkline>") == len(content.trends) == 13


@pytest.mark.parametrize("name", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1"])
def test_a_name_that_looks_like_a_formula_stays_a_name(
    content: BriefingContent, tmp_path: Path, name: str
) -> None:
    text = content.model_dump_json().replace(STREETS[0], name.replace("\t", "\\t"))
    hostile = BriefingContent.model_validate_json(text).sealed()
    path = write_xlsx(manuscript(hostile), tmp_path / "x.xlsx")
    with zipfile.ZipFile(path) as book:
        sheets = [book.read(n).decode() for n in book.namelist() if "worksheets/sheet" in n]
        formulas = {f for sheet in sheets for f in re.findall(r"<f>([^<]*)", sheet)}
        assert all(formula.startswith("RANK(C") for formula in formulas)
        assert b'quotePrefix="1"' in book.read("xl/styles.xml")
        assert not any("hyperlink" in sheet for sheet in sheets)
    assert name in cells(path)[RANKING].values()


def test_every_sentence_has_evidence_or_says_only_what_a_rule_says(
    content: BriefingContent,
) -> None:
    bare = [fact for fact in content.facts if not fact.evidence]
    assert {fact.section for fact in bare} <= {"notes"}
    for fact in bare:
        assert all(slot.origin in ("text", "constant") for slot in fact.slots), fact.id


def test_the_review_copy_has_the_evidence_beside_every_sentence(
    content: BriefingContent, said: Manuscript, home: Path
) -> None:
    services = SimpleNamespace(settings=SimpleNamespace(home=home))
    (path,) = draw(services, content, home / "out", ["docx"], is_review=True)
    assert path.name == "城市运行周报_2026-W46_审阅.docx"
    document = docx.Document(str(path))
    comments = [comment.text for comment in document.comments]
    assert len(comments) == sum(len(chapter.sentences) for chapter in said.chapters)
    first = content.sections[0].sentences[0]
    assert comments[0].startswith(f"[{first.id}]")
    assert comments[0].count("｜第42版") == len(first.evidence)
    dates = {c._comment_elm.get(qn("w:date")) for c in document.comments}
    assert dates == {"2026-11-16T00:00:00Z"}


def test_map_and_calendar_are_sharp_pictures_with_words(files: dict[str, Path]) -> None:
    document = docx.Document(str(files["docx"]))
    assert len(document.inline_shapes) == 4
    with zipfile.ZipFile(files["docx"]) as package:
        pictures = [n for n in package.namelist() if n.startswith("word/media/")]
        widths = [int.from_bytes(package.read(name)[16:20], "big") for name in pictures]
    assert len(widths) == 2
    assert all(width >= 156 / 25.4 * 295 for width in widths)
    told = [e.get("descr") for e in document.element.iter(qn("wp:docPr"))]
    assert all(told)
    assert any("城东街道" in text for text in told)


def test_a_character_without_a_font_is_named_before_anything_is_written(
    content: BriefingContent, tmp_path: Path
) -> None:
    text = content.model_dump_json().replace(STREETS[0], "😀街道")
    strange_name = BriefingContent.model_validate_json(text).sealed()
    services = SimpleNamespace(settings=SimpleNamespace(home=tmp_path))
    with pytest.raises(ConfigError, match=r"no font has the characters 😀 \(U\+1F600\)"):
        draw(services, strange_name, tmp_path / "out", FORMATS)
    assert not (tmp_path / "out").exists()


def test_rare_place_names_have_a_font() -> None:
    assert faces().missing(["垟埗硚堃䶮㙍", "−㎡μg/m³※＊—〔〕"]) == ""


def test_a_font_that_is_none_or_varies_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.ttf").write_bytes(b"no font")
    with pytest.raises(ConfigError, match="this is no font file"):
        faces(tmp_path)


def test_a_font_of_ones_own_is_taken_by_its_name(
    content: BriefingContent, said: Manuscript, files: dict[str, Path], tmp_path: Path
) -> None:
    """A face renamed to that of the standard, as an administrator with a licence would drop in."""
    font = TTFont(serif_path())
    options = Options(drop_tables=[], notdef_outline=True)
    cut = Subsetter(options)
    cut.populate(text="城市运行周报")
    cut.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):
            record.string = "方正小标宋简体"
    (tmp_path / "fonts").mkdir()
    font.save(tmp_path / "fonts/FZXBSJW.ttf")
    font.close()
    found = faces(tmp_path / "fonts")
    assert found.family("title") == ("方正小标宋简体", "Noto Serif SC", "Noto Sans SC")
    assert found.family("body") == ("Noto Serif SC", "Noto Sans SC")
    own = write_pdf(said, tmp_path / "own.pdf", found)
    assert own.read_bytes() != files["pdf"].read_bytes()


def test_file_names_lead_nowhere(content: BriefingContent) -> None:
    hostile = content.model_copy(update={"masthead": "../../etc/周报\0", "week": "2026-W46/.."})
    name = file_name(hostile, "pdf")
    assert Path(name).name == name
    assert not set(name) & set("/\\\0:")


def test_formats_are_known_and_each_written_once() -> None:
    assert read_formats("pdf, docx,pdf") == ("pdf", "docx")
    for wrong in ("doc", "", "pdf,../x"):
        with pytest.raises(UnknownName):
            read_formats(wrong)


def test_a_content_of_an_older_release_keeps_its_hash(content: BriefingContent) -> None:
    """Frozen before there were pictures, trends, targets and reasons: read, and still whole."""
    later = {"target", "light", "reason", "author", "pictures", "trends", "content_hash"}

    def older(data: object) -> object:
        if isinstance(data, dict):
            return {key: older(value) for key, value in data.items() if key not in later}
        return [older(value) for value in data] if isinstance(data, list) else data

    old = older(content.model_dump(mode="json"))
    text = json.dumps(old, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    kept = BriefingContent.model_validate(old)
    assert kept.computed_hash() == hashlib.sha256(text.encode()).hexdigest()


def test_what_was_restated_is_told_and_nothing_else(content: BriefingContent) -> None:
    def later(back: int, street: int, category: int, cell: Cell) -> Cell:
        cell = plant(back, street, category, cell)
        return (cell[0] + 5, cell[1]) if (back, street, category) == (0, 2, 3) else cell

    town = Town(seed=1, plant=later, missing=frozenset({"iot_alarm_total"}))
    now = compose(town, period=week(2026, 46), city_title="x", is_demo=True, outlines=SQUARES)
    changes = restated(content, now)
    areas = {c.frozen.area_name for c in changes if c.frozen.indicator == "appeals_accepted"}
    assert areas == {"青川区", STREETS[2]}
    whole = next(c for c in changes if c.frozen.id == "appeals_accepted/100/2026-11-09..2026-11-15")
    assert whole.now.value == whole.frozen.value + 5
    assert {c.frozen.period for c in changes} == {"2026-11-09..2026-11-15"}
    assert restated(content, composed()) == ()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_the_word_document_opens_in_libreoffice(
    content: BriefingContent, files: dict[str, Path], tmp_path: Path
) -> None:
    profile = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "txt:Text (encoded):UTF8",
        "--outdir", str(tmp_path), str(files["docx"])]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    text = next(tmp_path.glob("*.txt")).read_text("utf-8-sig")
    assert "城市运行周报" in text
    assert [fact.id for fact in content.facts if sentence(fact) not in text] == []
    rows = [row for section in content.sections for table in section.tables for row in table.rows]
    assert [row[0].text for row in rows if row[0].text not in text] == []
