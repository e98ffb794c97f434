"""The pages in a real Chromium, on a telephone's width and a desk's: without any script, and looked at by axe.

Debian's package `chromium` is driven by Playwright; its own browsers are not needed.
"""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from adapters.questions.door import Door
from domain.access.viewer import Role, Viewer
from domain.answers.answered import NotShown
from domain.questions.about import ShowChild
from tests.builders.chromium import PICTURES, Look, at, axe, fits, found_by_axe
from tests.builders.service import Bench
from tests.builders.viewers import granted
from tests.builders.web import ADA, AS_ASKED, LAZY, LEAD, NOBODYS, OFFICER, SECOND, Pages, published

NEVER = "c-0123456789abcdef0123456789abcdef"
# What each page that `visit` comes to is called.
HEADINGS = {
    "sign-in": "Sign in",
    "my-children": "My children",
    "child": ADA,
    "child-no-day": "Another day",
    "child-then": ADA,
    "my-families": "My families",
    "changes": "What changed",
    "refused": "You cannot see this record",
    "ended": "This address has ended",
    "sign-out": "Sign out",
    "signed-out": "You have signed out",
    "timed-out": "You have been signed out",
    "not-found": "Page not found",
    "privacy": "Privacy",
    "cookies": "Cookies",
    "accessibility": "Accessibility",
    "search": "Search for a child",
    "search-wrong": "Search for a child",
    "search-found": "Children who fit",
    "child-claimed": ADA,
    "questions": "Questions",
    "question": "Claims that no involvement followed",
    "question-wrong": "Claims that no involvement followed",
    "question-none": "Claims that no involvement followed",
    "question-found": "Alerts that nobody has reviewed",
    "review-wrong": "Review an access",
    "reviewed": "The review is written down",
    "staff-notice": "What is logged of you",
    "my-accesses": "What I looked at",
    "sign-in-strongly": "Sign in again",
    "not-strong": "You have not signed in strongly",
    "accesses": "Who saw what",
    "accesses-wrong": "Who saw what",
    "accesses-found": "Who saw what",
    "access-why": "Open an access",
    "case-new": "Open a case",
    "case-new-wrong": "Open a case",
    "case": "Check",
    "access-in-case": "Open an access",
    "access": "Opened a child's record",
    "access-today": "Opened a child's record",
    "cases": "Cases",
    "case-ask": "Ask the member of staff",
    "case-asked": "Check",
    "case-close": "Close the case",
    "case-close-wrong": "Close the case",
    "case-of-request": "Subject access",
    "record": "What is held, and what is given",
    "record-copy": "Copy of the record",
    "case-of-rectification": "Rectification",
    "record-disputed": "What is held, and what is disputed",
    "hearings": "Questions to you",
    "hearing": "A question to you",
    "reach": "Who could open a record",
    "reach-counted": "Who could open a record",
    "why-not": "Why somebody was refused",
    "why-not-explained": "Why somebody was refused",
    "access-log": "State of the log",
    "access-log-checked": "State of the log",
    "records-due": "Records due",
    "records-due-waiting": "Records due",
    "erasures": "Erase a record",
    "erasures-wrong": "Erase a record",
    "erasure-proposed": "The erasure is proposed",
    "erasure-refused": "That cannot be done",
    "erasure-confirm": "Confirm an erasure",
    "erasure-confirmed": "The erasure is confirmed",
}
# Of these pages another has the same title, and is the same page.
TWICE = (
    "child-then",
    "child-claimed",
    "accesses-found",
    "reach-counted",
    "why-not-explained",
    "access-today",
    "access-log-checked",
    "question-none",
    "access-in-case",
    "case-asked",
    "records-due-waiting",
)
OFFICERS = (OFFICER.name, AS_ASKED.name, LAZY.name, SECOND.name)


@pytest.fixture(scope="module")
def told(told: Bench) -> Bench:
    """The same, where somebody is the council's privacy officer."""
    for officer in OFFICERS:
        granted(told, officer, Role.PRIVACY_OFFICER)
    return told


def arrived(page: Page, look: Look, name: str) -> None:
    """Wait for one of the pages, and look at it."""
    at(page, look, name, HEADINGS[name])


