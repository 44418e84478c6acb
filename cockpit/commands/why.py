"""``cockpit why``: what a number's change since the window before is made of."""

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
    from metrics.insight.explanation import Explanation
    from metrics.territory import Territory

MOST_PARTS = 8


@click.command()
@question_options
@with_settings()
@json_option
def why(settings: Settings, indicator: str, *, as_json: bool, **given: Any) -> None:  # noqa: ANN401
    """Say why a number moved: by area and by every column; parts add up to the change.

    --level chooses the areas, the next level below by default.
    """
    from cockpit.wiring import build
    from metrics.insight.as_json import as_json as to_json
    from metrics.insight.inquiry import ask_why

    with build(settings) as services:
        asked = to_question(services.service, indicator, given | {"by": "", "compare": "none"})
        answer, found = ask_why(services.service, asked)
        if as_json:
            print_json(to_json(answer, found))
        else:
            _print(answer, found, services.territory)


def _print(answer: Answer, why: Explanation | None, territory: Territory) -> None:
    from layouts import reason_texts as words
    from layouts.drill.reason_sentence import cut_name, effect_text, part_name, reason, sums_text

    if why is None:
        click.echo(words.NOT_SPLIT if answer.previous.value is not None else words.NO_BEFORE)
        return
    level = answer.question.level and territory.level(answer.question.level).name
    names = {one.id: one.name for one in territory.areas.values()}
    click.echo(reason(why, answer, level, names))
    one = answer.indicator
    for cut in why.cuts:
        click.echo()
        rows = [
            (part_name(share.name), sums_text(share.now, why, one),
             sums_text(share.before, why, one), effect_text(share.effect, why, one))
            for share in cut.shares[:MOST_PARTS]
        ]  # fmt: skip
        print_table((cut_name(cut.id, level), words.NOW, words.BEFORE, words.EFFECT), rows)
