"""The index team's pages: what is kept, of whom and why, recorded again; and what protects children, by a reason typed first."""

import pytest

from tests.builders.html import ill_formed
from tests.builders.service import Bench
from tests.builders.web import ADA, LEAD, Browser, hidden_fields
from tests.spec.words import happened

WHY = "Reviews that are due this month"


def waiting(told: Bench) -> list[tuple[str, str, int]]:
    return told.connection.execute(
        "SELECT organisation, reason, count(*) FROM log.aside WHERE kind = 'kept' AND state IN ('waiting', 'ready') "
        "GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()


def test_the_index_team_begins_at_the_requests_that_wait(team: Browser) -> None:
    home = team.get("/")
    assert home.url.path == "/contact-requests"
    assert ("/quarantine" in home.text, "/protections" in home.text) == (True, True)


def test_what_is_kept_is_counted_by_organisation_and_reason_and_nothing_of_a_child_is_shown(
    team: Browser, told: Bench
) -> None:
    page = team.get("/quarantine")
    assert page.status_code == 200
    assert ill_formed(page.text) == []
    kept = waiting(told)
    assert kept, "the demonstration has some on purpose"
    for organisation, reason, _ in kept:
        code = (
            f"({organisation})" if f"({organisation})" in page.text else organisation
        )  # after its name, where it has one
        assert f"{code}: {reason.replace('_', ' ')}" in page.text
    assert (ADA in page.text, "999" in page.text) == (False, False)


def test_what_is_kept_is_recorded_again_after_it_was_looked_at(team: Browser, told: Bench) -> None:
    organisation, reason, count = waiting(told)[0]
    listed = team.post("/quarantine/kept", {"organisation": organisation, "reason": reason})
    assert (listed.status_code, "the same checks as when it came" in listed.text) == (
        200,
        True,
    )
    form = hidden_fields(listed.text, "/quarantine/redrive")
    assert team.post("/quarantine/redrive", form | {"entry": "a-" + "0" * 32}).status_code == 409
    done = team.post("/quarantine/redrive", form)
    assert f"{count} still kept" in done.text, "nothing has changed that was the matter with it"
    assert waiting(told)[0] == (organisation, reason, count)
    assert ill_formed(done.text) == ill_formed(listed.text) == []


def test_shields_in_force_are_counted_and_whose_they_are_is_shown_by_a_reason(team: Browser, told: Bench) -> None:
    event = happened("ShieldApplied", "A", on="2025-12-01", review_on="2025-12-10", recorded="2025-12-01").wire(1) | {
        "event_id": "shield-1"
    }
    event["subject"]["identifiers"] = [{"scheme": "nhs", "value": "9990200017"}]
    assert [one.outcome for one in told.record(event)] == ["accepted"]
    told.projector.project()
    counted = team.get("/protections")
    assert ("Shields" in counted.text, ADA in counted.text) == (True, False)
    assert team.post("/protections/listed", {"kind": "shield"}).status_code == 400
    listed = team.post("/protections/listed", {"kind": "shield", "reason": WHY})
    assert (ADA in listed.text, "10 December 2025, late" in listed.text) == (True, True)
    assert ill_formed(listed.text) == ill_formed(counted.text) == []
    rows = told.connection.execute(
        "SELECT convert_from(bytes, 'UTF8')::jsonb ->> 'opening' FROM access.entry WHERE kind = 'ListProtections'"
    ).fetchall()
    assert rows == [("claim",)]


@pytest.mark.parametrize("path", ["/quarantine", "/protections"])
def test_nobody_else_sees_any_of_it(path: str, browser: Browser) -> None:
    browser.sign_in(LEAD.name)
    assert browser.get(path).status_code == 404
    assert browser.post("/quarantine/kept", {"reason": "waits_for"}).status_code == 404
    assert browser.post("/protections/listed", {"kind": "shield", "reason": WHY}).status_code == 404


@pytest.mark.parametrize("form", [{}, {"reason": "<b>"}, {"reason": "waits_for", "organisation": "a b"}])
def test_a_form_that_is_not_understood_is_said_plainly(form: dict[str, str], team: Browser) -> None:
    assert team.post("/quarantine/kept", form).status_code == 400
