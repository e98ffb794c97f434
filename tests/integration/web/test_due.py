"""The page of how much is due: it counts and names nobody; one proposes from it, and another confirms."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from adapters.commands.erasures import Erasures
from domain.access.viewer import Role
from domain.erasure import RETENTION
from domain.retention import CLASSES
from tests.builders.html import ill_formed
from tests.builders.service import Bench
from tests.builders.viewers import granted
from tests.builders.web import INDEX_TEAM, LEAD, OFFICER, SECOND, Browser, Pages, issuer_settings, pages

SCHEDULE = "".join(
    f"[{name}]\nyears = 1\ncounted_from = 'birth'\nsource = 'The schedule, 2.4'\n" for name in sorted(CLASSES)
)


@pytest.fixture(scope="module")
def server(
    told: Bench, issuer: str, module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pages]:
    """The pages, by a schedule that keeps hardly anything."""
    folder: Path = tmp_path_factory.mktemp("pages")
    schedule = folder / "retention.toml"
    schedule.write_text(SCHEDULE)
    for one, role in (
        (OFFICER, Role.PRIVACY_OFFICER),
        (SECOND, Role.PRIVACY_OFFICER),
        (INDEX_TEAM, Role.INDEX_TEAM),
    ):
        granted(told, one.name, role)
    with pages(
        module_database_url, folder, told.clock, [issuer_settings(issuer, folder)], retention_file=schedule
    ) as made:
        yield made


SignIn = Callable[[str], Browser]


@pytest.fixture
def signed_in(served: Pages) -> Iterator[SignIn]:
    """Somebody's browser, signed in."""
    with ExitStack() as browsers:

        def sign_in(name: str) -> Browser:
            browser = browsers.enter_context(served.browser())
            browser.sign_in(name)
            return browser

        yield sign_in


def test_it_counts_by_class_and_names_nobody(signed_in: SignIn) -> None:
    page = signed_in(INDEX_TEAM.name).get("/records-due")
    assert (page.status_code, ill_formed(page.text)) == (200, [])
    for said in ("Records due", "The schedule, 2.4", "Nothing waits.", "1 year from birth"):
        assert said in page.text
    assert not any(said in page.text for said in ("Ada", "Otis", "999 020"))


def test_who_has_no_part_in_it_sees_no_such_page(signed_in: SignIn) -> None:
    browser = signed_in(LEAD.name)
    assert "Records due" not in browser.get("/my-children").text
    assert browser.get("/records-due").status_code == browser.post("/records-due", {}).status_code == 404


def test_one_proposes_and_another_confirms_from_the_page(signed_in: SignIn, told: Bench) -> None:
    officer, second = signed_in(OFFICER.name), signed_in(SECOND.name)
    proposed = [officer.post("/records-due", {}) for _ in range(2)]
    assert all("The erasure is proposed" in one.text for one in proposed)
    [proposal] = Erasures(told.service).all()
    assert (proposal.ground, proposal.proposed_by) == (RETENTION, OFFICER.name)
    own, theirs = (browser.get("/records-due").text for browser in (officer, second))
    assert (proposal.erasure in own, "and confirm it" in own, "and confirm it" in theirs) == (True, False, True)
    read = second.post("/erasures/confirm", {"erasure": proposal.erasure})
    assert ("Confirm an erasure" in read.text, ill_formed(read.text)) == (True, [])
    second.post("/erasures/confirm", {"erasure": proposal.erasure, "read": "yes"})
    after = officer.get("/records-due").text
    assert (SECOND.name in after, "Whoever operates the service carries it out" in after) == (True, True)
