"""How much is due, asked at the door: in counts that name nobody, with what is held until when and what waits for a second person."""

from datetime import date
from typing import Any

import pytest

from adapters.commands.erasures import Erasures
from adapters.commands.retention import Retention
from adapters.questions.door import Door
from domain.access.viewer import Role, Viewer, operator
from domain.answers.answered import Answered
from domain.dates import to_day
from domain.questions.about import ShowDue
from projections.erasing import keeping
from tests.builders.service import Bench
from tests.builders.viewers import granted, person
from tests.integration.commands.test_retention import SCHEDULE, at, here, record
from tests.spec.words import happened

__all__ = ["here"]  # the fixture
DUE_ON = "2026-07-21"  # six years after Ada left her school


def due(here: Bench, viewer: Viewer) -> Any:
    found = Door(here.service).ask(ShowDue(), viewer)
    return found.content if isinstance(found, Answered) else None


def held(here: Bench, until: str | None) -> None:
    """Ada is held, for an inquiry."""
    hold = happened(
        "LegalHoldApplied", "Ada", on="2026-07-01", known_by=("upn",), authority="Northmoor Inquiry", until=until
    )
    record(here, hold, start=20)
    here.projector.project()
    kept = "\n[safety]\nyears = 1\ncounted_from = 'birth'\nsource = 'As what it protects'\n"
    (here.service.settings.data_dir / "retention.toml").write_text(SCHEDULE + kept)


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.INDEX_TEAM, True),
        (Role.PRIVACY_OFFICER, True),
        (Role.DATA_PROTECTION_OFFICER, True),
        (Role.AUDITOR, False),
        (Role.MEDIATOR, False),
    ],
)
def test_who_decides_and_who_checks_sees_it_and_nobody_else(role: Role, sees: bool, here: Bench) -> None:
    at(here, DUE_ON)
    granted(here, "la-808:W5", role)
    assert (due(here, person(here, "la-808:W5")) is not None) == sees
    assert due(here, person(here, "la-808:W6")) is None
    assert due(here, operator(people_sign_in=True)) is not None


def test_it_counts_by_class_and_is_an_access(here: Bench) -> None:
    at(here, DUE_ON)
    found = due(here, person(here, "la-808:P1"))
    counts = {one["retention_class"]: one["due"] for one in found["classes"] if one["years"]}
    assert (found["due"], counts) == (1, {"attendance": 1, "education": 1, "early_help": 0, "identity": 1})
    assert not any(one["due"] for one in found["classes"] if one["years"] is None)
    row = here.connection.execute("SELECT kind, viewer, outcome FROM access.entry ORDER BY at DESC LIMIT 1").fetchone()
    assert row == ("ShowDue", "la-808:P1", "shown")


def test_what_is_held_is_counted_by_what_keeps_it(here: Bench) -> None:
    at(here, DUE_ON)
    held(here, None)
    at(here, "2032-07-01")
    found = due(here, person(here, "la-808:P1"))
    assert (found["kept"], found["holds"]) == (1, [{"hold": "legal_hold", "until": None, "records": 1}])


@pytest.mark.parametrize("until", ["2027-01-01", None])
def test_what_keeps_a_record_says_until_when(until: str | None, here: Bench) -> None:
    at(here, DUE_ON)
    held(here, until)
    hold = "SELECT record FROM log.fact WHERE kind = 'legal_hold'"
    with here.connection.transaction():
        records = [record for (record,) in here.connection.execute(hold)]
        kept = keeping(here.connection, records, to_day(date(2026, 12, 1)))
    assert kept == {"legal_hold": None if until is None else to_day(date.fromisoformat(until))}


def test_what_waits_is_listed_until_it_is_carried_out(here: Bench) -> None:
    at(here, DUE_ON)
    proposal = Retention(here.service).propose("la-808:P1")
    officer = person(here, "la-808:P2")
    [waiting] = due(here, officer)["waiting"]
    assert (waiting["erasure"], waiting["state"], waiting["records"]) == (proposal.erasure, "proposed", 1)
    assert (waiting["proposed_by"], waiting["confirm_by"], waiting["lapsed"]) == ("la-808:P1", "2026-08-20", False)
    for day, lapsed in (("2026-08-20", False), ("2026-08-21", True), (DUE_ON, False)):
        at(here, day)
        assert [one["lapsed"] for one in due(here, officer)["waiting"]] == [lapsed], day
    Erasures(here.service).confirm("la-808:P2", proposal.erasure)
    assert [one["state"] for one in due(here, officer)["waiting"]] == ["confirmed"]
    at(here, "2026-09-30")
    assert [one["lapsed"] for one in due(here, officer)["waiting"]] == [False], "it was confirmed in time"
