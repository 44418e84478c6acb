"""Territory and catalogue as batches: what every number depends on beside the feeds."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import polars as pl

from etl.aggregate import add_parts, fingerprint, rebuild_parts
from etl.batch import (
    CASE_RULES,
    CATALOGUE,
    TERRITORY,
    BatchReport,
    kernel_table,
    ledger_line,
    readings,
)
from etl.boundaries import Boundaries
from etl.columns import conform, to_arrow
from etl.derive.restate import Derivation
from etl.derive.rules import NO_RULES, CaseRules
from etl.place import Gazetteer
from etl.today import Today, write_all
from metrics.indicator import Indicator
from metrics.store import Store
from metrics.tables import Shape
from metrics.territory import FIRST_DAY, LAST_DAY


def publish_territory(store: Store, boundaries: Boundaries, *, now: dt.datetime) -> int | None:
    """Write the areas as a batch when they differ from the newest copy in the store.

    Returns:
        The batch number, or None when the store had them already.
    """
    frame = _area_frame(boundaries)
    mark = _mark(frame, now)
    with store.publishing:
        if _newest_mark(store, TERRITORY) == mark:
            return None
        batch = store.next_batch()
        table = kernel_table("area", store.timezone)
        rows = conform(frame.with_columns(batch=pl.lit(batch)), table)
        store.insert("area", to_arrow(rows, table), tag="load.territory")
        today = Today(Gazetteer(boundaries), now.astimezone(ZoneInfo(store.timezone)).date())
        write_all(store, today, batch)
        _publish_mark(store, TERRITORY, batch, mark, now, rows=frame.height)
        return batch


def publish_catalogue(
    store: Store, indicators: Sequence[Indicator], *, now: dt.datetime
) -> int | None:
    """Compute all parts anew when the catalogue's measures differ from those of the store.

    Returns:
        The batch number of the catalogue's ledger line, or None when nothing changed.
    """
    mark = fingerprint(indicators)
    with store.publishing:
        known = _newest_mark(store, CATALOGUE)
        if known == mark:
            return None
        batch = store.next_batch()
        if store.version:
            rebuild_parts(store, indicators)
        _publish_mark(store, CATALOGUE, batch, mark, now)
        return batch


def publish_case_rules(
    derivation: Derivation, indicators: Sequence[Indicator], *, now: dt.datetime
) -> int | None:
    """Derive all cases anew when the city's rules differ from those of the store.

    Returns:
        The batch number, or None when nothing changed.
    """
    store, mark = derivation.store, derivation.rules.mark
    with store.publishing:
        if are_case_rules_current(store, derivation.rules):
            return None
        batch = store.next_batch()
        shapes: set[tuple[int, Shape]] = {(batch, "case")} if derivation.anew(batch) else set()
        days = add_parts(store, indicators, shapes)
        _publish_mark(store, CASE_RULES, batch, mark, now, days=days.get(batch, ()))
        return batch


def are_case_rules_current(store: Store, rules: CaseRules) -> bool:
    """Tell whether the cases in the store were derived by these rules."""
    return (_newest_mark(store, CASE_RULES) or NO_RULES) == rules.mark


def is_catalogue_current(store: Store, indicators: Sequence[Indicator]) -> bool:
    """Tell whether the parts in the store were made by these measures."""
    return _newest_mark(store, CATALOGUE) == fingerprint(indicators)


def is_territory_current(
    store: Store, boundaries: Boundaries, now: dt.datetime | None = None
) -> bool:
    """Tell whether the store's newest copy of the areas is this one, and no cut has begun since."""
    return _newest_mark(store, TERRITORY) == _mark(_area_frame(boundaries), now)


def _newest_mark(store: Store, source: str) -> str:
    known = readings(store, source)
    return known[-1].sha256 if known else ""


def _publish_mark(
    store: Store, source: str, batch: int, mark: str, now: dt.datetime, *, rows: int = 0,
    days: Sequence[dt.date] = (),
) -> None:  # fmt: skip
    report = BatchReport(
        source, source, batch=batch, rows_read=rows, accepted=rows, days=tuple(days)
    )
    store.publish(ledger_line(report, timezone=store.timezone, sha256=mark, published_at=now))


def _mark(frame: pl.DataFrame, now: dt.datetime | None) -> str:
    """Return the hash of the areas, and of the last day that changed them, if one did."""
    bounds = pl.concat([frame["valid_from"], frame["valid_to"]]).unique().sort()
    end = LAST_DAY if now is None else now.date() + dt.timedelta(days=1)
    begun = bounds.filter((bounds > FIRST_DAY) & (bounds < end))
    last = begun.to_list()[-1:]
    return hashlib.sha256("".join([frame.write_json(), *map(str, last)]).encode()).hexdigest()


def _area_frame(boundaries: Boundaries) -> pl.DataFrame:
    territory = boundaries.territory
    areas = sorted(territory.areas.values(), key=lambda area: area.id)
    return pl.DataFrame(
        {
            "area": [area.id for area in areas],
            "code": [area.code for area in areas],
            "name": [area.name for area in areas],
            "level": [area.level for area in areas],
            "depth": [area.depth for area in areas],
            "parent": [area.parent for area in areas],
            "path": [list(territory.path(area.id)) for area in areas],
            "valid_from": [area.valid_from for area in areas],
            "valid_to": [area.valid_to for area in areas],
        }
    )
