"""An officer counts who could open a record, and sees why somebody was refused; each is logged, and nobody else may."""

import re
from collections.abc import Iterator

import pytest

from adapters.questions.door import Door
from domain.access.viewer import Role
from domain.answers.answered import NotShown
from domain.questions.about import ShowChild
from tests.builders.html import ill_formed
from tests.builders.service import Bench
from tests.builders.viewers import granted, person
from tests.builders.web import LEAD, NOBODYS, OFFICER, Browser, Pages

WHY = "The family asked who can see the record"
ADAS = {"scheme": "nhs", "number": "999 020 0017"}


@pytest.fixture(scope="module")
def told(told: Bench) -> Bench:
    """The same, where somebody is the council's privacy officer."""
    granted(told, OFFICER.name, Role.PRIVACY_OFFICER)
    return told


@pytest.fixture
def officer(served: Pages) -> Iterator[Browser]:
    with served.browser() as made:
        made.sign_in(OFFICER.name)
        yield made


@pytest.fixture
def refused(told: Bench) -> str:
    """The entry of somebody's attempt to open Ada's record, whose child she is not."""
    found = Door(told.service).ask(ShowChild(identifier="nhs:9990200017"), person(told, NOBODYS.name))
    assert isinstance(found, NotShown)
    return found.entry


def test_an_officer_counts_who_could_open_a_record(officer: Browser, told: Bench) -> None:
    assert officer.get("/reach").status_code == 200
    shown = officer.post("/reach", {**ADAS, "reason": WHY})
    assert shown.status_code == 200
    for said in (
        "could open this child",
        "You are this child&#39;s lead professional.",
        "Nobody is named here",
        "was logged",
    ):
        assert said in shown.text
    assert LEAD.name not in shown.text
    assert "999" not in str(shown.url)
    assert ill_formed(shown.text) == []
    row = told.connection.execute("SELECT count(*) FROM access.entry WHERE kind = 'ShowReach' AND outcome = 'shown'")
    assert row.fetchone() != (0,)


def test_a_refusal_is_explained_from_its_entry(officer: Browser, refused: str) -> None:
    listed = officer.post("/accesses", {"viewer": NOBODYS.name})
    assert f"/accesses/{refused}/why-not" in listed.text
    assert officer.get(f"/accesses/{refused}/why-not").status_code == 200
    shown = officer.post(f"/accesses/{refused}/why-not", {"reason": WHY})
    assert shown.status_code == 200
    for said in (NOBODYS.name, "They do not lead for the child.", "Which rules were tried", "was logged"):
        assert said in shown.text
    assert ill_formed(shown.text) == []


@pytest.mark.parametrize("said", [{"reason": "because"}, {"reason": ""}, {"reason": WHY, "number": "9990200018"}])
def test_what_is_typed_wrong_is_named_and_stays(officer: Browser, said: dict[str, str]) -> None:
    shown = officer.post("/reach", {**ADAS, **said})
    assert (shown.status_code, "There is a problem" in shown.text) == (400, True)
    assert re.search(r"could open this child", shown.text) is None
    assert ill_formed(shown.text) == []


def test_without_a_reason_no_refusal_is_explained(officer: Browser, refused: str) -> None:
    shown = officer.post(f"/accesses/{refused}/why-not", {"reason": ""})
    assert (shown.status_code, "They do not lead" in shown.text) == (400, False)


def test_nobody_else_is_told_anything(browser: Browser, refused: str) -> None:
    browser.sign_in(LEAD.name)
    assert browser.get("/reach").status_code == 404
    assert browser.get(f"/accesses/{refused}/why-not").status_code == 404
    for path, said in (("/reach", {**ADAS, "reason": WHY}), (f"/accesses/{refused}/why-not", {"reason": WHY})):
        shown = browser.post(path, said)
        assert (shown.status_code, "You cannot see this record" in shown.text) == (404, True)
    assert browser.get("/accesses/a-1/why-not").status_code == 404
