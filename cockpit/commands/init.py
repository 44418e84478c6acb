"""``cockpit init DIR``: a new city's folder that runs at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from cockpit.commands.options import say
from metrics.errors import ConfigError

TEMPLATE = Path(__file__).parent.parent / "new_city"


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Make a new city's folder: settings, territory, a source, and a walk-through."""
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(
            f"the folder {folder} is not empty",
            where="cockpit init",
            next_step="Name a new one; nothing is ever overwritten",
        )
    try:
        shutil.copytree(TEMPLATE, folder, dirs_exist_ok=True)
        (folder / "catalogue").mkdir()
    except OSError as error:
        raise ConfigError(
            f"the folder cannot be written ({error.strerror})",
            where=str(folder),
            next_step="Name another",
        ) from error
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        click.echo(path)
    say(f"A small city that runs as it is. Read {folder / 'README.md'}, then:")
    say(f"  cd {folder} && cockpit check && cockpit etl run && cockpit serve")
    say("Your own files: cockpit etl profile FILE --out sources/NAME.yaml")
