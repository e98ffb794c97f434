"""Entries and what they showed stand by months, made before they begin; without its month an entry goes to the rest."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import adapters.migrations
from adapters.disclosure.checkpoints import MONTHS_NOT_MADE, SealTrouble
from adapters.disclosure.months import make_months
from adapters.disclosure.reading import read_entry
from adapters.disclosure.sealer import Sealer
from adapters.log.connections import Work, connect
from tests.builders.accesses import AccessLog
from tests.builders.service import KEYS, NOW, bench

# As it was before there were months.
BEFORE = """
DROP TABLE access.shown;
CREATE TABLE access.shown (entry uuid NOT NULL, number smallint NOT NULL, child uuid NOT NULL, opened boolean NOT NULL,
    records uuid[] NOT NULL, digests bytea[] NOT NULL, places smallint[] NOT NULL, classes smallint[] NOT NULL,
    PRIMARY KEY (entry, number));
CREATE INDEX shown_child ON access.shown (child, entry);
DROP FUNCTION access.make_months(date, date);
DO $$ DECLARE one regclass; BEGIN
    FOR one IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'access.entry'::regclass AND inhrelid <> 'access.entry_rest'::regclass
    LOOP EXECUTE format('DROP TABLE %s', one); END LOOP; END $$;
DELETE FROM access.entry;
"""


@pytest.fixture
def log(database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    made = bench(database_url, tmp_path)
    yield AccessLog(made, tmp_path)
    made.close()


def places(log: AccessLog, table: str) -> list[str]:
    """In which partitions the rows of a table stand."""
    return [row[0] for row in log.all(f"SELECT DISTINCT tableoid::regclass::text FROM {table} ORDER BY 1")]


def test_from_the_first_day_there_is_this_month_and_the_next(log: AccessLog) -> None:
    now = log.one("SELECT now() AT TIME ZONE 'UTC'")
    for table in ("entry", "shown"):
        for month in (now, now.replace(day=1) + timedelta(days=32)):
            assert log.one("SELECT to_regclass(%s) IS NOT NULL", f"access.{table}_{month:%Y_%m}")


def test_an_entry_without_its_month_goes_to_the_rest_and_then_into_its_month(log: AccessLog) -> None:
    [entry] = log.access(1)
    assert places(log, "access.entry") == ["access.entry_rest"]
    assert make_months(log.bench.connection, NOW)
    months = log.one("SELECT count(*) FROM pg_class WHERE relname ~ '^(entry|shown)_2026_0[678]$'")
    assert months == 6  # June, July and August, of two tables
    assert (places(log, "access.entry"), places(log, "access.shown")) == (
        ["access.entry_2026_06"],
        ["access.shown_2026_06"],
    )
    assert make_months(log.bench.connection, NOW)
    log.access(1)
    assert places(log, "access.entry") == ["access.entry_2026_06"]
    assert log.check(log.checkpoint()) == {}
    stored = read_entry(log.bench.connection, KEYS, entry)
    assert stored is not None
    assert stored.holds


@pytest.mark.parametrize(
    ("at", "month"),
    [
        (datetime(2026, 6, 30, 23, 59, 59, 999_999, tzinfo=UTC), "2026_06"),
        (datetime(2026, 7, 1, tzinfo=UTC), "2026_07"),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "2026_12"),
        (datetime(2027, 1, 1, tzinfo=UTC), "2027_01"),
    ],
)
def test_a_month_begins_and_ends_by_the_clock_of_entries(log: AccessLog, at: datetime, month: str) -> None:
    make_months(log.bench.connection, at)
    log.bench.clock.set(at - timedelta(milliseconds=1))
    log.access(1)
    assert places(log, "access.entry") == [f"access.entry_{month}"]


def test_the_sealer_makes_months_and_owns_nothing(log: AccessLog) -> None:
    sealer = Sealer(log.bench.service, log.key)
    try:
        assert sealer.turn() == ()
    finally:
        sealer.close()
    assert log.one("SELECT to_regclass('access.shown_2026_08') IS NOT NULL")


def test_who_reads_the_whole_log_keeps_months_from_being_made_and_nothing_else(log: AccessLog) -> None:
    log.access(1)
    with connect(log.bench.service.database_url, Work.EXPORT) as reader, reader.transaction():
        reader.execute("SELECT count(*) FROM access.entry")
        with pytest.raises(SealTrouble) as found:
            make_months(log.bench.connection, NOW)
        assert found.value.trouble == MONTHS_NOT_MADE
        log.access(1)
    assert make_months(log.bench.connection, NOW)
    with connect(log.bench.service.database_url, Work.EXPORT) as reader, reader.transaction():
        reader.execute("SELECT count(*) FROM access.entry")
        assert not make_months(log.bench.connection, NOW + timedelta(days=31))  # September can wait


def test_a_log_of_before_comes_into_months_as_it_is(log: AccessLog) -> None:
    log.access(20)
    log.bench.clock.set(datetime(2026, 7, 1, tzinfo=UTC))
    log.access(20)
    kept = log.checkpoint()
    before = log.export()
    run = log.bench.connection.execute
    run("CREATE TABLE kept AS SELECT entry, number, child, opened, records, digests, places, classes FROM access.shown")
    run("CREATE TABLE entries AS SELECT * FROM access.entry")
    run(BEFORE)
    run("INSERT INTO access.entry SELECT * FROM entries; INSERT INTO access.shown SELECT * FROM kept")
    folder = Path(adapters.migrations.__file__).parent
    run((folder / "0028_access_months.sql").read_text())
    assert places(log, "access.entry") == ["access.entry_2026_06", "access.entry_2026_07"]
    assert places(log, "access.shown") == ["access.shown_2026_06", "access.shown_2026_07"]
    assert log.export() == before
    assert log.check(kept) == {}
