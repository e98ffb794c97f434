"""What is done to our processes, and what must come of it: stopped writers, lost servers, clocks, the order of starting.

A process that makes no progress says so within 30 seconds, and SIGTERM ends it within 10, whatever it is in the middle of.
"""

import contextlib
import json
import os
import re
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from adapters.embedded import lock
from adapters.embedded.lock import ServersFolder, servers, supervised
from adapters.embedded.processes import free_port
from adapters.log.connections import Work, connect
from adapters.log.messages import Message
from adapters.process.settings import Settings
from tests.builders.lent import looking
from tests.builders.nightly import by_night, real, real_by_night
from tests.builders.process import (
    ABSENT_KAFKA,
    ROOT,
    UNCHANGED,
    Shortened,
    icr,
    patience,
    start_supervisor,
    started,
    wait_for,
)
from tests.builders.stream import area, counted, mark, publish, recorded, service_of
from tests.servers.plugin import Stack

SOON = 15.0  # seconds in which a stopped writer has lost its lock
SAID = (
    10.0  # what is said to stand still is said so soon after the time that it is given, together within thirty seconds
)
ENDED = 10.0
SLACK = 4.0  # of a busy machine, and of what asks

# The table whose lock makes a writer halt in its transaction -> what the server is doing when the lock is let go.
HALTED_IN = {"log.event": "active", "log.batch": "idle in transaction"}


# How long what stands still is given: on a push little, by night what stands in the program.
GIVEN = pytest.mark.parametrize("given", [3.0, by_night(20.0)])


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with looking(url) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def append_lock_holders(url: str) -> list[tuple[int, str]]:
    return rows(
        url,
        "SELECT a.pid, a.state FROM pg_stat_activity a JOIN pg_locks l USING (pid) WHERE l.locktype = 'advisory' "
        f"AND l.granted AND l.objid = {0x1C_12_0001} AND a.datname = current_database()",
    )


@contextmanager
def locked(url: str, table: str, mode: str = "EXCLUSIVE") -> Iterator[None]:
    with contextlib.closing(psycopg.connect(url)) as connection:
        connection.execute(f"LOCK TABLE {table} IN {mode} MODE")  # type: ignore[arg-type]
        yield


def trouble(environment: dict[str, str], worker: str, shortened: Shortened = UNCHANGED) -> list[str]:
    told = json.loads(icr("health", worker, "--json", environment=environment, shortened=shortened).stdout)
    return [word for one in told["workers"] for word in one["trouble"]]


def halt_in_transaction(url: str, pid: int, table: str) -> None:
    """Stop a writer that waits for `table` in its append transaction, which then goes on as far as the server can."""
    waits = f"SELECT FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass"
    wait_for(lambda: rows(url, waits), pause=0.002)
    os.kill(pid, signal.SIGSTOP)


@pytest.mark.parametrize(
    ("stack", "table"),
    [
        ("embedded", "log.event"),
        real("log.batch"),
        by_night("embedded", "log.batch"),
        real_by_night("log.event"),
    ],
    indirect=["stack"],
)
def test_a_stopped_consumer_loses_its_lock_and_nothing_is_lost_or_doubled(
    stack: Stack, table: str, tmp_path: Path
) -> None:
    """In the middle of COPY (the server calls it active) and between two statements."""
    messages = area(20, 30)[:200]
    with started("consume", environment=stack.environment, log=tmp_path / "log") as consumer:
        wait_for(lambda: trouble(stack.environment, "consume") == [] and consumer.poll() is None, pause=0.3)
        with locked(stack.database_url, table):
            publish(stack.bootstrap_servers, messages)
            halt_in_transaction(stack.database_url, consumer.pid, table)
        stopped_at = time.monotonic()
        wait_for(lambda: [state for _, state in append_lock_holders(stack.database_url)] == [HALTED_IN[table]])

        with service_of(stack) as service, contextlib.closing(service.recorder()) as recorder:
            [outcome] = recorder.record([Message(mark(1, child=900))])
        assert outcome.outcome == "accepted"
        assert time.monotonic() - stopped_at < SOON + SLACK

        os.kill(consumer.pid, signal.SIGCONT)
        wait_for(lambda: recorded(stack) == len(messages))
    counts = counted(stack)
    assert counts["event"] + counts["aside"] == len(messages) + 1
    assert counts["inbox"] == counts["event"]


