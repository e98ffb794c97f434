"""What changed for a worker since a position: children that left its caseload, and what rests on no view of its own."""

from datetime import date
from typing import Any

import pytest

from adapters.cli import rendering
from tests.builders.service import Bench
from tests.integration.questions.test_lead_views import TOLD, W1, WORKER, about_nobody, ask, take
from tests.spec.words import (
    attendance_marked,
    early_help_ended,
    event_corrected,
    gp_registered,
    happened,
    identifier,
    lead_accepted,
    pupil_admitted,
)

W2 = "la-808:W2"
LEAD = {"role": "lead_practitioner", "scope": "child"}


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    made = any_emptied_bench
    take(made, TOLD, 1)
    return made


def now(here: Bench) -> str:
    """The position of the last answer."""
    position: str = ask(here, "caseload", worker=W1)["position"]
    return position


def since(here: Bench, position: str, worker: str = W1, **more: Any) -> list[dict[str, Any]]:
    """The children of whom something changed."""
    children: list[dict[str, Any]] = ask(here, "changes", worker=worker, since=position, **more)["children"]
    return children


def test_a_child_that_left_the_caseload_is_told_with_what_took_it_off(here: Bench) -> None:
    before = now(here)
    take(
        here,
        [
            early_help_ended("A", on="2025-11-20"),
            happened("LeadEnded", "A", on="2025-11-20", worker="W1", **LEAD),
            happened("InvolvementStarted", "A", on="2025-11-21", service="play therapy", provision="additional"),
        ],
        20,
    )
    [child] = since(here, before)
    assert (child["name"]["given"], child["on_caseload"]) == (["Ada"], False)
    assert sorted((e["kind"], e["to"]) for e in child["entries"]) == [
        ("early_help", "2025-11-20"),
        ("lead", "2025-11-20"),
    ]
    assert child["began"] == child["cleared"] == child["taken_back"] == []
    assert since(here, now(here)) == []


def test_a_lead_that_was_passed_on_is_a_loss_to_one_and_news_to_the_other(here: Bench) -> None:
    take(here, [early_help_ended("A", on="2025-11-01")], 20)
    before = now(here)
    take(here, [happened("LeadTransferProposed", "A", on="2025-11-03", worker="W2", **LEAD)], 21)
    take(here, [lead_accepted("A", worker="W2", on="2025-11-10")], 22)
    [lost], [won] = since(here, before), since(here, before, W2)
    assert (lost["on_caseload"], [e["worker"] for e in lost["entries"]]) == (False, [W2])
    assert (won["on_caseload"], [e["worker"] for e in won["entries"]]) == (True, [W2])


def test_a_child_that_was_never_the_workers_leaves_the_caseload(here: Bench) -> None:
    before = now(here)
    take(here, [happened("EventRetracted", "A", on="2025-11-03", by="la-808", target=n) for n in (1, 2)], 20)
    [child] = since(here, before)
    assert (child["on_caseload"], sorted(e["kind"] for e in child["taken_back"])) == (False, ["early_help", "lead"])


def test_a_child_that_is_another_workers_leaves_the_caseload(here: Bench) -> None:
    take(here, [happened("EventRetracted", "A", on="2025-11-03", by="la-808", target=2)], 20)
    before = now(here)
    take(here, [event_corrected("A", 1, recorded="2025-11-04", worker="W2")], 21)
    [child] = since(here, before)
    assert (child["on_caseload"], [e["worker"] for e in child["entries"]]) == (False, [W2])


@pytest.mark.parametrize("mode", ["backfill", "snapshot"])
def test_a_loss_that_was_told_as_backfill_is_no_news(here: Bench, mode: str) -> None:
    before = now(here)
    ended = [early_help_ended("A", on="2025-11-20"), happened("LeadEnded", "A", on="2025-11-20", worker="W1", **LEAD)]
    take(here, ended, 20, mode)
    assert since(here, before) == []


def test_that_a_lead_left_the_organisation_has_begun_and_is_cleared(here: Bench) -> None:
    before = now(here)
    here.record(about_nobody("WorkerLeft", 1, "2025-11-20", worker=WORKER, reason="left"))
    here.projector.project()
    [child] = since(here, before)
    assert [(g["rule"], g["since"]) for g in child["began"]] == [("lead_worker_left", "2025-11-20")]
    before = now(here)
    assert since(here, before) == []
    here.record(about_nobody("WorkerRegistered", 2, "2025-11-25", worker=WORKER, role=None))
    here.projector.project()
    [child] = since(here, before)
    assert [(g["rule"], g["since"]) for g in child["cleared"]] == [("lead_worker_left", "2025-11-20")]
    assert child["began"] == []


