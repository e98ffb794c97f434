"""What people decide on the pages: a page first says what will happen, and then it is done, once."""

from datetime import timedelta

from adapters.questions.door import Door
from adapters.web.deciding import TYPED
from adapters.web.rendering import Contact, Reader, render
from domain.access.rules import BY_ID
from domain.access.viewer import LOCAL_OPERATOR
from domain.answers.answered import Receipt
from domain.questions.about import ReplayEntry
from tests.builders.html import ill_formed
from tests.builders.service import Bench
from tests.builders.web import ADA, LEAD, NOBODYS, Browser, Pages, hidden_fields
from tests.integration.web.conftest import NOW

COLLEAGUE = "la-808:W9999"
SEAT = {"role": "lead_practitioner", "scope": "child"}
BEFORE = 1  # nomination that the demonstration's agencies tell of
WHY = "Her aunt rang, and asked who helps the family"


def decided(told: Bench, event_type: str) -> int:
    (count,) = told.connection.execute(
        "SELECT count(*) FROM log.event WHERE topic LIKE %s AND notification_id > 0", (f"{event_type}:%",)
    ).fetchone() or (0,)
    return int(count)


def looked_at(browser: Browser, decision: str, **said: str) -> str:
    """The page that says what will happen."""
    child = browser.child_of(ADA)
    return browser.post("/decide/look", {"child": child, "decision": decision} | said).text


def confirming(page: str) -> dict[str, str]:
    """What the form that confirms sends."""
    return hidden_fields(page, "/decide/do")


def test_a_lead_is_passed_on_by_two_people_each_of_whom_sees_first_what_will_happen(
    browser: Browser, served: Pages, told: Bench
) -> None:
    browser.sign_in(LEAD.name)
    form = browser.post("/decide", {"child": browser.child_of(ADA), "decision": "transfer"})
    assert "Nothing is done yet." in form.text
    look = looked_at(browser, "transfer", worker="other", other=COLLEAGUE, family_view="told_and_agreed", **SEAT)
    assert f"{COLLEAGUE} is asked to take over." in look
    assert "They were told who is to lead, and agree" in look
    assert decided(told, "LeadTransferProposed") == 0
    done = browser.post("/decide/do", confirming(look))
    assert "It is recorded." in done.text
    assert [one.body["family_view"] for one in told.events() if one.effect.event_type == "LeadTransferProposed"] == [
        "told_and_agreed"
    ]
    told.projector.project()
    with served.browser() as other:
        other.sign_in(NOBODYS.name)
        look = looked_at(other, "accept", **SEAT)
        assert "leads from that day" in look
        assert "It is recorded." in other.post("/decide/do", confirming(look)).text
        told.projector.project()
        shown = other.open_child(ADA).text
        assert COLLEAGUE.partition(":")[2] in shown
        assert "They were told who is to lead, and agree" in shown, "as whoever led before has said"
    pages_seen = [answer for answer in browser.seen if answer.text and answer.status_code == 200]
    assert {str(answer.url): wrong for answer in pages_seen if (wrong := ill_formed(answer.text))} == {}


def test_what_is_sent_twice_is_done_once(browser: Browser, told: Bench) -> None:
    browser.sign_in(LEAD.name)
    form = confirming(looked_at(browser, "nominate", worker="other", other=COLLEAGUE, **SEAT))
    assert "It is recorded." in browser.post("/decide/do", form).text
    again = browser.post("/decide/do", form)
    assert (again.status_code, "It was not done again." in again.text) == (200, True)
    assert decided(told, "LeadNominated") == BEFORE + 1


def test_a_form_of_before_signing_out_does_nothing(browser: Browser, told: Bench) -> None:
    browser.sign_in(LEAD.name)
    form = confirming(looked_at(browser, "nominate", worker="other", other=COLLEAGUE, **SEAT))
    browser.post("/sign-out")
    assert browser.post("/decide/do", form).status_code == 403, "what was sent is shown once more, and nothing is done"
    browser.sign_in(LEAD.name)
    late = browser.post("/decide/do", form)
    assert (late.status_code, "Nothing was done." in late.text) == (409, True)
    assert decided(told, "LeadNominated") == BEFORE


def test_a_form_that_was_changed_after_it_was_looked_at_does_nothing(browser: Browser, told: Bench) -> None:
    browser.sign_in(LEAD.name)
    form = confirming(looked_at(browser, "nominate", worker="other", other=COLLEAGUE, **SEAT))
    for changed in ({"other": "ods-Z9NCT:CASE78"}, {"scope": "family"}, {"entry": "a-" + "0" * 32}, {"entry": ""}):
        assert browser.post("/decide/do", form | changed).status_code == 409
    assert decided(told, "LeadNominated") == BEFORE


