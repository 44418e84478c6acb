"""An edited Word document read back: which numbers were changed, and which words only."""

from __future__ import annotations

import difflib
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]

from layouts.briefing.editing import added, dropped, reworded
from layouts.briefing.manuscript import Manuscript
from layouts.briefing.rebind import NUMBER, rebound
from layouts.briefing.sentences import phrase
from metrics.briefing.content import BriefingContent, Fact
from metrics.errors import BadQuestion, ConfigError

MOST_BYTES, MOST_UNPACKED = 30 << 20, 300 << 20
ALIKE = 0.5
"""Share of equal characters from which on a paragraph is an old sentence in other words."""
Kind = Literal["wording", "numbers", "gone", "new", "cell"]
_FRAME = re.compile(r"^[图表]\d+　")


@dataclass(frozen=True)
class Returned:
    """One difference between the briefing and the document that came back.

    Attributes:
        kind: ``wording`` where every number still stands, ``numbers`` where one is another or
            gone, a sentence that is ``gone`` or ``new``, or a ``cell`` of a table.
        at: id of the sentence; of the section for a new one; of the table for a cell.
        numbers: what was and what is there now.
        words: likewise, without the numbers.
    """

    kind: Kind
    at: str
    old: str
    new: str
    numbers: tuple[tuple[str, str], ...] = ()
    words: tuple[tuple[str, str], ...] = ()

    @property
    def shown_numbers(self) -> str:
        """The numbers that were and that are now, as a list."""
        return _arrows(self.numbers)

    @property
    def shown_words(self) -> str:
        """The words likewise; of a sentence that is new or gone, the whole of it."""
        return _arrows(self.words) or self.new or self.old


def _arrows(pairs: Sequence[tuple[str, str]]) -> str:
    return "、".join(f"{old or '—'}→{new or '—'}" for old, new in pairs)


def returned(said: Manuscript, data: bytes, *, name: str) -> tuple[Returned, ...]:
    """Return how a document differs from the briefing it was drawn from.

    Tracked changes count as accepted.

    Args:
        said: the briefing as it stands.
        data: the file.
        name: of the file, for messages.

    Raises:
        ConfigError: no Word document, or too large.
        BadQuestion: it was drawn from another content.
    """
    document = _open(data, name)
    mark = said.content.content_hash
    if mark not in document.core_properties.comments:
        raise BadQuestion(
            f"this document was not drawn from {said.content.week} as it stands now",
            where=name,
            next_step="Draw it anew and put the changes in there, or edit the sentences here",
        )
    body = [_text(paragraph._p) for paragraph in document.paragraphs]
    found: list[Returned] = []
    for chapter, texts in _chapters(said, body):
        found += _compared(chapter, said, texts)
    return (*found, *_cells(said, document))


def taken_over(
    content: BriefingContent, changes: Sequence[Returned], *, who: str, reason: str
) -> BriefingContent:
    """Return the content with the sentences as they came back; tables stay as they were drawn.

    Raises:
        BadQuestion: a number was changed and there is no reason.
    """
    for one in changes:
        if one.kind in ("wording", "numbers"):
            content = reworded(content, one.at, one.new, who=who, reason=reason)
        elif one.kind == "gone":
            content = dropped(content, one.at)
        elif one.kind == "new":
            content = added(content, one.at, one.new, who=who, reason=reason)
    return content


def _open(data: bytes, name: str) -> Document:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            unpacked = sum(part.file_size for part in package.infolist())
        if len(data) > MOST_BYTES or unpacked > MOST_UNPACKED:
            raise ConfigError(
                "the document is too large", where=name, hint=f"Up to {MOST_BYTES >> 20} MB"
            )
        return docx.Document(io.BytesIO(data))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError,
            etree.XMLSyntaxError) as error:  # fmt: skip
        raise ConfigError(
            "this is not a Word document (.docx)",
            where=name,
            next_step="Save it from Word or WPS as .docx",
        ) from error


def _text(paragraph: etree._Element) -> str:
    """Return a paragraph with what was inserted and without what was deleted."""
    return "".join(one.text or "" for one in paragraph.iter(qn("w:t"))).strip()


def _chapters(said: Manuscript, body: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Return the running text of every section that is still there, by its heading."""
    titles = {chapter.title: chapter.id for chapter in said.chapters}
    found: list[tuple[str, list[str]]] = []
    for text in body:
        if text in titles:
            found.append((titles[text], []))
        elif text.startswith("附表"):
            break
        elif found and text and not _FRAME.match(text):
            found[-1][1].append(text)
    return found


def _compared(chapter_id: str, said: Manuscript, texts: Sequence[str]) -> list[Returned]:
    chapter = next(one for one in said.chapters if one.id == chapter_id)
    left = list(texts)
    missing: list[tuple[Fact, str]] = []
    for fact, text in chapter.sentences:
        if text in left:
            left.remove(text)
        else:
            missing.append((fact, text))
    found: list[Returned] = []
    for fact, text in missing:
        near = max(left, key=lambda one: _likeness(text, one), default="")
        if near and _likeness(text, near) >= ALIKE:
            left.remove(near)
            found.append(_changed(fact, text, near))
        else:
            found.append(Returned("gone", fact.id, text, ""))
    return [*found, *(Returned("new", chapter_id, "", text) for text in left)]


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _changed(fact: Fact, old: str, new: str) -> Returned:
    made = rebound(fact.slots, new)
    kept = {slot.evidence for slot in made.parts if not isinstance(slot, str)}
    here = NUMBER.findall(new)
    gone = [
        token
        for slot in fact.slots
        if slot.evidence not in kept or phrase(slot) not in new
        for token in NUMBER.findall(phrase(slot))
        if token not in here
    ]
    pairs = tuple(_zipped(gone, made.edited))
    return Returned("numbers" if pairs else "wording", fact.id, old, new, pairs, _words(old, new))


def _zipped(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str]]:
    longest = max(len(old), len(new))
    pad = [*old, *[""] * (longest - len(old))], [*new, *[""] * (longest - len(new))]
    return list(zip(*pad, strict=True))


def _words(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """Return the stretches of words that differ, numbers left out of sight."""
    one, other = (NUMBER.sub("0", text) for text in (old, new))
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return tuple(
        (one[a:b], other[c:d]) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"
    )


def _cells(said: Manuscript, document: Document) -> list[Returned]:
    """Return the cells of tables that differ; they are told, and not taken over."""
    found: list[Returned] = []
    specs = [table for chapter in said.chapters for table in chapter.tables]
    for spec, table in zip(specs, document.tables, strict=False):
        drawn = [spec.spec.head, *spec.rows]
        for row, texts in zip(table._tbl.tr_lst, drawn, strict=False):
            for cell, old in zip(row.tc_lst, texts, strict=False):
                new = "".join(_text(paragraph) for paragraph in cell.p_lst)
                if new != old:
                    at = f"{spec.spec.id}/{texts[0]}"
                    found.append(Returned("cell", at, old, new, _pairs(old, new)))
    return found


def _pairs(old: str, new: str) -> tuple[tuple[str, str], ...]:
    one, other = NUMBER.findall(old), NUMBER.findall(new)
    return tuple(_zipped(one, other)) if one != other else ()
