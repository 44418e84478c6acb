"""``cockpit etl``: what would be loaded, loading it, and what became of every row."""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cockpit.commands.options import json_option, print_json, print_table, say, with_settings
from metrics.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from cockpit.settings import Settings
    from cockpit.wiring import Services
    from etl.plan import Plan
    from etl.run import RunReport
    from etl.spec import SourceSpec

COUNTED = ("数据源", "文件", "读入", "接收", "隔离", "重复")


@click.group()
def etl() -> None:
    """Feeds into tables: plan, run, status, quarantine, replay, reconcile."""


@etl.command("plan")
@with_settings("inbox")
@json_option
def show_plan(settings: Settings, *, as_json: bool) -> None:
    """Say what a run would do; nothing is written."""
    from cockpit.jobs import plan_inbox
    from cockpit.wiring import build, open_boundaries

    with build(settings, keeps_parts=False) as services:
        planned = plan_inbox(services, open_boundaries(settings, services.city))
    if as_json:
        print_json(plan_as_json(planned))
        return
    for line in planned.lines():
        click.echo(line)
    say(f"{len(planned.due)} of {len(planned.steps)} steps are due")


@etl.command("run")
@with_settings("inbox")
@json_option
def run_plan(settings: Settings, *, as_json: bool) -> None:
    """Load what is new in the inbox."""
    from cockpit.jobs import load_inbox
    from cockpit.wiring import build

    with build(settings, keeps_parts=False) as services:
        planned, report = load_inbox(services)
    show_run(planned, report, as_json=as_json)


@etl.command()
@with_settings()
@json_option
def status(settings: Settings, *, as_json: bool) -> None:
    """Show every feed: how old it is and what came of its rows."""
    from cockpit.wiring import build, duration_text
    from etl.feeds import status as feed_status

    with build(settings, keeps_parts=False) as services:
        feeds = feed_status(services.store, services.specs, services.clock)
    if as_json:
        print_json(
            [
                {**asdict(one), "rhythm": duration_text(one.rhythm),
                 "age": one.age.total_seconds() if one.age else None}
                for one in feeds
            ]
        )  # fmt: skip
        return
    print_table(
        ("数据源", "名称", "频率", "最新数据", "状态", *COUNTED[1:]),
        [
            (one.source, one.name, duration_text(one.rhythm),
             f"{one.watermark:%Y-%m-%d %H:%M}" if one.watermark else "—",
             "延迟" if one.is_stale else "正常",
             one.files, one.rows_read, one.accepted, one.quarantined, one.duplicates)
            for one in feeds
        ],
    )  # fmt: skip


@etl.command()
@click.argument("source", required=False)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the rows in the source's own form, to be corrected.")  # fmt: skip
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000))
@with_settings()
@json_option
def quarantine(
    settings: Settings, source: str | None, out: Path | None, limit: int, *, as_json: bool
) -> None:
    """List the rows set aside, each with its file, row, column, value and reason."""
    from cockpit.wiring import build
    from etl.feeds import export_quarantine, quarantine_rows

    with build(settings, keeps_parts=False) as services:
        spec = _spec(services, source) if source else None
        if out is not None:
            if spec is None:
                msg = "--out needs a source: cockpit etl quarantine SOURCE --out FILE"
                raise click.UsageError(msg)
            say(f"{export_quarantine(services.store, spec, out)} rows written; correct them, then:")
            say(f"  cockpit etl replay {spec.source} --file {out}")
            click.echo(out)
            return
        rows = quarantine_rows(services.store, source, limit=limit)
    if as_json:
        print_json(rows)
        return
    columns = ("batch", "source", "file", "row_no", "column", "value", "reason", "sentence")
    print_table(
        ("批次", "数据源", "文件", "行", "列", "值", "原因", "说明"),
        [[row[name] for name in columns] for row in rows],
    )