def test_what_somebody_else_decided_meanwhile_is_said(browser: Browser, served: Pages, told: Bench) -> None:
    browser.sign_in(LEAD.name)
    late = confirming(looked_at(browser, "nominate", worker="other", other=COLLEAGUE, **SEAT))
    soon = confirming(looked_at(browser, "nominate", worker="other", other=COLLEAGUE, **SEAT))
    browser.post("/decide/do", soon)
    answer = browser.post("/decide/do", late)
    assert "Nothing was done" in answer.text
    assert "nominated or leads already" in answer.text
    assert decided(told, "LeadNominated") == BEFORE + 1


def test_what_cannot_be_is_said_before_it_is_tried(browser: Browser, told: Bench) -> None:
    browser.sign_in(LEAD.name)
    look = looked_at(browser, "accept", **SEAT)
    assert "This cannot be done" in look
    assert "This worker is not nominated." in look
    assert confirming(look) == {}


def test_nobody_decides_about_a_child_that_is_not_theirs(browser: Browser, served: Pages, told: Bench) -> None:
    browser.sign_in(LEAD.name)
    child = browser.child_of(ADA)
    with served.browser() as other:
        other.sign_in(NOBODYS.name)
        for decision in ("accept", "nominate", "start"):
            form = {
                "child": child,
                "decision": decision,
                "worker": COLLEAGUE,
                "service": "help",
                "provision": "additional",
            }
            refused = other.post("/decide/look", form | SEAT)
            assert (refused.status_code, "You cannot see this record" in refused.text) == (404, True)


def test_who_says_why_can_say_that_they_work_with_the_child_and_it_is_marked_as_their_own_word(
    served: Pages, told: Bench
) -> None:
    with served.browser() as browser:
        browser.sign_in(LEAD.name)
        child = browser.child_of(ADA)
    with served.browser() as other:
        other.sign_in(NOBODYS.name)
        form = {"child": child, "because": WHY, "service": "mentoring", "provision": "additional"}
        nominates = {"child": child, "because": WHY, "decision": "nominate", "worker": COLLEAGUE} | SEAT
        assert other.post("/decide/look", nominates).status_code == 404
        look = other.post("/decide/look", form | {"decision": "start"}).text
        assert "That is your own word." in look
        assert "It is recorded." in other.post("/decide/do", confirming(look)).text
        told.projector.project()
        opened = other.open_child(ADA)
        assert "your organisation&#39;s own system has not said so" in opened.text
        refused = looked_at(other, "nominate", worker=COLLEAGUE, **SEAT)
        assert "You work with this child, and those who do agree on who leads." not in refused


def test_what_was_typed_outlasts_the_time_of_who_typed_it(browser: Browser, served: Pages, told: Bench) -> None:
    browser.sign_in(LEAD.name)
    child = browser.child_of(ADA)
    before = decided(told, "InvolvementStarted")
    served.clock.advance(timedelta(hours=1))
    gone = browser.post(
        "/decide/look",
        {"child": child, "decision": "start", "service": "a service typed before", "provision": "additional"},
    )
    assert gone.url.path == "/timed-out"
    served.clock.set(NOW)  # the issuer's own clock stands still
    back = browser.sign_in(LEAD.name)
    assert (back.url.path, "a service typed before" in back.text) == ("/decide/look", True)
    assert decided(told, "InvolvementStarted") == before


def test_the_page_that_says_what_will_happen_is_rendered_again_from_its_entry_to_the_byte(
    browser: Browser, told: Bench
) -> None:
    browser.sign_in(LEAD.name)
    look = looked_at(browser, "nominate", worker="other", other=COLLEAGUE, **SEAT)
    said = {"child": browser.child_of(ADA), "decision": "nominate", "worker": "other", "other": COLLEAGUE} | SEAT
    answered = Door(told.service).answer(ReplayEntry(entry=confirming(look)["entry"]), LOCAL_OPERATOR)
    assert answered is not None
    entry = answered.content
    again = render(
        "decide-look",
        reader=Reader(LEAD.name, called="T. Abara"),
        content={"decision": entry["content"]},
        day=entry["effective_at"],
        receipts=[Receipt(entry["entry"], tuple(BY_ID[rule].says for rule in entry["rules"][:1]), entry["at"])],
        contact=Contact(None, "within one working day"),
        said=dict.fromkeys(TYPED, "") | said,
        wrong={},
        refused=None,
        before=False,
    )
    assert again == look
