"""``cockpit brief``: the weekly briefing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cockpit.commands.options import json_option, print_json, say, with_settings

if TYPE_CHECKING:
    from cockpit.settings import Settings


@click.command()
@click.option("--week", default="last-week", show_default=True, metavar="WEEK", help="2026-W46.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Folder for the documents; briefings/ in the home if absent.")  # fmt: skip
@click.option("--format", "forms", default="docx", show_default=True, metavar="LIST",
              help="Comma list; so far docx.")  # fmt: skip
@click.option("--anew", "is_anew", is_flag=True, help="Compose again what was frozen before.")
@with_settings()
@json_option
def brief(
    settings: Settings, week: str, out: Path | None, forms: str, *, is_anew: bool, as_json: bool
) -> None:
    """Write the weekly briefing as an editable Word document."""
    from cockpit.briefings import issue
    from cockpit.wiring import build

    folder = out or settings.home / "briefings"
    with build(settings) as services:
        made = [
            issue(services, week, folder, form=form.strip(), is_anew=is_anew)
            for form in forms.split(",")
        ]
    for one in made:
        if one.is_outdated:
            say(
                f"{one.content.week} stands as it was frozen at data version "
                f"{one.content.data_version}; the data say something else now. "
                "--anew composes it again."
            )
    if as_json:
        print_json(
            [
                {"week": one.content.week, "file": str(one.path), "title": one.content.title,
                 "data_version": one.content.data_version, "outdated": one.is_outdated,
                 "content_hash": one.content.content_hash}
                for one in made
            ]
        )  # fmt: skip
    else:
        for one in made:
            click.echo(one.path)
