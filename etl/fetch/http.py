"""A fetch from a paged interface: pages as received, resumed where it broke off, then one file."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from etl.fetch.client import Client, Refused
from etl.fetch.desk import Desk, Errand, write_whole
from etl.fetch.edge import Edge, Kept
from etl.fetch.paging import (
    Incomplete,
    Page,
    Progress,
    address,
    begin_progress,
    fingerprint,
    headers_of,
    no_page,
    page_sheet,
    understand,
)
from etl.fetch.spec import Watermark
from etl.readers.frame import Sheet, plain
from etl.spec import SourceSpec
from metrics.errors import SourceError

_RESUMED_WITHIN = dt.timedelta(days=1)
_FILE_BYTES = 64 << 20
"""Pages of one file, unpacked; a longer fetch becomes several files."""
_FORGOTTEN = frozenset({400, 404, 410, 422})
"""Statuses by which an interface says that it no longer knows a page."""


@dataclass(frozen=True)
class Fetched:
    """What a fetch brought: files in the inbox, pages or statements, rows in them."""

    files: tuple[Path, ...] = ()
    pages: int = 0
    rows: int = 0


def next_progress(spec: SourceSpec, errand: Errand) -> Progress:
    """Return where a fetch would begin now, or go on; nothing is asked or written."""
    desk = errand.desk(spec.source)
    now = errand.now.astimezone(ZoneInfo(spec.timezone)) if spec.timezone else errand.now
    kept, going = desk.kept(), _read(desk)
    within = max(spec.rhythm, _RESUMED_WITHIN)
    if (
        going is not None
        and going.rule == fingerprint(spec)
        and going.began != kept.fetch
        and now - dt.datetime.fromisoformat(going.began) <= within
    ):
        return going
    assert spec.http is not None  # noqa: S101 - only such feeds are fetched this way
    begin = (
        Edge.after(kept, spec.http.watermark, errand.latest).begin if spec.http.watermark else ""
    )
    return begin_progress(spec, now, begin, desk.file_name(now, "zip"))


def fetch_http(spec: SourceSpec, errand: Errand) -> Fetched:
    """Bring what is new into the inbox, every row of it or nothing.

    Raises:
        SourceError: the interface does not answer as the spec says; the pages that came are kept.
    """
    assert spec.http is not None  # noqa: S101
    desk = errand.desk(spec.source)
    with desk.alone():
        progress = next_progress(spec, errand)
        if progress.number == 1:
            _clear(desk)
        client = Client(spec.http, errand, spec.source)
        try:
            progress = _ask_pages(spec, progress, desk, client)
        except Refused as problem:
            if progress.number == 1 or problem.code not in _FORGOTTEN:
                raise
            _clear(desk)  # the interface has forgotten where we were
            progress = _ask_pages(spec, next_progress(spec, errand), desk, client)
        except Incomplete:
            _clear(desk)
            raise
        fetched = _take_in(spec, progress, desk, errand)
        _clear(desk)
        return fetched


def _ask_pages(spec: SourceSpec, progress: Progress, desk: Desk, client: Client) -> Progress:
    """Return the progress of a fetch whose pages are all here."""
    assert spec.http is not None  # noqa: S101
    desk.pages.mkdir(parents=True, exist_ok=True)
    while not progress.is_done:
        page = _ask(spec, progress, client)
        if page.rows:
            write_whole(_page_file(desk, progress.number), page.body)
        progress = page.after
        write_whole(desk.pages / "progress.json", json.dumps(asdict(progress)).encode())
    return progress


def _ask(spec: SourceSpec, progress: Progress, client: Client) -> Page:
    assert spec.http is not None  # noqa: S101
    rule = spec.http
    try:
        return client.get(
            address(rule, progress),
            headers_of(rule, progress),
            lambda reply: understand(spec, progress, reply, client),
        )
    except Refused as problem:
        counts = rule.paging is not None and rule.paging.by in ("page", "offset")
        if problem.code == 404 and counts and progress.number > 1:
            return no_page(progress)
        raise


def _take_in(spec: SourceSpec, progress: Progress, desk: Desk, errand: Errand) -> Fetched:
    """Make files of the pages and move the watermark; no file where nothing is new."""
    numbered = (_page_file(desk, number) for number in range(1, progress.number))
    pages = [page for page in numbered if page.exists()]  # empty ones were not kept
    kept = desk.kept()
    after, is_news = _after(spec, pages, kept, progress, errand.latest)
    if not is_news:
        desk.commit([], after)
        return Fetched((), len(pages), progress.rows)
    desk.inbox.mkdir(parents=True, exist_ok=True)
    for left in desk.inbox.glob("*.part"):
        left.unlink()
    began = dt.datetime.fromisoformat(progress.began)
    files = []
    for number, group in enumerate(_groups(pages), start=1):
        name = progress.name if number == 1 else progress.name[:-4] + f"_{number:03d}.zip"
        target = desk.inbox / name
        draft = target.with_name(f"{name}.part")
        _write_zip(draft, group, began)
        files.append((draft, target))
    desk.commit(files, after)
    return Fetched(tuple(target for _, target in files), len(pages), progress.rows)


def _after(
    spec: SourceSpec, pages: list[Path], kept: Kept, progress: Progress, now: dt.datetime
) -> tuple[Kept, bool]:
    """Return up to where the feed is fetched with these pages, and whether they tell news."""
    mark = spec.http.watermark if spec.http else None
    if mark is None:
        content = hashlib.sha256()
        for page in pages:
            content.update(hashlib.sha256(page.read_bytes()).digest())
        digest = content.hexdigest()
        is_news = bool(pages) and digest != kept.content
        return Kept(content=digest if pages else kept.content, fetch=progress.began), is_news
    edge = Edge.after(kept, mark, now)
    is_news = False
    for page in pages:
        sheet = page_sheet(spec, page.name, page.read_bytes())
        if sheet is not None:
            names = [plain(name) for name in sheet.header]
            told = edge.take(names, sheet.frame.drop("row_no"), _marks(spec, mark, sheet))
            is_news = is_news or any(told) or sheet.broken.height > 0
    if pages and not edge.mark:
        raise SourceError(
            f"no row tells a time or number in '{mark.column}'",
            where=spec.source,
            next_step="Correct http.watermark: its column, or the format of its times",
        )
    edge.finish()
    return replace(edge.kept, fetch=progress.began), is_news


def _marks(spec: SourceSpec, mark: Watermark, sheet: Sheet) -> list[str | None]:
    names = [plain(name) for name in sheet.header]
    if plain(mark.column) not in names:
        raise SourceError(
            f"there is no column '{mark.column}'",
            where=spec.source,
            hint=f"The interface gives {', '.join(names[:12])}",
            next_step="Correct http.watermark",
        )
    return sheet.frame[str(names.index(plain(mark.column)))].to_list()


def _groups(pages: list[Path]) -> Iterator[list[Path]]:
    group: list[Path] = []
    for page in pages:
        if group and sum(one.stat().st_size for one in [*group, page]) > _FILE_BYTES:
            yield group
            group = []
        group.append(page)
    if group:
        yield group


def _write_zip(path: Path, pages: list[Path], began: dt.datetime) -> None:
    with path.open("wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for page in pages:
                entry = zipfile.ZipInfo(page.name, began.timetuple()[:6])
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, page.read_bytes())
        file.flush()
        os.fsync(file.fileno())


def _page_file(desk: Desk, number: int) -> Path:
    return desk.pages / f"page_{number:05d}"


def _read(desk: Desk) -> Progress | None:
    try:
        return Progress(**json.loads((desk.pages / "progress.json").read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _clear(desk: Desk) -> None:
    shutil.rmtree(desk.pages, ignore_errors=True)
