"""`icr child`, `icr leads`, `icr families`: what a person sees, exit codes, and that no number is ever echoed."""

import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.log.keys.key_file import load_or_create
from adapters.log.messages import Message
from adapters.process.clock import FixedClock
from adapters.process.settings import Settings
from adapters.service.opened import Service
from tests.builders.example_family import ADA_NHS, ADA_UPN, BEN_NHS, BORN, FAMILY_NAME, WORKER, example_family
from tests.generative.histories import nhs_number
from tools.main import main

DAY = ["--effective-at", "2026-10-01"]
ADA = f"nhs:{ADA_NHS}"
STRANGER = f"nhs:{nhs_number(40)}"


@pytest.fixture
def recorded(any_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The example family in the log, and no edition yet: commands make it themselves."""
    monkeypatch.setenv("ICR_DATABASE_URL", any_database_url)
    monkeypatch.setenv("ICR_DATA_DIR", str(tmp_path))
    settings = Settings(data_dir=tmp_path, database_url=any_database_url)
    clock = FixedClock(datetime(2026, 10, 1, 12, tzinfo=UTC))
    service = Service(settings, any_database_url, None, None, False, load_or_create(tmp_path / "keys"), clock)
    recorder = service.recorder()
    outcomes = recorder.record([Message(event) for event in example_family()])
    recorder.close()
    assert {outcome.outcome for outcome in outcomes} == {"accepted"}
    return service


class Screen:
    """Runs commands as `icr` does and gives what they wrote."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        self._capfd.readouterr()
        assert main(list(arguments)) == code
        written = self._capfd.readouterr()
        for number in (ADA_NHS, ADA_UPN, BEN_NHS, STRANGER[4:]):
            assert number not in written.out
            assert number not in written.err
        return written.out, written.err


@pytest.fixture
def screen(recorded: Service, capfd: pytest.CaptureFixture[str]) -> Screen:
    return Screen(capfd)


def test_a_child_is_found_by_number_or_by_name_and_birth(screen: Screen) -> None:
    for arguments in (["--id", ADA], ["--family", FAMILY_NAME.upper(), "--dob", BORN]):
        out, err = screen("child", "find", *arguments, *DAY)
        assert "Ada Example" in out
        assert "Wyn Sample" in out
        assert err == ""


def test_the_index_line_reads_as_a_page(screen: Screen) -> None:
    out, _ = screen("child", "show", "--id", ADA, *DAY)
    assert "name         Ada Example" in out
    assert "born         2015-03-01, alive" in out
    assert "1 Example Row, ZE9 1AA (current from 2019-01-01, home)" in out
    assert "Early help [north]" in out  # square brackets are no colours
    assert "01632 960001" in out
    assert "as at 2026-10-01, as known at position 1:17" in out


def test_the_timeline_is_a_table(screen: Screen) -> None:
    out, _ = screen("child", "timeline", "--id", f"upn:{ADA_UPN}", *DAY)
    assert "enrolment: school" in out
    assert "ended, G" in out
    assert "lead: lead practitioner, child" in out
    assert "attendance: 1 present, 1 unauthorised" in out


def test_leads_and_families_are_tables(screen: Screen) -> None:
    out, _ = screen("leads", "caseload", "--worker", WORKER, *DAY)
    assert f"Caseload of {WORKER}" in out
    assert "Ada Example" in out
    out, _ = screen("leads", "gaps", *DAY)
    assert "early help without lead" in out
    assert "52" in out
    out, _ = screen("families", "list", "--lost", "2", *DAY)
    assert "education, primary health" in out
    listed = json.loads(screen("families", "list", "--json", *DAY)[0])
    out, _ = screen("families", "show", listed["families"][0]["family"], *DAY)
    assert "Ada Example" in out
    assert "Ben Example" in out
    assert "no gp since" in out
    assert "a practice registers" in out


def test_an_area_is_what_its_help_says(screen: Screen) -> None:
    for command in (["leads", "gaps"], ["families", "list"]):
        told, _ = screen(*command, "--help")
        assert "first part of the postcode" in " ".join(told.replace("│", " ").split())
        assert "authority" not in told
        answers = [json.loads(screen(*command, "--area", area, *DAY, "--json")[0]) for area in ("ZE9", "la-808")]
        assert [bool(answer.get("gaps") or answer.get("families")) for answer in answers] == [True, False]


def test_a_caseload_is_what_its_help_says(screen: Screen) -> None:
    told, _ = screen("leads", "caseload", "--help")
    assert "works with, leads for or is nominated" in " ".join(told.split())


def test_with_json_one_document_is_written_and_nothing_else(screen: Screen) -> None:
    for arguments in (["child", "timeline", "--id", ADA], ["leads", "gaps"], ["families", "list"]):
        out, err = screen(*arguments, *DAY, "--json")
        assert json.loads(out)["position"] == "1:17"
        assert err == ""


def test_a_number_may_come_on_standard_input(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"\n  {ADA}\n"))
    assert "Ada Example" in screen("child", "show", "--id", "-", *DAY)[0]
    for several in ("", f"{ADA}\n{STRANGER}\n"):
        monkeypatch.setattr(sys, "stdin", io.StringIO(several))
        assert "one identifier" in screen("child", "show", "--id", "-", *DAY, code=2)[1]


