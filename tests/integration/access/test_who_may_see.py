"""Who may see a child, row by row of domain.md E1 to E6: given what was recorded, when somebody asks, then this is shown."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.commands.granting import end, read_worker
from adapters.questions.door import Door
from domain.access.viewer import LOCAL_OPERATOR, Role, Viewer
from domain.answers.answered import Answered, NotShown
from domain.questions.about import (
    FindChildren,
    ListAccesses,
    ListFamilies,
    ReplayEntry,
    ShowCaseload,
    ShowChanges,
    ShowChild,
    ShowMyFamilies,
    ShowTimeline,
)
from domain.questions.asking import Question
from tests.builders.cases import opened, replays
from tests.builders.happening import record
from tests.builders.service import Bench, bench
from tests.builders.viewers import granted, looking_for, overriding, person, saying_why, weakly
from tests.spec import words
from tests.spec.reference_words import sharing_agreement_made, team_membership_ended, team_membership_started
from tests.spec.words import Happened, happened, lead_accepted, pupil_admitted, relationship_stated, stated, worker_left

DAY = date(2025, 12, 1)
ANNA, BEN, CARA = "la-808:W1", "la-808:W2", "ods-Z9H:W3"


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path)
    yield made
    made.close()


def identifier(who: str) -> str:
    return ":".join(words.identifier(who, "nhs"))


def ask(here: Bench, question: Question[Any], viewer: Viewer) -> Answered[Any] | NotShown:
    here.clock.advance(timedelta(seconds=1))
    return Door(here.service).ask(question, viewer)


def child(who: str) -> ShowChild:
    return ShowChild(identifier=identifier(who), effective_at=DAY)


def sees(here: Bench, who: str, viewer: Viewer) -> Any:
    """What of a child's line; None: nothing."""
    found = ask(here, child(who), viewer)
    return found.content if isinstance(found, Answered) else None


def entries(here: Bench) -> list[dict[str, Any]]:
    rows = here.connection.execute("SELECT bytes FROM access.entry ORDER BY at").fetchall()
    return [orjson.loads(row[0]) for row in rows]


def ask_now(here: Bench, who: str, viewer: Viewer) -> Any:
    found = ask(here, ShowChild(identifier=identifier(who)), viewer)
    return found.content if isinstance(found, Answered) else None


def staff(name: str) -> dict[str, str]:
    return {"organisation": "la-808", "staff_id": name}


def team(code: str) -> dict[str, str]:
    return {"organisation": "la-808", "code": code}


def in_team(worker: str, code: str, left: str | None = None) -> Happened:
    """Somebody is in a team, or left it."""
    if left is not None:
        return team_membership_ended(worker, code, left)
    return team_membership_started(worker, code, "2025-01-01")


NAME = "Ada Example"
BORN = "2015-03-01"


def ada(here: Bench, *more: Happened) -> None:
    """Ada, whom Anna of children's services works with."""
    first = happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1", name=NAME, born=BORN)
    record(here, first, *more)


# ---- E2: relationship


def test_who_works_with_a_child_sees_it_and_who_works_with_another_does_not(here: Bench) -> None:
    ada(here, happened("EarlyHelpStarted", "Bob", on="2025-09-01", worker="W2"))
    assert sees(here, "Ada", person(here, ANNA))["name"]["given"] == ["Ada"]
    assert sees(here, "Ada", person(here, BEN)) is None


def test_a_team_works_with_the_children_of_each_of_its_members(here: Bench) -> None:
    ada(
        here,
        happened("InvolvementStarted", "Ada", on="2025-09-01", service="family support", team=team("T1")),
        in_team("W2", "T1"),
    )
    assert sees(here, "Ada", person(here, BEN)) is not None
    assert sees(here, "Ada", person(here, "la-808:W9")) is None


def test_who_has_left_the_team_sees_its_children_no_more(here: Bench) -> None:
    ada(
        here,
        happened("InvolvementStarted", "Ada", on="2025-09-01", service="family support", team=team("T1")),
        in_team("W2", "T1"),
        in_team("W2", "T1", left="2025-10-01"),
    )
    assert sees(here, "Ada", person(here, BEN)) is None


