"""Connections that reads over HTTP share: few, checked before use, and a database that is away is said at once."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from starlette.testclient import TestClient

from adapters.api.app import create_app
from adapters.log import pool as pools
from adapters.log.keys.key_file import load_or_create
from adapters.log.pool import ReadPool
from adapters.process.clock import FixedClock
from adapters.process.settings import Settings
from adapters.service.opened import Service
from domain.errors import Unreachable

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
MOST = 2


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(data_dir=tmp_path, database_url=database_url, read_connections=MOST)
    service = Service(settings, database_url, None, None, False, load_or_create(tmp_path / "keys"), FixedClock(NOW))
    with TestClient(create_app(service), raise_server_exceptions=False, base_url="http://localhost") as client:
        yield client


def administer(url: str, statement: str) -> list[tuple[int]]:
    """Run a statement about a database from another one, with the database's name as its parameter."""
    base, _, name = url.rpartition("/")
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        return connection.execute(statement.replace("$NAME", f"'{name}'")).fetchall()  # type: ignore[arg-type]


def connections(url: str) -> set[int]:
    """Process ids of the servers of our connections."""
    found = administer(
        url, "SELECT pid FROM pg_stat_activity WHERE datname = $NAME AND backend_type = 'client backend'"
    )
    return {pid for (pid,) in found}


def end_all(url: str) -> None:
    administer(url, "SELECT pg_terminate_backend(pid, 5000)::int FROM pg_stat_activity WHERE datname = $NAME")


def allow(url: str, *, allowed: bool) -> None:
    base, _, name = url.rpartition("/")
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}")  # type: ignore[arg-type]


def ask(client: TestClient) -> int:
    return client.post("/v1/families/list", json={}).status_code


def test_reads_one_after_the_other_use_one_connection(client: TestClient, database_url: str) -> None:
    assert connections(database_url) == set()
    assert ask(client) == 200
    first = connections(database_url)
    assert len(first) == 2  # and the one that writes entries of the access log
    assert {ask(client) for _ in range(5)} == {200}
    assert connections(database_url) == first


def test_reads_at_once_use_no_more_than_the_setting(client: TestClient, database_url: str) -> None:
    with ThreadPoolExecutor(8) as callers:
        assert set(callers.map(lambda _: ask(client), range(40))) == {200}
    assert 2 <= len(connections(database_url)) <= MOST + 1  # with the one that writes entries


def test_a_connection_that_was_lost_is_not_used_again(client: TestClient, database_url: str) -> None:
    with ThreadPoolExecutor(4) as callers:
        list(callers.map(lambda _: ask(client), range(8)))
    before = connections(database_url)
    end_all(database_url)
    assert {ask(client) for _ in range(3)} == {200}
    assert connections(database_url).isdisjoint(before)


def test_a_database_that_is_away_is_said_at_once_and_found_again(client: TestClient, database_url: str) -> None:
    assert ask(client) == 200
    allow(database_url, allowed=False)
    end_all(database_url)
    for _ in range(2):
        began = time.monotonic()
        answer = client.post("/v1/families/list", json={})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.headers["content-type"] == "application/problem+json"
        assert time.monotonic() - began < pools.PATIENCE / 2
    allow(database_url, allowed=True)
    assert ask(client) == 200


def test_a_read_for_which_none_comes_free_is_told_so(any_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "PATIENCE", 0.5)
    pool = ReadPool(any_database_url, 1)
    pool.open()
    try:
        with pool.connection(), pytest.raises(Unreachable, match="free connection"), pool.connection():
            pass
        with pool.connection() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        pool.close()
    assert connections(any_database_url) == set()


def test_what_a_read_left_open_is_undone(any_database_url: str) -> None:
    pool = ReadPool(any_database_url, 1)
    pool.open()
    try:
        with pool.connection() as connection:
            connection.execute("BEGIN")
            connection.execute("SET LOCAL search_path = nowhere")
        with pool.connection() as again:
            assert again is connection
            assert again.execute("SHOW search_path").fetchone() != ("nowhere",)
            assert again.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    finally:
        pool.close()
