"""Commands on the command line: what is printed, how a refusal ends, and that no identifier need be typed."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from adapters.commands.offered import EXAMPLE_CHILD, offered
from adapters.log.messages import Message
from tests.integration.api.test_api_contract import service_over
from tests.spec.words import gp_registered
from tools.docs.reference import walk
from tools.main import app, main

Typed = Callable[..., tuple[int, str, str]]
SEAT = ("--role", "lead_practitioner", "--scope", "child", "--on", "2025-12-15")


@pytest.fixture
def typed(
    any_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Typed:
    """Type a command, with the child's identifier on standard input; its exit code, and what it wrote on both outputs."""
    monkeypatch.setenv("ICR_DATABASE_URL", any_database_url)
    monkeypatch.setenv("ICR_DATA_DIR", str(tmp_path))

    def run(*arguments: str, child: str = EXAMPLE_CHILD) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{child}\n"))
        capfd.readouterr()
        code = main(["decide", *arguments])
        return code, *capfd.readouterr()

    known = gp_registered("A", practice="Z90001", on="2021-07-06", born="2021-06-06").wire(1)
    known["subject"]["identifiers"] = [{"scheme": "nhs", "value": EXAMPLE_CHILD.partition(":")[2]}]
    recorder = service_over(any_database_url, tmp_path).recorder()
    [outcome] = recorder.record([Message(known)])
    recorder.close()
    assert outcome.outcome == "accepted"
    return run


def test_what_was_appended_is_said(typed: Typed) -> None:
    code, out, _ = typed("nominate", "--id", "-", "--worker", "la-808:W1", *SEAT)
    assert (code, out) == (0, "LeadNominated is recorded, at position 1:2\n")
    code, out, _ = typed("accept", "--id", "-", "--worker", "la-808:W1", *SEAT, "--json")
    said = json.loads(out)
    assert (code, said["event_type"], said["position"]) == (0, "LeadAccepted", "1:3")
    assert set(said) == {"event_id", "event_type", "position"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("accept", "--id", "-", "--worker", "la-808:W1", *SEAT), 1, "not_so in worker: this worker is not nominated"),
        (("accept", "--id", "-", "--worker", "W1", *SEAT), 2, "--worker: ORGANISATION:STAFF"),
        (("accept", "--worker", "la-808:W1", *SEAT), 2, "decide accept takes either --id -, or --record"),
        (("accept", "--id", "-", "--worker", "la-808:W1", *SEAT[2:]), 2, "Missing option '--role'"),
        (("join", "--id", "-", "--worker", "la-808:W1", "--service", ""), 2, "--service: a text without control"),
        (("join", "--record", "r-1", "--worker", "la-808:W1", "--service", "x"), 2, "r- or c- and 32"),
    ],
)
def test_a_refusal_ends_with_its_rule(typed: Typed, arguments: tuple[str, ...], code: int, said: str) -> None:
    ended, out, told = typed(*arguments)
    assert (ended, out) == (code, "")
    assert said in told
    assert EXAMPLE_CHILD.partition(":")[2] not in told


def test_nothing_is_known_under_an_identifier(typed: Typed) -> None:
    code, _, told = typed("accept", "--id", "-", "--worker", "la-808:W1", *SEAT, child="nhs:9990000018")
    assert (code, told) == (1, "icr: nothing is known under that identifier\n")


def test_each_command_of_the_table_can_be_typed() -> None:
    commands = {path[2] for path, _ in walk(typer.main.get_command(app), ("icr",)) if path[1] == "decide"}
    assert commands == {one.name for one in offered()}
