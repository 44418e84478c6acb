"""``cockpit etl``: what would be loaded, loading it, and what became of every row."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cockpit.commands.options import json_option, print_json, print_table, say, with_settings
from cockpit.commands.profile import profile
from metrics.errors import UnknownName

if TYPE_CHECKING:
    import datetime as dt

    from cockpit.settings import Settings
    from cockpit.wiring import Services
    from etl.defects import Defect
    from etl.fetch.run import FetchReport
    from etl.plan import Plan
    from etl.reconcile import FileBalance
    from etl.run import RunReport
    from etl.spec import SourceSpec

COUNTED = ("数据源", "文件", "读入", "接收", "隔离", "重复")


@click.group()
def etl() -> None:
    """Feeds into tables: profile, plan, run, status, quarantine, replay, reconcile."""


etl.add_command(profile)


@etl.command("plan")
@with_settings("inbox")
@json_option
def show_plan(settings: Settings, *, as_json: bool) -> None:
    """Say what a run would ask for and do; nothing is asked or written."""
    from cockpit.jobs import plan_run
    from cockpit.wiring import build, open_boundaries

    with build(settings, keeps_parts=False) as services:
        planned = plan_run(services, open_boundaries(settings, services.city))
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
    """Fetch the feeds that must be asked for, and load what is new in the inbox."""
    from cockpit.jobs import load_inbox
    from cockpit.wiring import build

    with build(settings, keeps_parts=False) as services:
        planned, report = load_inbox(services)
    show_run(planned, report, as_json=as_json)


@etl.command()
@with_settings()
@json_option
def status(settings: Settings, *, as_json: bool) -> None:
    """Show every feed: how old it is, what came of its rows, and how the last try went."""
    from cockpit.jobs import make_errand
    from cockpit.wiring import build, duration_text
    from etl.feeds import status as feed_status

    with build(settings, keeps_parts=False) as services:
        errand = make_errand(services)
        feeds = feed_status(services.store, services.specs, services.clock, errand)
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
        ("数据源", "名称", "频率", "最新数据", "状态", *COUNTED[1:], "上次", "下次"),
        [
            (one.source, one.name, duration_text(one.rhythm),
             f"{one.watermark:%Y-%m-%d %H:%M}" if one.watermark else "—",
             "延迟" if one.is_stale else "正常",
             one.files, one.rows_read, one.accepted, one.quarantined, one.duplicates,
             _moment(one.tried_at), _moment(one.next_at))
            for one in feeds
        ],
    )  # fmt: skip
    for one in feeds:
        if one.problem:
            say(one.problem)


@etl.command()
@click.argument("source", required=False)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the rows as a CSV to be corrected in a spreadsheet.")  # fmt: skip
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000))
@with_settings()
@json_option
def quarantine(
    settings: Settings, source: str | None, out: Path | None, limit: int, *, as_json: bool
) -> None:
    """List the rows set aside, each with its file, row, column, value and reason.

    With a SOURCE only those whose number has not been accepted since.
    """
    from cockpit.wiring import build
    from etl.corrections import export_rows, open_rows
    from etl.feeds import quarantine_rows

    if out is not None and source is None:
        msg = "--out needs a source: cockpit etl quarantine SOURCE --out FILE"
        raise click.UsageError(msg)
    with build(settings, keeps_parts=False) as services:
        spec = _spec(services, source) if source else None
        if out is not None and spec is not None:
            rows = open_rows(services.store, spec)
            say(f"{export_rows(rows, spec, out)} rows written; correct them, save as CSV, then:")
            say(f"  cockpit etl replay {spec.source} --file {out}")
            click.echo(out)
            return
        rows = (
            open_rows(services.store, spec, limit=limit)
            if spec
            else quarantine_rows(services.store, limit=limit)
        )
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
              metavar="FILE", help="The sheet of `quarantine --out`, corrected.")  # fmt: skip
@with_settings("inbox")
@json_option
def replay(settings: Settings, source: str, corrected: Path | None, *, as_json: bool) -> None:
    """Bring rows set aside back in: from a corrected sheet, or by a corrected source spec.

    Only what was changed in the sheet is read again; the other rows stay set aside.
    """
    from cockpit.jobs import load_inbox
    from cockpit.wiring import build
    from etl.corrections import open_rows
    from etl.plan import claims, inbox_files

    with build(settings, keeps_parts=False) as services:
        spec = _spec(services, source)
        services.inbox.mkdir(parents=True, exist_ok=True)
        if corrected is not None:
            put = _put(services, spec, corrected)
            mine = [put] if put else []
        else:
            mine = [p for p in inbox_files(services.inbox) if claims(spec, services.inbox, p)]
        planned, report = load_inbox(services, only=mine)
        left = len(open_rows(services.store, spec))
    if not report.files:
        say(f"Nothing of {source} has changed: correct its spec or its rows first.")
    say(f"{left} rows of {source} are still set aside")
    show_run(planned, report, as_json=as_json)


@etl.command()
@with_settings()
@json_option
def reconcile(settings: Settings, *, as_json: bool) -> None:
    """Count everything again: rows read, current versions, parts of the indicators."""
    from cockpit.wiring import build
    from etl.defects import defects
    from etl.reconcile import reconcile as count_again
    from etl.spikes import closing_spikes

    with build(settings, keeps_parts=False) as services:
        found = count_again(services.store, list(services.catalogue.indicators.values()))
        noted = [spike.sentence for spike in closing_spikes(services.store)]
        wrong = defects(services.store)
    if as_json:
        files = [{**asdict(one), "balanced": one.is_balanced} for one in found.files]
        told = [{**asdict(one), "sentence": one.sentence} for one in wrong]
        print_json({"ok": found.is_clean, "problems": found.sentences(), "files": files,
                    "indicators_compared": found.compared, "noted": noted,
                    "defects": told})  # fmt: skip
    else:
        for sentence in (*found.sentences(), *noted):
            click.echo(sentence)
        _show_books(found.files, wrong)
        say(f"{len(found.files)} files and {found.compared} indicators were counted again: "
            + ("everything agrees" if found.is_clean else "not everything agrees"))  # fmt: skip
    sys.exit(0 if found.is_clean else 1)


def _show_books(files: Sequence[FileBalance], wrong: Sequence[Defect]) -> None:
    """Print what was counted of every source, and every kind of defect in its files."""
    sums: dict[str, list[int]] = {}
    for one in files:
        sums.setdefault(one.source, [0, 0, 0, 0, 0])
        read = (1, one.rows_read, one.accepted, one.quarantined, one.duplicates)
        sums[one.source] = [*map(sum, zip(sums[one.source], read, strict=True))]
    print_table(COUNTED, [(source, *counted) for source, counted in sorted(sums.items())])
    if wrong:
        kinds = Counter[tuple[str, str]]()
        for defect in wrong:
            kinds[defect.source, defect.sentence] += defect.rows
        rows = [(*kind, count) for kind, count in sorted(kinds.items())]
        print_table(("数据源", "缺陷", "行"), rows)


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
    asked = [one.problem.sentence for one in report.fetched if one.problem]
    problems = [*asked, *(one.problem.sentence for one in report.failed if one.problem)]
    if report.problem and report.problem.sentence not in problems:
        problems.append(report.problem.sentence)
    if as_json:
        print_json(
            {
                "ok": not problems,
                "problems": problems,
                "sources": [{"source": s, "files": n, **counts} for s, n, counts in sums],
                "fetched": [_fetch_as_json(one) for one in report.fetched],
                "files": [_file_as_json(one) for one in report.files],
                "unclaimed": list(planned.unclaimed),
                "seconds": report.seconds,
            }
        )
    elif sums:
        print_table(COUNTED, [(s, n, *counts.values()) for s, n, counts in sums])
    for one in report.fetched:
        if one.problem is None:
            said = ", ".join(path.name for path in one.files) or "nothing new"
            say(f"{one.source}: {one.pages} pages, {one.rows:,} rows fetched: {said}")
    for sentence in dict.fromkeys(problems):
        say(sentence)
    for path in planned.unclaimed:
        say(f"{path}: no source claims this file; compare its name with files: in sources/")
    say(f"{report.total()} files loaded in {report.seconds:.1f} s")
    if problems:
        sys.exit(1)


def _moment(moment: dt.datetime | None) -> str:
    return f"{moment:%m-%d %H:%M}" if moment else "—"


def _fetch_as_json(one: FetchReport) -> dict[str, object]:
    problem = one.problem.sentence if one.problem else None
    return {**asdict(one), "files": [str(path) for path in one.files], "problem": problem}


def _file_as_json(one: Any) -> dict[str, object]:  # noqa: ANN401 - a BatchReport
    shown = asdict(one)
    shown["problem"] = one.problem.sentence if one.problem else None
    return shown


def _spec(services: Services, source: str) -> SourceSpec:
    if source not in services.specs:
        raise UnknownName("source", source, services.specs, where="cockpit etl")
    return services.specs[source]


def _put(services: Services, spec: SourceSpec, corrected: Path) -> Path | None:
    """Put the corrected rows of a sheet into the inbox; return the file, or None without any."""
    from etl.corrections import open_rows, put_corrections, read_corrections

    found = read_corrections(corrected, open_rows(services.store, spec), spec)
    settled = f", {found.settled} came in before" if found.settled else ""
    say(f"{found.rows.height} rows are corrected, {found.unchanged} are as they were{settled}")
    if found.rows.is_empty():
        return None
    return put_corrections(found.rows, spec, services.inbox, services.store.version)
