"""An edited Word document comes back: numbers and words told apart, tracked changes accepted."""

import io
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from layouts.briefing.docx import write_docx
from layouts.briefing.editing import edited_numbers
from layouts.briefing.manuscript import Manuscript, manuscript
from layouts.briefing.returned import returned, taken_over
from layouts.briefing.sentences import sentence
from metrics.briefing import compose
from metrics.calendar import week
from metrics.errors import BadQuestion, ConfigError
from tests.support.briefing_city import Town

FIRST = "overview.appeals"


@pytest.fixture(scope="module")
def said() -> Manuscript:
    return manuscript(compose(Town(), period=week(2026, 46), city_title="青川区", is_demo=True))


@pytest.fixture(scope="module")
def original(said: Manuscript, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8"
        "ffff3f0005fe02fea735810d0000000049454e44ae426082"
    )
    path = tmp_path_factory.mktemp("out") / "brief.docx"
    return write_docx(said, path, lambda _spec: pixel).read_bytes()


def changed(original: bytes, change) -> bytes:
    document = docx.Document(io.BytesIO(original))
    change(document)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def find(document: Document, words: str):
    return next(p for p in document.paragraphs if words in p.text)


def replace(words: str, *pairs: tuple[str, str]):
    def change(document: Document) -> None:
        paragraph = find(document, words)
        text = paragraph.text
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        paragraph.text = text

    return change


def test_nothing_changed_is_nothing_told(said: Manuscript, original: bytes) -> None:
    assert returned(said, original, name="a.docx") == ()


def test_words_and_numbers_are_told_apart(said: Manuscript, original: bytes) -> None:
    def change(document: Document) -> None:
        replace("共受理", ("3560件", "3580件"), ("共受理", "累计受理"))(document)
        replace("城管案件上报数1187件，", ("，环比", "，比上周"))(document)

    found = {one.at: one for one in returned(said, changed(original, change), name="a.docx")}
    first, second = found[FIRST], found["overview.city"]
    assert (first.kind, first.numbers, first.words) == (
        "numbers", (("3560", "3580"),), (("共", "累计"),),
    )  # fmt: skip
    assert (second.kind, second.numbers) == ("wording", ())
    assert len(found) == 2


def test_taking_it_over_keeps_what_is_bound_and_marks_the_rest(
    said: Manuscript, original: bytes
) -> None:
    edit = replace("共受理", ("3560件", "3580件"), ("共受理", "累计受理"))
    changes = returned(said, changed(original, edit), name="a.docx")
    with pytest.raises(BadQuestion, match="no evidence stands behind 3580"):
        taken_over(said.content, changes, who="王", reason="")
    made = taken_over(said.content, changes, who="王", reason="补录")
    assert edited_numbers(made) == ((FIRST, "3580", "补录"),)
    assert "累计受理群众诉求3580※件" in sentence(next(iter(made.facts)))


def test_a_sentence_less_and_one_more(said: Manuscript, original: bytes) -> None:
    def change(document: Document) -> None:
        gone = find(document, "城管案件上报数1187件，")
        gone.insert_paragraph_before("请各街道关注下周天气。")
        gone._p.getparent().remove(gone._p)

    changes = returned(said, changed(original, change), name="a.docx")
    assert [(one.kind, one.at) for one in changes] == [("gone", "overview.city"),
                                                        ("new", "overview")]  # fmt: skip
    made = taken_over(said.content, changes, who="王", reason="")
    assert sentence(made.sections[0].sentences[-1]) == "请各街道关注下周天气。"
    assert "overview.city" not in [fact.id for fact in made.facts]


def test_tracked_changes_count_as_accepted(said: Manuscript, original: bytes) -> None:
    def change(document: Document) -> None:
        paragraph = find(document, "共受理")
        run = paragraph.runs[0]
        head, _, tail = run.text.partition("共受理")
        run.text = head
        space = nsdecls("w")
        for tag, inner in (
            ("del", "<w:delText>共受理</w:delText>"), ("ins", "<w:t>累计受理</w:t>"),
        ):  # fmt: skip
            xml = f'<w:{tag} {space} w:id="9" w:author="x"><w:r>{inner}</w:r></w:{tag}>'
            paragraph._p.append(parse_xml(xml))
        paragraph.add_run(tail)
        assert [e.tag for e in paragraph._p][-3:-1] == [qn("w:del"), qn("w:ins")]

    (one,) = returned(said, changed(original, change), name="a.docx")
    assert (one.kind, one.words) == ("wording", (("共", "累计"),))


def test_a_changed_cell_is_told_and_not_taken_over(said: Manuscript, original: bytes) -> None:
    def change(document: Document) -> None:
        document.tables[0].rows[1].cells[1].text = "3999件"

    (one,) = returned(said, changed(original, change), name="a.docx")
    assert (one.kind, one.at, one.numbers) == (
        "cell", "headlines/诉求受理量", (("3560", "3999"),),
    )  # fmt: skip
    assert taken_over(said.content, [one], who="王", reason="x") == said.content


def test_another_issue_or_no_document_is_refused(
    said: Manuscript, original: bytes, tmp_path: Path
) -> None:
    other = manuscript(compose(Town(seed=4), period=week(2026, 46), city_title="x", is_demo=True))
    with pytest.raises(BadQuestion, match="was not drawn from"):
        returned(other, original, name="a.docx")
    for wrong in (b"", b"text", original[:3000]):
        with pytest.raises(ConfigError, match="not a Word document"):
            returned(said, wrong, name="a.docx")
