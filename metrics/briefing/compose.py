"""One frozen briefing from the answers of the service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from metrics.briefing.appeals import appeals
from metrics.briefing.areas import areas
from metrics.briefing.cells import local_surges
from metrics.briefing.content import BriefingContent, Ring, Section
from metrics.briefing.districtwork import management, safety
from metrics.briefing.draft import Draft
from metrics.briefing.edition import number_of
from metrics.briefing.evidence import EvidenceBook
from metrics.briefing.inquiry import Answers, Asks, inquire
from metrics.briefing.notes import notes
from metrics.briefing.overview import overview
from metrics.briefing.pictures import trends
from metrics.calendar import Period
from metrics.errors import BadQuestion

BUDGETS = {"overview": 6, "appeals": 8, "management": 8, "safety": 5, "areas": 3, "notes": 12}
"""Sentences a section may hold; the weakest are left out."""
WRITERS = (overview, appeals, management, safety, areas, notes)


def compose(
    asks: Asks,
    *,
    period: Period,
    city_title: str,
    is_demo: bool,
    publisher: str = "",
    issue_number: int | None = None,
    outlines: Mapping[str, Sequence[Ring]] | None = None,
) -> BriefingContent:
    """Return the briefing of a period; the same data gives the same content and hash.

    Args:
        asks: the metrics service.
        period: a day, ISO week, month or quarter that has begun.
        city_title: the city's title, for the document's properties.
        is_demo: marks every page as demo data.
        publisher: who issues it; by default the city's operation centre.
        issue_number: running number of the year; by default that of the period.
        outlines: rings of the areas below the root by id, for the map; no map without them.

    Raises:
        BadQuestion: no briefing is written of such a period, or none of its indicators is known.
    """
    answers = _asked(asks, period)
    book, surges = EvidenceBook(answers.begun), local_surges(answers)
    draft = Draft(answers, book, outlines=outlines or {}, surges=surges)
    sections = tuple(_within_budget(write(draft)) for write in WRITERS)
    year, number = number_of(period)
    lines = trends(draft)
    used = [id_ for section in sections for id_ in (*section.evidence, *_drawn(section))]
    used += [id_ for trend in lines for id_ in trend.evidence]
    city = answers.territory.areas[answers.territory.root].name
    return BriefingContent(
        week=period.text,
        start=period.start.isoformat(),
        end=period.end.isoformat(),
        masthead=answers.edition.masthead,
        title=f"{city}城市运行情况",
        city=city_title or city,
        publisher=publisher or f"{city}城市运行管理中心",
        issue_year=year,
        issue_number=number if issue_number is None else issue_number,
        issued=(period.end + dt.timedelta(days=1)).isoformat(),
        is_demo=is_demo,
        sections=sections,
        evidence=draft.book.used(used),
        data_version=answers.data_version,
        trends=lines,
    ).sealed()


def _asked(asks: Asks, period: Period) -> Answers:
    answers = inquire(asks, period)
    if not answers.headline:
        raise BadQuestion(
            "the catalogue has none of the briefing's indicators",
            where="briefing",
            next_step="Run 'cockpit check'; 'cockpit catalogue' lists what there is",
        )
    return answers


def _within_budget(section: Section) -> Section:
    ranked = sorted(section.sentences, key=lambda fact: (-fact.score, fact.id))
    kept = ranked[: BUDGETS[section.id]]
    # What is missing must be said however much else there is to say.
    gaps = [fact for fact in ranked if fact.id.endswith(".gaps") and fact not in kept]
    return section.model_copy(update={"sentences": (*kept, *gaps)})


def _drawn(section: Section) -> list[str]:
    """Return the ids that the pictures of a section stand on."""
    return [
        id_
        for picture in section.pictures
        for id_ in (*(place.evidence for place in picture.places), *picture.evidence)
    ]
