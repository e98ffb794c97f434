"""A child's page: as of another day, well-formed, and rendered again to the byte from what its entries hold."""

import re
from datetime import date
from typing import Any

import pytest

from adapters.questions.door import Door
from adapters.web.days import as_typed, read_day
from adapters.web.rendering import Contact, Reader, render
from domain.access.rules import BY_ID
from domain.access.viewer import LOCAL_OPERATOR
from domain.answers.answered import Receipt
from domain.questions.about import ReplayEntry
from tests.builders.html import ill_formed
from tests.builders.service import Bench
from tests.builders.web import ADA, LEAD, NOBODYS, Browser, Pages

ENTRY = re.compile(r"a-[0-9a-f]{32}")


def test_a_child_as_it_stood_on_another_day(browser: Browser) -> None:
    browser.sign_in(LEAD.name)
    now = browser.open_child(ADA)
    then = browser.get(f"{now.url.path}?on-day=1&on-month=2&on-year=2025&known-day=&known-month=&known-year=")
    assert "As it stood on 19 December 2025." in now.text
    assert "As it stood on 1 February 2025." in then.text
    assert "Nobody leads, as far as agencies have told." in then.text
    assert "Nobody leads" not in now.text


def test_a_child_as_it_was_known_before_anything_was_is_refused_as_any(browser: Browser) -> None:
    browser.sign_in(LEAD.name)
    path = browser.open_child(ADA).url.path
    answer = browser.get(f"{path}?known-day=1&known-month=1&known-year=2020")
    assert (answer.status_code, "You cannot see this record" in answer.text) == (404, True)


@pytest.mark.parametrize(
    "asked",
    [
        "on-day=31&on-month=2&on-year=2025",
        "known-day=1",
        "on-day=%3Cb%3E&on-month=1&on-year=1",
        "on-year=" + "9" * 1000,
    ],
)
def test_what_is_no_day_shows_nothing_of_the_child(asked: str, browser: Browser) -> None:
    browser.sign_in(LEAD.name)
    path = browser.open_child(ADA).url.path
    answer = browser.get(f"{path}?{asked}")
    assert (answer.status_code, "There is a problem" in answer.text, ADA in answer.text) == (400, True, False)
    assert "<b>" not in answer.text
    assert ill_formed(answer.text) == []


def test_every_page_is_well_formed(browser: Browser, served: Pages) -> None:
    browser.get("/sign-in")
    browser.sign_in(LEAD.name)
    browser.open_child(ADA)
    for path in (
        "/my-families",
        "/changes",
        "/changes?since-day=1",
        "/sign-out",
        "/nothing",
        "/privacy",
        "/cookies",
        "/accessibility",
    ):
        browser.get(path, Accept="text/html")
    browser.post("/child", {"child": "c-" + "0" * 32})
    browser.post("/sign-out")
    with served.browser() as other:
        other.sign_in(NOBODYS.name)
        pages = [answer for answer in (*browser.seen, *other.seen) if answer.text and answer.status_code != 303]
    assert len(pages) > 12
    assert {str(answer.url): wrong for answer in pages if (wrong := ill_formed(answer.text))} == {}


def test_a_page_is_rendered_again_from_its_entries_to_the_byte(browser: Browser, told: Bench) -> None:
    browser.sign_in(LEAD.name)
    page = browser.open_child(ADA).text
    assert f"Signed in as T. Abara ({LEAD.name})." in page
    found = {one["question"]: one for one in (replayed(told, entry) for entry in ENTRY.findall(page))}
    child, timeline, family = (found[question] for question in ("ShowChild", "ShowTimeline", "ShowSiblings"))
    again = render(
        "child",
        reader=Reader(LEAD.name, called="T. Abara"),
        content={"child": child["content"], "timeline": timeline["content"], "family": family["content"]},
        day=child["effective_at"],
        receipts=[receipt(child), receipt(timeline), receipt(family)],
        contact=Contact(None, "within one working day"),
        on=as_typed("on", date.fromisoformat(child["effective_at"])),
        known=read_day({}, "known", ""),
        because="",
    )
    assert again == page


def replayed(told: Bench, entry: str) -> Any:
    """An entry as the operator of the machine replays it."""
    answered = Door(told.service).answer(ReplayEntry(entry=entry), LOCAL_OPERATOR)
    assert answered is not None
    return answered.content


def receipt(entry: Any) -> Receipt:
    """The receipt that an entry's page had."""
    return Receipt(entry["entry"], tuple(BY_ID[rule].says for rule in entry["rules"][:1]), entry["at"])
