"""Three hundred mutated files: every one ends in a sentence or in rows that add up."""

from pathlib import Path

import pytest

from metrics.store import Store
from tests.fuzz import NAMES, ROUND_FILES, fuzz
from tests.support.loading import make_bench


@pytest.mark.slow
def test_mutated_files_end_in_a_sentence_or_in_rows_that_add_up(
    fresh_store: Store, tmp_path: Path
) -> None:
    bench = make_bench(fresh_store, tmp_path / "city")
    bench.prepare()
    tally = fuzz(bench.loader, tmp_path / "files", files=300, seed=5)
    assert tally.files == 300 >= 2 * ROUND_FILES * len(NAMES)
    assert 50 < tally.sentences < 250  # neither all refused nor all let in
    heaps = [tally.rows[name] for name in ("accepted", "quarantined", "duplicates")]
    assert sum(heaps) == tally.rows["read"] > 1000
    assert all(heaps)
