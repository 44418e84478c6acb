"""The pages of an interface in one archive, read as one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl

from etl.readers.frame import ROW_NO, Sheet, plain
from etl.spec import SourceSpec
from metrics.errors import SourceError

Reader = Callable[[SourceSpec, Path, bytes], Sheet]


def read_pages(
    spec: SourceSpec, path: Path, pages: Iterable[tuple[str, bytes]], read: Reader
) -> Sheet:
    """Return the rows of all pages in their order; row numbers count on from page to page.

    Raises:
        SourceError: a page cannot be read, or a page of a delimited text has other columns.
    """
    frames: list[pl.DataFrame] = []
    broken: list[pl.DataFrame] = []
    names: dict[str, str] = {}
    first: list[str] | None = None
    last = 0
    for member, data in pages:
        sheet = read(spec, path / member, data)
        header = [plain(cell) for cell in sheet.header]
        first = header if first is None else first
        if spec.format == "csv" and sorted(header) != sorted(first):
            raise SourceError(
                "the columns are others than on the first page",
                where=str(path / member),
                next_step="Ask the owner of the interface what has changed",
            )
        frames.append(_named(sheet, header, names).with_columns(pl.col(ROW_NO) + last))
        broken.append(sheet.broken.with_columns(pl.col(ROW_NO) + last))
        numbers = [*sheet.frame[ROW_NO].to_list(), *sheet.broken[ROW_NO].to_list()]
        last += max(numbers, default=0)
    whole = (
        pl.concat(frames, how="diagonal") if frames else pl.DataFrame(schema={ROW_NO: pl.UInt64})
    )
    order = {key: str(number) for number, key in enumerate(names)}
    return Sheet(
        list(names.values()),
        whole.rename(order).select(*order.values(), ROW_NO),
        pl.concat(broken) if broken else Sheet([], whole).broken,
    )


def _named(sheet: Sheet, header: list[str], names: dict[str, str]) -> pl.DataFrame:
    """Return a page's rows under names that are the same on every page."""
    keys: list[str] = []
    for number, name in enumerate(header):
        key = f"{name}\x1f{header[:number].count(name)}"
        names.setdefault(key, sheet.header[number])
        keys.append(key)
    return sheet.frame.rename({str(number): key for number, key in enumerate(keys)})
