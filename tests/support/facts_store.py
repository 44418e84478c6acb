"""Deliveries into a store, the way the loader writes them once a file is read and placed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from etl.aggregate import add_parts
from etl.batch import BatchReport, ledger_line
from etl.boundaries import Boundaries
from etl.journal import Known, weigh, write_change
from etl.publish import publish_territory
from metrics.answer import Answer
from metrics.calendar import Clock
from metrics.catalogue import Catalogue, load_catalogue
from metrics.freshness import Feed
from metrics.service import Service
from metrics.store import Store
from metrics.tables import all_tables
from tests.support.facts import NOW, Delivery, Maker, frame, territory
from tests.support.facts_governance import GovernanceMaker
from tests.support.facts_services import ServiceMaker

_HOUR, _DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
FEEDS = (
    Feed("hotline", "热线工单", _HOUR, _HOUR, "case"),
    Feed("urban", "智慧城管", _HOUR, _HOUR, "case"),
    Feed("calls", "热线话务", _HOUR, _HOUR, "event"),
    Feed("field", "现场事件", _DAY, _DAY, "event"),
    Feed("sensors", "物联读数", _HOUR, _HOUR, "reading"),
    Feed("registers", "台账", 30 * _DAY, _DAY, "snapshot"),
)


@cache
def catalogue() -> Catalogue:
    """Return the built-in catalogue."""
    return load_catalogue()


@cache
def deliveries(seed: int = 7, size: int = 200, rounds: int = 2) -> tuple[Delivery, ...]:
    """Return the deliveries of a seed."""
    departments = ServiceMaker(seed).deliveries(size, rounds)
    governance = GovernanceMaker(seed).deliveries(size, rounds)
    return (*Maker(seed).deliveries(size, rounds), *departments, *governance)


_TERRITORY: dict[str, str] = {}
"""What the ledger says of the city, by store."""


@cache
def small() -> tuple[Delivery, ...]:
    """Return few rows in many deliveries, for tests that load them more than once."""
    makers = (Maker, ServiceMaker, GovernanceMaker)
    return tuple(
        one
        for maker in makers
        for one in maker(11, days=20, year_ago_share=0).deliveries(size=25, rounds=2)
    )


def everything(asking: Service, *, as_of: int = 0) -> tuple[Answer, ...]:
    """Ask everything once: totals, children, series, a breakdown."""
    questions = [
        asking.question(
            one.id, period="2026-11", as_of=as_of, series=10,
            level="" if one.lowest_level == "district" or one.kind == "composite" else "street",
        )
        for one in catalogue().indicators.values()
    ]  # fmt: skip
    by_channel = asking.question(
        "appeals_open", period="2026-11", by="channel", as_of=as_of, compare=()
    )
    return asking.answer_many([*questions, by_channel])


def numbers(found: Sequence[Answer]) -> list[object]:
    """Return what a person would see, without the question and the ages of the feeds."""
    return [
        (
            one.indicator.id, one.figure, one.previous, one.series, one.light,
            [(child.key, child.figure, child.light) for child in one.children],
            [(child.key, child.figure) for child in one.breakdown],
        )
        for one in found
    ]  # fmt: skip


def empty(store: Store) -> None:
    """Take everything out of a store."""
    for table in all_tables(store.timezone):
        store.command(f"TRUNCATE TABLE {table.name}", tag="test.fresh")
    store.refresh_version()


def deliver(store: Store, one: Delivery) -> int:
    """Load one delivery and return its batch."""
    rows = frame(one.rows).with_columns(source=pl.lit(one.source))
    indicators = list(catalogue().indicators.values())
    with store.publishing:
        batch = store.next_batch()
        change = weigh(rows, Known(store, one.source, one.shape).versions(rows))
        write_change(store, one.shape, change, batch)
        days = add_parts(store, indicators, [(batch, one.shape)]).get(batch, [])
        report = BatchReport(
            one.source, f"{one.source}_{batch}.csv", batch=batch, rows_read=len(one.rows),
            accepted=change.accepted.height, duplicates=len(one.rows) - change.accepted.height,
            restated=change.retracted.height, days=tuple(days),
            watermark=max(row["at"] for row in one.rows),
        )  # fmt: skip
        line = ledger_line(
            report, timezone=store.timezone, shape=one.shape, sha256=digest(one), published_at=NOW
        )
        return store.publish(line)


def digest(one: Delivery) -> str:
    """Return the hash of a delivery's content."""
    return hashlib.sha256(repr([row["content"] for row in one.rows]).encode()).hexdigest()


def load(store: Store, all_of_them: Sequence[Delivery]) -> None:
    """Fill a store with the city and these deliveries; what it holds of them already, stays."""
    known = store.rows("SELECT toString(sha256) AS sha FROM batch ORDER BY batch", tag="test")
    wanted = [digest(one) for one in all_of_them]
    held = [row["sha"] for row in known[1:]]
    is_city = known[:1] == [{"sha": _TERRITORY.get(store.url, "")}]
    if not is_city or held != wanted[: len(held)] or store.version != len(held) + 1:
        held = []
        empty(store)
        publish_territory(store, Boundaries(territory(), {}, ()), now=NOW)
        first = store.rows("SELECT toString(sha256) AS sha FROM batch", tag="test")[0]
        _TERRITORY[store.url] = first["sha"]
    for one in all_of_them[len(held) :]:
        deliver(store, one)


def service(store: Store) -> Service:
    """Return a service of the city at the fixed instant."""
    return Service(store, catalogue(), territory(), Clock(fixed=NOW), FEEDS)


@dataclass(frozen=True)
class Loaded:
    """A store filled with deliveries, and who answers from it."""

    store: Store
    service: Service
    deliveries: tuple[Delivery, ...]


def loaded(store: Store, chosen: tuple[Delivery, ...] = ()) -> Loaded:
    """Return the store filled with deliveries, those of the usual seed when none are named."""
    chosen = chosen or deliveries()
    load(store, chosen)
    return Loaded(store, service(store), chosen)
