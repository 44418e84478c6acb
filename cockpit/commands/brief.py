"""``cockpit brief``: the weekly briefing."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cockpit.commands.options import json_option, print_json, print_table, say, with_settings

if TYPE_CHECKING:
    from cockpit.briefings import Issue
    from cockpit.settings import Settings
    from cockpit.wiring import Services

RHYTHMS = {
    "day": "2026-11-20, yesterday",
    "week": "2026-W46, last-week",
    "month": "2026-10, last-month",
    "quarter": "2026-Q3, last-quarter",
}
"""The options that name a period, each with what it takes."""
WAYS = ("review", "sign", "archive", "return", "recall")
BY = "cockpit brief"
"""Who composes anew where no name is given."""


@click.command()
@click.option("--week", default="", show_default="last-week", metavar="WEEK", help="2026-W46.")
@click.option("--day", default="", metavar="DAY", help="Of a day instead: 2026-11-20, yesterday.")
@click.option("--month", default="", metavar="MONTH", help="Of a month: 2026-10, last-month.")
@click.option("--quarter", default="", metavar="QUARTER", help="Of a quarter: 2026-Q3.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Folder for the documents; briefings/ in the home if absent.")  # fmt: skip
@click.option("--format", "forms", default="docx,pdf,xlsx,pptx", show_default=True, metavar="LIST",
              help="Comma list of docx, pdf, xlsx, pptx.")  # fmt: skip
@click.option("--anew", "is_anew", is_flag=True, help="Compose again what was frozen before.")
@click.option("--diff", "is_diff", is_flag=True,
              help="List the numbers restated since; exit 1 where there are any.")  # fmt: skip
@click.option("--review", "is_review", is_flag=True,
              help="A Word copy with the evidence beside every sentence.")  # fmt: skip
@click.option("--step", type=click.Choice(WAYS), help="Take it a step on, or back to draft.")
@click.option("--by", default="", metavar="NAME", help="Who takes the step.")
@click.option("--note", default="", metavar="TEXT", help="Why it goes back.")
@click.option("--number", type=int, metavar="N", help="Number of the issue, on signing.")
@click.option(
    "--import",
    "file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An edited Word document: list what was changed; with --by take it over.",
)
@click.option("--template", "wants_template", is_flag=True,
              help="Only write weekly.docx into the home, a Word template to edit.")  # fmt: skip
@with_settings()
@json_option
def brief(settings: Settings, **given: object) -> None:
    """Write the weekly briefing: an editable Word document, PDF, tables and slides.

    Or that of a day, a month or a quarter.
    """
    from cockpit.briefings import read_formats
    from cockpit.wiring import build

    if given["wants_template"]:
        give_template(settings)
        return
    forms = () if given["is_diff"] else read_formats(
        "docx" if given["is_review"] else str(given["forms"])
    )  # fmt: skip
    with build(settings) as services:
        period = asked_period(services, given)
        if given["step"]:
            take_step(services, period, given)
            return
        if given["file"]:
            take_back(services, period, given)
            return
        made = drawn(services, period, given, forms)
    if given["is_diff"]:
        tell_changes(made, as_json=bool(given["as_json"]))
    else:
        tell_files(made, as_json=bool(given["as_json"]))


def asked_period(services: Services, given: dict[str, object]) -> str:
    """Return the period that is asked for; the last week where none is named.

    Raises:
        BadQuestion: two are named, or one is not of the kind its option says.
    """
    from metrics.errors import BadQuestion

    said = [(kind, str(given[kind])) for kind in RHYTHMS if given[kind]]
    if len(said) > 1:
        raise BadQuestion(
            "a briefing is of one period", where=f"--{said[0][0]} --{said[1][0]}",
            next_step="Name one of them",
        )  # fmt: skip
    kind, text = said[0] if said else ("week", "last-week")
    period = services.clock.period(text)
    if period.kind != kind:
        raise BadQuestion(
            f"'{text}' is not a {kind}", where=f"--{kind}", hint=f"Allowed: {RHYTHMS[kind]}"
        )
    return period.text


def give_template(settings: Settings) -> None:
    """Write a copy of the built-in Word template into the home, where there is none yet."""
    from cockpit.briefings import TEMPLATE
    from layouts.briefing.template import write_template
    from metrics.errors import ConfigError

    path = settings.home / TEMPLATE
    if path.exists():
        raise ConfigError("the file is there already", where=str(path), next_step="Edit it in Word")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_template(path)
    click.echo(path)


def drawn(
    services: Services, period: str, given: dict[str, object], forms: tuple[str, ...]
) -> Issue:
    """Return the period's briefing, composed anew first where that was asked for."""
    from cockpit.briefings import home_folder, issue
    from cockpit.weekly.desk import compose_anew

    out = given["out"]
    folder = out if isinstance(out, Path) else home_folder(services)
    if given["is_anew"]:
        compose_anew(services, period, str(given["by"]) or BY)
    return issue(services, period, folder, forms=forms, is_compared=not given["is_anew"],
        is_review=bool(given["is_review"]))  # fmt: skip


