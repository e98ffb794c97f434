"""Thresholds and calendars

How long something must have been so before it is shown may be set by the authority for each rule, in the rule's own
unit; [the list](../indicators.md) says what is usual. School days are those of the calendar that the authority has
published. Both are joined when a question is asked: they change what is shown, never what is so, nor since when.
"""

from tests.spec.example import gap, indicator
from tests.spec.words import (
    feed_reported,
    gp_registered,
    gp_registration_ended,
    involvement_ended,
    involvement_started,
    lead_nominated,
    pupil_admitted,
    pupil_removed_from_roll,
    school_terms,
    threshold_set,
)

WITHOUT_GP = [
    gp_registered("A", practice="Z90001", on="2020-03-10"),
    gp_registration_ended("A", practice="Z90001", on="2025-10-01"),
    feed_reported("ods-Z90001", "GpRegistered", through="2026-08-31"),
]
LEFT_SCHOOL = [
    pupil_admitted("A", school="900001", on="2019-09-02", born="2015-03-01", known_by="nhs"),
    pupil_removed_from_roll("A", school="900001", on="2025-12-08", known_by="nhs"),
    feed_reported("urn-900001", "PupilAdmitted", through="2026-08-31"),
]
LOST = indicator("lost_leaver", since="2025-12-08")


def test_shorter(given, asked):
    """A shorter threshold shows it earlier; since when is the same"""
    given(WITHOUT_GP, threshold_set("no_gp", 14, on="2025-09-01", recorded="2026-09-01"))
    asked(at="2025-10-14").indicators("A", "no_gp").shows_nothing()
    asked(at="2025-10-15").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01", days=14))
    asked(at="2025-10-15", known_after=3).indicators("A", "no_gp").shows_nothing()


def test_longer(given, asked):
    """A longer one shows it later"""
    given(
        involvement_started("A", "play therapy", on="2025-06-01"),
        involvement_ended("A", "play therapy", on="2025-10-01", reason="disengaged"),
        feed_reported("la-808", "InvolvementStarted", through="2026-08-31"),
        threshold_set("dropped_out", 42, on="2025-09-01", recorded="2026-09-01"),
        lead_nominated("B", "W1", on="2025-09-03"),
        threshold_set("nomination_not_accepted", 10, on="2025-09-01", recorded="2026-09-01"),
    )
    asked(at="2025-11-11").indicators("A", "dropped_out").shows_nothing()
    asked(at="2025-11-11", known_after=3).indicators("A", "dropped_out").shows(
        indicator("dropped_out", since="2025-10-01")
    )
    asked(at="2025-11-12").indicators("A", "dropped_out").shows(indicator("dropped_out", since="2025-10-01"))
    asked(at="2025-09-16").gaps("B").shows_nothing()
    asked(at="2025-09-17").gaps("B").shows(gap("nomination_not_accepted", since="2025-09-03"))


def test_the_last_word(given, asked):
    """Of two thresholds of one rule the one recorded last stands, from the day on which it holds"""
    given(
        WITHOUT_GP,
        threshold_set("no_gp", 7, on="2025-09-01", recorded="2026-09-01 10:00"),
        threshold_set("no_gp", 20, on="2025-10-10", recorded="2026-09-02 10:00"),
    )
    asked(at="2025-10-07").indicators("A", "no_gp").shows_nothing()
    asked(at="2025-10-08").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01"))
    asked(at="2025-10-10").indicators("A", "no_gp").shows_nothing()
    asked(at="2025-10-10", known_after=4).indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01"))
    asked(at="2025-10-21").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01"))


def test_another_rule(given, asked):
    """A threshold is of one rule only"""
    given(WITHOUT_GP, threshold_set("dropped_out", 7, on="2025-09-01", recorded="2026-09-01"))
    asked(at="2025-10-30").indicators("A", "no_gp").shows_nothing()
    asked(at="2025-10-31").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01"))


def test_days_and_school_days(given, asked):
    """Holidays stop school days, not days

    No GP counts days, all of them; school days wait for the holidays to end.
    """
    terms = school_terms("2025-07-01", ("2025-09-01", "2025-10-02"), ("2025-12-01", "2025-12-20"))
    given(terms, WITHOUT_GP)
    asked(at="2025-10-30").indicators("A", "no_gp").shows_nothing()
    asked(at="2025-10-31").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01"))


def test_beyond_the_calendar(given, asked):
    """Before the first term and after the last one of a calendar, Monday to Friday count

    Off the roll from 8 December: nine school days until the 19th, with which the autumn's calendar ends, and then every
    weekday. Once the spring term is published, the holidays are known to be some.
    """
    given(
        school_terms("2025-07-01", ("2025-09-01", "2025-12-20"), name="autumn"),
        LEFT_SCHOOL,
        school_terms("2025-12-01", ("2026-01-05", "2026-03-28"), name="spring", recorded="2026-09-01"),
    )
    asked(at="2025-12-28", known_after=4).indicators("A", "lost_leaver").shows_nothing()
    asked(at="2025-12-29", known_after=4).indicators("A", "lost_leaver").shows(LOST)
    asked(at="2025-12-29").indicators("A", "lost_leaver").shows_nothing()
    asked(at="2026-01-11").indicators("A", "lost_leaver").shows_nothing()
    asked(at="2026-01-12").indicators("A", "lost_leaver").shows(LOST)


def test_published_again(given, asked):
    """A calendar published again under its name replaces the one before"""
    given(
        school_terms("2025-07-01", ("2025-09-01", "2026-03-28"), closed=[("2025-12-20", "2026-01-05")]),
        LEFT_SCHOOL,
        school_terms(
            "2025-07-01", ("2025-09-01", "2026-03-28"), closed=[("2025-12-20", "2026-01-12")], recorded="2026-09-01"
        ),
    )
    asked(at="2026-01-12", known_after=4).indicators("A", "lost_leaver").shows(LOST)
    asked(at="2026-01-12").indicators("A", "lost_leaver").shows_nothing()
    asked(at="2026-01-19").indicators("A", "lost_leaver").shows(LOST)
