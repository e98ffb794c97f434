"""A privacy officer opens a case in the browser, does what is done in it and closes it; whom it is about answers."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest

from domain.access.viewer import Role
from tests.builders.html import ill_formed
from tests.builders.service import Bench
from tests.builders.viewers import granted
from tests.builders.web import ADA, LEAD, NOBODYS, OFFICER, Browser, Pages
from tests.integration.web.conftest import NOW

WHY = "The family asked who has seen the record."
NOBODYS_CASE = f"/cases/k-{'0' * 32}"
NUMBER = {"scheme": "nhs", "number": "999 020 0017"}
AWARE = {"aware-day": "19", "aware-month": "12", "aware-year": "2025", "time": "9:30"}


@pytest.fixture(scope="module")
def told(told: Bench) -> Bench:
    """The same, where somebody is the council's privacy officer."""
    granted(told, OFFICER.name, Role.PRIVACY_OFFICER)
    return told


@pytest.fixture
def officer(served: Pages) -> Iterator[Browser]:
    """The officer's browser, signed in."""
    with served.browser() as made:
        made.sign_in(OFFICER.name)
        yield made


def opened(officer: Browser, kind: str = "check", **said: str) -> str:
    """The address of a case that was opened."""
    made = officer.post("/cases/new", {"kind": kind, "text": WHY, **said})
    assert made.status_code == 200, unescape(made.text)
    assert made.url.path.startswith("/cases/k-")
    return str(made.url.path)


def test_a_case_is_opened_and_listed_and_says_its_hours(officer: Browser) -> None:
    assert "Open a case" in officer.get("/cases").text
    path = opened(officer, "breach", concerned=LEAD.name, **AWARE)
    shown = officer.get(path)
    for said in (
        "Personal data breach",
        WHY,
        "The regulator must be told by 22 December 2025 at 09:30:00",
        LEAD.name,
        OFFICER.name,
    ):
        assert said in shown.text
    assert ill_formed(shown.text) == []
    listed = officer.get("/cases")
    assert path in listed.text
    assert ill_formed(listed.text) == []


def test_an_access_that_is_opened_comes_with_its_case(officer: Browser) -> None:
    form = officer.get(f"/cases/new?entry=a-{'7' * 32}")
    assert f"a-{'7' * 32}" in form.text
    assert "script" not in officer.get("/cases/new?entry=<script>").text
    assert ill_formed(form.text) == []


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"kind": ""}, "Say what the case is about"),
        ({"text": ""}, "A few words"),
        ({"text": "x" * 10_000}, "You have typed 10,000"),
        ({"text": "\N{RIGHT-TO-LEFT OVERRIDE}turned"}, "none of them unseen"),
        ({"accesses": "a-1"}, "An entry is a- and 32 hexadecimal digits"),
        ({"accesses": ""}, "A case names an access, a child or a member of staff"),
        ({"concerned": "Anna <b>"}, "An organisation and a staff number"),
        ({"concerned": OFFICER.name}, "Somebody else than you"),
        ({**NUMBER, "number": "999 020 0018"}, "The number must be one that its kind allows"),
        ({"kind": "subject_access"}, "A request names the child"),
        ({"kind": "subject_access", **NUMBER}, "Say who asks"),
        ({"kind": "breach"}, "When you became aware of the breach"),
        ({"kind": "breach", **AWARE, "aware-year": "2026"}, "Not ahead of now"),
        ({"kind": "breach", **AWARE, "aware-month": "13"}, "The day must be a real day"),
        ({"kind": "breach", **AWARE, "time": "half past"}, "The time must be hours and minutes"),
    ],
    ids=str,
)
def test_what_is_typed_wrongly_is_said_beside_its_field_and_stays(
    said: dict[str, str], wrong: str, officer: Browser
) -> None:
    form = {"kind": "check", "text": WHY, "accesses": f"a-{'0' * 32}", **said}
    answer = officer.post("/cases/new", form)
    assert answer.status_code == 400
    assert wrong in unescape(answer.text)
    assert ill_formed(answer.text) == []
    if said.get("text", "x").isprintable():
        assert form["text"] in unescape(answer.text)