def test_an_unknown_child_ends_with_1_and_a_message(screen: Screen) -> None:
    for command in ("find", "show", "timeline"):
        out, err = screen("child", command, "--id", STRANGER, *DAY, code=1)
        assert out == ""
        assert err == "icr: no child is known by that, as of then\n"


def test_before_it_was_known_a_child_is_unknown(screen: Screen) -> None:
    for then in ("0", "1:0", "2020-01-01T00:00:00Z"):
        screen("child", "show", "--id", ADA, "--known-at", then, code=1)
    out, _ = screen("child", "show", "--id", ADA, *DAY, "--known-at", "1:17", "--json")
    assert json.loads(out)["position"] == "1:17"


WRONG_USE: list[tuple[list[str], int, str]] = [
    (["child", "show", "--id", "nhs:9990000019"], 1, "bad_check_digit in --id: The NHS number fails"),
    (["child", "show", "--id", "9990000018"], 2, "--id is written SCHEME:VALUE"),
    (["child", "show", "--id", "nhs:"], 2, "--id is written SCHEME:VALUE"),
    (["child", "show"], 2, "(--id, --record)"),
    (["child", "show", "--id", ADA, "--record", "r-1"], 2, "(--id, --record)"),
    (["child", "show", "--record", "9990000018"], 2, "record: "),
    (["child", "find", "--family", "Example"], 2, "--family, --dob"),
    (["child", "find", "--family", "Example", "--dob", "2015-02-30"], 1, "impossible_date in --dob"),
    (["child", "find", "--family", "Exa\udcffmple", "--dob", BORN], 2, "--family: a text"),
    (["child", "show", "--id", ADA, "--effective-at", "tomorrow"], 1, "impossible_date in --effective-at"),
    (["child", "show", "--id", ADA, "--known-at", "yesterday"], 2, "--known-at: a position"),
    (["child", "show", "--id", ADA, "--known-at", "7:1"], 2, "another generation"),
    (["child", "show", ADA], 2, "unexpected extra argument"),
    (["leads", "caseload", "--worker", "W12"], 2, "--worker: ORGANISATION:STAFF"),
    (["families", "list", "--lost", "many"], 2, "--lost"),
    (["families", "show", "f-none"], 1, "no family"),
]


def test_wrong_use_says_what_is_wrong(screen: Screen) -> None:
    for arguments, code, said in WRONG_USE:
        out, err = screen(*arguments, code=code)
        assert out == "", arguments
        assert said in err, arguments


def test_as_a_process_the_answer_goes_to_standard_output_alone(recorded: Service, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "-m", "adapters.cli.main", "child", "timeline", "--id", "-", "--json", *DAY],
        input=ADA, capture_output=True, text=True, env=environment, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["records"]) == 3


def test_without_its_database_a_question_ends_with_3(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICR_DATABASE_URL", "postgresql://127.0.0.1:1/nowhere")
    out, err = screen("leads", "gaps", code=3)
    assert out == ""
    assert "the database could not be reached" in err


@pytest.mark.parametrize(
    "command",
    ["child find", "child show", "child timeline", "leads caseload", "leads gaps", "families list", "families show"],
)
def test_every_command_has_help_with_an_example(capfd: pytest.CaptureFixture[str], command: str) -> None:
    out, _ = Screen(capfd)(*command.split(), "--help")
    assert f"icr {command}" in out.replace("\n", " ")
    assert "--json" in out
    assert "--data" in out
