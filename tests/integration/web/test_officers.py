"""A privacy officer finds who saw what, opens an access with its proof, and looks at the state of the log."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from adapters.commands import granting
from adapters.commands.granting import end
from adapters.questions.door import Door
from adapters.web.words import grouped
from domain.access.viewer import Role
from domain.questions.about import ShowCaseload
from tests.builders.html import ill_formed
from tests.builders.service import Bench
from tests.builders.viewers import granted, person
from tests.builders.web import ADA, LEAD, NOBODYS, OFFICER, Browser, Pages, published
from tests.integration.web.conftest import NOW
from tools.verify_log.access_log import verify

WHY = "The family asked who has seen the record"
ENTRY = re.compile(r"a-[0-9a-f]{32}")


@pytest.fixture(scope="module")
def told(told: Bench) -> Bench:
    """The same, where somebody is the council's privacy officer."""
    granted(told, OFFICER.name, Role.PRIVACY_OFFICER)
    return told


@pytest.fixture
def officer(served: Pages) -> Iterator[Browser]:
    """The officer's browser, signed in."""
    with served.browser() as made:
        assert made.sign_in(OFFICER.name).url.path == "/questions"
        yield made


@pytest.fixture
def seen(browser: Browser) -> str:
    """An entry of the lead professional's looking at Ada."""
    browser.sign_in(LEAD.name)
    found = ENTRY.findall(browser.open_child(ADA).text)
    return str(found[0])


def find(officer: Browser, **said: str) -> httpx2.Response:
    return officer.post("/accesses", said)


def test_an_officer_finds_the_accesses_of_a_person_on_some_days(officer: Browser, seen: str) -> None:
    day = {
        "first-day": "19",
        "first-month": "12",
        "first-year": "2025",
        "last-day": "19",
        "last-month": "12",
        "last-year": "2025",
    }
    found = find(officer, viewer=LEAD.name, **day)
    assert seen in found.text
    assert "Opened a child&#39;s record" in found.text
    assert NOBODYS.name not in found.text
    assert seen not in find(officer, viewer=LEAD.name, **(day | {"last-day": "18", "first-day": "1"})).text


def test_an_officer_finds_who_saw_a_child_and_its_number_stands_in_no_address(officer: Browser, seen: str) -> None:
    found = find(officer, scheme="nhs", number="999 020 0017")
    assert seen in found.text
    assert "999" not in str(found.url)
    other = find(officer, scheme="nhs", number="9990200025")
    assert seen not in other.text


def test_older_ones_are_shown_when_they_are_asked_for(officer: Browser, told: Bench) -> None:
    door, anna = Door(told.service), person(told, LEAD.name)
    for _ in range(51):
        door.ask(ShowCaseload(worker=LEAD.name), anna)
    first = find(officer, viewer=LEAD.name)
    cursor = re.search(r'name="cursor" value="(a-[0-9a-f]{32})"', first.text)
    assert cursor is not None
    second = find(officer, viewer=LEAD.name, cursor=cursor[1])
    assert set(listed(first)).isdisjoint(listed(second))
    assert listed(second)


def listed(answer: httpx2.Response) -> list[str]:
    return re.findall(r'href="/accesses/(a-[0-9a-f]{32})"', answer.text)


def case_about(officer: Browser, seen: str) -> str:
    """A case that the officer opens about an access: its reference."""
    made = officer.post("/cases/new", {"kind": "check", "text": WHY, "accesses": seen})
    assert made.status_code == 200
    return made.url.path.removeprefix("/cases/")


def test_an_access_is_opened_in_a_case_about_it_with_its_proof(
    officer: Browser, seen: str, served: Pages, told: Bench
) -> None:
    published(served, told)
    asked = find(officer, entry=grouped(seen))
    assert (asked.url.path, ADA in asked.text) == (f"/accesses/{seen}", False)
    assert "There is no such case yet" in asked.text
    case = case_about(officer, seen)
    assert case in officer.get(f"/accesses/{seen}").text
    shown = officer.post(f"/accesses/{seen}", {"case": case})
    assert shown.status_code == 200
    for said in (
        ADA,
        "Proved:",
        "covers it and has been published",
        LEAD.name,
        "You are the privacy officer of this organisation",
    ):
        assert said in shown.text
    assert ill_formed(shown.text) == []


