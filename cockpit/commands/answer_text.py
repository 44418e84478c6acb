"""An answer as a person reads it in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cockpit.commands.options import print_table
from layouts.format import (
    change_text,
    maturity_text,
    number,
    recut_text,
    value_text,
    value_with_unit,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metrics.answer import Answer, Child

LIGHTS = {"green": "绿", "amber": "黄", "red": "红", "none": ""}


def print_answer(answer: Answer) -> None:
    """Print the number, what it is compared with, and its children and breakdown."""
    one = answer.indicator
    click.echo(f"{one.name}  {answer.area_name}  {answer.period.start} 至 {answer.period.end}")
    click.secho(value_with_unit(answer.figure.value, one), bold=True)
    for name, text in _lines(answer):
        if text:
            click.echo(f"  {name}  {text}")
    if answer.question.level:
        click.echo()
        _print_children(answer, answer.children, "区域")
    if answer.question.by:
        click.echo()
        _print_children(answer, answer.breakdown, answer.question.by)


def _lines(answer: Answer) -> list[tuple[str, str]]:
    one = answer.indicator
    return [
        ("缺数", answer.missing),
        ("分子", number(answer.figure.numerator) if one.has_denominator else ""),
        ("分母", number(answer.figure.denominator) if one.has_denominator else ""),
        ("上期", _compared(answer.previous.value, answer.change, answer)),
        ("同期", _compared(answer.year_ago.value, answer.year_change, answer)),
        ("同期(节假日对齐)", _aligned(answer)),
        ("前四周均值", _compared(answer.baseline.value, answer.baseline_change, answer)),
        ("灯色", LIGHTS[answer.light]),
        ("成熟度", maturity_text(answer.maturity, answer.matures_days)),
        ("区划", _territory(answer)),
        ("样本", "分母不足10,仅供参考" if answer.is_small else ""),
        ("口径", one.note),
        ("数据", "、".join(_feeds(answer))),
        ("版本", str(answer.data_version)),
    ]


def _compared(value: float | None, change: float | None, answer: Answer) -> str:
    if value is None:
        return ""
    return f"{value_with_unit(value, answer.indicator)}  {change_text(change, answer.indicator)}"


def _territory(answer: Answer) -> str:
    return "按今日区划" if answer.question.is_as_is else recut_text(answer.recuts)


def _aligned(answer: Answer) -> str:
    text = _compared(answer.year_ago_aligned.value, answer.year_change_aligned, answer)
    days = answer.aligned
    return f"{text}  ({days.start} 至 {days.end})" if days is not None and text else text


def _feeds(answer: Answer) -> list[str]:
    return [
        f"{feed.name} {f'截至{feed.as_of:%m-%d %H:%M}' if feed.as_of else '尚无数据'}"
        + (" (延迟)" if feed.is_stale else "")
        for feed in answer.freshness
    ]


def _print_children(answer: Answer, children: Sequence[Child], heading: str) -> None:
    one = answer.indicator
    rows = []
    for child in children:
        counts = [number(child.figure.numerator), number(child.figure.denominator)]
        rows.append(
            [
                child.key, child.name, value_text(child.figure.value, one),
                *(counts if one.has_denominator else []),
                change_text(child.change, one), change_text(child.year_change, one),
                LIGHTS[child.light],
            ]
        )  # fmt: skip
    extra = ("分子", "分母") if one.has_denominator else ()
    print_table(("代码", heading, one.unit or "值", *extra, "环比", "同比", "灯色"), rows)
