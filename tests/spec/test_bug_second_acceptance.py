"""A lead that ended and was accepted again, without a second nomination, is lost."""

from tests.spec.example import line
from tests.spec.words import lead_accepted, lead_ended, lead_nominated


def test_accepted_again(given, asked):
    """Nominated, accepted, ended, accepted again"""
    given(
        lead_nominated("A", "W1", on="2025-01-05"),
        lead_accepted("A", "W1", on="2025-01-10"),
        lead_ended("A", "W1", on="2025-03-01"),
        lead_accepted("A", "W1", on="2025-06-01"),
    )
    asked(at="2025-07-01").index("A").shows(line(lead="la-808:W1"))