def test_a_referral_opens_a_child_for_thirty_days(here: Bench) -> None:
    soon = (here.clock.now() - timedelta(days=29)).date().isoformat()
    late = (here.clock.now() - timedelta(days=31)).date().isoformat()
    record(
        here,
        stated("TeamRegistered", "2025-01-01", None, {"team": team("T1"), "service": "family support"}),
        in_team("W1", "T1"),
        happened("ReferralReceived", "Ada", on=soon, service="family support"),
        happened("ReferralReceived", "Bob", on=late, service="family support"),
        happened("ReferralReceived", "Cleo", on=soon, service="another service"),
    )
    assert ask_now(here, "Ada", person(here, ANNA)) is not None
    assert ask_now(here, "Bob", person(here, ANNA)) is None
    assert ask_now(here, "Cleo", person(here, ANNA)) is None


def test_of_a_brother_or_sister_of_a_child_whom_one_leads_only_who_it_is_is_shown(here: Bench) -> None:
    ada(
        here,
        lead_accepted("Ada", worker="W1", on="2025-09-02"),
        relationship_stated("Ada", "family", on="2025-09-01", family="F1"),
        relationship_stated("Bob", "family", on="2025-09-01", family="F1"),
        happened("EarlyHelpStarted", "Bob", on="2025-09-01", worker="W2", name="Bob Example", born="2013-01-01"),
    )
    bob = sees(here, "Bob", person(here, ANNA))
    assert (bob["name"]["given"], bob["minimal"], bob["involvements"]) == (["Bob"], True, [])


def test_who_has_left_the_organisation_has_no_standing(here: Bench) -> None:
    ada(here, worker_left("W1", on="2025-10-01"))
    with pytest.raises(AssertionError, match="has left"):
        person(here, ANNA)


# ---- E3: search, and others' children


def test_a_search_needs_a_reason_and_finds_only_who_a_child_is(here: Bench) -> None:
    ada(here, pupil_admitted("Ada", school="900001", on="2019-09-02"))
    search = FindChildren(family="Example", born=date(2015, 3, 1), effective_at=DAY)
    assert isinstance(ask(here, search, person(here, BEN)), NotShown)
    found = ask(here, search, saying_why(person(here, BEN)))
    assert isinstance(found, Answered)
    [line] = found.content["children"]
    assert (line["name"]["family"], line["minimal"]) == ("Example", True)
    assert (line["involvements"], line["school"], line["identifiers"], line["address"]) == ([], [], [], None)


def test_whoever_says_why_opens_a_child_and_the_log_says_that_they_claimed_it(here: Bench) -> None:
    ada(here)
    found = ask(here, child("Ada"), saying_why(person(here, BEN), "Her grandmother rang the front door."))
    assert isinstance(found, Answered)
    assert found.receipt is not None
    assert "privacy officer" in found.receipt.because[0]
    leaf = entries(here)[-1]
    assert (leaf["rules"][0], leaf["purpose"], leaf["opening"]) == ("self_claim", "claim", "claim")
    assert "grandmother" not in json.dumps(leaf)


def test_so_many_claims_a_day_and_no_more(here: Bench) -> None:
    record(here, *(happened("EarlyHelpStarted", f"C{n}", on="2025-09-01", worker="W1") for n in range(12)))
    viewer = saying_why(person(here, BEN))
    seen = [sees(here, f"C{n}", viewer) is not None for n in range(12)]
    assert seen == [True] * here.service.settings.claims_a_day + [False] * 2
    here.clock.advance(timedelta(days=1))
    assert sees(here, "C11", viewer) is not None


def test_a_claim_of_a_child_that_nobody_knows_counts_too(here: Bench) -> None:
    ada(here)
    viewer = saying_why(person(here, BEN))
    for n in range(here.service.settings.claims_a_day):
        assert sees(here, f"nobody {n}", viewer) is None
    assert sees(here, "Ada", viewer) is None


# ---- E4: shields


