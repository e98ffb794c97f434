"""Missing without an interview (`missing_without_interview`)

Missing twice within ninety days, or a return interview that was not held: for ninety days, unless a return interview is
accepted. It relies on the feeds of missing episodes.
"""

from tests.spec.example import indicator
from tests.spec.words import (
    address_changed,
    death_notified,
    event_retracted,
    feed_expected,
    feed_reported,
    happened,
    left_england,
)

RULE = "missing_without_interview"
HEARD = feed_reported("la-808", "MissingStarted", through="2026-08-31")
SHOWN = indicator(RULE, since="2025-10-15")


def missing(child, first, last):
    """One episode."""
    return [happened("MissingStarted", child, on=first), happened("MissingEnded", child, on=last)]


TWICE = [*missing("A", "2025-09-01", "2025-09-03"), *missing("A", "2025-10-15", "2025-10-16")]


def test_twice(given, asked):
    """Missing twice: from the second time, until ninety days after the first"""
    given(TWICE, HEARD)
    asked(at="2025-10-14").indicators("A").shows_nothing()
    asked(at="2025-10-15").indicators("A").shows(indicator(RULE, since="2025-10-15", days=0, events="1, 2, 3, 4"))
    asked(at="2025-11-29").indicators("A").shows(SHOWN)
    asked(at="2025-11-30").indicators("A").shows_nothing()
    asked(at="2025-10-15", known_after=2).indicators("A").shows_nothing()


def test_too_far_apart(given, asked):
    """Once is not twice; nor is twice ninety days apart"""
    given(
        missing("A", "2025-09-01", "2025-09-03"),
        missing("B", "2025-09-01", "2025-09-03"),
        missing("B", "2025-11-30", "2025-12-01"),
        HEARD,
    )
    asked(at="2025-09-02").indicators("A").shows_nothing()
    asked(at="2025-11-30").indicators("B").shows_nothing()


def test_interview_not_held(given, asked):
    """An interview declined, or never offered: for ninety days from there"""
    given(
        missing("A", "2025-10-10", "2025-10-12"),
        happened("ReturnInterviewRecorded", "A", on="2025-10-15", outcome="declined"),
        missing("B", "2025-10-10", "2025-10-12"),
        happened("ReturnInterviewRecorded", "B", on="2025-10-15", outcome="not_offered"),
        HEARD,
    )
    asked(at="2025-10-14").indicators("A").shows_nothing()
    asked(at="2025-10-15").indicators("A").shows(SHOWN)
    asked(at="2025-10-15").indicators("B").shows(SHOWN)
    asked(at="2026-01-12").indicators("A").shows(SHOWN)
    asked(at="2026-01-13").indicators("A").shows_nothing()


def test_interview_accepted(given, asked):
    """It clears when a return interview is accepted; as known before, it was shown

    One accepted after the first time does not answer for the second; one accepted on the very day does.
    """
    given(
        missing("B", "2025-09-01", "2025-09-03"),
        missing("B", "2025-10-15", "2025-10-15"),
        happened("ReturnInterviewRecorded", "B", on="2025-10-15", outcome="accepted"),
        missing("A", "2025-09-01", "2025-09-03"),
        happened("ReturnInterviewRecorded", "A", on="2025-09-05", outcome="accepted"),
        missing("A", "2025-10-15", "2025-10-16"),
        HEARD,
        happened("ReturnInterviewRecorded", "A", on="2025-10-18", outcome="accepted", recorded="2026-09-01"),
    )
    asked(at="2025-10-17").indicators("A").shows(SHOWN)
    asked(at="2025-10-18").indicators("A").shows_nothing()
    asked(at="2025-10-18", known_after=11).indicators("A").shows(SHOWN)
    asked(at="2025-10-15").indicators("B").shows_nothing()


def test_retracted(given, asked):
    """An episode that was retracted"""
    given(TWICE, HEARD, event_retracted("A", 1, recorded="2026-09-01"), event_retracted("A", 2, recorded="2026-09-01"))
    asked(at="2025-11-01", known_after=5).indicators("A").shows(SHOWN)
    asked(at="2025-11-01").indicators("A").shows_nothing()


def test_not_recorded(given, asked):
    """A caution: an interview that was held and not recorded

    Nothing tells it from one that was not held; recorded late, it clears from the day on which it was held.
    """
    given(
        TWICE,
        HEARD,
        happened("ReturnInterviewRecorded", "A", on="2025-10-16", outcome="accepted", recorded="2026-09-01"),
    )
    asked(at="2025-10-20", known_after=5).indicators("A").shows(SHOWN)
    asked(at="2025-10-20").indicators("A").shows_nothing()


def test_death(given, asked):
    """Nothing after a death"""
    given(TWICE, HEARD, death_notified("A", on="2025-11-10"))
    asked(at="2025-11-09").indicators("A").shows(SHOWN)
    asked(at="2025-11-10").indicators("A").shows_nothing()


def test_left_england(given, asked):
    """Nothing while the child has left England"""
    given(TWICE, HEARD, address_changed("A", on="2025-11-10", address=left_england()))
    asked(at="2025-11-09").indicators("A").shows(SHOWN)
    asked(at="2025-11-10").indicators("A").shows_nothing()


def test_silent_feed(given, asked):
    """Not known while an authority is silent"""
    given(
        TWICE,
        feed_reported("la-808", "MissingStarted", through="2025-10-31"),
        feed_expected("la-358", "MissingStarted", on="2025-09-01", recorded="2026-09-01"),
    )
    asked(at="2025-11-01", known_after=4).indicators("A").shows(
        indicator(RULE, since="2025-10-15", status="not_known", feed="MissingStarted")
    )
    asked(at="2025-11-01", known_after=5).indicators("A").shows(SHOWN)
    asked(at="2025-11-01").indicators("A").shows(
        indicator(RULE, since="2025-10-15", status="not_known", feed="la-358 MissingStarted")
    )
