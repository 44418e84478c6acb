"""What a number is when it is not simply fresh, and how that looks."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from dash import html
from dash.development.base_component import Component

from layouts.format import moment_text
from layouts.texts import Lang, t
from metrics.answer import Answer, Freshness

State = Literal["fresh", "stale", "small", "missing", "failed", "empty"]


def state_of(answer: Answer | None) -> State:
    """Return the state of a number; no answer at all means that it could not be asked."""
    if answer is None:
        return "failed"
    if answer.figure.value is None:
        return "missing"
    if is_late(answer):
        return "stale"
    return "small" if answer.is_small else "fresh"


def is_late(answer: Answer) -> bool:
    """Tell whether a late feed may still change the number: it ends within the period asked."""
    return any(
        feed.is_stale and (feed.as_of is None or feed.as_of.date() <= answer.period.end)
        for feed in answer.freshness
    )


def oldest_feed(answer: Answer) -> Freshness | None:
    """Return the feed that lags most behind a number: the one never heard of, else the oldest."""
    if not answer.freshness:
        return None
    unheard = [feed for feed in answer.freshness if feed.as_of is None]
    late = [feed for feed in answer.freshness if feed.is_stale and feed.as_of is not None]
    heard = late or [feed for feed in answer.freshness if feed.as_of is not None]
    return unheard[0] if unheard else min(heard, key=_as_of)


def _as_of(feed: Freshness) -> dt.datetime:
    return feed.as_of or dt.datetime.max.replace(tzinfo=dt.UTC)


def state_note(answer: Answer | None, now: dt.datetime, lang: Lang = "zh") -> str:
    """Return why a number is missing, late or grey, in a few words; empty when it is fresh."""
    state = state_of(answer)
    if answer is None:
        return t("state.unasked", lang)
    if state == "fresh":
        return ""
    if state == "small":
        return t("state.small", lang)
    feed = oldest_feed(answer)
    if feed is None:
        return t(f"state.{state}", lang)
    if feed.as_of is None:
        return t("state.never_arrived", lang).format(feed=feed.name)
    at = moment_text(feed.as_of, now, lang)
    return t("state.feed_as_of", lang).format(feed=feed.name, at=at)


def state_box(state: State, detail: str = "", lang: Lang = "zh") -> Component:
    """Return the box that stands where a chart or table has nothing to show."""
    body: list[Component] = [html.Strong(t(f"state.{state}", lang), className="state-title")]
    if detail:
        body.append(html.Span(detail, className="state-detail"))
    return html.Div(body, className=f"state-box is-{state}", role="status")
