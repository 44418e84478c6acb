"""Versions: what is news, what is current, and that the order of files never matters."""

import datetime as dt
import random

import polars as pl
import pytest

from etl.journal import weigh

SCHEMA = {"id": pl.String, "updated_at": pl.Datetime("ms"), "content": pl.UInt64}


MIDNIGHT = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - only the order counts here


def rows(*said):
    """Rows of (id, updated_at as a number of seconds or None, content)."""
    stamped = [
        (key, None if stamp is None else MIDNIGHT + dt.timedelta(seconds=stamp), c)
        for key, stamp, c in said
    ]
    return pl.DataFrame(stamped, schema=SCHEMA, orient="row")


class Journal:
    """The journal kept in plain Python, as the tables would keep it."""

    def __init__(self):
        self.lines = []  # id, updated_at, content, version, sign

    def load(self, batch, said, misread=()):
        known = {}
        for key, stamp, content, version, sign in self.lines:
            old = known.get((key, stamp, content), (0, 0))
            known[key, stamp, content] = (max(version, old[0]), old[1] + sign)
        frame = pl.DataFrame(
            [(*key, *value) for key, value in known.items()],
            schema={**SCHEMA, "version": pl.UInt32, "weight": pl.Int64}, orient="row",
        )  # fmt: skip
        change = weigh(said, frame.select("id", "content", "updated_at", "version", "weight"),
                       misread=misread)  # fmt: skip
        stamps = {(key, content): stamp for key, stamp, content, *_ in self.lines}
        for row in change.accepted.iter_rows(named=True):
            line = (row["id"], row["updated_at"], row["content"], batch)
            self.lines += [(*line, 1)] if row["is_current"] else [(*line, 1), (*line, -1)]
        for key, content in change.retracted.iter_rows():
            self.lines.append((key, stamps[key, content], content, 0, -1))
        return change

    def current(self):
        weights = {}
        for key, stamp, content, _, sign in self.lines:
            weights[key, stamp, content] = weights.get((key, stamp, content), 0) + sign
        assert all(weight in (0, 1) for weight in weights.values())
        return sorted((k, c) for (k, _, c), weight in weights.items() if weight)


def test_the_same_content_is_no_news():
    journal = Journal()
    journal.load(1, rows(("a", 1, 10)))
    change = journal.load(2, rows(("a", 1, 10), ("a", 1, 10)))
    assert change.accepted.is_empty()
    assert change.retracted.is_empty()


def test_newest_stamp_wins_then_the_greater_content():
    journal = Journal()
    journal.load(1, rows(("a", 5, 1), ("b", None, 7), ("c", 1, 9)))
    journal.load(2, rows(("a", 4, 9), ("b", 1, 1), ("c", 1, 8)))
    assert journal.current() == [("a", 1), ("b", 1), ("c", 9)]


@pytest.mark.parametrize("seed", range(60))
def test_any_split_and_order_gives_the_same_current_versions(seed):
    rng = random.Random(seed)
    said = [(rng.choice("abcd"), rng.choice([None, 1, 2, 3]), rng.randrange(12)) for _ in range(30)]
    # one content belongs to one stamp, as the stamp is part of what the source says
    said = [(key, stamp, content * 10 + (stamp or 0)) for key, stamp, content in said]
    expected = {}
    for key, stamp, content in said:
        rank = (-1 if stamp is None else stamp, content)
        expected[key] = max(expected.get(key, (-2, 0)), rank)
    rng.shuffle(said)
    journal, batch = Journal(), 0
    while said:
        batch += 1
        size = rng.randrange(1, 9)
        journal.load(batch, rows(*said[:size]))
        said = said[size:]
    assert journal.current() == sorted((key, rank[1]) for key, rank in expected.items())


def test_a_file_read_again_by_a_better_spec_replaces_its_first_reading():
    journal = Journal()
    journal.load(1, rows(("a", 5, 90), ("b", 5, 80)))
    journal.load(2, rows(("b", 9, 1)))  # another file knows b better
    journal.load(3, rows(("a", 5, 10), ("b", 5, 70)), misread={1})
    assert journal.current() == [("a", 10), ("b", 1)]
    journal.load(4, rows(("a", 5, 90), ("b", 5, 80)), misread={1, 3})  # and back again
    assert journal.current() == [("a", 90), ("b", 1)]