def test_a_form_that_is_sent_twice_is_done_once(officer: Browser, told: Bench) -> None:
    path = opened(officer, concerned=LEAD.name, text="Twice.")
    assert opened(officer, concerned=LEAD.name, text="Twice.") == path
    for _ in range(2):
        assert officer.post(f"{path}/noted", {"text": "The log was checked.\r\nNothing was found."}).url.path == path
    assert officer.get(path).text.count("Nothing was found.") == 1
    for _ in range(2):
        said = {"outcome": "not_upheld", "text": "She had a reason.", "unheard": "Nothing is left to ask."}
        assert officer.post(f"{path}/close", said).url.path == path
    late = officer.post(f"{path}/noted", {"text": "From another tab."})
    assert late.status_code == 404
    assert "From another tab" not in officer.get(path).text


def test_what_is_wrong_with_a_step_is_said_and_what_was_typed_stays(officer: Browser) -> None:
    path = opened(officer, "misuse", concerned=LEAD.name, text="Steps.")
    answer = officer.post(f"{path}/close", {"outcome": "upheld", "text": "She looked at <b>many</b> records."})
    assert answer.status_code == 400
    assert "ask the member of staff first" in unescape(answer.text).casefold()
    assert "She looked at <b>many</b> records." in unescape(answer.text)
    assert "<b>many" not in answer.text
    assert ill_formed(answer.text) == []
    assert officer.post(f"{path}/noted", {"text": " "}).status_code == 400
    assert "Say what came of it" in officer.post(f"{path}/close", {"text": WHY}).text
    assert officer.post(f"{path}/given", {"text": WHY}).status_code == 404, "it is no case of a record"
    assert officer.get(f"{path}/gossip").status_code == 404


def test_whom_it_is_about_sees_what_is_asked_and_answers(officer: Browser, browser: Browser) -> None:
    path = opened(officer, "misuse", concerned=LEAD.name, text="A neighbour says that she gossips.")
    hearing = path.replace("/cases/", "/hearings/")
    browser.sign_in(LEAD.name)
    assert hearing not in browser.get("/hearings").text
    assert browser.get(hearing).status_code == 404
    officer.post(f"{path}/asked", {"text": "Why did you look at this record?"})
    assert hearing in browser.get("/hearings").text
    asked = browser.get(hearing)
    assert ("Why did you look at this record?" in asked.text, "gossips" in asked.text) == (True, False)
    assert ill_formed(asked.text) == []
    assert browser.post(hearing, {"text": "x" * 2001}).status_code == 400
    answered = browser.post(hearing, {"text": "I cover for her lead."})
    assert "I cover for her lead." in answered.text
    assert "I cover for her lead." in officer.get(path).text
    assert browser.get(path).status_code == 404
    with_case = officer.post(f"{path}/close", {"outcome": "not_upheld", "text": "She covers."})
    assert "It was not so" in with_case.text


def test_another_persons_case_is_as_none(officer: Browser, browser: Browser) -> None:
    path = opened(officer, concerned=LEAD.name, text="Theirs.")
    browser.sign_in(NOBODYS.name)
    told = []
    for at in (path, NOBODYS_CASE):
        for answer in (
            browser.get(at), browser.get(f"{at}/noted"), browser.get(f"{at}/record"), browser.get(f"{at}/copy.json"),
            browser.post(f"{at}/noted", {"text": WHY}), browser.post(f"{at}/record", {"item": "p-" + "0" * 16, "step": "given", "text": WHY}),
            browser.get(at.replace("cases", "hearings")), browser.post(at.replace("cases", "hearings"), {"text": WHY}),
        ):  # fmt: skip
            assert answer.status_code == 404
            told.append(re.sub(r"a-[0-9a-f ]{39}", "", answer.text))
    assert told[:8] == told[8:]
    assert browser.get("/cases/new").status_code == 404
    assert browser.post("/cases/new", {"kind": "check", "text": WHY, "concerned": OFFICER.name}).status_code == 404


