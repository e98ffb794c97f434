"""The command itself: help with an example everywhere, errors as exit codes, and no personal data in any of them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import typer
from typer.core import TyperGroup

from adapters.log.trouble import DatabaseTrouble
from domain.errors import IcrError, Misuse, Rejected, Unreachable
from tools import main as cli

NUMBER = "9990200017"


def leaves(command: object = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every command that does something, with its path."""
    command = command or typer.main.get_command(cli.app)
    if not isinstance(command, TyperGroup):
        yield path, command
        return
    for name in command.list_commands(None):  # type: ignore[arg-type]
        found = command.get_command(None, name)  # type: ignore[arg-type]
        assert found is not None
        yield from leaves(found, (*path, name))


COMMANDS = dict(leaves())


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("ICR_") and not name.startswith("ICR_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ICR_DATA_DIR", str(tmp_path / "data"))


def test_the_contracts_commands_are_there() -> None:
    wanted = {
        "demo", "up", "serve", "consume", "project", "simulate", "publish", "import nems", "quarantine list",
        "quarantine show", "quarantine redrive", "quarantine reject", "feeds", "schemas check", "schemas list",
        "schemas show", "identifiers check", "child find", "child show", "child timeline", "leads caseload", "leads gaps",
        "families list", "families show", "rebuild", "config check", "migrate", "health", "bench ingest",
    }  # fmt: skip
    assert {" ".join(path) for path in COMMANDS} >= wanted


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*path, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Example: " in shown
    assert "icr " + " ".join(path) in shown.replace("echo", "icr").split("Example")[0]


LASTING = {("consume",), ("project",), ("serve",), ("up",), ("demo",)}


@pytest.mark.parametrize("path", sorted(COMMANDS.keys() - LASTING), ids=" ".join)
def test_every_command_that_ends_has_the_common_options(path: tuple[str, ...]) -> None:
    options = {option for parameter in COMMANDS[path].params for option in parameter.opts}  # type: ignore[attr-defined]
    assert "--json" in options
    if path[0] not in ("schemas", "bench") and path != ("access", "capsules"):  # these are of the program alone
        assert "--data" in options


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["identifiers", "check", "nhs", NUMBER], 0),
        (["identifiers", "check", "nhs", "9990200018"], 1),
        (["identifiers", "check", "passport", NUMBER], 2),
        (["identifiers", "check"], 2),
        (["feeds", NUMBER], 2),
        (["feeds", NUMBER, "Example"], 2),
        (["child", NUMBER], 2),
        (["child", "timeline", "--effective-at", NUMBER], 2),
        (["import", "nems", f"/nowhere/{NUMBER}"], 2),
        (["publish", "--to", NUMBER, "x"], 2),
        (["publish", "x", "--to", "http", "--invalid-too"], 2),
        (["publish", "x", "--to", "kafka", "--sector", NUMBER], 2),
        (["publish", "x", "--to", "http", "--url", NUMBER], 2),
        (["quarantine", "list", "--reason", NUMBER], 2),
        (["quarantine", "show", NUMBER], 2),
        (["quarantine", "reject", NUMBER, "--note", "x"], 2),
        (["quarantine", "list", f"--limit={NUMBER}x"], 2),
        (["rebuild", NUMBER], 2),
        (["simulate", "--children", "x" + NUMBER, "--out", "/nowhere"], 2),
        (["simulate", "--area", NUMBER, "--out", "/nowhere"], 2),
        (["health", NUMBER], 2),
        (["health", "consume"], 3),
        (["nonsense"], 2),
        (["--nonsense"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_exit_codes_and_no_number_in_what_is_said(
    arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == code
    said = capsys.readouterr().err
    # A file's name is what the user gave it and what tells which one it was.
    assert NUMBER not in said or arguments[0] == "import"
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (Misuse("so it is used"), 2, "so it is used"),
        (Unreachable("Kafka", "is it on?"), 3, "Kafka could not be reached: is it on?"),
        (Rejected("bad_form", "subject", "a rule"), 1, "bad_form in subject: a rule"),
        (IcrError("plain"), 1, "plain"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (psycopg.OperationalError(f"row ({NUMBER})"), 3, "the database does not answer"),
        (psycopg.errors.DiskFull(f"row ({NUMBER})"), 3, "the database has no room left on its disk"),
        (psycopg.errors.OutOfMemory(f"row ({NUMBER})"), 3, "the database is at a limit of its own"),
        (psycopg.errors.QueryCanceled(f"row ({NUMBER})"), 3, "another transaction stood in the way"),
        (psycopg.errors.InsufficientPrivilege(f"row ({NUMBER})"), 3, "the database does not let us"),
        (DatabaseTrouble("database_limits"), 3, "the database is at a limit of its own"),
        (psycopg.errors.UndefinedTable(f"row ({NUMBER})"), 2, "run icr migrate"),
        (ValueError(NUMBER), 1, "a fault of this program: ValueError at "),
    ],
)
def test_errors_become_exit_codes_once(
    error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("adapters.cli.config.read_settings", fail)
    assert cli.main(["config", "check"]) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert NUMBER not in shown.err


def test_help_loads_only_what_it_needs() -> None:
    heavy = "kafka", "sqlalchemy", "fastapi", "confluent_kafka", "pydantic"
    code = f"import sys; from tools.main import main; main(['--version']); print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[1] == "[]"


def test_config_check_shows_everything_but_secrets(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setenv("ICR_DATABASE_URL", "postgresql://icr:secret@db/icr")
    monkeypatch.setenv("ICR_HTTP_PORT", "8080")
    assert cli.main(["config", "check", "--json"]) == 0
    shown = json.loads(capsysbinary.readouterr().out)
    assert shown["settings"]["http_port"] == 8080
    assert shown["settings"]["database_url"] == "set"
    assert "http_port" in shown["set"]
    monkeypatch.setenv("ICR_HTTP_PORT", "many")
    assert cli.main(["config", "check"]) == 2


def test_a_schema_id_of_a_schema_that_is_none_of_ours_is_said_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    monkeypatch.setenv("ICR_CONFLUENT_SCHEMA_IDS", '{"7": "education/pupil_admitted.v2.avsc"}')
    assert cli.main(["config", "check", "--json"]) == 0
    shown = json.loads(capsysbinary.readouterr().out)
    assert shown["settings"]["confluent_schema_ids"] == {"7": "education/pupil_admitted.v2.avsc"}
    monkeypatch.setenv("ICR_CONFLUENT_SCHEMA_IDS", '{"7": "sesame"}')
    for command in (["config", "check"], ["feeds"], ["serve"]):
        assert cli.main(command) == 2
        said = capsysbinary.readouterr().err
        assert b"the schema id 7" in said
        assert b"sesame" not in said
    assert list((tmp_path / "data").glob("*")) == []


def test_a_mistyped_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ICR_DATABSE_URL", "postgresql://icr:secret@db/icr")
    assert cli.main(["feeds"]) == 2
    assert "ICR_DATABSE_URL" in capsys.readouterr().err
