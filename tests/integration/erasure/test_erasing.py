"""A record is erased: nothing of it is left to answer with, everybody else's stays, and the logs hold."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.commands.erasing import Erasing
from adapters.commands.erasures import Erasures
from adapters.commands.granting import grant, read_worker
from adapters.disclosure.checkpoints import publish, sign
from adapters.disclosure.export import write_export
from adapters.disclosure.sealing import seal
from adapters.disclosure.second_place import SecondPlace
from adapters.disclosure.signing_key import first_key
from adapters.log.messages import Message
from adapters.questions.door import Door
from domain.access.viewer import LOCAL_OPERATOR, Role
from domain.answers.answered import Answered
from domain.erasure import EXEMPTIONS
from domain.errors import NothingKnown, Rejected
from domain.questions.about import FindChildren, ReplayEntry, ShowCaseload, ShowChild, ShowTimeline
from domain.questions.asking import Question
from projections.view_sets import checksums
from tests.builders.service import KEYS, Bench, bench
from tests.spec import words
from tests.spec.words import Happened, gp_registered, happened, lead_accepted, pupil_admitted
from tools.verify_log import access_log, verify

DAY = date(2025, 12, 1)
PAT, SAM = "la-808:P1", "la-808:P2"


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path)
    for officer in (PAT, SAM):
        grant(made.service, read_worker(officer), Role.PRIVACY_OFFICER)
    record(
        made,
        happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1", name="Ada Example", born="2015-03-01"),
        lead_accepted("Ada", worker="W1", on="2025-09-02"),
        pupil_admitted("Ada", school="900001", on="2019-09-02"),
        happened("EarlyHelpStarted", "Bob", on="2025-09-01", worker="W1", name="Bob Example", born="2014-03-01"),
        lead_accepted("Bob", worker="W1", on="2025-09-02"),
    )
    made.projector.project()
    yield made
    made.close()


def record(here: Bench, *events: Happened, start: int = 0) -> None:
    here.record(*(event.wire(start + n) for n, event in enumerate(events)))


def number(who: str, scheme: str = "nhs") -> str:
    return ":".join(words.identifier(who, scheme))


def ask(here: Bench, question: Question[Any]) -> Any:
    here.clock.advance(timedelta(seconds=1))
    return Door(here.service).ask(question, LOCAL_OPERATOR)


def proposed(
    here: Bench, who: str, by: str = PAT, confirmed_by: str = SAM, *, alone: bool = False, scheme: str = "nhs"
) -> str:
    """An erasure that two people have decided."""
    deciding = Erasures(here.service)
    records = deciding.records_of(number(who, scheme), alone=alone)
    proposal = deciding.propose(by, records, "unlawful", list(EXEMPTIONS))
    deciding.confirm(confirmed_by, proposal.erasure)
    return proposal.erasure


def erase(here: Bench, who: str, *, alone: bool = False, scheme: str = "nhs") -> Any:
    return Erasing(here.service).run(proposed(here, who, alone=alone, scheme=scheme))


@pytest.mark.not_replayed("what was shown is erased")
def test_answers_about_an_erased_child_are_as_for_nobody(here: Bench) -> None:
    child = ask(here, ShowChild(identifier=number("Ada"), effective_at=DAY)).content
    done = erase(here, "Ada")
    assert done.events == 3
    here.projector.project()
    for question in (
        ShowChild(identifier=number("Ada"), effective_at=DAY),
        ShowTimeline(identifier=number("Ada"), effective_at=DAY),
        ShowChild(record=child["records"][0], effective_at=DAY),
        ShowChild(record=child["child"], effective_at=DAY),
        ShowChild(record=child["child"], effective_at=DAY, known_at="1:5"),
    ):
        assert not isinstance(ask(here, question), Answered)
    assert ask(here, FindChildren(family="Example", born=date(2015, 3, 1))).content["children"] == []
    caseload = ask(here, ShowCaseload(worker="la-808:W1", effective_at=DAY)).content
    assert [one["name"]["given"] for one in caseload["children"]] == [["Bob"]]


@pytest.mark.not_replayed("what was shown is erased")
def test_both_logs_hold_and_name_what_was_erased(here: Bench, tmp_path: Path) -> None:
    ask(here, ShowChild(identifier=number("Ada"), effective_at=DAY))
    erase(here, "Ada")
    record(here, happened("EarlyHelpStarted", "Cy", on="2025-10-01", worker="W1"), start=20)
    report = verify(here.connection, KEYS)
    assert (report.found, report.erased.ranges) == ({}, [[3, 5]])
    sealed_log_holds(here, tmp_path)


@pytest.mark.not_replayed("what was shown is erased")
def test_a_page_from_before_says_erased_since_of_the_childs_own_parts_alone(here: Bench) -> None:
    entry = ask(here, ShowCaseload(worker="la-808:W1", effective_at=DAY)).receipt.entry
    opened = ask(here, ShowChild(identifier=number("Ada"), effective_at=DAY)).receipt.entry
    erase(here, "Ada")
    here.projector.project()
    replayed = ask(here, ReplayEntry(entry=entry)).content
    assert replayed["proved"] == "erased_since"
    assert {name_of(one) for one in replayed["content"]["children"]} == {None, "Bob"}
    of_the_child = ask(here, ReplayEntry(entry=opened)).content
    assert (of_the_child["proved"], of_the_child["asked"]) == ("erased_since", None)
    assert "Example" not in str(of_the_child["content"])


@pytest.mark.not_replayed("what was shown is erased")
def test_an_event_after_the_erasure_begins_a_new_record(here: Bench) -> None:
    before = ask(here, ShowChild(identifier=number("Ada"), effective_at=DAY)).content["child"]
    erase(here, "Ada")
    record(here, pupil_admitted("Ada", school="900002", on="2025-11-03"), start=30)
    here.projector.project()
    after = ask(here, ShowTimeline(identifier=number("Ada"), effective_at=DAY)).content
    assert after["child"] != before
    assert [entry["provider"] for entry in after["entries"]] == ["900002"]
    assert verify(here.connection, KEYS).found == {}


def test_a_recorder_that_remembers_the_record_begins_a_new_one(here: Bench) -> None:
    other = here.service.recorder()
    remembered = pupil_admitted("Ada", school="900003", on="2025-10-03").wire(40)
    assert [o.outcome for o in other.record([Message(remembered)])] == ["accepted"]
    erase(here, "Ada")
    again = pupil_admitted("Ada", school="900004", on="2025-11-03").wire(41)
    assert [o.outcome for o in other.record([Message(again)])] == ["accepted"]
    other.close()
    here.projector.project()
    shown = ask(here, ShowTimeline(identifier=number("Ada"), effective_at=DAY)).content
    assert [entry["provider"] for entry in shown["entries"]] == ["900004"]
    assert verify(here.connection, KEYS).found == {}


def test_who_publishes_is_answered_as_before(here: Bench) -> None:
    sent = [
        happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1", name="Ada Example", born="2015-03-01").wire(
            0
        ),
        words.event_corrected("Ada", 1, recorded="2025-10-02", begins="2025-09-08").wire(50),
    ]
    erase(here, "Ada")
    assert [o.outcome for o in here.record(*sent)] == ["duplicate", "accepted"]
    assert verify(here.connection, KEYS).found == {}


@pytest.mark.parametrize(
    ("kept_by", "rule"),
    [
        (
            happened("LegalHoldApplied", "Ada", on="2025-10-01", authority="Northmoor Inquiry"),
            "a legal hold is in force",
        ),
        (happened("ShieldApplied", "Ada", on="2025-10-01"), "the child is shielded: end the shield first"),
    ],
)
def test_what_is_held_is_not_erased(here: Bench, kept_by: Happened, rule: str) -> None:
    deciding = Erasures(here.service)
    proposal = deciding.propose(PAT, deciding.records_of(number("Ada")), "objection", list(EXEMPTIONS))
    deciding.confirm(SAM, proposal.erasure)
    record(here, kept_by, start=60)
    for projected in (False, True):
        if projected:
            here.projector.project()
        with pytest.raises(Rejected) as refused:
            Erasing(here.service).run(proposal.erasure)
        assert refused.value.rule == rule
        with pytest.raises(Rejected):
            deciding.propose(PAT, deciding.records_of(number("Ada")), "objection", list(EXEMPTIONS))
    assert isinstance(ask(here, ShowChild(identifier=number("Ada"), effective_at=DAY)), Answered)


def test_a_hold_under_one_number_keeps_what_stands_under_the_others(here: Bench) -> None:
    both = happened(
        "EarlyHelpStarted", "Ada", on="2025-09-03", known_by=("upn", "nhs"), name="Ada Example", born="2015-03-01"
    )
    own = pupil_admitted(
        "Ada", school="900001", on="2025-09-01", known_by=("upn",), name="Ada Example", born="2015-03-01"
    )
    record(here, own, both, happened("LegalHoldApplied", "Ada", on="2025-10-01"), start=65)
    here.projector.project()
    deciding = Erasures(here.service)
    with pytest.raises(Rejected, match="a legal hold is in force"):
        deciding.propose(PAT, deciding.records_of(number("Ada", "upn"), alone=True), "objection", list(EXEMPTIONS))


@pytest.mark.not_replayed("what was shown is erased")
def test_of_two_that_were_joined_wrongly_one_is_erased_with_its_share_alone(here: Bench) -> None:
    record(
        here,
        pupil_admitted("Dee", school="900005", on="2024-09-02", known_by=("upn",), name="Dee Other", born="2016-01-02"),
        gp_registered("Dee", practice="Z90001", on="2016-02-01", name="Dee Other", born="2016-01-02"),
        pupil_admitted(
            "Dee", school="900006", on="2025-09-01", known_by=("upn", "nhs"), name="Dee Other", born="2016-01-02"
        ),
        start=70,
    )
    here.projector.project()
    joined = ask(here, ShowTimeline(identifier=number("Dee"), effective_at=DAY)).content
    assert len(joined["records"]) == 2
    erase(here, "Dee", alone=True, scheme="upn")
    here.projector.project()
    left = ask(here, ShowTimeline(identifier=number("Dee"), effective_at=DAY)).content
    assert [entry["provider"] for entry in left["entries"]] == ["Z90001"]
    assert len(left["records"]) == 1
    assert not isinstance(ask(here, ShowTimeline(identifier=number("Dee", "upn"), effective_at=DAY)), Answered)
    assert verify(here.connection, KEYS).found == {}
    now = checksums(here.connection, here.serving())
    here.rebuilder.rebuild()
    rebuilt = ask(here, ShowTimeline(identifier=number("Dee"), effective_at=DAY)).content
    assert rebuilt["entries"] == left["entries"]
    assert checksums(here.connection, here.serving())["entry"] == now["entry"]


def test_a_rebuild_gives_the_rows_that_an_erasure_left(here: Bench) -> None:
    erase(here, "Ada")
    here.projector.project()
    left = checksums(here.connection, here.serving())
    here.rebuilder.rebuild()
    assert checksums(here.connection, here.serving()) == left


def test_what_another_childs_events_name_of_it_leads_nowhere(here: Bench) -> None:
    record(here, words.relationship_stated("Bob", "sibling", on="2025-09-01", to="Ada"), start=80)
    here.projector.project()
    erase(here, "Ada")
    here.projector.project()
    shown = ask(here, ShowTimeline(identifier=number("Bob"), effective_at=DAY)).content
    assert "relationship" in {entry["kind"] for entry in shown["entries"]}
    assert verify(here.connection, KEYS).found == {}
    record(here, pupil_admitted("Ada", school="900002", on="2025-11-03"), start=81)
    here.projector.project()
    assert verify(here.connection, KEYS).found == {}


@pytest.mark.parametrize(
    ("by", "ground", "exemptions", "field"),
    [
        ("la-808:W1", "unlawful", list(EXEMPTIONS), "by"),
        (PAT, "because", list(EXEMPTIONS), "ground"),
        (PAT, "unlawful", ["public_task"], "exemptions"),
        (PAT, "unlawful", [*EXEMPTIONS, "other"], "exemptions"),
    ],
)
def test_a_proposal_says_who_why_and_what_does_not_apply(
    here: Bench, by: str, ground: str, exemptions: list[str], field: str
) -> None:
    deciding = Erasures(here.service)
    with pytest.raises(Rejected) as refused:
        deciding.propose(by, deciding.records_of(number("Ada")), ground, exemptions)
    assert refused.value.field == field
    assert deciding.all() == []


def test_a_workers_record_is_none_that_is_proposed(here: Bench) -> None:
    rows = here.connection.execute(
        "SELECT DISTINCT originator_id FROM log.event WHERE topic LIKE 'RoleGranted%'"
    ).fetchall()
    for (record,) in rows:
        with pytest.raises(NothingKnown):
            Erasures(here.service).propose(PAT, [record], "unlawful", list(EXEMPTIONS))


def test_a_second_person_confirms_before_anything_is_erased(here: Bench) -> None:
    grant(here.service, read_worker("la-808:P3"), Role.DATA_PROTECTION_OFFICER)
    deciding = Erasures(here.service)
    proposal = deciding.propose(PAT, deciding.records_of(number("Ada")), "unlawful", list(EXEMPTIONS))
    for by in (PAT, "la-808:P3", "la-808:W1"):
        with pytest.raises(Rejected, match="not_so in by"):
            deciding.confirm(by, proposal.erasure)
    with pytest.raises(Rejected, match="a second person confirms"):
        Erasing(here.service).run(proposal.erasure)
    here.clock.advance(timedelta(days=31))
    with pytest.raises(Rejected, match="more than 30 days ago"):
        deciding.confirm(SAM, proposal.erasure)
    here.clock.advance(timedelta(days=-1))
    assert deciding.confirm(SAM, proposal.erasure).confirmed_by == SAM
    with pytest.raises(Rejected, match="already_so"):
        deciding.confirm(SAM, proposal.erasure)
    with pytest.raises(NothingKnown):
        Erasing(here.service).run("erasure-nobody")


def name_of(child: Any) -> str | None:
    return None if child.get("name") is None or "given" not in child["name"] else str(child["name"]["given"][0])


def sealed_log_holds(here: Bench, folder: Path) -> None:
    """The whole check of the access log, which trusts nobody here, finds nothing."""
    key = first_key(here.connection, folder / "signing-key", "icr.example/access")
    place = SecondPlace(folder / "second")
    seal(here.connection)
    sign(here.connection, key, place, here.clock.now())
    publish(here.connection, key, place, here.clock.now())
    write_export(here.connection, KEYS, folder / "export.jsonl", lambda _at, _of: None)
    report = access_log.verify(folder / "export.jsonl", str(key.verifier), place.latest() or "")
    assert report.found == {}
