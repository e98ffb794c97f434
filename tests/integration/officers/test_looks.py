"""Officers' questions about looks at children: for each a case that must be found, and one beside it that must not."""

from tests.builders.desk import ANNA, BEN, CARA, CHECKER, TODAY, Desk, identifier
from tests.builders.viewers import saying_why
from tests.spec.reference_words import team_membership_started
from tests.spec.words import Happened, happened, involvement_ended, involvement_started, stated

TEAM = {"organisation": "la-808", "code": "T1"}


def test_who_saw_a_child(desk: Desk) -> None:
    desk.helped("Ada", "Bob")
    opened, listed, other = desk.look("Ada", ANNA), desk.list_own(ANNA), desk.look("Bob", ANNA)
    found = {row["entry"]: row for row in desk.rows("who-saw-a-child", identifier=identifier("Ada"))}
    assert set(found) == {opened, listed}
    assert (found[opened]["opened"], found[listed]["opened"]) == (True, False)
    assert other not in found
    assert desk.rows("who-saw-a-child", identifier=identifier("Ada"), last=TODAY.replace(day=16)) == []


def test_who_saw_a_child_that_is_one_with_another_record_by_now(desk: Desk) -> None:
    desk.helped("Ada", known_by="agency", born="2015-03-01")
    before = desk.list_own(ANNA)
    desk.told(
        happened(
            "PupilAdmitted", "Ada", on="2025-09-01", by="urn-900001", school="900001", known_by="nhs", born="2015-03-01"
        ),
        happened(
            "EarlyHelpStarted", "Ada", on="2025-10-01", worker="W1", known_by=("agency", "nhs"), born="2015-03-01"
        ),
    )
    assert before in desk.entries("who-saw-a-child", identifier=identifier("Ada"))


def test_looks_with_no_involvement_before_or_after(desk: Desk) -> None:
    desk.helped("Ada")
    desk.look("Ada", ANNA)
    claimed = desk.look("Ada", saying_why(desk.person(BEN)))
    [row] = desk.rows("looks-without-involvement")
    assert (row["viewer"], row["times"], row["entry"]) == (BEN, 1, claimed)
    desk.days_later(1)
    desk.told(involvement_started("Ada", "family support", "2025-12-18", worker="W2"))
    assert desk.rows("looks-without-involvement") == [], "an involvement after it explains it"


def test_an_involvement_that_was_over_before_the_look_explains_it(desk: Desk) -> None:
    desk.helped("Ada")
    desk.told(
        involvement_started("Ada", "family support", "2025-01-10", worker="W2"),
        involvement_ended("Ada", "family support", "2025-03-01"),
    )
    desk.look("Ada", saying_why(desk.person(BEN)))
    assert desk.rows("looks-without-involvement") == []


def test_the_work_of_a_team_explains_a_look_of_its_members_and_of_nobody_else(desk: Desk) -> None:
    desk.helped("Ada")
    desk.told(
        happened("InvolvementStarted", "Ada", on="2025-09-01", service="family support", team=TEAM),
        team_membership_started("W2", "T1", "2025-01-01"),
    )
    desk.look("Ada", BEN)
    assert desk.rows("looks-without-involvement") == []
    other = desk.look("Ada", saying_why(desk.person("la-808:W9")))
    assert desk.entries("looks-without-involvement") == [other]


def test_a_declared_interest_is_no_involvement(desk: Desk) -> None:
    desk.helped("Ada")
    looked = desk.look("Ada", saying_why(desk.person(BEN)))
    desk.told(happened("ConflictDeclared", "Ada", on="2025-12-17", agency="la-808", worker="W2", relation="relative"))
    assert desk.entries("looks-without-involvement") == [looked]


def test_looks_of_others_organisations_are_seen_by_the_data_protection_officer_alone(desk: Desk) -> None:
    desk.helped("Ada")
    theirs = desk.look("Ada", saying_why(desk.person(CARA)))
    assert desk.entries("looks-without-involvement") == []
    assert desk.entries("looks-without-involvement", by=CHECKER) == [theirs]
    assert desk.entries("looks-without-involvement", by=CHECKER, organisation="la-808") == []


def test_looks_at_children_in_whom_somebody_has_an_interest(desk: Desk) -> None:
    desk.helped("Ada", "Bob")
    before = desk.look("Ada", saying_why(desk.person(BEN)))
    desk.told(happened("ConflictDeclared", "Ada", on="2025-12-17", agency="la-808", worker="W2", relation="own_child"))
    refused = desk.look("Ada", saying_why(desk.person(BEN)))
    desk.look("Bob", saying_why(desk.person(BEN)))
    desk.look("Ada", ANNA)
    found = desk.rows("declared-conflicts")
    assert [(row["entry"], row["outcome"], row["relation"]) for row in found] == [
        (refused, "refused", "own_child"),
        (before, "shown", "own_child"),
    ]
    assert found[0]["declared"] == "2025-12-17"


def agreement(name: str, party: str, until: str) -> Happened:
    own = {"name": name, "parties": [party], "classes": ["health"], "purposes": ["early_help"], "shares": "content"}
    return stated("SharingAgreementMade", "2025-01-01", until, own)


def test_looks_after_an_agreement_had_ended(desk: Desk) -> None:
    desk.helped("Ada")
    desk.told(
        agreement("health", "ods-*", "2025-12-10"),
        agreement("council", "la-808", "2025-12-18"),
    )
    theirs = desk.look("Ada", saying_why(desk.person(CARA)))
    desk.look("Ada", saying_why(desk.person(BEN)))
    [row] = desk.rows("after-agreement-ended", by=CHECKER)
    assert (row["entry"], row["ended"]) == (theirs, "2025-12-10")
    desk.days_later(1)
    council = desk.look("Ada", ANNA)
    assert desk.entries("after-agreement-ended") == [council], "on the day that it ends it is over"


def test_an_involvement_that_came_and_went_with_a_look(desk: Desk) -> None:
    desk.told(
        involvement_started("Ada", "family support", "2025-12-15", worker="W2"),
        involvement_started("Bob", "family support", "2025-12-15", worker="W2"),
        involvement_started("Cy", "family support", "2025-11-15", worker="W2"),
    )
    looked = desk.look("Ada", BEN)
    desk.look("Bob", BEN)
    desk.look("Cy", BEN)
    desk.days_later(3)
    desk.told(
        involvement_ended("Ada", "family support", "2025-12-19"),
        involvement_ended("Cy", "family support", "2025-12-19"),
    )
    [row] = desk.rows("brief-involvements")
    assert (row["entry"], row["began"], row["ended"]) == (looked, "2025-12-15", "2025-12-19")
