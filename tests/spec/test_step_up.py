"""Stepped up without a lead (`step_up_without_lead`)

A child was stepped up from early help to children's social care, and five working days later nobody leads. After half a
year it is no longer asked.
"""

from tests.spec.example import gap
from tests.spec.words import death_notified, event_retracted, happened, lead_accepted, lead_ended, threshold_set

RULE = "step_up_without_lead"
UP = happened("SteppedUp", "A", on="2025-09-03", to="children's social care")
SHOWN = gap(RULE, since="2025-09-03")


def test_five_working_days(given, asked):
    """Five working days after the step; counted from it

    Stepped up on Wednesday 3 September: five working days later is Wednesday the 10th.
    """
    given(UP)
    asked(at="2025-09-09").gaps("A").shows_nothing()
    asked(at="2025-09-10").gaps("A").shows(gap(RULE, since="2025-09-03", days=7, events="1"))
    asked(at="2026-03-04").gaps("A").shows(SHOWN)
    asked(at="2026-03-05").gaps("A").shows_nothing()


def test_lead(given, asked):
    """It clears when a lead is accepted; as known before, it was shown"""
    given(
        lead_accepted("A", "W1", on="2025-06-01"),
        lead_ended("A", "W1", on="2025-09-03"),
        UP,
        lead_accepted("A", "W2", on="2025-09-15", recorded="2026-01-05"),
    )
    asked(at="2025-09-14").gaps("A", RULE).shows(SHOWN)
    asked(at="2025-09-15").gaps("A", RULE).shows_nothing()
    asked(at="2025-09-15", known_after=3).gaps("A", RULE).shows(SHOWN)


def test_up_and_down(given, asked):
    """A step up and a step down are two questions"""
    given(UP, happened("SteppedDown", "A", on="2025-10-01", to="early help"))
    asked(at="2025-10-07").gaps("A").shows(SHOWN)
    asked(at="2025-10-08").gaps("A").shows(SHOWN, gap("step_down_without_lead", since="2025-10-01"))


def test_threshold(given, asked):
    """The authority may set another number of working days"""
    given(UP, threshold_set(RULE, 10, on="2025-09-01", recorded="2026-01-05"))
    asked(at="2025-09-16").gaps("A").shows_nothing()
    asked(at="2025-09-16", known_after=1).gaps("A").shows(SHOWN)
    asked(at="2025-09-17").gaps("A").shows(SHOWN)


def test_retracted(given, asked):
    """A step that was retracted"""
    given(UP, event_retracted("A", 1, recorded="2026-01-05"))
    asked(at="2025-10-01", known_after=1).gaps("A").shows(SHOWN)
    asked(at="2025-10-01").gaps("A").shows_nothing()


def test_death(given, asked):
    """Nothing after a death"""
    given(UP, death_notified("A", on="2025-11-10"))
    asked(at="2025-11-09").gaps("A").shows(SHOWN)
    asked(at="2025-11-10").gaps("A").shows_nothing()
