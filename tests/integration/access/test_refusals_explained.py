"""Why somebody was refused: for officers alone, which rules were tried, what each lacked, and what was nearly enough."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.commands.granting import end, read_worker
from domain.access.viewer import Role, Viewer
from domain.answers.answered import Answered, NotShown
from domain.errors import Rejected
from domain.questions.about import ExplainRefusal, ShowCaseload, ShowChild
from tests.builders.service import Bench
from tests.builders.viewers import granted, person, saying_why
from tests.integration.access.test_reach import DPO, PO, ago, officer, works
from tests.integration.access.test_who_may_see import ask, entries, identifier, in_team, record, staff, team
from tests.spec.words import happened, lead_accepted, stated, worker_left

BEN = "la-808:W2"


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    return any_emptied_bench


def refused(here: Bench, viewer: Viewer, who: str = "Ada") -> str:
    """The entry of somebody's attempt to open a child's record."""
    found = ask(here, ShowChild(identifier=identifier(who)), viewer)
    assert isinstance(found, NotShown)
    return found.entry


def explained(here: Bench, entry: str, viewer: Viewer | None = None) -> dict[str, Any]:
    found = ask(here, ExplainRefusal(entry=entry), viewer or officer(here))
    assert isinstance(found, Answered)
    return dict(found.content)


def today(here: Bench, viewer: str = BEN, who: str = "Ada") -> dict[str, Any]:
    found = ask(here, ExplainRefusal(viewer=viewer, identifier=identifier(who)), officer(here))
    assert isinstance(found, Answered)
    return dict(found.content)


def lacks(of: dict[str, Any], rule: str) -> list[str]:
    (found,) = (one["lacks"] for one in of["tried"] if one["rule"] == rule)
    return list(found)


def test_each_rule_that_was_tried_says_what_it_lacked(here: Bench) -> None:
    record(here, works("Ada", "W1"))
    of = explained(here, refused(here, person(here, BEN)))
    assert (of["viewer"], of["decided"], of["refused"], of["nearly"]) == (BEN, "not_allowed", True, [])
    assert lacks(of, "lead") == ["They do not lead for the child."]
    assert lacks(of, "override") == [
        "They do not have the role of shield override.",
        "They had not set the child's shield aside.",
    ]
    assert "excluded" not in {one["rule"] for one in of["tried"]}  # that somebody is not excluded lacks nothing


def test_a_teams_involvement_that_ended_is_named_with_its_day(here: Bench) -> None:
    record(
        here,
        happened("InvolvementStarted", "Ada", on="2025-01-01", service="family support", team=team("T1")),
        happened("InvolvementEnded", "Ada", on="2025-03-03", service="family support"),
        happened("InvolvementStarted", "Bob", on="2025-01-01", service="family support", team=team("T1")),
        in_team("W2", "T1"),
    )
    of = explained(here, refused(here, person(here, BEN)))
    assert of["nearly"] == ["Their team's entry (involvement) ended on 3 March 2025."]
    assert lacks(of, "team") == ["No team of theirs works with the child."]


def test_what_else_was_nearly_enough(here: Bench) -> None:
    record(
        here,
        works("Ada", "W1"),
        happened("InvolvementStarted", "Ada", on="2025-01-01", service="mentoring", worker="W2"),
        happened("InvolvementEnded", "Ada", on="2025-02-01", service="mentoring"),
        happened("InvolvementStarted", "Ada", on="2025-09-01", service="family support", team=team("T1")),
        in_team("W2", "T1"),
        in_team("W2", "T1", left="2025-10-01"),
        stated("TeamRegistered", "2025-01-01", None, {"team": team("T3"), "service": "respite"}),
        in_team("W2", "T3"),
        happened("ReferralReceived", "Ada", on=ago(here, 40), service="respite"),
    )
    granted(here, BEN, Role.INDEX_TEAM)
    here.clock.advance(timedelta(minutes=1))
    end(here.service, read_worker(BEN), Role.INDEX_TEAM)
    said = today(here)["nearly"]
    assert any(one.startswith("Their role of index team ended on") for one in said)
    assert "Their own entry (involvement) ended on 1 February 2025." in said
    assert "They were in the team la-808:T1, which works with the child, until 1 October 2025." in said
    assert any("more than 30 days before" in one for one in said)
    assert len(said) == 4


def test_who_led_until_another_took_over(here: Bench) -> None:
    record(
        here,
        lead_accepted("Ada", worker="W2", on="2025-09-02"),
        happened("LeadTransferProposed", "Ada", "2025-10-01", role="lead_practitioner", scope="child", worker="W1"),
        lead_accepted("Ada", worker="W1", on="2025-10-02"),
    )
    assert today(here)["nearly"] == ["Their own entry (lead) is over: another has taken the lead."]


def test_a_refusal_is_explained_as_it_was_then(here: Bench) -> None:
    """What came since lets them in today, and not then."""
    record(here, works("Ada", "W1"))
    entry = refused(here, person(here, BEN))
    here.clock.advance(timedelta(days=3))
    record(here, works("Ada", "W2"))
    assert explained(here, entry)["decided"] == "not_allowed"
    now = today(here)
    assert (now["decided"], now["refused"], now["tried"][-1]["lacks"]) == ("involved", False, [])


def test_who_is_kept_away_and_who_has_left(here: Bench) -> None:
    record(
        here,
        works("Ada", "W2"),
        happened("AccessExcluded", "Ada", on="2025-10-01", agency="la-808", worker=staff("W2"), reason="allegation"),
        works("Ada", "W3"),
        worker_left("W3", on="2025-10-01"),
    )
    of = explained(here, refused(here, person(here, BEN)))
    assert ([one["rule"] for one in of["tried"]], of["decided"]) == (["excluded"], "excluded")
    left = today(here, "la-808:W3")
    assert (left["decided"], left["nearly"]) == ("not_allowed", ["They left their organisation on 1 October 2025."])


def test_claims_that_were_used_up(here: Bench) -> None:
    record(here, *(works(f"C{n}", "W1") for n in range(11)))
    ben = saying_why(person(here, BEN))
    for n in range(here.service.settings.claims_a_day):
        ask(here, ShowChild(identifier=identifier(f"C{n}")), ben)
    of = explained(here, refused(here, ben, "C10"))
    assert len(lacks(of, "self_claim")) == 1
    assert lacks(of, "self_claim")[0].startswith("They had made as many claims")


def test_another_workers_list_and_a_child_that_nobody_knows(here: Bench) -> None:
    record(here, works("Ada", "W1"))
    found = ask(here, ShowCaseload(worker="la-808:W1"), person(here, BEN))
    assert isinstance(found, NotShown)
    of = explained(here, found.entry)
    assert (lacks(of, "own_work"), of["children"]) == (["It is not their own work."], [])
    nobody = explained(here, refused(here, person(here, BEN), "nobody"))
    assert (nobody["children"], nobody["nearly"]) == ([], [])


def test_officers_alone_of_their_own_organisation_or_of_all_and_with_a_reason(here: Bench) -> None:
    record(here, works("Ada", "W1"))
    entry = refused(here, person(here, "ods-Z9H:W3"))
    own = refused(here, person(here, BEN))
    assert explained(here, entry)["viewer"] == "ods-Z9H:W3"
    assert entries(here)[-1]["rules"] == ["refusals"]
    privacy = officer(here, Role.PRIVACY_OFFICER, PO)
    assert explained(here, own, privacy)["viewer"] == BEN
    for question, viewer in (
        (ExplainRefusal(entry=entry), privacy),  # another organisation's
        (ExplainRefusal(entry=own), person(here, PO)),  # without a reason
        (ExplainRefusal(entry=own), person(here, BEN)),
        (ExplainRefusal(entry=own), saying_why(person(here, BEN))),
        (ExplainRefusal(entry=own), officer(here, Role.AUDITOR, "la-808:W92")),
        (ExplainRefusal(entry="a-" + "0" * 32), officer(here)),
        (ExplainRefusal(viewer=BEN, identifier=identifier("nobody")), officer(here)),
    ):
        assert isinstance(ask(here, question, viewer), NotShown)


def test_an_officer_who_is_kept_from_the_child_is_told_nothing_of_it(here: Bench) -> None:
    record(
        here,
        works("Ada", "W1"),
        happened(
            "AccessExcluded",
            "Ada",
            on="2025-10-01",
            agency="la-808",
            worker=staff(DPO.partition(":")[2]),
            reason="other",
        ),
    )
    entry = refused(here, person(here, BEN))
    assert isinstance(ask(here, ExplainRefusal(entry=entry), officer(here)), NotShown)
    assert entries(here)[-1]["rules"] == ["excluded"]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"entry": "a-1", "viewer": BEN},
        {"viewer": BEN},
        {"viewer": BEN, "identifier": "nhs:1", "record": "r-1"},
        {"identifier": "nhs:1"},
    ],
)
def test_it_is_asked_by_an_entry_or_by_a_person_and_one_child(asked: dict[str, str]) -> None:
    with pytest.raises(Rejected, match="either an entry, or a viewer with one child"):
        ExplainRefusal(**asked)
