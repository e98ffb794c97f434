"""More work than can be done over HTTP: what waits, what is refused, what is given up when its client goes, and the end."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from adapters.embedded.processes import free_port
from adapters.log.appending import APPEND_LOCK
from adapters.log.keys.key_file import load_or_create
from tests.builders.http import POST, Served, served
from tests.builders.process import started, wait_for
from tests.builders.wire import marked

FIND = {"family": "Example", "born": "2015-03-01"}


def event(n: int) -> bytes:
    return json.dumps(marked(event_id=f"mark-{n}", day=f"2026-09-{1 + n % 28:02d}")).encode()


@contextmanager
def nobody_may_append(url: str) -> Iterator[None]:
    """As a writer that is stopped in the middle."""
    with psycopg.connect(url) as holder:
        holder.execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))
        yield


@contextmanager
def nobody_may_read(url: str) -> Iterator[None]:
    """As a read that takes long: it waits for a table."""
    with psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE log.serving IN ACCESS EXCLUSIVE MODE")
        yield


def waiting(url: str) -> int:
    """Queries of ours that wait in the database."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_bug_health_and_reads_wait_behind_publishers(any_database_url: str, tmp_path: Path) -> None:
    with served(any_database_url, tmp_path, http_publishing_queue=200) as own, ThreadPoolExecutor(230) as publishers:
        with nobody_may_append(any_database_url):
            sent = [publishers.submit(own.ask, "POST", "/v1/events", event(n)) for n in range(230)]
            wait_for(lambda: sum(one.done() for one in sent) >= 230 - 202, seconds=20)
            for _ in range(5):
                for method, path, body in (
                    ("GET", "/v1/health", None),
                    ("GET", "/v1/reasons", None),
                    ("GET", "/docs", None),
                    ("POST", "/v1/children/find", FIND),
                ):
                    began = time.monotonic()
                    assert own.ask(method, path, body)[0] == 200
                    assert time.monotonic() - began < 0.5, path
            # Those for whom there is no room any more were told so at once, and when to come again.
            refused = [one.result() for one in sent if one.done()]
            assert {(status, headers["retry-after"]) for status, headers, _ in refused} == {(503, "5")}
            assert own.count("log.event") == 0
        answers = [one.result() for one in sent]
        assert sorted({status for status, _, _ in answers}) == [202, 503]
        taken = sum(said["accepted"] for status, _, said in answers if status == 202)
        assert own.count("log.event") == taken == 202


def test_a_publish_whose_client_went_is_not_done(any_database_url: str, tmp_path: Path) -> None:
    with served(any_database_url, tmp_path, http_publishing=1) as own:
        with nobody_may_append(any_database_url):
            head = POST + b"Content-Length: %d\r\n\r\n"
            first, *others = [own.connect(head % len(event(n)) + event(n)) for n in range(1, 30)]
            wait_for(lambda: waiting(any_database_url) == 1)
            time.sleep(0.3)
            for connection in others:
                connection.close()
            time.sleep(0.3)
        first.settimeout(10)
        assert first.recv(65536).startswith(b"HTTP/1.1 202")
        first.close()
        assert own.ask("POST", "/v1/events", event(100))[2]["accepted"] == 1
        assert own.count("log.event") == 2


def test_bug_a_client_that_goes_in_the_middle_of_a_body_is_called_our_error(
    any_database_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with served(any_database_url, tmp_path) as own:
        capfd.readouterr()
        for end in (socket.SHUT_WR, socket.SHUT_RDWR):
            for _ in range(20):
                connection = own.connect(POST + b"Content-Length: 1000\r\n\r\n{")
                connection.shutdown(end)
                connection.close()
        said: list[str] = []

        def gone() -> bool:
            said.append(capfd.readouterr().err)  # it may end in the middle of a line
            return "".join(said).count("client_gone") == 40

        wait_for(gone, seconds=30)
        assert own.is_well()
    logged = "".join(said) + "".join(capfd.readouterr())
    assert "request_failed" not in logged
    assert '"status":500' not in logged


def test_a_read_whose_client_went_is_cancelled_in_the_database(any_database_url: str, tmp_path: Path) -> None:
    with served(any_database_url, tmp_path) as own:
        with nobody_may_read(any_database_url):
            body = json.dumps(FIND).encode()
            head = b"POST /v1/children/find HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            asked = [own.connect(head + b"Content-Length: %d\r\n\r\n" % len(body) + body) for _ in range(8)]
            wait_for(lambda: waiting(any_database_url) == 8, seconds=10)
            for connection in asked:
                connection.close()
            wait_for(lambda: waiting(any_database_url) == 0, seconds=10)
        assert own.ask("POST", "/v1/children/find", FIND)[0] == 200


def test_it_ends_within_ten_seconds_with_clients_in_every_state(any_database_url: str, tmp_path: Path) -> None:
    port = free_port()
    load_or_create(tmp_path / "data" / "keys")
    outside = {key: value for key, value in os.environ.items() if not key.startswith("ICR_")}
    environment = {**outside, "ICR_DATA_DIR": str(tmp_path / "data"), "ICR_DATABASE_URL": any_database_url}
    environment |= {"ICR_HTTP_PORT": str(port), "ICR_HTTP_PUBLISHING": "1"}
    with started("serve", environment=environment, log=tmp_path / "log") as process:
        own = Served(port, None)  # type: ignore[arg-type] - its database is asked in other ways here

        def well() -> bool:
            try:
                return own.is_well()
            except OSError:
                return False

        wait_for(well, seconds=60)
        with nobody_may_append(any_database_url), nobody_may_read(any_database_url):
            body = json.dumps(FIND).encode()
            read = b"POST /v1/children/find HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            states = {
                "idle": b"",
                "slow head": b"GET /v1/hea",
                "slow body": POST + b"Content-Length: 1000\r\n\r\n{",
                "at work": POST + b"Content-Length: %d\r\n\r\n" % len(event(1)) + event(1),
                "queued": POST + b"Content-Length: %d\r\n\r\n" % len(event(2)) + event(2),
                "long read": read + b"Content-Length: %d\r\n\r\n" % len(body) + body,
                "answer not taken": b"GET /docs/assets/swagger-ui.js HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20,
            }
            held = {}
            for name, data in states.items():
                held[name] = own.connect(data)
                if name == "at work":
                    wait_for(lambda: waiting(any_database_url) >= 1)
            wait_for(lambda: waiting(any_database_url) >= 2)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(20)
            assert time.monotonic() - began < 10
            for name in ("slow head", "slow body", "queued"):
                held[name].settimeout(5)
                assert held[name].recv(65536).startswith(b"HTTP/1.1 503"), name
            for connection in held.values():
                connection.close()
    assert "Traceback" not in (tmp_path / "log").read_text()
    with psycopg.connect(any_database_url) as connection:
        assert connection.execute("SELECT count(*) FROM log.event").fetchone() == (0,)
