"""A read as known at a position of another generation was refused, and gave its connection back in an open transaction."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from psycopg.pq import TransactionStatus

from adapters.questions.door import Door
from domain.errors import Misuse
from tests.builders.service import bench


def test_bug_a_refused_read_left_its_transaction_open(any_database_url: str, tmp_path: Path) -> None:
    here = bench(any_database_url, tmp_path)
    door = Door(here.service, lambda: nullcontext(here.connection))
    with pytest.raises(Misuse, match="known-at"), door.reading("99:1"):
        pytest.fail("it was answered")
    assert here.connection.info.transaction_status == TransactionStatus.IDLE
    here.close()