def visit(page: Page, served: Pages, look: Callable[[str], None]) -> None:
    """Everything that a lead professional sees of the pages, from signing in to signing out."""

    at = partial(arrived, page, look)

    page.goto(f"{served.address}/")
    at("sign-in")
    page.get_by_role("button", name="Sign in with Northmoor Council").click()
    page.locator(f"button[value='{LEAD.name}']").click()
    at("my-children")
    page.get_by_role("button", name=ADA).click()
    at("child")
    page.get_by_text("See this record as it was on another day").click()
    page.locator("#on-month").fill("13")
    page.get_by_role("button", name="Show that day").click()
    at("child-no-day")
    page.locator("#on-month").fill("11")
    page.get_by_role("button", name="Show that day").click()
    at("child-then")
    page.get_by_role("link", name="My families").click()
    at("my-families")
    page.get_by_role("link", name="What changed").click()
    at("changes")
    page.get_by_role("link", name="My children").first.click()
    page.get_by_role("button", name=ADA).wait_for()
    page.evaluate(f"document.querySelector('button[name=child]').value = '{NEVER}'")
    page.get_by_role("button", name=ADA).click()
    at("refused")
    page.goto(f"{served.address}/child/of-another-time")
    at("ended")
    page.get_by_role("link", name="What is logged of staff").click()
    at("staff-notice")
    page.get_by_role("link", name="Back to the service").click()
    page.get_by_role("link", name="What I looked at").click()
    at("my-accesses")
    page.get_by_role("link", name="Sign out").click()
    at("sign-out")
    page.get_by_role("button", name="Sign out here").click()
    at("signed-out")
    page.goto(f"{served.address}/timed-out")
    at("timed-out")
    page.goto(f"{served.address}/nothing")
    at("not-found")
    for notice in ("Privacy", "Cookies", "Accessibility"):
        page.get_by_role("link", name=notice).click()
        at(notice.lower())


def visit_as_somebody_else(page: Page, served: Pages, look: Callable[[str], None]) -> None:
    """What somebody sees who looks for a child that is not theirs, and what the privacy officer sees of that."""

    at = partial(arrived, page, look)

    sign_in(page, served, NOBODYS.name)
    page.get_by_role("link", name="Search").click()
    at("search")
    page.get_by_role("button", name="Search").click()
    at("search-wrong")
    page.get_by_label("Why you look for this child").fill("Her aunt rang, and asked who helps the family")
    page.get_by_label("Number of the child").fill("999 020 0017")
    page.get_by_role("button", name="Search").click()
    at("search-found")
    page.get_by_role("button", name=ADA).click()
    at("child-claimed")
    sign_in(page, served, OFFICER.name)
    at("questions")
    page.get_by_role("link", name="Claims that no involvement followed").click()
    at("question")
    page.locator("#days").fill("367")
    page.get_by_role("button", name="Ask").click()
    at("question-wrong")
    page.locator("#days").fill("366")
    page.get_by_role("button", name="Ask").click()
    at("question-none")
    page.get_by_role("link", name="Questions").first.click()
    page.get_by_role("link", name="Alerts that nobody has reviewed").click()
    page.get_by_role("button", name="Ask").click()
    at("question-found")
    page.get_by_role("link", name="Who saw what").click()
    at("accesses")
    page.get_by_label("Person").fill("nobody")
    page.get_by_role("button", name="Find accesses").click()
    at("accesses-wrong")
    page.get_by_label("Person").fill(NOBODYS.name)
    page.get_by_role("button", name="Find, and replay each").click()
    at("accesses-found")
    page.get_by_role("link", name="Opened a child's record").first.click()
    at("access-why")
    page.get_by_role("link", name="Open a case about this access").click()
    at("case-new")
    page.get_by_role("button", name="Open the case").click()
    at("case-new-wrong")
    page.get_by_label("Check").check()
    page.get_by_label("Why you open it").fill("The family asked who has seen the record")
    page.get_by_label("Member of staff").fill(NOBODYS.name)
    page.get_by_role("button", name="Open the case").click()
    at("case")
    page.get_by_role("link", name="Ask the member of staff").click()
    at("case-ask")
    page.get_by_label("What you ask").fill("Why did you look at this record?")
    page.get_by_role("button", name="Ask", exact=True).click()
    at("case-asked")
    page.get_by_role("link", name="Close the case").click()
    at("case-close")
    page.get_by_role("button", name="Close the case").click()
    at("case-close-wrong")
    page.get_by_role("link", name="The case").click()
    page.locator("a[href^='/accesses/a-']").first.click()
    at("access-in-case")
    page.locator("input[name='case']").first.check()
    page.get_by_role("button", name="Open", exact=True).click()
    at("access")
    page.go_back()
    page.locator("input[name='case']").first.check()
    page.get_by_role("button", name="Open, and show today beside it").click()
    at("access-today")
    page.get_by_role("button", name="Write the review down").click()
    at("review-wrong")
    page.get_by_label("Explained", exact=True).check()
    page.get_by_label("What you found (optional)").fill("The aunt's call is in the duty log.")
    page.get_by_role("button", name="Write the review down").click()
    at("reviewed")
    page.get_by_role("link", name="Cases").click()
    at("cases")
    for kind, case, record in (
        ("Subject access", "case-of-request", "record"),
        ("Rectification", "case-of-rectification", "record-disputed"),
    ):
        page.goto(f"{served.address}/cases/new")
        page.get_by_label(kind).check()
        page.get_by_label("Why you open it").fill("Her mother wrote to us")
        page.get_by_label("Number of the child").fill("999 020 0017")
        page.get_by_label("The child or young person").check()
        page.get_by_role("button", name="Open the case").click()
        at(case)
        page.get_by_role("link", name="See what is held").click()
        at(record)
        page.get_by_role("link", name="The case").click()
        if kind == "Subject access":
            page.get_by_role("link", name="Print the copy").click()
            at("record-copy")
    page.goto(f"{served.address}/accesses/{refused(served)}/why-not")
    at("why-not")
    page.get_by_label("Why you ask").fill("The worker says that the child is theirs")
    page.get_by_role("button", name="Show").click()
    at("why-not-explained")
    page.goto(f"{served.address}/reach")
    at("reach")
    page.get_by_label("Number of the child").fill("999 020 0017")
    page.get_by_label("Why you ask").fill("The family asked who can see the record")
    page.get_by_role("button", name="Count").click()
    at("reach-counted")
    page.get_by_role("link", name="State of the log").click()
    at("access-log")
    page.get_by_role("button", name="Check entries now").click()
    at("access-log-checked")
    sign_in(page, served, NOBODYS.name)
    page.get_by_role("link", name="Questions to you").click()
    at("hearings")
    page.locator("a[href^='/hearings/k-']").first.click()
    at("hearing")


