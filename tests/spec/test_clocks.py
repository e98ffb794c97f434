"""Two clocks

Every fact has two times: when it was true, and when we learnt it. So every question has two: *at* a day, and *as known*
at a position of the log or at an instant. What the agency recorded decides which of two statements is the later; what
we took in decides what was known.
"""

from tests.spec.example import entry, gap, line
from tests.spec.words import address, address_changed, early_help_ended, early_help_started, lead_accepted


def test_learnt_later(given, asked):
    """What was learnt later was true then, and not known then"""
    given(
        early_help_started("A", on="2025-09-01"),
        early_help_ended("A", on="2025-10-01", recorded="2025-11-15"),
    )
    asked(at="2025-10-20", known_after=1).timeline("A").shows(entry("early_help", "2025-09-01..", "open"))
    asked(at="2025-10-20").timeline("A").shows(entry("early_help", "2025-09-01..2025-10-01", "ended"))


def test_known_at_an_instant(given, asked):
    """Known at an instant: what had been taken in by then

    Each event here was taken in a minute after it was recorded.
    """
    given(
        early_help_started("A", on="2025-09-01", recorded="2025-09-01 10:00"),
        early_help_ended("A", on="2025-10-01", recorded="2025-11-15 10:00"),
    )
    asked(at="2025-12-01", known_at="2025-11-15T10:00:59Z").timeline("A").shows(
        entry("early_help", "2025-09-01..", "open")
    )
    asked(at="2025-12-01", known_at="2025-11-15T10:01:00Z").timeline("A").shows(
        entry("early_help", "2025-09-01..2025-10-01", "ended")
    )
    asked(at="2025-12-01", known_at="2025-08-31T00:00:00Z").timeline("A").is_unknown()


def test_recorded_decides(given, asked):
    """Of two statements the one recorded later holds, whichever arrived later"""
    given(
        address_changed("A", on="2025-09-01", address=address("2 New Road"), recorded="2025-09-20"),
        address_changed("A", on="2025-09-01", address=address("1 Old Road"), recorded="2025-09-02"),
    )
    asked(at="2025-10-01").index("A").shows(line(address="2 New Road"))


def test_gap_as_known_then(given, asked):
    """A gap that was seen then is seen as known then

    The lead had accepted in September; this was told in November. In October a gap was shown, and as known then it
    still is.
    """
    given(
        early_help_started("A", on="2025-09-01", worker="W1"),
        lead_accepted("A", "W1", on="2025-09-01", recorded="2025-11-01"),
    )
    asked(at="2025-10-01", known_after=1).gaps("A").shows(gap("early_help_without_lead", since="2025-09-01", days=30))
    asked(at="2025-10-01").gaps("A").shows_nothing()
