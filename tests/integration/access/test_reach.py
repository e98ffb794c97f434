"""How many people could open a record today, by what lets them: planted ones, and near misses who must not be counted."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from adapters.commands.granting import end, read_worker
from adapters.questions.catalogue import METADATA
from domain.access.viewer import Role, Viewer
from domain.answers.answered import Answered, NotShown
from domain.questions.about import ShowChild, ShowReach
from tests.builders.service import Bench
from tests.builders.viewers import granted, person, saying_why
from tests.integration.access.test_who_may_see import ask, entries, identifier, in_team, record, staff, team
from tests.spec.words import (
    Happened,
    address,
    address_changed,
    happened,
    lead_accepted,
    relationship_stated,
    stated,
    worker_left,
)

DPO, PO = "la-808:W90", "la-808:W91"


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    return any_emptied_bench


def officer(here: Bench, role: Role = Role.DATA_PROTECTION_OFFICER, name: str = DPO) -> Viewer:
    granted(here, name, role)
    return saying_why(person(here, name), "The family asks who can open the record.")


def reach(here: Bench, who: str = "Ada") -> dict[str, Any]:
    found = ask(here, ShowReach(identifier=identifier(who)), officer(here))
    assert isinstance(found, Answered)
    return dict(found.content)


def by_rule(of: dict[str, Any], kind: str = "by_rule") -> dict[str, int]:
    return {one["rule"]: one["people"] for one in of[kind]}


def ago(here: Bench, days: int) -> str:
    return (here.clock.now() - timedelta(days=days)).date().isoformat()


def works(who: str, worker: str, **more: Any) -> Happened:
    return happened("EarlyHelpStarted", who, on="2025-09-01", worker=worker, **more)


def around(here: Bench) -> list[Happened]:
    """Ada, with somebody by each basis, and beside each somebody whom the same nearly makes one."""
    return [
        works("Ada", "W1"),
        works("Bob", "W2"),  # of another child
        happened("InvolvementStarted", "Ada", on="2025-09-01", service="mentoring", worker="W3"),
        happened("InvolvementEnded", "Ada", on="2025-11-01", service="mentoring"),  # over
        lead_accepted("Ada", worker="W4", on="2025-09-02"),
        happened("InvolvementStarted", "Ada", on="2025-09-01", service="family support", team=team("T1")),
        in_team("W5", "T1"),
        in_team("W6", "T1"),
        in_team("W6", "T1", left="2025-10-01"),
        in_team("W7", "T2"),  # another team
        stated("TeamRegistered", "2025-01-01", None, {"team": team("T3"), "service": "respite"}),
        in_team("W8", "T3"),
        happened("ReferralReceived", "Ada", on=ago(here, 29), service="respite"),
        relationship_stated("Ada", "family", on="2025-09-01", family="F1"),
        relationship_stated("Cleo", "family", on="2025-09-01", family="F1"),
        lead_accepted("Cleo", worker="W10", on="2025-09-02"),
        works("Cleo", "W11"),  # works with the sister, and does not lead for her
        works("Ada", "W12"),
        worker_left("W12", on="2025-10-01"),  # has left
    ]


def test_each_is_counted_by_what_lets_them_and_whom_nothing_lets_is_not(here: Bench) -> None:
    record(here, *around(here))
    found = reach(here)
    assert by_rule(found) == {"involved": 1, "lead": 1, "team": 1, "referral": 1, "sibling": 1}
    assert (found["people"], found["kept_away"], found["anybody"]) == (5, [], "self_claim")
    assert all(one["saying"] == "nothing" for one in found["by_rule"])


def test_it_counts_whom_the_door_lets_in(here: Bench) -> None:
    """Everybody of the world asks for the record without saying why; as many are shown it."""
    record(
        here,
        *around(here),
        happened("AccessExcluded", "Ada", on="2025-10-01", agency="la-808", worker=staff("W5"), reason="allegation"),
    )
    counted = reach(here)["people"]
    shown = 0
    for number in range(1, 13):
        if number != 12:  # who has left cannot ask
            found = ask(here, ShowChild(identifier=identifier("Ada")), person(here, f"la-808:W{number}"))
            shown += isinstance(found, Answered)
    assert counted == shown == 4


def test_who_is_kept_away_is_counted_apart(here: Bench) -> None:
    record(
        here,
        *around(here),
        happened("AccessExcluded", "Ada", on="2025-10-01", agency="la-808", worker=staff("W5"), reason="allegation"),
        happened("ConflictDeclared", "Ada", on="2025-10-01", agency="la-808", worker="W4", relation="relative"),
    )
    found = reach(here)
    assert by_rule(found) == {"involved": 1, "referral": 1, "sibling": 1}
    assert by_rule(found, "kept_away") == {"excluded": 1, "conflict": 1}
    record(
        here,
        happened("AccessRestricted", "Ada", on="2025-10-01", agency="la-808", worker=staff("W1"), reason="adoption"),
    )
    found = reach(here)
    assert (by_rule(found), found["anybody"]) == ({"involved": 1}, None)


def test_roles_that_open_a_record_with_a_reason_and_those_that_are_over(here: Bench) -> None:
    record(here, works("Ada", "W1"), happened("ShieldApplied", "Ada", on="2025-10-01"))
    granted(here, "la-808:W20", Role.INDEX_TEAM)
    granted(here, "la-808:W21", Role.SHIELD_OVERRIDE)
    granted(here, "la-808:W22", Role.SHIELD_OVERRIDE)
    granted(here, "la-808:W23", Role.MEDIATOR)  # a shielded child is told to nobody by way of somebody else
    granted(here, "la-808:W24", Role.AUDITOR)  # sees no child
    here.clock.advance(timedelta(minutes=1))
    end(here.service, read_worker("la-808:W22"), Role.SHIELD_OVERRIDE)
    found = reach(here)
    assert {(one["rule"], one["saying"], one["shows"]): one["people"] for one in found["by_rule"]} == {
        ("involved", "nothing", "page"): 1,
        ("index_team", "claim", "everything"): 1,
        ("override", "override", "page"): 1,
    }
    assert found["anybody"] == "self_claim_shielded"


def test_whoever_is_on_duty_for_the_childs_area_and_manages_its_team(here: Bench) -> None:
    record(
        here,
        address_changed("Ada", on="2025-09-01", address=address("1 High Street", "ZE92 1AA")),
        happened("InvolvementStarted", "Ada", on="2025-09-01", service="family support", team=team("T1")),
    )
    granted(here, "la-808:W30", Role.DUTY, areas=("ZE92",))
    granted(here, "la-808:W31", Role.DUTY, areas=("ZE91",))  # elsewhere
    granted(here, "la-808:W32", Role.TEAM_MANAGER, teams=("T1",))
    granted(here, "la-808:W33", Role.TEAM_MANAGER, teams=("T2",))
    assert by_rule(reach(here)) == {"team": 1, "taken_on": 1}


def test_officers_ask_with_a_reason_and_nobody_else(here: Bench) -> None:
    record(here, works("Ada", "W1"))
    asked = ShowReach(identifier=identifier("Ada"))
    for role, name in ((Role.DATA_PROTECTION_OFFICER, DPO), (Role.PRIVACY_OFFICER, PO)):
        assert isinstance(ask(here, asked, officer(here, role, name)), Answered)
        assert entries(here)[-1]["rules"] == ["reach"]
        assert isinstance(ask(here, asked, person(here, name)), NotShown)
    for viewer in (person(here, "la-808:W1"), officer(here, Role.AUDITOR, "la-808:W92")):
        assert isinstance(ask(here, asked, viewer), NotShown)
    assert isinstance(ask(here, ShowReach(identifier=identifier("nobody")), officer(here)), NotShown)


def test_an_officer_with_an_interest_of_their_own_is_refused_and_the_log_says_of_whom(here: Bench) -> None:
    record(
        here,
        works("Ada", "W1"),
        happened("ConflictDeclared", "Ada", on="2025-10-01", agency="la-808", worker="W90", relation="relative"),
    )
    assert isinstance(ask(here, ShowReach(identifier=identifier("Ada")), officer(here)), NotShown)
    assert entries(here)[-1]["rules"] == ["conflict"]
    row = here.connection.execute(
        "SELECT count(*) FROM access.shown s JOIN access.entry e ON e.id = s.entry WHERE e.kind = 'ShowReach'"
    ).fetchone()
    assert row == (1,)


def test_the_tables_that_statements_are_composed_of_are_those_of_the_database(here: Bench) -> None:
    for table in METADATA.tables.values():
        rows = here.connection.execute(
            "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull FROM pg_attribute a "
            "WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped",
            (table.fullname,),
        ).fetchall()
        live = {name: (kind.upper(), required) for name, kind, required in rows}
        dialect = sa.engine.make_url("postgresql+psycopg://").get_dialect()()
        told = {one.name: (str(one.type.compile(dialect)).upper(), not one.nullable) for one in table.columns}
        assert told == {name: live.get(name) for name in told}