def visit_signing_in_strongly(page: Page, served: Pages, look: Callable[[str], None]) -> None:
    """What an officer sees who must sign in again, and whose organisation's sign-in takes no heed of that."""

    at = partial(arrived, page, look)

    open_an_access(page, served, LAZY.name)
    at("sign-in-strongly")
    page.get_by_role("button", name="Sign in again with Northmoor Council").click()
    page.locator(f"button[value='{LAZY.name}']").click()
    at("not-strong")


def visit_erasures(page: Page, served: Pages, look: Callable[[str], None]) -> None:
    """What two privacy officers see who decide that a record is erased; nothing is, until it is carried out."""

    at = partial(arrived, page, look)

    sign_in(page, served, OFFICER.name)
    page.goto(f"{served.address}/records-due")
    at("records-due")
    page.goto(f"{served.address}/erasures")
    at("erasures")
    page.get_by_role("button", name="Propose the erasure").click()
    at("erasures-wrong")
    page.get_by_label("Number of the child").fill("999 020 0017")
    page.get_by_label("The person objected").check()
    page.get_by_label("No: I have looked at each of them").check()
    page.get_by_role("button", name="Propose the erasure").click()
    at("erasure-proposed")
    found = re.search(r"erasure-[a-z]+", page.inner_text("main"))
    assert found is not None
    page.get_by_role("link", name="Erase a record").first.click()
    page.get_by_label("Reference of the erasure").fill(found[0])
    page.get_by_role("button", name="Continue").click()
    at("erasure-refused")
    sign_in(page, served, SECOND.name)
    page.goto(f"{served.address}/records-due")
    at("records-due-waiting")
    page.get_by_role("button", name="Read what will happen, and confirm it").first.click()
    at("erasure-confirm")
    page.get_by_role("button", name="Confirm the erasure").click()
    at("erasure-confirmed")


def open_an_access(page: Page, served: Pages, officer: str) -> None:
    """An officer opens a case about an access, and the access in it."""
    sign_in(page, served, officer)
    page.goto(f"{served.address}/accesses")  # what was typed before may have brought them elsewhere
    page.get_by_label("Person").fill(NOBODYS.name)
    page.get_by_role("button", name="Find accesses").click()
    page.get_by_role("link", name="Opened a child's record").first.click()
    page.get_by_role("link", name="Open a case about this access").click()
    page.get_by_label("Check").check()
    page.get_by_label("Why you open it").fill("The family asked who has seen the record")
    page.get_by_role("button", name="Open the case").click()
    page.locator("a[href^='/accesses/a-']").first.click()
    page.locator("input[name='case']").first.check()
    page.get_by_role("button", name="Open", exact=True).click()


def refused(served: Pages) -> str:
    """The entry of somebody's attempt to open Ada's record without saying why."""
    viewer = Viewer(NOBODYS.name, Role.PRACTITIONER, NOBODYS.name.partition(":")[0], people_sign_in=True)
    found = Door(served.service).ask(ShowChild(identifier="nhs:9990200017"), viewer)
    assert isinstance(found, NotShown)
    return found.entry


