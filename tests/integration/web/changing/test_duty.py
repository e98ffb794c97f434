"""Families to check on, for who is on duty in their area; and the index team's number as its organisation publishes it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters.questions.door import Door
from domain.access.viewer import LOCAL_OPERATOR, Role
from domain.questions.about import ListFamilies
from tests.builders.html import ill_formed
from tests.builders.service import Bench
from tests.builders.viewers import granted
from tests.builders.web import ADA, LEAD, NOBODYS, Browser, issuer_settings, pages
from tests.integration.web.conftest import NOW
from tests.spec.reference_words import duty_line_published

WHY = "The school rang the front door about the family"


def an_area(told: Bench) -> str:
    """An area in which a family is out of touch."""
    answered = Door(told.service).answer(ListFamilies(effective_at=NOW.date()), LOCAL_OPERATOR)
    assert answered is not None
    return next(str(one["area"]) for one in answered.content["families"] if one["area"] is not None)


def test_who_is_on_duty_sees_the_families_of_their_area_and_opens_a_child_by_a_reason(
    browser: Browser, told: Bench
) -> None:
    area = an_area(told)
    granted(told, NOBODYS.name, Role.DUTY, areas=(area, "ZZ1"))
    home = browser.sign_in(NOBODYS.name)
    assert home.url.path == "/families-to-check"
    listed = browser.get(f"/families-to-check?area={area}")
    assert (listed.status_code, ADA in listed.text, ill_formed(listed.text)) == (200, True, [])
    child = listed.text.partition('name="child" value="')[2][:34]
    assert "Say why first" in browser.post("/search/open", {"child": child, "reason": ""}).text
    opened = browser.post("/search/open", {"child": child, "reason": WHY})
    assert (opened.status_code, "You are on duty for this child" in opened.text) == (200, True)
    assert browser.get("/families-to-check?area=TS99").status_code == 404


def test_nobody_else_sees_the_families_of_an_area(browser: Browser, told: Bench) -> None:
    browser.sign_in(LEAD.name)
    assert browser.get(f"/families-to-check?area={an_area(told)}").status_code == 404
    assert browser.get("/families-to-check").status_code == 404


def test_the_index_teams_number_is_its_published_duty_line(
    told: Bench, issuer: str, database_url: str, tmp_path: Path
) -> None:
    settings: Any = {"index_team": "la-808:FRONT", "index_team_telephone": "01632 960000"}
    with (
        pages(database_url, tmp_path, told.clock, [issuer_settings(issuer, tmp_path)], **settings) as made,
        made.browser() as browser,
    ):
        assert "01632 960000" in browser.get("/accessibility").text, "until there is one, as set"
        line = duty_line_published("FRONT", "2025-12-01", "01632 960555", "mon-fri", ("09:00", "17:00"))
        assert [one.outcome for one in told.record(line.wire(1) | {"event_id": "line-1"})] == ["accepted"]
        assert "01632 960000" in browser.get("/accessibility").text, "it is looked up once a minute"
        told.clock.advance(timedelta(minutes=2))
        assert "tel:+441632960555" in browser.get("/accessibility").text
