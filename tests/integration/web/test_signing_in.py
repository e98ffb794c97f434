"""A lead professional signs in with a browser, sees her children, and opens one."""

from tests.builders.web import ADA, LEAD, Browser


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
    assert f'<h1 class="govuk-heading-l app-wraps">{ADA}</h1>' in child.text
    assert "T. Abara (la-808:W2041)" in child.text
