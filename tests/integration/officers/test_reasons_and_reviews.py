"""Officers' questions about what is opened with a reason, and about its review: a case that must be found, and one that must not."""

from datetime import timedelta

import pytest

from adapters.commands.reviewing import Review, review, review_as
from domain.access.reviewing import ALERTING, CameOut
from domain.access.viewer import Role
from domain.errors import Misuse, Rejected
from tests.builders.desk import ANNA, AUDITOR, BEN, CARA, CHECKER, NOON, OFFICER, Desk
from tests.builders.viewers import granted, looking_for, overriding, saying_why
from tests.spec.words import happened, involvement_ended, involvement_started


def reviewed(desk: Desk, entry: str, came_out: CameOut = CameOut.EXPLAINED, by: str = OFFICER, **more: str) -> None:
    """An officer writes down what came of the review of an access."""
    desk.here.clock.advance(timedelta(seconds=1))
    review(desk.here.service, desk.person(by), Review(entry, came_out, **more))


def claim(desk: Desk, who: str = "Ada", by: str = BEN) -> str:
    """Somebody says that a child is their business."""
    return desk.look(who, saying_why(desk.person(by)))


def override(desk: Desk, who: str = "Ada", by: str = BEN) -> str:
    """Somebody who may sets a child's shield aside."""
    granted(desk.here, by, Role.SHIELD_OVERRIDE)
    return desk.look(who, overriding(desk.person(by)))


def test_claims_that_no_involvement_followed(desk: Desk) -> None:
    desk.helped("Ada", "Bob", "Cy")
    old, followed = claim(desk, "Ada"), claim(desk, "Bob")
    desk.days_later(20)
    desk.told(involvement_started("Bob", "family support", "2026-01-06", worker="W2"))
    newer = claim(desk, "Cy")
    desk.days_later(11)
    assert desk.entries("claims-without-involvement") == [old]
    assert desk.entries("claims-without-involvement", days=7) == [newer, followed, old]


def test_a_claim_is_not_followed_by_what_was_over_before_it(desk: Desk) -> None:
    desk.told(
        involvement_started("Ada", "family support", "2025-01-10", worker="W2"),
        involvement_ended("Ada", "family support", "2025-03-01"),
        involvement_started("Bob", "family support", "2025-01-10", worker="W1"),
    )
    over = claim(desk, "Ada")
    assert desk.entries("claims-without-involvement") == [], "its days are not over"
    desk.days_later(31)
    assert desk.entries("claims-without-involvement") == [over]


def test_shields_that_were_set_aside_with_the_state_of_their_review(desk: Desk) -> None:
    desk.helped("Ada")
    desk.told(happened("ShieldApplied", "Ada", on="2025-10-01"))
    set_aside, again = override(desk), override(desk)
    desk.look("Ada", ANNA)
    reviewed(desk, set_aside, CameOut.NOT_EXPLAINED)
    found = {row["entry"]: row for row in desk.rows("overrides")}
    assert set(found) == {set_aside, again}
    assert (found[set_aside]["review"], found[set_aside]["reviewer"]) == ("not_explained", OFFICER)
    assert found[again]["review"] is None


def test_looks_for_somebody_else(desk: Desk) -> None:
    desk.helped("Ada")
    granted(desk.here, BEN, Role.MEDIATOR)
    looked = desk.look("Ada", looking_for(desk.person(BEN), CARA))
    desk.look("Ada", ANNA)
    [row] = desk.rows("mediated")
    assert (row["entry"], row["viewer"], row["acting_for"]) == (looked, BEN, CARA)


def test_an_involvement_of_the_person_for_whom_somebody_looked_explains_the_look(desk: Desk) -> None:
    desk.helped("Ada")
    nurse = {"organisation": "ods-Z9H", "staff_id": "W3"}
    desk.told(happened("InvolvementStarted", "Ada", on="2025-09-02", by="ods-Z9H", service="nursing", worker=nurse))
    granted(desk.here, BEN, Role.MEDIATOR)
    desk.look("Ada", looking_for(desk.person(BEN), CARA))
    assert desk.rows("looks-without-involvement") == []


def test_each_access_by_a_rule_that_alerts_is_an_alert_until_it_is_reviewed(desk: Desk) -> None:
    desk.helped("Ada")
    desk.look("Ada", ANNA)
    first, second = claim(desk), claim(desk)
    theirs = claim(desk, by=CARA)
    desk.days_later(2)
    found = desk.rows("alerts")
    assert [(row["entry"], row["rule"], row["waits"]) for row in found] == [
        (first, "self_claim", 2),
        (second, "self_claim", 2),
    ]
    assert set(found[0]) == {"at", "rule", "organisation", "waits", "entry"}, "a reference, and nobody's name"
    reviewed(desk, first)
    assert desk.entries("alerts") == [second]
    assert desk.entries("alerts", by=CHECKER) == [second, theirs]


def test_every_rule_that_alerts_is_asked_for() -> None:
    assert {"override", "mediated", "self_claim", "self_claim_shielded"} <= set(ALERTING)