@pytest.mark.parametrize("table", ["log.event", by_night("log.batch")])
def test_a_stopped_import_loses_its_lock_and_is_run_again(embedded_stack: Stack, table: str, tmp_path: Path) -> None:
    stack = embedded_stack
    command = ("import", "nems", *map(str, sorted((ROOT / "tests/fixtures/nems").glob("gp*.xml"))), "--json")
    with (
        contextlib.ExitStack() as held,
        started(*command, environment=stack.environment, log=tmp_path / "log") as importing,
    ):
        held.enter_context(locked(stack.database_url, table))
        halt_in_transaction(stack.database_url, importing.pid, table)
        held.close()
        stopped_at = time.monotonic()
        with service_of(stack) as service, contextlib.closing(service.recorder()) as recorder:
            [outcome] = recorder.record([Message(mark(1, child=900))])
        assert outcome.outcome == "accepted"
        assert time.monotonic() - stopped_at < SOON + SLACK
        os.kill(importing.pid, signal.SIGCONT)
        assert importing.wait(ENDED) == 3
    again = json.loads(icr(*command, environment=stack.environment).stdout)
    once_more = json.loads(icr(*command, environment=stack.environment).stdout)
    assert sum(one["accepted"] for one in again["files"]) > 0
    assert sum(one["accepted"] for one in once_more["files"]) == 0
    assert counted(stack)["event"] == 1 + sum(one["events"] - one["kept"] for one in again["files"])


def test_a_lone_stopped_writer_loses_its_lock_too(embedded_stack: Stack, tmp_path: Path) -> None:
    """Nobody waits for it: the projector, which is always there, ends it."""
    stack, environment = embedded_stack, embedded_stack.environment
    with (
        started("consume", environment=environment, log=tmp_path / "log") as consumer,
        started("project", environment=environment, log=tmp_path / "log"),
    ):
        wait_for(lambda: trouble(environment, "project") == [], pause=0.3)
        with locked(stack.database_url, "log.event"):
            publish(stack.bootstrap_servers, area(20, 30)[:50])
            halt_in_transaction(stack.database_url, consumer.pid, "log.event")
        wait_for(lambda: not append_lock_holders(stack.database_url), seconds=SOON + SLACK)
        os.kill(consumer.pid, signal.SIGCONT)
        wait_for(lambda: recorded(stack) == 50)


# ---- no progress, and the end in every state


@contextmanager
def its_sessions_stopped(url: str, mine: str = "icr") -> Iterator[None]:
    """The server's processes for our connections stand still: they neither answer nor close."""
    pids = [
        pid
        for (pid,) in rows(
            url, f"SELECT pid FROM pg_stat_activity WHERE application_name = '{mine}' AND datname = current_database()"
        )
    ]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@GIVEN
@pytest.mark.parametrize("worker", ["consume", by_night("project"), by_night("tell")])
def test_a_worker_stuck_in_a_statement_says_so_and_ends_when_told(
    embedded_stack: Stack, worker: str, given: float, tmp_path: Path
) -> None:
    environment, log = embedded_stack.environment, tmp_path / "log"
    shortened = patience(given)
    with started(worker, environment=environment, log=log, shortened=shortened) as process:
        wait_for(lambda: icr("health", worker, environment=environment).returncode == 0, pause=0.3)
        # It is at work: it has looked at the log over the connection that it keeps.
        looked = "SELECT FROM pg_stat_activity WHERE application_name = 'icr' AND query LIKE '%log.head h'"
        wait_for(lambda: rows(embedded_stack.database_url, looked), pause=0.1)
        with its_sessions_stopped(embedded_stack.database_url):
            stuck_at = time.monotonic()
            wait_for(lambda: trouble(environment, worker, shortened) == ["no_progress"], pause=0.3)
            assert time.monotonic() - stuck_at < given + SAID + SLACK
            lines = [json.loads(line) for line in log.read_text().splitlines() if '"event":"no_progress"' in line]
            assert len(lines) == 1
            assert lines[0]["where"]
            assert_ends(process)


@GIVEN
@pytest.mark.parametrize(
    "command",
    [("rebuild",), ("import", "nems", *map(str, sorted((ROOT / "tests/fixtures/nems").glob("gp*.xml"))))],
    ids=["rebuild", "import"],
)
def test_a_command_stuck_in_a_statement_says_so_and_ends_when_told(
    embedded_stack: Stack, command: tuple[str, ...], given: float, tmp_path: Path
) -> None:
    environment, log = embedded_stack.environment, tmp_path / "log"
    table = "log.serving" if command[0] == "rebuild" else "log.batch"
    with contextlib.ExitStack() as held:
        held.enter_context(locked(embedded_stack.database_url, table, "ACCESS EXCLUSIVE"))
        process = held.enter_context(started(*command, environment=environment, log=log, shortened=patience(given)))
        waits = f"SELECT FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass"
        wait_for(lambda: rows(embedded_stack.database_url, waits), pause=0.01)
        with its_sessions_stopped(embedded_stack.database_url):
            wait_for(lambda: '"event":"no_progress"' in log.read_text(), seconds=given + SAID + SLACK, pause=0.3)
            assert_ends(process)


