"""An export had begun when a month was given up: its entries were missing in it, and the statement too, which came after."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.commands.giving_up import GivingUp
from adapters.disclosure.export import as_line, whole_export
from adapters.log.connections import Work, connect
from domain.errors import Rejected
from tests.builders.accesses import AccessLog
from tests.builders.months import decided, two_months
from tests.builders.service import KEYS


@pytest.fixture
def log(any_database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    made = two_months(any_database_url, tmp_path)
    yield made
    made.bench.close()


def test_an_export_that_has_begun_is_waited_for(log: AccessLog) -> None:
    kept, erasure = log.checkpoint(), decided(log)
    with connect(log.bench.service.database_url, Work.EXPORT) as reader:
        lines = whole_export(reader, KEYS)
        begun = [next(lines), next(lines)]
        with pytest.raises(Rejected, match="somebody reads the whole log"):
            GivingUp(log.bench.service).run(erasure)
        export = b"".join(map(as_line, [*begun, *lines]))
    assert log.check(kept, export=export) == {}
    assert GivingUp(log.bench.service).run(erasure).month == "2026-06"
