"""A month that could not be stated to be over ended the sequencer: nothing was sealed or signed after it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.disclosure.checkpoints import MONTH_NOT_STATED, SealTrouble
from adapters.disclosure.sealer import Sealer, seal_now
from domain.access.entry import Outcome
from tests.builders.accesses import AccessLog
from tests.builders.months import JULY, state, two_months

AUGUST = datetime(2026, 8, 1, 12, tzinfo=UTC)


@pytest.fixture
def log(database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    made = two_months(database_url, tmp_path, stated=False)
    yield made
    made.bench.close()


def in_pieces(log: AccessLog) -> None:
    """Of three thousand entries every other is of June: the clock of one of two processes was behind for as long."""
    log.bench.connection.execute(
        "WITH more AS (INSERT INTO access.entry (id, at, viewer, organisation, kind, outcome, bytes, wrapped, sealed) "
        "SELECT gen_random_uuid(), '2026-07-01Z'::timestamptz + n * interval '1 second', viewer, organisation, kind, outcome, bytes, wrapped, sealed "
        "FROM (SELECT * FROM access.entry LIMIT 1) AS one, generate_series(1, 3000) AS n RETURNING id, at) "
        "INSERT INTO access.pending (entry, at) SELECT id, at FROM more"
    )
    log.seal()
    log.bench.connection.execute(
        "UPDATE access.entry e SET at = '2026-06-30Z' FROM access.leaf l WHERE l.entry = e.id AND l.index >= 50 AND l.index % 2 = 0"
    )


def test_a_month_in_more_pieces_than_an_entry_holds_is_named_and_others_go_on(log: AccessLog) -> None:
    in_pieces(log)
    log.bench.clock.set(AUGUST)
    sealer = Sealer(log.bench.service, log.key)
    assert sealer.turn() == (MONTH_NOT_STATED,)
    assert sealer.done.published == 1
    assert log.one("SELECT to_regclass('access.entry_2026_09') IS NOT NULL"), "the months to come are made"
    log.access(1)
    sealer.turn()
    assert log.one("SELECT count(*) FROM access.pending") == 0
    sealer.close()
    log.access(1)
    with pytest.raises(SealTrouble) as found:
        seal_now(log.bench.service, log.key)
    assert found.value.trouble == MONTH_NOT_STATED
    assert log.one("SELECT max(size) FROM access.checkpoint WHERE published_at IS NOT NULL") == log.one(
        "SELECT count(*) FROM access.leaf"
    ), "it is signed all the same"


@pytest.mark.parametrize("of", ["June 2026", "", 7, None, ["2026-06"], {}])
def test_a_statement_that_names_no_month_states_none(log: AccessLog, of: object) -> None:
    log.bench.clock.set(JULY)
    state(log, Outcome.MONTH_ENDED, {"of": of, "leaves": [], "entries": 0})
    seal_now(log.bench.service, log.key)
    assert (
        log.one(
            "SELECT count(*) FROM access.entry WHERE convert_from(bytes, 'UTF8')::jsonb #>> '{month,of}' = '2026-06'"
        )
        == 1
    )