def test_everything_works_without_a_script(chromium: Browser, served: Pages, told: Bench) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page, seen, said, failed = context.new_page(), {}, [], []
    page.on("console", lambda line: said.append(line.text))
    page.on("requestfailed", lambda request: failed.append(request.url))

    def look(name: str) -> None:
        assert page.url.startswith(served.address)
        seen[name] = (page.title(), page.get_by_role("heading", level=1).inner_text())
        fits(page, name)

    visit(page, served, look)
    published(served, told)
    visit_as_somebody_else(page, served, look)
    visit_signing_in_strongly(page, served, look)
    visit_erasures(page, served, look)
    assert {name: heading for name, (_, heading) in seen.items()} == HEADINGS
    titles = [title for name, (title, _) in seen.items() if name not in TWICE]
    assert len(set(titles)) == len(titles), "each page has a title of its own"
    assert [line for line in said if "Content Security Policy" in line] == []
    assert [address for address in failed if address.startswith(served.address)] == []
    context.close()


def test_axe_finds_nothing_that_keeps_people_out(chromium: Browser, served: Pages, told: Bench) -> None:
    page, found = chromium.new_page(), {}

    def look(name: str) -> None:
        found[name] = found_by_axe(page)

    visit(page, served, look)
    published(served, told)
    visit_as_somebody_else(page, served, look)
    visit_signing_in_strongly(page, served, look)
    visit_erasures(page, served, look)
    assert found.keys() == HEADINGS.keys()
    assert {name: violations for name, violations in found.items() if violations} == {}
    page.close()


def test_axe_would_have_found_something(chromium: Browser, served: Pages) -> None:
    page = chromium.new_page()
    page.goto(f"{served.address}/sign-in")
    page.evaluate("document.documentElement.removeAttribute('lang'); document.querySelector('h1').style.color = '#eee'")
    assert {"html-has-lang", "color-contrast"} <= {one.partition(":")[0] for one in axe(page)}
    page.close()


def test_a_child_can_be_opened_with_the_keyboard_alone(chromium: Browser, served: Pages) -> None:
    page = chromium.new_page()
    page.goto(f"{served.address}/sign-in/northmoor")
    page.locator(f"button[value='{LEAD.name}']").click()
    page.wait_for_url("**/my-children")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == ADA
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name=ADA).wait_for()
    assert re.fullmatch(r"/child/[A-Za-z0-9_-]+", page.url.removeprefix(served.address))
    page.close()


def sign_in(page: Page, served: Pages, name: str = LEAD.name) -> None:
    """To where somebody begins."""
    page.goto(f"{served.address}/sign-in/northmoor")
    page.locator(f"button[value='{name}']").click()
    began = "questions|accesses|cases" if name in OFFICERS else "my-children"  # or where they had typed something
    page.wait_for_url(re.compile(f"{served.address}/({began})"))


