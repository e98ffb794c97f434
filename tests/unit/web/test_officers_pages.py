"""What officers' pages say of an access and of the log, and that they stay readable whatever an old answer looks like."""

from datetime import date
from typing import Any

import pytest

from adapters.questions.ways import WAYS
from adapters.web import accesses
from adapters.web.days import as_typed, read_day
from adapters.web.rendering import Contact, Reader, render
from tests.builders.html import ill_formed
from tests.unit.web.test_rendering import ENTRY, FAMILY, RECEIPT, child, line, timeline

OFFICER = Reader("la-808:P1", frozenset({"privacy_officer"}))
AT = "2025-12-19T10:00:03.000000Z"
STATE: dict[str, Any] = {
    "leaves": 3,
    "waiting": 1,
    "last_sealed": {"entry": RECEIPT.entry, "leaf": 2, "at": AT},
    "waits_seconds": None,
    "verifier_key": "log+1+2",
    "published": {"leaves": 3, "signed_at": AT, "published_at": AT, "note": "log\n3\nroot\n"},
    "checked": None,
}
REPLAY: dict[str, Any] = {
    "entry": RECEIPT.entry,
    "at": AT,
    "viewer": "la-808:W2041",
    "organisation": "la-808",
    "role": "practitioner",
    "channel": "pages",
    "purpose": "work_with_own_children",
    "question": "ShowChild",
    "asked": {"record": "c-1"},
    "effective_at": "2025-12-19",
    "position": "1:2",
    "outcome": "shown",
    "rules": ["lead"],
    "proving": [],
    "withheld": 2,
    "parts": 2,
    "proved": "proved_same",
    "leaf": 1,
    "derived": "derived_same",
    "because": None,
    "first_differing": None,
    "content": None,
    "today": None,
    "names": {"la-808": "Northmoor Council"},
}
ANSWERS: dict[str, Any] = {
    "ShowChild": line(),
    "ShowTimeline": timeline(ENTRY),
    "ShowCaseload": {"children": [child()]},
    "ShowMyFamilies": {"families": [FAMILY]},
    "ShowChanges": {"children": []},
    "ListGaps": {"gaps": [{"rule": "contested_lead", "days": 3, "events": [], "feed": None, "sure": True}]},
}


def access(was: Any, *, plainly: bool = False, erased: int = 0, state: dict[str, Any] = STATE, **changed: Any) -> str:
    """The page of an access."""
    return officer("access", replay=REPLAY | changed, state=state, was=was, plainly=plainly, erased=erased)


def officer(template: str, **content: Any) -> str:
    """A page of an officer."""
    return render(template, reader=OFFICER, content=content, receipts=[RECEIPT], contact=Contact(None, "soon"))


@pytest.mark.parametrize("plainly", [False, True])
@pytest.mark.parametrize("question", ANSWERS)
def test_the_page_of_an_access_is_well_formed(question: str, plainly: bool) -> None:
    assert ill_formed(access(ANSWERS[question], plainly=plainly, question=question)) == []


def test_an_access_is_shown_as_its_page_showed_it() -> None:
    page = access(line())
    for said in (
        "Opened a child&#39;s record",
        "Ada Example",
        "01632 960001",
        "Who leads",
        "19 December 2025 at 10:00:03",
        "2 things",
    ):
        assert said in page
    assert "Events" not in page, "nobody reads names of fields where there are words"


def test_an_access_says_how_anybody_can_check_it() -> None:
    page = access(line())
    assert "The entry is leaf 1 of the log. A checkpoint of 3 leaves" in page
    assert "log\n3\nroot<" in page
    assert "log+1+2" in page
    assert "It does not prove what happened outside the service" in page


def test_what_the_same_question_answers_today_stands_beside_it() -> None:
    differences = [
        {"part": 1, "child": "c-1", "record": None, "why": "corrected"},
        {"part": 2, "child": "c-1", "record": "r-2", "why": "erased"},
        {"part": None, "child": "c-1", "record": "r-3", "why": "joined"},
    ]
    today = {"effective_at": "2025-12-20", "content": line(), "differences": differences}
    page = access(line(), today=today)
    assert ill_formed(page) == []
    for said in (
        "What is said of the child as a whole was corrected or taken back since",
        "What record r-2 says has been erased since",
        "What record r-3 says is new",
        "As it stands on 20 December 2025",
    ):
        assert said in page
    assert "Nothing differs" in access(line(), today=today | {"differences": []})
    assert "answers today" not in access(line())


