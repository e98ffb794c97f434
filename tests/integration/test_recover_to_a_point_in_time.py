"""What the page for operators says to type: the disk of the database is lost, and with base backup and log nothing is.

The events came by HTTP and by import after the base backup, so that neither it nor Kafka could give them back.
"""

import contextlib
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient

from adapters.api.app import create_app
from adapters.embedded.binaries import packaged_binaries
from adapters.embedded.postgres import PostgresServer
from adapters.log.keys.key_file import load_or_create
from adapters.migrations.migrate import migrate
from adapters.process.settings import Settings
from adapters.service.opened import open_service
from tests.builders.process import ROOT, icr, wait_for
from tests.builders.state import chain_holds
from tests.builders.stream import mark
from tests.integration.test_snippets_for_operators import blocks_of, command_folder, run
from tests.servers.postgres import DEBIAN

SECTION = "Recover to a point in time"
FILES = [str(path) for path in sorted((ROOT / "tests/fixtures/nems").glob("gp*.xml"))]
HEAD = "SELECT position, hash, generation FROM log.head"


@pytest.fixture(params=["embedded", pytest.param("system", marks=pytest.mark.pg_system)])
def binaries(request: pytest.FixtureRequest) -> Path:
    found = packaged_binaries() if request.param == "embedded" else DEBIAN
    if not (found / "postgres").exists():
        pytest.skip("no system PostgreSQL: Debian's PostgreSQL 15 is not installed")
    return found


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's account can pass through, with one for the log that it can write."""
    made = Path(tempfile.mkdtemp(prefix="icr-test-recovery-"))
    made.chmod(0o711)
    (made / "wal").mkdir()
    (made / "wal").chmod(0o777)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def archiving(folder: Path) -> dict[str, str]:
    """The page's settings of the server, for this folder."""
    page = (ROOT / "docs" / "for-operators.md").read_text(encoding="utf-8")
    block = page.split(f"## {SECTION}\n")[1].split("```ini\n")[1].split("```")[0]
    lines = [line.partition(" = ") for line in block.replace("/var/backups/icr", str(folder)).splitlines()]
    return {name: value.strip("'") for name, _, value in lines}


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(psycopg.connect(url, autocommit=True)) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def typed(folder: Path, server: PostgresServer) -> list[str]:
    """The page's blocks of commands, for these folders: base backup, recovery, question, generation."""
    text = blocks_of(SECTION)
    return [
        block.replace("/var/backups/icr", str(folder)).replace("/var/lib/postgresql/data", str(server.data))
        for block in text
    ]


def post(settings: Settings, *events: dict[str, Any]) -> None:
    with open_service(settings) as service, TestClient(create_app(service), base_url="http://127.0.0.1") as client:
        answer = client.post("/v1/events", json=list(events))
        assert answer.status_code == 202, answer.text


def lose_the_disk(server: PostgresServer) -> os.stat_result:
    """Kill the server and take its data folder away; what its owner was."""
    assert server.pid is not None
    os.kill(server.pid, signal.SIGQUIT)
    wait_for(lambda: not server.running())
    owner = server.data.stat()
    shutil.rmtree(server.data)
    server.data.mkdir(mode=0o700)
    return owner


def recovered(server: PostgresServer, owner: os.stat_result) -> None:
    """Start the server on what was put in place, and wait until it has taken in the log."""
    for path in (server.data, *server.data.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    server.start(port=server.port)
    wait_for(lambda: rows(server.url, "SELECT pg_is_in_recovery()") == [(False,)], pause=0.2)


def test_what_came_by_http_and_import_after_the_base_backup_is_recovered(
    binaries: Path, folder: Path, tmp_path: Path
) -> None:
    server = PostgresServer(folder / "server", binaries=binaries, options=archiving(folder))
    settings = Settings(data_dir=tmp_path / "data", database_url=server.start())
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("ICR_")},
        "ICR_DATA_DIR": str(settings.data_dir),
        "ICR_DATABASE_URL": server.url,
        "PATH": f"{command_folder(tmp_path)}:{binaries}:{os.environ['PATH']}",
    }
    try:
        migrate(server.url)
        keys = load_or_create(settings.kek_file)
        base, recovery, question, generation = typed(folder, server)
        post(settings, mark(1))
        run(base, environment, tmp_path)

        post(settings, mark(2))
        done = icr("import", "nems", *FILES, environment=environment)
        assert done.returncode in (0, 1), done.stderr
        before = rows(server.url, HEAD)
        # As archive_timeout does each minute. What the server writes of itself after it is in the next file.
        [(last,)] = rows(server.url, "SELECT pg_walfile_name(pg_switch_wal() - 1)")
        handed_over = f"SELECT last_archived_wal >= '{last}' FROM pg_stat_archiver"
        wait_for(lambda: rows(server.url, handed_over) == [(True,)], pause=0.2, seconds=150)

        owner = lose_the_disk(server)
        run(recovery, environment, tmp_path)
        recovered(server, owner)
        assert run(question, environment, tmp_path).stdout.strip() == "f"
        run(generation, environment, tmp_path)

        [(position, digest, number)] = before
        assert rows(server.url, HEAD) == [(position, digest, number + 1)]
        assert chain_holds(server.url, keys)
        file = tmp_path / "more.jsonl"
        file.write_text("".join(json.dumps(one) + "\n" for one in (mark(2), mark(3))), encoding="utf-8")
        again = icr("publish", str(file), "--to", "kafka", "--json", environment=environment)
        assert again.returncode == 0, again.stderr
        assert rows(server.url, "SELECT position FROM log.head") == [(position + 1,)]
    finally:
        server.stop()
