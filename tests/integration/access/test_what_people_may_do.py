"""Who may decide about a child, ask to be put in touch, and see its family: by what was recorded, when somebody asks."""

from typing import Any

import pytest

from domain.access.viewer import Role
from domain.answers.answered import Answered
from domain.questions.about import ListContacts, ShowContact, ShowDecision, ShowSiblings
from tests.builders.service import Bench
from tests.builders.viewers import granted, person, saying_why
from tests.integration.access.test_who_may_see import ANNA, BEN, ada, ask, here, identifier, record, sees
from tests.spec.words import Happened, happened, lead_accepted, relationship_stated

__all__ = ["here"]  # the fixture
OWN_WORD = "icr-own-word"


def told_by(event: Happened, system: str, number: int) -> dict[str, Any]:
    """The event as some system of the worker's organisation tells it."""
    wire = event.wire(number)
    return wire | {"source": wire["source"] | {"system": system}, "event_id": f"own-{number}"}


def decision(name: str, worker: str, **more: str) -> ShowDecision:
    return ShowDecision(
        identifier=identifier("Ada"), decision=name, worker=worker, role="lead_practitioner", scope="child", **more
    )


def shown(here: Bench, question: Any, viewer: Any) -> Any:
    found = ask(here, question, viewer)
    return found.content if isinstance(found, Answered) else None


def test_who_works_with_a_child_may_say_who_is_to_lead_and_others_may_not(here: Bench) -> None:
    ada(here)
    assert shown(here, decision("nominate", BEN), person(here, ANNA))["refused"] is None
    assert shown(here, decision("nominate", ANNA), person(here, BEN)) is None
    assert shown(here, decision("nominate", ANNA), saying_why(person(here, BEN))) is None


def test_who_was_only_nominated_may_accept_and_nominates_nobody(here: Bench) -> None:
    ada(here, happened("LeadNominated", "Ada", on="2025-09-02", worker="W2", role="lead_practitioner", scope="child"))
    assert shown(here, decision("accept", BEN), person(here, BEN))["refused"] is None
    assert shown(here, decision("nominate", "la-808:W9"), person(here, BEN)) is None


def test_what_only_a_system_says_of_others_nobody_says_on_a_page(here: Bench) -> None:
    ada(here, lead_accepted("Ada", worker="W2", on="2025-09-02"))
    refused = shown(here, decision("end", BEN), person(here, ANNA))["refused"]
    assert refused == {
        "field": "worker",
        "rule": "people say this of themselves; of others their organisation's system does",
    }


def test_ones_own_word_shows_the_child_and_lets_nobody_say_who_is_to_lead(here: Bench) -> None:
    start = happened(
        "InvolvementStarted", "Ada", on="2025-10-01", worker="W2", service="mentoring", provision="additional"
    )
    ada(here)
    here.record(told_by(start, OWN_WORD, 50))
    here.projector.project()
    assert sees(here, "Ada", person(here, BEN)) is not None
    assert shown(here, decision("nominate", "la-808:W9"), person(here, BEN)) is None
    assert shown(here, decision("end", BEN), person(here, BEN)) is not None
    confirmed = happened("InvolvementConfirmed", "Ada", on="2025-11-01", worker="W2", service="mentoring")
    here.record(told_by(confirmed, "mosaic", 51))
    here.projector.project()
    assert shown(here, decision("nominate", "la-808:W9"), person(here, BEN)) is not None, "its own system has said so"


def test_of_a_shielded_child_ones_own_word_shows_nothing(here: Bench) -> None:
    start = happened(
        "InvolvementStarted", "Ada", on="2025-10-01", worker="W2", service="mentoring", provision="additional"
    )
    ada(here, happened("ShieldApplied", "Ada", on="2025-09-10"))
    here.record(told_by(start, OWN_WORD, 50))
    here.projector.project()
    assert sees(here, "Ada", person(here, BEN)) is None


KEPT_FROM = (
    decision("nominate", BEN),
    ShowContact(identifier=identifier("Ada")),
    ShowSiblings(identifier=identifier("Ada")),
)


@pytest.mark.parametrize("question", KEPT_FROM, ids=lambda one: type(one).__name__)
def test_who_is_kept_from_a_child_does_nothing_about_it_either(question: Any, here: Bench) -> None:
    ada(here, happened("AccessExcluded", "Ada", on="2025-09-10", agency="la-808", worker="W1", reason="court_order"))
    assert shown(here, question, person(here, ANNA)) is None


def test_the_other_children_of_a_family_are_shown_as_who_they_are_and_to_who_works_with_one_of_them(
    here: Bench,
) -> None:
    ada(
        here,
        relationship_stated("Ada", "family", on="2025-09-01", family="F1"),
        relationship_stated("Bob", "family", on="2025-09-01", family="F1"),
        happened("EarlyHelpStarted", "Bob", on="2025-09-01", worker="W2", name="Bob Example", born="2013-01-01"),
    )
    asks = ShowSiblings(identifier=identifier("Ada"))
    [bob] = shown(here, asks, person(here, ANNA))["siblings"]
    assert (bob["name"]["given"], bob["minimal"], bob["mine"]) == (["Bob"], True, False)
    assert shown(here, asks, saying_why(person(here, "la-808:W9"))) is None


def test_a_request_for_contact_may_be_made_of_any_child_that_one_may_see_and_shows_only_who_it_is(here: Bench) -> None:
    ada(here)
    asks = ShowContact(identifier=identifier("Ada"))
    for viewer in (person(here, ANNA), saying_why(person(here, BEN))):
        found = shown(here, asks, viewer)
        assert (found["name"]["given"], found["minimal"]) == (["Ada"], True)
    assert shown(here, asks, person(here, BEN)) is None


def test_requests_are_seen_by_who_made_them_and_by_the_index_team(here: Bench) -> None:
    record(here)
    granted(here, BEN, Role.INDEX_TEAM)
    assert shown(here, ListContacts(worker=ANNA), person(here, ANNA)) is not None
    assert shown(here, ListContacts(), person(here, ANNA)) is None
    assert shown(here, ListContacts(), person(here, BEN)) is not None
