"""A month that was stated to be over was stated anew, with one entry more: so yesterday's entry went with a month whose time was over."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.disclosure.giving_up import what_goes
from domain.access.entry import Outcome
from domain.access.month import Ended, GivenUp, parse_month
from domain.proof.tree import root
from tests.builders.accesses import AccessLog
from tests.builders.months import IN_JUNE, YEARS_ON, state, two_months

JUNE = parse_month("2026-06")


@pytest.fixture
def log(database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    made = two_months(database_url, tmp_path)
    yield made
    made.bench.close()


def take_out(log: AccessLog, condition: str) -> None:
    """Entries that are of a leaf, with all that they showed."""
    run, of = log.bench.connection.execute, f"(SELECT entry FROM access.leaf WHERE {condition})"
    run(f"DELETE FROM access.shown WHERE entry IN {of}")  # type: ignore[arg-type]
    run(f"DELETE FROM access.entry WHERE id IN {of}")  # type: ignore[arg-type]
    run(
        "DELETE FROM access.content c WHERE NOT EXISTS (SELECT FROM access.shown s CROSS JOIN unnest(s.records, s.digests) AS n (r, d) "
        "WHERE (n.r, n.d) = (c.record, c.digest))"
    )


def test_an_entry_of_yesterday_is_not_given_up_with_a_month_that_is_stated_anew(log: AccessLog) -> None:
    log.bench.clock.set(YEARS_ON)
    log.access(1)
    log.seal()
    kept = log.checkpoint()
    hidden = int(log.one("SELECT max(index) FROM access.leaf"))
    ranges, _, chains = what_goes(log.bench.connection, JUNE)
    [(process, number)] = log.all(
        "SELECT s ->> 'process', (s ->> 'number')::int FROM (SELECT convert_from(e.bytes, 'UTF8')::jsonb AS s FROM access.entry e "
        "JOIN access.leaf l ON l.entry = e.id WHERE l.index = %s) AS one",
        hidden,
    )
    leaves, chains = [*ranges, (hidden, hidden)], [*chains, (process, number, number)]
    hashes = "SELECT hash FROM access.leaf WHERE index < %s OR index = %s ORDER BY index"
    over = root([row[0] for row in log.all(hashes, IN_JUNE, hidden)])
    state(log, Outcome.MONTH_ENDED, Ended(JUNE, leaves).said())
    take_out(log, f"index < {IN_JUNE} OR index = {hidden}")
    roles = "privacy_officer", "privacy_officer"
    state(log, Outcome.GIVEN_UP, GivenUp(JUNE, leaves, over, chains, 7, "A word", *roles, "erasure-x").said())
    assert log.check(kept)["month_differs"] == [str(hidden + 1), str(hidden + 2)]
    assert log.check(log.checkpoint()).keys() >= {"month_differs", "entry_missing"}
