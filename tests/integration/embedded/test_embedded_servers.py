"""Embedded servers: found and joined by everyone who uses a data folder, ended by the last, whatever ends that."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self

import psutil
import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from adapters.embedded import Servers, servers
from adapters.embedded.lock import ServersFolder, supervised
from adapters.process.settings import Settings, load_settings
from domain.errors import Misuse, Unreachable

USER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from adapters.embedded import servers
    from adapters.process.settings import load_settings
    with servers(load_settings(Path(sys.argv[1])), broker=sys.argv[2] == "broker") as found:
        print(found.database_url, found.bootstrap_servers, found.incarnation, flush=True)
        sys.stdin.read()
""")


class User:
    """Another process that uses the servers of a data folder, until it is told to leave."""

    def __init__(self, data: Path, *, broker: bool = False) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, data, "broker" if broker else "none"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.database_url = ""
        self.bootstrap_servers = ""
        self.incarnation = ""

    def joined(self) -> Self:
        assert self.process.stdout is not None
        self.database_url, self.bootstrap_servers, self.incarnation = self.process.stdout.readline().split()
        return self

    def leave(self) -> None:
        self.process.communicate("", timeout=30)

    def __enter__(self) -> Self:
        return self.joined()

    def __exit__(self, *_: object) -> None:
        self.leave()

    def end(self, number: int) -> None:
        self.process.send_signal(number)
        self.process.wait(30)
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose cluster has been made, which takes a second."""
    folder = tmp_path_factory.mktemp("made") / "data"
    with servers(settings(folder), broker=False):
        pass
    return folder


@pytest.fixture
def fresh_data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    assert eventually(lambda: not processes_of(folder)), "servers were left behind"


@pytest.fixture
def data(made: Path, fresh_data: Path) -> Path:
    subprocess.run(["cp", "-a", made, fresh_data], check=True)
    return fresh_data


def settings(data: Path, **given: object) -> Settings:
    return replace(load_settings(data), **given)


def processes_of(data: Path) -> list[psutil.Process]:
    """The supervisor of a data folder and the PostgreSQL processes working in it."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            supervises = "adapters.embedded.supervisor" in process.cmdline() and str(data) in process.cmdline()
            if supervises or Path(process.cwd()).is_relative_to(data):
                found.append(process)
        except psutil.Error:
            continue
    return found


def supervisor_of(data: Path) -> psutil.Process:
    state = ServersFolder(data).read()
    assert state is not None
    return psutil.Process(state.pid)


def postmaster_of(data: Path) -> psutil.Process:
    return psutil.Process(int((data / "postgres/data/postmaster.pid").read_text().split()[0]))


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def ask(found: Servers | User, question: str) -> object:
    with psycopg.connect(found.database_url, autocommit=True) as connection:
        cursor = connection.execute(question)
        row = cursor.fetchone() if cursor.description else None
        return row and row[0]


def test_what_is_written_is_there_the_next_time_and_nothing_runs_in_between(fresh_data: Path) -> None:
    with servers(settings(fresh_data), broker=False) as found:
        ask(found, "CREATE TABLE kept AS SELECT 42 AS answer")
        assert found.bootstrap_servers is None
        assert not found.embedded_broker
    assert eventually(lambda: not processes_of(fresh_data), 1)
    with servers(settings(fresh_data), broker=False) as found:
        assert ask(found, "SELECT answer FROM kept") == 42


def test_the_data_folder_is_closed_to_others(fresh_data: Path) -> None:
    with servers(settings(fresh_data), broker=False):
        assert fresh_data.stat().st_mode & 0o777 == 0o700
        assert (fresh_data / "servers").stat().st_mode & 0o777 == 0o700
        assert (fresh_data / "servers/state.json").stat().st_mode & 0o777 == 0o600
        assert (fresh_data / "postgres/password").stat().st_mode & 0o777 == 0o600
        assert (fresh_data / "postgres/data").stat().st_mode & 0o777 == 0o700


def test_the_server_wants_a_password(data: Path) -> None:
    with servers(settings(data), broker=False) as found:
        stranger = found.database_url.replace(found.database_url.split(":")[2].split("@")[0], "guess")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(stranger)


def test_a_server_stays_for_those_who_still_use_it(data: Path) -> None:
    with User(data) as other:
        with servers(settings(data), broker=False) as found:
            assert found.database_url == other.database_url
        assert ask(other, "SELECT 1") == 1
    assert eventually(lambda: not processes_of(data), 5)


def test_many_who_start_at_once_end_with_one_server(fresh_data: Path) -> None:
    users = [User(fresh_data, broker=True) for _ in range(4)]
    joined = [user.joined() for user in users]
    assert len({(user.database_url, user.bootstrap_servers, user.incarnation) for user in joined}) == 1
    assert sum("adapters.embedded.supervisor" in " ".join(p.cmdline()) for p in processes_of(fresh_data)) == 1
    for user in users:
        user.leave()


