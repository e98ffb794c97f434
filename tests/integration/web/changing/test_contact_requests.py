"""Being put in touch: asked for of any child, once; who has it and what came of it is seen by who asked, and by the index team."""

import re

from tests.builders.html import ill_formed
from tests.builders.service import Bench
from tests.builders.web import ADA, INDEX_TEAM, LEAD, NOBODYS, Browser, Pages, hidden_fields

ASKS = {"purpose": "before_an_assessment", "reach": "01632 960001"}
WHY = "Her aunt rang, and asked who helps the family"


def asked(browser: Browser, told: Bench, **more: str) -> str:
    """A request of somebody whose child Ada is; its reference."""
    look = browser.post("/contact-requests/ask", {"child": browser.child_of(ADA)} | ASKS | more).text
    form = hidden_fields(look, "/contact-requests/do")
    done = browser.post("/contact-requests/do", form)
    assert "The index team has your request" in done.text
    told.projector.project()
    return form["entry"]


def test_a_request_has_a_reference_a_holder_a_promised_day_and_what_came_of_it(
    browser: Browser, team: Browser, told: Bench
) -> None:
    browser.sign_in(LEAD.name)
    reference = asked(browser, told)
    mine = browser.get("/contact-requests").text
    assert "The index team has it, and has not answered yet." in mine
    assert "22 December 2025" in mine, "the working day after a Friday"
    listed = team.get("/contact-requests").text
    assert (ADA in listed, "01632 960001" in listed, ", late" in listed) == (True, True, False)
    for outcome, said in (("in_hand", "The index team is looking into it."), ("passed_on", "Passed on.")):
        look = team.post("/contact-requests/answer", {"request": reference, "outcome": outcome}).text
        assert said in look
        done = team.post("/contact-requests/answered", hidden_fields(look, "/contact-requests/answered"))
        assert "It is answered" in done.text
        told.projector.project()
        mine = browser.get("/contact-requests").text
        assert (said in mine, INDEX_TEAM.name in mine) == (True, True)
    seen = [answer for answer in (*browser.seen, *team.seen) if answer.text and answer.status_code == 200]
    assert {str(answer.url): wrong for answer in seen if (wrong := ill_formed(answer.text))} == {}


def test_what_is_sent_twice_is_asked_once_and_answered_once(browser: Browser, team: Browser, told: Bench) -> None:
    browser.sign_in(LEAD.name)
    look = browser.post("/contact-requests/ask", {"child": browser.child_of(ADA)} | ASKS).text
    form = hidden_fields(look, "/contact-requests/do")
    browser.post("/contact-requests/do", form)
    assert "It was not sent again." in browser.post("/contact-requests/do", form).text
    told.projector.project()
    look = team.post("/contact-requests/answer", {"request": form["entry"], "outcome": "passed_on"}).text
    answer = hidden_fields(look, "/contact-requests/answered")
    team.post("/contact-requests/answered", answer)
    assert "It was answered before" in team.post("/contact-requests/answered", answer).text
    told.projector.project()
    rows = told.connection.execute(
        "SELECT kind, count(*) FROM log.fact WHERE kind LIKE 'contact_%%' AND act = 18 GROUP BY kind ORDER BY kind"
    ).fetchall()
    assert rows == [("contact_answered", 1), ("contact_requested", 1)]


def test_it_is_offered_of_every_child_and_of_a_claimed_one_with_the_reason(
    browser: Browser, served: Pages, told: Bench
) -> None:
    browser.sign_in(NOBODYS.name)
    search = {"reason": WHY, "scheme": "nhs", "number": "999 020 0017"}
    child = re.findall(r'name="child" value="(c-[0-9a-f]{32})"', browser.post("/search", search).text)[0]
    opened = browser.post("/search/open", {"reason": WHY, "child": child}).text
    form = hidden_fields(opened, "/contact-requests")
    assert form == {"child": child, "because": WHY}
    look = browser.post("/contact-requests/ask", form | ASKS).text
    assert (
        "The index team has your request"
        in browser.post("/contact-requests/do", hidden_fields(look, "/contact-requests/do")).text
    )
    assert browser.post("/contact-requests/ask", {"child": child} | ASKS).status_code == 404


def test_who_did_not_ask_sees_no_request_and_answers_none(browser: Browser, served: Pages, told: Bench) -> None:
    browser.sign_in(LEAD.name)
    reference = asked(browser, told)
    with served.browser() as other:
        other.sign_in(NOBODYS.name)
        assert "There are none." in other.get("/contact-requests").text
        for person in (other, browser):
            answer = person.post("/contact-requests/answer", {"request": reference, "outcome": "passed_on"})
            assert answer.status_code == 404


def test_a_form_of_another_time_asks_nothing(browser: Browser, team: Browser, told: Bench) -> None:
    browser.sign_in(LEAD.name)
    look = browser.post("/contact-requests/ask", {"child": browser.child_of(ADA)} | ASKS).text
    form = hidden_fields(look, "/contact-requests/do")
    for changed in ({"purpose": "other"}, {"reach": "01632 960002"}, {"entry": "a-" + "0" * 32}, {"entry": "x"}):
        assert browser.post("/contact-requests/do", form | changed).status_code == 409
    browser.sign_in(LEAD.name)
    assert browser.post("/contact-requests/do", form).status_code == 409
    told.projector.project()
    assert "There are none." in team.get("/contact-requests").text
