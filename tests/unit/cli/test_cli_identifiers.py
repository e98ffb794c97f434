"""`icr identifiers check`: the contract's document, in the order given, from arguments or standard input."""

import io
import json
from pathlib import Path

import pytest

from tests.builders.stream import upn
from tools.main import main


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICR_DATA_DIR", str(tmp_path))


def test_the_document_of_the_contract(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["identifiers", "check", "nhs", "999 020 0017", "9990200018", "x", "--json"]) == 1
    assert json.loads(capsysbinary.readouterr().out) == {
        "checked": [
            {
                "value": "999 020 0017",
                "valid": True,
                "normalised": "9990200017",
                "reason": None,
                "warnings": ["test_range"],
            },
            {"value": "9990200018", "valid": False, "normalised": None, "reason": "bad_check_digit", "warnings": []},
            {"value": "x", "valid": False, "normalised": None, "reason": "bad_form", "warnings": []},
        ]
    }


def test_values_on_standard_input_keep_their_order(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{upn(2)}\n\n  {upn(3)}  \n"))
    assert main(["identifiers", "check", "upn", upn(1), "-", upn(4), "--json"]) == 0
    checked = json.loads(capsysbinary.readouterr().out)["checked"]
    assert [one["normalised"] for one in checked] == [upn(n) for n in (1, 2, 3, 4)]


def test_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["identifiers", "check", "nhs", "9990200017", "9990200018"]) == 1
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "9990200017\tvalid (warnings: test_range)"
    assert shown[1].startswith("9990200018\tbad_check_digit: The NHS number fails")


def test_nothing_is_written(tmp_path: Path) -> None:
    assert main(["identifiers", "check", "nhs", "9990200017"]) == 0
    assert list(tmp_path.iterdir()) == []
