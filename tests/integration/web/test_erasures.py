"""Two officers decide on the pages that a record is erased; who may not sees no such page, and nothing is done twice."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from adapters.commands.erasures import Erasures
from adapters.commands.giving_up import GivingUp
from adapters.disclosure.sealer import seal_now
from adapters.disclosure.signing_key import first_key
from adapters.questions.door import Door
from domain.access.entry import entry_id
from domain.access.viewer import LOCAL_OPERATOR, Role
from domain.dates import to_day
from domain.questions.about import ShowTimeline
from tests.builders.cases import closed, done, opened
from tests.builders.chromium import fits, found_by_axe
from tests.builders.html import ill_formed
from tests.builders.months import SCHEDULE
from tests.builders.service import Bench
from tests.builders.viewers import granted, person
from tests.builders.web import INDEX_TEAM, LEAD, OFFICER, SECOND, Browser, Pages, issuer_settings, pages
from tests.integration.web.conftest import NOW

WHOLE = {
    "scheme": "nhs",
    "number": "999 020 0017",
    "which": "all",
    "ground": "objection",
    "none_applies": "yes",
    "case": "",
}
JUNE = datetime(2017, 6, 1, 12, tzinfo=UTC)
NAMED = re.compile(r"erasure-[a-z]{14}")


@pytest.fixture(scope="module")
def told(told: Bench) -> Bench:
    """The same, where two people are privacy officers."""
    for one in (OFFICER, SECOND):
        granted(told, one.name, Role.PRIVACY_OFFICER)
    return told


@pytest.fixture(scope="module")
def server(
    told: Bench, issuer: str, module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pages]:
    """The pages, where the access log is kept for seven years."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "retention.toml").write_text(SCHEDULE)
    issuers = [issuer_settings(issuer, folder)]
    with pages(module_database_url, folder, told.clock, issuers, retention_file=folder / "retention.toml") as made:
        yield made


@pytest.fixture
def officer(served: Pages) -> Iterator[Browser]:
    """The first officer's browser, signed in."""
    with served.browser() as made:
        made.sign_in(OFFICER.name)
        yield made


@pytest.fixture
def second(served: Pages) -> Iterator[Browser]:
    """The second officer's."""
    with served.browser() as made:
        made.sign_in(SECOND.name)
        yield made


def granted_case(told: Bench) -> str:
    """A request for erasure of the child's record that was granted: opened by one officer, closed by another."""
    first, other = (person(told, one.name) for one in (OFFICER, SECOND))
    case = opened(told, first, "erasure", child="nhs:9990200017", asked_by="child")
    done(told, first, case, "checked")
    closed(told, other, case, "granted")
    return case


def proposed(officer: Browser, **changed: str) -> httpx2.Response:
    return officer.post("/erasures", WHOLE | changed)


def reference(answer: httpx2.Response) -> str:
    found = NAMED.search(answer.text)
    assert found is not None, answer.text
    return found[0]


def test_one_proposes_and_another_confirms_once_it_was_read_what_happens(
    officer: Browser, second: Browser, told: Bench
) -> None:
    answer = proposed(officer, case=granted_case(told))
    assert answer.status_code == 200
    assert ill_formed(answer.text) == []
    assert "999" not in answer.text + str(answer.url)
    erasure = reference(answer)
    asked = second.post("/erasures/confirm", {"erasure": erasure})
    assert (asked.status_code, OFFICER.name in asked.text, ">k-" in asked.text, ill_formed(asked.text)) == (
        200,
        True,
        True,
        [],
    )
    assert re.search(r"\d records<|One record<", asked.text)
    assert Erasures(told.service).named(erasure).confirmed_by is None
    done = second.post("/erasures/confirm", {"erasure": erasure, "read": "yes"})
    assert "is confirmed" in done.text
    found = Erasures(told.service).named(erasure)
    assert (found.proposed_by, found.confirmed_by, found.confirmed_on) == (
        OFFICER.name,
        SECOND.name,
        to_day(NOW.date()),
    )
    assert second.post("/erasures/confirm", {"erasure": erasure, "read": "yes"}).status_code == 400
    assert len([one for one in Erasures(told.service).all() if one.erasure == erasure]) == 1


