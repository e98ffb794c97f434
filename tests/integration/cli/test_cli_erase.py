"""`icr erase`, `icr retention` and `icr keys rotate` as they are typed: decided by two, carried out, and after a restore once more."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from adapters.disclosure.months import state_months
from adapters.disclosure.sealing import seal
from adapters.log.keys import key_file
from adapters.log.messages import Message
from adapters.process.clock import FixedClock
from adapters.questions.door import Door
from domain.access.viewer import LOCAL_OPERATOR
from domain.erasure import EXEMPTIONS
from domain.questions.about import ShowTimeline
from tests.builders.months import SCHEDULE
from tests.integration.api.test_api_contract import service_over
from tests.spec import words
from tests.spec.words import happened
from tools.main import main

Typed = Callable[..., tuple[int, str, str]]
ADA = ":".join(words.identifier("Ada", "nhs"))
NOT = [part for name in EXEMPTIONS for part in ("--not", name)]


@pytest.fixture
def typed(
    any_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Typed:
    """Type a command, with the child's identifier on standard input; its exit code, and what it wrote on both outputs."""
    monkeypatch.setenv("ICR_DATABASE_URL", any_database_url)
    monkeypatch.setenv("ICR_DATA_DIR", str(tmp_path))

    def run(*arguments: str, child: str = ADA) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{child}\n"))
        capfd.readouterr()
        code = main(list(arguments))
        return code, *capfd.readouterr()

    recorder = service_over(any_database_url, tmp_path).recorder()
    known = happened("EarlyHelpStarted", "Ada", on="2015-09-01", name="Ada Example", born="2000-03-01").wire(1)
    [outcome] = recorder.record([Message(known)])
    recorder.close()
    assert outcome.outcome == "accepted"
    for officer in ("la-808:W1", "la-808:W2"):
        assert run("access", "grant", officer, "privacy_officer")[0] == 0
    return run


def proposed(typed: Typed, *more: str) -> str:
    code, out, err = typed(
        "erase", "propose", "--id", "-", "--as", "la-808:W1", "--ground", "objection", *NOT, *more, "--json"
    )
    assert code == 0, err
    [said] = json.loads(out)["erasures"]
    assert (said["state"], len(said["records"])) == ("proposed", 1)
    return str(said["erasure"])


def test_from_a_proposal_to_nothing_known(typed: Typed) -> None:
    code, _, err = typed(
        "erase", "propose", "--id", "-", "--as", "la-808:W1", "--ground", "objection", *NOT, "--case", "C-7"
    )
    assert (code, "in case: a case of erasure about this child, which was granted" in err) == (1, True)
    erasure = proposed(typed)
    assert typed("erase", "run", erasure)[2].endswith("icr: not_so in erasure: a second person confirms it first\n")
    code, _, err = typed("erase", "confirm", erasure, "--as", "la-808:W1")
    assert (code, "that takes a second person" in err) == (1, True)
    assert typed("erase", "confirm", erasure, "--as", "la-808:W2")[0] == 0
    code, out, err = typed("erase", "run", "--json")
    [done] = json.loads(out)["erased"]
    assert (code, done["erasure"], done["events"], done["left"]) == (0, erasure, 1, []), err
    assert "destroying keys" in err
    code, out, err = typed("erase", "list")
    assert (code, "erased" in out) == (0, True)
    assert typed("child", "show", "--id", "-")[0] == 1
    assert typed("erase", "run")[:2] == (0, "nothing is to be erased\n")
    assert typed("erase", "scrub", "--json")[0] == 0
    for output in (out, err):
        assert ADA.partition(":")[2] not in output


def test_a_database_from_before_is_refused_until_it_is_erased_again(typed: Typed, any_database_url: str) -> None:
    erasure = proposed(typed)
    typed("erase", "confirm", erasure, "--as", "la-808:W2")
    with psycopg.connect(any_database_url, autocommit=True) as connection:
        kept = {
            table: connection.execute(f"SELECT * FROM log.{table}").fetchall()
            for table in ("subject", "data_key", "fact")
        }
        assert typed("erase", "run")[0] == 0
        # As a dump from before has it.
        connection.execute("DELETE FROM log.erased")
        for table, rows in kept.items():
            connection.execute(f"DELETE FROM log.{table}")
            with connection.cursor() as cursor:
                values = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"INSERT INTO log.{table} VALUES ({values})", rows)
    code, _, err = typed("child", "show", "--id", "-")
    assert (code, "run `icr erase reapply` before anything else" in err) == (2, True)
    assert typed("erase", "list")[0] == 2
    code, out, _ = typed("erase", "reapply", "--json")
    assert (code, [one["erasure"] for one in json.loads(out)["erased"]]) == (0, [erasure])
    assert typed("child", "show", "--id", "-")[0] == 1
    assert typed("erase", "reapply")[:2] == (0, "nothing is to be erased\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ("erase", "propose", "--as", "la-808:W1", "--ground", "objection", *NOT),
            2,
            "takes either --id -, or --record",
        ),
        (
            ("erase", "propose", "--id", "-", "--as", "la-808:W1", "--ground", "objection", *NOT[:-2]),
            1,
            "legal_claims is not",
        ),
        (("erase", "propose", "--id", "-", "--as", "la-808:W9", "--ground", "objection", *NOT), 1, "not_so in by"),
        (("erase", "propose", "--id", "-", "--as", "W1", "--ground", "objection", *NOT), 2, "ORGANISATION:STAFF"),
        (("erase", "confirm", "erasure-nobody", "--as", "la-808:W2"), 1, "nothing is known"),
        (("erase", "run", "erasure-nobody"), 1, "nothing is known"),
        (("retention", "propose", "--as", "la-808:W1"), 1, "nothing is known"),
    ],
)
def test_what_is_refused_says_why(typed: Typed, arguments: tuple[str, ...], code: int, said: str) -> None:
    ended, out, err = typed(*arguments)
    assert (ended, out, said in err) == (code, "", True), err


