"""One embedded store for the whole test process; each test that wants one finds it empty."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from metrics.store import Store
from metrics.tables import all_tables


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option that writes the golden files anew."""
    parser.addoption(
        "--update-golden", action="store_true", help="write the files of tests/golden anew"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to write golden files where nobody looks at the difference."""
    if config.getoption("--update-golden") and os.environ.get("CI", "").lower() == "true":
        raise pytest.UsageError("--update-golden is refused where CI=true: look at them yourself")


# the same examples every time, and no verdict on how busy the machine is
settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The store of this process: an embedded engine cannot open a second folder."""
    opened = Store(f"chdb://{tmp_path_factory.mktemp('store') / 'db'}")
    yield opened
    opened.close()


@pytest.fixture
def fresh_store(store: Store) -> Store:
    """The store with every table empty and the data version back at 0."""
    for table in all_tables(store.timezone):
        store.command(f"TRUNCATE TABLE {table.name}", tag="test.fresh")
    store.refresh_version()
    return store
