"""The roles of the database: who writes entries can do nothing else, who reads can write none, who seals changes no entry."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from adapters.disclosure.disclosing import Discloser
from adapters.disclosure.roles import MISSING, NOT_GIVEN, TOO_MANY_RIGHTS, WELL, WITHOUT_RIGHTS, states
from adapters.disclosure.sealer import seal_now
from adapters.log.connections import ROLES, Work, connect
from adapters.log.pool import ReadPool
from adapters.migrations.migrate import migrate
from tests.builders.accesses import AccessLog
from tests.builders.service import KEYS, bench
from tests.integration.disclosure.test_one_commit import access

Connection = psycopg.Connection[Any]
SUMMARISED = ("looks_of_day", "person_day", "looked_at", "summed")  # which nobody writes but a function of its owner's
# Every table of the access log, the head of the event log, and one that a reader reads.
TABLES = ("context", "content", "entry", "shown", "pending", "leaf", "tile", "checkpoint", *SUMMARISED)
MAY: dict[Work, dict[str, set[str]]] = {
    Work.ANSWER: {table: {"SELECT"} for table in TABLES},
    Work.DISCLOSE: {table: {"INSERT"} for table in ("context", "content", "entry", "shown", "pending")},
    Work.SEAL: {
        "entry": {"SELECT"}, "pending": {"SELECT", "DELETE"}, "leaf": {"SELECT", "INSERT"},
        "tile": {"SELECT", "INSERT", "UPDATE (nodes)"}, "checkpoint": {"SELECT", "INSERT", "UPDATE (published_at)"},
    },
}  # fmt: skip
COLUMNS = {"tile": ("nodes", "level"), "checkpoint": ("published_at", "note"), "context": ("bytes",), "content": ("sealed",),
           "entry": ("bytes", "viewer", "outcome"), "shown": ("digests",), "pending": ("at",), "leaf": ("hash",),
           "looks_of_day": ("times",), "person_day": ("children",), "looked_at": ("last",), "summed": ("size",)}  # fmt: skip


@pytest.fixture
def log(database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    made = bench(database_url, tmp_path)
    log = AccessLog(made, tmp_path)
    log.access(3)
    log.checkpoint()
    log.access(1)
    yield log
    made.close()


def tried(connection: Connection, statement: str) -> bool:
    """Whether a statement may be done; it does nothing."""
    try:
        connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def may(connection: Connection, table: str) -> set[str]:
    found = set()
    if tried(connection, f"SELECT * FROM access.{table} WHERE false"):
        found.add("SELECT")
    if tried(connection, f"INSERT INTO access.{table} SELECT (NULL::access.{table}).* WHERE false"):
        found.add("INSERT")
    if tried(connection, f"DELETE FROM access.{table} WHERE false"):
        found.add("DELETE")
    if tried(connection, f"TRUNCATE access.{table}"):
        found.add("TRUNCATE")
    for column in COLUMNS[table]:
        if tried(connection, f"UPDATE access.{table} SET {column} = NULL WHERE false"):
            found.add(f"UPDATE ({column})")
    return found


@pytest.mark.parametrize("work", ROLES)
def test_each_role_may_do_its_work_and_nothing_else(log: AccessLog, work: Work) -> None:
    """Also not by the months themselves."""
    with connect(log.bench.service.database_url, work) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (ROLES[work],)
        for table in TABLES:
            assert may(connection, table) == MAY[work].get(table, set()), table
        for partition in ("entry_rest", "shown_rest"):
            for statement in ("INSERT INTO access.{0} SELECT * FROM access.{0} WHERE false", "DELETE FROM access.{0}"):
                assert not tried(connection, statement.format(partition))
        assert not tried(connection, "UPDATE log.data_key SET wrapped = '' WHERE false")
        assert not tried(connection, "DELETE FROM log.event WHERE false")
        assert not tried(connection, "ALTER TABLE access.entry DISABLE TRIGGER ALL")
        assert tried(connection, "SELECT access.make_months('2026-06-01', '2026-06-01')") == (work is Work.SEAL)
        assert tried(connection, "SELECT access.sum_up()") == (work is Work.SEAL)
        assert not tried(connection, "SELECT access.grant_roles()")


def test_what_writes_entries_cannot_even_read_them(log: AccessLog) -> None:
    with connect(log.bench.service.database_url, Work.DISCLOSE) as connection:
        for statement in ("SELECT bytes FROM access.entry", "SELECT wrapped FROM log.data_key"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_entries_are_written_in_the_writers_role_by_whatever_way(log: AccessLog) -> None:
    """On a connection of its own, or on the one on which was read, which has its own role again afterwards."""
    url = log.bench.service.database_url
    log.bench.connection.execute(
        "ALTER TABLE access.entry ADD COLUMN by text DEFAULT current_user; DELETE FROM access.entry"
    )
    own = Discloser(KEYS, log.bench.clock, lambda: connect(url, Work.DISCLOSE))
    readers = Discloser(KEYS, log.bench.clock)
    with connect(url, Work.ANSWER) as connection:
        own.disclose(connection, access(0))
        readers.disclose(connection, access(1))
        assert connection.execute("SELECT current_user").fetchone() == ("icr_reader",)
    own.close()
    assert {row[0] for row in log.all("SELECT by FROM access.entry")} == {"icr_discloser"}


def test_the_pool_of_the_api_reads_in_the_readers_role(log: AccessLog) -> None:
    pool = ReadPool(log.bench.service.database_url, 1)
    pool.open()
    with pool.connection() as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("icr_reader",)
        assert tried(connection, "UPDATE access.session SET seen_at = now() WHERE false")
    pool.close()


def test_all_roles_are_well(log: AccessLog) -> None:
    assert {one.state for one in states(log.bench.connection)} == {WELL}


def test_more_rights_than_a_role_ought_to_have_are_named_and_taken_away(log: AccessLog) -> None:
    run = log.bench.connection.execute
    run("GRANT UPDATE ON access.entry TO icr_discloser; REVOKE ALL ON SCHEMA access FROM icr_sealer")
    found = {one.role: one.state for one in states(log.bench.connection)}
    assert found == {"icr_reader": WELL, "icr_discloser": TOO_MANY_RIGHTS, "icr_sealer": WITHOUT_RIGHTS}
    migrate(log.bench.service.database_url)
    assert {one.state for one in states(log.bench.connection)} == {WELL}


# A database whose user is no administrator


@pytest.fixture
def owned(empty_database_url: str) -> Iterator[tuple[str, Connection, str]]:
    """An empty database of a user who may make no roles; its address, and an administrator's connection."""
    user = f"owner_{uuid.uuid4().hex[:8]}"
    name = conninfo_to_dict(empty_database_url)["dbname"]
    with psycopg.connect(empty_database_url, autocommit=True) as administrator:
        administrator.execute(f"CREATE ROLE {user} LOGIN PASSWORD 'x' NOCREATEROLE")
        administrator.execute(f'ALTER DATABASE "{name}" OWNER TO {user}; GRANT ALL ON SCHEMA public TO {user}')
        yield make_conninfo(empty_database_url, user=user, password="x"), administrator, user
        administrator.execute(f"REASSIGN OWNED BY {user} TO CURRENT_USER; DROP OWNED BY {user}; DROP ROLE {user}")


