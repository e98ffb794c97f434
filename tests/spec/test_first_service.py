"""From a referral to the first service (`referral_to_first_service`)

Days from the referral; who still waits on the day is not counted as served. Its value is the median.
"""

from tests.spec.example import counted, uncounted
from tests.spec.words import (
    birth_notified,
    death_notified,
    early_help_ended,
    early_help_started,
    event_corrected,
    happened,
    involvement_confirmed,
    involvement_started,
    referral_received,
)

WAIT = "referral_to_first_service"


def test_the_first_service_after_a_referral(given, asked):
    """Days from the referral to the first service, whichever it is; one that begins on the same day took none"""
    given(
        referral_received("A", "social work", on="2026-01-05"),
        involvement_started("A", "mentoring", on="2026-01-25"),
        happened("ChildInNeedStarted", "A", on="2026-02-25"),
        referral_received("B", "social work", on="2026-01-05"),
        early_help_started("B", on="2026-01-05"),
    )
    asked(at="2026-06-30").measure(WAIT).shows(counted("A", 20), counted("B", 0))


def test_still_waiting(given, asked):
    """Who waits on the day asked about is not counted as served, whatever came after it, and has waited until then"""
    given(
        referral_received("A", "social work", on="2026-01-05"),
        involvement_started("A", "social work", on="2026-02-04"),
    )
    asked(at="2026-02-03").measure(WAIT).shows(uncounted("A", 29))
    asked(at="2026-02-04").measure(WAIT).shows(counted("A", 30))
    asked(at="2026-01-04").measure(WAIT).shows_nothing()


def test_universal_services_are_no_answer_to_a_referral(given, asked):
    """A universal service does not end the wait"""
    given(
        referral_received("A", "social work", on="2026-01-05"),
        involvement_started("A", "school nursing", on="2026-01-10", provision="universal"),
    )
    asked(at="2026-01-15").measure(WAIT).shows(uncounted("A", 10))


def test_already_helped(given, asked):
    """A referral while a service works with the child is left out: it does not wait for a first one"""
    given(
        early_help_started("A", on="2026-01-01"),
        referral_received("A", "social work", on="2026-01-05"),
        early_help_started("B", on="2025-06-01"),
        early_help_ended("B", on="2026-01-05"),
        referral_received("B", "social work", on="2026-01-05"),
    )
    asked(at="2026-01-15").measure(WAIT).shows(uncounted("B", 10))


def test_lapsed_help_does_not_count_as_help(given, asked):
    """An involvement that nobody confirmed for a year has lapsed: a referral after that is a first one again"""
    given(
        involvement_started("A", "mentoring", on="2024-01-01"),
        referral_received("A", "social work", on="2026-01-05"),
        involvement_started("B", "mentoring", on="2024-01-01"),
        involvement_confirmed("B", "mentoring", on="2025-06-01"),
        referral_received("B", "social work", on="2026-01-05"),
    )
    asked(at="2026-01-15").measure(WAIT).shows(uncounted("A", 10))


def test_closed_without_a_service(given, asked):
    """A case closed before any service, or a child that died, waits no more and is left out"""
    given(
        referral_received("A", "social work", on="2026-01-05"),
        happened("CaseClosed", "A", on="2026-01-20", reason="RC8"),
        involvement_started("A", "social work", on="2026-03-01"),
        referral_received("B", "social work", on="2026-01-05"),
        death_notified("B", on="2026-01-25"),
        referral_received("C", "social work", on="2026-01-05"),
        involvement_started("C", "social work", on="2026-01-10"),
        happened("CaseClosed", "C", on="2026-01-20", reason="RC7"),
    )
    asked(at="2026-01-19").measure(WAIT).shows(uncounted("A", 14), uncounted("B", 14), counted("C", 5))
    asked(at="2026-06-30").measure(WAIT).shows(counted("C", 5))


def test_all_on_one_day(given, asked):
    """Closed on the day of the referral it is over at once; served on the day of closing it was served"""
    given(
        referral_received("A", "social work", on="2026-01-05"),
        happened("CaseClosed", "A", on="2026-01-05", reason="RC8"),
        referral_received("B", "social work", on="2026-01-05"),
        involvement_started("B", "social work", on="2026-01-20"),
        happened("CaseClosed", "B", on="2026-01-20", reason="RC7"),
        happened("CaseClosed", "C", on="2026-01-04", reason="RC7"),
        referral_received("C", "social work", on="2026-01-05"),
    )
    asked(at="2026-01-31").measure(WAIT).shows(counted("B", 15), uncounted("C", 26))


def test_two_tell_of_one_referral(given, asked):
    """Referrals of one day are one; each other day is another; those of a year ago are left out"""
    given(
        referral_received("A", "social work", on="2025-03-01", by="la-358"),
        referral_received("A", "social work", on="2026-01-05"),
        referral_received("A", "mentoring", on="2026-01-05", by="la-358"),
        referral_received("A", "social work", on="2026-01-09"),
    )
    asked(at="2026-02-28").measure(WAIT).shows(uncounted("A", 364), uncounted("A", 54), uncounted("A", 50))
    asked(at="2026-03-01").measure(WAIT).shows(uncounted("A", 55), uncounted("A", 51))


def test_corrected_and_as_known_before(given, asked):
    """A correction counts from when it is known"""
    given(
        referral_received("A", "social work", on="2026-01-05"),
        involvement_started("A", "social work", on="2026-02-04"),
        event_corrected("A", 2, recorded="2026-03-01", begins="2026-01-15"),
    )
    asked(at="2026-06-30").measure(WAIT).shows(counted("A", 10))
    asked(at="2026-06-30", known_after=2).measure(WAIT).shows(counted("A", 30))


def test_records_of_one_child(given, asked):
    """A referral told under one number and a service under another are of one child once they are known to be"""
    given(
        birth_notified("A", on="2015-01-01"),
        referral_received("A", "social work", on="2026-01-05"),
        involvement_started("A", "social work", on="2026-01-15", known_by="agency"),
        early_help_started("A", on="2026-03-01", known_by=("agency", "nhs"), born="2015-01-01"),
    )
    asked(at="2026-06-30").measure(WAIT).shows(counted("A", 10))
    asked(at="2026-06-30", known_after=3).measure(WAIT).shows(uncounted("A", 176))
