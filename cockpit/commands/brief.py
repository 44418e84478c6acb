"""``cockpit brief``: the weekly briefing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cockpit.commands.options import json_option, print_json, print_table, say, with_settings

if TYPE_CHECKING:
    from cockpit.briefings import Issue
    from cockpit.settings import Settings


@click.command()
@click.option("--week", default="last-week", show_default=True, metavar="WEEK", help="2026-W46.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Folder for the documents; briefings/ in the home if absent.")  # fmt: skip
@click.option("--format", "forms", default="docx,pdf,xlsx,pptx", show_default=True, metavar="LIST",
              help="Comma list of docx, pdf, xlsx, pptx.")  # fmt: skip
@click.option("--anew", "is_anew", is_flag=True, help="Compose again what was frozen before.")
@click.option(
    "--diff",
    "is_diff",
    is_flag=True,
    help="Only list the numbers that were restated since; exit 1 where there are any.",
)
@click.option("--review", "is_review", is_flag=True,
              help="A Word copy with the evidence beside every sentence.")  # fmt: skip
@with_settings()
@json_option
def brief(
    settings: Settings,
    week: str,
    out: Path | None,
    forms: str,
    *,
    is_anew: bool,
    is_diff: bool,
    is_review: bool,
    as_json: bool,
) -> None:
    """Write the weekly briefing: an editable Word document, PDF, tables and slides."""
    from cockpit.briefings import home_folder, issue, read_formats
    from cockpit.wiring import build

    wanted = () if is_diff else read_formats("docx" if is_review else forms)
    with build(settings) as services:
        folder = out or home_folder(services)
        made = issue(services, week, folder, forms=wanted, is_anew=is_anew, is_compared=True,
            is_review=is_review)  # fmt: skip
    if made.is_outdated and not is_diff:
        say(
            f"{made.content.week} stands as it was frozen at data version "
            f"{made.content.data_version}; the data say something else now. "
            "--diff lists the changes, --anew composes it again."
        )
    if is_diff:
        tell_changes(made, as_json=as_json)
    elif as_json:
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