def test_that_no_universal_service_was_in_contact_has_begun_and_is_cleared(here: Bench) -> None:
    """Ada was last seen at school in July; of a silence that a late mark moves on nothing is told."""
    take(
        here,
        [pupil_admitted("A", school="900001", on="2019-09-02"), gp_registered("A", practice="Z90001", on="2015-04-01")],
        20,
    )
    take(here, [attendance_marked("A", "900001", "2025-07-01", "/", "/")], 22)
    before, day = now(here), date(2026, 3, 2)
    rules = [g["rule"] for g in since(here, "1:0", effective_at=day)[0]["began"]]
    assert "no_universal_contact" in rules
    take(here, [attendance_marked("A", "900001", "2025-07-02", "/", "/")], 23)
    assert since(here, before, effective_at=day) == []
    take(here, [attendance_marked("A", "900001", "2026-02-27", "/", "/")], 24)
    [child] = since(here, before, effective_at=day)
    assert [(g["rule"], g["since"]) for g in child["cleared"]] == [("no_universal_contact", "2025-07-01")]


def test_a_loss_is_printed(here: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    before = now(here)
    take(
        here,
        [early_help_ended("A", on="2025-11-20"), happened("LeadEnded", "A", on="2025-11-20", worker="W1", **LEAD)],
        20,
    )
    rendering.show_changes(ask(here, "changes", worker=W1, since=before))
    assert "no longer on the caseload" in capsys.readouterr().out


BORN = {"born": "2015-03-01"}


def in_mode(event: Any, number: int, mode: str) -> dict[str, Any]:
    """An event as it is sent in a mode."""
    return {**event.wire(number), "mode": mode}


def records_of(here: Bench, token: str) -> list[str]:
    """The records of the child of a number."""
    told = ask(here, "child", identifier=":".join(identifier("A", token)))
    return list(told["records"])


@pytest.mark.parametrize("schools_first", [True, False])
def test_a_join_of_live_records_is_told_whichever_of_them_gives_the_child_its_id(
    here: Bench, schools_first: bool
) -> None:
    """Ids are random: which of two records is the lesser, and so the child's id, must not matter."""
    known = pupil_admitted("A", school="900001", on="2025-09-01", known_by=("upn",), **BORN)
    if schools_first:
        here.record(known.wire(20))
        here.projector.project()
    before = now(here)
    if not schools_first:
        here.record(known.wire(20))
    here.record(pupil_admitted("A", school="900002", on="2025-11-03", known_by=("upn", "nhs"), **BORN).wire(21))
    here.projector.project()
    own = set(records_of(here, "nhs"))
    [child] = since(here, before)
    assert len(own) == 2
    assert len(child["records_joined"]) == 1
    assert set(child["records_joined"]) < own
    assert child["records_parted"] == []
    assert since(here, now(here)) == []


def test_a_parting_is_told(here: Bench) -> None:
    here.record(pupil_admitted("A", school="900001", on="2025-09-01", known_by=("upn",), **BORN).wire(20))
    here.record(pupil_admitted("A", school="900002", on="2025-11-03", known_by=("upn", "nhs"), **BORN).wire(21))
    here.projector.project()
    before = now(here)
    both = set(records_of(here, "nhs"))
    retracts = happened("EventRetracted", "A", on="2025-11-05", by="urn-900002", target=21, known_by=("upn",))
    here.record(retracts.wire(22))
    here.projector.project()
    [child] = since(here, before)
    assert child["records_joined"] == []
    assert len(child["records_parted"]) == 1
    assert both - set(records_of(here, "nhs")) == set(child["records_parted"])


@pytest.mark.parametrize(("mode", "joined"), [("live", 1), ("backfill", 0), ("snapshot", 0)])
def test_ids_that_were_migrated_as_backfill_are_no_news(here: Bench, mode: str, joined: int) -> None:
    own = {"known_by": ("agency", "nhs"), **BORN}
    here.record(happened("ChildInNeedStarted", "A", on="2025-09-10", worker="W1", **own).wire(19))
    here.projector.project()
    before = now(here)
    former = dict(zip(("scheme", "value"), identifier("A", "agency"), strict=True))
    migrated = happened(
        "SourceIdMigrated", "A", on="2025-11-01", by="la-808", former=former, reason="new_system", known_by=("agency2",)
    )
    here.record(in_mode(migrated, 30, mode))
    again = happened("ChildInNeedStarted", "A", on="2025-09-10", worker="W1", known_by=("agency2",), **BORN)
    here.record(in_mode(again, 31, mode))
    here.projector.project()
    told = since(here, before)
    assert sum(len(child["records_joined"]) for child in told) == joined
    assert mode == "live" or told == []
