"""Editing and signing a briefing: numbers stay bound, steps follow each other, nothing is lost."""

import base64
import hashlib
import io
import json
import sqlite3
from pathlib import Path

import docx
import pytest

from cockpit.briefings import FORMATS, draw, issue, kept
from cockpit.weekly.archive import CONTENT, RECORD, archived_files
from cockpit.weekly.desk import compose_anew, edit, go, stands
from cockpit.weekly.ledger import WeeklyLedger
from cockpit.weekly.view import act_on, desk_of, look_into
from layouts.briefing.editing import added, dropped, edited_numbers, moved, restored, reworded
from layouts.briefing.manuscript import manuscript
from layouts.briefing.sentences import sentence
from layouts.briefing_desk import draw_desk
from metrics.briefing import BriefingContent, compose
from metrics.calendar import parse_period, week
from metrics.errors import BadQuestion, UnknownName
from tests.support.briefing_city import Town
from tests.support.weekly_home import WeeklyHome

W46 = "2026-W46"
FIRST = "overview.appeals"


@pytest.fixture(scope="module")
def composed() -> BriefingContent:
    return compose(Town(), period=week(2026, 46), city_title="青川区", is_demo=True)


@pytest.fixture
def home(tmp_path: Path) -> WeeklyHome:
    return WeeklyHome(tmp_path)


def fact(content: BriefingContent, name: str):
    return next(one for one in content.facts if one.id == name)


def text_of(content: BriefingContent, name: str) -> str:
    return sentence(fact(content, name))


def test_other_words_around_the_numbers_keep_every_one_bound(composed: BriefingContent) -> None:
    text = text_of(composed, FIRST)
    assert text.startswith("11月9日至11月15日，全区共受理群众诉求3560件，日均509件，环比下降3.4%")
    new = text.replace("共受理", "累计受理").replace("日均", "平均每天")
    made = reworded(composed, FIRST, new, who="王编辑")
    assert text_of(made, FIRST) == new
    assert edited_numbers(made) == ()
    assert fact(made, FIRST).evidence == fact(composed, FIRST).evidence
    assert fact(made, FIRST).author == "王编辑"
    assert made.content_hash == made.computed_hash() != composed.content_hash


def test_a_number_in_another_phrase_stays_bound(composed: BriefingContent) -> None:
    new = text_of(composed, FIRST).replace("环比下降3.4%", "比上周减少了3.4%", 1)
    made = reworded(composed, FIRST, new, who="王编辑")
    assert text_of(made, FIRST) == new
    quoted = [slot for slot in fact(made, FIRST).slots if slot.kind == "quoted"]
    assert [(slot.text, slot.origin) for slot in quoted] == [("3.4%", "change")]
    assert quoted[0].number == pytest.approx(
        next(s for s in fact(composed, FIRST).slots if s.origin == "change").number
    )


def test_a_word_against_its_number_is_refused(composed: BriefingContent) -> None:
    new = text_of(composed, FIRST).replace("环比下降3.4%", "环比上升3.4%", 1)
    with pytest.raises(BadQuestion, match=r"'上升3\.4%' contradicts the number"):
        reworded(composed, FIRST, new, who="王编辑")


def test_another_number_needs_a_reason_and_is_marked(composed: BriefingContent) -> None:
    new = text_of(composed, FIRST).replace("3560件", "3580件")
    with pytest.raises(BadQuestion, match="no evidence stands behind 3580"):
        reworded(composed, FIRST, new, who="王编辑")
    made = reworded(composed, FIRST, new, who="王编辑", reason="补录20件")
    assert "群众诉求3580※件，" in text_of(made, FIRST)
    assert edited_numbers(made) == ((FIRST, "3580", "补录20件"),)
    (slot,) = [s for s in fact(made, FIRST).slots if s.kind == "edited"]
    assert slot.evidence[0].startswith("appeals_accepted/")
    assert "标“※”的数字由编辑人员核改" in text_of(made, "notes.edited")
    back = restored(made, composed, FIRST)
    assert back.content_hash == composed.content_hash


def test_a_marked_number_stays_marked_when_other_words_change(composed: BriefingContent) -> None:
    new = text_of(composed, FIRST).replace("3560件", "3580件")
    made = reworded(composed, FIRST, new, who="甲", reason="补录")
    again = reworded(made, FIRST, text_of(made, FIRST).replace("共受理", "累计受理"), who="乙")
    assert edited_numbers(again) == ((FIRST, "3580", "补录"),)
    assert text_of(again, FIRST).count("※") == 1


@pytest.mark.parametrize(
    ("old", "new", "number"),
    [("3560件", "13560件", "13560"), ("3560件", "3560.5件", "3560.5"), ("509件", "95件", "95"),
     ("96.3%", "6.3%", "6.3%"), ("3560件", "3560万件", "3560万")],
)  # fmt: skip
def test_a_part_of_a_number_is_not_that_number(
    composed: BriefingContent, old: str, new: str, number: str
) -> None:
    text = text_of(composed, FIRST).replace(old, new, 1)
    with pytest.raises(BadQuestion, match="no evidence stands behind"):
        reworded(composed, FIRST, text, who="王")
    made = reworded(composed, FIRST, text, who="王", reason="核改")
    assert number in [edited for _, edited, _ in edited_numbers(made)]


