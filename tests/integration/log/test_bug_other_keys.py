"""A second machine without the key file of the first made keys of its own, and every child got a second record.

A key file that is missing is made only for an empty log, by `icr keys new` or with an embedded database's own beginning.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.log.connections import connect
from adapters.log.keys import key_file
from adapters.log.messages import Message
from adapters.process.settings import Settings, load_settings
from adapters.service.opened import open_service
from domain.errors import Misuse
from tests.builders.process import icr
from tests.builders.stream import mark
from tests.integration.log.test_feedback import admitted

NOWHERE: Final = "postgresql://icr@127.0.0.1:1/icr"


def machine(folder: Path, url: str, *, keys: bool = True) -> Settings:
    folder.mkdir(mode=0o700)
    if keys:
        key_file.new(folder / "keys")
    return replace(load_settings(folder), database_url=url)


def record_one(settings: Settings, serial: int | bytes) -> str:
    with open_service(settings) as service:
        recorder = service.recorder()
        [outcome] = recorder.record([Message(serial if isinstance(serial, bytes) else admitted(serial))])
        recorder.close()
    return outcome.outcome


def rows(url: str) -> dict[str, int]:
    """How many rows each table of the log has."""
    with connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'log'").fetchall()
        counts = {name: connection.execute(f"SELECT count(*) FROM log.{name}").fetchone() for (name,) in tables}
    return {name: count[0] for name, count in counts.items() if count is not None}


def exchanged(settings: Settings, name: str) -> None:
    """Exchange one of the two keys of a key file."""
    found = json.loads(settings.kek_file.read_text())
    found[name] = "ef" * 32
    settings.kek_file.write_text(json.dumps(found))


def test_bug_another_key_file_is_refused(any_database_url: str, tmp_path: Path) -> None:
    one, two = machine(tmp_path / "one", any_database_url), machine(tmp_path / "two", any_database_url)
    assert record_one(one, 1) == "accepted"
    before = rows(any_database_url)
    with pytest.raises(Misuse, match="ICR_KEK_FILE"):
        record_one(two, 1)
    assert rows(any_database_url) == before
    shutil.copy(one.kek_file, two.kek_file)
    assert record_one(two, 1) == "duplicate"


@pytest.mark.parametrize("name", ["kek", "hash"])
@pytest.mark.parametrize("noted", [True, False], ids=["noted", "of before"])
@pytest.mark.parametrize("held", [1, b"no event"], ids=["events", "kept"])
def test_each_of_the_two_keys_is_told_from_another(
    any_database_url: str, tmp_path: Path, name: str, noted: bool, held: int | bytes
) -> None:
    one = machine(tmp_path / "one", any_database_url)
    record_one(one, held)
    with connect(any_database_url) as connection:
        if not noted:
            connection.execute("DELETE FROM log.keys")
    before = rows(any_database_url)
    original = one.kek_file.read_text()
    exchanged(one, name)
    with pytest.raises(Misuse, match=rf"its [a-z-]+ key \({name}\) differs"):
        record_one(one, 2)
    assert rows(any_database_url) == before
    one.kek_file.write_text(original)
    assert record_one(one, 2) == "accepted"


def test_a_log_whose_first_events_were_erased_tells_its_keys_by_others(any_database_url: str, tmp_path: Path) -> None:
    one = machine(tmp_path / "one", any_database_url)
    record_one(one, 1)
    record_one(one, json.dumps(mark(1, 5)).encode())
    with connect(any_database_url) as connection:
        connection.execute("DELETE FROM log.keys")
        connection.execute(
            "DELETE FROM log.data_key WHERE record = (SELECT originator_id FROM log.event ORDER BY notification_id LIMIT 1)"
        )
    exchanged(one, "hash")
    with pytest.raises(Misuse, match="hash"):
        record_one(one, 3)


def test_two_machines_that_begin_at_once_are_told_apart_by_who_records_first(
    any_database_url: str, tmp_path: Path
) -> None:
    one, two = machine(tmp_path / "one", any_database_url), machine(tmp_path / "two", any_database_url)
    with open_service(one) as first, open_service(two) as second:
        recorder, late = first.recorder(), second.recorder()
        assert recorder.record([Message(admitted(1))])[0].outcome == "accepted"
        with pytest.raises(Misuse, match="ICR_KEK_FILE"):
            late.record([Message(admitted(1))])
        recorder.close()
        late.close()
    assert rows(any_database_url)["event"] == 1


def test_only_looking_notes_nothing(any_database_url: str, tmp_path: Path) -> None:
    with open_service(machine(tmp_path / "one", any_database_url)):
        pass
    assert rows(any_database_url)["keys"] == 0


def test_a_database_that_does_not_answer_is_said_by_whoever_needs_it(tmp_path: Path) -> None:
    with open_service(machine(tmp_path / "one", NOWHERE)) as service:
        assert service.keys


# A key file that is not there


@pytest.fixture
def terminal(any_database_url: str, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Commands on a migrated, empty database, in a data folder that is not there yet."""

    def run(*arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        environment = {"ICR_DATA_DIR": str(tmp_path / "data"), "ICR_DATABASE_URL": any_database_url, **changed}
        return icr(*arguments, environment={k: v for k, v in environment.items() if v})

    return run


def test_a_configured_database_wants_its_key_file_made_by_hand(
    terminal: Callable[..., Any], tmp_path: Path, any_database_url: str
) -> None:
    before = rows(any_database_url)
    for command in (
        ["child", "find", "--id", "nhs:9990000018"],
        ["project", "--until-end"],
        ["keys", "check"],
        ["rebuild"],
    ):
        done = terminal(*command)
        assert done.returncode == 2, command
        assert f"there is no key file at {tmp_path / 'data' / 'keys'}" in done.stderr
    assert not (tmp_path / "data").exists()
    assert rows(any_database_url) == before
    made = terminal("keys", "new", "--json")
    assert made.returncode == 0, made.stderr
    checked = json.loads(terminal("keys", "check", "--json").stdout)
    assert (checked["fits"], checked["noted"]) == (True, checked["fingerprint"])
    assert checked["fingerprint"] == json.loads(made.stdout)["fingerprint"]
    secrets = json.loads((tmp_path / "data" / "keys").read_text()).values()
    assert not any(secret in made.stdout + made.stderr for secret in secrets)
    assert terminal("project", "--until-end").returncode == 0


def test_a_missing_key_file_of_a_log_with_events_is_never_made_anew(
    terminal: Callable[..., Any], tmp_path: Path, any_database_url: str
) -> None:
    record_one(machine(tmp_path / "one", any_database_url), 1)
    before = rows(any_database_url)
    for command in (
        ["keys", "new"], ["keys", "new", "--if-missing"], ["child", "find", "--id", "nhs:9990000018"],
        ["project", "--until-end"], ["verify-log", "--events"],
    ):  # fmt: skip
        done = terminal(*command)
        assert done.returncode == 2, command
        assert "the log was written with one" in done.stderr, command
    assert not (tmp_path / "data").exists()
    assert rows(any_database_url) == before


def test_a_key_file_that_is_there_is_left_alone(terminal: Callable[..., Any], tmp_path: Path) -> None:
    assert terminal("keys", "new").returncode == 0
    made = (tmp_path / "data" / "keys").read_text()
    assert terminal("keys", "new").returncode == 2
    assert terminal("keys", "new", "--if-missing").returncode == 0
    assert (tmp_path / "data" / "keys").read_text() == made


def test_another_key_file_than_the_logs_is_named_by_the_check(
    terminal: Callable[..., Any], tmp_path: Path, any_database_url: str
) -> None:
    record_one(machine(tmp_path / "one", any_database_url), 1)
    shutil.copytree(tmp_path / "one", tmp_path / "data")
    path = tmp_path / "data" / "keys"
    path.write_text(json.dumps({**json.loads(path.read_text()), "hash": "ef" * 32}))
    done = terminal("keys", "check", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["differ"] == ["hash"]
    assert terminal("keys", "new", "--if-missing").returncode == 2


def test_keys_of_an_empty_log_may_be_made_again(terminal: Callable[..., Any], tmp_path: Path) -> None:
    assert terminal("keys", "new").returncode == 0
    (tmp_path / "data" / "keys").unlink()
    assert terminal("project", "--until-end").returncode == 2
    assert terminal("keys", "new").returncode == 0
    assert terminal("project", "--until-end").returncode == 0


def test_no_database_no_key_file(terminal: Callable[..., Any], tmp_path: Path) -> None:
    assert terminal("keys", "new", ICR_DATABASE_URL=NOWHERE).returncode == 3
    assert terminal("project", ICR_DATABASE_URL=NOWHERE).returncode == 2
    assert not (tmp_path / "data").exists()


def test_an_embedded_database_begins_with_its_own_keys_and_never_again(
    terminal: Callable[..., Any], tmp_path: Path
) -> None:
    """What `./dev demo` and `icr up` need: nothing is made by hand for a data folder that is only beginning."""
    path = tmp_path / "data" / "keys"
    with open_service(load_settings(tmp_path / "data")) as service:
        made = path.read_text()
        recorder = service.recorder()
        recorder.record([Message(admitted(1))])
        recorder.close()
        assert terminal("project", "--until-end", ICR_DATABASE_URL="").returncode == 0
        path.unlink()
        done = terminal("project", "--until-end", ICR_DATABASE_URL="")
        assert done.returncode == 2
        assert "put that one back" in done.stderr
        assert not path.exists()
        path.write_text(made)
        path.chmod(0o600)
        assert terminal("project", "--until-end", ICR_DATABASE_URL="").returncode == 0


def test_a_key_file_that_others_can_read_stops_every_command_before_anything_is_made(
    terminal: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    key_file.new(tmp_path / "data" / "keys")
    (tmp_path / "data" / "keys").chmod(0o644)
    for url in ("", NOWHERE):
        done = terminal("project", ICR_DATABASE_URL=url)
        assert done.returncode == 2
        assert "chmod 600" in done.stderr
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["keys"]
