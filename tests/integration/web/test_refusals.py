"""What somebody may not see, and forms that are not ours: one page for each, which tells nothing."""

import re
from pathlib import Path

import httpx2
import pytest

from tests.builders.service import Bench
from tests.builders.web import ADA, LEAD, NOBODYS, Browser, Pages, issuer_settings, pages

NEVER = "c-0123456789abcdef0123456789abcdef"
REFERENCE = re.compile(r"a-[0-9a-f]{4}(?: [0-9a-f]{4}){7}")
TITLE = "You cannot see this record"


def _said(answer: httpx2.Response) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of an answer, but for what is another each time."""
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, headers, REFERENCE.sub("REFERENCE", answer.text)


def test_not_yours_is_said_as_no_such_record(browser: Browser, served: Pages, told: Bench) -> None:
    with served.browser() as lead:
        lead.sign_in(LEAD.name)
        ada = lead.child_of(ADA)
    browser.sign_in(NOBODYS.name)
    not_yours, never = browser.post("/child", {"child": ada}), browser.post("/child", {"child": NEVER})
    assert (not_yours.status_code, TITLE in not_yours.text) == (404, True)
    assert ADA not in not_yours.text
    assert _said(not_yours) == _said(never)
    outcomes = told.connection.execute(
        "SELECT outcome FROM access.entry WHERE viewer = %s AND kind = 'ShowTimeline' ORDER BY at DESC LIMIT 2",
        (NOBODYS.name,),
    ).fetchall()
    assert outcomes == [("nothing",), ("refused",)], "each attempt has an entry, which tells them apart"


def test_a_refusal_names_whom_to_ring_and_a_reference(
    told: Bench, issuer: str, module_database_url: str, tmp_path: Path
) -> None:
    team = {"index_team_telephone": "01632 960123", "index_team_reply": "by the end of the next working day"}
    with (
        pages(module_database_url, tmp_path, told.clock, [issuer_settings(issuer, tmp_path)], **team) as made,
        made.browser() as browser,
    ):
        browser.sign_in(NOBODYS.name)
        text = browser.post("/child", {"child": NEVER}).text
        assert all(value in text for value in team.values())
        (entry,) = REFERENCE.findall(text)
        found = told.connection.execute(
            "SELECT viewer, outcome FROM access.entry WHERE id = %s", ("".join(entry.split())[2:],)
        ).fetchone()
        assert found == (NOBODYS.name, "nothing"), "it is the entry of the attempt in the access log"


def test_somebody_without_children_is_told_so(browser: Browser) -> None:
    answer = browser.sign_in(NOBODYS.name)
    assert "Agencies have told of no child that you work with or lead for." in answer.text


def test_a_childs_address_is_nothing_to_anybody_else_nor_another_time(browser: Browser, served: Pages) -> None:
    browser.sign_in(LEAD.name)
    address = browser.open_child(ADA).url.path
    assert browser.get(address).status_code == 200
    with served.browser() as other:
        assert other.get(address).url.path == "/sign-in"
        other.sign_in(LEAD.name)
        assert (other.get(address).status_code, ADA in other.seen[-1].text) == (404, False)
    assert browser.get(f"{address[:-2]}AA").status_code == 404


@pytest.mark.parametrize("path", ["/child", "/sign-out", "/sign-out-everywhere"])
@pytest.mark.parametrize(
    "says",
    [
        {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
    ids=str,
)
def test_a_form_of_another_page_does_nothing(path: str, says: dict[str, str], browser: Browser) -> None:
    browser.sign_in(LEAD.name)
    answer = browser.once("POST", path, **says)
    assert answer.status_code == 403
    assert browser.signed_in


def test_a_link_from_elsewhere_opens_the_list_and_no_child(browser: Browser) -> None:
    browser.sign_in(LEAD.name)
    child = browser.open_child(ADA).url.path
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert browser.once("GET", "/my-children", **link).status_code == 200
    assert browser.once("GET", child, **link).status_code == 403
    assert browser.once("GET", "/my-children", **link | {"Sec-Fetch-Dest": "iframe"}).status_code == 403


@pytest.mark.parametrize(
    "form",
    [{}, {"child": ""}, {"child": "c-1"}, {"child": "nhs:9990200017"}, {"other": NEVER}, {"child": "c-" + "g" * 32}],
)
def test_a_form_that_is_not_understood_is_said_plainly(form: dict[str, str], browser: Browser) -> None:
    browser.sign_in(LEAD.name)
    answer = browser.post("/child", form)
    assert (answer.status_code, "We did not understand that" in answer.text) == (400, True)


def test_a_form_that_is_too_large_is_not_read(browser: Browser) -> None:
    browser.sign_in(LEAD.name)
    answer = browser.post("/child", {"child": "c" * 100_000})
    assert (answer.status_code, "That is too long" in answer.text) == (413, True)
    assert browser.post("/child", {"child": "c" * 10_000}).status_code == 400


def test_nobody_gets_in_without_signing_in(browser: Browser) -> None:
    for path in ("/", "/my-children", "/sign-out", "/child/anything"):
        assert browser.get(path).url.path == "/sign-in"
    assert browser.post("/child", {"child": NEVER}).url.path == "/sign-in"
    assert browser.post("/sign-out-everywhere").url.path == "/sign-in"


def test_errors_are_pages_for_people_and_problems_for_programs(browser: Browser) -> None:
    page = browser.once("GET", "/nothing", Accept="text/html,*/*")
    assert (page.status_code, "Page not found" in page.text) == (404, True)
    problem = browser.once("GET", "/v1/schemas/0", Accept="application/json")
    assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["events", "children/find", "leads/gaps", "decisions/nominate", "nothing"])
def test_where_people_sign_in_no_system_is_answered(browser: Browser, path: str) -> None:
    answer = browser.client.post(f"{browser.address}/v1/{path}", json={})
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert "no system can sign in" in answer.text


def test_who_opens_too_many_pages_is_told_to_wait(
    told: Bench, issuer: str, module_database_url: str, tmp_path: Path
) -> None:
    few = {"person_rate": 0.01, "person_burst": 3}
    with (
        pages(module_database_url, tmp_path, told.clock, [issuer_settings(issuer, tmp_path)], **few) as made,
        made.browser() as browser,
        made.browser() as colleague,
    ):
        browser.sign_in(LEAD.name)
        colleague.sign_in(NOBODYS.name)
        assert [browser.get("/my-children").status_code for _ in range(3)] == [200, 200, 429]
        assert "You have opened too many pages" in browser.seen[-1].text
        assert int(browser.seen[-1].headers["retry-after"]) > 0
        assert colleague.get("/my-children").status_code == 200


def test_pages_carry_no_script_and_are_not_kept(browser: Browser) -> None:
    browser.sign_in(LEAD.name)
    browser.open_child(ADA)
    for answer in browser.seen:
        said = answer.headers
        assert said["cache-control"] == "no-store", answer.url.path
        assert said["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in said["content-security-policy"]
        assert "unsafe" not in said["content-security-policy"] or answer.status_code == 303
        assert "<script" not in answer.text
        assert "style=" not in answer.text
    style = re.search(r'href="(/static/app-[0-9a-f]{16}\.css)"', browser.seen[-1].text)
    assert style is not None
    assert "immutable" in browser.get(style[1]).headers["cache-control"]
