"""The number itself: value, what it is made of, how it moved, its light and its definition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from layouts import format as fmt
from layouts import shell, states
from layouts import staff_texts as texts
from layouts.shell import View
from metrics.answer import Answer, Figure
from metrics.indicator import Indicator, Light


def headline(
    answer: Answer, view: View, now: dt.datetime, *, links: Sequence[Component] | None = None
) -> html.Section:
    """Return the panel with the value of the answer and everything needed to judge it.

    Args:
        answer: the number.
        view: makes the addresses.
        now: the city's time.
        links: where to go from here; the pages behind the number when left out.
    """
    indicator = answer.indicator
    note = states.state_note(answer, now)
    return html.Section(
        [
            html.Header(
                [
                    html.H1(
                        [
                            html.Span(answer.area_name, className="st-hero__area"),
                            html.Span(indicator.name),
                        ],
                        className="st-hero__title",
                    ),
                    html.Span(period_words(answer, now), className="st-hero__period"),
                ],
                className="st-hero__head",
            ),
            html.Div(
                [
                    _value(answer),
                    _light(answer),
                    _small(answer, note),
                    _immature(answer),
                    _recut(answer),
                ],
                className="st-hero__row",
            ),
            no_data(answer, now) if answer.figure.value is None else None,
            html.Div(_changes(answer), className="st-hero__changes"),
            html.Div(
                _links(view, answer) if links is None else list(links), className="st-hero__links"
            ),
            html.P(
                [html.Strong(f"{texts.DEFINITION}:"), indicator.note, _basis(indicator)],
                className="st-hero__note",
            ),
        ],
        className="st-hero",
    )


def period_words(answer: Answer, now: dt.datetime) -> str:
    """Return the period in words with its dates."""
    period = answer.period
    words = fmt.period_text(period, now.date())
    dates = str(period.start) if period.days == 1 else f"{period.start} — {period.end}"
    return f"{words} · {dates}"


def no_data(answer: Answer, now: dt.datetime) -> Component:
    """Return the sentence that stands where a number is missing."""
    said = [texts.NO_DATA_IN_PERIOD.format(period=fmt.period_text(answer.period, now.date()))]
    feed = states.oldest_feed(answer)
    if feed is not None and feed.as_of is None:
        said.append(texts.NO_DATA_EVER.format(name=feed.name))
    elif feed is not None:
        at = fmt.moment_text(feed.as_of, now)
        said.append(texts.NO_DATA_AS_OF.format(name=feed.name, as_of=at))
    return shell.sentence("".join(said))


def _value(answer: Answer) -> html.Div:
    value = answer.figure.value
    unit = html.Span(answer.indicator.unit, className="st-hero__unit")
    return html.Div(
        [html.Span(fmt.value_text(value, answer.indicator)), unit if value is not None else None],
        className="st-hero__value is-small" if answer.is_small else "st-hero__value",
    )


def light_words(light: Light, figure: Figure, *, is_small: bool, is_immature: bool = False) -> str:
    """Return what a light says; without one, why there is none."""
    if light != "none":
        return texts.LIGHTS[light]
    if figure.value is None:
        return texts.NO_VALUE
    if is_small:
        return texts.SMALL_SHORT
    return texts.IMMATURE_SHORT if is_immature else texts.LIGHTS[light]


def _light(answer: Answer) -> html.Span:
    words = light_words(
        answer.light, answer.figure, is_small=answer.is_small, is_immature=answer.maturity < 1
    )
    return shell.light(answer.light, word=words)


def _recut(answer: Answer) -> html.Span | None:
    words = fmt.recut_text(answer.recuts)
    return html.Span(words, className="st-warn") if words else None


def _immature(answer: Answer) -> html.Span | None:
    words = fmt.maturity_text(answer.maturity, answer.matures_days)
    shown = words and answer.figure.value is not None
    return html.Span(words, className="st-warn") if shown else None


def _small(answer: Answer, note: str) -> html.Span | None:
    if answer.is_small:
        return html.Span(texts.SMALL, className="st-warn")
    if note and answer.figure.value is not None:
        return html.Span([texts.STALE, ":", note], className="st-warn")
    return None


def quotient(figure: Figure, indicator: Indicator) -> str:
    """Return the sums above and below the line, where there is a line; empty otherwise."""
    if figure.denominator is None or not indicator.has_denominator:
        return ""
    above, below = (
        fmt.number(part, _places(part)) for part in (figure.numerator, figure.denominator)
    )
    return f"{above} / {below}"


def _places(part: float | None) -> int:
    return 0 if part is None or float(part).is_integer() else 1


def _changes(answer: Answer) -> list[Component]:
    indicator = answer.indicator
    shown: list[Component] = []
    if ratio := quotient(answer.figure, indicator):
        name = f"{texts.NUMERATOR} / {texts.DENOMINATOR}"
        shown.append(_pair(name, html.Span(ratio, className="st-mono")))
    for name, change, figure in (
        (texts.COMPARED_WITH_PREVIOUS, answer.change, answer.previous),
        (texts.COMPARED_WITH_YEAR_AGO, answer.year_change, answer.year_ago),
    ):
        tone = fmt.change_tone(change, indicator)
        moved = html.Span(fmt.change_text(change, indicator), className=f"st-change is-{tone}")
        text = "" if figure.value is None else fmt.value_with_unit(figure.value, indicator)
        shown.append(_pair(name, html.Span([moved, html.Span(text, className="st-base")])))
    if indicator.target != "none":
        shown.append(_pair(texts.TARGET, html.Span(rule_words(indicator.target, indicator))))
    return shown


def rule_words(rule: str, indicator: Indicator) -> str:
    """Return a target or threshold as it is read: ``≥95%``; the word for none where there is none.

    Rules on a deviation keep their own sign of per cent: ``b4w>+20%`` is 较前4周同日均值>+20%.
    """
    if rule.strip() in ("none", ""):
        return texts.WITHOUT
    said = []
    for part in rule.split("|"):
        text = part.strip().replace(">=", "≥").replace("<=", "≤")
        for basis, words in texts.RULE_BASES.items():
            text = text.replace(basis, words)
        said.append(text if text.endswith("%") else f"{text}{indicator.unit}")
    return f" {texts.OR} ".join(said)


def _pair(name: str, value: Component) -> html.Div:
    return html.Div([html.Span(name, className="st-pair__name"), value], className="st-pair")


def _links(view: View, answer: Answer) -> list[Component]:
    indicator = answer.indicator.id
    return [
        shell.go(texts.WHY, view.href("indicator", indicator=indicator), className="st-button"),
        shell.go(texts.AREA_PAGE, view.href("area"), className="st-button st-button--quiet"),
    ]


def _basis(indicator: Indicator) -> str:
    if indicator.is_formula:
        return ""
    basis = texts.TIME_BASES.get(indicator.time, indicator.time)
    stop = "" if indicator.note.endswith("。") else "。"
    return f"{stop} {texts.TIME_BASIS}:{basis}。"
