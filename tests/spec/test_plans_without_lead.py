"""Plans without a lead (`child_in_need_without_lead`, `child_protection_without_lead`)

A child with a plan, and nobody leads. Off until the authority sets how many working days may pass, since a plan has a
social worker of its own: some authorities want a lead beside it, others do not.
"""

from tests.spec.example import gap
from tests.spec.words import (
    death_notified,
    event_retracted,
    happened,
    lead_accepted,
    lead_ended,
    threshold_set,
)

IN_NEED = "child_in_need_without_lead"
PROTECTION = "child_protection_without_lead"
PLAN = happened("ChildInNeedStarted", "A", on="2025-09-03", worker="W1")
PROTECTED = happened("ChildProtectionStarted", "A", on="2025-09-03", worker="W1")
FIVE_IN_NEED = threshold_set(IN_NEED, 5, on="2025-01-01", recorded="2026-01-05")
FIVE_PROTECTION = threshold_set(PROTECTION, 5, on="2025-01-01", recorded="2026-01-05")


def test_off(given, asked):
    """Off until a threshold is set"""
    given(PLAN, happened("ChildProtectionStarted", "B", on="2025-09-03"))
    asked(at="2025-12-01").gaps("A").shows_nothing()
    asked(at="2025-12-01").gaps("B").shows_nothing()


def test_child_in_need(given, asked):
    """A child in need, five working days set

    The plan began on Wednesday 3 September: five working days later is Wednesday the 10th. As known before the
    threshold was set nothing was shown.
    """
    given(PLAN, happened("ChildInNeedEnded", "A", on="2025-12-01", reason="outcomes_met"), FIVE_IN_NEED)
    asked(at="2025-09-09").gaps("A").shows_nothing()
    asked(at="2025-09-10").gaps("A").shows(gap(IN_NEED, since="2025-09-03", days=7, events="1, 2"))
    asked(at="2025-09-10", known_after=2).gaps("A").shows_nothing()
    asked(at="2025-11-30").gaps("A").shows(gap(IN_NEED, since="2025-09-03"))
    asked(at="2025-12-01").gaps("A").shows_nothing()


def test_each_by_itself(given, asked):
    """Each plan has a threshold of its own, for the days for which it is set"""
    given(
        PLAN,
        happened("ChildProtectionStarted", "B", on="2025-09-03"),
        threshold_set(PROTECTION, 0, on="2025-10-01", until="2025-11-01"),
    )
    asked(at="2025-10-15").gaps("A").shows_nothing()
    asked(at="2025-09-30").gaps("B").shows_nothing()
    asked(at="2025-10-01").gaps("B").shows(gap(PROTECTION, since="2025-09-03"))
    asked(at="2025-11-01").gaps("B").shows_nothing()


def test_lead(given, asked):
    """Any lead will do for a child in need"""
    given(
        PLAN,
        lead_accepted("A", "W2", on="2025-10-01", scope="family"),
        lead_ended("A", "W2", on="2025-11-03", scope="family"),
        FIVE_IN_NEED,
    )
    asked(at="2025-09-30").gaps("A").shows(gap(IN_NEED, since="2025-09-03"))
    asked(at="2025-10-01").gaps("A").shows_nothing()
    asked(at="2025-11-09").gaps("A").shows_nothing()
    asked(at="2025-11-10").gaps("A").shows(gap(IN_NEED, since="2025-11-03"))


def test_lead_of_child_protection(given, asked):
    """Child protection wants the lead child protection practitioner; a lead practitioner alone is not that one"""
    given(
        PROTECTED,
        lead_accepted("A", "W2", on="2025-10-01"),
        FIVE_PROTECTION,
        lead_accepted("A", "W3", on="2025-10-20", role="lead_child_protection_practitioner", recorded="2026-01-06"),
    )
    asked(at="2025-09-09").gaps("A").shows_nothing()
    asked(at="2025-09-10").gaps("A").shows(gap(PROTECTION, since="2025-09-03"))
    asked(at="2025-10-19").gaps("A").shows(gap(PROTECTION, since="2025-09-03"))
    asked(at="2025-10-20").gaps("A").shows_nothing()
    asked(at="2025-10-20", known_after=3).gaps("A").shows(gap(PROTECTION, since="2025-09-03"))


def test_retracted(given, asked):
    """A plan that was retracted"""
    given(PLAN, FIVE_IN_NEED, event_retracted("A", 1, recorded="2026-01-06"))
    asked(at="2025-10-01", known_after=2).gaps("A").shows(gap(IN_NEED, since="2025-09-03"))
    asked(at="2025-10-01").gaps("A").shows_nothing()


def test_death(given, asked):
    """Nothing after a death"""
    given(PLAN, FIVE_IN_NEED, death_notified("A", on="2025-11-10", recorded="2026-01-06"))
    asked(at="2025-11-09").gaps("A").shows(gap(IN_NEED, since="2025-09-03"))
    asked(at="2025-11-10").gaps("A").shows_nothing()
