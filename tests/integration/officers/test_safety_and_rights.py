"""Officers' questions about safety and rights: a case that must be found, and one beside it that must not."""

from datetime import timedelta

from domain.access.viewer import Role
from tests.builders.desk import ANNA, BEN, NOON, Desk
from tests.builders.viewers import granted, saying_why
from tests.spec.words import event_retracted, happened


def test_who_saw_what_was_taken_back_and_was_shown_it_again_since(desk: Desk) -> None:
    desk.now(NOON - timedelta(days=3))
    desk.told(
        happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1"),
        happened("EarlyHelpStarted", "Bob", on="2025-09-01", worker="W1"),
    )
    early = desk.look("Ada", ANNA)
    (target,) = desk.here.connection.execute("SELECT position FROM log.head").fetchone() or (0,)
    desk.here.clock.advance(timedelta(hours=1))
    desk.told(happened("InvolvementStarted", "Ada", on="2025-12-01", service="family support", worker="W2"))
    seen, told = desk.look("Ada", ANNA), desk.look("Ada", saying_why(desk.person("la-808:W4")))
    desk.look("Bob", ANNA)
    desk.now(NOON)
    desk.told(event_retracted("Ada", target, recorded="2025-12-17"))
    after = desk.look("Ada", ANNA)
    found = {row["entry"]: (row["viewer"], row["again"]) for row in desk.rows("saw-what-was-retracted")}
    assert found == {seen: (ANNA, True), told: ("la-808:W4", False)}
    assert {early, after}.isdisjoint(found)
    assert desk.rows("saw-what-was-retracted", last=(NOON - timedelta(days=1)).date()) == []


def test_who_saw_a_child_in_the_days_before_it_was_shielded(desk: Desk) -> None:
    desk.helped("Ada", "Bob")
    desk.now(NOON - timedelta(days=40))
    desk.look("Ada", ANNA)
    desk.now(NOON - timedelta(days=5))
    opened, listed = desk.look("Ada", ANNA), desk.list_own(ANNA)
    desk.look("Bob", ANNA)
    desk.now(NOON)
    desk.told(happened("ShieldApplied", "Ada", on="2025-12-17"))
    desk.look("Ada", ANNA)
    found = {row["entry"]: row for row in desk.rows("before-shielding")}
    assert set(found) == {opened, listed}
    assert (found[opened]["opened"], found[opened]["shielded"], found[listed]["opened"]) == (True, "2025-12-17", False)
    assert len(desk.rows("before-shielding", days=50)) == 3


def test_which_consent_covered_a_sensitive_service(desk: Desk) -> None:
    desk.helped("Ada")
    desk.told(happened("SupportStarted", "Ada", on="2025-09-10", by="ods-Z9H"))
    without = desk.look("Ada", ANNA)
    desk.told(
        happened("ConsentGiven", "Ada", on="2025-09-11", by="ods-Z9H", given_by="young_person", scope="existence")
    )
    desk.helped("Bob")
    covered = desk.look("Ada", ANNA)
    desk.look("Bob", ANNA)
    granted(desk.here, BEN, Role.INDEX_TEAM)
    team = desk.look("Ada", saying_why(desk.person(BEN)))
    found = {row["entry"]: (row["covered_by"], row["consent"]) for row in desk.rows("consent-for-sensitive")}
    assert set(found) == {covered, team}
    assert without not in found, "it was left out"
    assert found[team] == ("by_role", None)
    assert found[covered][0] == "consent", "that it is known, and not how to reach it"
    assert str(found[covered][1]).startswith("e-")
