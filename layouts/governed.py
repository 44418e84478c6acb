"""The panel of a problem that was taken in hand: before, after, and against everything else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from layouts import format as fmt
from layouts import hotspot_texts as words
from layouts import ids, shell
from layouts.figures.style import as_table, blank, graph
from layouts.shell import Children, View
from layouts.theme import token
from metrics.findings import RECURS
from metrics.governed import MOST_WEEKS, BeforeAfter, Governed
from metrics.insight.effect import Net

MOST_PLACES = 12


@dataclass(frozen=True)
class GovernedContent:
    """What the panel draws.

    Attributes:
        view: what the address says.
        problems: those the city names.
        chosen: the one looked at; None for none.
        found: before and after; None where it cannot be told.
        trouble: why not.
        classes: minor classes to choose from.
        name_of: what an area is called.
    """

    view: View
    problems: Sequence[Governed]
    chosen: Governed | None
    found: BeforeAfter | None
    trouble: str
    classes: Sequence[str]
    name_of: Callable[[str], str]


def governed_panel(content: GovernedContent) -> html.Section:
    """Return the panel: which problem, its numbers, its weeks, its areas and places."""
    tools: list[Component] = [_problems(content), _form(content)]
    if content.found is None:
        said = content.trouble or words.GOVERNED_HINT
        return shell.panel(words.GOVERNED, [*tools, shell.sentence(said)])
    found = content.found
    if not found.sums.before and not found.sums.after:
        spans = (fmt.span_text(one, with_year=True) for one in (found.before, found.after))
        said = words.NO_GOVERNED.format(**dict(zip(("before", "after"), spans, strict=True)))
        return shell.panel(
            f"{words.GOVERNED} · {found.problem.name}", [*tools, shell.sentence(said)]
        )
    note = words.GOVERNED_NOTE.format(weeks=found.before.days // 7)
    return shell.panel(
        f"{words.GOVERNED} · {found.problem.name}",
        [*tools, _facts(found), _weeks(found), _areas(found, content), _places(found, content)],
        note=note,
    )


def signed(share: float | None) -> str:
    """Return a relative change in whole percent with its sign.

    Example:
        >>> signed(-0.82), signed(0.0), signed(None)
        ('−82%', '0%', '—')
    """
    if share is None:
        return fmt.NONE
    size = fmt.percent(abs(share), 0)
    return size if size == fmt.percent(0.0, 0) else ("+" if share > 0 else "−") + size


def _problems(content: GovernedContent) -> html.Div:
    chosen = content.chosen.id if content.chosen else ""
    links = [
        shell.go(
            one.name, content.view.href("hotspots", governed=one.id, since=""),
            current=one.id == chosen,
        )
        for one in content.problems
    ]  # fmt: skip
    return html.Div(
        links, className="st-segments", role="group", **shell.aria(label=words.GOVERNED)
    )


def _form(content: GovernedContent) -> html.Form:
    view, chosen = content.view, content.chosen
    kept = view.with_only("subcategory", "").with_changes(governed="", since="")
    asked = ("since", "weeks", "keyword")
    hidden = [
        dcc.Input(type="hidden", name=name, value=value)
        for name, value in kept.pairs("hotspots")
        if name not in asked
    ]
    own = chosen.only.get("subcategory", ()) if chosen else ()
    classes = list(dict.fromkeys([*own, *content.classes]))
    options = [html.Option(words.ALL_CLASSES, value="")]
    options += [html.Option(one, value=one, selected=one in own[:1]) for one in classes]
    fields = [
        html.Select(options, name="subcategory", className="st-input",
                    **shell.aria(label=words.CLASS)),
        _field("keyword", words.KEYWORD, "text", chosen.keyword if chosen else ""),
        _field("since", words.SINCE, "date", str(chosen.since) if chosen else ""),
        _field("weeks", words.WEEKS, "number", str(chosen.weeks) if chosen else "8"),
    ]  # fmt: skip
    button = html.Button(words.COMPARE, type="submit", className="st-button")
    return html.Form(
        [*hidden, *fields, button], action=view.path("hotspots"), method="get", className="st-form"
    )


def _field(name: str, label: str, kind: str, value: str) -> html.Label:
    limits = {"min": 2, "max": MOST_WEEKS} if kind == "number" else {}
    field = dcc.Input(
        id=ids.part("hotspots", f"{name}-{value}"), type=kind, name=name, value=value,  # type: ignore[arg-type]
        placeholder=label, className="st-input", autoComplete="off", maxLength=40, **limits,  # type: ignore[arg-type]
    )  # fmt: skip
    return html.Label([html.Span(label, className="st-hidden"), field])


def _facts(found: BeforeAfter) -> html.Dl:
    sums = found.sums

    def pair(before: int, after: int, change: float | None) -> str:
        return f"{fmt.number(before)} → {fmt.number(after)}({signed(change)})"

    def counted(pairs: tuple[int, int]) -> str:
        return pair(*pairs, pairs[1] / pairs[0] - 1 if pairs[0] else None)

    windows = " / ".join(fmt.span_text(one, with_year=True) for one in (found.before, found.after))
    return shell.facts([
        (words.WINDOWS, windows),
        (words.CASES_CHANGE, pair(sums.before, sums.after, sums.change)),
        (words.REST_CHANGE, pair(sums.rest_before, sums.rest_after, sums.rest_change)),
        (words.NET_CHANGE, _net(found.net)),
        (words.N_PLACES, counted(found.n_places)),
        (words.N_RECURRENT.format(least=RECURS), counted(found.n_recurrent)),
    ])  # fmt: skip


def _net(net: Net | None) -> str:
    if net is None:
        return words.NO_REST
    told = words.TOLD if net.is_told else words.NOT_TOLD
    return words.NET.format(
        net=signed(net.change), low=signed(net.low), high=signed(net.high), told=told
    )


def _weeks(found: BeforeAfter) -> html.Div:
    figure = blank(220)
    days = [day for day, _, _ in found.weekly]
    colours = [token("none" if day < found.after.start else "accent") for day in days]
    figure.add_bar(
        x=days, y=[cases for _, cases, _ in found.weekly], marker={"color": colours},
        hovertemplate="%{x|%Y-%m-%d} %{y}<extra></extra>",
    )  # fmt: skip
    _mark(figure, found.after.start)
    figure.update_layout(showlegend=False, bargap=0.2)
    figure.update_xaxes(tickformat="%m-%d", nticks=8, showgrid=False)
    rows = [(str(day), str(cases), str(rest)) for day, cases, rest in found.weekly]
    head = (words.SINCE, words.CASES_CHANGE, words.REST_CHANGE)
    table = shell.table(head, rows, caption=words.WEEKLY, numeric=(1, 2))
    label = f"{found.problem.name} {words.WEEKLY}"
    return html.Div([graph(figure, label=label), as_table(table)])


def _mark(figure: go.Figure, turn: dt.date) -> None:
    middle = dt.datetime.combine(turn, dt.time()) - dt.timedelta(days=3, hours=12)
    figure.add_vline(x=middle, line={"color": token("ink-3"), "width": 1, "dash": "dash"})


def _areas(found: BeforeAfter, content: GovernedContent) -> Component:
    rows: list[Sequence[Children]] = [
        (content.name_of(key), fmt.number(one.before), fmt.number(one.after),
         signed(one.change), signed(one.rest_change))
        for key, one in found.areas
    ]  # fmt: skip
    head = (words.AREA, words.BEFORE, words.AFTER, words.CHANGE, words.REST_CHANGE)
    return shell.table(head, rows, caption=words.BY_AREA, numeric=(1, 2, 3, 4))


def _places(found: BeforeAfter, content: GovernedContent) -> Component | None:
    rows: list[Sequence[Children]] = [
        (one.address, content.name_of(one.area), fmt.number(one.before), fmt.number(one.after))
        for one in found.places[:MOST_PLACES]
    ]
    if not rows:
        return None
    head = (words.ADDRESS, words.AREA, words.BEFORE, words.AFTER)
    return shell.table(head, rows, caption=words.BY_PLACE, numeric=(2, 3))
