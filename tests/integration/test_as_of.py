"""An answer as of a batch is the answer that was given when it was the newest."""

from __future__ import annotations

import datetime as dt

import pytest

from cockpit.weekly.cutoff import AsOf
from metrics.errors import BadQuestion
from metrics.store import Store
from tests.support.facts_store import empty, everything, load, numbers, service, small


@pytest.mark.slow
def test_as_of_every_batch(store: Store) -> None:
    empty(store)
    heard: list[int] = []
    store.on_publish(heard.append)
    given = {}
    for kept in (1, 4, 9, len(small())):
        load(store, small()[:kept])
        given[store.version] = numbers(everything(service(store)))
    assert heard == list(range(1, store.version + 1)), "every publish is told"
    asking = service(store)
    assert sorted(given) == [2, 5, 10, len(small()) + 1]  # the territory is batch 1
    for batch, then in given.items():
        assert numbers(everything(asking, as_of=batch)) == then, f"as of batch {batch}"
    assert len({repr(one) for one in given.values()}) == len(given)


def test_cases_as_of_a_batch(store: Store) -> None:
    load(store, small())
    asking = service(store)
    for batch in (5, 10, store.version):
        question = asking.question("um_reported", period="2026-11", as_of=batch)
        page = asking.cases(question, limit=1000)
        assert page.total == len(page.rows) == (asking.answer(question).figure.value or 0)
        assert all(row["batch"] <= batch for row in page.rows)


@pytest.mark.parametrize("batch", [-1, 1000])
def test_a_batch_that_is_not_there(store: Store, batch: int) -> None:
    load(store, small())
    with pytest.raises(
        BadQuestion, match=rf"there is no batch {batch}\. The newest is {len(small()) + 1}"
    ):
        service(store).question("um_reported", as_of=batch)


def test_the_newest_batch_of_an_instant(store: Store) -> None:
    load(store, small())
    told = store.rows("SELECT batch, published_at FROM batch", tag="test")
    asking, hour = service(store), dt.timedelta(hours=1)
    for at in {row["published_at"] for row in told}:
        known = [row["batch"] for row in told if row["published_at"] <= at]
        assert asking.batch_at(at) == max(known)
    first = min(row["published_at"] for row in told)
    assert asking.batch_at(first - hour) == 0
    assert asking.batch_at(max(row["published_at"] for row in told) + hour) == store.version


def test_the_service_at_a_cut_off_answers_as_it_did_then(store: Store) -> None:
    load(store, small())
    asking = service(store)
    then = AsOf(asking, 5)
    questions = [one.question("um_reported", period="2026-11") for one in (then, asking)]
    past, now = asking.answer_many(questions)
    assert then.answer_many(questions[:1]) == (past,)
    by_hand = asking.question("um_reported", period="2026-11", as_of=5)
    assert past == asking.answer_many([by_hand])[0]
    assert (past.data_version, now.data_version) == (5, store.version)