def test_where_no_roles_may_be_made_everything_works_without_and_they_are_named(
    owned: tuple[str, Connection, str], tmp_path: Path
) -> None:
    url, administrator, user = owned
    with administrator.transaction():
        # Roles are the server's: others' databases have them already, as an administrator would have made them.
        for role in ROLES.values():
            administrator.execute(
                f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role}; END IF; END $$"
            )
    migrate(url)
    with connect(url) as connection:
        assert {one.state for one in states(connection)} == {NOT_GIVEN}
    log = AccessLog(bench(url, tmp_path), tmp_path)
    log.access(2)
    assert seal_now(log.bench.service, log.key).sealed == 2
    with connect(url, Work.SEAL) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (user,)
    # What the page for operators has an administrator type; then the same migration gives them their rights.
    for role in ROLES.values():
        administrator.execute(f"GRANT {role} TO {user}")
    migrate(url)
    with connect(url) as connection:
        assert {one.state for one in states(connection)} == {WELL}
    log.access(2)
    assert seal_now(log.bench.service, log.key).sealed == 2
    with connect(url, Work.SEAL) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("icr_sealer",)
    log.bench.close()


def test_a_role_that_is_not_there_is_named_missing(log: AccessLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.disclosure.roles.ROLES", {Work.ANSWER: "icr_nobody"})
    assert [one.state for one in states(log.bench.connection)] == [MISSING]
