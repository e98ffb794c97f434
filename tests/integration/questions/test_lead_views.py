"""What a lead professional is shown beside a caseload: families, what is new, a handover, and how to reach people."""

from datetime import date
from typing import Any

import pytest

from tests.builders.asking import asking
from tests.builders.service import Bench
from tests.spec.words import (
    Happened,
    feed_reported,
    gp_registered,
    gp_registration_ended,
    happened,
    identifier,
    lead_accepted,
    relationship_stated,
)

W1, W2 = "la-808:W1", "la-808:W2"
DAY = date(2025, 12, 1)
WORKER = {"organisation": "la-808", "staff_id": "W1", "name": "Mx Example", "contact": "01632 960100"}
TEAM = {"organisation": "la-808", "code": "north", "name": "Hub North", "contact": "01632 960001"}
TOLD = [
    happened("EarlyHelpStarted", "A", on="2025-09-01", worker="W1", team=TEAM, name="Ada Example", born="2015-03-01"),
    lead_accepted("A", worker="W1", on="2025-09-02"),
    relationship_stated("A", "family", on="2025-09-01", family="F1"),
    relationship_stated("B", "family", on="2025-09-01", family="F1", name="Ben Example", born="2017-03-01"),
    gp_registered("B", practice="Z90001", on="2020-03-10"),
]


def about_nobody(event_type: str, number: int, on: str, by: str = "la-808", **own: Any) -> dict[str, Any]:
    """An event of reference data or staff."""
    return {
        "event_type": event_type, "event_id": f"r{number}", "source": {"organisation": by, "system": "hr"},
        "recorded_at": f"{on}T08:00:00Z", "effective": {"from": on, "to": None}, **own,
    }  # fmt: skip


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    made = any_emptied_bench
    take(made, TOLD, 1)
    return made


def take(here: Bench, told: list[Happened], first: int, mode: str = "live") -> None:
    outcomes = here.record(*({**one.wire(first + i), "mode": mode} for i, one in enumerate(told)))
    assert here.counts(outcomes).kept == 0
    here.projector.project()


def ask(here: Bench, what: str, **question: Any) -> dict[str, Any]:
    with asking(here.service) as asked:
        found: dict[str, Any] = getattr(asked, what)(**{"effective_at": DAY, **question})
        return found


def test_families_of_a_worker_show_every_child_and_what_was_lost(here: Bench) -> None:
    take(here, [gp_registration_ended("B", practice="Z90001", on="2025-08-15")], 20)
    [family] = ask(here, "my_families", worker=W1)["families"]
    assert {(c["name"]["given"][0], c["mine"]) for c in family["children"]} == {("Ada", True), ("Ben", False)}
    assert {i["id"] for i in family["indicators"]} == {"no_school", "no_gp", "no_universal_contact"}
    assert ask(here, "my_families", worker="la-808:nobody")["families"] == []


def test_what_changed_since_a_position(here: Bench) -> None:
    before = ask(here, "caseload", worker=W1)["position"]
    assert ask(here, "changes", worker=W1, since=before)["children"] == []
    take(
        here, [happened("InvolvementStarted", "A", on="2025-11-03", service="play therapy", provision="additional")], 20
    )
    [child] = ask(here, "changes", worker=W1, since=before)["children"]
    assert [(e["kind"], e["service"], e["status"]) for e in child["entries"]] == [
        ("involvement", "play therapy", "open")
    ]
    assert child["taken_back"] == child["began"] == child["cleared"] == []


def test_what_was_taken_back_and_what_began_are_changes(here: Bench) -> None:
    before = ask(here, "caseload", worker=W1)["position"]
    take(here, [happened("EventRetracted", "A", on="2025-11-03", by="la-808", target=2)], 20)
    [child] = ask(here, "changes", worker=W1, since=before)["children"]
    assert [e["kind"] for e in child["taken_back"]] == ["lead"]
    assert [g["rule"] for g in child["began"]] == ["early_help_without_lead"]


def test_what_was_cleared_is_told_as_it_was_known_then(here: Bench) -> None:
    take(here, [happened("EventRetracted", "A", on="2025-11-03", by="la-808", target=2)], 20)
    before = ask(here, "caseload", worker=W1)["position"]
    take(here, [feed_reported("la-808", "LeadAccepted", through=DAY.isoformat())], 21)
    take(here, [lead_accepted("A", worker="W1", on="2025-09-02")], 22)
    [child] = ask(here, "changes", worker=W1, since=before)["children"]
    [gap] = child["cleared"]
    assert (gap["rule"], gap["status"], gap["feed"]) == ("early_help_without_lead", "not_known", "LeadAccepted")


@pytest.mark.parametrize("mode", ["backfill", "snapshot"])
def test_backfill_is_no_news(here: Bench, mode: str) -> None:
    before = ask(here, "caseload", worker=W1)["position"]
    told = happened("InvolvementStarted", "A", on="2025-11-03", service="play therapy", provision="additional")
    take(here, [told], 20, mode)
    assert ask(here, "changes", worker=W1, since=before)["children"] == []


