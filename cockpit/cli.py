"""The command line: ``cockpit --help``. Results to stdout, talk to stderr; exit 0, 1 or 2."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import click

from cockpit import __version__
from cockpit.commands.ask import ask, explain, sql
from cockpit.commands.brief import brief
from cockpit.commands.catalogue import catalogue
from cockpit.commands.check import check
from cockpit.commands.demo import demo
from cockpit.commands.doctor import doctor
from cockpit.commands.etl import etl
from cockpit.commands.init import init
from cockpit.commands.options import SETTINGS_KEY, WANTS_JSON
from cockpit.commands.serve import serve
from cockpit.commands.wall import wall
from cockpit.commands.why import why
from cockpit.settings import PREFIX, Settings
from metrics.errors import CockpitError


class Boundary(click.Group):
    """The one place where an exception becomes a sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - what click says
        """Run the command; problems end with exit code 1 and never with a stack trace."""
        try:
            return super().invoke(ctx)
        except CockpitError as error:
            if _debugging():
                raise
            _tell(ctx, error)
        except BrokenPipeError:  # the reader of our output has had enough
            sys.stderr.close()
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if _debugging():
                raise
            _tell(ctx, _unexpected(ctx, error))
        return ctx.exit(1)


@click.group(
    cls=Boundary,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings: flag > COCKPIT_* > cockpit.toml > default. See them with: cockpit doctor",
)
@click.version_option(__version__, prog_name="cockpit")
def cli() -> None:
    """City Cockpit: a district on one screen, from the raw files to the wall and the briefing."""


for command in (
    demo, init, check, etl, ask, sql, explain, why, brief, serve, wall, catalogue, doctor,
):  # fmt: skip
    cli.add_command(command)


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    cli(prog_name="cockpit")


def _debugging() -> bool:
    return os.environ.get(PREFIX + "DEBUG", "") not in ("", "0")


def _tell(ctx: click.Context, error: CockpitError) -> None:
    if ctx.meta.get(WANTS_JSON):
        click.echo(json.dumps(error.as_json(), ensure_ascii=False, indent=2))
    else:
        click.secho(error.sentence, fg="red", err=True)


def _unexpected(ctx: click.Context, error: Exception) -> CockpitError:
    """Return the sentence for a mistake of ours; the trace goes to a log file."""
    settings: Settings | None = ctx.meta.get(SETTINGS_KEY)
    folder = settings.logs if settings else Path(os.environ.get(PREFIX + "HOME", "var")) / "logs"
    now = dt.datetime.now(dt.UTC)
    path = folder / f"error-{now:%Y%m%dT%H%M%S}-{os.getpid()}.log"
    text = (
        f"{now.isoformat()} {' '.join(sys.argv[1:])}\n{''.join(traceback.format_exception(error))}"
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        where = f"The details are in {path}"
    except OSError:
        where = f"The log folder {folder} cannot be written; run again with COCKPIT_DEBUG=1"
    return CockpitError(
        f"something went wrong that should not ({type(error).__name__}: {error})",
        where="cockpit",
        hint=where,
        next_step="Please report it with that file",
    )


if __name__ == "__main__":
    main()
