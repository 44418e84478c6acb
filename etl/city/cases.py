"""Cases from receipt to follow-up, as they will have been: the truth behind the case exports."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.city.ground import ADDRESSES_PER_GRID
from etl.city.happenings import (
    NOISY_PER_WEEK,
    NOISY_STREET,
    SLOW_FACTOR,
    SLOW_ON_TIME,
    SLOW_STREET,
    happenings,
    noisy_place,
)
from etl.city.mesh import Labels, Points
from etl.city.rhythm import EVENING, OFFICE, SHIFT, day_factor, times_of_day
from etl.city.world import World, midnight

NEVER = np.iinfo(np.int64).max // 4
"""A moment that does not come."""

MOMENTS = ("received", "accepted", "dispatched", "signed", "disposed", "closed", "visited")

_MINUTE, _HOUR = 60, 3600
_LONGEST = 40 * 24 * _HOUR


@dataclass(frozen=True)
class CaseStream:
    """One source of cases.

    Attributes:
        source: column of the taxonomy.
        number: its stream of chance.
        a_day: cases on a plain day at scale 1.
        hours: weight of every hour.
        prefix: of the case numbers.
        on_time: share closed within the time allowed.
        void: share not accepted.
        visited: share of closed cases that are followed up.
        self_handled: share solved on the spot.
    """

    source: str
    number: int
    a_day: float
    hours: tuple[int, ...]
    prefix: str
    on_time: float
    void: float
    visited: float
    self_handled: float


STREAMS = {
    one.source: one
    for one in (
        CaseStream("hotline", 11, 420, OFFICE, "XS12345", 0.962, 0.025, 0.9, 0.0),
        CaseStream("police", 12, 120, EVENING, "FJW", 0.958, 0.01, 0.6, 0.0),
        CaseStream("urban", 13, 260, SHIFT, "ZHCG", 0.955, 0.02, 0.0, 0.12),
        CaseStream("patrol", 14, 220, SHIFT, "WG", 0.968, 0.008, 0.0, 0.58),
        CaseStream("mediation", 15, 40, OFFICE, "MDJF", 0.95, 0.0, 0.0, 0.0),
        CaseStream("public", 16, 56, EVENING, "GZSQ", 0.963, 0.03, 0.85, 0.0),
    )
}


def cases_of_day(world: World, stream: CaseStream, day: dt.date) -> pl.DataFrame:
    """Return the cases of one source received on one day, with everything that becomes of them.

    Times are seconds of the wall clock since 1970; ``NEVER`` where a step is not taken.
    """
    rng = world.chance(stream.number, day)
    minors, streets, grids, addresses, noisy = _what_and_where(world, stream, day, rng)
    received = midnight(day) + times_of_day(len(minors), stream.hours, rng)
    order = rng.permutation(len(minors))
    minors, streets, grids = minors[order], streets[order], grids[order]
    addresses, noisy = addresses[order], noisy[order]
    return pl.DataFrame(
        {
            "case_no": numbers(stream.prefix, day, len(minors)),
            "minor": minors, "street": streets, "grid": grids, "address": addresses,
            **_course(world, stream, received, minors, streets, rng),
            **_remarks(stream, noisy, rng),
        }
    )  # fmt: skip


def numbers(prefix: str, day: dt.date, count: int) -> pl.Series:
    """Return the numbers a source gives to what it takes in on a day, in order of arrival."""
    head = f"{prefix}{day:%Y%m%d}"
    return pl.Series([f"{head}{place:05d}" for place in range(1, count + 1)], dtype=pl.String)


def _what_and_where(
    world: World, stream: CaseStream, day: dt.date, rng: np.random.Generator
) -> tuple[Labels, Labels, Labels, Labels, Labels]:
    expected = stream.a_day * world.scale * day_factor(day)
    share = world.taxonomy.shares[stream.source]
    minors = rng.choice(len(share), rng.poisson(expected), p=share)
    reach = np.cumsum(world.street_share, axis=1)[minors]
    streets = (reach < rng.random(len(minors))[:, None] * (1 - 1e-9)).sum(axis=1)
    for one in happenings(world, day):
        if stream.source not in one.sources:
            continue
        for minor in map(world.taxonomy.minor, one.minors):
            for street in map(world.ground.street, one.streets):
                usual = expected * share[minor] * world.street_share[minor, street]
                more = rng.poisson(usual * (one.factor - 1))
                minors = np.append(minors, np.full(more, minor))
                streets = np.append(streets, np.full(more, street))
    grids = world.pick_grids(streets, rng)
    favour = 1 / np.arange(1, ADDRESSES_PER_GRID + 1)
    addresses = rng.choice(ADDRESSES_PER_GRID, len(grids), p=favour / favour.sum())
    calls = rng.poisson(NOISY_PER_WEEK / 7 * world.scale) if stream.source == "hotline" else 0
    grid, address = noisy_place(world)
    return (
        np.append(minors, np.full(calls, world.taxonomy.minor("广场舞噪声"))),
        np.append(streets, np.full(calls, world.ground.street(NOISY_STREET))),
        np.append(grids, np.full(calls, grid)),
        np.append(addresses, np.full(calls, address)),
        np.append(np.zeros(len(grids), dtype=np.int64), np.ones(calls, dtype=np.int64)),
    )


def _course(
    world: World, stream: CaseStream, received: Labels, minors: Labels, streets: Labels,
    rng: np.random.Generator,
) -> dict[str, Labels]:  # fmt: skip
    """Return the moments of the lifecycle, the deadline, and what was void or done on the spot."""
    size, slow = len(received), streets == world.ground.street(SLOW_STREET)
    void, on_spot = rng.random(size) < stream.void, rng.random(size) < stream.self_handled
    accepted = received + _wait(size, 4 * _MINUTE, 0.9, rng)
    dispatched = accepted + _wait(size, 9 * _MINUTE, 0.8, rng)
    signed = dispatched + _wait(size, 45 * _MINUTE, 0.8, rng)
    limit = world.taxonomy.limit_h[minors] * _HOUR
    took = world.taxonomy.median_h[minors] * _HOUR * rng.lognormal(0, 0.6, size)
    took = np.where(slow, took * SLOW_FACTOR, took)
    late = rng.random(size) > np.where(slow, SLOW_ON_TIME, stream.on_time)
    in_time = np.where(took < 0.97 * limit, took, limit * rng.uniform(0.55, 0.97, size))
    took = np.where(late, limit * (1.03 + rng.exponential(0.35, size)), in_time)
    took = np.where(on_spot, rng.uniform(5, 55, size) * _MINUTE, took)
    closed = np.maximum(accepted + np.minimum(took, _LONGEST).astype(np.int64), signed + 600)
    closed = np.where(on_spot, received + took.astype(np.int64), closed)
    disposed = signed + ((closed - signed) * rng.uniform(0.75, 0.97, size)).astype(np.int64)
    visit = closed + rng.integers(4 * _HOUR, 72 * _HOUR, size)
    seen = rng.random(size) < stream.visited
    skip = void | on_spot
    return {
        "received": received,
        "accepted": np.where(void, NEVER, np.where(on_spot, received, accepted)),
        "dispatched": np.where(skip, NEVER, dispatched),
        "signed": np.where(skip, NEVER, signed),
        "disposed": np.where(void, NEVER, np.where(on_spot, closed, disposed)),
        "closed": np.where(void, NEVER, closed),
        "visited": np.where(seen & ~skip, visit, NEVER),
        "due": np.where(void, NEVER, accepted + limit.astype(np.int64)),
        "void": void.astype(np.int64),
        "on_spot": (on_spot & ~void).astype(np.int64),
        "late": (late & ~skip).astype(np.int64),
    }


def _wait(size: int, median: float, sigma: float, rng: np.random.Generator) -> Labels:
    return np.asarray((median * rng.lognormal(0, sigma, size)).astype(np.int64) + 1)


def _remarks(stream: CaseStream, noisy: Labels, rng: np.random.Generator) -> dict[str, Points]:
    """Return the small facts of a case: ratings, returns, urges, the caller's token."""
    size = len(noisy)
    returned = rng.random(size) < 0.031
    regular = rng.random(size) < 0.06
    caller = np.where(regular, rng.integers(0, 400, size), rng.integers(400, 400_000, size))
    caller = np.where(noisy == 1, rng.integers(0, 12, size), caller)
    return {
        "caller": caller + stream.number * 1_000_000,
        "returns": np.where(returned, rng.geometric(0.75, size), 0),
        "rework": np.where(rng.random(size) < 0.024, rng.geometric(0.8, size), 0),
        "urges": rng.poisson(0.07, size),
        "repeat": ((rng.random(size) < 0.035) | ((noisy == 1) & (rng.random(size) < 0.7))).astype(
            np.int64
        ),
        "level": rng.choice(4, size, p=[0.46, 0.3, 0.19, 0.05]),
        "urgency": rng.choice(3, size, p=[0.93, 0.06, 0.01]),
        "mood": rng.random(size),
        "answer": rng.random(size),
        "kind": rng.random(size),
    }
