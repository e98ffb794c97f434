"""What many integration tests begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.service import Bench, bench


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    """A service over an empty database; a module that needs more says so in a fixture of its own."""
    made = bench(database_url, tmp_path)
    yield made
    made.close()