def test_what_is_sent_twice_is_proposed_once(officer: Browser) -> None:
    assert reference(proposed(officer, ground="unlawful")) == reference(proposed(officer, ground="unlawful"))
    assert reference(proposed(officer)) != reference(proposed(officer, ground="unlawful"))


def test_who_proposed_it_does_not_confirm_it(officer: Browser, told: Bench) -> None:
    erasure = reference(proposed(officer, ground="consent_withdrawn"))
    for read in ("", "yes"):
        refused = officer.post("/erasures/confirm", {"erasure": erasure, "read": read})
        assert (refused.status_code, "that takes a second person" in refused.text) == (409, True)
    assert Erasures(told.service).named(erasure).confirmed_by is None


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"number": "999 020 0018"}, "number", "The number must be one"),
        ({"number": "9990000018"}, "number", "Nothing is known under that number"),
        ({"ground": "because"}, "ground", "Say on which ground"),
        ({"none_applies": "no"}, "none_applies", "none applies"),
        ({"case": "C\u202e-7"}, "case", "at most 100"),
        ({"case": "x" * 101}, "case", "at most 100"),
        ({"case": "C-7"}, "case", "A case of erasure about this child, which was granted"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_stays_typed(
    officer: Browser, changed: dict[str, str], field: str, says: str
) -> None:
    refused = proposed(officer, **changed)
    assert refused.status_code == 400
    assert (says in refused.text, f'href="#{field}"' in refused.text, f'id="{field}-error"' in refused.text) == (
        True,
        True,
        True,
    )
    assert ill_formed(refused.text) == []
    assert NAMED.search(refused.text) is None


def test_a_reference_that_is_none_is_said(second: Browser) -> None:
    assert "No erasure has that reference" in second.post("/erasures/confirm", {"erasure": "<b>erasure-x</b>"}).text


def test_who_may_not_decide_sees_no_such_page(browser: Browser) -> None:
    browser.sign_in(LEAD.name)
    assert "Erase a record" not in browser.get("/my-children").text
    for answer in (
        browser.get("/erasures"),
        browser.post("/erasures", WHOLE),
        browser.post("/erasures/confirm", {"erasure": "erasure-x"}),
    ):
        assert (answer.status_code, "Page not found" in answer.text) == (404, True)


# Months of the access log


@pytest.fixture(scope="module")
def last_month(told: Bench) -> str:
    """A month that was stated to be over, and is due."""
    now = told.clock.now()
    told.clock.set(JUNE)
    Door(told.service).ask(ShowTimeline(identifier="nhs:9990200017"), LOCAL_OPERATOR)
    told.clock.set(JUNE + timedelta(days=40))
    key = first_key(told.connection, told.service.settings.data_dir / "signing-key", "icr.example/access")
    seal_now(told.service, key)  # else nothing more is shown: entries wait for a published checkpoint
    told.clock.set(now)
    return "2017-06"


def test_two_officers_decide_that_a_month_is_given_up(
    officer: Browser, second: Browser, told: Bench, last_month: str
) -> None:
    answer = officer.post("/erasures/month", {"month": last_month})
    assert (answer.status_code, "the access log of June 2017" in answer.text, ill_formed(answer.text)) == (
        200,
        True,
        [],
    )
    erasure = reference(answer)
    assert reference(officer.post("/erasures/month", {"month": last_month})) == erasure
    asked = second.post("/erasures/confirm", {"erasure": erasure})
    assert (ill_formed(asked.text), "who saw what in that month" in asked.text) == ([], True)
    assert "Nobody can say" not in officer.post("/erasures/confirm", {"erasure": erasure}).text, (
        "that takes a second person"
    )
    done = second.post("/erasures/confirm", {"erasure": erasure, "read": "yes"})
    assert "says that the month was given up, and by which rule" in done.text
    assert Erasures(told.service).named(erasure).month == last_month


def test_the_index_team_is_offered_no_month(served: Pages, told: Bench) -> None:
    granted(told, INDEX_TEAM.name, Role.INDEX_TEAM)
    with served.browser() as index_team:
        index_team.sign_in(INDEX_TEAM.name)
        index_team.sign_in_strongly(INDEX_TEAM.name)
        form = index_team.get("/erasures").text
    assert ("Propose the erasure" in form, "Propose the month" in form) == (True, False)


@pytest.mark.parametrize(
    ("month", "says"),
    [
        ("", "Write the month as year and month, like 2026-06"),
        ("June 2017", "Write the month as year and month, like 2026-06"),
        ("2017-13", "Write the month as year and month, like 2026-06"),
        ("2025-12", "The log has not yet stated that it is over"),
    ],
)
def test_what_is_no_month_or_not_due_is_said_beside_its_field(officer: Browser, month: str, says: str) -> None:
    refused = officer.post("/erasures/month", {"month": month})
    assert (refused.status_code, says in refused.text, 'id="month-error"' in refused.text) == (400, True, True)
    assert ill_formed(refused.text) == []


def test_who_may_not_decide_proposes_no_month(browser: Browser) -> None:
    browser.sign_in(LEAD.name)
    assert browser.post("/erasures/month", {"month": "2017-06"}).status_code == 404


@pytest.mark.nightly
def test_the_pages_of_a_month_fit_and_axe_finds_nothing(
    chromium: Chromium, served: Pages, told: Bench, last_month: str
) -> None:
    """The month proposed, waiting, confirmed, and an access of it that was given up, in a real browser at both widths."""
    page, looked = chromium.new_page(), []
    page.set_default_timeout(5000)

    def look(name: str, heading: str) -> None:
        page.get_by_role("heading", level=1, name=heading, exact=True).wait_for()
        fits(page, name)
        assert found_by_axe(page) == [], name
        looked.append(name)

    try:
        (entry,) = told.connection.execute(
            "SELECT id FROM access.entry WHERE at < '2017-07-01' LIMIT 1"
        ).fetchone() or ("",)
        signed_in(page, served, OFFICER.name)
        page.goto(f"{served.address}/erasures")
        page.get_by_role("button", name="Propose the month").click()
        look("month-wrong", "Erase a record")
        page.locator("#month").fill(last_month)
        page.get_by_role("button", name="Propose the month").click()
        look("month-proposed", "The month is proposed")
        found = NAMED.search(page.inner_text("main"))
        assert found is not None
        signed_in(page, served, SECOND.name)
        page.goto(f"{served.address}/records-due")
        assert "The access log of June 2017" in page.inner_text("main")
        look("month-waiting", "Records due")
        page.get_by_role("button", name=found[0]).click()
        look("month-confirm", "Confirm an erasure")
        page.get_by_role("button", name="Confirm the erasure").click()
        look("month-confirmed", "The erasure is confirmed")
        assert GivingUp(served.service).run(found[0]).entries == 1
        case = opened(told, person(told, SECOND.name), accesses=(entry_id(entry),))
        page.goto(f"{served.address}/accesses/{entry_id(entry)}")
        page.locator(f"input[name='case'][value='{case}']").check()
        page.get_by_role("button", name="Open", exact=True).click()
        look("month-access", "A month of the access log was given up")
        assert "Given up: the month's time of keeping is over" in page.inner_text("main")
    finally:
        page.close()


def signed_in(page: Page, served: Pages, name: str) -> None:
    page.goto(f"{served.address}/sign-in/northmoor")
    page.locator(f"button[value='{name}']").click()
    page.wait_for_url(re.compile("questions|erasures|records-due"))
