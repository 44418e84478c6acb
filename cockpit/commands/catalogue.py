"""``cockpit catalogue``: the indicators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cockpit.commands.options import json_option, print_json, print_table, with_settings

if TYPE_CHECKING:
    from cockpit.settings import Settings


@click.command()
@click.argument("indicator_id", required=False, metavar="[ID]")
@with_settings()
@json_option
def catalogue(settings: Settings, indicator_id: str | None, *, as_json: bool) -> None:
    """List the indicators, or everything about one."""
    from cockpit.wiring import open_catalogue

    known = open_catalogue(settings)
    if indicator_id:
        one = known.get(indicator_id)
        if as_json:
            print_json(one.model_dump())
        else:
            print_table(("键", one.name), one.model_dump(exclude_defaults=True).items())
    elif as_json:
        print_json([one.model_dump() for one in known.indicators.values()])
    else:
        print_table(
            ("指标", "名称", "领域", "单位", "类型", "汇总", "最低层级", "级别"),
            [
                (one.id, one.name, one.domain, one.unit, one.kind, one.roll_up,
                 one.lowest_level, one.tier)
                for one in known.indicators.values()
            ],
        )  # fmt: skip