def take_step(services: Services, period: str, given: dict[str, object]) -> None:
    """Take the briefing from draft towards the archive, or back, and print where it stands."""
    from cockpit.weekly.desk import go, stands

    number = given["number"]
    now = go(
        services, period, stands(services, period).revision, str(given["by"]), str(given["step"]),
        note=str(given["note"]), number=number if isinstance(number, int) else None,
    )  # fmt: skip
    if given["as_json"]:
        print_json({"week": now.week, "state": now.state, "revision": now.revision,
                    "content_hash": now.content.content_hash if now.content else ""})  # fmt: skip
    else:
        click.echo(f"{now.week} {now.state}")


def take_back(services: Services, period: str, given: dict[str, object]) -> None:
    """Print what was changed in an edited document, and take it over where a name is given."""
    from cockpit.weekly.desk import edit, stands
    from layouts import staff_texts as texts
    from layouts.briefing.manuscript import manuscript
    from layouts.briefing.returned import returned, taken_over

    file, who = Path(str(given["file"])), str(given["by"])
    now = stands(services, period)
    assert now.content is not None  # noqa: S101 - what stands has content
    changes = returned(manuscript(now.content), file.read_bytes(), name=file.name)
    if who and changes:
        note = str(given["note"])
        edit(services, now.week, now.revision, who, f"import {file.name}",
             lambda content: taken_over(content, changes, who=who, reason=note))  # fmt: skip
    if given["as_json"]:
        print_json([asdict(one) for one in changes])
        return
    print_table(
        texts.BRIEFING_RETURN_HEAD,
        [(texts.BRIEFING_RETURN_KINDS[one.kind], one.at, one.shown_numbers, one.shown_words)
         for one in changes],
    )  # fmt: skip
    if not changes:
        say(f"{file.name}: nothing was changed.")


def tell_files(made: Issue, *, as_json: bool) -> None:
    """Print the documents, and say where the data tell something else by now."""
    if made.is_outdated:
        say(
            f"{made.content.week} stands as it was frozen at data version "
            f"{made.content.data_version}; the data say something else now. "
            "--diff lists the changes, --anew composes it again."
        )
    if as_json:
        print_json(
            [
                {"week": made.content.week, "file": str(path), "title": made.content.title,
                 "data_version": made.content.data_version, "outdated": made.is_outdated,
                 "content_hash": made.content.content_hash}
                for path in made.paths
            ]
        )  # fmt: skip
    else:
        for path in made.paths:
            click.echo(path)


def tell_changes(made: Issue, *, as_json: bool) -> None:
    """Print what was restated since the briefing was frozen, and leave with 1 if anything was."""
    from layouts.briefing.sentences import figure

    rows = [
        {"indicator": one.frozen.indicator, "name": one.frozen.name, "area": one.frozen.area_name,
         "where": one.frozen.where, "period": one.frozen.period, "frozen": one.frozen.value,
         "now": one.now.value if one.now else None}
        for one in made.changes
    ]  # fmt: skip
    if as_json:
        print_json(rows)
    elif rows:
        print_table(
            ("指标", "区域", "条件", "期间", "定稿", "现在"),
            [(one.frozen.name, one.frozen.area_name, one.frozen.where, one.frozen.period,
              figure(one.frozen.value, one.frozen.unit, one.frozen.decimals),
              figure(one.now.value if one.now else None, one.frozen.unit, one.frozen.decimals))
             for one in made.changes],
        )  # fmt: skip
    else:
        say(f"{made.content.week}: nothing was restated since it was frozen.")
    click.get_current_context().exit(1 if rows else 0)