def test_sentences_are_moved_dropped_added_and_put_back(composed: BriefingContent) -> None:
    order = [one.id for one in composed.sections[0].sentences]
    down = moved(composed, order[0], 1)
    assert [one.id for one in down.sections[0].sentences] == [order[1], order[0], *order[2:]]
    assert moved(down, order[0], -1).content_hash == composed.content_hash
    assert moved(composed, order[0], -1).content_hash == composed.content_hash
    gone = dropped(composed, order[1])
    assert [one.id for one in gone.sections[0].sentences] == [order[0], *order[2:]]
    assert restored(gone, composed, order[1]).content_hash == composed.content_hash
    more = added(composed, "overview", "受理量3560件，需关注", who="王")
    new = more.sections[0].sentences[-1]
    assert sentence(new) == "受理量3560件，需关注。"
    assert new.evidence[0].startswith("appeals_accepted/")
    with pytest.raises(BadQuestion, match="no evidence stands behind 77"):
        added(composed, "overview", "另有77件", who="王")
    with pytest.raises(UnknownName):
        added(composed, "overvew", "x", who="王")
    alone = composed
    for one in order[1:]:
        alone = dropped(alone, one)
    with pytest.raises(BadQuestion, match="would be empty"):
        dropped(alone, order[0])


def test_the_way_to_the_archive(home: WeeklyHome) -> None:
    begun = stands(home, W46)
    assert (begun.state, begun.revision) == ("draft", 0)
    text = text_of(begun.content, FIRST).replace("共受理", "累计受理")
    now = edit(home, W46, 0, " 王 编辑 ", "save", lambda c: reworded(c, FIRST, text, who="王"))
    with pytest.raises(BadQuestion, match="is no step from draft"):
        go(home, W46, now.revision, "李", "sign")
    now = go(home, W46, now.revision, "李审核", "review")
    with pytest.raises(BadQuestion, match="only a draft is edited"):
        edit(home, W46, now.revision, "王", "drop", lambda c: dropped(c, FIRST))
    with pytest.raises(BadQuestion, match="needs its reason"):
        go(home, W46, now.revision, "李", "return")
    now = go(home, W46, now.revision, "张签发", "sign", number=45)
    assert now.content.issue_number == 45
    now = go(home, W46, now.revision, "赵档案", "archive")
    assert now.state == "archived"
    steps = home.weekly.steps(W46)
    assert [(step.who, step.what) for step in steps] == [
        ("王 编辑", "save"), ("李审核", "review"), ("张签发", "sign"), ("赵档案", "archive"),
    ]  # fmt: skip
    assert {step.at for step in steps} == {"2026-11-16T09:00:00"}
    folder = home.home / "briefings/archive" / steps[-1].note
    record = json.loads((folder / RECORD).read_text("utf-8"))
    assert record["content_hash"] == now.content.content_hash
    assert record["data_version"] == 42
    for name, sha in record["sha256"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha
    assert len(archived_files(home, folder.name)) == len(FORMATS)
    kept_content = BriefingContent.model_validate_json((folder / CONTENT).read_text("utf-8"))
    assert kept_content == now.content
    assert archived_files(home, "../..") == ()


@pytest.mark.parametrize("who", ["", "  ", "\n", "x" * 41])
def test_nobody_does_nothing(home: WeeklyHome, who: str) -> None:
    with pytest.raises(BadQuestion, match="name"):
        go(home, W46, 0, who, "review")
    assert home.weekly.steps(W46) == ()


def test_two_people_do_not_overwrite_each_other(home: WeeklyHome) -> None:
    now = edit(home, W46, 0, "甲", "drop", lambda c: dropped(c, FIRST))
    with pytest.raises(BadQuestion, match="somebody else has changed"):
        edit(home, W46, 0, "乙", "drop", lambda c: dropped(c, "overview.city"))
    other = WeeklyLedger(home.home)
    assert other.standing(W46).revision == now.revision == 1
    other.close()


def test_a_number_of_the_year_is_given_once(home: WeeklyHome) -> None:
    for name, number in ((W46, 7), ("2026-W45", 7)):
        now = go(home, name, 0, "李", "review")
        if name == W46:
            go(home, name, now.revision, "张", "sign", number=number)
        else:
            with pytest.raises(BadQuestion, match="It is that of 2026-W46"):
                go(home, name, now.revision, "张", "sign", number=number)


def test_a_killed_change_leaves_what_was_there(home: WeeklyHome) -> None:
    now = edit(home, W46, 0, "甲", "drop", lambda c: dropped(c, FIRST))
    half = sqlite3.connect(home.home / "briefings.sqlite", isolation_level=None)
    half.execute("BEGIN IMMEDIATE")
    half.execute("UPDATE issue SET state = 'signed', revision = 9")
    half.close()  # as a killed process does: without a commit
    assert home.weekly.standing(W46) == now


def test_an_archive_that_was_cut_short_is_made_whole(home: WeeklyHome) -> None:
    now = go(home, W46, 0, "李", "review")
    now = go(home, W46, now.revision, "张", "sign")
    name = f"{W46}_{now.content.content_hash[:8]}"
    part = home.home / "briefings/archive" / f".{name}.part"
    part.mkdir(parents=True)
    (part / "half.docx").write_bytes(b"half")
    go(home, W46, now.revision, "赵", "archive")
    names = [path.name for path in (home.home / "briefings/archive").iterdir()]
    assert names == [name]
    assert not (home.home / "briefings/archive" / name / "half.docx").exists()


def test_documents_are_drawn_from_what_stands(home: WeeklyHome) -> None:
    text = text_of(stands(home, W46).content, FIRST).replace("共受理", "累计受理")
    now = edit(home, W46, 0, "王", "save", lambda c: reworded(c, FIRST, text, who="王"))
    made = issue(home, W46, home.home / "out", forms=["xlsx"], is_compared=True)
    assert made.content == now.content
    assert made.changes == ()
    assert made.is_outdated is False


def test_composing_anew_takes_back_a_draft_but_never_what_was_reviewed(home: WeeklyHome) -> None:
    edit(home, W46, 0, "王", "drop", lambda c: dropped(c, FIRST))
    compose_anew(home, W46, "王")
    assert stands(home, W46).revision == 0
    assert [step.what for step in home.weekly.steps(W46)] == ["drop", "anew"]
    go(home, W46, 0, "李", "review")
    with pytest.raises(BadQuestion, match="stays as it is"):
        compose_anew(home, W46, "王")


def test_the_desk_shows_evidence_and_what_was_refused(home: WeeklyHome) -> None:
    view = desk_of(home, W46, is_compared=True)
    assert view.changes == ()
    first = view.sections[0].sentences[0]
    assert first.proofs[0].href.startswith("/indicator/appeals_accepted?period=2026-11-09..")
    fields = {("who", ""): "", ("revision", ""): "0", ("text", FIRST): "改成这样"}
    refused = act_on(home, W46, "save", FIRST, fields)
    assert refused.is_wrong
    assert "Type your name" in refused.said
    assert refused.sections[0].sentences[0].typed == "改成这样"
    fields[("who", "")] = "王编辑"
    done = act_on(home, W46, "save", FIRST, fields)
    assert not done.is_wrong
    assert done.sections[0].sentences[0].author == "王编辑"
    assert done.who == "王编辑"
    assert "改成这样。" in str(draw_desk(done))
    gone = act_on(home, W46, "drop", FIRST, {**fields, ("revision", ""): "1"})
    assert [one.is_dropped for one in gone.sections[0].sentences][-1] is True
    assert "恢复原句" in str(draw_desk(gone))


def test_what_was_restated_shows_on_the_desk_and_in_the_frozen_text(home: WeeklyHome) -> None:
    before = kept(home, parse_period(W46, home.clock.today()))
    home.service = Town(plant=lambda back, s, c, cell: (
        (cell[0] + 100, cell[1]) if (back, s, c) == (0, 1, 1) else cell))  # fmt: skip
    view = desk_of(home, W46, is_compared=True)
    assert (
        "诉求受理量",
        "青川区",
        "",
        "2026-11-09至2026-11-15",
        "3560件",
        "3660件",
    ) in view.changes
    assert text_of(before, FIRST) == view.sections[0].sentences[0].text
    said = [t for ch in manuscript(before).chapters for _, t in ch.sentences]
    assert "3560件" in said[0]


def test_an_edited_document_is_looked_into_and_then_taken_over(home: WeeklyHome) -> None:
    (path,) = draw(home, kept(home, parse_period(W46, home.clock.today())), home.home, ("docx",))
    document = docx.Document(str(path))
    paragraph = next(p for p in document.paragraphs if "3560件" in p.text)
    paragraph.text = paragraph.text.replace("3560件", "3570件", 1).replace("共受理", "累计受理", 1)
    changed = io.BytesIO()
    document.save(changed)
    told = "data:application/zip;base64," + base64.b64encode(changed.getvalue()).decode()
    fields = {("who", ""): "王编辑", ("revision", ""): "0", ("note", ""): ""}
    view = look_into(home, W46, "改过的.docx", told, fields)
    assert view.returned == (("数字", FIRST, "3560→3570", "共→累计"),)
    shown = {("text", FIRST): view.sections[0].sentences[0].text}
    waiting = {**fields, **shown, ("file", ""): view.file}
    refused = act_on(home, W46, "import", "", waiting)
    assert refused.is_wrong  # a number without its reason
    assert refused.returned == view.returned
    done = act_on(home, W46, "import", "", {**waiting, ("note", ""): "复核"})
    assert (done.is_wrong, done.returned, done.file) == (False, (), "")
    first = done.sections[0].sentences[0]
    assert "累计受理群众诉求3570※件" in first.text
    assert first.typed == first.text
    assert look_into(home, W46, "旧的.docx", told, fields).is_wrong  # drawn from what stood before
    assert look_into(home, W46, "没有.docx", "data:,", fields).is_wrong
