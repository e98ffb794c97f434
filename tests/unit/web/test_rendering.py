"""A page is a function of its template and of what is shown; what agencies write is text in it, and nothing else."""

from typing import Any

import pytest

from adapters.web import words
from adapters.web.rendering import Contact, Reader, render
from domain.answers.answered import Receipt

READER = Reader("la-808:W2041")
RECEIPT = Receipt("a-0f6d2c1e8b7a4935a1c2d3e4f5061728", ("These are the children whom you work with.",))
ENTRY: dict[str, Any] = {
    "kind": "lead", "service": "lead_practitioner", "agency": "la-808", "agency_name": "Northmoor Council", "provider": None,
    "team": "la-808:fh-west", "worker": "la-808:W2041", "contact": {"worker": {"name": "T. Abara", "contact": "01632 960001"}, "team": None},
    "from": "2025-10-03", "to": None, "status": "open", "why_status": None, "last_confirmed": None, "role": "lead_practitioner",
    "scope": "child", "provision": "additional", "reason": None, "record": None, "events": [], "known_from": None,
}  # fmt: skip


def child(**changed: Any) -> dict[str, Any]:
    """One child of a caseload."""
    return {
        "child": "c-" + "1" * 32, "name": {"given": ["Ada"], "family": "Example", "use": None}, "being_mended": None,
        "date_of_birth": "2019-03-14", "lead": [ENTRY], "entries": [ENTRY], "gaps": [],
    } | changed  # fmt: skip


def my_children(*children: dict[str, Any]) -> str:
    caseload = {"worker": READER.name, "children": list(children), "total": len(children), "next": None}
    return render("my-children", reader=READER, content={"caseload": caseload}, day="2025-12-19", receipts=[RECEIPT])


def test_the_same_content_is_the_same_page_to_the_byte() -> None:
    assert my_children(child()) == my_children(child())


def test_a_page_says_why_it_is_shown_and_its_entry() -> None:
    page = my_children(child())
    assert RECEIPT.because[0] in page
    assert RECEIPT.entry in page


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "&lt;b&gt;"]
)
def test_what_an_agency_writes_is_never_markup(hostile: str) -> None:
    page = my_children(child(name={"given": [hostile], "family": hostile, "use": None}))
    assert hostile not in page or hostile == "{{ 7 * 7 }}"
    assert ">49" not in page
    assert "<script" not in page
    assert "<img" not in page


def test_what_turns_a_line_around_is_shown_as_what_it_is_not() -> None:
    page = my_children(child(name={"given": ["A\N{RIGHT-TO-LEFT OVERRIDE}da"], "family": "Ex\nample\0", "use": None}))
    assert "A\N{REPLACEMENT CHARACTER}da Ex ample\N{REPLACEMENT CHARACTER}" in page


def test_who_tells_what_of_a_date_of_birth_that_is_contested() -> None:
    council, practice = (
        {"agency": "la-808", "agency_name": "Northmoor Council"},
        {"agency": "ods-Z90001", "agency_name": None},
    )
    told = {
        "dates_of_birth_told": [
            {"date_of_birth": "2015-03-01", "told_by": [council, practice]},
            {"date_of_birth": "2015-03-10", "told_by": [{"agency": None, "agency_name": None}]},
        ],
        "sexes_told": [{"sex": "F", "told_by": [council]}, {"sex": "M", "told_by": [practice]}],
    }
    assert words.contested(told) == [
        "Born 1 March 2015: Northmoor Council (la-808), ods-Z90001",
        "Born 10 March 2015: Not shown",
        "Sex F: Northmoor Council (la-808)",
        "Sex M: ods-Z90001",
    ]
    assert words.contested({}) == []  # as of what was shown before it was told


def test_children_stand_in_the_order_of_their_names() -> None:
    named = [
        child(child=f"c-{n:032}", name=None if name is None else {"given": [name[0]], "family": name[1], "use": None})
        for n, name in enumerate([("Otis", "Pike"), ("Bea", "example"), None, ("Ada", "Example")])
    ]
    page = my_children(*named)
    found = [page.index(name) for name in ("Name not known", "Ada Example", "Bea example", "Otis Pike")]
    assert found == sorted(found)


def test_names_stand_before_codes_and_days_are_written_out() -> None:
    page = my_children(child())
    assert "T. Abara (W2041), fh-west, lead practitioner, child, since 3 October 2025, 01632 960001" in page
    assert "14 March 2019" in page


@pytest.mark.parametrize(
    ("begins", "ends", "status", "said"),
    [
        ("2025-10-03", None, "open", "since 3 October 2025"),
        ("2025-10-03", "2025-11-01", "ended", "3 October 2025 to 1 November 2025"),
        (None, "2025-11-01", "unknown", "until 1 November 2025"),
        ("2025-10-03", None, "moment", "3 October 2025"),
        (None, None, "unknown", "on a day not known"),
    ],
)
def test_days_of_an_entry(begins: str | None, ends: str | None, status: str, said: str) -> None:
    assert words.days({"from": begins, "to": ends, "status": status}) == said


def test_a_gap_that_is_not_sure_names_the_feed_that_is_silent() -> None:
    one = {
        "rule": "early_help_without_lead",
        "since": "2025-10-01",
        "status": "not_known",
        "feed": "la-808 LeadAccepted",
    }
    assert (
        words.gap(one) == "Early help without lead since 1 October 2025 (not known: la-808 LeadAccepted was not heard)"
    )
    assert words.gap(one | {"status": "true"}) == "Early help without lead since 1 October 2025"


def test_a_refusal_names_nobody() -> None:
    page = render(
        "refused", reader=READER, contact=Contact("01632 960123", "within one working day"), reference="ABCD-2345"
    )
    assert "01632 960123" in page
    assert "We cannot tell you which." in page