def test_of_a_shielded_child_a_claim_shows_only_who_it_is(here: Bench) -> None:
    ada(here, happened("ShieldApplied", "Ada", on="2025-10-01"))
    line = sees(here, "Ada", saying_why(person(here, BEN)))
    assert (line["name"]["given"], line["minimal"], line["address"]) == (["Ada"], True, None)


def test_an_override_shows_what_is_hidden_for_this_visit_and_others_see_it_shielded(here: Bench) -> None:
    ada(
        here,
        pupil_admitted("Ada", school="900001", on="2019-09-02", known_by=("nhs",)),
        happened("ShieldApplied", "Ada", on="2025-10-01"),
    )
    granted(here, BEN, Role.SHIELD_OVERRIDE)
    ben = person(here, BEN)
    assert sees(here, "Ada", ben) is None
    found = ask(here, child("Ada"), overriding(ben))
    assert isinstance(found, Answered)
    assert found.receipt is not None
    assert [one["provider"] for one in found.content["school"]] == ["900001"]
    assert "privacy officer" in found.receipt.because[0]
    assert entries(here)[-1]["purpose"] == "override"
    assert sees(here, "Ada", person(here, ANNA))["school"] == []
    assert sees(here, "Ada", ben) is None


def test_nobody_overrides_or_replays_who_has_not_signed_in_strongly(here: Bench) -> None:
    ada(here, happened("ShieldApplied", "Ada", on="2025-10-01"))
    granted(here, BEN, Role.SHIELD_OVERRIDE)
    granted(here, BEN, Role.DATA_PROTECTION_OFFICER)
    ben = person(here, BEN)
    sees(here, "Ada", person(here, ANNA))
    entry = entries(here)[-1]["id"]
    case = opened(here, ben, accesses=(entry,))
    asked = [
        (child("Ada"), overriding(ben)),
        (child("nobody"), overriding(ben)),
        (ReplayEntry(entry=entry, case=case), ben),
    ]
    for question, viewer in asked:
        found = ask(here, question, weakly(viewer))
        assert isinstance(found, NotShown)
        assert found.sign_in_strongly, "also of a child that nobody knows"
    assert [one["signed_in_strongly"] for one in entries(here)[-3:]] == [False] * 3
    assert isinstance(ask(here, ReplayEntry(entry=entry, case=case), ben), Answered)
    assert isinstance(ask(here, child("Ada"), overriding(ben)), Answered)


def test_nobody_overrides_without_the_role(here: Bench) -> None:
    ada(here, happened("ShieldApplied", "Ada", on="2025-10-01"))
    assert sees(here, "Ada", overriding(person(here, BEN))) is None


def test_a_sealed_identity_is_opened_by_no_override(here: Bench) -> None:
    ada(
        here,
        pupil_admitted("Ada", school="900001", on="2019-09-02", known_by=("nhs",)),
        happened("IdentitySealed", "Ada", on="2025-10-01"),
    )
    granted(here, BEN, Role.SHIELD_OVERRIDE)
    line = sees(here, "Ada", overriding(person(here, BEN)))
    assert line is None or line["school"] == []


# ---- exclusions, restrictions, conflicts: overridden by nothing


@pytest.mark.parametrize("worker", [staff("W1"), None], ids=["the worker", "the organisation"])
def test_who_is_excluded_sees_the_child_nowhere_whatever_else_lets_them(here: Bench, worker: Any) -> None:
    ada(
        here,
        lead_accepted("Ada", worker="W1", on="2025-09-02"),
        happened("AccessExcluded", "Ada", on="2025-10-01", agency="la-808", worker=worker, reason="court_order"),
    )
    granted(here, ANNA, Role.SHIELD_OVERRIDE)
    anna = person(here, ANNA)
    for viewer in (anna, saying_why(anna), overriding(anna)):
        assert sees(here, "Ada", viewer) is None
    assert entries(here)[-1]["rules"] == ["excluded"]
    caseload = ask(here, ShowCaseload(worker=ANNA, effective_at=DAY), anna)
    assert isinstance(caseload, Answered)
    assert (caseload.content["children"], caseload.content["total"]) == ([], 0)
    families = ask(here, ShowMyFamilies(worker=ANNA, effective_at=DAY), anna)
    assert isinstance(families, Answered)
    assert families.content["families"] == []
    search = ask(here, FindChildren(identifier=identifier("Ada"), effective_at=DAY), saying_why(anna))
    assert isinstance(search, Answered)
    assert search.content["children"] == []


