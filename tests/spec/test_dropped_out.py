"""Dropped out (`dropped_out`)

An additional service ended because the family had lost touch with it (`disengaged` or `not_contactable`), none was
open then, and none followed within twenty-eight days. It relies on the feeds of involvements.
"""

from tests.spec.example import indicator
from tests.spec.words import (
    early_help_ended,
    early_help_started,
    feed_reported,
    happened,
    involvement_ended,
    involvement_started,
)

HEARD = feed_reported("la-808", "InvolvementStarted", through="2026-08-31")


def test_disengaged(given, asked):
    """Twenty-eight days without another; counted from the end"""
    given(
        involvement_started("A", "play therapy", on="2025-06-01"),
        involvement_ended("A", "play therapy", on="2025-10-01", reason="disengaged"),
        HEARD,
    )
    asked(at="2025-10-28").indicators("A").shows_nothing()
    asked(at="2025-10-29").indicators("A").shows(indicator("dropped_out", since="2025-10-01", days=28, events="1, 2"))


def test_other_reasons(given, asked):
    """Not when it was completed, or was declined

    Consent withheld is not disengagement.
    """
    given(
        involvement_started("A", "play therapy", on="2025-06-01"),
        involvement_ended("A", "play therapy", on="2025-10-01", reason="completed"),
        involvement_started("B", "play therapy", on="2025-06-01"),
        involvement_ended("B", "play therapy", on="2025-10-01", reason="declined"),
        early_help_started("C", on="2025-06-01"),
        early_help_ended("C", on="2025-10-01", reason="not_contactable"),
        HEARD,
    )
    asked(at="2025-11-15").indicators("A").shows_nothing()
    asked(at="2025-11-15").indicators("B").shows_nothing()
    asked(at="2025-11-15").indicators("C").shows(indicator("dropped_out", since="2025-10-01"))


def test_another_service_is_open(given, asked):
    """Not while another additional service works with the child"""
    given(
        involvement_started("A", "play therapy", on="2025-06-01"),
        early_help_started("A", on="2025-08-01"),
        involvement_ended("A", "play therapy", on="2025-10-01", reason="disengaged"),
        HEARD,
    )
    asked(at="2025-12-01").indicators("A").shows_nothing()


def test_another_service_follows(given, asked):
    """Another service within twenty-eight days; a later one clears it"""
    given(
        involvement_started("A", "play therapy", on="2025-06-01"),
        involvement_ended("A", "play therapy", on="2025-10-01", reason="disengaged"),
        early_help_started("A", on="2025-10-29"),
        involvement_started("B", "play therapy", on="2025-06-01"),
        involvement_ended("B", "play therapy", on="2025-10-01", reason="disengaged"),
        early_help_started("B", on="2025-10-30"),
        HEARD,
    )
    asked(at="2025-10-29").indicators("A").shows_nothing()
    asked(at="2025-10-29").indicators("B").shows(indicator("dropped_out", since="2025-10-01"))
    asked(at="2025-10-30").indicators("B").shows_nothing()


def test_universal_services(given, asked):
    """Universal services do not count, neither to raise it nor to clear it"""
    given(
        involvement_started("A", "health visiting", on="2025-06-01", provision="universal"),
        involvement_ended("A", "health visiting", on="2025-10-01", reason="disengaged"),
        involvement_started("B", "health visiting", on="2025-06-01", provision="universal"),
        involvement_started("B", "play therapy", on="2025-06-01"),
        involvement_ended("B", "play therapy", on="2025-10-01", reason="disengaged"),
        HEARD,
    )
    asked(at="2025-11-15").indicators("A").shows_nothing()
    asked(at="2025-11-15").indicators("B").shows(indicator("dropped_out", since="2025-10-01"))


def test_plans_and_teams_are_services(given, asked):
    """A plan of social care, youth justice and the like are additional services too"""
    given(
        involvement_started("A", "play therapy", on="2025-06-01"),
        involvement_ended("A", "play therapy", on="2025-10-01", reason="disengaged"),
        happened("ChildProtectionStarted", "A", on="2025-09-01"),
        happened("YouthJusticeStarted", "B", on="2025-06-01", reference="yj-1"),
        happened("YouthJusticeEnded", "B", on="2025-10-01", reference="yj-1", reason="disengaged"),
        HEARD,
    )
    asked(at="2025-12-01").indicators("A").shows_nothing()
    asked(at="2025-12-01").indicators("B").shows(indicator("dropped_out", since="2025-10-01", events="4, 5"))
