"""A lead professional signs in through a real Keycloak, with the realm that compose has; whoever is of another organisation does not."""

import html
import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from adapters.embedded.processes import free_port
from adapters.process.clock import FixedClock, SystemClock
from adapters.process.logs import configure_logs
from domain.access.viewer import Role
from tests.builders.service import bench
from tests.builders.viewers import granted
from tests.builders.web import ADA, LEAD, Browser, Pages, demo_messages, pages
from tests.integration.web.conftest import NOW
from tests.servers.keycloak import PASSWORD, Keycloak, NoKeycloak

pytestmark = [pytest.mark.slow, pytest.mark.nightly, pytest.mark.timeout(400)]
ISSUER: dict[str, Any] = {
    "name": "northmoor", "title": "Northmoor Council", "client_id": "icr", "organisations": ["la-808"],
    "organisation_claim": "organisation", "staff_claim": "staff_id", "algorithms": ["RS256"],
    "strong_acr": ["1"],
}  # fmt: skip


@pytest.fixture(scope="module")
def served(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """The pages, at whose time Keycloak signs, and the demonstration's children."""
    told = bench(module_database_url, tmp_path_factory.mktemp("told"))
    told.clock.set(NOW)
    demo_messages(told)
    granted(told, LEAD.name, Role.SHIELD_OVERRIDE)
    told.close()
    port = free_port()
    try:
        keycloak = Keycloak(f"http://127.0.0.1:{port}/signed-in/northmoor")
    except NoKeycloak as error:
        pytest.skip(f"no Keycloak: {error}")
    try:
        keycloak.start()
        clock = FixedClock(SystemClock().now())
        issuer = ISSUER | {"url": keycloak.url}
        with pages(module_database_url, tmp_path_factory.mktemp("pages"), clock, [issuer], port=port) as made:
            yield made
    finally:
        keycloak.stop()


def sign_in(
    browser: Browser, served: Pages, user: str, password: str = PASSWORD, *, by: str = "/sign-in/northmoor"
) -> httpx2.Response:
    """The whole way: to Keycloak's form, filled in, and back."""
    served.clock.set(SystemClock().now())  # Keycloak's is the machine's
    asked = browser.once("GET", by)
    with httpx2.Client(trust_env=False, timeout=30) as there:
        shown = there.get(asked.headers["location"])
        assert shown.status_code == 200, shown.text[:2000]
        action = re.search(r'<form[^>]*action="([^"]+)"', shown.text)
        assert action is not None, shown.text[:2000]
        # It is spoken to without TLS on this machine alone, so its cookies are handed back by hand.
        cookies = "; ".join(f"{one.name}={one.value}" for one in there.cookies.jar)
        answer = there.post(
            html.unescape(action[1]), data={"username": user, "password": password}, headers={"Cookie": cookies}
        )
    if answer.status_code != 302:
        return answer
    return browser.get(answer.headers["location"])


def test_a_lead_professional_signs_in_and_sees_her_children(served: Pages) -> None:
    with served.browser() as browser:
        children = sign_in(browser, served, "abara")
        assert (children.status_code, children.url.path) == (200, "/my-children"), children.text[:2000]
        assert ADA in children.text


def test_whoever_is_of_an_organisation_that_this_issuer_may_not_speak_for_is_refused(
    served: Pages, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logs("info")
    with served.browser() as browser:
        refused = sign_in(browser, served, "stranger")
        assert "You could not be signed in" in refused.text
        assert not browser.signed_in
    assert "organisation_of_another_issuer" in capfd.readouterr().err


def test_what_needs_a_strong_sign_in_is_shown_when_keycloak_says_how_and_when(served: Pages) -> None:
    with served.browser() as browser:
        sign_in(browser, served, "abara")
        child = browser.child_of(ADA)
        with served.service.connect() as connection:
            (acr, at) = connection.execute("SELECT acr, signed_in_at FROM access.session").fetchone() or (None, None)
            assert (acr, at is not None) == ("1", True), "what the realm gives for a password"
            connection.execute("UPDATE access.session SET acr = '0'")  # as of one who was signed in there already
        why = {"child": child, "reason": "The child is missing tonight, and the police ask"}
        assert browser.post("/override", why).url.path == "/sign-in-strongly"
        back = sign_in(browser, served, "abara", by="/sign-in-strongly/begin")
        assert (back.url.path, why["reason"] in back.text) == ("/override", True)
        assert "You have set this child&#39;s shield aside" in browser.post("/override", why).text


def test_a_wrong_password_stays_at_keycloak(served: Pages) -> None:
    with served.browser() as browser:
        assert sign_in(browser, served, "abara", "wrong").status_code == 200
        assert not browser.signed_in