def test_an_exclusion_that_was_lifted_keeps_nobody_away(here: Bench) -> None:
    ada(
        here,
        happened("AccessExcluded", "Ada", on="2025-10-01", agency="la-808", worker=staff("W1"), reason="allegation"),
        happened("AccessExclusionLifted", "Ada", on="2025-11-01", agency="la-808", worker=staff("W1")),
    )
    assert sees(here, "Ada", person(here, ANNA)) is not None


def test_an_exclusion_counts_for_what_was_known_before_it(here: Bench) -> None:
    ada(here)
    (position,) = here.connection.execute("SELECT position FROM log.head").fetchone() or (0,)
    record(
        here, happened("AccessExcluded", "Ada", on="2025-10-01", agency="la-808", worker=staff("W1"), reason="other")
    )
    past = ShowChild(identifier=identifier("Ada"), effective_at=DAY, known_at=str(position))
    assert isinstance(ask(here, past, person(here, ANNA)), NotShown)


def test_where_only_some_may_see_a_child_nobody_else_does_but_the_index_team(here: Bench) -> None:
    ada(
        here,
        happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W2"),
        happened("AccessRestricted", "Ada", on="2025-10-01", agency="la-808", worker=staff("W2"), reason="adoption"),
    )
    granted(here, "la-808:W7", Role.INDEX_TEAM)
    assert sees(here, "Ada", person(here, ANNA)) is None
    assert sees(here, "Ada", person(here, BEN)) is not None
    assert sees(here, "Ada", saying_why(person(here, "la-808:W7"))) is not None


def test_nobody_sees_a_child_in_whom_they_have_declared_an_interest(here: Bench) -> None:
    ada(
        here,
        happened("ConflictDeclared", "Ada", on="2025-10-01", agency="la-808", worker="W1", relation="relative"),
    )
    assert sees(here, "Ada", person(here, ANNA)) is None
    assert entries(here)[-1]["rules"] == ["conflict"]


def test_that_somebody_is_kept_away_stands_in_no_answer(here: Bench) -> None:
    ada(
        here,
        happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W2"),
        happened("AccessExcluded", "Ada", on="2025-10-01", agency="la-808", worker=staff("W1"), reason="allegation"),
    )
    for question in (child("Ada"), ShowTimeline(identifier=identifier("Ada"), effective_at=DAY)):
        found = ask(here, question, person(here, BEN))
        assert isinstance(found, Answered)
        assert "excluded" not in json.dumps(found.content)


# ---- sensitive services


def support(by: str = "ods-Z9H") -> Happened:
    return happened("SupportStarted", "Ada", on="2025-09-10", by=by)


def kinds(found: Any) -> set[str]:
    return {one["kind"] for one in found["involvements"]}


def test_a_sensitive_service_is_shown_by_consent_as_far_as_it_goes(here: Bench) -> None:
    ada(here, support())
    anna = person(here, ANNA)
    assert kinds(sees(here, "Ada", anna)) == {"early_help"}
    record(
        here, happened("ConsentGiven", "Ada", on="2025-09-11", by="ods-Z9H", given_by="young_person", scope="existence")
    )
    shown = sees(here, "Ada", anna)
    assert kinds(shown) == {"early_help", "community_support"}
    record(here, happened("ConsentWithdrawn", "Ada", on="2025-09-20", by="ods-Z9H"))
    assert kinds(sees(here, "Ada", anna)) == {"early_help"}


def test_one_consent_opens_no_second_service_of_the_same_organisation(here: Bench) -> None:
    ada(
        here,
        support(),
        happened("SupportStarted", "Ada", on="2025-09-12", by="ods-Z9H", reference="other"),
        happened("ConsentGiven", "Ada", on="2025-09-11", by="ods-Z9H", given_by="child", scope="contact"),
    )
    assert kinds(sees(here, "Ada", person(here, ANNA))) == {"early_help"}


