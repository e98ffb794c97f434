"""What rests on facts that an agreement keeps from the viewer's organisation: the pages say that it is not shown, and of whom it is not."""

import pytest
from playwright.sync_api import Browser as Chromium

from domain.access.viewer import Role
from tests.builders.chromium import fits, found_by_axe
from tests.builders.service import Bench
from tests.builders.viewers import granted
from tests.builders.web import LEAD, Browser, Pages
from tests.spec.reference_words import sharing_agreement_made

HEADING = "What is not shown to your organisation"
PAGES = {
    "/my-families": "My families",
    "/my-children": "My children",
    "/changes": "What changed",
    "/families-to-check": "Families to check on",
}


@pytest.fixture(scope="module")
def told(told: Bench) -> Bench:
    """The same, where practices and schools have agreed among themselves what they share, and the lead professional is on duty."""
    granted(told, LEAD.name, Role.DUTY, areas=("ZE92",))
    for number, (party, disclosure) in enumerate((("ods-*", "health"), ("urn-*", "education"), ("ods-*", "lead"))):
        made = sharing_agreement_made(f"On {disclosure}", "2025-01-01", [party], [disclosure], "content")
        [outcome] = told.record({**made.wire(9000 + number), "recorded_at": "2025-12-01T09:00:00Z"})
        assert outcome.outcome == "accepted", outcome
    told.projector.project()
    return told


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_is_not_shown(browser: Browser, path: str) -> None:
    browser.sign_in(LEAD.name)
    page = browser.get(path).text
    assert HEADING in page
    assert "That none is shown does not mean that all is well." in page
    told = page.partition(HEADING)[2]
    if path != "/my-children":
        assert "No gp: it rests on health" in told
    if path != "/families-to-check":
        assert "Contested lead: it rests on lead" in told


def test_in_a_browser_it_fits_and_has_no_barrier(chromium: Chromium, served: Pages) -> None:
    page = chromium.new_page()
    page.goto(f"{served.address}/sign-in/northmoor")
    page.locator(f"button[value='{LEAD.name}']").click()
    page.wait_for_url(f"{served.address}/**")
    for path, heading in PAGES.items():
        page.goto(f"{served.address}{path}")
        page.get_by_role("heading", level=1, name=heading, exact=True).wait_for()
        fits(page, f"not-shown{path.replace('/', '-')}")
        assert found_by_axe(page) == []
    page.close()
