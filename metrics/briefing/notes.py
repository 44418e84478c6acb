"""Section six: what the numbers mean, how complete they are, and what the words promise."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from metrics.answer import Freshness
from metrics.briefing.content import Fact, Part, Section
from metrics.briefing.draft import Draft
from metrics.briefing.edition import prior
from metrics.briefing.evidence import amount, constant, listed, moment, period, words
from metrics.briefing.inquiry import ACCEPTED, STREET_COLUMNS
from metrics.calendar import Period, span
from metrics.indicator import SMALL_DENOMINATOR
from metrics.territory import UNASSIGNED

ID = "notes"
SMALL_BASE = 20
"""Below it a change is given by its base instead of a percentage."""
LATE_RHYTHMS = 2
USUAL_DAYS = 28
USUAL_GAP = 1.25
"""A feed speaks daily if its last days of speaking lie at most so many days apart on average."""
_DAY = dt.timedelta(days=1)
_RHYTHM_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def notes(draft: Draft) -> Section:
    """Return the section on data and definitions."""
    facts = [
        _window(draft), *_feeds(draft), _unassigned(draft), _words(draft), *_definitions(draft),
    ]  # fmt: skip
    return Section(
        id=ID, title="六、数据说明", sentences=tuple(fact for fact in facts if fact is not None)
    )


def _fact(name: str, parts: Sequence[Part], score: float) -> Fact:
    return Fact(id=f"{ID}.{name}", section=ID, parts=tuple(parts), score=score)


def _window(draft: Draft) -> Fact:
    # The data version stands in the colophon: here it would make every batch a new wording.
    parts = (
        "统计时段为", period(draft.answers.period), *_compared(draft.answers.period),
        "。各数据均出自指标服务，分子、分母见附表，数据版本见版记。",
    )  # fmt: skip
    return _fact("window", parts, 100)


def _compared(period_: Period) -> tuple[Part, ...]:
    """Say what 环比 is held against where the name of the window before does not say it."""
    if period_.kind in ("day", "week"):
        return ()
    window = prior(period_)
    return ("；环比的上期为此前天数相同的", period(span(window.start, window.end)))


def _feeds(draft: Draft) -> list[Fact]:
    window = draft.answers.period
    absent = [feed for feed in draft.answers.feeds if feed.as_of is None]
    late = [feed for feed in draft.answers.feeds if feed.as_of and _is_late(feed, window)]
    silent = _silent(draft, [feed for feed in draft.answers.feeds if feed not in (*absent, *late)])
    facts = []
    if absent:
        names = listed([(words(feed.name),) for feed in absent])
        facts.append(_fact("absent", ("尚无数据的来源：", *names, "。相关指标以“—”表示。"), 96))
    if late:
        items: list[tuple[Part, ...]] = []
        for feed in late:
            if feed.as_of is not None:
                text = feed.as_of.replace(tzinfo=None).isoformat(timespec="minutes")
                items.append((words(feed.name), "（截至", moment(text), "）"))
        parts = ("未覆盖统计时段末的来源：", *listed(items), "。相关指标可能偏低。")
        facts.append(_fact("late", parts, 95))
    if silent:
        items = [(words(feed.name), *_days(days)) for feed, days in silent]
        parts = ("统计时段内有缺报的来源：", *listed(items), "。相关指标可能偏低。")
        facts.append(_fact("silent", parts, 94))
    if not facts and draft.answers.feeds:
        facts.append(_fact("fresh", ("各数据来源均覆盖统计时段。",), 95))
    return facts


def _silent(draft: Draft, feeds: Sequence[Freshness]) -> list[tuple[Freshness, list[dt.date]]]:
    """Return the feeds that said nothing on days of the period, though they speak every day."""
    if not draft.answers.is_whole:
        return []
    window, found = draft.answers.period, []
    for feed in feeds:
        spoken = draft.answers.spoken.get(feed.source, frozenset())
        before = sorted(day for day in spoken if day < window.start)[-USUAL_DAYS:]
        if len(before) < USUAL_DAYS:
            continue
        is_daily = (before[-1] - before[0]).days < USUAL_DAYS * USUAL_GAP
        days = [window.start + _DAY * k for k in range(window.days)]
        missing = [day for day in days if day not in spoken]
        if is_daily and missing:
            found.append((feed, missing))
    return found


def _days(days: Sequence[dt.date]) -> tuple[Part, ...]:
    """Return days in words, those in a row as one stretch."""
    rows: list[list[dt.date]] = []
    for day in days:
        if rows and day - rows[-1][-1] == _DAY:
            rows[-1].append(day)
        else:
            rows.append([day])
    return ("（", *listed([(period(span(row[0], row[-1])),) for row in rows]), "）")


def _is_late(feed: Freshness, window: Period) -> bool:
    """Tell whether a feed ended before the period did, by more than its rhythm explains.

    Judged against the period, not against the clock: printed a month later it reads the same.
    """
    match = re.fullmatch(r"(\d+)\s*([smhd])", feed.rhythm)
    if feed.as_of is None:
        return False
    seconds = int(match[1]) * _RHYTHM_UNITS[match[2]] if match else 0
    rhythm = dt.timedelta(seconds=seconds)
    over = dt.datetime.combine(window.end + _DAY, dt.time())
    return over - feed.as_of.replace(tzinfo=None) > LATE_RHYTHMS * max(rhythm, _DAY)


def _unassigned(draft: Draft) -> Fact | None:
    answer = draft.answers.areas.get(ACCEPTED)
    for child in answer.children if answer is not None else ():
        if child.name == UNASSIGNED and child.figure.value and answer is not None:
            piece = draft.book.area(answer, child)
            parts = ("未归属到", draft.level, "的诉求", amount(piece), "，计入", draft.whole,
                "合计，不计入任何", draft.level, "。")  # fmt: skip
            return _fact("unassigned", parts, 90)
    return None


def _words(draft: Draft) -> Fact:
    parts = ("文中“明显”指与近", draft.history, draft.answers.edition.span,
        "水平相比（工作日、节假日天数不同的先行折算），差异超出按历史离散程度计算的随机波动；"
        "对比基数小于", constant(SMALL_BASE),
        "的不列百分比；分母小于", constant(SMALL_DENOMINATOR),
        "的比率标“＊”，仅供参考；比率为分子合计除以分母合计；“—”表示暂无数据，不是零。",
    )  # fmt: skip
    return _fact("words", parts, 85)


def _definitions(draft: Draft) -> list[Fact]:
    facts = []
    for number, indicator in enumerate(STREET_COLUMNS):
        answer = draft.answers.headline.get(indicator)
        if answer is not None:
            meaning = words(re.sub(r",(?! )", "，", answer.indicator.note.rstrip("。")))
            parts = (words(answer.indicator.name), "：", meaning, "。")
            facts.append(_fact(f"meaning.{indicator}", parts, 50 - number))
    return facts
