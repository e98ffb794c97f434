"""Embedded PostgreSQL as root and as an ordinary user, and below folders that are closed to the server's account."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.embedded import binaries, postgres
from adapters.embedded.binaries import packaged_binaries
from adapters.embedded.postgres import PostgresServer
from domain.errors import Misuse, Unreachable

ROOT = Path(__file__).parents[3]
USE = """
import sys
from pathlib import Path
import psycopg
from adapters.embedded import servers
from adapters.process.settings import load_settings
with servers(load_settings(Path(sys.argv[1])), broker=True) as found:
    with psycopg.connect(found.database_url) as connection:
        print(connection.execute("SELECT pg_postmaster_start_time() < now()").fetchone()[0], found.bootstrap_servers)
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has other users to run as")


@pytest.fixture
def passable() -> Iterator[Path]:
    """A folder that other users may enter, as pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="icr-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def python_for_all() -> str | None:
    """A Python of our version that other users can run; the virtual environment's may lie below /root."""
    for candidate in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}", "/usr/bin/python3"):
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            said = subprocess.check_output(
                [candidate, "-c", "import sys; print(sys.version_info[:2])"],
                user="nobody",
                group="nogroup",
                extra_groups=[],
                cwd="/",
                text=True,
            )
            if said.strip() == str(sys.version_info[:2]):
                return candidate
    return None


def copy_package(folder: Path) -> Path:
    """The binaries as if installed below a folder."""
    package = packaged_binaries().parent.parent
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / packaged_binaries().relative_to(package.parent)


@as_root
def test_an_ordinary_user_starts_and_ends_servers(passable: Path) -> None:
    python = python_for_all()
    if python is None:
        pytest.skip("no Python of this version that other users can run")
    home = passable / "home"
    home.mkdir()
    shutil.chown(home, "nobody", "nogroup")
    site = next(path for path in sys.path if path.endswith("site-packages"))
    used = subprocess.run(
        [python, "-c", USE, home / "data"],
        user="nobody",
        group="nogroup",
        extra_groups=[],
        cwd=home,
        env={"PYTHONPATH": f"{ROOT}:{site}", "PATH": os.environ["PATH"], "HOME": str(home)},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert used.returncode == 0, used.stderr
    assert used.stdout.startswith("True 127.0.0.1:")
    assert (home / "data/postgres/data").owner() == "nobody"


@as_root
def test_as_root_the_server_runs_as_another_user_and_opens_no_folder_above_its_own(passable: Path) -> None:
    above = passable / "closed"
    above.mkdir(mode=0o700)
    server = PostgresServer(above / "data" / "postgres", durable=False)
    url = server.start()
    try:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE t AS SELECT generate_series(1, 10000) AS n")
            connection.commit()
        assert server.data.owner() in postgres.SERVICE_USERS
        assert Path(f"/proc/{server.pid}").owner() in postgres.SERVICE_USERS
        assert above.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()


@as_root
def test_binaries_below_a_closed_folder_are_copied_to_where_the_server_can_run_them(
    passable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = passable / "closed"
    closed.mkdir(mode=0o700)
    installed = copy_package(closed)
    monkeypatch.setattr(binaries, "SHARED_BINARIES", passable / "shared")
    for place in (binaries, postgres):
        monkeypatch.setattr(place, "packaged_binaries", lambda: installed)
    server = PostgresServer(passable / "postgres", durable=False)
    try:
        server.start()
    finally:
        server.stop()
    [copy] = (passable / "shared").iterdir()
    assert copy.owner() == "root"
    assert copy.stat().st_mode & 0o022 == 0
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_binaries_that_cannot_be_copied_are_said_so(passable: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = passable / "closed"
    closed.mkdir(mode=0o700)
    installed = copy_package(closed)
    (passable / "file").touch()
    monkeypatch.setattr(binaries, "SHARED_BINARIES", passable / "file")
    with pytest.raises(Unreachable, match="cannot run"):
        PostgresServer(passable / "postgres", binaries=installed).start()
    for place in (binaries, postgres):
        monkeypatch.setattr(place, "packaged_binaries", lambda: installed)
    with pytest.raises(Unreachable, match="could not be copied"):
        PostgresServer(passable / "postgres").start()


def test_a_folder_without_binaries_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="no PostgreSQL"):
        PostgresServer(tmp_path / "postgres", binaries=tmp_path).start()


def test_a_port_that_is_taken_is_said_so_when_no_other_will_do(tmp_path: Path) -> None:
    first = PostgresServer(tmp_path / "first", durable=False)
    second = PostgresServer(tmp_path / "second", durable=False)
    first.start()
    try:
        with pytest.raises(Unreachable, match="did not start"):
            second.start(port=first.port)
        assert not second.running()
    finally:
        first.stop()


def test_what_a_refused_row_held_is_not_in_the_servers_log(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "postgres", durable=False)
    try:
        with psycopg.connect(server.start(), autocommit=True) as connection:
            connection.execute("CREATE TABLE t (number text PRIMARY KEY, day date)")
            connection.execute("INSERT INTO t VALUES ('9990548609', NULL)")
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO t VALUES ('9990548609', NULL)")
            with pytest.raises(psycopg.DataError):
                connection.execute("INSERT INTO t VALUES ('1', '9990548609')")
            with pytest.raises(psycopg.DataError):
                connection.execute("INSERT INTO t VALUES ('1', %s::date)", ("9990548609",))
            connection.execute("DO $$ BEGIN RAISE WARNING '9990548609'; END $$")
    finally:
        server.stop()
    assert "9990548609" not in server.log.read_text()


def test_a_folder_of_another_user_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(Misuse, match="another user"):
        PostgresServer(tmp_path / "postgres").start()