@etl.command()
@click.argument("source")
@click.option("--file", "corrected", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              metavar="FILE", help="Corrected rows, put into the inbox first.")  # fmt: skip
@with_settings("inbox")
@json_option
def replay(settings: Settings, source: str, corrected: Path | None, *, as_json: bool) -> None:
    """Bring rows set aside back in: from a corrected file, or by a corrected source spec."""
    from cockpit.jobs import load_inbox
    from cockpit.wiring import build
    from etl.plan import claims, inbox_files

    with build(settings, keeps_parts=False) as services:
        spec = _spec(services, source)
        if corrected is not None:
            _put(spec, corrected, services.inbox)
        services.inbox.mkdir(parents=True, exist_ok=True)
        mine = [p for p in inbox_files(services.inbox) if claims(spec, services.inbox, p)]
        planned, report = load_inbox(services, only=mine)
    if not report.files:
        say(f"Nothing of {source} has changed: correct its spec or its rows first.")
    show_run(planned, report, as_json=as_json)


@etl.command()
@with_settings()
@json_option
def reconcile(settings: Settings, *, as_json: bool) -> None:
    """Count everything again: rows read, current versions, parts of the indicators."""
    from cockpit.wiring import build
    from etl.reconcile import reconcile as count_again
    from etl.spikes import closing_spikes

    with build(settings, keeps_parts=False) as services:
        found = count_again(services.store, list(services.catalogue.indicators.values()))
        noted = [spike.sentence for spike in closing_spikes(services.store)]
    if as_json:
        files = [{**asdict(one), "balanced": one.is_balanced} for one in found.files]
        print_json({"ok": found.is_clean, "problems": found.sentences(), "files": files,
                    "indicators_compared": found.compared, "noted": noted})  # fmt: skip
    else:
        for sentence in (*found.sentences(), *noted):
            click.echo(sentence)
        say(f"{len(found.files)} files and {found.compared} indicators were counted again: "
            + ("everything agrees" if found.is_clean else "not everything agrees"))  # fmt: skip
    sys.exit(0 if found.is_clean else 1)


def plan_as_json(planned: Plan) -> dict[str, object]:
    """Return a plan as plain values."""
    steps = [
        {"kind": step.kind, "state": step.state, "source": step.source, "reason": step.reason,
         "file": str(step.path) if step.path else None, "bytes": step.size}
        for step in planned.steps
    ]  # fmt: skip
    return {"steps": steps, "due": len(planned.due), "unclaimed": list(planned.unclaimed)}


def show_run(planned: Plan, report: RunReport, *, as_json: bool) -> None:
    """Print what became of every source; leave with 1 when a file failed."""
    from cockpit.jobs import by_source

    sums = by_source(report.files)
    problems = [one.problem.sentence for one in report.failed if one.problem]
    if report.problem and report.problem.sentence not in problems:
        problems.append(report.problem.sentence)
    if as_json:
        print_json(
            {
                "ok": not problems,
                "problems": problems,
                "sources": [{"source": s, "files": n, **counts} for s, n, counts in sums],
                "files": [_file_as_json(one) for one in report.files],
                "unclaimed": list(planned.unclaimed),
                "seconds": report.seconds,
            }
        )
    elif sums:
        print_table(COUNTED, [(s, n, *counts.values()) for s, n, counts in sums])
    for sentence in dict.fromkeys(problems):
        say(sentence)
    for path in planned.unclaimed:
        say(f"{path}: no source claims this file; compare its name with files: in sources/")
    say(f"{report.total()} files loaded in {report.seconds:.1f} s")
    if problems:
        sys.exit(1)


def _file_as_json(one: Any) -> dict[str, object]:  # noqa: ANN401 - a BatchReport
    shown = asdict(one)
    shown["problem"] = one.problem.sentence if one.problem else None
    return shown


def _spec(services: Services, source: str) -> SourceSpec:
    if source not in services.specs:
        raise UnknownName("source", source, services.specs, where="cockpit etl")
    return services.specs[source]


def _put(spec: SourceSpec, corrected: Path, inbox: Path) -> None:
    """Copy a corrected file into the inbox; its name must be one the source claims."""
    from etl.plan import claims

    target = inbox / spec.source / corrected.name
    if not claims(spec, inbox, target):
        raise ConfigError(
            f"the source {spec.source} does not claim a file named '{corrected.name}'",
            where="--file",
            hint=f"Its files are called {spec.files}",
            next_step="Rename the file",
        )
    if target.exists():
        raise ConfigError(
            f"the inbox already has a file {target}", where="--file", next_step="Rename yours"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".part")
    shutil.copyfile(corrected, draft)
    draft.replace(target)
