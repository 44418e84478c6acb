"""The Office files against their standard: schemas, packages, and ids that are one's own."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import fastexcel
import pytest
from lxml import etree
from openxml_audit import FileFormat, OpenXmlValidator

from cockpit.briefings import draw
from layouts.briefing.template import template_bytes
from metrics.briefing import BriefingContent, compose
from metrics.calendar import week
from tests.support.briefing_city import STREETS, Town

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
RELS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
SQUARES = {
    f"1{k:02d}": [((k, 30.0), (k + 1.0, 30.0), (k + 1.0, 31.0), (k, 31.0), (k, 30.0))]
    for k in range(1, len(STREETS) + 1)
}
KINDS = ("docx", "review", "pptx", "xlsx")


@pytest.fixture(scope="module")
def content() -> BriefingContent:
    return compose(
        Town(seed=1), period=week(2026, 46), city_title="青川区<驾驶舱>&", is_demo=True,
        outlines=SQUARES,
    )  # fmt: skip


@pytest.fixture(scope="module")
def files(content: BriefingContent, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("home")
    services = SimpleNamespace(settings=SimpleNamespace(home=home))
    docx, pptx, xlsx = draw(services, content, home / "out", ("docx", "pptx", "xlsx"))
    (review,) = draw(services, content, home / "out", ("docx",), is_review=True)
    return {"docx": docx, "review": review, "pptx": pptx, "xlsx": xlsx}


@pytest.fixture(params=KINDS)
def package(files: dict[str, Path], request: pytest.FixtureRequest) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(files[request.param]) as opened:
        yield opened


def trees(package: zipfile.ZipFile) -> dict[str, etree._Element]:
    names = (name for name in package.namelist() if name.endswith((".xml", ".rels")))
    return {name: etree.fromstring(package.read(name)) for name in names}


@pytest.mark.parametrize("kind", ["review", "pptx", "xlsx"])  # the copy holds all of the document
def test_a_validator_of_the_standard_finds_nothing(kind: str, files: dict[str, Path]) -> None:
    found = OpenXmlValidator(FileFormat.OFFICE_2019, max_errors=0).validate(files[kind])
    assert [(one.part_uri, one.path, one.description) for one in found.errors] == []


def test_the_validator_sees_a_property_out_of_order(tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.docx"
    good = io.BytesIO(template_bytes())
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(spoilt, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "word/document.xml":
                text, times = re.subn(rb"(<w:tblW [^>]*/>)(<w:jc [^>]*/>)", rb"\2\1", text, count=1)
                assert times == 1
            new.writestr(name, text)
    found = OpenXmlValidator(FileFormat.OFFICE_2019).validate(spoilt)
    assert any("tblW" in one.description for one in found.errors)


def test_parts_are_typed_and_led_to(package: zipfile.ZipFile) -> None:
    names = set(package.namelist())
    assert len(names) == len(package.namelist())
    types = etree.fromstring(package.read("[Content_Types].xml"))
    endings = {one.get("Extension").lower() for one in types.iter(f"{TYPES}Default")}
    said = {one.get("PartName").lstrip("/") for one in types.iter(f"{TYPES}Override")}
    assert said <= names
    plain = {name for name in names if name != "[Content_Types].xml" and name not in said}
    assert {name.rpartition(".")[2].lower() for name in plain} <= endings
    led = set()
    for name, tree in trees(package).items():
        if not name.endswith(".rels"):
            continue
        folder = Path("/", name).parent.parent
        keys = [one.get("Id") for one in tree.iter(RELS)]
        assert len(keys) == len(set(keys))
        for one in tree.iter(RELS):
            if one.get("TargetMode") != "External":
                target = (folder / one.get("Target")).as_posix()
                led.add(str(Path("/", *resolved(target))).lstrip("/"))
    assert led <= names
    assert {name for name in names if not name.endswith(".rels")} - led == {"[Content_Types].xml"}


def resolved(path: str) -> list[str]:
    steps: list[str] = []
    for step in path.strip("/").split("/"):
        if step == "..":
            steps.pop()
        else:
            steps.append(step)
    return steps


def test_ids_are_ones_own_and_point_somewhere(package: zipfile.ZipFile) -> None:
    for name, tree in trees(package).items():
        for tag in (f"{WP}docPr", f"{P}cNvPr"):
            ids = Counter(one.get("id") for one in tree.iter(tag))
            assert not [one for one, times in ids.items() if times > 1], name
        links = {
            value
            for one in tree.iter(etree.Element)
            for key, value in one.attrib.items()
            if "officeDocument/2006/relationships}" in key
        }
        folder, _, file = name.rpartition("/")
        rels = f"{folder}/_rels/{file}.rels"
        known = set()
        if rels in package.namelist():
            known = {one.get("Id") for one in etree.fromstring(package.read(rels)).iter(RELS)}
        assert links <= known, name


def test_every_comment_has_its_range(files: dict[str, Path], content: BriefingContent) -> None:
    with zipfile.ZipFile(files["review"]) as package:
        body = etree.fromstring(package.read("word/document.xml"))
        comments = etree.fromstring(package.read("word/comments.xml"))
    ids = [one.get(f"{W}id") for one in comments.iter(f"{W}comment")]
    assert len(ids) == len(set(ids)) == len(list(content.facts))
    for tag in ("commentRangeStart", "commentRangeEnd", "commentReference"):
        assert [one.get(f"{W}id") for one in body.iter(f"{W}{tag}")] == ids


@pytest.mark.parametrize("kind", ["docx", "pptx"])
def test_a_chart_shows_what_its_workbook_holds(kind: str, files: dict[str, Path]) -> None:
    with zipfile.ZipFile(files[kind]) as package:
        charts = [name for name in package.namelist() if re.search(r"charts/chart\d+\.xml$", name)]
        assert len(charts) == 2
        for name in charts:
            links = package.read(name.replace("charts/", "charts/_rels/") + ".rels").decode()
            book = re.search(r'Target="[^"]*(embeddings/[^"]+\.xlsx)"', links)
            assert book is not None
            blob = package.read(f"{name.partition('/')[0]}/{book[1]}")
            check(etree.fromstring(package.read(name)), blob)


def check(chart: etree._Element, blob: bytes) -> None:
    """What a chart remembers of every series is what stands in the cells it refers to."""
    sheet = fastexcel.read_excel(blob).load_sheet(0, header_row=None).to_arrow().to_pydict()
    columns = dict(zip("ABCDEFGH", sheet.values(), strict=False))
    kept = list(chart.iter(f"{C}numRef", f"{C}strRef"))
    assert len(kept) >= 4
    for one in kept:
        cells = re.fullmatch(r".+!\$([A-H])\$(\d+)(?::\$\1\$(\d+))?", one.findtext(f"{C}f"))
        assert cells is not None
        first, last = int(cells[2]), int(cells[3] or cells[2])
        held = columns[cells[1]][first - 1 : last]
        shown = {int(pt.get("idx")): pt.findtext(f"{C}v") for pt in one.iter(f"{C}pt")}
        assert set(shown) == {k for k, value in enumerate(held) if value is not None}
        for index, text in shown.items():
            assert text == held[index] or float(text) == pytest.approx(float(held[index]))