def test_the_index_team_sees_a_sensitive_service_to_arrange_contact(here: Bench) -> None:
    ada(here, support())
    granted(here, BEN, Role.INDEX_TEAM)
    assert kinds(sees(here, "Ada", saying_why(person(here, BEN)))) == {"early_help", "community_support"}


def test_consent_itself_and_the_service_stand_on_no_timeline(here: Bench) -> None:
    ada(
        here,
        support(),
        happened("ConsentGiven", "Ada", on="2025-09-11", by="ods-Z9H", given_by="child", scope="contact"),
        happened("ConsentWithdrawn", "Ada", on="2025-09-20", by="ods-Z9H"),
    )
    found = ask(here, ShowTimeline(identifier=identifier("Ada"), effective_at=DAY), person(here, ANNA))
    assert isinstance(found, Answered)
    assert {one["kind"] for one in found.content["entries"]} == {"early_help"}


def test_that_a_sensitive_service_began_is_no_news(here: Bench) -> None:
    ada(here)
    (position,) = here.connection.execute("SELECT position FROM log.head").fetchone() or (0,)
    record(here, support())
    since = ShowChanges(worker=ANNA, since=str(position), effective_at=DAY)
    found = ask(here, since, person(here, ANNA))
    assert isinstance(found, Answered)
    assert (found.content["children"], found.content["total"]) == ([], 0)


# ---- agreements between organisations


def agreed(
    shares: str, *, parties: list[str], classes: list[str], on: str = "2025-01-01", to: str | None = None
) -> Happened:
    made = sharing_agreement_made("agreement", on=on, parties=parties, classes=classes, shares=shares)
    return replace(made, own=made.own | {"effective": {"from": on, "to": to}})


def missed_appointment() -> Happened:
    return happened("WasNotBrought", "Ada", on="2025-09-20", service="paediatrics")


def on_timeline(here: Bench, viewer: Viewer) -> list[str]:
    found = ask(here, ShowTimeline(identifier=identifier("Ada"), effective_at=DAY), viewer)
    assert isinstance(found, Answered)
    return [one["kind"] for one in found.content["entries"]]


def test_without_any_agreement_the_law_alone_lets_organisations_share(here: Bench) -> None:
    ada(here, missed_appointment())
    assert on_timeline(here, person(here, ANNA)) == ["early_help", "was_not_brought"]


def test_where_an_organisation_has_agreed_what_it_shares_others_than_its_parties_see_nothing(here: Bench) -> None:
    ada(here, missed_appointment(), agreed("content", parties=["ods-*"], classes=["health"]))
    assert on_timeline(here, person(here, ANNA)) == ["early_help"]


def test_a_party_sees_it_and_when_the_agreement_ends_no_more(here: Bench) -> None:
    ada(here, missed_appointment(), agreed("content", parties=["ods-*", "la-808"], classes=["health"]))
    assert on_timeline(here, person(here, ANNA)) == ["early_help", "was_not_brought"]
    record(here, agreed("content", parties=["ods-*", "la-808"], classes=["health"], to="2025-11-01"))
    assert on_timeline(here, person(here, ANNA)) == ["early_help"]


def test_an_organisation_that_shares_nothing_is_not_named_beside_a_name(here: Bench) -> None:
    ada(here, happened("WasNotBrought", "Ada", on="2025-09-20", service="paediatrics", name=NAME, born=BORN))
    told_by = sees(here, "Ada", person(here, ANNA))["name_told_by"]
    assert [one["agency"] for one in told_by] == ["la-808", "ods-Z9H"]
    record(here, agreed("content", parties=["ods-*"], classes=[]))
    told_by = sees(here, "Ada", person(here, ANNA))["name_told_by"]
    assert [one["agency"] for one in told_by] == ["la-808"]


# ---- duty, managers, mediation


