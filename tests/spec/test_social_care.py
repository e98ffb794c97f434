"""Social care

The way through children's social care: a contact, a conference, a plan with its reviews, and who is responsible. What was
said there is on no timeline.
"""

from tests.spec.example import entry, line
from tests.spec.words import event_corrected, happened

CONTACT = "contact children's social care"
CONFERENCE = "initial_conference child protection"


def test_contact(given, asked):
    """A contact is a moment, with what became of it

    It is not yet a referral, and no involvement.
    """
    given(
        happened("ContactReceived", "A", on="2025-03-03", source_code="1A", outcome="no_further_action"),
        happened("ContactReceived", "A", on="2025-05-06", source_code="2A"),
    )
    asked(at="2030-01-01").timeline("A").shows(
        entry(CONTACT, "2025-03-03..", "moment", provider="la-808", reason="no_further_action"),
        entry(CONTACT, "2025-05-06..", "moment", reason=None),
    )
    asked(at="2030-01-01").index("A").shows(line(involvements=""))


def test_child_protection_from_conference_to_end(given, asked):
    """A conference and a review are moments; the plan between them is an interval, which says why it ended"""
    given(
        happened("InitialConferenceHeld", "A", on="2025-03-17"),
        happened("ChildProtectionStarted", "A", on="2025-03-17", worker="W1"),
        happened("ReviewHeld", "A", on="2025-06-12", plan="child_protection", next_due="2025-12-12"),
        happened("ChildProtectionEnded", "A", on="2025-12-10", reason="step_down"),
    )
    moments = [
        entry(CONFERENCE, "2025-03-17..", "moment"),
        entry("plan_review child_protection", "2025-06-12..", "moment"),
    ]
    asked(at="2025-03-16").timeline("A").shows_nothing()
    asked(at="2025-12-09", known_after=3).timeline("A").shows(
        *moments, entry("child_protection", "2025-03-17..", "open", worker="la-808:W1")
    )
    asked(at="2025-12-10").timeline("A").shows(
        *moments, entry("child_protection", "2025-03-17..2025-12-10", "ended", reason="step_down", events="2, 4")
    )
    asked(at="2025-12-09", known_after=3).index("A").shows(line(involvements="child protection"))


def test_end_of_a_plan_corrected(given, asked):
    """A plan whose end is corrected ends on the other day"""
    given(
        happened("ChildProtectionEnded", "A", on="2025-12-10", reason="outcomes_met"),
        happened("ChildProtectionStarted", "A", on="2025-03-17"),
        event_corrected("A", 1, recorded="2026-01-12", begins="2025-12-20"),
    )
    asked(at="2025-12-15", known_after=2).timeline("A").shows(
        entry("child_protection", "2025-03-17..2025-12-10", "ended", reason="outcomes_met")
    )
    asked(at="2025-12-15").timeline("A").shows(entry("child_protection", "2025-03-17..2025-12-20", "open"))


def test_next_review(given, asked):
    """The review that is due is the one that the last review of that plan named

    Recorded later, of an earlier day, it is not the last.
    """
    given(
        happened("ReviewHeld", "A", on="2025-06-12", plan="child_protection", next_due="2025-12-12"),
        happened("ReviewHeld", "A", on="2025-03-24", plan="child_protection", next_due="2025-06-24"),
        happened("ReviewHeld", "A", on="2025-09-01", plan="early_help", next_due="2026-01-15"),
    )
    asked(at="2025-05-01").index("A").shows(line(reviews="child_protection 2025-06-24"))
    asked(at="2025-12-12").index("A").shows(line(reviews="child_protection 2025-12-12; early_help 2026-01-15"))
    asked(at="2025-12-13").index("A").shows(line(reviews="child_protection 2025-12-12, overdue; early_help 2026-01-15"))


def test_responsible_authority(given, asked):
    """Which authority is responsible holds from the day that both agreed

    It is no service that works with the child.
    """
    given(happened("ResponsibleAuthorityChanged", "A", on="2025-04-01", authority="la-358", former="la-808"))
    asked(at="2025-03-31").timeline("A").shows_nothing()
    asked(at="2030-01-01").timeline("A").shows(
        entry("responsible_authority", "2025-04-01..", "open", provider="la-358", provision="additional")
    )
    asked(at="2030-01-01").index("A").shows(line(involvements=""))


def test_asylum_support(given, asked):
    """The asylum seekers' team works with a child until it says that it no longer does, and why"""
    given(
        happened("AsylumSupportStarted", "A", on="2023-09-15", worker="W1"),
        happened("AsylumSupportEnded", "A", on="2025-02-01", reason="over_age"),
    )
    asked(at="2025-01-31").timeline("A").shows(
        entry("asylum_support asylum seekers' team", "2023-09-15..2025-02-01", "open", worker="la-808:W1")
    )
    asked(at="2025-01-31").index("A").shows(line(involvements="asylum seekers' team"))
    asked(at="2025-02-01").timeline("A").shows(
        entry("asylum_support asylum seekers' team", "2023-09-15..2025-02-01", "ended", reason="over_age")
    )
