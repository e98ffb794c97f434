"""A page is a function of its template and of what is shown; what agencies write is text in it, and nothing else."""

import re
from datetime import date
from typing import Any

import pytest

from adapters.web import words
from adapters.web.days import as_typed, read_day
from adapters.web.rendering import Contact, Reader, render
from domain.answers.answered import Receipt
from tests.builders.html import ill_formed

READER = Reader("la-808:W2041")
CONTACT = Contact("01632 960123", "within one working day")
RECEIPT = Receipt(
    "a-0f6d2c1e8b7a4935a1c2d3e4f5061728",
    ("These are the children whom you work with.",),
    "2025-12-19T10:00:03.000000Z",
)
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
    return shown("my-children", caseload=caseload)


def shown(template: str, **content: Any) -> str:
    """A page for `READER` as at 19 December 2025; what is no answer stands in it as it is."""
    days = {
        "on": as_typed("on", date(2025, 12, 19)),
        "known": read_day({}, "known", ""),
        "since": as_typed("since", date(2025, 12, 1)),
    }
    return render(
        template, reader=READER, content=days | content, day="2025-12-19", receipts=[RECEIPT], contact=CONTACT
    )


def line(**changed: Any) -> dict[str, Any]:
    """A child's line of the index."""
    return {
        "child": "c-" + "1" * 32, "name": {"given": ["Ada"], "family": "Example", "use": None}, "other_names": [], "date_of_birth": "2019-03-14",
        "expected_date": None, "sex": "F", "alive": True, "address": None, "shielded": False, "being_mended": None, "school": [], "gp": [],
        "involvements": [ENTRY], "assessments": [], "team": [], "lead": [{**ENTRY, "covered_by": []}], "reviews_due": [],
    } | changed  # fmt: skip


def timeline(*entries: dict[str, Any]) -> dict[str, Any]:
    """A timeline."""
    return {"entries": list(entries), "kept_aside": 0}


def test_the_same_content_is_the_same_page_to_the_byte() -> None:
    assert my_children(child()) == my_children(child())


def test_a_page_says_why_it_is_shown_and_when_it_was_logged_as_which_entry() -> None:
    page = my_children(child())
    assert RECEIPT.because[0] in page
    assert f"<li>{RECEIPT.entry}, 19 December 2025 at 10:00:03</li>" in page


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
    assert "<li>T. Abara (W2041), fh-west, lead practitioner, child, since 3 October 2025</li>" in page
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
        words.gap(one)
        == "Early help without lead since 1 October 2025 (not known: lead accepted, of la-808 was not heard)"
    )
    assert words.gap(one | {"status": "true"}) == "Early help without lead since 1 October 2025"


def test_a_telephone_number_can_be_rung() -> None:
    link = '<a class="govuk-link app-ring" href="tel:+441632960001">01632 960001</a>'
    assert link in my_children(child())
    assert link in shown("child", child=line(), timeline=timeline())


def test_who_to_ring_comes_before_everything_else_about_a_child() -> None:
    page = shown("child", child=line(), timeline=timeline(ENTRY))
    places = [
        page.index(text)
        for text in ("tel:+441632960001", "Who is involved", "About the child", "Timeline", "Why you can see this")
    ]
    assert places == sorted(places)


def test_who_led_before_is_told_and_who_leads_now_is_not_told_twice() -> None:
    before = ENTRY | {"status": "ended", "to": "2025-11-01", "worker": "la-808:W1", "contact": None}
    page = shown("child", child=line(), timeline=timeline(ENTRY, before))
    history = page[page.index("Who led before") : page.index('id="timeline"')]
    assert "W1" in history
    assert "3 October 2025 to 1 November 2025" in history
    assert "W2041" not in history


def test_a_timeline_can_be_looked_at_by_what_its_entries_are_about() -> None:
    page = shown(
        "child",
        child=line(),
        timeline=timeline(ENTRY, ENTRY | {"kind": "gp_registration"}, ENTRY | {"kind": "involvement"}),
    )
    assert re.findall(r'id="show-(\w+)"', page) == ["all", "leads", "health", "other"]
    assert [page.count(f"app-about-{one}") for one in ("leads", "health", "other")] == [1, 1, 1]
    assert 'id="show-' not in shown("child", child=line(), timeline=timeline(ENTRY)), (
        "of one kind there is nothing to choose"
    )


def test_a_page_says_as_of_when_it_is_known_and_no_id_of_an_event() -> None:
    entry = ENTRY | {"events": ["e-0123456789abcdef"], "record": "r-" + "2" * 32, "known_from": "1:77"}
    page = shown("child", child=line(), timeline=timeline(entry), known=as_typed("known", date(2025, 12, 1)))
    assert "As it stood on 19 December 2025, as we knew it on 1 December 2025." in page
    assert not re.search(r"e-0123456789abcdef|r-2222|1:77", page)


@pytest.mark.parametrize(
    ("born", "day", "said"),
    [
        ("2019-03-14", "2025-12-19", "6"),
        ("2019-12-19", "2025-12-19", "6"),
        ("2019-12-20", "2025-12-19", "5"),
        ("2025-11-20", "2025-12-19", "0 months"),
        ("2024-11-19", "2025-12-19", "13 months"),
        ("2023-12-19", "2025-12-19", "2"),
        ("2025-12-20", "2025-12-19", None),
        (None, "2025-12-19", None),
    ],
)
def test_age(born: str | None, day: str, said: str | None) -> None:
    assert words.age(born, day) == said


