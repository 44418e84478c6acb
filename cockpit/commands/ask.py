"""``cockpit ask``, ``cockpit sql``, ``cockpit explain``: one question, three ways to look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cockpit.commands.options import (
    json_option,
    print_json,
    print_table,
    question_options,
    to_question,
    with_settings,
)

if TYPE_CHECKING:
    from cockpit.settings import Settings
    from metrics.answer import Answer


@click.command()
@question_options
@with_settings()
@json_option
def ask(settings: Settings, indicator: str, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401
    """Answer a question: the same number the screens show."""
    from cockpit.wiring import build
    from metrics.answer_json import as_json as to_json

    with build(settings) as services:
        answer = services.service.answer(to_question(services.service, indicator, given))
    if as_json:
        print_json(to_json(answer))
    else:
        from cockpit.commands.answer_text import print_answer

        print_answer(answer)


@click.command()
@question_options
@with_settings()
@json_option
def sql(settings: Settings, indicator: str, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401
    """Print the statement behind an answer, ready to paste into ClickHouse."""
    from cockpit.wiring import build

    with build(settings) as services:
        question = to_question(services.service, indicator, given)
        statement = services.service.statement(question)
    if as_json:
        print_json({"indicator": indicator, "sql": statement.pasted(), "tag": statement.tag})
    else:
        click.echo(statement.pasted())


@click.command()
@question_options
@with_settings()
@json_option
def explain(settings: Settings, indicator: str, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401
    """Show the definition, the plan, the rejected tables and the batches behind an answer."""
    from cockpit.wiring import build

    with build(settings) as services:
        answer = services.service.answer(to_question(services.service, indicator, given))
    if as_json:
        print_json(explanation(answer))
    else:
        _print_explanation(answer)


def explanation(answer: Answer) -> dict[str, object]:
    """Return everything behind an answer as plain values."""
    from metrics.answer_json import as_json

    return {
        **{key: as_json(answer)[key] for key in ("indicator", "area", "period", "value", "trace")},
        "definition": answer.indicator.model_dump(exclude_defaults=True),
    }


def _print_explanation(answer: Answer) -> None:
    written = answer.indicator.model_dump(exclude_defaults=True)
    print_table(("定义", answer.indicator.name), written.items())
    trace = answer.trace
    if trace is None:
        return
    click.echo(f"\n表      {trace.table}")
    for rejection in trace.rejected:
        click.echo(f"未用    {rejection.table}: {rejection.reason}")
    for statement in trace.statements:
        click.echo(f"\n{statement}")
    if trace.batches:
        click.echo()
        columns = tuple(trace.batches[0])
        print_table(columns, [[batch.get(name) for name in columns] for batch in trace.batches])
