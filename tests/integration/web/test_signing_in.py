"""A lead professional signs in with a browser, sees her children and opens one; whoever tries otherwise does not get in."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.process.clock import FixedClock
from adapters.web.claims import Person, Vouched
from adapters.web.sessions import Sessions
from tests.builders.service import Bench
from tests.builders.web import ADA, LEAD, LEAVER, NOBODYS, STRANGER, Browser, Pages, issuer_settings, pages
from tests.integration.web.conftest import NOW
from tests.spec.words import worker_left

REFUSED = "You could not be signed in"


def test_a_lead_professional_signs_in_and_opens_a_child(browser: Browser) -> None:
    first = browser.get("/")
    assert (first.status_code, first.url.path) == (200, "/sign-in")
    assert "Northmoor Council" in first.text

    children = browser.sign_in(LEAD.name)
    assert (children.status_code, children.url.path) == (200, "/my-children")
    assert ADA in children.text
    assert "19 December 2025" in children.text

    child = browser.open_child(ADA)
    assert child.status_code == 200
    assert f'<h1 class="govuk-heading-l app-wraps app-title">{ADA}</h1>' in child.text
    assert "T. Abara (W2041)" in child.text
    assert "You are this child&#39;s lead professional." in child.text


def test_each_page_names_its_entry_of_the_access_log(browser: Browser, told: Bench) -> None:
    browser.sign_in(LEAD.name)
    child = browser.open_child(ADA)
    named = {entry[2:] for entry in re.findall(r"a-[0-9a-f]{32}", child.text)}
    rows = told.connection.execute(
        "SELECT viewer, kind, outcome FROM access.entry WHERE id = ANY(%s::uuid[]) ORDER BY kind", (list(named),)
    ).fetchall()
    assert rows == [(LEAD.name, kind, "shown") for kind in ("ShowChild", "ShowSiblings", "ShowTimeline")]


def test_the_session_is_named_by_its_hash_alone(browser: Browser, told: Bench) -> None:
    browser.sign_in(LEAD.name)
    kept = browser.client.cookies["icr-session"]
    rows = told.connection.execute("SELECT * FROM access.session").fetchall()
    assert rows
    assert kept not in str(rows)


def test_cookies_are_for_us_alone(browser: Browser) -> None:
    browser.sign_in(LEAD.name)
    given = [cookie for answer in browser.seen for cookie in answer.headers.get_list("set-cookie")]
    assert len(given) >= 3
    for cookie in given:
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie


def test_a_session_planted_before_signing_in_is_nothing(browser: Browser, served: Pages) -> None:
    planted = "planted-by-somebody-who-knows-it-0123456789"
    browser.client.cookies.set("icr-session", planted, domain="127.0.0.1")
    browser.sign_in(LEAD.name)
    with served.browser() as other:
        other.client.cookies.set("icr-session", planted, domain="127.0.0.1")
        assert not other.signed_in


def test_signing_in_again_gives_a_new_session_and_ends_the_one_before(browser: Browser, served: Pages) -> None:
    browser.sign_in(LEAD.name)
    before = browser.client.cookies["icr-session"]
    browser.sign_in(LEAD.name)
    assert browser.client.cookies["icr-session"] != before
    with served.browser() as other:
        other.client.cookies.set("icr-session", before, domain="127.0.0.1")
        assert not other.signed_in


def test_signing_out_ends_the_session_and_not_only_the_cookie(browser: Browser, served: Pages) -> None:
    browser.sign_in(LEAD.name)
    kept = browser.client.cookies["icr-session"]
    gone = browser.post("/sign-out")
    assert gone.url.path == "/signed-out"
    assert "icr-session" not in browser.client.cookies
    with served.browser() as other:
        other.client.cookies.set("icr-session", kept, domain="127.0.0.1")
        assert not other.signed_in


def test_signing_out_everywhere_ends_all_sessions_of_that_person(browser: Browser, served: Pages) -> None:
    with served.browser() as lost, served.browser() as colleague:
        for one in (browser, lost):
            one.sign_in(LEAD.name)
        colleague.sign_in(NOBODYS.name)
        browser.post("/sign-out-everywhere")
        assert [one.signed_in for one in (browser, lost, colleague)] == [False, False, True]


def test_who_asks_for_nothing_is_signed_out_after_twenty_minutes(browser: Browser, served: Pages) -> None:
    browser.sign_in(LEAD.name)
    served.clock.advance(timedelta(minutes=19, seconds=59))
    assert browser.signed_in
    served.clock.advance(timedelta(minutes=20))
    told = browser.get("/my-children")
    assert (told.url.path, "You have been signed out" in told.text) == ("/timed-out", True)
    assert not browser.signed_in


def test_sessions_are_forgotten_thirty_days_after_they_could_last_no_longer(told: Bench) -> None:
    clock = FixedClock(NOW - timedelta(days=100))
    sessions = Sessions(told.service.connect, clock, timedelta(minutes=20), timedelta(hours=10))
    first = hashlib.sha256(sessions.begin(Vouched(Person("la-808", "W1")), "northmoor").encode()).digest()

    def is_kept() -> bool:
        return told.connection.execute("SELECT FROM access.session WHERE id = %s", (first,)).fetchone() is not None

    clock.advance(timedelta(days=30, hours=9, minutes=30))
    sessions.begin(Vouched(Person("la-808", "W2")), "northmoor")
    assert is_kept()
    clock.advance(timedelta(minutes=31))
    sessions.begin(Vouched(Person("la-808", "W3")), "northmoor")
    assert is_kept(), "it is looked for once an hour"
    clock.advance(timedelta(minutes=30))
    sessions.begin(Vouched(Person("la-808", "W4")), "northmoor")
    assert not is_kept()


def test_who_goes_on_is_signed_out_after_ten_hours(browser: Browser, served: Pages) -> None:
    browser.sign_in(LEAD.name)
    for _ in range(39):
        served.clock.advance(timedelta(minutes=15))
        assert browser.signed_in
    served.clock.advance(timedelta(minutes=15))
    assert browser.get("/my-children").url.path == "/timed-out"


def test_a_clock_set_back_does_not_lengthen_a_session(browser: Browser, served: Pages) -> None:
    browser.sign_in(LEAD.name)
    served.clock.advance(timedelta(minutes=-5))
    assert browser.signed_in
    served.clock.set(NOW + timedelta(minutes=20))
    assert not browser.signed_in


def test_whose_organisation_the_issuer_may_not_speak_for_does_not_get_in(browser: Browser, told: Bench) -> None:
    answer = browser.sign_in(STRANGER.name)
    assert (answer.status_code, REFUSED in answer.text) == (403, True)
    assert "icr-session" not in browser.client.cookies
    assert told.connection.execute("SELECT FROM access.session WHERE organisation = 'la-999'").fetchone() is None


def test_a_session_ends_with_the_issuers_word_for_the_organisation(browser: Browser, told: Bench) -> None:
    browser.sign_in(LEAD.name)
    told.connection.execute("UPDATE access.session SET organisation = 'la-999', viewer = 'la-999:W2041'")
    assert not browser.signed_in
    told.connection.execute("DELETE FROM access.session")


def test_a_leavers_open_session_fails_at_the_next_request(browser: Browser, served: Pages, told: Bench) -> None:
    browser.sign_in(LEAVER.name)
    assert browser.signed_in
    left = worker_left(LEAVER.staff_id, on="2025-12-19", recorded="2025-12-19").wire(7)
    assert told.counts(told.record(left)).accepted == 1
    answer = browser.get("/my-children")
    assert (answer.status_code, "has told us that you have left" in answer.text) == (403, True)
    with served.browser() as other:
        assert other.sign_in(LEAVER.name).status_code == 403
        assert not other.signed_in


@pytest.mark.parametrize("change", ["state", "code", "nothing begun", "both twice", "an error"])
def test_an_answer_that_is_not_the_issuers_to_this_browser_is_refused(
    change: str, browser: Browser, served: Pages
) -> None:
    answer = browser.answer_of_issuer(LEAD.name)
    parts = urlsplit(answer)
    given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    path = parts.path
    if change == "nothing begun":
        with served.browser() as other:
            refused = other.get(answer)
            assert not other.signed_in
    elif change == "both twice":
        refused = browser.get(f"{answer}&{parts.query}")
    elif change == "an error":
        refused = browser.get(f"{path}?error=access_denied&state={given['state']}")
    else:
        given[change] = "of-another-sign-in"
        refused = browser.get(f"{path}?code={given['code']}&state={given['state']}")
    assert (refused.status_code, REFUSED in refused.text) == (403, True)
    assert not browser.signed_in


def test_two_sign_ins_swapped_between_browsers_are_refused(browser: Browser, served: Pages) -> None:
    with served.browser() as other:
        mine, theirs = browser.answer_of_issuer(LEAD.name), other.answer_of_issuer(NOBODYS.name)
        assert browser.get(theirs).status_code == 403
        assert other.get(mine).status_code == 403
        assert not browser.signed_in
        assert not other.signed_in


def test_an_answer_is_taken_once(browser: Browser) -> None:
    answer = browser.answer_of_issuer(LEAD.name)
    assert browser.get(answer).url.path == "/my-children"
    browser.post("/sign-out")
    assert browser.get(answer).status_code == 403
    assert not browser.signed_in


def test_who_takes_too_long_at_the_issuer_begins_again(browser: Browser, served: Pages) -> None:
    answer = browser.answer_of_issuer(LEAD.name)
    served.clock.advance(timedelta(minutes=10, seconds=1))
    assert browser.get(answer).status_code == 403


def test_one_issuers_answer_is_not_anothers(told: Bench, issuer: str, module_database_url: str, tmp_path: Path) -> None:
    two = [
        issuer_settings(issuer, tmp_path),
        issuer_settings(issuer, tmp_path, name="eastmoor", organisations=["la-999"]),
    ]
    with pages(module_database_url, tmp_path, told.clock, two) as made, made.browser() as browser:
        answer = browser.answer_of_issuer(LEAD.name, "northmoor").replace("/signed-in/northmoor", "/signed-in/eastmoor")
        assert browser.get(answer).status_code == 403
        assert not browser.signed_in
        assert browser.sign_in(STRANGER.name, "eastmoor").url.path == "/my-children"


def test_an_issuer_that_does_not_answer_is_said_plainly(told: Bench, module_database_url: str, tmp_path: Path) -> None:
    silent = issuer_settings("http://127.0.0.1:9", tmp_path)
    with pages(module_database_url, tmp_path, told.clock, [silent]) as made, made.browser() as browser:
        answer = browser.get("/sign-in/northmoor")
        assert (answer.status_code, REFUSED in answer.text) == (403, True)
        assert browser.get("/sign-in").status_code == 200
