"""An officer's desk for each test, over an empty service."""

import pytest

from tests.builders.desk import Desk
from tests.builders.service import Bench


@pytest.fixture
def desk(any_emptied_bench: Bench) -> Desk:
    """The desk, on 17 December 2025."""
    return Desk(any_emptied_bench)
