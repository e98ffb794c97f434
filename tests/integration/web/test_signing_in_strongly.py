"""What a session alone is not enough for: somebody signs in again, strongly, and comes back to where they were."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from adapters.commands.granting import end, read_worker
from adapters.questions.door import Door
from domain.access.viewer import Role
from domain.answers.answered import NotShown
from domain.questions.about import ShowChild
from tests.builders.html import ill_formed
from tests.builders.service import Bench
from tests.builders.viewers import granted, person
from tests.builders.web import ADA, AS_ASKED, LAZY, LEAD, NOBODYS, STRANGER, Browser, Pages, issuer_settings, pages
from tests.integration.web.test_officers import ENTRY, case_about
from tools.demo.issuer import STRONG, WEAK

AGAIN = "Sign in again"
NOT_STRONG = "You have not signed in strongly"


@pytest.fixture(scope="module")
def told(told: Bench) -> Bench:
    """The same, where two people are the council's privacy officers."""
    for officer in (AS_ASKED, LAZY):
        granted(told, officer.name, Role.PRIVACY_OFFICER)
    return told


@pytest.fixture
def seen(served: Pages) -> Iterator[str]:
    """An entry of the lead professional's looking at Ada."""
    with served.browser() as lead:
        lead.sign_in(LEAD.name)
        yield str(ENTRY.findall(lead.open_child(ADA).text)[0])


def replayed_by(told: Bench, name: str) -> list[tuple[str, str, bool]]:
    """Of each replay that somebody asked for: what became of it, and how they had signed in."""
    rows = told.connection.execute(
        "SELECT bytes FROM access.entry WHERE viewer = %s AND kind = 'ReplayEntry' ORDER BY at", (name,)
    ).fetchall()
    leaves = [orjson.loads(row[0]) for row in rows]
    return [(leaf["outcome"], leaf["acr"], leaf["signed_in_strongly"]) for leaf in leaves]


def asked(browser: Browser, entry: str, name: str) -> str:
    """Somebody who has signed in as ever asks for what that is not enough for, in a case that they open: its reference."""
    browser.sign_in(name)
    case = case_about(browser, entry)
    sent = browser.post(f"/accesses/{entry}", {"case": case})
    assert (sent.url.path, AGAIN in sent.text, ADA in sent.text) == ("/sign-in-strongly", True, False)
    assert ill_formed(sent.text) == []
    return case


def test_who_must_sign_in_strongly_comes_back_to_the_page_with_what_they_typed(
    browser: Browser, seen: str, told: Bench
) -> None:
    case = asked(browser, seen, AS_ASKED.name)
    before = browser.client.cookies["icr-session"]
    back = browser.sign_in_strongly(AS_ASKED.name)
    assert (back.url.path, case in back.text) == (f"/accesses/{seen}", True)
    assert browser.client.cookies["icr-session"] != before
    assert ADA in browser.post(f"/accesses/{seen}", {"case": case}).text
    assert replayed_by(told, AS_ASKED.name) == [("refused", WEAK, False), ("shown", STRONG, True)]


def test_why_somebody_was_refused_is_told_to_an_officer_who_has_signed_in_strongly(
    browser: Browser, told: Bench
) -> None:
    refused = Door(told.service).ask(ShowChild(identifier="nhs:9990200017"), person(told, NOBODYS.name))
    assert isinstance(refused, NotShown)
    path, why = f"/accesses/{refused.entry}/why-not", {"reason": "They ask why they could not see her"}
    browser.sign_in(AS_ASKED.name)
    sent = browser.post(path, why)
    assert (sent.url.path, "Which rules were tried" in sent.text) == ("/sign-in-strongly", False)
    back = browser.sign_in_strongly(AS_ASKED.name)
    assert (back.url.path, why["reason"] in back.text) == (path, True)
    assert "Which rules were tried" in browser.post(path, why).text


def test_the_log_is_given_away_to_an_auditor_who_has_signed_in_strongly(browser: Browser, told: Bench) -> None:
    granted(told, AS_ASKED.name, Role.AUDITOR)
    try:
        browser.sign_in(AS_ASKED.name)
        sent = browser.post("/access-log/export")
        assert (sent.url.path, AGAIN in sent.text) == ("/sign-in-strongly", True)
        back = browser.sign_in_strongly(AS_ASKED.name)
        assert (back.url.path, "Take the whole log away" in back.text) == ("/access-log", True)
        assert "attachment" in browser.post("/access-log/export").headers["content-disposition"]
    finally:
        end(told.service, read_worker(AS_ASKED.name), Role.AUDITOR)


def test_the_issuer_is_asked_for_a_strong_and_recent_sign_in(browser: Browser, seen: str) -> None:
    asked(browser, seen, AS_ASKED.name)
    address = browser.once("GET", "/sign-in-strongly/begin").headers["location"]
    assert "acr_values=urn%3Aicr%3Ademo%3Astrong" in address
    assert "max_age=900" in address
    assert AS_ASKED.staff_id not in address