@pytest.mark.parametrize(
    ("leaf", "published", "said"),
    [
        (None, STATE["published"], "has no leaf of the log yet"),
        (1, None, "No published checkpoint covers it yet"),
        (3, STATE["published"], "No published checkpoint covers it yet"),
        (2, STATE["published"], "covers it and has been published"),
    ],
)
def test_what_a_published_checkpoint_does_not_cover_is_not_said_to_be(
    leaf: int | None, published: Any, said: str
) -> None:
    assert said in access(line(), leaf=leaf, state=STATE | {"published": published})


def test_an_access_says_in_words_why_and_by_which_rules() -> None:
    asked = {"record": "c-1", "effective_at": "2025-12-19", "because": "Her aunt rang", "other": 1}
    page = access(line(), rules=["self_claim", "minimal", "a_later_rule"], purpose="claim", asked=asked)
    for said in (
        "You have said why this child is your business.",
        "everything but who the child is",
        "Left out: a later rule",
        "Others&#39; children, with a reason",
    ):
        assert said in page
    assert list(accesses.asked_by(asked).items()) == [
        ("Why, in their words", "Her aunt rang"),
        ("Child", "c-1"),
        ("As it stood on", "19 December 2025"),
        ("Other", 1),
    ]


def test_what_was_erased_is_left_out_and_counted() -> None:
    gone = {"$erased": True}
    was = {"name": gone, "lead": [{"kind": "lead"}, gone], "address": None, "more": {"deep": [gone, gone]}}
    assert accesses.without_erased(was) == (
        {"name": None, "lead": [{"kind": "lead"}], "address": None, "more": {"deep": []}},
        4,
    )
    assert accesses.without_erased(gone) == (None, 1)
    assert accesses.without_erased({"a": [None, 1]}) == ({"a": [None, 1]}, 0)
    assert "Nothing was shown, or all of it has been erased." in access(None, erased=1)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "Nothing waits"),
        (0, "Less than a minute"),
        (60, "1 minute"),
        (601, "10 minutes"),
        (3600, "1 hour"),
        (9000, "2 hours"),
    ],
)
def test_how_long_something_has_waited(seconds: int | None, said: str) -> None:
    assert accesses.waits(seconds) == said


@pytest.mark.parametrize("found", [[], ["tile_changed", "a_later_word"]])
def test_the_state_of_the_log_is_well_formed_and_says_what_a_check_found(found: list[str]) -> None:
    page = officer(
        "access-log",
        said={"leaf": ""},
        wrong={},
        takes=False,
        state=STATE | {"checked": {"first": 0, "last": 2, "found": found}},
    )
    assert ill_formed(page) == []
    assert ("Something is amiss: hashes of the tree were changed, a later word." in page) == bool(found)
    assert ("Nothing is amiss" in page) == (not found)


def test_a_log_of_which_nothing_is_sealed() -> None:
    nothing = STATE | {"leaves": 0, "last_sealed": None, "published": None, "waiting": 0}
    assert ill_formed(officer("access-log", said={"leaf": ""}, wrong={}, takes=False, state=nothing)) == []


@pytest.mark.parametrize("wrong", [{}, {"entry": "no entry", "first": "no day", "number": "no number"}])
@pytest.mark.parametrize(
    "listed",
    [
        None,
        [],
        [
            {
                "entry": RECEIPT.entry,
                "at": AT,
                "viewer": "la-808:W1",
                "organisation": "la-808",
                "role": "practitioner",
                "question": "ShowChild",
                "outcome": "refused",
                "children": 1,
            }
        ],
    ],
)
def test_the_list_is_well_formed(listed: list[Any] | None, wrong: dict[str, str]) -> None:
    said = {"entry": "", "viewer": '"><b>', "scheme": "", "number": "", "organisation": ""}
    answer = (
        None
        if listed is None
        else {"accesses": listed, "total": len(listed), "next": RECEIPT.entry if listed else None, "names": {}}
    )
    days = {"first": as_typed("first", date(2025, 12, 1)), "last": read_day({}, "last", "")}
    page = officer("accesses", listed=answer, said=said, wrong=wrong, **days)
    assert ill_formed(page) == []
    assert "<b>" not in page


def test_only_officers_are_shown_the_way_to_the_log() -> None:
    ways = [path for path, _ in OFFICER.menu]
    assert ways[0] == "/questions"
    assert {"/accesses", "/access-log"} <= set(ways)
    assert not [path for path, _ in Reader("la-808:W1").menu if "access" in path or "question" in path]


def test_every_question_has_words_of_its_own() -> None:
    said = {question.__name__: accesses.asked(question.__name__) for question in WAYS}
    assert {name for name, words in said.items() if words == name} == set()
    assert len(set(said.values())) == len(said)