def test_today_stands_beside_an_access_where_it_is_asked_for(officer: Browser, seen: str, told: Bench) -> None:
    case = case_about(officer, seen)
    assert "answers today" not in officer.post(f"/accesses/{seen}", {"case": case}).text
    shown = officer.post(f"/accesses/{seen}", {"case": case, "today": "yes"})
    for said in ("What differs today", "Nothing differs", "What the same question answers today"):
        assert said in shown.text
    assert shown.text.count(ADA) > 1
    assert ill_formed(shown.text) == []


@pytest.mark.parametrize("case", ["", "k-1", "x" * 10_000, "<script>"])
def test_without_a_case_nothing_is_opened(case: str, officer: Browser, seen: str) -> None:
    case_about(officer, seen)
    shown = officer.post(f"/accesses/{seen}", {"case": case})
    assert (shown.status_code, ADA in shown.text, "There is a problem" in shown.text) == (400, False, True)
    assert ill_formed(shown.text) == []


def test_in_a_case_that_is_not_there_or_about_something_else_nothing_is_opened(officer: Browser, seen: str) -> None:
    other = case_about(officer, f"a-{'0' * 32}")
    for case in (other, f"k-{'0' * 32}"):
        shown = officer.post(f"/accesses/{seen}", {"case": case})
        assert (shown.status_code, ADA in shown.text) == (404, False)


def test_what_an_officer_reads_is_logged_too(officer: Browser, seen: str, told: Bench) -> None:
    shown = officer.post(f"/accesses/{seen}", {"case": case_about(officer, seen)})
    find(officer, viewer=LEAD.name)
    rows = told.connection.execute(
        "SELECT DISTINCT kind FROM access.entry WHERE viewer = %s AND kind <> 'ReadNotice'", (OFFICER.name,)
    ).fetchall()
    assert {kind for (kind,) in rows} >= {
        "AskOfficers",
        "ListAccesses",
        "ReplayEntry",
        "ShowLogState",
        "ListCases",
        "ShowCase",
    }
    own = ENTRY.findall(shown.text[shown.text.index("That you read this was logged") :])
    assert len(own) == 2


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"entry": "a-1"}, "The entry must be a- and 32 digits"),
        ({"viewer": "Anna"}, "The person must be an organisation and a staff number"),
        ({"scheme": "nhs", "number": "9990200018"}, "The number must be one that its kind allows"),
        ({"scheme": "", "number": "9990200017"}, "The number must be one that its kind allows"),
        ({"first-day": "31", "first-month": "2", "first-year": "2025"}, "The first day must be a real day"),
        (
            {
                "first-day": "2",
                "first-month": "2",
                "first-year": "2025",
                "last-day": "1",
                "last-month": "2",
                "last-year": "2025",
            },
            "The last day must be the first",
        ),
        ({"viewer": "<b>\N{RIGHT-TO-LEFT OVERRIDE}" * 1000}, "The person must be"),
    ],
    ids=lambda one: "" if isinstance(one, str) else next(iter(one)),
)
def test_what_is_typed_wrongly_is_said_beside_its_field_and_stays(
    said: dict[str, str], wrong: str, officer: Browser
) -> None:
    answer = find(officer, **said)
    assert (answer.status_code, wrong in answer.text) == (400, True)
    assert ill_formed(answer.text) == []
    assert "<b>" not in answer.text


def test_what_was_typed_outlasts_the_time_of_who_typed_it_and_of_nobody_else(officer: Browser, served: Pages) -> None:
    served.clock.advance(timedelta(minutes=21))
    gone = find(officer, scheme="nhs", number="9990200017", viewer=LEAD.name)
    assert gone.url.path == "/timed-out"
    assert "9990200017" not in str([cookie.value for cookie in officer.client.cookies.jar])
    served.clock.set(NOW)  # the issuer's clock stands still
    assert "9990200017" not in officer.sign_in(LEAD.name).text
    back = officer.sign_in(OFFICER.name)
    assert (back.url.path, 'value="9990200017"' in back.text) == ("/accesses", True)
    assert 'value="9990200017"' not in officer.get("/accesses").text, "once"


