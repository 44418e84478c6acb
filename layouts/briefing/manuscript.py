"""A frozen content put into words once; every document is set from this and from nothing else."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from layouts.briefing.sentences import cell, figure, sentence
from metrics.briefing.content import (
    BriefingContent,
    ChartSpec,
    Evidence,
    Fact,
    PictureSpec,
    Section,
    TableSpec,
)

DEMO_LABEL = "演示数据"
DEMO_NOTE = "【演示数据】由程序生成，不反映真实情况"
EVIDENCE_TITLE = "附表　数据依据"
EVIDENCE_HEAD = ("指标", "区域", "期间", "数值", "分子", "分母", "数据版本")
EVIDENCE_WEIGHTS = (32.0, 31.0, 39.0, 18.0, 15.0, 14.0, 15.0)


@dataclass(frozen=True)
class Figure:
    """A chart, map or calendar with its numbered caption."""

    caption: str
    spec: ChartSpec | PictureSpec


@dataclass(frozen=True)
class Table:
    """A table with its numbered caption, its cells as text."""

    caption: str
    spec: TableSpec

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The cells below the heading."""
        return tuple(tuple(cell(slot) for slot in row) for row in self.spec.rows)


@dataclass(frozen=True)
class Chapter:
    """A section in words: sentences with the facts they word, then what is drawn."""

    id: str
    title: str
    sentences: tuple[tuple[Fact, str], ...]
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Manuscript:
    """Everything a document says, in the order it says it."""

    content: BriefingContent
    issue: str
    issued: str
    span: str
    version_line: str
    chapters: tuple[Chapter, ...]
    evidence: tuple[tuple[str, ...], ...]

    @property
    def demo_label(self) -> str:
        """Stands on every page of a demo city."""
        return DEMO_LABEL if self.content.is_demo else ""

    @property
    def texts(self) -> Iterator[str]:
        """Every text that may be written, for the check of fonts."""
        content = self.content
        yield from (content.masthead, content.title, content.city, content.publisher)
        yield from (self.issue, self.issued, self.span, self.version_line, DEMO_NOTE)
        yield from (EVIDENCE_TITLE, *EVIDENCE_HEAD, content.week)
        for chapter in self.chapters:
            yield chapter.title
            yield from (text for _, text in chapter.sentences)
            for table in chapter.tables:
                yield from (table.caption, *table.spec.head)
                yield from (text for row in table.rows for text in row)
            for one in chapter.figures:
                yield one.caption
                yield from _drawn_texts(one.spec)
        for row in self.evidence:
            yield from row


def manuscript(content: BriefingContent) -> Manuscript:
    """Return the words of a content."""
    issued = dt.date.fromisoformat(content.issued)
    figures, tables = itertools.count(1), itertools.count(1)

    chapters = tuple(
        Chapter(
            id=section.id,
            title=section.title,
            sentences=tuple((fact, sentence(fact)) for fact in section.sentences),
            figures=tuple(
                Figure(f"图{next(figures)}　{one.caption}", one) for one in _figures(section)
            ),
            tables=tuple(Table(f"表{next(tables)}　{one.caption}", one) for one in section.tables),
        )
        for section in content.sections
    )
    return Manuscript(
        content=content,
        issue=f"〔{content.issue_year}〕第{content.issue_number}期",
        issued=f"{issued.year}年{issued.month}月{issued.day}日",
        span=f"（{_span(content)}）",
        version_line=f"数据版本：第{content.data_version}版　校验码：{content.content_hash[:16]}",
        chapters=chapters,
        evidence=tuple(tuple(evidence_row(piece)) for piece in content.told),
    )


def _figures(section: Section) -> list[ChartSpec | PictureSpec]:
    return [*section.charts, *section.pictures]


def evidence_row(piece: Evidence) -> Sequence[str]:
    """Return a line of the appendix: what, where, when, how much, over what, from which data."""
    where = f"{piece.area_name}·{piece.where}" if piece.where else piece.area_name
    return (
        piece.name,
        where,
        piece.period.replace("..", "至"),
        figure(piece.value, piece.unit, piece.decimals),
        _part(piece.numerator),
        _part(piece.denominator),
        str(piece.data_version),
    )


def proof_line(piece: Evidence) -> str:
    """Return a piece of evidence as one line for comments and speaker's notes."""
    name, where, period, value, above, below, version = evidence_row(piece)
    ratio = f"＝{above}／{below}" if piece.denominator is not None else ""
    return f"{name}｜{where}｜{period}｜{value}{ratio}｜第{version}版"


def _part(value: float | None) -> str:
    is_whole = value is not None and float(value).is_integer()
    return figure(value, "", 0 if is_whole else 2)


def _span(content: BriefingContent) -> str:
    first, last = (
        f"{day.month}月{day.day}日"
        for day in (dt.date.fromisoformat(content.start), dt.date.fromisoformat(content.end))
    )
    return first if first == last else f"{first}至{last}"


def _drawn_texts(spec: ChartSpec | PictureSpec) -> Iterator[str]:
    if isinstance(spec, ChartSpec):
        yield from spec.categories
        yield from (f"{series.name}{series.unit}" for series in spec.series)
    else:
        yield from (place.name for place in spec.places)
