"""A team around the family without an active lead raises no gap, only early help does."""

from tests.spec.example import gap
from tests.spec.words import involvement_started


def test_team_without_lead(given, asked):
    """A team around the family, and nobody leads"""
    given(involvement_started("A", "team around the family", on="2025-09-01"))
    asked(at="2025-10-01").gaps("A").shows(gap("early_help_without_lead", since="2025-09-01"))
