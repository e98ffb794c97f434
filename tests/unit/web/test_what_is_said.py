"""How pages say what an answer has: of whoever reads it, of a case's time and child, and of whom a decision may be."""

import pytest

from adapters.web import accesses, case_words, decisions
from tests.unit.web.test_rendering import ENTRY

NAMES = {"la-808": "Northmoor Council"}


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("ShowCaseload", "Listed your children"),
        ("ListHearings", "Looked for cases that ask you"),
        ("ReadNotice", "Said that you had read the notice for staff"),
        ("ShowSiblings", "Looked at who a child's brothers and sisters are"),
    ],
)
def test_who_reads_their_own_accesses_is_spoken_to(question: str, said: str) -> None:
    assert accesses.asked_own(question) == said


def test_a_request_is_answered_by_the_end_of_a_day_and_a_breach_told_by_the_second() -> None:
    """In summer the last second of a day in London is of the hour before, in UTC."""
    due = {"due_at": "2026-07-19T22:59:59.000000Z"}
    assert case_words.due(due | {"kind": "erasure"}) == "It must be answered by the end of 19 July 2026"
    assert case_words.due(due | {"kind": "breach"}) == "The regulator must be told by 19 July 2026 at 23:59:59"


@pytest.mark.parametrize(
    ("identifier", "said"),
    [
        ("nhs:9990200017", "NHS number 9990200017"),
        ("agency:la-808:mosaic:77", "Number of Northmoor Council (la-808), mosaic 77"),
    ],
)
def test_a_case_says_what_number_its_child_was_named_by(identifier: str, said: str) -> None:
    assert case_words.child(identifier, NAMES) == said


def test_whom_a_decision_may_be_of_stands_with_the_names_of_their_organisations() -> None:
    nurse = ENTRY | {"agency": "ods-Z99NCT", "agency_name": "Northmoor Community Trust", "worker": "ods-Z99NCT:N310"}
    visitor = ENTRY | {"worker": "org-elsewhere:V1"}
    offered = [one["text"] for one in decisions.people({"lead": [ENTRY], "works": [nurse, visitor]}, "la-808:W1")]
    assert offered == [
        "Myself",
        "T. Abara (W2041), Northmoor Council (la-808)",
        "T. Abara (N310), Northmoor Community Trust (ods-Z99NCT)",
        "T. Abara (org-elsewhere:V1), org-elsewhere",
        "Somebody else",
    ]
