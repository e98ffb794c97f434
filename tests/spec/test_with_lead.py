"""Children with and without a lead (`with_lead`)"""

from tests.spec.example import counted, uncounted
from tests.spec.words import (
    address,
    address_changed,
    early_help_started,
    happened,
    involvement_started,
    lead_accepted,
    lead_ended,
    lead_nominated,
    left_england,
)

LEAD = "with_lead"


def test_with_and_without_a_lead(given, asked):
    """Of the children whom a service helps on the day: a lead has accepted, and has not ended"""
    given(
        early_help_started("A", on="2026-01-05"),
        lead_nominated("A", "W1", on="2026-01-06"),
        lead_accepted("A", "W1", on="2026-01-12"),
        lead_ended("A", "W1", on="2026-03-01"),
        happened("ChildProtectionStarted", "B", on="2026-01-05"),
        involvement_started("C", "school nursing", on="2026-01-05", provision="universal"),
        happened("SupportStarted", "D", on="2026-01-05"),
    )
    asked(at="2026-01-11").measure(LEAD).shows(uncounted("A"), uncounted("B"))
    asked(at="2026-01-12").measure(LEAD).shows(counted("A"), uncounted("B"))
    asked(at="2026-03-01").measure(LEAD).shows(uncounted("A"), uncounted("B"))


def test_back_in_england(given, asked):
    """Who has come back is in the measures again"""
    given(
        early_help_started("A", on="2025-09-01"),
        address_changed("A", on="2025-10-01", address=left_england()),
        address_changed("A", on="2025-11-01", address=address("1 Example Row")),
    )
    asked(at="2025-09-30").measure(LEAD).shows(uncounted("A"))
    asked(at="2025-10-31").measure(LEAD).shows_nothing()
    asked(at="2025-11-01").measure(LEAD).shows(uncounted("A"))
