"""`icr import nems`: units counted by their worst event, files that cannot be read said, totals that hold."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.builders.process import ROOT, icr
from tests.builders.stream import counted
from tests.servers.plugin import Stack

FIXTURES = ROOT / "tests/fixtures/nems"
SAMPLES = ROOT.parent / "shared/samples/nems-stu3"


def imported(stack: Stack, *paths: Path | str) -> tuple[int, list[dict[str, Any]]]:
    done = icr("import", "nems", *map(str, paths), "--json", environment=stack.environment)
    files: list[dict[str, Any]] = json.loads(done.stdout)["files"]
    for file in files:
        assert file["unit"] == "message"
        assert file["read"] == file["accepted"] + file["duplicate"] + file["conflict"] + file["kept"]
        assert file["kept"] == sum(file["reasons"].values())
        assert file["set_aside"] == sum(file["set_aside_reasons"].values())
    return done.returncode, files


def test_messages_of_every_kind_and_again(embedded_stack: Stack) -> None:
    paths = sorted(FIXTURES.glob("*.xml"))
    code, files = imported(embedded_stack, *paths)
    kept = {Path(file["file"]).name for file in files if file["kept"]}
    assert code == (1 if kept else 0)
    assert kept == {"encounter.xml"}
    accepted = sum(file["accepted"] for file in files)
    assert accepted > 8
    before = counted(embedded_stack)
    assert sum(file["events"] for file in files) >= before["event"] >= accepted
    code, again = imported(embedded_stack, *paths)
    assert sum(file["accepted"] for file in again) == 0
    assert sum(file["duplicate"] for file in again) == sum(file["read"] for file in again)
    assert counted(embedded_stack) == before


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the published samples are not beside the repository")
def test_the_published_samples(embedded_stack: Stack) -> None:
    code, files = imported(embedded_stack, *sorted(SAMPLES.glob("*.xml")))
    assert code == 0
    assert [(file["read"], file["accepted"], file["kept"]) for file in files] == [(1, 1, 0)] * 6
    birth = next(file for file in files if "Birth" in file["file"])
    assert birth["set_aside_reasons"] == {"bad_check_digit": 1}  # the mother's number, in the published example itself


def test_files_that_cannot_be_read_are_said_and_the_others_go_on(embedded_stack: Stack, tmp_path: Path) -> None:
    (tmp_path / "empty.xml").touch()
    (tmp_path / "garbage.xml").write_bytes(os.urandom(5000))
    (tmp_path / "bomb.xml").write_text(
        '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Bundle xmlns="http://hl7.org/fhir">&b;</Bundle>'
    )
    (tmp_path / "huge.xml").write_bytes(b"<Bundle>" + b" " * 9_000_000)
    whole = (FIXTURES / "gp.xml").read_bytes()
    (tmp_path / "cut.xml").write_bytes(whole[: len(whole) // 2])
    names = ["empty.xml", "garbage.xml", "bomb.xml", "huge.xml", "cut.xml", "missing.xml"]
    paths = [*(tmp_path / name for name in names), tmp_path, Path("/proc/self/mem"), FIXTURES / "gp.xml"]
    code, files = imported(embedded_stack, *paths)
    assert code == 1
    found = {Path(file["file"]).name: file for file in files}
    for name in ("empty.xml", "garbage.xml", "bomb.xml", "cut.xml"):
        assert (found[name]["kept"], found[name]["reasons"]) == (1, {"undecodable": 1}), name
    assert found["huge.xml"]["reasons"] == {"too_large": 1}
    assert found["missing.xml"]["error"] == "no such file or directory"
    assert found[tmp_path.name]["error"] == "is a directory"
    assert "error" in found["mem"]
    assert found["gp.xml"]["accepted"] == 1


def test_nothing_that_could_be_opened_is_wrong_use(embedded_stack: Stack, tmp_path: Path) -> None:
    code, files = imported(embedded_stack, tmp_path, tmp_path / "missing.xml")
    assert code == 2
    assert [file["read"] for file in files] == [0, 0]


def test_for_a_person(embedded_stack: Stack) -> None:
    done = icr("import", "nems", str(FIXTURES / "gp.xml"), environment=embedded_stack.environment)
    assert done.returncode == 0
    assert "accepted" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("kind", ["nems", "cin", "school-census"])
def test_a_file_of_another_kind_is_named_and_nothing_of_it_is_kept(
    embedded_stack: Stack, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "2024_autumn_episodes.csv"
    path.write_text("CHILD,DECOM,RNE,LS,CIN,PLACE,DEC,REC\n7,01/04/2024,S,C2,N1,U1,,\n")
    done = icr("import", kind, str(path), "--json", environment=embedded_stack.environment)
    [file] = json.loads(done.stdout)["files"]
    assert done.returncode == 1
    assert (file["read"], file["kept"]) == (0, 0)
    assert file["error"] == "it looks like a return of looked-after children (SSDA903): such a file is not read yet"
    assert counted(embedded_stack)["aside"] == 0
