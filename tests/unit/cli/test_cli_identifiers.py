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


def given(monkeypatch: pytest.MonkeyPatch, lines: bytes) -> None:
    """Standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines), encoding="utf-8"))


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
    given(monkeypatch, f"{upn(2)}\n\n  {upn(3)}  \n".encode())
    assert main(["identifiers", "check", "upn", upn(1), "-", upn(4), "--json"]) == 1
    checked = json.loads(capsysbinary.readouterr().out)["checked"]
    assert [one["normalised"] for one in checked] == [upn(1), upn(2), None, upn(3), upn(4)]
    assert (checked[2]["value"], checked[2]["reason"]) == ("", "bad_form")  # the blank line


@pytest.mark.parametrize(
    ("lines", "values"),
    [
        (b"M\xfcller\n9990200017\r\n", ["M\u00fcller", "9990200017"]),
        (b"\xef\xbb\xbf9990200017\n", ["9990200017"]),
        (b"\x81\n", ["\ufffd"]),
        ("M\u00fcller".encode(), ["M\u00fcller"]),
        (b"\n\n", ["", ""]),
        (b"", []),
    ],
)
def test_lines_in_any_encoding(
    lines: bytes, values: list[str], monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    given(monkeypatch, lines)
    main(["identifiers", "check", "nhs", "-", "--json"])
    assert [one["value"] for one in json.loads(capsysbinary.readouterr().out)["checked"]] == values


def test_an_argument_in_latin_1(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    argument = b"M\xfcller".decode("utf-8", "surrogateescape")  # as the system hands it over
    assert main(["identifiers", "check", "nhs", argument, "--json"]) == 1
    assert json.loads(capsysbinary.readouterr().out)["checked"][0]["value"] == "M\u00fcller"


def test_ten_equal_digits_pass_the_check_digit_and_are_nobodys(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["identifiers", "check", "nhs", "1111111111", "000 000 0000", "--json"]) == 1
    reasons = [one["reason"] for one in json.loads(capsysbinary.readouterr().out)["checked"]]
    assert reasons == ["filler_identifier", "filler_identifier"]


def test_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["identifiers", "check", "nhs", "9990200017", "9990200018"]) == 1
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "9990200017\tvalid (warnings: test_range)"
    assert shown[1].startswith("9990200018\tbad_check_digit: The NHS number fails")


def test_nothing_is_written(tmp_path: Path) -> None:
    assert main(["identifiers", "check", "nhs", "9990200017"]) == 0
    assert list(tmp_path.iterdir()) == []
