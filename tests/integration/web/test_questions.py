"""An officer asks questions on pages, takes an answer away, and reviews an access."""

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator

import pytest

from adapters.questions.door import Door
from adapters.web import questions
from domain.access.viewer import Role
from domain.questions.about import ShowChild
from tests.builders.html import ill_formed
from tests.builders.service import Bench
from tests.builders.viewers import granted, person, saying_why
from tests.builders.web import LEAD, OFFICER, Browser, Pages
from tests.integration.web.test_officers import case_about

CLAIM = "/questions/claims-without-involvement"
ALERTS = "/questions/alerts"
SOMEBODY = itertools.count(1)


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
def claimed(told: Bench) -> str:
    """An entry of somebody who said that Ada is their business."""
    somebody = person(told, f"la-808:X{next(SOMEBODY)}")  # each may do so a few times a day
    asked = Door(told.service).ask(ShowChild(identifier="nhs:9990200017"), saying_why(somebody))
    assert asked.receipt is not None  # type: ignore[union-attr]
    return asked.receipt.entry  # type: ignore[union-attr]


def test_the_questions_stand_under_the_share_that_is_explained(officer: Browser, claimed: str) -> None:
    shown = officer.get("/questions")
    assert "Share of looks that an involvement explains" in shown.text
    assert re.search(r"of \d+ in the week from 15 December 2025", shown.text)
    assert "Looks with no involvement before or after" in shown.text
    assert "What officers looked at" not in shown.text, "the auditor's, and not theirs"
    assert ill_formed(shown.text) == []


def test_an_answer_has_its_rows_with_links_to_the_accesses(officer: Browser, claimed: str) -> None:
    shown = officer.post(ALERTS)
    assert f'href="/accesses/{claimed}"' in shown.text
    assert "Self claim" in shown.text
    assert "la-808:X" not in shown.text, "an alert is a reference and no more"
    assert "You are the privacy officer of this organisation" in shown.text
    assert ill_formed(shown.text) == []


def test_a_childs_number_is_sent_by_post_and_stands_in_no_address(officer: Browser, claimed: str) -> None:
    shown = officer.post("/questions/who-saw-a-child", {"scheme": "nhs", "number": "999 020 0017"})
    assert claimed in shown.text
    assert all("999" not in str(answer.url) for answer in officer.seen)


@pytest.mark.parametrize(
    ("path", "said", "wrong"),
    [
        (CLAIM, {"days": "367"}, "counts must be a whole number from 1 to 366"),
        (CLAIM, {"days": "many"}, "counts must be a whole number from 1 to 366"),
        (CLAIM, {"first-day": "31", "first-month": "2", "first-year": "2025"}, "The first day must be a real day"),
        (CLAIM, {"first-day": "1", "first-month": "1", "first-year": "2024"}, "at most 366 days from the first"),
        (CLAIM, {"viewer": "<b>"}, "The person must be an organisation and a staff number"),
        ("/questions/who-saw-a-child", {"number": "", "scheme": "nhs"}, "The question cannot be asked without it"),
        ("/questions/who-saw-a-child", {"number": "9990200018", "scheme": "nhs"}, "The number must be one that its kind allows"),
    ],
)  # fmt: skip
def test_what_is_typed_wrongly_is_said_and_stays(path: str, said: dict[str, str], wrong: str, officer: Browser) -> None:
    shown = officer.post(path, said)
    assert (shown.status_code, wrong in shown.text, "There is a problem" in shown.text) == (400, True, True)
    assert "<b>" not in shown.text
    assert ill_formed(shown.text) == []


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_answer_is_taken_away_and_the_log_says_so(form: str, officer: Browser, claimed: str, told: Bench) -> None:
    taken = officer.post(ALERTS, {"form": form})
    assert f'filename="alerts.{form}"' in taken.headers["content-disposition"]
    if form == "csv":
        assert claimed in {row["Access"] for row in csv.DictReader(io.StringIO(taken.text))}
    else:
        assert claimed in {json.loads(line)["entry"] for line in taken.text.splitlines()}
    kinds = told.connection.execute(
        "SELECT DISTINCT kind FROM access.entry WHERE viewer = %s", (OFFICER.name,)
    ).fetchall()
    assert ("ExportAnswer",) in kinds


def test_half_a_list_is_not_taken_away_for_the_whole(
    officer: Browser, claimed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "_TAKEN_AWAY", 1)
    officer.get("/questions")
    taken = officer.post("/questions/what-a-person-viewed", {"viewer": OFFICER.name, "form": "csv"})
    assert (taken.status_code, "a file has 1 at most" in taken.text) == (400, True)


def test_an_access_is_reviewed_at_the_foot_of_its_page(officer: Browser, claimed: str) -> None:
    opened = officer.post(f"/accesses/{claimed}", {"case": case_about(officer, claimed)})
    assert f'action="/accesses/{claimed}/review"' in opened.text
    wrong = officer.post(f"/accesses/{claimed}/review", {"outcome": "explained", "case": "case-1"})
    assert (wrong.status_code, 'value="case-1"' in wrong.text) == (400, True)
    assert ill_formed(wrong.text) == []
    written = officer.post(
        f"/accesses/{claimed}/review", {"outcome": "explained", "case": "", "note": "<i>The aunt rang.</i>"}
    )
    assert "The review is written down" in written.text
    assert claimed not in officer.post(ALERTS).text


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({}, "Say what came of it"),
        ({"outcome": "guilty"}, "Say what came of it"),
        ({"outcome": "passed_on_as_a_case"}, "Name the case"),
        ({"outcome": "explained", "note": "x" * 2001}, "The note must be 2000 letters or fewer"),
        (
            {"outcome": "explained", "note": "a\N{RIGHT-TO-LEFT OVERRIDE}b"},
            "It must be of letters, digits and signs alone",
        ),
    ],
)
def test_what_is_wrong_with_a_review_is_said_and_nothing_is_written(
    said: dict[str, str], wrong: str, officer: Browser, claimed: str
) -> None:
    answer = officer.post(f"/accesses/{claimed}/review", said)
    assert (answer.status_code, wrong in answer.text) == (400, True)
    assert claimed in officer.post(ALERTS).text


def test_who_is_no_officer_finds_no_questions_and_reviews_nothing(browser: Browser, claimed: str, told: Bench) -> None:
    browser.sign_in(LEAD.name)
    assert "/questions" not in browser.get("/my-children").text
    assert [browser.get(path).status_code for path in ("/questions", ALERTS)] == [404, 404]
    assert browser.post(ALERTS).status_code == 404
    assert browser.post(f"/accesses/{claimed}/review", {"outcome": "explained"}).status_code == 404
    rows = told.connection.execute(
        "SELECT DISTINCT kind, outcome FROM access.entry WHERE viewer = %s AND kind = 'AskOfficers'", (LEAD.name,)
    )
    assert rows.fetchall() == [("AskOfficers", "refused")]


def test_a_question_that_there_is_not(officer: Browser) -> None:
    assert officer.get("/questions/who-is-it").status_code == 404
    assert officer.post("/questions/what-officers-looked-at").status_code == 404
