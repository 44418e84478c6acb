"""Options that several commands share, and how their results are printed."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cockpit.settings import load_settings

if TYPE_CHECKING:
    from metrics.question import Question
    from metrics.service import Service

WANTS_JSON = "cockpit.json"
"""Key in the click context: the command was asked for JSON, so errors are JSON too."""

SETTINGS_KEY = "cockpit.settings"
"""Key in the click context: the settings, so that the error boundary knows the log folder."""

Command = TypeVar("Command", bound=Callable[..., Any])
Row = Sequence[object]


def with_settings(*names: str) -> Callable[[Command], Command]:
    """Return a decorator that adds the settings' flags and passes ``settings`` to the command.

    Args:
        names: further settings that this command takes as flags.
    """
    helps = {
        "home": ("DIR", "Folder of everything that is written."),
        "city": ("CITY", "A built-in profile or a folder with city.yaml."),
        "store": ("URL", "chdb://folder or clickhouse://server."),
        "now": ("TIME", "Fix the city's clock, e.g. 2026-11-20T10:00."),
        "host": ("ADDRESS", "Address to serve at."),
        "port": ("PORT", "Port to serve at."),
        "inbox": ("DIR", "Folder of the source files."),
    }
    wanted = ("home", "city", "store", "now", *names)

    def decorate(function: Command) -> Command:
        @functools.wraps(function)
        def run(**given: object) -> object:
            settings = load_settings({name: given.pop(name) for name in wanted})
            click.get_current_context().meta[SETTINGS_KEY] = settings
            return function(settings, **given)

        command: Any = run
        for name in reversed(wanted):
            metavar, text = helps[name]
            command = click.option(f"--{name}", metavar=metavar, help=text)(command)
        return command  # type: ignore[no-any-return]

    return decorate


def json_option(function: Command) -> Command:
    """Add ``--json``: the command gets ``as_json``, and its errors become JSON too."""

    def remember(ctx: click.Context, _parameter: click.Parameter, value: object) -> object:
        ctx.meta[WANTS_JSON] = bool(value)
        return value

    option = click.option(
        "--json", "as_json", is_flag=True, is_eager=True, callback=remember, help="Print JSON."
    )
    return option(function)


def question_options(function: Command) -> Command:
    """Add the indicator and everything that can be asked about it."""
    for option in (
        click.option("--filter", "filters", multiple=True, metavar="COLUMN=VALUE",
                     help="Only rows with this value; may be repeated."),
        click.option("--compare", default="prev,yoy", metavar="LIST",
                     help="Comparisons: prev, yoy, yoy_aligned (to moving holidays), b4w (the last "
                          "four weeks), history (eight earlier windows one by one), or none."),
        click.option("--as-of", default=0, type=click.IntRange(min=0), metavar="BATCH",
                     help="Answer as after this batch."),
        click.option("--territory", type=click.Choice(["as-was", "as-is"]), default="as-was",
                     help="Rows count in the area of their day, or in the one that holds them "
                          "today."),
        click.option("--by", default="", metavar="COLUMN",
                     help="Break down by a column: category, department …"),
        click.option("--period", default="yesterday", show_default=True, metavar="PERIOD",
                     help="2026-11-20, 2026-W46, 2026-11, 2026-Q4, 2026-H1, 2026, 2026-RY, a..b, "
                          "today, yesterday, last-7d, ytd, ry, last-ry; this- or last- before "
                          "week, month, quarter, year."),
        click.option("--level", default="", metavar="LEVEL",
                     help="Also the areas at this level; 'children' for the next one."),
        click.option("--area", default="", metavar="CODE", help="Area; the whole city if absent."),
        click.argument("indicator"),
    ):  # fmt: skip
        function = option(function)
    return function


def to_question(service: Service, indicator: str, given: Mapping[str, Any]) -> Question:
    """Return the question that the options ask.

    Raises:
        UnknownName: no such indicator, area, level or column.
        BadQuestion: a period, comparison or filter is not understood.
    """
    from cockpit.parameters import read_comparisons, read_filters, read_territory

    return service.question(
        indicator,
        area=given["area"],
        level=given["level"],
        period=given["period"],
        by=given["by"],
        as_of=given["as_of"],
        territory=read_territory(given["territory"], where="--territory"),
        compare=read_comparisons(given["compare"], where="--compare"),
        filters=read_filters(given["filters"], where="--filter"),
    )


def print_json(value: object) -> None:
    """Print one JSON value to stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_table(columns: Sequence[str], rows: Iterable[Row], *, title: str = "") -> None:
    """Print a table to stdout: columns of numbers are set right."""
    from rich.console import Console
    from rich.table import Table

    cells = [["" if value is None else str(value) for value in row] for row in rows]
    table = Table(title=title or None, title_justify="left", header_style="bold", box=None)
    for index, name in enumerate(columns):
        column = [row[index] for row in cells if row[index]]
        right = bool(column) and all(text.lstrip("-+▲▼ ")[:1].isdigit() for text in column)
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in cells:
        table.add_row(*row)
    wide = None if sys.stdout.isatty() else 200
    Console(file=sys.stdout, highlight=False, markup=False, width=wide).print(table)


def say(text: str) -> None:
    """Print a line of talk to stderr."""
    click.echo(text, err=True)
