"""An answer as of a batch is the answer that was given when it was the newest."""

from __future__ import annotations

import pytest

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