def test_where_people_sign_in_the_command_line_decides_nothing(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.process.settings.Settings.people_sign_in", True)
    for arguments in (
        ("erase", "propose", "--id", "-", "--as", "la-808:W1", "--ground", "objection", *NOT),
        ("erase", "confirm", "erasure-nobody", "--as", "la-808:W2"),
        ("retention", "propose", "--as", "la-808:W1"),
    ):
        code, _, err = typed(*arguments)
        assert (code, "proposed and confirmed on its pages" in err) == (2, True)


def test_what_is_due_is_said_by_class_and_names_nobody(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = tmp_path / "schedule.toml"
    schedule.write_text("".join(
        f"[{name}]\nyears = 20\ncounted_from = 'birth'\nsource = 'The schedule, 2.4'\n" for name in ("early_help", "identity")))  # fmt: skip
    monkeypatch.setenv("ICR_RETENTION_FILE", str(schedule))
    typed("child", "show", "--id", "-")  # which projects
    code, out, _ = typed("retention", "due", "--json")
    said = json.loads(out)
    by_class = {one["retention_class"]: (one["years"], one["due"]) for one in said["classes"]}
    assert (code, said["due"], said["kept"], by_class["early_help"], by_class["health"]) == (
        0,
        1,
        0,
        (20, 1),
        (None, 0),
    )
    code, out, _ = typed("retention", "due")
    assert (code, out.splitlines()[-1]) == (0, "due: 1 records; 0 more are held")


def test_the_key_is_renewed_in_two_steps_or_in_one(typed: Typed, tmp_path: Path) -> None:
    code, out, _ = typed("keys", "rotate", "--begin")
    assert (code, "copy it to every machine" in out, key_file.load(tmp_path / "keys").being_renewed) == (0, True, True)
    code, out, _ = typed("keys", "rotate", "--json")
    said = json.loads(out)
    assert (code, said["ended"], said["closed"]) == (0, True, 0)
    assert said["wrapped"] >= 3
    assert typed("keys", "check")[0] == 0
    assert typed("child", "show", "--id", "-")[0] == 0


def test_a_month_of_the_access_log_is_given_up_by_two_and_one_command(
    typed: Typed, tmp_path: Path, any_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "retention.toml").write_text(SCHEDULE)
    monkeypatch.setenv("ICR_RETENTION_FILE", str(tmp_path / "retention.toml"))
    service = replace(service_over(any_database_url, tmp_path), clock=FixedClock(datetime(2017, 6, 1, tzinfo=UTC)))
    Door(service).ask(ShowTimeline(identifier=ADA), LOCAL_OPERATOR)
    with service.connect() as connection:
        seal(connection)
        state_months(connection, service.keys, FixedClock(datetime(2017, 7, 1, 2, tzinfo=UTC)), service.connect)
    code, out, err = typed("retention", "months", "--json")
    [month] = json.loads(out)["months"]
    assert (code, month) == (
        0, {"month": "2017-06", "entries": 1, "kept_until": "2024-07-01", "held": 0, "given_up": False},
    ), err  # fmt: skip
    assert "a month is written as 2026-06" in typed("retention", "propose-month", "June", "--as", "la-808:W1")[2]
    code, out, err = typed("retention", "propose-month", "2017-06", "--as", "la-808:W1", "--json")
    assert code == 0, err
    [said] = json.loads(out)["erasures"]
    assert (said["month"], said["records"], said["state"]) == ("2017-06", [], "proposed")
    assert "a second person confirms it first" in typed("retention", "give-up", said["erasure"])[2]
    assert typed("erase", "confirm", said["erasure"], "--as", "la-808:W2")[0] == 0
    assert typed("erase", "run")[1] == "nothing is to be erased\n"
    code, out, err = typed("retention", "give-up", said["erasure"])
    assert (code, out.startswith("2017-06 is given up, as a-")) == (0, True), err
    assert "2017-06" in typed("erase", "list")[1]
    assert "given up" in typed("retention", "months")[1]