def test_an_issuer_that_takes_no_heed_of_it_is_refused_plainly_and_the_session_goes_on(
    browser: Browser, seen: str
) -> None:
    case = asked(browser, seen, LAZY.name)
    refused = browser.sign_in_strongly(LAZY.name)
    assert (refused.status_code, NOT_STRONG in refused.text, "did not use a strong means" in refused.text) == (
        403, True, True,
    )  # fmt: skip
    assert browser.signed_in
    assert browser.post(f"/accesses/{seen}", {"case": case}).url.path == "/sign-in-strongly"
    assert case in browser.get(f"/accesses/{seen}").text, "what was typed is still there"


def test_it_counts_for_a_quarter_of_an_hour(browser: Browser, seen: str, served: Pages) -> None:
    case = asked(browser, seen, AS_ASKED.name)
    browser.sign_in_strongly(AS_ASKED.name)
    served.clock.advance(timedelta(minutes=15))
    assert ADA in browser.post(f"/accesses/{seen}", {"case": case}).text
    served.clock.advance(timedelta(seconds=1))
    assert browser.post(f"/accesses/{seen}", {"case": case}).url.path == "/sign-in-strongly"


def test_a_clock_set_back_makes_nobody_strong(browser: Browser, seen: str, served: Pages) -> None:
    case = asked(browser, seen, AS_ASKED.name)
    browser.sign_in_strongly(AS_ASKED.name)
    served.clock.advance(timedelta(seconds=-31))
    assert browser.post(f"/accesses/{seen}", {"case": case}).url.path == "/sign-in-strongly"


def test_somebody_else_who_signs_in_at_that_moment_takes_nothing_over(browser: Browser, seen: str, told: Bench) -> None:
    case = asked(browser, seen, AS_ASKED.name)
    before = browser.client.cookies["icr-session"]
    other = browser.sign_in_strongly(NOBODYS.name)
    assert (other.status_code, "Somebody else signed in" in other.text) == (403, True)
    assert browser.client.cookies["icr-session"] == before
    assert case in browser.get(f"/accesses/{seen}").text
    (count,) = told.connection.execute(
        "SELECT count(*) FROM access.session WHERE viewer = %s AND acr = %s", (NOBODYS.name, STRONG)
    ).fetchone() or (0,)
    assert count == 0


def test_it_belongs_to_the_session_that_began_it(browser: Browser, seen: str, served: Pages) -> None:
    case = asked(browser, seen, AS_ASKED.name)
    begun = browser.once("GET", "/sign-in-strongly/begin")
    back = str(browser.client.post(begun.headers["location"], data={"sub": AS_ASKED.name}).headers["location"])
    # Signed out meanwhile, and signed in again: the answer is of the session before.
    kept = browser.client.cookies["icr-sign-in"]
    browser.post("/sign-out")
    browser.sign_in(AS_ASKED.name)
    browser.client.cookies.set("icr-sign-in", kept, domain="127.0.0.1", path="/")
    assert browser.get(back).status_code == 403
    assert browser.post(f"/accesses/{seen}", {"case": case}).url.path == "/sign-in-strongly"
    with served.browser() as other:
        other.client.cookies.set("icr-sign-in", kept, domain="127.0.0.1", path="/")
        assert other.get(back).status_code == 403
        assert not other.signed_in


def test_what_another_issuer_calls_strong_is_not_this_ones(
    told: Bench, issuer: str, seen: str, module_database_url: str, tmp_path: Path
) -> None:
    two = [
        issuer_settings(issuer, tmp_path, strong_acr=["urn:icr:card"]),
        issuer_settings(issuer, tmp_path, name="eastmoor", organisations=["la-999"]),
    ]
    with pages(module_database_url, tmp_path, told.clock, two) as made, made.browser() as browser:
        case = asked(browser, seen, AS_ASKED.name)
        begun = browser.once("GET", "/sign-in-strongly/begin")
        # The same word, of the issuer of another organisation: neither its way back nor its word is this one's.
        back = str(browser.client.post(begun.headers["location"], data={"sub": AS_ASKED.name}).headers["location"])
        assert browser.get(back.replace("/northmoor?", "/eastmoor?")).status_code == 403
        asked_strongly = f"{begun.headers['location']}&acr_values={STRONG}"
        forged = str(browser.client.post(asked_strongly, data={"sub": AS_ASKED.name}).headers["location"])
        assert browser.get(forged).status_code == 403
        assert browser.post(f"/accesses/{seen}", {"case": case}).url.path == "/sign-in-strongly"
        assert browser.sign_in(STRANGER.name, "eastmoor").url.path == "/my-children"


def test_where_no_strong_means_is_set_nothing_is_opened_and_that_is_said(
    told: Bench, issuer: str, seen: str, module_database_url: str, tmp_path: Path
) -> None:
    none = issuer_settings(issuer, tmp_path, strong_acr=[])
    with pages(module_database_url, tmp_path, told.clock, [none]) as made, made.browser() as browser:
        browser.sign_in(AS_ASKED.name)
        case = case_about(browser, seen)
        sent = browser.post(f"/accesses/{seen}", {"case": case})
        assert "No strong means is set for Northmoor Council" in sent.text
        assert browser.get("/sign-in-strongly/begin").status_code == 403


def test_who_has_not_signed_in_is_not_sent_to_sign_in_strongly(browser: Browser) -> None:
    for path in ("/sign-in-strongly", "/sign-in-strongly/begin"):
        assert browser.get(path).url.path == "/sign-in"
