"""An edition that takes a record in again adds no position; `icr verify-log` named it as an edition that differs."""

from pathlib import Path

from projections import mending
from projections.mending import Cause
from projections.view_sets import use
from tests.builders.service import KEYS, bench
from tests.builders.stream import mark
from tools.verify_log import verify


def test_bug_an_edition_that_mends_was_a_difference(any_database_url: str, tmp_path: Path) -> None:
    here = bench(any_database_url, tmp_path)
    here.record(*[mark(number, 1) for number in range(3)])
    here.projector.project()
    with here.connection.transaction():
        use(here.connection, here.serving())
        [(record,)] = here.connection.execute("SELECT DISTINCT record FROM log.fact_mark").fetchall()
        mending.note(here.connection, 2, 4, {record: Cause("22003", "30_entries")})
    assert here.projector.mend([record]) == [record]
    assert verify(here.connection, KEYS).found == {}
    here.connection.execute("UPDATE log.edition SET first = first - 1 WHERE number = 2")
    assert set(verify(here.connection, KEYS).found) == {"edition_differs"}
    here.close()
