"""What staff are told of the log before their first page, and their own entries, which they can read."""

import hashlib
import re
from datetime import timedelta

import orjson
import pytest

from adapters.questions.door import Door
from domain.access.viewer import LOCAL_OPERATOR
from domain.answers import notice
from domain.answers.answered import Answered, NotShown
from domain.questions.about import ReplayEntry, ShowOwnAccesses
from tests.builders.html import ill_formed
from tests.builders.service import Bench
from tests.builders.viewers import person
from tests.builders.web import ADA, LEAD, NEWCOMER, NOBODYS, Browser, Pages
from tests.integration.web.conftest import NOW
from tests.integration.web.test_refusals import NEVER
from tests.integration.web.test_searching import NUMBER, WHY, child_in

TITLE = "What is logged of you"
READ = {"version": str(notice.VERSION)}


@pytest.fixture
def newcomer(served: Pages, told: Bench) -> Browser:
    """A browser of somebody who has not read the notice yet."""
    told.connection.execute("UPDATE access.session SET notice = NULL WHERE viewer = %s", (NEWCOMER.name,))
    with served.browser() as made:
        made.sign_in(NEWCOMER.name)
        yield made


@pytest.mark.not_replayed("entries are taken out, so that somebody is new")
class TestNotice:
    """Somebody signs in for the first time."""

    @pytest.fixture(autouse=True)
    def new(self, told: Bench) -> None:
        told.connection.execute("DELETE FROM access.entry WHERE viewer = %s", (NEWCOMER.name,))

    def test_it_comes_before_the_first_page_and_once(self, newcomer: Browser, served: Pages) -> None:
        first = newcomer.seen[-1]
        assert (first.url.path, TITLE in first.text) == ("/staff-notice", True)
        assert ill_formed(first.text) == []
        for path in ("/my-children", "/search", "/accesses", "/my-accesses"):
            assert newcomer.get(path).url.path == "/staff-notice"
        assert newcomer.post("/child", {"child": NEVER}).url.path == "/staff-notice"
        assert newcomer.post("/staff-notice", READ).url.path == "/my-children"
        assert "I have read this" not in newcomer.get("/staff-notice").text, "it can be read again at any time"
        with served.browser() as later:
            assert later.sign_in(NEWCOMER.name).url.path == "/my-children"

    def test_that_it_was_read_is_an_entry_with_version_time_and_text(self, newcomer: Browser, told: Bench) -> None:
        newcomer.post("/staff-notice", READ)
        (row,) = told.connection.execute(
            "SELECT bytes FROM access.entry WHERE viewer = %s AND kind = 'ReadNotice'", (NEWCOMER.name,)
        ).fetchall()
        leaf = orjson.loads(row[0])
        assert (leaf["at"][:19], leaf["outcome"]) == (NOW.isoformat()[:19], "shown")
        past = Door(told.service).answer(ReplayEntry(entry=leaf["id"]), LOCAL_OPERATOR)
        assert past is not None
        assert (past.content["asked"], past.content["content"]) == ({"version": notice.VERSION}, notice.notice_now())

    def test_a_later_version_is_to_be_read_again(
        self, newcomer: Browser, served: Pages, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        newcomer.post("/staff-notice", READ)
        later = notice.VERSION + 1
        for module in (
            "domain.answers.notice",
            "adapters.web.people",
            "adapters.web.own_accesses",
            "adapters.questions.notice",
        ):
            monkeypatch.setattr(f"{module}.VERSION", later)
        assert newcomer.get("/my-children").url.path == "/staff-notice"
        late = newcomer.post("/staff-notice", READ)
        assert (late.url.path, "I have read this" in late.text) == ("/staff-notice", True), (
            "a page of the version before"
        )
        assert newcomer.post("/staff-notice", {"version": str(later)}).url.path == "/my-children"
        with served.browser() as again:
            assert again.sign_in(NEWCOMER.name).url.path == "/my-children"

    def test_who_will_not_read_it_can_sign_out(self, newcomer: Browser) -> None:
        assert newcomer.get("/sign-out").url.path == "/sign-out"
        assert newcomer.post("/sign-out").url.path == "/signed-out"

    def test_a_form_that_was_sent_before_it_is_there_afterwards(self, newcomer: Browser) -> None:
        newcomer.post("/search", WHY | {"family": "Example"})
        back = newcomer.post("/staff-notice", READ)
        assert (back.url.path, WHY["reason"] in back.text) == ("/search", True)


def test_anybody_may_read_the_notice_before_they_sign_in(browser: Browser) -> None:
    shown = browser.get("/staff-notice")
    assert (shown.status_code, TITLE in shown.text, "I have read this" in shown.text) == (200, True, False)


def test_a_text_that_says_something_else_is_a_new_version() -> None:
    """Raise VERSION in domain/answers/notice.py with the text, unless a mere slip of the pen was put right; then change the hash."""
    text = orjson.dumps(notice.notice_now()["sections"])
    assert (notice.VERSION, hashlib.sha256(text).hexdigest()[:16]) == (1, "fb1c400ddb7db0f8")


# ---- what I looked at


def test_somebody_reads_when_they_asked_what_and_why(browser: Browser) -> None:
    browser.sign_in(NOBODYS.name)
    child = child_in(browser.post("/search", WHY | NUMBER).text)
    browser.post("/search/open", WHY | {"child": child})
    own = browser.get("/my-accesses")
    assert own.status_code == 200
    assert ill_formed(own.text) == []
    for said in ("Opened a child&#39;s record", "Searched for a child", WHY["reason"], "19 December 2025 at 10:00"):
        assert said in own.text
    assert ADA not in own.text
    assert child not in own.text
    entries = re.findall(r"a-[0-9a-f]{32}", own.text)
    assert entries
    again = browser.get("/my-accesses")
    assert "Read your own entries of the access log" in again.text, "that they read it is logged too"


def test_what_was_refused_is_told_from_what_was_not_found_by_nobody(browser: Browser, served: Pages) -> None:
    with served.browser() as lead:
        lead.sign_in(LEAD.name)
        ada = lead.child_of(ADA)
    browser.sign_in(NEWCOMER.name)
    browser.post("/staff-notice", READ)
    served.clock.advance(timedelta(minutes=1))
    for child in (ada, NEVER):
        assert browser.post("/child", {"child": child}).status_code == 404
    items = re.findall(r'<li class="app-entry.*?</li>', browser.get("/my-accesses").text, re.DOTALL)
    two = [re.sub(r"a-[0-9a-f]{32}", "ENTRY", one) for one in items if "10:01" in one]
    assert len(two) == 2
    assert two[0] == two[1]
    assert "Nothing was shown" in two[0]


def test_nobody_reads_anothers(told: Bench) -> None:
    door, anna = Door(told.service), person(told, LEAD.name)
    assert isinstance(door.ask(ShowOwnAccesses(viewer=LEAD.name), anna), Answered)
    assert isinstance(door.ask(ShowOwnAccesses(viewer=NOBODYS.name), anna), NotShown)


def test_the_reason_stands_in_the_entry_alone_and_not_again_in_that_of_the_list(told: Bench, browser: Browser) -> None:
    browser.sign_in(NOBODYS.name)
    browser.post("/search", WHY | NUMBER)
    door, ben = Door(told.service), person(told, NOBODYS.name)
    found = door.answer(ShowOwnAccesses(viewer=NOBODYS.name), ben)
    assert found is not None
    assert found.receipt is not None
    assert WHY["reason"] in str(found.content)
    past = door.answer(ReplayEntry(entry=found.receipt.entry), LOCAL_OPERATOR)
    assert past is not None
    assert WHY["reason"] not in str(past.content)
    assert found.content["accesses"][0]["entry"] in str(past.content), "its entry does"


def test_older_ones_and_those_of_some_days(browser: Browser, told: Bench) -> None:
    door, ben = Door(told.service), person(told, NOBODYS.name)
    for _ in range(51):
        door.ask(ShowOwnAccesses(viewer=NOBODYS.name, limit=1), ben)
    browser.sign_in(NOBODYS.name)
    first = browser.get("/my-accesses").text
    before = re.search(r'name="before" value="(a-[0-9a-f]{32})"', first)
    assert before is not None
    older = browser.get(f"/my-accesses?before={before[1]}").text
    assert set(re.findall(r"a-[0-9a-f]{32}", first)).isdisjoint(re.findall(r"<dd>(a-[0-9a-f]{32})", older))
    day = "first-day=20&first-month=12&first-year=2025"
    assert "There is none of those days." in browser.get(f"/my-accesses?{day}").text
    wrong = browser.get(f"/my-accesses?{day}&last-day=31&last-month=2&last-year=2025")
    assert (wrong.status_code, "The last day must be a real day" in wrong.text) == (400, True)
