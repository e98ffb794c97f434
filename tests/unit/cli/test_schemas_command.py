"""`icr schemas check|list|show`."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import schemas
from adapters.cli.schemas import app
from domain.errors import Misuse
from schemas.registry import registry

SHIPPED = Path(schemas.__file__).parent


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == code, result.output
    return result.stdout


def run_json(*arguments: str, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "schemas"
    shutil.copytree(SHIPPED, copy, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    return copy


def test_check_of_the_shipped_contract() -> None:
    files = len(registry().by_fingerprint)
    assert run("check").splitlines()[-1] == f"{files} schema files, 0 findings"
    assert run_json("check") == {"checked": files, "released": [], "findings": []}


def test_check_ends_with_1_when_something_is_found(folder: Path) -> None:
    (folder / "health" / "death_notified.v1.avsc").write_text("{}")
    found = run_json("check", "--folder", str(folder), code=1)["findings"]
    assert {entry["file"] for entry in found} >= {"health/death_notified.v1.avsc"}
    assert "health/death_notified.v1.avsc: form: " in run("check", "--folder", str(folder), code=1)


def test_release_records_a_new_version(folder: Path) -> None:
    document = json.loads((folder / "health" / "death_notified.v1.avsc").read_text())
    document["fields"].append({"name": "description", "type": ["null", "string"], "doc": "A note.", "default": None})
    (folder / "health" / "death_notified.v2.avsc").write_text(json.dumps(document))
    assert "is not released yet" in run("check", "--folder", str(folder), code=1)
    released = run_json("check", "--folder", str(folder), "--release")
    assert released["released"] == ["health/death_notified.v2.avsc"]
    assert run("check", "--folder", str(folder)).endswith(" 0 findings\n")


def test_release_is_refused_while_something_is_wrong(folder: Path) -> None:
    (folder / "health" / "death_notified.v1.avsc").write_text("{}")
    assert run_json("check", "--folder", str(folder), "--release", code=1)["released"] == []


def test_a_folder_there_is_not_is_misuse(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["check", "--folder", str(tmp_path / "none")])
    assert isinstance(result.exception, Misuse)


def test_list_shows_every_version_with_its_fingerprint() -> None:
    lines = run("list").splitlines()
    assert len(lines) == len(registry().by_fingerprint)
    listed = run_json("list")
    assert listed["digest"] == registry().digest
    assert {entry["fingerprint"] for entry in listed["schemas"]} == {
        schema.fingerprint.hex() for schema in registry().by_fingerprint.values()
    }
    versions = {
        entry["version"]: entry["newest"] for entry in listed["schemas"] if entry["event_type"] == "GpRegistered"
    }
    assert versions == {1: False, 2: True}
    for entry in listed["schemas"]:
        assert (SHIPPED.parent / entry["file"]).is_file()


def test_show_tells_the_fields_in_words() -> None:
    shown = run("show", "PupilAdmitted")
    assert shown.startswith("PupilAdmitted v2")
    assert "subject.person.date_of_birth" in shown
    assert "year_group" in shown
    assert "year_group" not in run("show", "PupilAdmitted", "--version", "1")


def test_show_gives_the_avro_document() -> None:
    schema = registry().newest["BirthNotified"]
    shown = run_json("show", schema.fingerprint.hex())
    assert shown["schema"] == schema.document
    assert shown["event_type"] == "BirthNotified"


@pytest.mark.parametrize("arguments", [["NoSuchEvent"], ["00" * 8], ["PupilAdmitted", "--version", "9"]])
def test_show_of_what_there_is_not_is_misuse(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, ["show", *arguments])
    assert isinstance(result.exception, Misuse)