def test_ctrl_c_in_one_command_does_not_end_the_servers_of_another(data: Path) -> None:
    first = User(data).joined()
    with User(data) as second:
        first.end(signal.SIGINT)
        assert ask(second, "SELECT 1") == 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_however_the_last_user_ends_nothing_is_left(data: Path, number: int) -> None:
    User(data, broker=True).joined().end(number)
    assert eventually(lambda: not processes_of(data), 10)


def test_after_the_supervisor_was_killed_the_next_user_starts_anew_and_nothing_is_lost(data: Path) -> None:
    with User(data, broker=True) as user:
        ask(user, "CREATE TABLE kept AS SELECT 42 AS answer")
        killed = supervisor_of(data)
        killed.send_signal(signal.SIGKILL)
        killed.wait(10)
        with servers(settings(data), broker=True) as found:
            assert ask(found, "SELECT answer FROM kept") == 42
            assert found.incarnation != user.incarnation


def test_a_killed_postgres_is_started_again_at_its_port_with_what_it_had(data: Path) -> None:
    with servers(settings(data), broker=False) as found:
        ask(found, "CREATE TABLE kept AS SELECT 42 AS answer")
        killed = postmaster_of(data)
        killed.send_signal(signal.SIGKILL)
        killed.wait(10)

        def answers() -> bool:
            try:
                return ask(found, "SELECT answer FROM kept") == 42
            except psycopg.OperationalError:
                return False

        assert eventually(answers)


def test_a_pid_file_that_names_another_program_does_not_keep_the_server_from_starting(data: Path) -> None:
    with servers(settings(data), broker=False):
        left = (data / "postgres/data/postmaster.pid").read_text()
    lines = left.splitlines(keepends=True)
    (data / "postgres/data/postmaster.pid").write_text(f"{os.getpid()}\n" + "".join(lines[1:]))
    with servers(settings(data), broker=False) as found:
        assert ask(found, "SELECT 1") == 1


def test_half_a_cluster_is_made_again(fresh_data: Path) -> None:
    (fresh_data / "postgres/data.new/base").mkdir(parents=True)
    with servers(settings(fresh_data), broker=False) as found:
        assert ask(found, "SELECT 1") == 1


def test_a_broker_may_be_wanted_later_and_is_another_each_time(data: Path) -> None:
    with servers(settings(data), broker=False):
        with servers(settings(data), broker=True) as first:
            assert first.embedded_broker
            with servers(settings(data), broker=True) as again:
                assert again == first
        with servers(settings(data), broker=True) as still:
            assert still.incarnation == first.incarnation
    with servers(settings(data), broker=True) as second:
        assert second.incarnation != first.incarnation


def test_the_broker_passes_on_what_is_published(data: Path) -> None:
    with servers(settings(data, database_url="postgresql://elsewhere/x"), broker=True) as found:
        assert found.bootstrap_servers is not None
        producer = KafkaProducer(bootstrap_servers=found.bootstrap_servers, api_version=(2, 3))
        producer.send("icr.health.v1", b"body", partition=1).get(10)
        producer.close()
        consumer = KafkaConsumer(
            bootstrap_servers=found.bootstrap_servers, api_version=(2, 3), auto_offset_reset="earliest", group_id=None
        )
        consumer.assign([TopicPartition("icr.health.v1", 1)])
        assert eventually(lambda: any(r.value == b"body" for p in consumer.poll(100).values() for r in p))
        consumer.close()


def test_only_what_is_not_given_is_started(fresh_data: Path) -> None:
    with servers(settings(fresh_data, database_url="postgresql://elsewhere/x"), broker=True) as found:
        assert found.database_url == "postgresql://elsewhere/x"
        assert found.embedded_broker
        assert not (fresh_data / "postgres").exists()


def test_with_both_given_nothing_is_started(fresh_data: Path) -> None:
    given = settings(fresh_data, database_url="postgresql://elsewhere/x", kafka_bootstrap_servers="elsewhere:9092")
    with servers(given, broker=True) as found:
        assert found == Servers("postgresql://elsewhere/x", "elsewhere:9092", None, embedded_broker=False)
    assert not fresh_data.exists()


def test_a_cluster_of_another_version_is_named_and_left_alone(data: Path) -> None:
    with servers(settings(data), broker=False):
        pass
    (data / "postgres/data/PG_VERSION").write_text("15\n")
    with pytest.raises(Unreachable, match="made by PostgreSQL 15"), servers(settings(data), broker=False):
        pass


def test_a_data_folder_that_is_a_file_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(Misuse, match="data"), servers(settings(tmp_path / "data"), broker=False):
        pass


def test_a_user_who_ends_at_once_leaves_no_supervisor(data: Path) -> None:
    user = User(data)
    assert eventually((data / "servers").exists)
    user.end(signal.SIGKILL)
    assert eventually(lambda: not supervised(ServersFolder(data)), 30)
