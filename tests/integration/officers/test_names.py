"""Answers of the log name organisations and people beside their codes, as they are registered now; of who is not, the code stands alone."""

import csv
from dataclasses import replace
from datetime import UTC, datetime

from adapters.web.case_words import scheme
from domain.access.viewer import LOCAL_OPERATOR
from domain.answers.answered import Answered
from domain.answers.officers import as_csv
from domain.questions.about import CountKept, ListAccesses, ListCases, ShowCase, ShowSubjectAccess
from tests.builders.cases import opened
from tests.builders.desk import ANNA, BEN, CARA, CHECKER, OFFICER, Desk, identifier
from tests.builders.viewers import saying_why
from tests.spec.words import Happened, organisation_registered, worker_left, worker_registered


def named(worker: str, name: str) -> Happened:
    """A worker is registered with a name."""
    event = worker_registered(worker, on="2025-01-01")
    return replace(event, own={**event.own, "worker": {**event.own["worker"], "name": name}})


def registered(desk: Desk) -> None:
    """The council, and Anna and the officer, who works for it; Anna leaves later."""
    desk.told(
        organisation_registered("la-808", "Northmoor Council", on="2020-01-01"),
        named("W1", "Anna Archer"),
        named("P1", "Pat Privacy"),
    )


def names(desk: Desk, question: ListAccesses | ListCases | ShowCase) -> dict[str, str]:
    found = desk.ask(question, desk.person(OFFICER))
    assert isinstance(found, Answered)
    return dict(found.content["names"])


def test_a_list_of_accesses_names_people_and_organisations(desk: Desk) -> None:
    registered(desk)
    desk.helped("Ada")
    desk.look("Ada", ANNA)
    desk.look("Ada", BEN)
    found = names(desk, ListAccesses(organisation="la-808"))
    assert found == {"la-808": "Northmoor Council", ANNA: "Anna Archer"}
    desk.told(worker_left("W1", on="2025-12-10"))
    assert names(desk, ListAccesses(organisation="la-808", viewer=ANNA))[ANNA] == "Anna Archer", "who left has a name"


def test_a_case_names_who_opened_it_and_whom_it_is_about(desk: Desk) -> None:
    registered(desk)
    case = opened(desk.here, desk.person(OFFICER), "misuse", concerned=ANNA)
    everybody = {"la-808": "Northmoor Council", ANNA: "Anna Archer", OFFICER: "Pat Privacy"}
    assert names(desk, ShowCase(case=case)) == everybody
    assert names(desk, ListCases(organisation="la-808", office="privacy_officer")) == {
        code: name for code, name in everybody.items() if code != ANNA
    }


def test_an_answer_and_its_file_have_a_name_after_each_code(desk: Desk) -> None:
    registered(desk)
    desk.helped("Ada")
    desk.now(datetime(2025, 12, 17, 22, 0, tzinfo=UTC))
    for who in (ANNA, CARA):
        desk.look("Ada", saying_why(desk.person(who)))
    answer = desk.answer("out-of-hours", by=CHECKER)
    assert answer["names"] == {"la-808": "Northmoor Council", ANNA: "Anna Archer"}
    head, *rows = csv.reader(as_csv(answer).splitlines())
    assert head[:4] == ["Who", "Who, by name", "For", "For, by name"]
    assert sorted(row[:4] for row in rows) == [
        [ANNA, "Anna Archer", "la-808", "Northmoor Council"],
        [CARA, "", "ods-Z9H", ""],
    ]


def test_what_is_kept_names_who_sent_it(desk: Desk) -> None:
    registered(desk)
    desk.here.record({"event_type": "EarlyHelpStarted", "source": {"organisation": "la-808"}})
    found = desk.ask(CountKept(), LOCAL_OPERATOR)
    assert isinstance(found, Answered)
    [one] = found.content["counts"]
    assert found.content["names"] == ({} if one["organisation"] is None else {"la-808": "Northmoor Council"})


def test_a_record_that_is_given_names_whose_number_it_is_and_who_saw_it(desk: Desk) -> None:
    registered(desk)
    desk.helped("Ada", known_by=("nhs", "agency"))
    desk.look("Ada", ANNA)
    case = opened(desk.here, desk.person(OFFICER), "subject_access", child=identifier("Ada"), asked_by="child")
    found = desk.ask(ShowSubjectAccess(case=case), desk.person(OFFICER))
    assert isinstance(found, Answered)
    [number] = [one for one in found.content["record"]["numbers"] if one["scheme"].startswith("agency:")]
    assert scheme(number["scheme"], found.content["names"]).startswith("Number of Northmoor Council (la-808), ")
    assert found.content["names"][ANNA] == "Anna Archer"