def test_where_a_shielded_child_is_is_said_to_be_hidden_and_not_to_be_unknown() -> None:
    page = shown("child", child=line(shielded=True), timeline=timeline())
    assert page.count("Not shown") == 3
    assert "Where this child is must not be found out." in page


def test_who_sees_only_who_a_child_is_reads_why_and_no_empty_timeline() -> None:
    """An empty timeline there would say that agencies have told of nothing."""
    page = shown("child", child=line(minimal=True), timeline=timeline() | {"minimal": True})
    assert "no more.\n  These are the children whom you work with." in page
    assert "Agencies have told of nothing" not in page
    assert "Timeline" not in page


def test_who_has_signed_in_stands_at_the_foot_by_name() -> None:
    page = render("sign-out", reader=Reader("la-808:W2041", called="T. Abara"))
    assert "Signed in as T. Abara (la-808:W2041)." in page
    assert "Signed in as la-808:W2041." in render("sign-out", reader=READER)


def test_classes_that_no_schedule_names_are_one_sentence() -> None:
    years = {"retention_class": "health", "years": 1, "counted_from": "last", "source": "The schedule, 2.4", "due": 2}
    kept = [{"retention_class": one, "years": None} for one in ("education", "social_care")]
    found = {"due": 0, "kept": 0, "waiting": [], "holds": [], "classes": [years, *kept], "names": {}}
    page = shown("records-due", found=found, grounds={}, most=1000, proposes=True, confirms=True)
    assert "Nothing is due today" in page
    assert "1 year from the last day of which it tells" in page
    assert "The schedule does not name these, so they are kept: education, social care." in page


GAP = {
    "child": "c-" + "1" * 32, "name": {"given": ["Ada"], "family": "Example", "use": None}, "agencies": [], "workers": [],
    "rule": "early_help_without_lead", "since": "2025-10-01", "days": 79, "status": "true", "events": [], "feed": "heard",
    "clears_when": "a lead accepts", "being_mended": None,
}  # fmt: skip
FAMILY = {
    "family": "f-1", "lost": ["primary_health"], "since": "2025-10-01", "gaps": [GAP], "indicators": [GAP | {"id": "no_gp", "caution": "moves"}],
    "children": [child() | {"mine": True, "involvements": 2}, child(name=None) | {"mine": False, "involvements": 3}],
}  # fmt: skip


def test_a_family_is_named_by_its_children_and_only_ones_own_can_be_opened() -> None:
    page = shown("my-families", mine={"families": [FAMILY], "total": 1, "next": None})
    assert "Ada Example and Name not known" in page or "Name not known and Ada Example" in page
    assert page.count('<button type="submit"') == 1
    assert "Primary health" in page
    assert "Ada Example: No gp since 1 October 2025" in page
    assert "It clears when a lead accepts." in page


def test_what_changed_names_what_is_new_and_who_is_no_longer_ones_own() -> None:
    gone: dict[str, Any] = {
        "child": "c-" + "2" * 32, "name": None, "on_caseload": False, "being_mended": None, "records_joined": [], "records_parted": [],
        "entries": [], "taken_back": [], "began": [], "cleared": [],
    }  # fmt: skip
    new = gone | {"child": "c-" + "3" * 32, "on_caseload": True, "entries": [ENTRY], "cleared": [GAP]}
    quiet = gone | {"on_caseload": True}
    page = shown("changes", changes={"children": [gone, new, quiet], "total": 3, "next": None})
    assert "Since the end of 1 December 2025" in page
    assert page.count('<h2 class="govuk-heading-s') == 2
    assert "You no longer work with or lead for this child." in page
    assert "Lead: lead practitioner, child, since 3 October 2025" in page


EVERYTHING: dict[str, Any] = {
    "caseload": {"children": [child(gaps=[GAP], being_mended="2025-12-01")], "total": 2, "next": "x"},
    "child": line(team=[ENTRY], being_mended="2025-12-01", alive=False),
    "timeline": timeline(ENTRY, ENTRY | {"kind": "gp_registration", "status": "ended"}) | {"kept_aside": 2},
    "mine": {"families": [FAMILY, FAMILY], "total": 2, "next": "x"},
    "changes": {"children": [], "total": 0, "next": None},
    "days": [read_day({"on-day": "40", "on-month": "2", "on-year": "2025"}, "on", "The day")],
    "reference": RECEIPT.entry,
}


@pytest.mark.parametrize(
    "template",
    ["my-children", "child", "my-families", "changes", "other-day", "refused", "privacy", "cookies", "accessibility"],
)
def test_pages_are_well_formed(template: str) -> None:
    assert ill_formed(shown(template, **EVERYTHING)) == []


def test_a_refusal_names_nobody() -> None:
    page = render(
        "refused", reader=READER, contact=Contact("01632 960123", "within one working day"), reference=RECEIPT.entry
    )
    assert 'href="tel:+441632960123"' in page
    assert "a-0f6d 2c1e 8b7a 4935 a1c2 d3e4 f506 1728" in page
    assert "We cannot tell you which." in page
