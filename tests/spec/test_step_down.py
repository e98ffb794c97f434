"""Stepped down without a lead (`step_down_without_lead`)

A child was stepped down to early help, or its case was closed with reason RC9, and five working days later nobody leads.
After half a year it is no longer asked.
"""

from tests.spec.example import gap
from tests.spec.words import (
    death_notified,
    event_retracted,
    happened,
    lead_accepted,
    lead_ended,
    lead_nominated,
    threshold_set,
)

RULE = "step_down_without_lead"
DOWN = happened("SteppedDown", "A", on="2025-09-03", to="early help")
SHOWN = gap(RULE, since="2025-09-03")


def test_five_working_days(given, asked):
    """Five working days after the step; counted from it

    Stepped down on Wednesday 3 September: five working days later is Wednesday the 10th.
    """
    given(DOWN)
    asked(at="2025-09-09").gaps("A").shows_nothing()
    asked(at="2025-09-10").gaps("A").shows(gap(RULE, since="2025-09-03", days=7, events="1"))
    asked(at="2025-09-10", known_after=0).gaps("A").is_unknown()


def test_case_closed(given, asked):
    """A case closed with RC9, stepped down to early help, says the same; another reason does not"""
    given(
        happened("CaseClosed", "A", on="2025-09-03", reason="RC9"),
        happened("CaseClosed", "B", on="2025-09-03", reason="RC7"),
    )
    asked(at="2025-09-09").gaps("A").shows_nothing()
    asked(at="2025-09-10").gaps("A").shows(SHOWN)
    asked(at="2025-09-10").gaps("B").shows_nothing()


def test_lead(given, asked):
    """It clears when a lead is accepted; as known before, it was shown

    A lead who was there all along, and stays, is one.
    """
    given(
        DOWN,
        lead_nominated("A", "W1", on="2025-09-03"),
        lead_accepted("B", "W1", on="2025-06-01"),
        happened("SteppedDown", "B", on="2025-09-03", to="early help"),
        lead_accepted("A", "W1", on="2025-09-15", recorded="2026-01-05"),
    )
    asked(at="2025-09-14").gaps("A", RULE).shows(SHOWN)
    asked(at="2025-09-15").gaps("A", RULE).shows_nothing()
    asked(at="2025-09-15", known_after=4).gaps("A", RULE).shows(SHOWN)
    asked(at="2025-09-15").gaps("B", RULE).shows_nothing()


def test_lead_leaves(given, asked):
    """When the lead ends within the half year it is counted from there"""
    given(lead_accepted("A", "W1", on="2025-06-01"), DOWN, lead_ended("A", "W1", on="2025-10-01"))
    asked(at="2025-10-07").gaps("A", RULE).shows_nothing()
    asked(at="2025-10-08").gaps("A", RULE).shows(gap(RULE, since="2025-10-01"))


def test_half_a_year(given, asked):
    """After 183 days it is no longer asked"""
    given(DOWN)
    asked(at="2026-03-04").gaps("A").shows(SHOWN)
    asked(at="2026-03-05").gaps("A").shows_nothing()


def test_threshold(given, asked):
    """The authority may set another number of working days"""
    given(DOWN, threshold_set(RULE, 2, on="2025-09-01", recorded="2026-01-05"))
    asked(at="2025-09-04").gaps("A").shows_nothing()
    asked(at="2025-09-05").gaps("A").shows(SHOWN)
    asked(at="2025-09-05", known_after=1).gaps("A").shows_nothing()


def test_retracted(given, asked):
    """A step that was retracted"""
    given(DOWN, event_retracted("A", 1, recorded="2026-01-05"))
    asked(at="2025-10-01", known_after=1).gaps("A").shows(SHOWN)
    asked(at="2025-10-01").gaps("A").shows_nothing()


def test_death(given, asked):
    """Nothing after a death"""
    given(DOWN, death_notified("A", on="2025-11-10"))
    asked(at="2025-11-09").gaps("A").shows(SHOWN)
    asked(at="2025-11-10").gaps("A").shows_nothing()