def test_the_state_of_the_log_and_a_check_of_its_end(officer: Browser, served: Pages, told: Bench, seen: str) -> None:
    published(served, told)
    assert "Nothing is amiss" not in officer.get("/access-log").text
    checked = officer.post("/access-log/check")
    assert "Nothing is amiss" in checked.text
    assert ill_formed(checked.text) == []
    assert "+" in officer.get("/access-log/key").text
    note = officer.get("/access-log/checkpoint")
    assert note.headers["content-type"].startswith("text/plain")
    assert "attachment" in note.headers["content-disposition"]
    assert note.text.count("\n") >= 5


def test_entries_from_a_leaf_on_are_checked(officer: Browser, served: Pages, told: Bench, seen: str) -> None:
    published(served, told)
    assert "Leaves 0 to" in officer.post("/access-log/check", {"leaf": "1"}).text
    for wrong in ("-1", "one", "1" * 16, "\N{SUPERSCRIPT TWO}"):
        answer = officer.post("/access-log/check", {"leaf": wrong})
        assert (answer.status_code, "The first leaf must be a number" in answer.text) == (400, True)
        assert ill_formed(answer.text) == []


def test_each_of_some_accesses_is_replayed_where_that_is_asked_for(officer: Browser, seen: str) -> None:
    found = find(officer, viewer=LEAD.name, replay="yes")
    assert "Proved: what is stored is what was shown" in found.text
    assert "the same comes out" in found.text
    assert ill_formed(found.text) == []
    assert "Proved" not in find(officer, viewer=LEAD.name).text


def test_the_log_is_taken_away_by_who_checks_all_of_it_and_by_nobody_else(
    officer: Browser, served: Pages, told: Bench, seen: str, tmp_path: Path
) -> None:
    published(served, told)
    assert "Take the whole log away" not in officer.get("/access-log").text
    assert officer.post("/access-log/export").status_code == 404
    granted(told, OFFICER.name, Role.AUDITOR)
    try:
        key, note = officer.get("/access-log/key").text, officer.get("/access-log/checkpoint").text
        assert "Take the whole log away" in officer.get("/access-log").text
        taken = officer.post("/access-log/export")
    finally:
        end(told.service, granting.read_worker(OFFICER.name), Role.AUDITOR)
    assert "attachment" in taken.headers["content-disposition"]
    assert taken.headers["cache-control"] == "no-store"
    assert ADA.encode() not in taken.content
    (tmp_path / "export").write_bytes(taken.content)
    assert verify(tmp_path / "export", key, note).found == {}
    kinds = told.connection.execute(
        "SELECT outcome FROM access.entry WHERE viewer = %s AND kind = 'ExportLog' ORDER BY at", (OFFICER.name,)
    ).fetchall()
    assert kinds == [("refused",), ("shown",)]


def test_a_change_made_by_hand_is_found(officer: Browser, served: Pages, told: Bench, seen: str) -> None:
    published(served, told)
    (leaf, kept) = told.connection.execute(
        "SELECT index, hash FROM access.leaf ORDER BY index DESC LIMIT 1"
    ).fetchone() or (0, b"")
    told.connection.execute("UPDATE access.leaf SET hash = %s WHERE index = %s", (bytes(32), leaf))
    try:
        assert "an entry is not as it was logged" in officer.post("/access-log/check").text
    finally:
        told.connection.execute("UPDATE access.leaf SET hash = %s WHERE index = %s", (kept, leaf))


def test_who_is_no_officer_finds_no_such_pages_and_the_attempt_is_logged(
    browser: Browser, told: Bench, seen: str
) -> None:
    browser.sign_in(NOBODYS.name)
    assert "/accesses" not in browser.get("/my-children").text
    for path in ("/accesses", f"/accesses/{seen}"):
        assert browser.get(path).status_code == 404
    assert browser.get("/access-log").status_code == 404
    assert browser.post("/accesses", {"viewer": LEAD.name}).status_code == 404
    assert browser.post(f"/accesses/{seen}", {"case": f"k-{'0' * 32}"}).status_code == 404
    rows = told.connection.execute(
        "SELECT kind, outcome FROM access.entry WHERE viewer = %s AND kind IN ('ListAccesses', 'ReplayEntry', 'ShowLogState')",
        (NOBODYS.name,),
    ).fetchall()
    assert set(rows) == {("ListAccesses", "refused"), ("ReplayEntry", "refused"), ("ShowLogState", "refused")}
