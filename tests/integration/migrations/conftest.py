"""Migrations change tables, so each of their tests has a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.service import Bench, bench


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    """A service over a database that nobody else has."""
    made = bench(database_url, tmp_path)
    yield made
    made.close()