@GIVEN
@pytest.mark.parametrize("worker", ["consume", by_night("project"), by_night("serve")])
def test_a_stopped_worker_is_told_of_by_health(
    embedded_stack: Stack, worker: str, given: float, tmp_path: Path
) -> None:
    environment, shortened = {**embedded_stack.environment, "ICR_HTTP_PORT": "0"}, patience(given)
    with started(worker, environment=environment, log=tmp_path / "log", shortened=shortened) as process:
        wait_for(lambda: icr("health", worker, environment=environment).returncode == 0, pause=0.3)
        os.kill(process.pid, signal.SIGSTOP)
        wait_for(
            lambda: "no_progress" in trouble(environment, worker, shortened), seconds=given + SAID + SLACK, pause=0.5
        )
        assert icr("health", worker, environment=environment, shortened=shortened).returncode == 1
        os.kill(process.pid, signal.SIGCONT)
        wait_for(lambda: trouble(environment, worker, shortened) == [], pause=0.3)


def assert_ends(process: Any) -> None:
    told_at = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(ENDED + 20)
    assert time.monotonic() - told_at < ENDED


# ---- the order of starting


@pytest.fixture
def absent(embedded_stack: Stack) -> Iterator[tuple[dict[str, str], Callable[[], None]]]:
    """Variables that name the stack's database by a port on which nobody listens, and what makes somebody listen there."""
    to = conninfo_to_dict(embedded_stack.database_url)
    port = free_port()
    url = make_conninfo(embedded_stack.database_url, port=port)
    with contextlib.ExitStack() as ends:

        def begin() -> None:
            ends.enter_context(forwarded(port, int(to["port"] or 0)))

        yield {**embedded_stack.environment, "ICR_DATABASE_URL": url, "ICR_HTTP_PORT": "0"}, begin


@contextmanager
def forwarded(port: int, to: int) -> Iterator[None]:
    """A listener that hands everything on to another port of this host."""
    ended = threading.Event()

    def accept(listening: socket.socket) -> None:
        while not ended.is_set():
            with contextlib.suppress(OSError):
                near, _ = listening.accept()
                threading.Thread(target=hand_on, args=(near, to), daemon=True).start()

    with socket.create_server(("127.0.0.1", port)) as listening:
        listening.settimeout(0.2)
        accepting = threading.Thread(target=accept, args=(listening,))
        accepting.start()
        try:
            yield
        finally:
            ended.set()
            accepting.join()


def hand_on(near: socket.socket, to: int) -> None:
    with near, socket.create_connection(("127.0.0.1", to)) as far, contextlib.suppress(OSError):
        other = {near: far, far: near}
        while True:
            for end in select.select([near, far], [], [])[0]:
                data = end.recv(1 << 16)
                if not data:
                    return
                other[end].sendall(data)


@pytest.mark.parametrize("worker", ["consume", "project", "serve", "tell", "seal"])
def test_a_worker_that_starts_before_the_database_waits_for_it(
    absent: tuple[dict[str, str], Callable[[], None]], worker: str, tmp_path: Path
) -> None:
    environment, begin = absent
    with started(worker, environment=environment, log=tmp_path / "log") as process:
        wait_for(lambda: trouble(environment, worker) == ["waits_for_database"], pause=0.3)
        begin()
        wait_for(lambda: icr("health", worker, environment=environment).returncode == 0, pause=0.3, seconds=30)
        assert_ends(process)
        assert process.returncode == 0


def test_up_waits_for_the_database_and_ends_while_it_waits(
    absent: tuple[dict[str, str], Callable[[], None]], tmp_path: Path
) -> None:
    environment, _ = absent
    with started("up", environment=environment, log=tmp_path / "log") as process:
        wait_for(lambda: trouble(environment, "consume") == ["waits_for_database"], pause=0.3)
        assert_ends(process)
    assert "waits_for_database" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("worker", "shortened"),
    [("consume", ABSENT_KAFKA), ("tell", ABSENT_KAFKA), by_night("consume", UNCHANGED)],
    ids=["consume", "tell", "consume-as-it-is"],
)
def test_a_worker_that_starts_before_kafka_waits_for_it(
    embedded_stack: Stack, worker: str, shortened: Shortened, tmp_path: Path
) -> None:
    environment = {**embedded_stack.environment, "ICR_KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{free_port()}"}
    with started(worker, environment=environment, log=tmp_path / "log", shortened=shortened) as process:
        wait_for(lambda: trouble(environment, worker) == ["waits_for_kafka"], pause=0.3, seconds=30)
        assert_ends(process)