def test_nobody_is_shown_what_others_look_at_or_found_of_their_own_accesses(desk: Desk) -> None:
    desk.now(NOON - timedelta(days=8))
    desk.helped("Ada")
    desk.told(happened("ShieldApplied", "Ada", on="2025-10-01"))
    granted(desk.here, "la-808:P3", Role.PRIVACY_OFFICER)
    own, bens = override(desk, by=OFFICER), override(desk)
    assert desk.entries("alerts", by="la-808:P3", organisation="la-808") == [own, bens]
    assert desk.entries("alerts") == [bens]
    reviewed(desk, own, CameOut.NOT_EXPLAINED, by="la-808:P3")
    desk.now(NOON)
    assert desk.entries("overrides") == desk.entries("sample-to-review") == [bens]
    assert set(desk.entries("sample-to-review", by="la-808:P3", organisation="la-808")) == {own, bens}
    assert desk.answer("overrides")["total"] == 1, "nor are they counted"


def test_of_two_reviews_the_last_stands(desk: Desk) -> None:
    desk.helped("Ada")
    desk.told(happened("ShieldApplied", "Ada", on="2025-10-01"))
    entry = override(desk)
    reviewed(desk, entry, CameOut.NOT_EXPLAINED)
    reviewed(desk, entry, CameOut.CASE, case="case-2025-12-17")
    [row] = desk.rows("overrides")
    assert row["review"] == "passed_on_as_a_case"


def test_what_an_officer_wrote_stands_sealed_in_the_log_and_nowhere_in_the_clear(desk: Desk) -> None:
    desk.helped("Ada")
    entry = claim(desk)
    reviewed(desk, entry, note="Her grandmother rang the front door.")
    events = [event.body for event in desk.here.events() if event.effect.kind == "access_reviewed"]
    assert [(event["entry"], event["note"]) for event in events] == [(entry, "Her grandmother rang the front door.")]
    facts = str(desk.here.connection.execute("SELECT f FROM log.fact f WHERE kind = 'access_reviewed'").fetchall())
    stored = str(desk.here.connection.execute("SELECT e FROM log.event e").fetchall())
    assert "grandmother" not in facts + stored
    assert entry in facts


@pytest.mark.parametrize("who", [CHECKER, AUDITOR, BEN, "ods-Z9H:P2"])
def test_nobody_but_a_privacy_officer_of_that_organisation_reviews(who: str, desk: Desk) -> None:
    desk.helped("Ada")
    granted(desk.here, "ods-Z9H:P2", Role.PRIVACY_OFFICER)
    entry = claim(desk)
    with pytest.raises(Misuse):
        reviewed(desk, entry, by=who)
    assert desk.entries("alerts") == [entry]


def test_nobody_reviews_an_access_of_their_own_or_one_that_there_is_not(desk: Desk) -> None:
    desk.helped("Ada")
    own = claim(desk, by=OFFICER)
    with pytest.raises(Misuse):
        reviewed(desk, own)
    granted(desk.here, "la-808:P3", Role.PRIVACY_OFFICER)
    reviewed(desk, own, by="la-808:P3")
    with pytest.raises(Misuse):
        reviewed(desk, f"a-{0:032x}")


def test_a_case_has_its_reference_and_nothing_else_has(desk: Desk) -> None:
    desk.helped("Ada")
    entry = claim(desk)
    for came_out, case in ((CameOut.CASE, None), (CameOut.EXPLAINED, "case-1")):
        with pytest.raises(Rejected) as rejected:
            review(desk.here.service, desk.person(OFFICER), Review(entry, came_out, case=case))
        assert rejected.value.field == "case"


def test_whoever_runs_the_machine_writes_a_review_down_for_an_officer(desk: Desk) -> None:
    desk.helped("Ada")
    entry = claim(desk)
    with pytest.raises(Misuse):
        review_as(desk.here.service, BEN, Review(entry, CameOut.EXPLAINED))
    review_as(desk.here.service, OFFICER, Review(entry, CameOut.EXPLAINED))
    assert desk.rows("alerts") == []


def test_the_sample_of_a_week_has_every_override_a_share_of_claims_and_others_by_lot(desk: Desk) -> None:
    desk.now(NOON - timedelta(days=8))  # Tuesday of the week before
    desk.helped("Ada", *(f"C{n}" for n in range(12)))
    desk.told(happened("ShieldApplied", "Ada", on="2025-10-01"))
    set_aside = override(desk)
    claims = {claim(desk, f"C{n}", f"la-808:W{n + 20}") for n in range(12)}
    others = {desk.look(f"C{n}", ANNA) for n in range(12)}
    desk.days_later(8)
    this_week = override(desk)
    found = desk.rows("sample-to-review")
    drawn = {row["entry"]: row["drawn"] for row in found}
    assert drawn[set_aside] == "every_override"
    assert this_week not in drawn
    assert {entry for entry, why in drawn.items() if why == "by_lot"} <= others
    assert sum(why == "by_lot" for why in drawn.values()) == desk.here.service.settings.review_others
    shared = {entry for entry, why in drawn.items() if why == "share_of_alerts"}
    assert shared < claims
    assert 0 < len(shared) < 12, "half of them, by lot"
    assert [row["entry"] for row in desk.rows("sample-to-review", by=CHECKER, organisation="la-808")] == [
        row["entry"] for row in found
    ]
    reviewed(desk, set_aside)
    assert next(row for row in desk.rows("sample-to-review") if row["entry"] == set_aside)["review"] == "explained"
