"""Who looks for a child that is not their own says why first, is shown few and of each only who it is, and the officer is told."""

import pytest

from tests.builders.html import ill_formed
from tests.builders.service import Bench
from tests.builders.web import ADA, LEAVER, NOBODYS, Browser

WHY = {"reason": "Her aunt rang, and asked who helps the family"}
NUMBER = {"scheme": "nhs", "number": "999 020 0017"}
NAME = {"family": "Example", "born-day": "14", "born-month": "3", "born-year": "2019"}


@pytest.mark.parametrize("whom", [NUMBER, NAME], ids=["by number", "by name"])
def test_a_child_is_found_by_who_says_why_and_only_who_it_is_is_shown(whom: dict[str, str], browser: Browser) -> None:
    browser.sign_in(NOBODYS.name)
    found = browser.post("/search", WHY | whom)
    assert found.status_code == 200
    assert ADA in found.text
    assert "Born 14 March 2019, aged 6" in found.text
    assert "T. Abara" not in found.text
    assert ill_formed(found.text) == []
    assert "999" not in str(found.url)


def test_a_child_that_was_found_is_opened_with_the_reason(browser: Browser, told: Bench) -> None:
    browser.sign_in(NOBODYS.name)
    child = child_in(browser.post("/search", WHY | NUMBER).text)
    opened = browser.post("/search/open", WHY | {"child": child})
    assert (opened.status_code, "T. Abara" in opened.text) == (200, True)
    assert "The privacy officer can see that you did, and why." in opened.text
    rows = told.connection.execute(
        "SELECT kind, convert_from(bytes, 'UTF8')::jsonb ->> 'opening' FROM access.entry WHERE viewer = %s ORDER BY at DESC LIMIT 2",
        (NOBODYS.name,),
    ).fetchall()
    assert set(rows) == {("ShowChild", "claim"), ("ShowTimeline", "claim")}


def test_ten_looks_a_day_can_be_opened_with_a_reason_and_no_more(browser: Browser) -> None:
    browser.sign_in(LEAVER.name)
    child = child_in(browser.post("/search", WHY | NUMBER).text)
    looks = [browser.post("/search/open", WHY | {"child": child}).status_code for _ in range(11)]
    assert looks == [200] * 10 + [404]


def child_in(page: str) -> str:
    """The id of the one child of a page."""
    [found] = [part[:34] for part in page.split('name="child" value="')[1:]]
    return found


def test_without_a_reason_a_child_that_was_found_is_not_opened(browser: Browser) -> None:
    browser.sign_in(NOBODYS.name)
    child = child_in(browser.post("/search", WHY | NUMBER).text)
    assert browser.post("/search/open", {"child": child, "reason": ""}).status_code == 400
    assert browser.post("/child", {"child": child}).status_code == 404


def test_nobody_found_is_no_error_and_names_whom_to_ask(browser: Browser) -> None:
    browser.sign_in(NOBODYS.name)
    found = browser.post("/search", WHY | NAME | {"born-year": "2018"})
    assert (found.status_code, "Nobody was found whom you may look for." in found.text) == (200, True)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        (NUMBER, "Say why you look"),
        (WHY, "Type either a number, or a family name and a date of birth"),
        (WHY | NUMBER | NAME, "Type either a number, or a family name and a date of birth"),
        (WHY | NUMBER | {"number": "9990200018"}, "The number must be one that its kind allows"),
        (WHY | NAME | {"family": "E"}, "The family name must have 2 letters or more"),
        (WHY | {"family": "Example"}, "The date of birth must be there too"),
        (WHY | NAME | {"born-month": "13"}, "The date of birth must be a real day"),
        (WHY | NAME | {"family": "\N{RIGHT-TO-LEFT OVERRIDE}Example"}, "The family name must have 2 letters or more"),
        (
            WHY | {"number": "<script>alert(1)</script>" * 400, "scheme": "nhs"},
            "The number must be one that its kind allows",
        ),
        ({"reason": "x" * 10_000} | NUMBER, "The reason must be 300 letters or fewer"),
    ],
    ids=[
        "no reason",
        "nobody",
        "both",
        "no number",
        "a letter",
        "no birth",
        "no day",
        "turned around",
        "markup",
        "long",
    ],
)
def test_what_is_typed_wrongly_is_said_and_stays_typed(said: dict[str, str], wrong: str, browser: Browser) -> None:
    browser.sign_in(NOBODYS.name)
    answer = browser.post("/search", said)
    assert (answer.status_code, wrong in answer.text) == (400, True)
    assert "<script" not in answer.text
    assert ill_formed(answer.text) == []
    if "family" in said and said["family"].isprintable():
        assert f'value="{said["family"]}"' in answer.text
    assert ADA not in answer.text