@pytest.mark.parametrize(
    "command",
    [
        ("consume", "--until-end"),
        ("project", "--until-end"),
        ("rebuild",),
        ("import", "nems", str(ROOT / "tests/fixtures/nems/gp.xml")),
        ("quarantine", "list"),
        ("migrate",),
    ],
    ids=" ".join,
)
def test_a_command_that_ends_by_itself_does_not_wait(
    absent: tuple[dict[str, str], Callable[[], None]], command: tuple[str, ...]
) -> None:
    environment, _ = absent
    assert icr(*command, environment=environment, seconds=20).returncode == 3


# ---- the embedded servers


@pytest.mark.parametrize(
    "shortened",
    [{"adapters.embedded.supervisor._BACK_OFF": [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]}, by_night(UNCHANGED)],
    ids=["soon", "as-it-is"],
)
def test_the_embedded_database_is_started_again_however_often_it_ends(
    shortened: Shortened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_spawn", lambda place: start_supervisor(place, shortened))
    settings = Settings(data_dir=tmp_path / "data")
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("ICR_")},
        "ICR_DATA_DIR": str(settings.data_dir),
    }
    with servers(settings, broker=False) as found, started("project", environment=environment, log=tmp_path / "log"):
        wait_for(lambda: icr("health", "project", environment=environment).returncode == 0, pause=0.3)
        pid_file = settings.data_dir / "postgres" / "data" / "postmaster.pid"
        for _ in range(6):
            pid = int(pid_file.read_text().split("\n", 1)[0])
            os.kill(pid, signal.SIGQUIT)
            wait_for(lambda pid=pid: answers(found.database_url) and pid_of(pid_file) != pid, seconds=30, pause=0.1)  # type: ignore[misc]
        # What keeps it down: it says so, and is there again when that is gone.
        spoilt = settings.data_dir / "postgres" / "data" / "postgresql.auto.conf"
        spoilt.write_text("no_such_setting = 1\n")
        os.kill(pid_of(pid_file), signal.SIGQUIT)
        wait_for(lambda: "embedded_server_restarts" in trouble(environment, "project"), seconds=30, pause=0.3)
        spoilt.write_text("")
        wait_for(lambda: answers(found.database_url), seconds=40, pause=0.2)
        wait_for(lambda: trouble(environment, "project") == [], seconds=30, pause=0.3)


def pid_of(file: Path) -> int:
    with contextlib.suppress(OSError, ValueError):
        return int(file.read_text().split("\n", 1)[0])
    return 0


def answers(url: str) -> bool:
    with contextlib.suppress(psycopg.OperationalError):
        return rows(url, "SELECT 1") == [(1,)]
    return False


@pytest.mark.parametrize(
    ("command", "seconds"),
    [("up", 0.3), ("project", 0.0), ("up", 2.0), ("project", 1.0),
     *(by_night("up", at) for at in (0.0, 1.0)), *(by_night("project", at) for at in (0.3, 2.0))],
)  # fmt: skip
def test_a_start_of_embedded_servers_can_be_ended_at_any_moment(command: str, seconds: float, tmp_path: Path) -> None:
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("ICR_")},
        "ICR_DATA_DIR": str(tmp_path / "data"),
        "ICR_HTTP_PORT": "0",
    }
    with started(command, environment=environment, log=tmp_path / "log") as process:
        wait_for((tmp_path / "data" / "servers").exists, pause=0.01)
        time.sleep(seconds)
        assert_ends(process)
    wait_for(lambda: not supervised(ServersFolder(tmp_path / "data")), seconds=ENDED, pause=0.1)


# ---- connections


@pytest.mark.parametrize("work", Work)
def test_every_connection_has_its_limits(database_url: str, work: Work) -> None:
    names = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
    with contextlib.closing(connect(database_url, work)) as connection:
        if connection.info.server_version >= 170_000:
            names.append("transaction_timeout")
        for name in names:
            assert connection.execute(f"SHOW {name}").fetchone() != ("0",), name
        told = {option.keyword.decode(): option.val for option in connection.pgconn.info}
    assert (told["keepalives"], told["tcp_user_timeout"]) == (b"1", b"10000")


def test_no_connection_is_made_elsewhere() -> None:
    makes = re.compile(r"psycopg\.connect\(|Connection\.connect\(|ConnectionPool\(|create_engine\(")
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in ("adapters", "projections", "tools")
        for path in (ROOT / folder).rglob("*.py")
        if makes.search(path.read_text())
    }
    assert found == {"adapters/log/connections.py", "adapters/migrations/migrate.py", "adapters/log/pool.py"}
