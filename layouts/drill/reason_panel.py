"""Why the number moved: one paragraph, the parts of the change as a waterfall, and a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from layouts import format as fmt
from layouts import ids, shell
from layouts import reason_texts as words
from layouts.drill.reason_sentence import cut_name, effect_text, part_name, reason, sums_text
from layouts.figures.style import as_table, graph
from layouts.figures.waterfall import waterfall
from layouts.shell import View
from layouts.theme import token
from metrics.answer import Answer
from metrics.insight.cut import AREA, has_line, nature_of
from metrics.insight.explanation import BROAD, Explanation, Findings, Share

MOST_ROWS = 40


@dataclass(frozen=True)
class Reason:
    """What the panel draws.

    Attributes:
        why: the explanation; None where the change cannot be split.
        level: what the areas below are called.
        areas: names of areas by id.
    """

    why: Explanation | None
    level: str
    areas: Mapping[str, str]


def reason_panel(
    reason_: Reason, answer: Answer, view: View, area_href: Callable[[str], str]
) -> html.Section:
    """Return the panel; without an explanation it says why there is none."""
    why = reason_.why
    if why is None:
        said = words.NOT_SPLIT if nature_of(answer.indicator) is None else words.NO_BEFORE
        return shell.panel(words.TITLE, shell.sentence(said), className="st-span-4")
    told = html.P(reason(why, answer, reason_.level, reason_.areas), className="st-reason")
    cut = chosen(why, view.why)
    if cut is None or not cut.shares:
        return shell.panel(words.TITLE, told, className="st-span-4")

    def href(key: str) -> str:
        return area_href(key) if cut.id == AREA else view.with_filter(cut.id, key).href("drill")

    name = cut_name(cut.id, reason_.level)
    figure = waterfall(
        cut.shares,
        say=lambda effect: effect_text(effect, why, answer.indicator),
        href=href,
        tone=lambda effect: _tone(effect, answer),
        scale=answer.indicator.factor if has_line(why.nature) else 1.0,
    )
    label = words.LABEL.format(name=answer.indicator.name, cut=words.BY.format(name=name))
    drawn = graph(figure, label=label, graph_id=ids.goes(ids.DRILL, "why"))
    table = as_table(_table(cut, why, answer, href))
    return shell.panel(
        words.TITLE,
        [told, _cuts(why, cut, view, reason_.level), drawn, table],
        note=words.NOTE,
        className="st-span-4 st-why",
    )


def chosen(why: Explanation, asked: str) -> Findings | None:
    """Return the cut asked for; else the most surprising one, or the areas where none surprises."""
    named = {one.id: one for one in why.cuts}
    first = next(iter(why.cuts), None)
    if first is not None and first.surprise < BROAD:
        first = named.get(AREA, first)
    return named.get(asked, first)


def _cuts(why: Explanation, shown: Findings, view: View, level: str) -> Component:
    first = why.cuts[0]
    links = [
        shell.go(
            words.BY.format(name=cut_name(one.id, level)),
            view.href("drill", page=view.page, case=view.case, why=one.id),
            current=one.id == shown.id,
        )
        for one in why.cuts
    ]
    group = shell.aria(label=words.TITLE)
    row = html.Div(links, className="st-segments st-segments--small", role="group", **group)
    if first.surprise < BROAD:
        return html.Div(row, className="st-why__cuts")
    said = f"{words.MOST_SURPRISING}:{cut_name(first.id, level)}"
    return html.Div([row, html.Span(said, className="st-panel__note")], className="st-why__cuts")


def _tone(effect: float, answer: Answer) -> str:
    tone = fmt.change_tone(effect, answer.indicator)
    if tone == "flat":
        return token("class-4") if effect >= 0 else token("class-2")
    return token(tone)


def _table(
    cut: Findings, why: Explanation, answer: Answer, href: Callable[[str], str]
) -> Component:
    one = answer.indicator
    lined = has_line(why.nature)
    shares, rest = cut.shares, None
    if len(shares) > MOST_ROWS:
        shares, rest = shares[: MOST_ROWS - 1], together(shares[MOST_ROWS - 1 :])
    head = [words.PART, words.NOW, words.BEFORE, words.EFFECT]
    head += [words.RATE_EFFECT, words.MIX_EFFECT] if lined else [words.PUSH]
    rows = [
        [
            shell.go(part_name(share.name), href(share.key))
            if share.key
            else part_name(share.name),
            sums_text(share.now, why, one),
            sums_text(share.before, why, one),
            effect_text(share.effect, why, one),
            *_last(share, why, answer),
            words.SIGMA.format(z=f"{share.z:+.1f}")
            if why.is_judged and share != rest
            else fmt.NONE,
        ]
        for share in (*shares, *filter(None, [rest]))
    ]
    numeric = tuple(range(1, len(head) + 1))
    return shell.table([*head, words.FROM_USUAL], rows, caption=words.TITLE, numeric=numeric)


def together(shares: Sequence[Share]) -> Share:
    """Return many parts as one, so that what is listed still adds up to the change."""
    return Share(
        key="",
        name=words.OTHERS.format(count=len(shares)),
        now=(sum(one.now[0] for one in shares), sum(one.now[1] for one in shares)),
        before=(sum(one.before[0] for one in shares), sum(one.before[1] for one in shares)),
        effect=sum(one.effect for one in shares),
        rate=sum(one.rate for one in shares),
        mix=sum(one.mix for one in shares),
        z=0.0,
    )


def _last(share: Share, why: Explanation, answer: Answer) -> list[str]:
    if has_line(why.nature):
        return [effect_text(part, why, answer.indicator) for part in (share.rate, share.mix)]
    if not why.before[0]:
        return [fmt.NONE]
    return [f"{100 * share.effect / why.before[0]:+.2f}"]