def test_a_handover_passes_the_lead_on_acceptance(here: Bench) -> None:
    lead = {"role": "lead_practitioner", "scope": "child", "worker": "W2"}
    take(here, [happened("LeadTransferProposed", "A", on="2025-11-03", **lead)], 20)
    [child] = ask(here, "handover", worker=W1)["children"]
    assert (child["led_by_worker"], [e["worker"] for e in child["taking_over"]]) == (True, [W2])
    assert [e["worker"] for e in child["lead"]] == [W1]
    take(here, [lead_accepted("A", worker="W2", on="2025-11-10")], 21)
    [child] = ask(here, "handover", worker=W1)["children"]
    assert [e["worker"] for e in child["lead"]] == [W2]
    assert ask(here, "gaps")["gaps"] == []  # not contested: it was passed on


def test_a_nomination_that_is_declined_is_no_longer_waited_for(here: Bench) -> None:
    lead = {"role": "lead_practitioner", "scope": "child", "worker": "W2"}
    take(here, [happened("LeadNominated", "A", on="2025-11-03", **lead)], 20)
    assert [g["rule"] for g in ask(here, "gaps")["gaps"]] == ["nomination_not_accepted"]
    take(here, [happened("LeadDeclined", "A", on="2025-11-04", **lead)], 21)
    assert ask(here, "gaps")["gaps"] == []


def test_the_index_says_how_to_reach_a_worker_and_when_reviews_are_due(here: Bench) -> None:
    here.record(
        about_nobody("WorkerRegistered", 1, "2025-09-01", worker=WORKER, role="family worker"),
        about_nobody("TeamRegistered", 2, "2025-09-01", team=TEAM),
        about_nobody("DutyLinePublished", 3, "2025-09-01", team={**TEAM, "contact": "01632 960002"},
                     hours=[{"days": "mon-fri", "from": "09:00", "to": "17:00"}]),
        about_nobody("OrganisationRegistered", 4, "2025-09-01", code="la-808", name="Northmoor Council",
                     organisation_kind="local_authority"),
    )  # fmt: skip
    take(here, [happened("ReviewHeld", "A", on="2025-10-01", plan="early_help", next_due="2025-11-08")], 20)
    who = ":".join(identifier("A", "nhs"))
    line = ask(here, "child", identifier=who)
    [help_given] = line["involvements"]
    assert help_given["agency_name"] == "Northmoor Council"
    assert help_given["registered"]["worker"] == {"name": "Mx Example", "contact": "01632 960100"}
    assert help_given["duty_line"] == {
        "contact": "01632 960002", "hours": [{"days": "mon-fri", "from": "09:00", "to": "17:00"}]
    }  # fmt: skip
    assert [(r["kind"], r["due"], r["overdue"]) for r in line["reviews_due"]] == [("plan_review", "2025-11-08", True)]
    here.record(about_nobody("WorkerLeft", 5, "2025-11-20", worker=WORKER, reason="left"))
    here.projector.project()
    assert ask(here, "child", identifier=who)["involvements"][0]["worker_left"] == "2025-11-20"
    assert [(g["rule"], g["since"]) for g in ask(here, "gaps")["gaps"]] == [("lead_worker_left", "2025-11-20")]
    assert ask(here, "gaps", effective_at=date(2025, 11, 19))["gaps"] == []


def test_an_organisation_speaks_for_its_own_staff_alone(here: Bench) -> None:
    [outcome] = here.record(about_nobody("WorkerRegistered", 6, "2025-09-01", by="la-358", worker=WORKER, role=None))
    assert (outcome.outcome, outcome.reason, outcome.field) == ("kept", "wrong_organisation", "worker.organisation")


def test_who_covers_for_a_lead_is_told_with_it(here: Bench) -> None:
    cover = happened("LeadCoverStarted", "A", on="2025-11-10", role="lead_practitioner", worker="W2")
    other = happened("LeadCoverStarted", "A", on="2025-11-10", role="lead_child_protection_practitioner", worker="W3")
    take(here, [cover, other], 20)
    who = ":".join(identifier("A", "nhs"))
    [handed_over] = ask(here, "handover", worker=W1)["children"]
    [in_caseload] = ask(here, "caseload", worker=W1)["children"]
    [in_families] = [c for f in ask(here, "my_families", worker=W1)["families"] for c in f["children"] if c["mine"]]
    for answer in (ask(here, "child", identifier=who), handed_over, in_caseload, in_families):
        [lead] = answer["lead"]
        assert lead["worker"] == W1
        assert [(c["worker"], c["role"], c["scope"], c["from"]) for c in lead["covered_by"]] == [
            (W2, "lead_practitioner", "child", "2025-11-10")
        ]
    [before] = ask(here, "child", identifier=who, effective_at=date(2025, 11, 9))["lead"]
    assert before["covered_by"] == []
    take(here, [happened("LeadCoverEnded", "A", on="2025-11-24", role="lead_practitioner")], 22)
    assert ask(here, "child", identifier=who)["lead"][0]["covered_by"] == []


def test_another_agency_covers_for_its_own_lead(here: Bench) -> None:
    lead = {"role": "lead_practitioner", "scope": "child", "by": "ods-Z9H"}
    take(here, [happened("LeadAccepted", "A", on="2025-11-01", worker="W8", **lead)], 20)
    cover = happened("LeadCoverStarted", "A", on="2025-11-10", by="ods-Z9H", role="lead_practitioner", worker="W9")
    take(here, [cover], 21)
    leads = ask(here, "child", identifier=":".join(identifier("A", "nhs")))["lead"]
    assert {one["worker"]: [c["worker"] for c in one["covered_by"]] for one in leads} == {
        W1: [], "la-808:W8": ["la-808:W9"]
    }  # fmt: skip
