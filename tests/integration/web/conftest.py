"""One issuer for all tests of the pages, and a server over what the demonstration's agencies say of two children."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.builders.service import Bench, bench
from tests.builders.web import PEOPLE, Browser, Pages, demo_messages, issuer_settings, pages
from tools.demo import issuer as demo

NOW = datetime(2025, 12, 19, 10, 0, tzinfo=UTC)
# Its clock stands still where the service's does.
_ISSUER = f"import time; time.time = lambda: {NOW.timestamp()}; from tools.demo.issuer import main; main()"


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """The address of an issuer that signs in whoever is picked."""
    with demo.issuer(PEOPLE, ("-c", _ISSUER)) as address:
        yield address


@pytest.fixture
def told(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    """A database with two children."""
    made = bench(any_database_url, tmp_path)
    made.clock.set(NOW)
    demo_messages(made)
    yield made
    made.close()


@pytest.fixture
def served(told: Bench, issuer: str, any_database_url: str, tmp_path: Path) -> Iterator[Pages]:
    """The pages, and their server."""
    with pages(any_database_url, tmp_path, told.clock, [issuer_settings(issuer, tmp_path)]) as made:
        yield made


@pytest.fixture
def browser(served: Pages) -> Iterator[Browser]:
    """A browser that nobody has signed in with."""
    made = served.browser()
    yield made
    made.close()
