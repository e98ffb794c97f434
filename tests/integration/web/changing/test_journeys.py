"""Whole journeys in a real Chromium: of a lead professional who decides and asks, of the index team, and of who is on duty."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from adapters.questions.door import Door
from domain.access.viewer import LOCAL_OPERATOR, Role
from domain.questions.about import ListFamilies
from tests.builders.chromium import at, fits, found_by_axe
from tests.builders.service import Bench
from tests.builders.viewers import granted
from tests.builders.web import ADA, INDEX_TEAM, LEAD, NOBODYS, Pages
from tests.integration.web.conftest import NOW
from tests.spec.words import happened

COLLEAGUE = NOBODYS.name
WHY = "The school rang the front door about the family"
SEEN = {
    "child-wider", "child-lanes", "child-can-do", "decide", "decide-wrong", "decide-look", "decide-done", "decide-cannot", "contact",
    "contact-wrong", "contact-look",
    "contact-done", "contact-requests", "index-team-requests", "contact-answer", "contact-answer-look", "contact-answered", "quarantine",
    "quarantine-kept", "quarantine-again", "protections", "protections-wrong", "protections-listed", "families-to-check", "child-on-duty",
}  # fmt: skip


@pytest.fixture
def told(told: Bench) -> Bench:
    """The same with a shield, and with somebody on duty where a family is out of touch."""
    shield = happened("ShieldApplied", "A", on="2025-12-01", review_on="2025-12-10", recorded="2025-12-01").wire(1)
    shield["subject"]["identifiers"] = [{"scheme": "nhs", "value": "9990200025"}]  # Otis Pike's
    told.record(shield | {"event_id": "shield-1"})
    told.projector.project()
    answered = Door(told.service).answer(ListFamilies(effective_at=NOW.date()), LOCAL_OPERATOR)
    assert answered is not None
    areas = {str(one["area"]) for one in answered.content["families"] if one["area"] is not None}
    granted(told, COLLEAGUE, Role.DUTY, areas=tuple(sorted(areas)))
    return told


def sign_in(page: Page, served: Pages, name: str) -> None:
    """To where somebody begins."""
    page.goto(f"{served.address}/sign-in/northmoor")
    page.locator(f"button[value='{name}']").click()
    page.get_by_role("link", name="Sign out").wait_for()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def lead_decides(page: Page, served: Pages, look: Callable[[str], None]) -> None:
    """A lead professional asks a colleague to take over, and sees what cannot be."""
    sign_in(page, served, LEAD.name)
    press(page, ADA)
    at(page, look, "child-wider", ADA)
    page.set_viewport_size({"width": 320, "height": 1000})
    page.evaluate("document.getElementById('lanes').scrollIntoView()")
    look("child-lanes")
    page.get_by_text("Who leads", exact=True).last.click()
    page.set_viewport_size({"width": 320, "height": 1000})
    page.evaluate("document.getElementById('decide').scrollIntoView()")
    look("child-can-do")
    press(page, "Propose that somebody else leads")
    at(page, look, "decide", "Propose that somebody else leads")
    press(page, "See what will happen")
    at(page, look, "decide-wrong", "Propose that somebody else leads")
    page.get_by_label("Somebody else", exact=True).check()
    page.get_by_label("If it is somebody else").fill(COLLEAGUE)
    page.get_by_label("Lead practitioner", exact=True).check()
    page.get_by_label("This child", exact=True).check()
    press(page, "See what will happen")
    at(page, look, "decide-look", "What will happen")
    press(page, "Confirm")
    at(page, look, "decide-done", "Done")
    press(page, "Back to the child")
    page.get_by_text("Who leads", exact=True).last.click()
    press(page, "Accept the lead that you were nominated for")
    page.get_by_label("Lead practitioner", exact=True).check()
    page.get_by_label("This child", exact=True).check()
    press(page, "See what will happen")
    at(page, look, "decide-cannot", "This cannot be done")


def lead_asks(page: Page, served: Pages, told: Bench, look: Callable[[str], None]) -> None:
    """The same asks to be put in touch, and sees who has it."""
    page.get_by_role("link", name="My children").click()
    press(page, ADA)
    press(page, "Ask to be put in touch")
    at(page, look, "contact", "Ask to be put in touch")
    press(page, "See what will be asked")
    at(page, look, "contact-wrong", "Ask to be put in touch")
    page.get_by_label("Before I begin an assessment").check()
    page.get_by_label("How you can be reached").fill("01632 960001")
    press(page, "See what will be asked")
    at(page, look, "contact-look", "What will be asked")
    press(page, "Ask the index team")
    at(page, look, "contact-done", "The index team has your request")
    told.projector.project()
    page.get_by_role("link", name="Your requests, and what came of them").click()
    at(page, look, "contact-requests", "Contact requests")


def index_team_answers(page: Page, served: Pages, look: Callable[[str], None]) -> None:
    """The index team answers, looks at the quarantine, and at what protects children."""
    sign_in(page, served, INDEX_TEAM.name)
    at(page, look, "index-team-requests", "Contact requests")
    page.locator("button[name='request']").click()
    at(page, look, "contact-answer", "Answer a request")
    page.get_by_role("radio", name="Passed on. If it").check()
    press(page, "See what they will be told")
    at(page, look, "contact-answer-look", "What they will be told")
    press(page, "Answer")
    at(page, look, "contact-answered", "It is answered")
    page.get_by_role("link", name="Quarantine").click()
    at(page, look, "quarantine", "Quarantine")
    page.get_by_role("button", name="la-808").first.click()
    look("quarantine-kept")
    press(page, "Record again")
    page.get_by_text("They were recorded again").wait_for()
    look("quarantine-again")
    page.get_by_role("link", name="Shields and exclusions").click()
    at(page, look, "protections", "Shields and exclusions")
    press(page, "Look at them")
    at(page, look, "protections-wrong", "Shields and exclusions")
    page.get_by_label("Shields", exact=True).check()
    page.get_by_label("Why you look").fill("Reviews that are due this month")
    press(page, "Look at them")
    at(page, look, "protections-listed", "Shields")


def duty_opens(page: Page, served: Pages, look: Callable[[str], None]) -> None:
    """Who is on duty looks at the families of an area, and opens a child by a reason."""
    sign_in(page, served, COLLEAGUE)
    at(page, look, "families-to-check", "Families to check on")
    page.get_by_label("Why you open a child's record").fill(WHY)
    page.get_by_role("button", name="Open ").first.click()
    page.get_by_role("heading", level=2, name="Who leads").wait_for()
    look("child-on-duty")


def everybody(page: Page, served: Pages, told: Bench, look: Callable[[str], None]) -> None:
    lead_decides(page, served, look)
    lead_asks(page, served, told, look)
    index_team_answers(page, served, look)
    duty_opens(page, served, look)


def test_everything_that_changes_something_works_without_a_script(
    chromium: Browser, served: Pages, told: Bench
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page, seen, said = context.new_page(), set(), []
    page.on("console", lambda line: said.append(line.text))

    def look(name: str) -> None:
        assert page.url.startswith(served.address)
        seen.add(name)
        fits(page, name)

    everybody(page, served, told, look)
    assert seen == SEEN
    assert [line for line in said if "Content Security Policy" in line] == []
    context.close()


def test_axe_finds_nothing_that_keeps_people_out(chromium: Browser, served: Pages, told: Bench) -> None:
    page, found = chromium.new_page(), {}

    def look(name: str) -> None:
        found[name] = found_by_axe(page)

    everybody(page, served, told, look)
    assert found.keys() == SEEN
    assert {name: violations for name, violations in found.items() if violations} == {}
    page.close()


def test_a_lead_is_offered_with_the_keyboard_alone(chromium: Browser, served: Pages, told: Bench) -> None:
    page = chromium.new_page(java_script_enabled=False)
    sign_in(page, served, LEAD.name)

    def go_to(text: str, key: str) -> None:
        """Tab until what has the focus says so, then press a key."""
        for _ in range(120):
            page.keyboard.press("Tab")
            focused = page.locator(":focus")
            said = focused.evaluate(
                "one => one.innerText || (one.labels && one.labels[0] ? one.labels[0].innerText : '')"
            )
            if said.strip().startswith(text):
                page.keyboard.press(key)
                return
        raise AssertionError(f"nothing that says {text} can be reached")

    go_to(ADA, "Enter")
    page.get_by_role("heading", level=1, name=ADA).wait_for()
    go_to("Who leads", "Enter")
    go_to("Nominate a worker as lead", "Enter")
    page.get_by_role("heading", level=1, name="Nominate a worker as lead").wait_for()
    go_to("Myself", "Space")
    page.keyboard.press("ArrowUp")  # to the last of them: somebody else
    page.keyboard.press("Tab")
    page.keyboard.type(COLLEAGUE)
    go_to("Lead practitioner", "Space")
    go_to("This child", "Space")
    go_to("See what will happen", "Enter")
    page.get_by_role("heading", level=1, name="What will happen").wait_for()
    go_to("Confirm", "Enter")
    page.get_by_role("heading", level=1, name="Done").wait_for()
    page.close()
