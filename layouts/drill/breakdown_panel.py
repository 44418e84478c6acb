"""What the number is made of, by one column; a bar limits the page to its rows."""

from __future__ import annotations

from dash.development.base_component import Component

from layouts import format as fmt
from layouts import ids, shell
from layouts import staff_texts as texts
from layouts.drill.headline import quotient
from layouts.figures.breakdown import adds_up, pareto, shares
from layouts.figures.style import as_table, graph
from layouts.shell import View
from metrics.answer import Answer, Child

MOST_ROWS = 40
"""Rows of the table below the figure; a search of the values is in the filter above."""


def breakdown_panel(answer: Answer, view: View, *, page: shell.PageName = "drill") -> Component:
    """Return the figure of the answer's breakdown with its numbers folded below."""
    column = answer.question.by
    name = texts.DIMENSIONS.get(column, column)
    title = texts.BREAKDOWN.format(name=name)

    def href(child: Child) -> str:
        return view.with_filter(column, child.key).href("drill") if child.key else ""

    parts = [part for part in answer.breakdown if part.figure.value is not None]
    told = [part.figure.value for part in parts]
    if not (any(told) if adds_up(answer) else told):
        return shell.panel(title, shell.sentence(texts.NO_BREAKDOWN))
    figure = pareto(answer, href=href)
    head = [name, texts.VALUE, texts.CHANGE]
    head += [texts.SHARE] if adds_up(answer) else [f"{texts.NUMERATOR}/{texts.DENOMINATOR}"]
    growing = shares(parts)
    rows = [
        [
            shell.go(child.name, href(child)) if child.key else texts.UNNAMED_VALUE,
            fmt.value_with_unit(child.figure.value, answer.indicator),
            fmt.change_text(child.change, answer.indicator),
            _last_cell(answer, child, reached),
        ]
        for child, reached in list(zip(parts, growing, strict=True))[:MOST_ROWS]
    ]
    table = shell.table(head, rows, caption=title, numeric=(1, 2, 3))
    label = f"{answer.indicator.name} {title}"
    drawn = graph(figure, label=label, graph_id=ids.goes(page, f"by-{column}"))
    return shell.panel(title, [drawn, as_table(table)])


def _last_cell(answer: Answer, child: Child, reached: float | None) -> str:
    if adds_up(answer):
        return fmt.NONE if reached is None else f"{fmt.rounded(reached, 1)}%"
    return quotient(child.figure, answer.indicator) or fmt.NONE
