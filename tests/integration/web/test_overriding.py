"""Whoever may set a shield aside is warned, says why, and has signed in strongly; it is for one visit, and for nobody else."""

import re

import orjson
import pytest

from domain.access.viewer import Role
from tests.builders.html import ill_formed
from tests.builders.service import Bench
from tests.builders.viewers import granted
from tests.builders.web import ADA, AS_ASKED, LEAD, NOBODYS, Browser, Pages
from tests.integration.web.test_refusals import NEVER
from tests.integration.web.test_searching import NUMBER, WHY, child_in
from tests.spec.words import happened

URGENT = {"reason": "The child is missing tonight, and the police ask"}
ASIDE = "You have set this child&#39;s shield aside for this visit."


@pytest.fixture(scope="module")
def told(told: Bench) -> Bench:
    """The same, where Ada is shielded and somebody may set that aside."""
    granted(told, AS_ASKED.name, Role.SHIELD_OVERRIDE)
    shield = happened("ShieldApplied", "Ada", on="2025-12-01").wire(0)
    shield["subject"]["identifiers"] = [{"scheme": "nhs", "value": "9990200017"}]
    [outcome] = told.record(shield)
    assert outcome.outcome == "accepted", outcome
    told.projector.project()
    return told


def found(browser: Browser) -> str:
    """The id of Ada, whom somebody has looked for with a reason."""
    return child_in(browser.post("/search", WHY | NUMBER).text)


def test_a_shield_is_set_aside_with_a_warning_a_reason_and_a_strong_sign_in(browser: Browser, told: Bench) -> None:
    browser.sign_in(AS_ASKED.name)
    child = found(browser)
    page = browser.post("/search/open", WHY | {"child": child})
    assert "Set the shield aside" in page.text
    warned = browser.post("/override", {"child": child})
    assert (warned.status_code, "Somebody may be in danger" in warned.text) == (200, True)
    assert ill_formed(warned.text) == []
    assert browser.post("/override", {"child": child} | URGENT).url.path == "/sign-in-strongly"
    back = browser.sign_in_strongly(AS_ASKED.name)
    assert (back.url.path, URGENT["reason"] in back.text, child in back.text) == ("/override", True, True)
    shown = browser.post("/override", {"child": child} | URGENT)
    assert (shown.status_code, ADA in shown.text, ASIDE in shown.text) == (200, True, True)
    assert re.fullmatch(r"/child/[A-Za-z0-9_-]+", shown.url.path)
    named = [entry[2:] for entry in re.findall(r"a-[0-9a-f]{32}", shown.text)]
    rows = told.connection.execute("SELECT bytes FROM access.entry WHERE id = ANY(%s::uuid[])", (named,)).fetchall()
    leaves = [orjson.loads(row[0]) for row in rows]
    assert {(one["purpose"], one["opening"], one["signed_in_strongly"]) for one in leaves} == {
        ("override", "override", True)
    }


def test_for_everybody_else_the_shield_stays(browser: Browser) -> None:
    browser.sign_in(LEAD.name)
    page = browser.open_child(ADA)
    assert (ASIDE in page.text, "Set the shield aside" in page.text) == (False, False)


def test_who_may_not_finds_no_such_page(browser: Browser) -> None:
    browser.sign_in(NOBODYS.name)
    assert browser.get("/override").status_code == 404
    assert browser.post("/override", {"child": NEVER} | URGENT).status_code == 404


@pytest.mark.parametrize("reason", ["", "because", "x" * 10_000])
def test_without_a_reason_nothing_is_set_aside(reason: str, browser: Browser) -> None:
    browser.sign_in(AS_ASKED.name)
    answer = browser.post("/override", {"child": NEVER, "reason": reason})
    assert (answer.status_code, "There is a problem" in answer.text, reason in answer.text) == (400, True, True)


def test_of_a_child_that_there_is_not_the_same_is_said_as_of_one_that_may_not_be_seen(
    browser: Browser, served: Pages
) -> None:
    browser.sign_in(AS_ASKED.name)
    browser.post("/override", {"child": NEVER} | URGENT)
    browser.sign_in_strongly(AS_ASKED.name)
    answer = browser.post("/override", {"child": NEVER} | URGENT)
    assert (answer.status_code, "You cannot see this record" in answer.text) == (404, True)
    assert browser.post("/override", {"child": "c-1"} | URGENT).status_code == 400
    assert "No child is chosen" in browser.get("/override").text