def test_a_colleague_can_be_rung_four_taps_after_coming_to_sign_in(chromium: Browser, served: Pages) -> None:
    context = chromium.new_context(
        viewport={"width": 320, "height": 568}, has_touch=True, is_mobile=True, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(f"{served.address}/")
    page.get_by_role("button", name="Sign in with Northmoor Council").tap()
    page.locator(f"button[value='{LEAD.name}']").tap()
    page.get_by_role("button", name=ADA).tap()
    number = page.locator("main a[href^='tel:']").first
    assert number.get_attribute("href") == "tel:+441632960001"
    place = number.bounding_box()
    assert place is not None
    assert place["y"] + place["height"] <= 568, "it is in view as the page opens"
    assert place["height"] >= 24, "a thumb finds it"
    number.tap()
    context.close()


def test_a_timeline_is_looked_at_by_kinds_without_asking_again(chromium: Browser, served: Pages) -> None:
    page, asked = chromium.new_page(java_script_enabled=False), []
    sign_in(page, served)
    page.get_by_role("button", name=ADA).click()
    items = page.locator(".app-timeline__item")
    everything = items.count()
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("Health").check()
    visible = items.filter(visible=True)
    assert 0 < visible.count() < everything
    assert all("app-about-health" in (one.get_attribute("class") or "") for one in visible.all())
    page.keyboard.press("ArrowDown")
    assert not page.get_by_label("Health").is_checked(), "the keyboard goes from one to the next"
    page.get_by_label("Everything").check()
    assert items.filter(visible=True).count() == everything
    assert asked == []
    page.close()


def test_a_day_that_is_none_is_said_beside_its_field_and_stays_typed(chromium: Browser, served: Pages) -> None:
    page = chromium.new_page(java_script_enabled=False)
    sign_in(page, served)
    page.get_by_role("button", name=ADA).click()
    page.get_by_text("See this record as it was on another day").click()
    for part, typed in (("day", "30"), ("month", "2"), ("year", "2025")):
        page.locator(f"#known-{part}").fill(typed)
    page.get_by_role("button", name="Show that day").click()
    said = "The day we knew it on must be a real day, such as 19 12 2025"
    page.get_by_role("link", name=said).click()
    assert page.url.endswith("#known-day")
    assert [page.locator(f"#known-{part}").input_value() for part in ("day", "month", "year")] == ["30", "2", "2025"]
    assert page.locator("#known-error").inner_text().endswith(said)
    page.get_by_role("link", name="Back, without another day").click()
    page.get_by_role("heading", level=1, name=ADA).wait_for()
    page.close()


def test_who_signs_in_again_comes_back_with_what_they_typed(chromium: Browser, served: Pages) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page, said = context.new_page(), []
    page.on("console", lambda line: said.append(line.text))
    sign_in(page, served, NOBODYS.name)
    page.get_by_role("link", name="Search").click()
    page.get_by_label("Why you look for this child").fill("Her aunt rang, and asked who helps the family")
    page.get_by_label("Number of the child").fill("999 020 0017")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name=ADA).click()
    open_an_access(page, served, AS_ASKED.name)
    page.get_by_role("button", name="Sign in again with Northmoor Council").click()
    page.locator(f"button[value='{AS_ASKED.name}']").click()
    assert page.locator("input[name='case']").first.is_checked()
    page.get_by_role("button", name="Open", exact=True).click()
    page.get_by_role("heading", level=1, name=HEADINGS["access"]).wait_for()
    assert [line for line in said if "Content Security Policy" in line] == []
    context.close()


def test_an_access_is_printed_as_an_exhibit(chromium: Browser, served: Pages, told: Bench) -> None:
    page, printed = chromium.new_page(java_script_enabled=False), []

    def look(name: str) -> None:
        if name not in ("access", "access-today"):
            return
        page.emulate_media(media="print")
        for gone in ("Who saw what", "Sign out", "Privacy"):
            assert not page.get_by_role("link", name=gone).first.is_visible()
        for said in ("Is it proved", "What was shown", "How anybody can check it"):
            assert page.get_by_role("heading", name=said).is_visible()
        # At A4, within its margins (210 mm less two of 10), nothing is cut off.
        page.set_viewport_size({"width": 718, "height": 1000})
        assert page.evaluate("document.documentElement.scrollWidth") <= 718
        printed.append(page.pdf(format="A4", margin=dict.fromkeys(("top", "right", "bottom", "left"), "10mm")))
        if PICTURES:
            (Path(PICTURES) / f"{name}.pdf").write_bytes(printed[-1])
            page.screenshot(path=Path(PICTURES) / f"{name}-a4.png", full_page=True)
        page.emulate_media(media="screen")

    visit_as_somebody_else(page, served, look)
    assert [one[:4] for one in printed] == [b"%PDF", b"%PDF"]
    page.close()


def test_a_shield_is_set_aside_after_a_warning_a_reason_and_a_strong_sign_in(
    chromium: Browser, served: Pages, told: Bench
) -> None:
    granted(told, NOBODYS.name, Role.SHIELD_OVERRIDE)
    page = chromium.new_page()
    sign_in(page, served, NOBODYS.name)
    page.get_by_role("link", name="Search").click()
    page.get_by_label("Why you look for this child").fill("Her aunt rang, and asked who helps the family")
    page.get_by_label("Number of the child").fill("999 020 0017")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name=ADA).click()
    page.get_by_role("button", name="Set the shield aside").click()
    page.get_by_role("heading", level=1, name="Set a shield aside").wait_for()
    fits(page, "override")
    assert found_by_axe(page) == []
    page.get_by_label("Why you must know").fill("The child is missing tonight, and the police ask")
    page.get_by_role("button", name="Set it aside and show the record").click()
    page.get_by_role("button", name="Sign in again with Northmoor Council").click()
    page.locator(f"button[value='{NOBODYS.name}']").click()
    assert page.get_by_label("Why you must know").input_value() == "The child is missing tonight, and the police ask"
    page.get_by_role("button", name="Set it aside and show the record").click()
    page.get_by_role("heading", level=1, name=ADA).wait_for()
    assert page.get_by_text("You have set this child's shield aside for this visit.").is_visible()
    page.close()
