"""Forms of what somebody decides or asks for, typed wrongly: what is wrong is said beside its field, and nothing is done."""

import pytest

from tests.builders.html import ill_formed
from tests.builders.web import ADA, LEAD, Browser

COLLEAGUE = "la-808:W9999"
SEAT = {"role": "lead_practitioner", "scope": "child"}
ASKS = {"purpose": "before_an_assessment", "reach": "01632 960001"}


@pytest.mark.parametrize(
    ("decision", "said", "wrong"),
    [
        ("nominate", SEAT, "Say who it is"),
        ("nominate", {"worker": "other", "other": "nobody"} | SEAT, "Say who it is"),
        ("nominate", {"worker": COLLEAGUE, "scope": "child"}, "Say which lead it is"),
        ("accept", SEAT | {"role": "<script>"}, "Choose one of those that are offered"),
        ("start", {"service": "x" * 10_000, "provision": "universal"}, "Use 200 letters or fewer"),
        ("start", {"service": "\N{RIGHT-TO-LEFT OVERRIDE}krow", "provision": "universal"}, "Use 200 letters or fewer"),
        ("accept", SEAT | {"on-day": "31", "on-month": "2", "on-year": "2025"}, "The day must be a real day"),
        ("accept", SEAT | {"on-day": "1", "on-month": "2", "on-year": "2027"}, "The day must be today, or before it"),
    ],
)
def test_a_decision_that_is_typed_wrongly_is_said_so_beside_its_field(
    decision: str, said: dict[str, str], wrong: str, browser: Browser
) -> None:
    browser.sign_in(LEAD.name)
    answer = browser.post("/decide/look", {"child": browser.child_of(ADA), "decision": decision} | said)
    assert (answer.status_code, wrong in answer.text) == (400, True)
    assert "<script" not in answer.text
    assert ill_formed(answer.text) == []


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"reach": "01632 960001"}, "Say what the contact is for"),
        ({"purpose": "other"}, "Say how you can be reached"),
        ({"purpose": "<b>", "reach": "x"}, "Say what the contact is for"),
        (ASKS | {"reach": "x" * 10_000}, "Use 100 letters or fewer"),
        (ASKS | {"reach": "\N{RIGHT-TO-LEFT OVERRIDE}1"}, "Use 100 letters or fewer"),
    ],
)
def test_a_request_that_is_typed_wrongly_is_said_so_beside_its_field(
    said: dict[str, str], wrong: str, browser: Browser
) -> None:
    browser.sign_in(LEAD.name)
    answer = browser.post("/contact-requests/ask", {"child": browser.child_of(ADA)} | said)
    assert (answer.status_code, wrong in answer.text) == (400, True)
    assert ill_formed(answer.text) == []