def test_what_was_typed_outlasts_the_time_of_who_typed_it(officer: Browser, served: Pages) -> None:
    path = opened(officer, concerned=LEAD.name, text="Outlasting.")
    served.clock.advance(timedelta(minutes=21))
    gone = officer.post(f"{path}/noted", {"text": "What I found out this morning."})
    assert gone.url.path == "/timed-out"
    served.clock.set(NOW)
    back = officer.sign_in(OFFICER.name)
    assert (back.url.path, "What I found out this morning." in back.text) == (f"{path}/noted", True)
    assert "What I found out this morning." not in officer.get(path).text, "nothing was done"


def test_a_record_is_decided_printed_and_saved(officer: Browser) -> None:
    path = opened(officer, "subject_access", asked_by="parent", **NUMBER)
    record = officer.get(f"{path}/record")
    assert (record.status_code, ADA in record.text, ill_formed(record.text)) == (200, True, [])
    assert "999" not in str(record.url)
    items = re.findall(r'name="item" value="(p-[0-9a-f]{16})"', record.text)
    assert items
    no_reason = officer.post(f"{path}/record", {"item": items[0], "step": "left_out", "text": ""})
    assert (no_reason.status_code, f'href="#text-{items[0]}"' in no_reason.text) == (400, True)
    assert ill_formed(no_reason.text) == []
    officer.post(f"{path}/checked", {"text": "His passport, and the birth certificate."})
    early = officer.post(f"{path}/close", {"outcome": "granted", "text": "Given."})
    assert "decide first what is given" in unescape(early.text).casefold()
    for item in items:
        officer.post(f"{path}/record", {"item": item, "step": "left_out", "text": "It is about her mother."})
    copy = officer.get(f"{path}/copy")
    assert ("left out" in copy.text, "not decided yet" in copy.text, ill_formed(copy.text)) == (True, False, [])
    saved = officer.get(f"{path}/copy.json")
    assert (saved.headers["content-type"], saved.json()["copy"]) == ("application/json", True)
    assert "attachment" in saved.headers["content-disposition"]
    assert (
        "What was asked for was done"
        in officer.post(f"{path}/close", {"outcome": "partly_granted", "text": "Given."}).text
    )
    assert officer.get(f"{path}/copy").status_code == 404, "a closed case gives nothing out"


def test_a_fact_is_marked_as_disputed_and_its_page_says_so(officer: Browser, browser: Browser, told: Bench) -> None:
    path = opened(officer, "rectification", asked_by="parent", **NUMBER)
    record = officer.get(f"{path}/record")
    assert (record.status_code, ill_formed(record.text)) == (200, [])
    item = re.findall(r'name="item" value="(e-[0-9a-f]{16})"', record.text)[0]
    wrong = officer.post(f"{path}/record", {"item": item, "step": "disputed", "text": ""})
    assert (wrong.status_code, f'href="#text-{item}"' in wrong.text) == (400, True)
    for bad in ("e-" + "0" * 16, "<b>"):
        assert officer.post(f"{path}/record", {"item": bad, "step": "disputed", "text": WHY}).status_code == 400
    marked = officer.post(f"{path}/record", {"item": item, "step": "disputed", "text": "It never was so."})
    assert "Take the mark away" in marked.text
    told.projector.project()
    browser.sign_in(LEAD.name)
    assert "The person disputes this since 19 December 2025" in browser.open_child(ADA).text
    officer.post(f"{path}/close", {"outcome": "refused", "text": "The register shows it."})
    told.projector.project()
    assert "disputes" not in browser.open_child(ADA).text


def test_a_restricted_record_says_so_on_its_page(officer: Browser, browser: Browser, told: Bench) -> None:
    path = opened(officer, "restriction", asked_by="parent", **NUMBER)
    told.projector.project()
    browser.sign_in(LEAD.name)
    shown = browser.open_child(ADA)
    assert "the person asks that this record be kept and not used" in shown.text
    assert "Who is involved" in shown.text
    officer.post(f"{path}/close", {"outcome": "refused", "text": "There is no ground for it."})
    told.projector.project()
    assert "be kept and not used" not in browser.open_child(ADA).text