def test_who_is_on_duty_lists_the_families_of_their_area_and_no_other(here: Bench) -> None:
    granted(here, BEN, Role.DUTY, areas=("North",))
    ben = person(here, BEN)
    assert isinstance(ask(here, ListFamilies(area="north", effective_at=DAY), ben), Answered)
    assert isinstance(ask(here, ListFamilies(area="South", effective_at=DAY), ben), NotShown)
    assert isinstance(ask(here, ListFamilies(effective_at=DAY), ben), NotShown)


def test_a_manager_sees_the_caseloads_of_their_team(here: Bench) -> None:
    ada(here, in_team("W1", "T1"))
    granted(here, BEN, Role.TEAM_MANAGER, teams=("T1",))
    ben = person(here, BEN)
    found = ask(here, ShowCaseload(worker=ANNA, effective_at=DAY), ben)
    assert isinstance(found, Answered)
    assert len(found.content["children"]) == 1
    assert isinstance(ask(here, ShowCaseload(worker="la-808:W9", effective_at=DAY), ben), NotShown)


def test_who_looks_for_somebody_else_is_logged_with_them_and_neither_may_be_kept_away(here: Bench) -> None:
    ada(
        here,
        happened("AccessExcluded", "Ada", on="2025-10-01", agency="org-hospice", worker=None, reason="court_order"),
    )
    granted(here, BEN, Role.MEDIATOR)
    ben = person(here, BEN)
    assert sees(here, "Ada", looking_for(ben, "ods-Z9H:W3")) is not None
    leaf = entries(here)[-1]
    assert (leaf["viewer"], leaf["acting_for"], leaf["purpose"]) == (BEN, "ods-Z9H:W3", "mediation")
    assert sees(here, "Ada", looking_for(ben, "org-hospice:V1")) is None


# ---- the officers


def test_a_privacy_officer_reads_the_accesses_of_their_own_organisation_and_a_data_protection_officer_of_all(
    here: Bench,
) -> None:
    ada(here)
    sees(here, "Ada", person(here, ANNA))
    entry = entries(here)[-1]["id"]
    granted(here, BEN, Role.PRIVACY_OFFICER)
    granted(here, CARA, Role.PRIVACY_OFFICER)
    granted(here, "la-808:W8", Role.DATA_PROTECTION_OFFICER)
    granted(here, "la-808:W9", Role.AUDITOR)
    ben, cara, dpo, auditor = (person(here, name) for name in (BEN, CARA, "la-808:W8", "la-808:W9"))
    own, every = ListAccesses(organisation="la-808"), ListAccesses()
    assert [isinstance(ask(here, own, who), Answered) for who in (ben, cara, dpo, auditor)] == [True, False, True, True]
    assert [isinstance(ask(here, every, who), Answered) for who in (ben, cara, dpo, auditor)] == [
        False,
        False,
        True,
        True,
    ]
    assert [replays(here, who, entry, None) for who in (ben, cara, dpo, auditor)] == [False] * 4
    seen = [replays(here, who, entry, opened(here, who, accesses=(entry,))) for who in (ben, cara, dpo)]
    assert seen == [True, False, True]


def test_roles_are_granted_here_and_by_no_agency(here: Bench) -> None:
    grant = {
        **team_membership_started("W2", "T1", "2025-01-01").wire(0),
        "event_type": "RoleGranted", "role": "data_protection_officer", "areas": [], "teams": [],
    }  # fmt: skip
    del grant["team"]
    [outcome] = here.record(grant)
    assert (outcome.outcome, outcome.reason) == ("kept", "wrong_organisation")


def test_a_role_that_was_ended_is_held_no_more(here: Bench) -> None:
    granted(here, BEN, Role.AUDITOR)
    assert Role.AUDITOR in person(here, BEN).roles
    here.clock.advance(timedelta(minutes=1))
    end(here.service, read_worker(BEN), Role.AUDITOR)
    assert Role.AUDITOR not in person(here, BEN).roles


def test_where_people_sign_in_the_operator_is_shown_no_child(here: Bench) -> None:
    ada(here)
    assert sees(here, "Ada", LOCAL_OPERATOR) is not None
    assert sees(here, "Ada", replace(LOCAL_OPERATOR, people_sign_in=True)) is None
